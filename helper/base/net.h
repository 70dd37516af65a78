/* net.h: TCP under a deadline, and addresses as values.
 * Stands alone: knows no protocol above TCP.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"

/* An IPv4 or IPv6 address without a port.  Compares with net_addr_cmp();
 * IPv4 comes before IPv6.  An IPv4-mapped IPv6 address is IPv4. */
struct net_addr {
	uint8_t family;		/* 4 or 6 */
	uint8_t ip[16];		/* network byte order; IPv4 in ip[0..3] */
	uint32_t scope;		/* interface index of a link-local address, else 0 */
};

#define NET_ADDR_TEXT 72	/* room for any address as text, scope included */

bool net_addr_parse(const char *text, struct net_addr *) CHECKED;
/* Gives dst. */
const char *net_addr_text(const struct net_addr *, char dst[static NET_ADDR_TEXT]);
int  net_addr_cmp(const struct net_addr *, const struct net_addr *);
socklen_t net_addr_sockaddr(const struct net_addr *, uint16_t port,
    struct sockaddr_storage *);
bool net_addr_from_sockaddr(const struct sockaddr *, struct net_addr *) CHECKED;

/* What an errno of connect() means: ERR_REFUSED, ERR_UNREACHABLE, ERR_TIMEOUT,
 * ERR_CLOSED or ERR_NETWORK.  The sweep uses it too. */
enum err_code net_errno_code(int error);

/* A connected, non-blocking, close-on-exec socket with TCP_NODELAY; -1 on
 * failure with ERR_REFUSED, ERR_UNREACHABLE, ERR_TIMEOUT, ERR_CANCELLED or
 * ERR_NETWORK and STAGE_CONNECT.  The caller closes it. */
int net_connect(const struct net_addr *, uint16_t port, struct deadline by,
    struct err *) CHECKED;

bool net_send(int fd, const void *, size_t n, struct deadline by,
    struct err *) CHECKED;
/* At least one octet; 0 with ERR_CLOSED at the end of the stream. */
size_t net_recv(int fd, void *, size_t cap, struct deadline by,
    struct err *) CHECKED;
/* The same, cheaper where nothing can be there yet: after a question. */
size_t net_await(int fd, void *, size_t cap, struct deadline by,
    struct err *) CHECKED;
bool net_recv_all(int fd, void *, size_t n, struct deadline by,
    struct err *) CHECKED;
/* Acknowledge at once instead of after 40 ms; one hint per receive. */
void net_quickack(int fd);

/* Resolves a name without ever blocking past the deadline: the resolver runs
 * in a thread of its own that is abandoned when it takes too long.  Numeric
 * addresses are answered at once.  Gives the number of addresses (at most
 * cap), in the resolver's order, without repeats; 0 with ERR_RESOLVE,
 * ERR_TIMEOUT or ERR_CANCELLED and STAGE_RESOLVE. */
size_t net_resolve(const char *name, struct net_addr *out, size_t cap,
    struct deadline by, struct err *) CHECKED;
/* The other way, by the same means: the name that DNS or the hosts file has
 * for an address.  It proves nothing about who is there. */
bool net_name(const struct net_addr *, char *dst, size_t cap,
    struct deadline by, struct err *) CHECKED;

#endif
