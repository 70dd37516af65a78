/* utf16.h: UTF-16LE <-> UTF-8, strict and bounded; Latin-1 -> UTF-8.
 *
 * Into UTF-8: a lone surrogate becomes U+FFFD, nothing is refused.  Out of
 * UTF-8: what is not UTF-8 is refused.
 */
#ifndef WMI_UTF16_H
#define WMI_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"

/* Appends n octets of UTF-16LE as UTF-8 (an odd last octet is ignored). */
void utf16_to_utf8(struct wr *, const uint8_t *p, size_t n);
/* Room for any such text: 3 octets a unit.  Gives the length; no NUL. */
size_t utf16_into(char *dst, const uint8_t *p, size_t n);
/* The same for octets U+0000 to U+00FF; room: 2 octets each. */
size_t latin1_into(char *dst, const uint8_t *p, size_t n);

/* Appends UTF-8 text as UTF-16LE without BOM and NUL; the writer's `bad` is
 * set where the text is not UTF-8. */
void utf16_put(struct wr *, const char *utf8);
/* The same in upper case, as NTLM wants a user name: one unit for one. */
void utf16_put_upper(struct wr *, const char *utf8);
/* UTF-16 units of UTF-8 text; false: not UTF-8. */
bool utf16_units(const char *utf8, size_t *units) CHECKED;

/* A string that ends with a zero unit, as fresh UTF-8 text; NULL: none ends
 * it (the cursor is bad) or no memory.  The cursor stands behind the zero. */
char *utf16_take_z(struct rd *) CHECKED;
/* n octets as fresh UTF-8 text, up to the first zero unit. */
char *utf16_text(const uint8_t *p, size_t n) CHECKED;

#endif
