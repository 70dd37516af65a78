#include "tests/map/common.h"

#include <time.h>

static struct mapped *
eval(const struct mapping *m, enum map_os os, const struct facts *f)
{
	struct err e = { .code = ERR_NONE };
	struct mapped *out = mapping_eval(m, os, f, &e);

	if (out == NULL)
		fail_msg("%s", e.text);
	return out;
}

static const struct map_value *
value(const struct mapped *out, const char *field)
{
	for (size_t i = 0; i < mapped_values(out); i++)
		if (strcmp(mapped_value(out, i)->field, field) == 0)
			return mapped_value(out, i);
	fail_msg("no value of %s", field);
	return NULL;
}

/* One rule on linux, one value (NULL: none, then part of the reason). */
static void
check_rule(const struct facts *f, const char *rule, const char *expected,
    const char *why)
{
	char json[2000];
	struct mapping *m;
	struct mapped *out;
	const struct map_value *v;

	snprintf(json, sizeof(json), RULE("{\"field\":\"a.x\",%s}"), rule);
	m = from_json(json);
	out = eval(m, strstr(rule, "\"class\"") != NULL ||
	    strstr(rule, "\"registry\"") != NULL ? MAP_WINDOWS : MAP_LINUX, f);
	v = value(out, "a.x");
	if (expected != NULL) {
		if (v->n != 1 || strcmp(v->values[0], expected) != 0)
			fail_msg("%s\n  gives %s (%s)\n  not   %s", rule,
			    v->n > 0 ? v->values[0] : "nothing",
			    v->why != NULL ? v->why : "", expected);
	} else if (v->n != 0 || strstr(v->why, why) == NULL ||
	    v->fix == NULL) {
		fail_msg("%s\n  gives %s (%s)\n  not (%s)", rule,
		    v->n > 0 ? v->values[0] : "nothing",
		    v->why != NULL ? v->why : "", why);
	}
	mapped_free(out);
	mapping_free(m);
}

static void
raw(struct facts *f, const char *class, const char *key, const char *name,
    const char *text)
{
	struct fact_row *r = facts_row(f, class);

	fact_str(r, key, name);
	fact_str(r, "text", text);
}

static void
each_kind_of_source_gives_its_value(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r;

	(void)state;
	fact_str(facts_row(f, "os"), "name", "  Debian 12 \n");
	raw(f, "file", "path", "/etc/motd", "two\nlines\n");
	raw(f, "sysctl", "name", "hw.model", "Mac14,2\n");
	raw(f, "command", "command", "getenforce", "Enforcing\n");
	r = facts_row(f, "registry");
	fact_str(r, "path", "HKLM\\SOFTWARE\\X");
	fact_str(r, "value", "Other");
	fact_str(r, "text", "no");
	r = facts_row(f, "registry");
	fact_str(r, "path", "hklm\\software\\x");
	fact_str(r, "value", "Name");
	fact_uint(r, "text", 7);
	r = facts_row(f, "Win32_BIOS");
	fact_null(r, "SerialNumber");
	r = facts_row(f, "Win32_BIOS");
	fact_str(r, "SerialNumber", "ABC ");
	check_rule(f, "\"from\":{\"fact\":\"os.name\"}", "Debian 12", NULL);
	check_rule(f, "\"from\":{\"file\":\"/etc/motd\"}", "two\nlines", NULL);
	check_rule(f, "\"from\":{\"sysctl\":\"hw.model\"}", "Mac14,2", NULL);
	check_rule(f, "\"from\":{\"command\":\"getenforce\"}", "Enforcing", NULL);
	check_rule(f, "\"from\":{\"registry\":\"HKLM\\\\SOFTWARE\\\\X\","
	    "\"value\":\"name\"}", "7", NULL);
	check_rule(f, "\"from\":{\"class\":\"Win32_BIOS\",\"property\":"
	    "\"SerialNumber\"}", "ABC", NULL);
	facts_free(f);
}

static void
uptime_and_boottime_give_their_first_number(void **state)
{
	struct facts *f = facts_new();

	(void)state;
	raw(f, "file", "path", "/proc/uptime", "350735.47 234388.90\n");
	raw(f, "sysctl", "name", "kern.boottime",
	    "{ sec = 1700000000, usec = 4711 } Tue Nov 14 22:13:20 2023\n");
	check_rule(f, "\"from\":{\"file\":\"/proc/uptime\"}", "350735.47", NULL);
	check_rule(f, "\"from\":{\"file\":\"/proc/uptime\"},\"divide\":3600", "97",
	    NULL);
	check_rule(f, "\"from\":{\"sysctl\":\"kern.boottime\"}", "1700000000", NULL);
	check_rule(f, "\"from\":{\"sysctl\":\"kern.boottime\"},"
	    "\"regex\":\"usec = ([0-9]+)\"", "4711", NULL);
	facts_free(f);
}

static void
a_divisor_keeps_integers_exact_and_rounds_the_rest(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "memory");

	(void)state;
	fact_uint(r, "totalBytes", 16777216000);
	fact_uint(r, "swapTotalBytes", 9007199254740993);	/* 2^53 + 1 */
	fact_uint(r, "installedBytes", UINT64_MAX);
	fact_real(facts_row(f, "cpu"), "loadPercent", -2.5);
	fact_str(r, "availableBytes", "about 5400 s");
	fact_time(facts_row(f, "os"), "booted", 1700000000123);
#define M(fact, rest) "\"from\":{\"fact\":\"" fact "\"}" rest
	check_rule(f, M("memory.totalBytes", ",\"divide\":1000"), "16777216", NULL);
	check_rule(f, M("memory.totalBytes", ",\"divide\":1073741824"), "16", NULL);
	check_rule(f, M("memory.totalBytes", ",\"divide\":1073741824,"
	    "\"decimals\":3"), "15.625", NULL);
	check_rule(f, M("memory.totalBytes", ",\"divide\":1000,\"decimals\":2"),
	    "16777216", NULL);
	check_rule(f, M("memory.swapTotalBytes", ",\"divide\":1"),
	    "9007199254740993", NULL);
	check_rule(f, M("memory.installedBytes", ",\"divide\":1073741824"),
	    "17179869184", NULL);
	check_rule(f, M("memory.availableBytes", ",\"divide\":3600"), "2", NULL);
	check_rule(f, M("cpu.loadPercent", ",\"divide\":1"), "-3", NULL);
	check_rule(f, M("cpu.loadPercent", ",\"divide\":1000"), "0", NULL);
	check_rule(f, M("os.booted", ""), "2023-11-14T22:13:20.123Z", NULL);
	check_rule(f, M("os.booted", ",\"divide\":1"), "1700000000123", NULL);
	check_rule(f, M("os.booted", ",\"divide\":1000"), "1700000000", NULL);
	fact_str(facts_row(f, "sys"), "model", "Latitude");
	check_rule(f, M("sys.model", ",\"divide\":2"), NULL, "is no number");
	facts_free(f);
}

static void
a_regex_picks_the_first_line_that_matches(void **state)
{
	struct facts *f = facts_new();
	char *long_line = malloc(200001);

	(void)state;
	raw(f, "file", "path", "/proc/meminfo",
	    "MemTotal:  100 kB\nSwapTotal:  2097148 kB\nSwapFree: 1 kB\n");
	check_rule(f, "\"from\":{\"file\":\"/proc/meminfo\"},"
	    "\"regex\":\"^SwapTotal: *([0-9]+)\"", "2097148", NULL);
	check_rule(f, "\"from\":{\"file\":\"/proc/meminfo\"},"
	    "\"regex\":\"^Swap.*kB$\"", "SwapTotal:  2097148 kB", NULL);
	check_rule(f, "\"from\":{\"file\":\"/proc/meminfo\"},"
	    "\"regex\":\"^SwapTotal: *([0-9]+)\",\"divide\":1024,"
	    "\"template\":\"{0} MiB\"", "2048 MiB", NULL);
	check_rule(f, "\"from\":{\"file\":\"/proc/meminfo\"},"
	    "\"regex\":\"Huge\"", NULL, "does not match the rule's regex");
	memset(long_line, 'a', 200000);
	strcpy(long_line + 199990, "needle");
	raw(f, "file", "path", "/long", long_line);
	check_rule(f, "\"from\":{\"file\":\"/long\"},\"regex\":\"needle\"", NULL,
	    "does not match");
	free(long_line);
	facts_free(f);
}

/* Hostile: a pattern that is slow on what does not match, and a lot of that. */
static void
a_slow_regex_on_much_text_is_bounded(void **state)
{
	struct facts *f = facts_new();
	size_t n = (size_t)1 << 20;
	char *big = malloc(n + 1);
	struct timespec a, b;

	(void)state;
	memset(big, 'x', n);
	for (size_t i = 16000; i < n; i += 16000)
		big[i] = '\n';
	big[n] = '\0';
	raw(f, "file", "path", "/big", big);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	check_rule(f, "\"from\":{\"file\":\"/big\"},\"regex\":\"(x+x+)+y\"", NULL,
	    "does not match");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	/* 0.5 s here; without the bound 30 s. */
	assert_in_range(b.tv_sec - a.tv_sec, 0, 8);
	free(big);
	facts_free(f);
}

static struct facts *
disks(void)
{
	struct facts *f = facts_new();
	struct fact_row *r;

	for (int i = 0; i < 3; i++) {
		r = facts_row(f, "disk");
		fact_str(r, "model", i == 0 ? "Samsung" : i == 1 ? "" : "WD");
		fact_uint(r, "sizeBytes", (uint64_t)i + 1);
		if (i == 2)
			fact_str(r, "serial", "S{0}N");
	}
	return f;
}

static void
repeated_rows_are_one_several_or_joined(void **state)
{
	struct facts *f = disks();
	struct mapping *m = from_json(RULE("{\"field\":\"a.x\",\"list\":true,"
	    "\"from\":{\"fact\":\"disk.model\"},\"policy\":\"neverOverwrite\"}"));
	struct mapped *out = eval(m, MAP_LINUX, f);

	(void)state;
	check_rule(f, "\"from\":{\"fact\":\"disk.model\"}", "Samsung", NULL);
	check_rule(f, "\"from\":{\"fact\":\"disk.model\"},\"join\":\", \"",
	    "Samsung, WD", NULL);
	check_rule(f, "\"from\":{\"fact\":\"disk.model\"},\"join\":\"\\n\","
	    "\"template\":\"{0} [{serial}] {sizeBytes}{{}}\"",
	    "Samsung [] 1{}\nWD [S{0}N] 3{}", NULL);
	assert_int_equal(value(out, "a.x")->n, 2);
	assert_string_equal(value(out, "a.x")->values[1], "WD");
	assert_int_equal(value(out, "a.x")->policy, POLICY_NEVER_OVERWRITE);
	mapped_free(out);
	mapping_free(m);
	raw(f, "command", "command", "lines", "one\n\n two \nthree");
	check_rule(f, "\"from\":{\"command\":\"lines\"},\"join\":\"+\"",
	    "one+two+three", NULL);
	facts_free(f);
}

static void
rules_for_one_field_are_alternatives(void **state)
{
	struct mapping *m = from_json(RULE("{\"field\":\"a.x\",\"from\":{\"fact\":"
	    "\"user.current\"}},{\"field\":\"a.x\",\"from\":{\"fact\":"
	    "\"user.last\"}},{\"field\":\"a.x\",\"from\":{\"fact\":"
	    "\"host.name\"}}"));
	struct facts *f = facts_new();
	struct mapped *out;

	(void)state;
	facts_missing(f, "user.current", "nobody is logged on", "-");
	out = eval(m, MAP_LINUX, f);
	assert_int_equal(mapped_values(out), 1);
	assert_int_equal(mapped_value(out, 0)->n, 0);
	assert_string_equal(mapped_value(out, 0)->why, "nobody is logged on");
	mapped_free(out);
	fact_str(facts_row(f, "user"), "last", "ada");
	fact_str(facts_row(f, "host"), "name", "pc");
	out = eval(m, MAP_LINUX, f);
	assert_int_equal(mapped_values(out), 1);
	assert_string_equal(mapped_value(out, 0)->values[0], "ada");
	mapped_free(out);
	mapping_free(m);
	facts_free(f);
}

static void
a_missing_value_says_why(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "command");

	(void)state;
	facts_missing(f, "bios.date", "needs root", "sudo");
	facts_missing(f, "file./root/x", "no permission", "chmod");
	facts_missing(f, "Win32_Tpm.SpecVersion", "the namespace is missing", "-");
	fact_str(r, "command", "false");
	fact_str(r, "text", " \n");
	fact_int(r, "status", 127);
	check_rule(f, M("bios.date", ""), NULL, "needs root");
	check_rule(f, M("os.name", ""), NULL, "the host did not say");
	check_rule(f, "\"from\":{\"file\":\"/root/x\"}", NULL, "no permission");
	check_rule(f, "\"from\":{\"file\":\"/root/y\"}", NULL, "not there");
	check_rule(f, "\"from\":{\"sysctl\":\"a.b\"}", NULL, "sysctl gave nothing");
	check_rule(f, "\"from\":{\"command\":\"false\"}", NULL,
	    "ended with status 127");
	check_rule(f, "\"from\":{\"command\":\"true\"}", NULL, "printed nothing");
	check_rule(f, "\"from\":{\"class\":\"Win32_Tpm\",\"property\":"
	    "\"SpecVersion\"}", NULL, "namespace is missing");
	check_rule(f, "\"from\":{\"registry\":\"HKLM\\\\A\",\"value\":\"b\"}", NULL,
	    "no such value");
	fact_str(facts_row(f, "sys"), "serial", "To be filled by O.E.M.");
	check_rule(f, M("identity.serial", ""), NULL, "\"To be filled by O.E.M.\"");
	check_rule(f, M("sys.serial", ""), "To be filled by O.E.M.", NULL);
	check_rule(f, M("identity.mac", ""), NULL, "no network adapter");
	facts_free(f);
}

static struct facts *
laptop(void)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "nic");

	fact_str(r, "name", "eth0");
	fact_str(r, "mac", "00-1A-2B-3C-4D-5E");
	fact_bool(r, "device", true);
	r = facts_row(f, "nic");
	fact_str(r, "name", "docker0");
	fact_str(r, "mac", "02:42:12:34:56:78");
	r = facts_row(f, "nic");
	fact_str(r, "name", "enp0s31f6");
	fact_str(r, "mac", "3c:52:82:0a:0b:0c");
	fact_bool(r, "device", true);
	r = facts_row(f, "host");
	fact_str(r, "name", "pc17");
	fact_str(r, "fqdn", "pc17.corp.example");
	r = facts_row(f, "sys");
	fact_str(r, "serial", "5CG1234ABC");
	fact_str(r, "uuid", "4C4C4544-0042-3510-8052-B4C04F4E3132");
	r = facts_row(f, "cpu");
	fact_str(r, "model", "Intel(R) Core(TM) i7");
	fact_uint(r, "mhz", 3600);
	return f;
}

static void
the_built_in_mapping_fills_the_known_fields(void **state)
{
	struct facts *f = laptop();

	(void)state;
	for (int os = 0; os < MAP_OS_COUNT; os++) {
		struct mapped *out = eval(mapping_builtin(), (enum map_os)os, f);

		assert_string_equal(mapped_title(out), "pc17");
		assert_string_equal(value(out, "system.title")->values[0], "pc17");
		assert_string_equal(value(out, "spartez.network")->values[0],
		    "00:1a:2b:3c:4d:5e\n3c:52:82:0a:0b:0c");
		assert_string_equal(value(out, "spartez.serialnumber")->values[0],
		    "5CG1234ABC");
		assert_string_equal(value(out, "spartez.cpuspeed")->values[0],
		    "3600");
		assert_int_equal(value(out, "spartez.cpucores")->n, 0);
		assert_int_equal(value(out, "spartez.username")->n, 0);
		assert_int_equal(mapped_keys(out), 2);
		assert_string_equal(mapped_key(out, 1)->field, "spartez.network");
		assert_string_equal(mapped_key(out, 1)->value,
		    "3c:52:82:0a:0b:0c");
		assert_int_equal(mapped_key(out, 1)->kind, KEY_MAC);
		assert_int_equal(mapped_ignored(out), 1);
		assert_string_equal(mapped_ignored_at(out, 0)->value,
		    "02:42:12:34:56:78");
		assert_int_equal(mapped_warnings(out), 0);
		assert_false(mapping_update_only(mapping_builtin(),
		    (enum map_os)os));
		mapped_free(out);
	}
	facts_free(f);
}

static void
keys_of_all_kinds_pass_the_rules_of_identity(void **state)
{
	struct mapping *m = from_json("{\"matcher\":{\"updateOnly\":true,\"keys\":["
	    "{\"field\":\"a.uuid\",\"from\":{\"fact\":\"sys.uuid\"}},"
	    "{\"field\":\"a.serial\",\"from\":{\"fact\":\"sys.serial\"}},"
	    "{\"field\":\"a.name\",\"from\":{\"fact\":\"host.fqdn\"}},"
	    "{\"field\":\"a.model\",\"from\":{\"fact\":\"sys.model\"}}"
	    "]},\"fields\":[]}");
	struct facts *f = laptop();
	struct mapped *out = eval(m, MAP_LINUX, f);

	(void)state;
	assert_int_equal(mapped_keys(out), 3);
	assert_int_equal(mapped_key(out, 0)->kind, KEY_UUID);
	assert_string_equal(mapped_key(out, 0)->value,
	    "4c4c4544-0042-3510-8052-b4c04f4e3132");
	assert_int_equal(mapped_key(out, 1)->kind, KEY_SERIAL);
	assert_int_equal(mapped_key(out, 2)->kind, KEY_TEXT);
	assert_string_equal(mapped_key(out, 2)->value, "pc17.corp.example");
	mapped_free(out);
	facts_free(f);
	f = facts_new();
	fact_str(facts_row(f, "sys"), "serial", "0000000");
	fact_str(facts_row(f, "sys"), "uuid", "no uuid");
	out = eval(m, MAP_LINUX, f);
	assert_int_equal(mapped_keys(out), 0);
	assert_int_equal(mapped_warnings(out), 1);
	assert_null(mapped_title(out));
	mapped_free(out);
	facts_free(f);
	mapping_free(m);
}

static void
a_matchers_command_names_the_addresses_but_not_virtual_ones(void **state)
{
	char *text = slurp("tests/map/old-ssh.xml");
	struct mapping *m = from_xml(text);
	struct facts *f = laptop();
	struct mapped *out;

	(void)state;
	raw(f, "command", "command", "ip -o link | grep -v 'LOOPBACK' | sed "
	    "'s/.*ether //; s/ .*//'", "3C:52:82:0A:0B:0C\nrubbish\n"
	    "02:42:12:34:56:78\n00:00:00:00:00:00\n52:54:00:aa:bb:cc\n"
	    "3c:52:82:0a:0b:0c\n");
	raw(f, "file", "path", "/proc/uptime", "12.5 3\n");
	out = eval(m, MAP_LINUX, f);
	assert_int_equal(mapped_keys(out), 2);
	assert_string_equal(mapped_key(out, 0)->value, "3c:52:82:0a:0b:0c");
	assert_string_equal(mapped_key(out, 1)->value, "52:54:00:aa:bb:cc");
	assert_int_equal(mapped_ignored(out), 2);
	assert_string_equal(value(out, "custom.host.uptime")->values[0], "12.5");
	mapped_free(out);
	facts_free(f);
	mapping_free(m);
	free(text);
}

static void
adapter(struct facts *f, const char *mac, const char *name, const char *pnp,
    const char *service)
{
	struct fact_row *r = facts_row(f, "Win32_NetworkAdapter");

	fact_str(r, "MACAddress", mac);
	fact_str(r, "Name", name);
	fact_str(r, "PNPDeviceID", pnp);
	fact_str(r, "ServiceName", service);
	fact_bool(r, "PhysicalAdapter", true);
}

static void
a_wmi_matchers_filter_decides_which_adapters_count(void **state)
{
	char *text = slurp("tests/map/old-wmi.xml");
	struct mapping *m = from_xml(text);
	struct facts *f = laptop();	/* what the probe says of all adapters */
	struct mapped *out = eval(m, MAP_WINDOWS, f);
	struct fact_row *r;

	(void)state;
	assert_int_equal(mapped_keys(out), 0);	/* the filter left nothing */
	mapped_free(out);
	adapter(f, "3C:52:82:0A:0B:0C", "Intel(R) Ethernet I219-LM",
	    "PCI\\VEN_8086&DEV_15BD", "e1dexpress");
	adapter(f, "00:FF:12:34:56:78", "TAP-Windows Adapter V9",
	    "ROOT\\NET\\0000", "tap0901");
	r = facts_row(f, "Win32_PerfFormattedData_PerfOS_System");
	fact_uint(r, "SystemUpTime", 7200);
	out = eval(m, MAP_WINDOWS, f);
	assert_int_equal(mapped_keys(out), 1);
	assert_string_equal(mapped_key(out, 0)->value, "3c:52:82:0a:0b:0c");
	assert_int_equal(mapped_ignored(out), 1);
	assert_string_equal(value(out, "custom.host.uptime")->values[0], "2");
	mapped_free(out);
	facts_free(f);
	mapping_free(m);
	free(text);
}

static void
the_match_field_is_written_where_no_rule_does(void **state)
{
	struct mapping *m = from_xml("<fields><os type='linux'><matcher "
	    "field='spartez.network'/></os></fields>");
	struct facts *f = laptop();
	struct mapped *out = eval(m, MAP_LINUX, f);
	const struct map_value *v = value(out, "spartez.network");

	(void)state;
	assert_string_equal(v->values[0], "00:1a:2b:3c:4d:5e\n3c:52:82:0a:0b:0c");
	assert_int_equal(v->policy, POLICY_WHEN_EMPTY);
	mapped_free(out);
	facts_free(f);
	mapping_free(m);
}

static void
values_are_bounded_and_never_cut_inside_a_character(void **state)
{
	struct facts *f = facts_new();
	struct mapping *m = from_json(RULE(
	    "{\"field\":\"a.one\",\"from\":{\"fact\":\"os.name\"}},"
	    "{\"field\":\"a.all\",\"from\":{\"fact\":\"process.name\"},"
	    "\"join\":\"\\n\"},"
	    "{\"field\":\"a.list\",\"from\":{\"fact\":\"process.name\"},"
	    "\"list\":true}"));
	char *big = malloc(400001);
	struct mapped *out;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 400000; i += 2)
		memcpy(big + i, "\xc3\xa4", 2);
	big[400000] = '\0';
	big[0] = big[1] = 'x';
	memmove(big, big + 1, 400000);		/* odd, so that the cut is inside */
	fact_str(facts_row(f, "os"), "name", big);
	fact_str(facts_row(f, "host"), "name", big);
	for (int i = 0; i < 100000; i++)
		fact_str(facts_row(f, "process"), "name", "process");
	out = eval(m, MAP_LINUX, f);
	n = strlen(value(out, "a.one")->values[0]);
	assert_int_equal(n, 32767);
	assert_true((unsigned char)value(out, "a.one")->values[0][n - 1] == 0xa4);
	assert_int_equal(strlen(mapped_title(out)), 255);
	assert_in_range(strlen(value(out, "a.all")->values[0]), 30000, 32768);
	assert_int_equal(value(out, "a.list")->n, 256);
	assert_in_range(mapped_warnings(out), 3, 6);
	mapped_free(out);
	free(big);
	facts_free(f);
	mapping_free(m);
}

static void
an_unknown_system_is_refused(void **state)
{
	struct mapping *m = from_xml("<fields><matcher field='a.b' "
	    "updateOnly='true'/></fields>");
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_null(mapping_eval(m, MAP_LINUX, f, &e));
	assert_int_equal(e.code, ERR_UNKNOWN_OS);
	facts_free(f);
	mapping_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_source_gives_its_value),
		cmocka_unit_test(uptime_and_boottime_give_their_first_number),
		cmocka_unit_test(a_divisor_keeps_integers_exact_and_rounds_the_rest),
		cmocka_unit_test(a_regex_picks_the_first_line_that_matches),
		cmocka_unit_test(a_slow_regex_on_much_text_is_bounded),
		cmocka_unit_test(repeated_rows_are_one_several_or_joined),
		cmocka_unit_test(rules_for_one_field_are_alternatives),
		cmocka_unit_test(a_missing_value_says_why),
		cmocka_unit_test(the_built_in_mapping_fills_the_known_fields),
		cmocka_unit_test(keys_of_all_kinds_pass_the_rules_of_identity),
		cmocka_unit_test(a_matchers_command_names_the_addresses_but_not_virtual_ones),
		cmocka_unit_test(a_wmi_matchers_filter_decides_which_adapters_count),
		cmocka_unit_test(the_match_field_is_written_where_no_rule_does),
		cmocka_unit_test(values_are_bounded_and_never_cut_inside_a_character),
		cmocka_unit_test(an_unknown_system_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
