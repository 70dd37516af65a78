/* schema.c: the OpenRPC document as lists of man(7). */
#include <stdlib.h>
#include <string.h>

#include "packaging/gen/gen.h"
#include "schemas/openrpc.h"

#define REF "#/components/schemas/"

static void members(FILE *f, const json_t *schema);

static json_t *
document(void)
{
	json_error_t e;
	json_t *d = json_loadb(openrpc_json, openrpc_json_len, 0, &e);

	if (d == NULL) {
		fprintf(stderr, "openrpc.json: %s\n", e.text);
		exit(1);
	}
	return d;
}

static const char *
str(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* "type.range" as people call it: range. */
static const char *
type_name(const char *name)
{
	return strncmp(name, "type.", 5) == 0 ? name + 5 : name;
}

static void type_words(FILE *f, const json_t *schema);

static void
list_words(FILE *f, const json_t *list, const char *between, bool values)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		if (i > 0)
			fputs(between, f);
		if (!values) {
			type_words(f, v);
		} else if (json_is_string(v)) {
			fprintf(f, "\"%s\"", json_string_value(v));
		} else {
			char *text = json_dumps(v, JSON_ENCODE_ANY);

			fputs(text, f);
			free(text);
		}
	}
}

static void
limits(FILE *f, const json_t *schema)
{
	static const struct { const char *member, *words; } rows[] = {
		{ "minimum", "at least" }, { "exclusiveMinimum", "more than" },
		{ "maximum", "at most" }, { "exclusiveMaximum", "less than" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *v = json_object_get(schema, rows[i].member);

		if (v != NULL)
			fprintf(f, ", %s %.10g", rows[i].words, json_number_value(v));
	}
}

/* What a value is, in a few words: "array of range", "one of "a", "b"". */
static void
type_words(FILE *f, const json_t *schema)
{
	const char *ref = str(schema, "$ref");
	const json_t *type = json_object_get(schema, "type"), *list;

	if (strncmp(ref, REF, strlen(REF)) == 0) {
		fprintf(f, "`%s`", type_name(ref + strlen(REF)));
	} else if ((list = json_object_get(schema, "enum")) != NULL) {
		list_words(f, list, ", ", true);
	} else if ((list = json_object_get(schema, "const")) != NULL) {
		json_t *one = json_pack("[O]", list);

		list_words(f, one, "", true);
		json_decref(one);
	} else if ((list = json_object_get(schema, "allOf")) != NULL) {
		list_words(f, list, " and ", false);
	} else if ((list = json_object_get(schema, "anyOf")) != NULL ||
	    (type == NULL && (list = json_object_get(schema, "oneOf")) != NULL)) {
		list_words(f, list, " or ", false);
	} else if (json_is_array(type)) {
		const json_t *t;
		size_t i;

		json_array_foreach(type, i, t)
			fprintf(f, "%s%s", i > 0 ? " or " : "", json_string_value(t));
		limits(f, schema);
	} else if (strcmp(str(schema, "type"), "array") == 0) {
		fputs("array", f);
		if ((list = json_object_get(schema, "items")) != NULL) {
			fputs(" of ", f);
			type_words(f, list);
		}
	} else {
		fputs(type != NULL ? json_string_value(type) : "any value", f);
		limits(f, schema);
	}
}

/* "(string, required)" */
static char *
kind_of(const json_t *schema, bool required)
{
	const json_t *standard = json_object_get(schema, "default");
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	fputc('(', f);
	type_words(f, schema);
	if (required)
		fputs(", required", f);
	if (standard != NULL) {
		char *v = json_dumps(standard, JSON_ENCODE_ANY);

		fprintf(f, ", default %s", v);
		free(v);
	}
	fputc(')', f);
	fclose(f);
	return text;
}

static bool
holds(const json_t *list, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if (strcmp(json_string_value(v), name) == 0)
			return true;
	return false;
}

/* Members that are objects of their own, one step in. */
static void
inner(FILE *f, const json_t *schema)
{
	static const char *const ways[] = { "anyOf", "oneOf", "allOf" };
	const json_t *v;
	size_t i;

	if (json_object_get(schema, "properties") != NULL) {
		fputs(".RS\n", f);
		members(f, schema);
		fputs(".RE\n", f);
	}
	if ((v = json_object_get(schema, "items")) != NULL)
		inner(f, v);
	if (json_is_object(v = json_object_get(schema, "additionalProperties")))
		inner(f, v);
	for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
		json_array_foreach(json_object_get(schema, ways[w]), i, v)
			inner(f, v);
}

static void
member(FILE *f, const char *name, const json_t *schema, bool required)
{
	char *kind = kind_of(schema, required);

	roff_tag(f, name, kind);
	roff_text(f, str(schema, "description"));
	inner(f, schema);
	free(kind);
}

static void
members(FILE *f, const json_t *schema)
{
	const json_t *required = json_object_get(schema, "required"), *v;
	const char *name;

	json_object_foreach((json_t *)json_object_get(schema, "properties"), name, v)
		member(f, name, v, holds(required, name));
}

/* The parts of a schema without a tag: its members, or what it is. */
static void
body(FILE *f, const json_t *schema)
{
	static const char *const ways[] = { "anyOf", "oneOf", "allOf" };
	const json_t *part;
	char *kind;
	size_t i;

	if (json_object_size(json_object_get(schema, "properties")) > 0) {
		members(f, schema);
		return;
	}
	kind = kind_of(schema, false);
	fputs(".PP\n", f);
	roff_text(f, kind);
	free(kind);
	for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++)
		json_array_foreach(json_object_get(schema, ways[w]), i, part) {
			if (*str(part, "description") == '\0')
				continue;
			fputs(".PP\n", f);
			roff_text(f, str(part, "description"));
			members(f, part);
		}
	if ((part = json_object_get(schema, "items")) != NULL)
		inner(f, part);
}

static void
head(FILE *f, const char *name, const char *about)
{
	fputs(".SS ", f);
	roff_inline(f, name);
	fputc('\n', f);
	roff_text(f, about);
}

static void
error_names(FILE *f, const json_t *errors)
{
	char *text = NULL;
	size_t n, i;
	const json_t *v;
	FILE *words = open_memstream(&text, &n);

	json_array_foreach(errors, i, v) {
		const char *slash = strrchr(str(v, "$ref"), '/');

		fprintf(words, "%s`%s`", i > 0 ? ", " : "",
		    slash != NULL ? slash + 1 : "");
	}
	fclose(words);
	if (n > 0) {
		fputs(".PP\nErrors:\n", f);
		roff_text(f, text);
	}
	free(text);
}

void
print_methods(FILE *f)
{
	json_t *d = document(), *m, *p;
	size_t i, k;

	json_array_foreach(json_object_get(d, "methods"), i, m) {
		const json_t *params = json_object_get(m, "params");
		const json_t *result = json_object_get(json_object_get(m, "result"),
		    "schema");

		head(f, str(m, "name"), str(m, "summary"));
		fputs(".PP\n\\fIParameters:\\fP\n", f);
		if (json_array_size(params) == 0)
			fputs("none.\n", f);
		json_array_foreach(params, k, p) {
			const json_t *schema = json_object_get(p, "schema");
			char *kind = kind_of(schema,
			    json_is_true(json_object_get(p, "required")));

			roff_tag(f, str(p, "name"), kind);
			roff_text(f, str(p, "description"));
			inner(f, schema);
			free(kind);
		}
		fputs(".PP\n\\fIResult:\\fP\n", f);
		roff_text(f, str(result, "description"));
		body(f, result);
		error_names(f, json_object_get(m, "errors"));
	}
	json_decref(d);
}

void
print_notifications(FILE *f)
{
	json_t *d = document(), *n;
	size_t i;

	json_array_foreach(json_object_get(d, "x-notifications"), i, n) {
		const json_t *params = json_object_get(n, "params");

		head(f, str(n, "name"), str(params, "description"));
		body(f, params);
	}
	json_decref(d);
}

static void
types(FILE *f, const char *prefix, const char *but)
{
	json_t *d = document(), *v;
	const char *name;

	json_object_foreach(json_object_get(json_object_get(d, "components"),
	    "schemas"), name, v) {
		if (strncmp(name, prefix, strlen(prefix)) != 0 ||
		    (but != NULL && strncmp(name, but, strlen(but)) == 0))
			continue;
		head(f, type_name(name), str(v, "description"));
		body(f, v);
	}
	json_decref(d);
}

void
print_types(FILE *f)
{
	types(f, "type.", "type.mapping");
}

void
print_mapping_json(FILE *f)
{
	types(f, "type.mapping", NULL);
}

void
print_rpc_errors(FILE *f)
{
	json_t *d = document(), *v;
	const char *name;
	char number[40];

	json_object_foreach(json_object_get(json_object_get(d, "components"),
	    "errors"), name, v) {
		snprintf(number, sizeof(number), "%lld",
		    (long long)json_integer_value(json_object_get(v, "code")));
		roff_tag(f, number, name);
		roff_text(f, str(v, "message"));
	}
	json_decref(d);
}
