/* sweep.h: who answers, and on which port.  One epoll loop of non-blocking
 * connects, bounded in flight, in descriptors and in rate; optionally an ICMP
 * echo first.  Timeouts adapt to the answers seen (a silent host is asked once
 * more; `connect_timeout` is the upper bound of each asking): quick where
 * neighbours of the same /24 or /64 answered quickly, a second elsewhere, and
 * more patient when a rate holds the sweep back anyway.
 *
 * Footprint on a host: an open port sees SYN and then RST, without the last
 * acknowledgement in between, so that the service mostly never accepts a
 * connection and logs nothing; to an intrusion detector this is a port scan.
 *
 * Runs in the caller's thread until the source is exhausted and every probe is
 * decided, or cancelled.  Callbacks run in that thread and must be quick; a
 * source that has nothing more *for now* (workers are busy) answers SWEEP_LATER
 * and wakes the loop through wake_fd.
 */
#ifndef TARGET_SWEEP_H
#define TARGET_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"

#define SWEEP_PORTS_MAX 8

enum sweep_more { SWEEP_HAVE, SWEEP_LATER, SWEEP_END };

/* What became of one address, all its ports together. */
enum sweep_state {
	SWEEP_OPEN,		/* at least one port accepted */
	SWEEP_REFUSED,		/* answered, nothing listens on these ports */
	SWEEP_UNREACHABLE,	/* the network said so (ICMP) */
	SWEEP_SILENT,		/* nothing came back */
	SWEEP_ERROR		/* this machine could not even try; see `error` */
};

struct sweep_target { struct net_addr addr; uint64_t cookie; };

struct sweep_result {
	struct net_addr addr;
	uint64_t cookie;
	enum sweep_state state;
	uint8_t open;		/* bit i: ports[i] accepted */
	uint8_t refused;	/* bit i: ports[i] refused */
	double seconds;		/* round trip of the first answer; 0: none */
	int error;		/* errno of SWEEP_ERROR and SWEEP_UNREACHABLE */
	bool pinged;		/* an echo reply came */
};

struct sweep_config {
	const uint16_t *ports; size_t nports;
	double connect_timeout;		/* seconds, per connect */
	unsigned in_flight;		/* connects at once; 0: what descriptors allow */
	unsigned keep_descriptors;	/* leave that many to the rest of the process */
	double rate;			/* new connects a second; 0: unbounded */
	bool ping_first; double ping_timeout;
	int wake_fd;			/* eventfd: source has more, or room; -1 */
	enum sweep_more (*source)(void *ctx, struct sweep_target *);
	void (*result)(void *ctx, const struct sweep_result *);
	void *ctx;
};

/* How the echo is sent: "datagram", "raw" or "" (forbidden: TCP only). */
const char *sweep_ping_kind(void);

/* Addresses not yet decided when cancelled get no result call.  false:
 * ERR_CANCELLED, ERR_TIMEOUT when `by` has come, ERR_LIMIT when not even one
 * descriptor is to be had, ERR_INVALID without ports, ERR_MEMORY. */
bool sweep_run(const struct sweep_config *, struct deadline by, struct err *) CHECKED;

#endif
