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
/* A claim in words, for the host's warnings; false: there is nothing to say. */
#define CLAIM_WORDS (4 * CLAIM_TEXT + 128)
bool outcome_claim_words(const struct claimed *, char dst[static CLAIM_WORDS]);
bool outcome_posts(const struct outcome *);
/* To the poster, or what stands in its way; takes the asset.  `why` is why there
 * is none (NULL), or in what words the computer is ambiguous. */
void outcome_post(const struct outcome *, const char *address, struct asset *,
    const struct claimed *, const struct err *why);
/* The poster's begins() and result(); ctx is a struct outcome. */
void outcome_begins(void *ctx, const char *address);
void outcome_asset(void *ctx, const struct asset_result *);

#endif
