/* html.h: foreign text in HTML.  Knows no report.
 *
 * The only way from a host's words into the page.  Escaped for element text and
 * for attributes in double quotes, both; script and style get none of it.
 */
#ifndef REPORT_HTML_WORDS_H
#define REPORT_HTML_WORDS_H

#include <jansson.h>
#include <stdio.h>

/* NULL is nothing.  Control characters, and those that turn or break a line of
 * text where nobody sees it (U+202E, U+2028 ...), are shown by their number. */
void html_text(FILE *, const char *text);
/* The same, cut to so many display columns with "…". */
void html_cut(FILE *, const char *text, size_t columns);
/* A JSON value as a person reads it; `name` tells the unit: sizeBytes. */
void html_value(FILE *, const char *name, const json_t *value);
/* A member's name as words: "freeBytes" is "Free". */
void html_words(FILE *, const char *name);
/* 1536 is "1.5 KiB"; into dst, which is given back. */
const char *html_octets(double n, char *dst, size_t cap);

#endif
