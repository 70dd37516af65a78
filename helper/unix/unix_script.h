/* unix_script.h: the one POSIX sh script that a Unix host is asked with.
 *
 *   noise of log-in files
 *   M start 1            M: "assetscan-" and 32 random hex digits
 *   M begin os           one section; its lines are its parser's business
 *   M part LABEL         inside a section: what follows is of LABEL
 *   M end os 0           and the status of its last command
 *   M slow os 12 rpm     rpm was killed after 12 s; 0: no time was left for it.
 *                        With the newlines around it, anywhere: no part of what
 *                        it stands in
 *   M done
 *
 * It is read whole before anything runs (one function), writes nothing on the
 * host, makes no here-document (some shells put those into files), gives every
 * command /dev/null to read from, and kills what takes too long: each program
 * has its limit, each section a third of the whole (unix_slow.def says what is
 * missing then).  Sections are rows of unix_sections.def.
 */
#ifndef UNIX_SCRIPT_H
#define UNIX_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "helper/map/mapping.h"

#define UNIX_MARKER 43		/* "assetscan-" + 32 hex digits + NUL */
#define UNIX_SCRIPT_MAX (256 * 1024)
/* What a list of an inventory section may print; a parser that finds it full
 * says that the rest is missing. */
#define UNIX_LIST_MAX 2000000
#define UNIX_LIST "2000000"

/* What a host is run with, the script on its standard input.  Works in every
 * log-in shell, csh and fish too. */
#define UNIX_COMMAND "sh -s"

struct unix_ask {
	const struct mapping *map;	/* borrowed; NULL: the fixed questions only */
	char *const *sections;		/* inventory sections asked for */
	size_t nsections;
	double command_seconds;		/* one command's time */
	double seconds;			/* all the script's; 0: 50 */
	bool sudo;			/* `sudo -n` for a fixed list of reads */
};

/* A fresh marker; false: no randomness (ERR_INTERNAL). */
bool unix_marker(char marker[static UNIX_MARKER], struct err *) CHECKED;
/* Appends the script.  ERR_TOO_BIG, ERR_MEMORY. */
bool unix_script(struct wr *, const char *marker, const struct unix_ask *,
    struct err *) CHECKED;
/* The mapping's own files, sysctls and commands, of both Unix systems, in the
 * order of the script's sections need.0, need.1 ...; gives false past the end. */
bool unix_need(const struct mapping *, size_t i, enum map_os *,
    const struct map_need **);

#endif
