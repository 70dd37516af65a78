/* crypt.c: MD4, MD5, HMAC-MD5, RC4 through OpenSSL's legacy provider. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fake/winhost/winhost.h"

struct rc4 { EVP_CIPHER_CTX *ctx; };

static void
must(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "winhost: OpenSSL: %s\n", what);
		abort();
	}
}

void
crypt_start(void)
{
	must(OSSL_PROVIDER_load(NULL, "legacy") != NULL, "legacy provider");
	must(OSSL_PROVIDER_load(NULL, "default") != NULL, "default provider");
}

static void
digest(const char *name, const void *p, size_t n, uint8_t out[static 16])
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	unsigned len = 16;

	must(md != NULL && EVP_Digest(p, n, out, &len, md, NULL) == 1, name);
	EVP_MD_free(md);
}

void
md4(const void *p, size_t n, uint8_t out[static 16])
{
	digest("MD4", p, n, out);
}

void
md5(const void *p, size_t n, uint8_t out[static 16])
{
	digest("MD5", p, n, out);
}

void
hmac_md5(const uint8_t key[static 16], const void *p, size_t n,
    uint8_t out[static 16])
{
	unsigned len = 16;

	must(HMAC(EVP_md5(), key, 16, p, n, out, &len) != NULL, "HMAC");
}

struct rc4 *
rc4_new(const uint8_t key[static 16])
{
	struct rc4 *r = calloc(1, sizeof(*r));
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "RC4", NULL);

	must(r != NULL && cipher != NULL, "RC4");
	r->ctx = EVP_CIPHER_CTX_new();
	must(EVP_EncryptInit_ex2(r->ctx, cipher, key, NULL, NULL) == 1, "RC4 key");
	EVP_CIPHER_free(cipher);
	return r;
}

void
rc4_run(struct rc4 *r, uint8_t *p, size_t n)
{
	int len = 0;

	must(EVP_EncryptUpdate(r->ctx, p, &len, p, (int)n) == 1, "RC4 run");
}

void
rc4_free(struct rc4 *r)
{
	if (r != NULL)
		EVP_CIPHER_CTX_free(r->ctx);
	free(r);
}

void
random_bytes(void *p, size_t n)
{
	must(RAND_bytes(p, (int)n) == 1, "random");
}
