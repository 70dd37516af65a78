/* Rows and registry values of Windows hosts to the facts of the inventory's
 * sections: what is decoded, joined, or told as missing. */
#include "helper/windows/windows_facts.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/windows/host.h"

/* --- the registry ---------------------------------------------------------------- */

#define POLICY "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\"
#define OWN "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters" \
	"\\FirewallPolicy\\"
#define CONTROL "SYSTEM\\CurrentControlSet\\Control\\"
#define MICROSOFT "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define TIME "SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters"

static void
a_firewalls_policy_goes_first(void **state)
{
	struct host h = host_new("firewall");

	(void)state;
	number(&h, OWN "DomainProfile", "EnableFirewall", 1);
	number(&h, OWN "StandardProfile", "EnableFirewall", 1);
	number(&h, OWN "PublicProfile", "EnableFirewall", 0);
	number(&h, POLICY "DomainProfile", "EnableFirewall", 0);
	/* the old name of the private profile, and its policy */
	number(&h, POLICY "StandardProfile", "EnableFirewall", 0);
	convert(&h);
	assert_int_equal(facts_rows(h.out, "firewall"), 3);
	assert_string_equal(text(&h, "firewall", 0, "profile"), "domain");
	assert_string_equal(text(&h, "firewall", 0, "enabled"), "false");
	assert_string_equal(text(&h, "firewall", 1, "profile"), "private");
	assert_string_equal(text(&h, "firewall", 1, "enabled"), "false");
	assert_string_equal(text(&h, "firewall", 2, "enabled"), "false");
	host_free(&h);
}

static void
a_pending_restart_is_known_by_its_keys(void **state)
{
	static const char component[] = MICROSOFT
	    "Component Based Servicing\\RebootPending";
	static const char update[] = MICROSOFT
	    "WindowsUpdate\\Auto Update\\RebootRequired";

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct host h = host_new("os");

		assert_true(win_want(&h.ask, "patch", NULL));
		absent(&h, component, "", 2);
		if (i == 0)
			absent(&h, update, "", 2);
		else if (i == 3)
			absent(&h, update, "", 5);
		else
			fact_bool(value(&h, update, ""), "data", true);
		if (i == 2)
			word(&h, CONTROL "Session Manager",
			    "PendingFileRenameOperations", "x");
		convert(&h);
		assert_string_equal(text(&h, "patch", 0, "rebootPending"),
		    i == 3 ? "-" : i > 0 ? "true" : "false");
		assert_string_equal(text(&h, "os", 0, "rebootReasons"),
		    i == 2 ? "an update, files to be renamed" :
		    i == 1 ? "an update" : "-");
		if (i == 3)	/* who may not look does not know */
			assert_string_equal(why(&h, "patch.rebootPending"),
			    "the account may not read the key");
		host_free(&h);
	}
}

static void
renamed_files_alone_are_no_restart(void **state)
{
	struct host h = host_new("patch");

	(void)state;
	absent(&h, MICROSOFT "Component Based Servicing\\RebootPending", "", 2);
	absent(&h, MICROSOFT "WindowsUpdate\\Auto Update\\RebootRequired", "", 2);
	word(&h, CONTROL "Session Manager", "PendingFileRenameOperations", "x");
	convert(&h);
	assert_string_equal(text(&h, "patch", 0, "rebootPending"), "false");
	host_free(&h);
}

static void
the_clocks_source_is_put_in_words(void **state)
{
	static const struct { const char *type, *servers, *source; } t[] = {
		{ "NTP", "time.windows.com,0x9", "time.windows.com" },
		{ "NTP", "  a.example,0x1   b.example ", "a.example, b.example" },
		{ "NT5DS", "time.windows.com,0x8", "domain" },
		{ "AllSync", "a.example,0x1", "domain, a.example" },
		{ "NoSync", "a.example", "none" }, { "NTP", "", "-" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("time");

		word(&h, TIME, "Type", t[i].type);
		word(&h, TIME, "NtpServer", t[i].servers);
		convert(&h);
		assert_string_equal(text(&h, "time", 0, "source"), t[i].source);
		assert_string_equal(text(&h, "time", 0, "synchronised"),
		    strcmp(t[i].type, "NoSync") == 0 ? "false" : "-");
		host_free(&h);
	}
}

static void
graphics_memory_is_read_in_both_forms(void **state)
{
	static const char class[] = CONTROL
	    "Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0000";
	static const uint8_t eight_gib[8] = { 0, 0, 0, 0, 2, 0, 0, 0 };

	(void)state;
	for (int binary = 0; binary < 2; binary++) {
		struct host h = host_new("gpu");
		struct fact_row *r = facts_row(h.raw, "Win32_VideoController");

		fact_str(r, "Name", "Grafik 9");
		fact_uint(r, "AdapterRAM", 4293918720u);
		word(&h, class, "DriverDesc", "grafik 9");
		absent(&h, class, "HardwareInformation.qwMemorySize",
		    2147749893u);
		if (binary) {
			r = value(&h, class, "HardwareInformation.qwMemorySize");
			for (size_t i = 0; i < 8; i++)
				fact_append_value(r, "data", &(struct fact){
				    .type = FACT_UINT, .u = eight_gib[i] });
		} else {
			number(&h, class, "HardwareInformation.qwMemorySize",
			    UINT64_C(8) << 30);
		}
		convert(&h);
		assert_string_equal(text(&h, "gpu", 0, "memoryBytes"),
		    "8589934592");
		host_free(&h);
	}
}

static void
only_what_has_enrolled_manages_a_device(void **state)
{
	static const char root[] = "SOFTWARE\\Microsoft\\Enrollments\\";
	struct host h = host_new("domain");
	char key[200];

	(void)state;
	snprintf(key, sizeof(key), "%sA", root);
	word(&h, key, "ProviderID", "MS DM Server");
	number(&h, key, "EnrollmentState", 2);
	snprintf(key, sizeof(key), "%sB", root);
	word(&h, key, "ProviderID", "");
	number(&h, key, "EnrollmentState", 1);
	absent(&h, "SOFTWARE\\Microsoft\\Enrollments", "", 2);
	absent(&h, CONTROL "CloudDomainJoin\\JoinInfo", "", 5);
	convert(&h);
	assert_string_equal(text(&h, "domain", 0, "mdm"), "-");
	assert_non_null(strstr(why(&h, "domain.mdm"), "no device management"));
	/* nobody may look: then nobody knows */
	assert_string_equal(why(&h, "domain.entraTenant"),
	    "the account may not read the key");
	host_free(&h);
	h = host_new("domain");
	convert(&h);
	assert_string_equal(why(&h, "domain.mdm"),
	    "the registry could not be read");
	host_free(&h);
	h = host_new("domain");
	absent(&h, CONTROL "CloudDomainJoin\\JoinInfo", "", 2);
	convert(&h);
	assert_non_null(strstr(why(&h, "domain.entraTenant"), "not joined"));
	host_free(&h);
	h = host_new("domain");
	snprintf(key, sizeof(key), "%sC", root);
	word(&h, key, "ProviderID", "Verwaltung");
	number(&h, key, "EnrollmentState", 1);
	convert(&h);
	assert_string_equal(text(&h, "domain", 0, "mdm"), "Verwaltung");
	host_free(&h);
}

static void
keys_of_a_class_of_devices_are_numbers(void **state)
{
	(void)state;
	assert_true(win_key_counts(WK_GPUS, "0000"));
	assert_false(win_key_counts(WK_GPUS, "Properties"));
	assert_false(win_key_counts(WK_GPUS, "Configuration"));
	assert_true(win_key_counts(WK_MDM, "{8F2A}"));
}

/* --- products -------------------------------------------------------------------------- */

static void
a_products_state_is_decoded(void **state)
{
	/* 0xAABBCC: BB 0x10, 0x11 on; CC 0 up to date */
	static const struct { uint64_t state; const char *on, *fresh; } t[] = {
		{ 397568, "true", "true" },		/* 0x061100 */
		{ 266240, "true", "true" },		/* 0x041000 */
		{ 266256, "true", "false" },		/* 0x041010 */
		{ 262144, "false", "true" },		/* 0x040000 */
		{ 393472, "false", "true" },		/* 0x060100, snoozed */
		{ 270336, "false", "true" } };		/* 0x042000, expired */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("antivirus");
		struct fact_row *r = facts_row(h.raw, "AntiVirusProduct");

		fact_str(r, "displayName", "X");
		fact_uint(r, "productState", t[i].state);
		convert(&h);
		assert_string_equal(text(&h, "antivirus", 0, "enabled"), t[i].on);
		assert_string_equal(text(&h, "antivirus", 0, "upToDate"),
		    t[i].fresh);
		host_free(&h);
	}
}

static void
defender_is_one_product(void **state)
{
	static const char *const names[] = { "Windows Defender",
		"Microsoft Defender Antivirus", "Other" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct host h = host_new("antivirus");
		struct fact_row *r = facts_row(h.raw, "AntiVirusProduct");

		fact_str(r, "displayName", names[i]);
		fact_uint(r, "productState", 266240);
		r = facts_row(h.raw, "MSFT_MpComputerStatus");
		fact_bool(r, "AMServiceEnabled", true);
		fact_bool(r, "RealTimeProtectionEnabled", false);
		fact_uint(r, "AntivirusSignatureAge", 4294967295u);
		convert(&h);
		assert_int_equal(facts_rows(h.out, "antivirus"), i < 2 ? 1 : 2);
		assert_string_equal(text(&h, "antivirus", i < 2 ? 0 : 1,
		    "enabled"), "false");
		assert_string_equal(text(&h, "antivirus", i < 2 ? 0 : 1,
		    "upToDate"), "false");
		host_free(&h);
	}
}

static void
a_tpm_that_is_not_there_is_an_answer_and_a_refusal_is_none(void **state)
{
	struct host h = host_new("tpm");

	(void)state;
	convert(&h);
	assert_string_equal(text(&h, "tpm", 0, "present"), "false");
	host_free(&h);
	h = host_new("tpm");
	h.rows[WQ_TPM].why = "denied";
	convert(&h);
	assert_int_equal(facts_rows(h.out, "tpm"), 0);
	assert_string_equal(why(&h, "tpm.present"), "denied");
	host_free(&h);
	h = host_new("tpm");
	fact_str(facts_row(h.raw, "Win32_Tpm"), "SpecVersion", "1.2, 2, 3");
	convert(&h);
	assert_string_equal(text(&h, "tpm", 0, "version"), "1.2");
	assert_string_equal(text(&h, "tpm", 0, "present"), "true");
	host_free(&h);
}

/* --- people ------------------------------------------------------------------------------- */

static void
paths_are_taken_apart(void **state)
{
	static const struct { const char *path, *account; } t[] = {
		{ "\\\\PC\\root\\cimv2:Win32_UserAccount.Domain=\"PC\",Name=\"a\"",
		    "PC\\a" },
		{ "Win32_Group.Name=\"x\",Domain=\"D\"", "D\\x" },
		{ "Win32_Account.Domain=\"D\",Name=\"o\\\"b\\\\c\"",
		    "D\\o\"b\\c" },
		{ "X.Domain=\"Name=\",Name=\"y\"", "Name=\\y" } };
	static const char *const bad[] = { "", "Win32_Account.Domain=\"D\"",
		"X.Domain=\"D\",Name=\"open", "Domain=Name", "X.Domain=\"D\",Name=" };
	char s[100], tiny[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		assert_true(win_account_of(t[i].path, s, sizeof(s)));
		assert_string_equal(s, t[i].account);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(win_account_of(bad[i], s, sizeof(s)));
	assert_false(win_account_of(t[0].path, tiny, sizeof(tiny)));
	assert_true(win_path_names("Win32_Volume.DeviceID=\"\\\\\\\\?\\\\V\\\\\"",
	    "\\\\?\\v\\"));
	assert_false(win_path_names("A.B=\"longer\"", "long"));
	assert_false(win_path_names("A.B=\"long\"", "longer"));
	assert_false(win_path_names("A.B=\"open", "open"));
}

static void
member(struct host *h, const char *group, const char *user)
{
	struct fact_row *r = facts_row(h->raw, "Win32_GroupUser");
	char s[200];

	snprintf(s, sizeof(s), "\\\\PC\\root\\cimv2:Win32_Group.Domain=\"PC\","
	    "Name=\"%s\"", group);
	fact_str(r, "GroupComponent", s);
	snprintf(s, sizeof(s), "\\\\PC\\root\\cimv2:Win32_UserAccount."
	    "Domain=\"PC\",Name=\"%s\"", user);
	fact_str(r, "PartComponent", s);
}

static void
named(struct host *h, const char *class, const char *name, const char *sid)
{
	struct fact_row *r = facts_row(h->raw, class);

	fact_str(r, "Domain", "PC");
	fact_str(r, "Name", name);
	fact_str(r, "SID", sid);
}

static void
administrators_are_known_by_the_groups_sid(void **state)
{
	struct host h = host_new("account");

	(void)state;
	named(&h, "Win32_UserAccount", "eva", "S-1-5-21-1-2-3-1001");
	named(&h, "Win32_UserAccount", "ola", "S-1-5-21-1-2-3-1002");
	/* named like the right one, and the right one in another language */
	named(&h, "Win32_Group", "Administrators", "S-1-5-21-1-2-3-1010");
	named(&h, "Win32_Group", "Rendszergazd\xc3\xa1k", "S-1-5-32-544");
	member(&h, "Rendszergazd\xc3\xa1k", "EVA");
	member(&h, "Administrators", "ola");
	convert(&h);
	assert_string_equal(text(&h, "account", 0, "admin"), "true");
	assert_string_equal(text(&h, "account", 1, "admin"), "false");
	assert_string_equal(text(&h, "account", 1, "groups"), "Administrators");
	host_free(&h);
}

static void
without_the_groups_nobody_is_said_to_be_no_administrator(void **state)
{
	struct host h = host_new("account");

	(void)state;
	named(&h, "Win32_UserAccount", "eva", "S-1-5-21-1-2-3-1001");
	h.rows[WQ_MEMBERS].why = "denied";
	convert(&h);
	assert_string_equal(text(&h, "account", 0, "admin"), "-");
	assert_string_equal(why(&h, "account.admin"), "denied");
	host_free(&h);
}

static void
process_of(struct host *h, const char *session)
{
	struct fact_row *r = facts_row(h->raw, "Win32_SessionProcess");
	char s[100];

	snprintf(s, sizeof(s), "Win32_LogonSession.LogonId=\"%s\"", session);
	fact_str(r, "Antecedent", s);
	fact_str(r, "Dependent", "Win32_Process.Handle=\"4\"");
}

static void
a_session_without_a_process_has_ended_if_all_are_seen(void **state)
{
	(void)state;
	for (int all = 0; all < 2; all++) {
		struct host h = host_new("session");

		fact_str(facts_row(h.raw, "Win32_LogonSession"), "LogonId", "7");
		fact_str(facts_row(h.raw, "Win32_LogonSession"), "LogonId", "8");
		process_of(&h, "7");
		if (all)
			process_of(&h, "999");
		convert(&h);
		assert_int_equal(facts_rows(h.out, "session"), all ? 1 : 2);
		host_free(&h);
	}
}

/* --- devices --------------------------------------------------------------------------------- */

static void
a_battery_that_windows_alone_knows_has_its_row(void **state)
{
	struct host h = host_new("battery");
	struct fact_row *r = facts_row(h.raw, "Win32_Battery");

	(void)state;
	fact_str(r, "Name", "Akku");
	fact_uint(r, "EstimatedChargeRemaining", 101);
	fact_uint(r, "BatteryStatus", 6);
	fact_uint(r, "Chemistry", 6);
	convert(&h);
	assert_int_equal(facts_rows(h.out, "battery"), 1);
	assert_string_equal(text(&h, "battery", 0, "chargePercent"), "100");
	assert_string_equal(text(&h, "battery", 0, "state"), "charging");
	assert_string_equal(text(&h, "battery", 0, "chemistry"), "li-ion");
	host_free(&h);
}

static void
the_worse_word_on_a_drives_health_counts(void **state)
{
	static const struct { const char *status; uint64_t code; const char *is; }
	    t[] = { { "OK", 0, "healthy" }, { "OK", 1, "warning" },
		{ "Pred Fail", 0, "pred fail" }, { "OK", 99, "ok" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("disk");
		struct fact_row *r = facts_row(h.raw, "Win32_DiskDrive");

		fact_uint(r, "Index", 0);
		fact_str(r, "Status", t[i].status);
		r = facts_row(h.raw, "MSFT_PhysicalDisk");
		fact_str(r, "DeviceId", "0");
		fact_uint(r, "HealthStatus", t[i].code);
		convert(&h);
		assert_string_equal(text(&h, "disk", 0, "health"), t[i].is);
		host_free(&h);
	}
}

static void
a_displays_size_is_its_diagonal(void **state)
{
	static const struct { uint64_t w, h; const char *inches; } t[] = {
		{ 60, 34, "27.2" }, { 0, 34, "-" }, { 31, 17, "13.9" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("monitor");
		struct fact_row *r = facts_row(h.raw, "WmiMonitorID");

		fact_str(r, "InstanceName", "DISPLAY\\A\\1_0");
		r = facts_row(h.raw, "WmiMonitorBasicDisplayParams");
		fact_str(r, "InstanceName", "display\\a\\1_0");
		fact_uint(r, "MaxHorizontalImageSize", t[i].w);
		fact_uint(r, "MaxVerticalImageSize", t[i].h);
		convert(&h);
		assert_string_equal(text(&h, "monitor", 0, "sizeInches"),
		    t[i].inches);
		host_free(&h);
	}
}

static void
a_share_is_hidden_by_name_or_type(void **state)
{
	static const struct { const char *name; uint64_t type; const char *hidden; }
	    t[] = { { "C$", 2147483648u, "true" }, { "IPC$", 2147483651u,
		"true" }, { "geheim$", 0, "true" }, { "Public", 0, "false" },
		{ "x", 2147483648u, "true" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("share");
		struct fact_row *r = facts_row(h.raw, "Win32_Share");

		fact_str(r, "Name", t[i].name);
		fact_uint(r, "Type", t[i].type);
		fact_bool(r, "AllowMaximum", true);
		convert(&h);
		assert_string_equal(text(&h, "share", 0, "hidden"), t[i].hidden);
		assert_string_equal(text(&h, "share", 0, "maxUsers"), "-");
		host_free(&h);
	}
}

static void
pending_updates_are_counted_once(void **state)
{
	static const struct { const char *id, *kind; } t[] = {
		{ "b", "e6cf1350-c01b-414d-a61f-263d14d133b4" },
		{ "a", "x" }, { "A", "0FA1201D-4330-4FA8-8AE9-B877473B6441" },
		{ "a", "{0fa1201d-4330-4fa8-8ae9-b877473b6441}" },
		{ NULL, "0fa1201d-4330-4fa8-8ae9-b877473b6441" },
		{ "c", NULL } };

	(void)state;
	for (int n = 0; n < 3; n++) {
		struct host h = host_new("patch");

		for (size_t i = 0; n == 1 && i < ARRAY_LEN(t); i++) {
			struct fact_row *r = facts_row(h.raw,
			    "CCM_UpdateStatus");

			fact_str(r, "UniqueId", t[i].id);
			fact_str(r, "UpdateClassification", t[i].kind);
		}
		if (n == 2)
			h.rows[WQ_MANAGED].why = "not there";
		convert(&h);
		assert_string_equal(text(&h, "patch", 0, "pending"),
		    n == 0 ? "0" : n == 1 ? "3" : "-");
		assert_string_equal(text(&h, "patch", 0, "securityPending"),
		    n == 0 ? "0" : n == 1 ? "1" : "-");
		if (n == 2)
			assert_string_equal(why(&h, "patch.pending"),
			    "not there");
		host_free(&h);
	}
}

static void
what_there_is_none_of_is_no_broken_query(void **state)
{
	struct host h = host_new("printer");

	(void)state;
	convert(&h);
	assert_string_equal(why(&h, "printer.name"), "there is none: Windows lists "
	    "no Win32_Printer");
	host_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_firewalls_policy_goes_first),
		cmocka_unit_test(a_pending_restart_is_known_by_its_keys),
		cmocka_unit_test(renamed_files_alone_are_no_restart),
		cmocka_unit_test(the_clocks_source_is_put_in_words),
		cmocka_unit_test(graphics_memory_is_read_in_both_forms),
		cmocka_unit_test(only_what_has_enrolled_manages_a_device),
		cmocka_unit_test(keys_of_a_class_of_devices_are_numbers),
		cmocka_unit_test(a_products_state_is_decoded),
		cmocka_unit_test(defender_is_one_product),
		cmocka_unit_test(a_tpm_that_is_not_there_is_an_answer_and_a_refusal_is_none),
		cmocka_unit_test(paths_are_taken_apart),
		cmocka_unit_test(administrators_are_known_by_the_groups_sid),
		cmocka_unit_test(without_the_groups_nobody_is_said_to_be_no_administrator),
		cmocka_unit_test(a_session_without_a_process_has_ended_if_all_are_seen),
		cmocka_unit_test(the_worse_word_on_a_drives_health_counts),
		cmocka_unit_test(a_battery_that_windows_alone_knows_has_its_row),
		cmocka_unit_test(a_displays_size_is_its_diagonal),
		cmocka_unit_test(a_share_is_hidden_by_name_or_type),
		cmocka_unit_test(pending_updates_are_counted_once),
		cmocka_unit_test(what_there_is_none_of_is_no_broken_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
