/* windows_facts.h: rows of WMI classes become the facts of fact_names.def.
 *
 *   windows_classes.def   what is asked and what it becomes
 *   windows_facts.c       which questions a mapping needs, and rows to facts
 *   windows_joins.c       facts that are made of several rows or classes:
 *   windows_host.c          the machine itself
 *   windows_drives.c        drives, volumes, pools, shadow copies
 *   windows_devices.c       graphics, batteries, displays, printers, shares
 *   windows_net.c           the network
 *   windows_people.c        accounts, groups, sessions, processes
 *   windows_security.c      virus scanner, firewall, encryption
 *   windows_logons.c        who logged on when, and from where
 *   windows_perf.c, .def    two samples to a load
 *   windows_lookup.c        rows of associations by what they name
 *   windows_registry.def  what the registry is asked; windows_registry.c
 *   windows_values.c      one value to one fact; windows_codes.c numbers to words
 *   probe_wmi.c           asks; nothing here knows of a connection
 *
 * Raw rows hold a CIM datetime as TIME (text where it cannot be read), an
 * interval as text, 64-bit integers exactly, an embedded object as its text.
 */
#ifndef WINDOWS_FACTS_H
#define WINDOWS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/map/fact.h"

enum win_query {
#define QUERY(id, ns, class, condition, care) WQ_##id,
#include "helper/windows/windows_classes.def"
	WQ_COUNT
};

enum win_how { WIN_TEXT, WIN_LOWER, WIN_SERIAL, WIN_UINT, WIN_POSITIVE, WIN_INT,
	WIN_BOOL, WIN_TIME, WIN_TIME_TEXT, WIN_DAY, WIN_LOOSE_DAY, WIN_KIB,
	WIN_MIB, WIN_MBPS, WIN_SPEED, WIN_OFFSET, WIN_CHARS, WIN_NUMBER_TEXT,
	WIN_ARCH, WIN_DISK_SERIAL, WIN_REMOVABLE, WIN_VIDEO_RAM, WIN_CONNECTED,
	WIN_UNC, WIN_REFERENCE, WIN_LIMIT, WIN_FIRST_WORD,
	/* windows_codes.c */
	WIN_ROLE, WIN_CPU_ARCH, WIN_MEMORY_TYPE, WIN_TCP_STATE, WIN_LOGON_TYPE,
	WIN_SHARE_TYPE, WIN_FIRMWARE, WIN_HEALTH, WIN_LICENSE_STATUS,
	WIN_CONVERSION, WIN_CIPHER, WIN_VBS, WIN_PRINTER_STATE,
	WIN_BATTERY_STATE, WIN_CHEMISTRY, WIN_PLUG,
	WIN_BY_HAND,
	/* over all rows */
	WIN_COUNT, WIN_SUM, WIN_SUM_KIB, WIN_SUM_MIB, WIN_MAX, WIN_MEAN };
enum win_when { WIN_ASK, WIN_ALSO };
enum win_care { WIN_PLAIN, WIN_SAMPLE, WIN_INSTEAD, WIN_NOT_DC, WIN_LATER, WIN_SLOW };
enum win_kind { WIN_SZ, WIN_DWORD, WIN_QWORD, WIN_MULTI_SZ, WIN_BINARY,
	WIN_KEY };
enum win_keys {
#define KEYS(id, key) WK_##id,
#include "helper/windows/windows_registry.def"
	WK_COUNT
};

struct win_query_info {
	const char *ns, *class, *condition;
	enum win_care care;
};
struct win_col {
	enum win_query query;
	const char *property, *class, *fact;
	enum win_how how;
	enum win_when when;
};
struct win_reg {
	const char *key, *value;
	enum win_kind kind;
	const char *class, *fact;
	enum win_how how;
	enum win_when when;
};
struct win_sub {
	enum win_keys keys;
	const char *value;
	enum win_kind kind;
};
extern const struct win_query_info win_queries[WQ_COUNT];
extern const struct win_col win_cols[];
extern const size_t win_ncols;
extern const struct win_reg win_regs[];
extern const size_t win_nregs;
extern const char *const win_keys[WK_COUNT];
extern const struct win_sub win_subs[];
extern const size_t win_nsubs;

#define WIN_COLS_MAX 448
#define WIN_REGS_MAX 48
#define WIN_COUNTERS_MAX 64
#define WIN_FOUND_MAX 5000		/* rows that one is looked for among */

/* What is wanted of a host. */
struct win_ask {
	bool col[WIN_COLS_MAX], reg[WIN_REGS_MAX], query[WQ_COUNT];
	bool counter[WIN_COUNTERS_MAX], keys[WK_COUNT];
	bool software, logons;
};
/* Wants a fact; fact NULL: all of its class.  false: no source knows it. */
bool win_want(struct win_ask *, const char *class, const char *fact);
/* Call once, after all wants: the ALSO columns of what is asked. */
void win_settle(struct win_ask *);
/* The i-th property that a query is asked for; NULL: no more. */
const char *win_property(const struct win_ask *, enum win_query, size_t i);

/* Where the rows of a query lie; `why` says why there are none. */
struct win_rows {
	const struct facts *facts;
	const char *class;
	const struct facts *again_facts;	/* the second sample; NULL: none came */
	const char *again;
	const char *why, *fix;
	const char *again_why, *again_fix;
	struct win_lookup *lookup;	/* windows_facts() sets it */
};
size_t                 win_rows(const struct win_rows *, enum win_query);
const struct fact_row *win_row(const struct win_rows *, enum win_query, size_t i);

/* What the registry said: rows {key, value, data} and, of what is not there,
 * {key, value, status, name of that}, in this class. */
#define WIN_REGISTRY "#registry"
/* Of the hives of who is logged on: rows {user, client, terminal} for each
 * session; {status, name of that} where one may not be read. */
#define WIN_LOGONS "#logons"
/* Facts of one value: of the sources proper, or of the second ones. */
void win_registry_facts(const struct win_ask *, const struct facts *raw,
    enum win_when, struct facts *out);
/* Facts of several, some added to rows that windows_facts() made before. */
void win_registry_by_hand(const struct win_ask *, const struct win_rows *,
    const struct facts *raw, struct facts *out);
/* A table's value is of no use any more: its fact is there. */
bool win_reg_idle(const struct win_reg *, const struct facts *out) CHECKED;
/* A listed key whose values matter. */
bool win_key_counts(enum win_keys, const char *name) CHECKED;
/* The SID of a person's account: local, of a domain or of Entra ID; no
 * service's, and not the second hive that ends in _Classes. */
bool win_is_person(const char *sid) CHECKED;
/* Why nothing was read, in words. */
void win_reg_refused(struct facts *out, const char *dotted, uint32_t status,
    const char *name);

/* Everything that was asked; what is wanted and did not come is explained. */
void windows_facts(const struct win_ask *, const struct win_rows rows[WQ_COUNT],
    struct facts *out);

/* --- for the files of this family ------------------------------------------------ */

/* Value to fact; a value that says nothing sets nothing. */
void win_convert(enum win_how, const struct fact *, struct fact_row *out,
    const char *name);
/* Any integer, also one written as text; false: it is none. */
bool win_u64(const struct fact *, uint64_t *) CHECKED;
bool win_get_u64(const struct fact_row *, const char *name, uint64_t *) CHECKED;
bool win_get_bool(const struct fact_row *, const char *name, bool *) CHECKED;
/* The only row of a ONE class, made when it is not there. */
struct fact_row *win_one(struct facts *, const char *class);
/* "laptop"; NULL: a code nobody gave a meaning.     [DMTF DSP0134 7.4.1] */
const char *win_chassis(uint64_t code, bool *portable);
/* "vmware", "hyperv" ...; "none". */
const char *win_virtualization(const char *vendor, const char *model);
/* A disk's serial as hexadecimal digits with swapped octets, as Windows 7 gives
 * it, made readable; false: it is no such. */
bool win_disk_serial(const char *hex, char *out, size_t cap) CHECKED;

/* The word for a number; NULL: nobody gave it a meaning. */
const char *win_code(enum win_how, uint64_t code);
/* Equal but for case. */
bool win_same_word(const char *, const char *);
/* windows_perf.c: the same as for columns, of counters. */
bool win_want_load(struct win_ask *, const char *class, const char *fact);
const char *win_load_property(const struct win_ask *, enum win_query, size_t i);
void win_make_load(const struct win_ask *, const struct win_rows *, struct facts *);
/* windows_registry.c: what was read: NULL where it is not there, may not be
 * read or, as text, is empty. */
const struct fact *win_reg_data(const struct facts *raw, const char *key,
    const char *value);
const char *win_reg_text(const struct facts *raw, const char *key,
    const char *value);
/* The next listed key below one in which this value was found. */
const char *win_reg_next(const struct facts *raw, enum win_keys,
    const char *value, size_t *i);
/* windows_logons.c: a fact that is read from the hives of who is logged on. */
bool win_is_of_logon(const char *class, const char *fact);
void win_logons(const struct win_ask *, const struct win_rows *,
    const struct facts *raw, struct facts *out);
/* 100 ns since 1601 to ms since 1970; false: never, or no time of ours. */
bool win_filetime_ms(uint64_t, int64_t *ms) CHECKED;
/* windows_registry.c: the same, of values and keys. */
bool win_want_registry(struct win_ask *, const char *class, const char *fact);
bool win_wants_reg(const struct win_ask *, const char *class, const char *fact);
/* A fact of a class is wanted; fact NULL: any. */
bool win_wants(const struct win_ask *, const char *class, const char *fact);
/* The row of a query whose property equals a value, case ignored; NULL: none among
 * the first 5000, for every row of another class may look for its own. */
const struct fact_row *win_find(const struct win_rows *, enum win_query,
    const char *property, const struct fact *value);
/* The row has the fact, and it is not null. */
bool win_holds(const struct fact_row *, const char *name);
/* Row i of a class of the result, to be added to. */
struct fact_row *win_out(struct facts *, const char *class, size_t i);
/* windows_lookup.c: which rows of an association are meant. */
enum win_path { WIN_USER_OF_SESSION, WIN_PROCESS_OF_SESSION,
	WIN_SESSION_OF_PROCESS, WIN_GROUPS_OF_MEMBER, WIN_MEMBERS_OF_GROUP,
	WIN_PATHS };
struct win_lookup *win_lookup_new(void) CHECKED;
void win_lookup_free(struct win_lookup *);
/* The i-th row whose path names that key, case ignored; NULL: there is none. */
const struct fact_row *win_by_path(const struct win_rows *, enum win_path,
    const char *key, size_t i);
/* The text of a key in a path, backslashes undone; false: it is not there. */
bool win_key_of(const char *path, const char *key, char *out, size_t cap)
    CHECKED;
/* "Domain\\Name" of a path with these two keys; false: it has none. */
bool win_account_of(const char *path, char *out, size_t cap) CHECKED;
/* A path's quoted key, \\ being one backslash, is this text. */
bool win_path_names(const char *path, const char *key) CHECKED;
/* A Wi-Fi adapter that is a device and uses an address without a maker. */
bool win_is_random(const struct fact_row *adapter) CHECKED;
/* "255.255.255.0" or "64"; false: neither. */
bool win_prefix_of(const char *mask, uint64_t *bits) CHECKED;

/* What one row alone does not tell: row i of `query` became `out`. */
void win_join_row(const struct win_ask *, const struct win_rows *,
    enum win_query, size_t i, struct fact_row *out);
/* What several rows tell together. */
void win_join_all(const struct win_ask *, const struct win_rows *, struct facts *);

typedef void win_row_join(const struct win_ask *, const struct win_rows *,
    const struct fact_row *from, struct fact_row *to);
typedef void win_all_join(const struct win_ask *, const struct win_rows *,
    struct facts *);
win_row_join win_join_disk, win_join_volume, win_join_pool,
    win_join_shadow;						/* windows_drives.c */
win_row_join win_join_gpu, win_join_monitor, win_join_battery,
    win_join_printer, win_join_share, win_join_license;		/* windows_devices.c */
win_row_join win_join_nic, win_join_route, win_join_connection,
    win_join_udp;						/* windows_net.c */
win_row_join win_join_process, win_join_session, win_join_account,
    win_join_group;						/* windows_people.c */
win_row_join win_join_virus, win_join_cipher;			/* windows_security.c */
win_all_join win_join_host, win_join_mounts, win_join_devices,
    win_join_network, win_join_security;
/* A session has a process yet; true too where nobody can tell. */
bool win_session_lives(const struct win_rows *, const struct fact_row *);

#endif
