#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "helper/base/nearest.h"

#include <cmocka.h>

static const char *
meant(const char *wanted)
{
	static const char *const names[] = { "Win32_BIOS", "Win32_Processor",
		"Win32_Process", "os.name", "os.version", "sys" };
	static struct nearest near;

	near = (struct nearest){ .wanted = wanted };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		nearest_offer(&near, names[i]);
	return nearest_name(&near);
}

static void
a_name_with_a_few_wrong_letters_is_known(void **state)
{
	(void)state;
	assert_string_equal(meant("Win32_Bios"), "Win32_BIOS");	/* by case alone */
	assert_string_equal(meant("Win32_Bois"), "Win32_BIOS");
	assert_string_equal(meant("Win32_Procesor"), "Win32_Processor");
	assert_string_equal(meant("Win32_Proces"), "Win32_Process");
	assert_string_equal(meant("os.naem"), "os.name");
	assert_string_equal(meant("syss"), "sys");
	assert_null(meant("Win32_Keyboard"));
	assert_null(meant("x"));
	assert_null(meant(""));
}

static void
distances_are_counted_in_letters(void **state)
{
	char lengthy[4000];

	(void)state;
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
	assert_int_equal(nearest_distance("", "abc"), 3);
	assert_int_equal(nearest_distance("ABC", "abc"), 0);
	memset(lengthy, 'a', sizeof(lengthy));
	lengthy[sizeof(lengthy) - 1] = '\0';
	assert_null(meant(lengthy));
	assert_int_equal(nearest_distance("a", lengthy), NEAREST_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_with_a_few_wrong_letters_is_known),
		cmocka_unit_test(distances_are_counted_in_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
