/* asset.h: an asset as JSON and back, for the outbox; and what its keys say.
 */
#ifndef JIRA_ASSET_H
#define JIRA_ASSET_H

#include <jansson.h>

#include "helper/jira/poster.h"

#define ASSET_FIELDS_MAX 1024
#define ASSET_VALUES_MAX 4096
#define ASSET_KEYS_MAX   256

json_t *asset_to_json(const struct asset *) CHECKED;
/* NULL when it is none. */
struct asset *asset_from_json(const json_t *) CHECKED;

/* A key's value in one spelling for comparing: MAC as twelve hex digits, serial
 * number in lower case, UUID in one of its two byte orders, trimmed.  Freed with free(); NULL: the value
 * is none of its kind, or no memory. */
char *asset_key_canonical(const struct asset_key *) CHECKED;
/* "field=canonical"; freed with free(). */
char *asset_key_name(const struct asset_key *) CHECKED;

#endif
