/* sshkey_file.c: OpenSSH's own container for private keys.
 *                                  OpenSSH source distribution, PROTOCOL.key
 *   "openssh-key-v1\0"  cipher  kdf  kdf options  1  public key  private part
 *   private part: check check  type numbers...  comment  1 2 3 ... padding
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "ssh/base64.h"
#include "ssh/bcrypt.h"
#include "ssh/sshkey.h"

#define MAGIC "openssh-key-v1"
#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END   "-----END OPENSSH PRIVATE KEY-----"
#define ROUNDS_MAX 4096		/* ssh-keygen's default is 16 or 24 */
#define GCM_TAG 16

static const struct cipher {
	const char *name;
	const EVP_CIPHER *(*evp)(void);
	size_t key, iv, block, tag;
} ciphers[] = {
	{ "aes256-ctr", EVP_aes_256_ctr, 32, 16, 16, 0 },
	{ "aes192-ctr", EVP_aes_192_ctr, 24, 16, 16, 0 },
	{ "aes128-ctr", EVP_aes_128_ctr, 16, 16, 16, 0 },
	{ "aes256-cbc", EVP_aes_256_cbc, 32, 16, 16, 0 },
	{ "aes192-cbc", EVP_aes_192_cbc, 24, 16, 16, 0 },
	{ "aes128-cbc", EVP_aes_128_cbc, 16, 16, 16, 0 },
	{ "3des-cbc", EVP_des_ede3_cbc, 24, 8, 8, 0 },
	{ "aes256-gcm@openssh.com", EVP_aes_256_gcm, 32, 12, 16, GCM_TAG },
	{ "aes128-gcm@openssh.com", EVP_aes_128_gcm, 16, 12, 16, GCM_TAG },
};

struct rd
rd_string(struct rd *r)
{
	uint32_t n = rd_be32(r);

	return rd_take(r, n);
}

bool
rd_text(struct rd *r, char *dst, size_t cap)
{
	struct rd s = rd_string(r);

	dst[0] = '\0';
	if (s.bad || s.len >= cap || memchr(s.p, '\0', s.len) != NULL)
		return false;
	memcpy(dst, s.p, s.len);
	dst[s.len] = '\0';
	return true;
}

void
wr_string(struct wr *w, const void *p, size_t n)
{
	if (n > UINT32_MAX)
		w->bad = true;
	wr_be32(w, (uint32_t)n);
	wr_bytes(w, p, n);
}

bool
key_text_is_openssh(const struct secret *text)
{
	return strstr(secret_str(text), BEGIN) != NULL;
}

static bool
unwrap(const struct secret *text, struct wr *raw, struct err *e)
{
	const char *from = strstr(secret_str(text), BEGIN), *to;

	if (from == NULL)
		return fail(e, ERR_KEY, "not an OpenSSH private key");
	from += strlen(BEGIN);
	if ((to = strstr(from, END)) == NULL)
		return fail(e, ERR_KEY, "the key is cut off: its END line is missing");
	if (!base64_decode(raw, from, (size_t)(to - from)))
		return fail(e, ERR_KEY, "the key's base64 text is damaged");
	return true;
}

/* What stands before the private part. */
struct head {
	char cipher[64], kdf[32];
	struct rd options, private, tag;
};

static bool
read_head(struct rd *r, struct head *h, struct err *e)
{
	const uint8_t *magic = rd_bytes(r, sizeof(MAGIC));

	if (magic == NULL || memcmp(magic, MAGIC, sizeof(MAGIC)) != 0)
		return fail(e, ERR_KEY, "not an OpenSSH private key");
	if (!rd_text(r, h->cipher, sizeof(h->cipher)) ||
	    !rd_text(r, h->kdf, sizeof(h->kdf)))
		return fail(e, ERR_KEY, "the key's header is damaged");
	h->options = rd_string(r);
	if (rd_be32(r) != 1)
		return fail(e, ERR_KEY, "the key's file is damaged, or holds "
		    "another number of keys than one");
	rd_string(r);
	h->private = rd_string(r);
	h->tag = rd_take(r, rd_left(r));
	if (r->bad)
		return fail(e, ERR_KEY, "the key is cut off");
	return true;
}

static bool
decrypt(const struct cipher *c, const uint8_t *key, struct head *h,
    struct wr *plain)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[GCM_TAG], *dst, none[32];
	int n = 0, rest = 0;
	bool ok = false;

	rd_copy(&h->tag, tag, c->tag);
	dst = wr_space(plain, h->private.len);
	if (ctx == NULL || dst == NULL || h->tag.bad ||
	    EVP_DecryptInit_ex(ctx, c->evp(), NULL, key, key + c->key) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)
		goto out;
	if (c->tag != 0 && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
	    (int)c->tag, tag) != 1)
		goto out;
	ok = EVP_DecryptUpdate(ctx, dst, &n, h->private.p,
	    (int)h->private.len) == 1 && n == (int)h->private.len &&
	    EVP_DecryptFinal_ex(ctx, none, &rest) == 1 && rest == 0;
out:
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

static bool
unlock(struct head *h, const struct secret *pass, struct wr *plain,
    struct err *e)
{
	const struct cipher *c = NULL;
	uint8_t key[64];
	struct rd salt;
	uint32_t rounds;
	bool ok;

	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++)
		if (strcmp(ciphers[i].name, h->cipher) == 0)
			c = &ciphers[i];
	salt = rd_string(&h->options);
	rounds = rd_be32(&h->options);
	if (c == NULL || strcmp(h->kdf, "bcrypt") != 0)
		return fail(e, ERR_KEY, "the key is encrypted with %s and %s, "
		    "which is not supported", h->cipher, h->kdf);
	if (!rd_done(&h->options) || salt.len == 0 || rounds == 0 ||
	    rounds > ROUNDS_MAX || h->private.len % c->block != 0)
		return fail(e, ERR_KEY, "the key's encryption header is damaged "
		    "or asks for more than %d rounds", ROUNDS_MAX);
	if (pass == NULL || secret_len(pass) == 0)
		return fail(e, ERR_KEY, "the key is encrypted: give its passphrase");
	if (!bcrypt_pbkdf(secret_str(pass), secret_len(pass), salt.p, salt.len,
	    rounds, key, c->key + c->iv))
		return fail(e, ERR_KEY, "the key's encryption key cannot be derived");
	ok = decrypt(c, key, h, plain);
	wipe(key, sizeof(key));
	return ok || fail(e, ERR_KEY, "the passphrase is wrong");
}

/* The two check numbers differ when the passphrase was wrong. */
static bool
check_private(struct wr *plain, bool encrypted, struct err *e)
{
	struct rd r = rd_new(plain->p, plain->len);
	uint32_t a = rd_be32(&r), b = rd_be32(&r);

	if (r.bad || a != b)
		return fail(e, ERR_KEY, encrypted ? "the passphrase is wrong" :
		    "the key's private part is damaged");
	return true;
}

bool
key_open_container(const struct secret *text, const struct secret *pass,
    struct wr *plain, struct err *e)
{
	struct wr raw = wr_new(KEY_TEXT_MAX);
	struct head h = { .cipher = "" };
	struct rd r;
	bool ok = false, encrypted;

	if (!unwrap(text, &raw, e))
		goto out;
	r = rd_new(raw.p, raw.len);
	if (!read_head(&r, &h, e))
		goto out;
	encrypted = strcmp(h.cipher, "none") != 0;
	if (encrypted) {
		if (!unlock(&h, pass, plain, e))
			goto out;
	} else {
		wr_bytes(plain, h.private.p, h.private.len);
	}
	ok = check_private(plain, encrypted, e);
out:
	wr_free(&raw);
	return ok;
}
