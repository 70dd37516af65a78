#include "helper/report/report_forms.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "helper/report/findings_row.h"
#include "helper/report/out.h"

#define WIDTH_NO_TERMINAL 160
#define WIDTH_DEFAULT 100

/* `least`: narrower a column says nothing (0: it is never cut); `goes`: the
 * narrower the terminal, the more columns are left out, 1 first, 0 never. */
static const struct { struct out_column column; size_t least; unsigned goes; }
columns[] = {
	{ { "address", "ADDRESS" }, 0, 0 },
	{ { "name", "NAME" }, 12, 5 },
	{ { "state", "STATE" }, 0, 0 },
	{ { "os", "OPERATING SYSTEM" }, 16, 2 },
	{ { "mac", "MAC" }, 0, 1 },
	{ { "asset", "ASSET" }, 0, 4 },
	{ { "note", "NOTE" }, 20, 3 },
};

static size_t
width_of(FILE *f)
{
	struct winsize size;
	int fd = fileno(f);

	if (fd < 0 || !isatty(fd))
		return WIDTH_NO_TERMINAL;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

/* The columns that a line of `width` has room for, each with its room. */
struct table {
	struct out_column columns[ARRAY_LEN(columns) + 1];
	struct out_widths widths;
};

static size_t
least(size_t i, size_t natural)
{
	return columns[i].least == 0 || natural < columns[i].least ? natural :
	    columns[i].least;
}

/* Whether the columns fit at their narrowest; 1..: those up to that went. */
static bool
fits(const struct out_widths *natural, unsigned gone, size_t width)
{
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (columns[i].goes == 0 || columns[i].goes > gone)
			total += least(i, natural->width[i]) + 2;
	return total <= width + 2;
}

/* Room is taken from the widest that has some to give. */
static void
squeeze(struct out_widths *w, const size_t *lowest, size_t width)
{
	size_t total = 2 * (w->n - 1), at;

	for (size_t i = 0; i < w->n; i++)
		total += w->width[i];
	for (; total > width; total--) {
		at = w->n;
		for (size_t i = 0; i < w->n; i++)
			if (w->width[i] > lowest[i] &&
			    (at == w->n || w->width[i] > w->width[at]))
				at = i;
		if (at == w->n)
			return;
		w->width[at]--;
	}
}

static void
lay_out(const json_t *rows, size_t width, struct table *t)
{
	struct out_column all[ARRAY_LEN(columns) + 1] = { { NULL, NULL } };
	size_t lowest[ARRAY_LEN(columns)];
	struct out_widths natural;
	unsigned gone = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		all[i] = columns[i].column;
	out_measure(rows, all, SIZE_MAX, &natural);
	while (gone < ARRAY_LEN(columns) && !fits(&natural, gone, width))
		gone++;
	*t = (struct table){ .widths = { .n = 0 } };
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		size_t k = t->widths.n;

		if (columns[i].goes != 0 && columns[i].goes <= gone)
			continue;
		t->columns[k] = columns[i].column;
		t->widths.width[k] = natural.width[i];
		lowest[k] = least(i, natural.width[i]);
		t->widths.n++;
	}
	squeeze(&t->widths, lowest, width);
}

static void
totals(FILE *f, const json_t *counts, const char *what)
{
	const char *name, *comma = "";
	json_t *value;

	if (json_object_size(counts) == 0)
		return;
	fprintf(f, "%s", what);
	json_object_foreach((json_t *)counts, name, value) {
		if (json_integer_value(value) == 0)
			continue;
		fprintf(f, "%s %lld %s", comma,
		    (long long)json_integer_value(value), name);
		comma = ",";
	}
	fputs(*comma ? "\n" : " none\n", f);
}

static json_t *
rows_of(const struct findings *found, bool all)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < findings_count(found); i++) {
		json_t *row = findings_at(found, i)->row;

		if (all || strcmp(text_of(row, "state"), "refused") != 0)
			json_array_append(rows, row);
	}
	return rows;
}

void
report_text(FILE *f, const struct findings *found, bool all)
{
	json_t *rows = rows_of(found, all);
	struct table t;

	if (json_array_size(rows) > 0) {
		fputc('\n', f);
		lay_out(rows, width_of(f), &t);
		out_table_head(f, t.columns, &t.widths);
		out_table_rows(f, rows, t.columns, &t.widths);
	}
	json_decref(rows);
	if (findings_scans(found) == 0)
		return;
	fputc('\n', f);
	totals(f, findings_total(found, false), "Addresses:");
	totals(f, findings_total(found, true), "Assets:");
	for (size_t i = 0; i < findings_scans(found); i++) {
		const struct found_scan *s = findings_scan(found, i);

		if (s->source != NULL)
			fprintf(f, "%s: ", s->source);
		if (s->reason != NULL)
			fprintf(f, "%s after %.1f s\n", s->reason, s->seconds);
		else
			fputs("the end of this scan is missing; the totals "
			    "count what is there\n", f);
	}
}
