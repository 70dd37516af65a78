/* outcome.h: what follows from one host's result: claims, scan.host, the log
 * line, the poster; and what follows from one asset's result.
 */
#ifndef SCAN_OUTCOME_H
#define SCAN_OUTCOME_H

#include "helper/base/checked.h"
#include "helper/jira/poster.h"
#include "helper/scan/claims.h"
#include "helper/scan/events.h"
#include "helper/scan/job.h"

/* Borrowed by both functions; lives as long as the scan. */
struct outcome {
	const struct scan_plan *plan;
	struct events *events;
	struct claims *claims;
	struct poster *poster;		/* NULL: the scan only reports */
	struct err refusal;		/* or: why nothing may be posted */
};

/* Exactly one scan.host; may change r's state and warnings. */
void outcome_host(const struct outcome *, struct result *r);
/* The poster's result(); ctx is a struct outcome. */
void outcome_asset(void *ctx, const struct asset_result *);

#endif
