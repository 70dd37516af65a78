/* server.h: JSON-RPC 2.0 over two descriptors, one message a line.  The front
 * header of rpc/: all that others see.  Knows no method.
 *
 *   input thread  lines in -> depth and size checked -> parsed -> dispatched
 *   output thread lines out, whole lines only, from a bounded queue
 *
 * stdin is read even while stdout blocks.  A full queue makes rpc_notify()
 * wait (a reader that stops reading slows the scan down instead of growing
 * memory); only notifications sent as droppable are dropped then.  Answers
 * never wait behind a full queue of notifications for memory's sake: they have
 * room of their own, bounded by the number of ids in flight.
 *
 * Limits: 1024 messages in a batch, 1024 requests in flight, 32 slow ones at
 * once (32 more for those that are not taken in a batch, so that a cancel finds
 * room); reading waits while 32 MiB of answers do.
 *
 * Order: what one thread sends is written in that order.  The answer to a
 * request whose handler returned is queued before anything that a thread
 * started through rpc_after_reply() sends.
 */
#ifndef RPC_SERVER_H
#define RPC_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct rpc_server;
/* One request being answered.  Owned by the server until rpc_reply() or
 * rpc_fail() was called on it, exactly once; both are thread-safe. */
struct rpc_call;

/* Problems found in params, all at once: [{pointer, message}] in `data.problems`. */
struct rpc_problems;
void   rpc_problem(struct rpc_problems *, const char *pointer,
    const char *fmt, ...) PRINTF(3, 4);
size_t rpc_problem_count(const struct rpc_problems *);

/* A method's parameters, checked before the handler runs: a row per member.
 * Unknown members are problems, unless a row is named "*": then the handler
 * checks what no other row names.  null stands for an optional member that is
 * not there; an RPC_INTEGER written as 3.0 is handed over as an integer. */
enum rpc_type { RPC_STRING, RPC_NUMBER, RPC_INTEGER, RPC_BOOL, RPC_OBJECT, RPC_ARRAY, RPC_ANY };
struct rpc_param {
	const char *name;	/* NULL ends the table */
	enum rpc_type type;
	bool required;
};

struct rpc_method {
	const char *name;	/* NULL ends the table */
	const struct rpc_param *params;	/* NULL: none allowed */
	/* Runs on the input thread, or on a thread of its own when `slow`.
	 * Must end in one rpc_reply() or rpc_fail(), now or later.  params is
	 * an object, empty when there were none, and lives until then. */
	void (*run)(void *ctx, struct rpc_call *, const json_t *params);
	bool slow;		/* waits for network or disk */
	bool not_in_batch;	/* refused in a batch with -32600 */
};

struct rpc_config {
	int in_fd, out_fd;
	size_t max_line;	/* 0: 16 MiB */
	unsigned max_depth;	/* 0: 64 */
	size_t queue_bytes;	/* 0: 4 MiB of notifications wait at most */
	const struct rpc_method *methods;
	void *ctx;		/* handed to every handler */
	/* Seconds without a line after which the other side counts as gone, as if
	 * the output had been closed (a link that went dead); 0: never. */
	double patience;
	/* The reader is gone (EPIPE) or the input ended; called once, from the
	 * server's thread.  The owner cancels, or lets scans finish. */
	void (*on_output_closed)(void *ctx);
	void (*on_input_end)(void *ctx);
};

/* Once, before any thread and before any JSON: the wiping allocator. */
void rpc_start(void);

struct rpc_server *rpc_server_new(const struct rpc_config *, struct err *) CHECKED;
/* Reads and dispatches until the input ends, the output is closed or
 * rpc_server_stop().  Blocks. */
void rpc_server_run(struct rpc_server *);
/* Ends rpc_server_run(); from any thread. */
void rpc_server_stop(struct rpc_server *);
/* After this every request is refused with ERR_SHUTTING_DOWN. */
void rpc_server_refuse(struct rpc_server *);
/* Waits until every call is answered and every line is written (or the
 * output is closed, or seconds have passed), then frees. */
void rpc_server_free(struct rpc_server *, double seconds);

/* Takes result (stolen; NULL counts as {}). */
void rpc_reply(struct rpc_call *, json_t *result);
void rpc_fail(struct rpc_call *, const struct err *);
/* -32602 with all problems, or rpc_fail with ERR_INVALID where none. */
void rpc_fail_problems(struct rpc_call *, const struct rpc_problems *);
struct rpc_problems *rpc_problems_new(void) CHECKED;
void rpc_problems_free(struct rpc_problems *);
/* Runs fn(arg) once the call's answer is in the output queue (in a batch: once
 * the batch's answer is), on the thread that queued it; fn must be quick. */
void rpc_after_reply(struct rpc_call *, void (*fn)(void *arg), void *arg);

/* Takes params.  False when the output is closed or, for a droppable one, when
 * the queue is full.  Thread-safe; waits for room unless droppable. */
bool rpc_notify(struct rpc_server *, const char *method, json_t *params,
    bool droppable);

/* struct err as the JSON of `error` in notifications: {code, stage, message,
 * hint[, native]}.  New reference; null for ERR_NONE.  */
json_t *rpc_err_json(const struct err *) CHECKED;

#endif
