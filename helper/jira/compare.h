/* compare.h: what must be written so that an asset says what the scan found.
 * An asset that says it already is not written.
 */
#ifndef JIRA_COMPARE_H
#define JIRA_COMPARE_H

#include <jansson.h>

#include "helper/base/checked.h"
#include "helper/jira/fit.h"
#include "helper/jira/model.h"

/* [{typeName, values}] of a new asset: everything. */
json_t *compare_new(const struct fitted *) CHECKED;
/* The same for one that is there: only what differs and may be written by its
 * policy.  MAC fields keep the asset's own spelling and its other MACs.  `written`:
 * what scans wrote before, see written.h; NULL: nothing is known. */
json_t *compare_changes(const struct fitted *, const struct model *,
    const json_t *item, const json_t *written) CHECKED;
/* The asset's present values say the same as the field's. */
bool compare_same(const struct fitted_field *, const json_t *has) CHECKED;

/* A field's present values in one text, lines for areas, ", " otherwise; freed
 * with free(); NULL: no memory. */
char *compare_text(const json_t *values, const char *between) CHECKED;
/* What the MAC field should hold: `has` with the MACs of `want` added where they
 * are missing.  Freed with free(); NULL: no memory. */
char *compare_macs(const char *has, const char *want, const char *between) CHECKED;

#endif
