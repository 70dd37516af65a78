/* unix_disk.c: drives and local file systems of a Linux host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define DISKS_MAX 1000
#define VOLUMES_MAX 500
#define LOOKED_AT (256 * 1024)	/* of a section, once for each volume */

/* --- drives ------------------------------------------------------------------- */

static const char *
bus_of(struct span name, struct span t)
{
	struct span bus = span_get(t, "ID_BUS"), vendor = span_get(t, "vendor");
	struct span path = span_get(t, "ID_PATH");

	if (span_starts(name, "nvme"))
		return "nvme";
	if (span_starts(name, "vd"))
		return "virtio";
	if (span_starts(name, "xvd"))
		return "xen";
	if (span_starts(name, "mmcblk"))
		return "mmc";
	if (span_starts(name, "dasd"))
		return "dasd";
	if (span_is(bus, "usb") || span_has(path, "usb-"))
		return "usb";
	if (span_is(bus, "ata") || span_has(path, "-ata-") ||
	    span_is(vendor, "ATA"))
		return "sata";
	if (span_has(path, "sas-"))
		return "sas";
	return "scsi";
}

/* A drive that a RAID controller or a storage system made. */
static bool
is_lun(struct span t)
{
	static const char *const words[] = { "LOGICAL VOLUME", "PERC", "RAID",
		"LUN", "OPEN-V", "Virtual Disk", "INF-01-00", "3PAR", "SVC" };
	struct span model = span_get(t, "model");

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (span_has(model, words[i]))
			return true;
	return false;
}

static const char *
media_of(struct span name, struct span t)
{
	struct span turns = span_get(t, "rotational");

	if (span_starts(name, "nvme") || span_starts(name, "mmcblk"))
		return "ssd";
	/* a virtual machine's drive turns or not at its host's whim */
	if (span_starts(name, "vd") || span_starts(name, "xvd") ||
	    span_has(span_get(t, "model"), "Virtual") ||
	    span_is(span_get(t, "vendor"), "VMware") ||
	    span_is(span_get(t, "vendor"), "QEMU") || turns.n == 0)
		return "unknown";
	if (span_is(turns, "0"))
		return "ssd";
	/* what does not say turns, by the kernel's default: sticks, and what a
	 * controller or a SAN makes of drives */
	return strcmp(bus_of(name, t), "usb") == 0 || is_lun(t) ? "unknown" :
	    "hdd";
}

/* udev writes spaces as underscores; the drive's own text comes first. */
static struct span
either(struct span t, const char *first, const char *second)
{
	struct span v = span_get(t, first);

	return v.n > 0 ? v : span_get(t, second);
}

static struct span
disk_serial(struct span t)
{
	static const char *const keys[] = { "serial", "vserial",
		"ID_SCSI_SERIAL", "ID_SERIAL_SHORT", "vpd80" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct span v = span_get(t, keys[i]);

		if (v.n > 0)
			return v;
	}
	return (struct span){ "", 0 };
}

static void
disk(struct unix_host *h, struct span name, struct span t)
{
	struct fact_row *row = unix_row(h, "disk", DISKS_MAX);
	struct span vendor = either(t, "vendor", "ID_VENDOR");
	uint64_t sectors;

	fact_span(row, "name", name);
	fact_span(row, "model", span_starts(name, "mmcblk") ?
	    span_get(t, "name") : either(t, "model", "ID_MODEL"));
	if (!span_starts(vendor, "0x") && !span_is(vendor, "ATA"))
		fact_span(row, "vendor", vendor);
	unix_firmware(h, row, "disk.serial", disk_serial(t));
	fact_span(row, "firmware", span_get(t, "firmware_rev").n > 0 ?
	    span_get(t, "firmware_rev") : either(t, "rev", "ID_REVISION"));
	/* always 512 octets, whatever the drive's sectors are */
	if (span_u64(span_get(t, "size"), &sectors) &&
	    sectors < UINT64_MAX / 512)
		fact_uint(row, "sizeBytes", sectors * 512);
	fact_str(row, "media", media_of(name, t));
	fact_str(row, "bus", bus_of(name, t));
	fact_bool(row, "removable", span_is(span_get(t, "removable"), "1"));
	fact_span(row, "wwn", either(t, "ID_WWN", "wwid"));
}

/* Another way to a drive that is listed already: a path of a multipath set but
 * its first, NVMe's own paths ("nvme0c1n1"); and an eMMC's boot areas. */
static bool
again(struct unix_host *h, struct span name)
{
	struct span rest = unix_text(h->frame, "disks"), set, t, line;

	if ((span_starts(name, "nvme") && memchr(name.p, 'c', name.n) != NULL) ||
	    (span_starts(name, "mmcblk") && (span_has(name, "boot") ||
	    span_has(name, "rpmb"))))
		return true;
	rest = span_first(rest, LOOKED_AT);
	if (!span_has(rest, "\ndmuuid=mpath-"))
		return false;
	while (unix_part(h->frame, &rest, &set, &t)) {
		bool first = true;

		if (!span_starts(span_get(t, "dmuuid"), "mpath-"))
			continue;
		t = span_first(t, 4000);
		while (span_line(&t, &line)) {
			if (!span_starts(line, "slave="))
				continue;
			if (span_cmp(span_after(line, 6), name) == 0)
				return !first;
			first = false;
		}
	}
	return false;
}

/* Containers show their host's drives without right to them. */
void
parse_disks(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, name, t;

	while (!h->container && unix_part(h->frame, &rest, &name, &t)) {
		bool whole = memchr(name.p, '/', name.n) == NULL;
		bool device = span_is(span_get(t, "device"), "1") ||
		    span_starts(name, "xvd") || span_starts(name, "vd");

		if (whole && device && !span_is(span_get(t, "size"), "0") &&
		    span_get(t, "dmuuid").n == 0 &&
		    !span_is(span_get(t, "ID_CDROM"), "1") &&
		    !again(h, name))
			disk(h, name, t);
	}
	unix_more(h, "disk", s->text);
}

/* --- what lies below a file system ----------------------------------------------- */

/* The part of a block device by "major:minor" or by name. */
static bool
block(struct unix_host *h, struct span dev, struct span kname,
    struct span *name, struct span *t)
{
	struct span rest = unix_text(h->frame, "disks");

	if (rest.n > LOOKED_AT)
		rest.n = LOOKED_AT;
	while (unix_part(h->frame, &rest, name, t)) {
		struct span d = span_get(*t, "dev");
		const char *slash = memchr(name->p, '/', name->n);
		struct span last = slash == NULL ? *name : (struct span){ slash + 1,
			name->n - (size_t)(slash - name->p) - 1 };

		if ((dev.n > 0 && dev.n == d.n && memcmp(dev.p, d.p, d.n) == 0) ||
		    (kname.n > 0 && kname.n == last.n &&
		    memcmp(kname.p, last.p, last.n) == 0))
			return true;
	}
	return false;
}

/* LUKS below it, through at most a few layers (LVM on LUKS on RAID ...). */
static bool
encrypted(struct unix_host *h, struct span t)
{
	struct span name;

	for (unsigned i = 0; i < 6; i++) {
		struct span slave = span_get(t, "slave");

		if (span_starts(span_get(t, "dmuuid"), "CRYPT-"))
			return true;
		if (slave.n == 0 || !block(h, (struct span){ "", 0 }, slave,
		    &name, &t))
			return false;
	}
	return false;
}

/* "\040" and "\134" of mountinfo, "\x20" of udev: to octets. */
static struct span
unescape(struct span s, char *dst, size_t cap)
{
	size_t n = 0;
	uint8_t c;

	for (size_t i = 0; i < s.n && n < cap; i++) {
		if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] == 'x' &&
		    unix_hex((struct span){ s.p + i + 2, 2 }, &c, 1) == 1) {
			dst[n++] = (char)c;
			i += 3;
		} else if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] >= '0' &&
		    s.p[i + 1] <= '3' && s.p[i + 2] >= '0' &&
		    s.p[i + 2] <= '7' && s.p[i + 3] >= '0' && s.p[i + 3] <= '7') {
			dst[n++] = (char)((s.p[i + 1] - '0') << 6 |
			    (s.p[i + 2] - '0') << 3 | (s.p[i + 3] - '0'));
			i += 3;
		} else {
			dst[n++] = s.p[i];
		}
	}
	return (struct span){ dst, n };
}

/* What was told of all file systems, looked through once for each. */
struct told { struct span stat, df; };

/* "4096 123456 4567 890 /mount point": octets a block, blocks, free ones, free
 * inodes, of which a file system that makes them as it goes has none */
static bool
sizes(const struct told *told, struct span mount, uint64_t *size,
    uint64_t *left, uint64_t *inodes)
{
	struct span text = told->stat, line, w[4];
	uint64_t each, all, avail;

	*inodes = 0;
	while (span_line(&text, &line)) {
		if (!span_word(&line, &w[0]) || !span_word(&line, &w[1]) ||
		    !span_word(&line, &w[2]) || line.n == 0)
			continue;
		if (line.n > 1 && line.p[1] != '/' && (!span_word(&line, &w[3]) ||
		    !span_u64(w[3], inodes) || line.n == 0))
			continue;
		line.p++, line.n--;		/* one blank before the name */
		if (line.n != mount.n || memcmp(line.p, mount.p, mount.n) != 0)
			continue;
		return span_u64(w[0], &each) && span_u64(w[1], &all) &&
		    span_u64(w[2], &avail) && each > 0 && each <= 1u << 30 &&
		    !__builtin_mul_overflow(each, all, size) &&
		    !__builtin_mul_overflow(each, avail, left);
	}
	/* df -Pk: "/dev/sda1  86491  2013  77597  3% /mount point" */
	text = told->df;
	while (span_line(&text, &line)) {
		struct span rest = line, word;

		if (line.n <= mount.n || line.p[line.n - mount.n - 1] != ' ' ||
		    memcmp(line.p + line.n - mount.n, mount.p, mount.n) != 0)
			continue;
		return span_word(&rest, &word) && span_word(&rest, &w[0]) &&
		    span_word(&rest, &word) && span_word(&rest, &w[1]) &&
		    span_u64(w[0], &all) && span_u64(w[1], &avail) &&
		    !__builtin_mul_overflow(all, 1024u, size) &&
		    !__builtin_mul_overflow(avail, 1024u, left);
	}
	return false;
}

/* --- file systems ------------------------------------------------------------------ */

struct mount { struct span dev, point, fs, source, options; };

/* "8:1 / /mount - ext4 /dev/sda1 rw,relatime" */
static bool
mount_line(struct span line, struct mount *m)
{
	struct span root, dash;

	return span_word(&line, &m->dev) && span_word(&line, &root) &&
	    span_word(&line, &m->point) && span_word(&line, &dash) &&
	    span_is(dash, "-") && span_word(&line, &m->fs) &&
	    span_word(&line, &m->source) &&
	    (span_word(&line, &m->options) || true);
}

/* The same file system again: a bind mount, a second btrfs subvolume. */
static bool
seen(const struct mount *all, size_t n, const struct mount *m)
{
	for (size_t i = 0; i < n; i++)
		if ((all[i].dev.n == m->dev.n &&
		    memcmp(all[i].dev.p, m->dev.p, m->dev.n) == 0) ||
		    (span_is(m->fs, "btrfs") && all[i].source.n == m->source.n &&
		    memcmp(all[i].source.p, m->source.p, m->source.n) == 0))
			return true;
	return false;
}

void
unix_used(struct fact_row *row)
{
	const struct fact *size = fact_get(row, "sizeBytes");
	const struct fact *left = fact_get(row, "freeBytes");

	if (size != NULL && left != NULL && size->type == FACT_UINT &&
	    left->type == FACT_UINT && size->u >= left->u && size->u > 0)
		fact_rounded(row, "usedPercent", (double)(size->u - left->u) /
		    (double)size->u * 100);
}

/* "rw,relatime,usrquota": the file system's own, the first of them ro or rw */
static void
options(struct fact_row *row, const struct mount *m)
{
	struct span rest = m->options, one;

	while (m->options.n > 0 && span_field(&rest, ',', &one)) {
		if (span_is(one, "ro") || span_is(one, "rw"))
			fact_bool(row, "readOnly", span_is(one, "ro"));
		else if (span_starts(one, "compress"))
			fact_bool(row, "compressed", true);
		else if (span_starts(one, "usrquota") ||
		    span_starts(one, "grpquota") || span_starts(one, "prjquota") ||
		    span_starts(one, "usrjquota") || span_is(one, "quota"))
			fact_bool(row, "quotas", true);
	}
}

static void
volume(struct unix_host *h, const struct told *told, const struct mount *m)
{
	struct fact_row *row = unix_row(h, "volume", VOLUMES_MAX);
	struct span mount, name, t, label, slash;
	char point[4096], source[1024], text[256];
	uint64_t size, left, inodes;

	mount = unescape(m->point, point, sizeof(point));
	fact_span(row, "mount", mount);
	fact_span(row, "device", unescape(m->source, source, sizeof(source)));
	fact_span(row, "fs", m->fs);
	if (sizes(told, mount, &size, &left, &inodes)) {
		fact_uint(row, "sizeBytes", size);
		fact_uint(row, "freeBytes", left);
		unix_used(row);
		if (inodes > 0)
			fact_uint(row, "inodesFree", inodes);
	}
	options(row, m);
	slash = span_starts(m->source, "/dev/") ? (struct span){ m->source.p + 5,
		m->source.n - 5 } : (struct span){ "", 0 };
	if (!block(h, m->dev, slash, &name, &t))
		return;
	label = span_get(t, "ID_FS_LABEL");
	fact_span(row, "label", unescape(label, text, sizeof(text)));
	fact_key(row, "serial", t, "ID_FS_UUID");
	fact_bool(row, "encrypted", encrypted(h, t));
}

void
parse_volumes(struct unix_host *h, const struct unix_section *s)
{
	struct mount *all = calloc(VOLUMES_MAX, sizeof(*all));
	struct span text = unix_part_named(h->frame, "volumes", "mounts"), line;
	struct told told = {
		span_first(unix_part_named(h->frame, "volumes", "stat"), LOOKED_AT),
		span_first(unix_part_named(h->frame, "volumes", "df"), LOOKED_AT) };
	size_t n = 0;

	while (all != NULL && n < VOLUMES_MAX && span_line(&text, &line))
		if (mount_line(line, &all[n]) && !seen(all, n, &all[n]))
			volume(h, &told, &all[n++]);
	free(all);
	unix_more(h, "volume", s->text);
}
