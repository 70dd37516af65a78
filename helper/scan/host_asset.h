/* host_asset.h: the `asset` member of scan.host: what makes an asset of a host
 * beside its fields, so that a line of results can be posted later, elsewhere.
 *
 *   {title, updateOnly, keys: [{field, kind, value}], ignored, policies: {field: policy}}
 *
 * Members of the outbox's records (asset.h) but for the fields, which scan.host
 * has already; a policy is named where it is not "always".
 */
#ifndef SCAN_HOST_ASSET_H
#define SCAN_HOST_ASSET_H

#include <jansson.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/jira/poster.h"
#include "helper/scan/claims.h"

/* NULL: no memory. */
json_t *host_asset_json(const struct asset *) CHECKED;
/* The asset of a scan.host that has one (not null), without the keys that the
 * claims made void (`c` NULL: all of them).  ERR_INVALID says what is wrong. */
struct asset *host_asset_read(const json_t *host, const struct claimed *c,
    struct err *) CHECKED;

/* Which of a computer's keys the claims made void. */
bool host_key_void(const struct claimed *, const char *const *macs, size_t nmacs,
    enum asset_key_kind, const char *value) CHECKED;

#define HOST_MACS_MAX 64
/* The identity of a scan.host as a claimant; borrows from host and macs. */
void host_claimant(const json_t *host, const char *macs[static HOST_MACS_MAX],
    struct claimant *);

#endif
