/* request.h: scan.start's params as the command line means them. */
#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"

/* NULL on a mistake of the options or in the file.  Mistakes of a range file
 * are named on standard error, each with its line. */
json_t *request_params(const struct opts *, struct err *) CHECKED;

/* A range file as {ranges, credentials}, "-" is standard input. */
json_t *request_ranges_file(const char *path, bool with_passwords,
    struct err *) CHECKED;
/* A JSON file: params, or the params of a whole request. */
json_t *request_json_file(const char *path, struct err *) CHECKED;

#endif
