/* hex.h: octets from hexadecimal text, blanks ignored; for tests only. */
#ifndef TESTS_WMI_HEX_H
#define TESTS_WMI_HEX_H

#include <stddef.h>
#include <stdint.h>

static inline size_t
unhex(const char *s, uint8_t *out)
{
	size_t n = 0;
	int half = -1;

	for (; *s != '\0'; s++) {
		int v = *s >= '0' && *s <= '9' ? *s - '0' :
		    *s >= 'a' && *s <= 'f' ? *s - 'a' + 10 :
		    *s >= 'A' && *s <= 'F' ? *s - 'A' + 10 : -1;

		if (v < 0)
			continue;
		if (half < 0) {
			half = v;
			continue;
		}
		out[n++] = (uint8_t)(half << 4 | v);
		half = -1;
	}
	return n;
}

#endif
