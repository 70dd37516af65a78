/* unix_sockets.h: what the lists of a host's sockets have in common. */
#ifndef UNIX_SOCKETS_H
#define UNIX_SOCKETS_H

#include "helper/unix/unix_parse.h"

#define SOCKET_ENDPOINT 80

/* What ss or netstat calls a state; false: none of which we tell. */
bool socket_state(struct span, const char **means) CHECKED;
/* "0.0.0.0:22", "[::]:22", "*:80", "127.0.0.53%lo:53", old ones ":::22"; behind
 * the last `sep` is the port: to "address:port" with brackets around six, which
 * "*" is of where `six` says so. */
bool socket_endpoint(struct span, char sep, bool six,
    char dst[static SOCKET_ENDPOINT]) CHECKED;
/* A row of class connection; NULL: there are enough. */
struct fact_row *socket_row(struct unix_host *, bool udp, const char *state,
    const char *local, const char *remote);
/* The part "netstat", with "sockstat" and "ps" where they are (unix_netstat.c). */
void unix_netstat(struct unix_host *, struct span text);

#endif
