/* rtt.h: how long to wait for an answer, from the answers seen; private to
 * helper/target.
 *
 * Round trips are smoothed as TCP does it (RFC 6298 section 2), once for the
 * whole sweep and once for each block of neighbouring addresses (IPv4 /24, IPv6
 * /64): a branch office behind a slow line must not be judged by the machines
 * next door.  The table of blocks has a fixed size; an old block that falls out
 * is a stranger again.  Units: nanoseconds.
 */
#ifndef TARGET_RTT_H
#define TARGET_RTT_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/net.h"

struct rtt;

/* No wait is longer than `most`.  Patient: waiting costs little. */
struct rtt *rtt_new(int64_t most, bool patient) CHECKED;
void rtt_free(struct rtt *);

void rtt_answer(struct rtt *, const struct net_addr *, int64_t took);
/* The first wait, and the one after asking again. */
int64_t rtt_first(const struct rtt *, const struct net_addr *);
int64_t rtt_second(const struct rtt *, const struct net_addr *);

#endif
