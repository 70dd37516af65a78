/* test_ntlm.c: the NTLMv2 messages, and signing and sealing.
 * source of the vectors: [MS-NLMP] 4.2.4, the NTLMv2 example: user User,
 * domain Domain, password Password, server challenge 0123456789abcdef, client
 * challenge aa x 8, time 0, random session key 55 x 16. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/reader.h"
#include "helper/base/secret.h"
#include "tests/wmi/hex.h"
#include "wmi/ntlm.h"
#include "wmi/ntlm_crypto.h"

#include <cmocka.h>

static const char info_hex[] =
	"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000";

/* A CHALLENGE with these pairs; the flags are those of the example. */
static size_t
make_challenge(uint8_t *out, uint32_t flags, const uint8_t *info, size_t n)
{
	struct wr w = wr_new(4096);
	size_t len;

	wr_bytes(&w, "NTLMSSP", 8);
	wr_le32(&w, 2);
	wr_zero(&w, 8);
	wr_le32(&w, flags);
	wr_be64(&w, 0x0123456789abcdef);
	wr_zero(&w, 8);
	wr_le16(&w, (uint16_t)n);
	wr_le16(&w, (uint16_t)n);
	wr_le32(&w, 56);
	wr_be64(&w, 0x060070170000000full);
	wr_bytes(&w, info, n);
	memcpy(out, w.p, len = w.len);
	wr_free(&w);
	return len;
}

#define FLAGS 0xe28a8233u

static struct ntlm *
example(const char *user, const char *target)
{
	uint8_t aa[8], key[16];
	struct secret *password = secret_from_str("Password");
	struct wmi_cred c = { .user = user, .password = password };
	struct ntlm *n = ntlm_new(&c, target, NULL);

	memset(aa, 0xaa, sizeof(aa));
	memset(key, 0x55, sizeof(key));
	assert_non_null(n);
	ntlm_fix(n, aa, key, 0);
	secret_free(password);
	return n;
}

static void
nlmp_4_2_4_keys_match(void **state)
{
	uint8_t hash[16], owf[16], want[16], temp[256], proof[16], base[16], nonce[8];
	size_t n;

	(void)state;
	assert_true(ntlm_hash("Password", hash));
	unhex("a4f49c406510bdcab6824ee7c30fd852", want);
	assert_memory_equal(hash, want, 16);
	assert_true(ntlm_owf(hash, "User", "Domain", owf));
	unhex("0c868a403bfd7a93a3001ef22ef02e3f", want);
	assert_memory_equal(owf, want, 16);
	n = unhex("0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000", temp);
	n += unhex(info_hex, temp + n);
	n += unhex("00000000", temp + n);
	unhex("0123456789abcdef", nonce);
	assert_true(ntlm_proof(owf, nonce, temp, n, proof, base));
	unhex("68cd0ab851e51c96aabc927bebef6a1c", want);
	assert_memory_equal(proof, want, 16);
	unhex("8de40ccadbc14a82f15cb0ad0de95ca3", want);
	assert_memory_equal(base, want, 16);
}

static void
nlmp_4_2_4_answer_matches(void **state)
{
	struct ntlm *n = example("Domain\\User", NULL);
	struct wmi_about about = { 0 };
	struct wr out = wr_new(65536), negotiate = wr_new(64);
	struct ntlm_session *session = NULL;
	uint8_t info[64], challenge[256], want[64];
	struct rd r;
	size_t len;

	(void)state;
	assert_true(ntlm_negotiate(n, &negotiate));
	assert_int_equal(negotiate.len, 40);
	len = make_challenge(challenge, FLAGS, info, unhex(info_hex, info));
	assert_true(ntlm_challenge(n, challenge, len, true, &about, NULL));
	assert_string_equal(about.netbios_domain, "Domain");
	assert_string_equal(about.netbios_name, "Server");
	assert_int_equal(about.build, 6000);
	assert_true(ntlm_authenticate(n, &out, &session, NULL));
	r = rd_new(out.p, out.len);
	/* LMv2, because the server sent no time */
	unhex("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", want);
	rd_seek(&r, 16);
	rd_seek(&r, rd_le32(&r));
	assert_memory_equal(rd_bytes(&r, 24), want, 24);
	rd_seek(&r, 24);
	rd_seek(&r, rd_le32(&r));
	unhex("68cd0ab851e51c96aabc927bebef6a1c", want);
	assert_memory_equal(rd_bytes(&r, 16), want, 16);
	rd_seek(&r, 56);
	rd_seek(&r, rd_le32(&r));
	unhex("c5dad2544fc9799094ce1ce90bc9d03e", want);
	assert_memory_equal(rd_bytes(&r, 16), want, 16);
	assert_false(r.bad);
	ntlm_session_free(session);
	wmi_about_clear(&about);
	wr_free(&out);
	wr_free(&negotiate);
	ntlm_free(n);
}

static void
nlmp_4_2_4_message_is_sealed_and_signed(void **state)
{
	uint8_t key[16], pdu[64], want[64];
	struct ntlm_session *s;
	size_t n = unhex("50006c00610069006e007400650078007400", pdu);

	(void)state;
	memset(key, 0x55, sizeof(key));
	s = ntlm_session_new(key, false);
	assert_int_equal(n, 18);
	assert_true(ntlm_wrap(s, pdu, n, 0, n, true));
	unhex("54e50165bf1936dc996020c1811b0f06fb5f"
	    "01000000 7fb38ec5c55d4976 00000000", want);
	assert_memory_equal(pdu, want, 18 + 16);
	ntlm_session_free(s);
}

static void
both_sides_understand_each_other_in_order(void **state)
{
	uint8_t key[16] = { 1, 2, 3 }, pdu[80];
	struct ntlm_session *client = ntlm_session_new(key, false);
	struct ntlm_session *server = ntlm_session_new(key, true);

	(void)state;
	for (int i = 0; i < 5; i++) {
		bool seal = i != 3;

		memset(pdu, i, 64);
		assert_true(ntlm_wrap(client, pdu, 64, 24, 32, seal));
		assert_int_equal(pdu[0], i);		/* the header stays readable */
		assert_int_equal(pdu[56], i);
		assert_true(!seal || pdu[24] != i || pdu[25] != i);
		assert_true(ntlm_unwrap(server, pdu, 64, 24, 32, seal));
		assert_int_equal(pdu[24], i);
		assert_true(ntlm_wrap(server, pdu, 64, 24, 32, seal));
		assert_true(ntlm_unwrap(client, pdu, 64, 24, 32, seal));
	}
	ntlm_session_free(client);
	ntlm_session_free(server);
}

static void
any_flipped_bit_is_seen(void **state)
{
	(void)state;
	for (size_t at = 0; at < 64 + NTLM_TOKEN; at++) {
		uint8_t key[16] = { 7 }, pdu[80] = { 0 };
		struct ntlm_session *client = ntlm_session_new(key, false);
		struct ntlm_session *server = ntlm_session_new(key, true);

		assert_true(ntlm_wrap(client, pdu, 64, 24, 32, true));
		pdu[at] ^= 0x10;
		assert_false(ntlm_unwrap(server, pdu, 64, 24, 32, true));
		ntlm_session_free(client);
		ntlm_session_free(server);
	}
}

/* The MIC covers the three messages as they were on the wire. */
static void
mic_is_there_when_the_server_sends_a_time(void **state)
{
	struct ntlm *n = example("Domain\\User", "host/pc17");
	struct wmi_about about = { 0 };
	struct wr out = wr_new(65536), negotiate = wr_new(64);
	struct ntlm_session *session = NULL;
	uint8_t info[128], challenge[256], key[16], mic[16], want[16];
	struct piece v[3];
	size_t len;

	(void)state;
	assert_true(ntlm_negotiate(n, &negotiate));
	len = make_challenge(challenge, FLAGS, info, unhex("02000c0044006f006d0061006900"
	    "6e0007000800 00803ed5deb19d01 00000000", info));
	assert_true(ntlm_challenge(n, challenge, len, true, &about, NULL));
	assert_int_equal(about.clock_ms, 0);	/* it is 1970 there */
	assert_true(ntlm_authenticate(n, &out, &session, NULL));
	memcpy(mic, out.p + 72, 16);
	memset(out.p + 72, 0, 16);
	memset(key, 0x55, sizeof(key));
	v[0] = (struct piece){ negotiate.p, negotiate.len };
	v[1] = (struct piece){ challenge, len };
	v[2] = (struct piece){ out.p, out.len };
	assert_true(hmac_md5_once(key, 16, v, 3, want));
	assert_memory_equal(mic, want, 16);
	ntlm_session_free(session);
	wr_free(&out);
	wr_free(&negotiate);
	wmi_about_clear(&about);
	ntlm_free(n);
}

static bool
challenged(const uint8_t *p, size_t n, struct err *e)
{
	uint8_t *exact = malloc(n + 1);		/* so that a sanitizer sees the end */
	struct ntlm *ntlm = example("u", NULL);
	struct wmi_about about = { 0 };
	bool ok;

	memcpy(exact, p, n);
	ok = ntlm_challenge(ntlm, exact, n, true, &about, e);
	wmi_about_clear(&about);
	ntlm_free(ntlm);
	free(exact);
	return ok;
}

static void
truncated_anywhere_is_refused(void **state)
{
	uint8_t info[64], challenge[256];
	size_t len = make_challenge(challenge, FLAGS, info, unhex(info_hex, info));

	(void)state;
	assert_true(challenged(challenge, len, NULL));
	for (size_t n = 0; n < len; n++)
		assert_false(challenged(challenge, n, NULL));
}

static void
target_info_without_an_end_is_refused(void **state)
{
	uint8_t info[64], challenge[256];
	size_t n = unhex(info_hex, info) - 4, len;

	(void)state;
	len = make_challenge(challenge, FLAGS, info, n);
	assert_false(challenged(challenge, len, NULL));
}

static void
offset_plus_length_overflow_is_refused(void **state)
{
	uint8_t info[64], challenge[256];
	size_t len = make_challenge(challenge, FLAGS, info, unhex(info_hex, info));

	(void)state;
	memset(challenge + 44, 0xff, 4);
	assert_false(challenged(challenge, len, NULL));
}

static void
weak_flags_are_an_auth_method_error(void **state)
{
	static const uint32_t needed[] = { 0x1, 0x10, 0x20, 0x80000, 0x20000000,
		0x40000000, 0x800000 };
	uint8_t info[64], challenge[256];
	size_t n = unhex(info_hex, info);

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct err e = { 0 };
		size_t len = make_challenge(challenge, FLAGS & ~needed[i], info, n);

		assert_false(challenged(challenge, len, &e));
		assert_int_equal(e.code, ERR_AUTH_METHOD);
	}
}

static void
user_names_are_taken_apart(void **state)
{
	static const struct { const char *form, *user, *domain; bool local; } v[] = {
		{ "CORP\\scanner", "scanner", "CORP", false },
		{ "scanner@corp.example", "scanner@corp.example", "", false },
		{ ".\\admin", "admin", ".", true },
		{ "admin", "admin", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ntlm_user u;

		assert_true(ntlm_user_parse(v[i].form, &u, NULL));
		assert_string_equal(u.user, v[i].user);
		assert_string_equal(u.domain, v[i].domain);
		assert_int_equal(u.local, v[i].local);
		ntlm_user_clear(&u);
	}
	for (size_t i = 0; i < 2; i++) {
		struct ntlm_user u;

		assert_false(ntlm_user_parse(i == 0 ? "" : "CORP\\", &u, NULL));
	}
}

static void
a_hash_does_as_well_as_its_password(void **state)
{
	static const char *const forms[] = { "a4f49c406510bdcab6824ee7c30fd852",
		"A4F49C406510BDCAB6824EE7C30FD852" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct secret *hash = secret_from_str(forms[i]);
		struct wmi_cred c = { .user = "Domain\\User", .nt_hash = hash };
		struct ntlm *n = ntlm_new(&c, NULL, NULL);

		assert_non_null(n);
		ntlm_free(n);
		secret_free(hash);
	}
}

static void
an_empty_password_is_never_tried(void **state)
{
	struct secret *none = secret_from_str("");
	struct wmi_cred c = { .user = "u", .password = none };
	struct err e = { 0 };

	(void)state;
	assert_null(ntlm_new(&c, NULL, &e));
	assert_int_equal(e.code, ERR_AUTH_METHOD);
	secret_free(none);
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
		cmocka_unit_test(nlmp_4_2_4_keys_match),
		cmocka_unit_test(nlmp_4_2_4_answer_matches),
		cmocka_unit_test(nlmp_4_2_4_message_is_sealed_and_signed),
		cmocka_unit_test(both_sides_understand_each_other_in_order),
		cmocka_unit_test(any_flipped_bit_is_seen),
		cmocka_unit_test(mic_is_there_when_the_server_sends_a_time),
		cmocka_unit_test(truncated_anywhere_is_refused),
		cmocka_unit_test(target_info_without_an_end_is_refused),
		cmocka_unit_test(offset_plus_length_overflow_is_refused),
		cmocka_unit_test(weak_flags_are_an_auth_method_error),
		cmocka_unit_test(user_names_are_taken_apart),
		cmocka_unit_test(a_hash_does_as_well_as_its_password),
		cmocka_unit_test(an_empty_password_is_never_tried),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
