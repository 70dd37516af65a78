/* This computer asked through its own shell, and what is made of what came. */
#include "helper/base/err.h"
#include "helper/scan/plan.h"
#include "helper/scan/probe_unix.h"
#include "helper/scan/protocols.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct mapping *
with_command(const char *command)
{
	struct err e = { .code = ERR_NONE };
	json_t *j = json_pack("{s:s, s:{s:[{s:s, s:{s:s}}]}, "
	    "s:[{s:s, s:{s:s}}]}", "os", "linux", "matcher", "keys", "field",
	    "a.mac", "from", "fact", "nic.mac", "fields", "field", "a.cmd",
	    "from", "command", command);
	struct mapping *m = mapping_from_json(j, NULL, NULL, &e);

	json_decref(j);
	assert_non_null(m);
	return m;
}

static void
this_computer_tells_of_itself(void **state)
{
	struct scan_plan plan = { .mapping = mapping_builtin(),
		.query_timeout = 5 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	struct utsname u;

	(void)state;
	uname(&u);
	assert_true(probe_self(&plan, f, deadline_in(30, -1), &e));
	assert_string_equal(facts_find(f, "os.kernel")->s, u.release);
	assert_int_equal(facts_find(f, "os.clockSkewSeconds")->i, 0);
	facts_free(f);
}

static void
what_came_before_the_deadline_is_kept(void **state)
{
	struct mapping *m = with_command("sleep 60");
	struct scan_plan plan = { .mapping = m, .query_timeout = 60 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	int64_t start = now_ns();

	(void)state;
	assert_false(probe_self(&plan, f, deadline_in(8, -1), &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_true((now_ns() - start) / 1000000000 < 40);
	assert_string_equal(facts_find(f, "os.family")->s, "linux");
	facts_free(f);
	mapping_free(m);
}

static void *
cancel_soon(void *c)
{
	usleep(300000);
	cancel_fire(c);
	return NULL;
}

static void
a_cancel_ends_it_at_once(void **state)
{
	struct mapping *m = with_command("sleep 60");
	struct scan_plan plan = { .mapping = m, .query_timeout = 60 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	struct cancel *c = cancel_new(&e);
	int64_t start = now_ns();
	pthread_t t;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, cancel_soon, c), 0);
	assert_false(probe_self(&plan, f, deadline_in(60, cancel_fd(c)), &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	assert_true((now_ns() - start) / 1000000000 < 20);
	pthread_join(t, NULL);
	cancel_free(c);
	facts_free(f);
	mapping_free(m);
}

/* --- what is made of a reply ---------------------------------------------------- */

static bool
reply(const char *out, const char *err, int status, bool ran,
    enum err_code code, struct facts *f, struct err *e)
{
	struct scan_plan plan = { .mapping = mapping_builtin() };
	struct unix_question q = { .script = wr_new(1), .marker = "@" };
	struct unix_reply r = { .ran = ran, .out = out, .out_len = strlen(out),
		.err = err, .err_len = strlen(err), .status = status };

	err_clear(e);
	if (code != ERR_NONE)
		*e = (struct err){ .code = code, .text = "what went wrong" };
	return unix_reply(&q, &plan, &r, f, e);
}

#define WHOLE "@ start 1\n@ begin kernel\nsys=Linux\n@ end kernel 0\n@ done\n"
#define HALF "@ start 1\n@ begin kernel\nsys=Linux\n"

static void
a_channel_that_stays_open_behind_the_end_is_no_error(void **state)
{
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_true(reply(WHOLE, "", -1, false, ERR_TIMEOUT, f, &e));
	assert_int_equal(e.code, ERR_NONE);
	/* but a cancel stays one */
	assert_false(reply(WHOLE, "", -1, false, ERR_CANCELLED, f, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	facts_free(f);
}

static void
half_an_answer_keeps_its_facts_and_says_why(void **state)
{
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_false(reply(HALF, "", 137, true, ERR_NONE, f, &e));
	assert_int_equal(e.code, ERR_REMOTE);
	assert_int_equal(e.stage, STAGE_FACTS);
	assert_string_equal(facts_find(f, "os.family")->s, "linux");
	assert_false(reply(HALF, "", -1, false, ERR_TIMEOUT, f, &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	facts_free(f);
}

static void
a_host_without_a_shell_is_quoted(void **state)
{
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_false(reply("", "sh: command not found\n", 127, true, ERR_NONE,
	    f, &e));
	assert_int_equal(e.code, ERR_NO_SHELL);
	assert_int_equal(e.stage, STAGE_SHELL);
	assert_non_null(strstr(e.text, "command not found"));
	assert_false(reply("This account is locked.\n", "", 1, true, ERR_NONE, f,
	    &e));
	assert_non_null(strstr(e.text, "This account is locked."));
	/* nothing came because the connection broke: that is the reason */
	assert_false(reply("", "", -1, false, ERR_CLOSED, f, &e));
	assert_int_equal(e.code, ERR_CLOSED);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_computer_tells_of_itself),
		cmocka_unit_test(what_came_before_the_deadline_is_kept),
		cmocka_unit_test(a_cancel_ends_it_at_once),
		cmocka_unit_test(
		    a_channel_that_stays_open_behind_the_end_is_no_error),
		cmocka_unit_test(half_an_answer_keeps_its_facts_and_says_why),
		cmocka_unit_test(a_host_without_a_shell_is_quoted),
	};

	signal(SIGPIPE, SIG_IGN);	/* as main.c has it */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
