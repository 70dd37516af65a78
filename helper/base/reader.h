/* reader.h: the checked cursor.  Every byte from outside is read through it.
 * Stands alone: knows no protocol.
 *
 * The first short read sticks: `bad` is set, later reads give 0 or NULL and
 * move nothing.  Ask once before believing; in a loop `bad` is part of the
 * condition, because 0 may be a meaning.  Byte order is in the name.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

/* Borrows p for as long as the cursor is used. */
struct rd {
	const uint8_t *p;
	size_t len, pos;
	bool bad;
};

struct rd rd_new(const void *p, size_t len);

uint8_t  rd_u8(struct rd *);
uint16_t rd_le16(struct rd *);
uint32_t rd_le32(struct rd *);
uint64_t rd_le64(struct rd *);
uint16_t rd_be16(struct rd *);
uint32_t rd_be32(struct rd *);
uint64_t rd_be64(struct rd *);

/* The next n bytes, borrowed from the buffer; NULL once bad. */
const uint8_t *rd_bytes(struct rd *, size_t n);
/* Copies n bytes out; dst is zeroed when there are not enough. */
void rd_copy(struct rd *, void *dst, size_t n);
void rd_skip(struct rd *, size_t n);
/* Skips up to the next multiple of `to`, counted from the cursor's start. */
void rd_align(struct rd *, size_t to);

/* A 32-bit count of things of `each` bytes that fit in what is left, else bad. */
uint32_t rd_count32(struct rd *, size_t each);
/* The next n bytes as a cursor of their own (bad when there are not enough). */
struct rd rd_take(struct rd *, size_t n);
/* n bytes at offset `off` from the start: for (offset, length) fields.  Moves
 * nothing; the answer is bad, and `rd` too, when it does not fit. */
struct rd rd_window(struct rd *, size_t off, size_t n);
/* Moves to an absolute offset; bad when it lies behind the end. */
void rd_seek(struct rd *, size_t off);

size_t rd_left(const struct rd *);
/* Nothing bad and nothing left over. */
bool rd_done(const struct rd *) CHECKED;

#endif
