#include "ssh/sshkey.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"

#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 16384

/* The keys there are: SSH's name, OpenSSL's name, the curve in both tongues,
 * the hash of ECDSA, the octets of a point. */
static const struct kind {
	const char *type, *evp, *curve, *group, *digest;
	size_t point;
} kinds[] = {
	{ "ssh-ed25519", "ED25519", NULL, NULL, NULL, 32 },
	{ "ecdsa-sha2-nistp256", "EC", "nistp256", "prime256v1", "SHA256", 65 },
	{ "ecdsa-sha2-nistp384", "EC", "nistp384", "secp384r1", "SHA384", 97 },
	{ "ecdsa-sha2-nistp521", "EC", "nistp521", "secp521r1", "SHA512", 133 },
	{ "ssh-rsa", "RSA", NULL, NULL, NULL, 0 },
};

static const struct { const char *name, *digest; } rsa_algorithms[] = {
	{ "rsa-sha2-512", "SHA512" }, { "rsa-sha2-256", "SHA256" },
};

struct ssh_key {
	atomic_uint holders;
	const struct kind *kind;
	EVP_PKEY *pkey;
	struct wr blob;
};

/* --- numbers ------------------------------------------------------------- */

static void
put_mpint(struct wr *w, const BIGNUM *n)
{
	size_t len = (size_t)BN_num_bytes(n);
	bool high = len != 0 && BN_num_bits(n) % 8 == 0;
	uint8_t *dst;

	wr_be32(w, (uint32_t)(len + high));
	if (high)
		wr_u8(w, 0);
	if (len != 0 && (dst = wr_space(w, len)) != NULL)
		BN_bn2bin(n, dst);
}

/* A number above zero; NULL sets bad. */
static BIGNUM *
get_mpint(struct rd *r)
{
	struct rd s = rd_string(r);
	BIGNUM *n = NULL;

	if (!s.bad && s.len != 0 && s.len <= RSA_BITS_MAX / 8 + 1 &&
	    (s.p[0] & 0x80) == 0)
		n = BN_bin2bn(s.p, (int)s.len, NULL);
	if (n == NULL || BN_is_zero(n))
		r->bad = true;
	return n;
}

static EVP_PKEY *
from_params(const char *evp, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, evp, NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

/* --- the container's private part: PROTOCOL.key, RFC draft-miller-ssh-agent 3.2 */

static EVP_PKEY *
read_ed25519(struct rd *r)
{
	struct rd public = rd_string(r), both = rd_string(r);
	EVP_PKEY *pkey;
	uint8_t made[32];
	size_t n = sizeof(made);

	/* The private half is the seed with the public key behind it. */
	if (r->bad || public.len != 32 || both.len != 64 ||
	    !bytes_equal(both.p + 32, public.p, 32))
		return NULL;
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, both.p, 32);
	/* OpenSSL computes the public half from the seed. */
	if (pkey != NULL && (EVP_PKEY_get_raw_public_key(pkey, made, &n) != 1 ||
	    !bytes_equal(made, public.p, 32))) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static EVP_PKEY *
read_ecdsa(struct rd *r, const struct kind *k)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	BIGNUM *d = NULL;
	struct rd point;
	char curve[16];

	if (!rd_text(r, curve, sizeof(curve)) || strcmp(curve, k->curve) != 0)
		goto out;
	point = rd_string(r);
	if ((d = get_mpint(r)) != NULL)
		BN_set_flags(d, BN_FLG_CONSTTIME);
	if (build != NULL && !r->bad && point.len == k->point &&
	    BN_num_bytes(d) <= (int)k->point / 2 &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
	    k->group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
	    point.p, point.len) == 1 &&
	    OSSL_PARAM_BLD_push_BN_pad(build, OSSL_PKEY_PARAM_PRIV_KEY, d,
	    k->point / 2) == 1)
		pkey = from_params(k->evp, build);
out:
	BN_clear_free(d);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

/* d mod (p - 1), into a new number. */
static BIGNUM *
crt_exponent(const BIGNUM *d, const BIGNUM *p)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *less = BN_dup(p), *out = BN_new();

	if (ctx == NULL || less == NULL || out == NULL ||
	    BN_sub_word(less, 1) != 1 || BN_is_zero(less) ||
	    BN_mod(out, d, less, ctx) != 1) {
		BN_clear_free(out);
		out = NULL;
	}
	BN_clear_free(less);
	BN_CTX_free(ctx);
	return out;
}

static EVP_PKEY *
read_rsa(struct rd *r)
{
	/* In the file's order: n e d iqmp p q; the two exponents follow. */
	static const char *const names[8] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	BIGNUM *n[8] = { NULL };
	bool ok = build != NULL;

	for (size_t i = 0; i < 6 && !r->bad; i++)
		n[i] = get_mpint(r);
	/* A size that OpenSSL would grind on is refused before it sees it. */
	ok = ok && !r->bad && BN_num_bits(n[0]) >= RSA_BITS_MIN &&
	    BN_num_bits(n[0]) <= RSA_BITS_MAX && BN_num_bits(n[1]) <= 64 &&
	    BN_is_odd(n[0]) && BN_is_odd(n[4]) && BN_is_odd(n[5]);
	if (ok) {
		n[6] = crt_exponent(n[2], n[4]);
		n[7] = crt_exponent(n[2], n[5]);
	}
	for (size_t i = 0; i < ARRAY_LEN(n) && ok; i++)
		ok = n[i] != NULL &&
		    OSSL_PARAM_BLD_push_BN(build, names[i], n[i]) == 1;
	if (ok)
		pkey = from_params("RSA", build);
	for (size_t i = 0; i < ARRAY_LEN(n); i++)
		BN_clear_free(n[i]);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

static EVP_PKEY *
read_container(const struct secret *text, const struct secret *pass,
    struct err *e)
{
	struct wr plain = wr_new(KEY_TEXT_MAX);
	const struct kind *k = NULL;
	EVP_PKEY *pkey = NULL;
	char type[64] = "";
	struct rd r;

	if (!key_open_container(text, pass, &plain, e))
		goto out;
	r = rd_new(plain.p, plain.len);
	rd_skip(&r, 8);
	if (!rd_text(&r, type, sizeof(type))) {
		fail(e, ERR_KEY, "the key's private part is damaged");
		goto out;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			k = &kinds[i];
	if (k == NULL) {
		fail(e, ERR_KEY, "keys of the type %s are not supported", type);
		goto out;
	}
	if (k->curve != NULL)
		pkey = read_ecdsa(&r, k);
	else
		pkey = strcmp(k->evp, "RSA") == 0 ? read_rsa(&r) : read_ed25519(&r);
	if (pkey == NULL)
		fail(e, ERR_KEY, "the key's numbers are damaged");
out:
	wr_free(&plain);
	return pkey;
}

/* --- PEM ----------------------------------------------------------------- */

struct ask {
	const struct secret *pass;
	bool asked;
};

static int
give_passphrase(char *dst, int cap, int for_writing, void *arg)
{
	struct ask *a = arg;
	size_t n = a->pass != NULL ? secret_len(a->pass) : 0;

	(void)for_writing;
	a->asked = true;
	if (n == 0 || cap < 0 || n > (size_t)cap)
		return -1;
	memcpy(dst, secret_str(a->pass), n);
	return (int)n;
}

static EVP_PKEY *
read_pem(const struct secret *text, const struct secret *pass, struct err *e)
{
	struct ask ask = { pass, false };
	BIO *bio = BIO_new_mem_buf(secret_str(text), (int)secret_len(text));
	EVP_PKEY *pkey = NULL;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &ask);
	BIO_free(bio);
	if (pkey == NULL && ask.asked)
		fail(e, ERR_KEY, pass == NULL || secret_len(pass) == 0 ?
		    "the key is encrypted: give its passphrase" :
		    "the passphrase is wrong");
	else if (pkey == NULL && text_starts(secret_str(text), "ssh-"))
		fail(e, ERR_KEY, "this is a public key: give the private one");
	else if (pkey == NULL && text_starts(secret_str(text), "PuTTY-"))
		fail(e, ERR_KEY, "this is a PuTTY key: export it as OpenSSH key");
	else if (pkey == NULL)
		fail(e, ERR_KEY, "not a private key in OpenSSH or PEM form, "
		    "or a damaged one");
	return pkey;
}

/* --- the whole key ------------------------------------------------------- */

static const struct kind *
kind_of(EVP_PKEY *pkey)
{
	char group[64] = "";

	if (EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_utf8_string_param(pkey,
	    OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) != 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (EVP_PKEY_is_a(pkey, kinds[i].evp) && (kinds[i].group == NULL ||
		    strcmp(kinds[i].group, group) == 0))
			return &kinds[i];
	return NULL;
}

static bool
put_rsa(struct wr *w, EVP_PKEY *pkey)
{
	BIGNUM *n = NULL, *exponent = NULL;
	bool ok;

	ok = EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN &&
	    EVP_PKEY_get_bits(pkey) <= RSA_BITS_MAX &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1;
	if (ok) {
		put_mpint(w, exponent);
		put_mpint(w, n);
	}
	BN_free(n);
	BN_free(exponent);
	return ok;
}

static bool
put_point(struct wr *w, const struct kind *k, EVP_PKEY *pkey)
{
	uint8_t point[133];
	size_t n = 0;

	if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point), &n) != 1 || n != k->point ||
	    (k->curve != NULL && point[0] != 4))
		return false;
	if (k->curve != NULL)
		wr_string(w, k->curve, strlen(k->curve));
	wr_string(w, point, n);
	return true;
}

/* The private half must fit the public one, or every log-on would fail. */
static bool
halves_fit(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* Takes pkey, also when it fails. */
static struct ssh_key *
key_new(EVP_PKEY *pkey, struct err *e)
{
	struct ssh_key *key = calloc(1, sizeof(*key));
	const struct kind *k = kind_of(pkey);
	bool ok = false;

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	atomic_init(&key->holders, 1);
	key->pkey = pkey;
	key->kind = k;
	key->blob = wr_new(KEY_TEXT_MAX);
	if (k == NULL) {
		fail(e, ERR_KEY, "keys of the type %s are not supported",
		    EVP_PKEY_get0_type_name(pkey));
	} else {
		wr_string(&key->blob, k->type, strlen(k->type));
		ok = (strcmp(k->evp, "RSA") == 0 ? put_rsa(&key->blob, pkey) :
		    put_point(&key->blob, k, pkey)) && !key->blob.bad &&
		    halves_fit(pkey);
		if (!ok)
			fail(e, ERR_KEY, "the key's numbers do not fit together");
	}
	if (ok)
		return key;
	ssh_key_free(key);
	return NULL;
}

struct ssh_key *
ssh_key_parse(const struct secret *text, const struct secret *passphrase,
    struct err *e)
{
	struct ssh_key *key = NULL;
	EVP_PKEY *pkey;

	if (secret_len(text) > KEY_TEXT_MAX) {
		fail(e, ERR_KEY, "the key's text is longer than %d octets",
		    KEY_TEXT_MAX);
		return NULL;
	}
	pkey = key_text_is_openssh(text) ? read_container(text, passphrase, e) :
	    read_pem(text, passphrase, e);
	if (pkey != NULL)
		key = key_new(pkey, e);
	ERR_clear_error();
	return key;
}

struct ssh_key *
ssh_key_load(const char *path, const struct secret *passphrase, struct err *e)
{
	char buf[KEY_TEXT_MAX + 1];
	struct ssh_key *key = NULL;
	struct secret *text;
	size_t n = 0;
	ssize_t got;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
		fail_errno(e, ERR_KEY, "%s", path);
		return NULL;
	}
	while (n < sizeof(buf) && (got = read(fd, buf + n, sizeof(buf) - n)) != 0) {
		if (got < 0 && errno != EINTR) {
			fail_errno(e, ERR_KEY, "%s", path);
			goto out;
		}
		n += got > 0 ? (size_t)got : 0;
	}
	if ((text = secret_new(buf, n)) == NULL)
		fail(e, ERR_MEMORY, "no memory");
	else if ((key = ssh_key_parse(text, passphrase, e)) == NULL)
		fail_in(e, "%s", path);
	secret_free(text);
out:
	wipe(buf, sizeof(buf));
	close(fd);
	return key;
}

struct ssh_key *
ssh_key_ref(struct ssh_key *key)
{
	if (key != NULL)
		atomic_fetch_add(&key->holders, 1);
	return key;
}

void
ssh_key_free(struct ssh_key *key)
{
	if (key == NULL || atomic_fetch_sub(&key->holders, 1) != 1)
		return;
	EVP_PKEY_free(key->pkey);
	wr_free(&key->blob);
	free(key);
}

const char *
ssh_key_type(const struct ssh_key *key)
{
	return key->kind->type;
}

const uint8_t *
ssh_key_blob(const struct ssh_key *key, size_t *n)
{
	*n = key->blob.len;
	return key->blob.p;
}

/* --- signing ------------------------------------------------------------- */

bool
sign_request_algorithm(const void *data, size_t n,
    char name[static ALGORITHM_MAX])
{
	struct rd r = rd_new(data, n);

	rd_string(&r);			/* session identifier */
	rd_u8(&r);			/* SSH_MSG_USERAUTH_REQUEST */
	rd_string(&r);			/* user, service, "publickey" */
	rd_string(&r);
	rd_string(&r);
	rd_u8(&r);			/* with a signature */
	return rd_text(&r, name, ALGORITHM_MAX);
}

static const char *
digest_for(const struct ssh_key *key, const char *algorithm, bool *known)
{
	bool rsa = strcmp(key->kind->evp, "RSA") == 0;

	*known = !rsa && strcmp(algorithm, key->kind->type) == 0;
	for (size_t i = 0; rsa && i < ARRAY_LEN(rsa_algorithms); i++) {
		if (strcmp(rsa_algorithms[i].name, algorithm) != 0)
			continue;
		*known = true;
		return rsa_algorithms[i].digest;
	}
	return key->kind->digest;
}

/* ECDSA's signature is two numbers: DER from OpenSSL, mpints on the wire. */
static bool
put_ecdsa(struct wr *w, const uint8_t *der, size_t n)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

	if (sig == NULL)
		return false;
	put_mpint(w, ECDSA_SIG_get0_r(sig));
	put_mpint(w, ECDSA_SIG_get0_s(sig));
	ECDSA_SIG_free(sig);
	return true;
}

bool
ssh_key_sign(const struct ssh_key *key, const char *algorithm,
    const void *data, size_t n, struct wr *signature, struct err *e)
{
	uint8_t raw[RSA_BITS_MAX / 8];
	size_t len = sizeof(raw);
	const char *digest;
	EVP_MD_CTX *ctx;
	bool ok, known;

	digest = digest_for(key, algorithm, &known);
	if (!known)
		return fail(e, ERR_AUTH_METHOD, "the host wants the signature %s, "
		    "which a %s key does not give", algorithm, key->kind->type);
	ctx = EVP_MD_CTX_new();
	ok = ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL,
	    key->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, raw, &len, data, n) == 1;
	EVP_MD_CTX_free(ctx);
	if (ok && key->kind->curve != NULL)
		ok = put_ecdsa(signature, raw, len);
	else if (ok)
		wr_bytes(signature, raw, len);
	ERR_clear_error();
	if (!ok || signature->bad)
		return fail(e, ERR_INTERNAL, "signing with the key failed");
	return true;
}
