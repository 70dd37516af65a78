/* creds.h: which credential next, and the guard that keeps accounts unlocked.
 *
 * An account is DOMAIN\user for all hosts together; a local account (.\user,
 * SSH) is one per host.  Until an account has succeeded in this run, and again
 * after each refusal, at most one attempt with it is in flight; the others
 * wait.  `refusals` refused in a row suspend it: for the run, and, through the
 * suspensions on disk, until its secret changes.  Design 2.2, Credentials.
 *
 * Thread-safe.  Keys, agents and tickets pass: they cannot lock an account.
 */
#ifndef SCAN_CREDS_H
#define SCAN_CREDS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/deadline.h"
#include "helper/base/net.h"
#include "helper/scan/cred.h"
#include "helper/scan/suspend.h"
#include "helper/scan/worked.h"

struct scan_plan;
struct creds;

/* log() gets the line for the administrator when an account is suspended; it
 * is called without a lock held.  `suspended` is borrowed; NULL: this run only. */
struct creds *creds_new(const struct scan_plan *, struct suspend *suspended,
    void (*log)(void *ctx, const char *line), void *ctx, struct err *) CHECKED;
void          creds_free(struct creds *);

/* What earlier scans found to work, and where this one's findings go; borrowed,
 * used under the lock.  Before any other call. */
void creds_use_worked(struct creds *, struct worked *);

/* The plan's credentials for a host, in the order to try: what worked there, in
 * this scan or an earlier one, or in its neighbourhood first.  Gives their number; out has room for plan->ncreds. */
size_t creds_order(struct creds *, enum protocol, const struct net_addr *,
    const uint32_t *tags, size_t ntags, const struct cred **out);

enum attempt { ATTEMPT_WORKED, ATTEMPT_REFUSED, ATTEMPT_UNDECIDED };

/* Waits for leave to try `c` at `host`.  ERR_SUSPENDED, ERR_TIMEOUT,
 * ERR_CANCELLED.  Each success must be followed by creds_tried(). */
bool creds_try(struct creds *, const struct cred *c, const struct net_addr *host,
    struct deadline by, struct err *) CHECKED;
void creds_tried(struct creds *, const struct cred *c,
    const struct net_addr *host, enum attempt);
/* Wakes all who wait, after the cancel descriptor was fired. */
void creds_wake(struct creds *);

#endif
