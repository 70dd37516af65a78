/* cmd_report.c: `assetscan report`, results files in a form for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/cmd/cmd.h"
#include "helper/report/findings.h"
#include "helper/cmd/front.h"
#include "helper/report/results.h"
#include "helper/cmd/view.h"

/* How a file is called tells its form, where --format does not. */
static const struct { const char *suffix, *format; } suffixes[] = {
	{ ".csv", "csv" }, { ".json", "json" }, { ".txt", "text" },
	{ ".html", "html" }, { ".htm", "html" },
};

static bool
format_of(const struct opts *o, enum view_format *format, struct err *e)
{
	const char *name = opt_str(o, OPT_FORMAT), *to = opt_str(o, OPT_OUTPUT);
	size_t n = to != NULL ? strlen(to) : 0;

	for (size_t i = 0; name == NULL && i < ARRAY_LEN(suffixes); i++) {
		size_t k = strlen(suffixes[i].suffix);

		if (n > k && strcmp(to + n - k, suffixes[i].suffix) == 0)
			name = suffixes[i].format;
	}
	if (name == NULL)
		name = to == NULL && isatty(STDOUT_FILENO) ? "text" : "html";
	if (strcmp(name, "jsonl") == 0)
		return fail(e, ERR_USAGE, "the results are jsonl already; "
		    "--format is html, csv, json or text");
	return view_format_parse(name, format, e);
}

static bool
read_file(struct findings *found, const char *path, uint64_t *lines,
    struct err *e)
{
	struct results *r = results_open(path, e);
	struct results_line line;
	bool ok = r != NULL;

	if (ok && !findings_file(found, strcmp(path, "-") == 0 ?
	    "standard input" : path, results_written(r)))
		ok = fail(e, ERR_MEMORY, "no memory");
	while (ok && results_next(r, &line, e)) {
		(*lines)++;
		ok = findings_add(found, line.method, line.params, e);
	}
	if (r != NULL && e->code == ERR_NONE && results_torn(r) != 0)
		log_warn("%s: line %llu was cut while it was written; it is "
		    "left out", path, (unsigned long long)results_torn(r));
	results_close(r);
	return ok && e->code == ERR_NONE;
}

static bool
read_all(const struct opts *o, struct findings *found, struct err *e)
{
	uint64_t lines;

	if (opts_nargs(o) == 0)
		return fail(e, ERR_USAGE, "say which results: report "
		    "results.jsonl, or - for standard input");
	for (size_t i = 0; i < opts_nargs(o); i++) {
		lines = 0;
		if (!read_file(found, opts_args(o)[i], &lines, e))
			return false;
		if (lines == 0) {
			fail(e, ERR_INVALID, "%s: there are no results in it",
			    opts_args(o)[i]);
			return fail_hint(e, "Give a file that `assetscan scan "
			    "--format jsonl` wrote.");
		}
	}
	return true;
}

/* All is read before the file is opened: it may be one of those that are read,
 * and an old report is not lost when the results are wrong. */
static bool
write_out(const struct opts *o, enum view_format format,
    const struct findings *found, struct err *e)
{
	const char *path = opt_str(o, OPT_OUTPUT);
	FILE *out = path != NULL ? fopen(path, "we") : stdout;
	bool ok;

	if (out == NULL)
		return fail_errno(e, ERR_IO, "%s", path);
	ok = view_write(out, format, found, opt_on(o, OPT_VERBOSE), e);
	if (path != NULL && fclose(out) != 0)
		ok = fail_errno(e, ERR_IO, "%s", path);
	return ok;
}

int
cmd_report(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	enum view_format format;
	struct findings *found;
	struct opts *o;
	char today[11];
	int code = 1;

	o = front_open(COMMAND_report, argc, argv, &code);
	if (o == NULL)
		return code;
	if (!format_of(o, &format, &e) ||
	    (found = findings_new(format == VIEW_JSON || format == VIEW_HTML)) ==
	    NULL) {
		fail(&e, ERR_MEMORY, "no memory");
	} else {
		view_today(today);
		if (read_all(o, found, &e)) {
			findings_done(found, today);
			code = write_out(o, format, found, &e) ? 0 : 1;
		}
		findings_free(found);
	}
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return e.code != ERR_NONE ? 1 : code;
}
