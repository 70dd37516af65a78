/* writer.h: the mirror of reader.h, a growing buffer with a limit from birth.
 * Stands alone: knows no protocol.
 *
 * The first failure (limit reached, no memory, a length too large for its
 * field) sticks in `bad`; write straight on and ask once, at the end.
 * Grows by copy and wipe, never by realloc, so no secret is left behind.
 */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

/* Owns p.  wr_free() wipes and frees; a zeroed struct wr may be freed too. */
struct wr {
	uint8_t *p;
	size_t len, cap, max;
	bool bad;
};

struct wr wr_new(size_t max);
void      wr_free(struct wr *);
/* Forgets the content (wiped), keeps the memory. */
void      wr_reset(struct wr *);

void wr_u8(struct wr *, uint8_t);
void wr_le16(struct wr *, uint16_t);
void wr_le32(struct wr *, uint32_t);
void wr_le64(struct wr *, uint64_t);
void wr_be16(struct wr *, uint16_t);
void wr_be32(struct wr *, uint32_t);
void wr_be64(struct wr *, uint64_t);
void wr_bytes(struct wr *, const void *, size_t n);
void wr_zero(struct wr *, size_t n);
/* Text without its NUL. */
void wr_str(struct wr *, const char *);
void wr_printf(struct wr *, const char *fmt, ...) PRINTF(2, 3);
/* Zeroes up to the next multiple of `to`, counted from `from`. */
void wr_align(struct wr *, size_t from, size_t to);
/* n bytes to be filled by the caller before the next wr_ call; NULL once bad. */
uint8_t *wr_space(struct wr *, size_t n);

/* Reserve a length field and fill it later; a value too large sets bad. */
size_t wr_hole16(struct wr *);
size_t wr_hole32(struct wr *);
void   wr_fill16(struct wr *, size_t hole, size_t v);
void   wr_fill32(struct wr *, size_t hole, size_t v);

/* The content as a NUL-terminated string, borrowed; NULL once bad. */
const char *wr_cstr(struct wr *);
/* Gives the buffer (NUL-terminated) to the caller, who frees it with free();
 * the writer is empty afterwards.  NULL once bad. */
char *wr_give(struct wr *) CHECKED;

#endif
