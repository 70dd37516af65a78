/* mactext.h: MAC addresses inside the text of an asset's field.
 *
 * "eth0 00-1A-2B-3C-4D-5E" holds one; "001a.2b3c.4d5e" and "001A2B3C4D5E" are
 * two more spellings.  A run that is longer than six octets is none.
 */
#ifndef JIRA_MACTEXT_H
#define JIRA_MACTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"

#define MAC_HEX_SIZE  13	/* twelve lower-case hex digits */
#define MAC_TEXT_SIZE 18

/* How somebody writes a MAC. */
struct mac_style {
	char sep;		/* ':', '-', '.' (groups of four) or 0 */
	bool upper;
};
struct mac_found {
	size_t off, len;
	char hex[MAC_HEX_SIZE];
	struct mac_style style;
};

/* The whole text is one MAC. */
bool mac_hex(const char *text, char hex[static MAC_HEX_SIZE]) CHECKED;
/* The next MAC at or behind *at, which is moved behind it. */
bool mac_next(const char *text, size_t *at, struct mac_found *) CHECKED;
/* True when text holds that MAC as a whole. */
bool mac_in(const char *text, const char *hex) CHECKED;
void mac_write(const char *hex, struct mac_style, char out[static MAC_TEXT_SIZE]);

#endif
