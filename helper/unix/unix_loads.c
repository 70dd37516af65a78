/* unix_loads.c: how busy a host is, from two readings of its counters. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_loads.h"

#define CORES_MAX 4096
#define DEVICES_MAX 1000
#define NUMBERS 16
#define FILE_MAX 200000		/* octets of one file, as asked */

/* As many numbers as there are; gives how many. */
static size_t
numbers(struct span line, double *v, size_t max)
{
	struct span w;
	size_t n = 0;

	while (n < max && span_word(&line, &w) && span_real(w, &v[n]) &&
	    v[n] >= 0)
		n++;
	return n;
}

/* b - a; a counter that began again at 0 gives none. */
static double
grown(double a, double b)
{
	return b > a ? b - a : 0;
}

void
unix_rate(struct fact_row *row, const char *name, double a, double b,
    const struct samples *s)
{
	if (s->took > 0 && b >= a)
		fact_rounded(row, name, (b - a) / s->took);
}

static double
percent(double part, double whole)
{
	double v = whole > 0 ? part / whole * 100 : 0;

	return v > 100 ? 100 : v < 0 ? 0 : v;
}

struct span
unix_counters(struct unix_host *h, const char *section, const char *file)
{
	return span_first(unix_part_named(h->frame, section, file), FILE_MAX);
}

/* --- processors ------------------------------------------------------------------ */

/* user nice system idle iowait irq softirq steal [proc(5)]; guest is in user */
static bool
busy(const double *a, const double *b, size_t n, double *out)
{
	double all = 0, idle = 0;

	for (size_t i = 0; i < n && i < 8; i++) {
		all += grown(a[i], b[i]);
		if (i == 3 || i == 4)
			idle += grown(a[i], b[i]);
	}
	if (all < 1)
		return false;
	*out = percent(all - idle, all);
	return true;
}

static void
cpu(struct unix_host *h, const struct samples *s)
{
	struct span text = unix_counters(h, "loads", "stat"), line, name, rest;
	struct span before = unix_counters(h, "loads1", "stat");
	struct lookup old = { .n = 0 };
	double a[NUMBERS], b[NUMBERS], load;

	(void)s;
	while (span_line(&before, &line))
		if (span_word(&line, &name))
			lookup_add(&old, name, line);
	lookup_sort(&old);
	while (span_line(&text, &line)) {
		size_t n;

		if (!span_word(&line, &name) || !lookup_get(&old, name, &rest))
			continue;
		n = numbers(line, b, NUMBERS);
		if (n < 4 || numbers(rest, a, NUMBERS) != n ||
		    !busy(a, b, n, &load))
			continue;
		if (span_is(name, "cpu")) {
			fact_rounded(unix_one(h, &h->cpu, "cpu"), "loadPercent",
			    load);
		} else {
			struct fact_row *row = unix_row(h, "core", CORES_MAX);

			fact_span(row, "name", span_after(name, 3));
			fact_rounded(row, "loadPercent", load);
		}
	}
	lookup_free(&old);
}

/* FreeBSD: "user nice sys intr idle" of all, and of each in a row; OpenBSD has
 * commas and one more */
static void
bsd_cpu(struct unix_host *h, struct span first, struct span last)
{
	static const size_t each = 5;
	char ta[200], tb[200];
	double a[6], b[6], all = 0, idle;
	size_t n;

	span_text(first, ta, sizeof(ta));
	span_text(last, tb, sizeof(tb));
	for (char *p = ta; *p != '\0'; p++)
		*p = *p == ',' ? ' ' : *p;
	for (char *p = tb; *p != '\0'; p++)
		*p = *p == ',' ? ' ' : *p;
	n = numbers(span_of(ta), a, 6);
	if (n < each || numbers(span_of(tb), b, 6) != n)
		return;
	for (size_t i = 0; i < n; i++)
		all += grown(a[i], b[i]);
	idle = grown(a[n - 1], b[n - 1]);
	if (all >= 1)
		fact_rounded(unix_one(h, &h->cpu, "cpu"), "loadPercent",
		    percent(all - idle, all));
}

static void
bsd_cores(struct unix_host *h, struct span first, struct span last)
{
	for (unsigned core = 0; core < CORES_MAX; core++) {
		double all = 0, idle = 0, v[2];
		struct span wa, wb;
		char name[12];

		for (size_t i = 0; i < 5; i++) {
			if (!span_word(&first, &wa) || !span_word(&last, &wb) ||
			    !span_real(wa, &v[0]) || !span_real(wb, &v[1]))
				return;
			all += grown(v[0], v[1]);
			if (i == 4)
				idle = grown(v[0], v[1]);
		}
		if (all < 1)
			continue;
		snprintf(name, sizeof(name), "%u", core);
		fact_str(unix_row(h, "core", CORES_MAX), "name", name);
		fact_rounded((struct fact_row *)(uintptr_t)facts_at(h->facts,
		    "core", facts_rows(h->facts, "core") - 1), "loadPercent",
		    percent(all - idle, all));
	}
}

/* "CPU usage: 3.12% user, 4.68% sys, 92.18% idle" */
void
parse_cpuload(struct unix_host *h, const struct unix_section *s)
{
	struct span idle = span_between(s->text, "sys, ", "% idle");
	double v;

	if (span_real(idle, &v) && v >= 0 && v <= 100)
		fact_rounded(unix_one(h, &h->cpu, "cpu"), "loadPercent", 100 - v);
}

/* --- drives ------------------------------------------------------------------------ */

/* Device mapper's names of its devices: "dm-0" and "rhel-root". */
static void
mapper_names(struct unix_host *h, struct lookup *l)
{
	struct span rest = unix_text(h->frame, "disks"), part, t;

	while (unix_part(h->frame, &rest, &part, &t))
		if (span_starts(part, "dm-"))
			lookup_add(l, part, span_get(t, "dmname"));
	lookup_sort(l);
}

/* Drives, and what bears a file system: "/dev/sda1", "/dev/mapper/rhel-root". */
static void
known_devices(struct unix_host *h, struct lookup *l)
{
	static const struct { const char *class, *name, *kind; } kinds[] = {
		{ "disk", "name", "drive" }, { "volume", "device", "volume" },
	};

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < facts_rows(h->facts, kinds[k].class); i++) {
			const char *name = fact_text(facts_at(h->facts,
			    kinds[k].class, i), kinds[k].name);

			if (name != NULL)
				lookup_add(l, span_of(name),
				    span_of(kinds[k].kind));
		}
	lookup_sort(l);
}

/* "drive", "volume"; NULL: neither */
static const char *
kind_of(const struct lookup *devices, const struct lookup *mapper,
    struct span name)
{
	struct span kind, mapped;
	char device[300], text[250];

	if (lookup_get(devices, name, &kind))
		return kind.p;
	snprintf(device, sizeof(device), "/dev/%s",
	    span_text(name, text, sizeof(text)));
	if (lookup_get(devices, span_of(device), &kind))
		return kind.p;
	if (!lookup_get(mapper, name, &mapped))
		return NULL;
	snprintf(device, sizeof(device), "/dev/mapper/%s",
	    span_text(mapped, text, sizeof(text)));
	return lookup_get(devices, span_of(device), &kind) ? kind.p : NULL;
}

/* major minor name reads merged sectors ms writes merged sectors ms now ms
 * weighted [Documentation/admin-guide/iostats.rst] */
static void
disk_load(struct unix_host *h, struct span name, const char *kind,
    const double *a, const double *b, const struct samples *s)
{
	struct fact_row *row = unix_row(h, "diskLoad", DEVICES_MAX);
	double ms = s->took * 1000;

	fact_span(row, "name", name);
	fact_str(row, "kind", kind);
	unix_rate(row, "readsPerSec", a[0], b[0], s);
	unix_rate(row, "writesPerSec", a[4], b[4], s);
	unix_rate(row, "readBytesPerSec", a[2] * 512, b[2] * 512, s);
	unix_rate(row, "writeBytesPerSec", a[6] * 512, b[6] * 512, s);
	fact_rounded(row, "readPercent", percent(grown(a[3], b[3]), ms));
	fact_rounded(row, "writePercent", percent(grown(a[7], b[7]), ms));
	fact_rounded(row, "busyPercent", percent(grown(a[9], b[9]), ms));
	fact_rounded(row, "readQueue", grown(a[3], b[3]) / ms);
	fact_rounded(row, "writeQueue", grown(a[7], b[7]) / ms);
}

/* The third word of a line and what is behind it. */
static bool
device_line(struct span *line, struct span *name)
{
	struct span w;

	return span_word(line, &w) && span_word(line, &w) &&
	    span_word(line, name);
}

static void
disks(struct unix_host *h, const struct samples *s)
{
	struct span text = unix_counters(h, "loads", "/proc/diskstats"), line, name;
	struct span before = unix_counters(h, "loads1", "/proc/diskstats"), was;
	struct lookup old = { .n = 0 }, devices = { .n = 0 }, mapper = { .n = 0 };
	double a[NUMBERS], b[NUMBERS];

	if (s->took <= 0 || h->container)
		return;
	known_devices(h, &devices);
	mapper_names(h, &mapper);
	while (span_line(&before, &line))
		if (device_line(&line, &name))
			lookup_add(&old, name, line);
	lookup_sort(&old);
	while (span_line(&text, &line)) {
		const char *kind;

		if (!device_line(&line, &name) || name.n > 64 ||
		    (kind = kind_of(&devices, &mapper, name)) == NULL)
			continue;
		if (lookup_get(&old, name, &was) && numbers(line, b, 11) == 11 &&
		    numbers(was, a, 11) == 11)
			disk_load(h, name, kind, a, b, s);
	}
	lookup_free(&old);
	lookup_free(&devices);
	lookup_free(&mapper);
}

/* --- adapters ------------------------------------------------------------------------ */

/* What either system counts, in one order. */
struct traffic { double in, in_errors, in_drops, out, out_errors, out_drops; };

static void
nic_load(struct unix_host *h, struct span name, const struct traffic *a,
    const struct traffic *b, bool drops, const struct samples *s)
{
	const struct fact_row *nic = unix_nic(h, name);
	const struct fact *speed = fact_get(nic, "speedMbps");
	struct fact_row *row = unix_row(h, "nicLoad", DEVICES_MAX);
	double in = grown(a->in, b->in), out = grown(a->out, b->out);

	fact_span(row, "name", name);
	unix_rate(row, "receivedBytesPerSec", a->in, b->in, s);
	unix_rate(row, "sentBytesPerSec", a->out, b->out, s);
	fact_uint(row, "receivedBytes", (uint64_t)b->in);
	fact_uint(row, "sentBytes", (uint64_t)b->out);
	fact_uint(row, "receiveErrors", (uint64_t)b->in_errors);
	fact_uint(row, "sendErrors", (uint64_t)b->out_errors);
	if (drops) {
		fact_uint(row, "receiveDiscards", (uint64_t)b->in_drops);
		fact_uint(row, "sendDiscards", (uint64_t)b->out_drops);
	}
	if (speed == NULL || speed->type != FACT_UINT || speed->u == 0)
		return;
	fact_uint(row, "bandwidthMbps", speed->u);
	if (s->took > 0)
		fact_rounded(row, "usedPercent", percent((in > out ? in : out) * 8,
		    (double)speed->u * 1e6 * s->took));
}

/* "  eth0: 1234 12 0 0 0 0 0 0 5678 ..."; old kernels leave no blank there */
static bool
net_dev(struct span line, struct span *name, struct traffic *t)
{
	struct span rest;
	double v[NUMBERS];

	if (!span_split(line, ':', name, &rest) || name->n == 0 ||
	    numbers(rest, v, NUMBERS) < 12)
		return false;
	*t = (struct traffic){ v[0], v[2], v[3], v[8], v[10], v[11] };
	for (size_t i = 0; i < 12; i++)
		if (v[i] >= 1e19)
			return false;
	return true;
}

static void
linux_nics(struct unix_host *h, const struct samples *s)
{
	struct span text = unix_counters(h, "loads", "/proc/net/dev"), line, name;
	struct span before = unix_counters(h, "loads1", "/proc/net/dev"), was, rest;
	struct lookup old = { .n = 0 };
	struct traffic now, then;

	while (span_line(&before, &line))
		if (span_split(line, ':', &name, &rest))
			lookup_add(&old, name, line);
	lookup_sort(&old);
	while (span_line(&text, &line))
		if (net_dev(line, &name, &now) && !span_is(name, "lo") &&
		    lookup_get(&old, name, &was) && net_dev(was, &rest, &then))
			nic_load(h, name, &then, &now, true, s);
	lookup_free(&old);
}

/* netstat -ibn: "Name Mtu Network Address Ipkts Ierrs [Idrop] Ibytes Opkts
 * Oerrs Obytes Coll"; the address may be missing, so they are counted from the
 * end.  Only rows of the link have all counters. */
static bool
netstat_line(struct span line, bool drops, struct span *name, struct traffic *t)
{
	struct span w, net = { "", 0 };
	double ring[8] = { 0 };
	size_t n = 0, want = drops ? 8 : 7;

	if (!span_word(&line, name) || !span_word(&line, &w) ||
	    !span_word(&line, &net) || !span_starts(net, "<Link"))
		return false;
	while (span_word(&line, &w)) {
		double v;

		if (!span_real(w, &v) || v < 0 || v >= 1e19)
			v = 0;
		ring[n++ % want] = v;
	}
	if (n < want)
		return false;
	/* the oldest of the ring is Ipkts */
	if (drops)
		*t = (struct traffic){ ring[(n + 3) % 8], ring[(n + 1) % 8],
			ring[(n + 2) % 8], ring[(n + 6) % 8], ring[(n + 5) % 8], 0 };
	else
		*t = (struct traffic){ ring[(n + 2) % 7], ring[(n + 1) % 7], 0,
			ring[(n + 5) % 7], ring[(n + 4) % 7], 0 };
	if (name->n > 0 && name->p[name->n - 1] == '*')
		name->n--;			/* it is down */
	return true;
}

static void
bsd_nics(struct unix_host *h, const struct samples *s)
{
	struct span text = unix_counters(h, "loads", "netstat"), line, name, was;
	struct span before = unix_counters(h, "loads1", "netstat"), other;
	struct lookup old = { .n = 0 };
	struct traffic now, then;
	bool drops = span_has(text, "Idrop");

	while (span_line(&before, &line))
		if (netstat_line(line, drops, &name, &then))
			lookup_add(&old, name, line);
	lookup_sort(&old);
	while (span_line(&text, &line))
		if (netstat_line(line, drops, &name, &now) &&
		    !span_is(name, "lo0") && lookup_get(&old, name, &was) &&
		    netstat_line(was, drops, &other, &then))
			nic_load(h, name, &then, &now, false, s);
	lookup_free(&old);
}

/* --- the whole ---------------------------------------------------------------------------- */

void
parse_loads(struct unix_host *h, const struct unix_section *last)
{
	const struct unix_section *first = unix_find(h->frame, "loads1");
	struct samples s = { .last = last->text };
	double a, b;

	if (first == NULL)
		return;
	s.first = first->text;
	if (span_real(span_get(s.first, "at"), &a) &&
	    span_real(span_get(s.last, "at"), &b) && b > a)
		s.took = b - a;
	/* a clock of whole seconds is off by one of few */
	if (memchr(span_get(s.last, "at").p, '.', span_get(s.last, "at").n) ==
	    NULL && s.took < 5)
		s.took = 0;
	if (s.took < 0.2)
		s.took = 0;
	cpu(h, &s);
	bsd_cpu(h, span_get(s.first, "cp"), span_get(s.last, "cp"));
	bsd_cores(h, span_get(s.first, "cps"), span_get(s.last, "cps"));
	disks(h, &s);
	linux_nics(h, &s);
	bsd_nics(h, &s);
	unix_transport(h, &s);
	if (h->container)
		facts_missing(h->facts, "diskLoad", "this is a container: its "
		    "disks are its host's", "Scan the computer that it runs on.");
	if (s.took == 0)
		facts_missing(h->facts, "nicLoad.receivedBytesPerSec", "the two "
		    "readings lie too close together for the host's clock",
		    "Ask for more sections at once.");
}
