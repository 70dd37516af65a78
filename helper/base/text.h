/* text.h: foreign bytes made fit to show: UTF-8, no control characters.
 * Stands alone: knows no protocol.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

/* How many octets the well-formed UTF-8 character at p (n octets there) has;
 * 0 when it is none (overlong, surrogate, beyond U+10FFFF, cut, NUL is 1). */
size_t text_utf8_len(const void *p, size_t n);
bool   text_is_utf8(const void *p, size_t n) CHECKED;

/* Copies n octets into dst (cap octets, always terminated when cap > 0).  What
 * is not UTF-8 and control characters but tab and newline become \xNN; never
 * cuts a character.  Gives the length written. */
size_t text_escape(char *dst, size_t cap, const void *src, size_t n);
/* The same for what is shown among other lines: tab and newline become blanks,
 * and what breaks lines or turns their order (U+2028 to U+202E, U+2066 to U+2069)
 * becomes \xNN.  Nobody far away writes a line of a log that way. */
size_t text_line(char *dst, size_t cap, const void *src, size_t n);
/* As text_escape(), into fresh memory, at most max octets of output and then "…".
 * Freed with free().  NULL: no memory. */
char *text_escaped(const void *src, size_t n, size_t max) CHECKED;

/* In place: blanks off both ends.  Gives s. */
char *text_trim(char *s);
/* A bounded copy, terminated; true when all of it fitted. */
bool text_copy(char *dst, size_t cap, const char *src);
/* Whole-string decimal number; false when it is none or out of [min, max]. */
bool text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out) CHECKED;
bool text_i64(const char *s, int64_t *out) CHECKED;
bool text_double(const char *s, double *out) CHECKED;	/* '.' in any locale */
/* Brackets and braces of a JSON text, outside of its strings, are nested at most so
 * deep: asked before a reader that recurses sees it. */
bool text_nests_within(const char *json, size_t n, unsigned limit) CHECKED;
bool text_starts(const char *s, const char *prefix);

#endif
