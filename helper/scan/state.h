/* state.h: the state folder: made with mode 0700, files in it 0600. */
#ifndef SCAN_STATE_H
#define SCAN_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

/* Makes the folder (and the folder `below` in it, NULL: none) where needed and
 * sees that this user may write there.  ERR_STATE_DIR. */
bool state_ready(const char *dir, const char *below, struct err *) CHECKED;
/* "dir/name"; freed with free(); NULL: no memory. */
char *state_path(const char *dir, const char *name) CHECKED;
/* A JSON file of ours, not longer than `most` octets and no link: an object.
 * What cannot be read counts as an empty one.  NULL: no memory. */
json_t *state_object(const char *path, size_t most) CHECKED;

#endif
