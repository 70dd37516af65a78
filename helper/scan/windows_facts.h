/* windows_facts.h: rows of WMI classes become the facts of fact_names.def.
 *
 *   windows_classes.def   what is asked and what it becomes
 *   windows_facts.c       which questions a mapping needs, and rows to facts
 *   windows_joins.c       facts that are made of several rows or classes
 *   windows_values.c      one value to one fact
 *   probe_wmi.c           asks; nothing here knows of a connection
 *
 * Raw rows hold a CIM datetime as TIME (text where it cannot be read), an
 * interval as text, 64-bit integers exactly, an embedded object as its text.
 */
#ifndef SCAN_WINDOWS_FACTS_H
#define SCAN_WINDOWS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/map/fact.h"

enum win_query {
#define QUERY(id, ns, class, condition) WQ_##id,
#include "helper/scan/windows_classes.def"
	WQ_COUNT
};

enum win_how { WIN_TEXT, WIN_LOWER, WIN_SERIAL, WIN_UINT, WIN_INT, WIN_BOOL,
	WIN_TIME, WIN_TIME_TEXT, WIN_DAY, WIN_LOOSE_DAY, WIN_KIB, WIN_MBPS,
	WIN_SPEED, WIN_OFFSET, WIN_CHARS, WIN_NUMBER_TEXT, WIN_ROLE, WIN_ARCH,
	WIN_CPU_ARCH, WIN_MEMORY_TYPE, WIN_DISK_SERIAL, WIN_REMOVABLE,
	WIN_VIDEO_RAM, WIN_CONNECTED, WIN_TCP_STATE, WIN_LOGON_TYPE,
	WIN_SHARE_TYPE, WIN_FIRMWARE, WIN_UNC, WIN_REFERENCE, WIN_LIMIT,
	WIN_BY_HAND,
	/* over all rows */
	WIN_COUNT, WIN_SUM, WIN_SUM_KIB, WIN_SUM_MIB, WIN_MAX, WIN_MEAN };
enum win_when { WIN_ASK, WIN_ALSO };
enum win_kind { WIN_SZ, WIN_DWORD };

struct win_query_info { const char *ns, *class, *condition; };
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
extern const struct win_query_info win_queries[WQ_COUNT];
extern const struct win_col win_cols[];
extern const size_t win_ncols;
extern const struct win_reg win_regs[];
extern const size_t win_nregs;

#define WIN_COLS_MAX 320
#define WIN_REGS_MAX 32

/* What is wanted of a host. */
struct win_ask {
	bool col[WIN_COLS_MAX], reg[WIN_REGS_MAX], query[WQ_COUNT];
	bool software;
};
/* Wants a fact; fact NULL: all of its class.  false: no source knows it. */
bool win_want(struct win_ask *, const char *class, const char *fact);
/* Call once, after all wants: the ALSO columns of what is asked. */
void win_settle(struct win_ask *);

/* Where the rows of a query lie; `why` says why there are none. */
struct win_rows {
	const struct facts *facts;
	const char *class;
	const char *why, *fix;
};
size_t                 win_rows(const struct win_rows *, enum win_query);
const struct fact_row *win_row(const struct win_rows *, enum win_query, size_t i);

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

/* windows_joins.c */
void win_join_host(const struct win_ask *, const struct win_rows *, struct facts *);
/* What one row alone does not tell: row i of `query` became `out`. */
void win_join_row(const struct win_ask *, const struct win_rows *,
    enum win_query, size_t i, struct fact_row *out);
void win_join_network(const struct win_ask *, const struct win_rows *, struct facts *);
bool win_wants(const struct win_ask *, const char *class, const char *fact);

#endif
