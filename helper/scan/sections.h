/* sections.h: the inventory sections that a profile may ask for (design, 4).
 * A section is printed as the rows of its fact classes.
 */
#ifndef SCAN_SECTIONS_H
#define SCAN_SECTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/map/fact.h"

bool        section_known(const char *name) CHECKED;
const char *section_names(void);		/* "cpu, memory, ..." */
/* The i-th fact class of a section; NULL: it has no more. */
const char *section_class(const char *name, size_t i);
/* {"cpu": [{...}], ...} of what was asked and came; a section with several
 * classes is an object of their rows.  New reference. */
json_t *sections_json(const struct facts *, char *const *names, size_t n) CHECKED;

#endif
