#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail			/* ours is in err.h */
#include <stdlib.h>
#include <string.h>

#include "wmi/spnego.h"

/* --- a mechanism of two legs, all in clear ---------------------------------------- */

struct toy { char name; unsigned steps; bool refused; };

static bool
toy_step(void *self, const uint8_t *in, size_t n, struct wr *out, enum auth_leg *leg,
    struct err *e)
{
	struct toy *t = self;

	(void)e;
	t->refused = t->steps != 0 && (n != 1 || in[0] != (uint8_t)t->name);
	wr_u8(out, (uint8_t)t->name);
	wr_u8(out, (uint8_t)('0' + t->steps));
	*leg = t->steps++ == 0 ? AUTH_ASK : AUTH_LAST;
	return !t->refused || fail(e, ERR_PROTOCOL, "another token than mine");
}

static size_t
toy_token_len(void *self, size_t n)
{
	(void)n;
	return (size_t)((struct toy *)self)->name;
}

static bool
toy_wrap(void *self, struct auth_pdu *p)
{
	(void)self;
	(void)p;
	return true;
}

static bool
toy_unwrap(void *self, struct auth_pdu *p, size_t n)
{
	(void)n;
	return toy_wrap(self, p);
}

/* Name and length: enough to tell another list from ours. */
static bool
toy_make_mic(void *self, const void *p, size_t n, struct wr *out)
{
	(void)p;
	wr_u8(out, (uint8_t)((struct toy *)self)->name);
	wr_u8(out, (uint8_t)n);
	return true;
}

static bool
toy_check_mic(void *self, const void *p, size_t n, const uint8_t *mic, size_t nmic)
{
	(void)p;
	return nmic == 2 && mic[0] == (uint8_t)((struct toy *)self)->name && mic[1] == n;
}

static bool
toy_local(void *self)
{
	(void)self;
	return false;
}

#define TOY(type_) { .type = type_, .step = toy_step, .token_len = toy_token_len, \
	.wrap = toy_wrap, .unwrap = toy_unwrap, .make_mic = toy_make_mic, \
	.check_mic = toy_check_mic, .is_local = toy_local, .free = free }
static const struct auth_ops toy_kerberos = TOY(AUTH_GSS_KERBEROS);
static const struct auth_ops toy_ntlm = TOY(AUTH_WINNT);

static struct auth *
toy(char name)
{
	struct toy *t = calloc(1, sizeof(*t));
	struct auth *a;

	assert_non_null(t);
	t->name = name;
	a = auth_with(name == 'K' ? &toy_kerberos : &toy_ntlm, t, AUTH_LEVEL_PRIVACY);
	assert_non_null(a);
	return a;
}

/* --- what the host says ---------------------------------------------------------------- */

static const uint8_t took_kerberos[] = { 0xa1, 0x19, 0x30, 0x17, 0xa0, 3, 0x0a, 1, 1,
	0xa1, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2,
	0xa2, 3, 4, 1, 'K' };
static const uint8_t took_ntlm[] = { 0xa1, 0x15, 0x30, 0x13, 0xa0, 3, 0x0a, 1, 3,
	0xa1, 0x0c, 6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10 };
static const uint8_t challenge[] = { 0xa1, 0x0c, 0x30, 0x0a, 0xa0, 3, 0x0a, 1, 1,
	0xa2, 3, 4, 1, 'N' };
static const uint8_t took_negoex[] = { 0xa1, 0x15, 0x30, 0x13, 0xa0, 3, 0x0a, 1, 1,
	0xa1, 0x0c, 6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 30 };
static const uint8_t rejected[] = { 0xa1, 7, 0x30, 5, 0xa0, 3, 0x0a, 1, 2 };
static const uint8_t completed[] = { 0xa1, 7, 0x30, 5, 0xa0, 3, 0x0a, 1, 0 };
/* behind the list of all three, 36 octets of DER */
static const uint8_t completed_mic_k[] = { 0xa1, 0x0d, 0x30, 0x0b, 0xa0, 3, 0x0a, 1, 0,
	0xa3, 4, 4, 2, 'K', 36 };
static const uint8_t completed_mic_n[] = { 0xa1, 0x0d, 0x30, 0x0b, 0xa0, 3, 0x0a, 1, 0,
	0xa3, 4, 4, 2, 'N', 36 };

struct talk {
	struct auth *a;
	struct wr out;
	enum auth_leg leg;
	struct err e;
};

static struct talk
begin(bool with_ntlm)
{
	struct talk t = { .out = wr_new(65535) };

	t.a = spnego_over(toy('K'), with_ntlm ? toy('N') : NULL, &t.e);
	assert_non_null(t.a);
	assert_int_equal(auth_type(t.a), AUTH_SPNEGO);
	assert_true(auth_step(t.a, NULL, 0, &t.out, &t.leg, &t.e));
	assert_int_equal(t.leg, AUTH_ASK);
	return t;
}

static bool
hear(struct talk *t, const void *p, size_t n)
{
	wr_reset(&t->out);
	err_clear(&t->e);
	return auth_step(t->a, p, n, &t->out, &t->leg, &t->e);
}
#define HEAR(t, what) hear(t, what, sizeof(what))

static void
end(struct talk *t)
{
	auth_free(t->a);
	wr_free(&t->out);
}

static void
the_first_token_lists_what_we_do_and_carries_the_first_ones_token(void **state)
{
	/* RFC 4178 4.2.1, by hand */
	static const uint8_t wanted[] = { 0x60, 0x38, 6, 6, 0x2b, 6, 1, 5, 5, 2,
		0xa0, 0x2e, 0x30, 0x2c, 0xa0, 0x24, 0x30, 0x22,
		6, 9, 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2,
		6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2,
		6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10,
		0xa2, 4, 4, 2, 'K', '0' };
	struct talk t = begin(true);

	(void)state;
	assert_int_equal(t.out.len, sizeof(wanted));
	assert_memory_equal(t.out.p, wanted, sizeof(wanted));
	end(&t);
}

static void
the_first_choice_ends_with_both_MICs(void **state)
{
	static const uint8_t last[] = { 0xa1, 0x0e, 0x30, 0x0c, 0xa2, 4, 4, 2, 'K', '1',
		0xa3, 4, 4, 2, 'K', 36 };
	struct talk t = begin(true);

	(void)state;
	assert_true(HEAR(&t, took_kerberos));
	assert_int_equal(t.leg, AUTH_ASK);
	assert_int_equal(t.out.len, sizeof(last));
	assert_memory_equal(t.out.p, last, sizeof(last));
	assert_true(HEAR(&t, completed_mic_k));
	assert_int_equal(t.leg, AUTH_DONE);
	assert_int_equal(auth_chosen(t.a), AUTH_GSS_KERBEROS);
	assert_int_equal(auth_token_len(t.a, 16), 'K');
	assert_false(HEAR(&t, completed_mic_k));
	assert_int_equal(t.e.code, ERR_PROTOCOL);
	end(&t);
}

static void
a_host_that_wants_NTLM_gets_its_first_message_then(void **state)
{
	static const uint8_t first[] = { 0xa1, 8, 0x30, 6, 0xa2, 4, 4, 2, 'N', '0' };
	struct talk t = begin(true);

	(void)state;
	assert_true(HEAR(&t, took_ntlm));
	assert_int_equal(t.leg, AUTH_ASK);
	assert_int_equal(t.out.len, sizeof(first));
	assert_memory_equal(t.out.p, first, sizeof(first));
	assert_true(HEAR(&t, challenge));
	assert_true(HEAR(&t, completed_mic_n));
	assert_int_equal(t.leg, AUTH_DONE);
	assert_int_equal(auth_chosen(t.a), AUTH_WINNT);
	end(&t);
}

static void
a_change_without_a_signature_is_a_downgrade(void **state)
{
	struct talk t = begin(true);

	(void)state;
	assert_true(HEAR(&t, took_ntlm));
	assert_true(HEAR(&t, challenge));
	assert_false(HEAR(&t, completed));
	assert_int_equal(t.e.code, ERR_PROTOCOL);
	end(&t);
}

static void
our_first_choice_may_go_unsigned_by_an_old_host(void **state)
{
	struct talk t = begin(true);

	(void)state;
	assert_true(HEAR(&t, took_kerberos));
	assert_true(HEAR(&t, completed));
	assert_int_equal(t.leg, AUTH_DONE);
	end(&t);
}

static void
a_wrong_signature_is_noticed(void **state)
{
	struct talk t = begin(true);

	(void)state;
	assert_true(HEAR(&t, took_kerberos));
	assert_false(HEAR(&t, completed_mic_n));
	assert_int_equal(t.e.code, ERR_PROTOCOL);
	end(&t);
}

static void
what_was_not_offered_cannot_be_chosen(void **state)
{
	struct talk t = begin(false);

	(void)state;
	assert_false(HEAR(&t, took_ntlm));
	assert_int_equal(t.e.code, ERR_AUTH_METHOD);
	end(&t);
	t = begin(true);
	assert_false(HEAR(&t, took_negoex));
	assert_int_equal(t.e.code, ERR_AUTH_METHOD);
	end(&t);
}

static void
a_rejection_is_of_the_mechanisms_first_and_of_the_log_on_later(void **state)
{
	struct talk t = begin(true);

	(void)state;
	assert_false(HEAR(&t, rejected));
	assert_int_equal(t.e.code, ERR_AUTH_METHOD);
	end(&t);
	t = begin(true);
	assert_true(HEAR(&t, took_kerberos));
	assert_false(HEAR(&t, rejected));
	assert_int_equal(t.e.code, ERR_AUTH_FAILED);
	end(&t);
}

static void
nothing_is_sealed_before_the_end(void **state)
{
	struct talk t = begin(true);
	uint8_t pdu[64] = { 0 };
	struct auth_pdu p = { .p = pdu, .len = 40, .body = 24, .body_len = 8 };

	(void)state;
	assert_false(auth_wrap(t.a, &p));
	assert_true(HEAR(&t, took_kerberos));
	assert_false(auth_wrap(t.a, &p));
	assert_false(auth_unwrap(t.a, &p, 16));
	assert_true(HEAR(&t, completed_mic_k));
	assert_true(auth_wrap(t.a, &p));
	end(&t);
}

static void
a_token_cut_anywhere_is_refused(void **state)
{
	struct spnego_resp r;

	(void)state;
	for (size_t n = 0; n < sizeof(took_kerberos); n++) {
		uint8_t *p = malloc(n + 1);	/* so that a read beyond is seen */

		assert_non_null(p);
		memcpy(p, took_kerberos, n);
		assert_false(spnego_take(&r, p, n));
		free(p);
	}
	assert_true(spnego_take(&r, took_kerberos, sizeof(took_kerberos)));
	assert_int_equal(r.state, SPNEGO_INCOMPLETE);
	assert_int_equal(r.token.len, 1);
	assert_true(r.has_mech && r.has_token && !r.has_mic);
}

static void
lengths_that_lie_are_refused(void **state)
{
	static const uint8_t indefinite[] = { 0xa1, 0x80, 0x30, 0, 0, 0 };
	static const uint8_t huge[] = { 0xa1, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0 };
	static const uint8_t beyond[] = { 0xa1, 4, 0x30, 0x7f, 0, 0 };
	static const uint8_t state_of_two[] = { 0xa1, 8, 0x30, 6, 0xa0, 4, 0x0a, 2, 0, 0 };
	static const uint8_t state_of_nine[] = { 0xa1, 7, 0x30, 5, 0xa0, 3, 0x0a, 1, 9 };
	struct spnego_resp r;

	(void)state;
	assert_false(spnego_take(&r, indefinite, sizeof(indefinite)));
	assert_false(spnego_take(&r, huge, sizeof(huge)));
	assert_false(spnego_take(&r, beyond, sizeof(beyond)));
	assert_false(spnego_take(&r, state_of_two, sizeof(state_of_two)));
	assert_false(spnego_take(&r, state_of_nine, sizeof(state_of_nine)));
}

static void
a_long_token_has_a_long_length(void **state)
{
	struct wr token = wr_new(65535), out = wr_new(65535);
	struct spnego_resp r;
	const size_t sizes[] = { 100, 127, 128, 200, 255, 256, 4000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		wr_reset(&token);
		wr_reset(&out);
		wr_zero(&token, sizes[i]);
		spnego_put_resp(&out, &token, NULL);
		assert_true(spnego_take(&r, out.p, out.len));
		assert_int_equal(r.token.len, sizes[i]);
	}
	wr_free(&token);
	wr_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_token_lists_what_we_do_and_carries_the_first_ones_token),
		cmocka_unit_test(the_first_choice_ends_with_both_MICs),
		cmocka_unit_test(a_host_that_wants_NTLM_gets_its_first_message_then),
		cmocka_unit_test(a_change_without_a_signature_is_a_downgrade),
		cmocka_unit_test(our_first_choice_may_go_unsigned_by_an_old_host),
		cmocka_unit_test(a_wrong_signature_is_noticed),
		cmocka_unit_test(what_was_not_offered_cannot_be_chosen),
		cmocka_unit_test(a_rejection_is_of_the_mechanisms_first_and_of_the_log_on_later),
		cmocka_unit_test(nothing_is_sealed_before_the_end),
		cmocka_unit_test(a_token_cut_anywhere_is_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(a_long_token_has_a_long_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
