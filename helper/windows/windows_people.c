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

bool
win_key_of(const char *path, const char *key, char *out, size_t cap)
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

	if (!win_key_of(path, "Domain", domain, sizeof(domain)) ||
	    !win_key_of(path, "Name", name, sizeof(name)))
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
	const struct fact_row *r;

	for (size_t i = 0; (r = win_by_path(rows, WIN_USER_OF_SESSION, id, i)) !=
	    NULL; i++) {
		const char *who = fact_text(r, "Antecedent");

		if (who != NULL && win_account_of(who, out, cap))
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

/* A process of that session is listed. */
static bool
has_process(const struct win_rows *rows, const char *id)
{
	return win_by_path(rows, WIN_PROCESS_OF_SESSION, id, 0) != NULL;
}

/* Windows keeps sessions that have ended: they have no process any more. */
bool
win_session_lives(const struct win_rows *rows, const struct fact_row *from)
{
	const char *id = fact_text(from, "LogonId");

	/* who is not shown the system's own is not shown all */
	return id == NULL || !has_process(rows, SYSTEM_SESSION) ||
	    has_process(rows, id);
}

/* --- processes ------------------------------------------------------------------------- */

static void
owner(const struct win_rows *rows, const struct fact_row *from,
    struct fact_row *to)
{
	char handle[40], id[80], account[600];
	const struct fact_row *r;
	const char *session;
	uint64_t number;

	if (!win_get_u64(from, "ProcessId", &number))
		return;
	snprintf(handle, sizeof(handle), "%llu", (unsigned long long)number);
	r = win_by_path(rows, WIN_SESSION_OF_PROCESS, handle, 0);
	session = r != NULL ? fact_text(r, "Antecedent") : NULL;
	if (session != NULL && win_key_of(session, "LogonId", id, sizeof(id)) &&
	    account_of_session(rows, id, account, sizeof(account)))
		fact_str(to, "user", account);
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

/* Whom a path at either end of a membership names. */
static bool
end_of(const struct fact_row *pair, const char *which, char *out, size_t cap)
{
	const char *path = fact_text(pair, which);

	return path != NULL && win_account_of(path, out, cap);
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
	char mine[620], member[620];
	const struct fact_row *pair;

	if (win_wants(ask, "group", "admin"))
		fact_bool(to, "admin", is_admin_group(from));
	if (!win_wants(ask, "group", "members") ||
	    !name_of(from, mine, sizeof(mine)))
		return;
	for (size_t i = 0; (pair = win_by_path(rows, WIN_MEMBERS_OF_GROUP, mine,
	    i)) != NULL; i++)
		if (end_of(pair, "PartComponent", member, sizeof(member)))
			fact_append(to, "members", member);
}

/* The group of that name among the local ones; NULL: none. */
static const struct fact_row *
group_named(const struct win_rows *rows, const char *name)
{
	char mine[620];

	for (size_t i = 0; i < win_rows(rows, WQ_GROUPS) && i < WIN_FOUND_MAX;
	    i++)
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
	const struct fact_row *pair, *g;
	char mine[620], group[620];
	bool admin = false;

	if (profile != NULL && win_wants(ask, "account", "home"))
		fact_str(to, "home", fact_text(profile, "LocalPath"));
	if (rows[WQ_MEMBERS].facts == NULL || rows[WQ_MEMBERS].why != NULL ||
	    !name_of(from, mine, sizeof(mine)))
		return;
	for (size_t i = 0; (pair = win_by_path(rows, WIN_GROUPS_OF_MEMBER, mine,
	    i)) != NULL; i++) {
		if (!end_of(pair, "GroupComponent", group, sizeof(group)) ||
		    (g = group_named(rows, group)) == NULL)
			continue;
		admin = admin || is_admin_group(g);
		if (win_wants(ask, "account", "groups"))
			fact_append(to, "groups", fact_text(g, "Name"));
	}
	if (win_wants(ask, "account", "admin"))
		fact_bool(to, "admin", admin);
}
