/* results.h: reads what `assetscan scan --format jsonl` wrote: notifications of
 * the protocol, one a line.  Knows neither reports nor Jira.
 *
 * A file is taken as it grew: a last line that was cut is left out and told.
 * Any other line that is none is a mistake, named by file and line.  Lines of a
 * JSON-RPC session that are no notifications of a scan (answers, rows of a
 * query, methods of a later version) are passed over.
 */
#ifndef REPORT_RESULTS_H
#define REPORT_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

#define RESULTS_LINE_MAX (96 << 20)	/* octets: three times what a host may say */

struct results;

struct results_line {
	const char *method;	/* "scan.host"; borrowed until the next call */
	json_t *params;		/* borrowed likewise; an object */
	uint64_t line;		/* from 1 */
};

/* "-" is standard input.  The path is copied. */
struct results *results_open(const char *path, struct err *) CHECKED;
void            results_close(struct results *);
/* The next notification of a scan.  false: the end (no error set), or a mistake
 * (ERR_INVALID "FILE: line 7: ...": the next call goes on behind it; ERR_LIMIT,
 * ERR_IO).  Of scan.host, address and state are
 * sure to be text with something in it, of scan.asset address and outcome; every
 * other member is as the file has it, and may be of a later version. */
bool results_next(struct results *, struct results_line *, struct err *) CHECKED;
/* After the end: the number of the line that was cut; 0: none was. */
uint64_t results_torn(const struct results *);
/* When the file was last written, for results that bear no time; seconds since
 * 1970, 0 where it is no file. */
int64_t results_written(const struct results *);

#endif
