/* pool.h: a bounded pool of threads with small stacks, and the queue before it.
 *
 * The queue never refuses: who feeds it asks pool_full() first and is woken
 * through wake_fd when there is room again.  Threads are made when needed.
 */
#ifndef SCAN_POOL_H
#define SCAN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "helper/scan/cred.h"

/* One address on its way to a worker. */
struct item {
	struct net_addr addr;
	const char *name;		/* to be resolved; NULL: addr */
	const uint32_t *tags;
	size_t ntags;
	uint8_t open[PROTO_COUNT];
	uint8_t what;			/* the engine's own; see engine.c */
	int error;			/* errno of what could not be tried */
	double seconds;
};

struct pool;
/* run() is called by the threads, one item each.  wake_fd: an eventfd. */
struct pool *pool_new(unsigned threads, int wake_fd,
    void (*run)(void *ctx, const struct item *), void *ctx, struct err *) CHECKED;
/* false: no memory, or no thread at all is to be had. */
bool pool_push(struct pool *, const struct item *) CHECKED;
bool pool_full(struct pool *) CHECKED;
/* Items waiting and running. */
size_t pool_busy(struct pool *);
/* Waits until every item was run, ends the threads and frees. */
void pool_finish(struct pool *);

#endif
