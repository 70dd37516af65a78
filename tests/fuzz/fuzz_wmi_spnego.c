/* fuzz_wmi_spnego.c: what a host says in SPNEGO.  As one token: what was read fits
 * inside what came.  And as a negotiation: the first octet says whether there are
 * two mechanisms, then tokens of a length octet each are given to it in turn. */
#include <stdlib.h>
#include <string.h>

#include "wmi/spnego.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
inside(const struct rd *part, const uint8_t *p, size_t n)
{
	if (part->len != 0 && (part->p < p || part->p + part->len > p + n))
		abort();
}

/* --- a mechanism that is content with anything ------------------------------------ */

struct any { unsigned steps; bool signs; };

static bool
any_step(void *self, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *e)
{
	struct any *a = self;
	unsigned sum = 0;

	(void)e;
	for (size_t i = 0; i < n; i++)
		sum += in[i];
	wr_le32(out, sum);
	*leg = ++a->steps < 2 ? AUTH_ASK : AUTH_LAST;
	return true;
}

static size_t
any_len(void *self, size_t n)
{
	(void)self, (void)n;
	return 16;
}

static bool
any_pdu(void *self, struct auth_pdu *p)
{
	(void)self, (void)p;
	return true;
}

static bool
any_open(void *self, struct auth_pdu *p, size_t n)
{
	(void)self, (void)p;
	return n == 16;
}

static bool
any_sign(void *self, const void *p, size_t n, struct wr *out)
{
	struct any *a = self;

	wr_bytes(out, p, n < 16 ? n : 16);
	a->signs = true;
	return !out->bad;
}

static bool
any_check(void *self, const void *p, size_t n, const uint8_t *mic, size_t nmic)
{
	struct any *a = self;

	/* Whose MIC is looked at has made its own. */
	if (!a->signs || n == 0 || p == NULL)
		abort();
	return nmic == 2 && memcmp(mic, "ok", 2) == 0;
}

static bool
any_local(void *self)
{
	(void)self;
	return false;
}

static const struct auth_ops kerberos = { .type = AUTH_GSS_KERBEROS,
	.step = any_step, .token_len = any_len, .wrap = any_pdu,
	.unwrap = any_open, .make_mic = any_sign, .check_mic = any_check,
	.is_local = any_local, .free = free };
static const struct auth_ops ntlm = { .type = AUTH_WINNT,
	.step = any_step, .token_len = any_len, .wrap = any_pdu,
	.unwrap = any_open, .make_mic = any_sign, .check_mic = any_check,
	.is_local = any_local, .free = free };

static struct auth *
mechanism(const struct auth_ops *ops)
{
	struct any *self = calloc(1, sizeof(*self));

	if (self == NULL)
		abort();
	return auth_with(ops, self, AUTH_LEVEL_PRIVACY);
}

static void
negotiate(struct rd r)
{
	struct auth *second = rd_u8(&r) & 1 ? mechanism(&ntlm) : NULL;
	struct auth *a = spnego_over(mechanism(&kerberos), second, NULL);
	struct wr out = wr_new(65536);
	enum auth_leg leg = AUTH_ASK;
	struct auth_pdu pdu = { .len = 16 };
	uint8_t octets[32] = { 0 };
	bool ok = a != NULL && auth_step(a, NULL, 0, &out, &leg, NULL);

	while (ok && leg == AUTH_ASK && rd_left(&r) != 0) {
		size_t n = rd_u8(&r), left = rd_left(&r);
		struct rd token = rd_take(&r, n < left ? n : left);
		struct err e = { .code = ERR_NONE };

		wr_reset(&out);
		ok = auth_step(a, token.p, token.len, &out, &leg, &e);
		if (ok == (e.code != ERR_NONE) || out.bad)
			abort();
	}
	/* Nothing is protected before both sides are content. */
	pdu.p = octets;
	if (a != NULL && auth_wrap(a, &pdu) && (!ok || leg != AUTH_DONE))
		abort();
	auth_free(a);
	wr_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct spnego_resp r;

	negotiate(rd_new(p, n));
	if (!spnego_take(&r, p, n))
		return 0;
	inside(&r.mech, p, n);
	inside(&r.token, p, n);
	inside(&r.mic, p, n);
	return 0;
}
