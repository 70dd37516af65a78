/* suspend.h: refused log-ons that are remembered across runs.
 *
 * The state folder holds suspended (lines "<keyed hash> <count>", appended, the
 * last one counts) and suspended.key (32 random octets), both mode 0600.  A
 * keyed hash is HMAC-SHA256 over account and secret, cut to 128 bits: the file
 * tells neither, and another secret is another line.  Two processes may share
 * it: every access holds a lock on the key file.  A claim is a lock on one octet
 * of that file, far behind its end and chosen by the account, so that it ends
 * with its process.
 */
#ifndef SCAN_SUSPEND_H
#define SCAN_SUSPEND_H

#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"

struct suspend;
struct suspend *suspend_open(const char *state_dir, struct err *) CHECKED;
void            suspend_close(struct suspend *);

/* How often in a row this secret was refused to this account, by any run. */
unsigned suspend_count(struct suspend *, const char *account,
    const struct secret *);
/* Remembers; 0 forgets.  Thread-safe.  A failure to write is logged only. */
void suspend_set(struct suspend *, const char *account, const struct secret *,
    unsigned count);

/* Waits until no other run is trying the account, and keeps it from doing so.
 * *claim is for suspend_release(); -1: this folder knows no locks.  Fails as
 * deadline_check() does. */
bool suspend_claim(struct suspend *, const char *account, int *claim,
    struct deadline by, struct err *) CHECKED;
void suspend_release(int claim);

#endif
