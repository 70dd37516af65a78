/* unix_packages.c: installed packages, of every package manager there is. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define SOFTWARE_MAX 20000

static struct fact_row *
software(struct unix_host *h, const char *source, struct span name)
{
	struct fact_row *row;

	if (span_trim(name).n == 0 ||
	    (row = unix_row(h, "software", SOFTWARE_MAX)) == NULL)
		return NULL;
	fact_span(row, "name", name);
	fact_str(row, "source", source);
	return row;
}

static void
installed(struct fact_row *row, struct span seconds)
{
	uint64_t n;

	if (span_u64(seconds, &n) && n > 0 && n < 1ull << 40)
		fact_time(row, "installed", (int64_t)n * 1000);
}

static void
size(struct fact_row *row, struct span s, uint64_t unit)
{
	uint64_t n;

	if (span_u64(s, &n) && n < UINT64_MAX / unit)
		fact_uint(row, "sizeBytes", n * unit);
}

/* "Debian OpenSSH Maintainers <debian-ssh@lists.debian.org>" */
static void
publisher(struct fact_row *row, struct span s)
{
	const char *mail = s.n > 0 ? memchr(s.p, '<', s.n) : NULL;

	if (mail != NULL && mail > s.p)
		s.n = (size_t)(mail - s.p);
	s = span_trim(s);
	if (!span_is(s, "(none)") && !span_is(s, "unknown") &&
	    !span_is(s, "Unknown Packager"))
		fact_span(row, "publisher", s);
}

static size_t
fields(struct span line, char sep, struct span *f, size_t max)
{
	size_t n = 0;

	while (n < max && span_field(&line, sep, &f[n]))
		n++;
	for (size_t i = n; i < max; i++)
		f[i] = (struct span){ "", 0 };
	return n;
}

/* --- deb ------------------------------------------------------------------------ */

/* "1700000000 libc6:amd64.list": when the list of its files was written */
static void
dpkg_times(struct lookup *times, struct span text)
{
	struct span line, when, name;

	while (span_line(&text, &line)) {
		if (!span_word(&line, &when) || !span_word(&line, &name) ||
		    name.n <= 5)
			continue;
		name.n -= 5;
		lookup_add(times, name, when);
	}
	lookup_sort(times);
}

static void
dpkg(struct unix_host *h, struct span text, struct span stats)
{
	struct lookup times = { .n = 0 };
	struct span line, f[6], when;

	unix_cut(h, "software", text);
	dpkg_times(&times, stats);
	while (span_line(&text, &line)) {
		struct fact_row *row;
		char key[300];

		/* what is removed and left its configuration is not installed */
		if (fields(line, '\t', f, 6) < 4 || !span_has(f[3], " ok installed") ||
		    (row = software(h, "dpkg", f[0])) == NULL)
			continue;
		fact_span(row, "version", f[1]);
		fact_span(row, "arch", f[2]);
		publisher(row, f[4]);
		size(row, f[5], 1024);
		snprintf(key, sizeof(key), "%.*s:%.*s", f[0].n < 200 ?
		    (int)f[0].n : 200, f[0].p, f[2].n < 60 ? (int)f[2].n : 60,
		    f[2].p);
		if (lookup_get(&times, f[0], &when) ||
		    lookup_get(&times, span_of(key), &when))
			installed(row, when);
	}
	lookup_free(&times);
}

/* --- rpm ------------------------------------------------------------------------ */

static void
rpm(struct unix_host *h, struct span text)
{
	struct span line, f[7];
	char version[400];

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (fields(line, '\t', f, 7) < 6 || span_is(f[0], "gpg-pubkey") ||
		    (row = software(h, "rpm", f[0])) == NULL)
			continue;
		if (f[1].n == 0 || span_is(f[1], "(none)") || span_is(f[1], "0")) {
			fact_span(row, "version", f[2]);
		} else {
			snprintf(version, sizeof(version), "%.*s:%.*s",
			    f[1].n < 20 ? (int)f[1].n : 20, f[1].p,
			    f[2].n < 300 ? (int)f[2].n : 300, f[2].p);
			fact_str(row, "version", version);
		}
		if (!span_is(f[3], "(none)"))
			fact_span(row, "arch", f[3]);
		publisher(row, f[4]);
		installed(row, f[5]);
		size(row, f[6], 1);
	}
}

/* --- apk, opkg: databases of short lines ------------------------------------------ */

/* P:musl V:1.2.5-r0 A:x86_64 I:667648 m:Timo <..>; the first begins the next */
static void
apk(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL;
	struct span line;

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		struct span v = span_after(line, 2);

		if (span_starts(line, "P:"))
			row = software(h, "apk", v);
		else if (span_starts(line, "V:"))
			fact_span(row, "version", v);
		else if (span_starts(line, "A:"))
			fact_span(row, "arch", v);
		else if (span_starts(line, "I:"))
			size(row, v, 1);
		else if (span_starts(line, "m:"))
			publisher(row, v);
	}
}

/* One package's lines: it is there if its status ends in "installed". */
static void
opkg_one(struct unix_host *h, struct span t)
{
	static const struct { const char *key, *fact; } keys[] = {
		{ "Version:", "version" }, { "Architecture:", "arch" },
		{ "Installed-Size:", "" }, { "Installed-Time:", "" },
	};
	struct fact_row *row;
	struct span line;

	if (!span_has(t, " installed") || !span_line(&t, &line) ||
	    (row = software(h, "opkg", span_after(line, 8))) == NULL)
		return;
	while (span_line(&t, &line))
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			struct span v = span_trim(span_after(line,
			    strlen(keys[i].key)));

			if (!span_starts(line, keys[i].key))
				continue;
			if (keys[i].fact[0] != '\0')
				fact_span(row, keys[i].fact, v);
			else if (span_starts(line, "Installed-S"))
				size(row, v, 1);
			else
				installed(row, v);
		}
}

static void
opkg(struct unix_host *h, struct span text)
{
	struct span rest = text, line, one = { "", 0 };

	unix_cut(h, "software", text);
	while (span_line(&rest, &line)) {
		if (!span_starts(line, "Package:"))
			continue;
		if (one.n > 0)
			opkg_one(h, (struct span){ one.p,
				(size_t)(line.p - one.p) });
		one = line;
	}
	if (one.n > 0)
		opkg_one(h, (struct span){ one.p,
			(size_t)(text.p + text.n - one.p) });
}

/* --- pacman ----------------------------------------------------------------------- */

/* "%NAME%", the value, "--"; a package's first is its name */
static void
pacman(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL;
	struct span line, v;

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		if (!span_starts(line, "%") || !span_line(&text, &v))
			continue;
		if (span_is(line, "%NAME%"))
			row = software(h, "pacman", v);
		else if (span_is(line, "%VERSION%"))
			fact_span(row, "version", v);
		else if (span_is(line, "%ARCH%"))
			fact_span(row, "arch", v);
		else if (span_is(line, "%PACKAGER%"))
			publisher(row, v);
		else if (span_is(line, "%INSTALLDATE%"))
			installed(row, v);
		else if (span_is(line, "%SIZE%"))
			size(row, v, 1);
	}
}

/* --- names that end in a version -------------------------------------------------- */

/* "openssh-9.6_p1-r3": the version begins behind the first "-" before a digit */
static bool
cut_version(struct span s, struct span *name, struct span *version)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] == '-' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9') {
			*name = (struct span){ s.p, i };
			*version = span_after(s, i + 1);
			return true;
		}
	return false;
}

static void
versioned(struct unix_host *h, const char *source, struct span text)
{
	struct span line, name, version;

	unix_cut(h, "software", text);
	while (span_line(&text, &line))
		if (cut_version(span_trim(line), &name, &version))
			fact_span(software(h, source, name), "version", version);
}

/* Void: "ii acl-2.3.1_1   Access control ..." */
static void
xbps(struct unix_host *h, struct span text)
{
	struct span line, state, word, name, version;

	unix_cut(h, "software", text);
	while (span_line(&text, &line))
		if (span_word(&line, &state) && span_is(state, "ii") &&
		    span_word(&line, &word) && cut_version(word, &name, &version))
			fact_span(software(h, "xbps", name), "version", version);
}

/* Slackware: "aaa_base-15.0-x86_64-3": name, version, architecture, build */
static void
slackware(struct unix_host *h, struct span text)
{
	struct span line, part[3];

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		struct fact_row *row;
		size_t n = 0;

		line = span_trim(line);
		for (; n < 3; n++) {
			const char *dash = line.n > 0 ? memrchr(line.p, '-',
			    line.n) : NULL;

			if (dash == NULL)
				break;
			part[n] = span_after(line, (size_t)(dash - line.p) + 1);
			line.n = (size_t)(dash - line.p);
		}
		if (n < 3 || (row = software(h, "slackware", line)) == NULL)
			continue;
		fact_span(row, "version", part[2]);
		fact_span(row, "arch", part[1]);
	}
}

/* "wget/1.24.5" */
static void
brew(struct unix_host *h, const char *source, struct span text)
{
	struct span line, name, version;

	while (span_line(&text, &line))
		if (span_split(line, '/', &name, &version) &&
		    !span_starts(version, "."))
			fact_span(software(h, source, name), "version", version);
}

/* --- tables ------------------------------------------------------------------------ */

/* "core22  20240408  1380  latest/stable  canonical**  base" */
static void
snap(struct unix_host *h, struct span text)
{
	struct span line, name, version, word;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &name) || !span_word(&line, &version) ||
		    (span_is(name, "Name") && span_is(version, "Version")) ||
		    !span_word(&line, &word) || !span_word(&line, &word) ||
		    (row = software(h, "snap", name)) == NULL)
			continue;
		fact_span(row, "version", version);
		if (!span_word(&line, &word))
			continue;
		while (word.n > 0 && word.p[word.n - 1] == '*')
			word.n--;		/* a verified one */
		if (!span_is(word, "-"))
			fact_span(row, "publisher", word);
	}
}

/* application, version, arch, origin, name */
static void
flatpak(struct unix_host *h, struct span text)
{
	struct span line, f[5];

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (fields(line, '\t', f, 5) < 4 ||
		    (row = software(h, "flatpak", f[0])) == NULL)
			continue;
		fact_span(row, "version", f[1]);
		fact_span(row, "arch", f[2]);
		fact_span(row, "publisher", f[3]);
	}
}

/* name, version, arch, maintainer, octets, when */
static void
bsd_pkg(struct unix_host *h, struct span text)
{
	struct span line, f[6];

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (fields(line, '\t', f, 6) < 2 ||
		    (row = software(h, "pkg", f[0])) == NULL)
			continue;
		fact_span(row, "version", f[1]);
		fact_span(row, "arch", f[2]);
		publisher(row, f[3]);
		size(row, f[4], 1);
		installed(row, f[5]);
	}
}

/* Solaris: "compress/gzip   1.10-11.4.0.0.1.14.0   i--" */
static void
ips(struct unix_host *h, struct span text)
{
	struct span line, name, word, version;

	unix_cut(h, "software", text);
	while (span_line(&text, &line)) {
		if (!span_word(&line, &name) || !span_word(&line, &version))
			continue;
		if (span_starts(version, "(") &&	/* another publisher */
		    span_word(&line, &word))
			version = word;
		fact_span(software(h, "ips", name), "version", version);
	}
}

/* AIX: "bos:bos.rte:7.2.5.200: : :C: :Base Operating System ..." */
static void
lslpp(struct unix_host *h, struct span text)
{
	struct span line, f[3];

	unix_cut(h, "software", text);
	while (span_line(&text, &line))
		if (!span_starts(line, "#") && fields(line, ':', f, 3) == 3)
			fact_span(software(h, "lslpp", f[1]), "version", f[2]);
}

/* --- macOS --------------------------------------------------------------------------- */

/* "17.5\t/Applications/Safari.app" */
static void
apps(struct unix_host *h, struct span text)
{
	struct span line, version, path;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		struct span name;
		const char *slash;

		if (span_is(line, "more=apps"))
			facts_missing(h->facts, "software", "only 400 of the "
			    "programs in /Applications are looked at",
			    "Ask the host itself: system_profiler "
			    "SPApplicationsDataType.");

		if (!span_split(line, '\t', &version, &path) || path.n < 5 ||
		    (slash = memrchr(path.p, '/', path.n)) == NULL)
			continue;
		name = (struct span){ slash + 1,
			path.n - (size_t)(slash - path.p) - 1 };
		if (name.n > 4 && memcmp(name.p + name.n - 4, ".app", 4) == 0)
			name.n -= 4;
		if ((row = software(h, "app", name)) == NULL)
			continue;
		fact_span(row, "version", version);
		fact_span(row, "path", path);
	}
}

/* "1700000000 com.microsoft.Word.plist"; Apple's own come with the system */
static void
receipts(struct unix_host *h, struct span text)
{
	struct span line, when, name;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &when))
			continue;
		name = span_trim(line);
		if (name.n <= 6 || span_starts(name, "com.apple."))
			continue;
		name.n -= 6;
		if ((row = software(h, "receipt", name)) != NULL)
			installed(row, when);
	}
}

void
parse_packages(struct unix_host *h, const struct unix_section *s)
{
	static const struct {
		const char *part;
		void (*parse)(struct unix_host *, struct span);
	} parts[] = {
		{ "rpm", rpm }, { "apk", apk }, { "opkg", opkg },
		{ "pacman", pacman }, { "xbps", xbps },
		{ "slackware", slackware }, { "snap", snap }, { "flatpak", flatpak },
		{ "pkg", bsd_pkg }, { "ips", ips }, { "lslpp", lslpp },
		{ "apps", apps }, { "receipts", receipts },
	};
	struct span rest = s->text, label, text, slash;
	bool asked = false;

	while (unix_part(h->frame, &rest, &label, &text)) {
		asked = true;
		for (size_t i = 0; i < ARRAY_LEN(parts); i++)
			if (span_is(label, parts[i].part))
				parts[i].parse(h, text);
		if (span_is(label, "dpkg"))
			dpkg(h, text, unix_part_named(h->frame, "packages",
			    "dpkg.times"));
		else if (span_is(label, "portage"))
			while (span_line(&text, &label)) {
				struct span name, version;

				if (span_split(label, '/', &slash, &name) &&
				    cut_version(name, &name, &version))
					fact_span(software(h, "portage", (struct
					    span){ label.p, (size_t)(name.p +
					    name.n - label.p) }), "version",
					    version);
			}
		else if (span_is(label, "pkgdb"))
			versioned(h, "pkg", text);
		else if (span_is(label, "brew Cellar"))
			brew(h, "brew", text);
		else if (span_is(label, "brew Caskroom"))
			brew(h, "brew-cask", text);
	}
	if (facts_rows(h->facts, "software") > 0)
		return;
	facts_missing(h->facts, "software", asked ? "the package manager did not "
	    "answer, or not in time" : "the host has no package manager that we "
	    "know", asked ? "Look at the host's package database: it may be "
	    "damaged or locked." : "Nothing can be done about it from here.");
}
