/* fit.h: an asset's values made fit for Asset Tracker's type: by template,
 * bounded, without the fields that the type lacks.  [JIRA.md 7]
 */
#ifndef JIRA_FIT_H
#define JIRA_FIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/jira/model.h"
#include "helper/jira/poster.h"

struct fitted_field {
	const struct model_field *field;	/* borrowed from the model */
	json_t *values;				/* array of text, never empty */
	enum asset_policy policy;
	struct asset_tolerance tolerance;
	bool macs;				/* a match field of MAC addresses */
	bool uuids;				/* one of a UUID: its byte order stays */
};
struct fitted {
	struct fitted_field *v;
	size_t n;
	const char **dropped;			/* borrowed from the asset */
	size_t ndropped;
};

/* warn() is called for each value that was cut or left out; the line names no
 * host.  Freed with fitted_free(), also after a failure. */
bool fit_asset(struct fitted *, const struct asset *, const struct model *,
    void (*warn)(void *ctx, const char *line), void *ctx, struct err *) CHECKED;
void fitted_free(struct fitted *);

/* Time as milliseconds since 1970: "1496056320000", "2017-05-29",
 * "2017-05-29T11:12:00Z", "...+02:00".  *day: only a day was named. */
bool fit_time(const char *text, int64_t *ms, bool *day) CHECKED;
bool fit_bool(const char *text, bool *out) CHECKED;

#endif
