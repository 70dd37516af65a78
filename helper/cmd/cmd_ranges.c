/* cmd_ranges.c: `assetscan ranges expand`, what a list of ranges means. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/target/ranges.h"

static bool
build(const struct opts *o, struct ranges *set, struct err *e)
{
	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		if (!ranges_add(set, opt_nth(o, OPT_RANGE, i), 0, e))
			return false;
	for (size_t i = 1; i < opts_nargs(o); i++)
		if (!ranges_add(set, opts_args(o)[i], 0, e))
			return false;
	if (opt_count(o, OPT_RANGE) == 0 && opts_nargs(o) < 2)
		return fail(e, ERR_USAGE, "say which: ranges expand RANGES");
	return ranges_freeze(set, e);
}

/* Every address on a line of its own; nothing is laid out in memory. */
static bool
expand(const struct opts *o, const struct ranges *set, struct err *e)
{
	struct range_iter it = { 0, 0 };
	struct range_target t;
	char text[NET_ADDR_TEXT];

	(void)o;
	while (ranges_next(set, &it, &t))
		if (puts(t.name != NULL ? t.name : net_addr_text(&t.addr, text)) < 0)
			return fail_errno(e, ERR_IO, "standard output");
	return true;
}

static bool
show(const struct opts *o, const struct ranges *set, struct err *e)
{
	struct range_span span;

	(void)o;
	(void)e;
	for (size_t i = 0; ranges_span(set, i, &span); i++)
		printf("%-44s %" PRIu64 "\n", span.name != NULL ? span.name :
		    span.text, span.count);
	printf("%" PRIu64 " addresses, %" PRIu64 " named more than once\n",
	    ranges_count(set), ranges_overlap(set));
	return true;
}

static const struct {
	const char *name;
	bool (*run)(const struct opts *, const struct ranges *, struct err *);
} verbs[] = { { "expand", expand }, { "show", show } };

int
cmd_ranges(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct ranges *set;
	struct opts *o;
	int code = 1;
	bool known = false;

	o = front_open(COMMAND_ranges, argc, argv, &code);
	if (o == NULL)
		return code;
	set = ranges_new();
	for (size_t i = 0; set != NULL && opts_nargs(o) > 0 &&
	    i < ARRAY_LEN(verbs); i++)
		if (strcmp(opts_args(o)[0], verbs[i].name) == 0) {
			known = true;
			code = build(o, set, &e) && verbs[i].run(o, set, &e) ? 0 : 1;
		}
	if (!known)
		fail(&e, ERR_USAGE, "ranges takes expand or show");
	if (e.code != ERR_NONE)
		front_error(&e);
	ranges_free(set);
	opts_free(o);
	return code;
}
