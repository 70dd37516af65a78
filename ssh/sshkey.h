/* sshkey.h: a private key, parsed once, and what it signs.
 *                                  RFC 4253 6.6, 5656 3.1, 8332 3, 8709 4, 6
 * Inside ssh/ only; ssh.h has what others may do.  The key is shared by
 * threads: nothing in it changes after it was parsed.
 */
#ifndef SSH_SSHKEY_H
#define SSH_SSHKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/secret.h"
#include "helper/base/writer.h"
#include "ssh/ssh.h"

#define KEY_TEXT_MAX 65536	/* octets of a private key's file */

/* The public key as it goes over the wire; borrowed from the key. */
const uint8_t *ssh_key_blob(const struct ssh_key *, size_t *n);
/* Appends the signature over data by the algorithm of that name ("ssh-ed25519",
 * "rsa-sha2-512" ...), without the name.  RSA with SHA-1 is refused. */
bool ssh_key_sign(const struct ssh_key *, const char *algorithm,
    const void *data, size_t n, struct wr *signature, struct err *) CHECKED;

/* The algorithm that a log-on's blob asks for, and how long the name may be.
 * RFC 4252 7 */
#define ALGORITHM_MAX 64
bool sign_request_algorithm(const void *data, size_t n,
    char name[static ALGORITHM_MAX]) CHECKED;

/* An SSH string as a cursor of its own. */
struct rd rd_string(struct rd *);
/* An SSH string as text without NUL inside; false when it does not fit. */
bool rd_text(struct rd *, char *dst, size_t cap) CHECKED;
void wr_string(struct wr *, const void *, size_t n);

/* The private part of an "openssh-key-v1" text, decrypted: the key's type name
 * and its numbers.  sshkey_file.c */
bool key_text_is_openssh(const struct secret *text) CHECKED;
bool key_open_container(const struct secret *text,
    const struct secret *passphrase, struct wr *plain, struct err *) CHECKED;

#endif
