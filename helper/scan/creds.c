#include "helper/scan/creds.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/scan/plan.h"

#define BUCKETS   4096
#define KEPT_MAX  16384		/* accounts remembered; idle local ones go first */
#define SUBNETS   1024		/* remembered winners; a collision forgets one */
#define STREAK_MAX 10		/* the most that `refusals` may be */

struct account {
	struct account *next;
	char *key;
	bool per_host, proven, told;
	unsigned in_flight, waiters, streak;
	int claim;			/* keeps other runs from trying; -1: none */
	/* what was refused in this streak, to suspend all of it */
	struct secret *refused[STREAK_MAX];
	size_t nrefused;
	pthread_cond_t turn;
};

struct winner { struct net_addr net; size_t cred; bool set; };

struct creds {
	const struct scan_plan *plan;
	struct suspend *suspended;
	struct worked *worked;		/* may be NULL */
	void (*log)(void *ctx, const char *line);
	void *ctx;
	pthread_mutex_t lock;
	pthread_condattr_t clock;
	struct account *bucket[BUCKETS];
	size_t naccounts;
	struct winner winner[PROTO_COUNT][SUBNETS];
};

struct creds *
creds_new(const struct scan_plan *plan, struct suspend *suspended,
    void (*log)(void *ctx, const char *line), void *ctx, struct err *e)
{
	struct creds *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		fail(e, ERR_MEMORY, "no memory for credentials");
		return NULL;
	}
	c->plan = plan;
	c->suspended = suspended;
	c->log = log;
	c->ctx = ctx;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&c->clock);
	pthread_condattr_setclock(&c->clock, CLOCK_MONOTONIC);
	return c;
}

void
creds_use_worked(struct creds *c, struct worked *w)
{
	c->worked = w;
}

static void
account_free(struct account *a)
{
	for (size_t i = 0; i < a->nrefused; i++)
		secret_free(a->refused[i]);
	pthread_cond_destroy(&a->turn);
	free(a->key);
	free(a);
}

void
creds_free(struct creds *c)
{
	struct account *next;

	if (c == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct account *a = c->bucket[i]; a != NULL; a = next) {
			next = a->next;
			account_free(a);
		}
	pthread_condattr_destroy(&c->clock);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* --- order ------------------------------------------------------------------- */

static uint32_t
hash_bytes(const void *p, size_t n)		/* FNV-1a */
{
	const uint8_t *b = p;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 16777619u;
	return h;
}

/* The neighbourhood of a host: /24, or /64 of IPv6. */
static struct winner *
winner_of(struct creds *c, enum protocol proto, const struct net_addr *host,
    struct net_addr *net)
{
	*net = (struct net_addr){ .family = host->family, .scope = host->scope };
	memcpy(net->ip, host->ip, host->family == 4 ? 3 : 8);
	return &c->winner[proto][hash_bytes(net->ip, sizeof(net->ip)) % SUBNETS];
}

/* The index of what worked at this very host, or near it; SIZE_MAX: none. */
static size_t
first_of(struct creds *c, enum protocol proto, const struct net_addr *host)
{
	struct net_addr net;
	const struct winner *w = winner_of(c, proto, host, &net);
	const char *id = c->worked != NULL ? worked_get(c->worked,
	    protocol_name(proto), host) : NULL;

	for (size_t i = 0; id != NULL && i < c->plan->ncreds; i++)
		if (c->plan->creds[i].protocol == proto &&
		    strcmp(c->plan->creds[i].id, id) == 0)
			return i;
	return w->set && net_addr_cmp(&w->net, &net) == 0 ? w->cred : SIZE_MAX;
}

size_t
creds_order(struct creds *c, enum protocol proto, const struct net_addr *host,
    const uint32_t *tags, size_t ntags, const struct cred **out)
{
	size_t index[1000], n, first;	/* the plan holds 1000 at most */

	n = plan_creds_for(c->plan, proto, tags, ntags, index);
	pthread_mutex_lock(&c->lock);
	first = first_of(c, proto, host);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 1; i < n; i++)
		if (index[i] == first) {
			memmove(index + 1, index, i * sizeof(*index));
			index[0] = first;
		}
	for (size_t i = 0; i < n; i++)
		out[i] = &c->plan->creds[index[i]];
	return n;
}

static void
remember(struct creds *c, const struct cred *cred, const struct net_addr *host)
{
	struct net_addr net;
	struct winner *w = winner_of(c, cred->protocol, host, &net);

	w->net = net;
	w->cred = (size_t)(cred - c->plan->creds);
	w->set = true;
	/* where there is no choice there is nothing to learn */
	if (c->worked != NULL && c->plan->ncreds > 1)
		worked_put(c->worked, protocol_name(cred->protocol), host,
		    cred->id);
}

/* --- accounts ------------------------------------------------------------------ */

/* ".\user" and a bare name are local to each host; so is every SSH account. */
static bool
is_per_host(const struct cred *c)
{
	const char *slash = strchr(c->user, '\\');

	if (c->protocol == PROTO_SSH)
		return true;
	if (slash != NULL)
		return slash == c->user || (slash == c->user + 1 &&
		    c->user[0] == '.');
	return strchr(c->user, '@') == NULL && c->realm == NULL;
}

static char *
account_key(const struct cred *c, const struct net_addr *host)
{
	const char *user = strchr(c->user, '\\');
	char addr[NET_ADDR_TEXT], *key;
	int n;

	if (!is_per_host(c))
		n = asprintf(&key, "wmi %s%s%s", c->user,
		    strpbrk(c->user, "\\@") == NULL ? "@" : "",
		    strpbrk(c->user, "\\@") == NULL ? c->realm : "");
	else
		n = asprintf(&key, "%s %s %s", protocol_name(c->protocol),
		    net_addr_text(host, addr), c->protocol == PROTO_WMI &&
		    user != NULL ? user + 1 : c->user);
	if (n < 0)
		return NULL;
	if (c->protocol == PROTO_WMI)	/* Windows does not tell case apart */
		for (char *s = key; *s != '\0'; s++)
			if (isascii((unsigned char)*s))
				*s = (char)tolower((unsigned char)*s);
	return key;
}

static bool
is_idle(const struct account *a)
{
	return a->per_host && a->in_flight == 0 && a->waiters == 0;
}

/* A host is asked once a run, so its local accounts may be forgotten; what was
 * suspended is on disk. */
static void
forget_idle(struct creds *c)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct account **at = &c->bucket[i], *a;
		    (a = *at) != NULL;) {
			if (!is_idle(a)) {
				at = &a->next;
				continue;
			}
			*at = a->next;
			account_free(a);
			c->naccounts--;
		}
}

/* Takes key. */
static struct account *
account_get(struct creds *c, char *key, bool per_host)
{
	size_t b = hash_bytes(key, strlen(key)) % BUCKETS;
	struct account *a;

	for (a = c->bucket[b]; a != NULL; a = a->next)
		if (strcmp(a->key, key) == 0) {
			free(key);
			return a;
		}
	if (c->naccounts >= KEPT_MAX)
		forget_idle(c);
	if ((a = calloc(1, sizeof(*a))) == NULL) {
		free(key);
		return NULL;
	}
	a->key = key;
	a->per_host = per_host;
	a->claim = -1;
	pthread_cond_init(&a->turn, &c->clock);
	a->next = c->bucket[b];
	c->bucket[b] = a;
	c->naccounts++;
	return a;
}

/* The password or the hash that is at stake. */
static struct secret *
secret_of(const struct cred *c)
{
	return c->password != NULL ? c->password : c->nt_hash;
}

static bool
refuse(const struct cred *c, struct err *e)
{
	fail(e, ERR_SUSPENDED, "%s is suspended after wrong passwords", c->user);
	return fail_at(e, STAGE_LOGON);
}

/* Waits for the account's turn; the lock is held. */
static bool
wait_turn(struct creds *c, struct account *a, const struct cred *cred,
    struct deadline by, struct err *e)
{
	struct timespec until = { by.at_ns / 1000000000,
	    by.at_ns % 1000000000 };
	bool ok = true;

	a->waiters++;
	while (ok && a->streak < c->plan->refusals && !a->proven &&
	    a->in_flight > 0) {
		if (!deadline_check(by, e)) {
			fail_in(e, "waiting for another log-on of %s", cred->user);
			ok = fail_at(e, STAGE_LOGON);
		} else if (by.at_ns == DEADLINE_NEVER) {
			pthread_cond_wait(&a->turn, &c->lock);
		} else {
			pthread_cond_timedwait(&a->turn, &c->lock, &until);
		}
	}
	a->waiters--;
	return ok && (a->streak < c->plan->refusals || refuse(cred, e));
}

/* Says once that an account is suspended: now, or since an earlier scan. */
static void
tell(struct creds *c, const struct cred *cred, const struct net_addr *host,
    bool earlier)
{
	char line[500], addr[NET_ADDR_TEXT], now[64] = "by an earlier scan";

	if (!earlier)
		snprintf(now, sizeof(now), "%u times in a row",
		    c->plan->refusals);
	snprintf(line, sizeof(line), "Account %.100s%s%s was refused %s and is "
	    "suspended, so that it does not lock. It is tried again when its "
	    "password in credential \"%.60s\" is changed.", cred->user,
	    is_per_host(cred) ? " on " : "", is_per_host(cred) ?
	    net_addr_text(host, addr) : "", now, cred->id);
	if (c->log != NULL)
		c->log(c->ctx, line);
}

/* Another run may be trying the account now: of both together, one at a time.
 * The account is kept by its in_flight. */
static bool
claim(struct creds *c, struct account *a, const struct cred *cred,
    struct deadline by, struct err *e)
{
	int fd;

	if (!suspend_claim(c->suspended, a->key, &fd, by, e)) {
		fail_in(e, "waiting for a log-on of %s by another scan", cred->user);
		return fail_at(e, STAGE_LOGON);
	}
	pthread_mutex_lock(&c->lock);
	a->claim = fd;
	pthread_mutex_unlock(&c->lock);
	return true;
}

bool
creds_try(struct creds *c, const struct cred *cred, const struct net_addr *host,
    struct deadline by, struct err *e)
{
	struct account *a = NULL;
	bool ok = false, loud, proven = false;
	char *key;

	if (!cred_is_guessable(cred))
		return true;
	if ((key = account_key(cred, host)) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	pthread_mutex_lock(&c->lock);
	if ((a = account_get(c, key, is_per_host(cred))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
	} else if (wait_turn(c, a, cred, by, e)) {
		a->in_flight++;
		proven = a->proven;
		ok = true;
	}
	pthread_mutex_unlock(&c->lock);
	if (ok && !proven && !claim(c, a, cred, by, e)) {
		creds_tried(c, cred, host, ATTEMPT_UNDECIDED);
		return false;
	}
	/* the account stays while it is in flight */
	if (ok && suspend_count(c->suspended, a->key, secret_of(cred)) >=
	    c->plan->refusals) {
		pthread_mutex_lock(&c->lock);
		loud = !a->told;
		a->told = true;
		pthread_mutex_unlock(&c->lock);
		if (loud)
			tell(c, cred, host, true);
		creds_tried(c, cred, host, ATTEMPT_UNDECIDED);
		ok = refuse(cred, e);
		fail_hint(e, "An earlier scan was refused with this very secret: "
		    "correct it, and the account is tried again.");
	}
	return ok;
}

/* A streak of refusals: remembers which secrets, gives whether it is over. */
static bool
add_refusal(struct creds *c, struct account *a, struct secret *secret)
{
	bool known = false;

	a->proven = false;
	a->streak++;
	for (size_t i = 0; i < a->nrefused; i++)
		known |= secret_equal(a->refused[i], secret);
	if (!known && a->nrefused < STREAK_MAX)
		a->refused[a->nrefused++] = secret_ref(secret);
	return a->streak >= c->plan->refusals;
}

static void
end_streak(struct account *a)
{
	for (size_t i = 0; i < a->nrefused; i++)
		secret_free(a->refused[i]);
	a->nrefused = 0;
	a->streak = 0;
}

/* What the disk must learn; the account is kept by its in_flight. */
static void
record(struct creds *c, struct account *a, struct secret *secret,
    bool suspended, bool worked)
{
	unsigned before;

	if (c->suspended == NULL)
		return;
	for (size_t i = 0; suspended && i < a->nrefused; i++)
		suspend_set(c->suspended, a->key, a->refused[i],
		    c->plan->refusals);
	if (suspended)
		return;
	before = suspend_count(c->suspended, a->key, secret);
	if (worked && before > 0)
		suspend_set(c->suspended, a->key, secret, 0);
	else if (!worked)
		suspend_set(c->suspended, a->key, secret, before + 1);
}

void
creds_tried(struct creds *c, const struct cred *cred,
    const struct net_addr *host, enum attempt how)
{
	bool suspended = false, loud = false, changed;
	struct account *a;
	char *key;
	int fd;

	pthread_mutex_lock(&c->lock);
	if (how == ATTEMPT_WORKED)
		remember(c, cred, host);
	if (!cred_is_guessable(cred) ||
	    (key = account_key(cred, host)) == NULL ||
	    (a = account_get(c, key, is_per_host(cred))) == NULL) {
		pthread_mutex_unlock(&c->lock);
		return;
	}
	changed = how == ATTEMPT_REFUSED || (how == ATTEMPT_WORKED && !a->proven);
	if (how == ATTEMPT_REFUSED)
		suspended = add_refusal(c, a, secret_of(cred));
	if (suspended && !a->told)
		loud = a->told = true;
	if (how == ATTEMPT_WORKED) {
		a->proven = true;
		end_streak(a);
	}
	pthread_mutex_unlock(&c->lock);
	if (changed)
		record(c, a, secret_of(cred), suspended, how == ATTEMPT_WORKED);
	pthread_mutex_lock(&c->lock);
	fd = a->claim;
	a->claim = -1;
	a->in_flight--;
	pthread_cond_broadcast(&a->turn);
	pthread_mutex_unlock(&c->lock);
	suspend_release(fd);
	if (loud)
		tell(c, cred, host, false);
}

void
creds_wake(struct creds *c)
{
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct account *a = c->bucket[i]; a != NULL; a = a->next)
			pthread_cond_broadcast(&a->turn);
	pthread_mutex_unlock(&c->lock);
}
