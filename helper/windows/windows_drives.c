/* windows_drives.c: drives, volumes, storage pools, shadow copies. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

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

/* A name that is unique in the world: EUI-64, or one that FCPH defines.
 *                              [Microsoft: MSFT_PhysicalDisk.UniqueIdFormat] */
static void
world_wide_name(const struct fact_row *m, struct fact_row *to)
{
	const char *id = fact_text(m, "UniqueId");
	uint64_t format;
	char s[100];

	if (id == NULL || !win_get_u64(m, "UniqueIdFormat", &format) ||
	    (format != 2 && format != 3) || id[0] == '\0')
		return;
	snprintf(s, sizeof(s), "%s%.90s", strspn(id,
	    "0123456789abcdefABCDEF") == strlen(id) ? format == 2 ? "eui." :
	    "0x" : "", id);
	win_convert(WIN_LOWER, &(struct fact){ .type = FACT_STRING, .s = s }, to,
	    "wwn");
}

/* But for blanks behind it. */
static bool
is_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(s, word, n) == 0 &&
	    s[n + strspn(s + n, " ")] == '\0';
}

static void
of_media(const struct win_ask *ask, const struct fact_row *m,
    struct fact_row *to)
{
	const char *vendor = fact_text(m, "Manufacturer");

	/* what a bus puts there instead of a maker */
	if (win_wants(ask, "disk", "vendor") && vendor != NULL &&
	    !is_word(vendor, "ATA") && !is_word(vendor, "NVMe"))
		win_convert(WIN_TEXT, fact_get(m, "Manufacturer"), to,
		    "vendor");
	if (win_wants(ask, "disk", "wwn"))
		world_wide_name(m, to);
}

static void
media_of(const struct win_ask *ask, const struct fact_row *m,
    const struct fact_row *from, struct fact_row *to)
{
	const char *bus = coded(m, "BusType", bus_names, ARRAY_LEN(bus_names));
	const char *health;

	if (win_wants(ask, "disk", "media"))
		fact_str(to, "media", coded(m, "MediaType", media_names,
		    ARRAY_LEN(media_names)));
	if (win_wants(ask, "disk", "bus"))
		fact_str(to, "bus", bus != NULL || from == NULL ? bus :
		    bus_of(from));
	health = m != NULL ? coded(m, "HealthStatus", health_names,
	    ARRAY_LEN(health_names)) : NULL;
	/* "OK" of Win32_DiskDrive says little; "Pred Fail" says it all */
	if (health != NULL && win_wants(ask, "disk", "health") &&
	    (!win_holds(to, "health") ||
	    strcmp(fact_text(to, "health"), "ok") == 0))
		fact_str(to, "health", health);
	if (m != NULL)
		of_media(ask, m, to);
}

void
win_join_disk(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	media_of(ask, win_find(rows, WQ_MEDIA, "DeviceId", fact_get(from,
	    "Index")), from, to);
}

/* In a cluster each node lists the drives of all: numbers of four digits. */
static bool
of_a_cluster(const char *id)
{
	return strlen(id) >= 4;
}

/* A pool takes its drives away from Win32_DiskDrive, which lists what the pool
 * gives instead. */
static void
pooled(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	static const struct { const char *property, *fact; enum win_how how; }
	    plain[] = { { "FriendlyName", "model", WIN_TEXT },
		{ "SerialNumber", "serial", WIN_TEXT },
		{ "FirmwareVersion", "firmware", WIN_TEXT },
		{ "Size", "sizeBytes", WIN_UINT } };

	for (size_t i = 0; i < win_rows(rows, WQ_MEDIA) &&
	    win_rows(rows, WQ_DISKS) > 0 && win_wants(ask, "disk", NULL); i++) {
		const struct fact_row *m = win_row(rows, WQ_MEDIA, i);
		const char *id = fact_text(m, "DeviceId");
		struct fact_row *to;
		char name[80];

		if (id == NULL || of_a_cluster(id) || win_find(rows, WQ_DISKS, "Index",
		    fact_get(m, "DeviceId")) != NULL)
			continue;
		to = facts_row(out, "disk");
		snprintf(name, sizeof(name), "PhysicalDisk%.60s", id);
		fact_str(to, "name", name);
		for (size_t k = 0; k < ARRAY_LEN(plain); k++) {
			const struct fact *f = fact_get(m, plain[k].property);

			if (f != NULL && win_wants(ask, "disk", plain[k].fact))
				win_convert(plain[k].how, f, to, plain[k].fact);
		}
		media_of(ask, m, NULL, to);
	}
}

static void
used_percent(const struct fact_row *from, const char *size, const char *left,
    struct fact_row *to)
{
	uint64_t all, rest;

	if (win_get_u64(from, size, &all) && win_get_u64(from, left, &rest) &&
	    all > 0 && rest <= all)
		fact_real(to, "usedPercent", 100 * (double)(all - rest) /
		    (double)all);
}

static void
mount_flags(const struct win_ask *ask, const struct fact_row *m,
    struct fact_row *to)
{
	static const struct { const char *property, *fact; } flags[] = {
		{ "Compressed", "compressed" }, { "DirtyBitSet", "dirty" },
		{ "QuotasEnabled", "quotas" } };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		const struct fact *f = fact_get(m, flags[i].property);

		if (f != NULL && win_wants(ask, "volume", flags[i].fact))
			win_convert(WIN_BOOL, f, to, flags[i].fact);
	}
}

/* Volumes without a letter: mounted in a folder, or not at all. */
static void
mounts(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	static const struct { const char *property, *fact; enum win_how how; }
	    plain[] = { { "Name", "mount", WIN_TEXT },
		{ "DeviceID", "device", WIN_TEXT },
		{ "FileSystem", "fs", WIN_LOWER },
		{ "Capacity", "sizeBytes", WIN_UINT },
		{ "FreeSpace", "freeBytes", WIN_UINT },
		{ "Label", "label", WIN_TEXT } };
	uint64_t serial;
	char text[20];

	for (size_t i = 0; i < win_rows(rows, WQ_MOUNTS) &&
	    win_wants(ask, "volume", "compressed"); i++) {
		const struct fact_row *from = win_row(rows, WQ_MOUNTS, i);
		struct fact_row *to;

		if (fact_text(from, "DriveLetter") != NULL)
			continue;
		to = facts_row(out, "volume");
		for (size_t k = 0; k < ARRAY_LEN(plain); k++) {
			const struct fact *f = fact_get(from,
			    plain[k].property);

			if (f != NULL && f->type != FACT_NULL)
				win_convert(plain[k].how, f, to, plain[k].fact);
		}
		if (win_get_u64(from, "SerialNumber", &serial)) {
			snprintf(text, sizeof(text), "%08llX",
			    (unsigned long long)serial);
			fact_str(to, "serial", text);
		}
		used_percent(from, "Capacity", "FreeSpace", to);
		mount_flags(ask, from, to);
	}
}

void
win_join_volume(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const struct fact_row *b = win_find(rows, WQ_BITLOCKER, "DriveLetter",
	    fact_get(from, "DeviceID"));
	const struct fact_row *m = win_find(rows, WQ_MOUNTS, "DriveLetter",
	    fact_get(from, "DeviceID"));
	uint64_t v;

	if (win_wants(ask, "volume", "usedPercent"))
		used_percent(from, "Size", "FreeSpace", to);
	if (m != NULL)
		mount_flags(ask, m, to);
	if (b != NULL && win_wants(ask, "volume", "encrypted") &&
	    win_get_u64(b, "ProtectionStatus", &v) && v < 2)
		fact_bool(to, "encrypted", v == 1);
}

void
win_join_pool(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *id = fact_text(from, "ObjectId");
	uint64_t all, used;

	fact_str(to, "kind", "storage-pool");
	if (win_wants(ask, "volumeGroup", "freeBytes") &&
	    win_get_u64(from, "Size", &all) &&
	    win_get_u64(from, "AllocatedSize", &used) && used <= all)
		fact_uint(to, "freeBytes", all - used);
	for (size_t i = 0; id != NULL && i < win_rows(rows, WQ_POOL_DISKS) &&
	    win_wants(ask, "volumeGroup", "disks"); i++) {
		const struct fact_row *pair = win_row(rows, WQ_POOL_DISKS, i);
		const char *pool = fact_text(pair, "StoragePool");
		const char *disk = fact_text(pair, "PhysicalDisk");

		if (pool == NULL || disk == NULL || !win_path_names(pool, id))
			continue;
		for (size_t k = 0; k < win_rows(rows, WQ_MEDIA); k++) {
			const struct fact_row *m = win_row(rows, WQ_MEDIA, k);
			const char *object = fact_text(m, "ObjectId");
			const char *name = fact_text(m, "FriendlyName");

			if (object != NULL && name != NULL &&
			    win_path_names(disk, object))
				fact_append(to, "disks", name);
		}
	}
}

/* A volume's own name instead of its number, where it has one. */
static void
volume_name(const struct win_rows *rows, const struct fact_row *from,
    const char *property, struct fact_row *to, const char *fact)
{
	const struct fact *f = fact_get(from, property);
	const struct fact_row *m;

	if (f == NULL || f->type == FACT_NULL)
		return;
	win_convert(WIN_REFERENCE, f, to, fact);
	m = win_find(rows, WQ_MOUNTS, "DeviceID", fact_get(to, fact));
	if (m != NULL)
		fact_str(to, fact, fact_text(m, "Name"));
}

void
win_join_shadow(const struct win_ask *ask, const struct win_rows *rows,
    const struct fact_row *from, struct fact_row *to)
{
	const char *path = fact_text(from, "Volume");
	uint64_t n = 0;

	if (win_wants(ask, "shadow", "volume"))
		volume_name(rows, from, "Volume", to, "volume");
	if (win_wants(ask, "shadow", "storage"))
		volume_name(rows, from, "DiffVolume", to, "storage");
	if (path == NULL || !win_wants(ask, "shadow", "count") ||
	    rows[WQ_COPIES].facts == NULL || rows[WQ_COPIES].why != NULL)
		return;
	for (size_t i = 0; i < win_rows(rows, WQ_COPIES); i++) {
		const char *of = fact_text(win_row(rows, WQ_COPIES, i),
		    "VolumeName");

		n += of != NULL && win_path_names(path, of);
	}
	fact_uint(to, "count", n);
}

void
win_join_mounts(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	pooled(ask, rows, out);
	mounts(ask, rows, out);
}
