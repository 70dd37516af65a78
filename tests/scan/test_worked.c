#include "helper/scan/worked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scratch.h"

static char dir[SCRATCH_MAX];

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(scratch_name(dir, "worked")) == NULL;
}

static const char *
path_of(const char *name)
{
	static char path[SCRATCH_MAX + 40];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
remove_dir(void **state)
{
	(void)state;
	(void)unlink(path_of("worked.json"));
	(void)unlink(path_of("worked.lock"));
	return rmdir(dir);
}

static struct net_addr
host(const char *text)
{
	struct net_addr a;

	assert_true(net_addr_parse(text, &a));
	return a;
}

static void
what_one_scan_learnt_the_next_one_knows(void **state)
{
	const struct net_addr a = host("10.0.0.5"), b = host("fd00::5");
	struct worked *w = worked_open(dir);
	struct stat st;

	(void)state;
	assert_non_null(w);
	assert_null(worked_get(w, "ssh", &a));
	worked_put(w, "ssh", &a, "lab");
	worked_put(w, "ssh", &b, "other");
	assert_string_equal(worked_get(w, "ssh", &a), "lab");
	worked_save(w);
	worked_close(w);
	assert_int_equal(stat(path_of("worked.json"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	w = worked_open(dir);
	assert_string_equal(worked_get(w, "ssh", &a), "lab");
	assert_string_equal(worked_get(w, "ssh", &b), "other");
	assert_null(worked_get(w, "wmi", &a));
	worked_close(w);
}

static void
two_scans_at_once_lose_nothing(void **state)
{
	const struct net_addr a = host("10.0.0.5"), b = host("10.0.0.6");
	struct worked *one = worked_open(dir), *two = worked_open(dir);

	(void)state;
	worked_put(one, "ssh", &a, "first");
	worked_put(two, "ssh", &b, "second");
	worked_save(one);
	worked_save(two);
	worked_close(one);
	worked_close(two);
	one = worked_open(dir);
	assert_string_equal(worked_get(one, "ssh", &a), "first");
	assert_string_equal(worked_get(one, "ssh", &b), "second");
	worked_close(one);
}

static void
a_damaged_file_counts_as_none_and_is_replaced(void **state)
{
	const struct net_addr a = host("10.0.0.5");
	struct worked *w;
	FILE *f = fopen(path_of("worked.json"), "w");

	(void)state;
	assert_non_null(f);
	fputs("{\"ssh 10.0.0.5\": ", f);
	fclose(f);
	w = worked_open(dir);
	assert_non_null(w);
	assert_null(worked_get(w, "ssh", &a));
	worked_put(w, "ssh", &a, "lab");
	worked_save(w);
	worked_close(w);
	w = worked_open(dir);
	assert_string_equal(worked_get(w, "ssh", &a), "lab");
	worked_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_one_scan_learnt_the_next_one_knows, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    two_scans_at_once_lose_nothing, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_damaged_file_counts_as_none_and_is_replaced, make_dir,
		    remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
