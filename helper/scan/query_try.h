/* query_try.h: host.query for people who write mappings: the facts that a host
 * gives, and one mapping entry on one host, step by step.
 */
#ifndef SCAN_QUERY_TRY_H
#define SCAN_QUERY_TRY_H

#include <jansson.h>

#include "helper/scan/job.h"

/* A mapping that asks for all facts of a class; NULL: of all classes. */
struct mapping *facts_mapping(const char *class, struct problems *,
    const struct at *) CHECKED;
/* A mapping of one entry: an object, or the text of one in JSON or XML.  Only for
 * systems that the protocol reaches. */
struct mapping *try_mapping(const json_t *entry, enum protocol,
    struct problems *, const struct at *) CHECKED;

/* After the probe: {fact, row, value, unit, note} of each; note: what it is, or why
 * it is missing and the fix.  Of all classes only the first rows. */
bool facts_rows_give(const struct facts *, const char *class,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct err *) CHECKED;
/* {step, row, value, note} as mapping_try() has them. */
bool try_rows_give(const struct mapping *, const struct facts *,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct err *) CHECKED;

#endif
