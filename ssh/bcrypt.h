/* bcrypt.h: the key derivation of encrypted OpenSSH private keys.
 *
 * bcrypt_pbkdf of OpenBSD: PBKDF2 in shape, with bcrypt over SHA-512 hashes as
 * its pseudo-random function.  OpenSSL has none, and libssh2 keeps its own to
 * itself.
 */
#ifndef SSH_BCRYPT_H
#define SSH_BCRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

#define BCRYPT_MAX_KEY 1024

/* Fills key; false when a length or the rounds are 0, n is too large, or
 * memory ran out.  About 7 ms of CPU for each round and 32 octets. */
bool bcrypt_pbkdf(const void *pass, size_t pass_len, const void *salt,
    size_t salt_len, uint32_t rounds, uint8_t *key, size_t n) CHECKED;

#endif
