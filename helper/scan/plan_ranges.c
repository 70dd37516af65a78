/* plan_ranges.c: the `ranges` of a request: text or {from, to, credentials}. */
#include <stdlib.h>
#include <string.h>

#include "helper/scan/plan.h"

static const struct field range_fields[] = {
	{ "from", F_TEXT, true, offsetof(struct range_entry, from), 0, 0 },
	{ "to", F_STRING, false, offsetof(struct range_entry, to), 0, 0 },
	{ "credentials", F_ARRAY, false,
	    offsetof(struct range_entry, credentials), 0, 0 },
	{ "disabled", F_BOOL, false, offsetof(struct range_entry, disabled), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

static bool
cred_index(const struct scan_plan *plan, const char *id, size_t *out)
{
	for (size_t i = 0; id != NULL && i < plan->ncreds; i++)
		if (plan->creds[i].id != NULL &&
		    strcmp(plan->creds[i].id, id) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static void
read_rule(const struct scan_plan *plan, struct range_rule *rule,
    const json_t *ids, struct problems *p, const struct at *at)
{
	const struct at list = { at, "credentials", 0 };
	size_t n = json_array_size(ids);

	rule->all = ids == NULL;
	if (n == 0 || (rule->creds = calloc(n, sizeof(*rule->creds))) == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct at here = { &list, NULL, i };
		const char *id = json_string_value(json_array_get(ids, i));

		if (id == NULL)
			problem(p, &here, "must be a credential's id");
		else if (!cred_index(plan, id, &rule->creds[rule->ncreds]))
			problem(p, &here, "there is no credential \"%s\"", id);
		else
			rule->ncreds++;
	}
}

/* A disabled range is checked like the others, and then left out: it takes
 * nothing away from ranges that are not disabled, as an exclusion would. */
static bool
add(struct ranges *set, const struct range_entry *r, size_t tag, struct err *e)
{
	struct ranges *scratch = NULL, *to = set;
	bool ok;

	if (r->disabled && (to = scratch = ranges_new()) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	if (r->to != NULL && r->to[0] != '\0')
		ok = ranges_add_span(to, r->from, r->to, (uint32_t)tag, e);
	else
		ok = ranges_add(to, r->from, (uint32_t)tag, e);
	ranges_free(scratch);
	return ok;
}

void
plan_range_entry(struct ranges *set, size_t tag, const json_t *v,
    struct range_entry *r, struct problems *p, const struct at *at)
{
	struct err e = { .code = ERR_NONE };

	*r = (struct range_entry){ .from = NULL };
	if (json_is_string(v))
		r->from = json_string_value(v);
	else if (json_is_object(v))
		fields_read(v, range_fields, r, p, at);
	else
		problem(p, at, "must be a range as text or {from, to, "
		    "credentials, disabled}");
	if (r->from == NULL || add(set, r, tag, &e))
		return;
	if (json_is_string(v))
		problem(p, at, "%s", e.text);
	else
		problem_in(p, at, "from", "%s", e.text);
}

static void
read_range(struct scan_plan *plan, size_t i, const json_t *v,
    struct problems *p, const struct at *at)
{
	struct range_entry r;

	plan_range_entry(plan->ranges, i, v, &r, p, at);
	read_rule(plan, &plan->rules[i], r.credentials, p, at);
}

void
plan_read_ranges(struct scan_plan *plan, const json_t *list,
    struct problems *p, const struct at *at)
{
	size_t before = p->n, n = json_array_size(list);
	struct err e = { .code = ERR_NONE };

	if (!json_is_array(list)) {
		problem(p, at, list == NULL ? "is missing" : "must be an array");
		return;
	}
	if (n > PLAN_RANGES_MAX) {
		problem(p, at, "holds %zu ranges; at most %d", n,
		    PLAN_RANGES_MAX);
		return;
	}
	plan->rules = calloc(n > 0 ? n : 1, sizeof(*plan->rules));
	if (plan->rules == NULL || (plan->ranges = ranges_new()) == NULL) {
		problem(p, at, "no memory");
		return;
	}
	plan->nrules = n;
	for (size_t i = 0; i < n; i++)
		read_range(plan, i, json_array_get(list, i), p,
		    &(struct at){ at, NULL, i });
	if (!ranges_freeze(plan->ranges, &e))
		problem(p, at, "%s", e.text);
	else if (p->n == before && ranges_count(plan->ranges) == 0)
		problem(p, at, "no address is left to scan");
}

/* The range that holds an address.  The spans are in ascending order and apart
 * from each other, names come last. */
static bool
find_span(const struct ranges *set, const struct net_addr *a,
    struct range_span *s)
{
	size_t low = 0, high = 1;

	while (ranges_span(set, high, s) && s->name == NULL)
		high *= 2;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (!ranges_span(set, mid, s) || s->name != NULL ||
		    net_addr_cmp(a, &s->from) < 0)
			high = mid;
		else if (net_addr_cmp(a, &s->to) > 0)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

bool
plan_excludes(const struct scan_plan *plan, const struct net_addr *a)
{
	return ranges_excluded(plan->ranges, a) ||
	    (plan->left_out != NULL && ranges_excluded(plan->left_out, a));
}

bool
plan_covers(const struct scan_plan *plan, const struct net_addr *a,
    const uint32_t *tags, size_t ntags)
{
	size_t *mine = calloc(plan->ncreds * 2 + 1, sizeof(*mine));
	size_t *theirs = mine != NULL ? mine + plan->ncreds : NULL;
	struct range_span s;
	bool all = mine != NULL && find_span(plan->ranges, a, &s);

	for (size_t i = 0; all && i < plan->norder; i++) {
		size_t n = plan_creds_for(plan, plan->order[i], tags, ntags, mine);
		size_t m = plan_creds_for(plan, plan->order[i], s.tags, s.ntags,
		    theirs);

		for (size_t k = 0; k < n; k++) {
			bool found = false;

			for (size_t j = 0; j < m; j++)
				found |= theirs[j] == mine[k];
			all = all && found;
		}
	}
	free(mine);
	return all;
}
