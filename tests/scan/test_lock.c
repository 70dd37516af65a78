#include "helper/scan/lock.h"
#include "helper/scan/state.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scratch.h"


#define URL "https://jira.example.com"

static char dir[SCRATCH_MAX];

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(scratch_name(dir, "lock")) == NULL;
}

static int
remove_dir(void **state)
{
	char command[SCRATCH_MAX + 40];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf -- '%s'", dir);
	return system(command);
}

static void
a_second_scan_of_a_profile_is_refused(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct scan_lock *a = lock_take(dir, URL, "local", "0/1", &e), *b;
	char pid[24];

	(void)state;
	assert_non_null(a);
	b = lock_take(dir, URL, "local", "0/1", &e);
	assert_null(b);
	assert_int_equal(e.code, ERR_SCAN_IN_PROGRESS);
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	assert_non_null(strstr(e.text, pid));
	lock_release(a);
	err_clear(&e);
	b = lock_take(dir, URL, "local", "0/1", &e);
	assert_non_null(b);
	lock_release(b);
}

static void
url_profile_and_shard_are_all_part_of_the_key(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct scan_lock *l[4] = {
		lock_take(dir, URL, "local", "0/2", &e),
		lock_take(dir, URL, "local", "1/2", &e),
		lock_take(dir, NULL, "local", "0/2", &e),
		lock_take(dir, URL, "other", "0/2", &e),
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(l[i]);
		lock_release(l[i]);
	}
}

static void
the_kernel_releases_the_lock_of_a_killed_process(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct scan_lock *l;
	int ready[2];
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	if ((child = fork()) == 0) {
		l = lock_take(dir, URL, "dies", "0/1", &e);
		c = l != NULL ? 'y' : 'n';
		if (write(ready[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	assert_null(lock_take(dir, URL, "dies", "0/1", &e));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	err_clear(&e);
	l = lock_take(dir, URL, "dies", "0/1", &e);
	assert_non_null(l);
	lock_release(l);
	close(ready[0]);
	close(ready[1]);
}

static void
a_file_in_the_way_of_the_folder_is_named(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_null(lock_take("/dev/null/state", URL, "p", "0/1", &e));
	assert_int_equal(e.code, ERR_STATE_DIR);
	assert_non_null(strstr(e.text, "/dev/null/state"));
}

static void
the_state_folder_is_made_for_its_owner_only(void **state)
{
	struct err e = { .code = ERR_NONE };
	char path[SCRATCH_MAX + 40];
	struct stat st;

	(void)state;
	snprintf(path, sizeof(path), "%s/a/b", dir);
	assert_true(state_ready(path, "locks", &e));
	strcat(path, "/locks");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_scan_of_a_profile_is_refused),
		cmocka_unit_test(url_profile_and_shard_are_all_part_of_the_key),
		cmocka_unit_test(the_kernel_releases_the_lock_of_a_killed_process),
		cmocka_unit_test(a_file_in_the_way_of_the_folder_is_named),
		cmocka_unit_test(the_state_folder_is_made_for_its_owner_only),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
