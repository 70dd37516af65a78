/* unix_ifconfig.c: `ifconfig -a` in the forms of net-tools (old and new),
 * BusyBox, macOS, the BSDs and Solaris.
 *
 *   eth0: flags=4163<UP,...>  mtu 1500        eth0      Link encap:Ethernet  HWaddr 00:..
 *           inet 10.0.0.1  netmask ...                  inet addr:10.0.0.1  Bcast:..  Mask:..
 *           ether 00:...                                UP BROADCAST RUNNING  MTU:1500
 *
 * An adapter begins at the margin, the rest is indented.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

#define NICS_MAX 600

struct nic { struct span name; struct fact_row *row; };

/* 0xffffff00, ffffff00 (Solaris) or 255.255.255.0 */
static uint64_t
mask_bits(struct span s)
{
	uint8_t raw[4] = { 0 };
	uint64_t v, bits = 0;
	struct span part;

	if (span_starts(s, "0x"))
		s.p += 2, s.n -= 2;
	if (s.n == 8 && memchr(s.p, '.', 8) == NULL) {
		if (unix_hex(s, raw, 4) != 4)
			return 999;
	} else {
		for (size_t i = 0; i < 4; i++) {
			if (!span_number(s, &v) || v > 255)
				return 999;
			raw[i] = (uint8_t)v;
			if (!span_split(s, '.', &part, &s) && i < 3)
				return 999;
		}
	}
	for (size_t i = 0; i < 32; i++)
		bits += raw[i / 8] >> (7 - i % 8) & 1;
	return bits;
}

static void
set_mac(struct fact_row *row, struct span s)
{
	char mac[MAC_TEXT];

	if (!unix_mac(s, mac) || fact_get(row, "mac") != NULL)
		return;
	fact_str(row, "mac", mac);
	fact_bool(row, "locallyAdministered", strchr("2367abef", mac[1]) != NULL);
}

static void
address(struct unix_host *h, const struct nic *n, struct span word,
    struct span rest)
{
	bool six = span_is(word, "inet6");
	struct span value, key, v;
	uint64_t prefix = 999;

	if (!span_word(&rest, &value))
		return;
	if (span_is(value, "addr:") && !span_word(&rest, &value))
		return;
	if (span_starts(value, "addr:"))
		value.p += 5, value.n -= 5;
	if (span_split(value, '/', &key, &v)) {
		value = key;
		if (!span_u64(v, &prefix))
			prefix = 999;
	}
	while (span_word(&rest, &word)) {
		if (span_is(word, "netmask") && span_word(&rest, &v))
			prefix = mask_bits(v);
		else if (span_starts(word, "Mask:"))
			prefix = mask_bits((struct span){ word.p + 5, word.n - 5 });
		else if (six && span_is(word, "prefixlen") &&
		    span_word(&rest, &v) && !span_u64(v, &prefix))
			prefix = 999;
	}
	unix_ip(h, n->name, value, prefix, NULL);
}

static void
number_after(struct fact_row *row, const char *fact, struct span line,
    const char *word)
{
	const char *at = line.n > 0 ? memmem(line.p, line.n, word, strlen(word)) :
	    NULL;
	uint64_t v;

	if (at != NULL && span_number((struct span){ at + strlen(word),
	    line.n - (size_t)(at - line.p) - strlen(word) }, &v))
		fact_uint(row, fact, v);
}

/* The BSDs name an adapter after its driver.  Not Solaris' aggr: it does not show
 * the adapters below, so the address of the one is all there is. */
static const char *
kind_of(struct span name)
{
	static const struct { const char *prefix, *type; } kinds[] = {
		{ "bridge", "bridge" }, { "veb", "bridge" }, { "lagg", "bond" },
		{ "trunk", "bond" }, { "agr", "bond" },
		{ "vlan", "vlan" }, { "svlan", "vlan" }, { "wg", "wireguard" },
		{ "tun", "tun" }, { "tap", "tap" }, { "epair", "veth" },
		{ "pair", "veth" }, { "vether", "veth" }, { "gif", "tun" },
		{ "gre", "tun" }, { "stf", "tun" }, { "vxlan", "vxlan" },
		{ "wlan", "wifi" }, { "umb", "wwan" }, { "pflog", "other" },
		{ "pfsync", "other" }, { "enc", "other" }, { "usbus", "other" },
		{ "carp", "other" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t n = strlen(kinds[i].prefix);

		if (span_starts(name, kinds[i].prefix) && name.n > n &&
		    isdigit((unsigned char)name.p[n]))
			return kinds[i].type;
	}
	return "ethernet";
}

static void
media(const struct unix_host *h, struct fact_row *row, struct span line)
{
	static const struct { const char *word; uint64_t mbps; } rates[] = {
		{ "100GBase", 100000 }, { "40GBase", 40000 }, { "25GBase", 25000 },
		{ "10Gbase", 10000 }, { "10GBase", 10000 }, { "5000Base", 5000 },
		{ "5GBase", 5000 }, { "2500Base", 2500 }, { "2.5GBase", 2500 },
		{ "1000base", 1000 }, { "100base", 100 }, { "10base", 10 },
	};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (span_has(line, rates[i].word)) {
			fact_uint(row, "speedMbps", rates[i].mbps);
			return;
		}
	if (h->kind == KIND_OTHER && (span_has(line, "IEEE 802.11") ||
	    span_has(line, "IEEE802.11"))) {
		fact_str(row, "type", "wifi");
		fact_bool(row, "wireless", true);
	}
}

static void
detail(struct unix_host *h, const struct nic *n, struct span line)
{
	struct span rest = line, word, v;

	if (!span_word(&rest, &word))
		return;
	if (span_is(word, "inet") || span_is(word, "inet6"))
		address(h, n, word, rest);
	else if ((span_is(word, "ether") || span_is(word, "lladdr") ||
	    span_is(word, "address:") ||	/* NetBSD */
	    span_is(word, "HWaddr")) && span_word(&rest, &v))
		set_mac(n->row, v);
	else if (span_is(word, "media:"))
		media(h, n->row, line);
	else if (span_is(word, "status:"))
		fact_bool(n->row, "up", span_has(line, "active") &&
		    !span_has(line, "inactive"));
	else if (span_is(word, "UP")) {
		fact_bool(n->row, "up", span_has(line, "RUNNING"));
		number_after(n->row, "mtu", line, "MTU:");
	}
}

static void
head(const struct nic *n, struct span line)
{
	struct span at = span_between(line, "HWaddr ", "\n");
	const char *hw = memmem(line.p, line.n, "HWaddr ", 7);

	(void)at;
	if (hw != NULL)
		set_mac(n->row, span_trim((struct span){ hw + 7,
			line.n - (size_t)(hw - line.p) - 7 }));
	if (span_has(line, "<"))
		fact_bool(n->row, "up", span_has(span_between(line, "<", ">"),
		    "RUNNING"));
	number_after(n->row, "mtu", line, "mtu ");
	if (span_has(line, "LOOPBACK") || span_has(line, "Local Loopback"))
		fact_str(n->row, "type", "loopback");
	else if (span_has(line, "POINTOPOINT") ||
	    span_has(line, "Point-to-Point"))
		fact_str(n->row, "type", "tun");
}

void
unix_ifconfig(struct unix_host *h, struct span text, bool make_rows)
{
	struct nic n = { { "", 0 }, NULL };
	struct span line;

	while (span_line(&text, &line)) {
		if (line.n == 0)
			continue;
		if (isspace((unsigned char)line.p[0])) {
			if (n.name.n > 0)
				detail(h, &n, line);
			continue;
		}
		n.name = (struct span){ line.p, 0 };
		while (n.name.n < line.n &&
		    !isspace((unsigned char)line.p[n.name.n]))
			n.name.n++;
		/* "eth0:" but "eth0:1" is an alias of eth0 */
		for (size_t i = 0; i < n.name.n; i++)
			if (line.p[i] == ':')
				n.name.n = i;
		n.row = unix_nic(h, n.name);
		if (n.row == NULL && n.name.n > 0 && make_rows &&
		    facts_rows(h->facts, "nic") < NICS_MAX) {
			n.row = facts_row(h->facts, "nic");
			fact_span(n.row, "name", n.name);
			fact_str(n.row, "type", h->kind == KIND_OTHER ?
			    kind_of(n.name) : "ethernet");
		}
		head(&n, line);
	}
}
