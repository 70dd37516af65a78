#include "helper/scan/exclude.h"

#define NAME_SECONDS 7		/* one name */
#define ALL_SECONDS 60		/* all of them, where DNS is down */

static bool
exclude_one(struct scan_plan *plan, struct events *events, const char *name,
    struct deadline by, struct err *e)
{
	struct net_addr found[16];
	struct err why = { .code = ERR_NONE };
	size_t n = net_resolve(name, found, ARRAY_LEN(found),
	    deadline_within(by, NAME_SECONDS), &why);

	if (n == 0 && why.code != ERR_CANCELLED)
		events_log(events, TELL_WARNING, "The excluded name %s has no "
		    "address here (%s), so no address is left out for it.",
		    name, why.text);
	for (size_t i = 0; i < n; i++)
		if (!ranges_exclude(plan->ranges, &found[i], e))
			return false;
	return true;
}

bool
exclude_names(struct scan_plan *plan, struct events *events, int cancel_fd,
    struct err *e)
{
	struct deadline by = deadline_in(ALL_SECONDS, cancel_fd);
	uint64_t before = scan_plan_addresses(plan), after;
	const char *name;
	size_t i;

	for (i = 0; (name = ranges_excluded_name(plan->ranges, i)) != NULL; i++)
		if (!exclude_one(plan, events, name, by, e))
			return false;
	if (i == 0)
		return true;
	if (!ranges_freeze(plan->ranges, e))
		return false;
	after = scan_plan_addresses(plan);
	for (uint64_t k = after; k < before; k++)
		events_host(events, HOST_SKIPPED);
	if (after < before)
		events_log(events, TELL_INFO, "%llu %s left out: excluded by "
		    "name.", (unsigned long long)(before - after),
		    before - after == 1 ? "address is" : "addresses are");
	return true;
}
