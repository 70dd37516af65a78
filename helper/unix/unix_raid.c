/* unix_raid.c: RAID sets, those of the system and those of controllers. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define SETS_MAX 1000
#define PARTS_MAX 2000		/* parts that are looked at */
#define TOLD_MAX 100000		/* octets of a part, as asked */

/* --- Linux software RAID ---------------------------------------------------------------- */

static const char *
array_state(struct span t, uint64_t degraded)
{
	struct span act = span_get(t, "sync_action");
	struct span state = span_get(t, "array_state");

	if (span_is(state, "inactive") || span_is(state, "clear"))
		return "inactive";
	if (span_is(act, "recover") || span_is(act, "resync") ||
	    span_is(act, "reshape"))
		return "rebuilding";
	return degraded > 0 ? "degraded" : "active";
}

static void
md(struct unix_host *h, struct span name, struct span t)
{
	struct fact_row *row = unix_row(h, "raid", SETS_MAX);
	struct span line, disk, state;
	uint64_t n, active = 0, degraded = 0;
	char text[128];

	fact_span(row, "name", name);
	fact_key(row, "level", t, "level");
	if (!span_u64(span_get(t, "degraded"), &degraded))
		degraded = 0;
	fact_str(row, "state", array_state(t, degraded));
	if (span_u64(span_get(t, "size"), &n) && n < UINT64_MAX / 512)
		fact_uint(row, "sizeBytes", n * 512);
	fact_key_u64(row, "disksWanted", t, "raid_disks");
	while (span_line(&t, &line)) {
		if (!span_starts(line, "disk="))
			continue;
		line = span_after(line, 5);
		if (!span_word(&line, &disk))
			continue;
		state = span_trim(line);
		fact_append(row, "disks", span_text(disk, text, sizeof(text)));
		if (span_has(state, "in_sync") && !span_has(state, "faulty"))
			active++;
	}
	fact_uint(row, "disksActive", active);
}

/* --- controllers ------------------------------------------------------------------------ */

/* As hpsa, smartpqi, cciss and aacraid say it, and as md does. */
static const struct { const char *says, *means; } levels[] = {
	{ "RAID 0", "raid0" }, { "RAID 1", "raid1" }, { "RAID 5", "raid5" },
	{ "RAID 6", "raid6" }, { "RAID ADG", "raid6" }, { "RAID 1(1+0)", "raid10" },
	{ "RAID 1(ADM)", "raid1" }, { "RAID 1+0", "raid10" },
	{ "RAID-0", "raid0" }, { "RAID-1", "raid1" }, { "RAID-5", "raid5" },
	{ "RAID-6", "raid6" }, { "RAID-1(1+0)", "raid10" },
	{ "Raid-0", "raid0" }, { "Raid-1", "raid1" }, { "Raid-5", "raid5" },
	{ "Raid-6", "raid6" }, { "Raid-10", "raid10" },
};

static struct span
level_of(struct span says)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (span_is(says, levels[i].says))
			return span_of(levels[i].means);
	return says;
}

/* A drive that the system sees and a controller made: by the controller's
 * driver, or by the kernel's raid class, which knows its state too. */
static void
made_drive(struct unix_host *h, struct span name, struct span t)
{
	struct span state = span_get(t, "state");
	struct fact_row *row;
	uint64_t n;

	/* "N/A" is a drive by itself, "unknown" the class before it asked */
	if (span_is(span_get(t, "level"), "N/A") ||
	    span_is(span_get(t, "level"), "unknown") || name.n == 0)
		return;
	row = unix_row(h, "raid", SETS_MAX);
	fact_span(row, "name", name);
	fact_span(row, "level", level_of(span_get(t, "level")));
	if (!span_is(state, "unknown"))
		fact_span(row, "state", span_is(state, "resyncing") ?
		    span_of("rebuilding") : state);
	if (span_u64(span_get(t, "size"), &n) && n < UINT64_MAX / 512)
		fact_uint(row, "sizeBytes", n * 512);
}

/* By the number of its maker, where there is no lspci. */
static void
controller(struct unix_host *h, struct span slot, struct span t)
{
	static const struct { const char *id, *maker; } makers[] = {
		{ "0x1000", "Broadcom" }, { "0x9005", "Adaptec" },
		{ "0x103c", "Hewlett-Packard" }, { "0x1028", "Dell" },
		{ "0x8086", "Intel" }, { "0x1014", "IBM" }, { "0x13c1", "3ware" },
		{ "0x17d3", "Areca" }, { "0x1103", "HighPoint" },
		{ "0x1b4b", "Marvell" }, { "0x1002", "AMD" }, { "0x1022", "AMD" },
	};
	struct fact_row *row = unix_row(h, "raid", SETS_MAX);
	char text[120], id[16], device[16], name[200];
	struct span vendor = { "", 0 }, card = vendor, model, part;

	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		if (span_is(span_get(t, "vendor"), makers[i].id))
			vendor = span_of(makers[i].maker);
	snprintf(text, sizeof(text), "%.*s PCI %s:%s", (int)vendor.n, vendor.p,
	    span_text(span_get(t, "vendor"), id, sizeof(id)),
	    span_text(span_get(t, "device"), device, sizeof(device)));
	model = span_of(text);
	part = unix_part_named(h->frame, "storage", "lspci");
	(void)unix_lspci(part, slot, &vendor, &model, &card);
	span_text(span_trim(card.n > 0 ? card : model), name, sizeof(name));
	fact_str(row, "name", name);
	facts_missing(h->facts, "raid.disks", "the drives behind a RAID "
	    "controller are shown by its maker's program only, to root",
	    "Ask by a command of the mapping: storcli, perccli, ssacli or "
	    "arcconf, allowed by sudo.");
}

/* --- macOS, FreeBSD ---------------------------------------------------------------------- */

/* "Name: Mirror", "Level Type: Mirror", "Status: Online" */
static void
apple_raid(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL;
	struct span line, key, v;

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "Name")) {
			row = unix_row(h, "raid", SETS_MAX);
			fact_span(row, "name", v);
		} else if (span_is(key, "Type") || span_is(key, "Level Type")) {
			fact_span(row, "level", v);
		} else if (span_is(key, "Status")) {
			fact_span(row, "state", span_is(v, "Online") ?
			    span_of("active") : span_is(v, "Degraded") ?
			    span_of("degraded") : v);
		} else if (span_is(key, "Size")) {
			uint64_t n;

			if (span_number(span_between(v, "(", " Bytes"), &n))
				fact_uint(row, "sizeBytes", n);
		}
	}
}

/* "mirror/gm0  COMPLETE  ada0 (ACTIVE)", a line a drive */
static void
gmirror(struct unix_host *h, struct span text)
{
	struct span line, name, state, disk;
	char word[64];

	while (span_line(&text, &line)) {
		struct fact_row *row = NULL;

		if (!span_word(&line, &name) || !span_word(&line, &state) ||
		    !span_word(&line, &disk))
			continue;
		for (size_t i = 0; i < facts_rows(h->facts, "raid"); i++) {
			const struct fact_row *have = facts_at(h->facts, "raid", i);

			if (fact_text(have, "name") != NULL &&
			    span_is(name, fact_text(have, "name")))
				row = (struct fact_row *)(uintptr_t)have;
		}
		if (row == NULL) {
			row = unix_row(h, "raid", SETS_MAX);
			fact_span(row, "name", name);
			fact_str(row, "level", "raid1");
			fact_span(row, "state", span_is(state, "COMPLETE") ?
			    span_of("active") : span_is(state, "DEGRADED") ?
			    span_of("degraded") : state);
		}
		fact_append(row, "disks", span_text(disk, word, sizeof(word)));
	}
}

void
unix_raids(struct unix_host *h, struct span storage)
{
	struct span rest = storage, label, t;

	for (size_t i = 0; i < PARTS_MAX && !h->container &&
	    unix_part(h->frame, &rest, &label, &t); i++) {
		t = span_first(t, TOLD_MAX);
		if (span_starts(label, "md "))
			md(h, span_after(label, 3), t);
		else if (span_starts(label, "made "))
			made_drive(h, span_after(label, 5), t);
		else if (span_starts(label, "raidclass "))
			made_drive(h, span_get(t, "block"), t);
		else if (span_starts(label, "raidctl "))
			controller(h, span_after(label, 8), t);
	}
	apple_raid(h, unix_part_named(h->frame, "storage", "appleraid"));
	gmirror(h, span_first(unix_part_named(h->frame, "storage", "gmirror"),
	    TOLD_MAX));
}
