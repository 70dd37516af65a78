/* scans.h: the scans of one process: their names, their ends, how many. */
#ifndef CMD_SCANS_H
#define CMD_SCANS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/scan/scan.h"

struct scans;

struct scans *scans_new(void) CHECKED;
/* Cancels and waits for what still runs. */
void scans_free(struct scans *);

/* Takes the plan; names the scan; it runs after scan_go().  Finished scans are
 * forgotten, oldest first, beyond 64. */
struct scan *scans_add(struct scans *, struct scan_plan *,
    const struct scan_env *, struct err *) CHECKED;
/* Borrowed, and kept alive until scans_release(); NULL with ERR_NOT_FOUND. */
struct scan *scans_hold(struct scans *, const char *id, struct err *) CHECKED;
void         scans_release(struct scans *, struct scan *);
json_t      *scans_status(struct scans *) CHECKED;	/* [status, ...] */
size_t       scans_running(struct scans *);
void         scans_cancel_all(struct scans *);
void         scans_wait_all(struct scans *);

#endif
