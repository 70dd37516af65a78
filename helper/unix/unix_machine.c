/* unix_machine.c: maker, model, serial number, firmware; virtual or real. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

/* [DMTF DSP0134] 7.4.1, system enclosure types */
static const struct { unsigned code; const char *name; bool portable; } chassis[] = {
	{ 1, "other", false }, { 3, "desktop", false }, { 4, "desktop", false },
	{ 5, "desktop", false }, { 6, "tower", false }, { 7, "tower", false },
	{ 8, "laptop", true }, { 9, "laptop", true }, { 10, "laptop", true },
	{ 11, "handheld", true }, { 12, "dock", false }, { 13, "all-in-one", false },
	{ 14, "laptop", true }, { 15, "desktop", false }, { 16, "desktop", false },
	{ 17, "rack", false }, { 23, "rack", false }, { 24, "desktop", false },
	{ 25, "rack", false }, { 28, "blade", false }, { 29, "blade", false },
	{ 30, "tablet", true }, { 31, "convertible", true },
	{ 32, "detachable", true }, { 34, "embedded", false },
	{ 35, "mini", false }, { 36, "stick", false },
};

/* The BSDs have words for the types, in their order from 1 on. */
static const char *const chassis_words[] = { "Other", "Unknown", "Desktop",
	"Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Portable",
	"Laptop", "Notebook", "Hand Held", "Docking Station", "All in One",
	"Sub Notebook", "Space-saving", "Lunch Box", "Main Server Chassis",
	"Expansion Chassis", "SubChassis", "Bus Expansion Chassis",
	"Peripheral Chassis", "RAID Chassis", "Rack Mount Chassis",
	"Sealed-case PC", "Multi-system chassis", "Compact PCI", "Advanced TCA",
	"Blade", "Blade Enclosure", "Tablet", "Convertible", "Detachable" };

/* What virtual machines call themselves in their firmware. */
static const struct { const char *key, *word, *kind; } virtuals[] = {
	{ "sys_vendor", "VMware", "vmware" }, { "sys_vendor", "QEMU", "kvm" },
	{ "sys_vendor", "Xen", "xen" }, { "sys_vendor", "innotek", "virtualbox" },
	{ "product_name", "VirtualBox", "virtualbox" },
	{ "product_name", "Virtual Machine", "hyperv" },
	{ "product_name", "KVM", "kvm" }, { "product_name", "RHEV", "kvm" },
	{ "product_name", "OpenStack", "kvm" }, { "sys_vendor", "Amazon EC2", "kvm" },
	{ "sys_vendor", "Google", "kvm" }, { "sys_vendor", "DigitalOcean", "kvm" },
	{ "sys_vendor", "Parallels", "parallels" }, { "sys_vendor", "Hetzner", "kvm" },
	{ "sys_vendor", "Alibaba", "kvm" }, { "sys_vendor", "OpenStack", "kvm" },
	{ "sys_vendor", "Red Hat", "kvm" }, { "product_name", "HVM domU", "xen" },
	{ "bios_vendor", "SeaBIOS", "kvm" }, { "sys_vendor", "Bochs", "kvm" },
	{ "sys_vendor", "Nutanix", "kvm" }, { "product_name", "BHYVE", "bhyve" },
};

/* FreeBSD's kern.vm_guest, and what systemd-detect-virt says where the firmware
 * does not. */
static const struct { const char *says, *kind; } guests[] = {
	{ "powervm", "powervm" }, { "zvm", "zvm" }, { "apple", "apple" },
	{ "uml", "uml" }, { "acrn", "acrn" }, { "qnx", "qnx" },
	{ "bochs", "kvm" }, { "vm-other", "other" },
	{ "generic", "other" }, { "xen", "xen" }, { "hv", "hyperv" },
	{ "vmware", "vmware" }, { "kvm", "kvm" }, { "bhyve", "bhyve" },
	{ "vbox", "virtualbox" }, { "parallels", "parallels" },
	{ "nvmm", "nvmm" },
};

static const char *const containers[] = { "jail", "kubernetes", "lxc", "lxc-libvirt", "docker", "podman",
	"systemd-nspawn", "openvz", "rkt", "wsl", "proot", "pouch", "container-other" };

static const char *
container_name(struct span s)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		if (span_is(s, containers[i]))
			return containers[i];
	return NULL;
}

static const char *
find_container(const struct unix_host *h, struct span t)
{
	struct span env = span_get(t, "env1"), group = span_get(t, "cgroup");
	struct span release = span_get(unix_text(h->frame, "kernel"), "release");
	const char *name;

	if ((name = container_name(span_get(t, "detect"))) != NULL ||
	    (name = container_name(span_get(t, "container"))) != NULL)
		return name;
	if (span_starts(env, "container=") && env.n > 10) {
		env.p += 10, env.n -= 10;
		name = container_name(env);
		return name != NULL ? name : "container-other";
	}
	if (span_has(release, "icrosoft-standard-WSL") ||
	    span_has(release, "-Microsoft"))
		return "wsl";
	return span_has(group, "/docker/") ? "docker" :
	    span_has(group, "/lxc/") || span_has(group, "/lxc.payload") ? "lxc" :
	    span_has(group, "/kubepods") ? "docker" : NULL;
}

static const char *
find_virtual(const struct unix_host *h, struct span t)
{
	struct span detect = span_get(t, "detect");
	struct span flags = unix_text(h->frame, "cpu");
	bool metal = span_has(span_get(t, "product_name"), ".metal");
	struct span v;

	if (span_is(detect, "microsoft"))
		return "hyperv";
	if (span_is(detect, "oracle"))
		return "virtualbox";
	if (span_is(detect, "amazon") || span_is(detect, "google") ||
	    span_is(detect, "qemu"))
		return "kvm";
	for (size_t i = 0; i < ARRAY_LEN(guests); i++)
		if (span_is(span_get(t, "guest"), guests[i].says) ||
		    span_is(detect, guests[i].says))
			return guests[i].kind;
	for (size_t i = 0; !metal && i < sizeof(virtuals) / sizeof(virtuals[0]); i++)
		if (span_has(span_get(t, virtuals[i].key), virtuals[i].word))
			return virtuals[i].kind;
	if (span_is(span_get(t, "hypervisor"), "xen"))
		return "xen";
	/* s390: "VM00 Control Program: z/VM    7.2.0", "KVM/Linux" */
	v = unix_part_named(h->frame, "dmi", "/proc/sysinfo");
	if (span_has(v, "VM00 Control Program:"))
		return span_has(v, "KVM/Linux") ? "kvm" : "zvm";
	return span_has(flags, " hypervisor") ? "other" : NULL;
}

/* s390: "Manufacturer:         IBM"; empty where it has no such line. */
static struct span
sysinfo(const struct unix_host *h, const char *key)
{
	struct span text = unix_part_named(h->frame, "dmi", "/proc/sysinfo");
	struct span line, name, value;

	while (span_line(&text, &line))
		if (span_split(line, ':', &name, &value) && span_is(name, key))
			return value;
	return (struct span){ "", 0 };
}

/* --- why a number is missing --------------------------------------------------------- */

static bool
denied(struct span text, const char *what)
{
	struct span line;
	size_t n = strlen(what);

	while (span_line(&text, &line))
		if (line.n == 7 + n && span_starts(line, "denied=") &&
		    memcmp(line.p + 7, what, n) == 0)
			return true;
	return false;
}

static void
secret_number(struct unix_host *h, struct fact_row *row, struct span text,
    const char *dotted, const char *file)
{
	char why[200], fix[300];

	if (h->container) {
		facts_missing(h->facts, dotted, "this is a container: the number "
		    "in the firmware is its host's",
		    "Scan the computer that it runs on.");
	} else if (denied(text, file) && h->kind == KIND_OTHER) {
		facts_missing(h->facts, dotted, "the system shows the firmware's "
		    "number to root only", "Scan as root.");
	} else if (denied(text, file)) {
		snprintf(why, sizeof(why), "needs root: /sys/class/dmi/id/%s "
		    "may be read by root only", file);
		snprintf(fix, sizeof(fix), "Scan as root, or turn on sudo in the "
		    "profile and add to sudoers: ACCOUNT ALL=(root) NOPASSWD: "
		    "/bin/cat /sys/class/dmi/id/%s, /usr/bin/cat "
		    "/sys/class/dmi/id/%s", file, file);
		facts_missing(h->facts, dotted, why, fix);
	} else if (strcmp(dotted, "sys.uuid") == 0) {
		unix_uuid(h, row, span_get(text, file));
	} else {
		unix_firmware(h, row, dotted, span_get(text, file));
	}
}

void
unix_shared_serial(struct unix_host *h, struct span serial)
{
	unix_firmware(h, h->sys, "sys.chassisSerial", serial);
	facts_missing(h->facts, "sys.serial", "this is a partition or a guest of "
	    "a larger machine: the serial number is that of the whole, which "
	    "its neighbours have too", "Other keys identify it; the number is "
	    "sys.chassisSerial.");
}

static void
numbers(struct unix_host *h, struct span t)
{
	struct fact_row *sys = h->sys;
	struct span v;

	/* ARM and PowerPC boards; Xen guests without firmware */
	v = span_get(t, "dt.serial-number");
	if (v.n == 0)
		v = span_get(t, "dt.system-id");
	if (sysinfo(h, "Sequence Code").n > 0)
		unix_shared_serial(h, sysinfo(h, "Sequence Code"));
	else if (v.n > 0 && span_is(span_get(t, "lpar"), "1"))
		unix_shared_serial(h, v);
	else if (v.n > 0 && !h->container)
		unix_firmware(h, sys, "sys.serial", v);
	else
		secret_number(h, sys, t, "sys.serial", "product_serial");
	v = span_get(t, "xen.uuid");
	if (v.n == 0)			/* Power: of the partition, of KVM's guest */
		v = span_get(t, "dt.ibm,partition-uuid");
	if (v.n == 0)
		v = span_get(t, "dt.vm,uuid");
	if (v.n > 0 && !h->container && span_get(t, "product_uuid").n == 0)
		unix_uuid(h, sys, v);
	else
		secret_number(h, sys, t, "sys.uuid", "product_uuid");
	if (fact_get(sys, "chassisSerial") == NULL)
		secret_number(h, sys, t, "sys.chassisSerial",
		    "chassis_serial");
	if (span_is(span_get(t, "nodmi"), "1")) {
		const char *why = "the system shows no firmware tables and no "
		    "device tree";
		const char *fix = "Type it into the asset; this machine has no "
		    "place where it could be read.";

		facts_missing(h->facts, "sys.serial", why, fix);
		facts_missing(h->facts, "sys.uuid", why, fix);
	}
}

/* --- dmi ---------------------------------------------------------------------------- */

/* "07/25/2023" to "2023-07-25" */
static void
bios_date(struct fact_row *row, struct span s)
{
	struct span month, day, year, rest;
	uint64_t m, d, y;
	char iso[32];

	if (!span_split(s, '/', &month, &rest) ||
	    !span_split(rest, '/', &day, &year) || !span_u64(month, &m) ||
	    !span_u64(day, &d) || !span_u64(year, &y) || m < 1 || m > 12 ||
	    d < 1 || d > 31 || y < 1980 || y > 9999)
		return;
	snprintf(iso, sizeof(iso), "%04u-%02u-%02u", (unsigned)y, (unsigned)m,
	    (unsigned)d);
	fact_str(row, "date", iso);
}

static void
firmware(struct unix_host *h, struct span t)
{
	bool efi = span_is(span_get(t, "efi"), "1");
	bool dmi = span_get(t, "bios_vendor").n > 0;
	struct fact_row *board, *bios;
	struct span v = span_get(t, "secureboot");
	uint8_t var[8];

	if (!efi && !dmi)
		return;
	board = facts_row(h->facts, "board");
	bios = facts_row(h->facts, "bios");
	unix_firmware(h, board, "board.vendor", span_get(t, "board_vendor"));
	unix_firmware(h, board, "board.name", span_get(t, "board_name"));
	unix_firmware(h, board, "board.version", span_get(t, "board_version"));
	secret_number(h, board, t, "board.serial", "board_serial");
	unix_firmware(h, bios, "bios.vendor", span_get(t, "bios_vendor"));
	unix_firmware(h, bios, "bios.version", span_get(t, "bios_version"));
	bios_date(bios, span_get(t, "bios_date"));
	if (efi || h->kind == KIND_LINUX || span_is(span_get(t, "efi"), "0"))
		fact_str(bios, "type", efi ? "uefi" : "bios");
	/* four octets of attributes, then the value */
	if (unix_hex(v, var, sizeof(var)) >= 5)
		fact_bool(bios, "secureBoot", var[4] == 1);
}

/* A number, or FreeBSD's word for it. */
static bool
chassis_code(struct span t, uint64_t *code)
{
	struct span word = span_get(t, "chassis_text");

	if (span_u64(span_get(t, "chassis_type"), code))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(chassis_words); i++)
		if (span_is(word, chassis_words[i])) {
			*code = i + 1;
			return true;
		}
	return false;
}

static void
enclosure(struct unix_host *h, struct span t, const char *virt)
{
	uint64_t code;
	bool battery = span_is(span_get(t, "battery"), "1");

	if (h->container) {
		fact_str(h->sys, "chassis", "container");
	} else if (virt != NULL) {
		fact_str(h->sys, "chassis", "vm");
	}
	if (!chassis_code(t, &code) || h->container) {
		fact_bool(h->sys, "isPortable", battery && virt == NULL &&
		    !h->container);
		return;
	}
	fact_uint(h->sys, "chassisCode", code & 127);
	for (size_t i = 0; i < sizeof(chassis) / sizeof(chassis[0]); i++)
		if (chassis[i].code == (code & 127) && virt == NULL) {
			fact_str(h->sys, "chassis", chassis[i].name);
			fact_bool(h->sys, "isPortable", chassis[i].portable ||
			    (battery && code == 1));
			return;
		}
	fact_bool(h->sys, "isPortable", false);
}

/* Of the sections, which show the classes as they are. */
static void
no_firmware(struct unix_host *h)
{
	static const char *const classes[] = { "board", "bios" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (facts_rows(h->facts, classes[i]) == 0)
			facts_missing(h->facts, classes[i], h->container ?
			    "this is a container: its hardware is its host's" :
			    "the machine has no SMBIOS that the kernel shows",
			    h->container ? "Scan the computer that it runs on." :
			    "Small boards and some virtual machines have none; "
			    "look at sys.model.");
}

void
parse_dmi(struct unix_host *h, const struct unix_section *s)
{
	static const struct { const char *dotted, *key; } texts[] = {
		{ "sys.vendor", "sys_vendor" }, { "sys.model", "product_name" },
		{ "sys.version", "product_version" }, { "sys.sku", "product_sku" },
		{ "sys.family", "product_family" },
		{ "sys.assetTag", "chassis_asset_tag" },
	};
	struct fact_row *sys = unix_one(h, &h->sys, "sys");
	struct span t = s->text;
	const char *in = find_container(h, t), *virt = find_virtual(h, t);

	h->container = in != NULL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!h->container)
			unix_firmware(h, sys, texts[i].dotted,
			    span_get(t, texts[i].key));
	if (!h->container && span_get(t, "product_name").n == 0) {
		fact_key(sys, "model", t, "dt.model");
		fact_span(sys, "vendor", sysinfo(h, "Manufacturer"));
		fact_span(sys, "model", sysinfo(h, "Type"));
	}
	fact_str(sys, "virtualization", in != NULL ? in : virt != NULL ? virt :
	    "none");
	enclosure(h, t, virt);
	numbers(h, t);
	if (!h->container && span_get(t, "nodmi").n == 0)
		firmware(h, t);
	no_firmware(h);
}
