/* nql.h: queries in Asset Tracker's language, built by rule only.
 *
 *   type = "Computer" AND (spartez.network = "00:1a:..." OR ...)
 *
 * Escapes are not known, so nothing that would need one gets in: values of
 * [0-9A-Za-z:._ -] in quotes, field names of [0-9A-Za-z._-].
 */
#ifndef JIRA_NQL_H
#define JIRA_NQL_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/writer.h"
#include "helper/jira/poster.h"

#define NQL_VALUE_MAX 200
#define NQL_QUERY_MAX 4096	/* servers take 8 KiB of request line; it is encoded */

bool nql_value_ok(const char *) CHECKED;
bool nql_field_ok(const char *) CHECKED;
/* True when the key can be asked for: field and value fit the rules. */
bool nql_key_ok(const struct asset_key *) CHECKED;
/* Appends the query for those of n keys that can be asked for; display may be
 * NULL or unfit: then the type is left out.  w->bad when it grows too long or
 * no key is left. */
void nql_match(struct wr *w, const char *display,
    const struct asset_key *const *keys, size_t n);

#endif
