/* one_host.h: a request about a single host (host.check, host.query): what it
 * says, and a plan of it that the protocols understand.
 */
#ifndef SCAN_ONE_HOST_H
#define SCAN_ONE_HOST_H

#include "helper/scan/fields.h"
#include "helper/scan/job.h"

struct one_host {
	const char *address, *protocol;
	const json_t *credentials, *host_keys;
	json_int_t port;
	double connect_timeout, timeout;
	bool sudo;
};

/* Rows of a field table for a struct that has a `struct one_host host`. */
#define ONE_HOST_FIELD(outer, json, member, type, required, min, max) \
	{ json, type, required, offsetof(outer, host.member), min, max }
#define ONE_HOST_FIELDS(outer) \
	ONE_HOST_FIELD(outer, "address", address, F_TEXT, true, 0, 0), \
	ONE_HOST_FIELD(outer, "protocol", protocol, F_STRING, false, 0, 0), \
	ONE_HOST_FIELD(outer, "port", port, F_INTEGER, false, 1, 65535), \
	ONE_HOST_FIELD(outer, "credentials", credentials, F_ARRAY, true, 0, 0), \
	ONE_HOST_FIELD(outer, "hostKeys", host_keys, F_ANY, false, 0, 0), \
	ONE_HOST_FIELD(outer, "connectTimeout", connect_timeout, F_NUMBER, \
	    false, 0.01, 3600), \
	ONE_HOST_FIELD(outer, "timeout", timeout, F_NUMBER, false, 0.01, 86400)

/* Without `protocol` it is the first credential's.  Never NULL but when memory
 * ran out; usable when no problem was found. */
struct scan_plan *one_host_plan(const struct one_host *, struct problems *,
    enum protocol *) CHECKED;
/* A host name; NULL when it is an address. */
const char *one_host_name(const char *address);

#endif
