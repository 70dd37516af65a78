/* First: cmocka.h has a macro called fail(). */
#include "helper/target/ranges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A frozen set of one text; the test fails when the text is refused. */
static struct ranges *
set_of(const char *text)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };

	assert_non_null(r);
	if (!ranges_add(r, text, 7, &e) || !ranges_freeze(r, &e))
		fail_msg("%s: %s", text, e.text);
	return r;
}

/* All targets in order, blank between them. */
static const char *
listed(const struct ranges *r, char *dst, size_t cap)
{
	struct range_iter it = { 0 };
	struct range_target t;
	char text[NET_ADDR_TEXT];
	size_t at = 0;

	dst[0] = '\0';
	while (ranges_next(r, &it, &t) && at < cap)
		at += (size_t)snprintf(dst + at, cap - at, "%s%s",
		    at > 0 ? " " : "",
		    t.name != NULL ? t.name : net_addr_text(&t.addr, text));
	return dst;
}

/* All spans with their tags: "10.0.0.0/24{1,2} ...". */
static const char *
spans(const struct ranges *r, char *dst, size_t cap)
{
	struct range_span s;
	size_t at = 0;

	dst[0] = '\0';
	for (size_t i = 0; ranges_span(r, i, &s) && at < cap; i++) {
		at += (size_t)snprintf(dst + at, cap - at, "%s%s{",
		    at > 0 ? " " : "", s.text);
		for (size_t k = 0; k < s.ntags && at < cap; k++)
			at += (size_t)snprintf(dst + at, cap - at, "%s%u",
			    k > 0 ? "," : "", s.tags[k]);
		if (at < cap)
			at += (size_t)snprintf(dst + at, cap - at, "}");
	}
	return dst;
}

static void
every_form_is_understood(void **state)
{
	static const struct { const char *text, *list; } cases[] = {
		{ "", "" },
		{ " ,;\n# nothing here\n", "" },
		{ "192.168.1.1", "192.168.1.1" },
		{ "10.0.0.254-10.0.1.1",
		    "10.0.0.254 10.0.0.255 10.0.1.0 10.0.1.1" },
		{ "10.0.0.5-7", "10.0.0.5 10.0.0.6 10.0.0.7" },
		{ "10.0.0.5-5", "10.0.0.5" },
		{ "10.0.0.1 - 10.0.0.2", "10.0.0.1 10.0.0.2" },
		{ "10.0.0.1 -2,10.0.0.9- 10", "10.0.0.1 10.0.0.2 10.0.0.9 10.0.0.10" },
		{ "10.0.0.6/30", "10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7" },
		{ "10.0.0.0/255.255.255.254", "10.0.0.0 10.0.0.1" },
		{ "255.255.255.254/31", "255.255.255.254 255.255.255.255" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[::1]-[::3]", "::1 ::2 ::3" },
		{ "2001:db8::ffff-2001:db8::1:0", "2001:db8::ffff 2001:db8::1:0" },
		{ "2001:db8::10/127", "2001:db8::10 2001:db8::11" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::ffff:10.1.2.3", "10.1.2.3" },
		{ "::ffff:10.1.2.2/127", "10.1.2.2 10.1.2.3" },
		{ "FileServer.corp.example", "fileserver.corp.example" },
		{ "pc-17 host_2.lan. 3com.example", "pc-17 host_2.lan 3com.example" },
		{ "alone.", "alone." },
		{ "fe80::1%lo-fe80::2", "fe80::1%lo fe80::2%lo" },
		{ "b.example;10.0.0.2\ta.example,10.0.0.1 ::1 # c.example",
		    "10.0.0.1 10.0.0.2 ::1 b.example a.example" },
	};
	char dst[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ranges *r = set_of(cases[i].text);

		assert_string_equal(listed(r, dst, sizeof(dst)), cases[i].list);
		ranges_free(r);
	}
}

static void
junk_is_refused_with_its_form_and_a_reason(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "10.0.0.300", "\"10.0.0.300\" is no IPv4" },
		{ "10.0.0", "\"10.0.0\" is no IPv4" },
		{ "10.0.0.1.2", "is no IPv4" },
		{ "10.0.0.01", "leading zeros" },
		{ "1234", "is no IPv4" },
		{ "0x7f.0x1", "expected" },
		{ "0x7f000001", "expected" },
		{ "host.123", "expected" },
		{ "10.0.0.1-300", "is no IPv4" },
		{ "10.0.0.1-10.0.0", "is no IPv4" },
		{ "10.0.0.9-10.0.0.1", "ends before it begins" },
		{ "10.0.0.9-8", "ends before it begins" },
		{ "10.0.0.1-::1", "from IPv4 to IPv6" },
		{ "10.0.0.0/33", "0 to 32" },
		{ "10.0.0.0/", "0 to 32" },
		{ "10.0.0.0/255.0.255.0", "0 to 32" },
		{ "host/24", "in front of /" },
		{ "2001:db8::/64", "at most 16777216" },
		{ "2001:db8::-2001:db8::100:0", "at most 16777216" },
		{ "2001:db8::/129", "0 to 128" },
		{ "::ffff:10.0.0.0/24", "0 to 128" },
		{ "2001:db8::1%lo", "link-local" },
		{ "fe80::1", "needs its interface" },
		{ "fe80::1%nosuchif0", "no such interface" },
		{ "10.0.0.1:22", "port" },
		{ "[10.0.0.1]", "expected" },
		{ "!", "left out" },
		{ "10.0.0.*", "expected" },
		{ "-host", "expected" },
		{ "host-", "expected" },
		{ "a..b", "expected" },
		{ ".", "expected" },
		{ "b\xc3\xbc" "cher.example", "xn--" },
	};
	struct ranges *r = ranges_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		if (ranges_add(r, cases[i].text, 0, &e))
			fail_msg("\"%s\" was taken", cases[i].text);
		assert_int_equal(e.code, ERR_RANGE);
		if (strstr(e.text, cases[i].says) == NULL)
			fail_msg("\"%s\": %s", cases[i].text, e.text);
	}
	ranges_free(r);
}

static void
of_a_text_with_one_mistake_nothing_is_added(void **state)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };
	char dst[200];

	(void)state;
	assert_true(ranges_add(r, "10.0.0.1 a.example", 1, &e));
	assert_false(ranges_add(r, "10.0.0.2 b.example 10.0.0.300", 1, &e));
	assert_true(ranges_freeze(r, NULL));
	assert_string_equal(listed(r, dst, sizeof(dst)), "10.0.0.1 a.example");
	ranges_free(r);
}

static void
an_ipv6_prefix_of_104_bits_is_the_largest(void **state)
{
	struct ranges *r = set_of("2001:db8::/104");

	(void)state;
	assert_int_equal(ranges_count(r), 1 << 24);
	ranges_free(r);
}

static void
overlaps_count_once_and_carry_all_tags(void **state)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };
	char dst[400];

	(void)state;
	assert_true(ranges_add(r, "10.0.0.0/24", 3, &e));
	assert_true(ranges_add(r, "10.0.0.128/25 x.example", 1, &e));
	assert_true(ranges_add_span(r, "10.0.0.192", "10.0.1.63", 2, &e));
	assert_true(ranges_add(r, "10.0.0.0/30 X.example", 3, &e));
	assert_true(ranges_freeze(r, &e));
	assert_string_equal(spans(r, dst, sizeof(dst)),
	    "10.0.0.0/25{3} 10.0.0.128/26{1,3} 10.0.0.192/26{1,2,3} "
	    "10.0.1.0/26{2} x.example{1,3}");
	assert_int_equal(ranges_count(r), 256 + 64 + 1);
	assert_int_equal(ranges_overlap(r), 4 + 128 + 1);
	ranges_free(r);
}

static void
exclusions_of_any_form_are_taken_off(void **state)
{
	struct ranges *r = set_of("!10.0.0.7 10.0.0.0/28 !10.0.0.2-4 "
	    "!10.0.0.8/29 2001:db8::/126 !2001:db8::/127 !c.example "
	    "a.example c.example fe80::1%lo !fe80::/10");
	struct net_addr a;
	char dst[400];

	(void)state;
	assert_string_equal(listed(r, dst, sizeof(dst)), "10.0.0.0 10.0.0.1 "
	    "10.0.0.5 10.0.0.6 2001:db8::2 2001:db8::3 a.example");
	assert_int_equal(ranges_count(r), 7);
	assert_string_equal(ranges_excluded_name(r, 0), "c.example");
	assert_null(ranges_excluded_name(r, 1));
	assert_true(net_addr_parse("10.0.0.3", &a) && ranges_excluded(r, &a));
	assert_true(net_addr_parse("10.0.0.15", &a) && ranges_excluded(r, &a));
	assert_true(net_addr_parse("10.0.0.5", &a) && !ranges_excluded(r, &a));
	assert_true(net_addr_parse("fe80::9%lo", &a) && ranges_excluded(r, &a));
	assert_true(net_addr_parse("::1", &a) && !ranges_excluded(r, &a));
	ranges_free(r);
}

static void
an_excluded_name_is_excluded_by_its_addresses_too(void **state)
{
	struct ranges *r = set_of("10.0.0.0/30 !gateway.example");
	struct net_addr a;
	struct err e = { 0 };
	char dst[200];

	(void)state;
	assert_string_equal(ranges_excluded_name(r, 0), "gateway.example");
	assert_true(net_addr_parse("10.0.0.1", &a));
	assert_false(ranges_excluded(r, &a));
	assert_true(ranges_exclude(r, &a, &e) && ranges_freeze(r, &e));
	assert_true(ranges_excluded(r, &a));
	assert_string_equal(listed(r, dst, sizeof(dst)),
	    "10.0.0.0 10.0.0.2 10.0.0.3");
	ranges_free(r);
}

/* Every n-th target from the i-th on, by steps and by leaps. */
static void
skipping_is_as_stepping_but_quick(void **state)
{
	struct ranges *r = set_of("10.0.0.0/28 !10.0.0.3-10.0.0.4 a.example "
	    "192.0.2.7 2001:db8::/125 b.example c.example");
	struct range_target step, leap;

	(void)state;
	for (uint64_t n = 1; n < 40; n++)
		for (uint64_t i = 0; i < n; i++) {
			struct range_iter by_step = { 0 }, by_leap = { 0 };
			uint64_t k = 0;

			ranges_skip(r, &by_leap, i);
			while (ranges_next(r, &by_step, &step)) {
				if (k++ % n != i)
					continue;
				assert_true(ranges_next(r, &by_leap, &leap));
				ranges_skip(r, &by_leap, n - 1);
				assert_int_equal(net_addr_cmp(&step.addr,
				    &leap.addr), 0);
				assert_ptr_equal(step.name, leap.name);
				assert_ptr_equal(step.tags, leap.tags);
			}
			assert_int_equal(k, 14 + 1 + 8 + 3);
			assert_false(ranges_next(r, &by_leap, &leap));
		}
	ranges_free(r);
	r = set_of("10.0.0.0/8 ::/104");
	struct range_iter it = { 0 };
	ranges_skip(r, &it, 2 * ((uint64_t)1 << 24) - 1);
	assert_true(ranges_next(r, &it, &leap));
	assert_int_equal(leap.addr.ip[15], 0xff);
	ranges_skip(r, &it, UINT64_MAX);
	assert_false(ranges_next(r, &it, &leap));
	ranges_free(r);
}

static void
what_an_ipv6_exclusion_spans_is_not_limited(void **state)
{
	struct ranges *r = set_of("2001:db8::1 2001:db9::1 !2001:db8::/32 "
	    "ffff::1 !ffff::/16");
	char dst[200];

	(void)state;
	assert_string_equal(listed(r, dst, sizeof(dst)), "2001:db9::1");
	ranges_free(r);
}

static void
spans_have_two_ends(void **state)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };
	char dst[200];

	(void)state;
	assert_true(ranges_add_span(r, "10.0.0.1", "10.0.0.6", 1, &e));
	assert_true(ranges_add_span(r, "[::1]", "::2", 1, &e));
	assert_true(ranges_add_span(r, "10.9.0.0/30", "", 1, &e));
	assert_true(ranges_add_span(r, "a.example", NULL, 1, &e));
	assert_false(ranges_add_span(r, "10.0.0.6", "10.0.0.1", 1, &e));
	err_clear(&e);
	assert_false(ranges_add_span(r, "10.0.0.0/24", "10.0.0.1", 1, &e));
	assert_true(ranges_freeze(r, NULL));
	assert_string_equal(spans(r, dst, sizeof(dst)), "10.0.0.1-10.0.0.6{1} "
	    "10.9.0.0/30{1} ::1-::2{1} a.example{1}");
	ranges_free(r);
}

static void
the_whole_of_ipv4_is_one_span(void **state)
{
	struct ranges *r = set_of("0.0.0.0/0");
	char dst[100];

	(void)state;
	assert_true(ranges_count(r) == UINT64_C(1) << 32);
	assert_string_equal(spans(r, dst, sizeof(dst)), "0.0.0.0/0{7}");
	ranges_free(r);
}

static void
a_slash_8_starts_at_once_and_holds_a_few_kib(void **state)
{
	size_t before = mallinfo2().uordblks, held;
	struct range_iter it = { 0 };
	struct range_target t;
	struct ranges *r = set_of("10.0.0.0/8 !10.1.2.3");
	uint64_t n = 0;
	uint32_t last = 0, now;

	(void)state;
	held = mallinfo2().uordblks - before;
	if (held > 8192)	/* sanitizers answer 0 here */
		fail_msg("%zu octets are held", held);
	while (ranges_next(r, &it, &t)) {
		now = (uint32_t)t.addr.ip[0] << 24 | (uint32_t)t.addr.ip[1] << 16 |
		    (uint32_t)t.addr.ip[2] << 8 | t.addr.ip[3];
		if (n > 0 && now <= last)
			fail_msg("not ascending at %llu", (unsigned long long)n);
		last = now;
		n++;
	}
	assert_int_equal(n, (1 << 24) - 1);
	assert_int_equal(ranges_count(r), n);
	assert_true(mallinfo2().uordblks - before <= 8192);
	ranges_free(r);
}

static void
sixty_five_thousand_entries_are_fine_and_one_more_is_not(void **state)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };
	char text[40];

	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 14,
		    i >> 6 & 255, (i & 63) * 4);
		assert_true(ranges_add(r, text, i, &e));
	}
	assert_false(ranges_add(r, "11.0.0.1", 0, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(ranges_freeze(r, NULL));
	assert_int_equal(ranges_count(r), 65536);
	ranges_free(r);
}

static void
ranges_nested_without_end_are_refused_not_stored(void **state)
{
	struct ranges *r = ranges_new();
	struct err e = { 0 };
	char from[20], to[20];

	(void)state;
	for (uint32_t i = 0; i < 30000; i++) {
		snprintf(from, sizeof(from), "10.0.%u.%u", i >> 8, i & 255);
		snprintf(to, sizeof(to), "10.255.%u.%u", 255 - (i >> 8),
		    255 - (i & 255));
		assert_true(ranges_add_span(r, from, to, i, &e));
	}
	assert_false(ranges_freeze(r, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	ranges_free(r);
}

/* The segments against a plain table of a small space, with random ranges. */
static void
flattening_agrees_with_a_plain_table(void **state)
{
	uint32_t seed = 1;

	(void)state;
#define NEXT(n) ((seed = seed * 1103515245u + 12345u) >> 16 & 0x7fff) % (n)
	for (int round = 0; round < 300; round++) {
		uint32_t tags[256] = { 0 }, n = 1 + NEXT(12);
		bool out[256] = { false };
		struct ranges *r = ranges_new();
		struct range_iter it = { 0 };
		struct range_target t;
		char text[60];

		for (uint32_t i = 0; i < n; i++) {
			uint32_t a = NEXT(256), b = a + NEXT(256 - a);
			uint32_t tag = NEXT(6), no = NEXT(4);

			snprintf(text, sizeof(text), "%s10.0.0.%u-%u",
			    no == 0 ? "!" : "", a, b);
			assert_true(ranges_add(r, text, tag, NULL));
			for (uint32_t k = a; k <= b; k++) {
				if (no == 0)
					out[k] = true;
				else
					tags[k] |= 1u << tag;
			}
		}
		assert_true(ranges_freeze(r, NULL));
		for (uint32_t k = 0; k < 256; k++) {
			uint32_t got = 0;

			if (tags[k] == 0 || out[k])
				continue;
			assert_true(ranges_next(r, &it, &t));
			assert_int_equal(t.addr.ip[3], k);
			for (size_t i = 0; i < t.ntags; i++)
				got |= 1u << t.tags[i];
			assert_int_equal(got, tags[k]);
		}
		assert_false(ranges_next(r, &it, &t));
		ranges_free(r);
	}
#undef NEXT
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_understood),
		cmocka_unit_test(junk_is_refused_with_its_form_and_a_reason),
		cmocka_unit_test(of_a_text_with_one_mistake_nothing_is_added),
		cmocka_unit_test(an_ipv6_prefix_of_104_bits_is_the_largest),
		cmocka_unit_test(overlaps_count_once_and_carry_all_tags),
		cmocka_unit_test(exclusions_of_any_form_are_taken_off),
		cmocka_unit_test(an_excluded_name_is_excluded_by_its_addresses_too),
		cmocka_unit_test(skipping_is_as_stepping_but_quick),
		cmocka_unit_test(what_an_ipv6_exclusion_spans_is_not_limited),
		cmocka_unit_test(spans_have_two_ends),
		cmocka_unit_test(the_whole_of_ipv4_is_one_span),
		cmocka_unit_test(a_slash_8_starts_at_once_and_holds_a_few_kib),
		cmocka_unit_test(sixty_five_thousand_entries_are_fine_and_one_more_is_not),
		cmocka_unit_test(ranges_nested_without_end_are_refused_not_stored),
		cmocka_unit_test(flattening_agrees_with_a_plain_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
