/* weigh.h: which of the assets that a search gave the scanned computer is.  Pure.
 *
 *   Keys of one field and kind are one voice.  Serial numbers, UUIDs, the
 *   addresses of built-in adapters and a text that is the matcher's first key are
 *   strong, others weak.  A voice agrees with
 *   an asset that holds one of its values; that of a serial number or UUID
 *   contradicts one that holds another, for a computer has only one.
 *
 *   more contradict than agree  the asset is another computer's that shares a key
 *   as many                     a conflict: nobody can tell
 *   most strong voices          it is that one; at least two of them, where
 *                               another asset has a strong voice as well
 *   else several                a conflict (their voices differ) or ambiguous
 */
#ifndef JIRA_WEIGH_H
#define JIRA_WEIGH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/jira/model.h"
#include "helper/jira/poster.h"

enum verdict { VERDICT_NONE, VERDICT_MATCH, VERDICT_AMBIGUOUS, VERDICT_CONFLICT };
enum standing { STANDING_MATCH, STANDING_OTHER, STANDING_WEAKER, STANDING_EQUAL,
	STANDING_CONFLICT };

struct weighed {
	enum verdict verdict;
	size_t winner;			/* of MATCH: index into the items */
	enum standing *standing;	/* of each item */
	size_t n;
	char why[480];			/* in words; "" where one line says it all */
	bool doubt;			/* a MATCH against another voice: to be told */
};

/* The asset can be asked by that key: its field is on the type. */
bool weigh_holds(const struct asset_key *, const struct model *,
    const json_t *item) CHECKED;
/* Items are whole; `usable`: of n keys, those that count.  Freed with
 * weighed_free(), also after a failure (no memory). */
bool weigh(struct weighed *, const struct asset *, const struct model *,
    const json_t *items) CHECKED;
void weighed_free(struct weighed *);
/* Whether the item by itself may be the computer. */
bool weigh_one(const struct asset *, const struct model *,
    const json_t *item) CHECKED;
/* Some key of the asset can contradict, so that items must be whole. */
bool weigh_needs_whole(const struct asset *, const struct model *) CHECKED;
/* {decision, why, keys, ignored, candidates}: schema type.match.json. */
json_t *weigh_explain(const struct weighed *, const struct asset *,
    const struct model *, const json_t *items) CHECKED;

#endif
