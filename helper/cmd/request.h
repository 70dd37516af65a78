/* request.h: scan.start's params as the command line means them. */
#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"

#define REQUEST_MAX (16 << 20)

/* The options; beside --request they change what the file holds: members of
 * the profile and of jira are replaced, ranges take the place of its ranges,
 * credentials are added.  NULL on a mistake; those of a range file are named on
 * standard error, each with its line. */
json_t *request_params(const struct opts *, struct err *) CHECKED;
/* A JSON file: params, or the params of a whole request. */
json_t *request_json_file(const char *path, struct err *) CHECKED;

/* A range file as {ranges, credentials}, "-" is standard input. */
json_t *request_ranges_file(const char *path, bool with_passwords,
    struct err *) CHECKED;
/* Adds such a file.  A row's range may use the row's log-on and no other; a row
 * without one, and the ranges that are there already, the credentials that are
 * there already: never what another row has. */
bool request_add_rows(json_t *ranges, const json_t *file, json_t *credentials,
    struct err *) CHECKED;

#endif
