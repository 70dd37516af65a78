/* cmd_scan.c: `assetscan scan`, the same engine from a shell or a timer. */
#include <stdio.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/outfile.h"
#include "helper/cmd/places.h"
#include "helper/cmd/request.h"
#include "helper/cmd/signals.h"
#include "helper/cmd/view.h"
#include "helper/scan/scan.h"

/* Jira's URL and not a range; what is wrong with it else, the scan's check says. */
static bool
is_url(const char *text)
{
	return strstr(text, "://") != NULL;
}

static bool
usable(const struct opts *o, struct err *e)
{
	bool self = opt_on(o, OPT_SELF), range = opt_count(o, OPT_RANGE) > 0 ||
	    opt_str(o, OPT_RANGES_FILE) != NULL;

	for (size_t i = 0; i < opts_nargs(o); i++)
		if (i > 0 || !is_url(opts_args(o)[i]))
			return fail(e, ERR_USAGE, "\"%.60s\" is no option; only "
			    "Jira's URL stands alone, and ranges are given with "
			    "--range", opts_args(o)[i]);
	if (opts_nargs(o) > 0 && opt_str(o, OPT_JIRA_URL) != NULL &&
	    strcmp(opts_args(o)[0], opt_str(o, OPT_JIRA_URL)) != 0)
		return fail(e, ERR_USAGE, "two Jiras: --jira-url=%.100s and %.100s",
		    opt_str(o, OPT_JIRA_URL), opts_args(o)[0]);
	if (self && range)
		return fail(e, ERR_USAGE, "--self does not go with --range or "
		    "--ranges-file");
	if (!self && !range && opt_str(o, OPT_REQUEST) == NULL)
		return fail(e, ERR_USAGE, "say what to scan: --range=RANGES, "
		    "--ranges-file=FILE or --self");
	return true;
}

struct mistakes { const struct opts *options; bool any; };

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	struct mistakes *m = ctx;

	m->any = true;
	place_print(m->options, pointer, message);
}

/* What the person sees, and the same as lines in a file (NULL: none). */
struct outputs {
	struct view *view, *lines;
	struct outfile *to, *out;	/* --output and --out; NULL: not given */
	bool streams;			/* the view writes while the scan runs */
};

static void
on_event(void *ctx, const char *method, json_t *params, bool progress)
{
	struct outputs *out = ctx;

	if (out->lines != NULL && strcmp(method, "scan.progress") != 0)
		view_event(out->lines, method, json_incref(params), false);
	view_event(out->view, method, params, progress);
}

static bool
outputs_open(struct outputs *out, const struct opts *o, struct err *e)
{
	const char *to = opt_str(o, OPT_OUTPUT), *lines = opt_str(o, OPT_OUT);
	enum log_level level = opt_on(o, OPT_QUIET) ? LOG_ERROR :
	    opt_on(o, OPT_VERBOSE) ? LOG_DEBUG : LOG_WARN;
	enum view_format format;

	if (!view_format_parse(opt_str(o, OPT_FORMAT), &format, e) ||
	    (to != NULL && (out->to = outfile_open(to, 0666, e)) == NULL) ||
	    (lines != NULL && (out->out = outfile_open(lines, 0600, e)) == NULL))
		return false;
	out->streams = format == VIEW_TEXT || format == VIEW_JSONL;
	out->view = view_new(to != NULL ? outfile_stream(out->to) : stdout, to,
	    format, level);
	if (lines != NULL)
		out->lines = view_new(outfile_stream(out->out), lines, VIEW_JSONL,
		    LOG_ERROR);
	return (out->view != NULL && (lines == NULL || out->lines != NULL)) ||
	    fail(e, ERR_MEMORY, "no memory");
}

/* Nothing of the files is lost before the scan holds its lock. */
static bool
outputs_begin(const struct outputs *out, struct err *e)
{
	return (out->out == NULL || outfile_begin(out->out, e)) &&
	    (out->to == NULL || !out->streams || outfile_begin(out->to, e));
}

/* A full disk below one of them costs the other nothing. */
static bool
outputs_finish(const struct outputs *out, struct err *e)
{
	struct err other = { .code = ERR_NONE };
	bool ok = out->lines == NULL || view_finish(out->lines, e);

	if ((out->to != NULL && !outfile_begin(out->to, &other)) ||
	    !view_finish(out->view, &other)) {
		if (ok)
			*e = other;
		ok = false;
	}
	return ok;
}

static bool
outputs_close(struct outputs *out, struct err *e)
{
	bool ok;

	view_free(out->view);
	view_free(out->lines);
	ok = outfile_close(out->out, true, e);
	return outfile_close(out->to, false, e) && ok;
}

static void
cancel(void *scan)
{
	scan_cancel(scan);
}

static bool
run(struct scan_plan *plan, const struct opts *o, struct outputs *out, int *code,
    struct err *e)
{
	const struct scan_env env = { opt_str(o, OPT_STATE_DIR), on_event, out };
	struct signals *signals;
	struct scan *scan;

	signals_block();
	if ((scan = scan_new(plan, "s-1", &env, e)) == NULL)
		return false;
	if (outputs_begin(out, e) &&
	    (signals = signals_watch(cancel, scan, e)) != NULL) {
		scan_go(scan);
		scan_wait(scan);
		signals_end(signals);
		*code = scan_exit_code(scan);
	}
	scan_free(scan);
	return e->code == ERR_NONE && outputs_finish(out, e);
}

static bool
scan(const struct opts *o, int *code, struct err *e)
{
	struct outputs out = { .view = NULL };
	struct scan_plan *plan = NULL;
	json_t *params = NULL;
	struct mistakes mistakes = { o, false };
	bool ok = false;

	if (!usable(o, e))
		return false;
	params = request_params(o, e);
	if (params != NULL)
		plan = scan_plan_new(params, on_problem, &mistakes, e);
	json_decref(params);
	if (plan == NULL) {
		if (mistakes.any)
			err_clear(e);	/* each problem was named already */
		*code = 1;
		return mistakes.any;
	}
	if (outputs_open(&out, o, e))
		ok = run(plan, o, &out, code, e);
	else
		scan_plan_free(plan);
	return outputs_close(&out, e) && ok;
}

int
cmd_scan(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_scan, argc, argv, &code);
	if (o == NULL)
		return code;
	if (!scan(o, &code, &e) && code == 0)
		code = 1;
	if (e.code != ERR_NONE) {
		front_error(&e);
		if (code == 0)
			code = 1;
	}
	opts_free(o);
	return code;
}
