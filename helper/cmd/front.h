/* front.h: what every sub-command does first and last: options, help, errors. */
#ifndef CMD_FRONT_H
#define CMD_FRONT_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/options.h"

/* Parses by the command's row, sets the log level, prints --help, refuses a
 * first word that is none of its verbs.  NULL: it ends with *code at once. */
struct opts *front_open(enum command, int argc, char **argv,
    int *code) CHECKED;

/* "assetscan: stage: text" and the hint, on standard error. */
void front_error(const struct err *);

/* A whole file, at most max octets, NUL behind; freed by the caller with
 * wipe_free_str().  "-" is standard input.  *n counts its octets, NULs too. */
char *front_read(const char *path, size_t max, size_t *n, struct err *) CHECKED;

/* {url, auth, caFile, proxy, dryRun} from the options; NULL without error when
 * no URL was given.  The positional argument counts as the URL (old scanner). */
json_t *front_jira(const struct opts *, const char *positional_url,
    struct err *) CHECKED;
/* The same into an object that is there: what options give replaces what it
 * holds. */
bool front_jira_over(const struct opts *, const char *positional_url,
    json_t *jira, struct err *) CHECKED;
/* A secret's option as JSON; NULL without error when none was given. */
json_t *front_secret(const struct opts *, enum secret_id, struct err *) CHECKED;
/* [{id, protocol, user, ...}] from --ssh-..., --wmi-...; never NULL but on an
 * error. */
json_t *front_credentials(const struct opts *, struct err *) CHECKED;
/* hostKeys: a string or {pins}. */
json_t *front_host_keys(const struct opts *, struct err *) CHECKED;

/* Sets a member when value is not NULL (stolen). */
bool front_set(json_t *object, const char *name, json_t *value);
/* A number option into a member; ERR_USAGE when it is no number. */
bool front_number(const struct opts *, enum opt_id, json_t *object,
    const char *member, struct err *) CHECKED;

#endif
