#include "helper/scan/ending.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
the_first_exit_code_that_applies_counts(void **state)
{
	static const struct { struct tally t; enum ending how; int code; } t[] = {
		{ { .hosts = { [HOST_SCANNED] = 1 } }, END_COMPLETED, 0 },
		{ { .hosts = { [HOST_PARTIAL] = 1 } }, END_COMPLETED, 0 },
		/* a shard that got no address */
		{ { .total = 0 }, END_COMPLETED, 0 },
		{ { .total = 0 }, END_FAILED, 2 },
		{ { .hosts = { [HOST_SILENT] = 9, [HOST_REFUSED] = 3 } },
		    END_COMPLETED, 2 },
		{ { .hosts = { [HOST_ERROR] = 1 } }, END_COMPLETED, 2 },
		{ { .hosts = { [HOST_SCANNED] = 1, [HOST_AUTH_FAILED] = 5 } },
		    END_COMPLETED, 0 },
		{ { .hosts = { [HOST_AUTH_FAILED] = 5, [HOST_SILENT] = 9,
		    [HOST_REFUSED] = 1 } }, END_COMPLETED, 4 },
		{ { .hosts = { [HOST_AUTH_FAILED] = 5, [HOST_ERROR] = 1 } },
		    END_COMPLETED, 2 },
		{ { .hosts = { [HOST_SCANNED] = 1 }, .jira_login = true,
		    .assets = { [ASSET_QUEUED] = 1 } }, END_COMPLETED, 4 },
		{ { .hosts = { [HOST_SCANNED] = 1 }, .assets = {
		    [ASSET_QUEUED] = 1, [ASSET_FAILED] = 1 } },
		    END_COMPLETED, 3 },
		{ { .hosts = { [HOST_SCANNED] = 1 }, .assets = {
		    [ASSET_FAILED] = 1 } }, END_COMPLETED, 5 },
		{ { .hosts = { [HOST_SCANNED] = 1 }, .assets = {
		    [ASSET_AMBIGUOUS] = 1 } }, END_COMPLETED, 5 },
		{ { .hosts = { [HOST_SCANNED] = 1 }, .jira_login = true },
		    END_CANCELLED, 130 },
		{ { .hosts = { [HOST_SCANNED] = 1 } }, END_FAILED, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct tally tally = t[i].t;

		for (size_t k = 0; k < HOST_STATES; k++)
			tally.total += tally.hosts[k];
		assert_int_equal(ending_exit_code(&tally, t[i].how), t[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_exit_code_that_applies_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
