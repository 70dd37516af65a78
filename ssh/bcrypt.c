#include "ssh/bcrypt.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"

#define SUBKEYS 18
#define SBOX    256
#define DIGEST  64			/* SHA-512 */
#define OUTPUT  32			/* of one bcrypt */

struct blowfish {
	uint32_t p[SUBKEYS], s[4][SBOX];
};

static const uint32_t pi[SUBKEYS + 4 * SBOX] = {
#include "ssh/blowfish.def"
};

static void
start(struct blowfish *b)
{
	memcpy(b->p, pi, sizeof(b->p));
	memcpy(b->s, pi + SUBKEYS, sizeof(b->s));
}

static uint32_t
mix(const struct blowfish *b, uint32_t x)
{
	return ((b->s[0][x >> 24] + b->s[1][x >> 16 & 0xff]) ^
	    b->s[2][x >> 8 & 0xff]) + b->s[3][x & 0xff];
}

static void
encipher(const struct blowfish *b, uint32_t block[2])
{
	uint32_t l = block[0] ^ b->p[0], r = block[1];

	for (size_t i = 1; i < SUBKEYS - 1; i += 2) {
		r ^= mix(b, l) ^ b->p[i];
		l ^= mix(b, r) ^ b->p[i + 1];
	}
	block[0] = r ^ b->p[SUBKEYS - 1];
	block[1] = l;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* The next two words of a digest that repeats for ever; NULL is all zeroes. */
static void
stir(uint32_t block[2], const uint8_t *salt, size_t *at)
{
	if (salt == NULL)
		return;
	block[0] ^= be32(salt + *at);
	block[1] ^= be32(salt + *at + 4);
	*at = (*at + 8) % DIGEST;
}

/* Blowfish's key schedule; with a salt it is bcrypt's. */
static void
expand(struct blowfish *b, const uint8_t *salt, const uint8_t key[DIGEST])
{
	uint32_t block[2] = { 0, 0 };
	size_t at = 0;

	for (size_t i = 0; i < SUBKEYS; i++)
		b->p[i] ^= be32(key + i * 4 % DIGEST);
	for (size_t i = 0; i < SUBKEYS; i += 2) {
		stir(block, salt, &at);
		encipher(b, block);
		b->p[i] = block[0];
		b->p[i + 1] = block[1];
	}
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < SBOX; i += 2) {
			stir(block, salt, &at);
			encipher(b, block);
			b->s[k][i] = block[0];
			b->s[k][i + 1] = block[1];
		}
	}
	wipe(block, sizeof(block));
}

/* One bcrypt of 2^6 rounds over two digests. */
static void
bcrypt_hash(struct blowfish *b, const uint8_t pass[DIGEST],
    const uint8_t salt[DIGEST], uint8_t out[OUTPUT])
{
	static const char text[] = "OxychromaticBlowfishSwatDynamite";
	uint32_t words[OUTPUT / 4];

	start(b);
	expand(b, salt, pass);
	for (int i = 0; i < 64; i++) {
		expand(b, NULL, salt);
		expand(b, NULL, pass);
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = be32((const uint8_t *)text + i * 4);
	for (int i = 0; i < 64; i++)
		for (size_t k = 0; k < ARRAY_LEN(words); k += 2)
			encipher(b, words + k);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (unsigned k = 0; k < 4; k++)
			out[i * 4 + k] = (uint8_t)(words[i] >> 8 * k);
	wipe(words, sizeof(words));
}

static bool
sha512(const void *p, size_t n, uint8_t out[DIGEST])
{
	return EVP_Digest(p, n, out, NULL, EVP_sha512(), NULL) == 1;
}

/* What the whole derivation works on; wiped as one. */
struct work {
	struct blowfish b;
	uint8_t pass[DIGEST], salt[DIGEST], one[OUTPUT], sum[OUTPUT];
};

static bool
derive_block(struct work *w, const uint8_t *salt, size_t salt_len,
    uint32_t rounds)
{
	if (!sha512(salt, salt_len, w->salt))
		return false;
	bcrypt_hash(&w->b, w->pass, w->salt, w->one);
	memcpy(w->sum, w->one, OUTPUT);
	for (uint32_t i = 1; i < rounds; i++) {
		if (!sha512(w->one, OUTPUT, w->salt))
			return false;
		bcrypt_hash(&w->b, w->pass, w->salt, w->one);
		for (size_t k = 0; k < OUTPUT; k++)
			w->sum[k] ^= w->one[k];
	}
	return true;
}

bool
bcrypt_pbkdf(const void *pass, size_t pass_len, const void *salt,
    size_t salt_len, uint32_t rounds, uint8_t *key, size_t n)
{
	/* The blocks are spread over the key, not put one behind the other. */
	size_t stride = (n + OUTPUT - 1) / OUTPUT;
	struct work *w = NULL;
	uint8_t *counted = NULL;
	bool ok = false;

	if (pass_len == 0 || salt_len == 0 || salt_len > 1024 || rounds == 0 ||
	    n == 0 || n > BCRYPT_MAX_KEY)
		return false;
	if ((w = calloc(1, sizeof(*w))) == NULL ||
	    (counted = calloc(1, salt_len + 4)) == NULL ||
	    !sha512(pass, pass_len, w->pass))
		goto out;
	memcpy(counted, salt, salt_len);
	for (size_t block = 0; block < stride; block++) {
		/* A count of four octets from 1; it never passes 32. */
		counted[salt_len + 3] = (uint8_t)(block + 1);
		if (!derive_block(w, counted, salt_len + 4, rounds))
			goto out;
		for (size_t i = 0; i * stride + block < n && i < OUTPUT; i++)
			key[i * stride + block] = w->sum[i];
	}
	ok = true;
out:
	if (w != NULL)
		wipe(w, sizeof(*w));
	free(w);
	free(counted);
	return ok;
}
