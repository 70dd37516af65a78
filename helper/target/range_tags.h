/* range_tags.h: sets of tags, each different set kept once; private to
 * helper/target.  A walk over ranges opens and closes tags; the set that is
 * open now has a number. */
#ifndef TARGET_RANGE_TAGS_H
#define TARGET_RANGE_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct range_tags;

struct range_tags *range_tags_new(void) CHECKED;
void range_tags_free(struct range_tags *);

/* A tag may be open several times; it counts until the last is closed. */
bool range_tags_open(struct range_tags *, uint32_t tag, struct err *) CHECKED;
void range_tags_close(struct range_tags *, uint32_t tag);
/* The number of the set that is open; ERR_LIMIT when all sets together grow
 * out of bounds. */
bool range_tags_current(struct range_tags *, uint32_t *set, struct err *) CHECKED;
/* No more sets: frees what only the walk needs. */
void range_tags_settle(struct range_tags *);
/* Ascending, borrowed until freed; valid once settled. */
const uint32_t *range_tags_list(const struct range_tags *, uint32_t set, size_t *n);

#endif
