/* unix_netstat.c: connections as netstat lists them, and whose they are: newer
 * Macs' netstat says it, FreeBSD and NetBSD have sockstat for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/unix/unix_sockets.h"

#define OWNERS_MAX 20000

/* --- owners ------------------------------------------------------------------------ */

/* Two ends of a socket, or only ours where it waits; and whose it is. */
struct owner {
	char ends[2 * SOCKET_ENDPOINT];
	struct span name;
	uint64_t pid;
};

struct owners {
	struct owner *v;
	size_t n;
	struct lookup names;		/* pid: command */
};

static int
by_ends(const void *a, const void *b)
{
	return strcmp(((const struct owner *)a)->ends,
	    ((const struct owner *)b)->ends);
}

static void
both_ends(char dst[static 2 * SOCKET_ENDPOINT], bool udp, const char *from,
    const char *to)
{
	strcpy(dst, udp ? "u" : "t");
	strcat(dst, from);
	strcat(dst, " ");
	strcat(dst, to);
}

/* "root sshd 812 3 tcp4 *:22 *:*"; NetBSD writes "*.22".  A command may hold
 * blanks: what counts stands before the protocol. */
static bool
sockstat_line(struct span line, struct owner *o)
{
	struct span all = line, w, pid = { "", 0 }, fd = pid;
	char from[SOCKET_ENDPOINT], to[SOCKET_ENDPOINT], sep;
	struct span local, remote, user;
	uint64_t number;
	bool six;

	for (;;) {
		if (!span_word(&line, &w))
			return false;
		if ((span_starts(w, "tcp") || span_starts(w, "udp")) &&
		    span_u64(pid, &o->pid) && span_u64(fd, &number))
			break;
		pid = fd;
		fd = w;
	}
	if (!span_word(&all, &user) || !span_word(&line, &local) ||
	    !span_word(&line, &remote))
		return false;
	o->name = span_trim((struct span){ all.p, (size_t)(pid.p - all.p) });
	six = memchr(w.p, '6', w.n) != NULL;
	sep = '.';			/* the last of them: "fe80::1.22" */
	for (size_t i = 0; i < local.n; i++)
		if (local.p[i] == ':' || local.p[i] == '.')
			sep = local.p[i];
	if (!socket_endpoint(local, sep, six, from) ||
	    !socket_endpoint(remote, sep, from[0] == '[', to))
		return false;
	both_ends(o->ends, span_starts(w, "udp"), from, to);
	return true;
}

static void
find_owners(struct unix_host *h, struct owners *all)
{
	struct span text = span_first(unix_part_named(h->frame, "sockets",
	    "sockstat"), UNIX_LIST_MAX), line, pid;

	while (all->n < OWNERS_MAX && span_line(&text, &line)) {
		struct owner o = { .pid = 0 };

		if (!sockstat_line(line, &o))
			continue;
		if ((all->n & (all->n - 1)) == 0) {
			struct owner *more = reallocarray(all->v,
			    all->n == 0 ? 1 : 2 * all->n, sizeof(o));

			if (more == NULL)
				break;
			all->v = more;
		}
		all->v[all->n++] = o;
	}
	if (all->n > 0)
		qsort(all->v, all->n, sizeof(*all->v), by_ends);
	text = span_first(unix_part_named(h->frame, "sockets", "ps"),
	    UNIX_LIST_MAX);
	while (span_line(&text, &line))
		if (span_word(&line, &pid))
			lookup_add(&all->names, pid, unix_command(line));
	lookup_sort(&all->names);
}

/* ps knows the whole name, sockstat its beginning. */
static bool
set_owner(struct fact_row *row, const struct owners *all, struct span pid,
    struct span name)
{
	uint64_t n;

	if (!span_u64(pid, &n) || n == 0)	/* 0: whoever it was is gone */
		return false;
	(void)lookup_get(&all->names, pid, &name);
	fact_uint(row, "pid", n);
	fact_span(row, "process", name);
	return true;
}

static bool
owner_of(struct fact_row *row, const struct owners *all, bool udp,
    const char *from, const char *to)
{
	struct owner key = { .pid = 0 };
	const struct owner *o;
	char text[24];

	both_ends(key.ends, udp, from, to);
	o = all->n == 0 ? NULL : bsearch(&key, all->v, all->n, sizeof(key),
	    by_ends);
	if (o == NULL)
		return false;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)o->pid);
	return set_owner(row, all, span_of(text), o->name);
}

/* Behind the state, macOS: "rhiwat shiwat pid epid ...", since 14 "rxbytes
 * txbytes rhiwat shiwat name:pid ...", in whose name blanks may be. */
static bool
mac_owner(struct fact_row *row, const struct owners *all, struct span rest,
    bool named)
{
	struct span w, pid, name = { "", 0 };

	for (size_t i = 0; i < (named ? 4 : 2); i++)
		if (!span_word(&rest, &w))
			return false;
	if (!named)
		return span_word(&rest, &pid) && set_owner(row, all, pid, name);
	rest = span_trim(rest);
	name.p = rest.p;
	while (span_word(&rest, &w)) {
		const char *colon = memrchr(w.p, ':', w.n);
		uint64_t n;

		if (colon == NULL)
			continue;
		pid = span_after(w, (size_t)(colon - w.p) + 1);
		name.n = (size_t)(colon - name.p);
		if (span_u64(pid, &n))
			return set_owner(row, all, pid, name);
	}
	return false;
}

/* --- netstat ------------------------------------------------------------------------- */

/* Solaris: "*.22 *.* 0 0 128000 0 LISTEN"; gives whether it is one. */
static bool
solaris_line(struct unix_host *h, struct span line)
{
	struct span local, remote, w, last = { "", 0 };
	char from[SOCKET_ENDPOINT], to[SOCKET_ENDPOINT];
	const char *state;

	if (!span_word(&line, &local) || !span_word(&line, &remote))
		return false;
	while (span_word(&line, &w))
		last = w;
	if (!socket_state(last, &state) || !socket_endpoint(local, '.',
	    memchr(local.p, ':', local.n) != NULL, from) ||
	    !socket_endpoint(remote, '.', from[0] == '[', to))
		return false;
	(void)socket_row(h, false, state, from, to);
	return true;
}

/* "tcp4  0  0  127.0.0.1.631  *.*  LISTEN": the port behind the last dot; UDP
 * has no state.  Gives whether its owner is known. */
static bool
bsd_line(struct unix_host *h, const struct owners *all, struct span line,
    bool mac, bool named)
{
	struct span proto, w, local, remote, rest;
	char from[SOCKET_ENDPOINT], to[SOCKET_ENDPOINT];
	struct fact_row *row;
	const char *state;
	bool udp, six;

	if (!span_word(&line, &proto) || !span_word(&line, &w) ||
	    !span_word(&line, &w) || !span_word(&line, &local) ||
	    !span_word(&line, &remote))
		return true;
	udp = span_starts(proto, "udp");
	six = span_is(span_after(proto, 3), "6") ||
	    span_is(span_after(proto, 3), "46") ||
	    memchr(local.p, ':', local.n) != NULL;
	rest = line;
	if (udp)
		state = span_is(remote, "*.*") ? "listen" : "established";
	else if (!span_word(&rest, &w) || !socket_state(w, &state))
		return true;
	if (!socket_endpoint(local, '.', six, from) ||
	    !socket_endpoint(remote, '.', from[0] == '[', to) ||
	    (udp && strcmp(strrchr(from, ':'), ":0") == 0))
		return true;
	row = socket_row(h, udp, state, from, to);
	return (mac ? mac_owner(row, all, rest, named) :
	    owner_of(row, all, udp, from, to)) ||
	    (strcmp(state, "listen") != 0 && strcmp(state, "established") != 0);
}

void
unix_netstat(struct unix_host *h, struct span text)
{
	struct owners all = { .n = 0 };
	bool mac = false, named = false, known = true;
	struct span line;

	unix_cut(h, "connection", text);
	find_owners(h, &all);
	while (span_line(&text, &line)) {
		if (span_starts(line, "Proto")) {
			mac = span_has(line, "rhiwat");
			named = span_has(line, "process:pid");
		} else if (span_starts(line, "tcp") || span_starts(line, "udp")) {
			known = bsd_line(h, &all, line, mac, named) && known;
		} else if (solaris_line(h, line)) {
			known = false;
		}
	}
	if (!known && facts_rows(h->facts, "connection") > 0)
		facts_missing(h->facts, "connection.process", mac || all.n > 0 ?
		    "the host does not say whose some of them are" :
		    "netstat does not name processes",
		    "Ask on the host as root: lsof -nP -i, or sockstat.");
	lookup_free(&all.names);
	free(all.v);
}
