/* test_ntlm_crypto.c: published vectors.
 * source: RFC 1320 A.5 (MD4), RFC 6229 (RC4), RFC 1321 A.5 (MD5), RFC 2202 2 (HMAC-MD5) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/wmi/hex.h"
#include "wmi/ntlm_crypto.h"

#include <cmocka.h>

static void
md4_matches_rfc_1320(void **state)
{
	static const char *const v[][2] = {
		{ "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
		{ "a", "bde52cb31de33e46245e05fbdbd6fb24" },
		{ "abc", "a448017aaf21d8525fc10ae87aa6729d" },
		{ "message digest", "d9130a8164549fe818874806e1c7014b" },
		{ "abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		    "043f8582f241db351ce627e153e7f0e4" },
		{ "1234567890123456789012345678901234567890123456789012345678901234"
		    "5678901234567890", "e33b4ddc9c38f2199c3e7b164fcc0536" },
	};
	uint8_t got[16], want[16];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		md4(v[i][0], strlen(v[i][0]), got);
		unhex(v[i][1], want);
		assert_memory_equal(got, want, 16);
	}
}

static void
rc4_matches_rfc_6229(void **state)
{
	static const struct { const char *key, *at_0, *at_240, *at_4080; } v[] = {
		{ "0102030405", "b2396305f03dc027ccc3524a0a1118a8",
		    "28cb1132c96ce286421dcaadb8b69eae", "068326a2118416d21f9d04b2cd1ca050" },
		{ "0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97",
		    "065902e4b620f6cc36c8589f66432f2b", "ff38265c1642c1abe8d3c2fe5e572bf8" },
	};
	uint8_t key[16], zero[4096] = { 0 }, out[4096], want[16];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct rc4 r;

		unhex(v[i].key, key);
		rc4_init(&r, key, strlen(v[i].key) / 2);
		/* in two parts: the stream goes on */
		rc4_run(&r, zero, out, 100);
		rc4_run(&r, zero, out + 100, sizeof(out) - 100);
		unhex(v[i].at_0, want);
		assert_memory_equal(out, want, 16);
		unhex(v[i].at_240, want);
		assert_memory_equal(out + 240, want, 16);
		unhex(v[i].at_4080, want);
		assert_memory_equal(out + 4080, want, 16);
	}
}

static void
md5_matches_rfc_1321(void **state)
{
	uint8_t got[16], want[16];

	(void)state;
	assert_true(md5("message digest", 14, got));
	unhex("f96b697d7cb7938d525a2f31aaf161d0", want);
	assert_memory_equal(got, want, 16);
}

static void
hmac_md5_matches_rfc_2202_and_may_be_run_again(void **state)
{
	static const char data[] = "what do ya want for nothing?";
	struct piece whole = { data, 28 }, parts[3] = { { data, 5 }, { NULL, 0 },
		{ data + 5, 23 } };
	struct hmac_md5 *h = hmac_md5_new("Jefe", 4);
	uint8_t got[16], want[16];

	(void)state;
	unhex("750c783e6ab0b503eaa86e310a5db738", want);
	for (int i = 0; i < 2; i++) {
		assert_true(hmac_md5_run(h, &whole, 1, got));
		assert_memory_equal(got, want, 16);
	}
	assert_true(hmac_md5_run(h, parts, 3, got));
	assert_memory_equal(got, want, 16);
	assert_true(hmac_md5_once("Jefe", 4, &whole, 1, got));
	assert_memory_equal(got, want, 16);
	hmac_md5_free(h);
}

static int
start(void **state)
{
	(void)state;
	return ntlm_crypto_start(NULL) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(md4_matches_rfc_1320),
		cmocka_unit_test(rc4_matches_rfc_6229),
		cmocka_unit_test(md5_matches_rfc_1321),
		cmocka_unit_test(hmac_md5_matches_rfc_2202_and_may_be_run_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
