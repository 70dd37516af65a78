/* match.h: which asset a scanned computer is: search, then verify each hit.
 * [JIRA.md 5]
 */
#ifndef JIRA_MATCH_H
#define JIRA_MATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/jira/tracker.h"

struct match {
	json_t *items;		/* verified hits */
	bool sole;		/* the query found nothing but the one */
	char *query;		/* that found them; NULL: found by number */
	char *by;		/* "spartez.network=00:1a:..." of the first hit */
};

/* How many of the asset's keys can be asked for: their field is on the type and
 * their value fits the rules. */
size_t match_keys(const struct asset *, const struct model *);
/* Groups of keys of one field and kind, best first; the first group with a
 * verified hit decides.  `seen` ({"field=value": id}) goes before any search;
 * may be NULL.  Freed with match_free(), also after a failure. */
bool match_find(struct match *, struct tracker *, const struct model *,
    const struct asset *, json_t *seen, struct fate *, struct deadline,
    struct err *) CHECKED;
void match_free(struct match *);

/* The key of the asset that the item holds as a whole; NULL: none.  Pure. */
const struct asset_key *match_verify(const struct model *,
    const struct asset *, const json_t *item);

#endif
