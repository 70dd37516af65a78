/* hwid.h: what hardware calls itself: MAC addresses, UUIDs and serial numbers as
 * text; and what firmware says when nobody filled it in (junk.def).  Pure.
 */
#ifndef BASE_HWID_H
#define BASE_HWID_H

#include <stdbool.h>

#include "helper/base/checked.h"

#define MAC_TEXT  18
#define UUID_TEXT 37

/* "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", "1a:2b:3:4:5:6" (BSD) -> lower case with
 * colons; false when it is no 48-bit MAC. */
bool mac_canonical(const char *text, char out[static MAC_TEXT]) CHECKED;

/* Lower case with hyphens; false for what is no UUID.  Junk passes. */
bool uuid_parse(const char *text, char out[static UUID_TEXT]) CHECKED;
/* The same UUID in the other byte order: the first three groups reversed, as
 * SMBIOS 2.6 and later have them [DMTF DSP0134 7.2.1] and older tools have not. */
void uuid_swapped(const char uuid[static UUID_TEXT], char out[static UUID_TEXT]);
/* Of both byte orders always the same one, whichever is given. */
void uuid_either(char uuid[static UUID_TEXT]);
/* uuid_parse(), and false for junk too. */
bool uuid_canonical(const char *text, char out[static UUID_TEXT]) CHECKED;
/* Why a UUID identifies nobody, in either byte order; NULL: it may. */
const char *uuid_why_not(const char *text);

/* Why a serial number says nothing ("To be filled by O.E.M.", "0000"), compared
 * without case, blanks and punctuation; NULL: it may identify. */
const char *serial_why_not(const char *serial);
bool        serial_is_junk(const char *serial);
/* True for a serial number that a hypervisor made from the UUID; it says nothing
 * where that is missing or junk. */
bool        serial_is_of_uuid(const char *serial);

#endif
