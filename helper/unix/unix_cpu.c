/* unix_cpu.c: processors and memory of a Linux host. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define PAIRS_MAX 2048

/* Cores are counted by (package, core) pairs. */
struct cores { uint32_t pair[PAIRS_MAX]; size_t n; uint16_t package[256]; size_t packages; };

static void
add_core(struct cores *c, uint64_t package, uint64_t core)
{
	uint32_t pair = (uint32_t)(package & 0xffff) << 16 | (core & 0xffff);
	size_t i;

	/* neighbours are mostly twins: look from the end */
	for (i = c->n; i > 0; i--)
		if (c->pair[i - 1] == pair)
			break;
	if (i == 0 && c->n < PAIRS_MAX)
		c->pair[c->n++] = pair;
	for (i = c->packages; i > 0; i--)
		if (c->package[i - 1] == (uint16_t)package)
			return;
	if (c->packages < 256)
		c->package[c->packages++] = (uint16_t)package;
}

/* MIDR implementer and part of ARM cores that are met in computers. */
static const struct { unsigned implementer, part; const char *name; } arm[] = {
	{ 0x41, 0xb76, "ARM1176" }, { 0x41, 0xc07, "Cortex-A7" },
	{ 0x41, 0xc08, "Cortex-A8" }, { 0x41, 0xc09, "Cortex-A9" },
	{ 0x41, 0xc0f, "Cortex-A15" }, { 0x41, 0xd03, "Cortex-A53" },
	{ 0x41, 0xd04, "Cortex-A35" }, { 0x41, 0xd05, "Cortex-A55" },
	{ 0x41, 0xd07, "Cortex-A57" }, { 0x41, 0xd08, "Cortex-A72" },
	{ 0x41, 0xd09, "Cortex-A73" }, { 0x41, 0xd0a, "Cortex-A75" },
	{ 0x41, 0xd0b, "Cortex-A76" }, { 0x41, 0xd0c, "Neoverse-N1" },
	{ 0x41, 0xd40, "Neoverse-V1" }, { 0x41, 0xd49, "Neoverse-N2" },
	{ 0x41, 0xd4f, "Neoverse-V2" }, { 0x61, 0x022, "Apple Icestorm" },
	{ 0x61, 0x023, "Apple Firestorm" }, { 0xc0, 0xac3, "Ampere-1" },
	{ 0x43, 0x0af, "ThunderX2" }, { 0x48, 0xd01, "TSV110" },
};
static const struct { unsigned implementer; const char *name; } makers[] = {
	{ 0x41, "ARM" }, { 0x42, "Broadcom" }, { 0x43, "Cavium" },
	{ 0x46, "Fujitsu" }, { 0x48, "HiSilicon" }, { 0x4e, "NVIDIA" },
	{ 0x51, "Qualcomm" }, { 0x53, "Samsung" }, { 0x61, "Apple" },
	{ 0xc0, "Ampere" },
};

/* What /proc/cpuinfo says, summed. */
struct info {
	struct span model, vendor, board;
	uint64_t threads, package, per_package, mhz, implementer, part;
	struct cores cores;
};

static bool
hex_value(struct span s, uint64_t *v)
{
	uint8_t b[2];
	char even[8] = "0";
	size_t n;

	if (!span_starts(s, "0x") || s.n > 6)
		return false;
	span_text((struct span){ s.p + 2, s.n - 2 }, even + (s.n % 2), 6);
	if ((n = unix_hex(span_of(even), b, sizeof(b))) == 0)
		return false;
	*v = n == 1 ? b[0] : (uint64_t)b[0] << 8 | b[1];
	return true;
}

static void
info_line(struct info *c, struct span key, struct span v)
{
	uint64_t n;

	if (span_is(key, "processor")) {
		c->threads++;
	} else if (span_starts(key, "processor ")) {	/* s390: "processor 0" */
		c->threads++;
	} else if (span_is(key, "model name") || span_is(key, "cpu model") ||
	    (span_is(key, "cpu") && c->model.n == 0) ||
	    (span_is(key, "Processor") && c->model.n == 0)) {
		c->model = v;
	} else if (span_is(key, "vendor_id")) {
		c->vendor = v;
	} else if (span_is(key, "physical id") && span_u64(v, &n)) {
		c->package = n;
	} else if (span_is(key, "core id") && span_u64(v, &n)) {
		add_core(&c->cores, c->package, n);
	} else if (span_is(key, "cpu cores") && span_u64(v, &n)) {
		c->per_package = n;
	} else if ((span_is(key, "cpu MHz") || span_is(key, "clock") ||
	    span_is(key, "cpu MHz dynamic")) && span_number(v, &n)) {
		if (n > c->mhz)
			c->mhz = n;
	} else if (span_is(key, "CPU implementer")) {
		(void)(hex_value(v, &c->implementer) || true);
	} else if (span_is(key, "CPU part")) {
		(void)(hex_value(v, &c->part) || true);
	} else if (span_is(key, "Model") || span_is(key, "Hardware")) {
		c->board = v;
	}
}

/* "... @ 2.40GHz" */
static bool
mhz_in_name(struct span model, uint64_t *mhz)
{
	struct span s = span_between(model, "@ ", "GHz");
	double ghz;

	if (!span_real(s, &ghz) || ghz <= 0 || ghz > 20)
		return false;
	*mhz = (uint64_t)(ghz * 1000 + 0.5);
	return true;
}

static void
names(struct fact_row *row, const struct info *c, struct span text)
{
	struct span lscpu = span_get(text, "lscpu"), key, v = { "", 0 };
	struct span model = c->model;

	if (span_split(lscpu, ':', &key, &v) && v.n > 0 && v.p[0] != '-')
		model = v;
	for (size_t i = 0; c->implementer != 0 &&
	    i < sizeof(arm) / sizeof(arm[0]); i++)
		if (arm[i].implementer == c->implementer &&
		    arm[i].part == c->part && v.n == 0)
			model = span_of(arm[i].name);
	fact_span(row, "model", model);
	fact_span(row, "vendor", c->vendor);
	for (size_t i = 0; c->vendor.n == 0 && c->implementer != 0 &&
	    i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].implementer == c->implementer)
			fact_str(row, "vendor", makers[i].name);
}

static void
clock_rate(struct fact_row *row, const struct info *c, struct span text)
{
	uint64_t khz, mhz = c->mhz;

	if (!mhz_in_name(c->model, &mhz) &&
	    (span_u64(span_get(text, "base"), &khz) ||
	    span_u64(span_get(text, "max"), &khz)))
		mhz = khz / 1000;
	if (mhz > 0 && mhz < 100000)
		fact_uint(row, "mhz", mhz);
}

static void
load(struct fact_row *row, struct span text)
{
	static const char *const name[] = { "load1", "load5", "load15" };
	struct span s = span_get(text, "load"), word;
	double v;

	for (size_t i = 0; i < 3 && span_word(&s, &word); i++)
		if (span_real(word, &v))
			fact_real(row, name[i], v);
}

/* "0-3,6" is five. */
static uint64_t
online(struct span list)
{
	uint64_t n = 0, from, to;
	struct span part, a, b;

	while (list.n > 0) {
		if (!span_split(list, ',', &part, &list)) {
			part = list;
			list.n = 0;
		}
		if (!span_split(part, '-', &a, &b))
			a = b = part;
		if (span_u64(a, &from) && span_u64(b, &to) && from <= to &&
		    to < 65536)
			n += to - from + 1;
	}
	return n;
}

void
parse_cpu(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *row = unix_one(h, &h->cpu, "cpu");
	struct span text = unix_part_named(h->frame, "cpu", "cpuinfo");
	struct span rest = s->text, line, key, v, package, core;
	struct info c = { .threads = 0 };
	uint64_t a, b;

	while (span_line(&text, &line))
		if (span_split(line, ':', &key, &v))
			info_line(&c, key, v);
	while (c.cores.n == 0 && span_line(&rest, &line))
		if (span_starts(line, "topo=")) {
			rest = s->text;
			break;
		}
	for (bool had = c.cores.n > 0; !had && span_line(&rest, &line);)
		if (span_starts(line, "topo=") && span_split((struct span){
		    line.p + 5, line.n - 5 }, ':', &package, &core) &&
		    span_u64(package, &a) && span_u64(core, &b))
			add_core(&c.cores, a, b);
	names(row, &c, s->text);
	fact_span(row, "arch", span_get(unix_text(h->frame, "kernel"), "machine"));
	if (c.threads == 0)	/* "Processor: XScale" has none that is numbered */
		c.threads = online(span_get(s->text, "online"));
	if (c.threads == 0)
		return;
	fact_uint(row, "threads", c.threads);
	/* hypervisors may give every processor the same core id */
	fact_uint(row, "sockets", c.cores.packages > 0 ? c.cores.packages : 1);
	fact_uint(row, "cores", c.cores.n > 0 ? c.cores.n : c.threads);
	clock_rate(row, &c, s->text);
	load(row, s->text);
}

/* --- memory --------------------------------------------------------------------- */

/* "MemTotal:  16314236 kB"; 0 when it is not there. */
static uint64_t
kib(struct span text, const char *key)
{
	struct span line, k, v;
	uint64_t n;

	while (span_line(&text, &line))
		if (span_split(line, ':', &k, &v) && span_is(k, key) &&
		    span_number(v, &n) && n < UINT64_MAX / 1024)
			return n * 1024;
	return 0;
}

void
parse_memory(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *row;
	uint64_t free = kib(s->text, "MemAvailable");

	if (kib(s->text, "MemTotal") == 0)
		return;
	row = unix_one(h, &h->memory, "memory");
	if (free == 0)		/* before Linux 3.14 */
		free = kib(s->text, "MemFree") + kib(s->text, "Buffers") +
		    kib(s->text, "Cached");
	fact_uint(row, "totalBytes", kib(s->text, "MemTotal"));
	fact_uint(row, "availableBytes", free);
	fact_uint(row, "swapTotalBytes", kib(s->text, "SwapTotal"));
	fact_uint(row, "swapFreeBytes", kib(s->text, "SwapFree"));
}
