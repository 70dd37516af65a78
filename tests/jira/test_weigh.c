#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "helper/jira/weigh.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

#define S(text) (char *)(uintptr_t)(text)

static struct model *
model(void)
{
	static const char text[] = "{\"name\": \"Computer\", \"fields\": ["
	    "{\"id\": 1, \"title\": \"Net\", \"type\": {\"name\": \"x.net\", \"templateName\": \"stringarea\"}},"
	    "{\"id\": 2, \"title\": \"Serial\", \"type\": {\"name\": \"x.serial\", \"templateName\": \"stringline\"}},"
	    "{\"id\": 3, \"title\": \"UUID\", \"type\": {\"name\": \"x.uuid\", \"templateName\": \"stringline\"}},"
	    "{\"id\": 4, \"title\": \"Name\", \"type\": {\"name\": \"x.name\", \"templateName\": \"stringline\"}}]}";
	struct err e = { .code = ERR_NONE };
	json_t *type = json_loads(text, 0, NULL);
	struct model *m = model_new("type.computer", type, &e);

	json_decref(type);
	assert_non_null(m);
	return m;
}

/* "net|serial|uuid|name" of an asset; empty ones are not there. */
static json_t *
item(int id, const char *text)
{
	static const char *const titles[] = { "Net", "Serial", "UUID", "Name" };
	json_t *fields = json_array();

	for (size_t i = 0; i < 4; i++, text += *text == '|') {
		size_t n = strcspn(text, "|");

		if (n > 0)
			json_array_append_new(fields, json_pack("{s:s, s:[s%]}",
			    "title", titles[i], "values", text, n));
		text += n;
	}
	return json_pack("{s:i, s:s, s:o}", "id", id, "typeName", "Computer",
	    "fields", fields);
}

static struct asset_key all_keys[] = {
	{ S("x.net"), ASSET_KEY_MAC, S("00:1a:2b:3c:4d:5e"), false },
	{ S("x.net"), ASSET_KEY_MAC, S("00:1a:2b:3c:4d:5f"), false },
	{ S("x.serial"), ASSET_KEY_SERIAL, S("SN1"), false },
	{ S("x.uuid"), ASSET_KEY_UUID,
	    S("4c4c4544-0042-3510-8052-b4c04f4e3132"), false },
	{ S("x.name"), ASSET_KEY_TEXT, S("pc1"), true },
};

#define U1  "4C4C4544-0042-3510-8052-B4C04F4E3132"
#define U1S "44454c4c-4200-1035-8052-b4c04f4e3132"
#define U2  "4c4c4544-0042-3510-8052-b4c04f4e9999"
#define M1  "00-1A-2B-3C-4D-5E"
#define M2  "00:1a:2b:3c:4d:5f"

/* weak: whether the addresses are */
static void
judge(int line, bool weak, enum verdict want, int winner, const char *word,
    const char *first, const char *second)
{
	struct asset_key keys[5];
	struct asset a = { .keys = keys, .nkeys = 5 };
	struct model *m = model();
	json_t *items = json_array(), *why;
	struct weighed w;

	memcpy(keys, all_keys, sizeof(keys));
	keys[0].weak = keys[1].weak = weak;
	if (first != NULL)
		json_array_append_new(items, item(1, first));
	if (second != NULL)
		json_array_append_new(items, item(2, second));
	assert_true(weigh(&w, &a, m, items));
	if (w.verdict != want || (want == VERDICT_MATCH &&
	    (int)w.winner + 1 != winner) ||
	    (word != NULL && strstr(w.why, word) == NULL))
		fail_msg("line %d: verdict %d, winner %zu: %s", line, w.verdict,
		    w.winner + 1, w.why);
	why = weigh_explain(&w, &a, m, items);
	assert_int_equal(json_array_size(json_object_get(why, "keys")), 5);
	assert_int_equal(json_array_size(json_object_get(why, "candidates")),
	    json_array_size(items));
	json_decref(why);
	json_decref(items);
	weighed_free(&w);
	model_free(m);
}
#define NONE(word, ...)	judge(__LINE__, false, VERDICT_NONE, 0, word, __VA_ARGS__)
#define IS(n, ...)	judge(__LINE__, false, VERDICT_MATCH, n, NULL, __VA_ARGS__)
#define CONFLICT(word, ...) \
	judge(__LINE__, false, VERDICT_CONFLICT, 0, word, __VA_ARGS__)
#define ALIKE(...)	judge(__LINE__, false, VERDICT_AMBIGUOUS, 0, NULL, __VA_ARGS__)

static void
one_key_is_enough_where_nothing_speaks_against_it(void **state)
{
	(void)state;
	NONE("", NULL, NULL);
	IS(1, M1, NULL);
	IS(1, M2 "|SN1", NULL);
	IS(1, "|sn1", NULL);
	IS(1, "||" U1, NULL);
	IS(1, "||" U1S, NULL);			/* the other byte order */
	IS(1, "||{" U1S "}", NULL);
	IS(1, "|||pc1", NULL);
	IS(1, M1 "|S/N: SN1 (sticker)", NULL);	/* ours, with words around it */
	IS(1, M1 "|Default string|" "00000000-0000-0000-0000-000000000000", NULL);
	IS(1, "00:1a:2b:3c:4d:99|SN1", NULL);	/* another adapter is no reason */
}

static void
two_agreeing_beat_one_disagreeing(void **state)
{
	(void)state;
	IS(1, M1 "|SN1|" U2, NULL);
	IS(1, "00:1a:2b:3c:4d:99|SN1|" U1, NULL);
	IS(2, M1 "|SN9", "|SN1|" U1);
	IS(1, "|SN1|" U1, M1);
	NONE("another computer's", M1 "|SN9|" U2, NULL);
	IS(1, M1 "|SN1|" U1, M2);
}

static void
one_against_one_is_a_conflict(void **state)
{
	(void)state;
	CONFLICT("MAC address 00:1a:2b:3c:4d:5e says asset #1, whose serial "
	    "number is SN9, not SN1", M1 "|SN9", NULL);
	CONFLICT("serial number SN1 says asset #1, whose UUID is", "|SN1|" U2,
	    NULL);
	CONFLICT("serial number SN1 says asset #1; MAC address "
	    "00:1a:2b:3c:4d:5e says asset #2", "|SN1", M1);
	CONFLICT(NULL, "|SN1", M1 "|SN9");
	CONFLICT(NULL, "||" U1, "|SN1");
}

static void
the_same_key_in_two_assets_is_ambiguous(void **state)
{
	(void)state;
	ALIKE(M1, M2);			/* addresses of one field are one voice */
	ALIKE("|SN1", "|sn1");
	ALIKE("|||pc1", "|||PC1");
	ALIKE(M1 "|SN1", M1 "|SN1");
}

static void
weak_keys_never_outvote_strong_ones(void **state)
{
	(void)state;
	IS(1, "|SN1", "|||pc1");
	IS(1, "|SN1|", "|SN9||pc1");
	NONE("another computer's", "|SN9||pc1", NULL);
	judge(__LINE__, true, VERDICT_MATCH, 1, NULL, M1, NULL);
	judge(__LINE__, true, VERDICT_NONE, 0, NULL, M1 "|SN9", NULL);
	judge(__LINE__, true, VERDICT_MATCH, 2, NULL, M1 "|SN9", "|SN1");
	judge(__LINE__, true, VERDICT_MATCH, 2, NULL, M1, "|SN1");
	judge(__LINE__, true, VERDICT_AMBIGUOUS, 0, NULL, M1, M2);
}

static void
an_endless_value_is_no_trouble(void **state)
{
	char text[4096] = M1 "|";
	struct asset_key keys[5];
	struct asset a = { .keys = keys, .nkeys = 5 };
	struct model *m = model();
	json_t *items = json_array(), *why;
	struct weighed w;

	(void)state;
	memcpy(keys, all_keys, sizeof(keys));
	for (size_t n = strlen(text); n + 2 < sizeof(text); n += 2)
		memcpy(text + n, "\xc3\xa4", 3);
	json_array_append_new(items, item(1, text));
	assert_true(weigh(&w, &a, m, items));
	assert_int_equal(w.verdict, VERDICT_CONFLICT);
	assert_true(strlen(w.why) < 300);
	why = weigh_explain(&w, &a, m, items);	/* cut, but still UTF-8 */
	assert_non_null(why);
	json_decref(why);
	weighed_free(&w);
	json_decref(items);
	model_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_key_is_enough_where_nothing_speaks_against_it),
		cmocka_unit_test(two_agreeing_beat_one_disagreeing),
		cmocka_unit_test(one_against_one_is_a_conflict),
		cmocka_unit_test(the_same_key_in_two_assets_is_ambiguous),
		cmocka_unit_test(weak_keys_never_outvote_strong_ones),
		cmocka_unit_test(an_endless_value_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
