/* fields.h: a C struct from a JSON object by a table, every mistake named.
 *
 * Each problem carries the JSON Pointer [RFC 6901] of the member it is about.
 * Strings and values that are read stay borrowed from the JSON.
 */
#ifndef SCAN_FIELDS_H
#define SCAN_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"

/* Where problems go; n counts them. */
struct problems {
	void (*fn)(void *ctx, const char *pointer, const char *message);
	void *ctx;
	size_t n;
};

/* A place in the request, as a chain on the stack: name, or index when NULL. */
struct at {
	const struct at *up;
	const char *name;
	size_t index;
};

/* For answers without a list: all mistakes in one sentence of a struct err,
 * which is the ctx. */
void problems_in_one(void *ctx, const char *pointer, const char *message);

void problem(struct problems *, const struct at *, const char *fmt, ...)
    PRINTF(3, 4);
/* Below `at`, the member `name`. */
void problem_in(struct problems *, const struct at *, const char *name,
    const char *fmt, ...) PRINTF(4, 5);
/* The pointer's text, cut when longer; gives dst. */
const char *at_text(const struct at *, char *dst, size_t cap);

enum field_type {
	F_STRING,	/* const char *; null is absent */
	F_TEXT,		/* the same, but not empty */
	F_BOOL,		/* bool */
	F_NUMBER,	/* double in [min, max] */
	F_INTEGER,	/* json_int_t in [min, max] */
	F_ARRAY, F_OBJECT, F_ANY	/* const json_t * */
};

struct field {
	const char *name;	/* NULL ends the table */
	enum field_type type;
	bool required;
	size_t offset;		/* into the caller's struct */
	double min, max;
};

/* Reads what is there; what is absent keeps its value in `out`.  False when
 * there was a problem (unknown member, wrong type, missing, out of bounds). */
bool fields_read(const json_t *object, const struct field *, void *out,
    struct problems *, const struct at *);

#endif
