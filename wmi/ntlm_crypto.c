#include "wmi/ntlm_crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/base/reader.h"
#include "helper/base/secret.h"

/* --- MD4 ------------------------------------------------------------ RFC 1320 */

static uint32_t
rotate(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

/* Which word a step takes, and by how much it turns, per round. */
static const uint8_t md4_word[3][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
	{ 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
};
static const uint8_t md4_turn[3][4] = {
	{ 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 },
};
static const uint32_t md4_add[3] = { 0, 0x5a827999, 0x6ed9eba1 };

static uint32_t
md4_mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
	if (round == 0)
		return (x & y) | (~x & z);
	if (round == 1)
		return (x & y) | (x & z) | (y & z);
	return x ^ y ^ z;
}

static void
md4_block(uint32_t state[4], const uint8_t *p)
{
	struct rd r = rd_new(p, 64);
	uint32_t x[16], v[4];

	for (unsigned i = 0; i < 16; i++)
		x[i] = rd_le32(&r);
	memcpy(v, state, sizeof(v));
	for (unsigned n = 0; n < 48; n++) {
		unsigned round = n / 16, step = n % 16, a = (48 - n) % 4;

		v[a] = rotate(v[a] + md4_mix(round, v[(a + 1) % 4],
		    v[(a + 2) % 4], v[(a + 3) % 4]) +
		    x[md4_word[round][step]] + md4_add[round],
		    md4_turn[round][step % 4]);
	}
	for (unsigned i = 0; i < 4; i++)
		state[i] += v[i];
	wipe(x, sizeof(x));
	wipe(v, sizeof(v));
}

void
md4(const void *data, size_t n, uint8_t out[static 16])
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const uint8_t *p = data;
	uint8_t tail[128] = { 0 };
	uint64_t bits = (uint64_t)n * 8;
	size_t left = n % 64, end = left < 56 ? 64 : 128;

	for (size_t at = 0; at + 64 <= n; at += 64)
		md4_block(state, p + at);
	if (left != 0)
		memcpy(tail, p + (n - left), left);
	tail[left] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		tail[end - 8 + i] = (uint8_t)(bits >> (8 * i));
	for (size_t at = 0; at < end; at += 64)
		md4_block(state, tail + at);
	for (unsigned i = 0; i < 16; i++)
		out[i] = (uint8_t)(state[i / 4] >> (8 * (i % 4)));
	wipe(tail, sizeof(tail));
	wipe(state, sizeof(state));
}

/* --- RC4 ----------------------------------------------------------------------- */

void
rc4_init(struct rc4 *r, const void *key, size_t n)
{
	const uint8_t *k = key;
	uint8_t j = 0;

	for (unsigned i = 0; i < 256; i++)
		r->s[i] = i;
	for (unsigned i = 0; i < 256 && n != 0; i++) {
		uint32_t t = r->s[i];

		j = (uint8_t)(j + t + k[i % n]);
		r->s[i] = r->s[j];
		r->s[j] = t;
	}
	r->i = r->j = 0;
}

/* The next step's octet is fetched before this step's are stored: they change
 * it rarely, and it need not wait for them. */
void
rc4_run(struct rc4 *r, const void *src, void *dst, size_t n)
{
	const uint8_t *from = src;
	uint8_t *to = dst, i = r->i, j = r->j, next = (uint8_t)(i + 1);
	uint32_t a = r->s[next], b, ahead;

	for (size_t k = 0; k < n; k++, a = ahead) {
		i = next++;
		j = (uint8_t)(j + a);
		b = r->s[j];
		ahead = r->s[next];
		r->s[i] = b;
		r->s[j] = a;
		if (next == j)
			ahead = a;
		to[k] = (uint8_t)(from[k] ^ r->s[(uint8_t)(a + b)]);
	}
	r->i = i;
	r->j = j;
}

/* --- MD5 and HMAC-MD5 ------------------------------------------- RFC 1321, 2104 */

/* What ntlm_crypto_start() made; read only afterwards. */
static struct {
	OSSL_LIB_CTX *ctx;
	EVP_MD *md5;
	EVP_MAC *hmac;
} lib;

bool
ntlm_crypto_start(struct err *e)
{
	if (lib.hmac != NULL)
		return true;
	if ((lib.ctx = OSSL_LIB_CTX_new()) == NULL ||
	    (lib.md5 = EVP_MD_fetch(lib.ctx, "MD5", NULL)) == NULL ||
	    (lib.hmac = EVP_MAC_fetch(lib.ctx, "HMAC", NULL)) == NULL)
		return fail(e, ERR_INTERNAL, "OpenSSL offers no MD5, which NTLM needs");
	return true;
}

bool
md5(const void *p, size_t n, uint8_t out[static 16])
{
	return lib.md5 != NULL && EVP_Digest(p, n, out, NULL, lib.md5, NULL) == 1;
}

struct hmac_md5 {
	EVP_MAC_CTX *ctx;
};

struct hmac_md5 *
hmac_md5_new(const void *key, size_t n)
{
	char digest[] = "MD5";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end()
	};
	struct hmac_md5 *h = calloc(1, sizeof(*h));

	if (h == NULL || lib.hmac == NULL ||
	    (h->ctx = EVP_MAC_CTX_new(lib.hmac)) == NULL ||
	    EVP_MAC_init(h->ctx, key, n, params) != 1) {
		hmac_md5_free(h);
		return NULL;
	}
	return h;
}

void
hmac_md5_free(struct hmac_md5 *h)
{
	if (h != NULL)
		EVP_MAC_CTX_free(h->ctx);
	free(h);
}

bool
hmac_md5_run(struct hmac_md5 *h, const struct piece *v, size_t n,
    uint8_t out[static 16])
{
	size_t len = 0;

	if (h == NULL || EVP_MAC_init(h->ctx, NULL, 0, NULL) != 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (v[i].n != 0 && EVP_MAC_update(h->ctx, v[i].p, v[i].n) != 1)
			return false;
	return EVP_MAC_final(h->ctx, out, &len, 16) == 1 && len == 16;
}

bool
hmac_md5_once(const void *key, size_t nkey, const struct piece *v, size_t n,
    uint8_t out[static 16])
{
	struct hmac_md5 *h = hmac_md5_new(key, nkey);
	bool ok = hmac_md5_run(h, v, n, out);

	hmac_md5_free(h);
	return ok;
}

bool
random_bytes(void *p, size_t n)
{
	uint8_t *at = p;

	while (n != 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}
