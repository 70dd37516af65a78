/* unix_bsd.c: drives and local file systems of the BSDs. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define DISKS_MAX 500
#define VOLUMES_MAX 500
#define MOUNTS_MAX 60000		/* octets of a list, as asked */

/* --- drives ------------------------------------------------------------------- */

static const char *
bus_of(struct span name)
{
	static const struct { const char *prefix, *bus; } buses[] = {
		{ "nvd", "nvme" }, { "nda", "nvme" }, { "ada", "sata" },
		{ "vtbd", "virtio" }, { "mmcsd", "mmc" }, { "xbd", "xen" },
	};

	for (size_t i = 0; i < ARRAY_LEN(buses); i++)
		if (span_starts(name, buses[i].prefix))
			return buses[i].bus;
	return "scsi";
}

/* "Geom name: ada0", then "   Mediasize: 500107862016 (466G)", "   descr: ...",
 * "   ident: S1", "   rotationrate: 0" */
static void
geom(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL;
	struct span line, key, v;
	uint64_t n;

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "Geom name")) {
			/* drives for discs are none */
			row = span_starts(v, "cd") ? NULL :
			    unix_row(h, "disk", DISKS_MAX);
			fact_span(row, "name", v);
			fact_str(row, "bus", bus_of(v));
		} else if (span_is(key, "Mediasize") && span_number(v, &n)) {
			fact_uint(row, "sizeBytes", n);
		} else if (span_is(key, "descr") && !span_is(v, "(null)")) {
			fact_span(row, "model", v);
		} else if (span_is(key, "ident") && !span_is(v, "(null)")) {
			unix_firmware(h, row, "disk.serial", v);
		} else if (span_is(key, "lunid") && !span_is(v, "(null)")) {
			fact_span(row, "wwn", v);
		} else if (span_is(key, "rotationrate")) {
			fact_str(row, "media", span_is(v, "0") ? "ssd" :
			    span_u64(v, &n) ? "hdd" : "unknown");
		}
	}
}

/* --- file systems ---------------------------------------------------------------- */

/* "/dev/ada0p2 on / (ufs, local, read-only)" and "... on / type ffs (local)" */
static struct span
options_of(struct span text, struct span device, struct span mount)
{
	struct span line, rest, w;
	const char *open;

	while (span_line(&text, &line)) {
		rest = line;
		if (!span_word(&rest, &w) || span_cmp(w, device) != 0 ||
		    !span_word(&rest, &w) || !span_is(w, "on"))
			continue;
		rest = span_trim(rest);
		if (!span_starts(rest, "/") || rest.n <= mount.n ||
		    memcmp(rest.p, mount.p, mount.n) != 0 ||
		    rest.p[mount.n] != ' ' ||
		    (open = memrchr(rest.p, '(', rest.n)) == NULL)
			continue;
		return span_after(rest, mount.n + 1);
	}
	return (struct span){ "", 0 };
}

/* What the kernel makes up. */
static bool
no_volume(struct span fs)
{
	static const char *const types[] = { "devfs", "procfs", "fdescfs", "fdesc",
		"tmpfs", "mfs", "nullfs", "null", "ptyfs", "kernfs", "linprocfs",
		"linsysfs", "autofs" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (span_is(fs, types[i]))
			return true;
	return false;
}

static void
volume(struct unix_host *h, struct span line, struct span mounts)
{
	struct span device, size, used, left, percent, mount, options, type;
	struct fact_row *row;
	uint64_t n;

	if (!span_word(&line, &device) || !span_word(&line, &size) ||
	    !span_u64(size, &n) || !span_word(&line, &used) ||
	    !span_word(&line, &left) || !span_word(&line, &percent))
		return;
	mount = span_trim(line);
	options = options_of(mounts, device, mount);
	if (span_starts(options, "type ")) {
		type = span_after(options, 5);
		if (!span_word(&type, &options))
			return;
		type = options;
		options = options_of(mounts, device, mount);
	} else {
		type = span_between(options, "(", span_has(options, ",") ? "," :
		    ")");
	}
	if (!span_starts(mount, "/") || no_volume(type.n > 0 ? type : device) ||
	    (row = unix_row(h, "volume", VOLUMES_MAX)) == NULL)
		return;
	fact_span(row, "mount", mount);
	fact_span(row, "device", device);
	fact_span(row, "fs", type);
	if (n < UINT64_MAX / 1024)
		fact_uint(row, "sizeBytes", n * 1024);
	if (span_u64(left, &n) && n < UINT64_MAX / 1024)
		fact_uint(row, "freeBytes", n * 1024);
	unix_used(row);
	if (options.n > 0)
		fact_bool(row, "readOnly", span_has(options, "read-only"));
	if (span_has(device, ".eli"))
		fact_bool(row, "encrypted", true);
}

void
parse_bsd_storage(struct unix_host *h, const struct unix_section *s)
{
	struct span df = span_first(unix_part_named(h->frame, "bsdstorage",
	    "df"), MOUNTS_MAX), line;
	struct span mounts = span_first(unix_part_named(h->frame, "bsdstorage",
	    "mount"), MOUNTS_MAX);

	(void)s;
	geom(h, unix_part_named(h->frame, "bsdstorage", "geom"));
	while (span_line(&df, &line))
		volume(h, line, mounts);
}
