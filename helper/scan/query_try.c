#include "helper/scan/query_try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/base/text.h"

/* --- facts -------------------------------------------------------------------------- */

static bool
class_known(const char *class, struct problems *p, const struct at *at)
{
	struct nearest near = { .wanted = class };

	for (size_t i = 0; i < fact_class_infos(); i++) {
		if (strcasecmp(fact_class_info_at(i)->name, class) == 0)
			return true;
		nearest_offer(&near, fact_class_info_at(i)->name);
	}
	if (nearest_name(&near) != NULL)
		problem(p, at, "there is no class of facts \"%.60s\"; is it "
		    "%s?", class, nearest_name(&near));
	else
		problem(p, at, "there is no class of facts \"%.60s\"; without "
		    "one the facts of all are listed", class);
	return false;
}

struct mapping *
facts_mapping(const char *class, struct problems *p, const struct at *at)
{
	struct err e = { .code = ERR_NONE };
	json_t *fields = json_array(), *o;
	struct mapping *m = NULL;
	char dotted[128];

	if (class != NULL && !class_known(class, p, at)) {
		json_decref(fields);
		return NULL;
	}
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *f = fact_info_at(i);

		if (class != NULL && strcasecmp(class, f->class) != 0)
			continue;
		snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
		json_array_append_new(fields, json_pack("{s:s, s:{s:s}}",
		    "field", dotted, "from", "fact", dotted));
	}
	o = json_pack("{s:o}", "fields", fields);
	m = mapping_from_json(o, NULL, NULL, &e);
	if (m == NULL)
		problem(p, at, "%s", e.text);
	json_decref(o);
	return m;
}

static json_t *
fact_row_json(const struct fact_info *f, size_t row, size_t rows,
    const struct fact *v, const struct facts *facts)
{
	const char *why = NULL, *fix = NULL;
	char dotted[128], note[900] = "";

	snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
	if (v == NULL && facts_why(facts, dotted, &why, &fix))
		snprintf(note, sizeof(note), "%s%s%s", why,
		    fix != NULL ? ". " : "", fix != NULL ? fix : "");
	else if (rows > 1 && row == 0)
		snprintf(note, sizeof(note), "%s (the first of %zu rows)",
		    f->about, rows);
	else
		snprintf(note, sizeof(note), "%s", f->about);
	return json_pack("{s:s, s:I, s:o, s:s, s:s}", "fact", dotted, "row",
	    (json_int_t)row + 1, "value",
	    v != NULL ? fact_json(v) : json_null(), "unit", f->unit,
	    "note", note);
}

static bool
give_class(const struct facts *facts, const char *class, bool all,
    bool (*row)(void *ctx, json_t *row), void *ctx)
{
	size_t rows = facts_rows(facts, class), shown = all ? rows : 1;

	for (size_t r = 0; r == 0 || (r < shown && r < rows); r++)
		for (size_t i = 0; i < fact_infos(); i++) {
			const struct fact_info *f = fact_info_at(i);
			const struct fact *v = NULL;
			json_t *one;

			if (strcasecmp(f->class, class) != 0)
				continue;
			if (r < rows)
				v = fact_get(facts_at(facts, class, r), f->name);
			if (v != NULL && v->type == FACT_NULL)
				v = NULL;
			one = fact_row_json(f, r, all ? 1 : rows, v, facts);
			if (one == NULL || !row(ctx, one))
				return false;
		}
	return true;
}

/* identity.* is made, not asked. */
static bool
give_identity(const struct facts *facts,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct err *e)
{
	struct identity *id = identity_from_facts(facts);
	struct facts *made = facts_new();
	struct fact_row *r = facts_row(made, "identity");
	bool on;

	if (id == NULL || made == NULL) {
		identity_free(id);
		facts_free(made);
		return fail(e, ERR_MEMORY, "no memory for facts");
	}
	for (size_t i = 0; i < identity_macs(id); i++)
		fact_append(r, "mac", identity_mac(id, i));
	fact_str(r, "serial", identity_serial(id));
	fact_str(r, "uuid", identity_uuid(id));
	on = give_class(made, "identity", true, row, ctx);
	identity_free(id);
	facts_free(made);
	return on;
}

bool
facts_rows_give(const struct facts *facts, const char *class,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct err *e)
{
	for (size_t i = 0; i < fact_class_infos(); i++) {
		const char *name = fact_class_info_at(i)->name;

		if (class != NULL && strcasecmp(class, name) != 0)
			continue;
		if (!(strcmp(name, "identity") == 0 ?
		    give_identity(facts, row, ctx, e) :
		    give_class(facts, name, class != NULL, row, ctx)))
			return e->code == ERR_NONE;
	}
	return true;
}

/* Where the entry says no field: there it goes, and nobody is told. */
#define NO_FIELD "no.field"

/* --- one entry ------------------------------------------------------------------------- */

static void
entry_problem(void *ctx, const char *pointer, const char *message)
{
	char *text = ctx;
	size_t n = strlen(text);

	/* "/fields/0/regex" -> "regex" */
	if (text_starts(pointer, "/fields/0"))
		pointer += 9;
	snprintf(text + n, 600 - n, "%s%s%s%s", n > 0 ? "; " : "",
	    pointer + (*pointer == '/'), *pointer != '\0' ? ": " : "", message);
}

static struct mapping *
from_object(const json_t *entry, enum protocol proto, struct problems *p,
    const struct at *at)
{
	json_t *rule = json_copy((json_t *)(uintptr_t)entry), *o;
	struct err e = { .code = ERR_NONE };
	char text[600] = "";
	struct mapping *m;

	/* Where it goes is of no matter here. */
	if (json_object_get(rule, "field") == NULL)
		json_object_set_new(rule, "field", json_string(NO_FIELD));
	json_object_del(rule, "disabled");
	o = proto == PROTO_WMI ? json_pack("{s:s, s:[o]}", "os", "windows",
	    "fields", rule) : json_pack("{s:[s, s], s:[o]}", "os", "linux",
	    "darwin", "fields", rule);
	m = mapping_from_json(o, entry_problem, text, &e);
	if (m == NULL)
		problem(p, at, "%s", text[0] != '\0' ? text : e.text);
	json_decref(o);
	return m;
}

/* <field .../> as it stands in a file, without what is around it there. */
static struct mapping *
from_xml(const char *entry, enum protocol proto, struct problems *p,
    const struct at *at)
{
	struct err e = { .code = ERR_NONE };
	struct mapping *m = NULL;
	char *text;

	if ((proto == PROTO_WMI ? asprintf(&text, "<fields><os type=\"windows\">"
	    "%s</os></fields>", entry) : asprintf(&text, "<fields><os "
	    "type=\"linux\">%s</os><os type=\"darwin\">%s</os></fields>", entry,
	    entry)) < 0) {
		problem(p, at, "no memory");
		return NULL;
	}
	m = mapping_from_xml(text, strlen(text), &e);
	if (m == NULL)
		problem(p, at, "%s (the entry is one <field .../>)", e.text);
	free(text);
	return m;
}

struct mapping *
try_mapping(const json_t *entry, enum protocol proto, struct problems *p,
    const struct at *at)
{
	const char *text = json_string_value(entry);
	struct mapping *m = NULL;
	json_error_t why;
	json_t *o;

	if (json_is_object(entry))
		return from_object(entry, proto, p, at);
	if (text == NULL) {
		problem(p, at, "must be a mapping entry: an object, or the text "
		    "of one in JSON or XML");
		return NULL;
	}
	text += strspn(text, " \t\r\n");
	if (*text == '<')
		return from_xml(text, proto, p, at);
	if (strlen(text) > 65536 || (o = json_loads(text, 0, &why)) == NULL)
		problem(p, at, "it is neither JSON nor an XML element; an entry "
		    "is {\"from\": {\"fact\": \"os.name\"}} or <field "
		    "assetField=\"a.b\" fact=\"os.name\"/>");
	else {
		m = from_object(o, proto, p, at);
		json_decref(o);
	}
	return m;
}

static json_t *
step(const char *name, const char *value)
{
	return json_pack("{s:s, s:i, s:s, s:n}", "step", name, "row", 0, "value",
	    value, "note");
}

bool
try_rows_give(const struct mapping *m, const struct facts *facts,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct err *e)
{
	enum map_os os;
	json_t *steps, *one;
	bool on = true;
	size_t i;

	if (!mapping_os_of(facts, &os))
		return fail(e, ERR_UNKNOWN_OS, "the host did not say which "
		    "system it is");
	if ((steps = mapping_try(m, os, facts, e)) == NULL)
		return false;
	for (i = 0; i < mapping_warnings(m); i++)
		if (on && strstr(mapping_warning(m, i), "matcher") == NULL)
			on = row(ctx, step("warning", mapping_warning(m, i)));
	json_array_foreach(steps, i, one) {
		const char *note = json_string_value(json_object_get(one, "note"));

		if (note != NULL && strcmp(note, NO_FIELD) == 0)
			json_object_set_new(one, "note", json_null());
		on = on && row(ctx, json_incref(one));
	}
	json_decref(steps);
	return true;
}
