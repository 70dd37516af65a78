#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/map/fact.h"

static void
rows_keep_their_order_and_their_types(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		r = facts_row(f, "disk");
		fact_str(r, "name", i % 2 ? "odd" : "even");
		fact_uint(r, "sizeBytes", i);
		fact_bool(r, "removable", i % 3 == 0);
	}
	assert_int_equal(facts_rows(f, "disk"), 1000);
	assert_int_equal(facts_rows(f, "volume"), 0);
	assert_null(facts_at(f, "disk", 1000));
	for (unsigned i = 0; i < 1000; i++) {
		const struct fact_row *q = facts_at(f, "disk", i);

		assert_int_equal(fact_count(q), 3);
		assert_string_equal(fact_text(q, "name"), i % 2 ? "odd" : "even");
		assert_int_equal(fact_get(q, "sizebytes")->type, FACT_UINT);
		assert_int_equal(fact_get(q, "SIZEBYTES")->u, i);
		assert_int_equal(fact_get(q, "removable")->b, i % 3 == 0);
		assert_null(fact_get(q, "serial"));
		assert_null(fact_text(q, "sizeBytes"));
	}
	facts_free(f);
}

static void
a_dotted_name_means_the_first_row(void **state)
{
	struct facts *f = facts_new();

	(void)state;
	assert_null(facts_find(f, "os.name"));
	fact_str(facts_row(f, "os"), "name", "Debian");
	fact_str(facts_row(f, "os"), "name", "second");
	fact_str(facts_row(f, "osx"), "name", "another class");
	assert_string_equal(facts_find(f, "os.name")->s, "Debian");
	assert_string_equal(facts_find(f, "OS.Name")->s, "Debian");
	assert_string_equal(facts_find(f, "osx.name")->s, "another class");
	assert_null(facts_find(f, "os.version"));
	fact_null(facts_row(f, "bios"), "date");
	assert_null(facts_find(f, "bios.date"));
	assert_null(facts_find(f, "os"));
	facts_free(f);
}

static void
setting_again_replaces_and_no_row_is_no_trouble(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "sys");

	(void)state;
	fact_str(r, "serial", "one");
	fact_int(r, "Serial", -2);
	assert_int_equal(fact_count(r), 1);
	assert_int_equal(fact_get(r, "serial")->i, -2);
	fact_str(r, "serial", NULL);
	assert_int_equal(fact_get(r, "serial")->i, -2);
	fact_null(r, "serial");
	assert_int_equal(fact_get(r, "serial")->type, FACT_NULL);
	fact_str(NULL, "a", "b");
	fact_append(NULL, "a", "b");
	fact_time(NULL, "a", 1);
	assert_null(fact_get(NULL, "a"));
	facts_free(f);
}

static void
what_is_not_text_is_escaped_on_the_way_in(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "x\x1by");

	(void)state;
	fact_strn(r, "a\xff", "b\xc3(\0c\033[2J\tok\n", 13);
	assert_string_equal(facts_class(f, 0), "x\\x1by");
	assert_string_equal(fact_at(r, 0)->name, "a\\xff");
	assert_string_equal(fact_at(r, 0)->s,
	    "b\\xc3(\\x00c\\x1b[2J\tok\n");
	fact_str(r, "good", "Gr\xc3\xb6\xc3\x9f" "e");
	assert_string_equal(fact_text(r, "good"), "Gr\xc3\xb6\xc3\x9f" "e");
	facts_free(f);
}

static void
lists_grow_and_are_joined(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "nic");
	struct fact e = { .type = FACT_UINT };
	char out[32], *all;
	json_t *j;

	(void)state;
	fact_append(r, "ips", "10.0.0.1");
	fact_append(r, "ips", "fe80::1");
	e.u = 7;
	fact_append_value(r, "ips", &e);
	assert_int_equal(fact_format(fact_get(r, "ips"), out, sizeof(out)), 20);
	assert_string_equal(out, "10.0.0.1, fe80::1, 7");
	assert_int_equal(fact_format(fact_get(r, "ips"), out, 5), 20);
	assert_string_equal(out, "10.0");
	for (unsigned i = 0; i < 5000; i++) {
		e.u = i;
		fact_append_value(r, "many", &e);
	}
	assert_int_equal(fact_get(r, "many")->list.n, 5000);
	assert_int_equal(fact_get(r, "many")->list.v[4999].u, 4999);
	assert_non_null(j = facts_class_json(f, "nic"));
	all = json_dumps(json_object_get(json_array_get(j, 0), "ips"),
	    JSON_COMPACT);
	assert_string_equal(all, "[\"10.0.0.1\",\"fe80::1\",7]");
	free(all);
	json_decref(j);
	facts_free(f);
}

static void
check_format(struct facts *f, const char *name, const char *text,
    const char *json)
{
	const struct fact *v = fact_get(facts_at(f, "x", 0), name);
	char out[64], *dump;
	json_t *j = fact_json(v);

	assert_int_equal(fact_format(v, out, sizeof(out)), strlen(text));
	assert_string_equal(out, text);
	dump = json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT);
	assert_string_equal(dump, json);
	free(dump);
	json_decref(j);
}

static void
numbers_stay_exact_and_times_are_iso(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "x");

	(void)state;
	fact_uint(r, "most", 9007199254740991u);
	fact_uint(r, "more", 9007199254740992u);
	fact_uint(r, "max", UINT64_MAX);
	fact_int(r, "least", -9007199254740991);
	fact_int(r, "min", INT64_MIN);
	fact_real(r, "real", 0.1);
	fact_real(r, "nan", NAN);
	fact_time(r, "time", 1700000000000);
	fact_time(r, "before", -1);
	fact_time(r, "far", INT64_MAX);
	fact_bool(r, "yes", true);
	fact_null(r, "none");
	check_format(f, "most", "9007199254740991", "9007199254740991");
	check_format(f, "more", "9007199254740992", "\"9007199254740992\"");
	check_format(f, "max", "18446744073709551615",
	    "\"18446744073709551615\"");
	check_format(f, "least", "-9007199254740991", "-9007199254740991");
	check_format(f, "min", "-9223372036854775808",
	    "\"-9223372036854775808\"");
	assert_int_equal(fact_format(fact_get(r, "real"), NULL, 0), 3);
	check_format(f, "nan", "nan", "null");
	check_format(f, "time", "2023-11-14T22:13:20Z",
	    "\"2023-11-14T22:13:20Z\"");
	check_format(f, "before", "1969-12-31T23:59:59.999Z",
	    "\"1969-12-31T23:59:59.999Z\"");
	check_format(f, "yes", "true", "true");
	check_format(f, "none", "", "null");
	facts_free(f);
}

static void
the_first_reason_for_a_missing_value_stays(void **state)
{
	struct facts *f = facts_new();
	const char *why, *fix;

	(void)state;
	assert_false(facts_why(f, "sys.serial", &why, &fix));
	facts_missing(f, "sys.serial", "needs root", "sudo");
	facts_missing(f, "sys.serial", "not asked", NULL);
	assert_true(facts_why(f, "SYS.serial", &why, &fix));
	assert_string_equal(why, "needs root");
	assert_string_equal(fix, "sudo");
	facts_free(f);
}

static void
a_text_over_one_mebibyte_is_left_out_and_said(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "file");
	size_t max = (size_t)1 << 20;
	char *big = malloc(max + 2);
	const char *why, *fix;

	(void)state;
	memset(big, 'a', max + 1);
	big[max + 1] = '\0';
	fact_str(r, "text", big);
	assert_null(fact_get(r, "text"));
	assert_int_equal(facts_warnings(f), 1);
	assert_true(facts_why(f, "file.text", &why, &fix));
	fact_strn(r, "text", big, max);
	assert_int_equal(strlen(fact_text(r, "text")), max);
	memset(big, 0xff, max);		/* grows to four times in its shown form */
	fact_strn(r, "text", big, max);
	assert_int_equal(strlen(fact_text(r, "text")), 4 * max);
	free(big);
	facts_free(f);
}

static void
a_host_that_says_too_much_is_cut_off_once(void **state)
{
	struct facts *f = facts_new();
	size_t n = (size_t)1 << 19, rows = 0;
	char *big = calloc(1, n + 1);

	(void)state;
	memset(big, 'b', n);
	for (int i = 0; i < 300; i++) {
		struct fact_row *r = facts_row(f, "command");

		fact_str(r, "text", big);
		rows += fact_get(r, "text") != NULL;
	}
	assert_in_range(rows, 50, 64);
	assert_int_equal(facts_warnings(f), 1);
	for (int i = 0; i < 3000; i++) {
		facts_warn(f, "warning %d", i);
		facts_missing(f, "a.b", "c", "d");
	}
	assert_in_range(facts_warnings(f), 1000, 1001);
	free(big);
	facts_free(f);
}

static void
classes_properties_and_rows_are_bounded(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "wide");
	char name[32];
	size_t rows = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		fact_int(r, name, i);
	}
	assert_int_equal(fact_count(r), 1024);
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		(void)facts_row(f, name);
	}
	assert_int_equal(facts_classes(f), 1024);
	while (rows < 3000000 && (r = facts_row(f, "wide")) != NULL)
		rows++;
	assert_in_range(rows, 100000, 2999999);
	facts_free(f);
}

static void
every_name_stands_once_and_belongs_to_a_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *a = fact_info_at(i);
		char dotted[128];
		bool has_class = false;

		snprintf(dotted, sizeof(dotted), "%s.%s", a->class, a->name);
		assert_ptr_equal(fact_info(dotted), a);
		for (size_t k = 0; k < fact_class_infos(); k++)
			has_class |= strcmp(fact_class_info_at(k)->name,
			    a->class) == 0;
		assert_true(has_class);
	}
	assert_null(fact_info("os.nonsense"));
	assert_null(fact_info("nonsense"));
	assert_non_null(fact_info("NIC.permanentmac"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_keep_their_order_and_their_types),
		cmocka_unit_test(a_dotted_name_means_the_first_row),
		cmocka_unit_test(setting_again_replaces_and_no_row_is_no_trouble),
		cmocka_unit_test(what_is_not_text_is_escaped_on_the_way_in),
		cmocka_unit_test(lists_grow_and_are_joined),
		cmocka_unit_test(numbers_stay_exact_and_times_are_iso),
		cmocka_unit_test(the_first_reason_for_a_missing_value_stays),
		cmocka_unit_test(a_text_over_one_mebibyte_is_left_out_and_said),
		cmocka_unit_test(a_host_that_says_too_much_is_cut_off_once),
		cmocka_unit_test(classes_properties_and_rows_are_bounded),
		cmocka_unit_test(every_name_stands_once_and_belongs_to_a_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
