/* unix_profiler.c: macOS's system_profiler, the parts that we ask for. */
#include <jansson.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define ITEMS_MAX 256
#define LEVELS_MAX 8

static struct span
text_at(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return (struct span){ json_is_string(v) ? json_string_value(v) : "",
		json_string_length(v) };
}

/* Calls item() for each object below, depth first: types nest by controller. */
static void
each(struct unix_host *h, const json_t *v, size_t *n,
    void (*item)(struct unix_host *, const json_t *))
{
	const json_t *level[LEVELS_MAX];
	size_t at[LEVELS_MAX], depth = 0;

	level[0] = v;
	at[0] = 0;
	for (;;) {
		const json_t *o, *below;

		if (at[depth] >= json_array_size(level[depth]) ||
		    *n >= ITEMS_MAX) {
			if (depth-- == 0)
				return;
			continue;
		}
		o = json_array_get(level[depth], at[depth]++);
		(*n)++;
		item(h, o);
		below = json_object_get(o, "_items");
		if (json_is_array(below) && depth + 1 < LEVELS_MAX) {
			level[++depth] = below;
			at[depth] = 0;
		}
	}
}

static void
profiler(struct unix_host *h, struct span text, const char *type,
    void (*item)(struct unix_host *, const json_t *))
{
	json_t *all = unix_json(text);
	size_t n = 0;

	if (all != NULL)
		each(h, json_object_get(all, type), &n, item);
	json_decref(all);
}

/* --- hardware -------------------------------------------------------------------- */

static void
overview(struct unix_host *h, const json_t *o)
{
	struct fact_row *sys = unix_one(h, &h->sys, "sys");
	struct fact_row *cpu = unix_one(h, &h->cpu, "cpu");
	struct fact_row *bios;
	bool book = span_has(text_at(o, "machine_name"), "Book");

	if (text_at(o, "machine_model").n == 0)
		return;
	bios = facts_row(h->facts, "bios");
	fact_span(sys, "modelName", text_at(o, "machine_name"));
	fact_span(sys, "sku", text_at(o, "model_number"));
	if (book) {
		fact_bool(sys, "isPortable", true);
		fact_str(sys, "chassis", "laptop");
	}
	if (fact_get(sys, "serial") == NULL)
		unix_firmware(h, sys, "sys.serial", text_at(o, "serial_number"));
	if (fact_get(sys, "uuid") == NULL)
		unix_uuid(h, sys, text_at(o, "platform_UUID"));
	if (fact_get(cpu, "model") == NULL)
		fact_span(cpu, "model", text_at(o, "chip_type"));
	fact_str(bios, "vendor", "Apple Inc.");
	fact_span(bios, "version", text_at(o, "boot_rom_version"));
}

void
parse_mac_hardware(struct unix_host *h, const struct unix_section *s)
{
	profiler(h, s->text, "SPHardwareDataType", overview);
}

/* --- drives ---------------------------------------------------------------------- */

static void
drive(struct unix_host *h, const json_t *o, const char *bus, const char *media)
{
	struct fact_row *row;
	json_t *size = json_object_get(o, "size_in_bytes");

	if (text_at(o, "bsd_name").n == 0)
		return;
	row = facts_row(h->facts, "disk");
	fact_span(row, "name", text_at(o, "bsd_name"));
	fact_span(row, "model", text_at(o, "device_model").n > 0 ?
	    text_at(o, "device_model") : text_at(o, "_name"));
	fact_span(row, "serial", text_at(o, "device_serial"));
	fact_span(row, "firmware", text_at(o, "device_revision"));
	if (json_is_integer(size) && json_integer_value(size) > 0)
		fact_uint(row, "sizeBytes", (uint64_t)json_integer_value(size));
	fact_str(row, "bus", bus);
	fact_str(row, "media", media);
	fact_bool(row, "removable", span_is(text_at(o, "removable_media"),
	    "yes"));
	fact_span(row, "health", text_at(o, "smart_status"));
}

static void
nvme(struct unix_host *h, const json_t *o)
{
	drive(h, o, "nvme", "ssd");
}

static void
sata(struct unix_host *h, const json_t *o)
{
	struct span medium = text_at(o, "spsata_medium_type");

	drive(h, o, "sata", span_is(medium, "Solid State") ? "ssd" :
	    span_is(medium, "Rotational") ? "hdd" : "unknown");
}

/* The drive of a volume whose controller told nothing (virtual, USB). */
static void
storage(struct unix_host *h, const json_t *o)
{
	const json_t *d = json_object_get(o, "physical_drive");
	struct span model = text_at(d, "device_name"), bus = text_at(d, "protocol");
	struct span medium = text_at(d, "medium_type");
	struct fact_row *row;

	if (model.n == 0 || span_is(bus, "Disk Image"))
		return;
	for (size_t i = 0; i < facts_rows(h->facts, "disk"); i++) {
		const char *have = fact_text(facts_at(h->facts, "disk", i),
		    "model");

		if (have != NULL && span_is(model, have))
			return;
	}
	row = facts_row(h->facts, "disk");
	fact_span(row, "name", text_at(o, "bsd_name"));
	fact_span(row, "model", model);
	fact_str(row, "bus", span_is(bus, "SATA") ? "sata" : span_is(bus, "USB") ?
	    "usb" : span_has(bus, "PCI") || span_is(bus, "Apple Fabric") ? "nvme" :
	    "scsi");
	fact_str(row, "media", span_is(medium, "ssd") ? "ssd" :
	    span_is(medium, "rotational") ? "hdd" : "unknown");
	fact_bool(row, "removable", span_is(text_at(d, "is_internal_disk"),
	    "no"));
}

void
parse_mac_storage(struct unix_host *h, const struct unix_section *s)
{
	(void)s;
	profiler(h, unix_part_named(h->frame, "macstorage", "SPNVMeDataType"),
	    "SPNVMeDataType", nvme);
	profiler(h, unix_part_named(h->frame, "macstorage",
	    "SPSerialATADataType"), "SPSerialATADataType", sata);
	profiler(h, unix_part_named(h->frame, "macstorage",
	    "SPStorageDataType"), "SPStorageDataType", storage);
}

/* --- displays, power, memory ------------------------------------------------------- */

/* "610" is 0x0610, three letters of five bits: APP. */
static void
monitor_vendor(struct fact_row *row, struct span s)
{
	char padded[8] = "0000", name[4] = "";
	uint8_t raw[2];
	unsigned id;

	if (s.n == 0 || s.n > 4)
		return;
	memcpy(padded + 4 - s.n, s.p, s.n);
	if (unix_hex((struct span){ padded, 4 }, raw, 2) != 2)
		return;
	id = (unsigned)raw[0] << 8 | raw[1];
	for (size_t i = 0; i < 3; i++)
		name[i] = (char)('@' + (id >> (10 - 5 * i) & 31));
	fact_str(row, "vendor", name);
}

static void
resolution(struct fact_row *row, struct span s)
{
	struct span across, down;
	char text[32];
	uint64_t x, y;

	if (!span_split(s, 'x', &across, &down) || !span_u64(across, &x) ||
	    !span_number(down, &y) || x > 100000 || y > 100000)
		return;
	snprintf(text, sizeof(text), "%ux%u", (unsigned)x, (unsigned)y);
	fact_str(row, "resolution", text);
}

static void
display(struct unix_host *h, const json_t *o)
{
	uint64_t n;
	struct span vendor;
	json_t *list = json_object_get(o, "spdisplays_ndrvs"), *m;
	struct fact_row *row = facts_row(h->facts, "gpu");
	size_t i;

	fact_span(row, "name", text_at(o, "sppci_model"));
	vendor = text_at(o, "spdisplays_vendor");
	if (span_starts(vendor, "sppci_vendor_"))
		vendor.p += 13, vendor.n -= 13;
	fact_span(row, "vendor", vendor);
	/* "8 GB"; Apple's own share the main memory */
	vendor = text_at(o, "spdisplays_vram");
	if (span_number(vendor, &n) && n < 65536 && n > 0)
		fact_uint(row, "memoryBytes", n << (span_has(vendor, "GB") ? 30 :
		    20));
	/* "2560 x 1440", of the first that is on */
	resolution(row, text_at(json_array_get(list, 0), "_spdisplays_pixels"));
	json_array_foreach(list, i, m) {
		if (i == 16)
			break;
		row = facts_row(h->facts, "monitor");
		fact_span(row, "model", text_at(m, "_name"));
		monitor_vendor(row, text_at(m,
		    "_spdisplays_display-vendor-id"));
		fact_span(row, "serial", text_at(m,
		    "_spdisplays_display-serial-number2").n > 0 ?
		    text_at(m, "_spdisplays_display-serial-number2") :
		    text_at(m, "_spdisplays_display-serial-number"));
	}
}

void
parse_mac_displays(struct unix_host *h, const struct unix_section *s)
{
	profiler(h, s->text, "SPDisplaysDataType", display);
}

static void
power(struct unix_host *h, const json_t *o)
{
	const json_t *model = json_object_get(o, "sppower_battery_model_info");
	const json_t *health = json_object_get(o, "sppower_battery_health_info");
	const json_t *cycles = json_object_get(health,
	    "sppower_battery_cycle_count");
	const json_t *charge = json_object_get(o, "sppower_battery_charge_info");
	struct span full = text_at(charge, "sppower_battery_fully_charged");
	struct span percent = text_at(health,
	    "sppower_battery_health_maximum_capacity");
	struct fact_row *row;
	uint64_t n;

	if (!json_is_object(model))
		return;
	row = facts_row(h->facts, "battery");
	if (json_is_integer(json_object_get(charge,
	    "sppower_battery_state_of_charge")))
		fact_rounded(row, "chargePercent", (double)json_integer_value(
		    json_object_get(charge, "sppower_battery_state_of_charge")));
	if (span_is(text_at(charge, "sppower_battery_is_charging"), "TRUE"))
		fact_str(row, "state", "charging");
	else if (span_is(full, "TRUE"))
		fact_str(row, "state", "full");
	else if (full.n > 0)
		fact_str(row, "state", "discharging");
	if (span_number(percent, &n) && n <= 100)	/* "89%" */
		fact_rounded(row, "healthPercent", (double)n);
	fact_span(row, "name", text_at(model, "sppower_battery_device_name"));
	fact_span(row, "vendor", text_at(model, "sppower_battery_manufacturer"));
	fact_span(row, "serial", text_at(model,
	    "sppower_battery_serial_number"));
	if (json_is_integer(cycles) && json_integer_value(cycles) > 0)
		fact_uint(row, "cycles", (uint64_t)json_integer_value(cycles));
}

void
parse_mac_power(struct unix_host *h, const struct unix_section *s)
{
	profiler(h, s->text, "SPPowerDataType", power);
}

/* "8 GB"; soldered memory has no slots. */
static void
module(struct unix_host *h, const json_t *o)
{
	struct span size = text_at(o, "dimm_size"), word, rest = size;
	struct fact_row *row;
	uint64_t n;

	if (!span_word(&rest, &word) || !span_u64(word, &n) || n == 0 || n > 65536)
		return;
	row = facts_row(h->facts, "memoryModule");
	fact_span(row, "slot", text_at(o, "_name"));
	fact_uint(row, "sizeBytes", n << (span_has(size, "GB") ? 30 : 20));
	fact_span(row, "type", text_at(o, "dimm_type"));
	fact_span(row, "vendor", text_at(o, "dimm_manufacturer"));
	fact_span(row, "part", text_at(o, "dimm_part_number"));
	fact_span(row, "serial", text_at(o, "dimm_serial_number"));
	rest = text_at(o, "dimm_speed");
	if (span_number(rest, &n))
		fact_uint(row, "speedMtps", n);
}

void
parse_mac_memory(struct unix_host *h, const struct unix_section *s)
{
	profiler(h, s->text, "SPMemoryDataType", module);
}
