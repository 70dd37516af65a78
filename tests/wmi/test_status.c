/* test_status.c: Windows's error numbers become a code, a sentence, a remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wmi/status.h"
#include "wmi/wmi.h"

#include <cmocka.h>

static void
what_a_host_lacks_is_no_failure_of_the_host(void **state)
{
	static const uint32_t lacks[] = { 0x8004100e, 0x80041010, 0x80041017, 0x80041002 };

	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		struct err e = { 0 };

		assert_false(status_fail(&e, STAGE_QUERY, lacks[i], NULL));
		assert_int_equal(e.code, ERR_UNSUPPORTED);
		assert_int_equal(e.stage, STAGE_QUERY);
		assert_int_equal(e.native, lacks[i]);
	}
}

/* The same refusal has another remedy for an account of the host itself. */
static void
a_local_account_is_told_of_remote_uac(void **state)
{
	static const uint32_t denied[] = { 0x80070005, 0x80041003, 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		struct status_who local = { .user = ".\\admin", .local = true },
		    domain = { .user = "CORP\\admin" };
		struct err a = { 0 }, b = { 0 };

		status_fail(&a, STAGE_ACTIVATE, denied[i], &local);
		status_fail(&b, STAGE_ACTIVATE, denied[i], &domain);
		assert_int_equal(a.code, ERR_DENIED);
		assert_non_null(strstr(err_hint(&a), "LocalAccountTokenFilterPolicy"));
		assert_null(strstr(err_hint(&b), "LocalAccountTokenFilterPolicy"));
	}
}

static void
names_are_windowss_own(void **state)
{
	(void)state;
	assert_string_equal(wmi_status_name(0x80041010), "WBEM_E_INVALID_CLASS");
	assert_string_equal(wmi_status_name(0x800706ba), "RPC_S_SERVER_UNAVAILABLE");
	assert_string_equal(wmi_status_name(0x1c010002), "nca_s_op_rng_error");
	assert_null(wmi_status_name(0x12345678));
	assert_null(wmi_status_text(0x12345678));
}

static void
an_unknown_number_is_shown(void **state)
{
	struct status_who who = { .what = "select 1" };
	struct err e = { 0 };

	(void)state;
	status_fail(&e, STAGE_QUERY, 0x8004fffe, &who);
	assert_int_equal(e.code, ERR_REMOTE);
	assert_non_null(strstr(e.text, "0x8004fffe"));
	assert_non_null(strstr(e.text, "select 1"));
}

static void
ports_have_their_remedies(void **state)
{
	(void)state;
	assert_non_null(strstr(status_port_hint(ERR_TIMEOUT, true), "49152-65535"));
	assert_non_null(strstr(status_port_hint(ERR_TIMEOUT, false), "netsh advfirewall"));
	assert_non_null(strstr(status_port_hint(ERR_REFUSED, false), "no Windows host"));
}

static void
a_refused_log_on_counts_as_a_wrong_password(void **state)
{
	struct status_who who = { .user = "CORP\\scanner" };
	struct err e = { 0 };

	(void)state;
	status_logon_refused(&e, 5, &who);
	assert_int_equal(e.code, ERR_AUTH_FAILED);
	assert_int_equal(e.stage, STAGE_LOGON);
	assert_non_null(strstr(e.text, "CORP\\scanner"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_host_lacks_is_no_failure_of_the_host),
		cmocka_unit_test(a_local_account_is_told_of_remote_uac),
		cmocka_unit_test(names_are_windowss_own),
		cmocka_unit_test(an_unknown_number_is_shown),
		cmocka_unit_test(ports_have_their_remedies),
		cmocka_unit_test(a_refused_log_on_counts_as_a_wrong_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
