/* util.c: GUIDs and UTF-16, the small change of the protocol. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "tests/fake/winhost/winhost.h"

struct guid
guid_of(const char *s)
{
	unsigned a, b, c, d[8];
	struct guid g;

	if (sscanf(s, "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x", &a, &b, &c, &d[0],
	    &d[1], &d[2], &d[3], &d[4], &d[5], &d[6], &d[7]) != 11)
		abort();
	for (int i = 0; i < 4; i++)
		g.b[i] = (uint8_t)(a >> (8 * i));
	g.b[4] = (uint8_t)b;
	g.b[5] = (uint8_t)(b >> 8);
	g.b[6] = (uint8_t)c;
	g.b[7] = (uint8_t)(c >> 8);
	for (int i = 0; i < 8; i++)
		g.b[8 + i] = (uint8_t)d[i];
	return g;
}

bool
guid_equal(const struct guid *a, const struct guid *b)
{
	return memcmp(a->b, b->b, 16) == 0;
}

void
wr_guid(struct wr *w, const struct guid *g)
{
	wr_bytes(w, g->b, 16);
}

struct guid
rd_guid(struct rd *r)
{
	struct guid g;

	rd_copy(r, g.b, 16);
	return g;
}

void
wr_utf16(struct wr *w, const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	uint32_t c;

	while (*p != '\0') {
		int more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;

		c = more == 0 ? *p : more == 1 ? *p & 0x1fu : more == 2 ?
		    *p & 0x0fu : *p & 0x07u;
		p++;
		while (more-- > 0 && *p != '\0')
			c = c << 6 | (*p++ & 0x3fu);
		if (c < 0x10000) {
			wr_le16(w, (uint16_t)c);
		} else {
			c -= 0x10000;
			wr_le16(w, (uint16_t)(0xd800 | c >> 10));
			wr_le16(w, (uint16_t)(0xdc00 | (c & 0x3ff)));
		}
	}
}

static void
utf8_out(struct wr *w, uint32_t c)
{
	if (c < 0x80) {
		wr_u8(w, (uint8_t)c);
	} else if (c < 0x800) {
		wr_u8(w, (uint8_t)(0xc0 | c >> 6));
		wr_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		wr_u8(w, (uint8_t)(0xe0 | c >> 12));
		wr_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		wr_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		wr_u8(w, (uint8_t)(0xf0 | c >> 18));
		wr_u8(w, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		wr_u8(w, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		wr_u8(w, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

char *
utf16_to_utf8(const uint8_t *p, size_t n)
{
	struct wr w = wr_new(1 << 20);
	struct rd r = rd_new(p, n & ~(size_t)1);
	uint32_t c;
	char *s;

	while (rd_left(&r) > 0) {
		c = rd_le16(&r);
		if (c >= 0xd800 && c < 0xdc00 && rd_left(&r) >= 2)
			c = 0x10000 + ((c & 0x3ff) << 10) + (rd_le16(&r) & 0x3ffu);
		utf8_out(&w, c);
	}
	if ((s = wr_give(&w)) == NULL)
		abort();
	return s;
}

char *
utf8_upper(const char *s)
{
	struct wr wide = wr_new(1 << 16), out = wr_new(1 << 16);
	struct rd r;
	char *upper;

	wr_utf16(&wide, s);
	r = rd_new(wide.p, wide.len);
	while (rd_left(&r) > 0)
		wr_le16(&out, (uint16_t)towupper(rd_le16(&r)));
	upper = utf16_to_utf8(out.p, out.len);
	wr_free(&wide);
	wr_free(&out);
	return upper;
}
