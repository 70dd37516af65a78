/* sweep_parts.h: what the files of the sweep share; private to helper/target.
 *
 *   source -> host -> (echo) -> a probe for each port -> result
 *
 * A probe owns a socket that outlives it: connect() to AF_UNSPEC takes a socket
 * back to its beginning, which saves socket(), close() and epoll_ctl() for
 * every address.  Hosts and probes are named by their place in an array, so
 * that the arrays may grow; lists go through these places too.
 *
 * Every probe that waits is looked at each SWEEP_TICK, and asked then whether
 * it has waited long enough: what is long changes with every answer.
 */
#ifndef TARGET_SWEEP_PARTS_H
#define TARGET_SWEEP_PARTS_H

#include "helper/target/icmp.h"
#include "helper/target/rtt.h"
#include "helper/target/sweep.h"

#define SWEEP_NONE UINT32_MAX
#define SWEEP_TICK INT64_C(25000000)	/* ns */

struct sweep_link { uint32_t prev, next; };
struct sweep_list { uint32_t head, tail; };

struct sweep_host {
	struct sweep_link link;		/* free, or in one of the lists */
	struct net_addr addr;
	uint64_t cookie;
	int64_t since;			/* echo sent, or first port open */
	int64_t took;			/* of the first answer; 0: none yet */
	int error;
	uint32_t round;			/* how often this place was used */
	uint8_t next_port, undecided;	/* ports not begun, ports in flight */
	uint8_t open, refused, unreachable, failed;	/* bits */
	uint8_t echoes;
	bool pinged;
};

enum probe_state { PROBE_IDLE, PROBE_WAITS, PROBE_STUCK };

struct sweep_probe {
	struct sweep_link link;		/* idle, or waiting */
	int fd;
	uint32_t host;
	int64_t began, look;		/* look: when to look at it next */
	uint8_t port, family, attempt, state;
};

struct sweep {
	const struct sweep_config *cfg;
	int ep;
	struct rtt *rtt;
	struct icmp *icmp;		/* NULL: no echo */

	struct sweep_host *hosts;
	uint32_t nhosts, host_cap;
	struct sweep_list hosts_free, pinging, ready;
	uint32_t npinging, current;	/* current: its ports are being begun */

	struct sweep_probe *probes;
	uint32_t nprobes, probe_cap;
	struct sweep_list idle, waiting;
	uint32_t limit, most;		/* probes at once: now, ever */
	uint32_t busy, sockets;		/* in flight; open, idle ones too */
	int64_t limit_grows;		/* when the limit may grow again */

	double tokens;
	int64_t filled;			/* when tokens were counted last */
	int64_t now;			/* of this turn */
	int64_t ask_again;		/* after SWEEP_LATER; 0: not waiting */
	bool ended;
};

/* Lists over elements of `size` octets that begin with their link. */
void sweep_list_add(struct sweep_list *, void *links, size_t size, uint32_t i);
void sweep_list_put_first(struct sweep_list *, void *links, size_t size, uint32_t i);
void sweep_list_del(struct sweep_list *, void *links, size_t size, uint32_t i);

/* sweep_host.c */
uint32_t sweep_host_new(struct sweep *, const struct sweep_target *);	/* NONE: memory */
/* Reports when nothing about it is open any more. */
void sweep_host_settle(struct sweep *, uint32_t host);
/* Sends the first echo; false: this family cannot be pinged. */
bool sweep_host_ping(struct sweep *, uint32_t host);
void sweep_host_replies(struct sweep *, int family);
void sweep_hosts_expire(struct sweep *);

/* sweep_probe.c */
/* false: no socket to be had now. */
bool sweep_probe_begin(struct sweep *, uint32_t host, uint8_t port);
void sweep_probe_event(struct sweep *, uint32_t probe, uint32_t events);
void sweep_probes_expire(struct sweep *);
/* Closes the sockets that nobody uses. */
void sweep_probes_rest(struct sweep *);
void sweep_probes_close(struct sweep *);

/* sweep.c: takes one from the rate; false: wait. */
bool sweep_token(struct sweep *);
/* Room for one more in an array that doubles; false: no memory. */
bool sweep_room(void *array, uint32_t n, uint32_t *cap, size_t size);

#endif
