#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "helper/jira/mactext.h"
#include "helper/jira/nql.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

static struct asset_key mac = { "spartez.network", ASSET_KEY_MAC, "00:1a:2b:3c:4d:5e", false };
static struct asset_key digits = { "spartez.network", ASSET_KEY_MAC, "00-11-22-33-44-55", false };
static struct asset_key serial = { "spartez.serialnumber", ASSET_KEY_SERIAL, "5cg1 ", false };
static struct asset_key nasty = { "spartez.serialnumber", ASSET_KEY_SERIAL,
	"x\" OR type = \"Computer", false };

static void
a_mac_is_asked_for_in_four_forms(void **state)
{
	const struct asset_key *keys[] = { &mac };
	struct wr w = wr_new(NQL_QUERY_MAX);

	(void)state;
	nql_match(&w, "Computer", keys, 1);
	assert_string_equal(wr_cstr(&w), "type = \"Computer\" AND ("
	    "spartez.network = \"00:1a:2b:3c:4d:5e\" OR "
	    "spartez.network = \"00:1A:2B:3C:4D:5E\" OR "
	    "spartez.network = \"00-1a-2b-3c-4d-5e\" OR "
	    "spartez.network = \"00-1A-2B-3C-4D-5E\")");
	wr_free(&w);
}

static void
a_mac_without_letters_has_two_forms(void **state)
{
	const struct asset_key *keys[] = { &digits, &serial };
	struct wr w = wr_new(NQL_QUERY_MAX);

	(void)state;
	nql_match(&w, NULL, keys, 2);
	assert_string_equal(wr_cstr(&w),
	    "spartez.network = \"00:11:22:33:44:55\" OR "
	    "spartez.network = \"00-11-22-33-44-55\" OR "
	    "spartez.serialnumber = \"5cg1\" OR spartez.serialnumber = \"5CG1\"");
	wr_free(&w);
}

static void
a_uuid_is_asked_for_in_both_byte_orders(void **state)
{
	static struct asset_key uuid = { "x.uuid", ASSET_KEY_UUID,
		"4C4C4544-0042-3510-8052-B4C04F4E3132", false };
	const struct asset_key *keys[] = { &uuid };
	struct wr w = wr_new(NQL_QUERY_MAX);

	(void)state;
	nql_match(&w, NULL, keys, 1);
	assert_string_equal(wr_cstr(&w),
	    "x.uuid = \"4c4c4544-0042-3510-8052-b4c04f4e3132\" OR "
	    "x.uuid = \"4C4C4544-0042-3510-8052-B4C04F4E3132\" OR "
	    "x.uuid = \"44454c4c-4200-1035-8052-b4c04f4e3132\" OR "
	    "x.uuid = \"44454C4C-4200-1035-8052-B4C04F4E3132\"");
	wr_free(&w);
}

static void
nothing_that_needs_an_escape_gets_into_a_query(void **state)
{
	const struct asset_key *keys[] = { &nasty, &mac };
	struct wr w = wr_new(NQL_QUERY_MAX);

	(void)state;
	assert_false(nql_value_ok("a\"b"));
	assert_false(nql_value_ok("a'b"));
	assert_false(nql_value_ok("a\\b"));
	assert_false(nql_value_ok("a(b"));
	assert_false(nql_value_ok(""));
	assert_false(nql_value_ok("  "));
	assert_false(nql_value_ok("\xc3\xa4"));
	assert_true(nql_value_ok("VMware-56 4d:0.1_x"));
	assert_false(nql_field_ok("nodot"));
	assert_false(nql_field_ok("a.b = c"));
	nql_match(&w, "Comp\"uter", keys, 2);	/* the type is left out as well */
	assert_null(strstr(wr_cstr(&w), "type"));
	assert_non_null(strstr(wr_cstr(&w), "00:1a:2b:3c:4d:5e"));
	wr_free(&w);
	nql_match(&w, "Computer", keys, 1);
	assert_true(w.bad);
	wr_free(&w);
}

static void
macs_are_found_in_text_as_a_whole(void **state)
{
	static const struct { const char *text, *hex; } t[] = {
		{ "00:1a:2b:3c:4d:5e", "001a2b3c4d5e" },
		{ "eth0 00-1A-2B-3C-4D-5E 10.0.0.1", "001a2b3c4d5e" },
		{ "mac=001a.2b3c.4d5e;", "001a2b3c4d5e" },
		{ "001A2B3C4D5E", "001a2b3c4d5e" },
		{ "MAC:00:1a:2b:3c:4d:5e", "001a2b3c4d5e" },
		{ "(00:1a:2b:3c:4d:5e)", "001a2b3c4d5e" },
		{ "00:1a:2b:3c:4d:5e.", "001a2b3c4d5e" },
		{ "00:1a:2b:3c:4d:5e:6f:70", NULL },
		{ "ff:00:1a:2b:3c:4d:5e", NULL },
		{ "2001:db8::1", NULL },
		{ "12345678-1234-1234-1234-001a2b3c4d5e", NULL },
		{ "x001a2b3c4d5e", NULL },
		{ "001a2b3c4d5e6", NULL },
		{ "00:1a-2b:3c:4d:5e", NULL },
		{ "00:1a:2b:3c:4d", NULL },
		{ "", NULL }, { ":", NULL }, { "a", NULL }, { ":a", NULL },
	};
	struct mac_found m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		size_t at = 0;
		bool found = mac_next(t[i].text, &at, &m);

		if (found != (t[i].hex != NULL))
			fail_msg("\"%s\": %d", t[i].text, found);
		if (found)
			assert_string_equal(m.hex, t[i].hex);
	}
}

static void
a_mac_is_written_in_any_style(void **state)
{
	char out[MAC_TEXT_SIZE];

	(void)state;
	mac_write("001a2b3c4d5e", (struct mac_style){ ':', false }, out);
	assert_string_equal(out, "00:1a:2b:3c:4d:5e");
	mac_write("001a2b3c4d5e", (struct mac_style){ '-', true }, out);
	assert_string_equal(out, "00-1A-2B-3C-4D-5E");
	mac_write("001a2b3c4d5e", (struct mac_style){ '.', false }, out);
	assert_string_equal(out, "001a.2b3c.4d5e");
	mac_write("001a2b3c4d5e", (struct mac_style){ 0, true }, out);
	assert_string_equal(out, "001A2B3C4D5E");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mac_is_asked_for_in_four_forms),
		cmocka_unit_test(a_mac_without_letters_has_two_forms),
		cmocka_unit_test(a_uuid_is_asked_for_in_both_byte_orders),
		cmocka_unit_test(nothing_that_needs_an_escape_gets_into_a_query),
		cmocka_unit_test(macs_are_found_in_text_as_a_whole),
		cmocka_unit_test(a_mac_is_written_in_any_style),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
