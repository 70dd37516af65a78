/* range_tags.c: sets of tags, interned. */
#include <stdlib.h>
#include <string.h>

#include "helper/target/range_tags.h"

#define TAGS_MAX (1u << 22)	/* in all different sets together */

struct open_tag { uint32_t tag, times; };
struct set { uint32_t at, n, hash; };

struct range_tags {
	struct open_tag *open;		/* ascending */
	size_t nopen, open_cap;
	uint32_t *tags;			/* the sets, one behind the other */
	size_t ntags, tag_cap;
	struct set *sets;
	size_t nsets, set_cap;
	uint32_t *slots;		/* hash table of set number + 1 */
	size_t nslots;			/* a power of two */
	uint32_t last;			/* the set of the previous answer ... */
	bool fresh;			/* ... which still holds */
};

struct range_tags *
range_tags_new(void)
{
	return calloc(1, sizeof(struct range_tags));
}

void
range_tags_settle(struct range_tags *t)
{
	free(t->open);
	free(t->slots);
	t->open = NULL;
	t->slots = NULL;
	t->nopen = t->open_cap = t->nslots = 0;
}

void
range_tags_free(struct range_tags *t)
{
	if (t == NULL)
		return;
	range_tags_settle(t);
	free(t->tags);
	free(t->sets);
	free(t);
}

static bool
room(void *array, size_t need, size_t *cap, size_t size, struct err *e)
{
	void **p = array, *more;
	size_t want = *cap == 0 ? 16 : *cap;

	while (want < need)
		want *= 2;
	if (want == *cap)
		return true;
	if ((more = reallocarray(*p, want, size)) == NULL)
		return fail(e, ERR_MEMORY, "no memory for address ranges");
	*p = more;
	*cap = want;
	return true;
}

/* Where the tag is, or would be. */
static size_t
find_open(const struct range_tags *t, uint32_t tag)
{
	size_t low = 0, high = t->nopen, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (t->open[mid].tag < tag)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
range_tags_open(struct range_tags *t, uint32_t tag, struct err *e)
{
	size_t i = find_open(t, tag);

	if (i < t->nopen && t->open[i].tag == tag) {
		t->open[i].times++;
		return true;
	}
	if (!room(&t->open, t->nopen + 1, &t->open_cap, sizeof(*t->open), e))
		return false;
	memmove(&t->open[i + 1], &t->open[i],
	    (t->nopen - i) * sizeof(*t->open));
	t->open[i] = (struct open_tag){ tag, 1 };
	t->nopen++;
	t->fresh = false;
	return true;
}

void
range_tags_close(struct range_tags *t, uint32_t tag)
{
	size_t i = find_open(t, tag);

	if (i == t->nopen || t->open[i].tag != tag || --t->open[i].times > 0)
		return;
	t->nopen--;
	memmove(&t->open[i], &t->open[i + 1],
	    (t->nopen - i) * sizeof(*t->open));
	t->fresh = false;
}

/* FNV-1a over whole tags; nobody outside chooses enough sets to matter. */
static uint32_t
hash_open(const struct range_tags *t)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < t->nopen; i++) {
		h = (h ^ t->open[i].tag) * 16777619u;
		h ^= h >> 15;
	}
	return h;
}

static bool
is_open_set(const struct range_tags *t, const struct set *s)
{
	if (s->n != t->nopen)
		return false;
	for (size_t i = 0; i < t->nopen; i++)
		if (t->tags[s->at + i] != t->open[i].tag)
			return false;
	return true;
}

static void
enter(struct range_tags *t, uint32_t number)
{
	size_t mask = t->nslots - 1, i = t->sets[number].hash & mask;

	while (t->slots[i] != 0)
		i = (i + 1) & mask;
	t->slots[i] = number + 1;
}

static bool
rehash(struct range_tags *t, struct err *e)
{
	size_t want = t->nslots == 0 ? 64 : t->nslots * 2;
	uint32_t *slots;

	if (t->nsets * 2 < t->nslots)
		return true;
	if ((slots = calloc(want, sizeof(*slots))) == NULL)
		return fail(e, ERR_MEMORY, "no memory for address ranges");
	free(t->slots);
	t->slots = slots;
	t->nslots = want;
	for (uint32_t i = 0; i < t->nsets; i++)
		enter(t, i);
	return true;
}

static bool
keep(struct range_tags *t, uint32_t hash, uint32_t *number, struct err *e)
{
	if (t->ntags + t->nopen > TAGS_MAX)
		return fail(e, ERR_LIMIT, "too many address ranges lie inside "
		    "each other with different credentials");
	if (!room(&t->tags, t->ntags + t->nopen, &t->tag_cap,
	    sizeof(*t->tags), e) ||
	    !room(&t->sets, t->nsets + 1, &t->set_cap, sizeof(*t->sets), e) ||
	    !rehash(t, e))
		return false;
	*number = (uint32_t)t->nsets++;
	t->sets[*number] = (struct set){ (uint32_t)t->ntags,
	    (uint32_t)t->nopen, hash };
	for (size_t i = 0; i < t->nopen; i++)
		t->tags[t->ntags++] = t->open[i].tag;
	enter(t, *number);
	return true;
}

bool
range_tags_current(struct range_tags *t, uint32_t *number, struct err *e)
{
	uint32_t hash;

	if (!t->fresh) {
		hash = hash_open(t);
		t->last = UINT32_MAX;
		for (size_t i = hash; t->nslots > 0; i++) {
			uint32_t s = t->slots[i & (t->nslots - 1)];

			if (s == 0)
				break;
			if (t->sets[s - 1].hash == hash &&
			    is_open_set(t, &t->sets[s - 1])) {
				t->last = s - 1;
				break;
			}
		}
		if (t->last == UINT32_MAX && !keep(t, hash, &t->last, e))
			return false;
		t->fresh = true;
	}
	*number = t->last;
	return true;
}

const uint32_t *
range_tags_list(const struct range_tags *t, uint32_t number, size_t *n)
{
	*n = t->sets[number].n;
	return t->tags + t->sets[number].at;
}
