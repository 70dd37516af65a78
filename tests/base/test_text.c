#include "helper/base/text.h"
#include "helper/base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail	/* ours is a function */

static void
well_formed_utf8_is_told_from_the_rest(void **state)
{
	/* RFC 3629: overlong, surrogate, beyond U+10FFFF, cut, lone. */
	static const char *const bad[] = { "\xc0\x80", "\xe0\x80\x80",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82",
		"\x80", "\xff", "a\xc3" };

	(void)state;
	assert_true(text_is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
}

static void
foreign_octets_are_shown_not_obeyed(void **state)
{
	char out[64];

	(void)state;
	text_escape(out, sizeof(out), "a\x1b[31m\xff\xc2\x9b\x7f\tb\n", 13);
	assert_string_equal(out, "a\\x1b[31m\\xff\\xc2\\x9b\\x7f\tb\n");
}

static void
a_line_stays_one_line_in_its_order(void **state)
{
	static const char from[] = "a\n2026 forged\tb \xe2\x80\xae" "c\xe2\x81\xa6\xe2\x80\xa8 \xe2\x82\xac";
	char out[120];

	(void)state;
	text_line(out, sizeof(out), from, sizeof(from) - 1);
	assert_string_equal(out, "a 2026 forged b \\xe2\\x80\\xaec"
	    "\\xe2\\x81\\xa6\\xe2\\x80\\xa8 \xe2\x82\xac");
}

static void
a_character_is_never_cut(void **state)
{
	char out[4];

	(void)state;
	assert_int_equal(text_escape(out, sizeof(out), "ab\xe2\x82\xac", 5), 2);
	assert_string_equal(out, "ab");
}

static void
long_text_ends_in_an_ellipsis(void **state)
{
	char *s = text_escaped("abcdefgh", 8, 4);

	(void)state;
	assert_string_equal(s, "abcd\xe2\x80\xa6");
	free(s);
	s = text_escaped("abcd", 4, 4);
	assert_string_equal(s, "abcd");
	free(s);
}

static void
numbers_are_whole_strings_in_bounds(void **state)
{
	uint64_t u;
	int64_t i;
	double d;

	(void)state;
	assert_true(text_u64("65535", 0, 65535, &u));
	assert_false(text_u64("65536", 0, 65535, &u));
	assert_false(text_u64("-1", 0, 9, &u));
	assert_false(text_u64(" 1", 0, 9, &u));
	assert_false(text_u64("1x", 0, 9, &u));
	assert_false(text_u64("99999999999999999999", 0, UINT64_MAX, &u));
	assert_true(text_i64("-7", &i) && i == -7);
	assert_false(text_i64("-", &i));
	assert_true(text_double("0.5", &d) && d > 0.49 && d < 0.51);
	assert_false(text_double("nan", &d));
	assert_false(text_double("1e999", &d));
	assert_false(text_double("1,5", &d));
}

static void
the_first_cause_wins_and_places_stand_in_front(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_false(fail(&e, ERR_DENIED, "the host said %s", "\x1b[2J\nno"));
	assert_false(fail(&e, ERR_TIMEOUT, "later"));
	fail_in(&e, "10.0.0.5");
	fail_at(&e, STAGE_LOGON);
	fail_at(&e, STAGE_QUERY);
	assert_int_equal(e.code, ERR_DENIED);
	assert_int_equal(e.stage, STAGE_LOGON);
	assert_string_equal(e.text, "10.0.0.5: the host said \\x1b[2J no");
	assert_string_equal(err_hint(&e), err_info(ERR_DENIED)->hint);
	fail_hint(&e, "do this");
	assert_string_equal(err_hint(&e), "do this");
	assert_false(fail(NULL, ERR_DENIED, "nobody listens"));
}

static void
errno_is_told_and_kept(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	errno = ENOSPC;
	fail_errno(&e, ERR_IO, "writing %s", "x");
	assert_int_equal(e.native, ENOSPC);
	assert_string_equal(e.text, "writing x: No space left on device");
}

static void
every_code_and_stage_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 1; i < ERR_COUNT; i++) {
		assert_true(strlen(err_name(i)) > 0);
		assert_true(strlen(err_info(i)->hint) > 0);
		assert_in_range(-err_info(i)->rpc, 32000, 32099);
		for (int k = 1; k < i; k++)
			assert_string_not_equal(err_name(i), err_name(k));
	}
	for (int i = 1; i < STAGE_COUNT; i++)
		assert_true(strlen(stage_name(i)) > 0);
}

static void
depth_counts_brackets_outside_strings_only(void **state)
{
	static const struct { const char *text; unsigned limit; bool within; } t[] = {
		{ "[[]]", 2, true }, { "[[]]", 1, false },
		{ "{\"a\":[1]}", 2, true }, { "{\"a\":[1]}", 1, false },
		{ "\"[[[[\"", 0, true }, { "[\"\\\"[[[\"]", 1, true },
		{ "[\"\\\\\", [[", 2, false }, { "[\"\\\\\", [", 2, true },
		{ "[],[],[]", 1, true }, { "]]]][", 1, true }, { "", 0, true },
		{ "[\"\\", 1, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(text_nests_within(t[i].text, strlen(t[i].text),
		    t[i].limit), t[i].within);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_utf8_is_told_from_the_rest),
		cmocka_unit_test(foreign_octets_are_shown_not_obeyed),
		cmocka_unit_test(a_line_stays_one_line_in_its_order),
		cmocka_unit_test(a_character_is_never_cut),
		cmocka_unit_test(long_text_ends_in_an_ellipsis),
		cmocka_unit_test(numbers_are_whole_strings_in_bounds),
		cmocka_unit_test(the_first_cause_wins_and_places_stand_in_front),
		cmocka_unit_test(depth_counts_brackets_outside_strings_only),
		cmocka_unit_test(errno_is_told_and_kept),
		cmocka_unit_test(every_code_and_stage_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
