#include "helper/base/reader.h"

#include <string.h>

struct rd
rd_new(const void *p, size_t len)
{
	return (struct rd){ .p = p, .len = len };
}

size_t
rd_left(const struct rd *r)
{
	return r->bad ? 0 : r->len - r->pos;
}

/* The one place that decides whether n more bytes may be touched. */
const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *at;

	if (r->bad || n > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	/* An empty buffer may be NULL; give something that may be read 0 times. */
	at = r->p != NULL ? r->p + r->pos : (const uint8_t *)"";
	r->pos += n;
	return at;
}

uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
rd_le16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)((unsigned)p[0] | (unsigned)p[1] << 8) : 0;
}

uint32_t
rd_le32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint64_t
rd_le64(struct rd *r)
{
	struct rd eight = rd_take(r, 8);
	uint64_t low = rd_le32(&eight);

	return low | (uint64_t)rd_le32(&eight) << 32;
}

uint16_t
rd_be16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)((unsigned)p[0] << 8 | (unsigned)p[1]) : 0;
}

uint32_t
rd_be32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

uint64_t
rd_be64(struct rd *r)
{
	struct rd eight = rd_take(r, 8);
	uint64_t high = rd_be32(&eight);

	return high << 32 | rd_be32(&eight);
}

void
rd_copy(struct rd *r, void *dst, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p != NULL)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

void
rd_align(struct rd *r, size_t to)
{
	size_t over = r->pos % to;

	if (over != 0)
		rd_skip(r, to - over);
}

uint32_t
rd_count32(struct rd *r, size_t each)
{
	uint32_t n = rd_le32(r);

	if (each != 0 && n > rd_left(r) / each)
		r->bad = true;
	return r->bad ? 0 : n;
}

struct rd
rd_take(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p == NULL)
		return (struct rd){ .bad = true };
	return rd_new(p, n);
}

struct rd
rd_window(struct rd *r, size_t off, size_t n)
{
	if (r->bad || off > r->len || n > r->len - off) {
		r->bad = true;
		return (struct rd){ .bad = true };
	}
	return rd_new(r->p != NULL ? r->p + off : NULL, n);
}

void
rd_seek(struct rd *r, size_t off)
{
	if (r->bad || off > r->len)
		r->bad = true;
	else
		r->pos = off;
}

bool
rd_done(const struct rd *r)
{
	return !r->bad && r->pos == r->len;
}
