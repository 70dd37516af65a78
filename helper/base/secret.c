#include "helper/base/secret.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct secret {
	atomic_uint holders;
	size_t len, mapped;
	char bytes[];
};

void
wipe(void *p, size_t n)
{
	if (p != NULL && n != 0)
		explicit_bzero(p, n);
}

void
wipe_free_str(char *s)
{
	if (s != NULL)
		wipe(s, strlen(s));
	free(s);
}

struct secret *
secret_new(const void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t need = sizeof(struct secret) + n + 1;
	struct secret *s;

	if (n > SIZE_MAX / 2)
		return NULL;
	/* Pages of its own, so that they can be kept out of a dump. */
	need = (need + page - 1) / page * page;
	s = mmap(NULL, need, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return NULL;
	(void)madvise(s, need, MADV_DONTDUMP);
	atomic_init(&s->holders, 1);
	s->len = n;
	s->mapped = need;
	if (n != 0)
		memcpy(s->bytes, p, n);
	return s;
}

struct secret *
secret_from_str(const char *s)
{
	return secret_new(s, strlen(s));
}

struct secret *
secret_ref(struct secret *s)
{
	if (s != NULL)
		atomic_fetch_add(&s->holders, 1);
	return s;
}

void
secret_free(struct secret *s)
{
	size_t mapped;

	if (s == NULL || atomic_fetch_sub(&s->holders, 1) != 1)
		return;
	mapped = s->mapped;
	wipe(s, mapped);
	munmap(s, mapped);
}

const char *
secret_str(const struct secret *s)
{
	return s->bytes;
}

size_t
secret_len(const struct secret *s)
{
	return s->len;
}

bool
bytes_equal(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ = (uint8_t)(differ | (x[i] ^ y[i]));
	return differ == 0;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->len == b->len && bytes_equal(a->bytes, b->bytes, a->len);
}

void *
wiping_malloc(size_t n)
{
	return malloc(n);
}

void *
wiping_calloc(size_t n, size_t each)
{
	return calloc(n, each);
}

void
wiping_free(void *p)
{
	if (p != NULL)
		wipe(p, malloc_usable_size(p));
	free(p);
}

void *
wiping_realloc(void *p, size_t n)
{
	size_t had;
	void *q;

	if (p == NULL)
		return malloc(n);
	had = malloc_usable_size(p);
	if (n <= had && n >= had / 2)
		return p;
	if ((q = malloc(n)) == NULL)
		return NULL;
	memcpy(q, p, had < n ? had : n);
	wiping_free(p);
	return q;
}

char *
wiping_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = malloc(n);

	if (p != NULL)
		memcpy(p, s, n);
	return p;
}
