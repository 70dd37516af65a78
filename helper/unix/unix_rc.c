/* unix_rc.c: services of all that is neither systemd nor launchd. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_services.h"

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
		    !span_word(&line, &mode) || (row = unix_service(h, name)) == NULL)
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
		    (row = unix_service(h, name)) == NULL)
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
		    (row = unix_service(h, name)) == NULL)
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
		struct fact_row *row = unix_service(h, span_of(name));
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
		if (name.n == 0 || (row = unix_service(h, name)) == NULL)
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
		    (row = unix_service(h, name)) == NULL)
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
		    (row = unix_service(h, name)) == NULL)
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
		if (last.n == 0 || (row = unix_service(h, name)) == NULL)
			continue;
		fact_str(row, "state", span_is(last, "active") ? "running" :
		    "stopped");
		if (pid > 0 && span_is(last, "active"))
			fact_uint(row, "pid", pid);
	}
}

void
unix_rc(struct unix_host *h)
{
	struct span on = unix_part_named(h->frame, "services", "enabled");

	openrc(h, unix_part_named(h->frame, "services", "openrc"));
	scripts(h);
	if (on.n > 0) {
		struct span up = unix_part_named(h->frame, "services", "started");

		enabled(h, on, up.n > 0 ? up : unix_part_named(h->frame,
		    "services", "pids"), up.n > 0);
	}
	svcs(h, unix_part_named(h->frame, "services", "svcs"));
	lssrc(h, unix_part_named(h->frame, "services", "lssrc"));
}
