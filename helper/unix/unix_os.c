/* unix_os.c: which system it is, since when it runs, what it is called. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

/* --- kernel --------------------------------------------------------------------- */

/* "local", "lan" and "localdomain" are nobody's domain. */
static bool
is_local(const char *domain, struct span whole)
{
	struct span d = { domain, whole.n - (size_t)(domain - whole.p) };

	return span_is(d, "local") || span_is(d, "lan") ||
	    span_is(d, "localdomain") || span_is(d, "home") || d.n == 0;
}

void
parse_kernel(struct unix_host *h, const struct unix_section *s)
{
	static const char *const family[] = { "linux", "darwin", "other" };
	struct fact_row *os = unix_one(h, &h->os, "os");
	struct fact_row *host = unix_one(h, &h->host, "host");
	struct span node = span_get(s->text, "node"), shortname = node;
	const char *dot = node.n > 0 ? memchr(node.p, '.', node.n) : NULL;

	fact_str(os, "family", family[h->kind]);
	fact_key(os, "kernel", s->text, "release");
	fact_key(os, "arch", s->text, "machine");
	if (dot != NULL) {
		shortname.n = (size_t)(dot - node.p);
		if (!is_local(dot + 1, node))
			fact_span(host, "fqdn", node);
	}
	fact_span(host, "name", shortname);
	if (h->kind == KIND_OTHER) {
		fact_key(os, "name", s->text, "sys");
		fact_key(os, "version", s->text, "release");
	}
}

/* --- distribution ------------------------------------------------------------------ */

/* Value of KEY=value or KEY="value" of os-release and lsb-release. */
static struct span
shell_value(struct span text, const char *key)
{
	struct span v = span_get(text, key);

	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	    v.p[v.n - 1] == v.p[0])
		v.p++, v.n -= 2;
	return span_trim(v);
}

static struct span
first_line(struct span text)
{
	struct span line = { "", 0 };

	while (span_line(&text, &line))
		if (span_trim(line).n > 0)
			return span_trim(line);
	return (struct span){ "", 0 };
}

/* The first thing that looks like a version: digits with dots. */
static struct span
version_in(struct span s)
{
	for (; s.n > 0; s.p++, s.n--)
		if (isdigit((unsigned char)s.p[0])) {
			size_t n = 0;

			while (n < s.n && (isdigit((unsigned char)s.p[n]) ||
			    (s.p[n] == '.' && n + 1 < s.n &&
			    isdigit((unsigned char)s.p[n + 1]))))
				n++;
			return (struct span){ s.p, n };
		}
	return (struct span){ "", 0 };
}

static struct span
in_parentheses(struct span s)
{
	return span_between(s, "(", ")");
}

/* Old systems' files: a line for people, the first that is there counts. */
static const struct { const char *path, *id; bool bare; const char *name; } old[] = {
	{ "/etc/oracle-release", "ol", false, NULL },
	{ "/etc/centos-release", "centos", false, NULL },
	{ "/etc/redhat-release", "rhel", false, NULL },
	{ "/etc/SuSE-release", "sles", false, NULL },
	{ "/etc/slackware-version", "slackware", false, NULL },
	{ "/etc/gentoo-release", "gentoo", false, NULL },
	{ "/etc/alpine-release", "alpine", true, "Alpine Linux" },
	{ "/etc/debian_version", "debian", true, "Debian GNU/Linux" },
	{ "/etc/arch-release", "arch", true, "Arch Linux" },
	{ "/etc/system-release", "linux", false, NULL },
};

/* Ubuntu's, from before os-release; its debian_version names another system. */
static bool
lsb_release(struct unix_host *h)
{
	struct span text = unix_part_named(h->frame, "release",
	    "/etc/lsb-release");
	struct span id = shell_value(text, "DISTRIB_ID");
	char lower[32];

	if (shell_value(text, "DISTRIB_DESCRIPTION").n == 0)
		return false;
	span_text(id, lower, sizeof(lower));
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	fact_span(h->os, "id", span_of(lower));
	fact_span(h->os, "name", shell_value(text, "DISTRIB_DESCRIPTION"));
	fact_span(h->os, "version", shell_value(text, "DISTRIB_RELEASE"));
	fact_span(h->os, "codename", shell_value(text, "DISTRIB_CODENAME"));
	return true;
}

/* Synology's boxes. */
static bool
dsm_release(struct unix_host *h)
{
	struct span text = unix_part_named(h->frame, "release", "/etc/VERSION");
	struct span version = shell_value(text, "productversion");
	struct span name = shell_value(text, "os_name");
	char line[80], a[20], b[40];

	if (version.n == 0)
		return false;
	if (name.n == 0)
		name = span_of("DSM");
	snprintf(line, sizeof(line), "Synology %s %s", span_text(name, a,
	    sizeof(a)), span_text(version, b, sizeof(b)));
	fact_str(h->os, "id", "dsm");
	fact_str(h->os, "name", line);
	fact_span(h->os, "version", version);
	fact_span(h->os, "build", shell_value(text, "buildnumber"));
	return true;
}

static void
old_release(struct unix_host *h)
{
	if (dsm_release(h))
		return;
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		struct span text = unix_part_named(h->frame, "release",
		    old[i].path);
		struct span line = first_line(text);
		char name[160], version[100];

		if (text.n == 0 && line.n == 0)
			continue;
		if (old[i].bare && lsb_release(h))
			return;
		if (old[i].bare) {
			snprintf(name, sizeof(name), "%s %s", old[i].name,
			    span_text(line, version, sizeof(version)));
			fact_span(h->os, "name", span_of(name));
			fact_span(h->os, "version", line);
		} else {
			fact_span(h->os, "name", line);
			fact_span(h->os, "version", version_in(line));
			fact_span(h->os, "codename", in_parentheses(line));
		}
		fact_str(h->os, "id", span_has(line, "CentOS") ? "centos" :
		    span_has(line, "Fedora") ? "fedora" : old[i].id);
		return;
	}
}

/* os-release says 12 where the point release is 12.7, and 7 where it is 7.6. */
static struct span
finer_version(struct unix_host *h, struct span id, struct span version)
{
	const char *path = span_is(id, "debian") ? "/etc/debian_version" :
	    span_is(id, "centos") ? "/etc/centos-release" :
	    span_is(id, "alpine") ? "/etc/alpine-release" : NULL;
	struct span finer = path == NULL ? (struct span){ "", 0 } :
	    version_in(first_line(unix_part_named(h->frame, "release", path)));

	return finer.n > version.n && version.n > 0 &&
	    memcmp(finer.p, version.p, version.n) == 0 ? finer : version;
}

void
parse_release(struct unix_host *h, const struct unix_section *s)
{
	struct span text = unix_part_named(h->frame, "release", "/etc/os-release");
	struct span id, version;

	(void)s;
	unix_one(h, &h->os, "os");
	if (text.n == 0)
		text = unix_part_named(h->frame, "release",
		    "/usr/lib/os-release");
	id = shell_value(text, "ID");
	if (id.n == 0 && shell_value(text, "NAME").n == 0) {
		old_release(h);
		return;
	}
	version = shell_value(text, "VERSION_ID");
	fact_span(h->os, "id", id);
	fact_span(h->os, "name", shell_value(text, "PRETTY_NAME").n > 0 ?
	    shell_value(text, "PRETTY_NAME") : shell_value(text, "NAME"));
	fact_span(h->os, "version", finer_version(h, id, version));
	fact_span(h->os, "edition", shell_value(text, "VARIANT"));
	fact_span(h->os, "build", shell_value(text, "BUILD_ID"));
	fact_span(h->os, "codename", shell_value(text, "VERSION_CODENAME").n > 0 ?
	    shell_value(text, "VERSION_CODENAME") :
	    in_parentheses(shell_value(text, "VERSION")));
}

/* --- time ------------------------------------------------------------------------- */

/* Anything before 1990 is an unset clock. */
static bool
seconds(struct span s, int64_t *ms)
{
	uint64_t v;

	if (!span_number(s, &v) || v < 631152000 || v > 32503680000)
		return false;
	*ms = (int64_t)v * 1000;
	return true;
}

/* The birth of the root file system, else the oldest witness of it. */
static void
installed(struct unix_host *h, struct span text)
{
	struct span made = span_get(text, "made"), word;
	int64_t best = 0, t;

	if (seconds(span_get(text, "birth"), &best)) {
		fact_time(h->os, "installed", best);
		return;
	}
	while (span_word(&made, &word))
		if (seconds(word, &t) && (best == 0 || t < best))
			best = t;
	if (best == 0)
		return;
	fact_time(h->os, "installed", best);
	fact_bool(h->os, "installedEstimated", true);
}

/* "+0530" to minutes. */
static bool
offset_minutes(struct span s, int64_t *min)
{
	if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	for (size_t i = 1; i < 5; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	*min = ((s.p[1] - '0') * 10 + s.p[2] - '0') * 60 +
	    (s.p[3] - '0') * 10 + s.p[4] - '0';
	if (s.p[0] == '-')
		*min = -*min;
	return true;
}

static void
zone(struct unix_host *h, struct fact_row *time, struct span text)
{
	struct span link = span_get(text, "localtime"), name = { "", 0 };
	const char *at = link.n > 0 ? memmem(link.p, link.n, "zoneinfo/", 9) : NULL;

	if (at != NULL)
		name = (struct span){ at + 9, link.n - (size_t)(at - link.p) - 9 };
	if (name.n == 0)
		name = span_get(text, "timezone");
	if (name.n == 0)
		name = span_get(text, "offset");
	fact_span(h->os, "timezone", name);
	fact_span(time, "timezone", name);
}

/* Between our asking and having the answer its clock was read once: it is off
 * by what it lies outside of that. */
static void
skew(struct unix_host *h, struct fact_row *time, int64_t now)
{
	const struct unix_answer *a = h->answer;
	int64_t off = 0;

	if (a->asked_ms == 0)
		return;
	if (now + 999 < a->asked_ms)
		off = now - a->asked_ms;
	else if (now > a->got_ms)
		off = now - a->got_ms;
	fact_int(h->os, "clockSkewSeconds", off / 1000);
	fact_real(time, "skewSeconds", (double)off / 1000);
}

static void
language(struct unix_host *h, struct span lang)
{
	if (lang.n >= 2 && (lang.p[0] == '"' || lang.p[0] == '\'') &&
	    lang.p[lang.n - 1] == lang.p[0])
		lang.p++, lang.n -= 2;
	fact_span(h->os, "language", lang);
}

void
parse_clock(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *os = unix_one(h, &h->os, "os");
	struct fact_row *time = facts_row(h->facts, "time");
	int64_t now = 0, boot = 0, minutes;
	struct span b = span_get(s->text, "boot");
	uint64_t up = 0;

	if (seconds(span_get(s->text, "now"), &now)) {
		fact_time(time, "now", now);
		skew(h, time, now);
	}
	if (offset_minutes(span_get(s->text, "offset"), &minutes))
		fact_int(time, "offsetMinutes", minutes);
	zone(h, time, s->text);
	if (span_number(span_get(s->text, "uptime"), &up))
		fact_uint(os, "uptimeSeconds", up);
	/* A container sees its own uptime and its host's btime. */
	if (span_starts(b, "btime") && seconds((struct span){ b.p + 5, b.n - 5 },
	    &boot) && now != 0 && up != 0 &&
	    (now - boot) / 1000 > (int64_t)up + 300)
		boot = now - (int64_t)up * 1000;
	if (boot != 0)
		fact_time(os, "booted", boot);
	installed(h, s->text);
	language(h, span_get(s->text, "lang"));
	fact_key(os, "machineId", s->text, "machine_id");
	if (h->kind == KIND_LINUX)
		fact_bool(os, "rebootPending",
		    span_is(span_get(s->text, "reboot"), "1"));
}

/* --- names ------------------------------------------------------------------------ */

void
parse_domain(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *host = unix_one(h, &h->host, "host"), *domain;
	struct span fqdn = span_get(s->text, "fqdn"), realm, ad;
	const char *dot = fqdn.n > 0 ? memchr(fqdn.p, '.', fqdn.n) : NULL;
	bool joined;

	fact_key(host, "computerName", s->text, "computer");
	if (dot != NULL && !span_starts(fqdn, "localhost") &&
	    !is_local(dot + 1, fqdn)) {
		fact_span(host, "fqdn", fqdn);
		fact_span(host, "domain", (struct span){ dot + 1,
			fqdn.n - (size_t)(dot - fqdn.p) - 1 });
	}
	realm = span_get(s->text, "realm");
	ad = unix_part_named(h->frame, "domain", "dsconfigad");
	joined = realm.n > 0 && span_is(span_get(s->text, "keytab"), "1");
	if (span_has(ad, "Active Directory Domain")) {
		ad = span_between(ad, "Active Directory Domain", "\n");
		if (ad.n > 0 && memchr(ad.p, '=', ad.n) != NULL)
			span_split(ad, '=', &(struct span){ NULL, 0 }, &realm);
		joined = realm.n > 0;
	}
	fact_bool(host, "joined", joined);
	if (!joined)
		return;
	domain = facts_row(h->facts, "domain");
	fact_span(domain, "name", realm);
	fact_bool(domain, "joined", true);
	if (dot == NULL)
		fact_span(host, "domain", realm);
}

/* --- other systems ------------------------------------------------------------------ */

void
parse_other(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *sys = unix_one(h, &h->sys, "sys");
	struct fact_row *cpu = unix_one(h, &h->cpu, "cpu");
	struct fact_row *memory = unix_one(h, &h->memory, "memory");
	struct span boot = span_get(s->text, "boottime");
	struct span solaris = unix_part_named(h->frame, "other", "/etc/release");
	struct span pretty = unix_part_named(h->frame, "other",
	    "/etc/os-release");
	struct span lpar = span_get(s->text, "lpar");
	int64_t ms;

	unix_one(h, &h->os, "os");
	/* AIX; uname -L says "-1 NULL" where there is but one partition */
	fact_key(sys, "model", s->text, "model");
	unix_uuid(h, sys, span_get(s->text, "uuid"));
	if (lpar.n > 0 && !span_starts(lpar, "-1"))
		unix_shared_serial(h, span_get(s->text, "serial"));
	else
		unix_firmware(h, sys, "sys.serial", span_get(s->text, "serial"));
	fact_key(cpu, "model", s->text, "cpu");
	fact_key_u64(cpu, "threads", s->text, "ncpu");
	fact_key_u64(memory, "totalBytes", s->text, "mem");
	fact_key(h->os, "version", s->text, "userland");
	fact_key(h->os, "version", s->text, "oslevel");
	if (solaris.n > 0)
		fact_span(h->os, "name", first_line(solaris));
	if (pretty.n > 0)
		fact_span(h->os, "name", shell_value(pretty, "PRETTY_NAME"));
	/* FreeBSD: "{ sec = 1592836479, usec = 1 } Mon ..."; OpenBSD: a number */
	if (seconds(span_has(boot, "sec = ") ?
	    span_between(boot, "sec = ", ",") : boot, &ms))
		fact_time(h->os, "booted", ms);
	unix_ifconfig(h, unix_part_named(h->frame, "other", "ifconfig"), true);
	unix_resolv(h, unix_part_named(h->frame, "other", "/etc/resolv.conf"));
}
