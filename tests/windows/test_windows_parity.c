/* Every check of InfraSonar's probe for Windows is covered: what it asks is
 * asked here too, or the fact comes from a better source, or the reason why not
 * is written down. */
#include "helper/map/sections.h"
#include "helper/windows/windows_facts.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum how { IS_SAME, IS_VIA, IS_NOT };
static const struct row {
	enum how how;
	const char *class, *property, *fact, *text;
} rows[] = {
#define SAME(class, property, fact) { IS_SAME, class, property, fact, "" },
#define VIA(class, property, fact, source) \
	{ IS_VIA, class, property, fact, source },
#define NOT(class, property, why) { IS_NOT, class, property, NULL, why },
#include "tests/windows/windows_parity.def"
};

/* Its checks by class, but for the one that hurts hosts. */
static const struct { const char *check, *class; size_t properties; } checks[] = {
	{ "memory", "Win32_PerfFormattedData_PerfOS_Memory", 3 },
	{ "memory", "Win32_PageFileUsage", 3 },
	{ "netstat", "MSFT_NetTCPConnection", 8 },
	{ "netstat, process", "Win32_PerfFormattedData_PerfProc_Process", 20 },
	{ "network", "Win32_NetworkAdapter", 14 },
	{ "network", "Win32_NetworkAdapterConfiguration", 51 },
	{ "network", "Win32_PerfFormattedData_Tcpip_NetworkInterface", 9 },
	{ "network", "Win32_IP4RouteTable", 7 },
	{ "network", "Win32_PerfRawData_Tcpip_TCPv4", 11 },
	{ "network", "Win32_PerfRawData_Tcpip_TCPv6", 11 },
	{ "network", "Win32_PerfRawData_Tcpip_UDPv4", 7 },
	{ "network", "Win32_PerfRawData_Tcpip_UDPv6", 7 },
	{ "ntDomain", "Win32_NTDomain", 3 },
	{ "ntDomain", "Win32_Share", 8 },
	{ "services", "Win32_Service", 12 },
	{ "software", "Win32_ServerFeature", 1 },
	{ "storage", "Win32_PerfFormattedData_PerfDisk_PhysicalDisk", 9 },
	{ "storage", "Win32_PerfFormattedData_PerfDisk_LogicalDisk", 3 },
	{ "storage", "Win32_Volume", 19 },
	{ "storage", "Win32_ShadowStorage", 4 },
	{ "system", "Win32_PerfFormattedData_PerfOS_System", 2 },
	{ "system", "Win32_UTCTime", 6 },
	{ "system", "Win32_OperatingSystem", 3 },
	{ "system", "Win32_PerfRawData_PerfOS_Processor", 3 },
	{ "updates", "Win32_QuickFixEngineering", 5 },
	{ "users", "Win32_LoggedOnUser", 1 },
	{ "users", "Win32_Process", 1 },
};

static void
every_class_and_property_is_accounted_for(void **state)
{
	size_t all = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		size_t n = 0;

		for (size_t k = 0; k < ARRAY_LEN(rows); k++)
			n += strcmp(rows[k].class, checks[i].class) == 0;
		if (n != checks[i].properties)
			print_error("%s: %zu of %zu\n", checks[i].class, n,
			    checks[i].properties);
		assert_int_equal(n, checks[i].properties);
		all += n;
	}
	assert_int_equal(all, ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(rows[i].class, rows[k].class) == 0 &&
			    strcmp(rows[i].property, rows[k].property) == 0);
}

/* The fact is in some section, so that it can be asked for at all. */
static bool
in_a_section(const char *class, size_t n)
{
	const char *c;

	for (size_t i = 0; i < section_count(); i++)
		for (size_t k = 0; (c = section_class(section_name(i), k)) !=
		    NULL; k++)
			if (strlen(c) == n && strncmp(c, class, n) == 0)
				return true;
	return false;
}

static bool
is_asked(const struct win_ask *ask, const char *class, const char *property)
{
	const char *p;

	for (size_t q = 0; q < WQ_COUNT; q++) {
		if (!ask->query[q] || strcmp(win_queries[q].class, class) != 0)
			continue;
		for (size_t i = 0; (p = win_property(ask, (enum win_query)q,
		    i)) != NULL; i++)
			if (strcasecmp(p, property) == 0)
				return true;
	}
	return false;
}

static void
what_it_asks_is_asked_or_is_a_fact_all_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct win_ask ask = { .software = false };
		char class[64];
		size_t n;
		bool good;

		if (r->how == IS_NOT) {
			assert_true(strlen(r->text) > 3);
			continue;
		}
		n = strcspn(r->fact, ".");
		assert_true(n < sizeof(class));
		memcpy(class, r->fact, n);
		class[n] = '\0';
		good = fact_info(r->fact) != NULL && in_a_section(class, n);
		/* the clock is told by the log-on itself */
		good = good && (strcmp(r->fact, "time.skewSeconds") == 0 ||
		    win_want(&ask, class, r->fact + n + 1));
		win_settle(&ask);
		if (good && r->how == IS_SAME)
			good = is_asked(&ask, r->class, r->property);
		if (!good)
			print_error("%s.%s -> %s\n", r->class, r->property,
			    r->fact);
		assert_true(good);
	}
}

static void
the_class_that_hurts_is_not_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < WQ_COUNT; i++)
		assert_string_not_equal(win_queries[i].class, "Win32_Product");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_not_equal(rows[i].class, "Win32_Product");
}

/* What every section of Windows is made of has a source. */
static void
every_class_of_every_section_has_a_source(void **state)
{
	static const char *const not_here[] = { "logicalVolume", "raid" };
	const char *c;

	(void)state;
	for (size_t i = 0; i < section_count(); i++)
		for (size_t k = 0; (c = section_class(section_name(i), k)) !=
		    NULL; k++) {
			struct win_ask ask = { .software = false };
			bool none = false;

			for (size_t n = 0; n < ARRAY_LEN(not_here); n++)
				none = none || strcmp(c, not_here[n]) == 0;
			if (!none && !win_want(&ask, c, NULL))
				print_error("%s\n", c);
			assert_true(none || win_want(&ask, c, NULL));
		}
}

/* A new fact is filled, explained, or said here to be no notion of Windows. */
static void
every_fact_of_every_section_is_told_or_explained(void **state)
{
	static const char *const no_notion[] = { "cpu.load1", "cpu.load5",
		"cpu.load15", "volume.inodesFree", "nic.kind",
		"nic.addrAssignType", "nic.hardwarePort", "os.kernel",
		"os.installedEstimated", "domain.realm", "account.shell",
		"protection.accessControl", "protection.selinux",
		"protection.lockdown", "protection.systemIntegrity",
		"protection.gatekeeper" };
	/* made of others, or told by the log-on */
	static const char *const made[] = { "nicLoad.usedPercent", "os.family",
		"os.id", "os.clockSkewSeconds", "time.skewSeconds",
		"time.synchronised", "firewall.profile", "encryption.product" };
	static const char *const not_here[] = { "logicalVolume", "raid",
		"software" };
	const char *c, *why, *fix;

	(void)state;
	for (size_t s = 0; s < section_count(); s++)
		for (size_t k = 0; (c = section_class(section_name(s), k)) !=
		    NULL; k++) {
			struct win_rows none[WQ_COUNT] = { { .facts = NULL } };
			struct win_ask all = { .software = false };
			struct facts *out = facts_new();
			bool skip = false;

			for (size_t n = 0; n < ARRAY_LEN(not_here); n++)
				skip = skip || strcmp(c, not_here[n]) == 0;
			skip = skip || !win_want(&all, c, NULL);
			win_settle(&all);
			windows_facts(&all, none, out);
			for (size_t i = 0; i < fact_infos() && !skip; i++) {
				const struct fact_info *f = fact_info_at(i);
				struct win_ask one = { .software = false };
				char dotted[100];
				bool good;

				if (strcmp(f->class, c) != 0)
					continue;
				snprintf(dotted, sizeof(dotted), "%s.%s", c,
				    f->name);
				good = win_want(&one, c, f->name);
				if (!good)
					good = facts_why(out, dotted, &why,
					    &fix);
				for (size_t n = 0; n < ARRAY_LEN(no_notion); n++)
					good = good || strcmp(dotted,
					    no_notion[n]) == 0;
				for (size_t n = 0; n < ARRAY_LEN(made); n++)
					good = good || strcmp(dotted,
					    made[n]) == 0;
				if (!good)
					print_error("%s\n", dotted);
				assert_true(good);
			}
			facts_free(out);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_and_property_is_accounted_for),
		cmocka_unit_test(what_it_asks_is_asked_or_is_a_fact_all_the_same),
		cmocka_unit_test(the_class_that_hurts_is_not_asked),
		cmocka_unit_test(every_class_of_every_section_has_a_source),
		cmocka_unit_test(every_fact_of_every_section_is_told_or_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
