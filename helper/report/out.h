/* out.h: rows as a table for people, as CSV for spreadsheets, as JSON. */
#ifndef REPORT_OUT_H
#define REPORT_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One field as CSV (RFC 4180), quoted where needed.  An apostrophe is put before
 * = + - @, tab, newline and their wide forms where a spreadsheet could begin a
 * cell: in front, and behind a semicolon, tab or newline with blanks. */
void out_csv_field(FILE *, const char *text, bool last);

/* rows: array of objects; columns: their members and the headings, ended by a
 * NULL member.  A table is padded by display columns and cut to `width`. */
struct out_column { const char *member, *heading; };
void out_table(FILE *, const json_t *rows, const struct out_column *, size_t width);
void out_csv(FILE *, const json_t *rows, const struct out_column *);

/* The same in pieces, for rows that stream: the widths of some rows serve all. */
#define OUT_COLUMNS 64
struct out_widths { size_t n, width[OUT_COLUMNS]; };
void out_measure(const json_t *rows, const struct out_column *, size_t width,
    struct out_widths *);
void out_table_head(FILE *, const struct out_column *, const struct out_widths *);
void out_table_rows(FILE *, const json_t *rows, const struct out_column *,
    const struct out_widths *);
void out_csv_head(FILE *, const struct out_column *);
void out_csv_rows(FILE *, const json_t *rows, const struct out_column *);

/* A scalar as text into dst; lists joined with "; ". */
void out_text(const json_t *value, char *dst, size_t cap);
/* Display columns of UTF-8 text (wide and combining characters counted). */
size_t out_width(const char *text);

#endif
