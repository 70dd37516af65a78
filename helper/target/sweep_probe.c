/* sweep_probe.c: one port of one host: asked, asked again, decided. */
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/target/sweep_parts.h"

enum outcome { OPEN, REFUSED, UNREACHABLE, SILENT, FAILED };

/* --- sockets ----------------------------------------------------------- */

static void
socket_close(struct sweep *s, struct sweep_probe *p)
{
	if (p->fd < 0)
		return;
	close(p->fd);
	p->fd = -1;
	s->sockets--;
}

/* Back to a socket that knows nobody.  An open connection ends with RST: the
 * host's kernel forgets it, and because our last acknowledgement of the
 * handshake was held back (see dial), the service behind the port mostly never
 * hears of it: no log line, no start-up slot of sshd taken. */
static void
socket_reset(struct sweep *s, struct sweep_probe *p)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (p->fd >= 0 && connect(p->fd, &nobody, sizeof(nobody)) < 0)
		socket_close(s, p);
}

/* Descriptors ran out although the limit said otherwise: someone else has
 * them.  What we hold is our limit, for now. */
static bool
no_socket(struct sweep *s)
{
	s->limit = s->sockets > 1 ? s->sockets : 1;
	s->limit_grows = s->now + 10 * SWEEP_TICK;
	return false;
}

static bool
socket_open(struct sweep *s, struct sweep_probe *p, uint32_t place,
    uint8_t family)
{
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET,
	    .data.u64 = place };

	if (p->fd >= 0 && p->family == family)
		return true;
	socket_close(s, p);
	if (s->sockets >= s->most)
		return false;
	p->family = family;
	p->fd = socket(family == 4 ? AF_INET : AF_INET6,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return no_socket(s);
	s->sockets++;
	if (epoll_ctl(s->ep, EPOLL_CTL_ADD, p->fd, &ev) < 0) {
		socket_close(s, p);
		return no_socket(s);
	}
	return true;
}

void
sweep_probes_rest(struct sweep *s)
{
	for (uint32_t i = 0; i < s->nprobes; i++)
		if (s->probes[i].state == PROBE_IDLE)
			socket_close(s, &s->probes[i]);
}

void
sweep_probes_close(struct sweep *s)
{
	/* None of them is connected: those are reset as soon as seen. */
	for (uint32_t i = 0; i < s->nprobes; i++)
		socket_close(s, &s->probes[i]);
}

/* --- places ------------------------------------------------------------ */

static void
wait_on(struct sweep *s, struct sweep_probe *p)
{
	p->look = s->now + SWEEP_TICK;
	sweep_list_add(&s->waiting, s->probes, sizeof(*p),
	    (uint32_t)(p - s->probes));
}

static void
wait_off(struct sweep *s, struct sweep_probe *p)
{
	sweep_list_del(&s->waiting, s->probes, sizeof(*p),
	    (uint32_t)(p - s->probes));
}

/* An idle place, preferably one whose socket fits: they lie at the end. */
static uint32_t
place_take(struct sweep *s)
{
	uint32_t i = s->idle.tail;

	if (i != SWEEP_NONE) {
		sweep_list_del(&s->idle, s->probes, sizeof(*s->probes), i);
		return i;
	}
	if (!sweep_room(&s->probes, s->nprobes, &s->probe_cap,
	    sizeof(*s->probes)))
		return SWEEP_NONE;
	i = s->nprobes++;
	s->probes[i] = (struct sweep_probe){ .fd = -1, .state = PROBE_IDLE };
	return i;
}

/* Whether no other probe will want a socket: all that will be asked is. */
static bool
last_ones(const struct sweep *s)
{
	return s->ended && s->npinging == 0 && s->ready.head == SWEEP_NONE &&
	    s->current == SWEEP_NONE;
}

static void
place_give(struct sweep *s, uint32_t i)
{
	struct sweep_probe *p = &s->probes[i];

	p->state = PROBE_IDLE;
	if (s->sockets > s->limit || last_ones(s))
		socket_close(s, p);
	if (p->fd < 0)
		sweep_list_put_first(&s->idle, s->probes, sizeof(*p), i);
	else
		sweep_list_add(&s->idle, s->probes, sizeof(*p), i);
}

/* --- verdicts ---------------------------------------------------------- */

static void
decide(struct sweep *s, struct sweep_probe *p, enum outcome what, int error)
{
	struct sweep_host *h = &s->hosts[p->host];
	uint8_t bit = (uint8_t)(1u << p->port);

	if (what == OPEN || what == REFUSED) {
		int64_t took = s->now > p->began ? s->now - p->began : 1;

		rtt_answer(s->rtt, &h->addr, took);
		if (h->took == 0)
			h->took = took;
	}
	if (what == OPEN && h->open == 0)
		h->since = s->now;
	h->open |= what == OPEN ? bit : 0;
	h->refused |= what == REFUSED ? bit : 0;
	h->unreachable |= what == UNREACHABLE ? bit : 0;
	h->failed |= what == FAILED ? bit : 0;
	if (what == UNREACHABLE || (what == FAILED && h->unreachable == 0))
		h->error = error;
	h->undecided--;
	s->busy--;
	place_give(s, (uint32_t)(p - s->probes));
	sweep_host_settle(s, p->host);
}

/* This machine's own shortages: no word about the host. */
static bool
shortage(int error)
{
	static const int list[] = { EADDRNOTAVAIL, ENOBUFS, ENOMEM, EAGAIN,
	    EMFILE, ENFILE };

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		if (list[i] == error)
			return true;
	return false;
}

static enum outcome
outcome_of(int error)
{
	switch (net_errno_code(error)) {
	case ERR_REFUSED:
		return REFUSED;
	case ERR_UNREACHABLE:
		return UNREACHABLE;
	case ERR_TIMEOUT:
		return SILENT;
	case ERR_CLOSED:	/* accepted and reset before we looked */
		return OPEN;
	default:
		return FAILED;
	}
}

/* Calls.  Without immediate acknowledgements the third step of the handshake
 * waits for data (up to 40 ms), which never come. */
static void
dial(struct sweep *s, struct sweep_probe *p)
{
	struct sockaddr_storage ss;
	socklen_t len = net_addr_sockaddr(&s->hosts[p->host].addr,
	    s->cfg->ports[p->port], &ss);
	int later = 0, error;

	(void)setsockopt(p->fd, IPPROTO_TCP, TCP_QUICKACK, &later,
	    sizeof(later));
	if (p->state != PROBE_STUCK)
		p->began = now_ns();
	error = connect(p->fd, (struct sockaddr *)&ss, len) < 0 ? errno : 0;
	if (error == 0 || error == EINPROGRESS || error == EINTR) {
		if (p->state == PROBE_STUCK)
			p->began = now_ns();
		p->state = PROBE_WAITS;
		wait_on(s, p);
	} else if (shortage(error) && (double)(s->now - p->began) <
	    1e9 * s->cfg->connect_timeout) {
		p->state = PROBE_STUCK;
		wait_on(s, p);
	} else {
		decide(s, p, outcome_of(error), error);
	}
}

bool
sweep_probe_begin(struct sweep *s, uint32_t host, uint8_t port)
{
	uint32_t i = place_take(s);
	struct sweep_probe *p = &s->probes[i];

	if (i == SWEEP_NONE)
		return false;
	if (!socket_open(s, p, i, s->hosts[host].addr.family)) {
		place_give(s, i);
		return false;
	}
	p->host = host;
	p->port = port;
	p->attempt = 0;
	p->state = PROBE_WAITS;
	s->hosts[host].undecided++;
	s->busy++;
	dial(s, p);
	return true;
}

void
sweep_probe_event(struct sweep *s, uint32_t i, uint32_t events)
{
	struct sweep_probe *p = &s->probes[i];
	struct sockaddr_storage ss;
	socklen_t len;
	int error = 0;

	if (p->state != PROBE_WAITS)
		return;		/* the last word about a place that rests */
	if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
		/* A second connect() tells the error and resets the socket. */
		len = net_addr_sockaddr(&s->hosts[p->host].addr,
		    s->cfg->ports[p->port], &ss);
		if (connect(p->fd, (struct sockaddr *)&ss, len) < 0)
			error = errno;
		if (error == EALREADY || error == EINPROGRESS)
			return;
		if (error == EISCONN)
			error = 0;
	} else if ((events & EPOLLOUT) == 0) {
		return;
	}
	wait_off(s, p);
	if (error == 0 || outcome_of(error) == OPEN)
		socket_reset(s, p);
	decide(s, p, error == 0 ? OPEN : outcome_of(error), error);
}

/* --- waiting ----------------------------------------------------------- */

/* Whether this probe waited long enough.  Half a tick more or less is as good
 * as exact.  A host that is known to be usable does not wait for its silent
 * ports longer than a few of its round trips. */
static bool
waited(const struct sweep *s, const struct sweep_probe *p)
{
	const struct sweep_host *h = &s->hosts[p->host];
	int64_t now = s->now + SWEEP_TICK / 2;

	if (h->open != 0 && now - h->since >= 4 * h->took + SWEEP_TICK)
		return true;
	return now - p->began >= (p->attempt == 0 ?
	    rtt_first(s->rtt, &h->addr) : rtt_second(s->rtt, &h->addr));
}

/* Nothing came that would have ended the connect.  An ICMP error that met a
 * busy socket is only noted by the kernel: that is an answer all the same. */
static void
give_up(struct sweep *s, struct sweep_probe *p)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ||
	    outcome_of(error) != UNREACHABLE)
		error = 0;
	if (last_ones(s))
		socket_close(s, p);
	else
		socket_reset(s, p);
	decide(s, p, error != 0 ? UNREACHABLE : SILENT, error);
}

static void
look(struct sweep *s, struct sweep_probe *p)
{
	if (p->state == PROBE_STUCK) {
		dial(s, p);
	} else if (!waited(s, p)) {
		wait_on(s, p);
	} else if (p->attempt > 0 || s->hosts[p->host].open != 0) {
		give_up(s, p);
	} else if (!sweep_token(s)) {
		wait_on(s, p);
	} else {
		/* From another port: a late answer to the first is not lost
		 * on a host, only on us, and cannot be taken for the second. */
		socket_reset(s, p);
		p->attempt = 1;
		if (p->fd < 0 && !socket_open(s, p,
		    (uint32_t)(p - s->probes), p->family))
			decide(s, p, SILENT, 0);
		else
			dial(s, p);
	}
}

void
sweep_probes_expire(struct sweep *s)
{
	uint32_t i;

	while ((i = s->waiting.head) != SWEEP_NONE &&
	    s->probes[i].look <= s->now) {
		wait_off(s, &s->probes[i]);
		look(s, &s->probes[i]);
	}
}
