/* icmp.c: echo over datagram or raw sockets. */
#include <errno.h>
#include <linux/icmp.h>		/* ICMP_FILTER is in no other header */
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/reader.h"
#include "helper/target/icmp.h"

#define BATCH    64
#define PACKET   24		/* header 8, random word 8, mark 8 */
#define RECEIVED 128		/* raw IPv4 has its header in front, 60 at most */
#define QUEUE    (4 << 20)	/* asked for; the system gives what it allows */

struct family {
	int fd;
	bool raw;
};

struct icmp {
	struct family v4, v6;
	uint64_t word;
};

static struct family *
family_of(struct icmp *i, int family)
{
	return family == 4 ? &i->v4 : &i->v6;
}

static void
accept_replies_only(const struct family *f, int domain)
{
	struct icmp6_filter six;
	uint32_t four = ~(UINT32_C(1) << ICMP_ECHOREPLY);

	if (!f->raw)
		return;
	if (domain == AF_INET) {
		(void)setsockopt(f->fd, SOL_RAW, ICMP_FILTER, &four,
		    sizeof(four));
		return;
	}
	ICMP6_FILTER_SETBLOCKALL(&six);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
	(void)setsockopt(f->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six,
	    sizeof(six));
}

static void
family_open(struct family *f, int domain, int protocol)
{
	int queue = QUEUE, flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	f->fd = socket(domain, SOCK_DGRAM | flags, protocol);
	if (f->fd < 0) {
		f->fd = socket(domain, SOCK_RAW | flags, protocol);
		f->raw = true;
	}
	if (f->fd < 0)
		return;
	accept_replies_only(f, domain);
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
	(void)setsockopt(f->fd, SOL_SOCKET, SO_SNDBUF, &queue, sizeof(queue));
}

struct icmp *
icmp_open(void)
{
	struct icmp *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	family_open(&i->v4, AF_INET, IPPROTO_ICMP);
	family_open(&i->v6, AF_INET6, IPPROTO_ICMPV6);
	if ((i->v4.fd < 0 && i->v6.fd < 0) ||
	    getrandom(&i->word, sizeof(i->word), 0) != sizeof(i->word)) {
		icmp_close(i);
		return NULL;
	}
	return i;
}

void
icmp_close(struct icmp *i)
{
	if (i == NULL)
		return;
	if (i->v4.fd >= 0)
		close(i->v4.fd);
	if (i->v6.fd >= 0)
		close(i->v6.fd);
	free(i);
}

int
icmp_fd(const struct icmp *i, int family)
{
	return family == 4 ? i->v4.fd : i->v6.fd;
}

const char *
icmp_kind(const struct icmp *i)
{
	const struct family *f = i->v4.fd >= 0 ? &i->v4 : &i->v6;

	return f->raw ? "raw" : "datagram";
}

/* RFC 1071; the kernel does it itself for IPv6. */
static uint16_t
checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

int
icmp_send(struct icmp *i, const struct net_addr *to, uint64_t mark)
{
	uint8_t p[PACKET] = { 0 };
	struct sockaddr_storage ss;
	socklen_t len = net_addr_sockaddr(to, 0, &ss);
	uint16_t sum;

	p[0] = to->family == 4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	memcpy(p + 4, &i->word, 2);	/* identifier; the kernel's on datagram */
	p[7] = 1;
	memcpy(p + 8, &i->word, 8);
	memcpy(p + 16, &mark, 8);
	if (to->family == 4) {
		sum = checksum(p, sizeof(p));
		p[2] = (uint8_t)(sum >> 8);
		p[3] = (uint8_t)sum;
	}
	if (sendto(family_of(i, to->family)->fd, p, sizeof(p), MSG_NOSIGNAL,
	    (struct sockaddr *)&ss, len) < 0)
		return errno;
	return 0;
}

bool
icmp_decode(const void *packet, size_t n, int family, bool header,
    uint64_t want, uint64_t *mark)
{
	struct rd r = rd_new(packet, n);
	uint8_t type, first;
	uint64_t word = 0;

	if (header) {
		first = rd_u8(&r);
		if (r.bad || (first & 15) < 5)
			return false;
		rd_seek(&r, (size_t)(first & 15) * 4);
	}
	type = rd_u8(&r);
	rd_skip(&r, 7);
	rd_copy(&r, &word, sizeof(word));
	rd_copy(&r, mark, sizeof(*mark));
	return !r.bad && word == want &&
	    type == (family == 4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
}

size_t
icmp_recv(struct icmp *i, int family, struct icmp_reply *out, size_t cap,
    size_t *seen)
{
	uint8_t data[BATCH][RECEIVED];
	struct sockaddr_storage from[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
	const struct family *f = family_of(i, family);
	size_t n = 0;
	int got;

	memset(msg, 0, sizeof(msg));
	for (size_t k = 0; k < BATCH; k++) {
		iov[k] = (struct iovec){ data[k], RECEIVED };
		msg[k].msg_hdr = (struct msghdr){ .msg_iov = &iov[k],
		    .msg_iovlen = 1, .msg_name = &from[k],
		    .msg_namelen = sizeof(from[k]) };
	}
	got = recvmmsg(f->fd, msg, cap < BATCH ? (unsigned)cap : BATCH,
	    MSG_DONTWAIT, NULL);
	*seen = got > 0 ? (size_t)got : 0;
	for (size_t k = 0; k < *seen; k++)
		if (icmp_decode(data[k], msg[k].msg_len, family,
		    family == 4 && f->raw, i->word, &out[n].mark) &&
		    net_addr_from_sockaddr((struct sockaddr *)&from[k],
		    &out[n].from))
			n++;
	return n;
}
