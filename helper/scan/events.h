/* events.h: what a scan tells, in order and one at a time, and its counters.
 *
 * Sending may wait for a slow reader; counting never does.  Thread-safe.
 */
#ifndef SCAN_EVENTS_H
#define SCAN_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/jira/poster.h"
#include "helper/scan/job.h"
#include "helper/scan/scan.h"

struct events;
struct events *events_new(const struct scan_env *, const char *scan_id,
    uint64_t total) CHECKED;
void           events_free(struct events *);

/* Takes params and puts scanId into it.  NULL params are passed over. */
void events_send(struct events *, const char *method, json_t *params);

enum log_kind { TELL_INFO, TELL_WARNING, TELL_ERROR };
/* scan.log: a line as a person would word it; host text is escaped. */
void events_log(struct events *, enum log_kind, const char *fmt, ...)
    PRINTF(3, 4);

/* Starts and ends the clock and the two progress lines a second. */
bool events_start(struct events *) CHECKED;
void events_stop(struct events *);	/* the last scan.progress */

void events_found(struct events *);	/* an address answered, if only with a refusal */
void events_host(struct events *, enum host_state);
void events_asset(struct events *, enum asset_outcome);
void events_jira_login(struct events *);	/* Jira refused the log-in */
/* What was never tried counts as `s`, so that the totals add up. */
void events_rest(struct events *, enum host_state s);

struct tally {
	uint64_t total, done, found;
	uint64_t hosts[HOST_STATES], assets[ASSET_OUTCOMES];
	bool jira_login;
	double seconds, rate, eta;	/* eta < 0: not known */
};
void    events_tally(struct events *, struct tally *);
/* The members of scan.progress, without scanId. */
json_t *events_progress(const struct tally *) CHECKED;

#endif
