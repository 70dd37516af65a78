/* cmd_report.c: `assetscan report`, results files in a form for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/cmd/cmd.h"
#include "helper/report/findings.h"
#include "helper/cmd/front.h"
#include "helper/cmd/outfile.h"
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

/* What is read must not be written over: a page cannot be made into results
 * again.  NULL without an error: standard output. */
static struct outfile *
open_out(const struct opts *o, struct err *e)
{
	const char *path = opt_str(o, OPT_OUTPUT);
	struct outfile *out = path != NULL ? outfile_open(path, 0666, e) : NULL;

	for (size_t i = 0; out != NULL && i < opts_nargs(o); i++)
		if (outfile_is(out, opts_args(o)[i])) {
			fail(e, ERR_USAGE, "%s holds the results that are read; "
			    "the report would take their place", path);
			fail_hint(e, "Give --output another file.");
			(void)!outfile_close(out, false, e);
			return NULL;
		}
	return out;
}

/* All is read before the file is emptied: an old report is not lost when the
 * results are wrong. */
static bool
write_out(struct outfile *out, const struct opts *o, enum view_format format,
    const struct findings *found, struct err *e)
{
	if (out != NULL && !outfile_begin(out, e))
		return false;
	return view_write(out != NULL ? outfile_stream(out) : stdout,
	    opt_str(o, OPT_OUTPUT), format, found, opt_on(o, OPT_VERBOSE), e);
}

static bool
report(const struct opts *o, struct err *e)
{
	struct findings *found = NULL;
	struct outfile *out;
	enum view_format format;
	char today[11];
	bool ok = false;

	if (!format_of(o, &format, e))
		return false;
	out = open_out(o, e);
	if (e->code == ERR_NONE && (found = findings_new(format == VIEW_JSON ||
	    format == VIEW_HTML)) == NULL)
		fail(e, ERR_MEMORY, "no memory");
	if (found != NULL && read_all(o, found, e)) {
		view_today(today);
		findings_done(found, today);
		ok = write_out(out, o, format, found, e);
	}
	findings_free(found);
	return outfile_close(out, false, e) && ok;
}

int
cmd_report(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_report, argc, argv, &code);
	if (o == NULL)
		return code;
	code = report(o, &e) ? 0 : 1;
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
