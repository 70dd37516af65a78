#include "helper/report/report_eol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

/* What hosts say of themselves, and what the table makes of it. */
static void
systems_are_told_by_name_and_version(void **state)
{
	static const struct { const char *name, *version, *label, *ends; } cases[] = {
		{ "Debian GNU/Linux 12 (bookworm)", "12", "Debian 12", "2028-06-30" },
		{ "Debian GNU/Linux 12 (bookworm)", "12.5", "Debian 12", "2028-06-30" },
		{ "Ubuntu 24.04.1 LTS", "24.04", "Ubuntu 24.04", "2029-05-31" },
		{ "Ubuntu 24.04.1 LTS", "24.04.1", "Ubuntu 24.04", "2029-05-31" },
		{ "Red Hat Enterprise Linux 8.10 (Ootpa)", "8.10", "RHEL 8", "2029-05-31" },
		{ "Red Hat Enterprise Linux Server 7.9 (Maipo)", "7.9", "RHEL 7", "2024-06-30" },
		{ "CentOS Stream 9", "9", "CentOS Stream 9", "2027-05-31" },
		{ "CentOS Linux 7 (Core)", "7", "CentOS 7", "2024-06-30" },
		{ "Rocky Linux 9.4 (Blue Onyx)", "9.4", "Rocky Linux 9", "2032-05-31" },
		{ "AlmaLinux 9.4 (Seafoam Ocelot)", "9.4", "AlmaLinux 9", "2032-05-31" },
		{ "Oracle Linux Server 8.9", "8.9", "Oracle Linux 8", "2029-07-01" },
		{ "SUSE Linux Enterprise Server 15 SP5", "15.5", "SLE 15 SP5", "2024-12-31" },
		{ "Fedora Linux 41 (Workstation Edition)", "41", "Fedora 41", "2025-12-15" },
		{ "Alpine Linux v3.20", "3.20.0", "Alpine 3.20", "2026-04-01" },
		{ "Alpine Linux v3.9", "3.9.6", "Alpine 3.9", "2020-11-01" },
		{ "macOS 13.6.1", "13.6.1", "macOS 13", "2025-09-15" },
		{ "Mac OS X 10.11.6", "10.11.6", "macOS 10.11", "2018-12-01" },
		{ "FreeBSD 14.1-RELEASE", "14.1-RELEASE", "FreeBSD 14.1", "2025-03-31" },
		{ "Microsoft Windows 11 Pro", "10.0.22631", "Windows 11 23H2", "2025-11-11" },
		{ "Microsoft Windows 11 Enterprise", "10.0.22631", "Windows 11 23H2", "2026-11-10" },
		{ "Microsoft Windows 11 Pro Education", "10.0.22631", "Windows 11 23H2", "2025-11-11" },
		{ "Microsoft Windows 11 Education", "10.0.22631.4602", "Windows 11 23H2", "2026-11-10" },
		{ "Microsoft Windows 10 Enterprise LTSC", "10.0.17763", "Windows 10 LTSC 2019", "2029-01-09" },
		{ "Microsoft Windows 10 IoT Enterprise LTSC", "10.0.19044", "Windows 10 IoT LTSC 2021", "2032-01-13" },
		{ "Microsoft Windows 10 Pro", "10.0.19045", "Windows 10 22H2", "2025-10-14" },
		{ "Microsoft Windows 7 Professional ", "6.1.7601", "Windows 7", "2020-01-14" },
		{ "Microsoft\xc2\xae Windows Vista\xe2\x84\xa2 Business", "6.0.6002", "Windows Vista", "2017-04-11" },
		{ "Microsoft Windows Server 2022 Standard", "10.0.20348", "Windows Server 2022", "2031-10-14" },
		{ "Microsoft Windows Server 2012 R2 Datacenter", "6.3.9600", "Windows Server 2012 R2", "2023-10-10" },
		{ "Microsoft Windows Server 2012 Standard", "6.2.9200", "Windows Server 2012", "2023-10-10" },
		{ "Microsoft(R) Windows(R) Server 2003, Standard Edition", "5.2.3790", "Windows Server 2003", "2015-07-14" },
		{ "Microsoft Windows Server Datacenter", "10.0.25398", "Windows Server 23H2", "2025-10-24" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct eol *got = eol_find(cases[i].name, cases[i].version);

		if (got == NULL)
			fail_msg("\"%s\" is not found", cases[i].name);
		assert_string_equal(got->label, cases[i].label);
		assert_string_equal(got->ends, cases[i].ends);
	}
}

static void
what_is_not_known_stays_unknown(void **state)
{
	static const struct { const char *name, *version; } cases[] = {
		{ "Debian GNU/Linux 99", "99" }, { "Debian GNU/Linux trixie/sid", NULL },
		{ NULL, "12" }, { NULL, NULL }, { "", "" },
		{ "Debian GNU/Linuxoid", "12" }, { "Ubuntuesque 24.04", "24.04" },
		{ "Debian GNU/Linux", "120" }, { "Alpine Linux edge", "3.200" },
		{ "Microsoft Windows 11 \xd0\xba\xd0\xbe\xd1\x80\xd0\xbf", "10.0.22631" },
		{ "Microsoft Windows Server 2022 Standard", "10.0.99999" },
		{ "FreeBSD 14.9-RELEASE", "14.9-RELEASE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct eol *got = eol_find(cases[i].name, cases[i].version);

		if (got != NULL)
			fail_msg("\"%s\" is taken for %s", cases[i].name,
			    got->label);
	}
	assert_int_equal(eol_status(NULL, "2026-11-28"), EOL_UNKNOWN);
	assert_int_equal(eol_status(eol_at(0), "yesterday"), EOL_UNKNOWN);
}

static void
a_day_decides(void **state)
{
	const struct eol *old = eol_find("Windows 10", "10.0.19045");
	const struct eol *open = eol_find("macOS", "26.1");
	long days;

	(void)state;
	assert_int_equal(eol_status(old, "2025-10-15"), EOL_ENDED);
	assert_int_equal(eol_status(old, "2025-10-14"), EOL_ENDING);
	assert_int_equal(eol_status(old, "2025-04-17"), EOL_ENDING);
	assert_int_equal(eol_status(old, "2025-04-16"), EOL_SUPPORTED);
	/* without an announced end: as long as the source is fresh */
	assert_string_equal(open->ends, "");
	assert_int_equal(eol_status(open, open->read), EOL_SUPPORTED);
	assert_int_equal(eol_status(open, "2029-01-01"), EOL_UNKNOWN);
	assert_true(eol_days("2024-02-28", "2024-03-01", &days));
	assert_int_equal(days, 2);
	assert_false(eol_days("2024-02-28", "", &days));
	assert_string_equal(eol_status_name(EOL_ENDING), "ending");
}

/* A slip of a digit in the table shows itself here. */
static void
the_table_is_sound(void **state)
{
	const struct eol *row;
	long days;

	(void)state;
	for (size_t i = 0; (row = eol_at(i)) != NULL; i++) {
		const char *days_of[] = { row->ends, row->sold_until, row->read };

		for (size_t k = 0; k < 3; k++)
			if (days_of[k][0] != '\0' && (!eol_days("2000-01-01",
			    days_of[k], &days) || days < 0 || days > 20000))
				fail_msg("%s: \"%s\" is no day", row->label,
				    days_of[k]);
		if (row->sold_until[0] != '\0' && (row->sold[0] == '\0' ||
		    !eol_days(row->ends, row->sold_until, &days) || days <= 0))
			fail_msg("%s: what is sold ends before", row->label);
		/* Microsoft's last days are the days of its updates */
		if (strncmp(row->label, "Windows 1", 9) == 0 &&
		    eol_days("2000-01-04", row->ends, &days) && days % 7 != 0)
			fail_msg("%s: %s is no Tuesday", row->label, row->ends);
		/* found by its own words: no row stands behind one that hides it */
		if (strchr(row->name, '|') == NULL) {
			char name[200];
			const struct eol *got;

			snprintf(name, sizeof(name), "%s %.*s", row->name,
			    (int)strcspn(row->edition, "|"), row->edition);
			got = eol_find(name, row->version);
			if (got != row)
				fail_msg("%s is hidden by %s", row->label,
				    got != NULL ? got->label : "none");
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systems_are_told_by_name_and_version),
		cmocka_unit_test(what_is_not_known_stays_unknown),
		cmocka_unit_test(a_day_decides),
		cmocka_unit_test(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
