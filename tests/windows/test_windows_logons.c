/* Who logged on when and from where: times of profiles, hives of who is logged on,
 * and what is said where Windows does not tell. */
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

#define LIST "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define LOGON "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Authentication" \
	"\\LogonUI"
#define EVA "S-1-5-21-1-2-3-1001"
#define OLA "S-1-5-21-1-2-3-1002"

static void
account(struct host *h, const char *name, const char *sid)
{
	struct fact_row *r = facts_row(h->raw, "Win32_UserAccount");

	fact_str(r, "Domain", "PC");
	fact_str(r, "Name", name);
	fact_str(r, "SID", sid);
}

static void
profile(struct host *h, const char *sid, bool in_use, int64_t ms)
{
	struct fact_row *r = facts_row(h->raw, "Win32_UserProfile");

	fact_str(r, "SID", sid);
	fact_bool(r, "Loaded", in_use);
	fact_time(r, "LastUseTime", ms);
}

static void
loaded(struct host *h, const char *sid, uint64_t high, uint64_t low)
{
	char key[200];

	snprintf(key, sizeof(key), LIST "\\%s", sid);
	number(h, key, "LocalProfileLoadTimeHigh", high);
	number(h, key, "LocalProfileLoadTimeLow", low);
}

static void
logon(struct host *h, const char *user, const char *terminal,
    const char *client)
{
	struct fact_row *r = facts_row(h->raw, WIN_LOGONS);

	fact_str(r, "user", user);
	fact_str(r, "terminal", terminal);
	fact_str(r, "client", client);
}

static void
session(struct host *h, const char *id, const char *user, uint64_t type)
{
	struct fact_row *r = facts_row(h->raw, "Win32_LogonSession");
	char s[100];

	fact_str(r, "LogonId", id);
	fact_uint(r, "LogonType", type);
	r = facts_row(h->raw, "Win32_LoggedOnUser");
	snprintf(s, sizeof(s), "Win32_LogonSession.LogonId=\"%s\"", id);
	fact_str(r, "Dependent", s);
	snprintf(s, sizeof(s), "Win32_Account.Domain=\"CORP\",Name=\"%s\"",
	    user);
	fact_str(r, "Antecedent", s);
}

static void
a_time_of_two_halves_is_read(void **state)
{
	static const struct { uint64_t t; bool good; int64_t ms; } t[] = {
		{ 116444736000000000, true, 0 },
		{ 133537680000000000, true, 1709294400000 },
		{ 0, false, 0 }, { 1, false, 0 }, { UINT64_MAX, false, 0 },
		{ INT64_MAX, false, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		int64_t ms = -1;

		assert_int_equal(win_filetime_ms(t[i].t, &ms), t[i].good);
		if (t[i].good)
			assert_int_equal(ms, t[i].ms);
	}
}

static void
a_profiles_load_is_its_accounts_log_on(void **state)
{
	struct host h = host_new("account");
	uint64_t t = UINT64_C(133537680000000000);

	(void)state;
	account(&h, "eva", EVA);
	account(&h, "ola", OLA);
	loaded(&h, EVA, t >> 32, t & UINT32_MAX);
	/* files are touched by others too: nothing is made of them there */
	profile(&h, EVA, false, 1800000000000);
	profile(&h, OLA, false, 1800000000000);
	convert(&h);
	assert_string_equal(text(&h, "account", 0, "last"),
	    "2024-03-01T12:00:00Z");
	assert_string_equal(text(&h, "account", 1, "last"), "-");
	host_free(&h);
}

static void
halves_that_are_no_time_are_none(void **state)
{
	static const struct { uint64_t high, low; } t[] = { { 0, 0 },
		{ UINT64_C(1) << 32, 0 }, { 31101649, UINT64_C(1) << 40 },
		{ UINT32_MAX, UINT32_MAX } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("account");

		account(&h, "eva", EVA);
		loaded(&h, EVA, t[i].high, t[i].low);
		convert(&h);
		assert_string_equal(text(&h, "account", 0, "last"), "-");
		assert_string_equal(why(&h, "account.last"), "no local account "
		    "has logged on here since Windows writes that down");
		host_free(&h);
	}
}

static void
older_profiles_tell_when_they_were_in_use(void **state)
{
	(void)state;
	for (int in_use = 0; in_use < 2; in_use++) {
		struct host h = host_new("account");

		account(&h, "eva", EVA);
		profile(&h, EVA, in_use != 0, 1709294400000);
		loaded(&h, OLA, 0, 0);
		convert(&h);
		assert_string_equal(text(&h, "account", 0, "last"), in_use ?
		    "-" : "2024-03-01T12:00:00Z");
		host_free(&h);
	}
}

static void
who_was_last_is_known_by_sid_or_name(void **state)
{
	static const struct { const char *sid, *name; bool known; } t[] = {
		{ EVA, "CORP\\x", true }, { NULL, ".\\EVA", true },
		{ NULL, "pc\\eva", true }, { NULL, "CORP\\eva", false },
		{ NULL, "eva", false }, { OLA, "PC\\eva", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct host h = host_new("user");

		assert_true(win_want(&h.ask, "account", NULL));
		account(&h, "eva", EVA);
		profile(&h, EVA, false, 1709294400000);
		if (t[i].sid != NULL)
			word(&h, LOGON, "LastLoggedOnUserSID", t[i].sid);
		else
			absent(&h, LOGON, "LastLoggedOnUserSID", 2);
		word(&h, LOGON, "LastLoggedOnUser", t[i].name);
		convert(&h);
		assert_string_equal(text(&h, "user", 0, "last"), t[i].name);
		assert_string_equal(text(&h, "user", 0, "lastTime"),
		    t[i].known ? "2024-03-01T12:00:00Z" : "-");
		if (!t[i].known)
			assert_non_null(strstr(why(&h, "user.lastTime"),
			    "since version 10 (1809)"));
		host_free(&h);
	}
}

static void
a_session_is_the_one_that_its_account_has(void **state)
{
	struct host h = host_new("session");

	(void)state;
	session(&h, "1", "eva", 10);
	session(&h, "2", "ola", 2);
	session(&h, "3", "liv", 2);
	session(&h, "4", "ada", 10);
	logon(&h, "corp\\Eva", "RDP-Tcp#3", "LAPTOP7");
	/* began at the console, is seen from elsewhere now */
	logon(&h, "CORP\\ola", "RDP-Tcp#4", "TABLET");
	/* was seen from elsewhere, is at the console now */
	logon(&h, "CORP\\liv", "Console", "LAPTOP7");
	/* has gone: nobody knows its name any more */
	logon(&h, "CORP\\ada", NULL, "LAPTOP7");
	convert(&h);
	assert_string_equal(text(&h, "session", 0, "from"), "LAPTOP7");
	assert_string_equal(text(&h, "session", 0, "terminal"), "RDP-Tcp#3");
	assert_string_equal(text(&h, "session", 1, "from"), "TABLET");
	assert_string_equal(text(&h, "session", 2, "from"), "-");
	assert_string_equal(text(&h, "session", 2, "terminal"), "Console");
	assert_string_equal(text(&h, "session", 3, "from"), "-");
	assert_string_equal(text(&h, "session", 3, "terminal"), "-");
	host_free(&h);
}

static void
of_several_only_the_one_of_its_kind_is_it(void **state)
{
	struct host h = host_new("session");

	(void)state;
	session(&h, "1", "eva", 10);
	session(&h, "2", "eva", 2);
	session(&h, "3", "ola", 10);
	logon(&h, "CORP\\eva", "Console", NULL);
	logon(&h, "CORP\\eva", "RDP-Tcp#1", "A");
	logon(&h, "CORP\\ola", "RDP-Tcp#2", "B");
	logon(&h, "CORP\\ola", "RDP-Tcp#3", "C");
	convert(&h);
	assert_string_equal(text(&h, "session", 0, "from"), "A");
	assert_string_equal(text(&h, "session", 1, "from"), "-");
	assert_string_equal(text(&h, "session", 1, "terminal"), "Console");
	assert_string_equal(text(&h, "session", 2, "from"), "-");
	host_free(&h);
}

static void
a_hive_that_may_not_be_read_is_told(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		struct host h = host_new("session");

		session(&h, "1", "eva", 10);
		if (refused)
			fact_uint(facts_row(h.raw, WIN_LOGONS), "status", 5);
		convert(&h);
		assert_string_equal(why(&h, "session.from"), refused ?
		    "the account may not read the key" :
		    "no session comes from another computer");
		host_free(&h);
	}
}

/* Servers keep tens of thousands of sessions that have ended; gone through for each
 * process, this test would not end. */
static void
a_session_is_found_among_many(void **state)
{
	enum { MANY = 30000 };
	struct host h = host_new("process");
	struct fact_row *r;
	char s[100];

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		fact_uint(facts_row(h.raw, "Win32_Process"), "ProcessId", i);
		r = facts_row(h.raw, "Win32_SessionProcess");
		/* the other way round */
		snprintf(s, sizeof(s), "Win32_Process.Handle=\"%u\"",
		    MANY - 1 - i);
		fact_str(r, "Dependent", s);
		snprintf(s, sizeof(s), "Win32_LogonSession.LogonId=\"%u\"",
		    MANY - 1 - i);
		fact_str(r, "Antecedent", s);
		r = facts_row(h.raw, "Win32_LoggedOnUser");
		fact_str(r, "Dependent", s);
		snprintf(s, sizeof(s), "Win32_Account.Domain=\"D\",Name=\"%u\"",
		    MANY - 1 - i);
		fact_str(r, "Antecedent", s);
	}
	convert(&h);
	assert_int_equal(facts_rows(h.out, "process"), MANY);
	for (unsigned i = 0; i < MANY; i += 997) {
		snprintf(s, sizeof(s), "D\\%u", i);
		assert_string_equal(text(&h, "process", i, "user"), s);
	}
	host_free(&h);
}

static void
what_has_one_name_stays_in_order(void **state)
{
	static const char *const members[] = { "eva", "Ola", "ada", "liv" };
	struct host h = host_new("group");
	struct fact_row *r = facts_row(h.raw, "Win32_Group");
	char s[100];

	(void)state;
	fact_str(r, "Domain", "PC");
	fact_str(r, "Name", "Users");
	fact_str(r, "SID", "S-1-5-32-545");
	for (size_t i = 0; i < 2 * ARRAY_LEN(members); i++) {
		r = facts_row(h.raw, "Win32_GroupUser");
		snprintf(s, sizeof(s), "Win32_Group.Domain=\"%s\",Name=\"%s\"",
		    i % 4 == 1 ? "pc" : "PC", i % 2 == 0 ? "Users" :
		    "USERS");
		fact_str(r, "GroupComponent", i < 4 ? s : i == 4 ? NULL :
		    "Win32_Group.Domain=\"PC\",Name=\"Users2\"");
		snprintf(s, sizeof(s), "Win32_UserAccount.Domain=\"PC\","
		    "Name=\"%s\"", members[i % 4]);
		fact_str(r, "PartComponent", s);
	}
	convert(&h);
	assert_string_equal(text(&h, "group", 0, "members"),
	    "PC\\eva, PC\\Ola, PC\\ada, PC\\liv");
	host_free(&h);
}

static void
only_peoples_hives_are_looked_at(void **state)
{
	(void)state;
	assert_true(win_is_person(EVA));
	assert_true(win_is_person("S-1-12-1-1-2-3-4"));
	assert_false(win_is_person(EVA "_Classes"));
	assert_false(win_is_person("S-1-5-18"));
	assert_false(win_is_person(".DEFAULT"));
	assert_true(win_key_counts(WK_PROFILES, EVA));
	assert_false(win_key_counts(WK_PROFILES, "S-1-5-19"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_two_halves_is_read),
		cmocka_unit_test(a_profiles_load_is_its_accounts_log_on),
		cmocka_unit_test(halves_that_are_no_time_are_none),
		cmocka_unit_test(older_profiles_tell_when_they_were_in_use),
		cmocka_unit_test(who_was_last_is_known_by_sid_or_name),
		cmocka_unit_test(a_session_is_the_one_that_its_account_has),
		cmocka_unit_test(of_several_only_the_one_of_its_kind_is_it),
		cmocka_unit_test(a_hive_that_may_not_be_read_is_told),
		cmocka_unit_test(a_session_is_found_among_many),
		cmocka_unit_test(what_has_one_name_stays_in_order),
		cmocka_unit_test(only_peoples_hives_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
