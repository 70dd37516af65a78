/* range_file.h: ranges with their log-on as a CSV file, in and out.
 *
 *   FROM,TO,USER,PASSWORD,DISABLE          as Defender for IoT's sensor has them
 *   10.0.0.1,10.0.0.99,CORP\scanner,secret,FALSE
 *
 * Columns in any order and case; FROM must be there.  Rows of empty fields, as
 * spreadsheets leave them at the end, are none.  TO empty: FROM is one
 * form of ranges.h (a prefix, a name, a list).  A password needs its user.
 * DISABLE: TRUE or FALSE, empty is FALSE.  A disabled row is checked like the
 * others and left out of the scan; it takes nothing away from other rows.
 * PROTOCOL, optional: wmi (also when empty) or ssh.
 *
 * Spreadsheets calculate what begins with = + - @.  Such a USER or PASSWORD is
 * written with an apostrophe in front, and ESCAPED (a column that is there only
 * then) is TRUE in that row: in it one leading apostrophe of these two fields
 * is not part of the value.  Rows without it are taken as they stand, so that
 * no password of anybody's file is changed.
 *
 * Errors  ERR_INVALID and ERR_RANGE with line and column; of a file with one
 *         mistake nothing is taken.
 */
#ifndef TARGET_RANGE_FILE_H
#define TARGET_RANGE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"
#include "helper/base/writer.h"

#define RANGE_FILE_ROWS 65536

/* Text is never NULL; password: NULL when the field is empty. */
struct range_row {
	char *from, *to, *user;
	const char *protocol;		/* "wmi" or "ssh", static */
	struct secret *password;
	bool disabled;
	unsigned line;
};

struct range_file {
	struct range_row *rows;
	size_t n;
};

/* NULL on a mistake.  The caller owns the answer.  `mistake`, when there is
 * one, hears of every mistake ("line 3, column 14: ..."), at most
 * RANGE_FILE_MISTAKES; the error is the first of them. */
#define RANGE_FILE_MISTAKES 100
struct range_file *range_file_read(const char *text, size_t n,
    void (*mistake)(void *ctx, const char *text), void *ctx, struct err *) CHECKED;
void range_file_free(struct range_file *);

/* The file with its header.  Without passwords their column is empty; the
 * PROTOCOL column, which sensors do not know, is there when a row is not wmi. */
void range_file_write(struct wr *, const struct range_row *, size_t n,
    bool with_passwords);

#endif
