/* report_eol.h: until when a system gets security updates, by the table of
 * report_eol.def.  Asks nobody; a day is "YYYY-MM-DD".
 */
#ifndef REPORT_EOL_H
#define REPORT_EOL_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"

#define EOL_SOON_DAYS 180

enum eol_status { EOL_UNKNOWN, EOL_SUPPORTED, EOL_ENDING, EOL_ENDED, EOL_STATUSES };

struct eol {
	const char *name, *version, *edition;	/* how it is told; see the table */
	const char *label;	/* "Debian 12" */
	const char *ends;	/* a day, or "": none announced */
	const char *sold_until;	/* a day, or "": nothing is sold */
	const char *sold;	/* "ESU" */
	const char *read, *url;	/* its source, and the day of it */
};

/* By os.name and os.version as hosts tell them; either may be NULL.  NULL: a
 * system that the table does not know. */
const struct eol *eol_find(const char *name, const char *version);
/* What holds on that day; ENDING: within EOL_SOON_DAYS.  NULL is unknown. */
enum eol_status   eol_status(const struct eol *, const char *day);
const char       *eol_status_name(enum eol_status);	/* "ended" */
/* Days from one to the other; false: one is no day. */
bool              eol_days(const char *from, const char *to, long *days);
/* The i-th row, for tests and the manual; NULL: no more. */
const struct eol *eol_at(size_t i);

#endif
