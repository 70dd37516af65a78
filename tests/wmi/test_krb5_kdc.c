/* test_krb5_kdc.c: realms whose KDC does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wmi/krb5.h"

#include <cmocka.h>

/* Port 1 of this machine: refused at once. */
static enum err_code
asked(bool away, char text[static 400])
{
	struct krb_kdc k = { .given = "127.0.0.1:1", .realm = "FAR.TEST",
		.away = away };
	struct err e = { .code = ERR_NONE };
	uint8_t *reply = NULL;
	size_t n = 0;

	assert_false(krb_exchange(&k, "x", 1, &reply, &n, deadline_in(5, -1), &e));
	assert_null(reply);
	snprintf(text, 400, "%s", e.text);
	return e.code;
}

/* The scan remembers that the account's realm keeps silent and spares the other
 * hosts the wait; a host of another realm is no reason for that. */
static void
another_realms_silence_is_the_hosts_own_trouble(void **state)
{
	char text[400];

	(void)state;
	assert_int_equal(asked(false, text), ERR_KDC);
	assert_non_null(strstr(text, "no KDC of the realm FAR.TEST answers"));
	assert_int_equal(asked(true, text), ERR_SPN);
	assert_non_null(strstr(text, "FAR.TEST, where the host belongs, answers"));
}

static void
a_place_of_a_kdc_is_taken_apart(void **state)
{
	static const struct { const char *text, *host; uint16_t port; } t[] = {
		{ "dc1.lab.test", "dc1.lab.test", 88 }, { "dc1:750", "dc1", 750 },
		{ "[fd00::1]:750", "fd00::1", 750 }, { "fd00::1", "fd00::1", 88 },
		{ "10.0.0.1", "10.0.0.1", 88 } };
	char host[64];
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		assert_true(krb_kdc_split(t[i].text, host, sizeof(host), &port));
		assert_string_equal(host, t[i].host);
		assert_int_equal(port, t[i].port);
	}
	assert_false(krb_kdc_split("dc1:0", host, sizeof(host), &port));
	assert_false(krb_kdc_split("dc1:65536", host, sizeof(host), &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_realms_silence_is_the_hosts_own_trouble),
		cmocka_unit_test(a_place_of_a_kdc_is_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
