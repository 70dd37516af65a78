/* sections.h: the inventory sections that a profile may ask for (design, 4).
 *
 *   sections.def             which sections there are, and their fact classes
 *   {"battery": {"battery": [{...}], "missing": [{"what", "why", "fix"}]}}
 *
 * A section is an object of its fact classes: an array of rows, or for a class
 * with one row a host that row or null.  `missing` says of what is not there
 * why, and what would make it appear: a class ("tpm"), or a fact ("tpm.version").
 * That there simply is none (no battery) is no lack.
 */
#ifndef MAP_SECTIONS_H
#define MAP_SECTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/map/fact.h"
#include "helper/map/mapping.h"

/* In a profile it stands for all of them. */
#define SECTION_ALL "all"

size_t      section_count(void);
const char *section_name(size_t i);
const char *section_about(size_t i);
bool        section_known(const char *name) CHECKED;
const char *section_names(void);		/* "hardware, cpu, memory, ..." */
/* The i-th fact class of a section; NULL: it has no more. */
const char *section_class(const char *name, size_t i);
/* What was asked and came of a host of that system.  New reference. */
json_t *sections_json(const struct facts *, enum map_os, char *const *names,
    size_t n) CHECKED;

#endif
