/* cmd_scan.c: `assetscan scan`, the same engine from a shell or a timer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/request.h"
#include "helper/cmd/signals.h"
#include "helper/cmd/view.h"
#include "helper/scan/scan.h"

static bool
usable(const struct opts *o, struct err *e)
{
	bool self = opt_on(o, OPT_SELF), range = opt_count(o, OPT_RANGE) > 0 ||
	    opt_str(o, OPT_RANGES_FILE) != NULL;

	if (opts_nargs(o) > 1)
		return fail(e, ERR_USAGE, "\"%.60s\" is no option; only Jira's URL "
		    "stands alone", opts_args(o)[1]);
	if (self && range)
		return fail(e, ERR_USAGE, "--self does not go with --range or "
		    "--ranges-file");
	if (!self && !range && opt_str(o, OPT_REQUEST) == NULL)
		return fail(e, ERR_USAGE, "say what to scan: --range=RANGES, "
		    "--ranges-file=FILE or --self");
	return true;
}

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	bool *any = ctx;

	*any = true;
	fprintf(stderr, "assetscan: %s: %s\n", pointer, message);
}

/* What the person sees, and the same as lines in a file (NULL: none). */
struct outputs { struct view *view, *file; };

static void
on_event(void *ctx, const char *method, json_t *params, bool progress)
{
	struct outputs *out = ctx;

	if (out->file != NULL && strcmp(method, "scan.progress") != 0)
		view_event(out->file, method, json_incref(params), false);
	view_event(out->view, method, params, progress);
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
	if ((signals = signals_watch(cancel, scan, e)) != NULL) {
		scan_go(scan);
		scan_wait(scan);
		signals_end(signals);
		*code = scan_exit_code(scan);
	}
	scan_free(scan);
	return e->code == ERR_NONE;
}

/* --out: on disk when this ends well, whatever happens afterwards. */
static bool
run_with_file(struct scan_plan *plan, const struct opts *o, struct outputs *out,
    int *code, struct err *e)
{
	const char *path = opt_str(o, OPT_OUT);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = f != NULL &&
	    (out->file = view_new(f, VIEW_JSONL, LOG_ERROR)) != NULL;

	if (!ok) {
		scan_plan_free(plan);
		fail_errno(e, ERR_IO, "%s", path);
	}
	ok = ok && run(plan, o, out, code, e) && view_finish(out->file, e);
	if (ok && fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
		ok = fail_errno(e, ERR_IO, "%s", path);
	view_free(out->file);
	if (f != NULL && fclose(f) != 0 && ok)
		ok = fail_errno(e, ERR_IO, "%s", path);
	else if (f == NULL && fd >= 0)
		close(fd);
	return ok;
}

static bool
scan(const struct opts *o, FILE *out, int *code, struct err *e)
{
	enum view_format format;
	struct scan_plan *plan = NULL;
	struct outputs outputs = { NULL, NULL };
	json_t *params = NULL;
	bool any = false, ok = false;

	if (!usable(o, e) || !view_format_parse(opt_str(o, OPT_FORMAT), &format, e))
		return false;
	params = request_params(o, e);
	if (params != NULL)
		plan = scan_plan_new(params, on_problem, &any, e);
	json_decref(params);
	if (plan == NULL) {
		if (any)
			err_clear(e);	/* each problem was named already */
		*code = 1;
		return any;
	}
	outputs.view = view_new(out, format, opt_on(o, OPT_QUIET) ? LOG_ERROR :
	    opt_on(o, OPT_VERBOSE) ? LOG_DEBUG : LOG_WARN);
	if (outputs.view == NULL) {
		scan_plan_free(plan);
		return fail(e, ERR_MEMORY, "no memory");
	}
	ok = (opt_str(o, OPT_OUT) != NULL ? run_with_file : run)(plan, o,
	    &outputs, code, e) && view_finish(outputs.view, e);
	view_free(outputs.view);
	return ok;
}

int
cmd_scan(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	FILE *out = stdout;
	int code = 1;

	o = front_open(COMMAND_scan, argc, argv, &code);
	if (o == NULL)
		return code;
	if (opt_str(o, OPT_OUTPUT) != NULL &&
	    (out = fopen(opt_str(o, OPT_OUTPUT), "we")) == NULL)
		fail_errno(&e, ERR_IO, "%s", opt_str(o, OPT_OUTPUT));
	else if (!scan(o, out, &code, &e) && code == 0)
		code = 1;
	if (out != NULL && out != stdout && fclose(out) != 0)
		fail_errno(&e, ERR_IO, "%s", opt_str(o, OPT_OUTPUT));
	if (e.code != ERR_NONE) {
		front_error(&e);
		if (code == 0)
			code = 1;
	}
	opts_free(o);
	return code;
}
