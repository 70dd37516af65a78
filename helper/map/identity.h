/* identity.h: which MAC addresses, serial numbers and UUIDs may identify a host.
 * Rules and reasons as tables: adapters.def, and helper/base/junk.def.
 */
#ifndef MAP_IDENTITY_H
#define MAP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/hwid.h"
#include "helper/map/fact.h"

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
/* The addresses are the best that there is, but may move to another computer
 * (USB) or were made up by the system. */
bool        identity_macs_weak(const struct identity *);
const char *identity_serial(const struct identity *);	/* NULL: none or junk */
const char *identity_uuid(const struct identity *);	/* NULL: none or junk */
/* Why the host's own does not identify it; NULL: it does, or there is none. */
const char *identity_serial_why(const struct identity *);
const char *identity_uuid_why(const struct identity *);

#endif
