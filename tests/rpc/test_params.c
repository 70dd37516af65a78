#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail		/* base has a function of that name */
#undef fail_msg
#define fail_msg(...) do { print_error(__VA_ARGS__); print_error("\n"); _fail(__FILE__, __LINE__); } while (0)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/jsonrpc.h"

static const struct rpc_param table[] = {
	{ "text", RPC_STRING, true }, { "number", RPC_NUMBER, false },
	{ "whole", RPC_INTEGER, false }, { "flag", RPC_BOOL, false },
	{ "object", RPC_OBJECT, false }, { "list", RPC_ARRAY, false },
	{ "any", RPC_ANY, false }, { NULL, RPC_ANY, false }
};

/* "pointer message;pointer message;" of what is wrong; freed by the caller. */
static char *
wrong(const struct rpc_param *t, const char *text, json_t **params)
{
	struct rpc_problems *p = rpc_problems_new();
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL), *list, *one;
	char *out = calloc(1, 65536);
	size_t i, n = 0;

	assert_true(text[0] == '\0' || v != NULL);
	params_check(t, v, p);
	list = problems_json(p);
	json_array_foreach(list, i, one)
		n += (size_t)snprintf(out + n, 65536 - n, "%s %s;",
		    json_string_value(json_object_get(one, "pointer")),
		    json_string_value(json_object_get(one, "message")));
	assert_int_equal(json_array_size(list), rpc_problem_count(p));
	json_decref(list);
	rpc_problems_free(p);
	if (params != NULL)
		*params = v;
	else
		json_decref(v);
	return out;
}

static void
expect(const char *text, const char *wanted)
{
	char *got = wrong(table, text, NULL);

	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s", text, got);
	free(got);
}

static void
each_type_takes_its_own_and_refuses_others(void **state)
{
	(void)state;
	expect("{\"text\":\"x\",\"number\":1.5,\"whole\":3,\"flag\":true,"
	    "\"object\":{},\"list\":[],\"any\":7}", "");
	expect("{\"text\":1}", "/text must be a string;");
	expect("{\"text\":\"\",\"number\":\"1\"}", "/number must be a number;");
	expect("{\"text\":\"\",\"whole\":1.5}", "/whole must be a whole number;");
	expect("{\"text\":\"\",\"whole\":1e300}", "/whole must be a whole number;");
	expect("{\"text\":\"\",\"flag\":1}", "/flag must be true or false;");
	expect("{\"text\":\"\",\"object\":[]}", "/object must be an object;");
	expect("{\"text\":\"\",\"list\":{}}", "/list must be an array;");
}

static void
a_whole_number_written_as_a_real_becomes_one(void **state)
{
	json_t *v;
	char *got = wrong(table, "{\"text\":\"\",\"whole\":3.0}", &v);

	(void)state;
	assert_string_equal(got, "");
	assert_true(json_is_integer(json_object_get(v, "whole")));
	assert_int_equal(json_integer_value(json_object_get(v, "whole")), 3);
	json_decref(v);
	free(got);
}

static void
all_mistakes_are_told_at_once(void **state)
{
	(void)state;
	expect("{\"flag\":0,\"list\":1,\"extra\":1}", "/text is missing;"
	    "/flag must be true or false;/list must be an array;"
	    "/extra is not known here;");
}

static void
null_stands_for_an_optional_member_that_is_not_there(void **state)
{
	(void)state;
	expect("{\"text\":\"\",\"object\":null}", "");
	expect("{\"text\":null}", "/text must be a string;");
}

static void
pointers_are_escaped(void **state)
{
	(void)state;
	expect("{\"text\":\"\",\"a/b~c\":1}", "/a~1b~0c is not known here;");
}

static void
a_method_without_parameters_takes_none(void **state)
{
	char *got = wrong(NULL, "{\"a\":1}", NULL);

	(void)state;
	assert_string_equal(got, "/a is not known here;");
	free(got);
	got = wrong(NULL, "", NULL);
	assert_string_equal(got, "");
	free(got);
}

static void
a_row_named_star_leaves_the_rest_to_the_handler(void **state)
{
	static const struct rpc_param some[] = { { "a", RPC_STRING, true },
		{ "*", RPC_ANY, false }, { NULL, RPC_ANY, false } };
	char *got = wrong(some, "{\"a\":1,\"b\":2}", NULL);

	(void)state;
	assert_string_equal(got, "/a must be a string;");
	free(got);
}

/* A pointer cut within a character would be no JSON text, and lost. */
static void
an_unknown_member_with_a_long_foreign_name_is_told_too(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		char text[1000] = "{\"text\":\"\",\"", *got;

		for (size_t i = 0; i < shift; i++)
			strcat(text, "a");
		for (int i = 0; i < 100; i++)
			strcat(text, "\xe2\x82\xac");
		strcat(text, "\":1}");
		got = wrong(table, text, NULL);
		assert_non_null(strstr(got, "is not known here;"));
		free(got);
	}
}

static void
a_problem_with_text_that_is_not_utf8_is_told_too(void **state)
{
	struct rpc_problems *p = rpc_problems_new();

	(void)state;
	rpc_problem(p, "/x", "the host said %s", "caf\xe9");
	assert_int_equal(rpc_problem_count(p), 1);
	rpc_problems_free(p);
}

static void
problems_are_bounded(void **state)
{
	struct rpc_problems *p = rpc_problems_new();

	(void)state;
	for (int i = 0; i < 100000; i++)
		rpc_problem(p, "/x", "%d", i);
	assert_true(rpc_problem_count(p) <= 1000);
	rpc_problems_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_takes_its_own_and_refuses_others),
		cmocka_unit_test(a_whole_number_written_as_a_real_becomes_one),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(null_stands_for_an_optional_member_that_is_not_there),
		cmocka_unit_test(pointers_are_escaped),
		cmocka_unit_test(a_row_named_star_leaves_the_rest_to_the_handler),
		cmocka_unit_test(a_method_without_parameters_takes_none),
		cmocka_unit_test(an_unknown_member_with_a_long_foreign_name_is_told_too),
		cmocka_unit_test(a_problem_with_text_that_is_not_utf8_is_told_too),
		cmocka_unit_test(problems_are_bounded),
	};

	rpc_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
