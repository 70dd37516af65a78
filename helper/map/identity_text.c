/* identity_text.c: MAC addresses, serial numbers and UUIDs as text: canonical
 * forms, and what firmware says when nobody filled it in. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/map/identity.h"

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

/* Values that firmware ships when nobody filled them in. */
static const char *const junk_serials[] = {
	"none", "n/a", "na", "null", "unknown", "undefined", "not specified",
	"not present", "not available", "not applicable", "not installed",
	"not provided", "not settable", "default string", "default",
	"system serial number", "system product name", "system manufacturer",
	"system version", "chassis serial number", "chassis manufacturer",
	"chassis version", "base board serial number", "serial number", "serial",
	"no asset tag", "to be filled by o.e.m.", "to be filled by o.e.m",
	"o.e.m.", "oem", "invalid", "<bad index>", "<out of spec>", "eval",
	"0123456789", "123456789", "1234567890", "12345678", "123456", "abcdefg",
	"sernum0", "xxxxxxx", "type2 - board serial number", "asset-1234567890",
	"chassis serial", "other", "no enclosure", "virtual machine", "dummy",
	"system serial#", "serialnumber", "not defined", "not set", "empty", "tbd",
	"sn", "s/n", "123456789abc", "1234567890abcdef", "invalid serial",
	"bad serial number", "unset", "mb-1234567890", "string", "oem_serial",
};

bool
serial_is_junk(const char *serial)
{
	char text[256], first = '\0';
	bool differs = false;

	if (serial == NULL)
		return true;
	text_copy(text, sizeof(text), serial);
	text_trim(text);
	if (strlen(text) < 2)
		return true;
	/* "0000000", "FFFF", "-------", "00-00-00": one letter or digit at most. */
	for (const char *c = text; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && (unsigned char)*c < 0x80)
			continue;
		if (first == '\0')
			first = *c;
		differs |= *c != first;
	}
	if (!differs)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(junk_serials); i++)
		if (strcasecmp(text, junk_serials[i]) == 0)
			return true;
	return false;
}

/* Shipped in many machines at once. */
static const char *const junk_uuids[] = {
	"03000200-0400-0500-0006-000700080009",
	"00020003-0004-0005-0006-000700080009",
	"12345678-1234-5678-90ab-cddeefaabbcc",
	"12345678-1234-1234-1234-123456789012",
	"12345678-1234-1234-1234-123456789abc",
	"ffffffff-0000-0000-0000-000000000000",
	"fefefefe-fefe-fefe-fefe-fefefefefefe",
	"01234567-8910-1112-1314-151617181920",
};

bool
uuid_canonical(const char *text, char out[static 37])
{
	char first = '\0';
	size_t n = 0, same = 0;

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
		if (first == '\0')
			first = (char)c;
		same += c == first;
		out[n++] = (char)c;
	}
	out[n < 36 ? n : 36] = '\0';
	while (isspace((unsigned char)*text) || *text == '}')
		text++;
	if (n != 36 || *text != '\0' || same == 32)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(junk_uuids); i++)
		if (strcmp(out, junk_uuids[i]) == 0)
			return false;
	return true;
}

/* SMBIOS 2.6 stores the first three groups little-endian; older tools print them
 * as they lie in memory. */
void
uuid_swapped(const char uuid[static 37], char out[static 37])
{
	static const char order[] = { 6, 7, 4, 5, 2, 3, 0, 1, 8, 11, 12, 9, 10,
		13, 16, 17, 14, 15 };

	memcpy(out, uuid, 37);
	for (size_t i = 0; i < sizeof(order); i++)
		out[i] = uuid[(size_t)order[i]];
}
