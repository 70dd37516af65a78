/* common.h: what the mapping's tests share. */
#ifndef TESTS_MAP_COMMON_H
#define TESTS_MAP_COMMON_H

#include "helper/map/mapping.h"	/* before cmocka, which has a fail() too */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline char *
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *s = calloc(1, 65536);
	size_t n;

	if (f == NULL || s == NULL)
		fail_msg("%s cannot be read (run from the repository's root)", path);
	n = fread(s, 1, 65535, f);
	s[n] = '\0';
	fclose(f);
	return s;
}

static inline struct mapping *
from_xml(const char *text)
{
	struct err e = { .code = ERR_NONE };
	struct mapping *m = mapping_from_xml(text, strlen(text), &e);

	if (m == NULL)
		fail_msg("%s", e.text);
	return m;
}

static inline struct mapping *
from_json(const char *text)
{
	struct err e = { .code = ERR_NONE };
	json_error_t je;
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &je);
	struct mapping *m;

	if (o == NULL)
		fail_msg("line %d: %s", je.line, je.text);
	m = mapping_from_json(o, NULL, NULL, &e);
	json_decref(o);
	if (m == NULL)
		fail_msg("%s", e.text);
	return m;
}

/* A rule for every system, in a mapping that only updates. */
#define RULE(members) "{\"matcher\":{\"updateOnly\":true,\"keys\":[" \
	"{\"field\":\"spartez.network\"}]},\"fields\":[" members "]}"

static inline const struct map_need *
find_need(const struct mapping *m, enum map_os os, enum map_need_kind kind,
    const char *what, const char *property)
{
	for (size_t i = 0; i < mapping_needs(m, os); i++) {
		const struct map_need *n = mapping_need(m, os, i);

		if (n->kind == kind && strcmp(n->what, what) == 0 &&
		    (property == NULL || (n->property != NULL &&
		    strcmp(n->property, property) == 0)))
			return n;
	}
	return NULL;
}

#endif
