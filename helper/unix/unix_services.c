/* unix_services.c: services and daemons of systemd and launchd. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_services.h"

#define SERVICES_MAX 5000

const char *
unix_means(const struct word *table, size_t n, struct span says)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(says, table[i].says))
			return table[i].means;
	return NULL;
}

struct fact_row *
unix_service(struct unix_host *h, struct span name)
{
	struct fact_row *row;

	name = span_trim(name);
	if (name.n > 8 && memcmp(name.p + name.n - 8, ".service", 8) == 0)
		name.n -= 8;
	if (name.n == 0 || (row = unix_row(h, "service", SERVICES_MAX)) == NULL)
		return NULL;
	fact_span(row, "name", name);
	return row;
}

/* --- systemd --------------------------------------------------------------------- */

static const struct word active[] = {
	{ "active", "running" }, { "reloading", "running" },
	{ "inactive", "stopped" }, { "failed", "failed" },
	{ "activating", "starting" }, { "deactivating", "stopping" },
	{ "refreshing", "running" }, { "maintenance", "stopped" },
};

static const struct word unit_file[] = {
	{ "enabled", "auto" }, { "enabled-runtime", "auto" },
	{ "generated", "auto" }, { "static", "manual" },
	{ "indirect", "manual" }, { "linked", "manual" },
	{ "linked-runtime", "manual" }, { "transient", "manual" },
	{ "disabled", "disabled" }, { "masked", "disabled" },
	{ "masked-runtime", "disabled" }, { "bad", "disabled" },
};

static void
state(struct fact_row *row, struct span act, struct span sub)
{
	/* a job that is done and keeps its mark is at work no more */
	fact_str(row, "state", span_is(act, "active") &&
	    span_is(sub, "exited") ? "exited" : MEANS(active, act));
}

/* "{ path=/usr/sbin/sshd": what followed was not even asked for */
static void
program(struct fact_row *row, struct span exec)
{
	struct span key, path;

	if (span_starts(exec, "{") && span_split(exec, '=', &key, &path) &&
	    span_starts(path, "/"))
		fact_span(row, "path", path);
}

static void
shown(struct unix_host *h, struct span unit, struct lookup *seen)
{
	struct span id = span_get(unit, "Id"), user = span_get(unit, "User");
	struct span exec = span_get(unit, "ExecStart");
	struct fact_row *row;
	uint64_t n;

	if (id.n == 0 || span_is(span_get(unit, "LoadState"), "not-found"))
		return;
	lookup_add(seen, id, id);
	if ((row = unix_service(h, id)) == NULL)
		return;
	fact_key(row, "displayName", unit, "Description");
	state(row, span_get(unit, "ActiveState"), span_get(unit, "SubState"));
	fact_str(row, "startMode", span_is(span_get(unit, "LoadState"), "masked") ?
	    "disabled" : MEANS(unit_file, span_get(unit, "UnitFileState")));
	if (user.n > 0)
		fact_span(row, "account", user);
	else if (exec.n > 0)
		fact_str(row, "account", "root");
	program(row, exec);
	if (span_u64(span_get(unit, "MainPID"), &n) && n > 0)
		fact_uint(row, "pid", n);
	if (span_is(span_get(unit, "ActiveState"), "failed") &&
	    span_u64(span_get(unit, "ExecMainStatus"), &n))
		fact_uint(row, "exitCode", n);
}

/* Blocks of "Key=value" with an empty line between. */
static void
show(struct unix_host *h, struct span text, struct lookup *seen)
{
	unix_cut(h, "service", text);
	while (text.n > 0) {
		const char *gap = memmem(text.p, text.n, "\n\n", 2);
		struct span unit = { text.p,
			gap != NULL ? (size_t)(gap - text.p) : text.n };

		shown(h, unit, seen);
		text = span_after(text, unit.n + 2);
	}
}

/* Old systemd: "[*|bullet] sshd.service loaded active running OpenSSH server" */
static void
units(struct unix_host *h, struct span text, struct lookup *seen)
{
	struct span line, name, load, act, sub;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &name))
			continue;
		if (name.n < 8 && !span_word(&line, &name))	/* a bullet */
			continue;
		if (name.n <= 8 || memcmp(name.p + name.n - 8, ".service", 8) != 0 ||
		    !span_word(&line, &load) || !span_word(&line, &act) ||
		    !span_word(&line, &sub) || span_is(load, "not-found"))
			continue;
		lookup_add(seen, name, name);
		row = unix_service(h, name);
		state(row, act, sub);
		fact_span(row, "displayName", line);
	}
}

/* Installed, and so far from being wanted that systemd did not load it. */
static void
unit_files(struct unix_host *h, struct span text, const struct lookup *seen)
{
	struct span line, name, mode, value;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &name) || !span_word(&line, &mode) ||
		    name.n <= 8 || memcmp(name.p + name.n - 8, ".service", 8) != 0 ||
		    name.p[name.n - 9] == '@' || span_is(mode, "alias") ||
		    lookup_get(seen, name, &value))
			continue;
		row = unix_service(h, name);
		fact_str(row, "state", "stopped");
		fact_str(row, "startMode", MEANS(unit_file, mode));
	}
}

/* Start modes of what list-units named. */
static void
unit_modes(struct unix_host *h, struct span text)
{
	struct lookup modes = { .n = 0 };
	struct span line, name, mode;

	while (span_line(&text, &line))
		if (span_word(&line, &name) && span_word(&line, &mode) &&
		    name.n > 8)
			lookup_add(&modes, (struct span){ name.p, name.n - 8 }, mode);
	lookup_sort(&modes);
	for (size_t i = 0; i < facts_rows(h->facts, "service"); i++) {
		const struct fact_row *row = facts_at(h->facts, "service", i);
		const char *have = fact_text(row, "name");
		const char *at = have != NULL ? strchr(have, '@') : NULL;

		/* "getty@tty1" is one of "getty@" */
		if (have != NULL && (lookup_get(&modes, span_of(have), &mode) ||
		    (at != NULL && lookup_get(&modes, (struct span){ have,
		    (size_t)(at - have) + 1 }, &mode))))
			fact_str((struct fact_row *)(uintptr_t)row, "startMode",
			    MEANS(unit_file, mode));
	}
	lookup_free(&modes);
}

static void
systemd(struct unix_host *h, const struct unix_section *s)
{
	struct span files = unix_part_named(h->frame, "services", "files");
	struct span text = unix_part_named(h->frame, "services", "units");
	struct lookup seen = { .n = 0 };

	(void)s;
	show(h, unix_part_named(h->frame, "services", "show"), &seen);
	units(h, text, &seen);
	if (text.n > 0)
		unit_modes(h, files);
	lookup_sort(&seen);
	unit_files(h, files, &seen);
	lookup_free(&seen);
}

/* --- macOS --------------------------------------------------------------------------- */

static void
launched(struct unix_host *h, struct span pid, struct span status,
    struct span label, const struct lookup *off)
{
	struct fact_row *row;
	struct span mode;
	uint64_t n;

	if (label.n == 0 || (row = unix_service(h, label)) == NULL)
		return;
	if (span_u64(pid, &n) && n > 0) {
		fact_uint(row, "pid", n);
		fact_str(row, "state", "running");
	} else {
		fact_str(row, "state", "stopped");
		if (span_u64(status, &n) && n > 0)
			fact_uint(row, "exitCode", n);
	}
	if (lookup_get(off, label, &mode) &&
	    (span_is(mode, "disabled") || span_is(mode, "true")))
		fact_str(row, "startMode", "disabled");
}

/* Lines between "NAME = {" and "}". */
static struct span
braces(struct span text, const char *name)
{
	return span_between(text, name, "\n\t}");
}

static void
launchd(struct unix_host *h, struct span text)
{
	struct span off = braces(text, "\tdisabled services = {");
	struct span all = braces(text, "\tservices = {"), line, pid, status;
	struct lookup disabled = { .n = 0 };
	struct span label, mode;

	while (span_line(&off, &line)) {
		label = span_between(line, "\"", "\"");
		mode = span_between(line, "=> ", "");
		if (label.n > 0 && line.n > 0) {
			const char *at = memmem(line.p, line.n, "=> ", 3);

			mode = at == NULL ? mode : span_trim((struct span){ at + 3,
				line.n - (size_t)(at - line.p) - 3 });
			lookup_add(&disabled, label, mode);
		}
	}
	lookup_sort(&disabled);
	while (span_line(&all, &line))
		if (span_word(&line, &pid) && span_word(&line, &status) &&
		    span_word(&line, &label))
			launched(h, pid, status, label, &disabled);
	lookup_free(&disabled);
}

/* "PID\tStatus\tLabel": the account's own domain */
static void
launchctl(struct unix_host *h, struct span text)
{
	struct span line, pid, status, label;
	struct lookup none = { .n = 0 };

	while (span_line(&text, &line))
		if (span_word(&line, &pid) && span_word(&line, &status) &&
		    span_word(&line, &label) && !span_is(label, "Label"))
			launched(h, pid, status, label, &none);
}

void
parse_services(struct unix_host *h, const struct unix_section *s)
{
	systemd(h, s);
	launchd(h, unix_part_named(h->frame, "services", "launchd"));
	launchctl(h, unix_part_named(h->frame, "services", "launchctl"));
	unix_rc(h);
	if (facts_rows(h->facts, "service") == 0)
		facts_missing(h->facts, "service", "the host has no init system "
		    "that we know, or it did not answer in time",
		    "Look at the host with the tools of its init system.");
}
