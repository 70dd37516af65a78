#include "helper/base/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const uint8_t v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255 };

static void
set_v6(struct net_addr *a, const void *sixteen, uint32_t scope)
{
	*a = (struct net_addr){ .family = 6, .scope = scope };
	memcpy(a->ip, sixteen, 16);
	if (memcmp(a->ip, v4_mapped, 12) == 0) {
		*a = (struct net_addr){ .family = 4 };
		memcpy(a->ip, (const uint8_t *)sixteen + 12, 4);
	}
}

bool
net_addr_parse(const char *text, struct net_addr *a)
{
	char host[INET6_ADDRSTRLEN];
	uint8_t ip[16];
	const char *percent = strchr(text, '%');
	size_t n = percent != NULL ? (size_t)(percent - text) : strlen(text);
	uint32_t scope = 0;

	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (percent == NULL && inet_pton(AF_INET, host, ip) == 1) {
		*a = (struct net_addr){ .family = 4 };
		memcpy(a->ip, ip, 4);
		return true;
	}
	if (inet_pton(AF_INET6, host, ip) != 1)
		return false;
	if (percent != NULL && (scope = if_nametoindex(percent + 1)) == 0)
		return false;
	set_v6(a, ip, scope);
	return true;
}

const char *
net_addr_text(const struct net_addr *a, char dst[static NET_ADDR_TEXT])
{
	char name[IF_NAMESIZE];
	size_t used;

	if (inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, dst,
	    NET_ADDR_TEXT) == NULL)
		snprintf(dst, NET_ADDR_TEXT, "?");
	if (a->family == 6 && a->scope != 0 &&
	    if_indextoname(a->scope, name) != NULL) {
		used = strlen(dst);
		snprintf(dst + used, NET_ADDR_TEXT - used, "%%%s", name);
	}
	return dst;
}

int
net_addr_cmp(const struct net_addr *a, const struct net_addr *b)
{
	int d;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	d = memcmp(a->ip, b->ip, a->family == 4 ? 4 : 16);
	if (d != 0)
		return d < 0 ? -1 : 1;
	return a->scope < b->scope ? -1 : a->scope > b->scope;
}

socklen_t
net_addr_sockaddr(const struct net_addr *a, uint16_t port,
    struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (a->family == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->ip, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_scope_id = a->scope;
	memcpy(&in6->sin6_addr, a->ip, 16);
	return sizeof(*in6);
}

bool
net_addr_from_sockaddr(const struct sockaddr *sa, struct net_addr *a)
{
	if (sa->sa_family == AF_INET) {
		*a = (struct net_addr){ .family = 4 };
		memcpy(a->ip, &((const struct sockaddr_in *)sa)->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		set_v6(a, &in6->sin6_addr, in6->sin6_scope_id);
		return true;
	}
	return false;
}

enum err_code
net_errno_code(int error)
{
	static const struct { int error; enum err_code code; } map[] = {
		{ ECONNREFUSED, ERR_REFUSED }, { ENETUNREACH, ERR_UNREACHABLE },
		{ EHOSTUNREACH, ERR_UNREACHABLE }, { ENETDOWN, ERR_UNREACHABLE },
		{ EHOSTDOWN, ERR_UNREACHABLE }, { EACCES, ERR_UNREACHABLE },
		{ EPERM, ERR_UNREACHABLE }, { ENOPROTOOPT, ERR_UNREACHABLE },
		{ EINVAL, ERR_UNREACHABLE }, { EADDRNOTAVAIL, ERR_UNREACHABLE },
		{ EAFNOSUPPORT, ERR_UNREACHABLE }, { ETIMEDOUT, ERR_TIMEOUT },
		{ ECONNRESET, ERR_CLOSED }, { EPIPE, ERR_CLOSED },
	};

	for (size_t i = 0; i < ARRAY_LEN(map); i++)
		if (map[i].error == error)
			return map[i].code;
	return ERR_NETWORK;
}

static bool
connected(int fd, struct deadline by, struct err *e)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (!deadline_wait(fd, POLLOUT, by, e))
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == 0)
		return true;
	errno = error;
	return fail_errno(e, net_errno_code(error), "connect");
}

int
net_connect(const struct net_addr *a, uint16_t port, struct deadline by,
    struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t len = net_addr_sockaddr(a, port, &ss);
	int fd, one = 1;

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		fail_errno(e, ERR_NETWORK, "socket");
		fail_at(e, STAGE_CONNECT);
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&ss, len) == 0 ||
	    (errno == EINPROGRESS && connected(fd, by, e)))
		return fd;
	if (e == NULL || e->code == ERR_NONE)
		fail_errno(e, net_errno_code(errno), "connect");
	fail_in(e, "port %u", port);
	fail_at(e, STAGE_CONNECT);
	close(fd);
	return -1;
}

bool
net_send(int fd, const void *src, size_t n, struct deadline by, struct err *e)
{
	const uint8_t *p = src;
	ssize_t sent;

	while (n > 0) {
		sent = send(fd, p, n, MSG_NOSIGNAL);
		if (sent >= 0) {
			p += sent;
			n -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!deadline_wait(fd, POLLOUT, by, e))
				return false;
		} else if (errno != EINTR) {
			return fail_errno(e, net_errno_code(errno), "send");
		}
	}
	return true;
}

/* May it be received now?  Who sends without end is never waited for, so the
 * deadline is asked either way. */
static bool
turn(int fd, bool waits, struct deadline by, struct err *e)
{
	if (!waits)
		return deadline_check(by, e);
	if (deadline_passed(by))
		return fail(e, ERR_TIMEOUT, "no answer in time");
	return deadline_wait(fd, POLLIN, by, e);
}

static size_t
receive(int fd, void *dst, size_t cap, bool waits, struct deadline by,
    struct err *e)
{
	ssize_t got;

	for (;;) {
		if (!turn(fd, waits, by, e))
			return 0;
		got = recv(fd, dst, cap, 0);
		if (got > 0)
			return (size_t)got;
		if (got == 0) {
			fail(e, ERR_CLOSED, "the other side closed the connection");
			return 0;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			waits = true;
		} else if (errno != EINTR) {
			fail_errno(e, net_errno_code(errno), "receive");
			return 0;
		}
	}
}

size_t
net_recv(int fd, void *dst, size_t cap, struct deadline by, struct err *e)
{
	return receive(fd, dst, cap, false, by, e);
}

size_t
net_await(int fd, void *dst, size_t cap, struct deadline by, struct err *e)
{
	return receive(fd, dst, cap, true, by, e);
}

bool
net_recv_all(int fd, void *dst, size_t n, struct deadline by, struct err *e)
{
	uint8_t *p = dst;
	size_t got;

	while (n > 0) {
		if ((got = net_recv(fd, p, n, by, e)) == 0)
			return false;
		p += got;
		n -= got;
	}
	return true;
}

void
net_quickack(int fd)
{
	int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}
