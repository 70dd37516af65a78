/* windows_people.c: accounts, groups, sessions, and whose a process is.
 *
 * Associations name their ends by path:
 *   \\.\root\cimv2:Win32_LogonSession.LogonId="195342"
 *   \\.\root\cimv2:Win32_Account.Domain="CORP",Name="lisa"
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

#define ADMINISTRATORS "S-1-5-32-544"
#define SYSTEM_SESSION "999"

/* --- paths ------------------------------------------------------------------------ */

/* The text of a key in a path, backslashes undone; false: it is not there. */
static bool
key_of(const char *path, const char *key, char *out, size_t cap)
{
	const char *p = path;
	size_t n = strlen(key), k = 0;

	do {
		p = strcasestr(p, key);
		if (p == NULL)
			return false;
		p += n;
	} while (p[0] != '=' || p[1] != '"' ||
	    (p - n > path && p[-(ptrdiff_t)n - 1] != '.' &&
	    p[-(ptrdiff_t)n - 1] != ','));
	for (p += 2; *p != '\0' && *p != '"'; p++) {
		if (p[0] == '\\' && p[1] != '\0')
			p++;
		if (k + 1 >= cap)
			return false;
		out[k++] = *p;
	}
	out[k] = '\0';
	return *p == '"';
}

bool
win_account_of(const char *path, char *out, size_t cap)
{
	char domain[300], name[300];

	if (!key_of(path, "Domain", domain, sizeof(domain)) ||
	    !key_of(path, "Name", name, sizeof(name)))
		return false;
	return (size_t)snprintf(out, cap, "%s\\%s", domain, name) < cap;
}

bool
win_path_names(const char *path, const char *key)
{
	const char *p = strchr(path, '"');

	if (p == NULL)
		return strcasecmp(path, key) == 0;
	for (p++; *p != '\0' && *p != '"' && *key != '\0'; p++, key++) {
		if (p[0] == '\\' && p[1] != '\0')
			p++;
		if (strncasecmp(p, key, 1) != 0)
			return false;
	}
	return *p == '"' && *key == '\0';
}

/* --- sessions ------------------------------------------------------------------------ */

/* The account of a session's number; false: nobody is known to have it. */
static bool
account_of_session(const struct win_rows *rows, const char *id, char *out,
    size_t cap)
{
	char of[80];

	for (size_t i = 0; i < win_rows(rows, WQ_LOGGED_ON); i++) {
		const struct fact_row *r = win_row(rows, WQ_LOGGED_ON, i);
		const char *session = fact_text(r, "Dependent");
		const char *who = fact_text(r, "Antecedent");

		if (session != NULL && who != NULL &&
		    key_of(session, "LogonId", of, sizeof(of)) &&
		    strcmp(of, id) == 0 && win_account_of(who, out, cap))
			return true;
	}
	return false;
}

void
win_join_session(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *id = fact_text(from, "LogonId");
	char account[600];

	if (id != NULL && (win_wants(ask, "session", "user") || ask->logons) &&
	    account_of_session(rows, id, account, sizeof(account)))
		fact_str(to, "user", account);
}

/* A process of that session is listed; id NULL: of the system's own, which only
 * an account that sees all of them is shown. */
static bool
has_process(const struct win_rows *rows, const char *id)
{
	size_t n = win_rows(rows, WQ_SESSION_PROCESSES);
	char of[80];

	for (size_t i = 0; i < n; i++) {
		const char *session = fact_text(win_row(rows,
		    WQ_SESSION_PROCESSES, i), "Antecedent");

		if (session != NULL &&
		    key_of(session, "LogonId", of, sizeof(of)) &&
		    strcmp(of, id != NULL ? id : SYSTEM_SESSION) == 0)
			return true;
	}
	return false;
}

/* Windows keeps sessions that have ended: they have no process any more. */
bool
win_session_lives(const struct win_rows *rows, const struct fact_row *from)
{
	const char *id = fact_text(from, "LogonId");

	return id == NULL || !has_process(rows, NULL) || has_process(rows, id);
}

/* --- processes ------------------------------------------------------------------------- */

static void
owner(const struct win_rows *rows, const struct fact_row *from,
    struct fact_row *to)
{
	size_t n = win_rows(rows, WQ_SESSION_PROCESSES);
	char handle[40], id[80], account[600];
	uint64_t number;

	if (!win_get_u64(from, "ProcessId", &number))
		return;
	/* looked for as it stands: a server has thousands of each */
	snprintf(handle, sizeof(handle), ".Handle=\"%llu\"",
	    (unsigned long long)number);
	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = win_row(rows, WQ_SESSION_PROCESSES,
		    i);
		const char *process = fact_text(r, "Dependent");
		const char *session;

		if (process == NULL || strstr(process, handle) == NULL)
			continue;
		session = fact_text(r, "Antecedent");
		if (session != NULL &&
		    key_of(session, "LogonId", id, sizeof(id)) &&
		    account_of_session(rows, id, account, sizeof(account)))
			fact_str(to, "user", account);
		return;
	}
}

void
win_join_process(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	uint64_t kernel, user;

	if (win_wants(ask, "process", "cpuSeconds") &&
	    win_get_u64(from, "KernelModeTime", &kernel) &&
	    win_get_u64(from, "UserModeTime", &user))
		fact_real(to, "cpuSeconds", ((double)kernel + (double)user) /
		    1e7);		/* of 100 ns */
	if (win_wants(ask, "process", "user"))
		owner(rows, from, to);
}

/* --- accounts and groups ------------------------------------------------------------------ */

static bool
name_of(const struct fact_row *row, char *out, size_t cap)
{
	const char *domain = fact_text(row, "Domain");
	const char *name = fact_text(row, "Name");

	return domain != NULL && name != NULL && (size_t)snprintf(out, cap,
	    "%s\\%s", domain, name) < cap;
}

/* The i-th pair of group and member as accounts. */
static bool
pair(const struct win_rows *rows, size_t i, char *group, char *member,
    size_t cap)
{
	const struct fact_row *r = win_row(rows, WQ_MEMBERS, i);
	const char *g = fact_text(r, "GroupComponent");
	const char *m = fact_text(r, "PartComponent");

	return g != NULL && m != NULL && win_account_of(g, group, cap) &&
	    win_account_of(m, member, cap);
}

static bool
is_admin_group(const struct fact_row *row)
{
	const char *sid = fact_text(row, "SID");

	return sid != NULL && strcmp(sid, ADMINISTRATORS) == 0;
}

void
win_join_group(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	char mine[620], group[620], member[620];

	if (win_wants(ask, "group", "admin"))
		fact_bool(to, "admin", is_admin_group(from));
	if (!win_wants(ask, "group", "members") ||
	    !name_of(from, mine, sizeof(mine)))
		return;
	for (size_t i = 0; i < win_rows(rows, WQ_MEMBERS); i++)
		if (pair(rows, i, group, member, sizeof(group)) &&
		    strcasecmp(group, mine) == 0)
			fact_append(to, "members", member);
}

/* The group of that name among the local ones; NULL: none. */
static const struct fact_row *
group_named(const struct win_rows *rows, const char *name)
{
	char mine[620];

	for (size_t i = 0; i < win_rows(rows, WQ_GROUPS); i++)
		if (name_of(win_row(rows, WQ_GROUPS, i), mine, sizeof(mine)) &&
		    strcasecmp(mine, name) == 0)
			return win_row(rows, WQ_GROUPS, i);
	return NULL;
}

void
win_join_account(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact_row *profile = win_find(rows, WQ_PROFILES, "SID",
	    fact_get(from, "SID"));
	char mine[620], group[620], member[620];
	bool admin = false;

	if (profile != NULL && win_wants(ask, "account", "home"))
		fact_str(to, "home", fact_text(profile, "LocalPath"));
	if (rows[WQ_MEMBERS].facts == NULL || rows[WQ_MEMBERS].why != NULL ||
	    !name_of(from, mine, sizeof(mine)))
		return;
	for (size_t i = 0; i < win_rows(rows, WQ_MEMBERS); i++) {
		const struct fact_row *g;

		if (!pair(rows, i, group, member, sizeof(group)) ||
		    strcasecmp(member, mine) != 0 ||
		    (g = group_named(rows, group)) == NULL)
			continue;
		admin = admin || is_admin_group(g);
		if (win_wants(ask, "account", "groups"))
			fact_append(to, "groups", fact_text(g, "Name"));
	}
	if (win_wants(ask, "account", "admin"))
		fact_bool(to, "admin", admin);
}
