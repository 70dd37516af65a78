#include "helper/report/spool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#define TEXTS 50
#define LONG  10000

static void
put_all(struct spool *s, struct spooled t[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++) {
		char *text = malloc(LONG + 20);
		int n = snprintf(text, LONG + 20, "%zu:%*s", i, (int)(i * 199),
		    "x");

		spool_put(s, text, (size_t)n, &t[i]);
	}
}

static size_t
get_all(struct spool *s, struct spooled t[TEXTS])
{
	struct err e = { .code = ERR_NONE };
	size_t in_memory = 0;
	char want[LONG + 20];

	for (size_t i = 0; i < TEXTS; i++) {
		char *text = spool_get(s, &t[i], &e);

		snprintf(want, sizeof(want), "%zu:%*s", i, (int)(i * 199), "x");
		assert_non_null(text);
		assert_string_equal(text, want);
		free(text);
		in_memory += t[i].text != NULL;
		spool_drop(&t[i]);
	}
	spool_free(s);
	return in_memory;
}

static void
what_fits_stays_in_memory_the_rest_in_a_file(void **state)
{
	struct spooled t[TEXTS];
	struct spool *s = spool_new(20000);
	size_t in_memory;

	(void)state;
	put_all(s, t);
	in_memory = get_all(s, t);
	assert_in_range(in_memory, 5, TEXTS / 2);
	s = spool_new(SIZE_MAX / 2);
	put_all(s, t);
	assert_int_equal(get_all(s, t), TEXTS);
}

static void
without_a_file_all_stays_in_memory(void **state)
{
	struct rlimit was, none;
	struct spooled t[TEXTS];
	struct spool *s = spool_new(0);

	(void)state;
	getrlimit(RLIMIT_NOFILE, &was);
	none = (struct rlimit){ 0, was.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	put_all(s, t);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(get_all(s, t), TEXTS);
}

static void
a_full_disk_loses_nothing(void **state)
{
	struct rlimit was, little;
	struct spooled t[TEXTS];
	struct spool *s = spool_new(0);
	size_t in_memory;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	little = (struct rlimit){ 50000, was.rlim_max };
	setrlimit(RLIMIT_FSIZE, &little);
	put_all(s, t);
	setrlimit(RLIMIT_FSIZE, &was);
	in_memory = get_all(s, t);
	assert_in_range(in_memory, 5, TEXTS - 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_stays_in_memory_the_rest_in_a_file),
		cmocka_unit_test(without_a_file_all_stays_in_memory),
		cmocka_unit_test(a_full_disk_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
