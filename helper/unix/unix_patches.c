/* unix_patches.c: what was updated, when, and what still waits. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

#define UPDATES_MAX 2000
#define LOG_MAX 1000		/* lines of a log, as asked */
#define NEWEST_MAX 200		/* packages, where no log tells updates apart */

struct patches {
	struct unix_host *h;
	struct fact_row *row;
	int64_t newest;			/* milliseconds; 0: none yet */
	char level[300];		/* the newest one */
};

static void
update(struct patches *p, struct span id, struct span title, struct span version,
    int64_t ms)
{
	struct fact_row *row = unix_row(p->h, "update", UPDATES_MAX);

	id = span_trim(id);
	fact_span(row, "id", id);
	fact_span(row, "title", title);
	fact_span(row, "version", version);
	if (ms > 0)
		fact_time(row, "installed", ms);
	if (ms < p->newest || id.n == 0)
		return;
	p->newest = ms;
	snprintf(p->level, sizeof(p->level), "%.*s %.*s",
	    (int)(id.n < 150 ? id.n : 150), id.p,
	    (int)(version.n < 100 ? version.n : 100), version.p);
}

/* --- times --------------------------------------------------------------------- */

/* Minutes that the host's clock is ahead of UTC. */
static int64_t
zone(struct unix_host *h)
{
	const struct fact *f = facts_find(h->facts, "time.offsetMinutes");

	return f != NULL && f->type == FACT_INT ? f->i : 0;
}

/* "2024-09-01 12:00:00", "2024-09-01T12:00:00", with or without "+0200" or
 * "Z" behind it: else it is the host's local time */
static bool
stamp(struct unix_host *h, struct span s, int64_t *ms)
{
	char text[40], sign = 0;
	struct tm tm = { .tm_mday = 0 };
	unsigned hh = 0, mm = 0;
	int used = 0, got;

	s = span_trim(s);
	if (s.n >= sizeof(text))
		return false;
	span_text(s, text, sizeof(text));
	got = sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d:%2d%n", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used);
	if (got != 6) {
		tm.tm_sec = 0;		/* pacman of old: no seconds */
		got = sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d%n", &tm.tm_year,
		    &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &used);
		if (got != 5)
			return false;
	}
	if (tm.tm_year < 1970 || tm.tm_year > 9999 || tm.tm_mon < 1 ||
	    tm.tm_mon > 12)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*ms = (int64_t)timegm(&tm) * 1000;
	if (text[used] == 'Z')
		return true;
	if (sscanf(text + used, "%c%2u%2u", &sign, &hh, &mm) == 3 &&
	    (sign == '+' || sign == '-'))
		*ms -= (sign == '-' ? -1 : 1) * (int64_t)(hh * 60 + mm) * 60000;
	else
		*ms -= zone(h) * 60000;
	return true;
}

/* The first n octets as a time. */
static bool
begins_with_time(struct unix_host *h, struct span line, size_t n, int64_t *ms)
{
	return line.n > n && stamp(h, (struct span){ line.p, n }, ms);
}

/* --- package managers' own logs --------------------------------------------------- */

/* "2024-09-01 12:00:00 upgrade bash:amd64 5.1-2 5.1-3" */
static void
dpkg(struct patches *p, struct span text)
{
	struct span line, w, name, from, to, arch;
	char title[300];
	int64_t ms;

	while (span_line(&text, &line)) {
		struct span rest = span_after(line, 19);

		if (!begins_with_time(p->h, line, 19, &ms) ||
		    !span_word(&rest, &w) || !span_is(w, "upgrade") ||
		    !span_word(&rest, &name) || !span_word(&rest, &from) ||
		    !span_word(&rest, &to))
			continue;
		if (span_split(name, ':', &w, &arch))
			name = w;
		snprintf(title, sizeof(title), "%.*s to %.*s",
		    (int)(from.n < 100 ? from.n : 100), from.p,
		    (int)(to.n < 100 ? to.n : 100), to.p);
		update(p, name, span_of(title), to, ms);
	}
}

/* "bash-5.2.15-1.el9.x86_64": the name before the last but one "-" */
static void
nevra(struct span s, struct span *name, struct span *version)
{
	const char *dash = s.n > 0 ? memrchr(s.p, '-', s.n) : NULL;

	*name = s;
	*version = (struct span){ "", 0 };
	if (dash == NULL || dash == s.p)
		return;
	dash = memrchr(s.p, '-', (size_t)(dash - s.p));
	if (dash == NULL)
		return;
	*name = (struct span){ s.p, (size_t)(dash - s.p) };
	*version = span_after(s, name->n + 1);
}

/* "2024-05-01T10:00:00+0000 SUBDEBUG Upgrade: bash-5.2.15-1.el9.x86_64" */
static void
dnf(struct patches *p, struct span text)
{
	struct span line, w, name, version;
	int64_t ms;

	while (span_line(&text, &line)) {
		struct span rest = line;

		if (!span_word(&rest, &w) || !stamp(p->h, w, &ms) ||
		    !span_word(&rest, &w) || !span_word(&rest, &w) ||
		    !span_word(&rest, &w))
			continue;
		nevra(w, &name, &version);
		update(p, name, (struct span){ "", 0 }, version, ms);
	}
}

/* "2024-05-01 10:00:00|install|bash|5.2-1|x86_64" */
static void
zypp(struct patches *p, struct span text)
{
	struct span line, f[4];
	int64_t ms;

	while (span_line(&text, &line)) {
		size_t n = 0;

		while (n < 4 && span_field(&line, '|', &f[n]))
			n++;
		if (n == 4 && stamp(p->h, f[0], &ms))
			update(p, f[2], (struct span){ "", 0 }, f[3], ms);
	}
}

/* "[2024-07-26T13:20:00+0200] [ALPM] upgraded bash (5.1 -> 5.2)" */
static void
pacman(struct patches *p, struct span text)
{
	struct span line, name, rest, versions, to;
	int64_t ms;

	while (span_line(&text, &line)) {
		rest = span_between(line, "upgraded ", ")");
		if (!stamp(p->h, span_between(line, "[", "]"), &ms) ||
		    !span_word(&rest, &name))
			continue;
		versions = span_trim(rest);
		if (span_starts(versions, "("))
			versions = span_after(versions, 1);
		if (!span_split(versions, '>', &rest, &to))
			to = (struct span){ "", 0 };
		update(p, name, versions, to, ms);
	}
}

/* "1713500000 bash 5.1.8-9.el9": rpm tells an update from a new package only in
 * its logs; "1718000000 bash.list" is dpkg's */
static void
newest(struct patches *p, struct span text, bool rows)
{
	struct span line, w, name;
	uint64_t s;

	while (span_line(&text, &line)) {
		if (!span_word(&line, &w) || !span_u64(w, &s) || s == 0 ||
		    s >= 1ull << 40 || !span_word(&line, &name))
			continue;
		line = span_trim(line);
		if (line.n > 0 && rows) {
			update(p, name, (struct span){ "", 0 }, line,
			    (int64_t)s * 1000);
		} else if ((int64_t)s * 1000 > p->newest) {
			p->newest = (int64_t)s * 1000;
			p->level[0] = '\0';
			if (name.n > 5 && line.n == 0)
				span_text((struct span){ name.p, name.n - 5 },
				    p->level, sizeof(p->level));
			else if (line.n > 0)
				snprintf(p->level, sizeof(p->level), "%.*s %.*s",
				    (int)(name.n < 150 ? name.n : 150), name.p,
				    (int)(line.n < 100 ? line.n : 100), line.p);
		}
	}
}

struct dated { int64_t ms; const struct fact_row *row; };

static int
newest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	return x->ms > y->ms ? -1 : x->ms < y->ms;
}

/* Where the section of software has asked rpm already, it is not asked again. */
static void
from_software(struct patches *p)
{
	size_t n = facts_rows(p->h->facts, "software"), dated = 0;
	struct dated *all = calloc(n > 0 ? n : 1, sizeof(*all));

	for (size_t i = 0; all != NULL && i < n; i++) {
		const struct fact_row *row = facts_at(p->h->facts, "software", i);
		const char *source = fact_text(row, "source");
		const struct fact *when = fact_get(row, "installed");

		if (source != NULL && strcmp(source, "rpm") == 0 &&
		    when != NULL && when->type == FACT_TIME)
			all[dated++] = (struct dated){ when->ms, row };
	}
	if (dated > 1)
		qsort(all, dated, sizeof(*all), newest_first);
	for (size_t i = 0; i < dated && i < NEWEST_MAX; i++) {
		const char *version = fact_text(all[i].row, "version");

		update(p, span_of(fact_text(all[i].row, "name")),
		    (struct span){ "", 0 }, span_of(version != NULL ? version :
		    ""), all[i].ms);
	}
	free(all);
}

/* --- macOS ---------------------------------------------------------------------------- */

/* Text of an XML element: the five entities, and nothing else, are escaped. */
static struct span
xml_text(struct span s, char *dst, size_t cap)
{
	static const struct { const char *says, *means; } entities[] = {
		{ "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" },
		{ "&quot;", "\"" }, { "&apos;", "'" },
	};
	size_t n = 0;

	while (s.n > 0 && n < cap) {
		size_t used = 1;
		char c = s.p[0];

		for (size_t i = 0; c == '&' && i < ARRAY_LEN(entities); i++)
			if (span_starts(s, entities[i].says)) {
				used = strlen(entities[i].says);
				c = entities[i].means[0];
				break;
			}
		dst[n++] = c;
		s = span_after(s, used);
	}
	return (struct span){ dst, n };
}

/* The element behind <key>NAME</key>. */
static struct span
plist_value(struct span dict, const char *name)
{
	char key[80];
	struct span after;
	const char *at;

	snprintf(key, sizeof(key), "<key>%s</key>", name);
	at = dict.n > 0 ? memmem(dict.p, dict.n, key, strlen(key)) : NULL;
	if (at == NULL)
		return (struct span){ "", 0 };
	after = span_after(dict, (size_t)(at - dict.p) + strlen(key));
	return span_between(after, ">", "<");
}

/* InstallHistory.plist: the end of it, where the newest stand */
static void
history(struct patches *p, struct span text)
{
	char name[300], version[100];

	while (text.n > 0) {
		const char *from = memmem(text.p, text.n, "<dict>", 6), *to;
		struct span dict, id;
		int64_t ms = 0;

		if (from == NULL)
			break;
		text = span_after(text, (size_t)(from - text.p) + 6);
		to = text.n > 0 ? memmem(text.p, text.n, "</dict>", 7) : NULL;
		if (to == NULL)
			break;
		dict = (struct span){ text.p, (size_t)(to - text.p) };
		text = span_after(text, dict.n + 7);
		id = xml_text(plist_value(dict, "displayName"), name,
		    sizeof(name));
		if (id.n == 0 || !stamp(p->h, plist_value(dict, "date"), &ms))
			continue;
		update(p, id, (struct span){ "", 0 }, xml_text(plist_value(dict,
		    "displayVersion"), version, sizeof(version)), ms);
		fact_span((struct fact_row *)(uintptr_t)facts_at(p->h->facts,
		    "update", facts_rows(p->h->facts, "update") - 1),
		    "installedBy", plist_value(dict, "processName"));
	}
}

/* "    LastRecommendedUpdatesAvailable = 2;" */
static void
available(struct patches *p, struct span text)
{
	struct span v = span_between(text, "LastUpdatesAvailable = ", ";");
	uint64_t n;

	if (span_u64(v, &n))
		fact_uint(p->row, "pending", n);
}

/* --- what waits ----------------------------------------------------------------------- */

/* "25 updates can be applied immediately.", "10 of these updates are standard
 * security updates."; older: "3 packages can be updated.", "1 update is a
 * security update." */
static void
notifier(struct patches *p, struct span text)
{
	struct span line;
	uint64_t n;

	while (span_line(&text, &line)) {
		if (!span_number(line, &n))
			continue;
		if (span_has(line, "security"))
			fact_uint(p->row, "securityPending", n);
		else if (span_has(line, "can be "))
			fact_uint(p->row, "pending", n);
	}
}

/* The kernels in /boot, the newest first: another than the one that runs waits
 * for its start.  Not told where the running one is not among them. */
static bool
other_kernel(struct unix_host *h, struct span text, bool *waits)
{
	struct span release = span_get(unix_text(h->frame, "kernel"), "release");
	struct span line, first = { "", 0 };
	bool here = false;

	while (span_line(&text, &line)) {
		struct span v = span_trim(line);

		if (!span_starts(v, "/boot/vmlinuz-"))
			continue;
		v = span_after(v, strlen("/boot/vmlinuz-"));
		if (span_has(v, "rescue") || span_has(v, "fallback") ||
		    span_has(v, ".old"))
			continue;
		if (first.n == 0)
			first = v;
		here = here || span_cmp(v, release) == 0;
	}
	*waits = here && span_cmp(first, release) != 0;
	return here;
}

static void
restart(struct patches *p)
{
	struct unix_host *h = p->h;
	struct span pkgs = unix_part_named(h->frame, "patches",
	    "/run/reboot-required.pkgs");
	const struct fact *said = facts_find(h->facts, "os.rebootPending");
	bool pending = said != NULL && said->type == FACT_BOOL && said->b;
	bool known = pending, waits;
	struct span line;
	char name[200];

	while (h->os != NULL && span_line(&pkgs, &line))
		if (line.n > 0)
			fact_append(h->os, "rebootReasons",
			    span_text(line, name, sizeof(name)));
	if (other_kernel(h, unix_part_named(h->frame, "patches", "kernels"),
	    &waits)) {
		known = true;
		if (waits && h->os != NULL) {
			pending = true;
			fact_append(h->os, "rebootReasons", "a newer kernel is "
			    "installed than the one that runs");
			fact_bool(h->os, "rebootPending", true);
		}
	}
	if (known || unix_part_named(h->frame, "patches", "dpkg").n > 0)
		fact_bool(p->row, "rebootPending", pending);
	else
		facts_missing(h->facts, "patch.rebootPending", "the host does "
		    "not note whether it waits for a restart", "Ask on the "
		    "host: needs-restarting -r.");
}

static void
bsd(struct patches *p, const struct unix_section *s)
{
	struct span kernel = span_get(s->text, "kernel");
	struct span running = span_get(s->text, "running"), line;
	struct span text = unix_part_named(p->h->frame, "patches", "syspatch");

	fact_key(p->row, "level", s->text, "userland");
	if (kernel.n > 0 && running.n > 0)
		fact_bool(p->row, "rebootPending",
		    span_cmp(kernel, running) != 0);
	while (span_line(&text, &line))
		if (line.n > 0)
			update(p, line, (struct span){ "", 0 },
			    (struct span){ "", 0 }, 0);
}

void
parse_patches(struct unix_host *h, const struct unix_section *s)
{
	static const struct {
		const char *part;
		void (*parse)(struct patches *, struct span);
	} logs[] = {
		{ "dpkg", dpkg }, { "dnf", dnf }, { "zypp", zypp },
		{ "pacman", pacman }, { "history", history },
		{ "available", available },
		{ "/var/lib/update-notifier/updates-available", notifier },
	};
	struct patches p = { .h = h, .row = facts_row(h->facts, "patch") };
	struct span rest = s->text, label, text;
	uint64_t apk;

	while (unix_part(h->frame, &rest, &label, &text))
		for (size_t i = 0; i < ARRAY_LEN(logs); i++)
			if (span_is(label, logs[i].part))
				logs[i].parse(&p, text);
	text = unix_part_named(h->frame, "patches", "newest");
	newest(&p, text, facts_rows(h->facts, "update") == 0);
	if (facts_rows(h->facts, "update") == 0)
		from_software(&p);
	if (span_u64(span_get(s->text, "apk"), &apk) && apk > 0 &&
	    apk < 1ull << 40 && p.newest == 0)
		p.newest = (int64_t)apk * 1000;
	bsd(&p, s);
	if (p.newest > 0)
		fact_time(p.row, "lastInstalled", p.newest);
	else
		facts_missing(h->facts, "patch.lastInstalled", "no log or package "
		    "database shows when something was installed", "Let the "
		    "account read the package manager's log.");
	if (p.level[0] != '\0' && facts_find(h->facts, "patch.level") == NULL)
		fact_span(p.row, "level", span_of(p.level));
	if (h->kind == KIND_DARWIN) {
		fact_span(p.row, "level", span_of(h->os != NULL &&
		    fact_text(h->os, "build") != NULL ? fact_text(h->os,
		    "build") : ""));
	} else if (h->kind == KIND_LINUX) {
		restart(&p);
	}
	if (facts_find(h->facts, "patch.pending") == NULL)
		facts_missing(h->facts, "patch.pending", "nothing on the host "
		    "has counted them; counting would ask the network", "Install "
		    "update-notifier-common (Ubuntu), or ask on the host: apt "
		    "list --upgradable, dnf check-update.");
	if (facts_rows(h->facts, "update") >= LOG_MAX)
		facts_missing(h->facts, "update", "of each log the newest "
		    "thousand lines are taken; older ones are left out",
		    "Look at the package manager's log on the host.");
	if (facts_rows(h->facts, "update") == 0)
		facts_missing(h->facts, "update", "the host keeps no log of "
		    "updates that the account may read", "Let the account read "
		    "the package manager's log in /var/log.");
}
