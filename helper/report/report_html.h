/* report_html.h: what the parts of the HTML page share.  The page:
 *
 *   report_html.c     the frame, the totals, the table of hosts
 *   report_charts.c   the charts, inline SVG
 *   report_detail.c   all that is known of one host
 *   report.css, report.js   travel inside the program (report_page.h)
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/report/findings.h"

/* The four cards: systems, causes of failure, full volumes, ends of support. */
void charts_put(FILE *, const struct findings *);

/* What stands behind a host's row; at most about `budget` octets: what does not
 * fit is counted and named.  host: findings_host(). */
void detail_put(FILE *, const struct finding *, const json_t *host, size_t budget);

/* How a system is called in charts and filters: "Debian 12", or the host's own
 * words; NULL: it did not tell. */
const char *system_label(const struct finding *);
/* Why a host was not scanned, in words: of an error code, or of a state. */
const char *cause_label(const struct finding *);
/* The state in a word or two for people. */
const char *state_word(const struct finding *);
/* scanned (in part, too), failed, refused or other */
const char *group_of(const struct finding *);

#endif
