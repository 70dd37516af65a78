#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail		/* base has a function of that name */
#undef fail_msg
#define fail_msg(...) do { print_error(__VA_ARGS__); print_error("\n"); _fail(__FILE__, __LINE__); } while (0)
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rpc/frame.h"

#define LIMIT 100000

struct line { int in[2], stop; struct frame_reader *r; };

static int
setup(void **state)
{
	struct line *l = calloc(1, sizeof(*l));

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(l->in), 0);
	l->stop = eventfd(0, EFD_NONBLOCK);
	l->r = frame_reader_new(l->in[0], l->stop, LIMIT);
	assert_non_null(l->r);
	*state = l;
	return 0;
}

static int
teardown(void **state)
{
	struct line *l = *state;

	frame_reader_free(l->r);
	close(l->in[0]);
	if (l->in[1] >= 0)
		close(l->in[1]);
	close(l->stop);
	free(l);
	return 0;
}

static void
put(struct line *l, const char *text)
{
	assert_int_equal(write(l->in[1], text, strlen(text)),
	    (ssize_t)strlen(text));
}

static void
put_end(struct line *l)
{
	close(l->in[1]);
	l->in[1] = -1;
}

static void
expect(struct line *l, const char *wanted)
{
	char *line;
	size_t n;

	assert_int_equal(frame_read(l->r, &line, &n), FRAME_LINE);
	assert_int_equal(n, strlen(wanted));
	assert_memory_equal(line, wanted, n);
}

static void
expect_not(struct line *l, enum frame_got wanted)
{
	char *line;
	size_t n;

	assert_int_equal(frame_read(l->r, &line, &n), wanted);
}

static void
lines_that_come_together_are_told_apart(void **state)
{
	put(*state, "one\ntwo\r\n\nfour\n");
	put_end(*state);
	expect(*state, "one");
	expect(*state, "two");
	expect(*state, "");
	expect(*state, "four");
	expect_not(*state, FRAME_END);
}

static void
a_line_that_comes_octet_by_octet_is_one_line(void **state)
{
	const char *text = "{\"torn\": true}";
	struct line *l = *state;
	char *line;
	size_t n;

	for (const char *p = text; *p != '\0'; p++) {
		assert_int_equal(write(l->in[1], p, 1), 1);
		assert_int_equal(frame_read_ready(l->r, &line, &n), FRAME_STOPPED);
	}
	put(l, "\n");
	expect(l, text);
}

static void
what_stands_before_the_end_without_newline_is_a_line(void **state)
{
	put(*state, "a\nlast");
	put_end(*state);
	expect(*state, "a");
	expect(*state, "last");
	expect_not(*state, FRAME_END);
	expect_not(*state, FRAME_END);
}

struct flood { int fd; size_t n; const char *tail; };

static void *
flood(void *arg)
{
	const struct flood *f = arg;
	char block[8192];

	memset(block, 'x', sizeof(block));
	for (size_t left = f->n; left > 0;) {
		size_t n = left < sizeof(block) ? left : sizeof(block);
		ssize_t put_now = write(f->fd, block, n);

		if (put_now <= 0)
			return NULL;
		left -= (size_t)put_now;
	}
	if (write(f->fd, f->tail, strlen(f->tail)) < 0)
		return NULL;
	return NULL;
}

/* 64 MiB of a limit of 100000: holding it would show in the address space. */
static void
a_line_over_the_limit_is_skipped_to_its_newline_and_told_once(void **state)
{
	struct line *l = *state;
	struct flood f = { l->in[1], 64u << 20, "\nnext\n" };
	pthread_t t;

	pthread_create(&t, NULL, flood, &f);
	expect_not(l, FRAME_TOO_LONG);
	expect(l, "next");
	pthread_join(t, NULL);
}

static void
the_limit_itself_is_taken_and_one_octet_more_is_not(void **state)
{
	struct line *l = *state;
	struct flood f = { l->in[1], LIMIT, "\n" };
	pthread_t t;
	char *line;
	size_t n;

	pthread_create(&t, NULL, flood, &f);
	assert_int_equal(frame_read(l->r, &line, &n), FRAME_LINE);
	assert_int_equal(n, LIMIT);
	pthread_join(t, NULL);
	f = (struct flood){ l->in[1], LIMIT + 1, "\nafter\n" };
	pthread_create(&t, NULL, flood, &f);
	expect_not(l, FRAME_TOO_LONG);
	expect(l, "after");
	pthread_join(t, NULL);
}

static void
a_long_line_cut_by_the_end_is_told_and_then_the_end(void **state)
{
	struct line *l = *state;
	struct flood f = { l->in[1], 3 * LIMIT, "" };
	pthread_t t;
	char *line;
	size_t n;

	pthread_create(&t, NULL, flood, &f);
	/* The reader sleeps until the end comes, so it comes from the flood. */
	for (int i = 0; i < 1000; i++)
		if (frame_read_ready(l->r, &line, &n) != FRAME_STOPPED)
			fail_msg("a line without its end");
	while (pthread_tryjoin_np(t, NULL) != 0)
		assert_int_equal(frame_read_ready(l->r, &line, &n),
		    FRAME_STOPPED);
	put_end(l);
	expect_not(l, FRAME_TOO_LONG);
	expect_not(l, FRAME_END);
}

static void
a_stop_ends_the_wait_and_leaves_what_is_held(void **state)
{
	struct line *l = *state;
	uint64_t one = 1;

	put(l, "half");
	assert_int_equal(write(l->stop, &one, sizeof(one)), sizeof(one));
	expect_not(l, FRAME_STOPPED);
	assert_int_equal(read(l->stop, &one, sizeof(one)), sizeof(one));
	put(l, " and half\n");
	expect(l, "half and half");
}

static void *
read_slowly(void *arg)
{
	int fd = *(int *)arg;
	char block[1000];
	size_t *sum = calloc(1, sizeof(*sum));
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		*sum += (size_t)n;
	return sum;
}

static void
all_of_a_long_text_is_written_to_a_slow_reader(void **state)
{
	struct line *l = *state;
	size_t n = 1u << 20, *got;
	char *text = malloc(n);
	pthread_t t;
	void *sum;

	memset(text, 'y', n);
	pthread_create(&t, NULL, read_slowly, &l->in[0]);
	assert_true(frame_write(l->in[1], l->stop, text, n));
	put_end(l);
	pthread_join(t, &sum);
	got = sum;
	assert_int_equal(*got, n);
	free(got);
	free(text);
}

static void
a_reader_that_is_gone_fails_the_write(void **state)
{
	struct line *l = *state;
	int p[2];

	assert_int_equal(pipe(p), 0);
	close(p[0]);
	assert_false(frame_write(p[1], l->stop, "x\n", 2));
	close(p[1]);
}

static void
a_stop_ends_a_write_that_nobody_reads(void **state)
{
	struct line *l = *state;
	size_t n = 1u << 20;
	char *text = calloc(1, n);
	uint64_t one = 1;

	assert_int_equal(write(l->stop, &one, sizeof(one)), sizeof(one));
	assert_false(frame_write(l->in[1], l->stop, text, n));
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(lines_that_come_together_are_told_apart),
		T(a_line_that_comes_octet_by_octet_is_one_line),
		T(what_stands_before_the_end_without_newline_is_a_line),
		T(a_line_over_the_limit_is_skipped_to_its_newline_and_told_once),
		T(the_limit_itself_is_taken_and_one_octet_more_is_not),
		T(a_long_line_cut_by_the_end_is_told_and_then_the_end),
		T(a_stop_ends_the_wait_and_leaves_what_is_held),
		T(all_of_a_long_text_is_written_to_a_slow_reader),
		T(a_reader_that_is_gone_fails_the_write),
		T(a_stop_ends_a_write_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
