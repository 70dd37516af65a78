/* Private keys: each form that ssh-keygen writes, and damaged ones.  The
 * fixtures and their origin: tests/vectors/ssh/README. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail			/* ours is meant */

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/base64.h"
#include "ssh/bcrypt.h"
#include "ssh/sshkey.h"

#define give_up(...) (print_error(__VA_ARGS__), assert_true(false))
#define VECTORS "tests/vectors/ssh/"
#define PASSPHRASE "correct horse"

static const struct { const char *name, *type; } good[] = {
	{ "ed25519", "ssh-ed25519" }, { "ecdsa256", "ecdsa-sha2-nistp256" },
	{ "ecdsa384", "ecdsa-sha2-nistp384" },
	{ "ecdsa521", "ecdsa-sha2-nistp521" }, { "rsa", "ssh-rsa" },
	{ "locked_ctr", "ssh-ed25519" }, { "locked_cbc", "ssh-ed25519" },
	{ "locked_gcm", "ecdsa-sha2-nistp256" }, { "locked_rsa", "ssh-rsa" },
	{ "rsa_pem", "ssh-rsa" }, { "rsa_pem_locked", "ssh-rsa" },
	{ "ecdsa_pkcs8_locked", "ecdsa-sha2-nistp256" },
	{ "ecdsa_pem", "ecdsa-sha2-nistp384" },
};

static size_t
read_file(const char *name, char *dst, size_t cap)
{
	char path[200];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), VECTORS "%s", name);
	assert_non_null(f = fopen(path, "rb"));
	n = fread(dst, 1, cap - 1, f);
	fclose(f);
	dst[n] = '\0';
	return n;
}

static struct ssh_key *
parse(const void *text, size_t n, const char *passphrase, struct err *e)
{
	struct secret *t = secret_new(text, n);
	struct secret *p = passphrase != NULL ? secret_from_str(passphrase) : NULL;
	struct ssh_key *key;

	assert_non_null(t);
	*e = (struct err){ .code = ERR_NONE };
	key = ssh_key_parse(t, p, e);
	if (key == NULL)
		assert_int_equal(e->code, ERR_KEY);
	secret_free(t);
	secret_free(p);
	return key;
}

static struct ssh_key *
parse_file(const char *name, const char *passphrase, struct err *e)
{
	char text[8192];
	size_t n = read_file(name, text, sizeof(text));

	return parse(text, n, passphrase, e);
}

static struct ssh_key *
must_parse(const char *name)
{
	struct err e;
	struct ssh_key *key = parse_file(name, PASSPHRASE, &e);

	if (key == NULL)
		give_up("%s: %s", name, e.text);
	return key;
}

/* The public key that ssh-keygen wrote beside it. */
static void
public_blob(const char *name, struct wr *blob)
{
	char file[100], text[4096], *from, *to;

	snprintf(file, sizeof(file), "%s.pub", name);
	read_file(file, text, sizeof(text));
	assert_non_null(from = strchr(text, ' '));
	assert_non_null(to = strchr(from + 1, ' '));
	assert_true(base64_decode(blob, from + 1, (size_t)(to - from - 1)));
}

static void
every_form_gives_the_public_key_that_ssh_keygen_wrote(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct ssh_key *key = must_parse(good[i].name);
		struct wr want = wr_new(4096);
		const uint8_t *blob;
		size_t n;

		assert_string_equal(ssh_key_type(key), good[i].type);
		public_blob(good[i].name, &want);
		blob = ssh_key_blob(key, &n);
		assert_int_equal(n, want.len);
		assert_memory_equal(blob, want.p, n);
		wr_free(&want);
		ssh_key_free(key);
	}
}

static void
an_ed25519_key_in_pkcs8_is_read(void **state)
{
	struct ssh_key *key = must_parse("ed25519_pkcs8");

	(void)state;
	assert_string_equal(ssh_key_type(key), "ssh-ed25519");
	ssh_key_free(key);
}

static void
a_wrong_passphrase_says_so(void **state)
{
	static const char *const names[] = { "locked_ctr", "locked_cbc",
	    "locked_gcm", "locked_rsa", "rsa_pem_locked", "ecdsa_pkcs8_locked" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_null(parse_file(names[i], "wrong horse", &e));
		assert_string_equal(e.text, "the passphrase is wrong");
		assert_null(parse_file(names[i], NULL, &e));
		assert_string_equal(e.text,
		    "the key is encrypted: give its passphrase");
	}
}

static void
a_passphrase_for_an_open_key_does_no_harm(void **state)
{
	(void)state;
	ssh_key_free(must_parse("ed25519"));
}

static void
other_types_and_forms_are_named_in_the_refusal(void **state)
{
	struct err e;

	(void)state;
	assert_null(parse_file("ed448", NULL, &e));
	assert_non_null(strstr(e.text, "ED448"));
	assert_null(parse_file("dsa", NULL, &e));
	assert_non_null(strstr(e.text, "ssh-dss"));
	assert_null(parse_file("locked_chacha", PASSPHRASE, &e));
	assert_non_null(strstr(e.text, "chacha20-poly1305"));
	assert_null(parse_file("ed25519.pub", NULL, &e));
	assert_non_null(strstr(e.text, "public"));
	assert_null(parse("PuTTY-User-Key-File-3: ssh-rsa", 30, NULL, &e));
	assert_non_null(strstr(e.text, "PuTTY"));
}

static void
a_key_cut_anywhere_is_refused(void **state)
{
	static const char *const names[] = { "ed25519", "ecdsa256", "rsa_pem" };
	char text[8192];
	struct err e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		n = read_file(names[i], text, sizeof(text));
		/* Without its last newline it is still whole. */
		for (size_t cut = 0; cut + 1 < n; cut++)
			assert_null(parse(text, cut, NULL, &e));
	}
}

/* The container with its text wrapping taken off and put on again. */
static void
wrap(const uint8_t *raw, size_t n, struct wr *text)
{
	wr_str(text, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	base64_encode(text, raw, n, true);
	wr_str(text, "\n-----END OPENSSH PRIVATE KEY-----\n");
	assert_false(text->bad);
}

static void
unwrap(const char *name, struct wr *raw)
{
	char text[8192], *from, *to;

	read_file(name, text, sizeof(text));
	assert_non_null(from = strstr(text, "KEY-----\n"));
	assert_non_null(to = strstr(from, "-----END"));
	from += 9;
	assert_true(base64_decode(raw, from, (size_t)(to - from)));
}

static void
a_container_cut_anywhere_is_refused(void **state)
{
	struct wr raw = wr_new(8192), text = wr_new(16384);
	struct err e;

	(void)state;
	unwrap("ecdsa256", &raw);
	for (size_t cut = 0; cut < raw.len; cut++) {
		wr_reset(&text);
		wrap(raw.p, cut, &text);
		assert_null(parse(text.p, text.len, NULL, &e));
	}
	wr_free(&raw);
	wr_free(&text);
}

/* A changed octet either does not matter (comment, padding, the copy of the
 * public key that is not used) or is noticed. */
static void
try_all_octets(const char *name)
{
	struct wr raw = wr_new(8192), text = wr_new(16384), want = wr_new(4096);
	struct ssh_key *key;
	struct err e;
	size_t n;

	unwrap(name, &raw);
	public_blob(name, &want);
	for (size_t i = 0; i < raw.len; i++) {
		raw.p[i] ^= 0x41;
		wr_reset(&text);
		wrap(raw.p, raw.len, &text);
		if ((key = parse(text.p, text.len, NULL, &e)) != NULL) {
			assert_memory_equal(ssh_key_blob(key, &n), want.p,
			    want.len);
			ssh_key_free(key);
		}
		raw.p[i] ^= 0x41;
	}
	wr_free(&raw);
	wr_free(&text);
	wr_free(&want);
}

static void
a_changed_octet_never_gives_another_key(void **state)
{
	(void)state;
	try_all_octets("ed25519");
	try_all_octets("ecdsa256");
}

static void
a_private_half_that_does_not_fit_is_refused(void **state)
{
	struct wr raw = wr_new(8192), text = wr_new(16384), blob = wr_new(4096);
	uint8_t *at;
	struct err e;

	(void)state;
	unwrap("ecdsa256", &raw);
	public_blob("ecdsa256", &blob);
	/* The point stands twice; the scalar follows the second, in 36 or 37
	 * octets with its length. */
	at = memmem(raw.p, raw.len, blob.p + blob.len - 65, 65);
	assert_non_null(at);
	at = memmem(at + 1, raw.len - (size_t)(at + 1 - raw.p),
	    blob.p + blob.len - 65, 65);
	assert_non_null(at);
	at[65 + 4 + 8] ^= 1;
	wrap(raw.p, raw.len, &text);
	assert_null(parse(text.p, text.len, NULL, &e));
	assert_string_equal(e.text, "the key's numbers do not fit together");
	wr_free(&raw);
	wr_free(&text);
	wr_free(&blob);
}

static void
too_many_rounds_are_refused_before_they_are_done(void **state)
{
	struct wr raw = wr_new(8192), text = wr_new(16384);
	struct err e;
	size_t at = 0;

	(void)state;
	unwrap("locked_ctr", &raw);
	/* magic, cipher, kdf; options: length, salt's length, salt, rounds */
	at = 15 + 4 + 10 + 4 + 6 + 4 + 4 + 16;
	assert_int_equal(raw.p[at + 3], 2);
	raw.p[at] = 0x7f;
	wrap(raw.p, raw.len, &text);
	assert_null(parse(text.p, text.len, PASSPHRASE, &e));
	assert_non_null(strstr(e.text, "rounds"));
	wr_free(&raw);
	wr_free(&text);
}

static void
an_overlong_text_is_refused(void **state)
{
	char *text = calloc(1, KEY_TEXT_MAX + 1);
	struct err e;

	(void)state;
	assert_non_null(text);
	assert_null(parse(text, KEY_TEXT_MAX + 1, NULL, &e));
	free(text);
}

static bool
verify(const char *digest, EVP_PKEY *public, const struct wr *sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, public,
	    NULL) == 1 && EVP_DigestVerify(ctx, sig->p, sig->len,
	    (const uint8_t *)"data", 4) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void
an_ed25519_signature_verifies(void **state)
{
	struct ssh_key *key = must_parse("ed25519");
	struct wr sig = wr_new(8192);
	EVP_PKEY *public;
	const uint8_t *blob;
	size_t n;

	(void)state;
	blob = ssh_key_blob(key, &n);
	public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    blob + n - 32, 32);
	assert_non_null(public);
	assert_true(ssh_key_sign(key, "ssh-ed25519", "data", 4, &sig, NULL));
	assert_true(verify(NULL, public, &sig));
	EVP_PKEY_free(public);
	wr_free(&sig);
	ssh_key_free(key);
}

static void
rsa_signs_with_the_hash_that_is_asked_for(void **state)
{
	struct ssh_key *key = must_parse("rsa");
	struct wr a = wr_new(8192), b = wr_new(8192), c = wr_new(8192);
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_true(ssh_key_sign(key, "rsa-sha2-256", "data", 4, &a, NULL));
	assert_true(ssh_key_sign(key, "rsa-sha2-512", "data", 4, &b, NULL));
	assert_int_equal(a.len, 256);
	assert_int_equal(b.len, 256);
	assert_memory_not_equal(a.p, b.p, 256);
	assert_false(ssh_key_sign(key, "ssh-rsa", "data", 4, &c, &e));
	assert_int_equal(e.code, ERR_AUTH_METHOD);
	assert_int_equal(c.len, 0);
	wr_free(&a);
	wr_free(&b);
	wr_free(&c);
	ssh_key_free(key);
}

static void *
sign_often(void *arg)
{
	struct ssh_key *key = ssh_key_ref(arg);

	for (int i = 0; i < 20; i++) {
		struct wr w = wr_new(8192);

		if (!ssh_key_sign(key, "rsa-sha2-512", "data", 4, &w, NULL) ||
		    w.len != 256)
			abort();
		wr_free(&w);
	}
	ssh_key_free(key);
	return NULL;
}

static void
threads_sign_with_one_key(void **state)
{
	struct ssh_key *key = must_parse("rsa");
	pthread_t t[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(pthread_create(&t[i], NULL, sign_often, key), 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
	ssh_key_free(key);
}

static void
another_types_algorithm_is_refused(void **state)
{
	struct ssh_key *key = must_parse("ecdsa256");
	struct wr w = wr_new(8192);

	(void)state;
	assert_false(ssh_key_sign(key, "ecdsa-sha2-nistp384", "data", 4, &w,
	    NULL));
	assert_false(ssh_key_sign(key, "rsa-sha2-512", "data", 4, &w, NULL));
	wr_free(&w);
	ssh_key_free(key);
}

static void
the_algorithm_is_read_from_what_is_signed(void **state)
{
	struct wr w = wr_new(1024);
	char name[ALGORITHM_MAX];
	size_t whole;

	(void)state;
	wr_string(&w, "session identifier", 18);
	wr_u8(&w, 50);
	wr_string(&w, "user", 4);
	wr_string(&w, "ssh-connection", 14);
	wr_string(&w, "publickey", 9);
	wr_u8(&w, 1);
	wr_string(&w, "rsa-sha2-512", 12);
	whole = w.len;
	wr_string(&w, "blob", 4);
	assert_true(sign_request_algorithm(w.p, w.len, name));
	assert_string_equal(name, "rsa-sha2-512");
	for (size_t cut = 0; cut < whole; cut++)
		assert_false(sign_request_algorithm(w.p, cut, name));
	wr_free(&w);
}

/* RFC 4648 10 */
static void
base64_of_the_rfc_goes_both_ways(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct wr w = wr_new(64), back = wr_new(64);

		base64_encode(&w, pairs[i][0], strlen(pairs[i][0]), true);
		assert_string_equal(wr_cstr(&w), pairs[i][1]);
		assert_true(base64_decode(&back, pairs[i][1],
		    strlen(pairs[i][1])));
		assert_string_equal(wr_cstr(&back), pairs[i][0]);
		wr_free(&w);
		wr_free(&back);
	}
}

static void
what_is_not_base64_is_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg=", "Zg==Zg==", "Z===", "Zm9v=",
	    "Zm-v", "=", "Zm9vY" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct wr w = wr_new(64);

		if (base64_decode(&w, bad[i], strlen(bad[i])))
			give_up("%s was taken", bad[i]);
		wr_free(&w);
	}
}

static void
the_derivation_refuses_empty_and_oversized_input(void **state)
{
	uint8_t key[BCRYPT_MAX_KEY + 1];

	(void)state;
	assert_false(bcrypt_pbkdf("", 0, "s", 1, 1, key, 32));
	assert_false(bcrypt_pbkdf("p", 1, "", 0, 1, key, 32));
	assert_false(bcrypt_pbkdf("p", 1, "s", 1, 0, key, 32));
	assert_false(bcrypt_pbkdf("p", 1, "s", 1, 1, key, 0));
	assert_false(bcrypt_pbkdf("p", 1, "s", 1, 1, key, sizeof(key)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_gives_the_public_key_that_ssh_keygen_wrote),
		cmocka_unit_test(an_ed25519_key_in_pkcs8_is_read),
		cmocka_unit_test(a_wrong_passphrase_says_so),
		cmocka_unit_test(a_passphrase_for_an_open_key_does_no_harm),
		cmocka_unit_test(other_types_and_forms_are_named_in_the_refusal),
		cmocka_unit_test(a_key_cut_anywhere_is_refused),
		cmocka_unit_test(a_container_cut_anywhere_is_refused),
		cmocka_unit_test(a_changed_octet_never_gives_another_key),
		cmocka_unit_test(a_private_half_that_does_not_fit_is_refused),
		cmocka_unit_test(too_many_rounds_are_refused_before_they_are_done),
		cmocka_unit_test(an_overlong_text_is_refused),
		cmocka_unit_test(an_ed25519_signature_verifies),
		cmocka_unit_test(rsa_signs_with_the_hash_that_is_asked_for),
		cmocka_unit_test(threads_sign_with_one_key),
		cmocka_unit_test(another_types_algorithm_is_refused),
		cmocka_unit_test(the_algorithm_is_read_from_what_is_signed),
		cmocka_unit_test(base64_of_the_rfc_goes_both_ways),
		cmocka_unit_test(what_is_not_base64_is_refused),
		cmocka_unit_test(the_derivation_refuses_empty_and_oversized_input),
	};

	return cmocka_run_group_tests_name("sshkey", tests, NULL, NULL);
}
