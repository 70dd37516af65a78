/* settle.h: posts what waits in the outbox.
 */
#ifndef JIRA_SETTLE_H
#define JIRA_SETTLE_H

#include "helper/jira/outbox.h"
#include "helper/jira/post.h"

struct settle {
	bool rejected;		/* also what Jira refused before */
	bool wait;		/* for the second look at lost creates */
	const char *not_run;	/* leave what this poster wrote; NULL: nothing */
	void (*result)(void *ctx, const struct asset_result *);
	void *ctx;
	double pause;		/* before a second try after a passing failure */
};
/* False when it had to stop: the log-in was refused, Jira is away, cancelled; e
 * says why.  The totals are right either way. */
bool settle_all(struct post *, const struct settle *, struct outbox_totals *,
    struct deadline by, struct err *) CHECKED;

#endif
