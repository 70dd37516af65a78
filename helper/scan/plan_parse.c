/* plan_parse.c: ranges.parse: range text to canonical ranges, with counts. */
#include <stdlib.h>
#include <string.h>

#include "helper/scan/plan.h"
#include "helper/scan/scan.h"

struct list { json_t *problems; };

static void
collect(void *ctx, const char *pointer, const char *message)
{
	struct list *l = ctx;

	json_array_append_new(l->problems, json_pack("{s:s, s:s}",
	    "pointer", pointer, "message", message));
}

static json_int_t
number(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

static json_t *
span_json(const struct range_span *s)
{
	char from[NET_ADDR_TEXT], to[NET_ADDR_TEXT];

	if (s->name != NULL)
		return json_pack("{s:s, s:s, s:I}", "text", s->text,
		    "name", s->name, "addresses", (json_int_t)1);
	return json_pack("{s:s, s:s, s:s, s:I}", "text", s->text,
	    "from", net_addr_text(&s->from, from),
	    "to", net_addr_text(&s->to, to), "addresses", number(s->count));
}

#define SPANS_MAX 10000			/* shown; the counts are of all */

/* Ids of credentials are not checked here: there is no list of them. */
static json_t *
without_credentials(const json_t *list)
{
	json_t *copy = json_array(), *v;

	for (size_t i = 0; i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		if (json_is_object(v)) {
			v = json_copy(v);
			json_object_del(v, "credentials");
			json_array_append_new(copy, v);
		} else {
			json_array_append(copy, v);
		}
	}
	return copy;
}

json_t *
scan_ranges_parse(const json_t *params, struct err *e)
{
	static const struct at at_ranges = { NULL, "ranges", 0 };
	const json_t *given = json_object_get(params, "ranges");
	struct list l = { json_array() };
	struct problems p = { collect, &l, 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));
	json_t *bare = json_is_array(given) ? without_credentials(given) : NULL;
	json_t *spans = json_array(), *out = NULL;
	struct range_span s;

	if (plan == NULL || l.problems == NULL || spans == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		goto out;
	}
	plan_read_ranges(plan, bare, &p, &at_ranges);
	for (size_t i = 0; p.n == 0 && i < SPANS_MAX &&
	    ranges_span(plan->ranges, i, &s); i++)
		json_array_append_new(spans, span_json(&s));
	out = json_pack("{s:b, s:I, s:I, s:O, s:O}", "ok", p.n == 0,
	    "addresses", p.n == 0 ? number(ranges_count(plan->ranges)) :
	    (json_int_t)0, "overlap", p.n == 0 ?
	    number(ranges_overlap(plan->ranges)) : (json_int_t)0,
	    "ranges", spans, "problems", l.problems);
out:
	json_decref(bare);
	json_decref(spans);
	json_decref(l.problems);
	scan_plan_free(plan);
	return out;
}
