#include "tests/map/common.h"

struct heard { char text[8][400]; size_t n; };

static void
hear(void *ctx, const char *pointer, const char *message)
{
	struct heard *h = ctx;

	if (h->n < 8)
		snprintf(h->text[h->n], sizeof(h->text[0]), "%s %s", pointer,
		    message);
	h->n++;
}

static void
one_object_without_os_is_for_all_systems(void **state)
{
	struct mapping *m = from_json("{\"matcher\":{\"keys\":[{\"field\":"
	    "\"spartez.network\",\"from\":{\"fact\":\"nic.mac\"}}]},"
	    "\"fields\":[{\"field\":\"a.name\",\"from\":{\"fact\":\"os.name\"}},"
	    "{\"field\":\"a.bios\",\"from\":{\"class\":\"Win32_BIOS\","
	    "\"property\":\"Name\"}},"
	    "{\"field\":\"a.up\",\"from\":{\"file\":\"/proc/uptime\"}}]}");

	(void)state;
	for (int os = 0; os < MAP_OS_COUNT; os++) {
		assert_true(mapping_has_os(m, (enum map_os)os));
		assert_non_null(find_need(m, (enum map_os)os, NEED_FACT,
		    "os.name", NULL));
		assert_non_null(find_need(m, (enum map_os)os, NEED_FACT,
		    "host.name", NULL));
	}
	/* Each is asked only what it can answer. */
	assert_non_null(find_need(m, MAP_WINDOWS, NEED_CLASS, "Win32_BIOS", "Name"));
	assert_null(find_need(m, MAP_LINUX, NEED_CLASS, "Win32_BIOS", "Name"));
	assert_null(find_need(m, MAP_WINDOWS, NEED_FILE, "/proc/uptime", NULL));
	assert_false(mapping_update_only(m, MAP_LINUX));
	/* The match field is written although no rule says so. */
	assert_int_equal(mapping_fields(m), 4);
	assert_string_equal(mapping_field(m, 3), "spartez.network");
	assert_int_equal(mapping_warnings(m), 1);
	mapping_free(m);
}

static void
several_systems_and_lists_of_them(void **state)
{
	struct mapping *m = from_json("{\"//\":\"x\",\"systems\":[{\"os\":[\"linux\","
	    "\"darwin\"],\"path\":\"/bin\",\"matcher\":{\"updateOnly\":true,"
	    "\"keys\":[{\"field\":\"a.mac\",\"from\":{\"command\":\"macs\"}}]},"
	    "\"fields\":[]},{\"//\":[1,2],\"os\":\"Windows\",\"matcher\":{\"keys\":["
	    "{\"field\":\"a.mac\"}],\"filter\":\"A=1\"},\"fields\":[{\"//\":\"n\"},"
	    "{\"field\":\"a.x\",\"from\":{\"fact\":\"os.nonsense\"},"
	    "\"disabled\":true}]}]}");
	const struct map_need *n;

	(void)state;
	n = find_need(m, MAP_DARWIN, NEED_COMMAND, "macs", NULL);
	assert_non_null(n);
	assert_string_equal(n->path, "/bin");
	assert_true(mapping_update_only(m, MAP_DARWIN));
	assert_false(mapping_update_only(m, MAP_WINDOWS));
	assert_non_null(find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_NetworkAdapter", "MACAddress"));
	mapping_free(m);
}

static void
all_mistakes_are_named_at_once_with_their_pointers(void **state)
{
	static const char *const says[] = {
		"/a~1b~0c unknown member",
		"/matcher/keys/0/field must be a text",
		"/matcher/keys/1/from/property does not go with fact",
		"/fields/0/from must have exactly one of",
		"/fields/1/divide must be a number above 0",
		"/fields/2/from there is no fact \"os.naem\"; is it os.name?",
		"/fields/3 must be an object",
		"/fields/4/colour unknown member",
	};
	json_t *o = json_loads("{\"a/b~c\":1,\"matcher\":{\"keys\":["
	    "{\"field\":7},{\"field\":\"a.b\",\"from\":{\"fact\":\"sys.serial\","
	    "\"property\":\"x\"}}]},\"fields\":["
	    "{\"field\":\"a.b\",\"from\":{}},"
	    "{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},\"divide\":0},"
	    "{\"field\":\"a.b\",\"from\":{\"fact\":\"os.naem\"}},"
	    "17,"
	    "{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},\"colour\":0}"
	    "]}", 0, NULL);
	struct heard h = { .n = 0 };
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_null(mapping_from_json(o, hear, &h, &e));
	assert_int_equal(e.code, ERR_MAPPING);
	assert_int_equal(strncmp(e.text, "/a~1b~0c: unknown", 17), 0);
	assert_int_equal(h.n, ARRAY_LEN(says));
	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		if (strncmp(h.text[i], says[i], strlen(says[i])) != 0)
			fail_msg("%s\nnot %s", h.text[i], says[i]);
	json_decref(o);
}

static const struct { const char *json, *says; } wrong[] = {
	{ "[]", " must be an object" },
	{ "{}", "/fields must be a list" },
	{ "{\"systems\":[]}", "/systems must be a list of one to three" },
	{ "{\"systems\":[1]}", "/systems/0 must be an object" },
	{ "{\"systems\":[{\"fields\":[]}],\"os\":\"linux\"}", "/os unknown member" },
	{ "{\"feilds\":[],\"fields\":[]}", "/feilds unknown member; is it fields?" },
	{ "{\"os\":\"beos\",\"fields\":[]}", "/os must be" },
	{ "{\"os\":[],\"fields\":[]}", "/os must name" },
	{ "{\"os\":[\"linux\",3],\"fields\":[]}", "/os/1 must be" },
	{ "{\"systems\":[{\"os\":\"linux\",\"fields\":[]},{\"fields\":[]}]}",
	    "/systems/1/os there is a part for linux already" },
	{ "{\"path\":\"bin\",\"fields\":[]}", "/path the path is a list" },
	{ "{\"matcher\":7,\"fields\":[]}", "/matcher must be an object" },
	{ "{\"matcher\":{},\"fields\":[]}", "/matcher/keys must be a list" },
	{ "{\"os\":\"linux\",\"matcher\":{\"keys\":[],\"filter\":\"a=1\"},"
	    "\"fields\":[]}", "/matcher/filter a filter is for Windows" },
	{ "{\"matcher\":{\"keys\":[{\"field\":\"a.b\",\"kind\":\"x\"}]},"
	    "\"fields\":[]}", "/matcher/keys/0/kind must be one of mac" },
	{ "{\"os\":\"linux\",\"fields\":[{\"field\":\"a.b\",\"from\":{\"class\":"
	    "\"A\",\"property\":\"B\"}}]}", "/fields/0/from linux cannot" },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":3}]}",
	    "/fields/0/from must be an object" },
	{ "{\"fields\":[{\"field\":\"a.b\"}]}", "/fields/0/from it is not said" },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},"
	    "\"policy\":\"x\"}]}", "/fields/0/policy must be one of always, " },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},"
	    "\"decimals\":-1}]}", "/fields/0/decimals must be 0 to 9" },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},"
	    "\"template\":\"{x}\"}]}", "/fields/0/template {x} is not known" },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},"
	    "\"regex\":\"[\"}]}", "/fields/0/regex " },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"command\":\"a\\u0000b\"}}]}",
	    "/fields/0/from/command is longer" },
	{ "{\"fields\":[{\"field\":\"a.b\",\"from\":{\"fact\":\"os.name\"},"
	    "\"list\":1}]}", "/fields/0/list must be true or false" },
};

static void
each_mistake_has_its_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		json_t *o = json_loads(wrong[i].json, JSON_ALLOW_NUL, NULL);
		struct heard h = { .n = 0 };
		struct err e = { .code = ERR_NONE };
		struct mapping *m = mapping_from_json(o, hear, &h, &e);

		if (m != NULL || h.n == 0 || strncmp(h.text[0], wrong[i].says,
		    strlen(wrong[i].says)) != 0)
			fail_msg("%s\n  gives \"%s\"\n  not   \"%s\"",
			    wrong[i].json, h.text[0], wrong[i].says);
		json_decref(o);
	}
	assert_null(mapping_from_json(NULL, NULL, NULL, NULL));
}

static void
check_round_trip(const struct mapping *m)
{
	json_t *a = mapping_to_json(m), *b;
	struct err e = { .code = ERR_NONE };
	struct mapping *again = mapping_from_json(a, NULL, NULL, &e);

	if (again == NULL)
		fail_msg("%s", e.text);
	b = mapping_to_json(again);
	assert_true(json_equal(a, b));
	assert_int_equal(mapping_fields(m), mapping_fields(again));
	for (int os = 0; os < MAP_OS_COUNT; os++)
		assert_int_equal(mapping_needs(m, (enum map_os)os),
		    mapping_needs(again, (enum map_os)os));
	json_decref(a);
	json_decref(b);
	mapping_free(again);
}

static void
what_xml_says_json_says_too(void **state)
{
	static const char *const files[] = { "tests/map/old-ssh.xml",
		"tests/map/old-wmi.xml" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *text = slurp(files[i]);
		struct mapping *m = from_xml(text);

		check_round_trip(m);
		mapping_free(m);
		free(text);
	}
	check_round_trip(mapping_builtin());
}

static void
both_texts_of_the_built_in_mapping_say_the_same(void **state)
{
	struct mapping *x = from_xml(mapping_builtin_text(false));
	struct mapping *j = from_json(mapping_builtin_text(true));
	json_t *a = mapping_to_json(x), *b = mapping_to_json(j);

	(void)state;
	assert_true(json_equal(a, b));
	assert_int_equal(mapping_warnings(x), 0);
	assert_ptr_equal(mapping_builtin(), mapping_builtin());
	mapping_free((struct mapping *)(uintptr_t)mapping_builtin());
	assert_true(mapping_has_os(mapping_builtin(), MAP_WINDOWS));
	json_decref(a);
	json_decref(b);
	mapping_free(x);
	mapping_free(j);
}

/* Every example in the built-in texts is one that loads. */
static void
the_examples_that_are_switched_off_are_sound(void **state)
{
	json_t *o = json_loads(mapping_builtin_text(true), 0, NULL), *s, *r;
	char *xml = strdup(mapping_builtin_text(false)), *p;
	struct err e = { .code = ERR_NONE };
	struct mapping *m;
	size_t i, k, n = 0;

	(void)state;
	json_array_foreach(json_object_get(o, "systems"), i, s)
		json_array_foreach(json_object_get(s, "fields"), k, r)
			n += json_object_del(r, "disabled") == 0;
	assert_in_range(n, 20, 40);
	m = mapping_from_json(o, NULL, NULL, &e);
	if (m == NULL)
		fail_msg("%s", e.text);
	mapping_free(m);
	json_decref(o);
	/* In XML: "<!-- Example: text\n <field .../> -->" loses its marks. */
	while ((p = strstr(xml, "<!-- Example:")) != NULL) {
		char *field = strchr(p, '<' ), *end = strstr(p, "-->");

		field = strstr(p, "<field");
		assert_true(field != NULL && field < end);
		memset(p, ' ', (size_t)(field - p));
		memset(end, ' ', 3);
	}
	m = from_xml(xml);
	assert_in_range(mapping_fields(m), 17, 40);
	mapping_free(m);
	free(xml);
}

static void
one_class_asked_in_two_ways_has_rows_of_its_own(void **state)
{
	struct mapping *m = from_json("{\"os\":\"windows\",\"matcher\":{\"keys\":["
	    "{\"field\":\"a.mac\"}],\"filter\":\"A=1\",\"updateOnly\":true},"
	    "\"fields\":[{\"field\":\"a.x\",\"from\":{\"class\":"
	    "\"Win32_NetworkAdapter\",\"property\":\"Speed\"}},"
	    "{\"field\":\"a.y\",\"from\":{\"class\":\"Win32_BIOS\","
	    "\"property\":\"Name\",\"filter\":\"B=2\"}}]}");
	const struct map_need *a = find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_NetworkAdapter", "MACAddress");
	const struct map_need *b = find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_NetworkAdapter", "Speed");

	(void)state;
	assert_string_not_equal(a->rows, b->rows);
	assert_string_equal(find_need(m, MAP_WINDOWS, NEED_CLASS, "Win32_BIOS",
	    "Name")->rows, "Win32_BIOS");
	mapping_free(m);
}

static void
classes_that_hurt_are_warned_about_with_the_substitute(void **state)
{
	struct mapping *m = from_json(RULE("{\"field\":\"a.x\",\"from\":{\"class\":"
	    "\"win32_product\",\"property\":\"Name\"}},{\"field\":\"a.y\",\"from\":"
	    "{\"class\":\"Win32_UserAccount\",\"property\":\"Name\",\"filter\":"
	    "\"LocalAccount=TRUE\"}},{\"field\":\"a.z\",\"from\":{\"class\":"
	    "\"Win32_UserAccount\",\"property\":\"Name\"}}"));

	(void)state;
	assert_int_equal(mapping_warnings(m), 2);
	assert_non_null(strstr(mapping_warning(m, 0), "win32_product (for a.x)"));
	assert_non_null(strstr(mapping_warning(m, 0), "\"software\""));
	assert_non_null(strstr(mapping_warning(m, 1), "LocalAccount=TRUE"));
	mapping_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_object_without_os_is_for_all_systems),
		cmocka_unit_test(several_systems_and_lists_of_them),
		cmocka_unit_test(all_mistakes_are_named_at_once_with_their_pointers),
		cmocka_unit_test(each_mistake_has_its_pointer),
		cmocka_unit_test(what_xml_says_json_says_too),
		cmocka_unit_test(both_texts_of_the_built_in_mapping_say_the_same),
		cmocka_unit_test(the_examples_that_are_switched_off_are_sound),
		cmocka_unit_test(one_class_asked_in_two_ways_has_rows_of_its_own),
		cmocka_unit_test(classes_that_hurt_are_warned_about_with_the_substitute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
