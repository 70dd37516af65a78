#include "helper/map/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

#define MACS_MAX 64
#define NICS_MAX 4096	/* adapters looked at: a hostile host may list more */

struct ignored { char mac[MAC_TEXT]; const char *why; };

struct identity {
	char macs[MACS_MAX][MAC_TEXT];
	size_t nmacs;
	struct ignored ignored[MACS_MAX];
	size_t nignored;
	char *serial;
	char uuid[37];			/* "": none */
};

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
	{ "vnet", true, "a virtual machine's tap" },
	{ "br", true, "a bridge" }, { "vmbr", true, "Proxmox's bridge" },
	{ "fwbr", true, "Proxmox's bridge" }, { "fwpr", true, "Proxmox's pair" },
	{ "fwln", true, "Proxmox's pair" }, { "ovs-", false, "a virtual switch" },
	{ "podman", true, "Podman's bridge" }, { "nerdctl", true, "a bridge" },
	{ "hassio", false, "a container network" },
	{ "vxlan", false, "an overlay network" }, { "genev", false, "an overlay network" },
	{ "bond", true, "a bond; its members count" },
	{ "team", true, "a team; its members count" },
	{ "macvlan", true, "a virtual adapter on another" },
	{ "macvtap", true, "a virtual adapter on another" },
	{ "p2p-dev", false, "Wi-Fi Direct" }, { "lo", true, "the loopback adapter" },
	{ "tunl", true, "a tunnel" }, { "erspan", true, "a tunnel" },
	{ "ip_vti", true, "a tunnel" }, { "ip6_vti", true, "a tunnel" },
	{ "ip6gre", true, "a tunnel" }, { "vti", true, "a tunnel" },
	{ "idrac", false, "the management controller's USB link" },
	{ "dummy", true, "a dummy adapter" },
	{ "ifb", true, "a queue for shaping traffic, no adapter" },
	{ "sit", true, "an IPv6 tunnel" }, { "gre", true, "a tunnel" },
	{ "ip6tnl", true, "a tunnel" }, { "teql", true, "a queue for shaping traffic, no adapter" },
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
	{ "dummy", "a dummy adapter" }, { "ifb", "a queue for shaping traffic, no adapter" },
	{ "ipip", "a tunnel" }, { "gre", "a tunnel" }, { "gretap", "a tunnel" },
	{ "sit", "an IPv6 tunnel" }, { "ip6tnl", "a tunnel" }, { "vti", "a tunnel" },
	{ "xfrm", "a VPN tunnel" }, { "vrf", "a routing domain, no adapter" },
	{ "bond", "a bond; its members count" }, { "team", "a team; its members count" },
	{ "openvswitch", "a virtual switch" }, { "vcan", "a virtual CAN bus" },
	{ "nlmon", "a capture adapter" }, { "tunnel", "a tunnel" },
	{ "ppp", "a dial-up or VPN link" },
};

/* Words in descriptions and Windows' service names and PNP ids. */
static const struct { const char *word, *why; } words[] = {
	{ "bluetooth", "Bluetooth" },
	{ "iphone usb", "a telephone's tether" }, { "ipad usb", "a tablet's tether" },
	{ "remote ndis", "a USB tether or a management controller's link" },
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
	{ "thunderbolt bridge", "a bridge" },
};

/* How PNP device ids of adapters that are none begin. */
static const struct { const char *prefix, *why; } pnp_ids[] = {
	{ "ROOT\\", "a virtual adapter" }, { "SWD\\", "a virtual adapter" },
	{ "BTH\\", "Bluetooth" }, { "BTHENUM\\", "Bluetooth" },
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

/* Makers whose only adapter is soldered on, behind USB. */
static const char *const onboard_usb[] = { "b8:27:eb" };	/* Raspberry Pi 1-3 */

/* Shared or reserved addresses, by prefix of the text.  random: a cloud may give
 * the same to a real adapter, so one with a device behind it is let through. */
static const struct { const char *prefix, *why; bool random; } reserved[] = {
	{ "00:00:00:00:00:00", "no address", false }, { "ff:ff:ff:ff:ff:ff", "broadcast", false },
	{ "0a:00:27:", "VirtualBox's host-only network", true },
	{ "00:50:56:c0:00:", "VMware's host-only network", false },
	{ "02:42:", "Docker's addresses", true }, { "00:05:9a:3c:7", "Cisco's VPN adapter", false },
	{ "00:09:0f:fe:00:01", "Fortinet's VPN adapter", false },
	{ "00:09:0f:aa:00:01", "Fortinet's VPN adapter", false },
	{ "00:ff:", "a TAP adapter", false }, { "02:50:41:00:00:01", "GlobalProtect's VPN adapter", false },
	{ "20:41:53:59:4e:ff", "the RAS asynchronous adapter", false },
	{ "33:50:6f:45:30:30", "the WAN miniport", false },
	{ "50:50:54:50:30:30", "the WAN miniport", false },
	{ "00:15:5d:00:00:00", "Hyper-V's empty address", false },
	{ "ac:de:48:00:11:22", "Apple's T2 link, the same in every Mac", false },
	{ "00:a0:c6:00:00:00", "a modem's shared address", false },
	{ "02:80:37:ec:02:00", "a modem's shared address", false },
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
	bool v = false;

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
why_by_address(const struct fact_row *r, const char *mac)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (text_starts(mac, reserved[i].prefix))
			return reserved[i].random && yes(r, "device") ? NULL :
			    reserved[i].why;
	return mac_why_not(mac);
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
	const char *pnp = fact_text(r, "pnpId");
	const char *port = fact_text(r, "hardwarePort");

	for (size_t k = 0; k < ARRAY_LEN(where); k++) {
		const char *text = fact_text(r, where[k]);

		/* A host's text may be long; what counts is at its start. */
		char head[256];

		if (text == NULL)
			continue;
		text_copy(head, sizeof(head), text);
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (strcasestr(head, words[i].word) != NULL)
				return words[i].why;
	}
	for (size_t i = 0; pnp != NULL && i < ARRAY_LEN(pnp_ids); i++)
		if (strncasecmp(pnp, pnp_ids[i].prefix,
		    strlen(pnp_ids[i].prefix)) == 0)
			return pnp_ids[i].why;
	if (port != NULL && strncasecmp(port, "Thunderbolt ", 12) == 0)
		return isdigit((unsigned char)port[12]) ? "a Thunderbolt port" :
		    "a Thunderbolt adapter, which may be plugged into another "
		    "computer";
	return NULL;
}

/* "enx" and the address: how udev names an adapter that hangs on USB. */
static bool
is_usb(const struct fact_row *r)
{
	const char *bus = fact_text(r, "bus"), *pnp = fact_text(r, "pnpId");
	const char *name = fact_text(r, "name"), *port;

	port = fact_text(r, "hardwarePort");
	return (bus != NULL && strcasecmp(bus, "usb") == 0) ||
	    (pnp != NULL && strncasecmp(pnp, "USB\\", 4) == 0) ||
	    (port != NULL && strncasecmp(port, "USB ", 4) == 0) ||
	    (name != NULL && text_starts(name, "enx") && strlen(name) == 15) ||
	    (name != NULL && text_starts(name, "usb") &&
	    isdigit((unsigned char)name[3]));
}

static bool
in(const char *const *list, size_t n, const char *mac)
{
	for (size_t i = 0; i < n; i++)
		if (text_starts(mac, list[i]))
			return true;
	return false;
}

/* Whether it hangs on a cable; *dock: surely, and moves from desk to desk. */
static bool
is_plugged(const struct fact_row *r, const char *mac, bool *dock)
{
	const char *bus = fact_text(r, "bus");

	*dock = bus != NULL && strcasecmp(bus, "thunderbolt") == 0;
	if (*dock)
		return true;
	if (!is_usb(r) || in(onboard_usb, ARRAY_LEN(onboard_usb), mac))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(docks); i++)
		if (text_starts(mac, docks[i].oui))
			*dock = true;
	return true;
}

/* Why an adapter's address may never identify; NULL: it may. */
static const char *
why_never(const struct fact_row *r, const char *mac)
{
	const char *why;
	bool device, dock;

	if ((why = why_by_address(r, mac)) != NULL ||
	    (why = why_by_name(r)) != NULL || (why = why_by_words(r)) != NULL)
		return why;
	if (is_plugged(r, mac, &dock) && dock)
		return "USB dock adapter";
	if (yes(r, "virtual") || (says(r, "device", &device) && !device))
		return "a virtual adapter: no device stands behind it";
	return NULL;
}

/* Addresses that the system made up: no maker's, or said to be random. */
static bool
is_local(const struct fact_row *r, const char *mac)
{
	const struct fact *assign = fact_get(r, "addrAssignType");
	const char *permanent = fact_text(r, "permanentMac");
	char burnt_in[MAC_TEXT];

	/* A hypervisor's prefix is as good as burnt in. */
	if (text_starts(mac, "52:54:00:"))
		return false;
	if ((first_octet(mac) & 2) != 0)
		return true;
	if (permanent != NULL && mac_canonical(permanent, burnt_in) &&
	    strcmp(burnt_in, mac) == 0)
		return false;	/* the random one is only what is in use */
	return assign != NULL && assign->type == FACT_UINT && assign->u == 1;
}

static bool
is_wifi(const struct fact_row *r)
{
	const char *type = fact_text(r, "type"), *port;

	port = fact_text(r, "hardwarePort");
	return yes(r, "wireless") ||
	    (type != NULL && strcasecmp(type, "wifi") == 0) ||
	    (port != NULL && strcasecmp(port, "Wi-Fi") == 0);
}

/* How good an address is; less is better. */
enum rank { GOOD, PLUGGED, LOCAL, NEVER, RANKS };

/* why: for all ranks but GOOD. */
static enum rank
rank_of(const struct fact_row *r, const char *mac, const char **why)
{
	bool dock;

	if ((*why = why_never(r, mac)) != NULL)
		return NEVER;
	if (is_local(r, mac)) {
		*why = is_wifi(r) ? "a random Wi-Fi address" :
		    "a locally administered address; a better one exists";
		if (is_wifi(r))
			return NEVER;
		if (yes(r, "device") && !is_usb(r))
			return LOCAL;
		*why = "a locally administered address";
		return NEVER;
	}
	if (is_plugged(r, mac, &dock)) {
		*why = "USB adapter, which may be plugged into another computer";
		return PLUGGED;
	}
	return GOOD;
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
	    mac_why_not(out) == NULL) ||
	    (mac != NULL && mac_canonical(mac, out));
}

/* The addresses of the best rank there is: a cloud machine has nothing but a
 * locally administered one, a small board nothing but one on USB. */
static void
judge(struct identity *id, const struct facts *f)
{
	size_t rows = facts_rows(f, "nic"), n = rows < NICS_MAX ? rows : NICS_MAX;
	char mac[MAC_TEXT];
	const char *why;
	enum rank best = NEVER, rank;

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && (rank = rank_of(r, mac, &why)) < best)
			best = rank;
	}
	for (size_t i = 0; i < n && best < NEVER; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && rank_of(r, mac, &why) == best)
			accept(id, mac);
	}
	for (size_t i = 0; i < n; i++) {
		const struct fact_row *r = facts_at(f, "nic", i);

		if (mac_of(r, mac) && !has(id, mac) &&
		    rank_of(r, mac, &why) != GOOD)
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
