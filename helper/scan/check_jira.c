/* check_jira.c: jira.check and the outbox, as the methods want them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/jira/outbox.h"
#include "helper/scan/plan.h"
#include "helper/scan/report.h"
#include "helper/scan/scan.h"

struct raw_jira_call {
	const json_t *jira, *profile;
	bool include_rejected;
};

static const struct field check_fields[] = {
	{ "jira", F_OBJECT, true, offsetof(struct raw_jira_call, jira), 0, 0 },
	{ "profile", F_OBJECT, false,
	    offsetof(struct raw_jira_call, profile), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

static const struct field flush_fields[] = {
	{ "jira", F_OBJECT, true, offsetof(struct raw_jira_call, jira), 0, 0 },
	{ "profile", F_OBJECT, false,
	    offsetof(struct raw_jira_call, profile), 0, 0 },
	{ "includeRejected", F_BOOL, false,
	    offsetof(struct raw_jira_call, include_rejected), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

/* The request as a plan with a target; NULL with e. */
static struct scan_plan *
read_call(const json_t *params, const struct field *fields,
    struct raw_jira_call *r, char **state_dir, struct err *e)
{
	static const struct at at_jira = { NULL, "jira", 0 };
	static const struct at at_profile = { NULL, "profile", 0 };
	struct problems p = { problems_in_one, e, 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL || !plan_defaults(plan)) {
		fail(e, ERR_MEMORY, "no memory");
		scan_plan_free(plan);
		return NULL;
	}
	if (fields_read(params, fields, r, &p, NULL)) {
		plan_read_jira(plan, r->jira, &p, &at_jira);
		if (r->profile != NULL) {
			free(plan->name);
			free(plan->asset_type);
			free(plan->folder);
			plan->norder = 0;
			plan_read_profile(plan, r->profile, &p, &at_profile);
		}
		if (p.n == 0)
			plan_load_jira(plan, r->jira, &p, &at_jira);
	}
	if (p.n > 0) {
		scan_plan_free(plan);
		return NULL;
	}
	*state_dir = scan_state_dir(*state_dir);
	plan->jira.asset_type = plan->asset_type;
	plan->jira.folder = plan->folder;
	plan->jira.state_dir = *state_dir;
	return plan;
}

static void
add_stage(void *ctx, const char *name, double seconds, const char *detail,
    const struct err *e)
{
	json_array_append_new(ctx, json_pack("{s:s, s:b, s:f, s:s, s:o}",
	    "stage", name, "ok", e == NULL || e->code == ERR_NONE,
	    "seconds", report_round(seconds), "detail", detail != NULL ? detail : "",
	    "error", report_err(e)));
}

json_t *
scan_check_jira(const json_t *params, const char *state_dir,
    struct deadline by, struct err *e)
{
	struct raw_jira_call r = { .jira = NULL };
	char *dir = (char *)(uintptr_t)state_dir;
	struct scan_plan *plan = read_call(params, check_fields, &r, &dir, e);
	json_t *stages = json_array();
	const char **fields;
	size_t n;
	bool ok;

	if (plan == NULL || stages == NULL) {
		json_decref(stages);
		return NULL;
	}
	n = mapping_fields(plan->mapping);
	if ((fields = calloc(n + 1, sizeof(*fields))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		json_decref(stages);
		stages = NULL;
	} else {
		for (size_t i = 0; i < n; i++)
			fields[i] = mapping_field(plan->mapping, i);
		ok = jira_check(&plan->jira, fields, n, add_stage, stages, by);
		stages = json_pack("{s:b, s:o}", "ok", ok, "stages", stages);
	}
	free(fields);
	scan_plan_free(plan);
	free(dir);
	return stages;
}

json_t *
scan_outbox_list(const json_t *params, const char *state_dir, struct err *e)
{
	const char *url = json_string_value(json_object_get(params, "url"));
	char *dir = scan_state_dir(state_dir);
	json_t *list = NULL;

	if (dir == NULL)
		fail(e, ERR_STATE_DIR, "there is no home folder to keep state "
		    "in");
	else if ((list = outbox_list(dir, url, e)) != NULL)
		list = json_pack("{s:o}", "records", list);
	free(dir);
	return list;
}

static void
add_result(void *ctx, const struct asset_result *a)
{
	json_array_append_new(ctx, report_asset(a));
}

json_t *
scan_outbox_flush(const json_t *params, const char *state_dir,
    struct deadline by, struct err *e)
{
	struct raw_jira_call r = { .jira = NULL };
	char *dir = (char *)(uintptr_t)state_dir;
	struct scan_plan *plan = read_call(params, flush_fields, &r, &dir, e);
	struct outbox_totals t = { 0, 0, 0, 0 };
	json_t *assets = json_array(), *out = NULL;

	if (plan == NULL)
		json_decref(assets);
	else if (outbox_flush(&plan->jira, r.include_rejected, add_result,
	    assets, &t, by, e))
		out = json_pack("{s:I, s:I, s:I, s:I, s:o}",
		    "posted", (json_int_t)t.posted, "left", (json_int_t)t.left,
		    "rejected", (json_int_t)t.rejected,
		    "ambiguous", (json_int_t)t.ambiguous, "assets", assets);
	else
		json_decref(assets);
	if (plan != NULL)
		free(dir);
	scan_plan_free(plan);
	return out;
}
