#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail		/* base has a function of that name */
#undef fail_msg
#define fail_msg(...) do { print_error(__VA_ARGS__); print_error("\n"); _fail(__FILE__, __LINE__); } while (0)
#include <stdlib.h>
#include <string.h>

#include "rpc/jsonrpc.h"

static json_t *
parse(const char *text, char why[static 160])
{
	why[0] = '\0';
	return jsonrpc_parse(text, strlen(text), 64, why, 160);
}

static void
nesting_of_100000_is_refused_before_the_library_sees_it(void **state)
{
	size_t n = 200000;
	char *text = malloc(n + 1), why[160];

	(void)state;
	memset(text, '[', n / 2);
	memset(text + n / 2, ']', n / 2);
	text[n] = '\0';
	assert_null(parse(text, why));
	assert_string_equal(why, "nested deeper than 64");
	free(text);
}

static void
sixty_four_levels_are_taken(void **state)
{
	char text[129] = "", why[160];
	json_t *v;

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	assert_non_null(v = parse(text, why));
	json_decref(v);
}

static void
bad_text_is_refused_with_its_reason(void **state)
{
	static const struct { const char *text, *why; } t[] = {
		{ "{\"a\":\"\xff\"}", "the line is not UTF-8" },
		{ "{\"a\":\"\xed\xa0\x80\"}", "the line is not UTF-8" },
		{ "{\"a\":1,\"a\":2}", "a member stands twice" },
		{ "{\"a\":1", "no valid JSON" }, { "{} {}", "no valid JSON" },
		{ "nonsense", "no valid JSON" },
	};
	char why[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		assert_null(parse(t[i].text, why));
		if (strstr(why, t[i].why) == NULL)
			fail_msg("%s: %s", t[i].text, why);
	}
}

static void
a_parse_error_never_quotes_the_line(void **state)
{
	char why[160];

	(void)state;
	assert_null(parse("{\"password\":\"hunter2\" hunter2}", why));
	assert_null(strstr(why, "hunter2"));
}

static void
requests_are_told_from_what_is_none(void **state)
{
	static const struct { const char *text; bool good; const char *why; } t[] = {
		{ "{'jsonrpc':'2.0','method':'a','id':1}", true, NULL },
		{ "{'jsonrpc':'2.0','method':'a','id':'x','params':{}}", true, NULL },
		{ "{'jsonrpc':'2.0','method':'a','id':null}", true, NULL },
		{ "{'jsonrpc':'2.0','method':'a','id':1.5}", true, NULL },
		{ "{'jsonrpc':'2.0','method':'a','params':[1]}", true, NULL },
		{ "1", false, "object" }, { "[]", false, "object" },
		{ "{'jsonrpc':'2.0','method':'a','id':{}}", false, "id" },
		{ "{'jsonrpc':'2.0','method':'a','id':true}", false, "id" },
		{ "{'jsonrpc':2.0,'method':'a','id':1}", false, "jsonrpc" },
		{ "{'jsonrpc':'1.0','method':'a','id':1}", false, "jsonrpc" },
		{ "{'method':'a','id':1}", false, "jsonrpc" },
		{ "{'jsonrpc':'2.0','method':1,'id':1}", false, "method" },
		{ "{'jsonrpc':'2.0','id':1}", false, "method" },
		{ "{'jsonrpc':'2.0','method':'a','params':'x'}", false, "params" },
		{ "{'jsonrpc':'2.0','method':'a','params':null}", false, "params" },
		{ "{'jsonrpc':'2.0','method':'a','id':1,'b':2}", false, "members" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char *text = strdup(t[i].text), whynot[160];
		const char *why;
		struct request r;
		json_t *v;

		for (char *p = text; *p != '\0'; p++)
			if (*p == '\'')
				*p = '"';
		assert_non_null(v = parse(text, whynot));
		if (jsonrpc_request(v, &r, &why) != t[i].good)
			fail_msg("%s", text);
		if (!t[i].good && strstr(why, t[i].why) == NULL)
			fail_msg("%s: %s", text, why);
		json_decref(v);
		free(text);
	}
}

static void
an_id_of_a_wrong_kind_is_not_answered_to(void **state)
{
	struct request r;
	const char *why;
	json_t *v = json_pack("{s:s, s:s, s:[]}", "jsonrpc", "2.0", "method", "a",
	    "id");

	(void)state;
	assert_false(jsonrpc_request(v, &r, &why));
	assert_null(r.id);
	json_decref(v);
}

static void
an_application_error_has_code_hint_stage_and_native(void **state)
{
	struct err e = { .code = ERR_DENIED, .stage = STAGE_LOGON, .native = 5,
		.text = "no" };
	json_t *id = json_integer(3), *v = jsonrpc_fail(id, &e);
	const char *code, *hint, *stage, *message;
	int number, native, got;

	(void)state;
	assert_int_equal(json_unpack(v, "{s:s, s:i, s:{s:i, s:s, s:{s:s, s:s, "
	    "s:s, s:i !}!}!}", "jsonrpc", &code, "id", &got, "error", "code",
	    &number, "message", &message, "data", "code", &code, "hint", &hint,
	    "stage", &stage, "native", &native), 0);
	assert_int_equal(got, 3);
	assert_int_equal(number, -32003);
	assert_string_equal(code, "denied");
	assert_string_equal(stage, "logon");
	assert_string_equal(hint, err_info(ERR_DENIED)->hint);
	assert_int_equal(native, 5);
	json_decref(v);
	json_decref(id);
}

static void
an_error_without_code_is_an_internal_one(void **state)
{
	struct err e = { .code = ERR_NONE };
	json_t *v = jsonrpc_fail(NULL, &e), *error = json_object_get(v, "error");

	(void)state;
	assert_true(json_is_null(json_object_get(v, "id")));
	assert_int_equal(json_integer_value(json_object_get(error, "code")), -32006);
	assert_true(json_string_length(json_object_get(error, "message")) > 0);
	json_decref(v);
}

static void
text_that_is_not_utf8_does_not_lose_the_answer(void **state)
{
	struct err e = { .code = ERR_REMOTE, .text = "caf\xe9" };
	json_t *v = jsonrpc_fail(NULL, &e);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json_object_get(v,
	    "error"), "message")), "caf\\xe9");
	json_decref(v);
	v = rpc_err_json(&e);
	assert_non_null(json_object_get(v, "message"));
	json_decref(v);
}

static void
protocol_errors_have_a_hint(void **state)
{
	static const int codes[] = { RPC_PARSE_ERROR, RPC_INVALID_REQUEST,
		RPC_NO_METHOD };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		json_t *v = jsonrpc_error(NULL, codes[i], "x", NULL);

		assert_non_null(json_object_get(json_object_get(
		    json_object_get(v, "error"), "data"), "hint"));
		json_decref(v);
	}
}

static void
an_error_in_a_notification_names_its_stage_or_none(void **state)
{
	struct err e = { .code = ERR_TIMEOUT, .text = "late" };
	json_t *v = rpc_err_json(&e);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(v, "stage")), "");
	assert_null(json_object_get(v, "native"));
	json_decref(v);
	e.code = ERR_NONE;
	v = rpc_err_json(&e);
	assert_true(json_is_null(v));
	json_decref(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nesting_of_100000_is_refused_before_the_library_sees_it),
		cmocka_unit_test(sixty_four_levels_are_taken),
		cmocka_unit_test(bad_text_is_refused_with_its_reason),
		cmocka_unit_test(a_parse_error_never_quotes_the_line),
		cmocka_unit_test(requests_are_told_from_what_is_none),
		cmocka_unit_test(an_id_of_a_wrong_kind_is_not_answered_to),
		cmocka_unit_test(an_application_error_has_code_hint_stage_and_native),
		cmocka_unit_test(an_error_without_code_is_an_internal_one),
		cmocka_unit_test(text_that_is_not_utf8_does_not_lose_the_answer),
		cmocka_unit_test(protocol_errors_have_a_hint),
		cmocka_unit_test(an_error_in_a_notification_names_its_stage_or_none),
	};

	rpc_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
