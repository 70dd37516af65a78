/* findings_row.h: one notification as the flat row that tables are made of
 * (report_columns.def).  Knows one host at a time.
 */
#ifndef REPORT_FINDINGS_ROW_H
#define REPORT_FINDINGS_ROW_H

#include <jansson.h>
#include <stdbool.h>

#include "helper/base/checked.h"

/* From scan.host's params.  New reference. */
json_t *row_host(const json_t *params) CHECKED;
/* Adds what scan.asset's params tell. */
void    row_asset(json_t *row, const json_t *params);
/* Size and free octets of a row of the fact class volume; false: they were not
 * told, or the volume was made full (an image) or cannot be written. */
bool    row_volume(const json_t *volume, double *size, double *room) CHECKED;

/* A member's text; NULL: it has none. */
static inline const char *
text_of(const json_t *o, const char *member)
{
	return json_string_value(json_object_get(o, member));
}

#endif
