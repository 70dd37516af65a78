/* range_file.h: ranges with their log-on as a CSV file, in and out.
 *
 *   FROM,TO,USER,PASSWORD,DISABLE          as Defender for IoT's sensor has them
 *   10.0.0.1,10.0.0.99,CORP\scanner,secret,FALSE
 *
 * Columns in any order and case; FROM must be there.  TO empty: FROM is one
 * form of ranges.h (a prefix, a name, a list).  DISABLE: TRUE or FALSE, empty
 * is FALSE.  PROTOCOL, optional: wmi (also when empty) or ssh.
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

/* NULL on a mistake.  The caller owns the answer. */
struct range_file *range_file_read(const char *text, size_t n, struct err *) CHECKED;
void range_file_free(struct range_file *);

/* The file with its header.  Without passwords their column is empty; the
 * PROTOCOL column, which sensors do not know, is there when a row is not wmi. */
void range_file_write(struct wr *, const struct range_row *, size_t n,
    bool with_passwords);

#endif
