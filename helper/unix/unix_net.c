/* unix_net.c: adapters, addresses, leases and name servers of a Linux host. */
#include <arpa/inet.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

#define ROWS_MAX 2048	/* of a class; hostile hosts would make us slow */
#define LINES_MAX (2 * ROWS_MAX)	/* each is held against every adapter */

struct fact_row *
unix_nic(struct unix_host *h, struct span name)
{
	size_t n = facts_rows(h->facts, "nic");

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *row = facts_at(h->facts, "nic", i);
		const char *have = fact_text(row, "name");

		if (have != NULL && span_is(name, have))
			return (struct fact_row *)(uintptr_t)row;
	}
	return NULL;
}

void
unix_ip(struct unix_host *h, struct span nic, struct span address,
    uint64_t prefix, const char *scope)
{
	struct fact_row *row;
	char text[INET6_ADDRSTRLEN + 20];
	uint8_t raw[16];
	bool six;

	if (facts_rows(h->facts, "ip") >= ROWS_MAX || address.n >= sizeof(text))
		return;
	span_text(address, text, sizeof(text));
	text[strcspn(text, "%/")] = '\0';		/* fe80::1%en0 */
	six = strchr(text, ':') != NULL;
	if (inet_pton(six ? AF_INET6 : AF_INET, text, raw) != 1)
		return;
	if (scope == NULL)
		scope = six ? (raw[0] == 0xfe && (raw[1] & 0xc0) == 0x80 ? "link" :
		    strcmp(text, "::1") == 0 ? "host" : "global") :
		    raw[0] == 127 ? "host" :
		    raw[0] == 169 && raw[1] == 254 ? "link" : "global";
	row = facts_row(h->facts, "ip");
	fact_span(row, "nic", nic);
	fact_str(row, "address", text);
	if (prefix <= (six ? 128 : 32))
		fact_uint(row, "prefix", prefix);
	fact_str(row, "family", six ? "ipv6" : "ipv4");
	fact_str(row, "scope", scope);
	fact_append(unix_nic(h, nic), "ips", text);
}

/* --- sysfs ----------------------------------------------------------------------- */

static bool
is(struct span text, const char *what)
{
	char line[40];

	snprintf(line, sizeof(line), "is=%s\n", what);
	return span_has(text, line);
}

/* MODALIAS of the device below, by its prefix. */
static const struct { const char *prefix, *bus; } buses[] = {
	{ "pci:", "pci" }, { "usb:", "usb" }, { "virtio:", "virtio" },
	{ "vmbus:", "vmbus" }, { "xen:", "xen" }, { "sdio:", "sdio" },
	{ "platform:", "platform" }, { "of:", "platform" },
	{ "acpi:", "platform" }, { "bcma:", "pci" }, { "ssb:", "pci" },
	{ "ccw:", "ccw" }, { "ibmebus:", "platform" }, { "vio:", "vio" },
	{ "mdio:", "platform" }, { "dsa:", "platform" },
};

/* sysfs `type` is ARPHRD_x [linux/if_arp.h] */
static const struct { uint64_t number; const char *type; } arphrd[] = {
	{ 772, "loopback" }, { 768, "tunnel" }, { 769, "tunnel" },
	{ 776, "tunnel" }, { 778, "tunnel" }, { 823, "tunnel" },
	{ 65534, "tun" }, { 512, "ppp" }, { 32, "infiniband" },
	{ 519, "wwan" }, { 801, "wifi" }, { 803, "wifi" }, { 280, "can" },
};

static const char *
nic_type(struct span t)
{
	static const char *const kinds[] = { "bridge", "bond", "vlan", "vxlan",
		"wwan", "geneve", "macvlan", "macvtap", "ppp", "dsa" };
	struct span dev = span_get(t, "devtype");
	uint64_t n;

	if (is(t, "wireless") || is(t, "phy80211") || span_is(dev, "wlan"))
		return "wifi";
	if (is(t, "bridge"))
		return "bridge";
	if (is(t, "bonding"))
		return "bond";
	if (is(t, "tun_flags"))
		return "tun";
	if (span_is(dev, "wireguard"))
		return "wireguard";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_is(dev, kinds[i]))
			return kinds[i];
	if (span_u64(span_get(t, "type"), &n))
		for (size_t i = 0; i < sizeof(arphrd) / sizeof(arphrd[0]); i++)
			if (arphrd[i].number == n)
				return arphrd[i].type;
	return "ethernet";
}

static void
device(struct fact_row *row, struct span t)
{
	struct span alias = span_get(t, "alias"), usb = span_get(t, "usb");
	bool real = span_is(span_get(t, "device"), "1");
	const char *bus = NULL;

	fact_bool(row, "device", real);
	fact_key(row, "driver", t, "driver");
	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
		if (span_starts(alias, buses[i].prefix))
			bus = buses[i].bus;
	if (bus == NULL && span_starts(usb, "usb_"))
		bus = "usb";
	if (bus == NULL && span_is(span_get(t, "of"), "1"))
		bus = "platform";
	if (bus == NULL && real && span_starts(span_get(t, "vendor"), "0x"))
		bus = "pci";
	fact_str(row, "bus", bus);
}

static void
hardware_address(struct fact_row *row, struct span t)
{
	struct span tool = span_get(t, "ethtool"), assign;
	char mac[MAC_TEXT];
	bool have = unix_mac(span_get(t, "address"), mac);

	if (have) {
		fact_str(row, "mac", mac);
		fact_bool(row, "locallyAdministered",
		    strchr("2367abef", mac[1]) != NULL);
	}
	assign = span_get(t, "addr_assign_type");
	fact_key_u64(row, "addrAssignType", t, "addr_assign_type");
	if (have && span_is(assign, "0") && span_is(span_get(t, "device"), "1"))
		fact_str(row, "permanentMac", mac);
	/* "Permanent address: 00:..."; a bond's member carries the bond's */
	if (span_has(tool, ": ") && span_split(tool, ':', &assign, &tool) &&
	    unix_mac(tool, mac))
		fact_str(row, "permanentMac", mac);
	if (unix_mac(span_get(t, "perm"), mac))
		fact_str(row, "permanentMac", mac);
}

static void
nic(struct unix_host *h, struct span name, struct span t)
{
	struct fact_row *row = facts_row(h->facts, "nic");
	const char *type = nic_type(t);
	uint64_t n;

	fact_span(row, "name", name);
	fact_key_u64(row, "index", t, "ifindex");
	hardware_address(row, t);
	fact_bool(row, "up", span_is(span_get(t, "operstate"), "up") ||
	    (span_is(span_get(t, "operstate"), "unknown") &&
	    span_is(span_get(t, "carrier"), "1")));
	if (span_u64(span_get(t, "speed"), &n) && n > 0 && n < 10000000)
		fact_uint(row, "speedMbps", n);
	fact_key_u64(row, "mtu", t, "mtu");
	fact_str(row, "type", type);
	fact_bool(row, "wireless", strcmp(type, "wifi") == 0);
	device(row, t);
}

/* sysfs tells a master's index; the vocabulary wants its name. */
static void
masters(struct unix_host *h, struct span rest)
{
	struct span name, t;
	uint64_t index;

	while (unix_part(h->frame, &rest, &name, &t)) {
		struct fact_row *row = unix_nic(h, name);

		if (row == NULL || !span_u64(span_get(t, "master"), &index))
			continue;
		for (size_t i = 0; i < facts_rows(h->facts, "nic"); i++) {
			const struct fact_row *m = facts_at(h->facts, "nic", i);
			const struct fact *f = fact_get(m, "index");

			if (f != NULL && f->type == FACT_UINT && f->u == index)
				fact_str(row, "master", fact_text(m, "name"));
		}
	}
}

void
parse_nics(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, name, text;

	for (size_t i = 0; i < 600 && unix_part(h->frame, &rest, &name, &text);
	    i++)
		if (unix_nic(h, name) == NULL)
			nic(h, name, text);
	unix_more(h, "nic", s->text);
	masters(h, s->text);
}

/* --- ip -j -d addr ------------------------------------------------------------------ */

static struct span
json_span(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return (struct span){ json_is_string(v) ? json_string_value(v) : "",
		json_string_length(v) };
}

static void
json_addresses(struct unix_host *h, struct span name, const json_t *list)
{
	size_t i;
	json_t *a;

	json_array_foreach(list, i, a) {
		/* an address with a lifetime was given by somebody */
		if (json_is_true(json_object_get(a, "dynamic")) &&
		    span_is(json_span(a, "family"), "inet"))
			fact_bool(unix_nic(h, name), "dhcp", true);
		unix_ip(h, name, json_span(a, "local"), (uint64_t)
		    json_integer_value(json_object_get(a, "prefixlen")),
		    json_string_value(json_object_get(a, "scope")));
	}
}

static void
json_nic(struct unix_host *h, const json_t *o)
{
	struct span name = json_span(o, "ifname"), kind;
	struct fact_row *row;
	char mac[MAC_TEXT];

	if (name.n == 0)
		return;
	if ((row = unix_nic(h, name)) == NULL) {	/* /sys is not mounted */
		if (facts_rows(h->facts, "nic") >= ROWS_MAX)
			return;
		row = facts_row(h->facts, "nic");
		fact_span(row, "name", name);
		if (unix_mac(json_span(o, "address"), mac))
			fact_str(row, "mac", mac);
		fact_bool(row, "up", span_is(json_span(o, "operstate"), "UP"));
		fact_span(row, "master", json_span(o, "master"));
		if (json_is_integer(json_object_get(o, "mtu")))
			fact_int(row, "mtu", json_integer_value(
			    json_object_get(o, "mtu")));
		fact_str(row, "type", span_is(json_span(o, "link_type"),
		    "loopback") ? "loopback" : "ethernet");
	}
	kind = json_span(json_object_get(o, "linkinfo"), "info_kind");
	fact_span(row, "kind", kind);
	if (kind.n > 0 && !span_is(kind, "dsa"))
		fact_span(row, "type", kind);
	if (unix_mac(json_span(o, "permaddr"), mac))
		fact_str(row, "permanentMac", mac);
	json_addresses(h, name, json_object_get(o, "addr_info"));
}

/* --- ip -o ---------------------------------------------------------------------------- */

/* "2: eth0    inet 192.0.2.50/24 brd ... scope global eth0\ ..."; "eth0@if5" */
static void
one_address(struct unix_host *h, struct span line)
{
	struct span word, name, address, prefix, scope = { "", 0 };
	bool dynamic = span_has(line, " dynamic ") && span_has(line, " inet ");
	char text[16];
	uint64_t n = 999;

	if (!span_word(&line, &word) || !span_word(&line, &name) ||
	    !span_word(&line, &word) || !span_starts(word, "inet") ||
	    !span_word(&line, &address))
		return;
	if (span_split(name, '@', &word, &prefix))
		name = word;
	if (span_split(address, '/', &word, &prefix)) {
		address = word;
		if (!span_u64(prefix, &n))
			n = 999;
	}
	while (span_word(&line, &word))
		if (span_is(word, "scope") && span_word(&line, &scope))
			break;
	if (unix_nic(h, name) == NULL &&
	    facts_rows(h->facts, "nic") < ROWS_MAX)
		fact_span(facts_row(h->facts, "nic"), "name", name);
	if (dynamic)
		fact_bool(unix_nic(h, name), "dhcp", true);
	unix_ip(h, name, address, n, scope.n > 0 && scope.n < sizeof(text) ?
	    span_text(scope, text, sizeof(text)) : NULL);
}

/* "2: eth0: <UP> mtu ...\    link/ether 52:54:00:12:34:56 brd ..." */
static void
one_link(struct unix_host *h, struct span line)
{
	struct span word, name, at, rest;
	struct fact_row *row;
	char mac[MAC_TEXT];

	if (!span_word(&line, &word) || !span_word(&line, &name))
		return;
	if (name.n > 0 && name.p[name.n - 1] == ':')
		name.n--;
	if (span_split(name, '@', &at, &rest))
		name = at;
	if ((row = unix_nic(h, name)) == NULL || fact_get(row, "mac") != NULL)
		return;
	while (span_word(&line, &word))
		if (span_is(word, "link/ether") && span_word(&line, &word)) {
			if (unix_mac(word, mac))
				fact_str(row, "mac", mac);
			return;
		}
}

/* Permanent addresses of a bond's members, for old systems.
 * "Slave Interface: em1" ... "Permanent HW addr: 00:..." */
static void
bonding(struct unix_host *h, struct span text)
{
	struct span line, key, v, slave = { "", 0 };
	char mac[MAC_TEXT];

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "Slave Interface"))
			slave = v;
		else if (span_is(key, "Permanent HW addr") && unix_mac(v, mac))
			fact_str(unix_nic(h, slave), "permanentMac", mac);
	}
}

/* /proc/net/if_inet6: "20010db8...0050 03 40 00 80 eth0" */
static void
inet6(struct unix_host *h, struct span line)
{
	struct span address, word, prefix, name = { "", 0 };
	uint8_t raw[16], bits[1];
	char text[INET6_ADDRSTRLEN];

	if (!span_word(&line, &address) || !span_word(&line, &word) ||
	    !span_word(&line, &prefix) || !span_word(&line, &word) ||
	    !span_word(&line, &word) || !span_word(&line, &name) ||
	    unix_hex(address, raw, 16) != 16 || unix_hex(prefix, bits, 1) != 1 ||
	    inet_ntop(AF_INET6, raw, text, sizeof(text)) == NULL)
		return;
	unix_ip(h, name, span_of(text), bits[0], NULL);
}

void
parse_addr(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, text, line;
	bool six = false;
	json_t *all;
	size_t i;
	json_t *o;

	while (unix_part(h->frame, &rest, &label, &text)) {
		if (span_is(label, "json") && (all = unix_json(text)) != NULL) {
			json_array_foreach(all, i, o)
				json_nic(h, o);
			json_decref(all);
			six = true;
		} else if (span_is(label, "oneline")) {
			for (i = 0; i < LINES_MAX && span_line(&text, &line); i++)
				one_address(h, line);
			six = true;
		} else if (span_is(label, "link")) {
			for (i = 0; i < LINES_MAX && span_line(&text, &line); i++)
				one_link(h, line);
		} else if (span_is(label, "ifconfig")) {
			unix_ifconfig(h, text, true);
			six = true;
		} else if (span_is(label, "/proc/net/if_inet6") && !six) {
			for (i = 0; i < LINES_MAX && span_line(&text, &line); i++)
				inet6(h, line);
		} else if (span_starts(label, "/proc/net/bonding/")) {
			bonding(h, text);
		}
	}
}

/* --- names and leases ----------------------------------------------------------------- */

void
unix_dns_domain(struct unix_host *h, struct span domain)
{
	char text[256];

	fact_append(unix_one(h, &h->network, "network"), "dnsDomains",
	    span_text(domain, text, sizeof(text)));
}

void
unix_resolv(struct unix_host *h, struct span text)
{
	struct span line, word;
	char server[128];

	while (span_line(&text, &line)) {
		if (!span_word(&line, &word))
			continue;
		if (span_is(word, "nameserver") && span_word(&line, &word))
			fact_append(unix_one(h, &h->network, "network"), "dns",
			    span_text(word, server, sizeof(server)));
		else if (span_is(word, "search") || span_is(word, "domain"))
			while (span_word(&line, &word))
				if (!span_is(word, "."))
					unix_dns_domain(h, word);
	}
}

/* systemd-networkd's leases, named by the adapter's index. */
void
parse_leases(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, t;
	uint64_t index;

	for (size_t n = 0; n < 600 && unix_part(h->frame, &rest, &label, &t);
	    n++) {
		const char *slash = memrchr(label.p, '/', label.n);

		if (slash == NULL || !span_u64(span_after(label,
		    (size_t)(slash - label.p) + 1), &index))
			continue;
		for (size_t i = 0; i < facts_rows(h->facts, "nic"); i++) {
			struct fact_row *row = (struct fact_row *)(uintptr_t)
			    facts_at(h->facts, "nic", i);
			const struct fact *f = fact_get(row, "index");

			if (f == NULL || f->type != FACT_UINT || f->u != index)
				continue;
			fact_bool(row, "dhcp", true);
			fact_key(row, "dhcpServer", t, "SERVER_ADDRESS");
			fact_key(row, "dnsDomain", t, "DOMAINNAME");
		}
	}
}
