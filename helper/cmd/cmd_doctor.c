/* cmd_doctor.c: `assetscan doctor`: this machine, each finding with its fix. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/doctor.h"
#include "helper/cmd/front.h"
#include "helper/cmd/request.h"
#include "helper/scan/scan.h"

static const struct {
	const char *name;
	void (*look)(struct doctor *);
} checks[] = {
#define CHECK(name, function) { name, function },
#include "helper/cmd/doctor.def"
};

static const struct { const char *name, *shown; } verdicts[] = {
	[DOCTOR_OK] = { "ok", "ok" }, [DOCTOR_WARNING] = { "warning", "warning" },
	[DOCTOR_FAILURE] = { "failure", "FAILURE" },
};

void
doctor_say_as(struct doctor *d, const char *name, enum verdict v,
    const char *fix, const char *detail)
{
	json_array_append_new(d->findings, json_pack("{s:s, s:s, s:s, s:s?}",
	    "check", name, "state", verdicts[v].name, "detail", detail, "fix",
	    fix));
}

void
doctor_say(struct doctor *d, enum verdict v, const char *fix, const char *fmt, ...)
{
	struct err e = { .code = ERR_NONE };
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* names of files and realms may be anything: escaped as errors are */
	fail(&e, ERR_IO, "%s", text);
	doctor_say_as(d, d->check, v, fix, e.text);
}

static size_t
count(const struct doctor *d, enum verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(d->findings); i++)
		n += strcmp(json_string_value(json_object_get(json_array_get(
		    d->findings, i), "state")), verdicts[v].name) == 0;
	return n;
}

static const char *
shown(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (strcmp(verdicts[i].name, state) == 0)
			return verdicts[i].shown;
	return state;
}

static void
print_text(const struct doctor *d)
{
	const char *check, *state, *detail, *fix;
	json_t *f;
	size_t i;

	json_array_foreach(d->findings, i, f) {
		fix = NULL;
		if (json_unpack(f, "{s:s, s:s, s:s, s:s?}", "check", &check,
		    "state", &state, "detail", &detail, "fix", &fix) != 0)
			(void)json_unpack(f, "{s:s, s:s, s:s}", "check", &check,
			    "state", &state, "detail", &detail);
		printf("%-8s %-19s %s\n", shown(state), check, detail);
		if (fix != NULL && fix[0] != '\0')
			printf("%29s-> %s\n", "", fix);
	}
	printf("\n%zu ok, %zu warning%s, %zu failure%s\n", count(d, DOCTOR_OK),
	    count(d, DOCTOR_WARNING), count(d, DOCTOR_WARNING) == 1 ? "" : "s",
	    count(d, DOCTOR_FAILURE), count(d, DOCTOR_FAILURE) == 1 ? "" : "s");
}

static bool
print(const struct doctor *d, const char *format, struct err *e)
{
	json_t *all;
	bool ok = true;

	if (format == NULL || strcmp(format, "text") == 0) {
		print_text(d);
	} else {
		all = json_pack("{s:b, s:O}", "ok", count(d, DOCTOR_FAILURE) == 0,
		    "findings", d->findings);
		ok = json_dumpf(all, stdout, JSON_INDENT(1)) == 0 &&
		    puts("") >= 0;
		json_decref(all);
	}
	if (!ok || fflush(stdout) != 0)
		return fail_errno(e, ERR_IO, "standard output");
	return true;
}

static bool
logs_in(const struct opts *o)
{
	return opt_str(o, OPT_JIRA_USER) != NULL ||
	    opt_has_secret(o, SECRET_JIRA_TOKEN) ||
	    opt_has_secret(o, SECRET_JIRA_PASSWORD);
}

/* Without a log-in Jira is only looked at; with half a one, that is said. */
static void
read_jira(struct doctor *d)
{
	static const struct { enum opt_id id; const char *member; } words[] = {
	    { OPT_JIRA_URL, "url" }, { OPT_CA_FILE, "caFile" },
	    { OPT_PROXY, "proxy" } };
	json_t *given = json_object_get(d->request, "jira");

	if (json_is_object(given) || logs_in(d->o)) {
		d->jira = json_is_object(given) ? json_deep_copy(given) :
		    json_object();
		if ((opt_str(d->o, OPT_JIRA_URL) != NULL ||
		    json_is_object(given)) &&
		    front_jira_over(d->o, NULL, d->jira, &d->jira_error))
			return;
		json_decref(d->jira);
		d->jira = NULL;
	}
	if (opt_str(d->o, OPT_JIRA_URL) == NULL)
		return;
	d->jira = json_object();
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (opt_str(d->o, words[i].id) != NULL)
			front_set(d->jira, words[i].member,
			    json_string(opt_str(d->o, words[i].id)));
}

static int
examine(const struct opts *o, struct err *e)
{
	struct doctor d = { .o = o, .findings = json_array(),
	    .state_dir = scan_state_dir(opt_str(o, OPT_STATE_DIR)) };
	int code = 1;

	if (opt_str(o, OPT_REQUEST) != NULL)
		d.request = request_json_file(opt_str(o, OPT_REQUEST),
		    &d.request_error);
	read_jira(&d);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		d.check = checks[i].name;
		checks[i].look(&d);
	}
	if (print(&d, opt_str(o, OPT_FORMAT), e))
		code = count(&d, DOCTOR_FAILURE) > 0 ? 2 : 0;
	json_decref(d.findings);
	json_decref(d.jira);
	json_decref(d.request);
	free(d.state_dir);
	return code;
}

int
cmd_doctor(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	const char *format;
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_doctor, argc, argv, &code);
	if (o == NULL)
		return code;
	format = opt_str(o, OPT_FORMAT);
	if (opts_nargs(o) > 0)
		fail(&e, ERR_USAGE, "doctor takes options only, not \"%.60s\"",
		    opts_args(o)[0]);
	else if (format != NULL && strcmp(format, "text") != 0 &&
	    strcmp(format, "json") != 0)
		fail(&e, ERR_USAGE, "--format is text or json, not \"%.40s\"",
		    format);
	else
		code = examine(o, &e);
	if (e.code != ERR_NONE) {
		front_error(&e);
		code = 1;
	}
	opts_free(o);
	return code;
}
