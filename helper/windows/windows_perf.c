/* windows_perf.c: samples of counters become loads. */
#include "helper/windows/windows_perf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

enum as { AS_IS, AS_REST, AS_MEGA };

static const struct load {
	enum win_query query;
	const char *class, *key, *fact, *text;
} loads[] = {
#define LOAD(query, class, key, fact, text) \
	{ WQ_##query, class, key, fact, text },
#include "helper/windows/windows_perf.def"
};

static const struct counter {
	enum win_query query;
	const char *property, *base;
	enum win_counter type;
	const char *class, *fact;
	enum as as;
} counters[] = {
#define COUNTER(query, property, base, type, class, fact, as) \
	{ WQ_##query, property, base, CT_##type, class, fact, AS_##as },
#include "helper/windows/windows_perf.def"
};
_Static_assert(ARRAY_LEN(counters) <= WIN_COUNTERS_MAX,
    "raise WIN_COUNTERS_MAX");

/* --- formulas ------------------------------------------------------------------- */

/* A counter of 32 bits starts again at 0. */
static bool
grown(uint64_t a, uint64_t b, bool wraps, double *by)
{
	if (b < a && wraps && a <= UINT32_MAX)
		b += UINT64_C(1) << 32;
	if (b < a)
		return false;
	*by = (double)(b - a);
	return true;
}

static bool
passed(uint64_t a, uint64_t b, double *by)
{
	return grown(a, b, false, by) && *by > 0;
}

static double
within(double v, double most)
{
	return v < 0 ? 0 : v > most ? most : v;
}

/* Of one sample alone. */
static bool
cook_one(enum win_counter type, const struct win_sample *s, double *out)
{
	switch (type) {
	case CT_COUNTER_RAWCOUNT:
	case CT_COUNTER_LARGE_RAWCOUNT:
		*out = (double)s->n;
		return true;
	case CT_RAW_FRACTION:
		if (s->base == 0)
			return false;
		*out = 100 * (double)s->n / (double)s->base;
		return true;
	case CT_ELAPSED_TIME:
		if (s->frequency == 0 || s->ticks < s->n)
			return false;
		*out = (double)(s->ticks - s->n) / (double)s->frequency;
		return true;
	default:
		return false;
	}
}

bool
win_cook(enum win_counter type, const struct win_sample *a,
    const struct win_sample *b, double *out)
{
	double n, d;

	if (type == CT_COUNTER_RAWCOUNT || type == CT_COUNTER_LARGE_RAWCOUNT ||
	    type == CT_RAW_FRACTION || type == CT_ELAPSED_TIME)
		return cook_one(type, b, out);
	if (!grown(a->n, b->n, type == CT_COUNTER_COUNTER, &n))
		return false;
	switch (type) {
	case CT_COUNTER_COUNTER:
	case CT_COUNTER_BULK_COUNT:
		if (b->frequency == 0 || !passed(a->ticks, b->ticks, &d))
			return false;
		*out = n / (d / (double)b->frequency);
		return true;
	case CT_100NSEC_TIMER:
	case CT_100NSEC_TIMER_INV:
		if (!passed(a->sys100ns, b->sys100ns, &d))
			return false;
		*out = type == CT_100NSEC_TIMER ? 100 * n / d :
		    within(100 * (1 - n / d), 100);
		return true;
	case CT_COUNTER_100NS_QUEUELEN_TYPE:
		if (!passed(a->sys100ns, b->sys100ns, &d))
			return false;
		*out = n / d;
		return true;
	case CT_PRECISION_100NS_TIMER:
		if (!passed(a->base, b->base, &d))
			return false;
		*out = within(100 * n / d, 100);
		return true;
	case CT_AVERAGE_BULK:
	case CT_AVERAGE_TIMER:
		/* nothing happened in between: nothing to take a mean of */
		if (!passed(a->base, b->base, &d) ||
		    (type == CT_AVERAGE_TIMER && b->frequency == 0))
			return false;
		*out = type == CT_AVERAGE_BULK ? n / d :
		    n / (double)b->frequency / d;
		return true;
	default:
		return false;
	}
}

/* --- what is asked -------------------------------------------------------------------- */

/* A fact that all rows of a class have, whatever is counted. */
static bool
names_rows(const struct load *l, const char *class, const char *fact)
{
	return win_same_word(l->class, class) && l->query != WQ_PROCESS_LOAD &&
	    (win_same_word(fact, "name") || win_same_word(fact, l->fact));
}

bool
win_want_load(struct win_ask *ask, const char *class, const char *fact)
{
	bool known = false, all = fact == NULL;

	for (size_t i = 0; i < ARRAY_LEN(loads) && !all; i++)
		all = names_rows(&loads[i], class, fact);
	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		if (!win_same_word(counters[i].class, class) || (!all &&
		    !win_same_word(counters[i].fact, fact)))
			continue;
		ask->counter[i] = known = true;
		ask->query[counters[i].query] = true;
	}
	return known;
}

/* Counts down to the one that is wanted. */
static bool
is_next(size_t *i)
{
	return (*i)-- == 0;
}

const char *
win_load_property(const struct win_ask *ask, enum win_query q, size_t i)
{
	static const char *const times[] = { "Timestamp_PerfTime",
		"Frequency_PerfTime", "Timestamp_Sys100NS" };
	bool any = false;

	for (size_t k = 0; k < ARRAY_LEN(counters); k++) {
		const struct counter *c = &counters[k];

		if (!ask->counter[k] || c->query != q)
			continue;
		any = true;
		if (is_next(&i))
			return c->property;
		if (c->base[0] != '\0' && is_next(&i))
			return c->base;
	}
	for (size_t k = 0; k < ARRAY_LEN(times) && any; k++)
		if (is_next(&i))
			return times[k];
	for (size_t k = 0; k < ARRAY_LEN(loads) && any; k++)
		if (loads[k].query == q && loads[k].key[0] != '\0' &&
		    is_next(&i))
			return loads[k].key;
	return NULL;
}

/* --- rows to facts ----------------------------------------------------------------------- */

static struct win_sample
sample_of(const struct fact_row *row, const struct counter *c)
{
	struct win_sample s = { 0 };

	if (!win_get_u64(row, c->property, &s.n) ||
	    (c->base[0] != '\0' && !win_get_u64(row, c->base, &s.base)) ||
	    !win_get_u64(row, "Timestamp_PerfTime", &s.ticks) ||
	    !win_get_u64(row, "Frequency_PerfTime", &s.frequency) ||
	    !win_get_u64(row, "Timestamp_Sys100NS", &s.sys100ns))
		return s;
	return s;
}

static void
put(const struct counter *c, const struct fact_row *first,
    const struct fact_row *second, struct fact_row *to)
{
	const struct fact_row *last = second != NULL ? second : first;
	struct win_sample a = sample_of(first, c), b = sample_of(last, c);
	uint64_t n;
	double v;

	if (!win_get_u64(last, c->property, &n))
		return;
	if (c->type == CT_COUNTER_RAWCOUNT ||
	    c->type == CT_COUNTER_LARGE_RAWCOUNT) {
		fact_uint(to, c->fact, c->as == AS_MEGA ?
		    (n + 500000) / 1000000 : n);
		return;
	}
	if (second != NULL && win_get_u64(first, c->property, &n) &&
	    win_cook(c->type, &a, &b, &v))
		fact_real(to, c->fact, c->as == AS_REST ? 100 - v : v);
}

static void
put_all(const struct win_ask *ask, enum win_query q,
    const struct fact_row *first, const struct fact_row *second,
    struct fact_row *to)
{
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		if (ask->counter[i] && counters[i].query == q)
			put(&counters[i], first, second, to);
}

static bool
same_instance(const struct fact_row *x, const struct fact_row *y,
    const char *key)
{
	const struct fact *a, *b;
	uint64_t n, m;

	if (key[0] == '\0')
		return true;
	a = fact_get(x, key);
	b = fact_get(y, key);
	if (a == NULL || b == NULL)
		return false;
	return a->type == FACT_STRING && b->type == FACT_STRING ?
	    strcmp(a->s, b->s) == 0 : win_u64(a, &n) && win_u64(b, &m) && n == m;
}

/* The same instance in the second sample, where the i-th row is the likeliest;
 * NULL: it is gone, or none was taken. */
static const struct fact_row *
again(const struct win_rows *r, const char *key, const struct fact_row *first,
    size_t at)
{
	size_t n = r->again_facts != NULL ? facts_rows(r->again_facts,
	    r->again) : 0;

	if (at < n && same_instance(first, facts_at(r->again_facts, r->again,
	    at), key))
		return facts_at(r->again_facts, r->again, at);
	for (size_t i = 0; i < n && i < WIN_FOUND_MAX; i++) {
		const struct fact_row *row = facts_at(r->again_facts, r->again,
		    i);

		if (same_instance(first, row, key))
			return row;
	}
	return NULL;
}

static bool
is_total(const struct fact_row *row)
{
	const char *name = fact_text(row, "Name");

	return name != NULL && strcmp(name, "_Total") == 0;
}

/* --- processors ------------------------------------------------------------------------- */

/* "0,5" is the fifth of node 0, "0,_Total" all of it. */
static bool
is_node(const struct fact_row *row)
{
	const char *name = fact_text(row, "Name");
	const char *rest = name != NULL ? strchr(name, ',') : NULL;

	return rest != NULL && strcmp(rest, ",_Total") == 0;
}

/* All are of node 0: then its number says nothing. */
static bool
one_node(const struct win_rows *r)
{
	for (size_t i = 0; i < facts_rows(r->facts, r->class); i++) {
		const struct fact_row *row = facts_at(r->facts, r->class, i);
		const char *name = fact_text(row, "Name");

		if (!is_total(row) && (name == NULL ||
		    strncmp(name, "0,", 2) != 0))
			return false;
	}
	return true;
}

static bool
is_of_processors(const struct load *l)
{
	return l->query == WQ_PROCESSORS || l->query == WQ_CPU_LOAD;
}

/* The whole processor is the mean of its rows, as Windows says it. */
static void
put_total(const struct win_rows *r, enum win_query q, size_t at,
    struct facts *out)
{
	const struct fact_row *first = facts_at(r->facts, r->class, at);
	const struct fact_row *second = again(r, "Name", first, at);
	struct fact_row *cpu = win_one(out, "cpu");
	double v;

	for (size_t i = 0; second != NULL && i < ARRAY_LEN(counters); i++) {
		struct win_sample a, b;

		if (counters[i].query != q)
			continue;
		a = sample_of(first, &counters[i]);
		b = sample_of(second, &counters[i]);
		if (win_cook(counters[i].type, &a, &b, &v))
			fact_real(cpu, "loadPercent", v);
	}
}

/* The busier way of an adapter, of what it can carry. */
static void
put_use(struct fact_row *to)
{
	const struct fact *in = fact_get(to, "receivedBytesPerSec");
	const struct fact *gone = fact_get(to, "sentBytesPerSec");
	const struct fact *mbps = fact_get(to, "bandwidthMbps");
	double most, can;

	if (in == NULL || gone == NULL || mbps == NULL || mbps->u == 0)
		return;
	most = 8 * (in->d > gone->d ? in->d : gone->d);
	can = (double)mbps->u * 1e6;
	fact_real(to, "usedPercent", within(100 * most / can, 100));
}

static void
make_rows(const struct win_ask *ask, const struct win_rows *r,
    const struct load *l, struct facts *out)
{
	size_t skip = l->query == WQ_PROCESSORS && one_node(r) ? 2 : 0;

	for (size_t i = 0; i < facts_rows(r->facts, r->class); i++) {
		const struct fact_row *first = facts_at(r->facts, r->class, i);
		const char *name = fact_text(first, l->key);
		struct fact_row *to;

		if (is_total(first)) {
			if (is_of_processors(l))
				put_total(r, l->query, i, out);
			continue;
		}
		if (l->query == WQ_PROCESSORS && is_node(first))
			continue;
		to = facts_row(out, l->class);
		if (l->key[0] != '\0')
			fact_str(to, "name", name != NULL ? name + skip : NULL);
		if (l->fact[0] != '\0')
			fact_str(to, l->fact, l->text);
		put_all(ask, l->query, first, again(r, l->key, first, i), to);
		if (l->query == WQ_NIC_LOAD)
			put_use(to);
	}
}

/* Processes have their rows already; a number stands for one process as long
 * as both samples have it. */
static void
add_to_processes(const struct win_ask *ask, const struct win_rows *r,
    const struct load *l, struct facts *out)
{
	for (size_t i = 0; i < facts_rows(out, l->class); i++) {
		struct fact_row *to = win_out(out, l->class, i);
		const struct fact_row *first = NULL;
		size_t k;
		uint64_t pid, id;

		if (!win_get_u64(to, "pid", &pid))
			continue;
		for (k = 0; k < facts_rows(r->facts, r->class) &&
		    k < WIN_FOUND_MAX; k++) {
			const struct fact_row *row = facts_at(r->facts, r->class,
			    k);

			if (win_get_u64(row, l->key, &id) && id == pid &&
			    !is_total(row)) {
				first = row;
				break;
			}
		}
		if (first != NULL)
			put_all(ask, l->query, first, again(r, l->key, first,
			    k), to);
	}
}

/* --- why not -------------------------------------------------------------------------------- */

static bool
anywhere(const struct facts *out, const struct counter *c)
{
	for (size_t i = 0; i < facts_rows(out, c->class); i++)
		if (win_holds(facts_at(out, c->class, i), c->fact))
			return true;
	return false;
}

static void
explain(const struct win_rows *r, const struct counter *c, struct facts *out)
{
	char dotted[100], why[200];

	snprintf(dotted, sizeof(dotted), "%s.%s", c->class, c->fact);
	if (r->why != NULL) {
		facts_missing(out, dotted, r->why, r->fix);
	} else if (r->facts == NULL || facts_rows(r->facts, r->class) == 0) {
		snprintf(why, sizeof(why), "there is none: Windows lists no %s",
		    win_queries[c->query].class);
		facts_missing(out, dotted, why, "Where it should be there, "
		    "rebuild the host's counters: lodctr /R, then winmgmt "
		    "/resyncperf.");
	} else if (r->again_facts == NULL) {
		facts_missing(out, dotted, r->again_why != NULL ? r->again_why :
		    "it takes two samples, and the second did not come",
		    r->again_fix);
	} else {
		snprintf(why, sizeof(why), "the two samples of %s.%s give no "
		    "value", win_queries[c->query].class, c->property);
		facts_missing(out, dotted, why, "Scan again.");
	}
}

/* Of more than 64 processors PerfOS_Processor lists those of one group. */
static void
explain_groups(const struct win_ask *ask, struct facts *out)
{
	const struct fact *threads = facts_find(out, "cpu.threads");
	size_t n = facts_rows(out, "core");
	uint64_t all;
	char why[100];

	if (!ask->query[WQ_CPU_LOAD] || n == 0 || !win_u64(threads, &all) ||
	    n >= all)
		return;
	snprintf(why, sizeof(why), "Windows counts %zu of %llu processors there: "
	    "those of one group", n, (unsigned long long)all);
	facts_missing(out, "core", why, "Nothing to do; cpu.loadPercent is of "
	    "that group, too.");
}

void
win_make_load(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	const char *why, *fix;

	for (size_t i = 0; i < ARRAY_LEN(loads); i++) {
		const struct load *l = &loads[i];
		const struct win_rows *r = &rows[l->query];

		if (!ask->query[l->query] || r->facts == NULL)
			continue;
		if (l->query == WQ_PROCESS_LOAD)
			add_to_processes(ask, r, l, out);
		else
			make_rows(ask, r, l, out);
	}
	explain_groups(ask, out);
	/* what came and says nothing explains more than what did not come */
	for (int came = 1; came >= 0; came--)
		for (size_t i = 0; i < ARRAY_LEN(counters); i++)
			if (ask->counter[i] && !anywhere(out, &counters[i]) &&
			    (win_rows(rows, counters[i].query) > 0) ==
			    (came != 0))
				explain(&rows[counters[i].query], &counters[i],
				    out);
	if (ask->query[WQ_PROCESSORS] &&
	    facts_find(out, "cpu.loadPercent") == NULL &&
	    facts_why(out, "core.loadPercent", &why, &fix))
		facts_missing(out, "cpu.loadPercent", why, fix);
}
