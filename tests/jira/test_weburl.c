#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "helper/jira/weburl.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

static void
a_url_gets_one_spelling(void **state)
{
	static const struct { const char *in, *out, *host; uint16_t port; bool https; } t[] = {
		{ "https://jira.example.com", "https://jira.example.com",
		    "jira.example.com", 443, true },
		{ "HTTPS://Jira.Example.COM/Jira//", "https://jira.example.com/Jira",
		    "jira.example.com", 443, true },
		{ "http://10.0.0.1:8080/", "http://10.0.0.1:8080", "10.0.0.1", 8080,
		    false },
		{ "https://[2001:DB8::1]:8443/jira", "https://[2001:db8::1]:8443/jira",
		    "2001:db8::1", 8443, true },
	};
	struct weburl u;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct err e = { .code = ERR_NONE };

		assert_true(weburl_parse(&u, t[i].in, &e));
		assert_string_equal(u.text, t[i].out);
		assert_string_equal(u.host, t[i].host);
		assert_int_equal(u.port, t[i].port);
		assert_int_equal(u.https, t[i].https);
	}
}

static void
what_is_no_base_url_is_refused(void **state)
{
	static const char *const t[] = {
		"", "jira.example.com", "ftp://x", "https://", "https:///jira",
		"https://user:pw@host/", "https://host/?a=b", "https://host/#x",
		"https://host/a b", "https://host:0/", "https://host:65536/",
		"https://host:12x/", "https://[::1/", "https://[::1]x/",
		"https://ho\"st/", "https://host/\r\nX: y", "https://ho_st!/",
	};
	struct weburl u;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct err e = { .code = ERR_NONE };

		if (weburl_parse(&u, t[i], &e))
			fail_msg("%s was taken", t[i]);
		assert_int_equal(e.code, ERR_INVALID);
	}
}

static void
parameters_are_percent_encoded(void **state)
{
	struct wr w = wr_new(200);

	(void)state;
	weburl_encode(&w, "a.b = \"00:1A\" & \xc3\xa4-_~");
	assert_string_equal(wr_cstr(&w),
	    "a.b%20%3D%20%2200%3A1A%22%20%26%20%C3%A4-_~");
	wr_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_gets_one_spelling),
		cmocka_unit_test(what_is_no_base_url_is_refused),
		cmocka_unit_test(parameters_are_percent_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
