/* ending.h: how a scan ended: the last log lines, scan.finished, exit code. */
#ifndef SCAN_ENDING_H
#define SCAN_ENDING_H

#include "helper/base/checked.h"
#include "helper/scan/events.h"

enum ending { END_COMPLETED, END_CANCELLED, END_FAILED };
const char *ending_name(enum ending);		/* "completed" */

/* The design's 2.3, the first that applies: 130 cancelled, 4 log-in refused by
 * Jira or by every host that took a connection, 3 results wait in the outbox,
 * 5 some asset failed or is ambiguous, 2 no host could be scanned, 0. */
int ending_exit_code(const struct tally *, enum ending) CHECKED;
/* `doing` begins the log's last lines: "Scanning".  `posted`: assets were
 * written, so their numbers are told. */
void ending_tell(struct events *, const struct tally *, enum ending,
    const char *doing, bool posted);

#endif
