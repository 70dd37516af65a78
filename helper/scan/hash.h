/* hash.h: SHA-256 for file names and keyed hashes.  The scan room's only
 * cryptography; hash.c is the only door to OpenSSL.
 */
#ifndef SCAN_HASH_H
#define SCAN_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

#define HASH_HEX 33	/* 128 bits in hexadecimal digits, and the NUL */

/* HMAC-SHA256 over a, a NUL, b.  key of length 0 is a plain hash's stand-in. */
bool hash_hex(const void *key, size_t nkey, const char *a, const void *b,
    size_t nb, char out[static HASH_HEX]) CHECKED;

/* "OpenSSL 3.0.17 1 Jul 2025": what runs; the library's. */
const char *hash_library(void);

#endif
