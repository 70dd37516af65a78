/* fact.h: what a host said, typed, before any formatting: repeated rows.
 *
 * A struct facts is a list of classes ("os", "cpu", "disk", "Win32_BIOS",
 * "file", "command" ...), each with any number of rows, each row with typed
 * properties.  A probe fills it, the mapping reads it.  One thread at a time.
 * Numbers are exact up to 2^53 - 1 where they become JSON; larger ones become
 * text.  Strings are copied in; invalid UTF-8 is escaped on the way in, so
 * everything inside is UTF-8.  Bounded: a string 1 MiB, a facts 32 MiB; beyond
 * that values are dropped with a warning row.
 *
 * Normalised classes (units in the names): see FACTS in map/fact_names.def.
 * Raw ones: a WMI class by its own name; "file" {path, text}; "sysctl"
 * {name, text}; "command" {command, text, status}; "registry" {path, value, text}.
 */
#ifndef MAP_FACT_H
#define MAP_FACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

enum fact_type { FACT_NULL, FACT_STRING, FACT_INT, FACT_UINT, FACT_REAL,
	FACT_BOOL, FACT_TIME, FACT_LIST };

struct fact {
	const char *name;
	enum fact_type type;
	union {
		const char *s;		/* STRING */
		int64_t i;		/* INT */
		uint64_t u;		/* UINT */
		double d;		/* REAL */
		bool b;			/* BOOL */
		int64_t ms;		/* TIME: milliseconds since 1970-01-01 UTC */
		struct { const struct fact *v; size_t n; } list;
	};
};

struct facts;
struct fact_row;		/* borrowed from its facts; lives as long */

struct facts *facts_new(void) CHECKED;
void          facts_free(struct facts *);

struct fact_row *facts_row(struct facts *, const char *class);	/* a new row; NULL: full */
/* Setting NULL rows is fine and does nothing, so callers need not check. */
void fact_str(struct fact_row *, const char *name, const char *value);	/* NULL: no value */
void fact_strn(struct fact_row *, const char *name, const void *value, size_t n);
void fact_int(struct fact_row *, const char *name, int64_t);
void fact_uint(struct fact_row *, const char *name, uint64_t);
void fact_real(struct fact_row *, const char *name, double);
void fact_bool(struct fact_row *, const char *name, bool);
void fact_time(struct fact_row *, const char *name, int64_t ms);
void fact_null(struct fact_row *, const char *name);
void fact_append(struct fact_row *, const char *name, const char *value);	/* to a list of strings */
/* One more element of a list, of any type but LIST; e->name is ignored. */
void fact_append_value(struct fact_row *, const char *name, const struct fact *e);

size_t                 facts_rows(const struct facts *, const char *class);
const struct fact_row *facts_at(const struct facts *, const char *class, size_t i);
const struct fact     *fact_get(const struct fact_row *, const char *name);	/* NULL: none; case ignored */
const char            *fact_text(const struct fact_row *, const char *name);	/* a STRING or NULL */
size_t                 fact_count(const struct fact_row *);
const struct fact     *fact_at(const struct fact_row *, size_t i);
size_t                 facts_classes(const struct facts *);
const char            *facts_class(const struct facts *, size_t i);

/* "os.name" is property name of the first row of class os; NULL: none, or null. */
const struct fact *facts_find(const struct facts *, const char *dotted);

/* Why a value is not there and what would make it appear: "sys.serial".  The
 * first reason stays. */
void facts_missing(struct facts *, const char *dotted, const char *why, const char *fix);
bool facts_why(const struct facts *, const char *dotted, const char **why, const char **fix);
void facts_warn(struct facts *, const char *fmt, ...) PRINTF(2, 3);
size_t      facts_warnings(const struct facts *);
const char *facts_warning(const struct facts *, size_t i);

/* A value as text, the way a template shows it; dst is terminated.  Lists are
 * joined with ", ".  Gives the length needed, as snprintf does. */
size_t  fact_format(const struct fact *, char *dst, size_t cap);
json_t *fact_json(const struct fact *) CHECKED;
json_t *facts_class_json(const struct facts *, const char *class) CHECKED;	/* [{...}] */

/* The vocabulary of fact_names.def, for documentation and for mappings. */
struct fact_class_info { const char *name; bool many; const char *about; };
struct fact_info {
	const char *class, *name;
	enum fact_type type;
	const char *unit, *about;
};
size_t                        fact_class_infos(void);
const struct fact_class_info *fact_class_info_at(size_t i);
bool                          fact_class_is_many(const char *class);
size_t                        fact_infos(void);
const struct fact_info       *fact_info_at(size_t i);
/* By "class.name", case ignored; NULL: no such fact. */
const struct fact_info       *fact_info(const char *dotted);

#endif
