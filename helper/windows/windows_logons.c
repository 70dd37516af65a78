/* windows_logons.c: who logged on when, and from where.
 *
 * Windows writes down, per profile, when it was loaded last (since version 10,
 * 1809); before, a profile that is not loaded tells when it was used last.  The
 * hive of a user who is logged on holds, per session, the name of the computer
 * that sits at the other end.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

#define LOGON_UI "SOFTWARE\\Microsoft\\Windows\\CurrentVersion" \
	"\\Authentication\\LogonUI"

/* --- times ------------------------------------------------------------------------ */

/* 100 ns since 1601 in two halves; 0 is never. */
static bool
loaded_at(const struct facts *raw, const char *key, int64_t *ms)
{
	uint64_t high, low;

	if (!win_u64(win_reg_data(raw, key, "LocalProfileLoadTimeHigh"),
	    &high) || !win_u64(win_reg_data(raw, key,
	    "LocalProfileLoadTimeLow"), &low) || high > UINT32_MAX ||
	    low > UINT32_MAX)
		return false;
	return win_filetime_ms(high << 32 | low, ms);
}

/* Some profile's time is written down: then those of the others' files mean
 * little, for virus scanners and updates touch them. */
static bool
are_kept(const struct facts *raw)
{
	const char *key;
	int64_t ms;

	for (size_t at = 0; (key = win_reg_next(raw, WK_PROFILES,
	    "LocalProfileLoadTimeHigh", &at)) != NULL; )
		if (loaded_at(raw, key, &ms))
			return true;
	return false;
}

static bool
last_logon(const struct win_rows *rows, const struct facts *raw,
    const char *sid, int64_t *ms)
{
	const struct fact_row *profile = win_find(rows, WQ_PROFILES, "SID",
	    &(struct fact){ .type = FACT_STRING, .s = sid });
	const struct fact *used;
	char key[400];
	bool in_use;

	snprintf(key, sizeof(key), "%s\\%.200s", win_keys[WK_PROFILES], sid);
	if (loaded_at(raw, key, ms))
		return true;
	/* of one in use it would be the time of the question */
	if (are_kept(raw) || profile == NULL ||
	    !win_get_bool(profile, "Loaded", &in_use) || in_use)
		return false;
	used = fact_get(profile, "LastUseTime");
	if (used == NULL || used->type != FACT_TIME || used->ms < 0)
		return false;
	*ms = used->ms;
	return true;
}

static void
accounts(const struct win_rows *rows, const struct facts *raw,
    struct facts *out)
{
	for (size_t i = 0; i < facts_rows(out, "account"); i++) {
		struct fact_row *row = win_out(out, "account", i);
		const char *sid = fact_text(row, "id");
		int64_t ms;

		if (sid != NULL && last_logon(rows, raw, sid, &ms))
			fact_time(row, "last", ms);
	}
}

/* --- who was last ------------------------------------------------------------------- */

/* Before Windows 8 only the name is kept: ".\\eva" or "PC\\eva" of a local
 * account has a SID all the same. */
static const char *
sid_of(const struct win_rows *rows, const char *who)
{
	const char *name = strrchr(who, '\\');
	size_t n = name != NULL ? (size_t)(name - who) : 0;

	for (size_t i = 0; name != NULL && i < win_rows(rows, WQ_ACCOUNTS); i++) {
		const struct fact_row *r = win_row(rows, WQ_ACCOUNTS, i);
		const char *domain = fact_text(r, "Domain");
		const char *mine = fact_text(r, "Name");

		if (domain != NULL && mine != NULL &&
		    strcasecmp(mine, name + 1) == 0 &&
		    ((n == 1 && who[0] == '.') || (strlen(domain) == n &&
		    strncasecmp(domain, who, n) == 0)))
			return fact_text(r, "SID");
	}
	return NULL;
}

static void
last_user(const struct win_rows *rows, const struct facts *raw,
    struct facts *out)
{
	const char *sid = win_reg_text(raw, LOGON_UI, "LastLoggedOnUserSID");
	const struct fact *who = facts_find(out, "user.last");
	int64_t ms;

	if (sid == NULL && who != NULL && who->type == FACT_STRING)
		sid = sid_of(rows, who->s);
	if (sid != NULL && last_logon(rows, raw, sid, &ms)) {
		fact_time(win_one(out, "user"), "lastTime", ms);
		return;
	}
	facts_missing(out, "user.lastTime", "Windows does not say when that "
	    "account logged on last: it writes it down since version 10 (1809) "
	    "and Server 2019, when a profile is loaded", "Nothing to do: it "
	    "comes with the next log-on there.");
}

bool
win_is_of_logon(const char *class, const char *fact)
{
	return win_same_word(class, "session") && (win_same_word(fact, "from") ||
	    win_same_word(fact, "terminal"));
}

/* --- from where ------------------------------------------------------------------------ */

static bool
is_remote(const struct fact_row *logon)
{
	const char *terminal = fact_text(logon, "terminal");

	return terminal != NULL && strcasecmp(terminal, "Console") != 0;
}

/* The one that a session of this account and kind is; NULL: none, or it may be
 * several. */
static const struct fact_row *
logon_of(const struct facts *raw, const char *user, bool remote)
{
	const struct fact_row *only = NULL, *fits = NULL;
	size_t all = 0, fitting = 0;

	for (size_t i = 0; i < facts_rows(raw, WIN_LOGONS); i++) {
		const struct fact_row *r = facts_at(raw, WIN_LOGONS, i);
		const char *mine = fact_text(r, "user");

		if (mine == NULL || strcasecmp(mine, user) != 0 ||
		    fact_text(r, "terminal") == NULL)
			continue;
		all++;
		only = r;
		if (is_remote(r) == remote) {
			fitting++;
			fits = r;
		}
	}
	return all == 1 ? only : fitting == 1 ? fits : NULL;
}

/* Hives that may not be read. */
static const struct fact_row *
refused(const struct facts *raw)
{
	for (size_t i = 0; i < facts_rows(raw, WIN_LOGONS); i++)
		if (win_holds(facts_at(raw, WIN_LOGONS, i), "status"))
			return facts_at(raw, WIN_LOGONS, i);
	return NULL;
}

static void
sessions(const struct facts *raw, struct facts *out)
{
	static const char *const facts[] = { "session.from",
		"session.terminal" };
	const struct fact_row *no = refused(raw);
	uint64_t status;

	for (size_t i = 0; i < facts_rows(out, "session"); i++) {
		struct fact_row *row = win_out(out, "session", i);
		const char *user = fact_text(row, "user");
		const char *type = fact_text(row, "type");
		const struct fact_row *logon = user == NULL ? NULL :
		    logon_of(raw, user, type != NULL &&
		    strcmp(type, "rdp") == 0);

		if (logon == NULL)
			continue;
		fact_str(row, "terminal", fact_text(logon, "terminal"));
		if (is_remote(logon))
			fact_str(row, "from", fact_text(logon, "client"));
	}
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (no != NULL && win_get_u64(no, "status", &status))
			win_reg_refused(out, facts[i], (uint32_t)status,
			    fact_text(no, "name"));
	facts_missing(out, "session.from", "no session comes from another "
	    "computer", "Nothing to do.");
	facts_missing(out, "session.terminal", "no hive of a user who is logged "
	    "on tells it", "Nothing to do.");
}

void
win_logons(const struct win_ask *ask, const struct win_rows *rows,
    const struct facts *raw, struct facts *out)
{
	if (win_wants(ask, "account", "last"))
		accounts(rows, raw, out);
	if (win_wants_reg(ask, "user", "lastTime"))
		last_user(rows, raw, out);
	if (ask->logons)
		sessions(raw, out);
}
