/* post.h: one asset from its values to its outcome; no threads, no retries.
 *
 *   fit -> match -> unchanged | update | create | ambiguous | skipped
 *
 * A create is written down before it is tried (intent).  After a lost answer the
 * asset is looked for once; when it is not there, the intent stays, because a
 * search may not see it yet.
 */
#ifndef JIRA_POST_H
#define JIRA_POST_H

#include "helper/jira/poster.h"
#include "helper/jira/record.h"
#include "helper/jira/tracker.h"
#include "helper/jira/written.h"

#define SETTLE_PAUSE 60.0	/* seconds between two looks for a lost create */

/* What posting works with; one thread at a time. */
struct post {
	struct tracker *tracker;
	struct box *box;		/* NULL in a dry run */
	json_t *seen;			/* {"field=value": id} of this scan */
	struct written *written;	/* what scans wrote; NULL: nothing is kept */
	double settle_pause;
	bool dry_run;
	void (*log)(void *ctx, const char *line);
	void *ctx;
};

/* Owned by the caller; zeroed before, freed with posted_free(). */
struct posted {
	enum asset_outcome outcome;
	int64_t id;
	char *url, *matched_by;
	json_t *changed, *dropped;	/* arrays of names */
	json_t *candidates;		/* array of numbers */
	json_t *match;			/* why: see weigh_explain(); NULL: not asked */
	json_t *would;
	struct err err;
	struct fate fate;		/* of a QUEUED or FAILED one */
	bool tried;			/* Jira was asked */
};

/* Decides and does; p->outcome is QUEUED when it has to be tried again.  The
 * record's state follows, but is saved only where a create is tried; r is NULL in
 * a dry run only (then the type and folder come by themselves). */
void post_asset(struct post *, const struct asset *, const char *type,
    const char *folder, struct record *r, struct posted *, struct deadline);
void posted_free(struct posted *);
/* Writes down what became of it, releases the record (NULL: there is none; the
 * address may be its own), and then gives the result as the header of the room
 * shows it: whoever reads that it is queued may post it from elsewhere at once.
 * `give` is called during the call. */
void post_end(struct post *, struct record *, const struct posted *,
    const char *address, uint64_t cookie,
    void (*give)(void *ctx, const struct asset_result *), void *ctx);

#endif
