/* rows.h: host.query on the command line: the question from the options, the rows
 * as a table, JSON or CSV.
 */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"

/* Asks, prints the rows as --format says, and notes on standard error.  Takes
 * params, which may be NULL after an error.  The exit code: 0, 1 wrong usage, 2. */
int rows_query(const struct opts *, json_t *params, struct err *) CHECKED;

/* --classes, --properties, --facts or --try was given ... */
bool rows_wanted(const struct opts *) CHECKED;
/* ... into the members that host.query has for it. */
bool rows_of_what(const struct opts *, json_t *params, struct err *) CHECKED;

#endif
