/* ranges.c: a set of addresses as disjoint segments with their tags.
 *
 * What was added stays as it was written (entries, names).  Freezing walks all
 * begins and ends in order, keeping the tags that are open, and cuts segments
 * where they change: O(n log n) in entries, whatever they span.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/target/range_forms.h"
#include "helper/target/range_tags.h"
#include "helper/target/ranges.h"

#define ENTRIES_MAX 65536

struct entry {
	range_at from, to;
	uint64_t zone;
	uint32_t tag;
	bool exclude;
};

/* Names are few: they are compared one by one only when frozen, sorted. */
struct name {
	char *text;
	uint32_t tag;
	bool exclude;
};

struct segment {
	range_at from, to;
	uint64_t zone;
	uint32_t tags;		/* which tag set */
};

struct named {
	const char *text;	/* borrowed from struct name */
	uint32_t tags;
};

struct ranges {
	struct entry *entries;
	size_t nentries, entry_cap;
	struct name *names;
	size_t nnames, name_cap;

	/* From here on: made by freezing. */
	struct segment *segments;
	size_t nsegments, segment_cap;
	struct segment *holes;		/* what is excluded; tags unused */
	size_t nholes, hole_cap;
	struct named *targets;
	size_t ntargets;
	struct range_tags *tags;
	uint64_t count, overlap;
};

/* Where a range begins or, one behind its last address, ends. */
struct event {
	range_at at;
	uint64_t zone;
	uint32_t tag;
	bool exclude, begins;
};

/* The walk over all events: what is open at this point. */
struct walk {
	struct ranges *set;
	size_t depth, excluded;		/* open ranges, open exclusions */
};

struct ranges *
ranges_new(void)
{
	return calloc(1, sizeof(struct ranges));
}

static void
thaw(struct ranges *r)
{
	free(r->segments);
	free(r->holes);
	free(r->targets);
	range_tags_free(r->tags);
	r->segments = r->holes = NULL;
	r->targets = NULL;
	r->tags = NULL;
	r->nsegments = r->segment_cap = r->nholes = r->hole_cap = 0;
	r->ntargets = 0;
	r->count = r->overlap = 0;
}

void
ranges_free(struct ranges *r)
{
	if (r == NULL)
		return;
	thaw(r);
	for (size_t i = 0; i < r->nnames; i++)
		free(r->names[i].text);
	free(r->names);
	free(r->entries);
	free(r);
}

/* Room for one more of `size` octets; the array doubles. */
static void *
grown(void *array, size_t n, size_t *cap, size_t size, struct err *e)
{
	size_t want = *cap == 0 ? 16 : *cap * 2;
	void *more;

	if (n < *cap)
		return array;
	if ((more = reallocarray(array, want, size)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for address ranges");
		return NULL;
	}
	*cap = want;
	return more;
}

static bool
add(struct ranges *r, const struct range_form *f, uint32_t tag, struct err *e)
{
	struct entry *entries;
	struct name *names;
	char *text;

	if (r->nentries + r->nnames >= ENTRIES_MAX)
		return fail(e, ERR_LIMIT, "more than %d address ranges",
		    ENTRIES_MAX);
	if (f->name[0] == '\0') {
		entries = grown(r->entries, r->nentries, &r->entry_cap,
		    sizeof(*entries), e);
		if (entries == NULL)
			return false;
		r->entries = entries;
		entries[r->nentries++] = (struct entry){ f->from, f->to,
		    f->zone, tag, f->exclude };
		return true;
	}
	names = grown(r->names, r->nnames, &r->name_cap, sizeof(*names), e);
	if (names == NULL)
		return false;
	r->names = names;
	if ((text = strdup(f->name)) == NULL)
		return fail(e, ERR_MEMORY, "no memory for address ranges");
	names[r->nnames++] = (struct name){ text, tag, f->exclude };
	return true;
}

bool
ranges_add(struct ranges *r, const char *text, uint32_t tag, struct err *e)
{
	size_t entries = r->nentries, names = r->nnames, at = 0, n;
	struct range_form form;
	const char *s;

	while (range_form_next(text, &at, &s, &n))
		if (!range_form_parse(s, n, &form, e) || !add(r, &form, tag, e))
			goto undo;
	return true;
undo:
	r->nentries = entries;
	while (r->nnames > names)
		free(r->names[--r->nnames].text);
	return false;
}

bool
ranges_add_span(struct ranges *r, const char *from, const char *to,
    uint32_t tag, struct err *e)
{
	struct range_form form;

	if (to == NULL || *to == '\0') {
		if (!range_form_parse(from, strlen(from), &form, e))
			return false;
	} else if (!range_form_span(from, to, &form, e)) {
		return false;
	}
	return add(r, &form, tag, e);
}

bool
ranges_exclude(struct ranges *r, const struct net_addr *a, struct err *e)
{
	struct range_form form = { .exclude = true };

	range_locate(a, &form.zone, &form.from);
	form.to = form.from;
	return add(r, &form, 0, e);
}

/* --- freezing: addresses ----------------------------------------------- */

static int
event_cmp(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->zone != y->zone)
		return x->zone < y->zone ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static size_t
put_events(struct event *ev, const struct entry *x, uint64_t zone)
{
	ev[0] = (struct event){ x->from, zone, x->tag, x->exclude, true };
	ev[1] = (struct event){ x->to + 1, zone, x->tag, x->exclude, false };
	/* Behind the last IPv6 address lies the next zone. */
	if (ev[1].at == 0)
		ev[1].zone++;
	return 2;
}

/* Whether this exclusion holds on every interface: it names none and touches
 * the link-local addresses. */
static bool
everywhere(const struct entry *x)
{
	return x->exclude && x->zone == RANGE_ZONE_V6 &&
	    x->from >> 118 <= RANGE_LINK_LOCAL &&
	    x->to >> 118 >= RANGE_LINK_LOCAL;
}

static int
zone_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The interfaces that ranges name, each once. */
static size_t
zones_of(const struct ranges *r, uint64_t *zones)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < r->nentries; i++)
		if (r->entries[i].zone > RANGE_ZONE_V6)
			zones[n++] = r->entries[i].zone;
	qsort(zones, n, sizeof(*zones), zone_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || zones[i] != zones[i - 1])
			zones[kept++] = zones[i];
	return kept;
}

/* Gives all begins and ends in order; NULL: no memory. */
static struct event *
events_of(const struct ranges *r, size_t *n)
{
	uint64_t *zones = calloc(r->nentries + 1, sizeof(*zones));
	size_t nzones, copies = 0;
	struct event *ev = NULL;

	*n = 0;
	if (zones == NULL)
		return NULL;
	nzones = zones_of(r, zones);
	for (size_t i = 0; i < r->nentries; i++)
		copies += everywhere(&r->entries[i]) ? 1 + nzones : 1;
	ev = calloc(copies + 1, 2 * sizeof(*ev));
	for (size_t i = 0; ev != NULL && i < r->nentries; i++) {
		const struct entry *x = &r->entries[i];

		*n += put_events(ev + *n, x, x->zone);
		for (size_t z = 0; everywhere(x) && z < nzones; z++)
			*n += put_events(ev + *n, x, zones[z]);
	}
	free(zones);
	if (ev != NULL)
		qsort(ev, *n, sizeof(*ev), event_cmp);
	return ev;
}

/* Appends, or lengthens the last one when nothing changes between them. */
static bool
push(struct segment **array, size_t *n, size_t *cap, struct segment s,
    struct err *e)
{
	struct segment *last = *n > 0 ? &(*array)[*n - 1] : NULL, *more;

	if (last != NULL && last->zone == s.zone && last->tags == s.tags &&
	    last->to + 1 == s.from) {
		last->to = s.to;
		return true;
	}
	more = grown(*array, *n, cap, sizeof(*more), e);
	if (more == NULL)
		return false;
	*array = more;
	more[(*n)++] = s;
	return true;
}

static uint64_t
plus(uint64_t a, range_at b)
{
	range_at sum = (range_at)a + b;

	return sum < b || sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

/* The stretch between two neighbouring events. */
static bool
stretch(struct walk *w, uint64_t zone, range_at from, range_at to,
    struct err *e)
{
	struct segment s = { from, to, zone, 0 };
	struct ranges *r = w->set;

	if (w->depth > 1)
		r->overlap = plus(r->overlap, to - from + 1);
	if (w->excluded > 0)
		return push(&r->holes, &r->nholes, &r->hole_cap, s, e);
	if (w->depth == 0)
		return true;
	if (!range_tags_current(r->tags, &s.tags, e))
		return false;
	r->count = plus(r->count, to - from + 1);
	return push(&r->segments, &r->nsegments, &r->segment_cap, s, e);
}

static bool
step(struct walk *w, const struct event *ev, struct err *e)
{
	size_t *count = ev->exclude ? &w->excluded : &w->depth;

	*count += ev->begins ? (size_t)1 : SIZE_MAX;
	if (ev->exclude)
		return true;
	if (ev->begins)
		return range_tags_open(w->set->tags, ev->tag, e);
	range_tags_close(w->set->tags, ev->tag);
	return true;
}

static bool
freeze_addresses(struct ranges *r, struct err *e)
{
	struct walk w = { .set = r };
	bool ok = true;
	size_t n;
	struct event *ev = events_of(r, &n);

	if (ev == NULL)
		return fail(e, ERR_MEMORY, "no memory for address ranges");
	for (size_t i = 0; ok && i < n; i++) {
		if (i > 0 && event_cmp(&ev[i - 1], &ev[i]) != 0 &&
		    w.depth + w.excluded > 0)
			ok = stretch(&w, ev[i - 1].zone, ev[i - 1].at,
			    ev[i].at - 1, e);
		ok = ok && step(&w, &ev[i], e);
	}
	free(ev);
	return ok;
}

/* --- freezing: names --------------------------------------------------- */

/* Points into the names, in order of their text, then as they were given. */
static int
name_cmp(const void *a, const void *b)
{
	const struct name *x = *(struct name *const *)a;
	const struct name *y = *(struct name *const *)b;
	int d = strcmp(x->text, y->text);

	return d != 0 ? d : x < y ? -1 : x > y;
}

/* All that was said about one name, n of them: one target with the tags of
 * all, or none when one excludes it.  *first is where it was named first. */
static bool
merge_name(struct ranges *r, struct name **same, size_t n, uint32_t *tags,
    struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++)
		if (!same[i]->exclude)
			ok = range_tags_open(r->tags, same[i]->tag, e);
	ok = ok && range_tags_current(r->tags, tags, e);
	for (size_t i = 0; ok && i < n; i++)
		if (!same[i]->exclude)
			range_tags_close(r->tags, same[i]->tag);
	return ok;
}

static bool
freeze_sorted(struct ranges *r, struct name **sorted, uint32_t *tags_of,
    struct err *e)
{
	for (size_t i = 0, n; i < r->nnames; i += n) {
		size_t wanted = 0;

		for (n = 0; i + n < r->nnames &&
		    strcmp(sorted[i]->text, sorted[i + n]->text) == 0; n++)
			wanted += !sorted[i + n]->exclude;
		if (wanted > 1)
			r->overlap = plus(r->overlap, 1);
		if (wanted < n)		/* some "!name" among them */
			continue;
		if (!merge_name(r, sorted + i, n,
		    &tags_of[sorted[i] - r->names], e))
			return false;
		r->ntargets++;
	}
	return true;
}

static bool
freeze_names(struct ranges *r, struct err *e)
{
	struct name **sorted = calloc(r->nnames + 1, sizeof(*sorted));
	uint32_t *tags_of = malloc((r->nnames + 1) * sizeof(*tags_of));
	bool ok = false;

	if (sorted == NULL || tags_of == NULL) {
		fail(e, ERR_MEMORY, "no memory for host names");
		goto out;
	}
	for (size_t i = 0; i < r->nnames; i++) {
		sorted[i] = &r->names[i];
		tags_of[i] = UINT32_MAX;
	}
	if (r->nnames > 0)
		qsort(sorted, r->nnames, sizeof(struct name *), name_cmp);
	if (!freeze_sorted(r, sorted, tags_of, e))
		goto out;
	r->targets = calloc(r->ntargets + 1, sizeof(*r->targets));
	if (r->targets == NULL) {
		fail(e, ERR_MEMORY, "no memory for host names");
		goto out;
	}
	r->count = plus(r->count, r->ntargets);
	r->ntargets = 0;
	for (size_t i = 0; i < r->nnames; i++)	/* in the order given */
		if (tags_of[i] != UINT32_MAX)
			r->targets[r->ntargets++] = (struct named){
			    r->names[i].text, tags_of[i] };
	ok = true;
out:
	free(sorted);
	free(tags_of);
	return ok;
}

bool
ranges_freeze(struct ranges *r, struct err *e)
{
	thaw(r);
	if ((r->tags = range_tags_new()) == NULL)
		return fail(e, ERR_MEMORY, "no memory for address ranges");
	if (freeze_addresses(r, e) && freeze_names(r, e)) {
		range_tags_settle(r->tags);
		return true;
	}
	thaw(r);
	return false;
}

/* --- after freezing ---------------------------------------------------- */

uint64_t
ranges_count(const struct ranges *r)
{
	return r->count;
}

uint64_t
ranges_overlap(const struct ranges *r)
{
	return r->overlap;
}

static bool
in_hole(const struct ranges *r, uint64_t zone, range_at at)
{
	size_t low = 0, high = r->nholes, mid;

	while (low < high) {
		const struct segment *s;

		mid = low + (high - low) / 2;
		s = &r->holes[mid];
		if (s->zone == zone && s->from <= at && at <= s->to)
			return true;
		if (s->zone < zone || (s->zone == zone && s->to < at))
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool
ranges_excluded(const struct ranges *r, const struct net_addr *a)
{
	uint64_t zone;
	range_at at;

	range_locate(a, &zone, &at);
	return in_hole(r, zone, at) ||
	    (zone > RANGE_ZONE_V6 && in_hole(r, RANGE_ZONE_V6, at));
}

const char *
ranges_excluded_name(const struct ranges *r, size_t index)
{
	for (size_t i = 0; i < r->nnames; i++)
		if (r->names[i].exclude && index-- == 0)
			return r->names[i].text;
	return NULL;
}

bool
ranges_next(const struct ranges *r, struct range_iter *it,
    struct range_target *t)
{
	const struct segment *s;
	size_t name;

	*t = (struct range_target){ 0 };
	if (it->segment < r->nsegments) {
		s = &r->segments[it->segment];
		range_address(s->zone, s->from + it->offset, &t->addr);
		t->tags = range_tags_list(r->tags, s->tags, &t->ntags);
		if (s->from + it->offset++ == s->to)
			*it = (struct range_iter){ it->segment + 1, 0 };
		return true;
	}
	if ((name = it->segment - r->nsegments) >= r->ntargets)
		return false;
	t->name = r->targets[name].text;
	t->tags = range_tags_list(r->tags, r->targets[name].tags, &t->ntags);
	it->segment++;
	return true;
}

void
ranges_skip(const struct ranges *r, struct range_iter *it, uint64_t n)
{
	const struct segment *s;
	range_at left;

	for (; it->segment < r->nsegments; it->segment++, it->offset = 0) {
		s = &r->segments[it->segment];
		left = s->to - s->from - it->offset + 1;
		if (n < left) {
			it->offset += n;
			return;
		}
		n -= (uint64_t)left;
	}
	if (n > r->nsegments + r->ntargets - it->segment)
		n = r->nsegments + r->ntargets - it->segment;
	it->segment += n;
}

/* The prefix length of a segment that is exactly one prefix; -1: it is not. */
static int
prefix_of(const struct segment *s)
{
	range_at span = s->to - s->from;	/* one less than the size */
	int bits = s->zone == 0 ? 32 : 128;

	if ((span & (span + 1)) != 0 || (s->from & span) != 0)
		return -1;
	for (; span != 0; span >>= 1)
		bits--;
	return bits;
}

static void
span_text(const struct segment *s, struct range_span *out)
{
	char from[NET_ADDR_TEXT], to[NET_ADDR_TEXT];
	int bits = prefix_of(s);

	net_addr_text(&out->from, from);
	net_addr_text(&out->to, to);
	if (s->from == s->to)
		text_copy(out->text, sizeof(out->text), from);
	else if (bits >= 0)
		snprintf(out->text, sizeof(out->text), "%s/%d", from, bits);
	else
		snprintf(out->text, sizeof(out->text), "%s-%s", from, to);
}

bool
ranges_span(const struct ranges *r, size_t i, struct range_span *out)
{
	*out = (struct range_span){ .count = 1 };
	if (i < r->nsegments) {
		const struct segment *s = &r->segments[i];

		range_address(s->zone, s->from, &out->from);
		range_address(s->zone, s->to, &out->to);
		out->count = plus(0, s->to - s->from + 1);
		out->tags = range_tags_list(r->tags, s->tags, &out->ntags);
		span_text(s, out);
		return true;
	}
	if ((i -= r->nsegments) >= r->ntargets)
		return false;
	out->name = r->targets[i].text;
	out->tags = range_tags_list(r->tags, r->targets[i].tags, &out->ntags);
	text_copy(out->text, sizeof(out->text), out->name);
	return true;
}
