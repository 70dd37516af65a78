/* Rows as Windows gives them, and the facts they become.  The values are those
 * that Microsoft's documentation and public bug reports show; see each test. */
#include "helper/windows/windows_facts.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* A host's rows by WMI class, and what was made of them. */
struct host {
	struct facts *raw, *out;
	struct win_ask ask;
	struct win_rows rows[WQ_COUNT];
};

static struct host
host_new(void)
{
	struct host h = { .raw = facts_new(), .out = facts_new() };

	assert_non_null(h.raw);
	assert_non_null(h.out);
	for (size_t i = 0; i < WQ_COUNT; i++)
		h.rows[i] = (struct win_rows){ .facts = h.raw,
			.class = win_queries[i].class };
	return h;
}

static void
host_free(struct host *h)
{
	facts_free(h->raw);
	facts_free(h->out);
}

static void
convert(struct host *h)
{
	win_settle(&h->ask);
	windows_facts(&h->ask, h->rows, h->out);
}

static const struct fact *
get(const struct host *h, const char *class, size_t row, const char *name)
{
	assert_true(row < facts_rows(h->out, class));
	return fact_get(facts_at(h->out, class, row), name);
}

static void
is_text(const struct host *h, const char *dotted, const char *wanted)
{
	const struct fact *f = facts_find(h->out, dotted);

	assert_non_null(f);
	assert_int_equal(f->type, FACT_STRING);
	assert_string_equal(f->s, wanted);
}

static void
is_uint(const struct host *h, const char *dotted, uint64_t wanted)
{
	const struct fact *f = facts_find(h->out, dotted);

	assert_non_null(f);
	assert_int_equal(f->type, FACT_UINT);
	assert_int_equal(f->u, wanted);
}

static struct fact
one(enum win_how how, struct fact in, struct facts **keep)
{
	const struct fact *f;

	*keep = facts_new();
	win_convert(how, &in, facts_row(*keep, "x"), "v");
	f = fact_get(facts_at(*keep, "x", 0), "v");
	return f != NULL ? *f : (struct fact){ .type = FACT_NULL };
}

#define S(text) ((struct fact){ .type = FACT_STRING, .s = text })
#define U(n)    ((struct fact){ .type = FACT_UINT, .u = n })

/* --- values ------------------------------------------------------------------ */

static void
windows_7_gives_a_disks_serial_as_swapped_hexadecimal(void **state)
{
	char s[64];

	(void)state;
	/* 20 octets of ATA IDENTIFY words 10-19, each word's octets swapped */
	assert_true(win_disk_serial("2020202057202d44435753413159333235343736",
	    s, sizeof(s)));
	assert_string_equal(s, "WD-WCASY1234567");
	/* an odd octet at the end is padding */
	assert_true(win_disk_serial("3053504d4a31515735323234333020202020202020",
	    s, sizeof(s)));
	assert_string_equal(s, "S0MP1JWQ254203");
}

static void
a_serial_that_only_looks_like_hexadecimal_stays(void **state)
{
	char s[64];

	(void)state;
	assert_false(win_disk_serial("5002538E40A1B2C3", s, sizeof(s)));
	assert_false(win_disk_serial("S3Z8NB0K123456", s, sizeof(s)));
	/* text inside, but too short for the field it would come from */
	assert_false(win_disk_serial("4142434445464748", s, sizeof(s)));
	assert_false(win_disk_serial("", s, sizeof(s)));
	/* long enough, but no text inside */
	assert_false(win_disk_serial("00010203040506070809000102030405", s,
	    sizeof(s)));
	/* too long for the room */
	assert_false(win_disk_serial("2020202057202d44435753413159333235343736",
	    s, 10));
}

static void
an_unknown_speed_is_no_speed(void **state)
{
	static const struct { uint64_t bps; bool known; uint64_t mbps; } t[] = {
		{ 9223372036854775807u, false, 0 }, { UINT64_MAX, false, 0 },
		{ 0, false, 0 }, { 866700000, true, 867 },
		{ 1000000000, true, 1000 }, { 10000000000u, true, 10000 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct facts *keep;
		struct fact f = one(WIN_MBPS, U(t[i].bps), &keep);

		assert_int_equal(f.type, t[i].known ? FACT_UINT : FACT_NULL);
		if (t[i].known)
			assert_int_equal(f.u, t[i].mbps);
		facts_free(keep);
	}
}

static void
a_patchs_date_is_read_in_all_its_forms(void **state)
{
	/* Win32_QuickFixEngineering.InstalledOn: m/d/yyyy, dd.mm.yyyy, yyyymmdd,
	 * FILETIME in hexadecimal; what is none is left out */
	static const struct { const char *text; int64_t ms; } t[] = {
		{ "11/14/2023", 1699920000000 }, { "1/1/2023", 1672531200000 },
		{ "14/11/2023", 1699920000000 }, { "14.11.2023", 1699920000000 },
		{ "20231114", 1699920000000 }, { "2023-11-14", 1699920000000 },
		{ "01da168d82b5c000", 1699920000000 }, { "", -1 },
		{ "soon", -1 }, { "99/99/2023", -1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct facts *keep;
		struct fact f = one(WIN_LOOSE_DAY, S(t[i].text), &keep);

		assert_int_equal(f.type, t[i].ms < 0 ? FACT_NULL : FACT_TIME);
		if (t[i].ms >= 0)
			assert_int_equal(f.ms, t[i].ms);
		facts_free(keep);
	}
}

static void
a_day_is_the_one_that_was_written_in_any_zone(void **state)
{
	static const struct { int64_t ms; const char *day; } t[] = {
		{ 1685664000000, "2023-06-02" },	/* +000 */
		{ 1685660400000, "2023-06-02" },	/* +060 */
		{ 1685682000000, "2023-06-02" } };	/* -300 */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct facts *keep;
		struct fact f = one(WIN_DAY, (struct fact){ .type = FACT_TIME,
		    .ms = t[i].ms }, &keep);

		assert_int_equal(f.type, FACT_STRING);
		assert_string_equal(f.s, t[i].day);
		facts_free(keep);
	}
}

static void
codes_become_words(void **state)
{
	static const struct { enum win_how how; struct fact in; const char *out; }
	    t[] = {
		{ WIN_ROLE, { .type = FACT_UINT, .u = 1 }, "workstation" },
		{ WIN_ROLE, { .type = FACT_UINT, .u = 5 }, "domain controller" },
		{ WIN_CPU_ARCH, { .type = FACT_UINT, .u = 9 }, "x86_64" },
		{ WIN_CPU_ARCH, { .type = FACT_UINT, .u = 12 }, "aarch64" },
		{ WIN_MEMORY_TYPE, { .type = FACT_UINT, .u = 26 }, "DDR4" },
		{ WIN_SHARE_TYPE, { .type = FACT_UINT, .u = 2147483648u },
		    "disk, administrative" },
		{ WIN_ARCH, { .type = FACT_STRING, .s = "64-Bit" }, "x86_64" },
		{ WIN_ARCH, { .type = FACT_STRING, .s = "ARM 64-bit Processor" },
		    "aarch64" },
		{ WIN_ARCH, { .type = FACT_STRING, .s = "32 bits" }, "x86" },
		{ WIN_OFFSET, { .type = FACT_INT, .i = -210 }, "-03:30" },
		{ WIN_OFFSET, { .type = FACT_INT, .i = 60 }, "+01:00" },
		{ WIN_UNC, { .type = FACT_STRING, .s = "\\\\DC1" }, "DC1" },
		{ WIN_REFERENCE, { .type = FACT_STRING,
		    .s = "Win32_Volume.DeviceID=\"\\\\\\\\?\\\\Volume{1}\\\\\"" },
		    "\\\\?\\Volume{1}\\" },
		{ WIN_TEXT, { .type = FACT_STRING, .s = " Microsoft\xc2\xa0"
		    "Windows\xc2\xa0" "10 " }, "Microsoft Windows 10" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct facts *keep;
		struct fact f = one(t[i].how, t[i].in, &keep);

		assert_int_equal(f.type, FACT_STRING);
		assert_string_equal(f.s, t[i].out);
		facts_free(keep);
	}
}

static void
chassis_codes_have_their_names(void **state)
{
	bool portable;

	(void)state;
	assert_string_equal(win_chassis(10, &portable), "laptop");
	assert_true(portable);
	assert_string_equal(win_chassis(3, &portable), "desktop");
	assert_false(portable);
	assert_string_equal(win_chassis(23, &portable), "rack");
	/* bit 7: it can be locked [DMTF DSP0134 7.4] */
	assert_string_equal(win_chassis(0x80 | 31, &portable), "convertible");
	assert_true(portable);
	assert_null(win_chassis(2, &portable));
	assert_null(win_chassis(99, &portable));
}

static void
virtual_machines_are_known_by_maker_and_model(void **state)
{
	(void)state;
	assert_string_equal(win_virtualization("VMware, Inc.", "VMware7,1"),
	    "vmware");
	assert_string_equal(win_virtualization("Microsoft Corporation",
	    "Virtual Machine"), "hyperv");
	assert_string_equal(win_virtualization("Microsoft Corporation",
	    "Surface Pro 9"), "none");
	assert_string_equal(win_virtualization("QEMU",
	    "Standard PC (Q35 + ICH9, 2009)"), "kvm");
	assert_string_equal(win_virtualization(NULL, NULL), "none");
}

/* --- rows -------------------------------------------------------------------------- */

static void
processors_are_added_up(void **state)
{
	struct host h = host_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fact_row *r = facts_row(h.raw, "Win32_Processor");

		fact_str(r, "Name", "Intel(R) Xeon(R) Gold 6346  ");
		fact_str(r, "DeviceID", i == 0 ? "CPU0" : "CPU1");
		fact_uint(r, "NumberOfCores", 16);
		fact_uint(r, "NumberOfLogicalProcessors", 32);
		fact_uint(r, "MaxClockSpeed", i == 0 ? 3100 : 3000);
		fact_uint(r, "LoadPercentage", i == 0 ? 10 : 20);
	}
	win_want(&h.ask, "cpu", NULL);
	convert(&h);
	assert_int_equal(facts_rows(h.out, "cpu"), 1);
	is_text(&h, "cpu.model", "Intel(R) Xeon(R) Gold 6346");
	is_uint(&h, "cpu.sockets", 2);
	is_uint(&h, "cpu.cores", 32);
	is_uint(&h, "cpu.threads", 64);
	is_uint(&h, "cpu.mhz", 3100);
	assert_true(facts_find(h.out, "cpu.loadPercent")->d == 15);
	host_free(&h);
}

static void
a_serial_that_says_nothing_yields_to_a_later_source(void **state)
{
	struct host h = host_new();

	(void)state;
	fact_str(facts_row(h.raw, "Win32_BIOS"), "SerialNumber",
	    "To be filled by O.E.M.");
	fact_str(facts_row(h.raw, "Win32_ComputerSystemProduct"),
	    "IdentifyingNumber", "PF2ABCDE");
	win_want(&h.ask, "sys", "serial");
	win_want(&h.ask, "sys", "uuid");
	convert(&h);
	is_text(&h, "sys.serial", "PF2ABCDE");
	host_free(&h);
}

static void
a_serial_that_says_nothing_is_kept_when_it_is_all_there_is(void **state)
{
	struct host h = host_new();

	(void)state;
	fact_str(facts_row(h.raw, "Win32_BIOS"), "SerialNumber",
	    "To be filled by O.E.M.");
	win_want(&h.ask, "sys", "serial");
	convert(&h);
	is_text(&h, "sys.serial", "To be filled by O.E.M.");
	host_free(&h);
}

static void
a_second_source_alone_has_nothing_asked(void **state)
{
	struct win_ask ask = { .software = false };

	(void)state;
	assert_true(win_want(&ask, "sys", "serial"));
	win_settle(&ask);
	assert_true(ask.query[WQ_BIOS]);
	assert_false(ask.query[WQ_ENCLOSURE] || ask.query[WQ_PRODUCT]);
	assert_false(win_want(&ask, "sys", "colour"));
	assert_false(win_want(&ask, "ssh", "banner"));
}

static struct fact_row *
adapter(struct host *h, uint64_t index, const char *name, const char *mac,
    const char *pnp)
{
	struct fact_row *r = facts_row(h->raw, "Win32_NetworkAdapter");

	fact_uint(r, "Index", index);
	fact_str(r, "Name", name);
	if (mac != NULL)
		fact_str(r, "MACAddress", mac);
	fact_str(r, "PNPDeviceID", pnp);
	return r;
}

static void
adapters_carry_what_tells_real_ones_from_others(void **state)
{
	struct host h = host_new();

	(void)state;
	adapter(&h, 1, "Intel(R) Wi-Fi 6E AX211", "70:A6:CC:91:05:4E",
	    "PCI\\VEN_8086&DEV_51F0\\3");
	adapter(&h, 2, "WAN Miniport (IP)", "50:50:54:50:30:30",
	    "SWD\\MSRRAS\\MS_NDISWANIP");
	adapter(&h, 3, "Realtek USB GbE", "00:E0:4C:68:01:9A",
	    "USB\\VID_0BDA&PID_8153\\1");
	adapter(&h, 4, "WAN Miniport (IPv6)", NULL, "SWD\\X");
	win_want(&h.ask, "nic", NULL);
	convert(&h);
	assert_int_equal(facts_rows(h.out, "nic"), 3);	/* one has no address */
	assert_string_equal(get(&h, "nic", 0, "mac")->s, "70:a6:cc:91:05:4e");
	assert_string_equal(get(&h, "nic", 0, "bus")->s, "pci");
	assert_true(get(&h, "nic", 0, "device")->b);
	assert_true(get(&h, "nic", 0, "wireless")->b);
	assert_false(get(&h, "nic", 1, "device")->b);
	assert_true(get(&h, "nic", 1, "virtual")->b);
	assert_string_equal(get(&h, "nic", 2, "bus")->s, "usb");
	assert_false(get(&h, "nic", 2, "wireless")->b);
	host_free(&h);
}

static void
list_of(struct fact_row *r, const char *name, const char *a, const char *b)
{
	fact_append(r, name, a);
	if (b != NULL)
		fact_append(r, name, b);
}

static void
addresses_are_joined_to_their_adapters(void **state)
{
	struct host h = host_new();
	struct fact_row *r;

	(void)state;
	fact_str(adapter(&h, 2, "Intel", "70:A6:CC:91:05:4E", "PCI\\1"),
	    "NetConnectionID", "Wi-Fi");
	r = facts_row(h.raw, "Win32_NetworkAdapterConfiguration");
	fact_uint(r, "Index", 2);
	fact_bool(r, "DHCPEnabled", true);
	list_of(r, "IPAddress", "192.168.40.17", "fe80::1");
	list_of(r, "IPSubnet", "255.255.240.0", "64");
	list_of(r, "DefaultIPGateway", "192.168.40.1", NULL);
	list_of(r, "DNSServerSearchOrder", "192.168.40.2", "192.168.40.3");
	win_want(&h.ask, "nic", NULL);
	win_want(&h.ask, "ip", NULL);
	win_want(&h.ask, "network", NULL);
	convert(&h);
	assert_int_equal(get(&h, "nic", 0, "ips")->list.n, 2);
	assert_true(get(&h, "nic", 0, "dhcp")->b);
	assert_int_equal(facts_rows(h.out, "ip"), 2);
	assert_string_equal(get(&h, "ip", 0, "nic")->s, "Wi-Fi");
	assert_int_equal(get(&h, "ip", 0, "prefix")->u, 20);
	assert_string_equal(get(&h, "ip", 1, "family")->s, "ipv6");
	assert_int_equal(get(&h, "ip", 1, "prefix")->u, 64);
	assert_string_equal(get(&h, "ip", 1, "scope")->s, "link");
	is_text(&h, "network.gateway", "192.168.40.1");
	assert_int_equal(facts_find(h.out, "network.dns")->list.n, 2);
	host_free(&h);
}

static void
a_domain_member_and_a_workgroup_are_told_apart(void **state)
{
	(void)state;
	for (int joined = 0; joined < 2; joined++) {
		struct host h = host_new();
		struct fact_row *r = facts_row(h.raw, "Win32_ComputerSystem");

		fact_str(r, "DNSHostName", "pc17");
		fact_str(r, "Domain", joined ? "corp.example" : "WORKGROUP");
		fact_bool(r, "PartOfDomain", joined);
		win_want(&h.ask, "host", NULL);
		convert(&h);
		is_text(&h, "host.name", "pc17");
		if (joined) {
			is_text(&h, "host.fqdn", "pc17.corp.example");
			is_text(&h, "host.domain", "corp.example");
			assert_null(facts_find(h.out, "host.workgroup"));
		} else {
			is_text(&h, "host.workgroup", "WORKGROUP");
			assert_null(facts_find(h.out, "host.fqdn"));
			assert_null(facts_find(h.out, "host.domain"));
		}
		host_free(&h);
	}
}

static void
a_session_gets_its_user_by_the_association(void **state)
{
	struct host h = host_new();
	struct fact_row *r = facts_row(h.raw, "Win32_LogonSession");

	(void)state;
	fact_uint(r, "LogonType", 10);
	fact_str(r, "LogonId", "987654");
	r = facts_row(h.raw, "Win32_LoggedOnUser");
	fact_str(r, "Antecedent", "\\\\.\\root\\cimv2:Win32_Account.Domain="
	    "\"CORP\",Name=\"lisa\"");
	fact_str(r, "Dependent", "\\\\.\\root\\cimv2:Win32_LogonSession."
	    "LogonId=\"987654\"");
	win_want(&h.ask, "session", NULL);
	convert(&h);
	assert_string_equal(get(&h, "session", 0, "user")->s, "CORP\\lisa");
	assert_string_equal(get(&h, "session", 0, "type")->s, "rdp");
	host_free(&h);
}

static void
what_is_missing_has_its_reason(void **state)
{
	struct host h = host_new();
	const char *why, *fix;

	(void)state;
	fact_str(facts_row(h.raw, "Win32_BIOS"), "Manufacturer", "AMI");
	h.rows[WQ_BOARD] = (struct win_rows){ .why = "the account may not read "
	    "it", .fix = "grant it" };
	win_want(&h.ask, "bios", NULL);
	win_want(&h.ask, "board", "name");
	convert(&h);
	assert_true(facts_why(h.out, "board.name", &why, &fix));
	assert_string_equal(why, "the account may not read it");
	assert_string_equal(fix, "grant it");
	assert_true(facts_why(h.out, "bios.version", &why, &fix));
	assert_non_null(strstr(why, "Win32_BIOS.SMBIOSBIOSVersion"));
	assert_false(facts_why(h.out, "bios.vendor", &why, &fix));
	host_free(&h);
}

/* The names in the table must be those of the vocabulary. */
static void
every_row_of_the_table_makes_a_fact_that_exists(void **state)
{
	char dotted[100];

	(void)state;
	for (size_t i = 0; i < win_ncols; i++) {
		snprintf(dotted, sizeof(dotted), "%s.%s", win_cols[i].class,
		    win_cols[i].fact);
		if (fact_info(dotted) == NULL)
			print_error("%s\n", dotted);
		assert_non_null(fact_info(dotted));
	}
	for (size_t i = 0; i < win_nregs; i++) {
		snprintf(dotted, sizeof(dotted), "%s.%s", win_regs[i].class,
		    win_regs[i].fact);
		assert_non_null(fact_info(dotted));
	}
}

static void
no_class_that_hurts_hosts_is_in_the_table(void **state)
{
	static const char *const never[] = { "Win32_Product",
		"Win32_SoftwareElement", "CIM_DataFile", "CIM_LogicalFile",
		"Win32_Directory", "Win32_NTLogEvent",
		"Win32_ReliabilityRecords" };

	(void)state;
	for (size_t i = 0; i < WQ_COUNT; i++) {
		for (size_t k = 0; k < ARRAY_LEN(never); k++)
			assert_string_not_equal(win_queries[i].class, never[k]);
		/* without this it lists the whole domain */
		if (strcmp(win_queries[i].class, "Win32_UserAccount") == 0)
			assert_string_equal(win_queries[i].condition,
			    "LocalAccount=TRUE");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_7_gives_a_disks_serial_as_swapped_hexadecimal),
		cmocka_unit_test(a_serial_that_only_looks_like_hexadecimal_stays),
		cmocka_unit_test(an_unknown_speed_is_no_speed),
		cmocka_unit_test(a_patchs_date_is_read_in_all_its_forms),
		cmocka_unit_test(a_day_is_the_one_that_was_written_in_any_zone),
		cmocka_unit_test(codes_become_words),
		cmocka_unit_test(chassis_codes_have_their_names),
		cmocka_unit_test(virtual_machines_are_known_by_maker_and_model),
		cmocka_unit_test(processors_are_added_up),
		cmocka_unit_test(a_serial_that_says_nothing_yields_to_a_later_source),
		cmocka_unit_test(a_serial_that_says_nothing_is_kept_when_it_is_all_there_is),
		cmocka_unit_test(a_second_source_alone_has_nothing_asked),
		cmocka_unit_test(adapters_carry_what_tells_real_ones_from_others),
		cmocka_unit_test(addresses_are_joined_to_their_adapters),
		cmocka_unit_test(a_domain_member_and_a_workgroup_are_told_apart),
		cmocka_unit_test(a_session_gets_its_user_by_the_association),
		cmocka_unit_test(what_is_missing_has_its_reason),
		cmocka_unit_test(every_row_of_the_table_makes_a_fact_that_exists),
		cmocka_unit_test(no_class_that_hurts_hosts_is_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
