#include "helper/jira/fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"

#define TITLE      "system.title"
#define EXACT_MAX  9007199254740991.0	/* 2^53 - 1 */
#define VALUES_MAX (1u << 20)		/* octets of one field, all values */

struct teller { void (*warn)(void *ctx, const char *line); void *ctx; };

static void
tell(const struct teller *t, const char *field, const char *what)
{
	char line[320];

	snprintf(line, sizeof(line), "Field %.120s: %s.", field, what);
	if (t->warn != NULL)
		t->warn(t->ctx, line);
}

/* --- single values ------------------------------------------------------------- */

bool
fit_bool(const char *text, bool *out)
{
	static const struct { const char *word; bool is; } words[] = {
		{ "1", true }, { "true", true }, { "yes", true }, { "on", true },
		{ "0", false }, { "false", false }, { "no", false },
		{ "off", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].is;
			return true;
		}
	return false;
}

/* The rest of an ISO 8601 time behind its seconds: fraction and zone. */
static bool
zone(const char *p, int64_t *minutes)
{
	int h, m, n = 0;
	char sign;

	if (*p == '.' || *p == ',')
		p += 1 + strspn(p + 1, "0123456789");
	*minutes = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if (sscanf(p, "%c%2d:%2d%n", &sign, &h, &m, &n) != 3 || p[n] != '\0' ||
	    (sign != '+' && sign != '-'))
		return false;
	*minutes = (sign == '-' ? -1 : 1) * ((int64_t)h * 60 + m);
	return true;
}

bool
fit_time(const char *text, int64_t *ms, bool *day)
{
	struct tm tm = { 0 };
	int64_t minutes = 0;
	int n = 0;

	*day = false;
	if (text_i64(text, ms))
		return true;
	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	    &n) != 3 || n != 10)
		return false;
	text += n;
	*day = *text == '\0';
	if (!*day && ((*text != 'T' && *text != ' ') || sscanf(text + 1,
	    "%2d:%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 3 ||
	    n != 8 || !zone(text + 1 + n, &minutes)))
		return false;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ms = ((int64_t)timegm(&tm) - minutes * 60) * 1000;
	return true;
}

/* The number or word that a template takes, into dst; false: none. */
static bool
fit_scalar(enum value_kind kind, const char *text, char *dst, size_t cap)
{
	int64_t i;
	double d;
	bool flag;

	switch (kind) {
	case VALUE_INTEGER:
		if (text_i64(text, &i))
			return snprintf(dst, cap, "%" PRId64, i) > 0;
		if (!text_double(text, &d) || !(fabs(d) <= EXACT_MAX))
			return false;
		return snprintf(dst, cap, "%.0f", d) > 0;
	case VALUE_DOUBLE:
		return text_double(text, &d) && isfinite(d) &&
		    text_copy(dst, cap, text);
	case VALUE_DATE:
		return fit_time(text, &i, &flag) &&
		    snprintf(dst, cap, "%" PRId64, i) > 0;
	case VALUE_CHECKBOX:
		return fit_bool(text, &flag) &&
		    text_copy(dst, cap, flag ? "1" : "0");
	default:
		return false;
	}
}

/* The allowed value that is meant; NULL: none. */
static const char *
allowed(const struct model_field *f, const char *text)
{
	const json_t *one;
	size_t i;

	if (f->allowed == NULL)
		return text;
	json_array_foreach(f->allowed, i, one)
		if (json_is_string(one) &&
		    strcasecmp(json_string_value(one), text) == 0)
			return json_string_value(one);
	return NULL;
}

/* --- a field --------------------------------------------------------------------- */

/* Cuts after max characters; true when something was cut off. */
static bool
cut(char *s, size_t max)
{
	size_t at = 0, chars = 0, n, len = strlen(s);

	while (at < len && chars < max) {
		n = text_utf8_len(s + at, len - at);
		at += n != 0 ? n : 1;
		chars++;
	}
	if (at >= len)
		return false;
	s[at] = '\0';
	return true;
}

/* All values in one text, as a line or as lines. */
static json_t *
fit_text(const struct asset_field *src, const struct model_field *f,
    const struct teller *t)
{
	bool area = model_kind(f) == VALUE_AREA;
	struct wr w = wr_new(VALUES_MAX);
	json_t *values = NULL;
	char *s;

	for (size_t i = 0; i < src->nvalues; i++)
		wr_printf(&w, "%s%s", i == 0 ? "" : area ? "\n" : ", ",
		    src->values[i]);
	if ((s = wr_give(&w)) == NULL) {
		tell(t, f->name, "its values are too long and were left out");
		wr_free(&w);
		return NULL;
	}
	for (char *p = s; !area && *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	text_trim(s);
	if (cut(s, model_max(f)))
		tell(t, f->name, "its value is longer than the field takes and "
		    "was cut");
	if (*s != '\0')
		values = json_pack("[s]", s);
	free(s);
	return values;
}

static json_t *
fit_choice(const struct asset_field *src, const struct model_field *f,
    const struct teller *t)
{
	json_t *values = json_array();
	const char *one;

	for (size_t i = 0; i < src->nvalues; i++) {
		if ((one = allowed(f, src->values[i])) == NULL)
			tell(t, f->name, "a value is none of those that the field "
			    "allows and was left out");
		else if (json_array_size(values) == 0 ||
		    model_kind(f) == VALUE_SOME_OF)
			json_array_append_new(values, json_string(one));
	}
	return values;
}

static json_t *
fit_values(const struct asset_field *src, const struct model_field *f,
    const struct teller *t)
{
	enum value_kind kind = model_kind(f);
	char text[80], *trimmed;
	json_t *values = NULL;

	if (src->nvalues == 0)
		return NULL;
	if (kind == VALUE_LINE || kind == VALUE_AREA)
		return fit_text(src, f, t);
	if (kind == VALUE_ONE_OF || kind == VALUE_SOME_OF)
		return fit_choice(src, f, t);
	if ((trimmed = strdup(src->values[0])) == NULL)
		return NULL;
	if (fit_scalar(kind, text_trim(trimmed), text, sizeof(text)))
		values = json_pack("[s]", text);
	else if (*trimmed != '\0')
		tell(t, f->name, kind == VALUE_NEVER ? "a scanner cannot fill "
		    "this kind of field; its value was left out" :
		    "its value does not fit the field's kind and was left out");
	free(trimmed);
	return values;
}

/* --- an asset -------------------------------------------------------------------- */

static bool
is_key_field(const struct asset *a, const char *name, enum asset_key_kind kind)
{
	for (size_t i = 0; i < a->nkeys; i++)
		if (a->keys[i].kind == kind &&
		    strcmp(a->keys[i].field, name) == 0)
			return true;
	return false;
}

/* An asset always gets a title; one that a person gave it stays. */
static void
add_title(struct fitted *f, const struct asset *a, const struct model *m,
    const struct teller *t)
{
	const struct model_field *field = model_field(m, TITLE);
	char *title = a->title != NULL && a->title[0] != '\0' ? a->title :
	    a->address;
	struct asset_field made = { TITLE, &title, 1, ASSET_NEVER_OVERWRITE,
		{ 0, false } };
	json_t *values;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].field == field)
			return;
	if (field != NULL && title != NULL &&
	    (values = fit_values(&made, field, t)) != NULL)
		f->v[f->n++] = (struct fitted_field){ .field = field,
		    .values = values, .policy = ASSET_NEVER_OVERWRITE };
}

bool
fit_asset(struct fitted *f, const struct asset *a, const struct model *m,
    void (*warn)(void *ctx, const char *line), void *ctx, struct err *e)
{
	struct teller t = { warn, ctx };
	const struct model_field *field;
	json_t *values;

	memset(f, 0, sizeof(*f));
	f->v = calloc(a->nfields + 1, sizeof(*f->v));
	f->dropped = calloc(a->nfields + 1, sizeof(*f->dropped));
	if (f->v == NULL || f->dropped == NULL)
		return fail(e, ERR_MEMORY, "no memory for an asset");
	for (size_t i = 0; i < a->nfields; i++) {
		const struct asset_field *src = &a->fields[i];

		if ((field = model_field(m, src->name)) == NULL) {
			f->dropped[f->ndropped++] = src->name;
			continue;
		}
		values = fit_values(src, field, &t);
		if (json_array_size(values) > 0)
			f->v[f->n++] = (struct fitted_field){ .field = field,
			    .values = values, .policy = src->policy,
			    .tolerance = src->tolerance,
			    .macs = is_key_field(a, src->name, ASSET_KEY_MAC),
			    .uuids = is_key_field(a, src->name, ASSET_KEY_UUID) };
		else
			json_decref(values);
	}
	add_title(f, a, m, &t);
	return true;
}

void
fitted_free(struct fitted *f)
{
	for (size_t i = 0; i < f->n; i++)
		json_decref(f->v[i].values);
	free(f->v);
	free(f->dropped);
	memset(f, 0, sizeof(*f));
}
