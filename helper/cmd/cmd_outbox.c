/* cmd_outbox.c: `assetscan outbox list|flush|drop`, what could not be posted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/report/out.h"
#include "helper/jira/outbox.h"
#include "helper/scan/scan.h"

static const struct out_column columns[] = {
	{ "id", "ID" }, { "state", "STATE" }, { "address", "ADDRESS" },
	{ "title", "TITLE" }, { "since", "SINCE" }, { "attempts", "TRIES" },
	{ "reason", "WHY" }, { "url", "JIRA" }, { NULL, NULL },
};

/* The records with the error's sentence in a column of its own. */
static json_t *
with_reason(json_t *records)
{
	json_t *r;
	size_t i;

	json_array_foreach(records, i, r) {
		json_t *why = json_object_get(json_object_get(r, "error"),
		    "message");

		if (why != NULL)
			json_object_set(r, "reason", why);
	}
	return records;
}

static int
list(const struct opts *o, const char *dir, struct err *e)
{
	const char *format = opt_str(o, OPT_FORMAT);
	json_t *records = outbox_list(dir, opt_str(o, OPT_JIRA_URL), e);

	if (records == NULL)
		return 1;
	if (format != NULL && strcmp(format, "json") == 0) {
		json_dumpf(records, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (format != NULL && strcmp(format, "csv") == 0) {
		out_csv(stdout, with_reason(records), columns);
	} else if (json_array_size(records) == 0) {
		puts("The outbox is empty.");
	} else {
		out_table(stdout, with_reason(records), columns, 160);
	}
	json_decref(records);
	return 0;
}

static int
flush(const struct opts *o, const char *dir, struct err *e)
{
	const char *type = opt_str(o, OPT_ASSET_TYPE);
	const char *folder = opt_str(o, OPT_FOLDER);
	json_t *jira = front_jira(o, NULL, e), *profile, *params, *answer;
	long long left;

	(void)dir;
	if (jira == NULL) {
		fail(e, ERR_USAGE, "say which Jira: --jira-url, and the log-in");
		return 1;
	}
	profile = json_pack("{s:s}", "name", "command-line");
	if (type != NULL)
		front_set(profile, "assetType", json_string(type));
	if (folder != NULL)
		front_set(profile, "folder", json_string(folder));
	params = json_pack("{s:o, s:o, s:b}", "jira", jira, "profile", profile,
	    "includeRejected", opt_on(o, OPT_INCLUDE_REJECTED));
	answer = scan_outbox_flush(params, opt_str(o, OPT_STATE_DIR),
	    deadline_never(-1), e);
	json_decref(params);
	if (answer == NULL)
		return 4;
	left = json_integer_value(json_object_get(answer, "left"));
	printf("%lld posted, %lld left, %lld rejected, %lld ambiguous\n",
	    (long long)json_integer_value(json_object_get(answer, "posted")), left,
	    (long long)json_integer_value(json_object_get(answer, "rejected")),
	    (long long)json_integer_value(json_object_get(answer, "ambiguous")));
	json_decref(answer);
	return left > 0 ? 3 : 0;
}

/* A record's id from its beginning, as the table may have cut it; NULL with an
 * error when several begin so.  Borrowed from the records or from the caller. */
static const char *
whole_id(const json_t *records, const char *given, struct err *e)
{
	const char *ellipsis = strstr(given, "\xe2\x80\xa6"), *id, *found = NULL;
	size_t n = ellipsis != NULL ? (size_t)(ellipsis - given) : strlen(given);

	for (size_t i = 0; n > 0 && i < json_array_size(records); i++) {
		id = json_string_value(json_object_get(json_array_get(records, i),
		    "id"));
		if (id == NULL || strncmp(id, given, n) != 0)
			continue;
		if (found != NULL) {
			fail(e, ERR_USAGE, "several records begin with %.*s",
			    (int)n, given);
			return NULL;
		}
		found = id;
	}
	return found != NULL ? found : given;
}

static bool
drop_one(const json_t *records, const char *dir, const char *given,
    size_t *dropped, struct err *e)
{
	const char *id = whole_id(records, given, e);

	return id != NULL && outbox_drop(dir, id, NULL, dropped, e);
}

static int
drop(const struct opts *o, const char *dir, struct err *e)
{
	json_t *records;
	size_t dropped = 0, n, total = 0;

	if (opts_nargs(o) < 2 && !opt_on(o, OPT_ALL)) {
		fail(e, ERR_USAGE, "say which records: their ids, or --all");
		return 1;
	}
	if (opt_on(o, OPT_ALL) && !outbox_drop(dir, NULL,
	    opt_str(o, OPT_JIRA_URL), &total, e))
		return 1;
	if ((records = outbox_list(dir, NULL, e)) == NULL)
		return 1;
	for (n = 1; n < opts_nargs(o) && drop_one(records, dir,
	    opts_args(o)[n], &dropped, e); n++)
		total += dropped;
	json_decref(records);
	if (e->code != ERR_NONE)
		return 1;
	printf("%zu dropped\n", total);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const struct opts *, const char *dir, struct err *);
} verbs[] = { { "list", list }, { "flush", flush }, { "drop", drop } };

int
cmd_outbox(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;
	bool known = false;
	char *dir;

	o = front_open(COMMAND_outbox, argc, argv, &code);
	if (o == NULL)
		return code;
	dir = scan_state_dir(opt_str(o, OPT_STATE_DIR));
	if (dir == NULL)
		fail(&e, ERR_STATE_DIR, "there is no home folder; give --state-dir");
	for (size_t i = 0; dir != NULL && opts_nargs(o) > 0 &&
	    i < ARRAY_LEN(verbs); i++)
		if (strcmp(opts_args(o)[0], verbs[i].name) == 0) {
			known = true;
			code = verbs[i].run(o, dir, &e);
		}
	if (dir != NULL && !known)
		fail(&e, ERR_USAGE, "outbox takes list, flush or drop");
	if (e.code != ERR_NONE)
		front_error(&e);
	free(dir);
	opts_free(o);
	return code;
}
