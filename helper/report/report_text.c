#include "helper/report/report_forms.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "helper/report/findings_row.h"
#include "helper/report/out.h"

#define WIDTH_NO_TERMINAL 160
#define WIDTH_DEFAULT 100

static const struct out_column columns[] = {
	{ "address", "ADDRESS" }, { "name", "NAME" }, { "state", "STATE" },
	{ "os", "OPERATING SYSTEM" }, { "mac", "MAC" }, { "asset", "ASSET" },
	{ "note", "NOTE" }, { NULL, NULL },
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

	if (json_array_size(rows) > 0) {
		fputc('\n', f);
		out_table(f, rows, columns, width_of(f));
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
