#include "helper/base/hwid.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

#define FOLDED 64		/* longer than any row of junk.def */

/* --- MAC addresses -------------------------------------------------------------- */

/* Six groups of one or two digits, or three of four, or twelve digits. */
bool
mac_canonical(const char *text, char out[static MAC_TEXT])
{
	uint8_t digits[12], group[12];
	size_t n = 0, in_group = 0, groups = 0, width = 0;

	for (;; text++) {
		int c = (unsigned char)*text;

		if (isxdigit(c)) {
			if (in_group == sizeof(group))
				return false;
			group[in_group++] = (uint8_t)(isdigit(c) ? c - '0' :
			    tolower(c) - 'a' + 10);
			continue;
		}
		if (in_group == 0)
			return false;
		groups++;
		/* "0:50:56:a:b:c": a group of one digit lacks its zero. */
		width = in_group <= 2 ? 2 : in_group;
		if (n + width > 12)
			return false;
		if (in_group == 1)
			digits[n++] = 0;
		memcpy(digits + n, group, in_group);
		n += in_group;
		in_group = 0;
		if (c == '\0')
			break;
		if (c != ':' && c != '-' && c != '.')
			return false;
	}
	if (n != 12 || !((groups == 6 && width == 2) ||
	    (groups == 3 && width == 4) || groups == 1))
		return false;
	for (size_t i = 0; i < 12; i++)
		out[i + i / 2] = "0123456789abcdef"[digits[i] & 15];
	for (size_t i = 2; i < MAC_TEXT - 1; i += 3)
		out[i] = ':';
	out[MAC_TEXT - 1] = '\0';
	return true;
}

/* --- serial numbers ----------------------------------------------------------- */

static const struct { const char *text, *why; } junk_serials[] = {
#define SERIAL(text, why) { text, why },
#include "helper/base/junk.def"
};
static const char *const of_uuid[] = {
#define OF_UUID(prefix) prefix,
#include "helper/base/junk.def"
};

/* The next letter or digit, lower case; '\0' at the end.  Other scripts' letters
 * count as they are. */
static char
next_folded(const char **at)
{
	for (; **at != '\0'; ++*at) {
		unsigned char c = (unsigned char)**at;

		if (isalnum(c) || c >= 0x80) {
			++*at;
			return (char)tolower(c);
		}
	}
	return '\0';
}

static bool
same_folded(const char *a, const char *b)
{
	char x, y;

	do {
		x = next_folded(&a);
		y = next_folded(&b);
	} while (x == y && x != '\0');
	return x == y;
}

const char *
serial_why_not(const char *serial)
{
	const char *at = serial;
	char first, c;
	size_t n = 0;
	bool differs = false;

	if (serial == NULL)
		return "there is none";
	first = next_folded(&at);
	for (c = first; c != '\0'; c = next_folded(&at), n++)
		differs |= c != first;
	if (n < 2)
		return n == 0 ? "it is empty" : "it is a single character";
	if (!differs)
		return "it is one character repeated";
	for (size_t i = 0; n < FOLDED && i < ARRAY_LEN(junk_serials); i++)
		if (same_folded(serial, junk_serials[i].text))
			return junk_serials[i].why;
	return NULL;
}

bool
serial_is_junk(const char *serial)
{
	return serial_why_not(serial) != NULL;
}

bool
serial_is_of_uuid(const char *serial)
{
	serial += strspn(serial, " \t");
	for (size_t i = 0; i < ARRAY_LEN(of_uuid); i++)
		if (strncasecmp(serial, of_uuid[i], strlen(of_uuid[i])) == 0)
			return true;
	return false;
}

/* --- UUIDs -------------------------------------------------------------------------- */

static const struct { const char *text, *why; } junk_uuids[] = {
#define UUID(text, why) { text, why },
#include "helper/base/junk.def"
};

static const struct { const char *text, *why; } junk_beginnings[] = {
#define UUID_BEGINS(text, why) { text, why },
#include "helper/base/junk.def"
};

bool
uuid_parse(const char *text, char out[static UUID_TEXT])
{
	size_t n = 0;

	while (isspace((unsigned char)*text) || *text == '{')
		text++;
	for (; *text != '\0' && n < 36; text++) {
		int c = tolower((unsigned char)*text);

		if (c == '-')
			continue;
		if (!isxdigit(c))
			break;
		if (n == 8 || n == 13 || n == 18 || n == 23)
			out[n++] = '-';
		out[n++] = (char)c;
	}
	out[n < 36 ? n : 36] = '\0';
	while (isspace((unsigned char)*text) || *text == '}')
		text++;
	return n == 36 && *text == '\0';
}

void
uuid_swapped(const char uuid[static UUID_TEXT], char out[static UUID_TEXT])
{
	static const char order[] = { 6, 7, 4, 5, 2, 3, 0, 1, 8, 11, 12, 9, 10,
		13, 16, 17, 14, 15 };

	memcpy(out, uuid, UUID_TEXT);
	for (size_t i = 0; i < sizeof(order); i++)
		out[i] = uuid[(size_t)order[i]];
}

void
uuid_either(char uuid[static UUID_TEXT])
{
	char other[UUID_TEXT];

	uuid_swapped(uuid, other);
	if (strcmp(other, uuid) < 0)
		memcpy(uuid, other, UUID_TEXT);
}

static const char *
why_junk(const char *uuid)
{
	for (size_t i = 0; i < ARRAY_LEN(junk_uuids); i++)
		if (strcmp(uuid, junk_uuids[i].text) == 0)
			return junk_uuids[i].why;
	for (size_t i = 0; i < ARRAY_LEN(junk_beginnings); i++)
		if (text_starts(uuid, junk_beginnings[i].text))
			return junk_beginnings[i].why;
	return NULL;
}

/* Groups have whole octets, so two digits stand side by side everywhere. */
static bool
is_one_octet(const char *uuid)
{
	for (const char *p = uuid; *p != '\0'; p += 2) {
		p += *p == '-';
		if (p[0] != uuid[0] || p[1] != uuid[1])
			return false;
	}
	return true;
}

const char *
uuid_why_not(const char *text)
{
	char uuid[UUID_TEXT], other[UUID_TEXT];
	const char *why;

	if (!uuid_parse(text, uuid))
		return "it is no UUID";
	if (is_one_octet(uuid))
		return "it is one octet repeated";
	uuid_swapped(uuid, other);
	return (why = why_junk(uuid)) != NULL ? why : why_junk(other);
}

bool
uuid_canonical(const char *text, char out[static UUID_TEXT])
{
	return uuid_parse(text, out) && uuid_why_not(out) == NULL;
}
