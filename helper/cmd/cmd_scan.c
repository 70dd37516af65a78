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
#include "helper/cmd/view.h"
#include "helper/scan/scan.h"

#define REQUEST_MAX (16 << 20)
#define CONFIG_MAX  (4 << 20)

/* Options that become a member of the profile as they are. */
static const struct { enum opt_id id; const char *member; } numbers[] = {
	{ OPT_PING_TIMEOUT, "pingTimeout" },
	{ OPT_CONNECT_TIMEOUT, "connectTimeout" },
	{ OPT_SSH_TIMEOUT, "sshTimeout" }, { OPT_WMI_TIMEOUT, "wmiTimeout" },
	{ OPT_QUERY_TIMEOUT, "queryTimeout" },
	{ OPT_CONCURRENCY, "concurrency" }, { OPT_CONNECT_RATE, "connectRate" },
};
static const struct { enum opt_id id; const char *member; } flags[] = {
	{ OPT_PING_FIRST, "pingFirst" }, { OPT_UPDATE_ONLY, "updateOnly" },
	{ OPT_REPORT_SILENT, "reportSilent" }, { OPT_SUDO, "sudo" },
};

/* The words of a comma-separated list. */
static json_t *
list_of(const char *text)
{
	json_t *list = json_array();
	char *words = strdup(text), *rest = words, *word;

	while (words != NULL && (word = strsep(&rest, ", ")) != NULL)
		if (*word != '\0')
			json_array_append_new(list, json_string(word));
	free(words);
	return list;
}

/* A mapping file: XML goes in as text, JSON as an object. */
static json_t *
config_of(const char *path, struct err *e)
{
	json_error_t where;
	json_t *config;
	size_t n;
	char *text = front_read(path, CONFIG_MAX, &n, e);
	const char *p = text;

	if (text == NULL)
		return NULL;
	while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		p++;
	if (*p == '{') {
		config = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
		if (config == NULL)
			fail(e, ERR_MAPPING, "%s: line %d, column %d: %s", path,
			    where.line, where.column, where.text);
	} else if ((config = json_stringn(text, n)) == NULL) {
		fail(e, ERR_MAPPING, "%s is not UTF-8 text", path);
	}
	free(text);
	return config;
}

static bool
add_ports(const struct opts *o, json_t *profile, struct err *e)
{
	static const struct { enum opt_id id; const char *protocol; } kinds[] = {
		{ OPT_SSH_PORT, "ssh" }, { OPT_WMI_PORT, "wmi" } };
	json_t *port = json_object(), *ports = json_object();
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(kinds); i++) {
		const char *name = kinds[i].protocol;

		ok = front_number(o, kinds[i].id, port, name, e);
		if (json_object_get(port, name) != NULL)
			front_set(ports, name, json_pack("[O]",
			    json_object_get(port, name)));
	}
	json_decref(port);
	if (ok && json_object_size(ports) > 0)
		front_set(profile, "ports", ports);
	else
		json_decref(ports);
	return ok;
}

static json_t *
profile_of(const struct opts *o, struct err *e)
{
	const char *name = opt_str(o, OPT_PROFILE);
	const char *config = opt_str(o, OPT_CONFIG);
	json_t *p = json_object();
	bool ok = true;

	if (config == NULL)
		config = opt_str(o, OPT_WMI_CONFIG);
	front_set(p, "name", json_string(name != NULL ? name : "command-line"));
	if (opt_str(o, OPT_FOLDER) != NULL)
		front_set(p, "folder", json_string(opt_str(o, OPT_FOLDER)));
	if (opt_str(o, OPT_ASSET_TYPE) != NULL)
		front_set(p, "assetType", json_string(opt_str(o, OPT_ASSET_TYPE)));
	if (opt_str(o, OPT_PROTOCOLS) != NULL)
		front_set(p, "protocols", list_of(opt_str(o, OPT_PROTOCOLS)));
	if (opt_str(o, OPT_SECTIONS) != NULL)
		front_set(p, "sections", list_of(opt_str(o, OPT_SECTIONS)));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (opt_on(o, flags[i].id))
			front_set(p, flags[i].member, json_true());
	for (size_t i = 0; ok && i < ARRAY_LEN(numbers); i++)
		ok = front_number(o, numbers[i].id, p, numbers[i].member, e);
	ok = ok && add_ports(o, p, e) &&
	    front_set(p, "hostKeys", front_host_keys(o, e)) &&
	    (config == NULL || front_set(p, "config", config_of(config, e)));
	if (ok)
		return p;
	json_decref(p);
	return NULL;
}

/* scan.start's params from the options. */
static json_t *
params_of(const struct opts *o, struct err *e)
{
	const char *url = opts_nargs(o) > 0 ? opts_args(o)[0] : NULL;
	json_t *params = json_object(), *ranges = json_array(), *jira;

	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		json_array_append_new(ranges,
		    json_string(opt_nth(o, OPT_RANGE, i)));
	front_set(params, "ranges", ranges);
	if (opt_on(o, OPT_SELF))
		front_set(params, "self", json_true());
	jira = front_jira(o, url, e);
	if (jira != NULL)
		front_set(params, "jira", jira);
	if (e->code == ERR_NONE && front_set(params, "profile",
	    profile_of(o, e)) && front_set(params, "credentials",
	    front_credentials(o, e)))
		return params;
	json_decref(params);
	return NULL;
}

static json_t *
params_from_file(const char *path, struct err *e)
{
	json_error_t where;
	size_t n;
	char *text = front_read(path, REQUEST_MAX, &n, e);
	json_t *v, *params;

	if (text == NULL)
		return NULL;
	v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	wipe_free_str(text);
	if (v == NULL) {
		fail(e, ERR_USAGE, "%s: line %d, column %d: %s", path, where.line,
		    where.column, where.text);
		return NULL;
	}
	/* A whole request is taken too, as the plugin would send it. */
	params = json_object_get(v, "params");
	if (params == NULL)
		return v;
	json_incref(params);
	json_decref(v);
	return params;
}

static bool
usable(const struct opts *o, struct err *e)
{
	bool self = opt_on(o, OPT_SELF), range = opt_count(o, OPT_RANGE) > 0;

	if (opts_nargs(o) > 1)
		return fail(e, ERR_USAGE, "\"%.60s\" is no option; only Jira's URL "
		    "stands alone", opts_args(o)[1]);
	if (opt_str(o, OPT_REQUEST) != NULL)
		return true;
	if (!self && !range)
		return fail(e, ERR_USAGE, "say what to scan: --range=RANGES or "
		    "--self");
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
	params = opt_str(o, OPT_REQUEST) != NULL ?
	    params_from_file(opt_str(o, OPT_REQUEST), e) : params_of(o, e);
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
