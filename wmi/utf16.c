#include "wmi/utf16.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"

#define REPLACEMENT 0xfffdu

static const struct { uint16_t first, last, step; int32_t distance; } upper[] = {
#define UPPER(first, last, step, distance) { first, last, step, distance },
#include "wmi/utf16_upper.def"
#undef UPPER
};

static unsigned
unit_at(const uint8_t *p)
{
	return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static size_t
put_utf8(char *dst, uint32_t c)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (c >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The character at p, of n octets (2 at least); *used is 2 or 4. */
static uint32_t
take_char(const uint8_t *p, size_t n, size_t *used)
{
	unsigned hi = unit_at(p), lo;

	*used = 2;
	if (hi < 0xd800 || hi > 0xdfff)
		return hi;
	if (hi > 0xdbff || n < 4)
		return REPLACEMENT;
	lo = unit_at(p + 2);
	if (lo < 0xdc00 || lo > 0xdfff)
		return REPLACEMENT;
	*used = 4;
	return 0x10000u + ((hi - 0xd800u) << 10) + (lo - 0xdc00u);
}

size_t
utf16_into(char *dst, const uint8_t *p, size_t n)
{
	size_t at = 0, out = 0, used;

	while (n - at >= 2) {
		out += put_utf8(dst + out, take_char(p + at, n - at, &used));
		at += used;
	}
	return out;
}

/* How many octets from p on are ASCII, found by eights. */
static size_t
ascii_run(const uint8_t *p, size_t n)
{
	uint64_t eight;
	size_t i = 0;

	for (; n - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, p + i, sizeof(eight));
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

size_t
latin1_into(char *dst, const uint8_t *p, size_t n)
{
	size_t out = 0, run;

	for (size_t i = 0; i < n; ) {
		run = ascii_run(p + i, n - i);
		memcpy(dst + out, p + i, run);
		out += run;
		i += run;
		if (i < n)
			out += put_utf8(dst + out, p[i++]);
	}
	return out;
}

void
utf16_to_utf8(struct wr *w, const uint8_t *p, size_t n)
{
	char c[4];
	size_t used;

	for (size_t at = 0; n - at >= 2 && !w->bad; at += used)
		wr_bytes(w, c, put_utf8(c, take_char(p + at, n - at, &used)));
}

/* The UTF-8 character at s; 0 with *len 0 where it is none. */
static uint32_t
utf8_char(const char *s, size_t left, size_t *len)
{
	const uint8_t *p = (const uint8_t *)s;

	switch (*len = text_utf8_len(s, left)) {
	case 1: return p[0];
	case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 |
	    (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	default: return 0;
	}
}

static uint32_t
upper_of(uint32_t c)
{
	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - 32 : c;
	for (size_t i = 0; i < ARRAY_LEN(upper); i++)
		if (c >= upper[i].first && c <= upper[i].last &&
		    (c - upper[i].first) % upper[i].step == 0)
			return (uint32_t)((int32_t)c + upper[i].distance);
	return c;
}

static void
put_all(struct wr *w, const char *s, bool raise)
{
	size_t left = strlen(s), len = ascii_run((const uint8_t *)s, left);
	uint8_t *at = wr_space(w, len * 2);

	for (size_t i = 0; i < len && at != NULL; i++) {
		at[2 * i] = (uint8_t)(raise ? upper_of((uint8_t)s[i]) :
		    (uint8_t)s[i]);
		at[2 * i + 1] = 0;
	}
	s += len;
	left -= len;
	for (; left != 0 && !w->bad; s += len, left -= len) {
		uint32_t c = utf8_char(s, left, &len);

		if (len == 0) {
			w->bad = true;
			return;
		}
		if (raise)
			c = upper_of(c);
		if (c >= 0x10000) {
			c -= 0x10000;
			wr_le16(w, (uint16_t)(0xd800u + (c >> 10)));
			c = 0xdc00u + (c & 0x3ffu);
		}
		wr_le16(w, (uint16_t)c);
	}
}

void
utf16_put(struct wr *w, const char *utf8)
{
	put_all(w, utf8, false);
}

void
utf16_put_upper(struct wr *w, const char *utf8)
{
	put_all(w, utf8, true);
}

bool
utf16_units(const char *s, size_t *units)
{
	size_t left = strlen(s), len = ascii_run((const uint8_t *)s, left);

	*units = len;
	s += len;
	left -= len;
	for (; left != 0; s += len, left -= len) {
		(void)utf8_char(s, left, &len);
		if (len == 0)
			return false;
		*units += len == 4 ? 2 : 1;
	}
	return true;
}

char *
utf16_take_z(struct rd *r)
{
	const uint8_t *from = r->bad || r->p == NULL ? NULL : r->p + r->pos;
	size_t n = 0;

	while (rd_le16(r) != 0)
		n += 2;
	return r->bad ? NULL : utf16_text(from, n);
}

char *
utf16_text(const uint8_t *p, size_t n)
{
	char *s;
	size_t len = 0;

	while (n - len >= 2 && unit_at(p + len) != 0)
		len += 2;
	if ((s = malloc(len / 2 * 3 + 1)) != NULL)
		s[utf16_into(s, p, len)] = '\0';
	return s;
}
