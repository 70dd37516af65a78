/* shard.h: --shard, this process's part of a scan that several share. */
#ifndef CMD_SHARD_H
#define CMD_SHARD_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

/* Reads "INDEX/COUNT", or "auto/COUNT" with the index from JOB_COMPLETION_INDEX
 * (Kubernetes sets it in the pods of an Indexed Job), into params' `shard`.
 * ERR_USAGE. */
bool shard_option(const char *text, json_t *params, struct err *) CHECKED;

#endif
