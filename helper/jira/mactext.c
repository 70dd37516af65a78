#include "helper/jira/mactext.h"

#include <ctype.h>
#include <string.h>

/* The spellings: separator and how many digits stand between two of them. */
static const struct { char sep; size_t group; } spellings[] = {
	{ ':', 2 }, { '-', 2 }, { '.', 4 }, { '\0', 12 },
};

static bool
is_hex(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

static bool
is_sep(char c)
{
	return c == ':' || c == '-' || c == '.';
}

/* Twelve digits at p in one spelling; gives the length, 0: none. */
static size_t
spelled(const char *p, char sep, size_t group, char *hex, bool *upper)
{
	size_t at = 0, digits = 0;

	*upper = false;
	while (digits < 12) {
		if (digits != 0 && digits % group == 0 && p[at++] != sep)
			return 0;
		if (!is_hex(p[at]))
			return 0;
		*upper |= isupper((unsigned char)p[at]) != 0;
		hex[digits++] = (char)tolower((unsigned char)p[at++]);
	}
	hex[12] = '\0';
	return at;
}

/* Neither a letter nor a digit, nor one more octet, may touch it: that would
 * be something longer (an IPv6 address, a UUID, an InfiniBand address). */
static bool
stands_alone(const char *text, size_t off, size_t len)
{
	const char *p = text + off, *q = p + len;
	size_t run = 0;

	if (isalnum((unsigned char)*q) || (is_sep(*q) && is_hex(q[1])))
		return false;
	if (off == 0)
		return true;
	if (isalnum((unsigned char)p[-1]))
		return false;
	if (!is_sep(p[-1]))
		return true;
	while (run + 1 < off && is_hex(p[-2 - (ptrdiff_t)run]))
		run++;
	/* "MAC:" ends in hex digits, but a word is no octet. */
	return run == 0 || (run + 1 < off &&
	    isalnum((unsigned char)p[-2 - (ptrdiff_t)run]));
}

bool
mac_next(const char *text, size_t *at, struct mac_found *m)
{
	for (size_t i = *at; text[i] != '\0'; i++) {
		if (!is_hex(text[i]))
			continue;
		for (size_t s = 0; s < sizeof(spellings) / sizeof(*spellings); s++) {
			m->len = spelled(text + i, spellings[s].sep,
			    spellings[s].group, m->hex, &m->style.upper);
			if (m->len == 0 || !stands_alone(text, i, m->len))
				continue;
			m->off = i;
			m->style.sep = spellings[s].sep;
			*at = i + m->len;
			return true;
		}
	}
	return false;
}

bool
mac_hex(const char *text, char hex[static MAC_HEX_SIZE])
{
	struct mac_found m;
	size_t at = 0;

	if (!mac_next(text, &at, &m) || m.off != 0 || text[m.len] != '\0')
		return false;
	memcpy(hex, m.hex, MAC_HEX_SIZE);
	return true;
}

bool
mac_in(const char *text, const char *hex)
{
	struct mac_found m;
	size_t at = 0;

	while (mac_next(text, &at, &m))
		if (strcmp(m.hex, hex) == 0)
			return true;
	return false;
}

void
mac_write(const char *hex, struct mac_style style, char out[static MAC_TEXT_SIZE])
{
	size_t group = style.sep == '.' ? 4 : style.sep == '\0' ? 12 : 2, at = 0;

	for (size_t i = 0; i < 12; i++) {
		if (i != 0 && i % group == 0)
			out[at++] = style.sep;
		out[at++] = (char)(style.upper ? toupper((unsigned char)hex[i]) :
		    hex[i]);
	}
	out[at] = '\0';
}
