/* csv.h: comma-separated values as RFC 4180 has them, read strictly.
 * Knows nothing of ranges.
 *
 * Text    UTF-8, a byte order mark in front is skipped; lines end with LF or
 *         CRLF; empty lines are no rows.
 * Fields  separated by comma, semicolon or tab: what the first line uses, or
 *         what a line "sep=;" in front of all says (spreadsheets write it).
 *         "quoted ""text""" may hold separators and line ends; a quote inside
 *         an unquoted field and text behind a closing one are mistakes.
 * Errors  ERR_INVALID, "line 3, column 14: ..."; columns count characters.
 *
 * Fields may be secrets: what they are copied to is wiped.
 */
#ifndef TARGET_CSV_H
#define TARGET_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"

#define CSV_FIELDS_MAX 64
#define CSV_FIELD_MAX  65536	/* octets */

struct csv;

struct csv_field {
	const char *text;	/* borrowed until the next csv_next() */
	unsigned line, column;	/* where it begins, from 1 */
};

struct csv_row {
	struct csv_field field[CSV_FIELDS_MAX];
	size_t n;
};

/* Borrows the text until csv_close(). */
struct csv *csv_open(const char *text, size_t n, struct err *) CHECKED;
void csv_close(struct csv *);
/* false: the end (no error set), or a mistake. */
bool csv_next(struct csv *, struct csv_row *, struct err *) CHECKED;

/* One field as it belongs into a file: quoted where it must be. */
void csv_put(struct wr *, const char *text);

#endif
