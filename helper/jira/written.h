/* written.h: what scans wrote into an asset, kept in the state folder, so that an
 * edit by hand is told from our own value.  Losing it does no harm: what nobody
 * remembers is taken for a person's.
 *
 *   STATE/written/<url>/<asset's number>   {"field": {"sent": [..], "shown": [..]}}
 *
 * sent    what was written last
 * shown   what the asset showed afterwards, where Jira made something else of it
 *
 * Secrets: none; files 0600, folders 0700.  Any thread, any process.
 */
#ifndef JIRA_WRITTEN_H
#define JIRA_WRITTEN_H

#include <jansson.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/jira/fit.h"
#include "helper/jira/model.h"

/* --- on disk ----------------------------------------------------------------- */

struct written;
/* Makes nothing yet; NULL: no state folder, or no memory: nothing is kept. */
struct written *written_open(const char *state_dir, const char *url) CHECKED;
void            written_free(struct written *);
/* Never NULL but for no memory: an empty object where nothing is known. */
json_t *written_load(const struct written *, int64_t id) CHECKED;
/* Replaces it; an empty object removes it.  Failures are harmless, see above. */
void    written_save(const struct written *, int64_t id, const json_t *);

/* --- what it means; pure ------------------------------------------------------- */

/* Somebody changed or emptied the field since, or nobody knows who filled it. */
bool written_by_hand(const json_t *all, const struct fitted_field *,
    const json_t *has) CHECKED;
/* What would be written was written before, and Jira made `has` of it. */
bool written_settled(const json_t *all, const struct fitted_field *,
    const json_t *has) CHECKED;
/* True when one of the changes ([{typeName, values}]) was written before. */
bool written_again(const json_t *all, const json_t *changes) CHECKED;
/* After a write of these changes into an asset that was `before` (NULL: a new
 * one) and is `after` (NULL: not looked at). */
void written_note(json_t *all, const struct fitted *, const struct model *,
    const json_t *changes, const json_t *before, const json_t *after);

#endif
