/* windows_joins.c: facts that several properties, rows or classes make up. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/map/identity.h"
#include "helper/scan/windows_facts.h"

/* --- the host ---------------------------------------------------------------------- */

static void
host(const struct win_ask *ask, const struct fact_row *cs, struct facts *out)
{
	const char *domain = fact_text(cs, "Domain");
	const char *name = fact_text(cs, "DNSHostName");
	const char *group = fact_text(cs, "Workgroup");
	bool joined;
	char fqdn[600];

	if (!win_get_bool(cs, "PartOfDomain", &joined))
		joined = false;
	if (joined && domain != NULL && domain[0] != '\0') {
		if (win_wants(ask, "host", "domain"))
			fact_str(win_one(out, "host"), "domain", domain);
		if (win_wants(ask, "host", "fqdn") && name != NULL &&
		    facts_find(out, "host.fqdn") == NULL) {
			snprintf(fqdn, sizeof(fqdn), "%s.%s", name, domain);
			fact_str(win_one(out, "host"), "fqdn", fqdn);
		}
	} else if (!joined && win_wants(ask, "host", "workgroup")) {
		fact_str(win_one(out, "host"), "workgroup",
		    group != NULL ? group : domain);
	}
}

static void
chassis(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *cs, struct facts *out)
{
	const struct fact_row *box = win_rows(rows, WQ_ENCLOSURE) > 0 ?
	    win_row(rows, WQ_ENCLOSURE, 0) : NULL;
	const struct fact *types = box != NULL ? fact_get(box, "ChassisTypes") :
	    NULL;
	const char *vendor = cs != NULL ? fact_text(cs, "Manufacturer") : NULL;
	const char *model = cs != NULL ? fact_text(cs, "Model") : NULL;
	const char *virtual = win_virtualization(vendor, model), *name;
	bool portable = false, vm = strcmp(virtual, "none") != 0;
	uint64_t code, pc;

	if (win_wants(ask, "sys", "virtualization") && model != NULL)
		fact_str(win_one(out, "sys"), "virtualization", virtual);
	if (types == NULL || types->type != FACT_LIST || types->list.n == 0 ||
	    !win_u64(&types->list.v[0], &code))
		return;
	name = win_chassis(code, &portable);
	/* 2: mobile, by the power profile */
	if (!portable && cs != NULL && win_get_u64(cs, "PCSystemType", &pc))
		portable = pc == 2;
	if (win_wants(ask, "sys", "chassisCode"))
		fact_uint(win_one(out, "sys"), "chassisCode", code);
	if (win_wants(ask, "sys", "chassis"))
		fact_str(win_one(out, "sys"), "chassis", vm ? "vm" : name);
	if (win_wants(ask, "sys", "isPortable"))
		fact_bool(win_one(out, "sys"), "isPortable", portable && !vm);
}

static void
uptime(const struct win_ask *ask, const struct fact_row *os, struct facts *out)
{
	const struct fact *now = fact_get(os, "LocalDateTime");
	const struct fact *boot = fact_get(os, "LastBootUpTime");

	if (win_wants(ask, "os", "uptimeSeconds") && now != NULL &&
	    boot != NULL && now->type == FACT_TIME && boot->type == FACT_TIME &&
	    now->ms >= boot->ms)
		fact_uint(win_one(out, "os"), "uptimeSeconds",
		    (uint64_t)(now->ms - boot->ms) / 1000);
}

static void
swap(const struct win_ask *ask, const struct win_rows *rows, struct facts *out)
{
	uint64_t all, used, left = 0;
	bool any = false;

	for (size_t i = 0; i < win_rows(rows, WQ_PAGEFILE); i++) {
		const struct fact_row *r = win_row(rows, WQ_PAGEFILE, i);

		if (win_get_u64(r, "AllocatedBaseSize", &all) &&
		    win_get_u64(r, "CurrentUsage", &used) && used <= all &&
		    all < 1u << 30) {
			left += all - used;
			any = true;
		}
	}
	if (any && win_wants(ask, "memory", "swapFreeBytes"))
		fact_uint(win_one(out, "memory"), "swapFreeBytes", left << 20);
}

void
win_join_host(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	const struct fact_row *cs = win_rows(rows, WQ_SYSTEM) > 0 ?
	    win_row(rows, WQ_SYSTEM, 0) : NULL;

	if (cs != NULL)
		host(ask, cs, out);
	chassis(ask, rows, cs, out);
	if (win_rows(rows, WQ_OS) > 0)
		uptime(ask, win_row(rows, WQ_OS, 0), out);
	swap(ask, rows, out);
}

/* --- drives -------------------------------------------------------------------------- */

/* The row of another class whose `name` equals a value; NULL: none. */
static const struct fact_row *
find(const struct win_rows *rows, enum win_query q, const char *name,
    const struct fact *value)
{
	char want[300], have[300];

	if (value == NULL || value->type == FACT_NULL)
		return NULL;
	fact_format(value, want, sizeof(want));
	for (size_t i = 0; i < win_rows(rows, q); i++) {
		const struct fact *f = fact_get(win_row(rows, q, i), name);

		if (f == NULL || f->type == FACT_NULL)
			continue;
		fact_format(f, have, sizeof(have));
		if (strcasecmp(want, have) == 0)
			return win_row(rows, q, i);
	}
	return NULL;
}

/* MSFT_PhysicalDisk's codes. */
static const char *const media_names[] = { [3] = "hdd", [4] = "ssd",
	[5] = "scm" };
static const char *const bus_names[] = { [1] = "scsi", [2] = "atapi",
	[3] = "ata", [4] = "ieee1394", [6] = "fc", [7] = "usb", [8] = "raid",
	[9] = "iscsi", [10] = "sas", [11] = "sata", [12] = "sd", [13] = "mmc",
	[15] = "virtual", [16] = "storage spaces", [17] = "nvme", [18] = "scm" };
static const char *const health_names[] = { "healthy", "warning",
	"unhealthy", [5] = "unknown" };

static const char *
coded(const struct fact_row *row, const char *name, const char *const *names,
    size_t n)
{
	uint64_t v;

	return row != NULL && win_get_u64(row, name, &v) && v < n ? names[v] :
	    NULL;
}

/* What Win32_DiskDrive alone tells of the bus: NVMe drives say SCSI. */
static const char *
bus_of(const struct fact_row *from)
{
	static const struct { const char *type, *bus; } kinds[] = {
		{ "IDE", "ata" }, { "USB", "usb" }, { "1394", "ieee1394" },
		{ "SCSI", "scsi" } };
	const char *pnp = fact_text(from, "PNPDeviceID");
	const char *type = fact_text(from, "InterfaceType");

	if (pnp != NULL && strcasestr(pnp, "VEN_NVME") != NULL)
		return "nvme";
	for (size_t i = 0; type != NULL && i < ARRAY_LEN(kinds); i++)
		if (strcasecmp(type, kinds[i].type) == 0)
			return kinds[i].bus;
	return NULL;
}

static void
disk(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact_row *m = find(rows, WQ_MEDIA, "DeviceId",
	    fact_get(from, "Index"));
	const char *bus = coded(m, "BusType", bus_names, ARRAY_LEN(bus_names));

	if (win_wants(ask, "disk", "media"))
		fact_str(to, "media", coded(m, "MediaType", media_names,
		    ARRAY_LEN(media_names)));
	if (win_wants(ask, "disk", "bus"))
		fact_str(to, "bus", bus != NULL ? bus : bus_of(from));
	if (m != NULL && win_wants(ask, "disk", "health") &&
	    fact_get(to, "health") == NULL)
		fact_str(to, "health", coded(m, "HealthStatus", health_names,
		    ARRAY_LEN(health_names)));
}

static void
volume(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact_row *b = find(rows, WQ_BITLOCKER, "DriveLetter",
	    fact_get(from, "DeviceID"));
	uint64_t v;

	if (b != NULL && win_wants(ask, "volume", "encrypted") &&
	    win_get_u64(b, "ProtectionStatus", &v) && v < 2)
		fact_bool(to, "encrypted", v == 1);
}

static void
gpu(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	uint64_t w, h;
	char s[50];

	(void)rows;
	if (!win_wants(ask, "gpu", "resolution") ||
	    !win_get_u64(from, "CurrentHorizontalResolution", &w) ||
	    !win_get_u64(from, "CurrentVerticalResolution", &h) ||
	    w == 0 || h == 0)
		return;
	snprintf(s, sizeof(s), "%llux%llu", (unsigned long long)w,
	    (unsigned long long)h);
	fact_str(to, "resolution", s);
}

static void
battery(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact *name = fact_get(from, "InstanceName");
	const struct fact_row *full = find(rows, WQ_BATTERY_FULL,
	    "InstanceName", name);
	const struct fact_row *cycles = find(rows, WQ_BATTERY_CYCLES,
	    "InstanceName", name);
	uint64_t v;

	if (full != NULL && win_wants(ask, "battery", "fullMwh") &&
	    win_get_u64(full, "FullChargedCapacity", &v))
		fact_uint(to, "fullMwh", v);
	if (cycles != NULL && win_wants(ask, "battery", "cycles") &&
	    win_get_u64(cycles, "CycleCount", &v) && v != 0)
		fact_uint(to, "cycles", v);
}

/* --- what runs ------------------------------------------------------------------------- */

static void
process(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	uint64_t kernel, user;

	(void)rows;
	if (win_wants(ask, "process", "cpuSeconds") &&
	    win_get_u64(from, "KernelModeTime", &kernel) &&
	    win_get_u64(from, "UserModeTime", &user))
		fact_real(to, "cpuSeconds", ((double)kernel + (double)user) /
		    1e7);		/* of 100 ns */
}

/* The account of \\.\root\cimv2:Win32_Account.Domain="D",Name="N". */
static bool
account_of(const char *path, char *out, size_t cap)
{
	const char *domain = strcasestr(path, "Domain=\"");
	const char *name = strcasestr(path, "Name=\"");

	if (domain == NULL || name == NULL)
		return false;
	domain += strlen("Domain=\"");
	name += strlen("Name=\"");
	snprintf(out, cap, "%.*s\\%.*s", (int)strcspn(domain, "\""), domain,
	    (int)strcspn(name, "\""), name);
	return true;
}

static void
session(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *id = fact_text(from, "LogonId");
	char want[80], account[600];

	if (id == NULL || !win_wants(ask, "session", "user"))
		return;
	snprintf(want, sizeof(want), "LogonId=\"%.50s\"", id);
	for (size_t i = 0; i < win_rows(rows, WQ_LOGGED_ON); i++) {
		const struct fact_row *r = win_row(rows, WQ_LOGGED_ON, i);
		const char *session_path = fact_text(r, "Dependent");
		const char *who = fact_text(r, "Antecedent");

		if (session_path == NULL || who == NULL ||
		    strcasestr(session_path, want) == NULL ||
		    !account_of(who, account, sizeof(account)))
			continue;
		fact_str(to, "user", account);
		return;
	}
}

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

/* Network addresses of all kinds that an adapter may carry. */
static void
adapter_kind(const struct fact_row *from, struct fact_row *to)
{
	const char *pnp = fact_text(from, "PNPDeviceID");
	const char *mac = fact_text(from, "MACAddress");
	char canonical[MAC_TEXT];
	bool wifi = is_wifi(from);
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
	if (wifi)
		fact_str(to, "type", "wifi");
	else if (win_get_u64(from, "AdapterTypeID", &type) && type == 0)
		fact_str(to, "type", "ethernet");
	if (mac != NULL && mac_canonical(mac, canonical))
		fact_bool(to, "locallyAdministered",
		    (strtoul((char[]){ canonical[0], canonical[1], '\0' }, NULL,
		    16) & 2) != 0);
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

static void
nic(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	static const struct { const char *property, *fact; enum win_how how; }
	    plain[] = { { "DHCPEnabled", "dhcp", WIN_BOOL },
		{ "DHCPServer", "dhcpServer", WIN_TEXT },
		{ "DNSDomain", "dnsDomain", WIN_TEXT },
		{ "MTU", "mtu", WIN_UINT } };
	const struct fact_row *conf = find(rows, WQ_ADDRESSES, "Index",
	    fact_get(from, "Index"));

	adapter_kind(from, to);
	for (size_t i = 0; conf != NULL && i < ARRAY_LEN(plain); i++) {
		const struct fact *f = fact_get(conf, plain[i].property);

		if (f != NULL && win_wants(ask, "nic", plain[i].fact))
			win_convert(plain[i].how, f, to, plain[i].fact);
	}
	if (conf != NULL && win_wants(ask, "nic", "ips"))
		copy_list(conf, "IPAddress", to, "ips");
}

/* "255.255.255.0" or "64"; false: neither. */
static bool
prefix_of(const char *mask, uint64_t *bits)
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
	const struct fact_row *a = find(rows, WQ_ADAPTERS, "Index",
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
		    prefix_of(masks->list.v[i].s, &bits))
			fact_uint(row, "prefix", bits);
		fact_str(row, "family", strchr(ip->s, ':') != NULL ? "ipv6" :
		    "ipv4");
		fact_str(row, "scope", scope_of(ip->s));
	}
}

static bool
in_list(const struct fact_row *row, const char *name, const char *value)
{
	const struct fact *f = fact_get(row, name);

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

static void
route(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *net = fact_text(from, "Destination");
	const char *mask = fact_text(from, "Mask");
	uint64_t bits;
	char s[100];

	(void)rows;
	if (net == NULL || mask == NULL || !prefix_of(mask, &bits) ||
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
connection(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *a = fact_text(from, "LocalAddress");

	(void)ask;
	(void)rows;
	if (a != NULL)
		fact_str(to, "protocol", strchr(a, ':') != NULL ? "tcp6" : "tcp");
	end_point(from, "LocalAddress", "LocalPort", to, "local");
	end_point(from, "RemoteAddress", "RemotePort", to, "remote");
}

void
win_join_row(const struct win_ask *ask, const struct win_rows *rows,
    enum win_query q, size_t i, struct fact_row *out)
{
	static void (*const joins[WQ_COUNT])(const struct win_ask *,
	    const struct win_rows *, const struct fact_row *,
	    struct fact_row *) = { [WQ_DISKS] = disk, [WQ_VOLUMES] = volume,
		[WQ_GPU] = gpu, [WQ_BATTERY] = battery, [WQ_PROCESSES] = process,
		[WQ_SESSIONS] = session, [WQ_ADAPTERS] = nic,
		[WQ_ROUTES] = route, [WQ_CONNECTIONS] = connection };

	if (joins[q] != NULL)
		joins[q](ask, rows, win_row(rows, q, i), out);
}
