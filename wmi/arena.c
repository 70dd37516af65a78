#include "wmi/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096u

struct arena_chunk {
	struct arena_chunk *next;
	size_t cap, len;
	_Alignas(16) uint8_t data[];
};

static void *
take(struct arena *a, size_t n, size_t align)
{
	struct arena_chunk *c = a->at;
	size_t from = c != NULL ? (c->len + align - 1) & ~(align - 1) : 0, cap;

	if (c != NULL && from <= c->cap && n <= c->cap - from) {
		c->len = from + n;
		return c->data + from;
	}
	cap = n > CHUNK ? n : CHUNK;
	if (n > ARENA_MAX || a->used > ARENA_MAX - cap ||
	    (c = malloc(sizeof(*c) + cap)) == NULL)
		return NULL;
	*c = (struct arena_chunk){ .cap = cap, .len = n };
	a->used += cap;
	if (a->at != NULL)
		a->at->next = c;
	else
		a->first = c;
	a->at = c;
	return c->data;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n, 16);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

char *
arena_text(struct arena *a, size_t n)
{
	return take(a, n, 1);
}

void
arena_trim(struct arena *a, const char *end)
{
	a->at->len = (size_t)((const uint8_t *)end - a->at->data);
}

bool
arena_vain(struct arena *a, size_t n)
{
	if (n > ARENA_VAIN_MAX - a->vain)
		return false;
	a->vain += n;
	return true;
}

static void
free_chunks(struct arena_chunk *c)
{
	for (struct arena_chunk *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
}

void
arena_reset(struct arena *a)
{
	a->vain = 0;
	if (a->first == NULL)
		return;
	free_chunks(a->first->next);
	a->first->next = NULL;
	a->first->len = 0;
	a->at = a->first;
	a->used = a->first->cap;
}

void
arena_free(struct arena *a)
{
	free_chunks(a->first);
	*a = (struct arena){ 0 };
}
