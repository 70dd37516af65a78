#include "ssh/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0 to 63, 64 for padding, 65 for white space, 66 for what is neither. */
static unsigned
digit_value(char c)
{
	const char *at;

	if (c == '=')
		return 64;
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		return 65;
	if (c == '\0' || (at = strchr(digits, c)) == NULL)
		return 66;
	return (unsigned)(at - digits);
}

bool
base64_decode(struct wr *w, const char *text, size_t n)
{
	uint32_t bits = 0;
	unsigned have = 0, pads = 0, v;

	for (size_t i = 0; i < n; i++) {
		if ((v = digit_value(text[i])) == 65)
			continue;
		if (v > 64 || (v < 64 && pads > 0))
			return false;
		if (v == 64) {
			pads++;
			continue;
		}
		bits = bits << 6 | v;
		if (++have == 4) {
			wr_u8(w, (uint8_t)(bits >> 16));
			wr_u8(w, (uint8_t)(bits >> 8));
			wr_u8(w, (uint8_t)bits);
			bits = have = 0;
		}
	}
	/* One digit alone is 6 bits: no octet. */
	if (have == 1 || (pads != 0 && have + pads != 4))
		return false;
	if (have >= 2)
		wr_u8(w, (uint8_t)(bits >> (have == 2 ? 4 : 10)));
	if (have == 3)
		wr_u8(w, (uint8_t)(bits >> 2));
	return !w->bad;
}

void
base64_encode(struct wr *w, const void *src, size_t n, bool pad)
{
	const uint8_t *p = src;

	for (size_t i = 0; i < n; i += 3) {
		size_t here = n - i < 3 ? n - i : 3;
		uint32_t bits = (uint32_t)p[i] << 16;

		if (here > 1)
			bits |= (uint32_t)p[i + 1] << 8;
		if (here > 2)
			bits |= p[i + 2];
		for (size_t k = 0; k <= here; k++)
			wr_u8(w, (uint8_t)digits[bits >> (18 - 6 * k) & 63]);
		for (size_t k = here; pad && k < 3; k++)
			wr_u8(w, '=');
	}
}
