/* options.h: the command line by a table, old scanners' names included.
 *
 * GNU habits: --flag=value and --flag value, -- ends the options.  A secret is
 * taken from file, descriptor, environment or prompt; on the command line it
 * is accepted with a warning and overwritten at once.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"

enum cmd_bit {
	CMD_RPC = 1, CMD_SCAN = 2, CMD_CHECK = 4, CMD_SSH = 8, CMD_WMI = 16,
	CMD_CONFIG = 32, CMD_RANGES = 64, CMD_OUTBOX = 128,
	CMD_DOCTOR = 256, CMD_REPORT = 512, CMD_IMPORT = 1024,
	CMD_JIRA = CMD_OUTBOX | CMD_DOCTOR | CMD_IMPORT,	/* whoever talks to Jira */
	CMD_ALL = 2047,
};

enum opt_id {
#define OPT(id, name, alias, kind, commands, arg, help) OPT_##id,
#include "helper/cmd/options.def"
	OPT_COUNT
};

enum secret_id {
#define SECRET(id, name, env, commands, help) SECRET_##id,
#include "helper/cmd/options.def"
	SECRET_COUNT
};

struct opts;

/* Parses argv (without the program and the sub-command's name); borrows it for
 * its life and overwrites secrets in it.  ERR_USAGE quotes what is wrong. */
struct opts *opts_parse(unsigned commands, int argc, char **argv,
    struct err *) CHECKED;
void opts_free(struct opts *);

bool        opt_on(const struct opts *, enum opt_id);
const char *opt_str(const struct opts *, enum opt_id);	/* the last one or NULL */
size_t      opt_count(const struct opts *, enum opt_id);
const char *opt_nth(const struct opts *, enum opt_id, size_t i);
size_t      opts_nargs(const struct opts *);		/* what is no option */
char      **opts_args(const struct opts *);

/* "jira-url": what stands behind the two dashes. */
const char *opt_name(enum opt_id);

/* Whether an option of the secret was given; and whether any door was used, the
 * environment's too. */
bool opt_secret_given(const struct opts *, enum secret_id);
bool opt_has_secret(const struct opts *, enum secret_id);
/* The secret; NULL without error when none was given.  `prompt` asks on the
 * terminal when nothing was given and there is one.  The caller frees it. */
struct secret *opt_secret(const struct opts *, enum secret_id,
    const char *prompt, struct err *) CHECKED;

/* What --help prints for these commands. */
void opts_help(FILE *, unsigned commands);

#endif
