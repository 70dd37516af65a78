/* doctor_jira.c: a request checked as a scan checks it, and jira.check's stages
 * as findings. */
#include <stdio.h>
#include <string.h>

#include "helper/cmd/doctor.h"
#include "helper/cmd/front.h"
#include "helper/scan/scan.h"

#define JIRA_SECONDS 60

static const char *
text_of(const json_t *o, const char *member)
{
	const char *s = json_string_value(json_object_get(o, member));

	return s != NULL ? s : "";
}

/* Files that it names are read, by this user: as a scan would. */
void
doctor_request(struct doctor *d)
{
	const char *path = opt_str(d->o, OPT_REQUEST);
	json_t *answer, *problem;
	char detail[600];
	size_t i;

	if (path == NULL)
		return;
	if (d->request == NULL) {
		doctor_say(d, DOCTOR_FAILURE, "Correct that file, or let this "
		    "user read it.", "%s", d->request_error.text);
		return;
	}
	answer = scan_profile_validate(d->request);
	json_array_foreach(json_object_get(answer, "problems"), i, problem) {
		snprintf(detail, sizeof(detail), "%s: %s %s", path,
		    text_of(problem, "pointer"), text_of(problem, "message"));
		doctor_say(d, DOCTOR_FAILURE, "Correct that member, or the file "
		    "that it names; a service's secrets are looked for in "
		    "$CREDENTIALS_DIRECTORY.", "%s", detail);
	}
	if (i == 0)
		doctor_say(d, DOCTOR_OK, NULL, "%s is right: profile %s", path,
		    text_of(json_object_get(d->request, "profile"), "name"));
	json_decref(answer);
}

static void
say_stage(struct doctor *d, const json_t *stage)
{
	const json_t *error = json_object_get(stage, "error");
	bool ok = json_is_true(json_object_get(stage, "ok"));
	char name[60];

	snprintf(name, sizeof(name), "jira.%s", text_of(stage, "stage"));
	doctor_say_as(d, name, ok ? DOCTOR_OK : DOCTOR_FAILURE,
	    ok ? NULL : text_of(error, "hint"),
	    ok ? text_of(stage, "detail") : text_of(error, "message"));
}

void
doctor_jira(struct doctor *d)
{
	struct err e = { .code = ERR_NONE };
	json_t *params, *profile, *answer, *stage;
	size_t i;

	if (d->jira_error.code != ERR_NONE)
		doctor_say(d, DOCTOR_FAILURE, err_hint(&d->jira_error), "%s",
		    d->jira_error.text);
	if (d->jira == NULL || json_object_get(d->jira, "auth") == NULL)
		return;
	profile = json_copy(json_object_get(d->request, "profile"));
	if (profile == NULL)
		profile = json_pack("{s:s}", "name", "command-line");
	if (opt_str(d->o, OPT_ASSET_TYPE) != NULL)
		front_set(profile, "assetType",
		    json_string(opt_str(d->o, OPT_ASSET_TYPE)));
	if (opt_str(d->o, OPT_FOLDER) != NULL)
		front_set(profile, "folder",
		    json_string(opt_str(d->o, OPT_FOLDER)));
	params = json_pack("{s:O, s:o}", "jira", d->jira, "profile", profile);
	answer = scan_check_jira(params, d->state_dir,
	    deadline_in(JIRA_SECONDS, -1), &e);
	json_decref(params);
	if (answer == NULL)
		doctor_say(d, DOCTOR_FAILURE, err_hint(&e), "%s", e.text);
	json_array_foreach(json_object_get(answer, "stages"), i, stage)
		say_stage(d, stage);
	json_decref(answer);
}
