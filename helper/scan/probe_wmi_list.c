/* probe_wmi_list.c: what there is to ask: the classes of a namespace, the properties
 * of a class with a sample, and which name was meant where one is wrong.
 *
 * Classes come from a schema query, SELECT * FROM meta_class; its LIKE thins them
 * out on the host, for each comes with all it declares. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/map/mapping.h"
#include "helper/scan/probe_wmi.h"
#include "helper/scan/protocols.h"

#define INVALID_CLASS	0x80041010u
#define INVALID_QUERY	0x80041017u
#define NOT_FOUND	0x80041002u
#define SAMPLE_SECONDS	10
#define SUGGEST_SECONDS	20
#define NAME_LEN	256
#define LISTED_MAX	50000		/* classes; root\\cimv2 has 1500 */
#define LISTED_OCTETS	(8u << 20)	/* of their names */

/* --- classes ------------------------------------------------------------------------ */

/* "Win32_*" -> "Win32[_]%"; a word without * or ? stands for what contains it. */
static bool
like_of(const char *pattern, char *out, size_t cap)
{
	bool bare = strpbrk(pattern, "*?") == NULL;
	size_t n = 0;

	if (bare)
		out[n++] = '%';
	for (; *pattern != '\0'; pattern++) {
		if (n + 5 >= cap || (!isalnum((unsigned char)*pattern) &&
		    strchr("_*?", *pattern) == NULL))
			return false;
		out[n++] = *pattern == '*' ? '%' : *pattern == '?' ? '_' :
		    *pattern;
	}
	if (bare)
		out[n++] = '%';
	out[n] = '\0';
	return true;
}

static bool
fits(const char *pattern, const char *name)
{
	return pattern == NULL || (strpbrk(pattern, "*?") == NULL ?
	    strcasestr(name, pattern) != NULL :
	    fnmatch(pattern, name, FNM_CASEFOLD) == 0);
}

static json_t *
class_row(const struct wmi_row *row)
{
	const char *parent = wmi_superclass(row);
	const char *advice = map_class_advice(wmi_class(row), NULL);

	return json_pack("{s:s, s:s?, s:s?, s:s?}", "class", wmi_class(row),
	    "parent", parent[0] != '\0' ? parent : NULL, "kind",
	    wmi_class_says(row, "abstract") ? "abstract" :
	    wmi_class_says(row, "association") ? "association" : NULL,
	    "advice", advice);
}

/* Calls take() for every class that the query gives and that fits; it takes a new
 * reference. */
static bool
take_classes(struct wmi *wmi, const char *ns, const char *wql,
    const char *pattern, bool (*take)(void *ctx, json_t *row), void *ctx,
    struct deadline by, struct err *e)
{
	struct wmi_query *q;
	const struct wmi_row *row;
	bool ok, on = true;
	json_t *one;

	q = wmi_query_as(wmi, ns, wql, WMI_ENUM_PLAIN, by, e);
	ok = q != NULL;
	while (ok && on && (ok = wmi_next(q, &row, by, e)) && row != NULL) {
		if (!fits(pattern, wmi_class(row)))
			continue;
		if ((one = class_row(row)) == NULL)
			ok = fail(e, ERR_MEMORY, "no memory for a row");
		else
			on = take(ctx, one);
	}
	wmi_query_close(q);
	return ok;
}

static bool
each_class(struct wmi *wmi, const char *ns, const char *pattern,
    bool (*take)(void *ctx, json_t *row), void *ctx, struct deadline by,
    struct err *e)
{
	static const char all[] = "SELECT * FROM meta_class";
	char like[2 * NAME_LEN], wql[3 * NAME_LEN];
	struct err why = { .code = ERR_NONE };

	if (pattern == NULL)
		return take_classes(wmi, ns, all, NULL, take, ctx, by, e);
	if (!like_of(pattern, like, sizeof(like)))
		return fail(e, ERR_INVALID, "\"%.60s\" is no pattern of class "
		    "names: letters, digits, _, and * or ?", pattern);
	snprintf(wql, sizeof(wql), "%s WHERE __CLASS LIKE '%s'", all, like);
	if (take_classes(wmi, ns, wql, pattern, take, ctx, by, &why))
		return true;
	/* Windows before XP has no LIKE: then we thin them out. */
	if (why.native == INVALID_QUERY)
		return take_classes(wmi, ns, all, pattern, take, ctx, by, e);
	*e = why;
	return false;
}

static const char *
name_of(const json_t *row)
{
	return json_string_value(json_object_get(row, "class"));
}

/* They are sorted, so all are held: not more than a namespace can have. */
struct collected {
	json_t *all;
	size_t octets;
	bool cut;
};

static bool
collect(void *ctx, json_t *row)
{
	struct collected *c = ctx;

	c->octets += strlen(name_of(row)) +
	    json_string_length(json_object_get(row, "parent"));
	c->cut = json_array_size(c->all) >= LISTED_MAX ||
	    c->octets > LISTED_OCTETS;
	if (!c->cut)
		return json_array_append_new(c->all, row) == 0;
	json_decref(row);
	return false;
}

/* Those of the system last. */
static int
by_name(const void *a, const void *b)
{
	const char *x = name_of(*(json_t *const *)a);
	const char *y = name_of(*(json_t *const *)b);
	int system = (strncmp(x, "__", 2) == 0) - (strncmp(y, "__", 2) == 0);

	return system != 0 ? system : strcasecmp(x, y);
}

bool
wmi_list_classes(struct wmi *wmi, struct query *q, struct deadline by,
    struct err *e)
{
	struct collected c = { .all = json_array() };
	json_t *all = c.all, **sorted;
	size_t n;
	bool ok = each_class(wmi, q->ns, q->text, collect, &c, by, e), on = true;

	n = json_array_size(all);
	if ((sorted = calloc(n + 1, sizeof(json_t *))) == NULL) {
		json_decref(all);
		return fail(e, ERR_MEMORY, "no memory for the classes");
	}
	for (size_t i = 0; i < n; i++)
		sorted[i] = json_array_get(all, i);
	qsort(sorted, n, sizeof(json_t *), by_name);
	for (size_t i = 0; on && i < n; i++)
		on = q->row(q->ctx, json_incref(sorted[i]));
	if (ok && n == 0 && q->text != NULL)
		snprintf(q->note, sizeof(q->note), "no class of %s fits "
		    "\"%.100s\"", q->ns != NULL ? q->ns : "root\\cimv2", q->text);
	if (c.cut)
		snprintf(q->note, sizeof(q->note), "the host has more classes "
		    "than %d: a pattern shows fewer", LISTED_MAX);
	free(sorted);
	json_decref(all);
	return ok;
}

/* --- what was meant ------------------------------------------------------------------ */

static bool
offer(void *ctx, json_t *row)
{
	nearest_offer(ctx, name_of(row));
	json_decref(row);
	return true;
}

static void
add_text(struct err *e, const char *what, const char *name)
{
	size_t n = strlen(e->text);

	if (name != NULL)
		snprintf(e->text + n, sizeof(e->text) - n, "; is it the %s %s?",
		    what, name);
}

static void
suggest_class(struct wmi *wmi, const char *ns, const char *class,
    struct deadline by, struct err *e)
{
	struct nearest near = { .wanted = class };
	struct err ignored = { .code = ERR_NONE };

	if (each_class(wmi, ns, NULL, offer, &near,
	    deadline_within(by, SUGGEST_SECONDS), &ignored))
		add_text(e, "class", nearest_name(&near));
}

static const char *
nearest_property(const struct wmi_row *class, struct nearest *near)
{
	const struct wmi_value *v;

	for (size_t i = 0; i < wmi_columns(class); i++)
		nearest_offer(near, wmi_column(class, i, &v));
	return nearest_name(near);
}

/* The next word of WQL: letters, digits and _; "*" and others are words of one. */
static bool
next_word(const char **at, char out[static NAME_LEN])
{
	const char *p = *at + strspn(*at, " \t\r\n,");
	size_t n = 0;

	while ((isalnum((unsigned char)p[n]) || p[n] == '_') && n < NAME_LEN - 1)
		n++;
	if (n == 0 && *p != '\0')
		n = 1;
	memcpy(out, p, n);
	out[n] = '\0';
	*at = p + n;
	return n > 0;
}

static void
suggest_column(struct wmi *wmi, const char *ns, const char *wql,
    const char *class, struct deadline by, struct err *e)
{
	struct err ignored = { .code = ERR_NONE };
	struct wmi_object *o = wmi_get_object(wmi, ns, class,
	    deadline_within(by, SUGGEST_SECONDS), &ignored);
	char word[NAME_LEN];

	for (int i = 0; o != NULL && next_word(&wql, word); i++) {
		struct nearest near = { .wanted = word };
		const char *meant;

		if (i == 0 || wmi_get(wmi_object_row(o), word) != NULL ||
		    strncmp(word, "__", 2) == 0)
			continue;	/* SELECT, or it is there */
		if (strcasecmp(word, "from") == 0)
			break;
		meant = nearest_property(wmi_object_row(o), &near);
		if (meant != NULL) {
			add_text(e, "property", meant);
			break;
		}
	}
	wmi_object_free(o);
}

void
wmi_suggest(struct wmi *wmi, const char *ns, const char *wql,
    struct deadline by, struct err *e)
{
	char word[NAME_LEN], class[NAME_LEN] = "";
	const char *at = wql;

	if (ns == NULL)
		ns = "root\\cimv2";
	while (class[0] == '\0' && next_word(&at, word))
		if (strcasecmp(word, "from") == 0 && !next_word(&at, class))
			break;
	if (class[0] == '\0')
		return;
	if (e->native == INVALID_CLASS)
		suggest_class(wmi, ns, class, by, e);
	else if (e->native == INVALID_QUERY)
		suggest_column(wmi, ns, wql, class, by, e);
}

/* --- properties ---------------------------------------------------------------------- */

/* The first instance's values; NULL: there is none, and the note says why. */
static const struct wmi_row *
sample(struct wmi *wmi, struct query *q, const struct wmi_row *class,
    struct wmi_query **running, struct deadline by)
{
	const char *advice = map_class_advice(q->text, NULL);
	struct err e = { .code = ERR_NONE };
	const struct wmi_row *row = NULL;
	char wql[NAME_LEN + 32];

	*running = NULL;
	if (advice != NULL) {
		snprintf(q->note, sizeof(q->note), "no values are shown: %s",
		    advice);
		return NULL;
	}
	if (wmi_class_says(class, "abstract")) {
		snprintf(q->note, sizeof(q->note), "no values are shown: the "
		    "class is abstract, its children have the instances");
		return NULL;
	}
	snprintf(wql, sizeof(wql), "SELECT * FROM %s", wmi_class(class));
	*running = wmi_query(wmi, q->ns != NULL ? q->ns : "root\\cimv2", wql, by,
	    &e);
	if (*running == NULL || !wmi_next(*running, &row, by, &e))
		snprintf(q->note, sizeof(q->note), "no values are shown: %.300s",
		    e.text);
	else if (row == NULL)
		snprintf(q->note, sizeof(q->note), "no values are shown: the host "
		    "has no instance of it");
	return row;
}

static json_t *
property_row(const struct wmi_row *class, size_t i, const struct wmi_row *values)
{
	const struct wmi_value *v, *shown;
	const char *name = wmi_column(class, i, &v);
	struct wmi_property p;
	char type[40];

	if (!wmi_property(class, i, &p))
		return NULL;
	snprintf(type, sizeof(type), "%s%s", wmi_type_name(p.type),
	    p.is_array ? "[]" : "");
	shown = values != NULL ? wmi_get(values, name) : NULL;
	return json_pack("{s:s, s:s, s:b, s:b, s:o}", "property", name, "type",
	    type, "key", p.key, "inherited", p.inherited, "value",
	    shown != NULL ? wmi_value_json(shown) : json_null());
}

bool
wmi_list_properties(struct wmi *wmi, struct query *q, struct deadline by,
    struct err *e)
{
	const char *ns = q->ns != NULL ? q->ns : "root\\cimv2";
	struct wmi_object *class = wmi_get_object(wmi, ns, q->text, by, e);
	const struct wmi_row *row, *values;
	struct wmi_query *running;
	bool on = true;

	if (class == NULL) {
		if (e->native == NOT_FOUND || e->native == INVALID_CLASS)
			suggest_class(wmi, ns, q->text, by, e);
		return false;
	}
	row = wmi_object_row(class);
	values = sample(wmi, q, row, &running,
	    deadline_within(by, SAMPLE_SECONDS));
	for (size_t i = 0; on && i < wmi_columns(row); i++) {
		json_t *one = property_row(row, i, values);

		on = one != NULL && q->row(q->ctx, one);
	}
	wmi_query_close(running);
	wmi_object_free(class);
	return true;
}
