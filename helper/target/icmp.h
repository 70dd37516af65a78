/* icmp.h: echo requests and their replies (RFC 792, RFC 4443 section 4);
 * private to helper/target.
 *
 * Uses the unprivileged datagram socket where net.ipv4.ping_group_range allows
 * it, a raw socket where the process may.  A request carries a mark of the
 * caller's and a random word of ours; only a reply with both counts.
 */
#ifndef TARGET_ICMP_H
#define TARGET_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/net.h"

struct icmp;

struct icmp_reply { struct net_addr from; uint64_t mark; };

/* NULL: not even one family is allowed, or no memory. */
struct icmp *icmp_open(void) CHECKED;
void icmp_close(struct icmp *);
/* Non-blocking, for reading; -1: that family (4 or 6) is not allowed. */
int icmp_fd(const struct icmp *, int family);
const char *icmp_kind(const struct icmp *);	/* "datagram" or "raw" */

/* 0, or the errno of why it could not be sent. */
int icmp_send(struct icmp *, const struct net_addr *, uint64_t mark);
/* Replies that are there now, at most `cap` (64 a call); the number read from
 * the socket goes to *seen, so that 0 means: nothing left. */
size_t icmp_recv(struct icmp *, int family, struct icmp_reply *out, size_t cap,
    size_t *seen);

/* The decoder by itself: one packet as the socket gave it, `header`: with an
 * IPv4 header in front.  false: no echo reply to a request with that word. */
bool icmp_decode(const void *packet, size_t n, int family, bool header,
    uint64_t word, uint64_t *mark) CHECKED;

#endif
