/* Range text from a person or a file: whatever is taken must iterate in order
 * and count right, and its canonical text must be taken again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/target/ranges.h"

static void
walk(const struct ranges *r)
{
	struct range_iter it = { 0 };
	struct range_target t, last = { 0 };
	uint64_t n = 0;

	while (n < 5000 && ranges_next(r, &it, &t)) {
		if (t.ntags == 0 || (t.name == NULL && ranges_excluded(r, &t.addr)))
			abort();
		if (n > 0 && t.name == NULL && t.addr.scope == last.addr.scope &&
		    net_addr_cmp(&last.addr, &t.addr) >= 0)
			abort();
		last = t;
		n++;
	}
	if (n < 5000 && n != ranges_count(r))
		abort();
}

static void
again(const struct ranges *r)
{
	struct ranges *copy = ranges_new();
	struct range_span a, b;
	size_t n = 0;

	if (copy == NULL)
		abort();
	for (; ranges_span(r, n, &a); n++) {
		/* Neighbours of other tags may add up to more than one range. */
		if (a.name == NULL && a.from.family == 6 && a.count > 1 << 24)
			goto out;
		if (!ranges_add(copy, a.name != NULL ? a.name : a.text, 0, NULL))
			abort();
	}
	if (!ranges_freeze(copy, NULL))
		abort();
	if (ranges_count(copy) != ranges_count(r) || ranges_overlap(copy) != 0)
		abort();
	if (n == 1 && (!ranges_span(r, 0, &a) || !ranges_span(copy, 0, &b) ||
	    strcmp(a.text, b.text) != 0))
		abort();
out:
	ranges_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ranges *r = ranges_new();
	char *text = malloc(size + 1), *half;
	struct err e = { 0 };

	if (r == NULL || text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	/* Two tags when there is a vertical bar. */
	if ((half = strchr(text, '|')) != NULL)
		*half++ = '\0';
	if (!ranges_add(r, text, 1, &e) && e.code == ERR_NONE)
		abort();
	err_clear(&e);
	if (half != NULL && !ranges_add(r, half, 2, &e) && e.code == ERR_NONE)
		abort();
	if (ranges_freeze(r, NULL)) {
		walk(r);
		again(r);
	}
	ranges_free(r);
	free(text);
	return 0;
}
