#include "helper/map/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

#define MACS_MAX 64

struct ignored { char mac[MAC_TEXT]; const char *why; };

struct identity {
	char macs[MACS_MAX][MAC_TEXT];
	size_t nmacs;
	struct ignored ignored[MACS_MAX];
	size_t nignored;
	char *serial;
	char uuid[37];
};

/* --- texts ---------------------------------------------------------------------- */

/* Six groups of one or two digits, or three of four, or twelve digits. */
bool
mac_canonical(const char *text, char out[static MAC_TEXT])
{
	uint8_t digits[12], group[12];
	size_t n = 0, in_group = 0, groups = 0, width = 0;

	for (;; text++) {
		int c = (unsigned char)*text;

		if (isxdigit(c)) {
			if (in_group == sizeof(group))
				return false;
			group[in_group++] = (uint8_t)(isdigit(c) ? c - '0' :
			    tolower(c) - 'a' + 10);
			continue;
		}
		if (in_group == 0)
			return false;
		groups++;
		/* "0:50:56:a:b:c": a group of one digit lacks its zero. */
		width = in_group <= 2 ? 2 : in_group;
		if (n + width > 12)
			return false;
		if (in_group == 1)
			digits[n++] = 0;
		memcpy(digits + n, group, in_group);
		n += in_group;
		in_group = 0;
		if (c == '\0')
			break;
		if (c != ':' && c != '-' && c != '.')
			return false;
	}
	if (n != 12 || !((groups == 6 && width == 2) ||
	    (groups == 3 && width == 4) || groups == 1))
		return false;
	for (size_t i = 0; i < 12; i++)
		out[i + i / 2] = "0123456789abcdef"[digits[i] & 15];
	for (size_t i = 2; i < MAC_TEXT - 1; i += 3)
		out[i] = ':';
	out[MAC_TEXT - 1] = '\0';
	return true;
}

/* Values that firmware ships when nobody filled them in. */
static const char *const junk_serials[] = {
	"none", "n/a", "na", "null", "unknown", "undefined", "not specified",
	"not present", "not available", "not applicable", "not installed",
	"not provided", "not settable", "default string", "default",
	"system serial number", "system product name", "system manufacturer",
	"system version", "chassis serial number", "chassis manufacturer",
	"chassis version", "base board serial number", "serial number", "serial",
	"no asset tag", "to be filled by o.e.m.", "to be filled by o.e.m",
	"o.e.m.", "oem", "invalid", "<bad index>", "<out of spec>", "eval",
	"0123456789", "123456789", "1234567890", "12345678", "123456", "abcdefg",
	"sernum0", "xxxxxxx", "type2 - board serial number", "asset-1234567890",
	"chassis serial", "other", "no enclosure", "virtual machine", "dummy",
};

bool
serial_is_junk(const char *serial)
{
	char text[256];
	size_t same = 0, n;

	if (serial == NULL)
		return true;
	text_copy(text, sizeof(text), serial);
	text_trim(text);
	n = strlen(text);
	if (n < 2)
		return true;
	for (size_t i = 0; i < n; i++)	/* "0000000", "FFFF", "-------", "....." */
		same += text[i] == text[0];
	if (same == n)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(junk_serials); i++)
		if (strcasecmp(text, junk_serials[i]) == 0)
			return true;
	return false;
}

/* Shipped in many machines at once. */
static const char *const junk_uuids[] = {
	"03000200-0400-0500-0006-000700080009",
	"00020003-0004-0005-0006-000700080009",
	"12345678-1234-5678-90ab-cddeefaabbcc",
	"12345678-1234-1234-1234-123456789012",
	"12345678-1234-1234-1234-123456789abc",
	"ffffffff-0000-0000-0000-000000000000",
	"fefefefe-fefe-fefe-fefe-fefefefefefe",
	"01234567-8910-1112-1314-151617181920",
};

bool
uuid_canonical(const char *text, char out[static 37])
{
	char first = '\0';
	size_t n = 0, same = 0;

	while (isspace((unsigned char)*text) || *text == '{')
		text++;
	for (; *text != '\0' && n < 36; text++) {
		int c = tolower((unsigned char)*text);

		if (c == '-')
			continue;
		if (!isxdigit(c))
			break;
		if (n == 8 || n == 13 || n == 18 || n == 23)
			out[n++] = '-';
		if (first == '\0')
			first = (char)c;
		same += c == first;
		out[n++] = (char)c;
	}
	out[n < 36 ? n : 36] = '\0';
	while (isspace((unsigned char)*text) || *text == '}')
		text++;
	if (n != 36 || *text != '\0' || same == 32)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(junk_uuids); i++)
		if (strcmp(out, junk_uuids[i]) == 0)
			return false;
	return true;
}

/* --- rules ------------------------------------------------------------------------ */

/* Adapter names (Linux, macOS, BSD): prefix, what follows must be a digit, end
 * or anything. */
static const struct { const char *prefix; bool digit; const char *why; } names[] = {
	{ "docker", false, "Docker's bridge" },
	{ "br-", false, "a bridge, Docker's most likely" },
	{ "virbr", false, "libvirt's bridge" },
	{ "vmnet", true, "VMware's host-only network" },
	{ "vboxnet", true, "VirtualBox's host-only network" },
	{ "veth", false, "a container's pair" },
	{ "cali", false, "a container's pair (Calico)" },
	{ "cni", false, "a container network" },
	{ "flannel", false, "a container network" },
	{ "lxcbr", true, "LXC's bridge" },
	{ "lxdbr", true, "LXD's bridge" },
	{ "kube-", false, "a Kubernetes adapter" },
	{ "nodelocaldns", false, "a Kubernetes adapter" },
	{ "weave", false, "a container network" },
	{ "tun", true, "a VPN tunnel" },
	{ "tap", true, "a VPN or virtual machine's tap" },
	{ "utun", true, "a VPN tunnel" },
	{ "ipsec", true, "a VPN tunnel" },
	{ "ppp", true, "a dial-up or VPN link" },
	{ "wg", true, "a WireGuard tunnel" },
	{ "zt", false, "a ZeroTier network" },
	{ "tailscale", true, "a Tailscale network" },
	{ "nordlynx", false, "a VPN tunnel" },
	{ "dummy", true, "a dummy adapter" },
	{ "ifb", true, "an intermediate functional block" },
	{ "sit", true, "an IPv6 tunnel" }, { "gre", true, "a tunnel" },
	{ "ip6tnl", true, "a tunnel" }, { "teql", true, "a queue" },
	{ "awdl", true, "Apple's peer-to-peer Wi-Fi, random" },
	{ "llw", true, "Apple's low-latency Wi-Fi, random" },
	{ "anpi", true, "Apple's internal link" },
	{ "ap", true, "Apple's access-point mode" },
	{ "bridge", true, "a bridge" }, { "gif", true, "a tunnel" },
	{ "stf", true, "a tunnel" }, { "XHC", false, "a USB capture point" },
};

/* Kinds that the system itself tells (ip -d link, or the probe). */
static const struct { const char *kind, *why; } kinds[] = {
	{ "loopback", "the loopback adapter" }, { "bridge", "a bridge" },
	{ "veth", "a container's pair" }, { "tun", "a VPN tunnel" },
	{ "tap", "a VPN or virtual machine's tap" },
	{ "wireguard", "a WireGuard tunnel" }, { "vlan", "a VLAN of another adapter" },
	{ "macvlan", "a virtual adapter on another" },
	{ "macvtap", "a virtual adapter on another" },
	{ "ipvlan", "a virtual adapter on another" },
	{ "vxlan", "an overlay network" }, { "geneve", "an overlay network" },
	{ "dummy", "a dummy adapter" }, { "ifb", "an intermediate functional block" },
	{ "ipip", "a tunnel" }, { "gre", "a tunnel" }, { "gretap", "a tunnel" },
	{ "sit", "an IPv6 tunnel" }, { "ip6tnl", "a tunnel" }, { "vti", "a tunnel" },
	{ "xfrm", "a VPN tunnel" }, { "vrf", "a routing domain" },
	{ "bond", "a bond; its members count" }, { "team", "a team; its members count" },
	{ "openvswitch", "a virtual switch" }, { "vcan", "a virtual CAN bus" },
	{ "nlmon", "a capture adapter" }, { "tunnel", "a tunnel" },
	{ "ppp", "a dial-up or VPN link" },
};

/* Words in descriptions and Windows' service names and PNP ids. */
static const struct { const char *word, *why; } words[] = {
	{ "bluetooth", "Bluetooth" }, { "BTH\\", "Bluetooth" },
	{ "hyper-v virtual", "a Hyper-V virtual switch" },
	{ "vmware virtual ethernet", "VMware's host-only network" },
	{ "virtualbox host-only", "VirtualBox's host-only network" },
	{ "tap-windows", "a VPN tunnel" }, { "wintun", "a VPN tunnel" },
	{ "wan miniport", "a dial-up or VPN link" }, { "vpn", "a VPN adapter" },
	{ "anyconnect", "a VPN adapter" }, { "fortinet", "a VPN adapter" },
	{ "juniper networks virtual", "a VPN adapter" },
	{ "pangp", "a VPN adapter" }, { "check point virtual", "a VPN adapter" },
	{ "sonicwall", "a VPN adapter" }, { "wireguard", "a WireGuard tunnel" },
	{ "openvpn", "a VPN tunnel" }, { "zerotier", "a ZeroTier network" },
	{ "wi-fi direct virtual", "Wi-Fi Direct, random" },
	{ "vwifimp", "Wi-Fi Direct, random" }, { "teredo", "a tunnel" },
	{ "isatap", "a tunnel" }, { "6to4", "a tunnel" },
	{ "kernel debug", "a debugger's adapter" }, { "npcap loopback", "a loopback adapter" },
	{ "loopback", "a loopback adapter" }, { "ras async", "a dial-up adapter" },
	{ "ndis virtual", "a virtual adapter" }, { "multiplexor", "a team; its members count" },
	{ "thunderbolt bridge", "a bridge" }, { "ROOT\\", "a virtual adapter" },
	{ "SWD\\", "a virtual adapter" },
};

/* Maker prefixes of docks and USB dongles that go from desk to desk. */
static const struct { const char *oui, *maker; } docks[] = {
	{ "00:50:b6", "Good Way (docks)" }, { "00:e0:4c", "Realtek USB" },
	{ "00:24:9b", "Action Star (docks)" }, { "3c:18:a0", "Luxshare (docks)" },
	{ "80:3f:5d", "Winstars (dongles)" }, { "a0:ce:c8", "CE Link (dongles)" },
	{ "00:0e:c6", "ASIX (dongles)" }, { "f8:e4:3b", "ASIX (dongles)" },
	{ "9c:eb:e8", "BizLink (docks)" }, { "64:4b:f0", "CalDigit (docks)" },
	{ "48:65:ee", "IEEE (docks)" }, { "d0:c0:bf", "Actions (docks)" },
	{ "8c:ae:4c", "Plugable (dongles)" }, { "00:13:3b", "Speed Dragon (dongles)" },
	{ "98:fc:84", "Go Universal (docks)" }, { "e4:b9:7a", "Dell (docks)" },
	{ "0c:37:96", "BizLink (docks)" }, { "5c:85:7e", "IEEE (docks)" },
	{ "58:ef:68", "Belkin (docks)" }, { "c4:41:1e", "Belkin (docks)" },
	{ "30:23:03", "Belkin (docks)" }, { "ec:9a:0c", "dongles" },
};

/* Shared or reserved addresses, by prefix of the text. */
static const struct { const char *prefix, *why; } reserved[] = {
	{ "00:00:00:00:00:00", "no address" }, { "ff:ff:ff:ff:ff:ff", "broadcast" },
	{ "0a:00:27:", "VirtualBox's host-only network" },
	{ "00:50:56:c0:00:", "VMware's host-only network" },
	{ "02:42:", "Docker's addresses" }, { "00:05:9a:3c:7", "Cisco's VPN adapter" },
	{ "00:09:0f:fe:00:01", "Fortinet's VPN adapter" },
	{ "00:09:0f:aa:00:01", "Fortinet's VPN adapter" },
	{ "00:ff:", "a TAP adapter" }, { "02:50:41:00:00:01", "GlobalProtect's VPN adapter" },
	{ "20:41:53:59:4e:ff", "the RAS asynchronous adapter" },
	{ "33:50:6f:45:30:30", "the WAN miniport" },
	{ "50:50:54:50:30:30", "the WAN miniport" },
	{ "00:15:5d:00:00:00", "Hyper-V's empty address" },
	{ "ac:de:48:00:11:22", "Apple's T2 link, the same in every Mac" },
	{ "00:a0:c6:00:00:00", "a modem's shared address" },
	{ "02:80:37:ec:02:00", "a modem's shared address" },
};

static unsigned
first_octet(const char *mac)
{
	return (unsigned)strtoul((char[]){ mac[0], mac[1], '\0' }, NULL, 16);
}

static bool
says(const struct fact_row *r, const char *name, bool *value)
{
	const struct fact *f = fact_get(r, name);

	if (f == NULL || f->type != FACT_BOOL)
		return false;
	*value = f->b;
	return true;
}

static bool
yes(const struct fact_row *r, const char *name)
{
	bool v;

	return says(r, name, &v) && v;
}

const char *
mac_why_not(const char *mac)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (text_starts(mac, reserved[i].prefix))
			return reserved[i].why;
	return (first_octet(mac) & 1) != 0 ? "a multicast address" : NULL;
}

static const char *
why_by_name(const struct fact_row *r)
{
	const char *name = fact_text(r, "name"), *kind = fact_text(r, "kind");
	const char *type = fact_text(r, "type");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if ((kind != NULL && strcasecmp(kind, kinds[i].kind) == 0) ||
		    (type != NULL && strcasecmp(type, kinds[i].kind) == 0))
			return kinds[i].why;
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(names); i++) {
		const char *rest = name + strlen(names[i].prefix);

		if (text_starts(name, names[i].prefix) && (!names[i].digit ||
		    *rest == '\0' || isdigit((unsigned char)*rest)))
			return names[i].why;
	}
	return NULL;
}

static const char *
why_by_words(const struct fact_row *r)
{
	static const char *const where[] = { "description", "service", "pnpId",
		"hardwarePort", "driver" };

	for (size_t k = 0; k < ARRAY_LEN(where); k++) {
		const char *text = fact_text(r, where[k]);

		for (size_t i = 0; text != NULL && i < ARRAY_LEN(words); i++)
			if (strcasestr(text, words[i].word) != NULL)
				return words[i].why;
	}
	return NULL;
}

static const char *
why_by_bus(const struct fact_row *r, const char *mac)
{
	const char *bus = fact_text(r, "bus"), *pnp = fact_text(r, "pnpId");

	if ((bus == NULL || strcasecmp(bus, "usb") != 0) &&
	    (pnp == NULL || strncasecmp(pnp, "USB\\", 4) != 0))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(docks); i++)
		if (text_starts(mac, docks[i].oui))
			return "USB dock adapter";
	return "USB adapter, which may be plugged into another computer";
}

/* Why an adapter's address may never identify; NULL: it may. */
static const char *
why_not(const struct fact_row *r, const char *mac)
{
	const char *why;
	bool device;

	if ((why = mac_why_not(mac)) != NULL ||
	    (why = why_by_name(r)) != NULL || (why = why_by_words(r)) != NULL ||
	    (why = why_by_bus(r, mac)) != NULL)
		return why;
	if (yes(r, "virtual") || (says(r, "device", &device) && !device))
		return "a virtual adapter: no device stands behind it";
	return NULL;
}

/* A locally administered address: random on Wi-Fi; on a wire or a virtual
 * machine it counts where nothing better exists. */
static bool
is_local(const struct fact_row *r, const char *mac)
{
	const struct fact *assign = fact_get(r, "addrAssignType");

	/* A hypervisor's prefix is as good as burnt in. */
	if (text_starts(mac, "52:54:00:"))
		return false;
	return (first_octet(mac) & 2) != 0 || (assign != NULL &&
	    assign->type == FACT_UINT && assign->u == 1);
}

/* --- the verdict -------------------------------------------------------------------- */

static bool
has(const struct identity *id, const char *mac)
{
	for (size_t i = 0; i < id->nmacs; i++)
		if (strcmp(id->macs[i], mac) == 0)
			return true;
	return false;
}

static void
accept(struct identity *id, const char *mac)
{
	if (id->nmacs < MACS_MAX && !has(id, mac))
		strcpy(id->macs[id->nmacs++], mac);
}

static void
ignore(struct identity *id, const char *mac, const char *why)
{
	for (size_t i = 0; i < id->nignored; i++)
		if (strcmp(id->ignored[i].mac, mac) == 0)
			return;
	if (id->nignored == MACS_MAX)
		return;
	strcpy(id->ignored[id->nignored].mac, mac);
	id->ignored[id->nignored++].why = why;
}

/* The burnt-in address before the one in use: a bond's members carry the
 * bond's. */
static bool
mac_of(const struct fact_row *r, char out[static MAC_TEXT])
{
	const char *permanent = fact_text(r, "permanentMac");
	const char *mac = fact_text(r, "mac");

	return (permanent != NULL && mac_canonical(permanent, out) &&
	    strcmp(out, "00:00:00:00:00:00") != 0) ||
	    (mac != NULL && mac_canonical(mac, out));
}

static void
judge(struct identity *id, const struct facts *f)
{
	size_t n = facts_rows(f, "nic");
	char mac[MAC_TEXT];
	const char *why;

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && why_not(r, mac) == NULL &&
		    !is_local(r, mac))
			accept(id, mac);
	}
	/* Cloud machines have nothing but a locally administered address. */
	if (id->nmacs == 0)
		for (size_t i = 0; i < n; i++) {
			const struct fact_row *r = facts_at(f, "nic", i);

			if (mac_of(r, mac) && why_not(r, mac) == NULL &&
			    yes(r, "device") && !yes(r, "wireless"))
				accept(id, mac);
		}
	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (!mac_of(r, mac) || has(id, mac))
			continue;
		if ((why = why_not(r, mac)) == NULL)
			why = yes(r, "wireless") ? "a random Wi-Fi address" :
			    "a locally administered address, and better ones "
			    "exist or no device stands behind it";
		ignore(id, mac, why);
	}
}

struct identity *
identity_from_facts(const struct facts *f)
{
	struct identity *id = calloc(1, sizeof(*id));
	const struct fact *serial = facts_find(f, "sys.serial");
	const struct fact *uuid = facts_find(f, "sys.uuid");

	if (id == NULL)
		return NULL;
	judge(id, f);
	if (serial != NULL && serial->type == FACT_STRING &&
	    !serial_is_junk(serial->s) && (id->serial = strdup(serial->s)) != NULL)
		text_trim(id->serial);
	if (uuid == NULL || uuid->type != FACT_STRING ||
	    !uuid_canonical(uuid->s, id->uuid))
		id->uuid[0] = '\0';
	return id;
}

void
identity_free(struct identity *id)
{
	if (id == NULL)
		return;
	free(id->serial);
	free(id);
}

size_t
identity_macs(const struct identity *id)
{
	return id->nmacs;
}

const char *
identity_mac(const struct identity *id, size_t i)
{
	return i < id->nmacs ? id->macs[i] : NULL;
}

size_t
identity_ignored(const struct identity *id)
{
	return id->nignored;
}

const char *
identity_ignored_mac(const struct identity *id, size_t i)
{
	return i < id->nignored ? id->ignored[i].mac : NULL;
}

const char *
identity_ignored_why(const struct identity *id, size_t i)
{
	return i < id->nignored ? id->ignored[i].why : NULL;
}

const char *
identity_serial(const struct identity *id)
{
	return id->serial;
}

const char *
identity_uuid(const struct identity *id)
{
	return id->uuid[0] != '\0' ? id->uuid : NULL;
}
