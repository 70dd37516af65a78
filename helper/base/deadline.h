/* deadline.h: how long a wait may last, and what ends it early.
 * Stands alone: knows no protocol.
 *
 * One monotonic deadline is passed down by value to everything that can wait.
 * Every wait also watches the scan's cancel descriptor: it becomes readable,
 * and stays so, when the scan is cancelled.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct deadline {
	int64_t at_ns;		/* CLOCK_MONOTONIC; DEADLINE_NEVER: no end */
	int cancel_fd;		/* -1: cannot be cancelled */
};

#define DEADLINE_NEVER INT64_MAX

int64_t now_ns(void);			/* CLOCK_MONOTONIC */
int64_t now_unix_ms(void);		/* milliseconds since 1970-01-01 UTC */

struct deadline deadline_in(double seconds, int cancel_fd);
struct deadline deadline_never(int cancel_fd);
/* The sooner of `by` and `seconds` from now; the same cancel descriptor. */
struct deadline deadline_within(struct deadline by, double seconds);

bool    deadline_passed(struct deadline by);
bool    deadline_cancelled(struct deadline by);
int     deadline_left_ms(struct deadline by);	/* for poll: rounded up, -1: never */
double  deadline_left(struct deadline by);	/* seconds, 0 at least */

/* Waits until fd is ready for `events` (POLLIN, POLLOUT).  Fails with
 * ERR_TIMEOUT or ERR_CANCELLED.  An error condition on fd counts as ready. */
bool deadline_wait(int fd, short events, struct deadline by, struct err *) CHECKED;
/* Sleeps; false (ERR_CANCELLED) when cancelled meanwhile. */
bool deadline_sleep(double seconds, struct deadline by, struct err *) CHECKED;
/* Fails with ERR_CANCELLED or ERR_TIMEOUT when either has come. */
bool deadline_check(struct deadline by, struct err *) CHECKED;

/* The thing that cancels.  Owned by the caller; freed after all waiters are
 * gone.  Firing is safe from any thread and from a signal handler. */
struct cancel;
struct cancel *cancel_new(struct err *) CHECKED;
int            cancel_fd(const struct cancel *);
void           cancel_fire(struct cancel *);
bool           cancel_fired(const struct cancel *);
void           cancel_free(struct cancel *);

#endif
