#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/jira/compare.h"
#include "helper/jira/fit.h"
#include "helper/jira/match.h"
#include "helper/jira/model.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

/* A type with a field of each template; titles as labels. */
static const char type_text[] =
    "{\"id\": 3, \"name\": \"Computer\", \"fields\": ["
    "{\"id\":1,\"title\":\"Title\",\"type\":{\"id\":11,\"name\":\"system.title\",\"templateName\":\"stringline\"}},"
    "{\"id\":2,\"title\":\"Net\",\"type\":{\"id\":12,\"name\":\"x.net\",\"templateName\":\"stringarea\"}},"
    "{\"id\":3,\"title\":\"Cores\",\"type\":{\"id\":13,\"name\":\"x.cores\",\"templateName\":\"integer\"}},"
    "{\"id\":4,\"title\":\"Load\",\"type\":{\"id\":14,\"name\":\"x.load\",\"templateName\":\"double\"}},"
    "{\"id\":5,\"title\":\"Boot\",\"type\":{\"id\":15,\"name\":\"x.boot\",\"templateName\":\"date\"}},"
    "{\"id\":6,\"title\":\"Leased\",\"type\":{\"id\":16,\"name\":\"x.leased\",\"templateName\":\"checkbox\"}},"
    "{\"id\":7,\"title\":\"Kind\",\"type\":{\"id\":17,\"name\":\"x.kind\",\"templateName\":\"singlesel\",\"allowedValues\":[\"PC\",\"Server\"]}},"
    "{\"id\":8,\"title\":\"Tags\",\"type\":{\"id\":18,\"name\":\"x.tags\",\"templateName\":\"multisel\",\"allowedValues\":[\"a\",\"b\",\"c\"]}},"
    "{\"id\":9,\"title\":\"Serial\",\"type\":{\"id\":19,\"name\":\"x.serial\",\"templateName\":\"stringline\"}},"
    "{\"id\":10,\"title\":\"Picture\",\"type\":{\"id\":20,\"name\":\"x.image\",\"templateName\":\"image\"}}]}";

static struct model *
model(void)
{
	struct err e = { .code = ERR_NONE };
	json_t *j = json_loads(type_text, 0, NULL);
	struct model *m = model_new("type.computer", j, &e);

	json_decref(j);
	assert_non_null(m);
	return m;
}

static unsigned warned;

static void
count_warning(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
	warned++;
}

/* What becomes of one field: given values and policy, and the present text
 * (JSON list).  The change as JSON text ("" when none), to be freed. */
static char *
change(const char *name, enum asset_policy policy, const char *has, ...)
{
	char *values[8], *text;
	struct asset_field f[1] = { { (char *)(uintptr_t)name, values, 0, policy,
		{ 0, false } } };
	struct asset_key key = { (char *)(uintptr_t)"x.net", ASSET_KEY_MAC,
		(char *)(uintptr_t)"00:1a:2b:3c:4d:5e", false };
	struct asset a = { .fields = f, .nfields = 1, .keys = &key, .nkeys = 1 };
	struct err e = { .code = ERR_NONE };
	struct model *m = model();
	struct fitted fitted;
	json_t *item, *list = json_loads(has, JSON_DECODE_ANY, NULL), *changes;
	const struct model_field *mf = model_field(m, name);
	va_list ap;
	char *v;

	va_start(ap, has);
	while ((v = va_arg(ap, char *)) != NULL)
		values[f[0].nvalues++] = v;
	va_end(ap);
	item = json_pack("{s:[{s:s, s:o}]}", "fields", "title", mf->title,
	    "values", list);
	assert_non_null(item);
	assert_true(fit_asset(&fitted, &a, m, count_warning, NULL, &e));
	changes = compare_changes(&fitted, m, item, NULL);
	text = json_array_size(changes) == 0 ? strdup("") : json_dumps(
	    json_object_get(json_array_get(changes, 0), "values"), JSON_COMPACT);
	json_decref(changes);
	json_decref(item);
	fitted_free(&fitted);
	model_free(m);
	return text;
}

#define CHANGE(want, ...) do { \
	char *got_ = change(__VA_ARGS__, (char *)NULL); \
	assert_string_equal(got_, want); \
	free(got_); \
} while (0)
#define ALWAYS ASSET_ALWAYS

static void
equal_values_are_not_written(void **state)
{
	(void)state;
	CHANGE("", "system.title", ALWAYS, "[\"pc\"]", "pc");
	CHANGE("", "x.net", ALWAYS, "[\"a \\r\\nb\\n\"]", "a", "b");
	CHANGE("", "x.cores", ALWAYS, "[\"008\"]", "8");
	CHANGE("", "x.cores", ALWAYS, "[8]", "8.0");
	CHANGE("", "x.load", ALWAYS, "[\"1.50\"]", "1.5");
	CHANGE("", "x.boot", ALWAYS, "[\"1496056320000\"]", "1496056320000");
	CHANGE("", "x.boot", ALWAYS, "[\"2017-05-29\"]", "1496056320000");
	CHANGE("", "x.boot", ALWAYS, "[1496056320000]", "2017-05-29T11:12:00Z");
	CHANGE("", "x.leased", ALWAYS, "[\"true\"]", "1");
	CHANGE("", "x.leased", ALWAYS, "[]", "no");
	CHANGE("", "x.kind", ALWAYS, "[\"Server\"]", "server");
	CHANGE("", "x.tags", ALWAYS, "[\"b\", \"a\"]", "a", "b");
}

static void
different_values_are_written(void **state)
{
	(void)state;
	CHANGE("[\"PC\"]", "system.title", ALWAYS, "[\"pc\"]", "PC");
	CHANGE("[\"a\\nb\"]", "x.net", ALWAYS, "[\"a\"]", "a", "b");
	CHANGE("[\"8\"]", "x.cores", ALWAYS, "[\"4\"]", "8");
	CHANGE("[\"8\"]", "x.cores", ALWAYS, "[\"many\"]", "8");
	CHANGE("[\"1496056320001\"]", "x.boot", ALWAYS, "[\"1496056320000\"]",
	    "1496056320001");
	CHANGE("[\"1\"]", "x.leased", ALWAYS, "[]", "yes");
	CHANGE("[\"a\",\"c\"]", "x.tags", ALWAYS, "[\"a\"]", "a", "c");
	CHANGE("[\"x\"]", "x.serial", ALWAYS, "[\"\"]", "x");
}

static void
policies_say_when_a_value_may_be_written(void **state)
{
	(void)state;
	CHANGE("", "x.serial", ASSET_WHEN_EMPTY, "[\"old\"]", "new");
	CHANGE("[\"new\"]", "x.serial", ASSET_WHEN_EMPTY, "[\" \"]", "new");
	CHANGE("[\"new\"]", "x.serial", ASSET_WHEN_EMPTY, "[]", "new");
	CHANGE("", "x.serial", ASSET_NEVER_OVERWRITE, "[\"old\"]", "new");
	CHANGE("[\"new\"]", "x.serial", ASSET_NEVER_OVERWRITE, "[]", "new");
}

/* A field of that policy, value and tolerance against an asset that has `has`,
 * when the scans before wrote `written`: what is written, "" for nothing. */
static void
rewrite(int line, const char *want, enum asset_policy policy,
    const char *has, const char *value, const char *written, double tolerance,
    bool percent)
{
	char *values[] = { (char *)(uintptr_t)value };
	struct asset_field f = { (char *)(uintptr_t)"x.serial", values, 1, policy,
		{ tolerance, percent } };
	struct asset a = { .fields = &f, .nfields = 1 };
	struct err e = { .code = ERR_NONE };
	struct model *m = model();
	struct fitted fitted;
	json_t *item = json_pack("{s:[{s:s, s:[s]}]}", "fields", "title",
	    "Serial", "values", has);
	json_t *all = json_loads(written, 0, NULL);
	json_t *changes;
	const char *got;

	assert_true(fit_asset(&fitted, &a, m, NULL, NULL, &e));
	changes = compare_changes(&fitted, m, item, all);
	got = json_string_value(json_array_get(json_object_get(
	    json_array_get(changes, 0), "values"), 0));
	if (strcmp(got != NULL ? got : "", want) != 0)
		fail_msg("line %d: \"%s\"", line, got != NULL ? got : "");
	json_decref(changes);
	json_decref(all);
	json_decref(item);
	fitted_free(&fitted);
	model_free(m);
}
#define NEVER(want, has, value, written) \
	rewrite(__LINE__, want, ASSET_NEVER_OVERWRITE, has, value, written, 0, false)
#define WITHIN(want, has, value, by, percent) \
	rewrite(__LINE__, want, ASSET_ALWAYS, has, value, "{}", by, percent)

static void
what_a_person_changed_is_never_overwritten(void **state)
{
	(void)state;
	NEVER("new", "old", "new", "{\"x.serial\":{\"sent\":[\"old\"]}}");
	NEVER("new", "old ", "new", "{\"x.serial\":{\"sent\":[\"old\"]}}");
	NEVER("", "by hand", "new", "{\"x.serial\":{\"sent\":[\"old\"]}}");
	NEVER("", "", "new", "{\"x.serial\":{\"sent\":[\"old\"]}}");
	NEVER("", "old", "new", "{}");		/* nobody knows whose it is */
	NEVER("new", "", "new", "{}");
	NEVER("new", "OLD", "new",
	    "{\"x.serial\":{\"sent\":[\"old\"],\"shown\":[\"OLD\"]}}");
	NEVER("", "Old", "new",
	    "{\"x.serial\":{\"sent\":[\"old\"],\"shown\":[\"OLD\"]}}");
	NEVER("", "old", "new", "{\"x.serial\":7}");	/* rubbish is nothing */
}

static void
what_jira_makes_of_a_value_is_not_written_again(void **state)
{
	static const char known[] =
	    "{\"x.serial\":{\"sent\":[\"a  b\"],\"shown\":[\"a b\"]}}";

	(void)state;
	rewrite(__LINE__, "", ASSET_ALWAYS, "a b", "a  b", known, 0, false);
	rewrite(__LINE__, "a  b", ASSET_ALWAYS, "by hand", "a  b", known, 0, false);
	rewrite(__LINE__, "a  c", ASSET_ALWAYS, "a b", "a  c", known, 0, false);
	rewrite(__LINE__, "a  b", ASSET_ALWAYS, "a b", "a  b", "{}", 0, false);
}

static void
a_number_that_moved_little_is_not_written(void **state)
{
	(void)state;
	WITHIN("", "100", "104.9", 5, true);
	WITHIN("", "100", "95", 5, true);
	WITHIN("105.1", "100", "105.1", 5, true);
	WITHIN("", "100", "110", 10, false);
	WITHIN("111", "100", "111", 10, false);
	WITHIN("", "12.5 GiB", "12.4 GiB", 5, true);
	WITHIN("12.5 MiB", "12.5 GiB", "12.5 MiB", 5, true);
	WITHIN("5", "", "5", 10, false);
	WITHIN("b", "a", "b", 10, false);
	WITHIN("1", "0", "1", 50, true);
}

static void
mac_fields_keep_what_the_asset_says(void **state)
{
	(void)state;
	CHANGE("", "x.net", ALWAYS, "[\"LAN 00-1A-2B-3C-4D-5E\"]",
	    "00:1a:2b:3c:4d:5e");
	CHANGE("", "x.net", ALWAYS, "[\"001a.2b3c.4d5e, 00aa.bbcc.ddee\"]",
	    "00:1a:2b:3c:4d:5e");
	CHANGE("[\"00-1A-2B-3C-4D-5E\\nold note\\n00-1A-2B-3C-4D-5F\"]", "x.net",
	    ALWAYS, "[\"00-1A-2B-3C-4D-5E\\nold note\"]", "00:1a:2b:3c:4d:5e",
	    "00:1a:2b:3c:4d:5f");
	CHANGE("[\"00:1a:2b:3c:4d:5e\"]", "x.net", ALWAYS, "[]",
	    "00:1a:2b:3c:4d:5e");
}

/* What becomes of a field that is a UUID key; "" when nothing. */
static void
uuid_change(const char *want, const char *has, const char *value)
{
	char *values[] = { (char *)(uintptr_t)value }, *text;
	struct asset_field f = { (char *)(uintptr_t)"x.serial", values, 1,
		ALWAYS, { 0, false } };
	struct asset_key key = { f.name, ASSET_KEY_UUID, values[0], false };
	struct asset a = { .fields = &f, .nfields = 1, .keys = &key, .nkeys = 1 };
	struct err e = { .code = ERR_NONE };
	struct model *m = model();
	struct fitted fitted;
	json_t *item = json_pack("{s:[{s:s, s:[s]}]}", "fields", "title", "Serial",
	    "values", has), *changes;

	assert_true(fit_asset(&fitted, &a, m, count_warning, NULL, &e));
	changes = compare_changes(&fitted, m, item, NULL);
	text = json_array_size(changes) == 0 ? strdup("") : json_dumps(
	    json_object_get(json_array_get(changes, 0), "values"), JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(changes);
	json_decref(item);
	fitted_free(&fitted);
	model_free(m);
}

static void
a_uuid_is_the_same_in_either_byte_order(void **state)
{
	static const char *const one = "4c4c4544-0042-3510-8052-b4c04f4e3132";
	static const char *const swapped = "{44454C4C-4200-1035-8052-B4C04F4E3132}";
	static const char *const other = "4c4c4544-0042-3510-8052-b4c04f4e9999";

	(void)state;
	uuid_change("", one, one);
	uuid_change("", swapped, one);
	uuid_change("", one, "44454c4c-4200-1035-8052-b4c04f4e3132");
	uuid_change("[\"4c4c4544-0042-3510-8052-b4c04f4e3132\"]", other, one);
	uuid_change("[\"4c4c4544-0042-3510-8052-b4c04f4e3132\"]", "unknown", one);
	/* where it is no key it is a text */
	CHANGE("[\"4c4c4544-0042-3510-8052-b4c04f4e3132\"]", "x.serial", ALWAYS,
	    "[\"44454C4C-4200-1035-8052-B4C04F4E3132\"]",
	    "4c4c4544-0042-3510-8052-b4c04f4e3132");
}

static void
values_that_do_not_fit_are_left_out_with_a_warning(void **state)
{
	(void)state;
	warned = 0;
	CHANGE("", "x.cores", ALWAYS, "[\"4\"]", "many");
	CHANGE("", "x.boot", ALWAYS, "[]", "yesterday");
	CHANGE("", "x.kind", ALWAYS, "[\"PC\"]", "Toaster");
	CHANGE("", "x.image", ALWAYS, "[]", "a.png");
	CHANGE("[\"a\"]", "x.tags", ALWAYS, "[]", "a", "z");
	assert_int_equal(warned, 5);
	CHANGE("", "x.serial", ALWAYS, "[\"one two\"]", "one\ttwo");
}

static void
long_lines_are_cut_by_characters_with_a_warning(void **state)
{
	char line[1200], want[1200] = "[\"";
	size_t n = 0;

	(void)state;
	for (n = 0; n < 300; n++)
		memcpy(line + 2 * n, "\xc3\xa4", 2);
	line[2 * n] = '\0';
	memcpy(want + 2, line, 510);
	memcpy(want + 512, "\"]", 3);
	warned = 0;
	CHANGE(want, "x.serial", ALWAYS, "[]", line);
	assert_int_equal(warned, 1);
}

static void
a_new_asset_always_has_a_title_and_no_unknown_field(void **state)
{
	char *one[] = { (char *)(uintptr_t)"v" };
	struct asset_field f[] = {
		{ (char *)(uintptr_t)"x.none", one, 1, ASSET_ALWAYS, { 0, false } },
		{ (char *)(uintptr_t)"x.serial", one, 1, ASSET_NEVER_OVERWRITE, { 0, false } },
		{ (char *)(uintptr_t)"x.cores", one, 0, ASSET_ALWAYS, { 0, false } },
	};
	struct asset a = { .address = (char *)(uintptr_t)"10.0.0.1",
		.fields = f, .nfields = 3 };
	struct err e = { .code = ERR_NONE };
	struct model *m = model();
	struct fitted fitted;
	json_t *made;
	char *text;

	(void)state;
	assert_true(fit_asset(&fitted, &a, m, NULL, NULL, &e));
	assert_int_equal(fitted.ndropped, 1);
	assert_string_equal(fitted.dropped[0], "x.none");
	made = compare_new(&fitted);
	text = json_dumps(made, JSON_COMPACT);
	assert_string_equal(text, "[{\"typeName\":\"x.serial\",\"values\":[\"v\"]},"
	    "{\"typeName\":\"system.title\",\"values\":[\"10.0.0.1\"]}]");
	free(text);
	json_decref(made);
	fitted_free(&fitted);
	model_free(m);
}

static void
hits_are_verified_by_whole_values(void **state)
{
	struct asset_key keys[] = {
		{ (char *)(uintptr_t)"x.net", ASSET_KEY_MAC,
		    (char *)(uintptr_t)"00:1a:2b:3c:4d:5e", false },
		{ (char *)(uintptr_t)"x.serial", ASSET_KEY_SERIAL,
		    (char *)(uintptr_t)"ABC1", false },
	};
	struct asset a = { .keys = keys, .nkeys = 2 };
	static const struct { const char *item; bool match; } t[] = {
		{ "{\"typeName\":\"Computer\",\"fields\":[{\"title\":\"Net\",\"values\":[\"eth 00-1A-2B-3C-4D-5E\"]}]}", true },
		{ "{\"typeName\":\"Switch\",\"fields\":[{\"title\":\"Net\",\"values\":[\"eth 00-1A-2B-3C-4D-5E\"]}]}", false },
		{ "{\"fields\":[{\"title\":\"Net\",\"values\":[\"00:1a:2b:3c:4d:5e:00\"]}]}", false },
		{ "{\"fields\":[{\"title\":\"Title\",\"values\":[\"00:1a:2b:3c:4d:5e\"]}]}", false },
		{ "{\"fields\":[{\"title\":\"Serial\",\"values\":[\"abc1\"]}]}", true },
		{ "{\"fields\":[{\"def\":{\"id\":9},\"values\":[\"x, ABC1 ;y\"]}]}", true },
		{ "{\"fields\":[{\"title\":\"Serial\",\"values\":[\"ABC12\"]}]}", false },
		{ "{\"fields\":[{\"title\":\"Serial\",\"values\":[\"X ABC1\"]}]}", false },
		{ "{\"fields\":[{\"def\":{\"type\":{\"name\":\"x.net\"}},\"values\":[\"001a.2b3c.4d5e\"]}]}", true },
		{ "{\"fields\":[{\"title\":\"Net\",\"values\":\"00:1a:2b:3c:4d:5e\"}]}", false },
		{ "{\"fields\":17}", false }, { "[]", false }, { "null", false },
	};
	struct model *m = model();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *item = json_loads(t[i].item, JSON_DECODE_ANY, NULL);

		if ((match_verify(m, &a, item) != NULL) != t[i].match)
			fail_msg("%s", t[i].item);
		json_decref(item);
	}
	model_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_are_not_written),
		cmocka_unit_test(different_values_are_written),
		cmocka_unit_test(policies_say_when_a_value_may_be_written),
		cmocka_unit_test(what_a_person_changed_is_never_overwritten),
		cmocka_unit_test(what_jira_makes_of_a_value_is_not_written_again),
		cmocka_unit_test(a_number_that_moved_little_is_not_written),
		cmocka_unit_test(mac_fields_keep_what_the_asset_says),
		cmocka_unit_test(a_uuid_is_the_same_in_either_byte_order),
		cmocka_unit_test(values_that_do_not_fit_are_left_out_with_a_warning),
		cmocka_unit_test(long_lines_are_cut_by_characters_with_a_warning),
		cmocka_unit_test(a_new_asset_always_has_a_title_and_no_unknown_field),
		cmocka_unit_test(hits_are_verified_by_whole_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
