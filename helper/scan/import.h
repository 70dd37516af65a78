/* import.h: results that another machine scanned, matched and posted here as a
 * scan would: claims, identity rules, policies, outbox, events, exit codes.
 *
 *   import_check() each scan.host -> import_new() -> import_host() each -> import_end()
 *
 * Nothing is sent before every line has been checked.
 */
#ifndef SCAN_IMPORT_H
#define SCAN_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/scan/scan.h"

/* Whether a scan.host (its params) is whole enough to make an asset of;
 * ERR_INVALID says what is wrong with it. */
bool import_check(const json_t *host, struct err *) CHECKED;

struct import;
/* params: {profile: {name, assetType, folder, updateOnly}, jira}; problem() as of
 * scan_plan_new().  `hosts`: how many will come.  ERR_STATE_DIR without a folder
 * for the outbox, unless it is a dry run. */
struct import *import_new(const json_t *params, uint64_t hosts,
    const struct scan_env *,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *) CHECKED;
/* One checked host; borrowed.  Waits while Jira is slower.  After a cancellation
 * it does nothing. */
void import_host(struct import *, const json_t *host);
void import_cancel(struct import *);	/* returns at once; thread-safe */
void import_warn(struct import *, const char *line);	/* into the log */
/* Waits for Jira, sends scan.finished; gives the exit code of a scan. */
int  import_end(struct import *) CHECKED;
void import_free(struct import *);	/* NULL is fine */

#endif
