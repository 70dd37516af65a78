/* findings.h: what scans found, gathered from their notifications: hosts with
 * their assets, totals, full volumes, ends of support.  Every form of a report
 * is made from this.
 *
 *   findings_add() ...  ->  findings_done()  ->  report_text(), report_csv() ...
 *
 * What hosts said is kept as text (spool.h) and read again one by one, so that a
 * scan of many hosts with their whole inventory needs little memory.
 */
#ifndef REPORT_FINDINGS_H
#define REPORT_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/report/report_eol.h"

/* A volume is nearly full when less than this part of it is free. */
#define NEARLY_FULL 0.10

struct findings;

struct finding {		/* one host of one scan */
	json_t *row;		/* its columns: report_columns.def, and for people
				 * "mac", "asset", "note" */
	const struct eol *eol;	/* NULL: not in the table */
	enum eol_status support;
	size_t scan;		/* findings_scan() */
};

struct found_scan {
	const char *profile;	/* NULL: not told */
	const char *source;	/* the file; NULL: this very run */
	const char *began, *ended;	/* ISO 8601; NULL: not told */
	uint64_t addresses;
	double seconds;
	const char *reason;	/* "completed"; NULL: the end is not there */
	const json_t *hosts, *assets;	/* totals; counted where the end is not there */
};

struct found_volume { size_t host; const char *mount; double size, free; };

/* `whole`: keep all that hosts said, for findings_host(). */
struct findings *findings_new(bool whole) CHECKED;
void             findings_free(struct findings *);
/* What follows comes from that file, last written then (seconds since 1970). */
bool findings_file(struct findings *, const char *name, int64_t written) CHECKED;
/* A notification of a scan; params is borrowed for the call. */
bool findings_add(struct findings *, const char *method, const json_t *params,
    struct err *) CHECKED;
/* No more comes.  Sorts by address and judges the ends of support: on the day of
 * the scan, else on the day of the file, else on `today`. */
void findings_done(struct findings *, const char *today);

size_t                findings_count(const struct findings *);
const struct finding *findings_at(const struct findings *, size_t i);
/* scan.host's members and "asset": scan.asset's, or null.  New reference. */
json_t               *findings_host(const struct findings *, size_t i,
    struct err *) CHECKED;
size_t                   findings_scans(const struct findings *);
const struct found_scan *findings_scan(const struct findings *, size_t i);
/* Totals of all scans together: {state: n}, {outcome: n}; borrowed. */
const json_t *findings_total(const struct findings *, bool assets);
/* The day, "YYYY-MM-DD", for which the last scan is judged. */
const char *findings_day(const struct findings *);
/* Volumes that were seen, and those nearly full, the fullest first. */
size_t                     findings_volumes(const struct findings *);
size_t                     findings_full(const struct findings *);
const struct found_volume *findings_full_at(const struct findings *, size_t i);

#endif
