/* map_rules.h: a mapping as it is held, for this room only.
 *
 *   map_xml.c, map_json.c  fill systems, keys and fields as text,
 *   map_check.c            checks one and makes ready what evaluation needs,
 *   mapping.c              finishes the whole: needs, fields, advice,
 *   map_eval.c             reads it.
 *
 * Everything that points at char is owned and freed by mapping_free().
 */
#ifndef MAP_RULES_H
#define MAP_RULES_H

#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/map/mapping.h"

#define MAP_TEXT_MAX	4096		/* one attribute or member */
#define MAP_FIELDS_MAX	1000		/* of one system, keys too */
#define MAP_SOURCE_MAX	((size_t)1 << 20)	/* XML text */
#define MAP_ALL_OS	((1u << MAP_OS_COUNT) - 1)

/* Where a value comes from: the same kinds as what a host is asked. */
struct map_from {
	bool set;
	enum map_need_kind kind;
	char *what;			/* as map_need.what */
	char *property;			/* CLASS: property; REGISTRY: value */
	char *wmi_namespace, *filter;	/* CLASS */
};

struct map_key_rule {
	char *field;
	struct map_from from;
	bool kind_set;
	enum map_key_kind kind;
};

struct map_rule {
	char *field;
	struct map_from from;
	double divide;			/* 0: not */
	unsigned decimals;		/* of a quotient */
	char *regex;			/* POSIX extended; NULL: none */
	regex_t *compiled;
	char *template;			/* NULL: "{0}" */
	char *join;			/* all rows in one text; NULL: not */
	bool list;			/* all rows, each a value of its own */
	enum map_policy policy;
	struct map_tolerance tolerance;
};

struct map_system {
	unsigned os;			/* bits 1 << enum map_os */
	char *path;			/* colon list put into PATH; NULL */
	bool has_matcher, update_only;
	char *filter;			/* of network adapters, Windows; NULL */
	struct map_key_rule *keys;
	size_t nkeys;
	struct map_rule *rules;
	size_t nrules;
};

struct need_list { struct map_need *v; size_t n; };

struct mapping {
	struct map_system *systems;
	size_t nsystems;
	struct need_list needs[MAP_OS_COUNT];
	const char **fields;		/* of rules and keys, each once */
	size_t nfields;
	char **warnings;
	size_t nwarnings;
	char **made;			/* texts made for needs */
	size_t nmade;
};

/* What is wrong with a rule: the member (JSON's name) and a sentence. */
struct map_problem { const char *member; char text[320]; };

/* --- mapping.c ------------------------------------------------------------- */

struct map_system   *mapping_add_system(struct mapping *);	/* NULL: no memory */
struct map_key_rule *system_add_key(struct map_system *);	/* NULL: too many */
struct map_rule     *system_add_rule(struct map_system *);
void map_rule_free(struct map_rule *);
void map_key_free(struct map_key_rule *);
const struct map_system *mapping_system(const struct mapping *, enum map_os);
/* The class of facts that holds the rows of a query; see map_need.rows. */
const char *mapping_rows_of(const struct mapping *, enum map_os,
    const char *class, const char *ns, const char *filter);
/* The same of the matcher's query for adapters; NULL: it has no filter. */
const char *mapping_adapter_rows(const struct mapping *);
/* The built-in mapping if it was made; NULL else. */
const struct mapping *mapping_builtin_made(void);
/* After all parts are checked: needs, fields, advice. */
bool mapping_finish(struct mapping *, struct err *) CHECKED;
void mapping_warn(struct mapping *, const char *fmt, ...) PRINTF(2, 3);
/* One more of a list of such words, as a line; once: unless it is there.  A list
 * has an end, then nothing more is said. */
void map_note(char ***list, size_t *n, bool once, const char *fmt, va_list);

const char *map_os_name(enum map_os);				/* "linux" */
bool        map_os_by_name(const char *, enum map_os *) CHECKED;
extern const char *const map_policy_names[3];
extern const char *const map_key_kind_names[4];
/* Position of a name in a table, case ignored; -1: none. */
int map_find_name(const char *const *names, size_t n, const char *name);

/* --- map_check.c ----------------------------------------------------------- */

/* Whether a source can be asked of a system of that kind. */
bool map_from_fits(const struct map_from *, enum map_os) CHECKED;
bool map_check_system(const struct map_system *, struct map_problem *) CHECKED;
bool map_check_key(struct map_key_rule *, unsigned os, struct map_problem *) CHECKED;
bool map_check_rule(struct map_rule *, unsigned os, struct map_problem *) CHECKED;

/* The well-known WMI class that is meant, perhaps; NULL: it is one itself, or near
 * to none. */
const char *map_class_meant(const char *class);

/* "10" or "5%"; false: neither, or not above 0. */
bool map_tolerance_parse(const char *, struct map_tolerance *) CHECKED;

/* The next placeholder of a template at *at: true and its name in out, with
 * the text before it in [*text, *text + *n).  false at the end: the last text. */
#define MAP_NAME_MAX 64
bool map_template_next(const char **at, const char **text, size_t *n,
    char out[static MAP_NAME_MAX]) CHECKED;

#endif
