/* map_json.c: a mapping as a JSON object, in and out.
 *
 *   one system, or all:  {os, path, matcher, fields}
 *   several:             {systems: [{os, path, matcher, fields}, ...]}
 *
 *   os       "linux", "darwin", "windows" or a list of them; absent: all three,
 *            and each system takes the rules that it can answer
 *   path     folders with colons between, put into PATH for commands
 *   matcher  {keys: [{field, from, kind}], filter, updateOnly}
 *   fields   [{field, from, divide, decimals, regex, template, join, list,
 *            policy, tolerance, disabled}]; two for one field are alternatives
 *   from     {fact}, {class, property, namespace, filter}, {registry, value},
 *            {file}, {sysctl}, {command}
 *   "//"     a remark, anywhere
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/base/text.h"
#include "helper/map/map_rules.h"

/* A JSON Pointer, from its end to its start [RFC 6901]. */
struct at { const struct at *up; const char *name; size_t index; };

struct load {
	struct mapping *map;
	void (*problem)(void *ctx, const char *pointer, const char *message);
	void *ctx;
	size_t problems;
	char first[400];
};

static void
pointer_text(const struct at *at, char *out, size_t cap)
{
	size_t n;

	if (at == NULL) {
		out[0] = '\0';
		return;
	}
	pointer_text(at->up, out, cap);
	n = strlen(out);
	if (at->name == NULL) {
		snprintf(out + n, cap - n, "/%zu", at->index);
		return;
	}
	if (n < cap - 1)
		out[n++] = '/';
	for (const char *s = at->name; *s != '\0' && n + 2 < cap; s++) {
		if (*s == '~' || *s == '/')
			out[n++] = '~';
		out[n++] = *s == '~' ? '0' : *s == '/' ? '1' : *s;
	}
	out[n] = '\0';
}

static void
complain(struct load *l, const struct at *up, const char *member,
    const char *fmt, ...) PRINTF(4, 5);

static void
complain(struct load *l, const struct at *up, const char *member,
    const char *fmt, ...)
{
	struct at at = { up, member, 0 };
	char where[256], text[400];
	va_list ap;

	pointer_text(member != NULL ? &at : up, where, sizeof(where));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (l->problems++ == 0)
		snprintf(l->first, sizeof(l->first), "%.100s: %.290s",
		    where[0] != '\0' ? where : "/", text);
	if (l->problem != NULL)
		l->problem(l->ctx, where, text);
}

/* --- members ------------------------------------------------------------------------ */

static void
only(struct load *l, const struct at *up, const json_t *o,
    const char *const *names, size_t n)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)o, name, v) {
		struct nearest near = { .wanted = name };
		size_t i;

		if (strcmp(name, "//") == 0)
			continue;
		for (i = 0; i < n && strcmp(names[i], name) != 0; i++)
			nearest_offer(&near, names[i]);
		if (i == n && nearest_name(&near) != NULL)
			complain(l, up, name, "unknown member; is it %s?",
			    nearest_name(&near));
		else if (i == n)
			complain(l, up, name, "unknown member");
	}
}
#define ONLY(l, up, o, ...) do { \
	static const char *const names_[] = { __VA_ARGS__ }; \
	only(l, up, o, names_, ARRAY_LEN(names_)); \
} while (0)

/* A copy of a text member; NULL: absent or, with a complaint, wrong. */
static char *
text_of(struct load *l, const struct at *up, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	const char *s = json_string_value(v);
	char *copy;

	if (v == NULL || json_is_null(v))
		return NULL;
	if (s == NULL || json_string_length(v) > MAP_TEXT_MAX ||
	    strlen(s) != json_string_length(v)) {
		complain(l, up, name, s == NULL ? "must be a text" :
		    "is longer than %d octets or has a NUL", MAP_TEXT_MAX);
		return NULL;
	}
	if ((copy = strdup(s)) == NULL)
		complain(l, up, name, "no memory");
	return copy;
}

static bool
bool_of(struct load *l, const struct at *up, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	if (v != NULL && !json_is_boolean(v))
		complain(l, up, name, "must be true or false");
	return json_is_true(v);
}

static int
choice_of(struct load *l, const struct at *up, const json_t *o,
    const char *name, const char *const *names, size_t n)
{
	const json_t *v = json_object_get(o, name);
	char list[128] = "";
	int i;

	if (v == NULL)
		return -1;
	if (json_is_string(v) &&
	    (i = map_find_name(names, n, json_string_value(v))) >= 0)
		return i;
	for (size_t k = 0; k < n; k++) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof(list) - len, "%s%s",
		    k > 0 ? ", " : "", names[k]);
	}
	complain(l, up, name, "must be one of %s", list);
	return -1;
}

/* --- from ----------------------------------------------------------------------------- */

static const struct { const char *name; enum map_need_kind kind; } kinds[] = {
	{ "fact", NEED_FACT }, { "class", NEED_CLASS },
	{ "registry", NEED_REGISTRY }, { "file", NEED_FILE },
	{ "sysctl", NEED_SYSCTL }, { "command", NEED_COMMAND },
};

/* Members that only one kind has. */
static const struct { const char *name; enum map_need_kind kind; } extras[] = {
	{ "property", NEED_CLASS }, { "namespace", NEED_CLASS },
	{ "filter", NEED_CLASS }, { "value", NEED_REGISTRY },
};

static bool
read_from(struct load *l, const struct at *up, const json_t *o,
    struct map_from *f)
{
	const json_t *v = json_object_get(o, "from");
	struct at at = { up, "from", 0 };
	size_t before = l->problems, n = 0, found = 0;

	if (v == NULL)
		return true;
	if (!json_is_object(v)) {
		complain(l, up, "from", "must be an object, such as "
		    "{\"fact\": \"os.name\"}");
		return false;
	}
	ONLY(l, &at, v, "fact", "class", "property", "namespace", "filter",
	    "registry", "value", "file", "sysctl", "command");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (json_object_get(v, kinds[i].name) != NULL) {
			n++;
			found = i;
		}
	if (n != 1) {
		complain(l, up, "from", "must have exactly one of fact, class, "
		    "registry, file, sysctl, command");
		return false;
	}
	f->set = true;
	f->kind = kinds[found].kind;
	for (size_t i = 0; i < ARRAY_LEN(extras); i++)
		if (extras[i].kind != f->kind &&
		    json_object_get(v, extras[i].name) != NULL)
			complain(l, &at, extras[i].name, "does not go with %s",
			    kinds[found].name);
	f->what = text_of(l, &at, v, kinds[found].name);
	if (f->kind == NEED_CLASS) {
		f->property = text_of(l, &at, v, "property");
		f->wmi_namespace = text_of(l, &at, v, "namespace");
		f->filter = text_of(l, &at, v, "filter");
	} else if (f->kind == NEED_REGISTRY &&
	    (f->property = text_of(l, &at, v, "value")) == NULL) {
		f->property = strdup("");
	}
	return l->problems == before;
}

/* --- matcher and fields ------------------------------------------------------------------ */

static void
read_key(struct load *l, struct map_system *s, const struct at *at,
    const json_t *v)
{
	struct map_problem why = { .member = NULL };
	struct map_key_rule *k;
	size_t before = l->problems;
	int kind;

	if (!json_is_object(v)) {
		complain(l, at, NULL, "must be an object");
		return;
	}
	ONLY(l, at, v, "field", "from", "kind", "disabled");
	if (bool_of(l, at, v, "disabled"))
		return;
	if ((k = system_add_key(s)) == NULL) {
		complain(l, at, NULL, "too many match fields");
		return;
	}
	k->field = text_of(l, at, v, "field");
	read_from(l, at, v, &k->from);
	kind = choice_of(l, at, v, "kind", map_key_kind_names,
	    ARRAY_LEN(map_key_kind_names));
	if (kind >= 0) {
		k->kind_set = true;
		k->kind = (enum map_key_kind)kind;
	}
	if (l->problems == before && !map_check_key(k, s->os, &why))
		complain(l, at, why.member, "%s", why.text);
}

static void
read_matcher(struct load *l, struct map_system *s, const struct at *up,
    const json_t *o)
{
	const json_t *v = json_object_get(o, "matcher"), *keys, *one;
	struct at at = { up, "matcher", 0 }, keys_at = { &at, "keys", 0 };
	struct map_problem why = { .member = NULL };
	size_t i;

	if (v == NULL)
		return;
	if (!json_is_object(v)) {
		complain(l, up, "matcher", "must be an object");
		return;
	}
	ONLY(l, &at, v, "keys", "filter", "updateOnly");
	s->has_matcher = true;
	s->update_only = bool_of(l, &at, v, "updateOnly");
	s->filter = text_of(l, &at, v, "filter");
	if (s->filter != NULL && !map_check_system(s, &why) &&
	    strcmp(why.member, "filter") == 0)
		complain(l, &at, why.member, "%s", why.text);
	keys = json_object_get(v, "keys");
	if (!json_is_array(keys)) {
		complain(l, &at, "keys", "must be a list of "
		    "{\"field\": ..., \"from\": ...}");
		return;
	}
	json_array_foreach(keys, i, one) {
		struct at key_at = { &keys_at, NULL, i };

		read_key(l, s, &key_at, one);
	}
}

static void
read_numbers(struct load *l, const struct at *at, const json_t *v,
    struct map_rule *r)
{
	const json_t *divide = json_object_get(v, "divide");
	const json_t *decimals = json_object_get(v, "decimals");

	if (divide != NULL) {
		r->divide = json_number_value(divide);
		if (!json_is_number(divide) || !(r->divide > 0))
			complain(l, at, "divide", "must be a number above 0");
	}
	if (decimals != NULL) {
		if (!json_is_integer(decimals) ||
		    json_integer_value(decimals) < 0 ||
		    json_integer_value(decimals) > 9)
			complain(l, at, "decimals", "must be 0 to 9");
		else
			r->decimals = (unsigned)json_integer_value(decimals);
	}
}

/* 10, "10" or "5%" */
static void
read_tolerance(struct load *l, const struct at *at, const json_t *v,
    struct map_rule *r)
{
	const json_t *t = json_object_get(v, "tolerance");
	bool ok = true;

	if (json_is_number(t)) {
		r->tolerance = (struct map_tolerance){ json_number_value(t), false };
		ok = r->tolerance.by > 0;
	} else if (t != NULL) {
		ok = json_is_string(t) && map_tolerance_parse(
		    json_string_value(t), &r->tolerance);
	}
	if (!ok)
		complain(l, at, "tolerance", "must be a number above 0, or a "
		    "text such as \"5%%\"");
}

static void
read_rule(struct load *l, struct map_system *s, const struct at *at,
    const json_t *v)
{
	struct map_problem why = { .member = NULL };
	struct map_rule *r;
	size_t before = l->problems;
	int policy;

	if (!json_is_object(v)) {
		complain(l, at, NULL, "must be an object");
		return;
	}
	ONLY(l, at, v, "field", "from", "divide", "decimals", "regex",
	    "template", "join", "list", "policy", "tolerance", "disabled");
	if (bool_of(l, at, v, "disabled") || json_object_size(v) == 0 ||
	    (json_object_size(v) == 1 && json_object_get(v, "//") != NULL))
		return;
	if ((r = system_add_rule(s)) == NULL) {
		complain(l, at, NULL, "more than %d fields", MAP_FIELDS_MAX);
		return;
	}
	r->field = text_of(l, at, v, "field");
	read_from(l, at, v, &r->from);
	read_numbers(l, at, v, r);
	r->regex = text_of(l, at, v, "regex");
	r->template = text_of(l, at, v, "template");
	r->join = text_of(l, at, v, "join");
	r->list = bool_of(l, at, v, "list");
	policy = choice_of(l, at, v, "policy", map_policy_names,
	    ARRAY_LEN(map_policy_names));
	r->policy = policy > 0 ? (enum map_policy)policy : POLICY_ALWAYS;
	read_tolerance(l, at, v, r);
	if (l->problems == before && !map_check_rule(r, s->os, &why))
		complain(l, at, why.member, "%s", why.text);
}

static void
read_fields(struct load *l, struct map_system *s, const struct at *up,
    const json_t *o)
{
	const json_t *v = json_object_get(o, "fields"), *one;
	struct at at = { up, "fields", 0 };
	size_t i;

	if (!json_is_array(v)) {
		complain(l, up, "fields", "must be a list");
		return;
	}
	if (json_array_size(v) > MAP_FIELDS_MAX) {
		complain(l, up, "fields", "has more than %d entries",
		    MAP_FIELDS_MAX);
		return;
	}
	json_array_foreach(v, i, one) {
		struct at rule_at = { &at, NULL, i };

		read_rule(l, s, &rule_at, one);
	}
}

/* --- systems ------------------------------------------------------------------------------- */

static unsigned
one_os(struct load *l, const struct at *up, const char *member,
    const json_t *v)
{
	enum map_os os;

	if (json_is_string(v) && map_os_by_name(json_string_value(v), &os))
		return 1u << os;
	complain(l, up, member, "must be \"linux\", \"darwin\" or \"windows\"");
	return 0;
}

static unsigned
os_of(struct load *l, const struct at *up, const json_t *o)
{
	const json_t *v = json_object_get(o, "os"), *one;
	struct at at = { up, "os", 0 };
	unsigned os = 0;
	size_t i;

	if (v == NULL)
		return MAP_ALL_OS;
	if (!json_is_array(v))
		return one_os(l, up, "os", v);
	if (json_array_size(v) == 0 || json_array_size(v) > MAP_OS_COUNT)
		complain(l, up, "os", "must name one to three systems");
	else
		json_array_foreach(v, i, one) {
			struct at os_at = { &at, NULL, i };

			os |= one_os(l, &os_at, NULL, one);
		}
	return os;
}

static void
read_system(struct load *l, const struct at *at, const json_t *o)
{
	struct map_problem why = { .member = NULL };
	struct map_system *s;
	unsigned os;

	if (!json_is_object(o)) {
		complain(l, at, NULL, "must be an object");
		return;
	}
	ONLY(l, at, o, "os", "path", "matcher", "fields");
	os = os_of(l, at, o);
	for (unsigned i = 0; i < MAP_OS_COUNT; i++)
		if ((os & 1u << i) != 0 &&
		    mapping_system(l->map, (enum map_os)i) != NULL)
			complain(l, at, "os", "there is a part for %s already",
			    map_os_name((enum map_os)i));
	if ((s = mapping_add_system(l->map)) == NULL) {
		complain(l, at, NULL, "no memory");
		return;
	}
	s->os = os;
	s->path = text_of(l, at, o, "path");
	if (!map_check_system(s, &why))
		complain(l, at, why.member, "%s", why.text);
	read_matcher(l, s, at, o);
	read_fields(l, s, at, o);
}

static void
read_root(struct load *l, const json_t *o)
{
	const json_t *list = json_object_get(o, "systems"), *one;
	struct at at = { NULL, "systems", 0 };
	size_t i;

	if (!json_is_object(o)) {
		complain(l, NULL, NULL, "must be an object");
		return;
	}
	if (list == NULL) {
		read_system(l, NULL, o);
		return;
	}
	ONLY(l, NULL, o, "systems");
	if (!json_is_array(list) || json_array_size(list) == 0 ||
	    json_array_size(list) > MAP_OS_COUNT) {
		complain(l, NULL, "systems", "must be a list of one to three "
		    "systems");
		return;
	}
	json_array_foreach(list, i, one) {
		struct at one_at = { &at, NULL, i };

		read_system(l, &one_at, one);
	}
}

struct mapping *
mapping_from_json(const json_t *o,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	struct load l = { .map = calloc(1, sizeof(struct mapping)),
		.problem = problem, .ctx = ctx };

	if (l.map == NULL) {
		fail(e, ERR_MEMORY, "no memory for a mapping");
		return NULL;
	}
	read_root(&l, o);
	if (l.problems == 0 && mapping_finish(l.map, e))
		return l.map;
	if (l.problems > 0)
		fail(e, ERR_MAPPING, "%s", l.first);
	mapping_free(l.map);
	return NULL;
}

/* --- out --------------------------------------------------------------------------------------- */

static void
put_text(json_t *o, const char *name, const char *s)
{
	if (s != NULL)
		json_object_set_new(o, name, json_string(s));
}

static json_t *
from_json(const struct map_from *f)
{
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == f->kind)
			put_text(o, kinds[i].name, f->what);
	put_text(o, f->kind == NEED_REGISTRY ? "value" : "property", f->property);
	put_text(o, "namespace", f->wmi_namespace);
	put_text(o, "filter", f->filter);
	return o;
}

static json_t *
number_json(double d)
{
	if (d >= 1 && d < 9e15 && (double)(json_int_t)d == d)
		return json_integer((json_int_t)d);
	return json_real(d);
}

static json_t *
tolerance_json(const struct map_tolerance *t)
{
	char text[40];

	if (!t->percent)
		return number_json(t->by);
	snprintf(text, sizeof(text), "%.15g%%", t->by);
	return json_string(text);
}

static json_t *
rule_json(const struct map_rule *r)
{
	json_t *o = json_object();

	put_text(o, "field", r->field);
	json_object_set_new(o, "from", from_json(&r->from));
	put_text(o, "regex", r->regex);
	if (r->divide > 0)
		json_object_set_new(o, "divide", number_json(r->divide));
	if (r->decimals > 0)
		json_object_set_new(o, "decimals", json_integer(r->decimals));
	put_text(o, "template", r->template);
	put_text(o, "join", r->join);
	if (r->list)
		json_object_set_new(o, "list", json_true());
	if (r->policy != POLICY_ALWAYS)
		put_text(o, "policy", map_policy_names[r->policy]);
	if (r->tolerance.by > 0)
		json_object_set_new(o, "tolerance",
		    tolerance_json(&r->tolerance));
	return o;
}

static json_t *
matcher_json(const struct map_system *s)
{
	json_t *o = json_object(), *keys = json_array(), *one;

	for (size_t i = 0; i < s->nkeys; i++) {
		one = json_object();
		put_text(one, "field", s->keys[i].field);
		json_object_set_new(one, "from", from_json(&s->keys[i].from));
		put_text(one, "kind", map_key_kind_names[s->keys[i].kind]);
		json_array_append_new(keys, one);
	}
	json_object_set_new(o, "keys", keys);
	put_text(o, "filter", s->filter);
	json_object_set_new(o, "updateOnly", json_boolean(s->update_only));
	return o;
}

static json_t *
system_json(const struct map_system *s)
{
	json_t *o = json_object(), *fields = json_array(), *os = json_array();

	for (unsigned i = 0; i < MAP_OS_COUNT; i++)
		if ((s->os & 1u << i) != 0)
			json_array_append_new(os,
			    json_string(map_os_name((enum map_os)i)));
	if (json_array_size(os) == 1)
		json_object_set(o, "os", json_array_get(os, 0));
	else if (s->os != MAP_ALL_OS)
		json_object_set(o, "os", os);
	json_decref(os);
	put_text(o, "path", s->path);
	json_object_set_new(o, "matcher", matcher_json(s));
	for (size_t i = 0; i < s->nrules; i++)
		json_array_append_new(fields, rule_json(&s->rules[i]));
	json_object_set_new(o, "fields", fields);
	return o;
}

json_t *
mapping_to_json(const struct mapping *m)
{
	json_t *list;

	if (m->nsystems == 1)
		return system_json(&m->systems[0]);
	list = json_array();
	for (size_t i = 0; i < m->nsystems; i++)
		json_array_append_new(list, system_json(&m->systems[i]));
	return json_pack("{s:o}", "systems", list);
}
