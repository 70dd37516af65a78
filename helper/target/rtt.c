/* rtt.c: adaptive waiting. */
#include <stdlib.h>
#include <string.h>

#include "helper/target/rtt.h"

#define MS     INT64_C(1000000)
#define BLOCKS 4096		/* a power of two */

/* Nobody answered yet: TCP's own first guess (RFC 6298 2.1). */
#define UNKNOWN      (1000 * MS)
/* Below these nothing is gained but speed: a local network answers in less than
 * a millisecond, a busy machine or a sleeping wireless card does not.  A sweep
 * held back by its rate has all the patience it wants for nothing. */
static const struct least { int64_t first, second; } leasts[] = {
	[false] = { 75 * MS, 125 * MS },
	[true] = { 200 * MS, 500 * MS },	/* patient */
};

struct smooth {
	int64_t mean, spread;	/* SRTT and RTTVAR; mean 0: no answer yet */
};

struct block {
	uint64_t key;
	struct smooth smooth;
};

struct rtt {
	int64_t most;
	const struct least *least;
	struct smooth all;
	struct block blocks[BLOCKS];
};

struct rtt *
rtt_new(int64_t most, bool patient)
{
	struct rtt *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->most = most;
	r->least = &leasts[patient];
	return r;
}

void
rtt_free(struct rtt *r)
{
	free(r);
}

static uint64_t
key_of(const struct net_addr *a)
{
	uint64_t key = 0;

	for (size_t i = 0; i < (a->family == 4 ? 3 : 8); i++)
		key = key << 8 | a->ip[i];
	return a->family == 4 ? key : key ^ UINT64_C(1) << 63 ^ a->scope;
}

static size_t
slot_of(uint64_t key)
{
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 52) % BLOCKS;
}

static void
smooth_in(struct smooth *s, int64_t took)
{
	int64_t off;

	if (s->mean == 0) {
		s->mean = took;
		s->spread = took / 2;
		return;
	}
	off = took > s->mean ? took - s->mean : s->mean - took;
	s->spread += (off - s->spread) / 4;
	s->mean += (took - s->mean) / 8;
	if (s->mean == 0)
		s->mean = 1;
}

void
rtt_answer(struct rtt *r, const struct net_addr *a, int64_t took)
{
	uint64_t key = key_of(a);
	struct block *b = &r->blocks[slot_of(key)];

	if (took < 1)
		took = 1;
	if (b->key != key)
		*b = (struct block){ .key = key };
	smooth_in(&b->smooth, took);
	smooth_in(&r->all, took);
}

static int64_t
wait_of(const struct smooth *s)
{
	return s->mean + 4 * s->spread;
}

static int64_t
bounded(int64_t v, int64_t least, int64_t most)
{
	if (v < least)
		v = least;
	return v < most ? v : most;
}

static const struct smooth *
block_of(const struct rtt *r, const struct net_addr *a)
{
	uint64_t key = key_of(a);
	const struct block *b = &r->blocks[slot_of(key)];

	return b->key == key && b->smooth.mean != 0 ? &b->smooth : NULL;
}

int64_t
rtt_first(const struct rtt *r, const struct net_addr *a)
{
	const struct smooth *s = block_of(r, a);

	if (s == NULL)
		s = &r->all;
	return bounded(s->mean == 0 ? UNKNOWN : wait_of(s),
	    r->least->first, r->most);
}

int64_t
rtt_second(const struct rtt *r, const struct net_addr *a)
{
	const struct smooth *s = block_of(r, a);

	/* Where no neighbour answered, speed elsewhere proves nothing. */
	if (s == NULL)
		return bounded(2 * wait_of(&r->all), UNKNOWN, r->most);
	return bounded(2 * wait_of(s), r->least->second, r->most);
}
