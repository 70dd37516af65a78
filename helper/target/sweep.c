/* sweep.c: the loop: what is begun, what woke us, what has waited enough. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "helper/target/sweep_parts.h"

#define EVENTS     256		/* taken from epoll at once */
#define BEGIN      64		/* probes begun before events are looked at */
#define PING_MOST  8192		/* echoes waited for at once */
#define MOST       65536	/* probes at once, whatever descriptors allow */
#define SPARE      8		/* descriptors of the loop itself, and luck */
#define MS         INT64_C(1000000)
#define ASK_AGAIN  (100 * MS)	/* after SWEEP_LATER, should a wake be lost */
#define ASK_SOON   (10 * MS)	/* the same without a descriptor to wake us */

/* What epoll says beside the place of a probe. */
enum { WOKEN = -1, CANCELLED = -2, ECHO4 = -4, ECHO6 = -6 };

/* --- lists and arrays -------------------------------------------------- */

static struct sweep_link *
at(void *elements, size_t size, uint32_t i)
{
	return (struct sweep_link *)(void *)((char *)elements + size * i);
}

void
sweep_list_add(struct sweep_list *l, void *elements, size_t size, uint32_t i)
{
	*at(elements, size, i) = (struct sweep_link){ l->tail, SWEEP_NONE };
	if (l->tail != SWEEP_NONE)
		at(elements, size, l->tail)->next = i;
	else
		l->head = i;
	l->tail = i;
}

void
sweep_list_put_first(struct sweep_list *l, void *elements, size_t size,
    uint32_t i)
{
	*at(elements, size, i) = (struct sweep_link){ SWEEP_NONE, l->head };
	if (l->head != SWEEP_NONE)
		at(elements, size, l->head)->prev = i;
	else
		l->tail = i;
	l->head = i;
}

void
sweep_list_del(struct sweep_list *l, void *elements, size_t size, uint32_t i)
{
	struct sweep_link k = *at(elements, size, i);

	if (k.prev != SWEEP_NONE)
		at(elements, size, k.prev)->next = k.next;
	else
		l->head = k.next;
	if (k.next != SWEEP_NONE)
		at(elements, size, k.next)->prev = k.prev;
	else
		l->tail = k.prev;
}

bool
sweep_room(void *array, uint32_t n, uint32_t *cap, size_t size)
{
	uint32_t want = *cap == 0 ? 64 : *cap * 2;
	void **p = array, *more;

	if (n < *cap)
		return true;
	if ((more = reallocarray(*p, want, size)) == NULL)
		return false;
	*p = more;
	*cap = want;
	return true;
}

/* --- rate -------------------------------------------------------------- */

static void
fill(struct sweep *s)
{
	double rate = s->cfg->rate;
	/* What a sleep of a few milliseconds would lose may be caught up. */
	double burst = rate * 0.01 > 1 ? rate * 0.01 : 1;

	if (!(rate > 0))
		return;
	s->tokens += (double)(s->now - s->filled) / 1e9 * rate;
	s->filled = s->now;
	if (s->tokens > burst)
		s->tokens = burst;
}

bool
sweep_token(struct sweep *s)
{
	if (!(s->cfg->rate > 0))
		return true;
	if (s->tokens < 1)
		return false;
	s->tokens -= 1;
	return true;
}

/* --- beginning --------------------------------------------------------- */

enum fed { FED_ENOUGH, FED_FULL, FED_RATE, FED_LATER, FED_END, FED_MEMORY };

/* The next host whose ports are to be begun becomes the current one. */
static enum fed
next_host(struct sweep *s)
{
	struct sweep_target t;

	if ((s->current = s->ready.head) != SWEEP_NONE) {
		sweep_list_del(&s->ready, s->hosts, sizeof(*s->hosts),
		    s->current);
		return FED_ENOUGH;
	}
	if (s->ended)
		return FED_END;
	if (s->ask_again > s->now)
		return FED_LATER;
	if (s->npinging >= PING_MOST)
		return FED_FULL;
	switch (s->cfg->source(s->cfg->ctx, &t)) {
	case SWEEP_HAVE:
		break;
	case SWEEP_LATER:
		s->ask_again = s->now + (s->cfg->wake_fd < 0 ? ASK_SOON :
		    ASK_AGAIN);
		return FED_LATER;
	default:
		s->ended = true;
		return FED_END;
	}
	if ((s->current = sweep_host_new(s, &t)) == SWEEP_NONE)
		return FED_MEMORY;
	return FED_ENOUGH;
}

/* One connect, or one echo.  FED_ENOUGH: there may be more to begin. */
static enum fed
begin_one(struct sweep *s)
{
	enum fed fed = FED_ENOUGH;
	struct sweep_host *h;
	uint32_t i;

	if (s->busy >= s->limit)
		return FED_FULL;
	/* Whether there is one at all comes before whether it may go now. */
	if (s->current == SWEEP_NONE && (fed = next_host(s)) != FED_ENOUGH)
		return fed;
	if (s->cfg->rate > 0 && s->tokens < 1)
		return FED_RATE;
	i = s->current;
	h = &s->hosts[i];
	if (s->cfg->ping_first && h->echoes == 0 && sweep_host_ping(s, i)) {
		s->current = SWEEP_NONE;
	} else {
		/* The last port is begun: what is decided now may be told. */
		if (++h->next_port == s->cfg->nports)
			s->current = SWEEP_NONE;
		if (!sweep_probe_begin(s, i, (uint8_t)(h->next_port - 1))) {
			h->next_port--;
			s->current = i;
			return FED_FULL;
		}
	}
	(void)sweep_token(s);
	return FED_ENOUGH;
}

static enum fed
begin(struct sweep *s)
{
	enum fed fed = FED_ENOUGH;

	if (s->limit < s->most && s->now >= s->limit_grows) {
		s->limit += s->limit / 8 + 1;
		if (s->limit > s->most)
			s->limit = s->most;
		s->limit_grows = s->now + 10 * SWEEP_TICK;
	}
	for (int i = 0; i < BEGIN && fed == FED_ENOUGH; i++)
		fed = begin_one(s);
	return fed;
}

/* --- waiting ----------------------------------------------------------- */

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Until when nothing can happen that no descriptor tells. */
static int64_t
idle_until(const struct sweep *s, enum fed fed, struct deadline by)
{
	int64_t until = by.at_ns;

	if (s->waiting.head != SWEEP_NONE)
		until = sooner(until, s->probes[s->waiting.head].look);
	if (s->pinging.head != SWEEP_NONE)
		until = sooner(until, s->hosts[s->pinging.head].since +
		    (int64_t)(s->cfg->ping_timeout * 5e8));
	if (fed == FED_RATE)
		until = sooner(until, s->now + (int64_t)((1 - s->tokens) /
		    s->cfg->rate * 1e9) + 1);
	if (fed == FED_LATER)
		until = sooner(until, s->ask_again);
	if (fed == FED_FULL)
		until = sooner(until, s->now + SWEEP_TICK);
	return until;
}

static int
wait_ms(const struct sweep *s, enum fed fed, struct deadline by)
{
	int64_t until;

	if (fed == FED_ENOUGH)
		return 0;
	until = idle_until(s, fed, by);
	if (until == DEADLINE_NEVER)
		return -1;
	if (until <= s->now)
		return 0;
	until = (until - s->now + MS - 1) / MS;
	return until < 60000 ? (int)until : 60000;
}

static void
woken(struct sweep *s)
{
	uint64_t times;

	if (read(s->cfg->wake_fd, &times, sizeof(times)) >= 0)
		s->ask_again = 0;
}

/* false: cancelled. */
static bool
handle(struct sweep *s, const struct epoll_event *ev, int n)
{
	for (int i = 0; i < n; i++) {
		switch ((int64_t)ev[i].data.u64) {
		case CANCELLED:
			return false;
		case WOKEN:
			woken(s);
			break;
		case ECHO4:
			sweep_host_replies(s, 4);
			break;
		case ECHO6:
			sweep_host_replies(s, 6);
			break;
		default:
			sweep_probe_event(s, (uint32_t)ev[i].data.u64,
			    ev[i].events);
		}
	}
	return true;
}

static bool
loop(struct sweep *s, struct deadline by, struct err *e)
{
	struct epoll_event ev[EVENTS];
	enum fed fed;
	int n;

	for (;;) {
		fed = begin(s);
		if (fed == FED_MEMORY)
			return fail(e, ERR_MEMORY, "no memory for the sweep");
		if (fed == FED_END && s->busy == 0 && s->npinging == 0 &&
		    s->ready.head == SWEEP_NONE)
			return true;
		if (fed == FED_LATER && s->busy == 0 && s->sockets > 0)
			sweep_probes_rest(s);
		s->now = now_ns();
		n = epoll_wait(s->ep, ev, EVENTS, wait_ms(s, fed, by));
		if (n < 0 && errno != EINTR)
			return fail_errno(e, ERR_INTERNAL, "epoll_wait");
		s->now = now_ns();
		if (n > 0 && !handle(s, ev, n))
			return fail(e, ERR_CANCELLED, "cancelled");
		if (s->now >= by.at_ns)
			return fail(e, ERR_TIMEOUT, "the sweep took too long");
		/* Who asks a second time goes first: he holds a place. */
		fill(s);
		sweep_probes_expire(s);
		sweep_hosts_expire(s);
	}
}

/* --- begin and end ----------------------------------------------------- */

static unsigned
descriptors_used(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	if (d == NULL)
		return 64;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n > 3 ? n - 3 : 0;	/* ".", ".." and the folder's own */
}

/* How many sockets there may be; at least one is tried. */
static uint32_t
descriptors_free(const struct sweep_config *c)
{
	struct rlimit r;
	uint64_t taken = (uint64_t)descriptors_used() + c->keep_descriptors +
	    SPARE, all;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		all = 1024;
	else
		all = r.rlim_cur == RLIM_INFINITY ? MOST * 2 : r.rlim_cur;
	all = all > taken ? all - taken : 1;
	if (c->in_flight > 0 && c->in_flight < all)
		all = c->in_flight;
	return all < MOST ? (uint32_t)all : MOST;
}

static bool
watch(struct sweep *s, int fd, int64_t what, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN,
	    .data.u64 = (uint64_t)what };

	if (fd < 0 || epoll_ctl(s->ep, EPOLL_CTL_ADD, fd, &ev) == 0)
		return true;
	return fail_errno(e, ERR_INTERNAL, "epoll_ctl");
}

static bool
prepare(struct sweep *s, struct deadline by, struct err *e)
{
	int probe;

	s->rtt = rtt_new((int64_t)(s->cfg->connect_timeout * 1e9),
	    s->cfg->rate > 0);
	if (s->rtt == NULL)
		return fail(e, ERR_MEMORY, "no memory for the sweep");
	if ((s->ep = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    (probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return fail_errno(e, ERR_LIMIT, "not one descriptor is left "
		    "for the sweep");
	close(probe);
	if (s->cfg->ping_first)
		s->icmp = icmp_open();
	s->most = s->limit = descriptors_free(s->cfg);
	s->now = s->filled = now_ns();
	s->tokens = 1;
	return watch(s, by.cancel_fd, CANCELLED, e) &&
	    watch(s, s->cfg->wake_fd, WOKEN, e) &&
	    (s->icmp == NULL ||
	    (watch(s, icmp_fd(s->icmp, 4), ECHO4, e) &&
	    watch(s, icmp_fd(s->icmp, 6), ECHO6, e)));
}

bool
sweep_run(const struct sweep_config *c, struct deadline by, struct err *e)
{
	const struct sweep_list none = { SWEEP_NONE, SWEEP_NONE };
	struct sweep s = { .cfg = c, .ep = -1, .current = SWEEP_NONE,
	    .hosts_free = none, .pinging = none, .ready = none,
	    .idle = none, .waiting = none };
	bool ok;

	if (c->nports == 0 || c->nports > SWEEP_PORTS_MAX)
		return fail(e, ERR_INVALID, "1 to %d ports can be swept",
		    SWEEP_PORTS_MAX);
	ok = deadline_check(by, e) && prepare(&s, by, e) && loop(&s, by, e);
	sweep_probes_close(&s);
	if (s.ep >= 0)
		close(s.ep);
	icmp_close(s.icmp);
	rtt_free(s.rtt);
	free(s.hosts);
	free(s.probes);
	return ok;
}

const char *
sweep_ping_kind(void)
{
	struct icmp *i = icmp_open();
	const char *kind = i != NULL ? icmp_kind(i) : "";

	icmp_close(i);
	return kind;
}
