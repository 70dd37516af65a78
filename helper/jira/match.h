/* match.h: which asset a scanned computer is: search, verify each hit, weigh them.
 * [JIRA.md 5]
 *
 *   seen in this scan -> strong keys, one query -> weak keys, where these find none
 */
#ifndef JIRA_MATCH_H
#define JIRA_MATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/jira/tracker.h"
#include "helper/jira/weigh.h"

struct match {
	json_t *items;		/* verified hits: each holds one key at least */
	struct weighed weighed;
	json_t *item;		/* of VERDICT_MATCH: borrowed from items */
	char *query;		/* that found the item and nothing else; NULL: none */
	bool fresh;		/* the item was asked for by number, not searched */
	char *by;		/* "spartez.network=00:1a:..." of the item; NULL: no match */
};

/* How many of the asset's keys can be asked for: their field is on the type and
 * their value fits the rules. */
size_t match_keys(const struct asset *, const struct model *);
/* `seen` ({"field=value": id}) goes before any search; may be NULL.  Freed with
 * match_free(), also after a failure. */
bool match_find(struct match *, struct tracker *, const struct model *,
    const struct asset *, json_t *seen, struct fate *, struct deadline,
    struct err *) CHECKED;
void match_free(struct match *);

/* The key of the asset that the item holds as a whole; NULL: none, or it is of
 * another type.  Pure. */
const struct asset_key *match_verify(const struct model *,
    const struct asset *, const json_t *item);

#endif
