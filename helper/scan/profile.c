/* profile.c: a request checked whole: every complaint, with its JSON Pointer. */
#include <stdlib.h>
#include <string.h>

#include "helper/scan/plan.h"

struct raw_request {
	const json_t *profile, *ranges, *credentials, *jira;
	const json_t *shard;
	bool self;
};

static const struct field request_fields[] = {
	{ "profile", F_ANY, true, offsetof(struct raw_request, profile), 0, 0 },
	{ "ranges", F_ANY, false, offsetof(struct raw_request, ranges), 0, 0 },
	{ "credentials", F_ANY, false,
	    offsetof(struct raw_request, credentials), 0, 0 },
	{ "jira", F_ANY, false, offsetof(struct raw_request, jira), 0, 0 },
	{ "self", F_BOOL, false, offsetof(struct raw_request, self), 0, 0 },
	{ "shard", F_OBJECT, false, offsetof(struct raw_request, shard), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

struct raw_shard { json_int_t index, count; };

static const struct field shard_fields[] = {
	{ "index", F_INTEGER, true, offsetof(struct raw_shard, index), 0, 65535 },
	{ "count", F_INTEGER, true, offsetof(struct raw_shard, count), 1, 65536 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

static const struct at at_profile = { NULL, "profile", 0 };
static const struct at at_ranges = { NULL, "ranges", 0 };
static const struct at at_creds = { NULL, "credentials", 0 };
static const struct at at_jira = { NULL, "jira", 0 };
static const struct at at_shard = { NULL, "shard", 0 };

static void
read_shard(struct scan_plan *plan, const json_t *v, struct problems *p)
{
	struct raw_shard r = { 0, 1 };

	if (v == NULL || !fields_read(v, shard_fields, &r, p, &at_shard))
		return;
	if (r.index >= r.count)
		problem_in(p, &at_shard, "index", "must be below count");
	plan->shard = (unsigned)r.index;
	plan->shards = (unsigned)r.count;
}

/* Which of the protocols asked for has no credential at all. */
static bool
can_log_on(const struct scan_plan *plan)
{
	for (size_t i = 0; i < plan->ncreds; i++)
		for (size_t k = 0; k < plan->norder; k++)
			if (plan->creds[i].protocol == plan->order[k])
				return true;
	return false;
}

/* `all`: a whole scan.start; else only what is there (profile.validate). */
static void
read_request(struct scan_plan *plan, const json_t *params, bool all,
    struct problems *p)
{
	struct raw_request r = { .profile = NULL };

	fields_read(params, request_fields, &r, p, NULL);
	if (r.profile != NULL)
		plan_read_profile(plan, r.profile, p, &at_profile);
	plan_read_creds(plan, r.credentials, p, &at_creds);
	plan_load_keys(plan, r.credentials, false, p, &at_creds);
	plan->self = r.self;
	if (r.self && json_array_size(r.ranges) > 0)
		problem(p, &at_ranges, "does not go with self");
	else if (!r.self && (all || r.ranges != NULL))
		plan_read_ranges(plan, r.ranges, p, &at_ranges);
	plan_read_jira(plan, r.jira, p, &at_jira);
	read_shard(plan, r.shard, p);
	/* none at all is a way to look who is there; the scan log says so */
	if (all && p->n == 0 && plan->ncreds > 0 && !r.self &&
	    !can_log_on(plan))
		problem(p, &at_creds, "holds no credential for the profile's "
		    "protocols: %s%s%s", protocol_name(plan->order[0]), plan->norder > 1 ? " or " :
		    "", plan->norder > 1 ? protocol_name(plan->order[1]) : "");
	if (p->n == 0) {
		plan_load_keys(plan, r.credentials, true, p, &at_creds);
		plan_load_jira(plan, r.jira, p, &at_jira);
	}
	plan->jira.asset_type = plan->asset_type;
	plan->jira.folder = plan->folder;
}

struct scan_plan *
scan_plan_new(const json_t *params,
    void (*fn)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	struct problems p = { fn, ctx, 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	read_request(plan, params, true, &p);
	if (p.n == 0)
		return plan;
	fail(e, ERR_INVALID, p.n == 1 ? "the request holds a mistake" :
	    "the request holds %zu mistakes", p.n);
	fail_at(e, STAGE_REQUEST);
	scan_plan_free(plan);
	return NULL;
}

void
scan_plan_forget(struct scan_plan *plan)
{
	for (size_t i = 0; i < plan->ncreds; i++)
		cred_clear(&plan->creds[i]);
	plan->ncreds = 0;
	secret_free(plan->jira.secret);
	plan->jira.secret = NULL;
}

void
scan_plan_free(struct scan_plan *plan)
{
	if (plan == NULL)
		return;
	scan_plan_forget(plan);
	for (size_t i = 0; i < plan->nrules; i++)
		free(plan->rules[i].creds);
	for (size_t i = 0; i < plan->nsections; i++)
		free(plan->sections[i]);
	for (size_t i = 0; i < plan->npins; i++) {
		free(plan->pins[i].address);
		free(plan->pins[i].sha256);
	}
	free(plan->creds);
	free(plan->rules);
	free(plan->sections);
	free(plan->pins);
	ranges_free(plan->ranges);
	ranges_free(plan->left_out);
	mapping_free(plan->own);
	/* the plan's own copies, const only for those who borrow them */
	free((void *)(uintptr_t)plan->jira.url);
	free((void *)(uintptr_t)plan->jira.user);
	free((void *)(uintptr_t)plan->jira.ca_file);
	free((void *)(uintptr_t)plan->jira.proxy);
	free(plan->name);
	free(plan->asset_type);
	free(plan->folder);
	free(plan);
}

uint64_t
scan_plan_addresses(const struct scan_plan *plan)
{
	uint64_t all;

	if (plan->self)
		return plan->shard == 0;
	all = ranges_count(plan->ranges);
	/* address i belongs to shard i % shards */
	return all / plan->shards + (plan->shard < all % plan->shards);
}

static void
collect(void *ctx, const char *pointer, const char *message)
{
	json_array_append_new(ctx, json_pack("{s:s, s:s}", "pointer", pointer,
	    "message", message));
}

json_t *
scan_profile_validate(const json_t *params)
{
	struct scan_plan *plan = calloc(1, sizeof(*plan));
	json_t *list = json_array(), *warnings = json_array();
	struct problems p = { collect, list, 0 };

	if (plan == NULL || list == NULL || warnings == NULL) {
		scan_plan_free(plan);
		json_decref(list);
		json_decref(warnings);
		return NULL;
	}
	read_request(plan, params, false, &p);
	for (size_t i = 0; plan->mapping != NULL &&
	    i < mapping_warnings(plan->mapping); i++)
		json_array_append_new(warnings,
		    json_string(mapping_warning(plan->mapping, i)));
	scan_plan_free(plan);
	return json_pack("{s:b, s:o, s:o}", "ok", p.n == 0, "problems", list,
	    "warnings", warnings);
}

json_t *
scan_config_validate(const json_t *params, struct err *e)
{
	static const struct at at_config = { NULL, "config", 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));
	json_t *list = json_array(), *warnings = json_array();
	struct problems p = { collect, list, 0 };
	json_t *shown = NULL, *out = NULL;

	if (plan == NULL || list == NULL || warnings == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		goto out;
	}
	plan_read_config(plan, json_object_get(params, "config"), &p, &at_config);
	if (p.n == 0) {
		for (size_t i = 0; i < mapping_warnings(plan->mapping); i++)
			json_array_append_new(warnings,
			    json_string(mapping_warning(plan->mapping, i)));
		shown = mapping_to_json(plan->mapping);
	}
	out = json_pack("{s:b, s:O, s:O, s:o?}", "ok", p.n == 0, "problems",
	    list, "warnings", warnings, "config", shown);
out:
	scan_plan_free(plan);
	json_decref(list);
	json_decref(warnings);
	return out;
}
