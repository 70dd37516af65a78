/* unix_memory.c: use of main memory and of swap. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define AREAS_MAX 200

/* "Committed_AS:  123456 kB" of /proc/meminfo, in octets */
static bool
meminfo(struct span text, const char *key, uint64_t *octets)
{
	struct span line, k, v;

	while (span_line(&text, &line))
		if (span_split(line, ':', &k, &v) && span_is(k, key) &&
		    span_number(v, octets) && *octets < UINT64_MAX / 1024) {
			*octets *= 1024;
			return true;
		}
	return false;
}

static void
area(struct unix_host *h, struct span name, uint64_t size, uint64_t used)
{
	struct fact_row *row = unix_row(h, "pagefile", AREAS_MAX);

	fact_span(row, "name", name);
	fact_uint(row, "sizeBytes", size);
	fact_uint(row, "usedBytes", used);
}

/* "/dev/dm-1  partition  8388604  0  -2", kibibytes; blanks are "\040" */
static void
swaps(struct unix_host *h, struct span text)
{
	struct span line, name, w, size, used;
	uint64_t s, u;

	while (span_line(&text, &line))
		if (span_word(&line, &name) && span_word(&line, &w) &&
		    span_word(&line, &size) && span_word(&line, &used) &&
		    span_u64(size, &s) && span_u64(used, &u) &&
		    s < UINT64_MAX / 1024 && u < UINT64_MAX / 1024)
			area(h, name, s * 1024, u * 1024);
}

/* "/dev/ada0p2  2097152  0  2097152  0%" of swapinfo -k and swapctl -lk */
static void
swapinfo(struct unix_host *h, struct span text)
{
	struct span line, name, size, used;
	uint64_t s, u;

	while (span_line(&text, &line))
		if (span_word(&line, &name) && span_starts(name, "/") &&
		    span_word(&line, &size) && span_word(&line, &used) &&
		    span_u64(size, &s) && span_u64(used, &u) &&
		    s < UINT64_MAX / 1024 && u < UINT64_MAX / 1024)
			area(h, name, s * 1024, u * 1024);
}

/* "Pages free:      12345." of vm_stat, in octets */
static uint64_t
pages(struct span text, const char *key, uint64_t page)
{
	struct span line, k, v;
	uint64_t n;

	while (span_line(&text, &line))
		if (span_split(line, ':', &k, &v) && span_is(k, key) &&
		    span_number(v, &n) && n < UINT64_MAX / page)
			return n * page;
	return 0;
}

static void
vm_stat(struct unix_host *h, struct span text)
{
	const struct fact *total = facts_find(h->facts, "memory.swapTotalBytes");
	const struct fact *left = facts_find(h->facts, "memory.swapFreeBytes");
	uint64_t page;

	if (span_u64(span_between(text, "page size of ", " bytes"), &page) &&
	    page >= 512 && page <= 1u << 24) {
		fact_uint(unix_one(h, &h->memory, "memory"), "availableBytes",
		    pages(text, "Pages free", page) +
		    pages(text, "Pages inactive", page) +
		    pages(text, "Pages speculative", page));
		fact_uint(h->memory, "cachedBytes",
		    pages(text, "File-backed pages", page));
	}
	if (total != NULL && left != NULL && total->type == FACT_UINT &&
	    left->type == FACT_UINT && total->u >= left->u && total->u > 0)
		area(h, span_of("swap"), total->u, total->u - left->u);
}

static void
bsd(struct unix_host *h, struct span text)
{
	uint64_t page, n, sum = 0;
	static const char *const free[] = { "v_free_count", "v_inactive_count",
		"v_laundry_count" };

	if (!span_u64(span_get(text, "v_page_size"), &page) || page < 512 ||
	    page > 1u << 24)
		return;
	for (size_t i = 0; i < ARRAY_LEN(free); i++)
		if (span_u64(span_get(text, free[i]), &n) && n < 1ull << 40)
			sum += n * page;
	fact_uint(unix_one(h, &h->memory, "memory"), "availableBytes", sum);
}

void
parse_memory2(struct unix_host *h, const struct unix_section *s)
{
	struct span info = unix_part_named(h->frame, "memory2", "meminfo");
	struct span mac = unix_part_named(h->frame, "memory2", "vmstat");
	struct fact_row *row = unix_one(h, &h->memory, "memory");
	const struct fact *total, *left;
	uint64_t n, more;

	if (meminfo(info, "Committed_AS", &n))
		fact_uint(row, "committedBytes", n);
	if (meminfo(info, "CommitLimit", &n))
		fact_uint(row, "commitLimitBytes", n);
	if (meminfo(info, "Cached", &n))
		fact_uint(row, "cachedBytes", meminfo(info, "SReclaimable",
		    &more) && more < UINT64_MAX - n ? n + more : n);
	swaps(h, unix_part_named(h->frame, "memory2", "/proc/swaps"));
	if (mac.n > 0)
		vm_stat(h, mac);
	bsd(h, s->text);
	swapinfo(h, unix_part_named(h->frame, "memory2", "swapinfo"));
	total = fact_get(row, "totalBytes");
	left = fact_get(row, "availableBytes");
	if (total != NULL && left != NULL && total->type == FACT_UINT &&
	    left->type == FACT_UINT && total->u >= left->u && total->u > 0)
		fact_rounded(row, "usedPercent", (double)(total->u - left->u) /
		    (double)total->u * 100);
	if (h->kind != KIND_LINUX)
		facts_missing(h->facts, "memory.committedBytes", "this system "
		    "does not count what it has promised",
		    "memory.availableBytes is what it does tell.");
}
