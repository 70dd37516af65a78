#include "helper/report/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define HOST "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":" \
    "{\"address\":\"192.0.2.1\",\"state\":\"scanned\"}}\n"

static char path[] = "/tmp/assetscan-results-XXXXXX";

/* Reads `text` as a file; the number of notifications, and what was wrong. */
static size_t
read_all(const char *text, size_t n, uint64_t *torn, struct err *e)
{
	struct results_line line;
	struct results *r;
	size_t count = 0;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	*e = (struct err){ .code = ERR_NONE };
	r = results_open(path, e);
	assert_non_null(r);
	while (results_next(r, &line, e))
		count++;
	*torn = results_torn(r);
	results_close(r);
	return count;
}

#define READ(text) read_all(text, sizeof(text) - 1, &torn, &e)

static void
notifications_come_with_their_line(void **state)
{
	static const char text[] = "\xef\xbb\xbf\n" HOST "\r\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"host.rows\",\"params\":{}}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"scan.finished\",\"params\":{}}";
	struct err e = { .code = ERR_NONE };
	struct results_line line;
	struct results *r;
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	r = results_open(path, &e);
	assert_true(results_next(r, &line, &e));
	assert_string_equal(line.method, "scan.host");
	assert_string_equal(json_string_value(json_object_get(line.params,
	    "address")), "192.0.2.1");
	assert_int_equal(line.line, 2);
	assert_true(results_next(r, &line, &e));
	assert_string_equal(line.method, "scan.finished");
	assert_int_equal(line.line, 6);
	assert_false(results_next(r, &line, &e));
	assert_int_equal(e.code, ERR_NONE);
	assert_int_equal(results_torn(r), 0);
	assert_true(results_written(r) > 0);
	results_close(r);
}

static void
a_line_that_nests_without_end_is_refused(void **state)
{
	char text[400] = "{\"jsonrpc\":\"2.0\",\"method\":\"scan.log\",\"params\":";
	size_t n = strlen(text);
	uint64_t torn;
	struct err e;

	(void)state;
	memset(text + n, '[', 64);
	memset(text + n + 64, ']', 64);
	memcpy(text + n + 128, "}\n", 3);
	assert_int_equal(read_all(text, strlen(text), &torn, &e), 0);
	assert_int_equal(e.code, ERR_INVALID);
	assert_non_null(strstr(e.text, "line 1 is nested deeper"));
}

static void
a_cut_last_line_is_left_out_and_told(void **state)
{
	struct err e;
	uint64_t torn;

	(void)state;
	for (size_t cut = 2; cut + 1 < sizeof(HOST); cut++) {
		char text[2 * sizeof(HOST)] = HOST HOST;
		size_t n = sizeof(HOST) - 1 + cut - 1;
		bool all = n == 2 * sizeof(HOST) - 3;

		assert_int_equal(read_all(text, n, &torn, &e), all ? 2 : 1);
		assert_int_equal(torn, all ? 0 : 2);
		assert_int_equal(e.code, ERR_NONE);
	}
	assert_int_equal(READ(HOST "\0\0\0\0\0"), 1);
	assert_int_equal(torn, 2);
}

static void
any_other_wrong_line_is_named(void **state)
{
	static const struct { const char *text; size_t good; const char *says; } bad[] = {
		{ HOST "{\"jsonrpc\":\"2.0\",\"meth\n" HOST, 1, "line 2 is no line of results" },
		{ HOST "address,name\n", 1, "line 2 is no line of results: column 7" },
		{ "no results at all", 0, "line 1 is no line of results" },
		{ "<!doctype html>\n", 0, "line 1 is no line of results" },
		{ "{\"hosts\":[]}\n", 0, "line 1 is JSON, but no message" },
		{ "[1]\n", 0, "line 1 is JSON, but no message" },
		{ HOST HOST "{\"jsonrpc\":\"2.0\",\"method\":\"scan.log\"}\n", 2, "line 3 is a notification without params" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":{\"address\":\"a\"}}\n", 0, "line 1 is a scan.host without state" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":{\"address\":7,\"state\":\"scanned\"}}\n", 0, "scan.host without address" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"scan.asset\",\"params\":{\"address\":\"a\"}}\n", 0, "scan.asset without outcome" },
	};
	struct err e;
	uint64_t torn;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(read_all(bad[i].text, strlen(bad[i].text), &torn,
		    &e), bad[i].good);
		assert_int_equal(e.code, ERR_INVALID);
		if (strstr(e.text, bad[i].says) == NULL ||
		    strncmp(e.text, path, strlen(path)) != 0)
			fail_msg("\"%s\" does not say \"%s\"", e.text, bad[i].says);
	}
}

static void
a_line_may_be_long_but_not_endless(void **state)
{
	size_t n = RESULTS_LINE_MAX + 200000;
	char *text = malloc(n);
	struct err e;
	uint64_t torn;
	int at;

	(void)state;
	memset(text, ' ', n);
	at = snprintf(text, 200, "{\"jsonrpc\":\"2.0\",\"method\":\"scan.log\","
	    "\"params\":{\"message\":\"");
	text[at] = ' ';
	memcpy(text + 3000000, "\"}}\n", 4);
	assert_int_equal(read_all(text, 3000004, &torn, &e), 1);
	assert_int_equal(e.code, ERR_NONE);
	text[3000000] = text[3000003] = ' ';
	assert_int_equal(read_all(text, n, &torn, &e), 0);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, "line 1 is longer"));
	free(text);
}

static void
a_file_that_is_not_there_is_named(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_null(results_open("/nowhere/results.jsonl", &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "/nowhere/results.jsonl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notifications_come_with_their_line),
		cmocka_unit_test(a_cut_last_line_is_left_out_and_told),
		cmocka_unit_test(a_line_that_nests_without_end_is_refused),
		cmocka_unit_test(any_other_wrong_line_is_named),
		cmocka_unit_test(a_line_may_be_long_but_not_endless),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};
	int fd = mkstemp(path), status;

	if (fd < 0)
		return 1;
	close(fd);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return status;
}
