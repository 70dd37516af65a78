/* worked.h: which credential worked at which host, for the next scan's order.
 *
 * The state folder holds worked.json, mode 0600: {"ssh 10.0.0.5": "lab"}: ids of
 * credentials, no user and no secret.  It only orders what may be tried anyway.
 * Two processes may share it: what both learnt is merged under a lock.
 */
#ifndef SCAN_WORKED_H
#define SCAN_WORKED_H

#include "helper/base/checked.h"
#include "helper/base/net.h"

struct worked;
/* What earlier scans left; nothing when the file is missing or damaged. */
struct worked *worked_open(const char *state_dir) CHECKED;	/* NULL: no memory */
void           worked_close(struct worked *);

/* The credential's id, borrowed until the next worked_put(); NULL: not known.
 * Callers take turns: not thread-safe. */
const char *worked_get(const struct worked *, const char *protocol,
    const struct net_addr *);
void        worked_put(struct worked *, const char *protocol,
    const struct net_addr *, const char *id);
/* Writes what was learnt.  A failure is logged only. */
void        worked_save(struct worked *);

#endif
