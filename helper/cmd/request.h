/* request.h: scan.start's params as the command line means them. */
#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

#include <jansson.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"

/* NULL on a mistake of the options or in the file. */
json_t *request_params(const struct opts *, struct err *) CHECKED;

#endif
