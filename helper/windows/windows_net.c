/* windows_net.c: adapters with their addresses, routes, connections. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/map/identity.h"
#include "helper/windows/windows_facts.h"

#define SERVERS_MAX 256		/* of a kind: name servers, search domains ... */

/* --- the network ------------------------------------------------------------------------- */

/* By the first part of PNPDeviceID: the bus, and whether a device is there. */
static const struct { const char *prefix, *bus; bool device; } pnp_buses[] = {
	{ "PCI\\", "pci", true }, { "USB\\", "usb", true },
	{ "VMBUS\\", "vmbus", true }, { "XEN", "xen", true },
	{ "VIRTIO\\", "virtio", true }, { "ACPI\\", "platform", true },
	{ "SDBUS\\", "sdio", true }, { "SD\\", "sdio", true },
	{ "PCMCIA\\", "pcmcia", true }, { "ISAPNP\\", "isa", true },
	{ "B06BDRV\\", "pci", true }, { "EBDRV\\", "pci", true },
	{ "MLX4\\", "pci", true }, { "QEBDRV\\", "pci", true },
	{ "BTH\\", "bluetooth", true }, { "ROOT\\", NULL, false },
	{ "SWD\\", NULL, false }, { "{", NULL, false },
	{ "COMPOSITEBUS\\", NULL, false },
};

static bool
is_wifi(const struct fact_row *from)
{
	static const char *const words[] = { "wi-fi", "wifi", "wireless",
		"wlan", "802.11", "airport", "centrino" };
	static const char *const where[] = { "Name", "NetConnectionID" };
	uint64_t type;

	if (win_get_u64(from, "AdapterTypeID", &type) && type == 9)
		return true;
	for (size_t k = 0; k < ARRAY_LEN(where); k++) {
		const char *s = fact_text(from, where[k]);

		for (size_t i = 0; s != NULL && i < ARRAY_LEN(words); i++)
			if (strcasestr(s, words[i]) != NULL)
				return true;
	}
	return false;
}

static bool
is_local(const char *mac)
{
	char canonical[MAC_TEXT];

	return mac_canonical(mac, canonical) &&
	    (strtoul((char[]){ canonical[0], canonical[1], '\0' }, NULL, 16) &
	    2) != 0;
}

bool
win_is_random(const struct fact_row *adapter)
{
	const char *pnp = fact_text(adapter, "PNPDeviceID");
	const char *mac = fact_text(adapter, "MACAddress");

	for (size_t i = 0; pnp != NULL && mac != NULL &&
	    i < ARRAY_LEN(pnp_buses); i++)
		if (strncasecmp(pnp, pnp_buses[i].prefix,
		    strlen(pnp_buses[i].prefix)) == 0)
			return pnp_buses[i].device && is_wifi(adapter) &&
			    is_local(mac);
	return false;
}

/* What NDIS knows of the medium, in any language; NULL: nothing.
 *                                    [Microsoft: NDIS_PHYSICAL_MEDIUM] */
static const char *
medium(const struct fact_row *ndis)
{
	uint64_t v;

	if (ndis == NULL || !win_get_u64(ndis, "NdisPhysicalMedium", &v))
		return NULL;
	return v == 1 || v == 9 ? "wifi" : v == 8 ? "wwan" :
	    v == 14 ? "ethernet" : NULL;
}

/* Network addresses of all kinds that an adapter may carry. */
static void
adapter_kind(const struct fact_row *from, const struct fact_row *ndis,
    struct fact_row *to)
{
	const char *said = medium(ndis);
	const char *pnp = fact_text(from, "PNPDeviceID");
	const char *mac = fact_text(from, "MACAddress");
	char canonical[MAC_TEXT];
	bool wifi = said != NULL ? strcmp(said, "wifi") == 0 : is_wifi(from);
	uint64_t type;

	for (size_t i = 0; pnp != NULL && i < ARRAY_LEN(pnp_buses); i++)
		if (strncasecmp(pnp, pnp_buses[i].prefix,
		    strlen(pnp_buses[i].prefix)) == 0) {
			fact_str(to, "bus", pnp_buses[i].bus);
			fact_bool(to, "device", pnp_buses[i].device);
			if (!pnp_buses[i].device)
				fact_bool(to, "virtual", true);
			break;
		}
	fact_bool(to, "wireless", wifi);
	if (said != NULL || wifi)
		fact_str(to, "type", said != NULL ? said : "wifi");
	else if (win_get_u64(from, "AdapterTypeID", &type) && type == 0)
		fact_str(to, "type", "ethernet");
	if (mac != NULL && mac_canonical(mac, canonical))
		fact_bool(to, "locallyAdministered", is_local(mac));
}

static void
copy_list(const struct fact_row *from, const char *name, struct fact_row *to,
    const char *as)
{
	const struct fact *f = fact_get(from, name);

	for (size_t i = 0; f != NULL && f->type == FACT_LIST && i < f->list.n;
	    i++)
		fact_append_value(to, as, &f->list.v[i]);
}

/* "9C29760B4C11": as it was burnt in, whatever is in use. */
static void
from_ndis(const struct win_ask *ask, const struct fact_row *ndis,
    struct fact_row *to)
{
	const char *mac = fact_text(ndis, "PermanentAddress");
	const char *driver = fact_text(ndis, "DriverName");
	const char *version = fact_text(ndis, "DriverVersionString");
	char canonical[MAC_TEXT], s[300];

	if (win_wants(ask, "nic", "permanentMac") && mac != NULL &&
	    mac_canonical(mac, canonical) &&
	    strcmp(canonical, "00:00:00:00:00:00") != 0)
		fact_str(to, "permanentMac", canonical);
	if (driver == NULL || driver[0] == '\0' ||
	    !win_wants(ask, "nic", "driver"))
		return;
	/* "\\SystemRoot\\System32\\drivers\\e1d.sys" */
	if (strrchr(driver, '\\') != NULL)
		driver = strrchr(driver, '\\') + 1;
	snprintf(s, sizeof(s), "%.140s%s%.140s", driver, version != NULL &&
	    version[0] != '\0' ? " " : "", version != NULL ? version : "");
	fact_str(to, "driver", s);
}

void
win_join_nic(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	static const struct { const char *property, *fact; enum win_how how; }
	    plain[] = { { "DHCPEnabled", "dhcp", WIN_BOOL },
		{ "DHCPServer", "dhcpServer", WIN_TEXT },
		{ "DNSDomain", "dnsDomain", WIN_TEXT },
		{ "MTU", "mtu", WIN_UINT } };
	const struct fact_row *conf = win_find(rows, WQ_ADDRESSES, "Index",
	    fact_get(from, "Index"));
	const struct fact_row *ndis = win_find(rows, WQ_NDIS, "InterfaceIndex",
	    fact_get(from, "InterfaceIndex"));

	adapter_kind(from, ndis, to);
	if (ndis != NULL)
		from_ndis(ask, ndis, to);
	for (size_t i = 0; conf != NULL && i < ARRAY_LEN(plain); i++) {
		const struct fact *f = fact_get(conf, plain[i].property);

		if (f != NULL && win_wants(ask, "nic", plain[i].fact))
			win_convert(plain[i].how, f, to, plain[i].fact);
	}
	if (conf != NULL && win_wants(ask, "nic", "ips"))
		copy_list(conf, "IPAddress", to, "ips");
}

bool
win_prefix_of(const char *mask, uint64_t *bits)
{
	struct in_addr a;
	uint32_t m;

	if (strchr(mask, '.') == NULL) {
		char *end;

		*bits = strtoul(mask, &end, 10);
		return end != mask && *end == '\0' && *bits <= 128;
	}
	if (inet_pton(AF_INET, mask, &a) != 1)
		return false;
	m = ntohl(a.s_addr);
	if ((~m & (~m + 1)) != 0)
		return false;		/* holes in it */
	*bits = (uint64_t)__builtin_popcount(m);
	return true;
}

static const char *
scope_of(const char *address)
{
	if (strncasecmp(address, "fe80:", 5) == 0 ||
	    strncmp(address, "169.254.", 8) == 0)
		return "link";
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ?
	    "host" : "global";
}

static const char *
adapter_name(const struct win_rows *rows, const struct fact_row *conf)
{
	const struct fact_row *a = win_find(rows, WQ_ADAPTERS, "Index",
	    fact_get(conf, "Index"));
	const char *name = a != NULL ? fact_text(a, "NetConnectionID") : NULL;

	return name != NULL ? name : fact_text(conf, "Description");
}

static void
addresses(const struct win_rows *rows, const struct fact_row *conf,
    struct facts *out)
{
	const struct fact *ips = fact_get(conf, "IPAddress");
	const struct fact *masks = fact_get(conf, "IPSubnet");

	for (size_t i = 0; ips != NULL && ips->type == FACT_LIST &&
	    i < ips->list.n; i++) {
		const struct fact *ip = &ips->list.v[i];
		struct fact_row *row;
		uint64_t bits;

		if (ip->type != FACT_STRING)
			continue;
		row = facts_row(out, "ip");
		fact_str(row, "nic", adapter_name(rows, conf));
		fact_str(row, "address", ip->s);
		if (masks != NULL && masks->type == FACT_LIST &&
		    i < masks->list.n &&
		    masks->list.v[i].type == FACT_STRING &&
		    win_prefix_of(masks->list.v[i].s, &bits))
			fact_uint(row, "prefix", bits);
		fact_str(row, "family", strchr(ip->s, ':') != NULL ? "ipv6" :
		    "ipv4");
		fact_str(row, "scope", scope_of(ip->s));
	}
}

/* Or there is no more room: each is held against all before it. */
static bool
in_list(const struct fact_row *row, const char *name, const char *value)
{
	const struct fact *f = fact_get(row, name);

	if (f != NULL && f->type == FACT_LIST && f->list.n >= SERVERS_MAX)
		return true;
	for (size_t i = 0; f != NULL && f->type == FACT_LIST && i < f->list.n;
	    i++)
		if (f->list.v[i].type == FACT_STRING &&
		    strcasecmp(f->list.v[i].s, value) == 0)
			return true;
	return false;
}

static void
append_new(struct facts *out, const char *name, const struct fact *f)
{
	struct fact_row *row;

	if (f == NULL)
		return;
	for (size_t i = 0; f->type == FACT_LIST && i < f->list.n; i++)
		append_new(out, name, &f->list.v[i]);
	if (f->type != FACT_STRING || f->s[0] == '\0')
		return;
	row = win_one(out, "network");
	if (row != NULL && !in_list(row, name, f->s))
		fact_append(row, name, f->s);
}

void
win_join_network(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	for (size_t i = 0; i < win_rows(rows, WQ_ADDRESSES); i++) {
		const struct fact_row *conf = win_row(rows, WQ_ADDRESSES, i);
		const struct fact *g = fact_get(conf, "DefaultIPGateway");

		if (win_wants(ask, "ip", NULL))
			addresses(rows, conf, out);
		if (win_wants(ask, "network", "gateway") && g != NULL &&
		    g->type == FACT_LIST && g->list.n > 0 &&
		    g->list.v[0].type == FACT_STRING &&
		    facts_find(out, "network.gateway") == NULL)
			fact_str(win_one(out, "network"), "gateway",
			    g->list.v[0].s);
		if (win_wants(ask, "network", "dns"))
			append_new(out, "dns", fact_get(conf,
			    "DNSServerSearchOrder"));
		if (win_wants(ask, "network", "dnsDomains")) {
			append_new(out, "dnsDomains", fact_get(conf,
			    "DNSDomainSuffixSearchOrder"));
			append_new(out, "dnsDomains", fact_get(conf,
			    "DNSDomain"));
		}
	}
}

void
win_join_route(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *net = fact_text(from, "Destination");
	const char *mask = fact_text(from, "Mask");
	const struct fact_row *a = win_find(rows, WQ_ADAPTERS, "InterfaceIndex",
	    fact_get(from, "InterfaceIndex"));
	uint64_t bits;
	char s[100];

	/* its number has to do where the adapter has no name: loopback, tunnels */
	if (a != NULL && win_wants(ask, "route", "nic") &&
	    fact_text(a, "NetConnectionID") != NULL)
		fact_str(to, "nic", fact_text(a, "NetConnectionID"));
	if (net == NULL || mask == NULL || !win_prefix_of(mask, &bits) ||
	    !win_wants(ask, "route", "destination"))
		return;
	snprintf(s, sizeof(s), "%.60s/%llu", net, (unsigned long long)bits);
	fact_str(to, "destination", s);
}

static void
end_point(const struct fact_row *from, const char *address, const char *port,
    struct fact_row *to, const char *fact)
{
	const char *a = fact_text(from, address);
	uint64_t p;
	char s[120];

	if (a == NULL || !win_get_u64(from, port, &p))
		return;
	snprintf(s, sizeof(s), strchr(a, ':') != NULL ? "[%.80s]:%llu" :
	    "%.80s:%llu", a, (unsigned long long)p);
	fact_str(to, fact, s);
}

static void
socket_of(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, const char *const protocols[2],
    struct fact_row *to)
{
	const char *a = fact_text(from, "LocalAddress");
	const struct fact_row *p;

	if (a != NULL)
		fact_str(to, "protocol", protocols[strchr(a, ':') != NULL]);
	end_point(from, "LocalAddress", "LocalPort", to, "local");
	p = win_find(rows, WQ_PROCESSES, "ProcessId", fact_get(from,
	    "OwningProcess"));
	if (p != NULL && win_wants(ask, "connection", "process"))
		fact_str(to, "process", fact_text(p, "Name"));
}

void
win_join_connection(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	static const char *const protocols[] = { "tcp", "tcp6" };
	uint64_t port;

	socket_of(ask, rows, from, protocols, to);
	/* one that waits has nobody at the other end */
	if (win_get_u64(from, "RemotePort", &port) && port != 0)
		end_point(from, "RemoteAddress", "RemotePort", to, "remote");
}

void
win_join_udp(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	static const char *const protocols[] = { "udp", "udp6" };

	socket_of(ask, rows, from, protocols, to);
	fact_str(to, "state", "listen");
}
