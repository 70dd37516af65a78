/* base64.h: the one text form of keys, hashes and fingerprints.   RFC 4648 4 */
#ifndef SSH_BASE64_H
#define SSH_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/writer.h"

/* Appends the octets that the text means.  White space is skipped; padding is
 * optional but nothing may follow it.  False: not base64 (w is as it comes). */
bool base64_decode(struct wr *w, const char *text, size_t n) CHECKED;
/* Appends the text; `pad` adds the '=' signs. */
void base64_encode(struct wr *w, const void *p, size_t n, bool pad);

#endif
