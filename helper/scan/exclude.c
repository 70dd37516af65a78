#include "helper/scan/exclude.h"

#define NAME_SECONDS 7		/* one name */
#define ALL_SECONDS 60		/* all of them, where DNS is down */

static bool
exclude_one(struct ranges *set, struct events *events, const char *name,
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
		if (!ranges_exclude(set, &found[i], e))
			return false;
	return true;
}

bool
exclude_names(struct scan_plan *plan, struct events *events, int cancel_fd,
    struct err *e)
{
	struct deadline by = deadline_in(ALL_SECONDS, cancel_fd);
	struct ranges *set;
	const char *name;

	if (ranges_excluded_name(plan->ranges, 0) == NULL)
		return true;
	if ((set = ranges_new()) == NULL)
		return fail(e, ERR_MEMORY, "no memory for excluded names");
	for (size_t i = 0; (name = ranges_excluded_name(plan->ranges, i)) != NULL;
	    i++)
		if (!exclude_one(set, events, name, by, e)) {
			ranges_free(set);
			return false;
		}
	if (!ranges_freeze(set, e)) {
		ranges_free(set);
		return false;
	}
	plan->left_out = set;
	return true;
}
