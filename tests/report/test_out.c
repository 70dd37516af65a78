#include "helper/report/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "helper/base/checked.h"

static const struct out_column columns[] = {
	{ "a", "A" }, { "b", "B" }, { NULL, NULL },
};

/* What f prints about rows; freed by the caller. */
static char *
printed(const char *rows_text, bool csv, size_t width)
{
	json_t *rows = json_loads(rows_text, 0, NULL);
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(rows);
	if (csv)
		out_csv(f, rows, columns);
	else
		out_table(f, rows, columns, width);
	fclose(f);
	json_decref(rows);
	return text;
}

static void
csv_quotes_what_needs_it(void **state)
{
	char *got = printed("[{\"a\":\"x,y\",\"b\":\"say \\\"hi\\\"\\nthere\"}]", true, 0);

	(void)state;
	assert_string_equal(got, "A,B\r\n\"x,y\",\"say \"\"hi\"\"\nthere\"\r\n");
	free(got);
}

static void
csv_takes_the_sting_out_of_formulas(void **state)
{
	static const char *const starts[] = { "=", "+", "-", "@" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		char rows[80], *got;

		snprintf(rows, sizeof(rows), "[{\"a\":\"%s1+1\"}]", starts[i]);
		got = printed(rows, true, 0);
		assert_non_null(strstr(got, "\"'"));
		free(got);
	}
}

static void
numbers_lists_and_nothing_have_a_form(void **state)
{
	char *got = printed("[{\"a\":[\"x\",\"y\"],\"b\":null},{\"a\":7,\"b\":true}]",
	    true, 0);

	(void)state;
	assert_string_equal(got, "A,B\r\n\"x; y\",\r\n7,yes\r\n");
	free(got);
}

static void
a_table_is_aligned_by_display_columns(void **state)
{
	char *got = printed("[{\"a\":\"\xe6\x97\xa5\xe6\x9c\xac\",\"b\":\"x\"},"
	    "{\"a\":\"abcd\",\"b\":\"y\"}]", false, 80);

	(void)state;
	assert_string_equal(got, "A     B\n\xe6\x97\xa5\xe6\x9c\xac  x\n"
	    "abcd  y\n");
	free(got);
}

static void
a_table_fits_its_width(void **state)
{
	char *got = printed("[{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	    "\"b\":\"bbbbbbbbbbbbbbb\"}]", false, 40);

	(void)state;
	for (char *line = strtok(got, "\n"); line != NULL;
	    line = strtok(NULL, "\n"))
		assert_true(out_width(line) <= 40);
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_quotes_what_needs_it),
		cmocka_unit_test(csv_takes_the_sting_out_of_formulas),
		cmocka_unit_test(numbers_lists_and_nothing_have_a_form),
		cmocka_unit_test(a_table_is_aligned_by_display_columns),
		cmocka_unit_test(a_table_fits_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
