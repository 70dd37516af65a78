/* unix_mac.c: what macOS says of itself. */
#include <stdio.h>
#include <string.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

/* --- system --------------------------------------------------------------------- */

static const struct { unsigned major; const char *name; } releases[] = {
	{ 11, "Big Sur" }, { 12, "Monterey" }, { 13, "Ventura" }, { 14, "Sonoma" },
	{ 15, "Sequoia" }, { 26, "Tahoe" },
};

/* Lines "ProductName:\t\tmacOS". */
static struct span
colon(struct span text, const char *key)
{
	struct span line, k, v;

	while (span_line(&text, &line))
		if (span_split(line, ':', &k, &v) && span_is(k, key))
			return v;
	return (struct span){ "", 0 };
}

void
parse_swvers(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *os = unix_one(h, &h->os, "os");
	struct span name = colon(s->text, "ProductName");
	struct span version = colon(s->text, "ProductVersion");
	char text[128], a[60], b[40];
	uint64_t major;

	if (version.n == 0)
		return;
	snprintf(text, sizeof(text), "%s %s", span_text(name, a, sizeof(a)),
	    span_text(version, b, sizeof(b)));
	fact_span(os, "name", span_of(text));
	fact_span(os, "version", version);
	fact_span(os, "build", colon(s->text, "BuildVersion"));
	fact_str(os, "id", "macos");
	if (span_number(version, &major))
		for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
			if (releases[i].major == major)
				fact_str(os, "codename", releases[i].name);
}

/* "total = 3072.00M" of vm.swapusage */
static void
swap(struct fact_row *row, const char *fact, struct span v, const char *key)
{
	struct span s = span_between(v, key, "M");
	double mib;

	if (span_real(s, &mib) && mib >= 0 && mib < 1e9)
		fact_uint(row, fact, (uint64_t)(mib * 1024 * 1024));
}

static void
mac_cpu(struct unix_host *h, struct span t)
{
	struct fact_row *cpu = unix_one(h, &h->cpu, "cpu");
	struct span model = colon(t, "machdep.cpu.brand_string"), word;
	struct span load = colon(t, "vm.loadavg");
	static const char *const loads[] = { "load1", "load5", "load15" };
	uint64_t n;
	double ghz, v;

	fact_span(cpu, "model", model);
	fact_span(cpu, "vendor", span_starts(model, "Apple") ? span_of("Apple") :
	    colon(t, "machdep.cpu.vendor"));
	fact_span(cpu, "arch", span_get(unix_text(h->frame, "kernel"), "machine"));
	fact_uint(cpu, "sockets", span_u64(colon(t, "hw.packages"), &n) ? n : 1);
	if (span_u64(colon(t, "hw.physicalcpu"), &n))
		fact_uint(cpu, "cores", n);
	if (span_u64(colon(t, "hw.logicalcpu"), &n) ||
	    span_u64(colon(t, "hw.ncpu"), &n))
		fact_uint(cpu, "threads", n);
	if (span_u64(colon(t, "hw.cpufrequency_max"), &n) ||
	    span_u64(colon(t, "hw.cpufrequency"), &n))
		fact_uint(cpu, "mhz", n / 1000000);
	else if (span_real(span_between(model, "@ ", "GHz"), &ghz) && ghz > 0 &&
	    ghz < 20)
		fact_uint(cpu, "mhz", (uint64_t)(ghz * 1000 + 0.5));
	if (span_starts(load, "{"))
		load.p++, load.n--;
	for (size_t i = 0; i < 3 && span_word(&load, &word); i++)
		if (span_real(word, &v))
			fact_real(cpu, loads[i], v);
}

/* Old systems do not say that they are guests; their model does. */
static const char *
guest(struct span t)
{
	static const struct { const char *model, *kind; } models[] = {
		{ "VirtualMac", "apple" }, { "VMware", "vmware" },
		{ "Parallels", "parallels" }, { "VirtualBox", "virtualbox" },
	};

	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		if (span_starts(colon(t, "hw.model"), models[i].model))
			return models[i].kind;
	return span_is(colon(t, "kern.hv_vmm_present"), "1") ? "other" : "none";
}

void
parse_mac_sysctl(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *sys = unix_one(h, &h->sys, "sys");
	struct fact_row *memory = unix_one(h, &h->memory, "memory");
	struct fact_row *os = unix_one(h, &h->os, "os");
	const struct fact *now = facts_find(h->facts, "time.now");
	struct span t = s->text, swapped = colon(t, "vm.swapusage");
	struct span boot = colon(t, "kern.boottime");
	const char *virt = guest(t);
	uint64_t n;

	fact_span(sys, "model", colon(t, "hw.model"));
	fact_str(sys, "vendor", "Apple Inc.");
	fact_str(sys, "virtualization", virt);
	fact_bool(sys, "isPortable", span_has(colon(t, "hw.model"), "Book"));
	fact_str(sys, "chassis", strcmp(virt, "none") != 0 ? "vm" : span_has(colon(t, "hw.model"),
	    "Book") ? "laptop" : span_has(colon(t, "hw.model"), "iMac") ?
	    "all-in-one" : "desktop");
	mac_cpu(h, t);
	if (span_u64(colon(t, "hw.memsize"), &n)) {
		fact_uint(memory, "totalBytes", n);
		fact_uint(memory, "installedBytes", n);
	}
	swap(memory, "swapTotalBytes", swapped, "total = ");
	swap(memory, "swapFreeBytes", swapped, "free = ");
	if (span_u64(span_between(boot, "sec = ", ","), &n) &&
	    n > 631152000 && n < 32503680000) {
		fact_time(os, "booted", (int64_t)n * 1000);
		if (now != NULL && now->type == FACT_TIME &&
		    now->ms / 1000 > (int64_t)n)
			fact_uint(os, "uptimeSeconds",
			    (uint64_t)(now->ms / 1000) - n);
	}
}

/* "IOPlatformUUID" = "CE3A..." */
static struct span
registry(struct span text, const char *key)
{
	char head[60];

	snprintf(head, sizeof(head), "\"%s\" = \"", key);
	return span_between(text, head, "\"");
}

void
parse_ioreg(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *sys = unix_one(h, &h->sys, "sys");
	struct span uuid = registry(s->text, "IOPlatformUUID");

	unix_firmware(h, sys, "sys.serial", registry(s->text,
	    "IOPlatformSerialNumber"));
	unix_uuid(h, sys, uuid);
	fact_span(unix_one(h, &h->os, "os"), "machineId", uuid);
}

/* --- network ------------------------------------------------------------------------ */

static void
hardware_port(struct unix_host *h, struct span port, struct span device,
    struct span address)
{
	struct fact_row *row = unix_nic(h, device);
	bool wifi = span_is(port, "Wi-Fi") || span_is(port, "AirPort");
	char mac[MAC_TEXT];

	if (row == NULL)
		return;
	fact_span(row, "hardwarePort", port);
	fact_bool(row, "wireless", wifi);
	fact_bool(row, "device", true);
	if (wifi)
		fact_str(row, "type", "wifi");
	if (span_has(port, "USB"))
		fact_str(row, "bus", "usb");
	if (span_starts(port, "Thunderbolt ") || span_starts(port, "Bridge"))
		fact_bool(row, "virtual", true);	/* a cable between Macs */
	if (unix_mac(address, mac))
		fact_str(row, "permanentMac", mac);
}

static void
ports(struct unix_host *h, struct span text)
{
	struct span line, key, v, port = { "", 0 }, device = { "", 0 };

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "Hardware Port"))
			port = v;
		else if (span_is(key, "Device"))
			device = v;
		else if (span_is(key, "Ethernet Address"))
			hardware_port(h, port, device, v);
	}
}

/* Adapters without a port are no devices: utun, awdl, llw ... */
static void
finish(struct unix_host *h)
{
	for (size_t i = 0; i < facts_rows(h->facts, "nic"); i++) {
		struct fact_row *row = (struct fact_row *)(uintptr_t)
		    facts_at(h->facts, "nic", i);
		const char *name = fact_text(row, "name");

		if (name == NULL)
			continue;
		if (fact_get(row, "device") == NULL)
			fact_bool(row, "device", false);
		if (strncmp(name, "bridge", 6) == 0)
			fact_str(row, "type", "bridge");
	}
}

void
parse_mac_net(struct unix_host *h, const struct unix_section *s)
{
	(void)s;
	unix_ifconfig(h, unix_part_named(h->frame, "ifconfig", "ifconfig"), true);
	ports(h, unix_part_named(h->frame, "ifconfig", "ports"));
	finish(h);
	unix_netstat_routes(h, unix_part_named(h->frame, "ifconfig", "routes"));
	unix_resolv(h, unix_part_named(h->frame, "ifconfig", "/etc/resolv.conf"));
}

/* --- storage ------------------------------------------------------------------------ */

/* "/dev/disk1s5s1" is of container "/dev/disk1". */
static struct span
container_of(struct span device)
{
	size_t n = 9;		/* "/dev/disk" */

	while (n < device.n && device.p[n] >= '0' && device.p[n] <= '9')
		n++;
	return (struct span){ device.p, n < device.n ? n : device.n };
}

/* "/dev/disk1s1 on / (apfs, local, journaled)": the type of a device's mount */
static struct span
type_of(struct unix_host *h, struct span device, bool *read_only)
{
	struct span text = unix_part_named(h->frame, "macvolumes", "mount");
	struct span line, rest, word;

	while (span_line(&text, &line)) {
		rest = line;
		if (span_word(&rest, &word) && word.n == device.n &&
		    memcmp(word.p, device.p, word.n) == 0) {
			const char *open = memrchr(rest.p, '(', rest.n);

			if (open == NULL)
				break;
			rest.n -= (size_t)(open + 1 - rest.p);
			rest.p = open + 1;
			*read_only = span_has(rest, "read-only");
			return span_between(rest, "", span_has(rest, ",") ? "," :
			    ")");
		}
	}
	return (struct span){ "", 0 };
}

static const char *const hidden[] = { "/System/Volumes/", "/private/var/vm",
	"/Volumes/Recovery", "/Volumes/com.apple.TimeMachine.", "/dev",
	"/System/Library/AssetsV2/", "/Library/Developer/CoreSimulator/" };

static bool
is_hidden(struct span mount)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (span_starts(mount, hidden[i]))
			return true;
	return false;
}

/* "/dev/disk1s1 488245288 151098964 330155176 32% /": APFS volumes share their
 * container's space, so a container is told once. */
static void
df_line(struct unix_host *h, struct span line, struct span *done, size_t *n,
    bool vault)
{
	struct span device, size, used, left, percent, mount, type, whole;
	struct fact_row *row;
	bool read_only = false;
	uint64_t kib;

	if (!span_word(&line, &device) || !span_starts(device, "/dev/disk") ||
	    !span_word(&line, &size) || !span_word(&line, &used) ||
	    !span_word(&line, &left) || !span_word(&line, &percent))
		return;
	mount = span_trim(line);
	if (is_hidden(mount) || mount.n == 0)
		return;
	type = type_of(h, device, &read_only);
	whole = container_of(device);
	for (size_t i = 0; span_is(type, "apfs") && i < *n; i++)
		if (done[i].n == whole.n &&
		    memcmp(done[i].p, whole.p, whole.n) == 0)
			return;
	if (*n < 64)
		done[(*n)++] = whole;
	row = facts_row(h->facts, "volume");
	fact_span(row, "mount", mount);
	fact_span(row, "device", device);
	fact_span(row, "fs", type);
	if (span_u64(size, &kib) && kib < UINT64_MAX / 1024)
		fact_uint(row, "sizeBytes", kib * 1024);
	if (span_u64(left, &kib) && kib < UINT64_MAX / 1024)
		fact_uint(row, "freeBytes", kib * 1024);
	unix_used(row);
	if (type.n > 0)
		fact_bool(row, "readOnly", read_only);
	if (span_is(mount, "/"))
		fact_bool(row, "encrypted", vault);
}

void
parse_mac_volumes(struct unix_host *h, const struct unix_section *s)
{
	struct span df = unix_part_named(h->frame, "macvolumes", "df"), line;
	bool vault = span_has(unix_part_named(h->frame, "macvolumes",
	    "fdesetup"), "FileVault is On");
	struct span done[64];
	size_t n = 0;

	(void)s;
	for (size_t i = 0; i < 500 && span_line(&df, &line); i++)
		df_line(h, line, done, &n, vault);
}
