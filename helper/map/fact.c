#include "helper/map/fact.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "helper/base/text.h"

#define STRING_MAX (1u << 20)
#define FACTS_MAX  (64u << 20)
#define JSON_EXACT ((UINT64_C(1) << 53) - 1)
#define WARNINGS_MAX 100

struct fact_row {
	struct facts *facts;
	struct fact *v;
	size_t n, cap;
};

struct class {
	char *name;
	struct fact_row **rows;
	size_t n, cap;
};

struct missing { char *name, *why, *fix; };

struct facts {
	struct class *classes;
	size_t nclasses, used;		/* used: octets, roughly */
	struct missing *missing;
	size_t nmissing;
	char **warnings;
	size_t nwarnings;
	bool full;
};

struct facts *
facts_new(void)
{
	return calloc(1, sizeof(struct facts));
}

static void
value_free(struct fact *f)
{
	if (f->type == FACT_STRING)
		free((char *)f->s);
	else if (f->type == FACT_LIST) {
		for (size_t i = 0; i < f->list.n; i++)
			value_free((struct fact *)&f->list.v[i]);
		free((struct fact *)f->list.v);
	}
	f->type = FACT_NULL;
}

static void
row_free(struct fact_row *r)
{
	for (size_t i = 0; i < r->n; i++) {
		value_free(&r->v[i]);
		free((char *)r->v[i].name);
	}
	free(r->v);
	free(r);
}

void
facts_free(struct facts *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nclasses; i++) {
		for (size_t k = 0; k < f->classes[i].n; k++)
			row_free(f->classes[i].rows[k]);
		free(f->classes[i].rows);
		free(f->classes[i].name);
	}
	for (size_t i = 0; i < f->nmissing; i++) {
		free(f->missing[i].name);
		free(f->missing[i].why);
		free(f->missing[i].fix);
	}
	for (size_t i = 0; i < f->nwarnings; i++)
		free(f->warnings[i]);
	free(f->classes);
	free(f->missing);
	free(f->warnings);
	free(f);
}

/* Takes n octets from the budget; the first refusal is told once. */
static bool
charge(struct facts *f, size_t n)
{
	if (n <= FACTS_MAX - f->used) {
		f->used += n;
		return true;
	}
	if (!f->full) {
		f->full = true;
		facts_warn(f, "the host said more than %u MiB; the rest was "
		    "left out", FACTS_MAX >> 20);
	}
	return false;
}

/* Room for one more element of a growing array; false: no memory. */
static bool
room(void *array, size_t n, size_t *cap, size_t each)
{
	size_t more = *cap != 0 ? 2 * *cap : 8;
	void **at = array, *p;

	if (n < *cap)
		return true;
	if ((p = realloc(*at, more * each)) == NULL)
		return false;
	*at = p;
	*cap = more;
	return true;
}

static struct class *
class_of(const struct facts *f, const char *name)
{
	for (size_t i = 0; i < f->nclasses; i++)
		if (strcasecmp(f->classes[i].name, name) == 0)
			return &f->classes[i];
	return NULL;
}

struct fact_row *
facts_row(struct facts *f, const char *name)
{
	struct class *c = class_of(f, name), *classes;
	struct fact_row *r;

	if (!charge(f, sizeof(*r)))
		return NULL;
	if (c == NULL) {
		classes = realloc(f->classes, (f->nclasses + 1) * sizeof(*c));
		if (classes == NULL)
			return NULL;
		f->classes = classes;
		c = &classes[f->nclasses];
		*c = (struct class){ .name = strdup(name) };
		if (c->name == NULL)
			return NULL;
		f->nclasses++;
	}
	if (!room(&c->rows, c->n, &c->cap, sizeof(struct fact_row *)) ||
	    (r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	r->facts = f;
	c->rows[c->n++] = r;
	return r;
}

/* The place of a property, emptied; NULL: no room. */
static struct fact *
slot(struct fact_row *r, const char *name)
{
	struct fact *f;

	if (r == NULL)
		return NULL;
	for (size_t i = 0; i < r->n; i++)
		if (strcasecmp(r->v[i].name, name) == 0) {
			value_free(&r->v[i]);
			return &r->v[i];
		}
	if (!charge(r->facts, sizeof(*f) + strlen(name)) ||
	    !room(&r->v, r->n, &r->cap, sizeof(*f)))
		return NULL;
	f = &r->v[r->n];
	*f = (struct fact){ .name = strdup(name), .type = FACT_NULL };
	if (f->name == NULL)
		return NULL;
	r->n++;
	return f;
}

/* A copy fit to show, at most STRING_MAX octets; NULL: no room. */
static char *
clean(struct facts *f, const void *value, size_t n)
{
	char *s;

	if (n > STRING_MAX) {
		facts_warn(f, "a value of %zu octets was cut at %u", n,
		    STRING_MAX);
		n = STRING_MAX;
	}
	if (!charge(f, n))
		return NULL;
	s = text_escaped(value, n, STRING_MAX);
	return s;
}

void
fact_strn(struct fact_row *r, const char *name, const void *value, size_t n)
{
	struct fact *f = slot(r, name);
	char *s;

	if (f == NULL || (s = clean(r->facts, value, n)) == NULL)
		return;
	f->type = FACT_STRING;
	f->s = s;
}

void
fact_str(struct fact_row *r, const char *name, const char *value)
{
	if (value != NULL)
		fact_strn(r, name, value, strlen(value));
}

static void
set(struct fact_row *r, const char *name, struct fact v)
{
	struct fact *f = slot(r, name);

	if (f == NULL)
		return;
	v.name = f->name;
	*f = v;
}

void
fact_int(struct fact_row *r, const char *name, int64_t i)
{
	set(r, name, (struct fact){ .type = FACT_INT, .i = i });
}

void
fact_uint(struct fact_row *r, const char *name, uint64_t u)
{
	set(r, name, (struct fact){ .type = FACT_UINT, .u = u });
}

void
fact_real(struct fact_row *r, const char *name, double d)
{
	set(r, name, (struct fact){ .type = FACT_REAL, .d = d });
}

void
fact_bool(struct fact_row *r, const char *name, bool b)
{
	set(r, name, (struct fact){ .type = FACT_BOOL, .b = b });
}

void
fact_time(struct fact_row *r, const char *name, int64_t ms)
{
	set(r, name, (struct fact){ .type = FACT_TIME, .ms = ms });
}

void
fact_null(struct fact_row *r, const char *name)
{
	set(r, name, (struct fact){ .type = FACT_NULL });
}

/* The list of that name, made when it is none; its last element, new. */
static struct fact *
list_slot(struct fact_row *r, const char *name)
{
	struct fact *f = NULL, *v;

	if (r == NULL)
		return NULL;
	for (size_t i = 0; i < r->n; i++)
		if (strcasecmp(r->v[i].name, name) == 0)
			f = &r->v[i];
	if (f == NULL || f->type != FACT_LIST) {
		if ((f = slot(r, name)) == NULL)
			return NULL;
		f->type = FACT_LIST;
		f->list.v = NULL;
		f->list.n = 0;
	}
	if (!charge(r->facts, sizeof(*v)))
		return NULL;
	v = (struct fact *)f->list.v;
	/* Doubles at every power of two, so no capacity need be kept. */
	if ((f->list.n & (f->list.n - 1)) == 0) {
		v = realloc(v, (f->list.n != 0 ? 2 * f->list.n : 1) * sizeof(*v));
		if (v == NULL)
			return NULL;
		f->list.v = v;
	}
	v[f->list.n] = (struct fact){ .name = "", .type = FACT_NULL };
	return &v[f->list.n++];
}

void
fact_append(struct fact_row *r, const char *name, const char *value)
{
	struct fact *v = list_slot(r, name);
	char *s;

	if (v == NULL || (s = clean(r->facts, value, strlen(value))) == NULL)
		return;
	v->type = FACT_STRING;
	v->s = s;
}

void
fact_append_value(struct fact_row *r, const char *name, const struct fact *e)
{
	struct fact *v;

	if (e->type == FACT_STRING) {
		fact_append(r, name, e->s);
		return;
	}
	if (e->type == FACT_LIST || (v = list_slot(r, name)) == NULL)
		return;
	*v = *e;
	v->name = "";
}

/* --- reading -------------------------------------------------------------------- */

size_t
facts_rows(const struct facts *f, const char *name)
{
	const struct class *c = class_of(f, name);

	return c != NULL ? c->n : 0;
}

const struct fact_row *
facts_at(const struct facts *f, const char *name, size_t i)
{
	const struct class *c = class_of(f, name);

	return c != NULL && i < c->n ? c->rows[i] : NULL;
}

const struct fact *
fact_get(const struct fact_row *r, const char *name)
{
	for (size_t i = 0; r != NULL && i < r->n; i++)
		if (strcasecmp(r->v[i].name, name) == 0)
			return &r->v[i];
	return NULL;
}

const char *
fact_text(const struct fact_row *r, const char *name)
{
	const struct fact *f = fact_get(r, name);

	return f != NULL && f->type == FACT_STRING ? f->s : NULL;
}

size_t
fact_count(const struct fact_row *r)
{
	return r != NULL ? r->n : 0;
}

const struct fact *
fact_at(const struct fact_row *r, size_t i)
{
	return r != NULL && i < r->n ? &r->v[i] : NULL;
}

size_t
facts_classes(const struct facts *f)
{
	return f->nclasses;
}

const char *
facts_class(const struct facts *f, size_t i)
{
	return i < f->nclasses ? f->classes[i].name : NULL;
}

const struct fact *
facts_find(const struct facts *f, const char *dotted)
{
	const char *dot = strchr(dotted, '.');
	char class[128];
	const struct fact *v;

	if (dot == NULL || (size_t)(dot - dotted) >= sizeof(class))
		return NULL;
	memcpy(class, dotted, (size_t)(dot - dotted));
	class[dot - dotted] = '\0';
	v = fact_get(facts_at(f, class, 0), dot + 1);
	return v != NULL && v->type != FACT_NULL ? v : NULL;
}

/* --- what is not there ------------------------------------------------------------ */

void
facts_missing(struct facts *f, const char *dotted, const char *why,
    const char *fix)
{
	struct missing *m;

	for (size_t i = 0; i < f->nmissing; i++)
		if (strcmp(f->missing[i].name, dotted) == 0)
			return;		/* the first reason is the nearest */
	if (!charge(f, sizeof(*m) + strlen(why)))
		return;
	m = realloc(f->missing, (f->nmissing + 1) * sizeof(*m));
	if (m == NULL)
		return;
	f->missing = m;
	m = &f->missing[f->nmissing++];
	m->name = strdup(dotted);
	m->why = strdup(why);
	m->fix = strdup(fix != NULL ? fix : "");
	if (m->name == NULL || m->why == NULL || m->fix == NULL) {
		free(m->name);
		free(m->why);
		free(m->fix);
		f->nmissing--;
	}
}

bool
facts_why(const struct facts *f, const char *dotted, const char **why,
    const char **fix)
{
	for (size_t i = 0; i < f->nmissing; i++)
		if (strcmp(f->missing[i].name, dotted) == 0) {
			*why = f->missing[i].why;
			*fix = f->missing[i].fix;
			return true;
		}
	return false;
}

void
facts_warn(struct facts *f, const char *fmt, ...)
{
	char raw[512], shown[600];
	char **w;
	va_list ap;

	if (f->nwarnings >= WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_escape(shown, sizeof(shown), raw, strlen(raw));
	if ((w = realloc(f->warnings, (f->nwarnings + 1) * sizeof(*w))) == NULL)
		return;
	f->warnings = w;
	if ((w[f->nwarnings] = strdup(shown)) != NULL)
		f->nwarnings++;
}

size_t
facts_warnings(const struct facts *f)
{
	return f->nwarnings;
}

const char *
facts_warning(const struct facts *f, size_t i)
{
	return i < f->nwarnings ? f->warnings[i] : NULL;
}

/* --- showing ------------------------------------------------------------------------ */

/* 2026-11-21T09:30:00Z */
static size_t
format_time(int64_t ms, char *dst, size_t cap)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	int n;

	if (gmtime_r(&t, &tm) == NULL)
		n = snprintf(dst, cap, "%" PRId64, ms);
	else
		n = snprintf(dst, cap, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec);
	return n > 0 ? (size_t)n : 0;
}

static size_t
format_list(const struct fact *f, char *dst, size_t cap)
{
	size_t need = 0, at;

	for (size_t i = 0; i < f->list.n; i++) {
		if (i > 0) {
			at = need < cap ? need : cap;
			need += (size_t)snprintf(cap > at ? dst + at : NULL,
			    cap - at, ", ");
		}
		at = need < cap ? need : cap;
		need += fact_format(&f->list.v[i], cap > at ? dst + at : NULL,
		    cap - at);
	}
	if (f->list.n == 0 && cap > 0)
		dst[0] = '\0';
	return need;
}

/* Shortest decimal that a person would write, never in e notation below 1e15. */
static int
format_real(double d, char *dst, size_t cap)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%.6f", d);

	if (d > 1e15 || d < -1e15)
		return snprintf(dst, cap, "%.15g", d);
	while (n > 0 && text[n - 1] == '0')
		text[--n] = '\0';
	if (n > 0 && text[n - 1] == '.')
		text[--n] = '\0';
	return snprintf(dst, cap, "%s", text);
}

size_t
fact_format(const struct fact *f, char *dst, size_t cap)
{
	int n = 0;

	switch (f->type) {
	case FACT_NULL:
		n = snprintf(dst, cap, "%s", "");
		break;
	case FACT_STRING:
		return (size_t)snprintf(dst, cap, "%s", f->s);
	case FACT_INT:
		n = snprintf(dst, cap, "%" PRId64, f->i);
		break;
	case FACT_UINT:
		n = snprintf(dst, cap, "%" PRIu64, f->u);
		break;
	case FACT_REAL:
		n = format_real(f->d, dst, cap);
		break;
	case FACT_BOOL:
		n = snprintf(dst, cap, "%s", f->b ? "true" : "false");
		break;
	case FACT_TIME:
		return format_time(f->ms, dst, cap);
	case FACT_LIST:
		return format_list(f, dst, cap);
	}
	return n > 0 ? (size_t)n : 0;
}

/* Beyond 2^53 - 1 a number becomes text: JSON readers would round it. */
json_t *
fact_json(const struct fact *f)
{
	char text[64];
	json_t *list;

	switch (f->type) {
	case FACT_NULL:
		return json_null();
	case FACT_STRING:
		return json_string(f->s);
	case FACT_INT:
		if (f->i >= -(int64_t)JSON_EXACT && f->i <= (int64_t)JSON_EXACT)
			return json_integer(f->i);
		break;
	case FACT_UINT:
		if (f->u <= JSON_EXACT)
			return json_integer((json_int_t)f->u);
		break;
	case FACT_REAL:
		return json_real(f->d);
	case FACT_BOOL:
		return json_boolean(f->b);
	case FACT_TIME:
		break;
	case FACT_LIST:
		list = json_array();
		for (size_t i = 0; i < f->list.n; i++)
			json_array_append_new(list, fact_json(&f->list.v[i]));
		return list;
	}
	fact_format(f, text, sizeof(text));
	return json_string(text);
}

json_t *
facts_class_json(const struct facts *f, const char *class)
{
	const struct class *c = class_of(f, class);
	json_t *list = json_array(), *row;

	for (size_t i = 0; c != NULL && i < c->n; i++) {
		row = json_object();
		for (size_t k = 0; k < c->rows[i]->n; k++)
			json_object_set_new(row, c->rows[i]->v[k].name,
			    fact_json(&c->rows[i]->v[k]));
		json_array_append_new(list, row);
	}
	return list;
}
