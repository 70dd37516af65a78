/* resolve.c: names to addresses and back, in a thread that may be left. */
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <poll.h>

#include "helper/base/net.h"
#include "helper/base/text.h"

#define RESOLVE_MAX   16		/* addresses kept of one name */
#define RESOLVE_STACK (512 * 1024)	/* NSS modules are not modest */

/* Shared by the asker and the resolver thread; the last one frees it. */
struct lookup {
	atomic_int holders;
	int done_fd;
	bool reverse;			/* `addr` to `name`; else the other way */
	struct net_addr addr;
	int error;			/* getaddrinfo's or getnameinfo's */
	size_t n;
	struct net_addr found[RESOLVE_MAX];
	char name[256];
};

static void
lookup_drop(struct lookup *l)
{
	if (atomic_fetch_sub(&l->holders, 1) != 1)
		return;
	close(l->done_fd);
	free(l);
}

static void
keep(struct lookup *l, const struct sockaddr *sa)
{
	struct net_addr a;

	if (!net_addr_from_sockaddr(sa, &a) || l->n == RESOLVE_MAX)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (net_addr_cmp(&l->found[i], &a) == 0)
			return;
	l->found[l->n++] = a;
}

static void
find_addresses(struct lookup *l)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;

	l->error = getaddrinfo(l->name, NULL, &hints, &list);
	for (struct addrinfo *ai = list; l->error == 0 && ai != NULL;
	    ai = ai->ai_next)
		keep(l, ai->ai_addr);
	if (list != NULL)
		freeaddrinfo(list);
}

static void
find_name(struct lookup *l)
{
	struct sockaddr_storage ss;
	socklen_t len = net_addr_sockaddr(&l->addr, 0, &ss);

	l->error = getnameinfo((struct sockaddr *)&ss, len, l->name,
	    sizeof(l->name), NULL, 0, NI_NAMEREQD);
	l->n = l->error == 0;
}

static void *
lookup_run(void *arg)
{
	struct lookup *l = arg;
	uint64_t one = 1;

	if (l->reverse)
		find_name(l);
	else
		find_addresses(l);
	if (write(l->done_fd, &one, sizeof(one)) < 0)
		l->n = 0;	/* cannot happen on a fresh eventfd */
	lookup_drop(l);
	return NULL;
}

static bool
lookup_start(struct lookup *l)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attr) != 0)
		return false;
	started = pthread_attr_setdetachstate(&attr,
	    PTHREAD_CREATE_DETACHED) == 0 &&
	    pthread_attr_setstacksize(&attr, RESOLVE_STACK) == 0 &&
	    pthread_create(&thread, &attr, lookup_run, l) == 0;
	pthread_attr_destroy(&attr);
	return started;
}

/* Of a name, or of an address where the name is NULL. */
static struct lookup *
lookup_new(const char *name, const struct net_addr *addr, struct err *e)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (l == NULL || (l->done_fd = eventfd(0, EFD_CLOEXEC)) < 0) {
		free(l);
		fail(e, ERR_MEMORY, "no memory or descriptor for a look-up");
		return NULL;
	}
	l->reverse = name == NULL;
	if (l->reverse)
		l->addr = *addr;
	else
		strcpy(l->name, name);	/* its length was checked */
	atomic_init(&l->holders, 2);
	if (!lookup_start(l)) {
		atomic_store(&l->holders, 1);
		lookup_drop(l);
		fail(e, ERR_MEMORY, "no thread for a look-up");
		return NULL;
	}
	return l;
}

size_t
net_resolve(const char *name, struct net_addr *out, size_t cap,
    struct deadline by, struct err *e)
{
	struct lookup *l;
	uint64_t count;
	size_t n = 0;

	if (cap > 0 && net_addr_parse(name, out))
		return 1;
	if (name[0] == '\0' || strlen(name) >= sizeof(l->name)) {
		fail(e, ERR_RESOLVE, "\"%.80s\" is no host name", name);
		fail_at(e, STAGE_RESOLVE);
		return 0;
	}
	if ((l = lookup_new(name, NULL, e)) == NULL) {
		fail_at(e, STAGE_RESOLVE);
		return 0;
	}
	/* reading it, and not only polling, orders what the thread wrote */
	if (deadline_wait(l->done_fd, POLLIN, by, e) &&
	    read(l->done_fd, &count, sizeof(count)) == sizeof(count)) {
		if (l->error != 0 || l->n == 0)
			fail_native(e, ERR_RESOLVE, (uint32_t)-l->error, "%s: %s",
			    name, l->error != 0 ? gai_strerror(l->error) :
			    "no address");
		n = l->n < cap ? l->n : cap;
		memcpy(out, l->found, n * sizeof(*out));
	}
	lookup_drop(l);
	if (n == 0)
		fail_at(e, STAGE_RESOLVE);
	return n;
}

bool
net_name(const struct net_addr *a, char *dst, size_t cap, struct deadline by,
    struct err *e)
{
	struct lookup *l = lookup_new(NULL, a, e);
	uint64_t count;
	bool found = false;

	if (l == NULL)
		return fail_at(e, STAGE_RESOLVE);
	if (deadline_wait(l->done_fd, POLLIN, by, e) &&
	    read(l->done_fd, &count, sizeof(count)) == sizeof(count)) {
		found = l->n == 1 && text_copy(dst, cap, l->name);
		if (!found)
			fail_native(e, ERR_RESOLVE, (uint32_t)-l->error,
			    "the address has no name: %s", l->error != 0 ?
			    gai_strerror(l->error) : "it is too long");
	}
	lookup_drop(l);
	return found || fail_at(e, STAGE_RESOLVE);
}
