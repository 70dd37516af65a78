/* view.h: a scan's events as a person, a spreadsheet or a program reads them.
 *
 * text    the scan log, then a table of results, the assets and the totals
 * jsonl   the notifications of the protocol, one a line, as they come
 * json, csv, html   at the end, see report_forms.h; the log goes to standard error
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/log.h"
#include "helper/report/findings.h"

enum view_format { VIEW_TEXT, VIEW_JSONL, VIEW_JSON, VIEW_CSV, VIEW_HTML };

struct view;

bool view_format_parse(const char *name, enum view_format *, struct err *) CHECKED;
/* Results go to `out` (borrowed), a file of that name (borrowed; NULL: standard
 * output).  The level decides how much is said; on a
 * terminal a progress bar is drawn on standard error. */
struct view *view_new(FILE *out, const char *name, enum view_format,
    enum log_level) CHECKED;
/* The event function of struct scan_env; takes params. */
void view_event(void *view, const char *method, json_t *params, bool progress);
/* Writes what was held back; false when the output could not be written. */
bool view_finish(struct view *, struct err *) CHECKED;
void view_free(struct view *);

/* Findings in one of the forms but jsonl, written whole. */
bool view_write(FILE *out, const char *name, enum view_format,
    const struct findings *, bool all, struct err *) CHECKED;
/* Today, "YYYY-MM-DD", in UTC. */
void view_today(char day[static 11]);

#endif
