#include "helper/jira/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/hwid.h"
#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/jira/mactext.h"
#include "helper/jira/written.h"

#define TEXT_MAX (4u << 20)
#define DAY_MS   86400000

/* --- text ------------------------------------------------------------------------ */

static void
put_value(struct wr *w, const json_t *v)
{
	if (json_is_string(v))
		wr_str(w, json_string_value(v));
	else if (json_is_integer(v))
		wr_printf(w, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		wr_printf(w, "%.17g", json_real_value(v));
	else if (json_is_boolean(v))
		wr_str(w, json_is_true(v) ? "1" : "0");
}

char *
compare_text(const json_t *values, const char *between)
{
	struct wr w = wr_new(TEXT_MAX);
	const json_t *v;
	char *s;
	size_t i;

	json_array_foreach(values, i, v) {
		if (i > 0)
			wr_str(&w, between);
		put_value(&w, v);
	}
	wr_str(&w, "");
	s = w.p == NULL && !w.bad ? strdup("") : wr_give(&w);
	wr_free(&w);
	return s;
}

/* Equal but for the ends of lines and blanks before them. */
static bool
same_text(const char *a, const char *b)
{
	for (;;) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");
		size_t ta = na, tb = nb;

		while (ta > 0 && strchr(" \t\r", a[ta - 1]) != NULL)
			ta--;
		while (tb > 0 && strchr(" \t\r", b[tb - 1]) != NULL)
			tb--;
		if (ta != tb || memcmp(a, b, ta) != 0)
			return false;
		a += na;
		b += nb;
		if (*a == '\0' || *b == '\0')
			return a[strspn(a, " \t\r\n")] == '\0' &&
			    b[strspn(b, " \t\r\n")] == '\0';
		a++;
		b++;
	}
}

/* --- by kind --------------------------------------------------------------------- */

static bool
same_number(const char *a, const char *b)
{
	double x, y;
	int64_t i, k;

	if (text_i64(a, &i) && text_i64(b, &k))
		return i == k;
	return text_double(a, &x) && text_double(b, &y) &&
	    fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y));
}

static int64_t
day_of(int64_t ms)
{
	return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

static bool
same_time(const char *has, const char *want)
{
	bool day, ignored;
	int64_t a, b;

	if (!fit_time(has, &a, &day) || !fit_time(want, &b, &ignored))
		return false;
	return day ? day_of(a) == day_of(b) : a == b;
}

static bool
same_flag(const char *has, const char *want)
{
	bool a = false, b;

	return (*has == '\0' || fit_bool(has, &a)) && fit_bool(want, &b) && a == b;
}

static bool
holds(const json_t *values, const json_t *one)
{
	const json_t *v;
	size_t i;

	json_array_foreach(values, i, v)
		if (json_equal(v, one))
			return true;
	return false;
}

static bool
same_set(const json_t *has, const json_t *want)
{
	const json_t *v;
	size_t i;

	json_array_foreach(want, i, v)
		if (!holds(has, v))
			return false;
	json_array_foreach(has, i, v)
		if (!holds(want, v))
			return false;
	return true;
}

/* A number that moved too little to be told; with the same words behind it,
 * such as a unit. */
static bool
moved_little(const struct asset_tolerance *t, const char *has, const char *want)
{
	size_t n = strspn(has, "-.0123456789"), m = strspn(want, "-.0123456789");
	char x[40], y[40];
	double a, b;

	if (!(t->by > 0) || n >= sizeof(x) || m >= sizeof(y) ||
	    strcmp(has + n, want + m) != 0)
		return false;
	snprintf(x, sizeof(x), "%.*s", (int)n, has);
	snprintf(y, sizeof(y), "%.*s", (int)m, want);
	return text_double(x, &a) && text_double(y, &b) &&
	    fabs(a - b) <= (t->percent ? fabs(a) * t->by / 100 : t->by);
}

/* The same UUID, in either byte order. */
static bool
same_uuid(const char *has, const char *want)
{
	char a[UUID_TEXT], b[UUID_TEXT];

	if (!uuid_parse(has, a) || !uuid_parse(want, b))
		return false;
	uuid_either(a);
	uuid_either(b);
	return strcmp(a, b) == 0;
}

static bool
same(const struct fitted_field *f, const json_t *has, const char *text,
    const char *want)
{
	if ((f->uuids && same_uuid(text, want)) ||
	    moved_little(&f->tolerance, text, want))
		return true;
	switch (model_kind(f->field)) {
	case VALUE_INTEGER:
	case VALUE_DOUBLE:
		return same_number(text, want);
	case VALUE_DATE:
		return same_time(text, want);
	case VALUE_CHECKBOX:
		return same_flag(text, want);
	case VALUE_SOME_OF:
		return same_set(has, f->values);
	case VALUE_ONE_OF:
		return strcmp(text, want) == 0;
	default:
		return same_text(text, want);
	}
}

/* --- MAC fields --------------------------------------------------------------------- */

/* How the asset writes MACs: as its first one; otherwise as they come. */
static bool
style_of(const char *text, struct mac_style *s)
{
	struct mac_found m;
	size_t at = 0;

	if (!mac_next(text, &at, &m))
		return false;
	*s = m.style;
	/* Digits only say nothing of the case: look on for letters. */
	while (!m.style.upper && strpbrk(m.hex, "abcdef") == NULL &&
	    mac_next(text, &at, &m))
		s->upper = m.style.upper;
	return true;
}

/* One line (n octets) with its MACs in the style of the asset. */
static void
put_line(struct wr *w, const char *line, size_t n, const struct mac_style *style)
{
	char *s = strndup(line, n), text[MAC_TEXT_SIZE];
	struct mac_found m;
	size_t at = 0, done = 0;

	while (s != NULL && style != NULL && mac_next(s, &at, &m)) {
		wr_bytes(w, s + done, m.off - done);
		mac_write(m.hex, *style, text);
		wr_str(w, text);
		done = at;
	}
	if (s != NULL)
		wr_str(w, s + done);
	else
		w->bad = true;
	free(s);
}

/* True when every MAC of the line is in `has`, or it has none and `has` holds
 * the line as it is. */
static bool
line_is_there(const char *has, const char *line, size_t n)
{
	char *s = strndup(line, n);
	struct mac_found m;
	bool there = true, any = false;
	size_t at = 0;

	while (s != NULL && mac_next(s, &at, &m)) {
		any = true;
		there = there && mac_in(has, m.hex);
	}
	if (s != NULL && !any)
		there = strstr(has, text_trim(s)) != NULL;
	free(s);
	return there;
}

char *
compare_macs(const char *has, const char *want, const char *between)
{
	struct mac_style style;
	bool styled = style_of(has, &style);
	struct wr w = wr_new(TEXT_MAX);
	size_t n;
	char *s;

	wr_str(&w, has);
	for (; *want != '\0'; want += n) {
		want += strspn(want, "\r\n,; ");
		if ((n = strcspn(want, "\n,;")) == 0)
			continue;
		if (line_is_there(has, want, n))
			continue;
		if (w.len > 0)
			wr_str(&w, between);
		put_line(&w, want, n, styled ? &style : NULL);
	}
	s = w.p == NULL && !w.bad ? strdup("") : wr_give(&w);
	wr_free(&w);
	return s;
}

/* --- an asset ------------------------------------------------------------------------- */

static void
add(json_t *list, const struct fitted_field *f, json_t *values)
{
	json_array_append_new(list, json_pack("{s:s, s:o}",
	    "typeName", f->field->name, "values", values));
}

json_t *
compare_new(const struct fitted *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		add(list, &f->v[i], json_incref(f->v[i].values));
	return list;
}

bool
compare_same(const struct fitted_field *f, const json_t *has)
{
	const char *between = model_kind(f->field) == VALUE_AREA ? "\n" : ", ";
	char *text = compare_text(has, between);
	char *want = compare_text(f->values, between);
	bool yes = text != NULL && want != NULL && same(f, has, text, want);

	free(text);
	free(want);
	return yes;
}

/* Whether the policy lets the field be written. */
static bool
may_write(const struct fitted_field *f, const json_t *has, bool empty,
    const json_t *written)
{
	return f->policy == ASSET_WHEN_EMPTY ? empty :
	    f->policy != ASSET_NEVER_OVERWRITE ||
	    !written_by_hand(written, f, has);
}

static void
compare_field(json_t *list, const struct fitted_field *f, const json_t *has,
    const json_t *written)
{
	bool area = model_kind(f->field) == VALUE_AREA;
	const char *between = area ? "\n" : ", ";
	char *text = compare_text(has, between);
	char *want = compare_text(f->values, between), *all;
	bool empty = text != NULL && text[strspn(text, " \t\r\n")] == '\0';

	if (text == NULL || want == NULL || !may_write(f, has, empty, written))
		goto out;
	if (f->macs && !empty) {
		if ((all = compare_macs(text, want, between)) != NULL &&
		    strcmp(all, text) != 0 &&
		    strlen(all) <= model_max(f->field))
			add(list, f, json_pack("[s]", all));
		free(all);
	} else if (!same(f, has, text, want) &&
	    !written_settled(written, f, has)) {
		add(list, f, json_incref(f->values));
	}
out:
	free(text);
	free(want);
}

json_t *
compare_changes(const struct fitted *f, const struct model *m,
    const json_t *item, const json_t *written)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		compare_field(list, &f->v[i],
		    model_values(m, f->v[i].field, item), written);
	return list;
}
