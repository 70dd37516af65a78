/* poster_tool.c: posts made-up computers, or flushes, for tests/e2e/40-jira.py.
 *
 *   poster_tool URL STATE_DIR COMMAND [option=value ...]
 *
 * COMMAND: put FIRST COUNT | flush | list | check | drop.  Prints one JSON line a
 * result.  Options: user password token header ca proxy type folder timeout
 * first away settle dry updateonly rejected serial title cpu cancel (seconds) and
 * take=1: what is told to wait in the outbox is taken out of it at once.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/jira/outbox.h"
#include "helper/jira/poster.h"

struct options {
	int argc;
	char **argv;
};

static const char *
option(const struct options *o, const char *name, const char *otherwise)
{
	size_t n = strlen(name);

	for (int i = 0; i < o->argc; i++)
		if (strncmp(o->argv[i], name, n) == 0 && o->argv[i][n] == '=')
			return o->argv[i] + n + 1;
	return otherwise;
}

static void
print(json_t *o)
{
	char *s = json_dumps(o, JSON_COMPACT);

	printf("%s\n", s != NULL ? s : "null");
	fflush(stdout);
	free(s);
	json_decref(o);
}

static json_t *
error(const struct err *e)
{
	return e == NULL || e->code == ERR_NONE ? json_null() :
	    json_pack("{s:s, s:s, s:s, s:I}", "code", err_name(e->code),
	    "message", e->text, "hint", err_hint(e),
	    "native", (json_int_t)e->native);
}

static void
on_result(void *ctx, const struct asset_result *r)
{
	json_t *changed = json_array(), *dropped = json_array();
	json_t *candidates = json_array();

	(void)ctx;
	for (size_t i = 0; i < r->nchanged; i++)
		json_array_append_new(changed, json_string(r->changed[i]));
	for (size_t i = 0; i < r->ndropped; i++)
		json_array_append_new(dropped, json_string(r->dropped[i]));
	for (size_t i = 0; i < r->ncandidates; i++)
		json_array_append_new(candidates, json_integer(r->candidates[i]));
	print(json_pack("{s:s, s:s, s:I, s:s*, s:s*, s:o, s:o, s:o, s:O*, s:O*, s:o, s:I}",
	    "address", r->address, "outcome", asset_outcome_name(r->outcome),
	    "id", (json_int_t)r->id, "url", r->url, "matchedBy", r->matched_by,
	    "changed", changed, "dropped", dropped, "candidates", candidates,
	    "match", r->match, "would", r->would, "error", error(r->err),
	    "cookie", (json_int_t)r->cookie));
}

/* As somebody would who reads the result. */
static void
on_result_take(void *state_dir, const struct asset_result *r)
{
	struct err e = { .code = ERR_NONE };
	size_t taken = 0;

	on_result(NULL, r);
	if (r->outcome != ASSET_QUEUED)
		return;
	print(outbox_drop(state_dir, NULL, NULL, &taken, &e) ?
	    json_pack("{s:I}", "taken", (json_int_t)taken) : error(&e));
}

static void
on_log(void *ctx, const char *line)
{
	(void)ctx;
	print(json_pack("{s:s}", "log", line));
}

static void
on_stage(void *ctx, const char *name, double seconds, const char *detail,
    const struct err *e)
{
	(void)ctx;
	(void)seconds;
	print(json_pack("{s:s, s:s*, s:o}", "stage", name, "detail", detail,
	    "error", error(e)));
}

static void
set_field(struct asset *a, const char *name, const char *value)
{
	struct asset_field *f = &a->fields[a->nfields++];

	f->name = strdup(name);
	f->values = calloc(2, sizeof(*f->values));
	f->values[0] = strdup(value);
	f->nvalues = 1;
}

static void
set_key(struct asset *a, const char *field, enum asset_key_kind kind,
    const char *value)
{
	struct asset_key *k = &a->keys[a->nkeys++];

	k->field = strdup(field);
	k->kind = kind;
	k->value = strdup(value);
}

/* The computer of that number, always the same. */
static struct asset *
computer(const struct options *o, unsigned n)
{
	struct asset *a = calloc(1, sizeof(*a));
	char text[64];

	a->fields = calloc(8, sizeof(*a->fields));
	a->keys = calloc(4, sizeof(*a->keys));
	snprintf(text, sizeof(text), "10.0.%u.%u", n / 256, n % 256);
	a->address = strdup(text);
	snprintf(text, sizeof(text), "pc-%u", n);
	a->title = strdup(option(o, "title", text));
	set_field(a, "system.title", a->title);
	snprintf(text, sizeof(text), "00:1a:2b:3c:%02x:%02x", n / 256, n % 256);
	set_field(a, "spartez.network", text);
	set_key(a, "spartez.network", ASSET_KEY_MAC, text);
	set_field(a, "spartez.cpumodel", option(o, "cpu", "Some CPU"));
	set_field(a, "spartez.cpucores", "8");
	if (strcmp(option(o, "serial", ""), "") != 0) {
		snprintf(text, sizeof(text), "%s-%u", option(o, "serial", ""), n);
		set_field(a, "spartez.serialnumber", text);
		set_key(a, "spartez.serialnumber", ASSET_KEY_SERIAL, text);
	}
	set_field(a, "no.such.field", "x");
	a->update_only = strcmp(option(o, "updateonly", "0"), "1") == 0;
	return a;
}

static int
put(const struct options *o, const struct jira_target *t)
{
	struct poster_config c = { .target = *t, .result = on_result,
		.log = on_log, .cancel_fd = -1,
		.first_pause = atof(option(o, "first", "0")),
		.away_pause = atof(option(o, "away", "0")) };
	unsigned first = o->argc > 1 ? (unsigned)atoi(o->argv[1]) : 1;
	unsigned count = o->argc > 2 ? (unsigned)atoi(o->argv[2]) : 1;
	struct err e = { .code = ERR_NONE };
	struct cancel *cancel = cancel_new(&e);
	double cancel_in = atof(option(o, "cancel", "0"));
	struct outbox_totals left;
	struct poster *p;

	if (strcmp(option(o, "take", "0"), "1") == 0) {
		c.result = on_result_take;
		c.ctx = (void *)(uintptr_t)t->state_dir;
	}
	c.cancel_fd = cancel_fd(cancel);
	if ((p = poster_new(&c, &e)) == NULL) {
		print(json_pack("{s:o}", "error", error(&e)));
		cancel_free(cancel);
		return 1;
	}
	for (unsigned i = 0; i < count; i++)
		poster_put(p, computer(o, first + i), i + 1);
	print(json_pack("{s:b}", "allPut", 1));
	if (cancel_in > 0) {
		usleep((useconds_t)(cancel_in * 1e6));
		cancel_fire(cancel);
	}
	poster_finish(p);
	poster_leftovers(p, &left);
	poster_free(p);
	cancel_free(cancel);
	print(json_pack("{s:{s:I, s:I, s:I, s:I}}", "leftovers",
	    "posted", (json_int_t)left.posted, "left", (json_int_t)left.left,
	    "rejected", (json_int_t)left.rejected,
	    "ambiguous", (json_int_t)left.ambiguous));
	return 0;
}

static int
flush(const struct options *o, const struct jira_target *t)
{
	struct outbox_totals left;
	struct err e = { .code = ERR_NONE };
	bool ok = outbox_flush(t, strcmp(option(o, "rejected", "0"), "1") == 0,
	    on_result, NULL, &left, deadline_in(atof(option(o, "for", "100")), -1),
	    &e);

	print(json_pack("{s:b, s:o, s:{s:I, s:I, s:I, s:I}}", "ok", ok,
	    "error", error(&e), "totals",
	    "posted", (json_int_t)left.posted, "left", (json_int_t)left.left,
	    "rejected", (json_int_t)left.rejected,
	    "ambiguous", (json_int_t)left.ambiguous));
	return ok ? 0 : 1;
}

static int
list(const struct jira_target *t)
{
	struct err e = { .code = ERR_NONE };
	json_t *all = outbox_list(t->state_dir, t->url, &e);

	print(json_pack("{s:o*, s:o}", "records", all, "error", error(&e)));
	return all != NULL ? 0 : 1;
}

static int
drop(const struct options *o, const struct jira_target *t)
{
	struct err e = { .code = ERR_NONE };
	size_t n;
	bool ok = outbox_drop(t->state_dir, option(o, "id", NULL), t->url, &n, &e);

	print(json_pack("{s:b, s:I, s:o}", "ok", ok, "dropped", (json_int_t)n,
	    "error", error(&e)));
	return ok ? 0 : 1;
}

static int
check(const struct options *o, const struct jira_target *t)
{
	static const char *const fields[] = { "system.title", "spartez.network",
		"no.such.field", "spartez.serialnumer" };
	int n = atoi(option(o, "fields", "2"));
	bool ok = jira_check(t, fields, n > 2 && n <= 4 ? (size_t)n : 2,
	    on_stage, NULL, deadline_in(20, -1));

	print(json_pack("{s:b}", "ok", ok));
	return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct options o = { argc - 3, argv + 3 };
	const char *header, *token, *command = argc > 3 ? argv[3] : "";
	struct jira_target t = { .auth = JIRA_BASIC };
	int status = 2;

	if (argc < 4)
		return 2;
	jira_start();
	t.url = argv[1];
	t.state_dir = argv[2];
	t.user = option(&o, "user", "scanner");
	t.secret = secret_from_str(option(&o, "password", "secret"));
	if ((token = option(&o, "token", NULL)) != NULL) {
		t.auth = JIRA_BEARER;
		secret_free(t.secret);
		t.secret = secret_from_str(token);
	}
	if ((header = option(&o, "header", NULL)) != NULL) {
		t.auth = JIRA_HEADER;
		t.user = header;
	}
	t.ca_file = option(&o, "ca", NULL);
	t.proxy = option(&o, "proxy", NULL);
	t.asset_type = option(&o, "type", "type.computer");
	t.folder = option(&o, "folder", "/Electronics/Computers");
	t.timeout = atof(option(&o, "timeout", "0"));
	t.settle_pause = atof(option(&o, "settle", "0"));
	t.dry_run = strcmp(option(&o, "dry", "0"), "1") == 0;
	if (strcmp(command, "put") == 0)
		status = put(&o, &t);
	else if (strcmp(command, "flush") == 0)
		status = flush(&o, &t);
	else if (strcmp(command, "list") == 0)
		status = list(&t);
	else if (strcmp(command, "check") == 0)
		status = check(&o, &t);
	else if (strcmp(command, "drop") == 0)
		status = drop(&o, &t);
	secret_free(t.secret);
	return status;
}
