#include "wmi/ndr.h"

#include <string.h>

#include "wmi/utf16.h"

#define USER 0x72657355u	/* "User": the referent id of a BSTR */

void
ndr_align(struct wr *w, size_t to)
{
	wr_align(w, 0, to);
}

void
ndr_put_wstr(struct wr *w, const char *s)
{
	size_t n = 0;

	if (!utf16_units(s, &n) || n >= UINT32_MAX)
		w->bad = true;
	ndr_align(w, 4);
	wr_le32(w, (uint32_t)(n + 1));
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)(n + 1));
	utf16_put(w, s);
	wr_le16(w, 0);
	ndr_align(w, 4);
}

void
ndr_put_wstr_ptr(struct wr *w, uint32_t ref, const char *s)
{
	ndr_align(w, 4);
	wr_le32(w, s != NULL ? ref : 0);
	if (s != NULL)
		ndr_put_wstr(w, s);
}

void
ndr_put_bstr(struct wr *w, const char *s)
{
	size_t n = 0;

	if (!utf16_units(s, &n) || n > UINT32_MAX / 2)
		w->bad = true;
	ndr_align(w, 4);
	wr_le32(w, USER);
	wr_le32(w, (uint32_t)n);
	wr_le32(w, (uint32_t)(n * 2));
	wr_le32(w, (uint32_t)n);
	utf16_put(w, s);
	ndr_align(w, 4);
}

void
ndr_put_ifptr(struct wr *w, uint32_t ref, const void *p, size_t n)
{
	ndr_align(w, 4);
	wr_le32(w, n != 0 ? ref : 0);
	if (n == 0)
		return;
	wr_le32(w, (uint32_t)n);
	wr_le32(w, (uint32_t)n);
	wr_bytes(w, p, n);
	ndr_align(w, 4);
}

static const uint8_t pickle_header[8] = { 1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc };

size_t
ndr_begin_pickle(struct wr *w)
{
	wr_bytes(w, pickle_header, sizeof(pickle_header));
	(void)wr_hole32(w);
	wr_le32(w, 0);
	return w->len;
}

void
ndr_end_pickle(struct wr *w, size_t at)
{
	wr_align(w, at, 8);
	wr_fill32(w, at - 8, w->bad ? 0 : w->len - at);
}

struct rd
ndr_ifptr(struct rd *r)
{
	uint32_t max, n;
	struct rd in;

	rd_align(r, 4);
	max = rd_le32(r);
	n = rd_le32(r);
	if (n != max)
		r->bad = true;
	in = rd_take(r, n);
	/* The last thing of a stub may come without its padding. */
	if (rd_left(r) != 0)
		rd_align(r, 4);
	return in;
}

struct rd
ndr_pickle(struct rd r)
{
	const uint8_t *head = rd_bytes(&r, 4);
	uint32_t n;

	if (head == NULL || head[0] != 1 || head[1] != 0x10)
		r.bad = true;
	rd_skip(&r, 4);
	n = rd_le32(&r);
	rd_skip(&r, 4);
	return rd_take(&r, n);
}
