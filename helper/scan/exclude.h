/* exclude.h: "!name" in the ranges keeps the name's addresses out, too.
 *
 * Names are resolved when the scan runs, not when it is asked for, so the number
 * of addresses was given before: what falls away here counts as skipped.  The
 * ranges themselves stay as they are: every shard counts through the same ones.
 */
#ifndef SCAN_EXCLUDE_H
#define SCAN_EXCLUDE_H

#include "helper/scan/events.h"
#include "helper/scan/plan.h"

/* Fills plan->left_out, before the plan is shared.  A name that has no address is
 * warned about.  False: no memory. */
bool exclude_names(struct scan_plan *, struct events *, int cancel_fd,
    struct err *) CHECKED;

#endif
