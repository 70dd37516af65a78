#include "tests/map/common.h"
#include "helper/map/map_rules.h"

static void
an_old_ssh_file_loads_unchanged(void **state)
{
	char *text = slurp("tests/map/old-ssh.xml");
	struct mapping *m = from_xml(text);
	const struct map_need *n;

	(void)state;
	assert_true(mapping_has_os(m, MAP_LINUX));
	assert_true(mapping_has_os(m, MAP_DARWIN));
	assert_false(mapping_has_os(m, MAP_WINDOWS));
	assert_true(mapping_update_only(m, MAP_LINUX));
	assert_int_equal(mapping_keys(m, MAP_LINUX), 1);
	assert_string_equal(mapping_key_field(m, MAP_LINUX, 0), "spartez.network");
	/* The stray \' are gone. */
	n = find_need(m, MAP_LINUX, NEED_COMMAND, "ip -o link | grep -v "
	    "'LOOPBACK' | sed 's/.*ether //; s/ .*//'", NULL);
	assert_non_null(n);
	assert_string_equal(n->path, "/bin:/sbin:/usr/bin");
	assert_non_null(find_need(m, MAP_LINUX, NEED_FILE, "/proc/uptime", NULL));
	assert_non_null(find_need(m, MAP_DARWIN, NEED_SYSCTL, "kern.boottime",
	    NULL));
	assert_null(find_need(m, MAP_DARWIN, NEED_FILE, "/proc/uptime", NULL));
	assert_int_equal(mapping_fields(m), 3);
	assert_int_equal(mapping_warnings(m), 0);
	mapping_free(m);
	free(text);
}

static void
an_old_wmi_file_loads_unchanged(void **state)
{
	char *text = slurp("tests/map/old-wmi.xml");
	struct mapping *m = from_xml(text);
	const struct map_need *n;

	(void)state;
	assert_false(mapping_has_os(m, MAP_LINUX));
	assert_true(mapping_update_only(m, MAP_WINDOWS));
	n = find_need(m, MAP_WINDOWS, NEED_CLASS, "Win32_NetworkAdapter",
	    "PNPDeviceID");
	assert_non_null(n);
	assert_string_equal(n->filter, "(NOT ServiceName=\"vpnva\" AND NOT Name "
	    "LIKE \"%(Debug)%\") AND MACAddress IS NOT NULL");
	assert_string_equal(n->rows, "Win32_NetworkAdapter");
	assert_non_null(find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_NetworkAdapter", "MACAddress"));
	n = find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_PerfFormattedData_PerfOS_System", "SystemUpTime");
	assert_non_null(n);
	assert_null(n->filter);
	assert_null(n->wmi_namespace);
	assert_int_equal(mapping_fields(m), 2);
	assert_string_equal(mapping_field(m, 0), "custom.host.uptime");
	mapping_free(m);
	free(text);
}

#define F(inside) "<fields>" inside "</fields>"
#define OS(inside) F("<os type='linux'>" inside "</os>")
static const struct { const char *xml, *says; } wrong[] = {
	{ "<fields>\n <fild/></fields>", "line 2, column 2: unknown element <fild>" },
	{ F("<field assetField='a.b' fact='os.name' colour='red'/>"),
	    "line 1, column 9: unknown attribute \"colour\" of <field>" },
	{ F("\n\n   <matcher field='a.b' fact='os.name'/>"),
	    "line 3, column 4: unknown attribute \"fact\" of <matcher>" },
	{ F("<field assetFeild='a.b' fact='os.name'/>"), "is it assetField?" },
	{ F("<matcher field='a.b' updateonly='true'/>"), "is it updateOnly?" },
	{ OS("<field assetField='a.b' fact='cpu.mhz' tolerance='lots'/>"),
	    "tolerance is a number above 0" },
	{ OS("<field assetField='a.b' fact='nic.speedMbps' join=',' tolerance='5%'/>"),
	    "it is for one number" },
	{ "<fields x='1'/>", "unknown attribute \"x\" of <fields>; known: none" },
	{ "<field/>", "<field> cannot stand here" },
	{ F("<fields/>"), "<fields> cannot stand here" },
	{ OS("<os type='darwin'/>"), "<os> cannot stand here" },
	{ OS("<field assetField='a.b' fact='os.name'><field/></field>"),
	    "<field> cannot stand here" },
	{ F("<os/>"), "<os> needs type=" },
	{ F("<os type='plan9'/>"), "<os> needs type=" },
	{ F("<os type='linux'/><os type='linux'/>"), "a part for linux already" },
	{ F("<matcher field='a.b'/><os type='windows'/>"),
	    "a part for windows already" },
	{ OS("<matcher field='a.b'/><matcher field='a.c'/>"),
	    "a matcher for this system already" },
	{ OS("<matcher/>"), "field: the asset field is missing" },
	{ OS("<matcher field='nodot'/>"), "is no field name" },
	{ OS("<matcher field='a b.c'/>"), "is no field name" },
	{ OS("<matcher field='a.b' updateOnly='maybe'/>"),
	    "updateOnly is true or false" },
	{ OS("<matcher field='a.b' filter='x=1'/>"), "filter is for Windows" },
	{ F("<matcher field='a.b' filter='x=(1'/>"), "without its partner" },
	{ F("<matcher field='a.b' filter='x=&quot;1'/>"), "without its partner" },
	{ F("<matcher field='a.b' command='id'/>"), "windows cannot be asked" },
	{ OS("<field assetField='a.b'/>"), "not said where the value comes from" },
	{ OS("<field fact='os.name'/>"), "needs the attribute assetField" },
	{ OS("<field assetField='a.b' fact='os.name' scanner='proc' path='/x'/>"),
	    "exclude each other" },
	{ OS("<field assetField='a.b' fact='os.nam'/>"), "is it os.name?" },
	{ OS("<field assetField='a.b' fact='completely.else'/>"), "no fact" },
	{ OS("<field assetField='a.b' scanner='telnet' path='/x'/>"),
	    "scanner is proc, sysctl or command" },
	{ OS("<field assetField='a.b' scanner='proc'/>"), "attribute path" },
	{ OS("<field assetField='a.b' scanner='proc' path='x'/>"),
	    "whole path, from /" },
	{ OS("<field assetField='a.b' scanner='sysctl' prop='a b'/>"),
	    "no name for sysctl" },
	{ OS("<field assetField='a.b' scanner='proc' path='/x' prop='y'/>"),
	    "has no attribute prop" },
	{ OS("<field assetField='a.b' fact='os.name' path='/x'/>"),
	    "go with scanner" },
	{ OS("<field assetField='a.b' objectClass='Win32_BIOS' "
	    "propertyName='Name'/>"), "linux cannot be asked" },
	{ F("<field assetField='a.b' objectClass='Win32_BIOS'/>"),
	    "class and a property" },
	{ F("<field assetField='a.b' objectClass='Win32 BIOS' propertyName='x'/>"),
	    "class and a property" },
	{ F("<field assetField='a.b' registry='SOFTWARE\\X' value='y'/>"),
	    "starts with HKLM" },
	{ F("<field assetField='a.b' scanner='proc' path='/x'/>"),
	    "windows cannot be asked" },
	{ OS("<field type='multi' assetField='a.b' fact='os.name'/>"),
	    "type is single or list" },
	{ OS("<field assetField='a.b' fact='os.name' mod='0'/>"), "mod is the" },
	{ OS("<field assetField='a.b' fact='os.name' mod='1e999'/>"), "mod is the" },
	{ OS("<field assetField='a.b' fact='os.name' mod='ten'/>"), "mod is the" },
	{ OS("<field assetField='a.b' fact='os.name' decimals='10'/>"),
	    "decimals is a number" },
	{ OS("<field assetField='a.b' fact='os.name' regex='(a'/>"), "regex: " },
	{ OS("<field assetField='a.b' fact='os.name' regex='(a)\\1'/>"),
	    "back-reference" },
	{ OS("<field assetField='a.b' fact='os.name' regex='((a{99}){99}){99}'/>"),
	    "repeats more than" },
	{ OS("<field assetField='a.b' fact='os.name' policy='often'/>"),
	    "policy is always" },
	{ OS("<field assetField='a.b' fact='os.name'>{1}</field>"),
	    "{1} is not known" },
	{ OS("<field assetField='a.b' fact='os.name'>{0} {nonsense}</field>"),
	    "{nonsense} is not known" },
	{ OS("<field assetField='a.b' fact='os.name'>{0</field>"), "brace without" },
	{ OS("<field assetField='a.b' fact='os.name'>text</field>"),
	    "there is no {0}" },
	{ OS("<field assetField='a.b' fact='os.name' join=',' type='list'/>"),
	    "either join or list" },
	{ F("<os type='linux' path='bin'/>"), "list of folders" },
	{ OS("stray"), "a text cannot stand here" },
	{ OS("<key field='a.b' fact='sys.serial' kind='shoe'/>"), "kind is mac" },
	{ OS("<key field='a.b'/>"), "not said where" },
	{ F(""), "no matcher and no field" },
	{ "", "line 1, column 1: no element found" },
	{ "<fields>\n<matcher field='a.b'>\n</fields>", "line 3, column 3: mismatched" },
	{ "<fields><matcher field='a.b' field='a.c'/></fields>", "duplicate attribute" },
	{ "<!DOCTYPE fields><fields/>", "a DTD (<!DOCTYPE) is not taken" },
	{ "<!DOCTYPE f [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
	    "<fields><matcher field='&b;'/></fields>", "a DTD" },
	{ "<!DOCTYPE f SYSTEM 'file:///etc/passwd'><fields/>", "a DTD" },
	{ F("<matcher field='&x;'/>"), "undefined entity" },
};

static void
what_is_unknown_or_wrong_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = { .code = ERR_NONE };
		struct mapping *m = mapping_from_xml(wrong[i].xml,
		    strlen(wrong[i].xml), &e);

		if (m != NULL || e.code != ERR_MAPPING ||
		    strstr(e.text, wrong[i].says) == NULL ||
		    strncmp(e.text, "line ", 5) != 0)
			fail_msg("%s\n  gives \"%s\"\n  not   \"%s\"",
			    wrong[i].xml, e.text, wrong[i].says);
	}
}

static void
size_and_number_are_bounded(void **state)
{
	struct err e = { .code = ERR_NONE };
	size_t n = ((size_t)1 << 20) + 1;
	char *big = malloc(n);

	(void)state;
	memset(big, ' ', n);
	assert_null(mapping_from_xml(big, n, &e));
	assert_non_null(strstr(e.text, "larger than 1024 KiB"));
	err_clear(&e);
	n = (size_t)snprintf(big, n, "<fields><matcher field='a.%06000d'/></fields>", 1);
	assert_null(mapping_from_xml(big, n, &e));
	assert_non_null(strstr(e.text, "attribute field is longer than 4096"));
	err_clear(&e);
	strcpy(big, "<fields><os type='linux'>");
	for (int i = 0; i < 1001; i++)
		strcat(big + 25 + i * 40, "<field assetField='a.b' fact='os.name'/>");
	strcat(big, "</os></fields>");
	assert_null(mapping_from_xml(big, strlen(big), &e));
	assert_non_null(strstr(e.text, "more than 1000 fields"));
	free(big);
}

static void
our_additions_load(void **state)
{
	struct mapping *m = from_xml(
	    "<fields><os type='windows'><matcher field='a.mac'/>"
	    "<key field='a.serial' fact='sys.serial'/>"
	    "<field assetField='a.one' objectClass='Win32_BIOS' "
	    " propertyName='Name' namespace='root\\cimv2' filter='Primary=TRUE' "
	    " regex='v([0-9]+)' decimals='2' mod='2.5' policy='whenEmpty' "
	    " join=', '>{0} ({Manufacturer}) {{x}}</field>"
	    "<field type='list' assetField='a.two' registry='HKLM\\A\\B' value='C'/>"
	    "</os><os type='linux'><matcher field='a.mac'/><field "
	    " assetField='a.three' scanner='command' command=\"echo \\'hi\\'\"/>"
	    "</os></fields>");
	const struct map_need *n = find_need(m, MAP_WINDOWS, NEED_CLASS,
	    "Win32_BIOS", "Manufacturer");
	json_t *all = mapping_to_json(m), *rule;

	(void)state;
	assert_non_null(n);
	assert_string_equal(n->filter, "Primary=TRUE");
	assert_string_equal(n->wmi_namespace, "root\\cimv2");
	n = find_need(m, MAP_WINDOWS, NEED_REGISTRY, "HKLM\\A\\B", "C");
	assert_non_null(n);
	assert_non_null(find_need(m, MAP_LINUX, NEED_COMMAND, "echo 'hi'", NULL));
	assert_int_equal(mapping_keys(m, MAP_WINDOWS), 2);
	rule = json_array_get(json_object_get(json_array_get(json_object_get(all,
	    "systems"), 0), "fields"), 0);
	assert_string_equal(json_string_value(json_object_get(rule, "policy")),
	    "whenEmpty");
	assert_string_equal(json_string_value(json_object_get(rule, "template")),
	    "{0} ({Manufacturer}) {{x}}");
	assert_int_equal(json_integer_value(json_object_get(rule, "decimals")), 2);
	json_decref(all);
	mapping_free(m);
}

static void
a_byte_order_mark_and_utf_16_are_read(void **state)
{
	static const char text[] = "<fields><matcher field='a.b' "
	    "updateOnly='true'/></fields>";
	char bom[sizeof(text) + 3], wide[2 * sizeof(text) + 2];
	struct err e = { .code = ERR_NONE };
	struct mapping *m;

	(void)state;
	snprintf(bom, sizeof(bom), "\xef\xbb\xbf%s", text);
	mapping_free(from_xml(bom));
	memcpy(wide, "\xff\xfe", 2);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		wide[2 + 2 * i] = text[i];
		wide[3 + 2 * i] = '\0';
	}
	m = mapping_from_xml(wide, 2 + 2 * (sizeof(text) - 1), &e);
	assert_non_null(m);
	mapping_free(m);
}

static void
truncated_anywhere_is_refused(void **state)
{
	char *text = slurp("tests/map/old-ssh.xml");
	size_t end = (size_t)(strstr(text, "</fields>") - text) + 9;

	(void)state;
	for (size_t n = 0; n < end; n++) {
		struct err e = { .code = ERR_NONE };

		assert_null(mapping_from_xml(text, n, &e));
		assert_int_equal(e.code, ERR_MAPPING);
	}
	free(text);
}

static void
a_misspelt_class_is_asked_about_but_no_mistake(void **state)
{
	struct mapping *m = from_xml("<fields><matcher field='a.mac' "
	    "updateOnly='true'/>"
	    "<field assetField='a.b' objectClass='Win32_OperatingSytem' propertyName='Caption'/>"
	    "<field assetField='a.c' objectClass='win32_bios' propertyName='Name'/>"
	    "<field assetField='a.d' objectClass='Acme_Widget' propertyName='Name'/>"
	    "</fields>");

	(void)state;
	assert_int_equal(mapping_warnings(m), 1);
	assert_non_null(strstr(mapping_warning(m, 0),
	    "is it Win32_OperatingSystem?"));
	mapping_free(m);
}

static void
a_tolerance_is_an_amount_or_a_part(void **state)
{
	static const struct { const char *text; double by; bool percent, ok; } t[] = {
		{ "5", 5, false, true }, { "0.5", 0.5, false, true },
		{ "5%", 5, true, true }, { "2.5 %", 2.5, true, true },
		{ "0", 0, false, false }, { "-1", 0, false, false },
		{ "%", 0, false, false }, { "5%%", 0, false, false },
		{ "inf", 0, false, false }, { "", 0, false, false },
		{ "five", 0, false, false },
	};
	struct map_tolerance got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		if (map_tolerance_parse(t[i].text, &got) != t[i].ok)
			fail_msg("\"%s\"", t[i].text);
		if (t[i].ok)
			assert_true(got.by > t[i].by - 1e-9 && got.by <
			    t[i].by + 1e-9 && got.percent == t[i].percent);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_misspelt_class_is_asked_about_but_no_mistake),
		cmocka_unit_test(a_tolerance_is_an_amount_or_a_part),
		cmocka_unit_test(an_old_ssh_file_loads_unchanged),
		cmocka_unit_test(an_old_wmi_file_loads_unchanged),
		cmocka_unit_test(what_is_unknown_or_wrong_is_refused_with_its_place),
		cmocka_unit_test(size_and_number_are_bounded),
		cmocka_unit_test(our_additions_load),
		cmocka_unit_test(a_byte_order_mark_and_utf_16_are_read),
		cmocka_unit_test(truncated_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
