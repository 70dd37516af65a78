/* cmd_check.c: `assetscan check HOST`, stage by stage, with the remedy. */
#include <stdio.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/scan/scan.h"

#define CHECK_SECONDS 120

static const char *
text_of(const json_t *o, const char *member)
{
	const char *text = json_string_value(json_object_get(o, member));

	return text != NULL ? text : "";
}

static void
show_stage(const json_t *s)
{
	const json_t *error = json_object_get(s, "error");
	bool ok = json_is_true(json_object_get(s, "ok"));

	printf("%-4s %-10s %7.3f s  %s\n", ok ? "ok" : "FAIL", text_of(s, "stage"),
	    json_number_value(json_object_get(s, "seconds")),
	    text_of(s, "detail"));
	if (json_is_object(error)) {
		printf("                      %s\n", text_of(error, "message"));
		printf("                      -> %s\n", text_of(error, "hint"));
	}
}

static json_t *
params_of(const struct opts *o, const char *host, bool wmi, struct err *e)
{
	json_t *p = json_object(), *credentials, *keys;

	front_set(p, "protocol", json_string(wmi ? "wmi" : "ssh"));
	front_set(p, "address", json_string(host));
	if (!front_number(o, wmi ? OPT_WMI_PORT : OPT_SSH_PORT, p, "port", e) ||
	    !front_number(o, wmi ? OPT_WMI_TIMEOUT : OPT_SSH_TIMEOUT, p,
	    "timeout", e) ||
	    !front_number(o, OPT_CONNECT_TIMEOUT, p, "connectTimeout", e) ||
	    (credentials = front_credentials(o, e)) == NULL ||
	    !front_set(p, "credentials", credentials) ||
	    (keys = front_host_keys(o, e)) == NULL ||
	    !front_set(p, "hostKeys", keys)) {
		json_decref(p);
		return NULL;
	}
	if (opt_on(o, OPT_SUDO))
		front_set(p, "sudo", json_true());
	return p;
}

static json_t *
walk(const struct opts *o, bool wmi, struct err *e)
{
	json_t *params = params_of(o, opts_args(o)[0], wmi, e), *answer = NULL;

	if (params != NULL)
		answer = scan_check_host(params, opt_str(o, OPT_STATE_DIR),
		    deadline_in(CHECK_SECONDS, -1), e);
	json_decref(params);
	return answer;
}

static bool
refused(const json_t *answer)
{
	const json_t *stage;
	size_t i;

	json_array_foreach(json_object_get(answer, "stages"), i, stage)
		if (strcmp(text_of(stage, "stage"), "connect") == 0)
			return !json_is_true(json_object_get(stage, "ok"));
	return false;
}

/* With credentials of both, Windows' way is walked; without any, the way of what
 * answers, as a scan would. */
static json_t *
walk_one(const struct opts *o, struct err *e)
{
	bool wmi = opt_str(o, OPT_WMI_USER) != NULL;
	bool ssh = opt_str(o, OPT_SSH_USER) != NULL || opt_on(o, OPT_SSH_AGENT) ||
	    opt_str(o, OPT_SSH_KEY_FILE) != NULL;
	json_t *answer, *other;

	answer = walk(o, wmi || !ssh, e);
	if (answer == NULL || wmi || ssh || !refused(answer))
		return answer;
	if ((other = walk(o, false, e)) == NULL || !refused(other)) {
		json_decref(answer);
		return other;
	}
	json_decref(other);
	return answer;
}

static int
check(const struct opts *o, struct err *e)
{
	const char *format = opt_str(o, OPT_FORMAT);
	json_t *answer = NULL, *stage;
	size_t i;
	int code;

	if (opts_nargs(o) != 1) {
		fail(e, ERR_USAGE, "check takes one host");
		return 1;
	}
	if ((answer = walk_one(o, e)) == NULL)
		return 1;
	if (format != NULL && strcmp(format, "json") == 0) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		json_array_foreach(json_object_get(answer, "stages"), i, stage)
			show_stage(stage);
	}
	code = json_is_true(json_object_get(answer, "ok")) ? 0 : 2;
	json_decref(answer);
	return code;
}

int
cmd_check(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_check, argc, argv, &code);
	if (o == NULL)
		return code;
	code = check(o, &e);
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
