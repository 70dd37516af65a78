/* fuzz_wmi_pdu.c: what an RPC server may send.  The first octet says whether the
 * connection is secured and multiplexed; then the octets are taken as they come,
 * while a bind is awaited, or three calls are. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wmi/dcerpc_impl.h"
#include "wmi/ntlm.h"
#include "wmi/ntlm_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Protection that believes everything, so that what is behind it is reached. */
static bool
trust_step(void *self, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *e)
{
	(void)self, (void)in, (void)n, (void)e;
	wr_u8(out, 1);
	*leg = AUTH_ASK;
	return true;
}

static size_t
trust_len(void *self, size_t n)
{
	(void)self, (void)n;
	return NTLM_TOKEN;
}

static bool
trust_wrap(void *self, struct auth_pdu *p)
{
	(void)self;
	memset(p->p + p->len, 0, NTLM_TOKEN);
	return true;
}

static bool
trust_unwrap(void *self, struct auth_pdu *p, size_t n)
{
	(void)self;
	/* touches what it was given */
	for (size_t i = 0; i < p->body_len; i++)
		p->p[p->body + i] ^= 1;
	return p->body + p->body_len <= p->len && n < p->len + n;
}

static bool
trust_local(void *self)
{
	(void)self;
	return false;
}

static void
trust_free(void *self)
{
	(void)self;
}

static const struct auth_ops trust = {
	.type = AUTH_WINNT,
	.step = trust_step,
	.token_len = trust_len,
	.wrap = trust_wrap,
	.unwrap = trust_unwrap,
	.is_local = trust_local,
	.free = trust_free,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dcerpc *d = dcerpc_on(-1, NULL);
	struct dcerpc_call *calls[3] = { NULL };
	struct err e = { .code = ERR_NONE };

	if (d == NULL || size == 0)
		goto out;
	if (data[0] & 1) {
		d->auth = auth_with(&trust, NULL, 6);
		d->secured = d->auth != NULL;
	}
	d->multiplexed = (data[0] & 2) != 0;
	d->ncontexts = 2;
	d->feature_offered = d->secured;
	if (data[0] & 4) {
		d->bound = true;
		d->next_id = 5;
		for (uint32_t i = 0; i < 3; i++)
			if ((calls[i] = dcerpc_call_new(d, 2 + i, 0)) == NULL)
				goto out;
		d->hold->most = 1u << 16;	/* all the input may be */
	}
	/* Exactly as much memory as there are octets: an overread is seen. */
	free(d->in);
	if ((d->in = malloc(size)) == NULL)
		goto out;
	memcpy(d->in, data + 1, size - 1);
	d->to = size - 1;
	(void)!dcerpc_process(d, &e);
	for (size_t i = 0; i < 3; i++)
		if (calls[i] != NULL && dcerpc_done(calls[i]) &&
		    dcerpc_stub(calls[i]).len > (1u << 20))
			abort();
out:
	for (size_t i = 0; i < 3; i++)
		dcerpc_call_free(calls[i]);
	dcerpc_free(d);
	return 0;
}
