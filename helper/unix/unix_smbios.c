/* unix_smbios.c: memory slots out of the raw firmware tables.
 *                                            [DMTF DSP0134] 6.1, 7.17, 7.18 */
#include <stdlib.h>
#include <string.h>

#include "helper/base/reader.h"
#include "helper/unix/unix_parse.h"

#define TABLES_MAX (256 * 1024)

enum { TYPE_MEMORY_ARRAY = 16, TYPE_MEMORY_DEVICE = 17, TYPE_END = 127 };

static const char *const types[] = { [0x0f] = "SDRAM", [0x12] = "DDR",
	[0x13] = "DDR2", [0x14] = "DDR2 FB-DIMM", [0x18] = "DDR3", [0x1a] = "DDR4",
	[0x1b] = "LPDDR", [0x1c] = "LPDDR2", [0x1d] = "LPDDR3", [0x1e] = "LPDDR4",
	[0x20] = "HBM", [0x21] = "HBM2", [0x22] = "DDR5", [0x23] = "LPDDR5" };

/* One structure: its formatted area, and the strings behind it. */
struct entry { struct rd area; struct span strings; };

static uint8_t
u8_at(struct entry *s, size_t off)
{
	struct rd w = s->area;

	rd_seek(&w, off);
	return rd_u8(&w);
}

static uint16_t
u16_at(struct entry *s, size_t off)
{
	struct rd w = s->area;

	rd_seek(&w, off);
	return rd_le16(&w);
}

static uint32_t
u32_at(struct entry *s, size_t off)
{
	struct rd w = s->area;

	rd_seek(&w, off);
	return rd_le32(&w);
}

/* The string whose number stands at `off`; 0: none. */
static struct span
string_at(struct entry *s, size_t off)
{
	unsigned number = u8_at(s, off);
	struct span rest = s->strings;

	while (number > 0 && rest.n > 0) {
		size_t n = strnlen(rest.p, rest.n);

		if (--number == 0)
			return (struct span){ rest.p, n };
		n += n < rest.n;
		rest.p += n;
		rest.n -= n;
	}
	return (struct span){ "", 0 };
}

static bool
next_entry(struct rd *r, uint8_t *type, struct entry *s)
{
	size_t from = r->pos;
	uint8_t length;
	const uint8_t *p;

	*type = rd_u8(r);
	length = rd_u8(r);
	if (r->bad || length < 4)
		return false;
	rd_seek(r, from);
	s->area = rd_take(r, length);
	from = r->pos;
	/* two NULs end the strings */
	while ((p = rd_bytes(r, 1)) != NULL)
		if (*p == 0 && r->pos - from >= 2 && p[-1] == 0)
			break;
	if (r->bad)
		return false;
	s->strings = (struct span){ (const char *)r->p + from,
		r->pos - from - 1 };
	return true;
}

static void
memory_array(struct unix_host *h, struct entry *s, uint64_t *slots,
    uint64_t *most)
{
	uint64_t kib = u32_at(s, 0x07);

	(void)h;
	if (u8_at(s, 0x05) != 3)	/* use: system memory */
		return;
	*slots += u16_at(s, 0x0d);
	if (kib == 0x80000000u && s->area.len >= 0x17)
		*most += (uint64_t)u32_at(s, 0x13) << 32 | u32_at(s, 0x0f);
	else if (kib != 0x80000000u)
		*most += kib * 1024;
}

static uint64_t
memory_device(struct unix_host *h, struct entry *s)
{
	uint64_t size = u16_at(s, 0x0c), speed = u16_at(s, 0x15);
	uint8_t type = u8_at(s, 0x12);
	struct fact_row *row;

	if (size == 0 || size == 0xffff)	/* empty, or not known */
		return 0;
	if (size == 0x7fff)
		size = (uint64_t)(u32_at(s, 0x1c) & 0x7fffffff) << 20;
	else
		size = (size & 0x8000) != 0 ? (size & 0x7fff) << 10 : size << 20;
	row = facts_row(h->facts, "memoryModule");
	fact_uint(row, "sizeBytes", size);
	fact_span(row, "slot", string_at(s, 0x10));
	fact_span(row, "bank", string_at(s, 0x11));
	if (type < sizeof(types) / sizeof(types[0]) && types[type] != NULL)
		fact_str(row, "type", types[type]);
	if (speed != 0 && speed != 0xffff)
		fact_uint(row, "speedMtps", speed);
	unix_firmware(h, row, "memoryModule.vendor", string_at(s, 0x17));
	unix_firmware(h, row, "memoryModule.serial", string_at(s, 0x18));
	unix_firmware(h, row, "memoryModule.part", string_at(s, 0x1a));
	return size;
}

void
unix_smbios(struct unix_host *h, struct span hex)
{
	uint8_t *raw = malloc(TABLES_MAX);
	uint64_t slots = 0, most = 0, installed = 0;
	struct rd r;
	struct entry s;
	uint8_t type;

	if (raw == NULL)
		return;
	r = rd_new(raw, unix_hex(hex, raw, TABLES_MAX));
	while (next_entry(&r, &type, &s) && type != TYPE_END) {
		if (type == TYPE_MEMORY_ARRAY)
			memory_array(h, &s, &slots, &most);
		else if (type == TYPE_MEMORY_DEVICE)
			installed += memory_device(h, &s);
	}
	if (installed != 0 || slots != 0 || most != 0)
		unix_one(h, &h->memory, "memory");
	if (installed != 0)
		fact_uint(h->memory, "installedBytes", installed);
	if (slots != 0)
		fact_uint(h->memory, "slots", slots);
	if (most != 0)
		fact_uint(h->memory, "maxBytes", most);
	free(raw);
}

void
parse_smbios(struct unix_host *h, const struct unix_section *s)
{
	if (h->container)
		return;
	if (span_is(span_get(s->text, "denied"), "1"))
		facts_missing(h->facts, "memory.installedBytes", "needs root: "
		    "/sys/firmware/dmi/tables/DMI may be read by root only",
		    "Scan as root, or turn on sudo in the profile and add to "
		    "sudoers: ACCOUNT ALL=(root) NOPASSWD: /bin/cat "
		    "/sys/firmware/dmi/tables/DMI");
	else
		unix_smbios(h, s->text);
}
