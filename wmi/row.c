/* row.c: looking into a row; CIM datetimes.                 [MS-WMIO] 2.2.1 */
#include <string.h>
#include <strings.h>

#include "wmi/wmio.h"

#define QUALIFIERS_MAX 256u	/* of one property that are looked at */

const char *
wmi_class(const struct wmi_row *r)
{
	return r->class->name;
}

const char *
wmi_superclass(const struct wmi_row *r)
{
	return r->class->nancestors != 0 ? r->class->ancestors[0] : "";
}

const char *
wmi_server(const struct wmi_row *r)
{
	return r->server != NULL ? r->server : "";
}

const char *
wmi_row_namespace(const struct wmi_row *r)
{
	return r->space != NULL ? r->space : "";
}

size_t
wmi_columns(const struct wmi_row *r)
{
	return r->class->n;
}

const char *
wmi_column(const struct wmi_row *r, size_t i, const struct wmi_value **v)
{
	if (i >= r->class->n) {
		*v = NULL;
		return NULL;
	}
	*v = &r->values[i];
	return r->class->columns[i].name;
}

/* --- what the class says -------------------------------------------------------- */

/* A QualifierSet: {name, flavour, type, value} back to back.  [MS-WMIO] 2.2.59 */
static bool
says(struct rd set, struct rd heap, const char *name)
{
	uint32_t n = rd_le32(&set);
	struct rd in = rd_take(&set, n >= 4 ? n - 4 : 0);

	for (unsigned i = 0; i < QUALIFIERS_MAX && !in.bad && rd_left(&in) > 0;
	    i++) {
		uint32_t ref = rd_le32(&in), type;
		size_t width;
		struct rd value;

		rd_skip(&in, 1);
		type = rd_le32(&in);
		width = cim_width(type);
		value = rd_take(&in, width);
		if (in.bad || width == 0)
			return false;
		if (cim_text_is(heap, ref, name))
			return type == WMI_BOOLEAN && rd_le16(&value) != 0;
	}
	return false;
}

bool
wmi_property(const struct wmi_row *r, size_t i, struct wmi_property *p)
{
	const struct cim_column *c = &r->class->columns[i];

	if (i >= r->class->n)
		return false;
	*p = (struct wmi_property){
		.type = (enum wmi_type)(c->type & ~(CIM_ARRAY | CIM_INHERITED)),
		.is_array = (c->type & CIM_ARRAY) != 0,
		.inherited = (c->type & CIM_INHERITED) != 0,
		.key = says(c->qualifiers, r->class->heap, "key") };
	return true;
}

bool
wmi_class_says(const struct wmi_row *r, const char *qualifier)
{
	return says(r->class->qualifiers, r->class->heap, qualifier);
}

/* --- values ------------------------------------------------------------------------ */

const struct wmi_value *
wmi_get(const struct wmi_row *r, const char *name)
{
	const struct cim_class *c = r->class;
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2, i = c->by_name[mid];
		int d = strcasecmp(c->columns[i].name, name);

		if (d == 0)
			return &r->values[i];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *
wmi_get_text(const struct wmi_row *r, const char *name)
{
	const struct wmi_value *v = wmi_get(r, name);

	if (v == NULL || v->is_null || v->is_array || (v->type != WMI_STRING &&
	    v->type != WMI_DATETIME && v->type != WMI_REFERENCE))
		return NULL;
	return v->text.s;
}

bool
wmi_get_u64(const struct wmi_row *r, const char *name, uint64_t *out)
{
	const struct wmi_value *v = wmi_get(r, name);

	if (v == NULL || v->is_null || v->is_array)
		return false;
	switch (v->type) {
	case WMI_UINT8: case WMI_UINT16: case WMI_UINT32: case WMI_UINT64:
	case WMI_CHAR16:
		*out = v->u;
		return true;
	case WMI_SINT8: case WMI_SINT16: case WMI_SINT32: case WMI_SINT64:
		*out = (uint64_t)v->i;
		return v->i >= 0;
	default:
		return false;
	}
}

/* --- datetimes ------------------------------------------------------------------ */

/* n digits at s; -1: all asterisks; -2: neither. */
static int64_t
digits(const char *s, int n)
{
	int64_t v = 0;
	int stars = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] == '*')
			stars++;
		else if (s[i] >= '0' && s[i] <= '9')
			v = v * 10 + (s[i] - '0');
		else
			return -2;
	}
	return stars == 0 ? v : stars == n ? -1 : -2;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t era, of_era, of_year;

	y -= m <= 2;
	era = y / 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	of_era = (y - era * 400) * 365 + (y - era * 400) / 4 -
	    (y - era * 400) / 100 + of_year;
	return era * 146097 + of_era - 719468;
}

/* Microseconds may end in asterisks: their precision is less. */
static int64_t
micros(const char *s)
{
	int64_t v = 0;

	for (int i = 0; i < 6; i++) {
		if (s[i] != '*' && (s[i] < '0' || s[i] > '9'))
			return -1;
		v = v * 10 + (s[i] == '*' ? 0 : s[i] - '0');
	}
	return v;
}

static bool
parse_interval(const char *s, struct wmi_time *t)
{
	int64_t d = digits(s, 8), h = digits(s + 8, 2), m = digits(s + 10, 2),
	    sec = digits(s + 12, 2), us = micros(s + 15);

	if (d < 0 || h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59 ||
	    us < 0 || strcmp(s + 21, ":000") != 0)
		return false;
	t->is_interval = true;
	t->us = (((d * 24 + h) * 60 + m) * 60 + sec) * 1000000 + us;
	return true;
}

static bool
date_ok(int64_t y, int64_t m, int64_t d)
{
	static const uint8_t last[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return y >= 1 && m >= 1 && m <= 12 && d >= 1 &&
	    d <= last[m - 1] + (m == 2 && leap);
}

bool
wmi_time_parse(const char *s, struct wmi_time *t)
{
	int64_t y, mon, d, h, m, sec, us, offset;

	*t = (struct wmi_time){ 0 };
	if (strlen(s) != 25 || s[14] != '.')
		return false;
	if (s[21] == ':')
		return parse_interval(s, t);
	y = digits(s, 4);
	mon = digits(s + 4, 2);
	d = digits(s + 6, 2);
	h = digits(s + 8, 2);
	m = digits(s + 10, 2);
	sec = digits(s + 12, 2);
	us = micros(s + 15);
	offset = digits(s + 22, 3);
	if (!date_ok(y, mon, d) || h > 23 || m > 59 || sec > 60 || h < -1 ||
	    m < -1 || sec < -1 || us < 0 || offset < -1 ||
	    (s[21] != '+' && s[21] != '-'))
		return false;
	t->date_only = h < 0 && m < 0 && sec < 0;
	if (!t->date_only && (h < 0 || m < 0 || sec < 0))
		return false;
	if (t->date_only)
		h = m = sec = 0;
	if (offset < 0)
		offset = 0;
	t->offset_minutes = (int)(s[21] == '-' ? -offset : offset);
	t->us = (((days_of(y, mon, d) * 24 + h) * 60 + m - t->offset_minutes) * 60 +
	    sec) * 1000000 + us;
	return true;
}
