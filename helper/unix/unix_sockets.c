/* unix_sockets.c: TCP connections, and who listens, by UDP too. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_sockets.h"

#define CONNECTIONS_MAX 20000

/* What ss and netstat call a state; /proc/net/tcp has its number
 * [linux/tcp_states.h]. */
static const struct { const char *says, *means; unsigned number; } states[] = {
	{ "ESTAB", "established", 1 }, { "ESTABLISHED", "established", 0 },
	{ "SYN-SENT", "syn-sent", 2 }, { "SYN_SENT", "syn-sent", 0 },
	{ "SYN-RECV", "syn-received", 3 }, { "SYN_RCVD", "syn-received", 0 },
	{ "SYN_RECV", "syn-received", 12 }, { "SYN_RECEIVED", "syn-received", 0 },
	{ "FIN-WAIT-1", "fin-wait-1", 4 }, { "FIN_WAIT_1", "fin-wait-1", 0 },
	{ "FIN-WAIT-2", "fin-wait-2", 5 }, { "FIN_WAIT_2", "fin-wait-2", 0 },
	{ "TIME-WAIT", "time-wait", 6 }, { "TIME_WAIT", "time-wait", 0 },
	{ "UNCONN", "closed", 7 }, { "CLOSED", "closed", 0 },
	{ "CLOSE-WAIT", "close-wait", 8 }, { "CLOSE_WAIT", "close-wait", 0 },
	{ "LAST-ACK", "last-ack", 9 }, { "LAST_ACK", "last-ack", 0 },
	{ "LISTEN", "listen", 10 }, { "CLOSING", "closing", 11 },
	{ "IDLE", NULL, 0 }, { "BOUND", NULL, 0 },
};

bool
socket_state(struct span s, const char **means)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (span_is(s, states[i].says)) {
			*means = states[i].means;
			return *means != NULL;
		}
	return false;
}

/* A UDP socket that is not bound to one peer waits for anybody. */
static const char *
meaning(const char *state, bool udp)
{
	return udp && strcmp(state, "closed") == 0 ? "listen" : state;
}

struct fact_row *
socket_row(struct unix_host *h, bool udp, const char *state, const char *local,
    const char *remote)
{
	struct fact_row *row = unix_row(h, "connection", CONNECTIONS_MAX);

	fact_str(row, "protocol", udp ? local[0] == '[' ? "udp6" : "udp" :
	    local[0] == '[' ? "tcp6" : "tcp");
	fact_str(row, "local", local);
	if (strcmp(state, "listen") != 0)
		fact_str(row, "remote", remote);
	fact_str(row, "state", state);
	return row;
}

/* --- ss ------------------------------------------------------------------------ */

bool
socket_endpoint(struct span s, char sep, bool six, char dst[static 80])
{
	const char *colon = s.n > 0 ? memrchr(s.p, sep, s.n) : NULL;
	struct span address, port;
	char host[64], number[8];
	uint8_t raw[16];

	if (colon == NULL)
		return false;
	address = (struct span){ s.p, (size_t)(colon - s.p) };
	port = span_after(s, address.n + 1);
	if (address.n >= 2 && address.p[0] == '[' &&
	    address.p[address.n - 1] == ']')
		address = (struct span){ address.p + 1, address.n - 2 };
	if (address.n >= sizeof(host) || port.n == 0 || port.n > 5)
		return false;
	span_text(address, host, sizeof(host));
	host[strcspn(host, "%")] = '\0';
	if (strcmp(host, "*") == 0)
		strcpy(host, six ? "::" : "0.0.0.0");
	if (inet_pton(strchr(host, ':') != NULL ? AF_INET6 : AF_INET, host,
	    raw) != 1)
		return false;
	snprintf(dst, 80, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
	    span_is(port, "*") ? "0" : span_text(port, number, sizeof(number)));
	return true;
}

/* users:(("sshd",pid=812,fd=3),...); old: users:(("sshd",812,3)) */
static bool
owner(struct fact_row *row, struct span rest)
{
	struct span name = span_between(rest, "((\"", "\""), pid;
	uint64_t n;

	if (name.n == 0)
		return false;
	fact_span(row, "process", name);
	pid = span_between(rest, "\",", ",");
	if (span_starts(pid, "pid="))
		pid = span_after(pid, 4);
	if (span_u64(pid, &n))
		fact_uint(row, "pid", n);
	return true;
}

/* "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((...))", and without the first
 * where only one protocol was asked for */
static void
ss(struct unix_host *h, struct span text)
{
	struct span line, st, w, local, remote;
	const char *state;
	char from[80], to[80];
	/* old ones write every address of IPv4 "*" and no brackets */
	bool hidden = false, old = !span_has(text, "[") &&
	    !span_has(text, "0.0.0.0:");

	unix_cut(h, "connection", text);
	while (span_line(&text, &line)) {
		bool six, udp;

		if (!span_word(&line, &st))
			continue;
		udp = span_is(st, "udp");
		if ((udp || span_is(st, "tcp")) && !span_word(&line, &st))
			continue;
		if (!socket_state(st, &state) || !span_word(&line, &w) || !span_word(&line, &w) ||
		    !span_word(&line, &local) || !span_word(&line, &remote))
			continue;
		/* "*:80" is what takes both; an IPv4 one says 0.0.0.0 */
		six = !old && span_starts(local, "*") &&
		    span_starts(remote, "*");
		if (!socket_endpoint(local, ':', six, from) ||
		    !socket_endpoint(remote, ':', from[0] == '[', to))
			continue;
		/* what waits for its end has no process any more */
		state = meaning(state, udp);
		if (!owner(socket_row(h, udp, state, from, to), line) &&
		    (strcmp(state, "listen") == 0 ||
		    strcmp(state, "established") == 0))
			hidden = true;
	}
	if (hidden && !span_is(span_get(unix_text(h->frame, "kernel"), "uid"),
	    "0"))
		facts_missing(h->facts, "connection.process", "a process of "
		    "another account is shown to root only", "Scan as root.");
}

/* --- /proc/net/tcp ----------------------------------------------------------------- */

/* Words of four octets in the host's order, then the port. */
static bool
proc_endpoint(const struct unix_host *h, struct span s, char dst[static 80])
{
	bool big = span_starts(span_get(unix_text(h->frame, "kernel"),
	    "machine"), "s390");
	struct span address, port;
	char text[INET6_ADDRSTRLEN];
	uint8_t raw[16], ip[16], p[2];
	size_t n;

	if (!span_split(s, ':', &address, &port) ||
	    ((n = unix_hex(address, raw, 16)) != 4 && n != 16) ||
	    unix_hex(port, p, 2) != 2)
		return false;
	for (size_t i = 0; i < n; i++)
		ip[i] = big ? raw[i] : raw[i / 4 * 4 + 3 - i % 4];
	if (inet_ntop(n == 4 ? AF_INET : AF_INET6, ip, text,
	    sizeof(text)) == NULL)
		return false;
	snprintf(dst, 80, n == 4 ? "%s:%u" : "[%s]:%u", text,
	    (unsigned)p[0] << 8 | p[1]);
	return true;
}

/* "0: 0100007F:0016 00000000:0000 0A 00000000:00000000 ..." */
static void
proc_net(struct unix_host *h, struct span text, bool udp)
{
	struct span line, w, local, remote, st;
	char from[80], to[80];

	unix_cut(h, "connection", text);
	while (span_line(&text, &line)) {
		uint8_t number;

		if (!span_word(&line, &w) || !span_word(&line, &local) ||
		    !span_word(&line, &remote) || !span_word(&line, &st) ||
		    unix_hex(st, &number, 1) != 1 ||
		    !proc_endpoint(h, local, from) ||
		    !proc_endpoint(h, remote, to))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(states); i++)
			if (number != 0 && states[i].number == number)
				(void)socket_row(h, udp, meaning(states[i].means,
				    udp), from, to);
	}
	if (facts_rows(h->facts, "connection") > 0)
		facts_missing(h->facts, "connection.process",
		    "/proc/net/tcp does not name processes",
		    "Install iproute2's ss on the host and scan as root.");
}

void
parse_sockets(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, text;

	while (unix_part(h->frame, &rest, &label, &text)) {
		if (span_is(label, "ss"))
			ss(h, text);
		else if (span_starts(label, "proc."))
			proc_net(h, text, span_starts(label, "proc.udp"));
		else if (span_is(label, "netstat"))
			unix_netstat(h, text);
	}
	/* a host that was reached by TCP has one */
	if (facts_rows(h->facts, "connection") == 0)
		facts_missing(h->facts, "connection", "the host did not list its "
		    "connections", "Let the account read /proc/net/tcp, or "
		    "install ss or netstat.");
}
