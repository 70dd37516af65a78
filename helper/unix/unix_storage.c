/* unix_storage.c: volume groups, pools and logical volumes. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define GROUPS_MAX 1000
#define VOLUMES_MAX 5000
#define DISKS_MAX 1000
#define TOLD_MAX 100000		/* octets of a part, as asked */
#define PARTS_MAX 2000		/* block devices that are looked at */

/* A group by its name and kind, made when it is first told of. */
static struct fact_row *
group(struct unix_host *h, const char *kind, struct span name)
{
	struct fact_row *row;

	name = span_trim(name);
	for (size_t i = 0; i < facts_rows(h->facts, "volumeGroup"); i++) {
		const struct fact_row *have = facts_at(h->facts, "volumeGroup", i);
		const char *n = fact_text(have, "name");

		if (n != NULL && span_is(name, n) &&
		    strcmp(fact_text(have, "kind"), kind) == 0)
			return (struct fact_row *)(uintptr_t)have;
	}
	if (name.n == 0 ||
	    (row = unix_row(h, "volumeGroup", GROUPS_MAX)) == NULL)
		return NULL;
	fact_span(row, "name", name);
	fact_str(row, "kind", kind);
	return row;
}

/* Once each. */
static void
member(struct fact_row *row, struct span disk)
{
	const struct fact *have = fact_get(row, "disks");
	char text[256];

	if (row == NULL || disk.n == 0)
		return;
	span_text(disk, text, sizeof(text));
	for (size_t i = 0; have != NULL && i < have->list.n; i++)
		if (have->list.v[i].type == FACT_STRING &&
		    strcmp(have->list.v[i].s, text) == 0)
			return;
	if (have == NULL || have->list.n < DISKS_MAX)
		fact_append(row, "disks", text);
}

static void
octets(struct fact_row *row, const char *name, struct span s)
{
	uint64_t n;

	if (span_number(s, &n))		/* lvm may print "123.00" */
		fact_uint(row, name, n);
}

/* --- LVM ----------------------------------------------------------------------------- */

/* The next line of four words, the first of them a group's; false: no more.  A
 * drive of no group has fewer; LVM warns in between. */
static bool
lvm_line(struct span *text, struct span w[static 4])
{
	struct span line;

	while (span_line(text, &line)) {
		size_t n = 0;

		while (n < 4 && span_word(&line, &w[n]))
			n++;
		if (n == 4 && !span_is(w[0], "WARNING:"))
			return true;
	}
	return false;
}

/* "rhel 106287857664 0 /dev/sda2" */
static void
pvs(struct unix_host *h, struct span text)
{
	struct span w[4];

	while (lvm_line(&text, w)) {
		struct fact_row *row = group(h, "lvm", w[0]);

		octets(row, "sizeBytes", w[1]);
		octets(row, "freeBytes", w[2]);
		member(row, w[3]);
	}
}

/* "rhel root 97819557888 linear" */
static void
lvs(struct unix_host *h, struct span text)
{
	struct span w[4];

	while (lvm_line(&text, w)) {
		struct fact_row *row = unix_row(h, "logicalVolume", VOLUMES_MAX);

		fact_span(row, "name", w[1]);
		fact_span(row, "group", w[0]);
		octets(row, "sizeBytes", w[2]);
		fact_span(row, "kind", w[3]);
	}
}

/* Device mapper's "rhel-root", in which a "-" of a name is "--". */
static bool
split_name(struct span s, char vg[static 128], char lv[static 128])
{
	char *to = vg;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '-' && i + 1 < s.n && s.p[i + 1] == '-') {
			i++;
		} else if (s.p[i] == '-' && to == vg) {
			to[n] = '\0';
			to = lv;
			n = 0;
			continue;
		}
		if (n + 1 >= 128)
			return false;
		to[n++] = s.p[i];
	}
	to[n] = '\0';
	return to == lv && n > 0 && vg[0] != '\0';
}

/* What /sys shows to everybody: the active ones, their size and drives.  The
 * pieces that LVM makes a mirror or a pool of have a suffix behind the UUID. */
static void
active_volumes(struct unix_host *h, bool volumes)
{
	struct span rest = unix_text(h->frame, "disks"), part, t;
	char vg[128], lv[128];

	for (size_t i = 0; i < PARTS_MAX && unix_part(h->frame, &rest, &part, &t);
	    i++) {
		struct span uuid = span_get(t, "dmuuid"), line;
		struct span lines = span_first(t, 4000);
		struct fact_row *row = NULL;
		uint64_t n;

		if (!span_starts(uuid, "LVM-") || uuid.n != 4 + 64 ||
		    !split_name(span_get(t, "dmname"), vg, lv))
			continue;
		if (volumes) {
			row = unix_row(h, "logicalVolume", VOLUMES_MAX);
			fact_str(row, "name", lv);
			fact_str(row, "group", vg);
			if (span_u64(span_get(t, "size"), &n) &&
			    n < UINT64_MAX / 512)
				fact_uint(row, "sizeBytes", n * 512);
		} else {
			for (size_t k = 0; k < facts_rows(h->facts,
			    "logicalVolume"); k++) {
				const struct fact_row *have = facts_at(h->facts,
				    "logicalVolume", k);
				const char *name = fact_text(have, "name");
				const char *of = fact_text(have, "group");

				if (name != NULL && of != NULL &&
				    strcmp(name, lv) == 0 && strcmp(of, vg) == 0)
					row = (struct fact_row *)(uintptr_t)have;
			}
		}
		fact_span(row, "device", part);
		while (volumes && span_line(&lines, &line))
			if (span_starts(line, "slave="))
				member(group(h, "lvm", span_of(vg)),
				    span_after(line, 6));
	}
}

static void
lvm(struct unix_host *h)
{
	struct span p = span_first(unix_part_named(h->frame, "storage", "pvs"),
	    TOLD_MAX);
	bool denied = span_is(span_get(p, "denied"), "1");

	size_t before = facts_rows(h->facts, "volumeGroup");
	const char *why = denied ? "LVM shows it to root only" : "LVM gave no "
	    "answer: sudo did not let the account ask, or its tools are "
	    "missing";

	if (!denied)
		pvs(h, p);
	denied = facts_rows(h->facts, "volumeGroup") == before;
	lvs(h, unix_part_named(h->frame, "storage", "lvs"));
	if (h->container)
		return;
	active_volumes(h, facts_rows(h->facts, "logicalVolume") == 0);
	if (!denied || facts_rows(h->facts, "logicalVolume") == 0)
		return;
	facts_missing(h->facts, "volumeGroup.sizeBytes", why, "Scan as root, or "
	    "turn on sudo in the profile and install the sudoers drop-in.");
	facts_missing(h->facts, "logicalVolume.kind", why, "Scan as root, or "
	    "turn on sudo in the profile and install the sudoers drop-in.");
}

/* --- pools ------------------------------------------------------------------------------ */

static void
btrfs(struct unix_host *h, struct span uuid, struct span t)
{
	struct span label = span_get(t, "label"), line, disk;
	struct fact_row *row = group(h, "btrfs", label.n > 0 ? label : uuid);
	uint64_t n, sum = 0;

	while (span_line(&t, &line)) {
		if (!span_starts(line, "disk="))
			continue;
		line = span_after(line, 5);
		if (!span_word(&line, &disk))
			continue;
		member(row, disk);
		if (span_u64(line, &n) && n < 1ull << 50)
			sum += n * 512;
	}
	if (sum > 0)
		fact_uint(row, "sizeBytes", sum);
}

/* "tank\t1000\t400\tONLINE", and of -v the drives: "\t/dev/sda1\t..." */
static void
zpool(struct unix_host *h, struct span text, struct span vdevs)
{
	struct span line, f[4], w;
	struct fact_row *row = NULL;

	while (span_line(&text, &line)) {
		size_t n = 0;

		while (n < 4 && span_field(&line, '\t', &f[n]))
			n++;
		if (n < 4 || (row = group(h, "zfs", f[0])) == NULL)
			continue;
		octets(row, "sizeBytes", f[1]);
		octets(row, "freeBytes", f[2]);
		fact_span(row, "health", f[3]);
	}
	row = NULL;
	while (span_line(&vdevs, &line)) {
		bool inner = span_starts(line, "\t") || span_starts(line, " ");

		if (!span_word(&line, &w))
			continue;
		if (!inner)
			row = group(h, "zfs", w);
		else if (span_starts(w, "/") && row != NULL)
			member(row, w);
	}
}

/* --- macOS ------------------------------------------------------------------------ */

static struct span
plain(struct span line)
{
	line = span_trim(line);
	while (line.n > 0 && (line.p[0] == '|' || line.p[0] == '+' ||
	    line.p[0] == ' '))
		line = span_after(line, 1);
	return line;
}

/* diskutil apfs list: containers, below each its stores and volumes */
static void
apfs(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL, *volume = NULL;
	struct span line, key, v, w, container = { "", 0 };
	uint64_t n;

	while (span_line(&text, &line)) {
		line = plain(line);
		if (span_starts(line, "-- Container ")) {
			v = span_after(line, strlen("-- Container "));
			volume = NULL;
			if (span_word(&v, &container))
				row = group(h, "apfs", container);
		} else if (span_starts(line, "-< Physical Store ")) {
			v = span_after(line, strlen("-< Physical Store "));
			if (row != NULL && span_word(&v, &w))
				member(row, w);
		} else if (span_starts(line, "-> Volume ")) {
			v = span_after(line, strlen("-> Volume "));
			if (!span_word(&v, &w))
				continue;
			volume = unix_row(h, "logicalVolume", VOLUMES_MAX);
			fact_span(volume, "device", w);
			fact_span(volume, "group", container);
			fact_str(volume, "kind", "apfs");
		} else if (span_split(line, ':', &key, &v)) {
			if (span_starts(key, "Size (Capacity Ceiling)") &&
			    volume == NULL)
				octets(row, "sizeBytes", v);
			else if (span_is(key, "Capacity Not Allocated"))
				octets(row, "freeBytes", v);
			else if (span_is(key, "Name") && volume != NULL)
				fact_span(volume, "name", span_has(v, " (Case") ?
				    span_between(v, "", " (Case") : v);
			else if (span_is(key, "Capacity Consumed") &&
			    volume != NULL && span_number(v, &n))
				fact_uint(volume, "sizeBytes", n);
		}
	}
}

void
parse_storage(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, t;

	for (size_t i = 0; i < PARTS_MAX && !h->container &&
	    unix_part(h->frame, &rest, &label, &t); i++) {
		if (span_starts(label, "btrfs "))
			btrfs(h, span_after(label, 6), span_first(t, 40000));
	}
	lvm(h);
	zpool(h, span_first(unix_part_named(h->frame, "storage", "zpool"),
	    TOLD_MAX), span_first(unix_part_named(h->frame, "storage", "vdevs"),
	    TOLD_MAX));
	apfs(h, span_first(unix_part_named(h->frame, "storage", "apfs"),
	    TOLD_MAX));
	unix_raids(h, s->text);
}

/* "com.apple.TimeMachine.2026-09-21-101010.local" */
void
parse_snapshots(struct unix_host *h, const struct unix_section *s)
{
	struct span text = s->text, line;
	struct fact_row *row;
	uint64_t n = 0;

	while (span_line(&text, &line))
		if (span_has(line, "com.apple."))
			n++;
	if (n == 0)
		return;
	row = facts_row(h->facts, "shadow");
	fact_str(row, "volume", "/");
	fact_uint(row, "count", n);
	facts_missing(h->facts, "shadow.usedBytes", "macOS does not say how much "
	    "its local snapshots hold", "Ask on the host: diskutil apfs "
	    "listSnapshots /.");
}
