/* report_forms.h: findings (findings_done() was called) in the forms of a report.
 *
 * text   a table of the hosts and the totals, for a terminal
 * csv    report_columns.def, one row per host
 * json   one document: schemas/report.json
 * html   one page that needs nothing else: no network, no script to be read
 *
 * Each writes all of it; whether the file took it, the caller asks the file.
 */
#ifndef REPORT_FORMS_H
#define REPORT_FORMS_H

#include <stdbool.h>
#include <stdio.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/report/findings.h"

/* `all`: hosts too that merely refused; a range holds many. */
void report_text(FILE *, const struct findings *, bool all);
void report_csv(FILE *, const struct findings *);
/* The next two read again what was kept: give findings_new(true). */
bool report_json(FILE *, const struct findings *, struct err *) CHECKED;
bool report_html(FILE *, const struct findings *, struct err *) CHECKED;

#endif
