/* report.h: results as the JSON of the notifications (design, 2.1.1). */
#ifndef SCAN_REPORT_H
#define SCAN_REPORT_H

#include <jansson.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/jira/poster.h"
#include "helper/scan/job.h"

/* {code, stage, message, hint[, native]}; JSON null for ERR_NONE. */
json_t *report_err(const struct err *) CHECKED;
/* Seconds and rates to the microsecond, so that lines stay short. */
double report_round(double) CHECKED;
/* scan.host without scanId. */
json_t *report_host(const struct scan_plan *, const struct result *) CHECKED;
/* scan.asset without scanId. */
json_t *report_asset(const struct asset_result *) CHECKED;
/* The result as what the poster takes; NULL: no memory or nothing mapped.
 * Keys that are void (by the claims) are left out. */
struct asset *report_to_asset(const struct scan_plan *, const struct result *,
    bool (*is_void)(void *ctx, const struct map_key *), void *ctx) CHECKED;

#endif
