/* config.h: mapping files as the command line names them. */
#ifndef CMD_CONFIG_FILES_H
#define CMD_CONFIG_FILES_H

#include <jansson.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"
#include "helper/map/mapping.h"

/* XML or JSON, told by its first character; mistakes of JSON go to standard
 * error, each with its place.  Freed with mapping_free(). */
struct mapping *config_load(const char *path, struct err *) CHECKED;

/* What --config and --wmi-config give a profile's `config`; NULL without an error:
 * neither was given.  Given both, as by somebody who had both of the old scanners,
 * they are one mapping: a system may stand in one of them only. */
json_t *config_option(const struct opts *, struct err *) CHECKED;
/* The one file that was given; NULL: none, or both. */
const char *config_path(const struct opts *);

#endif
