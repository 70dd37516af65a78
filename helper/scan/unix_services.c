/* unix_services.c: services and daemons, by whatever starts them. */
#include <stdio.h>
#include <string.h>

#include "helper/scan/unix_parse.h"

#define SERVICES_MAX 5000

/* What an init system says and what it means; NULL: nothing. */
struct word { const char *says, *means; };

static const char *
means(const struct word *table, size_t n, struct span says)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(says, table[i].says))
			return table[i].means;
	return NULL;
}
#define MEANS(table, says) means(table, ARRAY_LEN(table), says)

static struct fact_row *
service(struct unix_host *h, struct span name)
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
	if ((row = service(h, id)) == NULL)
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
		row = service(h, name);
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
		row = service(h, name);
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

/* --- OpenRC, upstart, init scripts --------------------------------------------------- */

static const struct word openrc_states[] = {
	{ "started", "running" }, { "stopped", "stopped" },
	{ "failed", "failed" }, { "inactive", "stopped" },
	{ "starting", "starting" }, { "stopping", "stopping" },
};

static const struct word modes[] = {
	{ "auto", "auto" }, { "manual", "manual" }, { "disabled", "disabled" },
};

static void
openrc(struct unix_host *h, struct span text)
{
	struct span line, name, st, mode;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &name) || !span_word(&line, &st) ||
		    !span_word(&line, &mode) || (row = service(h, name)) == NULL)
			continue;
		fact_str(row, "state", MEANS(openrc_states, st));
		fact_str(row, "startMode", MEANS(modes, mode));
	}
}

/* "rsyslog start/running, process 1234", "tty (/dev/tty1) stop/waiting" */
static void
upstart(struct unix_host *h, struct span text)
{
	struct span line, name, word, goal, st;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		uint64_t pid;

		if (!span_word(&line, &name) || !span_word(&line, &word))
			continue;
		if (span_starts(word, "(")) {		/* one of several */
			name.n = (size_t)(word.p + word.n - name.p);
			if (!span_word(&line, &word))
				continue;
		}
		if (!span_split(word, '/', &goal, &st) ||
		    (row = service(h, name)) == NULL)
			continue;
		fact_str(row, "state", span_starts(st, "running") ? "running" :
		    "stopped");
		if (span_split(line, ' ', &goal, &word) &&
		    span_is(goal, "process") && span_u64(word, &pid))
			fact_uint(row, "pid", pid);
	}
}

/* "sshd + auto", "cron 812 auto", "sudo - disabled": a lock file shows that it
 * runs, or a process with the number in its pid file */
static void
init(struct unix_host *h, struct span text, const struct lookup *seen)
{
	bool traces = span_is(span_get(text, "traces"), "1");
	struct span line, name, st, mode, value;
	bool unknown = false;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		uint64_t pid;

		if (!span_word(&line, &name) || !span_word(&line, &st) ||
		    !span_word(&line, &mode) || lookup_get(seen, name, &value) ||
		    (row = service(h, name)) == NULL)
			continue;
		if (span_u64(st, &pid))
			fact_uint(row, "pid", pid);
		if (!span_is(st, "-"))
			fact_str(row, "state", "running");
		else if (traces)
			fact_str(row, "state", "stopped");
		else
			unknown = true;
		fact_str(row, "startMode", MEANS(modes, mode));
	}
	if (unknown)
		facts_missing(h->facts, "service.state", "init scripts do not "
		    "say what runs unless they are run, and some left no trace",
		    "Ask on the host: service NAME status.");
}

/* OpenWrt: {"dropbear": {"instances": {"i": {"running": true, "pid": 1}}}} */
static void
procd(struct unix_host *h, struct span text, struct lookup *seen)
{
	json_t *all = unix_json(text), *one, *instance;
	const char *name, *key;

	json_object_foreach(all, name, one) {
		struct fact_row *row = service(h, span_of(name));
		json_t *list = json_object_get(one, "instances");
		json_int_t pid = 0;
		bool running = false;

		json_object_foreach(list, key, instance) {
			if (!json_is_true(json_object_get(instance, "running")))
				continue;
			running = true;
			if (pid == 0)
				pid = json_integer_value(
				    json_object_get(instance, "pid"));
		}
		fact_str(row, "state", running ? "running" : "stopped");
		if (pid > 0)
			fact_uint(row, "pid", (uint64_t)pid);
	}
	for (size_t i = 0; i < facts_rows(h->facts, "service"); i++) {
		const char *have = fact_text(facts_at(h->facts, "service", i),
		    "name");

		if (have != NULL)	/* the fact's own text lives on */
			lookup_add(seen, span_of(have), span_of(have));
	}
	json_decref(all);
}

static void
scripts(struct unix_host *h)
{
	struct span text = unix_part_named(h->frame, "services", "init");
	struct span rest = text, line, name, st, mode;
	struct lookup seen = { .n = 0 }, starts = { .n = 0 };

	upstart(h, unix_part_named(h->frame, "services", "upstart"));
	procd(h, unix_part_named(h->frame, "services", "procd"), &seen);
	while (span_line(&rest, &line))
		if (span_word(&line, &name) && span_word(&line, &st) &&
		    span_word(&line, &mode))
			lookup_add(&starts, name, mode);
	lookup_sort(&starts);
	for (size_t i = 0; i < facts_rows(h->facts, "service"); i++) {
		const struct fact_row *row = facts_at(h->facts, "service", i);

		if (fact_text(row, "name") != NULL && lookup_get(&starts,
		    span_of(fact_text(row, "name")), &mode))
			fact_str((struct fact_row *)(uintptr_t)row, "startMode",
			    MEANS(modes, mode));
	}
	lookup_sort(&seen);
	init(h, text, &seen);
	lookup_free(&seen);
	lookup_free(&starts);
}

/* --- macOS --------------------------------------------------------------------------- */

static void
launched(struct unix_host *h, struct span pid, struct span status,
    struct span label, const struct lookup *off)
{
	struct fact_row *row;
	struct span mode;
	uint64_t n;

	if (label.n == 0 || (row = service(h, label)) == NULL)
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

/* --- BSD, Solaris, AIX ----------------------------------------------------------------- */

/* `sure`: what is not in `up` does not run. */
static void
enabled(struct unix_host *h, struct span on, struct span up, bool sure)
{
	struct lookup running = { .n = 0 }, listed = { .n = 0 };
	struct span line, name, pid, rest = up, value;

	while (span_line(&rest, &line))
		if (span_word(&line, &name))
			lookup_add(&running, name, span_word(&line, &pid) ? pid :
			    (struct span){ name.p, 0 });
	lookup_sort(&running);
	while (span_line(&on, &line)) {
		const char *slash = line.n > 0 ? memrchr(line.p, '/', line.n) : NULL;
		struct fact_row *row;
		uint64_t n;

		name = span_trim(slash == NULL ? line : (struct span){ slash + 1,
			line.n - (size_t)(slash - line.p) - 1 });
		if (name.n == 0 || (row = service(h, name)) == NULL)
			continue;
		lookup_add(&listed, name, name);
		fact_str(row, "startMode", "auto");
		if (slash != NULL)
			fact_span(row, "path", line);
		if (!lookup_get(&running, name, &value)) {
			fact_str(row, "state", sure ? "stopped" : NULL);
			continue;
		}
		fact_str(row, "state", "running");
		if (span_u64(value, &n))
			fact_uint(row, "pid", n);
	}
	lookup_sort(&listed);
	while (span_line(&up, &line)) {
		struct fact_row *row;
		uint64_t n;

		if (!span_word(&line, &name) || lookup_get(&listed, name, &value) ||
		    (row = service(h, name)) == NULL)
			continue;
		fact_str(row, "state", "running");
		if (span_word(&line, &pid) && span_u64(pid, &n))
			fact_uint(row, "pid", n);
	}
	if (!sure)
		facts_missing(h->facts, "service.state", "only those with a pid "
		    "file show that they run", "Ask on the host: service NAME "
		    "status.");
	lookup_free(&running);
	lookup_free(&listed);
}

static const struct word smf[] = {
	{ "online", "running" }, { "degraded", "running" },
	{ "disabled", "stopped" }, { "offline", "stopped" },
	{ "maintenance", "failed" }, { "uninitialized", "stopped" },
	{ "legacy_run", "running" },
};

/* "online         svc:/network/ssh:default" */
static void
svcs(struct unix_host *h, struct span text)
{
	struct span line, st, name;

	while (span_line(&text, &line)) {
		struct fact_row *row;

		if (!span_word(&line, &st) || !span_word(&line, &name) ||
		    (row = service(h, name)) == NULL)
			continue;
		fact_str(row, "state", MEANS(smf, st));
		fact_str(row, "startMode", span_is(st, "disabled") ? "disabled" :
		    "auto");
	}
}

/* "sshd  ssh  4325548  active": the group and the number may be missing */
static void
lssrc(struct unix_host *h, struct span text)
{
	struct span line, name, word, last;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		uint64_t pid = 0;

		if (!span_word(&line, &name) || span_is(name, "Subsystem"))
			continue;
		last = (struct span){ "", 0 };
		while (span_word(&line, &word)) {
			last = word;
			if (!span_u64(word, &pid))
				continue;
		}
		if (last.n == 0 || (row = service(h, name)) == NULL)
			continue;
		fact_str(row, "state", span_is(last, "active") ? "running" :
		    "stopped");
		if (pid > 0 && span_is(last, "active"))
			fact_uint(row, "pid", pid);
	}
}

void
parse_services(struct unix_host *h, const struct unix_section *s)
{
	struct span on = unix_part_named(h->frame, "services", "enabled");

	systemd(h, s);
	openrc(h, unix_part_named(h->frame, "services", "openrc"));
	scripts(h);
	launchd(h, unix_part_named(h->frame, "services", "launchd"));
	launchctl(h, unix_part_named(h->frame, "services", "launchctl"));
	if (on.n > 0) {
		struct span up = unix_part_named(h->frame, "services", "started");

		enabled(h, on, up.n > 0 ? up : unix_part_named(h->frame,
		    "services", "pids"), up.n > 0);
	}
	svcs(h, unix_part_named(h->frame, "services", "svcs"));
	lssrc(h, unix_part_named(h->frame, "services", "lssrc"));
	if (facts_rows(h->facts, "service") == 0)
		facts_missing(h->facts, "service", "the host has no init system "
		    "that we know, or it did not answer in time",
		    "Look at the host with the tools of its init system.");
}
