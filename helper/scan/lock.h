/* lock.h: one scan of a profile at a time on one machine (design, 2.4).
 *
 * A lock file below the state folder is held by the running process; the
 * kernel releases it when the process dies.  It stays behind, empty of meaning.
 */
#ifndef SCAN_LOCK_H
#define SCAN_LOCK_H

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct scan_lock;
/* ERR_SCAN_IN_PROGRESS (names the process that holds it), ERR_STATE_DIR.
 * url may be NULL. */
struct scan_lock *lock_take(const char *state_dir, const char *url,
    const char *profile, const char *shard, struct err *) CHECKED;
void              lock_release(struct scan_lock *);	/* NULL is fine */

#endif
