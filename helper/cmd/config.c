#include "helper/cmd/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cmd/front.h"

#define CONFIG_MAX (4 << 20)

static void
on_problem(void *path, const char *pointer, const char *message)
{
	fprintf(stderr, "assetscan: %s: %s: %s\n", (const char *)path, pointer,
	    message);
}

static bool
is_json(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{';
}

static json_t *
parse(const char *text, size_t n, struct err *e)
{
	json_error_t where;
	json_t *v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);

	if (v == NULL)
		fail(e, ERR_MAPPING, "line %d, column %d: %s", where.line,
		    where.column, where.text);
	return v;
}

struct mapping *
config_load(const char *path, struct err *e)
{
	struct mapping *m = NULL;
	json_t *v = NULL;
	size_t n;
	char *text = front_read(path, CONFIG_MAX, &n, e);

	if (text == NULL)
		return NULL;
	if (!is_json(text))
		m = mapping_from_xml(text, n, e);
	else if ((v = parse(text, n, e)) != NULL)
		m = mapping_from_json(v, on_problem, (void *)(uintptr_t)path, e);
	if (m == NULL)
		fail_in(e, "%s", path);
	json_decref(v);
	free(text);
	return m;
}

/* As it stands, so that the scan's own check names its lines: XML goes in as
 * text, JSON as an object. */
static json_t *
as_it_stands(const char *path, struct err *e)
{
	json_t *config;
	size_t n;
	char *text = front_read(path, CONFIG_MAX, &n, e);

	if (text == NULL)
		return NULL;
	if (is_json(text)) {
		if ((config = parse(text, n, e)) == NULL)
			fail_in(e, "%s", path);
	} else if ((config = json_stringn(text, n)) == NULL) {
		fail(e, ERR_MAPPING, "%s is not UTF-8 text", path);
	}
	free(text);
	return config;
}

/* The systems of a mapping's JSON: it may be one, or a list of them. */
static void
add_systems(json_t *systems, json_t *mapping)
{
	json_t *list = json_object_get(mapping, "systems");

	if (json_is_array(list))
		json_array_extend(systems, list);
	else if (mapping != NULL)
		json_array_append(systems, mapping);
	json_decref(mapping);
}

static json_t *
both(const char *a_path, const char *b_path, struct err *e)
{
	static const char *const names[] = { "Linux", "macOS", "Windows" };
	struct mapping *a = config_load(a_path, e);
	struct mapping *b = a != NULL ? config_load(b_path, e) : NULL;
	json_t *systems = json_array();

	for (int os = 0; b != NULL && os < MAP_OS_COUNT; os++)
		if (mapping_has_os(a, (enum map_os)os) &&
		    mapping_has_os(b, (enum map_os)os)) {
			fail(e, ERR_MAPPING, "%s and %s both have a part for %s",
			    a_path, b_path, names[os]);
			fail_hint(e, "Take that part out of one of them, or give "
			    "one file.");
		}
	if (b != NULL && e->code == ERR_NONE) {
		add_systems(systems, mapping_to_json(a));
		add_systems(systems, mapping_to_json(b));
	}
	mapping_free(a);
	mapping_free(b);
	if (e->code == ERR_NONE)
		return json_pack("{s:o}", "systems", systems);
	json_decref(systems);
	return NULL;
}

json_t *
config_option(const struct opts *o, struct err *e)
{
	const char *a = opt_str(o, OPT_CONFIG), *b = opt_str(o, OPT_WMI_CONFIG);

	if (a != NULL && b != NULL)
		return both(a, b, e);
	return a != NULL || b != NULL ? as_it_stands(a != NULL ? a : b, e) : NULL;
}

const char *
config_path(const struct opts *o)
{
	const char *a = opt_str(o, OPT_CONFIG), *b = opt_str(o, OPT_WMI_CONFIG);

	return a != NULL && b != NULL ? NULL : a != NULL ? a : b;
}
