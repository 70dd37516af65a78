/* range_forms.h: one form of range text as a value; private to helper/target.
 *
 * An address is a line coordinate: `zone` keeps families and interfaces apart
 * (IPv4 0, IPv6 1 + interface index), `at` counts inside the zone.
 */
#ifndef TARGET_RANGE_FORMS_H
#define TARGET_RANGE_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/net.h"

#define RANGE_NAME_MAX 253		/* RFC 1035 2.3.4, without the root's dot */
#define RANGE_V6_MAX   (1u << 24)	/* addresses of one IPv6 range */
#define RANGE_ZONE_V6  1u		/* IPv6 without an interface */
#define RANGE_LINK_LOCAL 0x3fa	/* fe80::/10, the first ten bits: RFC 4291 2.4 */

typedef unsigned __int128 range_at;

struct range_form {
	range_at from, to;		/* both included; unless name is set */
	uint64_t zone;
	bool exclude;
	char name[RANGE_NAME_MAX + 2];	/* lower case; "": addresses */
};

/* One form without separators, n octets of text. */
bool range_form_parse(const char *text, size_t n, struct range_form *,
    struct err *) CHECKED;
/* From address to address, as two texts. */
bool range_form_span(const char *from, const char *to, struct range_form *,
    struct err *) CHECKED;
/* Finds the next form at *at: its begin and length; false at the end.  Skips
 * separators and comments; blanks around a hyphen belong to the form. */
bool range_form_next(const char *text, size_t *at, const char **form, size_t *n);

void range_locate(const struct net_addr *, uint64_t *zone, range_at *at);
void range_address(uint64_t zone, range_at at, struct net_addr *);
bool range_link_local(uint64_t zone, range_at at);

#endif
