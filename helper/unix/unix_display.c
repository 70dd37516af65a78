/* unix_display.c: graphics, monitors and batteries of a Linux host. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

/* PCI vendors that make graphics */
static const struct { const char *id, *name; } vendors[] = {
	{ "0x10de", "NVIDIA" }, { "0x8086", "Intel" }, { "0x1002", "AMD" },
	{ "0x1022", "AMD" }, { "0x15ad", "VMware" }, { "0x1234", "QEMU" },
	{ "0x1af4", "Red Hat (virtio)" }, { "0x1b36", "Red Hat (QXL)" },
	{ "0x1013", "Cirrus Logic" }, { "0x102b", "Matrox" },
	{ "0x1a03", "ASPEED" }, { "0x80ee", "VirtualBox" },
	{ "0x1414", "Microsoft (Hyper-V)" }, { "0x106b", "Apple" },
};

bool
unix_lspci(struct span text, struct span slot, struct span *vendor,
    struct span *name, struct span *card)
{
	struct span line, at, v[5], rest;
	size_t n = 0;

	if (slot.n > 5 && slot.p[4] == ':')	/* 0000:00:02.0 */
		slot.p += 5, slot.n -= 5;
	while (span_line(&text, &line)) {
		rest = line;
		if (!span_word(&rest, &at) || at.n < slot.n ||
		    memcmp(at.p + at.n - slot.n, slot.p, slot.n) != 0)
			continue;
		/* class, vendor, device, vendor and name of the whole card */
		for (; n < ARRAY_LEN(v); n++) {
			const char *open = memchr(rest.p, '"', rest.n), *end;

			if (open == NULL)
				break;
			rest = span_after(rest, (size_t)(open - rest.p) + 1);
			if ((end = memchr(rest.p, '"', rest.n)) == NULL)
				break;
			v[n] = span_first(rest, (size_t)(end - rest.p));
			rest = span_after(rest, v[n].n + 1);
		}
		if (n < 3)
			return false;
		*vendor = v[1];
		*name = v[2];
		if (card != NULL && n == ARRAY_LEN(v) && v[4].n > 0 &&
		    !span_starts(v[4], "Device "))
			*card = v[4];
		return name->n > 0;
	}
	return false;
}

void
parse_gpus(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, slot, t, vendor, name;
	char text[80], id[16], device[16];

	for (size_t n = 0; n < 64 && unix_part(h->frame, &rest, &slot, &t); n++) {
		struct fact_row *row;

		if (!span_starts(span_get(t, "class"), "0x03") || h->container)
			continue;
		row = facts_row(h->facts, "gpu");
		vendor = (struct span){ "", 0 };
		for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
			if (span_is(span_get(t, "vendor"), vendors[i].id))
				vendor = span_of(vendors[i].name);
		snprintf(text, sizeof(text), "PCI %s:%s", span_text(span_get(t,
		    "vendor"), id, sizeof(id)), span_text(span_get(t, "device"),
		    device, sizeof(device)));
		name = span_of(text);
		(void)unix_lspci(unix_part_named(h->frame, "gpus", "lspci"),
		    slot, &vendor, &name, NULL);
		fact_span(row, "name", name);
		fact_span(row, "vendor", vendor);
		fact_key(row, "driver", t, "driver");
		fact_key_u64(row, "memoryBytes", t, "vram");
	}
}

/* --- monitors: EDID 1.x   [VESA E-EDID 3.4, 3.10] ---------------------------------- */

#define EDID 128

static const uint8_t edid_head[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };

/* A display descriptor's text: 13 octets, ended by a newline. */
static void
descriptor(const uint8_t *d, uint8_t tag, struct fact_row *row,
    const char *fact)
{
	struct span s = { (const char *)d + 5, 13 };
	const char *end;

	if (d[0] != 0 || d[1] != 0 || d[3] != tag)
		return;
	if ((end = memchr(s.p, '\n', s.n)) != NULL)
		s.n = (size_t)(end - s.p);
	fact_span(row, fact, s);
}

/* Of a square root only the part that a diagonal needs; no library. */
static double
root_of(double v)
{
	double r = v > 1 ? v : 1;

	for (unsigned i = 0; i < 60; i++)
		r = (r + v / r) / 2;
	return r;
}

/* "card0-HDMI-A-1": where it is plugged in, at which card */
static void
edid(struct unix_host *h, struct span connector, const uint8_t *e)
{
	struct fact_row *row = facts_row(h->facts, "monitor");
	const char *dash = connector.n > 0 ? memchr(connector.p, '-',
	    connector.n) : NULL;
	unsigned id = (unsigned)e[8] << 8 | e[9];
	uint32_t number = (uint32_t)e[12] | (uint32_t)e[13] << 8 |
	    (uint32_t)e[14] << 16 | (uint32_t)e[15] << 24;
	char text[24];

	/* three letters of five bits, A is 1 */
	for (size_t i = 0; i < 3; i++)
		text[i] = (char)('@' + (id >> (10 - 5 * i) & 31));
	text[3] = '\0';
	fact_str(row, "vendor", text);
	snprintf(text, sizeof(text), "%02X%02X", e[11], e[10]);
	fact_str(row, "model", text);
	if (number != 0 && number != 0x01010101) {
		snprintf(text, sizeof(text), "%u", number);
		fact_str(row, "serial", text);
	}
	if (e[17] != 0)
		fact_uint(row, "year", 1990u + e[17]);
	if (dash != NULL)
		fact_span(row, "connector", span_after(connector,
		    (size_t)(dash - connector.p) + 1));
	/* centimetres; one of them 0: an aspect ratio, or a projector */
	if (e[21] != 0 && e[22] != 0)
		fact_real(row, "sizeInches", (double)(int)(root_of((double)e[21] *
		    e[21] + (double)e[22] * e[22]) / 2.54 * 10 + 0.5) / 10);
	for (size_t at = 54; at <= 108; at += 18) {
		descriptor(e + at, 0xfc, row, "model");
		descriptor(e + at, 0xff, row, "serial");
	}
}

void
parse_monitors(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, name, t;
	uint8_t e[EDID];

	for (size_t n = 0; n < 64 && unix_part(h->frame, &rest, &name, &t); n++)
		if (unix_hex(t, e, sizeof(e)) == EDID &&
		    memcmp(e, edid_head, sizeof(edid_head)) == 0)
			edid(h, name, e);
}

/* --- batteries ---------------------------------------------------------------------- */

/* Micro-watt-hours, or micro-ampere-hours at the design voltage. */
static void
capacity(struct fact_row *row, const char *fact, struct span t,
    const char *energy, const char *charge)
{
	uint64_t v, volts;

	if (span_u64(span_get(t, energy), &v))
		fact_uint(row, fact, v / 1000);
	else if (span_u64(span_get(t, charge), &v) &&
	    span_u64(span_get(t, "POWER_SUPPLY_VOLTAGE_MIN_DESIGN"), &volts) &&
	    v < 1u << 30 && volts < 1u << 30)
		fact_uint(row, fact, v * volts / 1000000000);
}

/* How full it is, what it does, how much of it is left. */
static void
charge(struct fact_row *row, struct span t)
{
	const struct fact *design = fact_get(row, "designMwh");
	const struct fact *full = fact_get(row, "fullMwh");
	struct span state = span_get(t, "POWER_SUPPLY_STATUS");
	uint64_t percent;
	char text[40];

	if (span_u64(span_get(t, "POWER_SUPPLY_CAPACITY"), &percent) &&
	    percent <= 100)
		fact_real(row, "chargePercent", (double)percent);
	if (design != NULL && full != NULL && design->u > 0)
		fact_rounded(row, "healthPercent", (double)full->u /
		    (double)design->u * 100);
	if (state.n > 0 && state.n < sizeof(text) && !span_is(state, "Unknown")) {
		span_text(state, text, sizeof(text));
		text[0] = (char)tolower((unsigned char)text[0]);
		fact_str(row, "state", text);
	}
	state = span_get(t, "POWER_SUPPLY_TECHNOLOGY");
	if (state.n > 0 && state.n < sizeof(text) && !span_is(state, "Unknown")) {
		span_text(state, text, sizeof(text));
		for (char *p = text; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		fact_str(row, "chemistry", text);
	}
}

void
parse_batteries(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, name, t;

	for (size_t n = 0; n < 64 && unix_part(h->frame, &rest, &name, &t); n++) {
		struct fact_row *row;
		uint64_t cycles;

		/* a wireless mouse has scope Device */
		if (!span_is(span_get(t, "POWER_SUPPLY_TYPE"), "Battery") ||
		    span_is(span_get(t, "POWER_SUPPLY_SCOPE"), "Device") ||
		    h->container)
			continue;
		row = facts_row(h->facts, "battery");
		fact_span(row, "name", span_get(t,
		    "POWER_SUPPLY_MODEL_NAME").n > 0 ? span_get(t,
		    "POWER_SUPPLY_MODEL_NAME") : name);
		fact_key(row, "vendor", t, "POWER_SUPPLY_MANUFACTURER");
		fact_key(row, "serial", t, "POWER_SUPPLY_SERIAL_NUMBER");
		capacity(row, "designMwh", t, "POWER_SUPPLY_ENERGY_FULL_DESIGN",
		    "POWER_SUPPLY_CHARGE_FULL_DESIGN");
		capacity(row, "fullMwh", t, "POWER_SUPPLY_ENERGY_FULL",
		    "POWER_SUPPLY_CHARGE_FULL");
		if (span_u64(span_get(t, "POWER_SUPPLY_CYCLE_COUNT"), &cycles) &&
		    cycles != 0)
			fact_uint(row, "cycles", cycles);
		charge(row, t);
	}
}
