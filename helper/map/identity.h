/* identity.h: which MAC addresses, serial numbers and UUIDs may identify a host.
 * Rules and reasons as tables; see the design's Identity paragraph.
 */
#ifndef MAP_IDENTITY_H
#define MAP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/map/fact.h"

#define MAC_TEXT 18

/* "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", "1a:2b:3:4:5:6" (BSD) -> lower case with
 * colons; false when it is no 48-bit MAC. */
bool mac_canonical(const char *text, char out[static MAC_TEXT]) CHECKED;
/* Canonical UUID, lower case; false for junk and for what is none. */
bool uuid_canonical(const char *text, char out[static 37]) CHECKED;
/* The same UUID in the other byte order: the first three groups reversed. */
void uuid_swapped(const char uuid[static 37], char out[static 37]);
/* True when a serial number says nothing ("To be filled by O.E.M.", "0000"). */
bool serial_is_junk(const char *serial);

/* Why an address by itself, whoever has it, may never identify (multicast, a VPN's
 * or Docker's own ...), in canonical form; NULL: it may. */
const char *mac_why_not(const char *mac);

struct identity;	/* owned by the caller; strings live as long */
/* From the rows of class "nic" (and "sys" for serial and uuid). */
struct identity *identity_from_facts(const struct facts *) CHECKED;
void        identity_free(struct identity *);
size_t      identity_macs(const struct identity *);
const char *identity_mac(const struct identity *, size_t i);
size_t      identity_ignored(const struct identity *);
const char *identity_ignored_mac(const struct identity *, size_t i);
const char *identity_ignored_why(const struct identity *, size_t i);
const char *identity_serial(const struct identity *);	/* NULL: none or junk */
const char *identity_uuid(const struct identity *);	/* NULL: none or junk */

#endif
