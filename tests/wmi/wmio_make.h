/* wmio_make.h: encoded classes and instances made by hand, for tests.  Written
 * from [MS-WMIO] 2.2, apart from the product's own encoder. */
#ifndef TESTS_WMI_WMIO_MAKE_H
#define TESTS_WMI_WMIO_MAKE_H

#include <string.h>

#include "helper/base/writer.h"

/* width in the table; nd: the class's two bits; value: table octets */
struct prop {
	const char *name;
	uint32_t type;
	unsigned width;
	uint64_t value;
	unsigned nd;
};

static inline uint32_t
put_estr(struct wr *w, const char *s)
{
	uint32_t at = (uint32_t)w->len;

	wr_u8(w, 0);
	wr_str(w, s);
	wr_u8(w, 0);
	return at;
}

static inline void
put_le(struct wr *w, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		wr_u8(w, (uint8_t)(v >> (8 * i)));
}

static inline void
put_tables(struct wr *w, const struct prop *p, size_t n)
{
	for (size_t i = 0; i < n; i += 4) {
		unsigned bits = 0;

		for (size_t k = 0; k < 4 && i + k < n; k++)
			bits |= p[i + k].nd << (2 * k);
		wr_u8(w, (uint8_t)bits);
	}
	for (size_t i = 0; i < n; i++)
		put_le(w, p[i].value, p[i].width);
}

/* heap holds what the defaults refer to; names go behind it. */
static inline void
put_class_part(struct wr *w, const char *name, const char *parent,
    const struct prop *p, size_t n, struct wr *heap)
{
	uint32_t refs[64][2], offset = 0, class_ref = 0xffffffffu;
	size_t start = w->len, hole, derivation;

	if (name != NULL)
		class_ref = put_estr(heap, name);
	for (size_t i = 0; i < n; i++) {
		refs[i][0] = put_estr(heap, p[i].name);
		refs[i][1] = (uint32_t)heap->len;
		wr_le32(heap, p[i].type);
		wr_le16(heap, (uint16_t)i);
		wr_le32(heap, offset);
		wr_le32(heap, 0);
		wr_le32(heap, 4);
		offset += p[i].width;
	}
	hole = wr_hole32(w);
	wr_u8(w, 0);
	wr_le32(w, class_ref);
	wr_le32(w, (uint32_t)((n + 3) / 4 + offset));
	derivation = wr_hole32(w);
	if (parent != NULL) {
		put_estr(w, parent);
		wr_le32(w, (uint32_t)strlen(parent) + 2);
	}
	wr_fill32(w, derivation, w->len - derivation);
	wr_le32(w, 4);
	wr_le32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		wr_le32(w, refs[i][0]);
		wr_le32(w, refs[i][1]);
	}
	put_tables(w, p, n);
	wr_le32(w, 0x80000000u | (uint32_t)heap->len);
	wr_bytes(w, heap->p, heap->len);
	wr_zero(w, 5);			/* lengths are capacities */
	wr_fill32(w, hole, w->len - start);
}

static inline void
put_instance_part(struct wr *w, const struct prop *p, size_t n, struct wr *heap)
{
	size_t start = w->len, hole = wr_hole32(w);

	wr_u8(w, 0);
	wr_le32(w, 0);
	put_tables(w, p, n);
	wr_le32(w, 4);
	wr_u8(w, 1);
	wr_le32(w, 0x80000000u | (uint32_t)heap->len);
	wr_bytes(w, heap->p, heap->len);
	wr_zero(w, 3);
	wr_fill32(w, hole, w->len - start);
}

static inline void
put_unit_of(struct wr *w, const struct wr *block)
{
	wr_le32(w, 0x12345678);
	wr_le32(w, (uint32_t)block->len);
	wr_bytes(w, block->p, block->len);
}

#endif
