/* delay_proxy.c: a TCP proxy that makes the way longer, in both directions.
 *
 *	delay_proxy MILLISECONDS LISTEN-ADDRESS TARGET-ADDRESS PORT ...
 *
 * Every octet arrives that much later than it was sent; a connection's first
 * ones later by the two legs that its handshake would have taken.  The same
 * port numbers on both addresses.  Writes "ready" once it listens.
 *
 * rooms: helper/base
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/deadline.h"

#define PORTS 8
#define PAIRS 256
#define CHUNK 65536

struct chunk { struct chunk *next; int64_t due; size_t n, sent; char octets[]; };
struct lane { int from, to; struct chunk *first, **last; bool ended; };
struct pair { int64_t born; struct lane lane[2]; };

struct proxy {
	int64_t delay;
	int listener[PORTS];
	uint16_t port[PORTS];
	int nports;
	struct in_addr target;
	struct pair *pair[PAIRS];
	int npairs;
};

static int
dial(struct in_addr where, uint16_t port, bool listening)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = where };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (listening ? bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0 ||
	    listen(fd, 64) != 0 :
	    connect(fd, (struct sockaddr *)&in, sizeof(in)) != 0) {
		perror("delay_proxy");
		close(fd);
		return -1;
	}
	return fd;
}

static void
new_pair(struct proxy *p, int i)
{
	int client = accept4(p->listener[i], NULL, NULL, SOCK_CLOEXEC), one = 1;
	int host = client >= 0 ? dial(p->target, p->port[i], false) : -1;
	struct pair *c = calloc(1, sizeof(*c));

	if (host < 0 || c == NULL || p->npairs == PAIRS) {
		close(client);
		close(host);
		free(c);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->born = now_ns();
	c->lane[0] = (struct lane){ .from = client, .to = host };
	c->lane[1] = (struct lane){ .from = host, .to = client };
	c->lane[0].last = &c->lane[0].first;
	c->lane[1].last = &c->lane[1].first;
	p->pair[p->npairs++] = c;
}

static void
take(const struct proxy *p, const struct pair *c, struct lane *l)
{
	struct chunk *k = malloc(sizeof(*k) + CHUNK);
	ssize_t n = k != NULL ? recv(l->from, k->octets, CHUNK, 0) : 0;

	if (k == NULL)
		abort();
	*k = (struct chunk){ .due = now_ns() + p->delay, .n = n > 0 ? (size_t)n : 0 };
	if (k->due < c->born + 3 * p->delay && l == &c->lane[0])
		k->due = c->born + 3 * p->delay;
	l->ended = n <= 0;
	*l->last = k;
	l->last = &k->next;
}

/* Sends what is due; false: the lane is at its end. */
static bool
give(struct lane *l, int64_t now)
{
	struct chunk *k;
	ssize_t n;

	while ((k = l->first) != NULL && k->due <= now) {
		if (k->n == 0)
			return shutdown(l->to, SHUT_WR) == 0 && false;
		n = send(l->to, k->octets + k->sent, k->n - k->sent, MSG_NOSIGNAL);
		if (n < 0)
			return false;
		if ((k->sent += (size_t)n) < k->n)
			return true;
		if ((l->first = k->next) == NULL)
			l->last = &l->first;
		free(k);
	}
	return true;
}

static void
drop_pair(struct proxy *p, int i)
{
	struct pair *c = p->pair[i];

	for (int d = 0; d < 2; d++)
		for (struct chunk *k = c->lane[d].first, *next; k != NULL; k = next) {
			next = k->next;
			free(k);
		}
	close(c->lane[0].from);
	close(c->lane[1].from);
	free(c);
	p->pair[i] = p->pair[--p->npairs];
}

/* Milliseconds until the next chunk is due. */
static int
until_due(const struct proxy *p)
{
	int64_t soonest = INT64_MAX, now = now_ns();

	for (int i = 0; i < 2 * p->npairs; i++) {
		const struct lane *l = &p->pair[i / 2]->lane[i % 2];

		if (l->first != NULL && l->first->due < soonest)
			soonest = l->first->due;
	}
	return soonest == INT64_MAX ? -1 : soonest <= now ? 0 :
	    (int)((soonest - now + 999999) / 1000000);
}

static void
turn(struct proxy *p)
{
	struct pollfd fds[PORTS + 2 * PAIRS];
	int n = p->nports, pairs = p->npairs;

	for (int i = 0; i < p->nports; i++)
		fds[i] = (struct pollfd){ p->listener[i], POLLIN, 0 };
	for (int i = 0; i < 2 * pairs; i++) {
		const struct lane *l = &p->pair[i / 2]->lane[i % 2];

		fds[n++] = (struct pollfd){ l->ended ? -1 : l->from, POLLIN, 0 };
	}
	if (poll(fds, (nfds_t)n, until_due(p)) < 0)
		exit(1);
	for (int i = 0; i < 2 * pairs; i++)
		if (fds[p->nports + i].revents != 0)
			take(p, p->pair[i / 2], &p->pair[i / 2]->lane[i % 2]);
	for (int i = pairs; i-- > 0;) {
		bool up = give(&p->pair[i]->lane[0], now_ns());

		if (!give(&p->pair[i]->lane[1], now_ns()) || !up)
			drop_pair(p, i);
	}
	for (int i = 0; i < p->nports; i++)
		if (fds[i].revents != 0)
			new_pair(p, i);
}

int
main(int argc, char **argv)
{
	struct proxy p = { 0 };
	struct in_addr here;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 5 || argc - 4 > PORTS || inet_pton(AF_INET, argv[2], &here) != 1 ||
	    inet_pton(AF_INET, argv[3], &p.target) != 1) {
		fprintf(stderr, "delay_proxy MILLISECONDS LISTEN TARGET PORT ...\n");
		return 2;
	}
	p.delay = (int64_t)(atof(argv[1]) * 1e6);
	for (int i = 4; i < argc; i++) {
		p.port[p.nports] = (uint16_t)atoi(argv[i]);
		p.listener[p.nports] = dial(here, p.port[p.nports], true);
		if (p.listener[p.nports++] < 0)
			return 1;
	}
	printf("ready\n");
	fflush(stdout);
	for (;;)
		turn(&p);
}
