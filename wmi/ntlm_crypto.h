/* ntlm_crypto.h: what NTLM computes with: MD4, MD5, HMAC-MD5, RC4.
 *                                             RFC 1320, 1321, 2104, [MS-NLMP] 6
 * MD4 and RC4 are our own: OpenSSL 3 keeps them in a provider that may be
 * absent.  MD5 comes from a library context of our own, so that a system-wide
 * FIPS setting does not break the log-on.
 */
#ifndef WMI_NTLM_CRYPTO_H
#define WMI_NTLM_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

/* Once, before any thread (wmi_start()).  ERR_INTERNAL: OpenSSL has no MD5. */
bool ntlm_crypto_start(struct err *) CHECKED;

void md4(const void *, size_t n, uint8_t out[static 16]);
bool md5(const void *, size_t n, uint8_t out[static 16]) CHECKED;

/* Wiped by its owner.  Octets, but in 32 bits each: what is stored is loaded
 * again soon, and whole registers are faster there. */
struct rc4 { uint32_t s[256]; uint8_t i, j; };
void rc4_init(struct rc4 *, const void *key, size_t n);
/* src and dst may be the same. */
void rc4_run(struct rc4 *, const void *src, void *dst, size_t n);

/* A keyed HMAC-MD5 that is used over and over. */
struct hmac_md5;
struct hmac_md5 *hmac_md5_new(const void *key, size_t n) CHECKED;
void             hmac_md5_free(struct hmac_md5 *);	/* NULL is fine */
/* Over up to four pieces one behind the other; NULL pieces are skipped. */
struct piece { const void *p; size_t n; };
bool hmac_md5_run(struct hmac_md5 *, const struct piece *, size_t n,
    uint8_t out[static 16]) CHECKED;
/* With a key that is used once. */
bool hmac_md5_once(const void *key, size_t nkey, const struct piece *, size_t n,
    uint8_t out[static 16]) CHECKED;

/* From the kernel; false: it has none to give. */
bool random_bytes(void *, size_t n) CHECKED;

#endif
