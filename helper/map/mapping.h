/* mapping.h: facts to asset fields, by rules.  XML and JSON load into the same.
 * A mapping is immutable once loaded and may be shared by threads.
 *
 *   one system, or all   {os, path, matcher: {keys, filter, updateOnly}, fields}
 *   several              {systems: [{os, path, matcher, fields}, ...]}
 *   a rule               {field, from, regex, divide, decimals, template, join,
 *                         list, policy, tolerance, disabled}
 *
 * (members: map_json.c; the XML: map_xml.c; both in words: the built-in texts).
 * A value's way: source -> regex (first line that matches, first group) -> divide
 * -> template -> join.  Exact quotients of integers stay exact, others are rounded
 * to `decimals` (0), halves away from zero.  /proc/uptime and kern.boottime give
 * their first number.  A time divided by 1 is milliseconds since 1970.  Without
 * join or list the first row with a value counts.  Rules for one field are
 * alternatives.  Values are at most 32 KiB, lists 256; what is cut is warned about.
 *
 * Match fields: MAC addresses pass the rules of identity.h, wherever they come
 * from; serial numbers and UUIDs must not be junk.  Where no rule writes a match
 * field and assets may be made, one is added, for empty fields only.
 */
#ifndef MAP_MAPPING_H
#define MAP_MAPPING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/map/fact.h"

enum map_os { MAP_LINUX, MAP_DARWIN, MAP_WINDOWS, MAP_OS_COUNT };

struct mapping;

const struct mapping *mapping_builtin(void);	/* static lifetime; never freed */
/* Source text of the built-in one, commented (`config show`). */
const char *mapping_builtin_text(bool as_json);
/* Errors: ERR_MAPPING with "line N, column N: ..." (XML) or a JSON Pointer. */
struct mapping *mapping_from_xml(const char *text, size_t n, struct err *) CHECKED;
/* problem() is called for every mistake, with a JSON Pointer below the object. */
struct mapping *mapping_from_json(const json_t *,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *) CHECKED;
void    mapping_free(struct mapping *);		/* NULL and the built-in are fine */
json_t *mapping_to_json(const struct mapping *) CHECKED;
/* Advice that is not an error: classes that hurt the host, fields without effect. */
size_t      mapping_warnings(const struct mapping *);
const char *mapping_warning(const struct mapping *, size_t i);

/* Why a WMI class hurts the host, and what to ask instead; NULL: harmless. */
const char *map_class_advice(const char *class, const char *filter);

/* What a host of that system must be asked for this mapping. */
enum map_need_kind { NEED_FACT, NEED_FILE, NEED_SYSCTL, NEED_COMMAND, NEED_CLASS, NEED_REGISTRY };
struct map_need {
	enum map_need_kind kind;
	const char *what;	/* "sys.serial", "/proc/uptime", command line, WMI class, registry path */
	const char *property;	/* CLASS: property; REGISTRY: value name; else NULL */
	const char *wmi_namespace, *filter;	/* CLASS; may be NULL */
	const char *path;	/* COMMAND: colon list put into PATH; may be NULL */
	/* CLASS: the class of facts that its rows go to.  `what` itself, unless the
	 * mapping asks that class twice, with different filters or namespaces. */
	const char *rows;
};
bool   mapping_has_os(const struct mapping *, enum map_os);
size_t mapping_needs(const struct mapping *, enum map_os);
const struct map_need *mapping_need(const struct mapping *, enum map_os, size_t i);

bool        mapping_update_only(const struct mapping *, enum map_os);
size_t      mapping_keys(const struct mapping *, enum map_os);		/* match fields */
const char *mapping_key_field(const struct mapping *, enum map_os, size_t i);
/* Every asset field that any rule writes or any matcher looks into, for any
 * system; for jira.check. */
size_t      mapping_fields(const struct mapping *);
const char *mapping_field(const struct mapping *, size_t i);

enum map_policy { POLICY_ALWAYS, POLICY_WHEN_EMPTY, POLICY_NEVER_OVERWRITE };
/* A number that moved by no more than this is not written; by 0: always. */
struct map_tolerance { double by; bool percent; };	/* percent: of what the asset says */
struct map_value {
	const char *field;		/* dotted asset field */
	const char *const *values; size_t n;	/* UTF-8 text; n == 0: no value */
	enum map_policy policy;
	struct map_tolerance tolerance;
	const char *why, *fix;		/* for n == 0 */
};
enum map_key_kind { KEY_MAC, KEY_SERIAL, KEY_UUID, KEY_TEXT };
/* weak: it may be another computer's as well (an adapter on USB, a text that is
 * not the matcher's first key), so it counts only where no strong one says
 * otherwise. */
struct map_key { const char *field; enum map_key_kind kind; const char *value; bool weak; };
struct map_ignored { enum map_key_kind kind; const char *value, *why; };

/* One host's asset, owned by the caller. */
struct mapped;
struct mapped *mapping_eval(const struct mapping *, enum map_os,
    const struct facts *, struct err *) CHECKED;
void   mapped_free(struct mapped *);
size_t mapped_values(const struct mapped *);
const struct map_value *mapped_value(const struct mapped *, size_t i);
size_t mapped_keys(const struct mapped *);		/* what may identify it, best first */
const struct map_key *mapped_key(const struct mapped *, size_t i);
size_t mapped_ignored(const struct mapped *);		/* left out, and why */
const struct map_ignored *mapped_ignored_at(const struct mapped *, size_t i);
size_t      mapped_warnings(const struct mapped *);
const char *mapped_warning(const struct mapped *, size_t i);
const char *mapped_title(const struct mapped *);	/* system.title, never empty where a name is known */

/* "expat_2.5.0": what runs; the library's. */
const char *mapping_xml_library(void);
/* The system that the host said it is; false: it did not. */
bool mapping_os_of(const struct facts *, enum map_os *) CHECKED;
/* One rule on one host, step by step: [{step, row, value, note}], step being
 * asked, raw, regex, number, divide, template, join, result, missing (note: the
 * fix) or warning.  The mapping's first rule that the system can answer. */
json_t *mapping_try(const struct mapping *, enum map_os, const struct facts *,
    struct err *) CHECKED;

#endif
