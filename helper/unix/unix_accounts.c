/* unix_accounts.c: local accounts and groups, and sessions that `who` misses. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/unix/unix_parse.h"

#define ACCOUNTS_MAX 5000
#define MEMBERS_MAX 2000
#define FILE_MAX 400000		/* octets of passwd and group, as asked */
#define SESSIONS_MAX 500
#define LAST_MAX 8000		/* fifty accounts' */

/* Groups whose members administrate.  "admin" is one of Ubuntu's and macOS's;
 * with a person's number it is that person's own. */
static bool
admin_group(struct span name, struct span gid)
{
	uint64_t n;

	return span_is(name, "sudo") || span_is(name, "wheel") ||
	    span_is(gid, "0") || (span_is(name, "admin") &&
	    span_u64(gid, &n) && n < 500);
}

/* Nobody logs in with these. */
static bool
no_shell(struct span shell)
{
	static const char *const ends[] = { "/nologin", "/false", "/sync",
		"/shutdown", "/halt", "/git-shell", "/true" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t n = strlen(ends[i]);

		if (shell.n >= n &&
		    memcmp(shell.p + shell.n - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

/* --- /etc/group -------------------------------------------------------------------- */

/* Fields of one line; what is not there is empty. */
static void
fields(struct span line, struct span *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!span_field(&line, ':', &f[i]))
			f[i] = (struct span){ "", 0 };
}

/* "wheel:10:ann,bob" */
static void
groups(struct unix_host *h, struct span text)
{
	struct span line, f[3], one;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		char name[256];
		size_t n = 0;

		fields(line, f, 3);
		if (f[0].n == 0 || f[1].n == 0 || span_starts(f[0], "+") ||
		    (row = unix_row(h, "group", ACCOUNTS_MAX)) == NULL)
			continue;
		fact_span(row, "name", f[0]);
		fact_span(row, "id", f[1]);
		while (span_field(&f[2], ',', &one) && n++ < MEMBERS_MAX)
			if (one.n > 0)
				fact_append(row, "members",
				    span_text(one, name, sizeof(name)));
		if (admin_group(f[0], f[1]))
			fact_bool(row, "admin", true);
	}
}

/* Who is in which group: lines of the group by the member's name, and by the
 * number that is an account's own group. */
struct members { struct lookup named, numbered; };

static void
members(struct members *m, struct span text)
{
	struct span line, f[3], one;

	while (span_line(&text, &line)) {
		fields(line, f, 3);
		lookup_add(&m->numbered, f[1], line);
		while (span_field(&f[2], ',', &one))
			if (one.n > 0)
				lookup_add(&m->named, one, line);
	}
	lookup_sort(&m->named);
	lookup_sort(&m->numbered);
}

static void
in_group(struct fact_row *row, struct span line, bool *admin)
{
	struct span f[2];
	char name[256];

	fields(line, f, 2);
	fact_append(row, "groups", span_text(f[0], name, sizeof(name)));
	*admin = *admin || admin_group(f[0], f[1]);
}

static void
memberships(struct fact_row *row, const struct members *m, struct span user,
    struct span gid, bool *admin)
{
	struct span own, line;
	size_t i = 0;

	if (lookup_get(&m->numbered, gid, &own))
		in_group(row, own, admin);
	else
		own = (struct span){ "", 0 };
	/* in the order of the file; one that names him twice counts once */
	for (const char *last = own.p; i < MEMBERS_MAX && lookup_next(&m->named,
	    user, &i, &line); last = line.p)
		if (line.p != own.p && line.p != last)
			in_group(row, line, admin);
}

/* --- /etc/passwd --------------------------------------------------------------------- */

/* Who logs on to a system counts people from a number on; old ones from 500. */
static uint64_t
first_person(struct unix_host *h)
{
	struct span line = unix_part_named(h->frame, "accounts", "defs"), w;
	uint64_t n;

	if (span_word(&line, &w) && span_word(&line, &w) && span_u64(w, &n))
		return n;
	return 1000;
}

/* "ann= 1700000000": seconds, of each account's place in /var/log/lastlog */
static bool
last_logon(struct span text, struct span name, int64_t *ms)
{
	char key[256];
	uint64_t s;

	if (name.n >= sizeof(key) || !span_u64(span_get(text, span_text(name,
	    key, sizeof(key))), &s) || s == 0)
		return false;
	*ms = (int64_t)s * 1000;
	return s < 1ull << 32;
}

/* The person's name is the first of the comment's fields. */
static struct span
person(struct span gecos)
{
	struct span first;

	return span_field(&gecos, ',', &first) ? first : gecos;
}

/* "ann:1000:1000:Ann Example,,,:/home/ann:/bin/bash" */
static void
account(struct unix_host *h, struct span line, uint64_t people,
    const struct members *m, struct span last)
{
	struct span f[6];
	struct fact_row *row;
	uint64_t uid;
	int64_t ms;
	bool admin, person_id;

	fields(line, f, 6);
	if (f[0].n == 0 || !span_u64(f[1], &uid))
		return;
	person_id = uid == 0 || (uid >= people && uid < 65530) || uid > 65535;
	if ((!person_id && (no_shell(f[5]) || f[5].n == 0)) ||
	    (row = unix_row(h, "account", ACCOUNTS_MAX)) == NULL)
		return;
	fact_span(row, "name", f[0]);
	fact_span(row, "fullName", person(f[3]));
	fact_span(row, "id", f[1]);
	fact_span(row, "home", f[4]);
	fact_span(row, "shell", f[5]);
	admin = uid == 0;
	memberships(row, m, f[0], f[2], &admin);
	fact_bool(row, "admin", admin);
	if (no_shell(f[5]))
		fact_bool(row, "disabled", true);
	if (last_logon(last, f[0], &ms))
		fact_time(row, "last", ms);
}

static void
accounts(struct unix_host *h, struct span text)
{
	struct span last = span_first(unix_part_named(h->frame, "accounts",
	    "last"), LAST_MAX), line;
	uint64_t people = first_person(h);
	struct members m = { .named = { .n = 0 } };

	members(&m, span_first(unix_part_named(h->frame, "accounts", "group"),
	    FILE_MAX));
	while (span_line(&text, &line))
		account(h, line, people, &m, last);
	lookup_free(&m.named);
	lookup_free(&m.numbered);
	facts_missing(h->facts, "account.disabled", "which accounts have expired "
	    "stands beside the password hashes, which are not read; those "
	    "without a shell are told", "Ask on the host as root: chage -l "
	    "NAME.");
}

/* --- macOS ----------------------------------------------------------------------------- */

/* "Key: value", or "Key:" and the value on the next line behind a blank. */
static struct span
record_value(struct span text, const char *key)
{
	struct span line, k, v, next;

	while (span_line(&text, &line)) {
		if (span_starts(line, " ") || !span_split(line, ':', &k, &v) ||
		    !span_is(k, key))
			continue;
		if (v.n == 0 && span_line(&text, &next) && span_starts(next, " "))
			v = span_trim(next);
		return v;
	}
	return (struct span){ "", 0 };
}

/* Records with a line "-" between. */
static bool
record(struct span *rest, struct span *one)
{
	struct span line;

	while (rest->n > 0 && rest->p[0] == '-' && span_line(rest, &line))
		;
	*one = (struct span){ rest->p, 0 };
	while (rest->n > 0 && !(rest->p[0] == '-' && (rest->n == 1 ||
	    rest->p[1] == '\n'))) {
		span_line(rest, &line);
		one->n = (size_t)(rest->p - one->p);
	}
	return one->n > 0;
}

static struct span
first_word(struct span s)
{
	struct span w;

	return span_word(&s, &w) ? w : s;
}

static void
mac_groups(struct unix_host *h, struct span text)
{
	struct span one, members, w;
	char name[256];

	while (record(&text, &one)) {
		struct span group = first_word(record_value(one, "RecordName"));
		struct fact_row *row;
		size_t n = 0;

		members = record_value(one, "GroupMembership");
		/* a hundred of the system's own, all empty */
		if (group.n == 0 || members.n == 0 || span_starts(group, "_") ||
		    (row = unix_row(h, "group", ACCOUNTS_MAX)) == NULL)
			continue;
		fact_span(row, "name", group);
		fact_span(row, "id", record_value(one, "PrimaryGroupID"));
		while (span_word(&members, &w) && n++ < MEMBERS_MAX)
			fact_append(row, "members",
			    span_text(w, name, sizeof(name)));
		if (admin_group(group, record_value(one, "PrimaryGroupID")))
			fact_bool(row, "admin", true);
	}
}

/* Records of groups by the names of their members. */
static void
mac_members(struct lookup *l, struct span text)
{
	struct span one, all, w;

	while (record(&text, &one)) {
		all = record_value(one, "GroupMembership");
		while (span_word(&all, &w))
			lookup_add(l, w, one);
	}
	lookup_sort(l);
}

static void
mac_account(struct unix_host *h, struct span one, const struct lookup *m)
{
	struct span name = first_word(record_value(one, "RecordName")), of;
	struct span uid = record_value(one, "UniqueID");
	struct fact_row *row;
	char text[256];
	uint64_t n;
	size_t i = 0;

	if (name.n == 0 || span_starts(name, "_") || !span_u64(uid, &n) ||
	    (n != 0 && n < 500) ||
	    (row = unix_row(h, "account", ACCOUNTS_MAX)) == NULL)
		return;
	fact_span(row, "name", name);
	fact_span(row, "fullName", record_value(one, "RealName"));
	fact_span(row, "id", uid);
	fact_span(row, "home", record_value(one, "NFSHomeDirectory"));
	fact_span(row, "shell", record_value(one, "UserShell"));
	fact_bool(row, "admin", n == 0);
	while (i < MEMBERS_MAX && lookup_next(m, name, &i, &of)) {
		struct span group = first_word(record_value(of, "RecordName"));

		fact_append(row, "groups", span_text(group, text, sizeof(text)));
		if (span_is(group, "admin"))
			fact_bool(row, "admin", true);
	}
	fact_bool(row, "disabled", span_has(one, ";DisabledUser;"));
}

static void
mac_accounts(struct unix_host *h, struct span text, struct span groups_text)
{
	struct lookup m = { .n = 0 };
	struct span one;

	mac_groups(h, groups_text);
	mac_members(&m, groups_text);
	while (record(&text, &one))
		mac_account(h, one, &m);
	lookup_free(&m);
}

/* --- sessions --------------------------------------------------------------------------- */

static bool
session_known(struct unix_host *h, struct span user, struct span tty)
{
	for (size_t i = 0; i < facts_rows(h->facts, "session"); i++) {
		const struct fact_row *row = facts_at(h->facts, "session", i);
		const char *u = fact_text(row, "user");
		const char *t = fact_text(row, "terminal");

		if (u != NULL && span_is(user, u) && (tty.n == 0 || (t != NULL &&
		    (span_is(tty, t) || t[0] == ':'))))
			return true;
	}
	return false;
}

/* Microseconds since 1970 as a time that people read. */
static void
since(struct fact_row *row, struct span us)
{
	struct tm tm;
	uint64_t n;
	time_t t;
	char text[40];

	if (!span_u64(us, &n) || n == 0 || n >= 1ull << 60)
		return;
	t = (time_t)(n / 1000000);
	if (gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		fact_str(row, "since", text);
}

/* systemd's own note of a session: UID=, USER=, SEAT=, TTY=, CLASS=, REMOTE=,
 * REMOTE_HOST=, SERVICE=, REALTIME=.  Log-in screens and the like have others
 * than class "user". */
static void
session(struct unix_host *h, struct span t)
{
	struct span user = span_get(t, "USER"), tty = span_get(t, "TTY");
	struct span state = span_get(t, "STATE");
	bool seat = span_get(t, "SEAT").n > 0;
	bool remote = span_is(span_get(t, "REMOTE"), "1");
	struct fact_row *row;

	if (user.n == 0 || !span_starts(span_get(t, "CLASS"), "user") ||
	    span_is(state, "closing") || session_known(h, user, tty) ||
	    (row = unix_row(h, "session", ACCOUNTS_MAX)) == NULL)
		return;
	fact_span(row, "user", user);
	fact_span(row, "terminal", tty);
	fact_str(row, "type", seat && !remote ? "console" :
	    span_starts(span_get(t, "SERVICE"), "xrdp") ? "rdp" : remote ?
	    "ssh" : "terminal");
	fact_key(row, "from", t, "REMOTE_HOST");
	since(row, span_get(t, "REALTIME"));
	if (seat && !remote && facts_find(h->facts, "user.current") == NULL)
		fact_span(unix_one(h, &h->user, "user"), "current", user);
}

static void
sessions(struct unix_host *h, struct span rest)
{
	struct span label, t;

	for (size_t n = 0; n < SESSIONS_MAX; ) {
		if (!unix_part(h->frame, &rest, &label, &t))
			break;
		if (!span_starts(label, "session "))
			continue;
		session(h, span_first(t, 4000));
		n++;
	}
}

void
parse_accounts(struct unix_host *h, const struct unix_section *s)
{
	unix_cut_at(h, "account", unix_part_named(h->frame, "accounts",
	    "passwd"), FILE_MAX);
	unix_cut_at(h, "account", unix_part_named(h->frame, "accounts",
	    "dscl"), FILE_MAX);
	unix_cut_at(h, "group", unix_part_named(h->frame, "accounts",
	    "group"), FILE_MAX);
	groups(h, unix_part_named(h->frame, "accounts", "group"));
	if (h->kind == KIND_DARWIN)
		mac_accounts(h, span_first(unix_part_named(h->frame, "accounts",
		    "dscl"), FILE_MAX), span_first(unix_part_named(h->frame,
		    "accounts", "dsgroups"), FILE_MAX));
	else
		accounts(h, unix_part_named(h->frame, "accounts", "passwd"));
	sessions(h, s->text);
	if (facts_rows(h->facts, "account") == 0)
		facts_missing(h->facts, "account", "the host did not show its "
		    "local accounts", "Let the account read /etc/passwd.");
}
