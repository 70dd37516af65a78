/* tracker.h: Asset Tracker's REST, one function a call.  [JIRA.md 4]
 *
 *   model, folder (once) -> search -> item -> create | update | set field
 *
 * Every call leaves its fate in *fate.  One thread at a time.
 */
#ifndef JIRA_TRACKER_H
#define JIRA_TRACKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/jira/http.h"
#include "helper/jira/model.h"
#include "helper/jira/poster.h"

struct tracker;
struct tracker *tracker_new(const struct jira_target *, struct err *) CHECKED;
void            tracker_free(struct tracker *);
const char     *tracker_base(const struct tracker *);	/* Jira's URL */

/* {name, displayName} and {version, ...}; new references. */
json_t *tracker_myself(struct tracker *, struct fate *, struct deadline, struct err *) CHECKED;
json_t *tracker_server(struct tracker *, struct fate *, struct deadline, struct err *) CHECKED;
/* Asked once, then remembered; borrowed. */
const struct model *tracker_model(struct tracker *, const char *type,
    struct fate *, struct deadline, struct err *) CHECKED;
/* Whether the folder ("/Electronics/Computers", with or without the leading
 * slash, or a number) is there; asked once, a yes is remembered. */
bool tracker_folder(struct tracker *, const char *folder, struct fate *,
    struct deadline, struct err *) CHECKED;

/* All hits, paged, at most 1000; a new array. */
json_t *tracker_search(struct tracker *, const char *query, struct fate *,
    struct deadline, struct err *) CHECKED;
json_t *tracker_item(struct tracker *, int64_t id, struct fate *,
    struct deadline, struct err *) CHECKED;
/* *id: 0 when the answer does not tell; *made: the asset as it is now, a new
 * reference, or NULL. */
bool tracker_create(struct tracker *, const char *type, const char *folder,
    const json_t *fields, int64_t *id, json_t **made, struct fate *,
    struct deadline, struct err *) CHECKED;
bool tracker_update(struct tracker *, const char *query, const json_t *fields,
    struct fate *, struct deadline, struct err *) CHECKED;
bool tracker_set_field(struct tracker *, int64_t id, const json_t *field,
    struct fate *, struct deadline, struct err *) CHECKED;

/* The asset's page; freed with free(). */
char *tracker_item_url(const char *base, int64_t id) CHECKED;

#endif
