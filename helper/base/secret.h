/* secret.h: bytes that are wiped when freed, never printed, never dumped.
 * Stands alone: knows no protocol.
 *
 * There is no print function on purpose.  The memory is left out of core
 * dumps.  A secret is shared by reference (it never changes after birth), so
 * any number of threads may hold one.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"

struct secret;

/* Overwrites memory in a way that the compiler keeps. */
void wipe(void *p, size_t n);
/* strdup's and free's twins for text that must not stay behind; NULL is fine. */
void wipe_free_str(char *s);

/* Copies n bytes.  NULL: no memory. */
struct secret *secret_new(const void *p, size_t n) CHECKED;
struct secret *secret_from_str(const char *s) CHECKED;
/* One more holder of the same secret; NULL gives NULL. */
struct secret *secret_ref(struct secret *);
/* The last holder wipes it; NULL is fine. */
void secret_free(struct secret *);

/* Borrowed; a NUL stands behind the last byte, not counted. */
const char *secret_str(const struct secret *);
size_t      secret_len(const struct secret *);
/* In constant time for equal lengths; two NULLs are equal. */
bool secret_equal(const struct secret *, const struct secret *);
bool bytes_equal(const void *, const void *, size_t n);

/* An allocator that wipes what it frees, for libraries that take one
 * (jansson, libcurl, libssh2). */
void *wiping_malloc(size_t n);
void *wiping_calloc(size_t n, size_t each);
void *wiping_realloc(void *p, size_t n);
void  wiping_free(void *p);
char *wiping_strdup(const char *s);

#endif
