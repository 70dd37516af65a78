#include "helper/cmd/methods.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "helper/scan/scan.h"
#include "schemas/openrpc.h"

static const char *
string_of(const json_t *params, const char *name)
{
	return json_string_value(json_object_get(params, name));
}

/* The answer of a function that gives JSON or an error. */
static void
answer(struct rpc_call *call, json_t *result, const struct err *e)
{
	if (result != NULL)
		rpc_reply(call, result);
	else
		rpc_fail(call, e);
}

/* --- what the helper is ---------------------------------------------------- */

static json_t *
method_names(void)
{
	json_t *names = json_array();

	for (const struct rpc_method *m = methods; m->name != NULL; m++)
		json_array_append_new(names, json_string(m->name));
	return names;
}

static json_t *
limits(void)
{
	struct rlimit files = { 0, 0 };

	getrlimit(RLIMIT_NOFILE, &files);
	return json_pack("{s:i, s:i, s:i, s:i, s:I, s:i}",
	    "maxLineBytes", 16 << 20, "maxDepth", 64, "maxBatch", 1024,
	    "maxIpv6Range", 1 << 24,
	    "descriptors", files.rlim_cur > INT32_MAX ? (json_int_t)INT32_MAX :
	    (json_int_t)files.rlim_cur, "maxScans", 16);
}

static void
helper_info(void *ctx, struct rpc_call *call, const json_t *params)
{
	(void)ctx;
	(void)params;
	rpc_reply(call, json_pack("{s:s, s:s, s:s, s:{s:o, s:[s,s,s,s,s,s,s], "
	    "s:[s,s]}, s:o}", "name", "assetscan", "version", ASSETSCAN_VERSION,
	    "protocol", "1.0", "capabilities", "methods", method_names(),
	    "notifications", "scan.started", "scan.progress", "scan.host",
	    "scan.asset", "scan.log", "scan.finished", "host.rows", "protocols", "wmi", "ssh",
	    "limits", limits()));
}

static void
rpc_discover(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct err e = { .code = ERR_NONE };
	json_t *document = json_loadb(openrpc_json, openrpc_json_len, 0, NULL);

	(void)ctx;
	(void)params;
	if (document == NULL)
		fail(&e, ERR_INTERNAL, "the OpenRPC document cannot be read");
	answer(call, document, &e);
}

/* --- scans ----------------------------------------------------------------- */

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	rpc_problem(ctx, pointer, "%s", message);
}

static void
on_event(void *ctx, const char *method, json_t *params, bool progress)
{
	struct app *app = ctx;

	rpc_notify(app->server, method, params, progress);
}

static void
go(void *scan)
{
	scan_go(scan);
}

/* Everything is checked before the answer; the scan begins behind it. */
static void
scan_start(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	const struct scan_env env = { app->state_dir, on_event, app };
	struct rpc_problems *problems = rpc_problems_new();
	struct err e = { .code = ERR_NONE };
	struct scan_plan *plan;
	struct scan *scan;
	uint64_t addresses;

	plan = scan_plan_new(params, on_problem, problems, &e);
	if (plan == NULL && problems != NULL && rpc_problem_count(problems) > 0) {
		rpc_fail_problems(call, problems);
	} else if (plan == NULL) {
		rpc_fail(call, &e);
	} else {
		addresses = scan_plan_addresses(plan);
		scan = scans_add(app->scans, plan, &env, &e);
		if (scan == NULL) {
			rpc_fail(call, &e);
		} else {
			rpc_after_reply(call, go, scan);
			rpc_reply(call, json_pack("{s:s, s:I}",
			    "scanId", scan_id(scan),
			    "addresses", (json_int_t)addresses));
		}
	}
	rpc_problems_free(problems);
}

static void
scan_status_of(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };
	struct scan *scan = scans_hold(app->scans, string_of(params, "scanId"),
	    &e);

	answer(call, scan != NULL ? scan_status(scan) : NULL, &e);
	if (scan != NULL)
		scans_release(app->scans, scan);
}

static void
scan_list(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;

	(void)params;
	rpc_reply(call, json_pack("{s:o}", "scans", scans_status(app->scans)));
}

static void
scan_cancel_one(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };
	struct scan *scan = scans_hold(app->scans, string_of(params, "scanId"),
	    &e);

	if (scan == NULL) {
		rpc_fail(call, &e);
		return;
	}
	scan_cancel(scan);
	scan_wait(scan);
	answer(call, scan_status(scan), &e);
	scans_release(app->scans, scan);
}

/* --- checks ---------------------------------------------------------------- */

static void
profile_validate(void *ctx, struct rpc_call *call, const json_t *params)
{
	(void)ctx;
	rpc_reply(call, scan_profile_validate(params));
}

static void
ranges_parse(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct err e = { .code = ERR_NONE };

	(void)ctx;
	answer(call, scan_ranges_parse(params, &e), &e);
}

/* The answer, or the problems when there are any, or the error. */
static void
answer_or_problems(struct rpc_call *call, json_t *result,
    struct rpc_problems *problems, const struct err *e)
{
	if (result == NULL && problems != NULL && rpc_problem_count(problems) > 0)
		rpc_fail_problems(call, problems);
	else
		answer(call, result, e);
	rpc_problems_free(problems);
}

static void
ranges_import(void *ctx, struct rpc_call *call, const json_t *params)
{
	const json_t *csv = json_object_get(params, "csv");
	struct rpc_problems *problems = rpc_problems_new();
	struct err e = { .code = ERR_NONE };
	json_t *result = scan_ranges_import(json_string_value(csv),
	    json_string_length(csv), true, on_problem, problems, &e);

	(void)ctx;
	answer_or_problems(call, result, problems, &e);
}

static void
ranges_export(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct rpc_problems *problems = rpc_problems_new();
	struct err e = { .code = ERR_NONE };
	json_t *result = scan_ranges_export(params, on_problem, problems, &e);

	(void)ctx;
	answer_or_problems(call, result, problems, &e);
}

static void
config_validate(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct err e = { .code = ERR_NONE };

	(void)ctx;
	answer(call, scan_config_validate(params, &e), &e);
}

#define CHECK_SECONDS 120

static void
host_check(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };

	answer(call, scan_check_host(params, app->state_dir,
	    deadline_in(CHECK_SECONDS, cancel_fd(app->cancel)), &e), &e);
}

/* Rows wait until there are enough for a notification; all of one query's come
 * from its own thread. */
struct rows {
	struct app *app;
	char id[24];
	json_t *waiting;
	size_t octets;
};

#define ROWS_OCTETS 900000	/* at most 1 MiB with what stands around them */
#define ROWS_AT_ONCE 5000

static bool
send_rows(struct rows *r)
{
	json_t *rows = r->waiting;

	r->waiting = json_array();
	r->octets = 0;
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return r->waiting != NULL;
	}
	return rpc_notify(r->app->server, "host.rows", json_pack("{s:s, s:o}",
	    "queryId", r->id, "rows", rows), false) && r->waiting != NULL;
}

static bool
take_row(void *ctx, json_t *row)
{
	struct rows *r = ctx;
	size_t n = json_dumpb(row, NULL, 0, JSON_COMPACT) + 1;

	if (r->octets + n > ROWS_OCTETS && !send_rows(r)) {
		json_decref(row);
		return false;
	}
	r->octets += n;
	json_array_append_new(r->waiting, row);
	return json_array_size(r->waiting) < ROWS_AT_ONCE || send_rows(r);
}

static void
host_query(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct rows rows = { .app = app, .waiting = json_array() };
	struct err e = { .code = ERR_NONE };
	json_t *result;

	snprintf(rows.id, sizeof(rows.id), "q-%u",
	    atomic_fetch_add(&app->queries, 1) + 1);
	result = scan_query_host(params, app->state_dir, take_row, &rows,
	    deadline_never(cancel_fd(app->cancel)), &e);
	(void)send_rows(&rows);
	json_decref(rows.waiting);
	if (result != NULL)
		json_object_set_new(result, "queryId", json_string(rows.id));
	answer(call, result, &e);
}

static void
jira_check_all(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };

	answer(call, scan_check_jira(params, app->state_dir,
	    deadline_in(CHECK_SECONDS, cancel_fd(app->cancel)), &e), &e);
}

/* --- outbox ---------------------------------------------------------------- */

static void
outbox_list_all(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };

	answer(call, scan_outbox_list(params, app->state_dir, &e), &e);
}

static void
outbox_flush_all(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	struct err e = { .code = ERR_NONE };

	answer(call, scan_outbox_flush(params, app->state_dir,
	    deadline_never(cancel_fd(app->cancel)), &e), &e);
}

/* --- the end ---------------------------------------------------------------- */

static void *
finish(void *arg)
{
	struct app *app = arg;

	scans_wait_all(app->scans);
	rpc_server_stop(app->server);
	return NULL;
}

/* Requests are answered (with a refusal) until the last scan is done. */
static void
finish_in_background(void *arg)
{
	struct app *app = arg;

	app->finishing = pthread_create(&app->finisher, NULL, finish, app) == 0;
	if (!app->finishing)
		rpc_server_stop(app->server);
}

static void
helper_shutdown(void *ctx, struct rpc_call *call, const json_t *params)
{
	struct app *app = ctx;
	const char *mode = string_of(params, "mode");
	struct rpc_problems *problems;

	if (mode != NULL && strcmp(mode, "finish") != 0 &&
	    strcmp(mode, "cancel") != 0) {
		problems = rpc_problems_new();
		rpc_problem(problems, "/mode", "must be finish or cancel");
		rpc_fail_problems(call, problems);
		rpc_problems_free(problems);
		return;
	}
	atomic_store(&app->shutting_down, true);
	rpc_server_refuse(app->server);
	if (mode != NULL && strcmp(mode, "cancel") == 0) {
		cancel_fire(app->cancel);
		scans_cancel_all(app->scans);
	}
	rpc_after_reply(call, finish_in_background, app);
	rpc_reply(call, NULL);
}

/* --- the table --------------------------------------------------------------- */

#define P(name, type, required) { name, type, required },
#define P_NONE
#define METHOD(name, handler, slow, alone, ...) \
	static const struct rpc_param params_##handler[] = { \
		__VA_ARGS__ { NULL, RPC_ANY, false } \
	};
#include "helper/cmd/methods.def"
#undef METHOD

const struct rpc_method methods[] = {
#define METHOD(name, handler, slow, alone, ...) \
	{ name, params_##handler, handler, slow, alone },
#include "helper/cmd/methods.def"
	{ NULL, NULL, NULL, false, false },
};
