/* Rows that several classes give: drives of pools, sockets, routes, adapters as NDIS
 * knows them; and rows and values that say what is not there. */
#include "helper/windows/windows_facts.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/windows/host.h"

#define CONTROL "SYSTEM\\CurrentControlSet\\Control\\"

/* --- drives ---------------------------------------------------------------------- */

static void
a_pools_drives_have_rows_of_their_own(void **state)
{
	static const struct { const char *id; size_t rows; } t[] = { { "0", 1 },
		{ "7", 2 }, { "1001", 1 }, { NULL, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("disk");
		struct fact_row *r = facts_row(h.raw, "Win32_DiskDrive");

		fact_uint(r, "Index", 0);
		r = facts_row(h.raw, "MSFT_PhysicalDisk");
		fact_str(r, "DeviceId", t[i].id);
		fact_uint(r, "Size", 4096);
		fact_uint(r, "BusType", 11);
		convert(&h);
		assert_int_equal(facts_rows(h.out, "disk"), t[i].rows);
		if (t[i].rows == 2) {
			assert_string_equal(text(&h, "disk", 1, "name"),
			    "PhysicalDisk7");
			assert_string_equal(text(&h, "disk", 1, "bus"), "sata");
			assert_string_equal(text(&h, "disk", 1, "sizeBytes"),
			    "4096");
		}
		host_free(&h);
	}
	/* where the drives themselves did not come nobody knows which are a
	 * pool's */
	{
		struct host h = host_new("disk");

		fact_str(facts_row(h.raw, "MSFT_PhysicalDisk"), "DeviceId", "7");
		convert(&h);
		assert_int_equal(facts_rows(h.out, "disk"), 0);
		host_free(&h);
	}
}

static void
a_world_wide_name_is_one_by_its_format(void **state)
{
	static const struct { const char *id; uint64_t format; const char *is; }
	    t[] = { { "eui.0025385B71B0A1F2", 2, "eui.0025385b71b0a1f2" },
		{ "0025385B71B0A1F2", 2, "eui.0025385b71b0a1f2" },
		{ "5002538E40A1B2C3", 3, "0x5002538e40a1b2c3" },
		{ "SomeVendor X1", 0, "-" }, { "", 3, "-" },
		{ "IDE\\DISK", 8, "-" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("disk");
		struct fact_row *r = facts_row(h.raw, "Win32_DiskDrive");

		fact_uint(r, "Index", 3);
		r = facts_row(h.raw, "MSFT_PhysicalDisk");
		fact_str(r, "DeviceId", "3");
		fact_str(r, "UniqueId", t[i].id);
		fact_uint(r, "UniqueIdFormat", t[i].format);
		fact_str(r, "Manufacturer", i == 0 ? "NVMe" : i == 1 ? "ATA " :
		    " Maker ");
		convert(&h);
		assert_string_equal(text(&h, "disk", 0, "wwn"), t[i].is);
		assert_string_equal(text(&h, "disk", 0, "vendor"),
		    i < 2 ? "-" : "Maker");
		host_free(&h);
	}
}

/* --- memory ---------------------------------------------------------------------- */

static void
a_chip_that_holds_the_firmware_is_no_memory(void **state)
{
	static const struct { const char *property; uint64_t type, bytes; } t[] = {
		{ "MemoryType", 11, 8388608 }, { "SMBIOSMemoryType", 9, 4194304 },
		{ "SMBIOSMemoryType", 26, 1024 }, { "MemoryType", 0, 2048 } };
	struct win_ask ask = { .software = false };
	struct host h = host_new("memory");
	bool asked = false;
	const char *p;

	(void)state;
	assert_true(win_want(&h.ask, "memoryModule", NULL));
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct fact_row *r = facts_row(h.raw, "Win32_PhysicalMemory");

		fact_uint(r, "Capacity", t[i].bytes);
		fact_uint(r, t[i].property, t[i].type);
	}
	convert(&h);
	assert_string_equal(text(&h, "memory", 0, "installedBytes"), "3072");
	assert_int_equal(facts_rows(h.out, "memoryModule"), 2);
	host_free(&h);
	/* and its type is asked for the sum alone, too */
	assert_true(win_want(&ask, "memory", "installedBytes"));
	win_settle(&ask);
	for (size_t i = 0; (p = win_property(&ask, WQ_MODULES, i)) != NULL; i++)
		asked = asked || strcmp(p, "SMBIOSMemoryType") == 0;
	assert_true(asked);
}

/* --- times ------------------------------------------------------------------------ */

static void
the_year_1601_is_no_time(void **state)
{
	struct host h = host_new("os");
	struct fact_row *r = facts_row(h.raw, "Win32_OperatingSystem");

	(void)state;
	assert_true(win_want(&h.ask, "bios", NULL));
	assert_true(win_want(&h.ask, "update", NULL));
	fact_time(r, "InstallDate", -11644473600000);
	fact_time(r, "LastBootUpTime", 1709294400000);
	fact_time(facts_row(h.raw, "Win32_BIOS"), "ReleaseDate",
	    -11644473600000);
	fact_time(facts_row(h.raw, "Win32_QuickFixEngineering"), "InstalledOn",
	    -11644473600000);
	convert(&h);
	assert_string_equal(text(&h, "os", 0, "installed"), "-");
	assert_string_equal(text(&h, "os", 0, "booted"),
	    "2024-03-01T12:00:00Z");
	assert_string_equal(text(&h, "bios", 0, "date"), "-");
	assert_string_equal(text(&h, "update", 0, "installed"), "-");
	host_free(&h);
}

static void
a_time_zones_key_is_in_no_language(void **state)
{
	(void)state;
	for (int key = 0; key < 2; key++) {
		struct host h = host_new("time");

		fact_str(facts_row(h.raw, "Win32_TimeZone"), "StandardName",
		    "Mitteleurop\xc3\xa4ische Zeit");
		if (key)
			word(&h, CONTROL "TimeZoneInformation",
			    "TimeZoneKeyName", "W. Europe Standard Time");
		else
			absent(&h, CONTROL "TimeZoneInformation",
			    "TimeZoneKeyName", 2);
		/* the registry is read first */
		win_registry_facts(&h.ask, h.raw, WIN_ASK, h.out);
		convert(&h);
		assert_string_equal(text(&h, "time", 0, "timezone"), key ?
		    "W. Europe Standard Time" : "Mitteleurop\xc3\xa4ische Zeit");
		host_free(&h);
	}
}

/* --- the network -------------------------------------------------------------------- */

static void
a_socket_that_waits_has_no_other_end(void **state)
{
	struct host h = host_new("connection");
	struct fact_row *r = facts_row(h.raw, "MSFT_NetTCPConnection");

	(void)state;
	fact_str(r, "LocalAddress", "::");
	fact_uint(r, "LocalPort", 445);
	fact_str(r, "RemoteAddress", "::");
	fact_uint(r, "RemotePort", 0);
	r = facts_row(h.raw, "MSFT_NetUDPEndpoint");
	fact_str(r, "LocalAddress", "0.0.0.0");
	fact_uint(r, "LocalPort", 123);
	fact_uint(r, "OwningProcess", 9);
	r = facts_row(h.raw, "Win32_Process");
	fact_uint(r, "ProcessId", 9);
	fact_str(r, "Name", "svchost.exe");
	convert(&h);
	assert_string_equal(text(&h, "connection", 0, "protocol"), "tcp6");
	assert_string_equal(text(&h, "connection", 0, "remote"), "-");
	assert_string_equal(text(&h, "connection", 1, "protocol"), "udp");
	assert_string_equal(text(&h, "connection", 1, "local"), "0.0.0.0:123");
	assert_string_equal(text(&h, "connection", 1, "state"), "listen");
	assert_string_equal(text(&h, "connection", 1, "process"),
	    "svchost.exe");
	host_free(&h);
}

static void
a_part_that_is_missing_is_told(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		struct host h = host_new("route");

		fact_str(facts_row(h.raw, "Win32_IP4RouteTable"), "NextHop",
		    "10.0.0.1");
		if (refused)
			h.rows[WQ_ROUTES6].why = "denied";
		convert(&h);
		assert_int_equal(facts_rows(h.out, "route"), 1);
		assert_string_equal(why(&h, "route"), refused ?
		    "routes of IPv6 are missing: denied" : "-");
		host_free(&h);
	}
}

static void
ndis_knows_an_adapters_medium_better_than_its_name(void **state)
{
	static const struct { const char *name; uint64_t medium;
	    const char *type, *wireless; } t[] = {
		{ "Wi-Fi", 14, "ethernet", "false" },
		{ "Trådlöst", 9, "wifi", "true" },
		{ "Mobil", 8, "wwan", "false" },
		{ "Wi-Fi", 0, "wifi", "true" }, { "Wi-Fi", 99, "wifi", "true" },
		{ "Ethernet", 10, "ethernet", "false" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("nic");
		struct fact_row *r = facts_row(h.raw, "Win32_NetworkAdapter");

		fact_str(r, "NetConnectionID", t[i].name);
		fact_uint(r, "AdapterTypeID", 0);
		fact_uint(r, "InterfaceIndex", 12);
		r = facts_row(h.raw, "MSFT_NetAdapter");
		fact_uint(r, "InterfaceIndex", 12);
		fact_uint(r, "NdisPhysicalMedium", t[i].medium);
		convert(&h);
		assert_string_equal(text(&h, "nic", 0, "type"), t[i].type);
		assert_string_equal(text(&h, "nic", 0, "wireless"),
		    t[i].wireless);
		host_free(&h);
	}
}

static void
an_address_is_random_on_a_wi_fi_device(void **state)
{
	static const struct { const char *name, *pnp, *mac; bool is; } t[] = {
		{ "Wi-Fi 6", "PCI\\VEN_8086", "72:A6:CC:91:05:4E", true },
		{ "Wi-Fi 6", "pci\\VEN_8086", "72:A6:CC:91:05:4E", true },
		{ "Wi-Fi 6", "PCI\\VEN_8086", "70:A6:CC:91:05:4E", false },
		{ "Wi-Fi Direct", "{5D62}\\VWIFIMP_WFD\\5",
		    "72:A6:CC:91:05:4E", false },
		/* a cloud's adapters have such addresses always */
		{ "Elastic Network Adapter", "PCI\\VEN_1D0F",
		    "06:12:34:56:78:9A", false },
		{ "Wi-Fi 6", "PCI\\VEN_8086", "", false },
		{ "Wi-Fi 6", NULL, "72:A6:CC:91:05:4E", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct facts *f = facts_new();
		struct fact_row *r = facts_row(f, "x");

		fact_str(r, "Name", t[i].name);
		fact_str(r, "PNPDeviceID", t[i].pnp);
		fact_str(r, "MACAddress", t[i].mac);
		assert_int_equal(win_is_random(r), t[i].is);
		facts_free(f);
	}
}

static void
what_ndis_says_may_be_nothing(void **state)
{
	static const struct { const char *mac, *driver, *version, *is, *by; }
	    t[] = { { "9C29760B4C11", "\\SystemRoot\\System32\\drivers\\a.sys",
		"1.2", "9c:29:76:0b:4c:11", "a.sys 1.2" },
		{ "9C-29-76-0B-4C-11", "b.sys", "", "9c:29:76:0b:4c:11",
		    "b.sys" },
		{ "", "", "3", "-", "-" }, { NULL, NULL, NULL, "-", "-" },
		{ "000000000000", "c.sys", NULL, "-", "c.sys" },
		{ "9C29760B", "d.sys", "1", "-", "d.sys 1" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("nic");
		struct fact_row *r = facts_row(h.raw, "Win32_NetworkAdapter");

		fact_str(r, "NetConnectionID", "x");
		fact_uint(r, "InterfaceIndex", 12);
		r = facts_row(h.raw, "MSFT_NetAdapter");
		fact_uint(r, "InterfaceIndex", 12);
		fact_str(r, "PermanentAddress", t[i].mac);
		fact_str(r, "DriverName", t[i].driver);
		fact_str(r, "DriverVersionString", t[i].version);
		convert(&h);
		assert_string_equal(text(&h, "nic", 0, "permanentMac"),
		    t[i].is);
		assert_string_equal(text(&h, "nic", 0, "driver"), t[i].by);
		host_free(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pools_drives_have_rows_of_their_own),
		cmocka_unit_test(a_world_wide_name_is_one_by_its_format),
		cmocka_unit_test(a_chip_that_holds_the_firmware_is_no_memory),
		cmocka_unit_test(the_year_1601_is_no_time),
		cmocka_unit_test(a_time_zones_key_is_in_no_language),
		cmocka_unit_test(a_socket_that_waits_has_no_other_end),
		cmocka_unit_test(a_part_that_is_missing_is_told),
		cmocka_unit_test(ndis_knows_an_adapters_medium_better_than_its_name),
		cmocka_unit_test(an_address_is_random_on_a_wi_fi_device),
		cmocka_unit_test(what_ndis_says_may_be_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
