/* map_value.c: what a rule's source gives: rows of facts and raw answers, through
 * regex, divisor and template, as text. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/map/map_work.h"

/* What a regex sees of a host's text.  glibc's matcher takes time in the square
 * of a line's length (0.5 s for 16 KiB, measured), so lines and the sum of their
 * squares are bounded: half a second in all. */
#define LINE_MAX_LEN	((size_t)2 << 10)
#define LINES_MAX	20000
#define EFFORT_MAX	((size_t)1 << 28)
#define NUMBER_MAX	64

size_t
map_cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	for (n = max; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

void
work_add(struct work *w, struct found *f, char *s)
{
	const char **v;

	if ((s = work_own(w, s)) == NULL || f->n >= f->max)
		return;
	if ((f->n & (f->n - 1)) == 0) {
		v = reallocarray(f->v, f->n == 0 ? 1 : 2 * f->n, sizeof(*v));
		if (v == NULL) {
			w->no_memory = true;
			return;
		}
		f->v = v;
	}
	f->v[f->n++] = s;
}

/* --- one value -------------------------------------------------------------------- */

struct span
map_trimmed(const char *s, size_t n)
{
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	while (n > 0 && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	return (struct span){ s, n };
}

/* "12345.67 2345.60" -> 12345.67; "{ sec = 1700000000, usec = 0 }" -> 1700000000. */
static bool
first_number(const char *s, size_t n, char out[static NUMBER_MAX])
{
	size_t from = 0, at = 0;
	bool point = false;

	while (from < n && !isdigit((unsigned char)s[from]))
		from++;
	if (from == n)
		return false;
	if (from > 0 && s[from - 1] == '-')
		out[at++] = '-';
	for (; from < n && at < NUMBER_MAX - 1; from++) {
		if (s[from] == '.' && !point && from + 1 < n &&
		    isdigit((unsigned char)s[from + 1]))
			point = true;
		else if (!isdigit((unsigned char)s[from]))
			break;
		out[at++] = s[from];
	}
	out[at] = '\0';
	return true;
}

static void
number_text(double d, unsigned decimals, char out[static NUMBER_MAX])
{
	size_t n;

	/* Halves away from zero, as people round. */
	if (decimals == 0)
		d = round(d);
	n = (size_t)snprintf(out, NUMBER_MAX, "%.*f", (int)decimals, d);
	if (n >= NUMBER_MAX)		/* beyond 1e50: no such quantity */
		n = (size_t)snprintf(out, NUMBER_MAX, "%.15g", d);
	for (char *p = out; *p != '\0'; p++)
		if (*p == ',')
			*p = '.';
	if (strchr(out, '.') != NULL && strchr(out, 'e') == NULL) {
		while (out[n - 1] == '0')
			out[--n] = '\0';
		if (out[n - 1] == '.')
			out[--n] = '\0';
	}
	if (strcmp(out, "-0") == 0)
		strcpy(out, "0");
}

/* Integers that divide without a rest stay exact. */
static bool
divided(const struct map_rule *r, const char *number, char out[static NUMBER_MAX])
{
	double by = r->divide, d;
	int64_t i;

	if (by >= 1 && by <= 9e15 && floor(by) == by && text_i64(number, &i) &&
	    i % (int64_t)by == 0) {
		snprintf(out, NUMBER_MAX, "%lld", (long long)(i / (int64_t)by));
		return true;
	}
	if (!text_double(number, &d) || !isfinite(d / by))
		return false;
	number_text(d / by, r->decimals, out);
	return true;
}

/* The first line that matches; its first group, or all that matched. */
static bool
matched(const struct map_rule *r, struct span in, struct span *out)
{
	char line[LINE_MAX_LEN + 1];
	regmatch_t m[2];
	const char *end = in.s + in.n, *nl;
	size_t n, effort = 0;

	for (unsigned lines = 0; lines < LINES_MAX && effort < EFFORT_MAX;
	    lines++) {
		nl = memchr(in.s, '\n', (size_t)(end - in.s));
		n = (size_t)((nl != NULL ? nl : end) - in.s);
		n = map_cut(in.s, n, LINE_MAX_LEN);
		memcpy(line, in.s, n);
		line[n] = '\0';
		effort += n * n;
		if (regexec(r->compiled, line, 2, m, 0) == 0) {
			int g = r->compiled->re_nsub > 0 && m[1].rm_so >= 0;

			out->s = in.s + m[g].rm_so;
			out->n = (size_t)(m[g].rm_eo - m[g].rm_so);
			return true;
		}
		if (nl == NULL)
			return false;
		in.s = nl + 1;
	}
	return false;
}

/* Sources whose first number is meant. */
static bool
is_number_source(const struct map_from *f)
{
	return (f->kind == NEED_FILE && strcmp(f->what, "/proc/uptime") == 0) ||
	    (f->kind == NEED_SYSCTL && strcmp(f->what, "kern.boottime") == 0);
}

/* What stands for a placeholder; "" where the row has no such property. */
static void
put_named(struct wr *out, const struct fact_row *row, const char *name)
{
	const struct fact *f = fact_get(row, name);
	char text[512];

	if (f != NULL) {
		fact_format(f, text, sizeof(text));
		wr_bytes(out, text, map_cut(text, strlen(text), 500));
	}
}

static char *
templated(const struct map_rule *r, const struct fact_row *row, struct span v)
{
	const char *at = r->template != NULL ? r->template : "{0}", *text;
	struct wr out = wr_new(MAP_VALUE_MAX + 2 * MAP_TEXT_MAX + 512);
	char name[MAP_NAME_MAX], *s;
	size_t n;
	bool more;

	do {
		more = map_template_next(&at, &text, &n, name);
		wr_bytes(&out, text, n);
		if (strcmp(name, "0") == 0)
			wr_bytes(&out, v.s, v.n);
		else if (name[0] != '\0')
			put_named(&out, row, name);
	} while (more && !out.bad);
	s = wr_give(&out);
	wr_free(&out);
	return s;
}

static void
useless(struct found *f, const char *why, const char *fix)
{
	if (f->why == NULL) {
		f->why = why;
		f->fix = fix;
	}
}

#define TRACED_ROWS 20
#define TRACED_TEXT 2000

void
work_trace(struct work *w, const char *step, const char *s, size_t n,
    const char *note)
{
	size_t cut = map_cut(s, n, TRACED_TEXT);

	if (w->trace == NULL || w->trace_row > TRACED_ROWS)
		return;
	json_array_append_new(w->trace, json_pack("{s:s, s:i, s:s%, s:s?}",
	    "step", step, "row", (int)w->trace_row, "value", s, cut, "note",
	    note != NULL ? note : cut < n ? "cut" : NULL));
}

/* A raw value through regex, divisor and template. */
static void
take_value(struct work *w, const struct map_rule *r,
    const struct fact_row *row, struct span v, struct found *f)
{
	char number[NUMBER_MAX], quotient[NUMBER_MAX], *made;

	w->trace_row++;
	work_trace(w, "raw", v.s, v.n, NULL);
	v = map_trimmed(v.s, v.n);
	if (v.n == 0)
		return;
	f->any = true;
	if (r->compiled != NULL && !matched(r, v, &v)) {
		useless(f, "the host's value does not match the rule's regex",
		    "Compare the rule's regex with what the host says; of long "
		    "lines it sees the first 2 KiB.");
		work_trace(w, "regex", "", 0, "it does not match");
		return;
	}
	if (r->compiled != NULL)
		work_trace(w, "regex", v.s, v.n, NULL);
	if ((r->divide > 0 || (r->compiled == NULL &&
	    is_number_source(&r->from)))) {
		if (!first_number(v.s, v.n, number) || (r->divide > 0 &&
		    !divided(r, number, quotient))) {
			useless(f, "the host's value is no number",
			    "Take the divisor out of the rule, or pick the "
			    "number with a regex.");
			work_trace(w, "divide", "", 0, "it is no number");
			return;
		}
		v.s = r->divide > 0 ? quotient : number;
		v.n = strlen(v.s);
		work_trace(w, r->divide > 0 ? "divide" : "number", v.s, v.n, NULL);
	}
	if (v.n > MAP_VALUE_MAX) {
		work_warn(w, "%s: the value was cut at %zu of %zu octets.", r->field,
		    MAP_VALUE_MAX, v.n);
		v.n = map_cut(v.s, v.n, MAP_VALUE_MAX);
	}
	v = map_trimmed(v.s, v.n);
	if (v.n == 0)
		return;
	made = templated(r, row, v);
	if (r->template != NULL && made != NULL)
		work_trace(w, "template", made, strlen(made), NULL);
	work_add(w, f, made);
}

static void
take_lines(struct work *w, const struct map_rule *r,
    const struct fact_row *row, struct span v, struct found *f)
{
	const char *end = v.s + v.n, *nl;

	for (unsigned i = 0; i < LINES_MAX && f->n < f->max; i++) {
		nl = memchr(v.s, '\n', (size_t)(end - v.s));
		take_value(w, r, row, (struct span){ v.s,
		    (size_t)((nl != NULL ? nl : end) - v.s) }, f);
		if (nl == NULL)
			return;
		v.s = nl + 1;
	}
}

static void
take_fact(struct work *w, const struct map_rule *r,
    const struct fact_row *row, const struct fact *v, struct found *f)
{
	char plain[NUMBER_MAX];

	if (v == NULL || v->type == FACT_NULL)
		return;
	if (v->type == FACT_LIST) {
		for (size_t i = 0; i < v->list.n && f->n < f->max; i++)
			take_fact(w, r, row, &v->list.v[i], f);
		return;
	}
	if (v->type == FACT_STRING) {
		take_value(w, r, row, (struct span){ v->s, strlen(v->s) }, f);
		return;
	}
	/* Divided by 1, a time is milliseconds since 1970: what Jira wants. */
	if (v->type == FACT_TIME && r->divide > 0)
		snprintf(plain, sizeof(plain), "%lld", (long long)v->ms);
	else
		fact_format(v, plain, sizeof(plain));
	take_value(w, r, row, (struct span){ plain, strlen(plain) }, f);
}

/* --- sources --------------------------------------------------------------------- */

static void
take_text(struct work *w, const struct map_rule *r,
    const char *text, struct found *f)
{
	struct span v = { text, strlen(text) };

	if (f->max > 1)
		take_lines(w, r, NULL, v, f);
	else
		take_value(w, r, NULL, v, f);
}

static void
from_identity(struct work *w, const struct map_rule *r, struct found *f)
{
	const char *one = strcasecmp(r->from.what, "identity.serial") == 0 ?
	    identity_serial(w->id) : identity_uuid(w->id);

	if (strcasecmp(r->from.what, "identity.mac") != 0) {
		if (one != NULL)
			take_text(w, r, one, f);
		return;
	}
	for (size_t i = 0; i < w->macs.n && f->n < f->max; i++)
		take_text(w, r, w->macs.v[i], f);
}

static void
from_rows(struct work *w, const struct map_rule *r, const char *class,
    const char *property, struct found *f)
{
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; i < n && f->n < f->max; i++) {
		const struct fact_row *row = facts_at(w->facts, class, i);

		take_fact(w, r, row, fact_get(row, property), f);
	}
}

/* Raw classes, what names the row in them, and what holds the answer. */
static const struct { const char *class, *key; } raw[] = {
	[NEED_FILE] = { "file", "path" },
	[NEED_SYSCTL] = { "sysctl", "name" },
	[NEED_COMMAND] = { "command", "command" },
	[NEED_REGISTRY] = { "registry", "path" },
};

const char *
map_raw_class(enum map_need_kind kind)
{
	return (size_t)kind < ARRAY_LEN(raw) ? raw[kind].class : NULL;
}

const struct fact_row *
work_raw_row(const struct work *w, const struct map_from *from)
{
	const char *class = raw[from->kind].class, *said, *value;
	bool windows = from->kind == NEED_REGISTRY;
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *row = facts_at(w->facts, class, i);

		said = fact_text(row, raw[from->kind].key);
		if (said == NULL || (windows ? strcasecmp(said, from->what) :
		    strcmp(said, from->what)) != 0)
			continue;
		value = fact_text(row, "value");
		if (!windows || strcasecmp(value != NULL ? value : "",
		    from->property != NULL ? from->property : "") == 0)
			return row;
	}
	return NULL;
}

void
work_gather(struct work *w, const struct map_rule *r, struct found *f)
{
	const struct map_from *from = &r->from;
	const struct fact_row *row;
	const struct fact *v;
	char class[MAP_NAME_MAX];
	size_t n;

	if (from->kind == NEED_FACT) {
		n = strcspn(from->what, ".");
		if (n >= sizeof(class))
			return;
		memcpy(class, from->what, n);
		class[n] = '\0';
		if (strcasecmp(class, "identity") == 0)
			from_identity(w, r, f);
		else
			from_rows(w, r, class, from->what + n + 1, f);
	} else if (from->kind == NEED_CLASS) {
		from_rows(w, r, mapping_rows_of(w->map, w->os, from->what,
		    from->wmi_namespace, from->filter), from->property, f);
	} else if ((row = work_raw_row(w, from)) != NULL &&
	    (v = fact_get(row, "text")) != NULL) {
		if (v->type == FACT_STRING)
			take_text(w, r, v->s, f);
		else
			take_fact(w, r, row, v, f);
	}
}
