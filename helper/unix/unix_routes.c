/* unix_routes.c: routing tables, of /proc and as netstat -rn prints them. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define ROUTES_MAX 2048

/* --- Linux ---------------------------------------------------------------------- */

static void
route(struct unix_host *h, struct span nic_name, const char *to,
    const char *via, uint64_t metric)
{
	struct fact_row *row;

	if (facts_rows(h->facts, "route") >= ROUTES_MAX)
		return;
	row = facts_row(h->facts, "route");
	fact_str(row, "destination", to);
	fact_str(row, "gateway", via);
	fact_span(row, "nic", nic_name);
	fact_uint(row, "metric", metric);
}

/* Eight hex digits of /proc/net/route: an address in the host's byte order,
 * which is little-endian wherever we have seen it; s390 says otherwise. */
static bool
ipv4_hex(const struct unix_host *h, struct span s, uint8_t ip[4])
{
	uint8_t raw[4];
	bool big = span_starts(span_get(unix_text(h->frame, "kernel"),
	    "machine"), "s390");

	if (s.n != 8 || unix_hex(s, raw, 4) != 4)
		return false;
	for (size_t i = 0; i < 4; i++)
		ip[i] = raw[big ? i : 3 - i];
	return true;
}

static void
route4(struct unix_host *h, struct span line, uint64_t *best)
{
	struct span w[8];
	uint8_t to[4], via[4], mask[4];
	char dst[24], gw[16];
	unsigned bits = 0;
	uint64_t metric;

	for (size_t i = 0; i < 8; i++)
		if (!span_word(&line, &w[i]))
			return;
	if (!ipv4_hex(h, w[1], to) || !ipv4_hex(h, w[2], via) ||
	    !ipv4_hex(h, w[7], mask) || !span_u64(w[6], &metric))
		return;
	for (size_t i = 0; i < 32; i++)
		bits += mask[i / 8] >> (7 - i % 8) & 1;
	snprintf(dst, sizeof(dst), "%u.%u.%u.%u/%u", to[0], to[1], to[2], to[3],
	    bits);
	snprintf(gw, sizeof(gw), "%u.%u.%u.%u", via[0], via[1], via[2], via[3]);
	route(h, w[0], dst, strcmp(gw, "0.0.0.0") == 0 ? NULL : gw, metric);
	if (bits == 0 && strcmp(gw, "0.0.0.0") != 0 && metric < *best) {
		*best = metric;
		fact_str(unix_one(h, &h->network, "network"), "gateway", gw);
	}
}

/* dst len src len gateway metric ref use flags nic */
static void
route6(struct unix_host *h, struct span line, bool *have)
{
	struct span w[10];
	uint8_t to[16], bits[1], via[16], metric[4];
	char dst[INET6_ADDRSTRLEN + 5], gw[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < 10; i++)
		if (!span_word(&line, &w[i]))
			return;
	if (unix_hex(w[0], to, 16) != 16 || unix_hex(w[1], bits, 1) != 1 ||
	    unix_hex(w[4], via, 16) != 16 || unix_hex(w[5], metric, 4) != 4 ||
	    span_is(w[9], "lo") ||
	    to[0] == 0xff)
		return;
	inet_ntop(AF_INET6, to, dst, INET6_ADDRSTRLEN);
	inet_ntop(AF_INET6, via, gw, sizeof(gw));
	snprintf(dst + strlen(dst), 5, "/%u", bits[0]);
	route(h, w[9], dst, strcmp(gw, "::") == 0 ? NULL : gw,
	    (uint64_t)metric[0] << 24 | (uint64_t)metric[1] << 16 |
	    (uint64_t)metric[2] << 8 | metric[3]);
	if (bits[0] == 0 && strcmp(gw, "::") != 0 && !*have) {
		*have = true;
		if (h->network == NULL)
			fact_str(unix_one(h, &h->network, "network"), "gateway",
			    gw);
	}
}

void
parse_routes(struct unix_host *h, const struct unix_section *s)
{
	struct span text = unix_part_named(h->frame, "routes", "/proc/net/route");
	struct span line, stub, real;
	uint64_t best = UINT64_MAX;
	bool have = false;

	(void)s;
	while (span_line(&text, &line))
		route4(h, line, &best);
	text = unix_part_named(h->frame, "routes", "ipv6");
	while (span_line(&text, &line))
		route6(h, line, &have);
	/* systemd-resolved's stub says nothing of the real servers */
	stub = unix_part_named(h->frame, "routes", "/etc/resolv.conf");
	real = unix_part_named(h->frame, "routes",
	    "/run/systemd/resolve/resolv.conf");
	unix_resolv(h, real.n > 0 && span_has(stub, "127.0.0.53") ? real : stub);
}

/* --- netstat ---------------------------------------------------------------------- */

/* "10.0.2/24" and "127" leave out what is 0; octets there make the prefix where
 * none is told.  "192.0.2.1": one host. */
static bool
network4(struct span s, char dst[static 80])
{
	struct span address = s, bits = { "", 0 }, part;
	unsigned octet[4] = { 0 }, n = 0;
	uint64_t v, prefix;

	if (memchr(s.p, '/', s.n) != NULL && !span_split(s, '/', &address, &bits))
		return false;
	while (n < 4 && span_field(&address, '.', &part)) {
		if (!span_u64(part, &v) || v > 255)
			return false;
		octet[n++] = (unsigned)v;
	}
	if (n == 0 || address.p != NULL)
		return false;
	prefix = 8 * n;
	if (bits.n > 0 && (!span_u64(bits, &prefix) || prefix > 32))
		return false;
	snprintf(dst, 80, "%u.%u.%u.%u/%u", octet[0], octet[1], octet[2],
	    octet[3], (unsigned)prefix);
	return true;
}

/* "fe80::%lo0/64", "::1" */
static bool
network6(struct span s, char dst[static 80])
{
	struct span address = s, bits = { "", 0 };
	uint64_t prefix = 128;
	char text[64];
	uint8_t raw[16];

	if (memchr(s.p, '/', s.n) != NULL && !span_split(s, '/', &address, &bits))
		return false;
	if (address.n >= sizeof(text))
		return false;
	span_text(address, text, sizeof(text));
	text[strcspn(text, "%")] = '\0';
	if (inet_pton(AF_INET6, text, raw) != 1 ||
	    (bits.n > 0 && (!span_u64(bits, &prefix) || prefix > 128)))
		return false;
	snprintf(dst, 80, "%s/%u", text, (unsigned)prefix);
	return true;
}

static bool
network(struct span s, bool six, char dst[static 80])
{
	if (span_is(s, "default")) {
		strcpy(dst, six ? "::/0" : "0.0.0.0/0");
		return true;
	}
	return s.n > 0 && s.n < 70 && (six || memchr(s.p, ':', s.n) != NULL ?
	    network6(s, dst) : network4(s, dst));
}

/* "link#4" and hardware addresses are no next hop. */
static void
hop(struct fact_row *row, struct span s, bool six)
{
	char text[64];
	uint8_t raw[16];

	if (s.n >= sizeof(text))
		return;
	span_text(s, text, sizeof(text));
	text[strcspn(text, "%")] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, text, raw) == 1)
		fact_str(row, "gateway", text);
}

/* Which word of the lines names the adapter: the heading says. */
static size_t
column_of(struct span heading)
{
	struct span w;
	size_t n = 0;

	while (span_word(&heading, &w)) {
		if (span_is(w, "Netif") || span_is(w, "Interface") ||
		    span_is(w, "Iface") || span_is(w, "If"))
			return n;
		n++;
	}
	return 0;
}

void
unix_netstat_routes(struct unix_host *h, struct span text)
{
	struct span line, w[10], rest;
	size_t nic = 0;
	bool six = false, gateway = false;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		char to[80];
		size_t n = 0;

		if (span_starts(line, "Internet6") ||
		    span_starts(line, "Routing Table: IPv6"))
			six = true;
		if (span_starts(span_trim(line), "Destination")) {
			nic = column_of(line);
			continue;
		}
		rest = line;
		while (n < 10 && span_word(&rest, &w[n]))
			n++;
		if (n < 3 || !network(w[0], six, to) ||
		    (row = unix_row(h, "route", ROUTES_MAX)) == NULL)
			continue;
		fact_str(row, "destination", to);
		hop(row, w[1], six);
		if (nic > 0 && nic < n)
			fact_span(row, "nic", w[nic]);
		/* of several default ones the first is the one that is used */
		if (gateway || six || !span_is(w[0], "default") ||
		    fact_text(row, "gateway") == NULL)
			continue;
		gateway = true;
		fact_str(unix_one(h, &h->network, "network"), "gateway",
		    fact_text(row, "gateway"));
	}
}

void
parse_netroutes(struct unix_host *h, const struct unix_section *s)
{
	(void)s;
	unix_netstat_routes(h, unix_part_named(h->frame, "netroutes", "routes"));
	if (facts_rows(h->facts, "route") == 0)
		facts_missing(h->facts, "route", "the host did not show its "
		    "routes", "Ask on the host: netstat -rn.");
}
