#include "helper/base/secretfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char top[] = "/tmp/assetscan-secretfile-XXXXXX";

static char *
put(const char *name, const void *text, size_t n)
{
	char *path;
	FILE *f;

	assert_true(asprintf(&path, "%s/%s", top, name) > 0);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	return path;
}

static int
make_folder(void **state)
{
	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	return mkdtemp(top) != NULL ? 0 : -1;
}

static int
drop_folder(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static void
one_line_end_is_not_part_of_it(void **state)
{
	static const struct { const char *text, *secret; } cases[] = {
		{ "word", "word" }, { "word\n", "word" }, { "word\r\n", "word" },
		{ "word\n\n", "word\n" }, { " word ", " word " }, { "\n", "" },
		{ "", "" }, { "two\nlines\n", "two\nlines" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { .code = ERR_NONE };
		char *path = put("a", cases[i].text, strlen(cases[i].text));
		struct secret *s = secret_from_file(path, &e);

		assert_non_null(s);
		assert_string_equal(secret_str(s), cases[i].secret);
		secret_free(s);
		free(path);
	}
}

static void
what_is_too_long_or_missing_is_named(void **state)
{
	struct err e = { .code = ERR_NONE };
	char *big = calloc(1, SECRET_FILE_MAX), *path;

	(void)state;
	memset(big, 'x', SECRET_FILE_MAX);
	path = put("big", big, SECRET_FILE_MAX);
	assert_null(secret_from_file(path, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, path));
	free(path);
	path = put("big", big, SECRET_FILE_MAX - 1);
	err_clear(&e);
	secret_free(secret_from_file(path, &e));
	assert_int_equal(e.code, ERR_NONE);
	free(path);
	free(big);
	assert_null(secret_from_file("/no/such/file", &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "/no/such/file: No such file"));
}

static void
a_name_alone_is_a_services_credential(void **state)
{
	struct err e = { .code = ERR_NONE };
	char *path = put("scan-wmi", "s", 1), *found;
	struct secret *s;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(secret_from_file("scan-wmi", &e));
	assert_non_null(strstr(e.text, "scan-wmi: No such file in /"));
	assert_non_null(strstr(e.text, "CREDENTIALS_DIRECTORY is not set"));
	err_clear(&e);
	setenv("CREDENTIALS_DIRECTORY", top, 1);
	s = secret_from_file("scan-wmi", &e);
	assert_non_null(s);
	assert_string_equal(secret_str(s), "s");
	secret_free(s);
	found = credential_path("scan-wmi");
	assert_string_equal(found, path);
	free(found);
	assert_null(credential_find("none", &e));
	assert_non_null(strstr(e.text, "none: No such file, neither in "
	    "$CREDENTIALS_DIRECTORY (/tmp/assetscan-secretfile-"));
	err_clear(&e);
	/* one that is not there, and a whole path, are what they are */
	found = credential_path("other");
	assert_string_equal(found, "other");
	free(found);
	found = credential_path("/wmi");
	assert_string_equal(found, "/wmi");
	free(found);
	setenv("CREDENTIALS_DIRECTORY", "", 1);
	found = credential_path("scan-wmi");
	assert_string_equal(found, "scan-wmi");
	free(found);
	unsetenv("CREDENTIALS_DIRECTORY");
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_end_is_not_part_of_it),
		cmocka_unit_test(what_is_too_long_or_missing_is_named),
		cmocka_unit_test(a_name_alone_is_a_services_credential),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
