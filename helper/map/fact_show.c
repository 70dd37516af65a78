/* fact_show.c: facts as text and as JSON, and the table of their names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "helper/map/fact.h"

#define EXACT_MAX ((int64_t)9007199254740991)	/* 2^53 - 1: RFC 8259 section 6 */

/* --- text ------------------------------------------------------------------ */

static size_t
put(char *dst, size_t cap, size_t at, const char *s)
{
	size_t n = strlen(s);

	if (at < cap) {
		size_t fits = cap - 1 - at;

		memcpy(dst + at, s, n < fits ? n : fits);
		dst[at + (n < fits ? n : fits)] = '\0';
	}
	return at + n;
}

/* ISO 8601 in UTC, with milliseconds where there are any. */
static void
time_text(int64_t ms, char *out, size_t cap)
{
	int64_t s = ms / 1000, rest = ms % 1000;
	time_t t;
	struct tm tm;
	size_t n;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	t = (time_t)s;
	if (gmtime_r(&t, &tm) == NULL ||
	    (n = strftime(out, cap, "%Y-%m-%dT%H:%M:%S", &tm)) == 0) {
		snprintf(out, cap, "%lld ms", (long long)ms);
		return;
	}
	if (rest != 0)
		snprintf(out + n, cap - n, ".%03dZ", (int)rest);
	else
		snprintf(out + n, cap - n, "Z");
}

/* The shortest form that reads back the same, with a point in any locale. */
static void
real_text(double d, char *out, size_t cap)
{
	if (!isfinite(d)) {
		snprintf(out, cap, "%s", isnan(d) ? "nan" : d < 0 ? "-inf" : "inf");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, cap, "%.*g", digits, d);
		if (strtod(out, NULL) == d)
			break;
	}
	for (char *p = out; *p != '\0'; p++)
		if (*p == ',')
			*p = '.';
}

/* A value that is no list and no string. */
static void
plain_text(const struct fact *v, char *out, size_t cap)
{
	out[0] = '\0';
	switch (v->type) {
	case FACT_INT:
		snprintf(out, cap, "%lld", (long long)v->i);
		break;
	case FACT_UINT:
		snprintf(out, cap, "%llu", (unsigned long long)v->u);
		break;
	case FACT_REAL:
		real_text(v->d, out, cap);
		break;
	case FACT_BOOL:
		snprintf(out, cap, "%s", v->b ? "true" : "false");
		break;
	case FACT_TIME:
		time_text(v->ms, out, cap);
		break;
	case FACT_NULL: case FACT_STRING: case FACT_LIST:
		break;
	}
}

size_t
fact_format(const struct fact *v, char *dst, size_t cap)
{
	char plain[64];
	size_t at = 0;

	if (cap > 0)
		dst[0] = '\0';
	if (v == NULL)
		return 0;
	if (v->type == FACT_STRING)
		return put(dst, cap, 0, v->s);
	if (v->type != FACT_LIST) {
		plain_text(v, plain, sizeof(plain));
		return put(dst, cap, 0, plain);
	}
	for (size_t i = 0; i < v->list.n; i++) {
		const struct fact *e = &v->list.v[i];

		if (i > 0)
			at = put(dst, cap, at, ", ");
		plain_text(e, plain, sizeof(plain));
		at = put(dst, cap, at,
		    e->type == FACT_STRING ? e->s : plain);
	}
	return at;
}

/* --- JSON ------------------------------------------------------------------ */

static json_t *
as_text(const struct fact *v)
{
	char plain[64];

	plain_text(v, plain, sizeof(plain));
	return json_string(plain);
}

json_t *
fact_json(const struct fact *v)
{
	json_t *list;

	if (v == NULL)
		return json_null();
	switch (v->type) {
	case FACT_NULL:
		return json_null();
	case FACT_STRING:
		return json_string(v->s);
	case FACT_INT:
		return v->i > EXACT_MAX || v->i < -EXACT_MAX ? as_text(v) :
		    json_integer(v->i);
	case FACT_UINT:
		return v->u > (uint64_t)EXACT_MAX ? as_text(v) :
		    json_integer((json_int_t)v->u);
	case FACT_REAL:
		return isfinite(v->d) ? json_real(v->d) : json_null();
	case FACT_BOOL:
		return json_boolean(v->b);
	case FACT_TIME:
		return as_text(v);
	case FACT_LIST:
		break;
	}
	if ((list = json_array()) == NULL)
		return NULL;
	for (size_t i = 0; i < v->list.n; i++)
		if (json_array_append_new(list, fact_json(&v->list.v[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
row_json(const struct fact_row *r)
{
	json_t *o = json_object();

	for (size_t i = 0; o != NULL && i < fact_count(r); i++) {
		const struct fact *v = fact_at(r, i);

		if (json_object_set_new(o, v->name, fact_json(v)) != 0) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

json_t *
facts_class_json(const struct facts *f, const char *class)
{
	json_t *list = json_array();
	size_t n = facts_rows(f, class);

	for (size_t i = 0; list != NULL && i < n; i++)
		if (json_array_append_new(list,
		    row_json(facts_at(f, class, i))) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* --- the names ------------------------------------------------------------- */

#define ONE false
#define MANY true
static const struct fact_class_info class_table[] = {
#define CLASS(name, rows, about) { #name, rows, about },
#include "helper/map/fact_names.def"
};
#undef ONE
#undef MANY

static const struct fact_info table[] = {
#define FACT(class, name, type, unit, about) \
	{ #class, #name, FACT_##type, unit, about },
#include "helper/map/fact_names.def"
};

size_t
fact_class_infos(void)
{
	return ARRAY_LEN(class_table);
}

const struct fact_class_info *
fact_class_info_at(size_t i)
{
	return i < ARRAY_LEN(class_table) ? &class_table[i] : NULL;
}

bool
fact_class_is_many(const char *class)
{
	for (size_t i = 0; i < ARRAY_LEN(class_table); i++)
		if (strcmp(class_table[i].name, class) == 0)
			return class_table[i].many;
	return false;
}

size_t
fact_infos(void)
{
	return ARRAY_LEN(table);
}

const struct fact_info *
fact_info_at(size_t i)
{
	return i < ARRAY_LEN(table) ? &table[i] : NULL;
}

const struct fact_info *
fact_info(const char *dotted)
{
	const char *dot = strchr(dotted, '.');
	size_t n = dot != NULL ? (size_t)(dot - dotted) : 0;

	for (size_t i = 0; dot != NULL && i < ARRAY_LEN(table); i++)
		if (strncasecmp(table[i].class, dotted, n) == 0 &&
		    table[i].class[n] == '\0' &&
		    strcasecmp(table[i].name, dot + 1) == 0)
			return &table[i];
	return NULL;
}
