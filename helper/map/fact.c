#include "helper/map/fact.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

#define STRING_MAX	((size_t)1 << 20)
#define FACTS_MAX	((size_t)32 << 20)
#define CLASSES_MAX	1024
#define PROPS_MAX	1024		/* of one row: they are searched one by one */
#define NOTES_MAX	1000		/* warnings, and as many reasons */
#define NOTE_TEXT	1000
#define CHUNK_FIRST	4096
#define CHUNK_MOST	((size_t)256 << 10)

/* Everything lives in chunks that go away together. */
struct chunk {
	struct chunk *next;
	size_t used, cap;
	max_align_t data[];
};

struct fact_row {
	struct facts *owner;
	const struct fact_row *before;	/* of the class: the same names, mostly */
	struct fact *v;
	uint32_t n, cap;
	const char *class;
};

struct class {
	const char *name;
	struct fact_row **rows;		/* malloc'ed */
	size_t n, cap;
};

struct missing { const char *dotted, *why, *fix; };

struct facts {
	struct chunk *chunks;
	size_t total;			/* octets held */
	bool full;			/* the limit was reached, and said */
	struct class *classes;
	size_t nclasses;
	size_t latest;			/* the class that was asked for last */
	struct missing *missing;
	size_t nmissing;
	char **warnings;
	size_t nwarnings;
};

/* --- memory ---------------------------------------------------------------- */

static bool
room(struct facts *f, size_t n)
{
	if (n <= FACTS_MAX && f->total <= FACTS_MAX - n)
		return true;
	if (!f->full) {
		f->full = true;
		facts_warn(f, "The host said more than %zu MiB; the rest is "
		    "left out.", FACTS_MAX >> 20);
	}
	return false;
}

static struct chunk *
new_chunk(struct facts *f, size_t n)
{
	size_t cap = CHUNK_FIRST;
	struct chunk *c;

	while (cap < CHUNK_MOST && cap < f->total)
		cap *= 2;
	if (n > cap / 4)
		cap = n;	/* one of its own */
	if (!room(f, cap) || (c = malloc(sizeof(*c) + cap)) == NULL)
		return NULL;
	f->total += cap;
	c->cap = cap;
	c->used = 0;
	if (cap == n && f->chunks != NULL) {
		/* The current chunk stays the current one. */
		c->next = f->chunks->next;
		f->chunks->next = c;
	} else {
		c->next = f->chunks;
		f->chunks = c;
	}
	return c;
}

/* Aligned to `to`, a power of two. */
static void *
take(struct facts *f, size_t n, size_t to)
{
	struct chunk *c = f->chunks;
	size_t at = c == NULL ? 0 : (c->used + to - 1) & ~(to - 1);

	if (c == NULL || at > c->cap || n > c->cap - at) {
		if ((c = new_chunk(f, n)) == NULL)
			return NULL;
		at = 0;
	}
	c->used = at + n;
	return (char *)c->data + at;
}

static char *
keep_raw(struct facts *f, const char *s, size_t n)
{
	char *p = take(f, n + 1, 1);

	if (p != NULL) {
		memcpy(p, s, n);
		p[n] = '\0';
	}
	return p;
}

/* UTF-8 without control characters but tab and newline: nothing to escape. */
static bool
is_clean(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80)
			return false;
		if (c < 0x20 ? c != '\t' && c != '\n' : c == 0x7f)
			return false;
	}
	return true;
}

/* A copy fit to show; NULL when there is no room. */
static const char *
keep_text(struct facts *f, const char *s, size_t n)
{
	const char *kept;
	char *shown;

	if (is_clean(s, n))
		return keep_raw(f, s, n);
	if ((shown = text_escaped(s, n, 4 * STRING_MAX)) == NULL)
		return NULL;
	kept = keep_raw(f, shown, strlen(shown));
	free(shown);
	return kept;
}

struct facts *
facts_new(void)
{
	return calloc(1, sizeof(struct facts));
}

void
facts_free(struct facts *f)
{
	struct chunk *next;

	if (f == NULL)
		return;
	for (struct chunk *c = f->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	for (size_t i = 0; i < f->nclasses; i++)
		free(f->classes[i].rows);
	for (size_t i = 0; i < f->nwarnings; i++)
		free(f->warnings[i]);
	free(f->classes);
	free(f->missing);
	free(f->warnings);
	free(f);
}

/* --- rows ------------------------------------------------------------------ */

static bool
is_called(const struct class *c, const char *name, size_t n)
{
	return strncasecmp(c->name, name, n) == 0 && c->name[n] == '\0';
}

static struct class *
find_class(const struct facts *f, const char *name, size_t n)
{
	size_t k = f->latest;

	/* Rows are walked: it is mostly the one that was asked for before. */
	if (k < f->nclasses && is_called(&f->classes[k], name, n))
		return &f->classes[k];
	for (size_t i = f->nclasses; i-- > 0;)
		if (is_called(&f->classes[i], name, n)) {
			/* remembering changes nothing that can be seen */
			((struct facts *)(uintptr_t)f)->latest = i;
			return &f->classes[i];
		}
	return NULL;
}

static struct class *
add_class(struct facts *f, const char *name)
{
	struct class *list;
	const char *kept;

	if (f->nclasses >= CLASSES_MAX || (kept = keep_text(f, name,
	    strlen(name))) == NULL)
		return NULL;
	list = reallocarray(f->classes, f->nclasses + 1, sizeof(*list));
	if (list == NULL)
		return NULL;
	f->classes = list;
	list += f->nclasses++;
	*list = (struct class){ .name = kept };
	return list;
}

struct fact_row *
facts_row(struct facts *f, const char *name)
{
	struct class *c;
	struct fact_row *row, **list;
	size_t cap;

	if (f == NULL || ((c = find_class(f, name, strlen(name))) == NULL &&
	    (c = add_class(f, name)) == NULL))
		return NULL;
	if (c->n == c->cap) {
		cap = c->cap == 0 ? 4 : 2 * c->cap;
		if (!room(f, (cap - c->cap) * sizeof(*list)) ||
		    (list = reallocarray(c->rows, cap, sizeof(*list))) == NULL)
			return NULL;
		f->total += (cap - c->cap) * sizeof(*list);
		c->rows = list;
		c->cap = cap;
	}
	if ((row = take(f, sizeof(*row), _Alignof(struct fact_row))) == NULL)
		return NULL;
	*row = (struct fact_row){ .owner = f, .class = c->name,
		.before = c->n > 0 ? c->rows[c->n - 1] : NULL };
	c->rows[c->n++] = row;
	return row;
}

static struct fact *
find_prop(const struct fact_row *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcasecmp(r->v[i].name, name) == 0)
			return &r->v[i];
	return NULL;
}

static const char *
keep_name(struct fact_row *r, const char *name)
{
	const struct fact_row *b = r->before;

	if (b != NULL && r->n < b->n && strcmp(b->v[r->n].name, name) == 0)
		return b->v[r->n].name;
	return keep_text(r->owner, name, strlen(name));
}

/* The property to be set, of type NULL; or NULL when there is no room. */
static struct fact *
slot(struct fact_row *r, const char *name)
{
	struct fact *v;
	const char *kept;
	uint32_t cap;

	if ((v = find_prop(r, name)) != NULL) {
		v->type = FACT_NULL;
		return v;
	}
	if (r->n >= PROPS_MAX || (kept = keep_name(r, name)) == NULL)
		return NULL;
	if (r->n == r->cap) {
		cap = r->cap != 0 ? 2 * r->cap :
		    r->before != NULL && r->before->n > 0 ? r->before->n : 4;
		v = take(r->owner, cap * sizeof(*v), _Alignof(struct fact));
		if (v == NULL)
			return NULL;
		if (r->n > 0)
			memcpy(v, r->v, r->n * sizeof(*v));
		r->v = v;
		r->cap = cap;
	}
	v = &r->v[r->n++];
	*v = (struct fact){ .name = kept, .type = FACT_NULL };
	return v;
}

/* Why a string is not there. */
static void
too_long(struct fact_row *r, const char *name)
{
	char dotted[256];

	snprintf(dotted, sizeof(dotted), "%s.%s", r->class, name);
	facts_missing(r->owner, dotted, "the host's text is longer than 1 MiB",
	    "Ask the host for less of it.");
	facts_warn(r->owner, "%s is longer than 1 MiB and left out.", dotted);
}

void
fact_strn(struct fact_row *r, const char *name, const void *value, size_t n)
{
	const char *kept;
	struct fact *v;

	if (r == NULL || value == NULL)
		return;
	if (n > STRING_MAX) {
		too_long(r, name);
		return;
	}
	if ((kept = keep_text(r->owner, value, n)) == NULL ||
	    (v = slot(r, name)) == NULL)
		return;
	v->type = FACT_STRING;
	v->s = kept;
}

void
fact_str(struct fact_row *r, const char *name, const char *value)
{
	if (value != NULL)
		fact_strn(r, name, value, strlen(value));
}

/* One setter for each plain type: NAME(row, name, TYPE value) sets MEMBER. */
#define SETTER(fn, ctype, ftype, member) \
void \
fn(struct fact_row *r, const char *name, ctype value) \
{ \
	struct fact *v = r != NULL ? slot(r, name) : NULL; \
\
	if (v != NULL) { \
		v->type = ftype; \
		v->member = value; \
	} \
}
SETTER(fact_int, int64_t, FACT_INT, i)
SETTER(fact_uint, uint64_t, FACT_UINT, u)
SETTER(fact_real, double, FACT_REAL, d)
SETTER(fact_bool, bool, FACT_BOOL, b)
SETTER(fact_time, int64_t, FACT_TIME, ms)
#undef SETTER

void
fact_null(struct fact_row *r, const char *name)
{
	if (r != NULL)
		(void)slot(r, name);
}

/* A list's memory doubles at powers of two, so its room is known by its length. */
void
fact_append_value(struct fact_row *r, const char *name, const struct fact *e)
{
	struct fact *v, *list, one;
	size_t n;

	if (r == NULL || e->type == FACT_LIST)
		return;
	one = *e;
	one.name = "";
	if (e->type == FACT_STRING) {
		n = strlen(e->s);
		if (n > STRING_MAX) {
			too_long(r, name);
			return;
		}
		if ((one.s = keep_text(r->owner, e->s, n)) == NULL)
			return;
	}
	v = find_prop(r, name);
	if (v == NULL || v->type != FACT_LIST) {
		if ((v = slot(r, name)) == NULL)
			return;
		v->type = FACT_LIST;
		v->list.v = NULL;
		v->list.n = 0;
	}
	n = v->list.n;
	list = (struct fact *)(uintptr_t)v->list.v;	/* ours, and not const */
	if ((n & (n - 1)) == 0) {
		list = take(r->owner, (n == 0 ? 1 : 2 * n) * sizeof(*list),
		    _Alignof(struct fact));
		if (list == NULL)
			return;
		if (n > 0)
			memcpy(list, v->list.v, n * sizeof(*list));
		v->list.v = list;
	}
	list[n] = one;
	v->list.n = n + 1;
}

void
fact_append(struct fact_row *r, const char *name, const char *value)
{
	struct fact e = { .type = FACT_STRING };

	if (value == NULL)
		return;
	e.s = value;
	fact_append_value(r, name, &e);
}

/* --- reading --------------------------------------------------------------- */

size_t
facts_rows(const struct facts *f, const char *name)
{
	const struct class *c = find_class(f, name, strlen(name));

	return c != NULL ? c->n : 0;
}

const struct fact_row *
facts_at(const struct facts *f, const char *name, size_t i)
{
	const struct class *c = find_class(f, name, strlen(name));

	return c != NULL && i < c->n ? c->rows[i] : NULL;
}

const struct fact *
fact_get(const struct fact_row *r, const char *name)
{
	return r != NULL ? find_prop(r, name) : NULL;
}

const char *
fact_text(const struct fact_row *r, const char *name)
{
	const struct fact *v = fact_get(r, name);

	return v != NULL && v->type == FACT_STRING ? v->s : NULL;
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
	const struct class *c;
	const struct fact *v;

	if (dot == NULL ||
	    (c = find_class(f, dotted, (size_t)(dot - dotted))) == NULL ||
	    c->n == 0)
		return NULL;
	v = find_prop(c->rows[0], dot + 1);
	return v != NULL && v->type != FACT_NULL ? v : NULL;
}

/* --- reasons and warnings -------------------------------------------------- */

void
facts_missing(struct facts *f, const char *dotted, const char *why,
    const char *fix)
{
	struct missing m, *list;

	if (f == NULL || f->nmissing >= NOTES_MAX)
		return;
	why = why != NULL ? why : "";
	fix = fix != NULL ? fix : "";
	m.dotted = keep_text(f, dotted, strnlen(dotted, NOTE_TEXT));
	m.why = keep_text(f, why, strnlen(why, NOTE_TEXT));
	m.fix = keep_text(f, fix, strnlen(fix, NOTE_TEXT));
	if (m.dotted == NULL || m.why == NULL || m.fix == NULL)
		return;
	list = reallocarray(f->missing, f->nmissing + 1, sizeof(*list));
	if (list == NULL)
		return;
	f->missing = list;
	list[f->nmissing++] = m;
}

bool
facts_why(const struct facts *f, const char *dotted, const char **why,
    const char **fix)
{
	for (size_t i = 0; i < f->nmissing; i++)	/* the first is the nearest */
		if (strcasecmp(f->missing[i].dotted, dotted) == 0) {
			*why = f->missing[i].why;
			*fix = f->missing[i].fix;
			return true;
		}
	return false;
}

void
facts_warn(struct facts *f, const char *fmt, ...)
{
	char text[NOTE_TEXT], **list;
	va_list ap;

	if (f == NULL || f->nwarnings >= NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	list = reallocarray(f->warnings, f->nwarnings + 1, sizeof(*list));
	if (list == NULL)
		return;
	f->warnings = list;
	list[f->nwarnings] = text_escaped(text, strlen(text), NOTE_TEXT);
	if (list[f->nwarnings] != NULL)
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
