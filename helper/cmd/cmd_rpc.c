/* cmd_rpc.c: `assetscan rpc`, what the plugin spawns. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/deadline.h"
#include "helper/base/text.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/methods.h"

/* At the end of input: for calls still being answered and a slow reader. */
#define LAST_LINES_S 300

/* Copies of stdin and stdout for the protocol; the originals become
 * /dev/null and stderr, so that no library can tear a protocol line. */
static bool
take_stdio(int *in, int *out, struct err *e)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	*in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	*out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (*in < 0 || *out < 0 || null < 0 ||
	    dup2(null, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return fail_errno(e, ERR_IO, "standard input and output");
	close(null);
	return true;
}

/* --link-timeout; 0 where it was not given. */
static bool
patience_of(const struct opts *o, double *seconds, struct err *e)
{
	const char *text = opt_str(o, OPT_LINK_TIMEOUT);

	*seconds = 0;
	if (text == NULL || (text_double(text, seconds) && *seconds >= 1 &&
	    *seconds <= 86400))
		return true;
	return fail(e, ERR_USAGE, "--link-timeout takes seconds from 1 to 86400, "
	    "not \"%.40s\"", text);
}

/* The plugin is gone: nobody would read the results. */
static void
on_output_closed(void *ctx)
{
	struct app *app = ctx;

	cancel_fire(app->cancel);
	scans_cancel_all(app->scans);
}

static int
serve(struct app *app, double patience, struct err *e)
{
	struct rpc_config config = {
		.methods = methods, .ctx = app, .patience = patience,
		.on_output_closed = on_output_closed,
	};

	if (!take_stdio(&config.in_fd, &config.out_fd, e) ||
	    (app->server = rpc_server_new(&config, e)) == NULL)
		return 1;
	rpc_server_run(app->server);
	/* End of input lets running scans finish; a shutdown has waited. */
	scans_wait_all(app->scans);
	if (app->finishing)
		pthread_join(app->finisher, NULL);
	rpc_server_free(app->server, LAST_LINES_S);
	return 0;
}

int
cmd_rpc(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct app app = { .server = NULL };
	struct opts *o;
	double patience;
	int code = 1;

	if ((o = front_open(COMMAND_rpc, argc, argv, &code)) == NULL)
		return code;
	app.state_dir = opt_str(o, OPT_STATE_DIR);
	if (opts_nargs(o) > 0)
		fail(&e, ERR_USAGE, "rpc takes no arguments");
	else if (patience_of(o, &patience, &e) &&
	    (app.cancel = cancel_new(&e)) != NULL &&
	    (app.scans = scans_new()) != NULL)
		code = serve(&app, patience, &e);
	if (e.code != ERR_NONE) {
		front_error(&e);
		code = 1;
	}
	scans_free(app.scans);
	cancel_free(app.cancel);
	opts_free(o);
	return code;
}
