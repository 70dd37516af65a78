/* unix_span.c: borrowed pieces of what a host printed. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

struct span
span_of(const char *s)
{
	return (struct span){ s, s != NULL ? strlen(s) : 0 };
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

struct span
span_trim(struct span s)
{
	while (s.n > 0 && blank(s.p[0]))
		s.p++, s.n--;
	while (s.n > 0 && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

bool
span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool
span_has(struct span s, const char *word)
{
	return s.n > 0 && memmem(s.p, s.n, word, strlen(word)) != NULL;
}

bool
span_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct span){ rest->p,
		end != NULL ? (size_t)(end - rest->p) : rest->n };
	rest->p += line->n + (end != NULL);
	rest->n -= line->n + (end != NULL);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
span_word(struct span *rest, struct span *word)
{
	while (rest->n > 0 && blank(rest->p[0]))
		rest->p++, rest->n--;
	*word = (struct span){ rest->p, 0 };
	while (word->n < rest->n && !blank(rest->p[word->n]))
		word->n++;
	rest->p += word->n;
	rest->n -= word->n;
	return word->n > 0;
}

bool
span_split(struct span s, char sep, struct span *key, struct span *value)
{
	const char *at = s.n > 0 ? memchr(s.p, sep, s.n) : NULL;

	if (at == NULL)
		return false;
	*key = span_trim((struct span){ s.p, (size_t)(at - s.p) });
	*value = span_trim((struct span){ at + 1,
		s.n - (size_t)(at - s.p) - 1 });
	return true;
}

bool
span_field(struct span *rest, char sep, struct span *field)
{
	const char *at;

	if (rest->p == NULL)
		return false;
	at = rest->n > 0 ? memchr(rest->p, sep, rest->n) : NULL;
	*field = span_trim((struct span){ rest->p,
		at != NULL ? (size_t)(at - rest->p) : rest->n });
	*rest = at == NULL ? (struct span){ NULL, 0 } :
	    (struct span){ at + 1, rest->n - (size_t)(at - rest->p) - 1 };
	return true;
}

int
span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : a.n < b.n ? -1 : a.n > b.n;
}

struct span
span_after(struct span s, size_t n)
{
	return n < s.n ? (struct span){ s.p + n, s.n - n } :
	    (struct span){ "", 0 };
}

struct span
span_first(struct span s, size_t n)
{
	return s.n > n ? (struct span){ s.p, n } : s;
}

struct span
span_get(struct span text, const char *key)
{
	size_t n = strlen(key);
	struct span line;

	while (span_line(&text, &line))
		if (line.n > n && line.p[n] == '=' &&
		    memcmp(line.p, key, n) == 0)
			return span_trim((struct span){ line.p + n + 1,
				line.n - n - 1 });
	return (struct span){ "", 0 };
}

struct span
span_between(struct span s, const char *a, const char *b)
{
	const char *from, *to;

	if (s.n == 0 || (from = memmem(s.p, s.n, a, strlen(a))) == NULL)
		return (struct span){ "", 0 };
	from += strlen(a);
	s.n -= (size_t)(from - s.p);
	if (s.n == 0 || (to = memmem(from, s.n, b, strlen(b))) == NULL)
		return (struct span){ "", 0 };
	return (struct span){ from, (size_t)(to - from) };
}

char *
span_text(struct span s, char *dst, size_t cap)
{
	size_t n = s.n < cap - 1 ? s.n : cap - 1;

	memcpy(dst, s.p, n);
	dst[n] = '\0';
	return dst;
}

bool
span_u64(struct span s, uint64_t *out)
{
	char text[24];

	s = span_trim(s);
	return s.n > 0 && s.n < sizeof(text) &&
	    text_u64(span_text(s, text, sizeof(text)), 0, UINT64_MAX, out);
}

bool
span_number(struct span s, uint64_t *out)
{
	size_t n = 0;

	s = span_trim(s);
	while (n < s.n && isdigit((unsigned char)s.p[n]))
		n++;
	return span_u64((struct span){ s.p, n }, out);
}

/* Days, hours, minutes, seconds: from the right, each 60 or 24 of the next. */
bool
unix_elapsed(struct span s, double *seconds)
{
	struct span days = { "0", 1 }, rest = span_trim(s), part;
	double total = 0, v;
	uint64_t d;
	unsigned parts = 0;

	if (rest.n == 0)
		return false;
	if (memchr(rest.p, '-', rest.n) != NULL &&
	    !span_split(rest, '-', &days, &rest))
		return false;
	while (parts < 4 && span_field(&rest, ':', &part)) {
		if (!span_real(part, &v) || v < 0 || v > 1e9)
			return false;
		total = 60 * total + v;
		parts++;
	}
	if (parts < 2 || parts > 3 || !span_u64(days, &d) || d > 1000000)
		return false;
	*seconds = total + (double)d * 86400;
	return true;
}

bool
span_real(struct span s, double *out)
{
	char text[40];

	s = span_trim(s);
	return s.n > 0 && s.n < sizeof(text) &&
	    text_double(span_text(s, text, sizeof(text)), out);
}

void
fact_span(struct fact_row *row, const char *name, struct span s)
{
	s = span_trim(s);
	if (s.n > 0)
		fact_strn(row, name, s.p, s.n);
}

void
fact_rounded(struct fact_row *row, const char *name, double v)
{
	if (v > -1e13 && v < 1e13)
		fact_real(row, name, (double)(int64_t)(v * 100 +
		    (v < 0 ? -0.5 : 0.5)) / 100);
}

void
fact_key(struct fact_row *row, const char *name, struct span text,
    const char *key)
{
	fact_span(row, name, span_get(text, key));
}

void
fact_key_u64(struct fact_row *row, const char *name, struct span text,
    const char *key)
{
	uint64_t v;

	if (span_u64(span_get(text, key), &v))
		fact_uint(row, name, v);
}

static int
hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' :
	    isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

size_t
unix_hex(struct span s, uint8_t *dst, size_t cap)
{
	size_t n = 0;

	while (s.n > 0 && n < cap) {
		if (blank(s.p[0])) {
			s.p++, s.n--;
			continue;
		}
		if (s.n < 2 || hex_digit(s.p[0]) < 0 || hex_digit(s.p[1]) < 0)
			break;
		dst[n++] = (uint8_t)(hex_digit(s.p[0]) << 4 | hex_digit(s.p[1]));
		s.p += 2;
		s.n -= 2;
	}
	return n;
}

bool
unix_mac(struct span s, char mac[static MAC_TEXT])
{
	char text[40];

	s = span_trim(s);
	return s.n < sizeof(text) &&
	    mac_canonical(span_text(s, text, sizeof(text)), mac) &&
	    strcmp(mac, "00:00:00:00:00:00") != 0;
}
