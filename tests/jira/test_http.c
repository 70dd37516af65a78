#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/jira/http.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

/* 1999-12-31T23:59:59Z, the date of [RFC 9110] 10.2.3 */
#define THEN_MS 946684799000

static void
retry_after_is_seconds_or_a_date(void **state)
{
	(void)state;
	assert_true(http_retry_after("120", 0) == 120);
	assert_true(http_retry_after("0", 0) == 0);
	assert_true(http_retry_after("Fri, 31 Dec 1999 23:59:59 GMT",
	    THEN_MS - 30000) == 30);
	assert_true(http_retry_after("Fri, 31 Dec 1999 23:59:59 GMT",
	    THEN_MS + 30000) == 0);
	assert_true(http_retry_after("999999999999", 0) == 86400);
	assert_true(http_retry_after("soon", 0) < 0);
	assert_true(http_retry_after("", 0) < 0);
	assert_true(http_retry_after("-5", 0) < 0);
	assert_true(http_retry_after("Fri, 31 Foo 1999 23:59:59 GMT", 0) < 0);
	assert_true(http_retry_after("Fri, 31 Dec 1999 23:59:59 GMTx", 0) < 0);
}

static void
deep_json_is_refused_before_it_is_parsed(void **state)
{
	struct err e = { .code = ERR_NONE };
	size_t n = 1 << 20;
	char *deep = malloc(n);
	json_t *j;

	(void)state;
	memset(deep, '[', n);
	assert_null(http_json(deep, n, &e));
	assert_int_equal(e.code, ERR_JIRA_NOT_JSON);
	free(deep);
	err_clear(&e);
	j = http_json("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]",
	    70, &e);
	assert_non_null(j);	/* brackets in text are no depth */
	json_decref(j);
}

static void
jiras_own_words_are_shown_escaped(void **state)
{
	json_t *j = json_loads("{\"errorMessages\": [\"one\\u001b[31m\", 5],"
	    " \"errors\": {\"spartez.network\": \"bad\", \"x\": {}},"
	    " \"message\": \"m\"}", 0, NULL);
	char text[100], tiny[4];

	(void)state;
	http_error_text(j, text, sizeof(text));
	assert_string_equal(text, "one\\x1b[31m; spartez.network: bad; m");
	http_error_text(j, tiny, sizeof(tiny));
	assert_string_equal(tiny, "one");
	http_error_text(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	json_decref(j);
}

static void
a_log_in_that_would_split_a_header_is_refused(void **state)
{
	static const struct { enum jira_auth_type type; const char *user, *secret; } t[] = {
		{ JIRA_BEARER, NULL, "abc\r\nX-Other: 1" },
		{ JIRA_HEADER, "X-Key: a\r\nX", "abc" },
		{ JIRA_HEADER, "X:Key", "abc" },
		{ JIRA_BASIC, "a:b", "abc" },
		{ JIRA_BASIC, NULL, "abc" },
		{ JIRA_BASIC, "", "abc" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct secret *s = secret_from_str(t[i].secret);
		struct jira_target target = { .url = "https://127.0.0.1",
			.auth = t[i].type, .user = t[i].user, .secret = s };
		struct err e = { .code = ERR_NONE };

		assert_null(http_new(&target, &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_null(strstr(e.text, "abc"));
		secret_free(s);
	}
}

static void
a_proxys_password_is_no_part_of_an_error(void **state)
{
	struct secret *s = secret_from_str("x");
	struct jira_target target = { .url = "https://127.0.0.1",
		.auth = JIRA_BEARER, .secret = s,
		.proxy = "http://me:hunter2@127.0.0.1:99999" };
	struct err e = { .code = ERR_NONE };
	struct http *h;

	(void)state;
	assert_null(http_new(&target, &e));
	assert_null(strstr(e.text, "hunter2"));
	err_clear(&e);
	target.proxy = "http://me:hunter2@127.0.0.1:9999";
	h = http_new(&target, &e);
	assert_non_null(h);
	http_free(h);
	secret_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_after_is_seconds_or_a_date),
		cmocka_unit_test(deep_json_is_refused_before_it_is_parsed),
		cmocka_unit_test(jiras_own_words_are_shown_escaped),
		cmocka_unit_test(a_log_in_that_would_split_a_header_is_refused),
		cmocka_unit_test(a_proxys_password_is_no_part_of_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
