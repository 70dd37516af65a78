#include "helper/cmd/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "helper/base/log.h"

/* Arguments that may be written to, as a process' own are. */
struct line { char text[8][80]; char *argv[8]; int argc; };

static void
put(struct line *l, const char *word)
{
	snprintf(l->text[l->argc], sizeof(l->text[0]), "%s", word);
	l->argv[l->argc] = l->text[l->argc];
	l->argc++;
}

static struct opts *
parse(struct line *l, struct err *e)
{
	*e = (struct err){ .code = ERR_NONE };
	return opts_parse(CMD_SCAN, l->argc, l->argv, e);
}

static void
both_forms_of_a_value_are_taken(void **state)
{
	struct line l = { .argc = 0 };
	struct opts *o;
	struct err e;

	(void)state;
	put(&l, "--range=10.0.0.1");
	put(&l, "--range");
	put(&l, "10.0.0.2");
	put(&l, "https://jira.example");
	assert_non_null(o = parse(&l, &e));
	assert_int_equal(opt_count(o, OPT_RANGE), 2);
	assert_string_equal(opt_nth(o, OPT_RANGE, 0), "10.0.0.1");
	assert_string_equal(opt_str(o, OPT_RANGE), "10.0.0.2");
	assert_int_equal(opts_nargs(o), 1);
	assert_string_equal(opts_args(o)[0], "https://jira.example");
	opts_free(o);
}

static void
the_old_scanners_names_are_the_same_options(void **state)
{
	struct line l = { .argc = 0 };
	struct opts *o;
	struct err e;

	(void)state;
	put(&l, "--ip-range=192.168.1.1-192.168.1.100,192.168.2.1");
	put(&l, "--type=type.computer");
	put(&l, "--ping-first=true");
	put(&l, "--xml-config=/etc/x.xml");
	put(&l, "--no-close");
	assert_non_null(o = parse(&l, &e));
	assert_non_null(opt_str(o, OPT_RANGE));
	assert_string_equal(opt_str(o, OPT_ASSET_TYPE), "type.computer");
	assert_string_equal(opt_str(o, OPT_CONFIG), "/etc/x.xml");
	assert_true(opt_on(o, OPT_PING_FIRST));
	opts_free(o);
}

static void
a_flag_takes_false_and_refuses_rubbish(void **state)
{
	struct line no = { .argc = 0 }, bad = { .argc = 0 };
	struct opts *o;
	struct err e;

	(void)state;
	put(&no, "--ping-first=false");
	assert_non_null(o = parse(&no, &e));
	assert_false(opt_on(o, OPT_PING_FIRST));
	opts_free(o);
	put(&bad, "--ping-first=perhaps");
	assert_null(parse(&bad, &e));
	assert_int_equal(e.code, ERR_USAGE);
}

static void
a_secret_in_the_arguments_is_wiped_there(void **state)
{
	struct line l = { .argc = 0 };
	struct secret *s;
	struct opts *o;
	struct err e;

	(void)state;
	put(&l, "--ssh-password=hunter2,%\"");
	put(&l, "--jira-token");
	put(&l, "abcdef");
	assert_non_null(o = parse(&l, &e));
	assert_string_equal(l.text[0], "--ssh-password=");
	assert_string_equal(l.text[2], "");
	assert_non_null(s = opt_secret(o, SECRET_SSH_PASSWORD, NULL, &e));
	assert_string_equal(secret_str(s), "hunter2,%\"");
	secret_free(s);
	assert_non_null(s = opt_secret(o, SECRET_JIRA_TOKEN, NULL, &e));
	assert_string_equal(secret_str(s), "abcdef");
	secret_free(s);
	opts_free(o);
}

static void
a_secret_comes_from_a_file_without_its_newline(void **state)
{
	char path[] = "/tmp/assetscan-secret-XXXXXX", option[80];
	int fd = mkstemp(path);
	struct line l = { .argc = 0 };
	struct secret *s;
	struct opts *o;
	struct err e;

	(void)state;
	assert_int_equal(write(fd, "p w\n", 4), 4);
	close(fd);
	snprintf(option, sizeof(option), "--ssh-password-file=%s", path);
	put(&l, option);
	assert_non_null(o = parse(&l, &e));
	assert_non_null(s = opt_secret(o, SECRET_SSH_PASSWORD, NULL, &e));
	assert_string_equal(secret_str(s), "p w");
	secret_free(s);
	opts_free(o);
	unlink(path);
}

static void
a_secret_from_a_descriptor_or_the_environment(void **state)
{
	struct line l = { .argc = 0 };
	char option[40];
	struct secret *s;
	struct opts *o;
	struct err e;
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "from-fd", 7), 7);
	close(p[1]);
	snprintf(option, sizeof(option), "--ssh-key-passphrase-fd=%d", p[0]);
	put(&l, option);
	setenv("ASSETSCAN_JIRA_PASSWORD", "from-env", 1);
	assert_non_null(o = parse(&l, &e));
	assert_non_null(s = opt_secret(o, SECRET_SSH_PASSPHRASE, NULL, &e));
	assert_string_equal(secret_str(s), "from-fd");
	secret_free(s);
	assert_true(opt_has_secret(o, SECRET_JIRA_PASSWORD));
	assert_non_null(s = opt_secret(o, SECRET_JIRA_PASSWORD, NULL, &e));
	assert_string_equal(secret_str(s), "from-env");
	assert_null(getenv("ASSETSCAN_JIRA_PASSWORD"));
	secret_free(s);
	opts_free(o);
	close(p[0]);
}

static void
unknown_and_unfinished_options_are_named(void **state)
{
	static const char *const bad[] = { "--no-such", "--range", "--ranger=1",
		"--namespace=x" /* of another command */ };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct line l = { .argc = 0 };

		put(&l, bad[i]);
		assert_null(parse(&l, &e));
		assert_int_equal(e.code, ERR_USAGE);
		assert_non_null(strstr(e.text, "--"));
	}
}

static void
the_short_word_for_help_is_known(void **state)
{
	struct line l = { .argc = 0 };
	struct opts *o;
	struct err e;

	(void)state;
	put(&l, "-h");
	assert_non_null(o = parse(&l, &e));
	assert_true(opt_on(o, OPT_HELP));
	assert_int_equal(opts_nargs(o), 0);
	opts_free(o);
}

static void
two_dashes_end_the_options(void **state)
{
	struct line l = { .argc = 0 };
	struct opts *o;
	struct err e;

	(void)state;
	put(&l, "--");
	put(&l, "--self");
	assert_non_null(o = parse(&l, &e));
	assert_false(opt_on(o, OPT_SELF));
	assert_string_equal(opts_args(o)[0], "--self");
	opts_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_of_a_value_are_taken),
		cmocka_unit_test(the_old_scanners_names_are_the_same_options),
		cmocka_unit_test(a_flag_takes_false_and_refuses_rubbish),
		cmocka_unit_test(a_secret_in_the_arguments_is_wiped_there),
		cmocka_unit_test(a_secret_comes_from_a_file_without_its_newline),
		cmocka_unit_test(a_secret_from_a_descriptor_or_the_environment),
		cmocka_unit_test(unknown_and_unfinished_options_are_named),
		cmocka_unit_test(the_short_word_for_help_is_known),
		cmocka_unit_test(two_dashes_end_the_options),
	};

	log_start(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
