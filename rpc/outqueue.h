/* outqueue.h: the lines that wait to be written, and the thread that writes them.
 *
 * Answers always find room (the server bounds how many there can be);
 * notifications share a bounded room and wait for it, or are dropped when they
 * may be.  Lines leave in the order they came in.
 */
#ifndef RPC_OUTQUEUE_H
#define RPC_OUTQUEUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct outqueue;

/* on_closed is called once, from the writing thread, when the reader is gone. */
struct outqueue *outqueue_new(int fd, size_t room, void (*on_closed)(void *ctx),
    void *ctx, struct err *) CHECKED;
/* Writes what is left for at most so many seconds, then frees. */
void outqueue_free(struct outqueue *, double seconds);

/* Takes the message.  False when the reader is gone. */
bool outqueue_answer(struct outqueue *, json_t *message);
/* Takes it too; false also when a droppable one found no room. */
bool outqueue_notify(struct outqueue *, json_t *message, bool droppable);
/* Waits until fewer than so many octets of answers wait, or the reader is gone. */
void outqueue_wait_answers(struct outqueue *, size_t octets);
bool outqueue_closed(struct outqueue *);
/* As if the reader had gone: what waits is not written. */
void outqueue_close(struct outqueue *);
/* Nobody waits for room any longer. */
void outqueue_give_up(struct outqueue *);

#endif
