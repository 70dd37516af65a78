#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wmi/hex.h"
#include "wmi/utf16.h"

#include <cmocka.h>

static void
every_plane_goes_both_ways(void **state)
{
	static const char text[] = "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	struct wr w = wr_new(64), back = wr_new(64);
	uint8_t want[16];
	size_t n = unhex("4100 e900 ac20 3dd8 00de", want), units;

	(void)state;
	utf16_put(&w, text);
	assert_false(w.bad);
	assert_int_equal(w.len, n);
	assert_memory_equal(w.p, want, n);
	utf16_to_utf8(&back, w.p, w.len);
	assert_string_equal(wr_cstr(&back), text);
	assert_true(utf16_units(text, &units));
	assert_int_equal(units, 5);
	wr_free(&w);
	wr_free(&back);
}

static void
lone_surrogates_become_the_replacement_character(void **state)
{
	static const char *const v[] = { "00d84100", "00dc4100", "4100 00d8" };
	uint8_t in[8];
	char out[32];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t n = unhex(v[i], in), len = utf16_into(out, in, n);

		out[len] = '\0';
		assert_string_equal(out, i < 2 ? "\xef\xbf\xbd" "A" : "A\xef\xbf\xbd");
	}
}

static void
what_is_not_utf8_is_refused(void **state)
{
	static const char *const v[] = { "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct wr w = wr_new(64);
		size_t units;

		utf16_put(&w, v[i]);
		assert_true(w.bad);
		assert_false(utf16_units(v[i], &units));
		wr_free(&w);
	}
}

static void
latin_1_is_not_utf8(void **state)
{
	static const uint8_t in[] = { 'M', 0xfc, 'n', 0xff };
	char out[9];

	(void)state;
	out[latin1_into(out, in, sizeof(in))] = '\0';
	assert_string_equal(out, "M\xc3\xbcn\xc3\xbf");
}

/* Windows raises one unit to one unit: sharp s and dotless i stay. */
static void
user_names_are_raised_without_a_locale(void **state)
{
	static const struct { const char *from, *to; } v[] = {
		{ "user-1", "USER-1" },
		{ "m\xc3\xbcller", "M\xc3\x9cLLER" },		/* u umlaut */
		{ "\xc3\xbf", "\xc5\xb8" },			/* y diaeresis */
		{ "stra\xc3\x9f" "e", "STRA\xc3\x9f" "E" },
		{ "\xce\xb1\xcf\x89", "\xce\x91\xce\xa9" },	/* Greek */
		{ "\xd0\xb6\xd1\x8f\xd1\x91", "\xd0\x96\xd0\xaf\xd0\x81" },	/* Cyrillic */
		{ "\xc5\xbe", "\xc5\xbd" },			/* z caron: alternating pairs */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wr w = wr_new(64), back = wr_new(64);

		utf16_put_upper(&w, v[i].from);
		utf16_to_utf8(&back, w.p, w.len);
		assert_string_equal(wr_cstr(&back), v[i].to);
		wr_free(&w);
		wr_free(&back);
	}
}

static void
a_string_without_its_zero_is_refused(void **state)
{
	uint8_t in[] = { 'a', 0, 'b', 0, 0, 0, 'c', 0 };
	struct rd r = rd_new(in, sizeof(in));
	char *s = utf16_take_z(&r);

	(void)state;
	assert_string_equal(s, "ab");
	assert_int_equal(r.pos, 6);
	free(s);
	assert_null(utf16_take_z(&r));
	assert_true(r.bad);
}

/* ASCII is taken by eights: what is none may stand anywhere between. */
static void
letters_stand_wherever_they_are(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 20; n++)
		for (size_t k = 0; k <= n; k++) {
			uint8_t in[20], units[40];
			char utf8[50] = "", out[50];
			struct wr w = wr_new(100), up = wr_new(100);
			size_t len, at = 0, many;

			/* k == n: none */
			for (size_t i = 0; i < n; i++) {
				in[i] = (uint8_t)(i == k ? 0xe9 : 'a' + i);
				units[2 * i] = in[i];
				units[2 * i + 1] = 0;
				if (i == k)
					utf8[at++] = (char)0xc3;
				utf8[at++] = (char)(i == k ? 0xa9 : 'a' + i);
			}
			utf8[at] = '\0';
			len = latin1_into(out, in, n);
			assert_int_equal(len, at);
			assert_memory_equal(out, utf8, at);
			utf16_put(&w, utf8);
			utf16_put_upper(&up, utf8);
			assert_int_equal(w.len, 2 * n);
			assert_int_equal(up.len, 2 * n);
			assert_true(utf16_units(utf8, &many));
			assert_int_equal(many, n);
			for (size_t i = 0; i < 2 * n; i++) {
				assert_int_equal(w.p[i], units[i]);
				assert_int_equal(up.p[i], units[i] == 0 ? 0 :
				    units[i] - 0x20);
			}
			wr_free(&w);
			wr_free(&up);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_plane_goes_both_ways),
		cmocka_unit_test(lone_surrogates_become_the_replacement_character),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(latin_1_is_not_utf8),
		cmocka_unit_test(user_names_are_raised_without_a_locale),
		cmocka_unit_test(a_string_without_its_zero_is_refused),
		cmocka_unit_test(letters_stand_wherever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
