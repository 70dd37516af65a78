/* unix_parse.h: what a Unix host printed, turned into facts.  Bytes in, facts
 * out: knows neither SSH nor processes.  Everything in the bytes is hostile.
 */
#ifndef UNIX_PARSE_H
#define UNIX_PARSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "helper/map/fact.h"
#include "helper/map/mapping.h"
#include "helper/unix/unix_script.h"

/* --- bytes --------------------------------------------------------------------- */

struct span { const char *p; size_t n; };	/* borrowed, not terminated */

struct span span_of(const char *);
struct span span_trim(struct span);
bool span_is(struct span, const char *);
bool span_starts(struct span, const char *prefix);
bool span_has(struct span, const char *word);
/* Takes the next line off `rest`, without its end; false: nothing is left. */
bool span_line(struct span *rest, struct span *line);
/* Takes the next word (blanks around it dropped); false: none. */
bool span_word(struct span *rest, struct span *word);
/* Splits at the first `sep`; key and value trimmed; false: there is none. */
bool span_split(struct span, char sep, struct span *key, struct span *value);
/* The value of the first line "key=value"; empty when there is none. */
struct span span_get(struct span text, const char *key);
/* The text between the first `a` and the next `b` behind it; empty: none. */
struct span span_between(struct span, const char *a, const char *b);
bool span_u64(struct span, uint64_t *) CHECKED;	/* whole, decimal */
bool span_number(struct span, uint64_t *) CHECKED;	/* leading digits */
bool span_real(struct span, double *) CHECKED;		/* whole */
/* Terminated copy, cut to fit.  Gives dst. */
char *span_text(struct span, char *dst, size_t cap);

/* Takes the next field up to `sep` off `rest`, trimmed; false: nothing is left. */
bool span_field(struct span *rest, char sep, struct span *field);
/* Less than, equal, greater, as memcmp() and then by length. */
int span_cmp(struct span, struct span);
/* The span's first `n` octets dropped; empty where it has fewer. */
struct span span_after(struct span, size_t n);
/* At most its first `n` octets.  Lists that are walked once for each line of
 * another are cut to what the script prints: a hostile host prints more. */
struct span span_first(struct span, size_t n);

/* Names and what goes with them (unix_lookup.c).  Zeroed to begin with. */
struct lookup { struct lookup_pair { struct span key, value; } *v; size_t n, cap; };
/* Past a million, or without memory, it is dropped. */
void lookup_add(struct lookup *, struct span key, struct span value);
void lookup_sort(struct lookup *);		/* before the first look */
bool lookup_get(const struct lookup *, struct span key, struct span *value);
/* All values of a key: *i from 0 on; false past the last. */
bool lookup_next(const struct lookup *, struct span key, size_t *i,
    struct span *value);
void lookup_free(struct lookup *);

/* Trimmed, and nothing at all where it is empty. */
void fact_span(struct fact_row *, const char *name, struct span);
/* To two digits behind the point; what is no number or absurd is left out. */
void fact_rounded(struct fact_row *, const char *name, double);
/* span_get() and fact_span(), or as a number. */
void fact_key(struct fact_row *, const char *name, struct span text,
    const char *key);
void fact_key_u64(struct fact_row *, const char *name, struct span text,
    const char *key);

/* --- the frame (unix_frame.c) -------------------------------------------------- */

struct unix_section {
	struct span name, text;
	int status;			/* of its last command; -1: cut off */
};

#define UNIX_NOTES 64

struct unix_note {
	struct span section, program;
	uint64_t seconds;		/* 0: no time was left for it */
};

struct unix_frame {
	char marker[64];
	struct unix_section *v;
	size_t n;
	bool complete;			/* the script ran to its end */
	struct unix_note notes[UNIX_NOTES];	/* what was killed */
	size_t nnotes;
	struct wr joined;		/* the answer without them, or empty */
};

/* marker NULL: the first that is seen.  ERR_NO_SHELL without a start.  The
 * frame borrows `out`. */
bool unix_frame(struct unix_frame *, const char *marker, const char *out,
    size_t n, struct err *) CHECKED;
void unix_frame_free(struct unix_frame *);
/* The named section; NULL: it is not there. */
const struct unix_section *unix_find(const struct unix_frame *, const char *name);
/* Takes the next part off `rest`; what stands before the first is skipped. */
bool unix_part(const struct unix_frame *, struct span *rest,
    struct span *label, struct span *text);
/* The first part of a section with that label; empty: none. */
struct span unix_part_named(const struct unix_frame *, const char *section,
    const char *label);
/* The whole text of a section; empty: it is not there. */
struct span unix_text(const struct unix_frame *, const char *section);

/* --- the parsers ---------------------------------------------------------------- */

struct unix_answer {
	const char *marker;		/* NULL: take the first that is seen */
	const char *out;
	size_t n;
	const struct mapping *map;	/* whose needs were asked; NULL: none */
	char *const *sections;		/* the inventory sections asked for */
	size_t nsections;
	int64_t asked_ms, got_ms;	/* our clock around it; 0: not known */
};

/* What all parsers see. */
struct unix_host {
	const struct unix_frame *frame;
	const struct unix_answer *answer;
	struct facts *facts;
	enum unix_kind { KIND_LINUX, KIND_DARWIN, KIND_OTHER } kind;
	bool container;			/* its hardware is the host's */
	/* rows of classes with one row, made when first wanted */
	struct fact_row *host, *sys, *os, *cpu, *memory, *network, *user;
};

typedef void unix_parser(struct unix_host *, const struct unix_section *);

/* Fills facts with what is there.  *partial: sections are missing or cut.
 * ERR_NO_SHELL: nothing of the script's came.  ERR_MEMORY. */
bool unix_facts(const struct unix_answer *, struct facts *, bool *partial,
    struct err *) CHECKED;

/* What is missing because a program was killed (unix_slow.def): before the
 * parsers, whose first reason counts, and behind them. */
void unix_slow_before(struct unix_host *);
void unix_slow_after(struct unix_host *);

#define SECTION(name, kinds, when, parse, script) unix_parser parse;
#include "helper/unix/unix_sections.def"
#undef SECTION

/* Shared by parsers. */
/* A new row of a class with many; NULL, and a word about it, once there are max. */
struct fact_row *unix_row(struct unix_host *, const char *class, size_t max);
/* Says that there are more, where the script stopped at a number ("more=1"). */
void unix_more(struct unix_host *, const char *class, struct span text);
/* Says that a list was cut, where it is as long as the script lets it be: at
 * most `max` octets of it, or UNIX_LIST_MAX. */
void unix_cut_at(struct unix_host *, const char *class, struct span text,
    size_t max);
void unix_cut(struct unix_host *, const char *class, struct span text);
/* ps's name of a command without its folder: macOS prints the whole path. */
struct span unix_command(struct span);
/* "[[dd-]hh:]mm:ss[.cc]" in seconds. */
bool unix_elapsed(struct span, double *seconds) CHECKED;
struct fact_row *unix_one(struct unix_host *, struct fact_row **,
    const char *class);
/* A firmware text, unless it is one of those that mean nothing. */
void unix_firmware(struct unix_host *, struct fact_row *, const char *dotted,
    struct span value);
/* A serial number that partitions of one machine share is the enclosure's. */
void unix_shared_serial(struct unix_host *, struct span serial);
/* sys.uuid in canonical form, or why there is none. */
void unix_uuid(struct unix_host *, struct fact_row *, struct span value);
/* Interfaces in the form of ifconfig -a, any system's (unix_ifconfig.c). */
void unix_ifconfig(struct unix_host *, struct span text, bool make_rows);
/* netstat -rn into rows of class route, and network.gateway. */
void unix_netstat_routes(struct unix_host *, struct span text);
/* usedPercent of a volume, from its sizes. */
void unix_used(struct fact_row *);
void unix_smbios(struct unix_host *, struct span hex);
/* Maker and name of the PCI device at "0000:00:02.0" in what lspci -mm printed:
 *   00:02.0 "VGA compatible controller" "Intel Corporation" "UHD 620" -r07 ...
 * card: what the whole card is called, where it has a name; may be NULL.  False:
 * it is not there, and they stay as they were. */
bool unix_lspci(struct span text, struct span slot, struct span *vendor,
    struct span *name, struct span *card);
/* All RAID sets in section storage (unix_raid.c). */
void unix_raids(struct unix_host *, struct span storage);
/* The first resolv.conf lines into network.dns and dnsDomains. */
void unix_resolv(struct unix_host *, struct span text);
void unix_dns_domain(struct unix_host *, struct span domain);
/* JSON that is shallow enough for a small stack; NULL: it is none. */
json_t *unix_json(struct span) CHECKED;
/* An IPv4 or IPv6 row of class ip, and of the adapter's list. */
void unix_ip(struct unix_host *, struct span nic, struct span address,
    uint64_t prefix, const char *scope);
/* The row of class nic with that name; NULL: none. */
struct fact_row *unix_nic(struct unix_host *, struct span name);
/* Octets from hexadecimal text; gives their number. */
size_t unix_hex(struct span text, uint8_t *dst, size_t cap);
/* "a:b:c:d:e:f" in canonical form; false: it is no address of an adapter. */
bool unix_mac(struct span, char mac[static 18]) CHECKED;

#endif
