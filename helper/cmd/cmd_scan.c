/* cmd_scan.c: `assetscan scan`, the same engine from a shell or a timer. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/secret.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/request.h"
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

/* SIGINT, SIGTERM and SIGHUP cancel the scan; a second one ends the process. */
struct signals {
	struct scan *scan;
	int fd, end_fd;
	pthread_t thread;
};

static void *
wait_for_signal(void *arg)
{
	struct signals *s = arg;
	struct signalfd_siginfo info;
	struct err e = { .code = ERR_NONE };
	bool first = true;

	while (deadline_wait(s->fd, POLLIN, deadline_never(s->end_fd),
	    &e) && read(s->fd, &info, sizeof(info)) == sizeof(info)) {
		if (!first)
			_exit(130);
		first = false;
		scan_cancel(s->scan);
	}
	return NULL;
}

static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
}

static bool
run(struct scan_plan *plan, const struct opts *o, struct view *v, int *code,
    struct err *e)
{
	const struct scan_env env = { opt_str(o, OPT_STATE_DIR), view_event, v };
	struct signals s = { .fd = -1 };
	struct cancel *end;
	sigset_t set;

	block_signals(&set);
	if ((end = cancel_new(e)) == NULL) {
		scan_plan_free(plan);
		return false;
	}
	s.end_fd = cancel_fd(end);
	s.fd = signalfd(-1, &set, SFD_CLOEXEC);
	s.scan = scan_new(plan, "s-1", &env, e);
	if (s.scan == NULL || s.fd < 0 ||
	    pthread_create(&s.thread, NULL, wait_for_signal, &s) != 0) {
		fail(e, ERR_INTERNAL, "no thread for signals");
	} else {
		scan_go(s.scan);
		scan_wait(s.scan);
		cancel_fire(end);
		pthread_join(s.thread, NULL);
		*code = scan_exit_code(s.scan);
	}
	scan_free(s.scan);
	if (s.fd >= 0)
		close(s.fd);
	cancel_free(end);
	return e->code == ERR_NONE;
}

static bool
scan(const struct opts *o, FILE *out, int *code, struct err *e)
{
	enum view_format format;
	struct scan_plan *plan = NULL;
	struct view *v = NULL;
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
	v = view_new(out, format, opt_on(o, OPT_QUIET) ? LOG_ERROR :
	    opt_on(o, OPT_VERBOSE) ? LOG_DEBUG : LOG_WARN);
	if (v == NULL) {
		scan_plan_free(plan);
		return fail(e, ERR_MEMORY, "no memory");
	}
	ok = run(plan, o, v, code, e) && view_finish(v, e);
	view_free(v);
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
