#include "helper/scan/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/secret.h"
#include "helper/base/writer.h"

bool
hash_hex(const void *key, size_t nkey, const char *a, const void *b, size_t nb,
    char out[static HASH_HEX])
{
	struct wr w = wr_new((size_t)1 << 20);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok;

	wr_bytes(&w, a, strlen(a) + 1);
	wr_bytes(&w, b, nb);
	ok = !w.bad && HMAC(EVP_sha256(), key, (int)nkey, w.p, w.len, md, &n) !=
	    NULL && n >= 16;
	for (unsigned i = 0; ok && i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", md[i]);
	wipe(md, sizeof(md));
	wr_free(&w);
	return ok;
}

const char *
hash_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
