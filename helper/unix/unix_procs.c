/* unix_procs.c: running processes, by their names; arguments are never read. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define PROCESSES_MAX 20000

/* --- Linux --------------------------------------------------------------------- */

struct linux_procs {
	struct lookup uid, rss, anon, user, before;
	double hz, now, first;		/* seconds since the start; 0: not known */
	int64_t booted_ms;
	bool kernel;			/* kernel threads can be told */
};

/* "/proc/12/status:VmRSS:\t    4012 kB" */
static void
status_line(struct linux_procs *p, struct span line)
{
	struct span file, key, value, pid, rest;

	if (!span_split(line, ':', &file, &rest) ||
	    !span_split(rest, ':', &key, &value) ||
	    !span_starts(file, "/proc/") || file.n <= 13)
		return;
	pid = (struct span){ file.p + 6, file.n - 6 - 7 };	/* "/status" */
	if (!span_word(&value, &rest))
		return;
	lookup_add(span_is(key, "Uid") ? &p->uid : span_is(key, "VmRSS") ?
	    &p->rss : &p->anon, pid, rest);
}

static void
gather(struct unix_host *h, const struct unix_section *s, struct linux_procs *p)
{
	struct span text = unix_part_named(h->frame, "procs", "status");
	const struct fact *boot = facts_find(h->facts, "os.booted");
	struct span line, name, value;

	while (span_line(&text, &line))
		status_line(p, line);
	text = unix_part_named(h->frame, "procs", "passwd");
	while (span_line(&text, &line))
		if (span_split(line, ':', &name, &value))
			lookup_add(&p->user, value, name);
	text = unix_part_named(h->frame, "procs1", "ticks");
	while (span_line(&text, &line))
		if (span_split(line, '=', &name, &value))
			lookup_add(&p->before, name, value);
	lookup_sort(&p->uid);
	lookup_sort(&p->rss);
	lookup_sort(&p->anon);
	lookup_sort(&p->user);
	lookup_sort(&p->before);
	if (!span_real(span_get(s->text, "hz"), &p->hz) || p->hz < 1 ||
	    p->hz > 100000)
		p->hz = 100;		/* on every Linux but old Alphas */
	if (!span_real(span_get(s->text, "at"), &p->now) || p->now > 1e10)
		p->now = 0;
	if (!span_real(span_get(unix_text(h->frame, "procs1"), "at"),
	    &p->first) || p->first > p->now)
		p->first = 0;
	p->booted_ms = boot != NULL && boot->type == FACT_TIME ? boot->ms : 0;
}

static void
forget(struct linux_procs *p)
{
	lookup_free(&p->uid);
	lookup_free(&p->rss);
	lookup_free(&p->anon);
	lookup_free(&p->user);
	lookup_free(&p->before);
}

/* Of one processor: between our two looks, or else over its life. */
static void
percent(struct linux_procs *p, struct fact_row *row, struct span pid,
    double ticks, double started)
{
	struct span before, word;
	double u, s, took = p->now - p->first, percent = -1;

	if (p->first > 0 && took >= 0.5 &&
	    lookup_get(&p->before, pid, &before) && span_word(&before, &word) &&
	    span_real(word, &u) && span_real(before, &s) && u + s <= ticks)
		percent = (ticks - u - s) / p->hz / took * 100;
	else if (p->now > started + 1)
		percent = ticks / p->hz / (p->now - started) * 100;
	if (percent >= 0)
		fact_rounded(row, "cpuPercent", percent);
}

static void
kib(struct fact_row *row, const char *name, const struct lookup *l,
    struct span pid)
{
	struct span v;
	uint64_t n;

	if (lookup_get(l, pid, &v) && span_u64(v, &n) && n < UINT64_MAX / 1024)
		fact_uint(row, name, n * 1024);
}

/* "12 (name) S ppid ..." [proc(5)]: f[0] is the state, the third of all */
static void
stat_line(struct unix_host *h, struct linux_procs *p, struct span line)
{
	const char *close = line.n > 0 ? memrchr(line.p, ')', line.n) : NULL;
	const char *open = line.n > 0 ? memchr(line.p, '(', line.n) : NULL;
	struct span pid, f[22], rest, user;
	uint64_t number, flags, n;
	struct fact_row *row;
	double u, s, start;

	if (open == NULL || close == NULL || close < open)
		return;
	pid = span_trim((struct span){ line.p, (size_t)(open - line.p) });
	rest = span_after(line, (size_t)(close - line.p) + 1);
	for (size_t i = 0; i < 22; i++)
		if (!span_word(&rest, &f[i]))
			return;
	/* PF_KTHREAD [linux/sched.h] */
	if (!span_u64(pid, &number) ||
	    (span_u64(f[6], &flags) && (flags & 0x00200000) != 0) ||
	    (row = unix_row(h, "process", PROCESSES_MAX)) == NULL)
		return;
	fact_span(row, "name", (struct span){ open + 1,
		(size_t)(close - open) - 1 });
	fact_uint(row, "pid", number);
	if (span_u64(f[1], &n))
		fact_uint(row, "parent", n);
	if (lookup_get(&p->uid, pid, &rest))
		fact_span(row, "user", lookup_get(&p->user, rest, &user) ? user :
		    rest);
	kib(row, "memoryBytes", &p->rss, pid);
	kib(row, "privateBytes", &p->anon, pid);
	if (span_u64(f[20], &n))
		fact_uint(row, "virtualBytes", n);
	if (span_u64(f[17], &n))
		fact_uint(row, "threads", n);
	if (!span_real(f[11], &u) || !span_real(f[12], &s) ||
	    !span_real(f[19], &start) || u + s > 1e15 || start > 1e15)
		return;
	fact_rounded(row, "cpuSeconds", (u + s) / p->hz);
	percent(p, row, pid, u + s, start / p->hz);
	if (p->booted_ms != 0 && start / p->hz <= p->now + 1)
		fact_time(row, "started", p->booted_ms +
		    (int64_t)(start / p->hz * 1000));
}

static void
of_linux(struct unix_host *h, const struct unix_section *s)
{
	struct span text = unix_part_named(h->frame, "procs", "stat"), line;
	struct linux_procs p = { .hz = 0 };
	bool told = text.n > 0;

	unix_cut(h, "process", text);
	gather(h, s, &p);
	while (span_line(&text, &line))
		stat_line(h, &p, line);
	forget(&p);
	for (size_t i = 0; i < facts_rows(h->facts, "process"); i++) {
		const struct fact *pid = fact_get(facts_at(h->facts, "process",
		    i), "pid");

		if (pid != NULL && pid->type == FACT_UINT && pid->u == 1)
			return;
	}
	if (told)		/* the first process is always there */
		facts_missing(h->facts, "process", "/proc shows the account its "
		    "own processes only (hidepid)", "Scan as root, or put the "
		    "account into the group that the mount option gid names.");
}

/* --- ps ---------------------------------------------------------------------------- */

static void
started(struct unix_host *h, struct fact_row *row, struct span etime)
{
	const struct fact *now = facts_find(h->facts, "time.now");
	double s;

	if (now != NULL && now->type == FACT_TIME && unix_elapsed(etime, &s))
		fact_time(row, "started", now->ms - (int64_t)(s * 1000));
}

struct span
unix_command(struct span comm)
{
	const char *slash;

	comm = span_trim(comm);
	slash = span_starts(comm, "/") ? memrchr(comm.p, '/', comm.n) : NULL;
	if (slash != NULL && slash + 1 < comm.p + comm.n)
		comm = span_after(comm, (size_t)(slash - comm.p) + 1);
	return comm;
}

/* pid ppid user [rss] vsz [pcpu] etime time comm: with or without those two */
static void
ps_line(struct unix_host *h, struct span line, bool full)
{
	static const char *const kibs[] = { "memoryBytes", "virtualBytes" };
	struct span pid, ppid, user, w;
	uint64_t number, n;
	struct fact_row *row;
	double v;

	if (!span_word(&line, &pid) || !span_u64(pid, &number) ||
	    !span_word(&line, &ppid) || !span_word(&line, &user) ||
	    (row = unix_row(h, "process", PROCESSES_MAX)) == NULL)
		return;
	fact_uint(row, "pid", number);
	if (span_u64(ppid, &n))
		fact_uint(row, "parent", n);
	fact_span(row, "user", user);
	for (size_t i = full ? 0 : 1; i < 2; i++)
		if (span_word(&line, &w) && span_u64(w, &n) &&
		    n < UINT64_MAX / 1024)
			fact_uint(row, kibs[i], n * 1024);
	if (full && span_word(&line, &w) && span_real(w, &v))
		fact_rounded(row, "cpuPercent", v);
	if (span_word(&line, &w))
		started(h, row, w);
	if (span_word(&line, &w) && unix_elapsed(w, &v))
		fact_rounded(row, "cpuSeconds", v);
	fact_span(row, "name", unix_command(line));
}

void
parse_procs(struct unix_host *h, const struct unix_section *s)
{
	static const char *const parts[] = { "posix", "ps" };
	struct span text, line;

	of_linux(h, s);
	for (size_t full = 0; full < 2; full++) {
		text = unix_part_named(h->frame, "procs", parts[full]);
		unix_cut(h, "process", text);
		while (span_line(&text, &line))
			ps_line(h, line, full == 1);
	}
	if (facts_rows(h->facts, "process") > 0)
		fact_uint(unix_one(h, &h->os, "os"), "processes",
		    facts_rows(h->facts, "process"));
	else
		facts_missing(h->facts, "process", "the host did not list its "
		    "processes", "Let the account see /proc/PID: the option "
		    "hidepid of /proc may keep it away.");
	facts_missing(h->facts, "process.handles", "counting a process's open "
	    "files needs a look into each of them",
	    "Ask on the host: ls /proc/PID/fd.");
}
