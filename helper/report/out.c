#include "helper/report/out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "helper/base/text.h"

#define CELL_MAX 1024

/* What begins a formula [OWASP, CSV Injection]; the last four are the wide forms,
 * which spreadsheets of East Asia take for the plain ones. */
static const char *const formula_starts[] = { "=", "+", "-", "@", "\t", "\r",
	"\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

static bool
begins_formula(const char *p)
{
	for (size_t i = 0; i < ARRAY_LEN(formula_starts); i++)
		if (strncmp(p, formula_starts[i], strlen(formula_starts[i])) == 0)
			return true;
	return false;
}

/* A spreadsheet that cuts at semicolons or tabs, as many countries' do, does not
 * see our quotes: it may begin a cell, or a row, behind any of these. */
static bool
may_begin_cell(const char *text, const char *p)
{
	while (p > text && p[-1] == ' ')
		p--;
	return p == text || strchr(";\t\n\r", p[-1]) != NULL;
}

void
out_csv_field(FILE *f, const char *text, bool last)
{
	bool quote = strpbrk(text, ",;\"\r\n\t") != NULL || text[0] == ' ' ||
	    begins_formula(text);

	if (quote)
		fputc('"', f);
	for (const char *p = text; *p != '\0'; p++) {
		if (begins_formula(p) && may_begin_cell(text, p))
			fputc('\'', f);
		if (*p == '"')
			fputc('"', f);
		fputc(*p, f);
	}
	if (quote)
		fputc('"', f);
	fputs(last ? "\r\n" : ",", f);
}

/* Our own numbers are none that a host could have written as a formula. */
static void
csv_number(FILE *f, const char *text, bool last)
{
	fprintf(f, "%s%s", text, last ? "\r\n" : ",");
}

void
out_text(const json_t *v, char *dst, size_t cap)
{
	size_t at = 0;

	dst[0] = '\0';
	switch (v != NULL ? json_typeof(v) : JSON_NULL) {
	case JSON_STRING:
		text_escape(dst, cap, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		snprintf(dst, cap, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		break;
	case JSON_REAL:
		snprintf(dst, cap, "%.3f", json_real_value(v));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		snprintf(dst, cap, "%s", json_is_true(v) ? "yes" : "no");
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(v) && at + 4 < cap; i++) {
			if (i > 0)
				at += (size_t)snprintf(dst + at, cap - at, "; ");
			out_text(json_array_get(v, i), dst + at, cap - at);
			at += strlen(dst + at);
		}
		break;
	default:
		break;
	}
}

/* Wide characters of East Asia and emoji take two columns, marks none. */
static size_t
columns_of(uint32_t c)
{
	if ((c >= 0x300 && c < 0x370) || (c >= 0x200b && c < 0x2010) ||
	    (c >= 0xfe00 && c < 0xfe10))
		return 0;
	if ((c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
	    (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
	    (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
	    (c >= 0x1f300 && c < 0x1fb00) || (c >= 0x20000 && c < 0x40000))
		return 2;
	return 1;
}

/* The character at p; its length in octets in *n (1 for what is no UTF-8). */
static uint32_t
char_at(const char *p, size_t *n)
{
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c;

	if ((*n = text_utf8_len(p, strnlen(p, 4))) == 0) {
		*n = 1;
		return '?';
	}
	c = (uint8_t)p[0] & mask[*n];
	for (size_t i = 1; i < *n; i++)
		c = c << 6 | ((uint8_t)p[i] & 0x3f);
	return c;
}

size_t
out_width(const char *text)
{
	size_t width = 0, n;

	for (const char *p = text; *p != '\0'; p += n)
		width += columns_of(char_at(p, &n));
	return width;
}

/* At most `room` columns of text, padded to it unless it is the last cell. */
static void
cell(FILE *f, const char *text, size_t room, bool last)
{
	size_t width = 0, n, w;
	bool cut = out_width(text) > room;
	const char *p = text;

	for (; *p != '\0'; p += n) {
		w = columns_of(char_at(p, &n));
		if (width + w > room - (cut ? 1 : 0))
			break;
		fwrite(p, 1, n, f);
		width += w;
	}
	if (cut) {
		fputs("\xe2\x80\xa6", f);
		width++;
	}
	if (!last)
		fprintf(f, "%*s", (int)(room - width + 2), "");
}

/* The text of a table's cell: one line, whatever a host wrote. */
static void
cell_text(const json_t *v, char dst[static CELL_MAX])
{
	char raw[CELL_MAX];

	out_text(v, raw, sizeof(raw));
	text_line(dst, CELL_MAX, raw, strlen(raw));
}

static size_t
measure(const json_t *rows, const struct out_column *c, size_t *widths)
{
	char text[CELL_MAX];
	size_t n = 0, w;
	const json_t *row;
	size_t i;

	for (; c[n].member != NULL && n < OUT_COLUMNS; n++) {
		widths[n] = out_width(c[n].heading);
		json_array_foreach(rows, i, row) {
			cell_text(json_object_get(row, c[n].member), text);
			if ((w = out_width(text)) > widths[n])
				widths[n] = w;
		}
	}
	return n;
}

/* Takes columns from the widest until the line fits. */
static void
squeeze(size_t *widths, size_t n, size_t width)
{
	size_t total = 2 * n, widest;

	for (size_t i = 0; i < n; i++)
		total += widths[i];
	while (total > width) {
		widest = 0;
		for (size_t i = 1; i < n; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= 8)
			break;
		widths[widest]--;
		total--;
	}
}

void
out_measure(const json_t *rows, const struct out_column *c, size_t width,
    struct out_widths *w)
{
	w->n = measure(rows, c, w->width);
	squeeze(w->width, w->n, width);
}

void
out_table_head(FILE *f, const struct out_column *c, const struct out_widths *w)
{
	for (size_t i = 0; i < w->n; i++)
		cell(f, c[i].heading, w->width[i], i + 1 == w->n);
	fputc('\n', f);
}

static bool
is_empty(const json_t *v)
{
	return v == NULL || json_is_null(v) ||
	    (json_is_string(v) && json_string_length(v) == 0) ||
	    (json_is_array(v) && json_array_size(v) == 0);
}

void
out_table_rows(FILE *f, const json_t *rows, const struct out_column *c,
    const struct out_widths *w)
{
	char text[CELL_MAX];
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		size_t n = w->n;

		/* no blanks behind the last that says something */
		while (n > 1 && is_empty(json_object_get(row, c[n - 1].member)))
			n--;
		for (size_t k = 0; k < n; k++) {
			cell_text(json_object_get(row, c[k].member), text);
			cell(f, text, w->width[k], k + 1 == n);
		}
		fputc('\n', f);
	}
}

void
out_table(FILE *f, const json_t *rows, const struct out_column *c, size_t width)
{
	struct out_widths w;

	out_measure(rows, c, width, &w);
	out_table_head(f, c, &w);
	out_table_rows(f, rows, c, &w);
}

void
out_csv_head(FILE *f, const struct out_column *c)
{
	for (size_t k = 0; c[k].member != NULL; k++)
		out_csv_field(f, c[k].heading, c[k + 1].member == NULL);
}

/* Octets that a value's text may need, escapes and all. */
static size_t
text_room(const json_t *v)
{
	size_t room = 64;

	if (json_is_string(v))
		return 4 * json_string_length(v) + 64;
	for (size_t i = 0; i < json_array_size(v); i++)
		room += text_room(json_array_get(v, i));
	return room;
}

/* `text` (cap octets) or a larger one in its place: no value is cut. */
static char *
fit(char *text, size_t *cap, const json_t *v)
{
	size_t need = text_room(v);

	if (need <= *cap)
		return text;
	free(text);
	*cap = need;
	return malloc(need);
}

void
out_csv_rows(FILE *f, const json_t *rows, const struct out_column *c)
{
	size_t cap = 16 * CELL_MAX, i;
	const json_t *row, *v;
	char *text = malloc(cap);

	json_array_foreach(rows, i, row)
		for (size_t k = 0; c[k].member != NULL && text != NULL; k++) {
			bool last = c[k + 1].member == NULL;

			v = json_object_get(row, c[k].member);
			text = fit(text, &cap, v);
			if (text == NULL)
				break;
			out_text(v, text, cap);
			if (json_is_number(v))
				csv_number(f, text, last);
			else
				out_csv_field(f, text, last);
		}
	free(text);
}

void
out_csv(FILE *f, const json_t *rows, const struct out_column *c)
{
	out_csv_head(f, c);
	out_csv_rows(f, rows, c);
}
