/* outbox.h: what could not be posted, one file per asset, fsynced, mode 0600,
 * without secrets.  Bound to the Jira URL it was meant for.  Two processes may
 * share it.  State of a record: intent, queued, rejected (done is removed).
 */
#ifndef JIRA_OUTBOX_H
#define JIRA_OUTBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/jira/poster.h"

/* [{id, state, url, address, title, keys, since, attempts, error}], oldest
 * first.  url NULL: all.  New reference; NULL with ERR_STATE_DIR. */
json_t *outbox_list(const char *state_dir, const char *url, struct err *) CHECKED;
/* Posts what waits for target->url; results as from the poster. */
struct outbox_totals { size_t posted, left, rejected, ambiguous; };
bool outbox_flush(const struct jira_target *, bool include_rejected,
    void (*result)(void *ctx, const struct asset_result *), void *ctx,
    struct outbox_totals *, struct deadline by, struct err *) CHECKED;
/* Removes one record, or all of a URL (id NULL); gives how many. */
bool outbox_drop(const char *state_dir, const char *id, const char *url,
    size_t *dropped, struct err *) CHECKED;

#endif
