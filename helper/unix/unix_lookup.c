/* unix_lookup.c: names and what goes with them, of a host's lists. */
#include <stdlib.h>

#include "helper/unix/unix_parse.h"

#define PAIRS_MAX 1000000

void
lookup_add(struct lookup *l, struct span key, struct span value)
{
	struct lookup_pair *more;
	size_t cap;

	if (l->n == l->cap) {
		cap = l->cap == 0 ? 64 : 2 * l->cap;
		if (cap > PAIRS_MAX ||
		    (more = reallocarray(l->v, cap, sizeof(*more))) == NULL)
			return;
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n++] = (struct lookup_pair){ key, value };
}

static int
by_key(const void *a, const void *b)
{
	const struct lookup_pair *x = a, *y = b;
	int order = span_cmp(x->key, y->key);

	/* of two with one name the first that the host printed */
	return order != 0 ? order : x->value.p < y->value.p ? -1 :
	    x->value.p > y->value.p;
}

void
lookup_sort(struct lookup *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_key);
}

/* Where the first of a key would stand. */
static size_t
first_of(const struct lookup *l, struct span key)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (span_cmp(l->v[mid].key, key) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

bool
lookup_next(const struct lookup *l, struct span key, size_t *i,
    struct span *value)
{
	size_t at = first_of(l, key) + *i;

	if (at >= l->n || span_cmp(l->v[at].key, key) != 0)
		return false;
	*value = l->v[at].value;
	++*i;
	return true;
}

bool
lookup_get(const struct lookup *l, struct span key, struct span *value)
{
	size_t from = first_of(l, key);

	if (from == l->n || span_cmp(l->v[from].key, key) != 0)
		return false;
	*value = l->v[from].value;
	return true;
}

void
lookup_free(struct lookup *l)
{
	free(l->v);
	*l = (struct lookup){ .v = NULL };
}
