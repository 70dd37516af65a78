/* map_work.h: the work on one host, shared by map_value.c and map_eval.c. */
#ifndef MAP_WORK_H
#define MAP_WORK_H

#include "helper/map/identity.h"
#include "helper/map/map_rules.h"

#define MAP_VALUE_MAX ((size_t)32 << 10)	/* one value; longer is cut and said */
#define MAP_KEYS_MAX  64			/* of one kind */

struct mapped {
	struct map_value *values;
	size_t nvalues;
	struct map_key *keys;
	size_t nkeys;
	struct map_ignored *ignored;
	size_t nignored;
	char **warnings;
	size_t nwarnings;
	const char *title;
	void **owned;			/* all texts and lists above */
	size_t nowned;
};

/* What one rule or key finds. */
struct found {
	const char **v;
	size_t n, max;
	bool any;			/* the host said something */
	const char *why, *fix;		/* why that was no use; NULL: it was */
};

/* The work on one host. */
struct work {
	const struct mapping *map;
	const struct map_system *sys;
	enum map_os os;
	const struct facts *facts;
	struct identity *id;
	struct mapped *out;
	struct found macs;		/* that identify, for identity.mac */
	bool macs_weak;
	/* mapping_try(): [{step, row, value, note}]; NULL: nobody looks */
	json_t *trace;
	unsigned trace_row;
	bool no_memory;
};

/* --- map_eval.c ------------------------------------------------------------- */

/* Takes p for as long as the result lives; NULL: no memory, which is noted. */
void *work_own(struct work *, void *p);
/* A copy of n octets, owned the same way. */
const char *work_own_text(struct work *, const char *s, size_t n);
void  work_warn(struct work *, const char *fmt, ...) PRINTF(2, 3);

/* --- map_keys.c ------------------------------------------------------------- */

void work_find_keys(struct work *);

/* --- map_value.c ------------------------------------------------------------ */

struct span { const char *s; size_t n; };
/* One step of a value's way; the row is the one that work_trace_row() opened. */
void work_trace(struct work *, const char *step, const char *s, size_t n,
    const char *note);
struct span map_trimmed(const char *s, size_t n);
/* The length at most max at which UTF-8 may be cut. */
size_t map_cut(const char *s, size_t n, size_t max);
/* Everything that a rule's source gives, through regex, divisor and template. */
void work_gather(struct work *, const struct map_rule *, struct found *);
/* Takes s. */
void work_add(struct work *, struct found *, char *s);
/* The class of facts for raw answers of that kind; NULL: none. */
const char *map_raw_class(enum map_need_kind);
/* The row that answers a raw question; NULL: it was not answered. */
const struct fact_row *work_raw_row(const struct work *, const struct map_from *);

#endif
