#include "helper/map/identity.h"	/* before common.h, see there */
#include "tests/map/common.h"

/* --- texts ----------------------------------------------------------------------- */

static void
addresses_in_all_spellings_become_one(void **state)
{
	static const char *const good[] = { "00:1a:2b:03:04:05",
		"00-1A-2B-03-04-05", "001a.2b03.0405", "0:1a:2b:3:4:5",
		"001A2B030405" };
	static const char *const bad[] = { "", "00:1a:2b:03:04", "00:1a:2b:03:04:05:06",
		"00:1a:2b:03:04:0g", "001a2b03040", "001a2b0304055", ":::::",
		"00:1a:2b:03:04:05 ", "80:00:02:08:fe:80:00:00:00:00",
		"001a:2b03:0405:0607", "00;1a;2b;03;04;05" };
	char out[MAC_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(mac_canonical(good[i], out));
		assert_string_equal(out, "00:1a:2b:03:04:05");
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (mac_canonical(bad[i], out))
			fail_msg("\"%s\" was taken as %s", bad[i], out);
}

static void
serial_numbers_that_say_nothing_are_junk(void **state)
{
	static const char *const junk[] = { "", " ", "0", "0000000", "FFFFFFFF",
		"To be filled by O.E.M.", " TO BE FILLED BY O.E.M. ", "Default string",
		"System Serial Number", "Not Specified", "None", "n/a",
		"0123456789", "........", "<BAD INDEX>", "xxxxxxx", "00-00-00",
		"System Serial#", "Chassis Serial Number",
		"To be filled by OEM", "tobefilledbyoem", "TO-BE-FILLED-BY-O.E.M",
		"N / A", "not\tspecified", "Asset-1234567890", "(none)",
		"Default_string", "x" };
	static const char *const good[] = { "5CG1234ABC", "PF0ABCDE", "1234",
		"VMware-42 1f 6e 2a", "C02ABC123456", "00000001" };

	(void)state;
	assert_true(serial_is_junk(NULL));
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		if (!serial_is_junk(junk[i]))
			fail_msg("\"%s\" was taken", junk[i]);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (serial_is_junk(good[i]))
			fail_msg("\"%s\" was refused", good[i]);
}

static void
uuids_are_lower_case_and_not_junk(void **state)
{
	static const char *const bad[] = { "", "x", "00000000-0000-0000-0000-000000000000",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
		"03000200-0400-0500-0006-000700080009",
		"12345678-1234-5678-90AB-CDDEEFAABBCC",
		"12345678-1234-0000-1111-222233334444", "78563412-3412-0000-1111-222233334444",
		"ABABABAB-abab-ABAB-ABAB-ABABABABABAB", "fefefefe-fefe-fefe-fefe-fefefefefefe",
		"4C4C4544-0042-3510-8052-B4C04F4E313", "4C4C4544-0042-3510-8052-B4C04F4E31322",
		"4C4C4544-0042-3510-8052-B4C04F4E313G", "Not Settable" };
	char out[37], twin[37];

	(void)state;
	assert_true(uuid_canonical("{4C4C4544-0042-3510-8052-B4C04F4E3132} ", out));
	assert_string_equal(out, "4c4c4544-0042-3510-8052-b4c04f4e3132");
	uuid_swapped(out, twin);
	assert_string_equal(twin, "44454c4c-4200-1035-8052-b4c04f4e3132");
	uuid_swapped(twin, out);
	assert_string_equal(out, "4c4c4544-0042-3510-8052-b4c04f4e3132");
	uuid_either(twin);
	uuid_either(out);
	assert_string_equal(out, twin);
	assert_non_null(uuid_why_not("00020003-0004-0005-0006-000700080009"));
	assert_null(uuid_why_not(out));
	assert_true(serial_is_of_uuid(" vmware-56 4d 3c"));
	assert_false(serial_is_of_uuid("VMW1234"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (uuid_canonical(bad[i], out))
			fail_msg("\"%s\" was taken", bad[i]);
}

/* --- adapters ----------------------------------------------------------------------- */

/* "name=eth0 mac=.. device=1 assign=3 ..."; '_' stands for a blank. */
static void
nic(struct facts *f, const char *what)
{
	struct fact_row *r = facts_row(f, "nic");
	char copy[400], *save = NULL, *eq;

	snprintf(copy, sizeof(copy), "%s", what);
	for (char *w = strtok_r(copy, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save)) {
		assert_non_null(eq = strchr(w, '='));
		*eq++ = '\0';
		for (char *c = eq; *c != '\0'; c++)
			if (*c == '_')
				*c = ' ';
		if (strcmp(w, "device") == 0 || strcmp(w, "wireless") == 0 ||
		    strcmp(w, "virtual") == 0)
			fact_bool(r, w, *eq == '1');
		else if (strcmp(w, "addrAssignType") == 0)
			fact_uint(r, w, (uint64_t)(*eq - '0'));
		else
			fact_str(r, w, eq);
	}
}

#define GOOD_MAC "3c:52:82:0a:0b:0c"
#define GOOD_NIC "name=eno1 device=1 bus=pci mac=" GOOD_MAC

/* Each beside a good adapter: why it is left out; NULL: it counts too. */
static const struct { const char *nic, *why; } beside_good[] = {
	{ "name=eth1 device=1 mac=00:1a:2b:00:00:01", NULL },
	{ "name=wlan0 device=1 wireless=1 mac=00:1a:2b:00:00:01", NULL },
	{ "name=eth1 mac=52:54:00:00:00:01", NULL },
	{ "name=eth1 device=1 mac=52:54:00:00:00:01", NULL },
	{ "name=eth1 device=1 mac=00:50:56:aa:bb:01", NULL },	/* a VMware guest */
	{ "name=docker0 mac=02:42:00:00:00:01", "Docker's" },
	{ "name=br-12ab34cd56ef device=0 mac=00:1a:2b:00:00:01", "bridge" },
	{ "name=br0 mac=00:1a:2b:00:00:01", "a bridge" },
	{ "name=virbr0 mac=52:54:00:00:00:01", "libvirt" },
	{ "name=veth12ab mac=00:1a:2b:00:00:01", "pair" },
	{ "name=eth7 kind=veth mac=00:16:3e:00:00:01", "pair" },
	{ "name=tun0 mac=00:1a:2b:00:00:01", "VPN" },
	{ "name=tap3 mac=00:1a:2b:00:00:01", "tap" },
	{ "name=wg0 mac=00:1a:2b:00:00:01", "WireGuard" },
	{ "name=eth0.100 kind=vlan mac=00:1a:2b:00:00:01", "VLAN" },
	{ "name=uplink type=bond mac=00:1a:2b:00:00:01", "bond" },
	{ "name=bond0 mac=00:1a:2b:00:00:01", "bond" },
	{ "name=dummy0 mac=00:1a:2b:00:00:01", "dummy" },
	{ "name=thing device=0 mac=00:1a:2b:00:00:01", "no device" },
	{ "name=thing virtual=1 mac=00:1a:2b:00:00:01", "no device" },
	{ "name=eth1 device=1 mac=02:1a:2b:00:00:01", "a better one exists" },
	{ "name=eth1 device=1 addrAssignType=1 mac=00:1a:2b:00:00:01",
	    "a better one exists" },
	{ "name=wlan0 device=1 wireless=1 mac=d2:1a:2b:00:00:01", "random Wi-Fi" },
	{ "name=x device=1 type=wifi mac=d2:1a:2b:00:00:01", "random Wi-Fi" },
	{ "name=eth1 device=1 bus=usb mac=00:50:b6:00:00:01", "USB dock adapter" },
	{ "name=eth1 device=1 bus=thunderbolt mac=00:1a:2b:00:00:01",
	    "USB dock adapter" },
	{ "name=eth1 device=1 bus=pci mac=00:50:b6:00:00:01", NULL },
	{ "name=eth1 device=1 bus=usb mac=00:1a:2b:00:00:01", "USB adapter" },
	{ "name=enx001a2b000001 device=1 mac=00:1a:2b:00:00:01", "USB adapter" },
	{ "name=eth1 device=1 bus=usb mac=b8:27:eb:00:00:01", NULL },
	{ "name=eth1 device=1 mac=01:1a:2b:00:00:01", "multicast" },
	{ "name=eth1 device=1 mac=ff:ff:ff:ff:ff:ff", "broadcast" },
	{ "name=eth1 device=1 mac=00:00:00:00:00:00", "no address" },
	{ "name=eth1 device=1 mac=ac:de:48:00:11:22", "T2" },
	{ "name=vmnet8 mac=00:50:56:c0:00:08", "VMware's host-only" },
	{ "name=vboxnet0 mac=0a:00:27:00:00:00", "VirtualBox" },
	/* Windows */
	{ "name=Ethernet_2 description=TAP-Windows_Adapter_V9 pnpId=ROOT\\NET\\0000 "
	    "mac=00:1a:2b:00:00:01", "VPN" },
	{ "name=x description=Hyper-V_Virtual_Ethernet_Adapter mac=00:15:5d:01:02:03",
	    "virtual switch" },
	{ "name=Ethernet description=Microsoft_Hyper-V_Network_Adapter device=1 "
	    "pnpId=VMBUS\\{F8615163} mac=00:15:5d:01:02:03", NULL },
	{ "name=x pnpId=ROOT\\KDNIC\\0000 mac=00:1a:2b:00:00:01", "virtual adapter" },
	{ "name=x pnpId=SWD\\IP\\1 mac=00:1a:2b:00:00:01", "virtual adapter" },
	{ "name=x pnpId=BTH\\MS_BTHPAN\\6 mac=00:1a:2b:00:00:01", "Bluetooth" },
	{ "name=x pnpId=USB\\VID_17E9&PID_6006 mac=00:e0:4c:00:00:01",
	    "USB dock adapter" },
	{ "name=x service=vwifimp device=1 mac=00:1a:2b:00:00:01", "Wi-Fi Direct" },
	{ "name=x description=Cisco_AnyConnect_Secure mac=00:1a:2b:00:00:01", "VPN" },
	/* macOS */
	{ "name=awdl0 mac=00:1a:2b:00:00:01", "peer-to-peer" },
	{ "name=utun3 mac=00:1a:2b:00:00:01", "VPN" },
	{ "name=bridge0 hardwarePort=Thunderbolt_Bridge mac=00:1a:2b:00:00:01",
	    "bridge" },
	{ "name=en5 hardwarePort=Thunderbolt_1 mac=00:1a:2b:00:00:01",
	    "a Thunderbolt port" },
	{ "name=en7 hardwarePort=USB_10/100/1000_LAN mac=00:1a:2b:00:00:01",
	    "USB adapter" },
	{ "name=en8 hardwarePort=iPhone_USB mac=00:1a:2b:00:00:01", "tether" },
	{ "name=en0 hardwarePort=Wi-Fi device=1 mac=00:1a:2b:00:00:01", NULL },
};

static void
adapters_beside_a_good_one_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(beside_good); i++) {
		const char *why = beside_good[i].why;
		struct facts *f = facts_new();
		struct identity *id;
		size_t n;

		nic(f, beside_good[i].nic);
		nic(f, GOOD_NIC);
		assert_non_null(id = identity_from_facts(f));
		n = identity_macs(id);
		if (n != (why == NULL ? 2u : 1u) || identity_ignored(id) !=
		    (why != NULL) || (why != NULL &&
		    strstr(identity_ignored_why(id, 0), why) == NULL))
			fail_msg("%s\n  %zu count, ignored: %s", beside_good[i].nic,
			    n, identity_ignored(id) > 0 ?
			    identity_ignored_why(id, 0) : "-");
		assert_string_equal(identity_mac(id, n - 1), GOOD_MAC);
		identity_free(id);
		facts_free(f);
	}
}

/* Each alone: the address that counts; NULL: none. */
static const struct { const char *nic, *mac; } alone[] = {
	/* EC2, GCP, Azure-like: device-backed and locally administered */
	{ "name=ens5 device=1 mac=02:ab:cd:00:00:01", "02:ab:cd:00:00:01" },
	{ "name=ens4 device=1 mac=42:01:0a:00:00:02", "42:01:0a:00:00:02" },
	{ "name=ens5 device=1 mac=02:42:ac:00:00:02", "02:42:ac:00:00:02" },
	{ "name=ens5 device=1 mac=0a:00:27:00:00:02", "0a:00:27:00:00:02" },
	{ "name=eth0 mac=02:ab:cd:00:00:01", NULL },	/* no word of a device */
	{ "name=eth0 device=0 mac=02:ab:cd:00:00:01", NULL },
	{ "name=eth0 kind=veth device=0 mac=02:42:ac:11:00:02", NULL },
	{ "name=wlan0 device=1 wireless=1 mac=02:ab:cd:00:00:01", NULL },
	{ "name=usb0 device=1 mac=02:ab:cd:00:00:01", NULL },
	/* a small board's adapter on USB, but not a dock's */
	{ "name=eth0 device=1 bus=usb mac=00:1a:2b:00:00:01", "00:1a:2b:00:00:01" },
	{ "name=eth0 device=1 bus=usb mac=00:50:b6:00:00:01", NULL },
	/* the burnt-in address before the one in use */
	{ "name=wlan0 device=1 wireless=1 addrAssignType=1 mac=d2:00:00:00:00:01 "
	    "permanentMac=00:1a:2b:00:00:01", "00:1a:2b:00:00:01" },
	{ "name=eth0 device=1 master=bond0 mac=00:1a:2b:00:00:02 "
	    "permanentMac=00:1a:2b:00:00:01", "00:1a:2b:00:00:01" },
	{ "name=eth0 device=1 mac=00:1a:2b:00:00:02 "
	    "permanentMac=00:00:00:00:00:00", "00:1a:2b:00:00:02" },
	{ "name=eth0 device=1 mac=00:1a:2b:00:00:02 "
	    "permanentMac=ff:ff:ff:ff:ff:ff", "00:1a:2b:00:00:02" },
	{ "name=ib0 device=1 mac=80:00:02:08:fe:80:00:00:00:00", NULL },
	{ "name=eth0", NULL },
};

static void
adapters_alone_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(alone); i++) {
		struct facts *f = facts_new();
		struct identity *id;

		nic(f, alone[i].nic);
		assert_non_null(id = identity_from_facts(f));
		if (identity_macs(id) != (alone[i].mac != NULL) ||
		    (alone[i].mac != NULL && strcmp(identity_mac(id, 0),
		    alone[i].mac) != 0))
			fail_msg("%s\n  gives %s", alone[i].nic,
			    identity_macs(id) > 0 ? identity_mac(id, 0) : "none");
		identity_free(id);
		facts_free(f);
	}
}

static void
a_bonds_members_count_once_each(void **state)
{
	struct facts *f = facts_new();
	struct identity *id;

	(void)state;
	nic(f, "name=bond0 kind=bond device=0 mac=00:1a:2b:00:00:01");
	nic(f, "name=eth0 device=1 master=bond0 mac=00:1a:2b:00:00:01 "
	    "permanentMac=00:1a:2b:00:00:01 addrAssignType=3");
	nic(f, "name=eth1 device=1 master=bond0 mac=00:1a:2b:00:00:01 "
	    "permanentMac=00:1a:2b:00:00:02 addrAssignType=3");
	nic(f, "name=bond0.7 kind=vlan device=0 mac=00:1a:2b:00:00:01");
	id = identity_from_facts(f);
	assert_int_equal(identity_macs(id), 2);
	assert_string_equal(identity_mac(id, 0), "00:1a:2b:00:00:01");
	assert_string_equal(identity_mac(id, 1), "00:1a:2b:00:00:02");
	assert_int_equal(identity_ignored(id), 0);	/* the same addresses */
	identity_free(id);
	facts_free(f);
}

static void
serial_and_uuid_are_given_only_when_they_mean_something(void **state)
{
	struct facts *f = facts_new();
	struct fact_row *r = facts_row(f, "sys");
	struct identity *id;

	(void)state;
	fact_str(r, "serial", "  5CG1234ABC ");
	fact_str(r, "uuid", "4C4C4544-0042-3510-8052-B4C04F4E3132");
	id = identity_from_facts(f);
	assert_string_equal(identity_serial(id), "5CG1234ABC");
	assert_string_equal(identity_uuid(id), "4c4c4544-0042-3510-8052-b4c04f4e3132");
	identity_free(id);
	fact_str(r, "serial", "None");
	fact_uint(r, "uuid", 7);
	id = identity_from_facts(f);
	assert_null(identity_serial(id));
	assert_null(identity_uuid(id));
	identity_free(id);
	facts_free(f);
}

static void
a_host_with_endless_adapters_is_bounded(void **state)
{
	struct facts *f = facts_new();
	struct identity *id;
	char text[100];

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "name=%s%u device=1 "
		    "mac=00:1a:%02x:%02x:%02x:00", i % 2 ? "eth" : "veth", i,
		    i >> 16, i >> 8 & 255, i & 255);
		nic(f, text);
	}
	id = identity_from_facts(f);
	assert_int_equal(identity_macs(id), 64);
	assert_int_equal(identity_ignored(id), 64);
	assert_null(identity_mac(id, 64));
	identity_free(id);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_in_all_spellings_become_one),
		cmocka_unit_test(serial_numbers_that_say_nothing_are_junk),
		cmocka_unit_test(uuids_are_lower_case_and_not_junk),
		cmocka_unit_test(adapters_beside_a_good_one_are_judged),
		cmocka_unit_test(adapters_alone_are_judged),
		cmocka_unit_test(a_bonds_members_count_once_each),
		cmocka_unit_test(serial_and_uuid_are_given_only_when_they_mean_something),
		cmocka_unit_test(a_host_with_endless_adapters_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
