/* ranges.h: which addresses are asked: text to a set that is never laid out.
 *
 * Forms   a.b.c.d   a-b   a.b.c.d-e   CIDR   IPv6 address, a-b, prefix
 *         [v6]   host name   !form (exclusion); separated by comma, semicolon,
 *         blank or newline; # starts a comment up to the end of the line.
 * Counts  a prefix counts with its network and broadcast address, a name as 1;
 *         overlaps count once, exclusions are taken off.
 * Limits  an IPv6 range holds at most 2^24 addresses; entries at most 65536.
 * Memory  some 200 octets an entry whatever it spans; an iterator is a few words.
 *         Ranges that overlap a thousandfold with different tags are refused
 *         with ERR_LIMIT when frozen (2^22 tags in all different sets).
 *
 * A set is built by one thread, then frozen by ranges_freeze(); from there on
 * it is immutable and may be shared.  An address that lies in several ranges
 * carries the tags of all of them.
 */
#ifndef TARGET_RANGES_H
#define TARGET_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/net.h"

struct ranges;

struct ranges *ranges_new(void) CHECKED;
void           ranges_free(struct ranges *);

/* Adds every form in `text`; all of it belongs to range number `tag` (the
 * caller's index into its own table of credentials).  On an error nothing of
 * this text is added; the message quotes the form and says what was expected. */
bool ranges_add(struct ranges *, const char *text, uint32_t tag, struct err *) CHECKED;
/* From one address to another, both included; an empty or NULL `to`: `from` is
 * one form of its own (an address, a prefix, a name). */
bool ranges_add_span(struct ranges *, const char *from, const char *to,
    uint32_t tag, struct err *) CHECKED;
bool ranges_freeze(struct ranges *, struct err *) CHECKED;

/* After freezing. */
uint64_t ranges_count(const struct ranges *);		/* saturates at UINT64_MAX */
/* Exclusions apply to what names resolve to, too: ask before scanning it. */
bool     ranges_excluded(const struct ranges *, const struct net_addr *);
/* The excluded names (borrowed, lower case); NULL at the end.  A target of that
 * very name is left out already.  Its addresses only a resolver knows: give
 * them to ranges_exclude() and freeze again (which undoes nothing), before the
 * set is shared or iterated. */
const char *ranges_excluded_name(const struct ranges *, size_t index);
bool ranges_exclude(struct ranges *, const struct net_addr *, struct err *) CHECKED;

struct range_target {
	struct net_addr addr;		/* valid unless name is set */
	const char *name;		/* borrowed from the set; NULL: an address */
	const uint32_t *tags;		/* borrowed; the ranges it belongs to, ascending */
	size_t ntags;
};

/* Addresses in ascending order, IPv4 first (IPv6 by interface), names last in
 * the order given.
 * Zero-initialise; false at the end. */
struct range_iter { size_t segment; uint64_t offset; };
bool ranges_next(const struct ranges *, struct range_iter *, struct range_target *);
/* As n times ranges_next(), in a time that does not grow with n. */
void ranges_skip(const struct ranges *, struct range_iter *, uint64_t n);

/* The canonical form, one per entry: "10.0.0.0/24", "a-b", a name; for
 * ranges.parse and `assetscan ranges expand`.  false at the end. */
struct range_span {
	char text[2 * NET_ADDR_TEXT + 2];	/* or the name, cut */
	struct net_addr from, to;
	const char *name;
	uint64_t count;
	const uint32_t *tags; size_t ntags;
};
bool ranges_span(const struct ranges *, size_t index, struct range_span *);
/* How many addresses were named more than once (before exclusions). */
uint64_t ranges_overlap(const struct ranges *);

#endif
