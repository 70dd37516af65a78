#include "helper/base/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"

struct wr
wr_new(size_t max)
{
	return (struct wr){ .max = max };
}

void
wr_free(struct wr *w)
{
	if (w->p != NULL)
		wipe(w->p, w->cap);
	free(w->p);
	*w = (struct wr){ .max = w->max };
}

void
wr_reset(struct wr *w)
{
	if (w->p != NULL)
		wipe(w->p, w->len);
	w->len = 0;
	w->bad = false;
}

/* Room for n more bytes and a NUL that is not counted. */
static bool
grow(struct wr *w, size_t n)
{
	size_t cap = w->cap != 0 ? w->cap : 64;
	uint8_t *p;

	if (w->bad || n > w->max - w->len) {
		w->bad = true;
		return false;
	}
	if (w->cap > w->len + n)
		return true;
	while (cap <= w->len + n)
		cap *= 2;
	if ((p = malloc(cap)) == NULL) {
		w->bad = true;
		return false;
	}
	if (w->p != NULL) {
		memcpy(p, w->p, w->len);
		wipe(w->p, w->cap);
		free(w->p);
	}
	w->p = p;
	w->cap = cap;
	return true;
}

uint8_t *
wr_space(struct wr *w, size_t n)
{
	uint8_t *at;

	if (!grow(w, n))
		return NULL;
	at = w->p + w->len;
	w->len += n;
	return at;
}

void
wr_bytes(struct wr *w, const void *src, size_t n)
{
	uint8_t *p = wr_space(w, n);

	if (p != NULL && n != 0)
		memcpy(p, src, n);
}

void
wr_zero(struct wr *w, size_t n)
{
	uint8_t *p = wr_space(w, n);

	if (p != NULL)
		memset(p, 0, n);
}

void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

void
wr_le16(struct wr *w, uint16_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8) }, 2);
}

void
wr_le32(struct wr *w, uint32_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8),
	    (uint8_t)(v >> 16), (uint8_t)(v >> 24) }, 4);
}

void
wr_le64(struct wr *w, uint64_t v)
{
	wr_le32(w, (uint32_t)v);
	wr_le32(w, (uint32_t)(v >> 32));
}

void
wr_be16(struct wr *w, uint16_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

void
wr_be32(struct wr *w, uint32_t v)
{
	wr_be16(w, (uint16_t)(v >> 16));
	wr_be16(w, (uint16_t)v);
}

void
wr_be64(struct wr *w, uint64_t v)
{
	wr_be32(w, (uint32_t)(v >> 32));
	wr_be32(w, (uint32_t)v);
}

void
wr_str(struct wr *w, const char *s)
{
	wr_bytes(w, s, strlen(s));
}

void
wr_printf(struct wr *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !grow(w, (size_t)n)) {
		w->bad = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf((char *)w->p + w->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	w->len += (size_t)n;
}

void
wr_align(struct wr *w, size_t from, size_t to)
{
	size_t over = (w->len - from) % to;

	if (over != 0)
		wr_zero(w, to - over);
}

size_t
wr_hole16(struct wr *w)
{
	wr_zero(w, 2);
	return w->len - 2;
}

size_t
wr_hole32(struct wr *w)
{
	wr_zero(w, 4);
	return w->len - 4;
}

static void
fill(struct wr *w, size_t hole, size_t v, size_t width)
{
	if (w->bad || hole > w->len || width > w->len - hole ||
	    (width < sizeof(v) && v >> (8 * width) != 0)) {
		w->bad = true;
		return;
	}
	for (size_t i = 0; i < width; i++)
		w->p[hole + i] = (uint8_t)(v >> (8 * i));
}

void
wr_fill16(struct wr *w, size_t hole, size_t v)
{
	fill(w, hole, v, 2);
}

void
wr_fill32(struct wr *w, size_t hole, size_t v)
{
	fill(w, hole, v, 4);
}

const char *
wr_cstr(struct wr *w)
{
	if (!grow(w, 0))
		return NULL;
	w->p[w->len] = '\0';
	return (const char *)w->p;
}

char *
wr_give(struct wr *w)
{
	char *p;

	if (wr_cstr(w) == NULL)
		return NULL;
	p = (char *)w->p;
	*w = (struct wr){ .max = w->max };
	return p;
}
