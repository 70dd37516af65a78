/* knownhosts.h: the text of a known hosts file as a table.  Inside ssh/ only.
 *                              sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"
 *	[marker] names type base64 [comment]
 *
 * Keys are kept as their SHA-256.  Lines of types that we never ask for, of
 * certificate authorities and of no known form are skipped.
 */
#ifndef SSH_KNOWNHOSTS_H
#define SSH_KNOWNHOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

#define KEY_DIGEST 32

struct known {
	char *names;		/* one plain name, or patterns, or a hashed name */
	uint32_t hash;		/* of a plain name */
	bool plain, revoked;
	const char *type;	/* static; NULL: any (a pin) */
	uint8_t digest[KEY_DIGEST];
	unsigned line;		/* 0: not from the file's text */
	struct known *next;	/* in its bucket, or among the odd ones */
};

struct known_table {
	struct known **bucket, *odd;
	size_t buckets, count;
	unsigned lines, skipped;
};

/* A key type that we may be shown, as a static string; NULL: none of them. */
const char *known_type(const char *name, size_t n);
extern const char *const known_types[];		/* ends with NULL */

/* Reads a whole file's text.  False: no memory. */
bool known_read(struct known_table *, const char *text, size_t n) CHECKED;
bool known_add(struct known_table *, const char *name, const char *type,
    const uint8_t digest[KEY_DIGEST], unsigned line) CHECKED;
/* The next entry for that host name after `after` (NULL: the first). */
const struct known *known_next(const struct known_table *, const char *name,
    const struct known *after);
void known_free(struct known_table *);

bool key_digest(const void *blob, size_t n, uint8_t digest[KEY_DIGEST]);

#endif
