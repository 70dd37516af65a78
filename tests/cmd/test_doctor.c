/* What doctor makes of a version or a clock that cannot be had on purpose. */
#include "helper/cmd/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
versions_are_numbers_not_text(void **state)
{
	static const struct { const char *a, *b; int way; } cases[] = {
		{ "1.10.0", "1.9.9", 1 }, { "1.11.1", "1.11.1", 0 },
		{ "2.4", "2.4.0", 0 }, { "2.4.1", "2.4", 1 },
		{ "7.88.1, OpenSSL/3", "7.80.0", 1 }, { "1.9", "1.10", -1 },
		{ "3.0.19 27 Jan 2026", "3.0.0", 1 }, { "1.11.1_DEV", "1.11.1", 0 },
		{ "", "1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int way = doctor_version_cmp(cases[i].a, cases[i].b);

		if ((way > 0) - (way < 0) != cases[i].way)
			fail_msg("%s and %s: %d", cases[i].a, cases[i].b, way);
	}
}

static void
libssh2_is_old_or_unpatched_or_well(void **state)
{
	(void)state;
	/* Debian 12's and Ubuntu 22.04's */
	assert_int_equal(doctor_libssh2_verdict("1.10.0-3", "1.10.0"),
	    DOCTOR_FAILURE);
	/* it was built with a good one and runs with another */
	assert_int_equal(doctor_libssh2_verdict("1.11.1-1+deb13u2", "1.9.0"),
	    DOCTOR_FAILURE);
	assert_int_equal(doctor_libssh2_verdict("1.11.1", "1.11.1"),
	    DOCTOR_WARNING);
	assert_int_equal(doctor_libssh2_verdict("1.11.1-1", "1.11.1"),
	    DOCTOR_WARNING);
	assert_int_equal(doctor_libssh2_verdict("1.11.1-1+deb13u1", "1.11.1"),
	    DOCTOR_WARNING);
	assert_int_equal(doctor_libssh2_verdict("1.11.1-1+deb13u2 (own build)",
	    "1.11.1"), DOCTOR_OK);
	assert_int_equal(doctor_libssh2_verdict("1.11.1-1+deb13u10", "1.11.1"),
	    DOCTOR_OK);
	assert_int_equal(doctor_libssh2_verdict("1.12.0", "1.12.0"), DOCTOR_OK);
}

static void
a_clock_is_wrong_by_decades_or_by_minutes(void **state)
{
	(void)state;
	assert_int_equal(doctor_time_verdict(0), DOCTOR_FAILURE);
	assert_int_equal(doctor_time_verdict(INT64_C(1700000000)), DOCTOR_FAILURE);
	assert_int_equal(doctor_time_verdict(INT64_C(1790000000)), DOCTOR_OK);
	assert_int_equal(doctor_time_verdict(INT64_C(5000000000)), DOCTOR_FAILURE);
	assert_int_equal(doctor_skew_verdict(-3), DOCTOR_OK);
	assert_int_equal(doctor_skew_verdict(-61), DOCTOR_WARNING);
	assert_int_equal(doctor_skew_verdict(299), DOCTOR_WARNING);
	assert_int_equal(doctor_skew_verdict(-300), DOCTOR_FAILURE);
	assert_int_equal(doctor_skew_verdict(1e9), DOCTOR_FAILURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_numbers_not_text),
		cmocka_unit_test(libssh2_is_old_or_unpatched_or_well),
		cmocka_unit_test(a_clock_is_wrong_by_decades_or_by_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
