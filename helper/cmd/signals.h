/* signals.h: SIGINT, SIGTERM and SIGHUP cancel what runs; a second one ends the
 * process.
 */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include "helper/base/checked.h"
#include "helper/base/err.h"

/* Before any thread is made: from here on they wait for signals_watch(). */
void signals_block(void);

struct signals;
/* cancel() is called once, in a thread of its own.  ERR_INTERNAL. */
struct signals *signals_watch(void (*cancel)(void *ctx), void *ctx,
    struct err *) CHECKED;
void signals_end(struct signals *);	/* NULL is fine */

#endif
