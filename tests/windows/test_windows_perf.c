/* Two samples of a counter to a value, by the formulas that Microsoft documents
 * for each counter type, and samples of a host to the facts of its load. */
#include "helper/windows/windows_facts.h"
#include "helper/windows/windows_perf.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void
is(enum win_counter type, struct win_sample a, struct win_sample b,
    double wanted)
{
	double v = -1;

	assert_true(win_cook(type, &a, &b, &v));
	if (!near(v, wanted))
		print_error("%g, wanted %g\n", v, wanted);
	assert_true(near(v, wanted));
}

static void
is_none(enum win_counter type, struct win_sample a, struct win_sample b)
{
	double v;

	assert_false(win_cook(type, &a, &b, &v));
}

#define SAMPLE(...) ((struct win_sample){ __VA_ARGS__ })

/* --- formulas ---------------------------------------------------------------- */

static void
rates_are_differences_over_seconds(void **state)
{
	(void)state;
	/* (N1 - N0) / ((D1 - D0) / F): 300 in 6 000 000 of 2 000 000 ticks */
	is(CT_COUNTER_COUNTER, SAMPLE(.n = 100, .ticks = 1000000,
	    .frequency = 2000000), SAMPLE(.n = 400, .ticks = 7000000,
	    .frequency = 2000000), 100);
	is(CT_COUNTER_BULK_COUNT, SAMPLE(.n = UINT64_C(1) << 40,
	    .frequency = 3579545), SAMPLE(.n = (UINT64_C(1) << 40) + 7159090,
	    .ticks = 3579545, .frequency = 3579545), 7159090);
	is(CT_COUNTER_BULK_COUNT, SAMPLE(.n = 5, .frequency = 10),
	    SAMPLE(.n = 5, .ticks = 10, .frequency = 10), 0);
}

static void
a_counter_of_32_bits_runs_over_and_one_of_64_was_set_back(void **state)
{
	struct win_sample a = { .n = UINT32_MAX - 9, .frequency = 1 };
	struct win_sample b = { .n = 10, .ticks = 2, .frequency = 1 };

	(void)state;
	is(CT_COUNTER_COUNTER, a, b, 10);
	is_none(CT_COUNTER_BULK_COUNT, a, b);
	a.n = (UINT64_C(1) << 40);	/* no 32 bits */
	is_none(CT_COUNTER_COUNTER, a, b);
}

static void
the_processor_is_busy_when_it_is_not_idle(void **state)
{
	(void)state;
	/* 100 (1 - (N1 - N0) / (D1 - D0)): idle 7 500 000 of 10 000 000 */
	is(CT_100NSEC_TIMER_INV, SAMPLE(.n = 1000, .sys100ns = 5000),
	    SAMPLE(.n = 7501000, .sys100ns = 10005000), 25);
	/* clocks differ by a tick: never below 0 */
	is(CT_100NSEC_TIMER_INV, SAMPLE(.n = 0, .sys100ns = 0),
	    SAMPLE(.n = 10000100, .sys100ns = 10000000), 0);
	/* 100 (N1 - N0) / (D1 - D0): two and a half processors */
	is(CT_100NSEC_TIMER, SAMPLE(.n = 0, .sys100ns = 0),
	    SAMPLE(.n = 25000000, .sys100ns = 10000000), 250);
}

static void
times_of_a_drive_have_a_base_of_their_own(void **state)
{
	(void)state;
	is(CT_PRECISION_100NS_TIMER, SAMPLE(.n = 50, .base = 1000),
	    SAMPLE(.n = 80, .base = 1120), 25);
	/* requests that overlap: a drive is busy at most all the time */
	is(CT_PRECISION_100NS_TIMER, SAMPLE(.n = 0, .base = 0),
	    SAMPLE(.n = 500, .base = 100), 100);
	/* a queue's length is no percentage: three waited all the time */
	is(CT_COUNTER_100NS_QUEUELEN_TYPE, SAMPLE(.n = 0, .sys100ns = 0),
	    SAMPLE(.n = 30000000, .sys100ns = 10000000), 3);
}

static void
means_are_over_operations(void **state)
{
	(void)state;
	/* (N1 - N0) / (B1 - B0): 40 960 bytes in ten operations */
	is(CT_AVERAGE_BULK, SAMPLE(.n = 4096, .base = 1),
	    SAMPLE(.n = 45056, .base = 11), 4096);
	/* ((N1 - N0) / F) / (B1 - B0): 30 000 000 ticks for ten operations */
	is(CT_AVERAGE_TIMER, SAMPLE(.n = 0, .base = 0, .frequency = 10000000),
	    SAMPLE(.n = 30000000, .base = 10, .frequency = 10000000), 0.3);
	is_none(CT_AVERAGE_BULK, SAMPLE(.n = 1, .base = 1),
	    SAMPLE(.n = 1, .base = 1));
}

static void
some_types_need_one_sample_only(void **state)
{
	(void)state;
	is(CT_COUNTER_RAWCOUNT, SAMPLE(.n = 1), SAMPLE(.n = 41), 41);
	is(CT_COUNTER_LARGE_RAWCOUNT, SAMPLE(.n = 1), SAMPLE(.n = 1u << 31),
	    2147483648.0);
	is(CT_RAW_FRACTION, SAMPLE(.n = 0), SAMPLE(.n = 57, .base = 200), 28.5);
	is(CT_ELAPSED_TIME, SAMPLE(.n = 0), SAMPLE(.n = 1000, .ticks = 51000,
	    .frequency = 1000), 50);
	is_none(CT_RAW_FRACTION, SAMPLE(.n = 0), SAMPLE(.n = 1));
	is_none(CT_ELAPSED_TIME, SAMPLE(.n = 0), SAMPLE(.n = 9, .ticks = 3,
	    .frequency = 1));
}

static void
without_time_in_between_there_is_no_value(void **state)
{
	static const enum win_counter types[] = { CT_COUNTER_COUNTER,
		CT_COUNTER_BULK_COUNT, CT_100NSEC_TIMER, CT_100NSEC_TIMER_INV,
		CT_PRECISION_100NS_TIMER, CT_COUNTER_100NS_QUEUELEN_TYPE };
	struct win_sample s = { 10, 20, 30, 40, 50 }, earlier = { 10, 19, 29, 40,
		49 }, none = { 10, 21, 31, 0, 51 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		is_none(types[i], s, s);
		is_none(types[i], s, earlier);
	}
	is_none(CT_COUNTER_COUNTER, s, none);	/* a clock without a frequency */
	is_none(CT_AVERAGE_TIMER, s, none);
}

/* --- samples of a host ------------------------------------------------------------- */

struct host {
	struct facts *raw, *out;
	struct win_ask ask;
	struct win_rows rows[WQ_COUNT];
};

static void
add(struct host *h, const char *class, const char *name, uint64_t n,
    uint64_t at)
{
	struct fact_row *r = facts_row(h->raw, class);

	fact_str(r, "Name", name);
	fact_uint(r, "PercentProcessorTime", n);
	fact_uint(r, "Timestamp_Sys100NS", at);
	fact_uint(r, "Timestamp_PerfTime", at);
	fact_uint(r, "Frequency_PerfTime", 10000000);
}

static struct host
host_new(bool second)
{
	struct host h = { .raw = facts_new(), .out = facts_new() };

	assert_non_null(h.raw);
	assert_non_null(h.out);
	assert_true(win_want(&h.ask, "core", NULL));
	add(&h, "first", "0", 1000, 0);
	add(&h, "first", "1", 1000, 0);
	add(&h, "first", "_Total", 1000, 0);
	h.rows[WQ_CPU_LOAD] = (struct win_rows){ .facts = h.raw,
		.class = "first" };
	if (!second)
		return h;
	/* in another order, and one has gone */
	add(&h, "second", "_Total", 5001000, 10000000);
	add(&h, "second", "0", 2501000, 10000000);
	h.rows[WQ_CPU_LOAD].again_facts = h.raw;
	h.rows[WQ_CPU_LOAD].again = "second";
	return h;
}

static void
host_free(struct host *h)
{
	facts_free(h->raw);
	facts_free(h->out);
}

static void
instances_are_matched_by_name(void **state)
{
	struct host h = host_new(true);

	(void)state;
	win_make_load(&h.ask, h.rows, h.out);
	assert_int_equal(facts_rows(h.out, "core"), 2);
	assert_true(near(fact_get(facts_at(h.out, "core", 0),
	    "loadPercent")->d, 75));
	assert_null(fact_get(facts_at(h.out, "core", 1), "loadPercent"));
	assert_true(near(facts_find(h.out, "cpu.loadPercent")->d, 50));
	host_free(&h);
}

/* The same place is looked at first: of two samples with 20 000 processors each
 * none is gone through for every row. */
static void
an_instance_beyond_the_search_is_at_its_place(void **state)
{
	enum { MANY = 20000 };
	struct host h = { .raw = facts_new(), .out = facts_new() };
	char name[20];

	(void)state;
	assert_true(win_want(&h.ask, "core", NULL));
	for (int second = 0; second < 2; second++)
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(name, sizeof(name), "0,%u", i);
			add(&h, second ? "second" : "first", name,
			    second ? 2501000 : 1000, second ? 10000000 : 0);
		}
	h.rows[WQ_PROCESSORS] = (struct win_rows){ .facts = h.raw,
		.class = "first", .again_facts = h.raw, .again = "second" };
	win_make_load(&h.ask, h.rows, h.out);
	assert_int_equal(facts_rows(h.out, "core"), MANY);
	assert_true(near(fact_get(facts_at(h.out, "core", MANY - 1),
	    "loadPercent")->d, 75));
	host_free(&h);
}

static void
a_second_sample_that_did_not_come_is_told(void **state)
{
	struct host h = host_new(false);
	const char *why, *fix;

	(void)state;
	h.rows[WQ_CPU_LOAD].again_why = "no time was left";
	win_make_load(&h.ask, h.rows, h.out);
	assert_int_equal(facts_rows(h.out, "core"), 2);
	assert_null(facts_find(h.out, "cpu.loadPercent"));
	assert_true(facts_why(h.out, "core.loadPercent", &why, &fix));
	assert_string_equal(why, "no time was left");
	assert_true(facts_why(h.out, "cpu.loadPercent", &why, &fix));
	assert_string_equal(why, "no time was left");
	host_free(&h);
}

static void
processors_of_all_nodes_are_listed(void **state)
{
	static const char *const names[][4] = { { "0,0", "0,1", "0,_Total",
		"_Total" }, { "0,0", "1,0", "1,_Total", "_Total" } };
	static const char *const wanted[][2] = { { "0", "1" },
		{ "0,0", "1,0" } };

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		struct host h = { .raw = facts_new(), .out = facts_new() };

		assert_true(win_want(&h.ask, "core", NULL));
		for (size_t i = 0; i < 4; i++) {
			add(&h, "first", names[n][i], 1000, 0);
			add(&h, "second", names[n][i], 2501000, 10000000);
		}
		h.rows[WQ_PROCESSORS] = (struct win_rows){ .facts = h.raw,
			.class = "first", .again_facts = h.raw,
			.again = "second" };
		h.rows[WQ_CPU_LOAD].why = "has said it";
		fact_uint(win_one(h.out, "cpu"), "threads", 2);
		win_make_load(&h.ask, h.rows, h.out);
		assert_int_equal(facts_rows(h.out, "core"), 2);
		for (size_t i = 0; i < 2; i++) {
			assert_string_equal(fact_text(facts_at(h.out, "core", i),
			    "name"), wanted[n][i]);
			assert_true(near(fact_get(facts_at(h.out, "core", i),
			    "loadPercent")->d, 75));
		}
		assert_true(near(facts_find(h.out, "cpu.loadPercent")->d, 75));
		host_free(&h);
	}
}

static void
a_name_of_no_kind_is_left_as_it_is(void **state)
{
	static const char *const names[] = { "", "0", "x,_Total,y", "0," };
	struct host h = { .raw = facts_new(), .out = facts_new() };

	(void)state;
	assert_true(win_want(&h.ask, "core", NULL));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(&h, "first", names[i], 1, 1);
	add(&h, "first", NULL, 1, 1);
	h.rows[WQ_PROCESSORS] = (struct win_rows){ .facts = h.raw,
		.class = "first" };
	win_make_load(&h.ask, h.rows, h.out);
	assert_int_equal(facts_rows(h.out, "core"), ARRAY_LEN(names) + 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(fact_text(facts_at(h.out, "core", i),
		    "name"), names[i]);
	host_free(&h);
}

/* Win32_Processor's mean keeps the host busy for a second for each. */
static void
where_samples_are_taken_no_mean_is_asked(void **state)
{
	(void)state;
	for (int samples = 0; samples < 2; samples++) {
		struct win_ask ask = { .software = false };
		bool asked = false;
		const char *p;

		assert_true(win_want(&ask, "cpu", NULL));
		if (samples)
			assert_true(win_want(&ask, "core", NULL));
		win_settle(&ask);
		for (size_t i = 0; (p = win_property(&ask, WQ_CPU, i)) != NULL;
		    i++)
			asked = asked || strcmp(p, "LoadPercentage") == 0;
		assert_int_equal(asked, !samples);
	}
}

static void
processors_of_one_group_are_told_as_such(void **state)
{
	struct host h = host_new(true);
	const char *why, *fix;

	(void)state;
	fact_uint(win_one(h.out, "cpu"), "threads", 2);
	win_make_load(&h.ask, h.rows, h.out);
	assert_false(facts_why(h.out, "core", &why, &fix));
	host_free(&h);
	h = host_new(true);
	fact_uint(win_one(h.out, "cpu"), "threads", 128);
	win_make_load(&h.ask, h.rows, h.out);
	assert_true(facts_why(h.out, "core", &why, &fix));
	assert_string_equal(why, "Windows counts 2 of 128 processors there: those "
	    "of one group");
	host_free(&h);
}

static void
what_a_formula_needs_is_asked(void **state)
{
	static const char *const wanted[] = { "PercentDiskReadTime",
		"PercentDiskReadTime_Base", "Timestamp_PerfTime",
		"Frequency_PerfTime", "Timestamp_Sys100NS", "Name" };
	struct win_ask ask = { .software = false };

	(void)state;
	assert_true(win_want(&ask, "diskLoad", "readPercent"));
	win_settle(&ask);
	assert_true(ask.query[WQ_DRIVE_LOAD]);
	assert_false(ask.query[WQ_VOLUME_LOAD]);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert_string_equal(win_property(&ask, WQ_DRIVE_LOAD, i),
		    wanted[i]);
	assert_null(win_property(&ask, WQ_DRIVE_LOAD, ARRAY_LEN(wanted)));
	assert_null(win_property(&ask, WQ_CPU_LOAD, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_differences_over_seconds),
		cmocka_unit_test(a_counter_of_32_bits_runs_over_and_one_of_64_was_set_back),
		cmocka_unit_test(the_processor_is_busy_when_it_is_not_idle),
		cmocka_unit_test(times_of_a_drive_have_a_base_of_their_own),
		cmocka_unit_test(means_are_over_operations),
		cmocka_unit_test(some_types_need_one_sample_only),
		cmocka_unit_test(without_time_in_between_there_is_no_value),
		cmocka_unit_test(instances_are_matched_by_name),
		cmocka_unit_test(an_instance_beyond_the_search_is_at_its_place),
		cmocka_unit_test(a_second_sample_that_did_not_come_is_told),
		cmocka_unit_test(processors_of_all_nodes_are_listed),
		cmocka_unit_test(a_name_of_no_kind_is_left_as_it_is),
		cmocka_unit_test(where_samples_are_taken_no_mean_is_asked),
		cmocka_unit_test(processors_of_one_group_are_told_as_such),
		cmocka_unit_test(what_a_formula_needs_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
