/* sweep_host.c: one address: pinged, its ports gathered, reported. */
#include <errno.h>

#include "helper/target/sweep_parts.h"

#define ECHOES 2	/* the second when half the time has passed */

uint32_t
sweep_host_new(struct sweep *s, const struct sweep_target *t)
{
	uint32_t i = s->hosts_free.head, round = 0;

	if (i != SWEEP_NONE) {
		sweep_list_del(&s->hosts_free, s->hosts, sizeof(*s->hosts), i);
		round = s->hosts[i].round + 1;
	} else if (sweep_room(&s->hosts, s->nhosts, &s->host_cap,
	    sizeof(*s->hosts))) {
		i = s->nhosts++;
	} else {
		return SWEEP_NONE;
	}
	s->hosts[i] = (struct sweep_host){ .addr = t->addr,
	    .cookie = t->cookie, .round = round };
	return i;
}

static void
report(struct sweep *s, uint32_t i, enum sweep_state state)
{
	struct sweep_host *h = &s->hosts[i];
	struct sweep_result r = { .addr = h->addr, .cookie = h->cookie,
	    .state = state, .open = h->open, .refused = h->refused,
	    .seconds = (double)h->took / 1e9, .pinged = h->pinged };

	if (state == SWEEP_ERROR || state == SWEEP_UNREACHABLE)
		r.error = h->error;
	h->echoes = 0;		/* a late reply finds nobody */
	sweep_list_put_first(&s->hosts_free, s->hosts, sizeof(*h), i);
	s->cfg->result(s->cfg->ctx, &r);
}

void
sweep_host_settle(struct sweep *s, uint32_t i)
{
	const struct sweep_host *h = &s->hosts[i];

	if (h->undecided > 0 || h->next_port < s->cfg->nports)
		return;
	if (h->open != 0)
		report(s, i, SWEEP_OPEN);
	else if (h->refused != 0)
		report(s, i, SWEEP_REFUSED);
	else if (h->unreachable != 0)
		report(s, i, SWEEP_UNREACHABLE);
	else if (h->failed != 0)
		report(s, i, SWEEP_ERROR);
	else
		report(s, i, SWEEP_SILENT);
}

/* --- echo -------------------------------------------------------------- */

static uint64_t
mark_of(const struct sweep *s, uint32_t i)
{
	return (uint64_t)s->hosts[i].round << 32 | i;
}

static int64_t
half(const struct sweep *s)
{
	return (int64_t)(s->cfg->ping_timeout * 1e9) / ECHOES;
}

/* The queue may be full: then it is the network's loss of one echo. */
static bool
lost_here(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ENOMEM ||
	    error == EINTR;
}

static void
echo(struct sweep *s, uint32_t i)
{
	struct sweep_host *h = &s->hosts[i];
	int error;

	h->since = now_ns();
	h->echoes++;
	error = icmp_send(s->icmp, &h->addr, mark_of(s, i));
	if (error == 0 || lost_here(error)) {
		sweep_list_add(&s->pinging, s->hosts, sizeof(*h), i);
		s->npinging++;
		return;
	}
	h->error = error;
	report(s, i, net_errno_code(error) == ERR_UNREACHABLE ?
	    SWEEP_UNREACHABLE : SWEEP_ERROR);
}

bool
sweep_host_ping(struct sweep *s, uint32_t i)
{
	if (s->icmp == NULL || icmp_fd(s->icmp, s->hosts[i].addr.family) < 0)
		return false;
	echo(s, i);
	return true;
}

static void
replied(struct sweep *s, const struct icmp_reply *r)
{
	uint32_t i = (uint32_t)r->mark;
	struct sweep_host *h;

	if (i >= s->nhosts)
		return;
	h = &s->hosts[i];
	/* An old reply, a second one, or one from somebody else. */
	if (mark_of(s, i) != r->mark || h->pinged || h->echoes == 0 ||
	    net_addr_cmp(&h->addr, &r->from) != 0)
		return;
	h->pinged = true;
	h->took = s->now > h->since ? s->now - h->since : 1;
	rtt_answer(s->rtt, &h->addr, h->took);
	sweep_list_del(&s->pinging, s->hosts, sizeof(*h), i);
	s->npinging--;
	sweep_list_add(&s->ready, s->hosts, sizeof(*h), i);
}

void
sweep_host_replies(struct sweep *s, int family)
{
	struct icmp_reply replies[64];
	size_t n, seen;

	do {
		n = icmp_recv(s->icmp, family, replies, ARRAY_LEN(replies),
		    &seen);
		for (size_t i = 0; i < n; i++)
			replied(s, &replies[i]);
	} while (seen == ARRAY_LEN(replies));
}

void
sweep_hosts_expire(struct sweep *s)
{
	uint32_t i;

	while ((i = s->pinging.head) != SWEEP_NONE &&
	    s->now - s->hosts[i].since >= half(s)) {
		if (s->hosts[i].echoes < ECHOES && !sweep_token(s))
			return;
		sweep_list_del(&s->pinging, s->hosts, sizeof(*s->hosts), i);
		s->npinging--;
		if (s->hosts[i].echoes < ECHOES)
			echo(s, i);
		else
			report(s, i, SWEEP_SILENT);
	}
}
