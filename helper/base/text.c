#include "helper/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3629 section 4, as ranges of the second octet per lead octet. */
size_t
text_utf8_len(const void *src, size_t n)
{
	const uint8_t *p = src;
	uint8_t low = 0x80, high = 0xbf;
	size_t need;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	need = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (n < need || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return need;
}

bool
text_is_utf8(const void *src, size_t n)
{
	const uint8_t *p = src;

	for (size_t i = 0, step; i < n; i += step)
		if ((step = text_utf8_len(p + i, n - i)) == 0)
			return false;
	return true;
}

/* What breaks a line or turns the order of what follows it: U+2028 to U+202E and
 * U+2066 to U+2069. */
static bool
turns_line(const uint8_t *p, size_t len)
{
	return len == 3 && p[0] == 0xe2 &&
	    ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* The shown form of the character at p: `used` octets in, gives octets out. */
static size_t
shown(const uint8_t *p, size_t n, bool line, char out[static 5], size_t *used)
{
	size_t len = text_utf8_len(p, n);
	bool blank = len == 1 && (p[0] == '\t' || p[0] == '\n');
	bool control = len == 1 && (p[0] < 0x20 || p[0] == 0x7f) && !blank;

	if (line && blank) {
		out[0] = ' ';
		*used = 1;
		return 1;
	}
	/* U+0080 to U+009F are controls that terminals obey. */
	if (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)
		control = true;
	if (line && turns_line(p, len))
		control = true;
	if (len != 0 && !control) {
		memcpy(out, p, len);
		*used = len;
		return len;
	}
	*used = 1;
	snprintf(out, 5, "\\x%02x", p[0]);
	return 4;
}

static size_t
escape(char *dst, size_t cap, const void *src, size_t n, bool line)
{
	const uint8_t *p = src;
	size_t at = 0, used, len;
	char one[5];

	if (cap == 0)
		return 0;
	for (size_t i = 0; i < n; i += used) {
		len = shown(p + i, n - i, line, one, &used);
		/* The second octet of a C1 control is shown by itself. */
		if (len > cap - 1 - at)
			break;
		memcpy(dst + at, one, len);
		at += len;
	}
	dst[at] = '\0';
	return at;
}

size_t
text_escape(char *dst, size_t cap, const void *src, size_t n)
{
	return escape(dst, cap, src, n, false);
}

size_t
text_line(char *dst, size_t cap, const void *src, size_t n)
{
	return escape(dst, cap, src, n, true);
}

char *
text_escaped(const void *src, size_t n, size_t max)
{
	static const char more[] = "\xe2\x80\xa6";
	size_t cap, len;
	char *s;

	if (n > max)	/* nothing beyond max can be shown anyway */
		cap = max;
	else
		cap = 4 * n < max ? 4 * n : max;
	if ((s = malloc(cap + sizeof(more))) == NULL)
		return NULL;
	len = text_escape(s, cap + 1, src, n);
	/* Cut when what is shown would not hold all: compare by re-measuring. */
	if (n > max || len >= cap) {
		const uint8_t *p = src;
		size_t need = 0, used;
		char one[5];

		for (size_t i = 0; i < n && need <= cap; i += used)
			need += shown(p + i, n - i, false, one, &used);
		if (need > cap)
			memcpy(s + len, more, sizeof(more));
	}
	return s;
}

char *
text_trim(char *s)
{
	size_t n = strlen(s), from = 0;

	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	while (from < n && isspace((unsigned char)s[from]))
		from++;
	memmove(s, s + from, n - from);
	s[n - from] = '\0';
	return s;
}

bool
text_copy(char *dst, size_t cap, const char *src)
{
	size_t n = strlen(src), put = n < cap ? n : cap - 1;

	memcpy(dst, src, put);
	dst[put] = '\0';
	return put == n;
}

bool
text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)s[0]))
		return false;
	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool
text_i64(const char *s, int64_t *out)
{
	long long v;
	char *end;

	if (!isdigit((unsigned char)s[s[0] == '-']))
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*out = v;
	return true;
}

bool
text_double(const char *s, double *out)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char *end;
	double v;

	if (c == (locale_t)0)
		return false;
	errno = 0;
	v = strtod_l(s, &end, c);
	freelocale(c);
	if (end == s || *end != '\0' || errno != 0 || v != v ||
	    v - v != v - v)
		return false;
	*out = v;
	return true;
}

bool
text_nests_within(const char *text, size_t n, unsigned limit)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > limit)
				return false;
		} else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return true;
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
