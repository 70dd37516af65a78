/* dcerpc_bind.c: bind, alter_context, auth3 and their answers.
 *                          [C706] 12.6.4.3-4, [MS-RPCE] 2.2.2.14, 3.3.1.5.2-3 */
#include <string.h>

#include "wmi/dcerpc.h"
#include "wmi/dcerpc_impl.h"

static const uint8_t ndr[20] = { 0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11,
	0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0 };
/* Bind-time feature negotiation, bitmask 3: several security contexts, and the
 * connection is kept when a call is orphaned. */
static const uint8_t features[20] = { 0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45,
	0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 1, 0, 0, 0 };

static const char *const nak_reasons[] = {
	"no reason given", "it is congested", "a local limit was reached",
	"unknown user data", "another RPC version", "unknown user data",
	"unknown user data", "unknown user data",
	"the authentication type is not recognised", "the authentication token is wrong",
};

static void
put_element(struct wr *w, uint16_t id, const struct dcerpc_syntax *s,
    const uint8_t transfer[static 20])
{
	wr_le16(w, id);
	wr_u8(w, 1);			/* one transfer syntax */
	wr_u8(w, 0);
	wr_bytes(w, s->uuid, 16);
	wr_le16(w, s->major);
	wr_le16(w, s->minor);
	wr_bytes(w, transfer, 20);
}

/* bind, or alter_context for a further leg with the first context again. */
static bool
put_bind(struct dcerpc *d, uint8_t type, const struct dcerpc_syntax *s, size_t n,
    const struct wr *token)
{
	uint8_t flags = PFC_FIRST | PFC_LAST;
	size_t at;
	bool feature = type == PDU_BIND && d->auth != NULL;

	if (d->auth != NULL && auth_level(d->auth) >= AUTH_LEVEL_INTEGRITY)
		flags |= PFC_SIGN;
	if (d->multiplexed)
		flags |= PFC_MPX;
	at = dcerpc_begin(d, type, flags, d->next_id);
	wr_le16(&d->out, PDU_MAX);
	wr_le16(&d->out, PDU_MAX);
	wr_le32(&d->out, type == PDU_BIND ? 0 : d->assoc_group);
	wr_u8(&d->out, (uint8_t)(n + feature));
	wr_zero(&d->out, 3);
	for (size_t i = 0; i < n; i++)
		put_element(&d->out, (uint16_t)(type == PDU_BIND ? i : d->altered),
		    &s[i], ndr);
	if (feature)
		put_element(&d->out, (uint16_t)n, &s[0], features);
	if (type == PDU_BIND)
		d->feature_offered = feature;
	if (token != NULL && token->len != 0) {
		dcerpc_put_trailer(d, 0);
		wr_bytes(&d->out, token->p, token->len);
	}
	dcerpc_end(d, at, token != NULL ? token->len : 0);
	return !d->out.bad;
}

static bool
put_auth3(struct dcerpc *d, const struct wr *token)
{
	size_t at = dcerpc_begin(d, PDU_AUTH3, PFC_FIRST | PFC_LAST, d->next_id - 1);

	wr_le16(&d->out, PDU_MAX);
	wr_le16(&d->out, PDU_MAX);
	dcerpc_put_trailer(d, 0);
	wr_bytes(&d->out, token->p, token->len);
	dcerpc_end(d, at, token->len);
	return !d->out.bad;
}

/* --- the answers --------------------------------------------------------------- */

static bool
take_results(struct dcerpc *d, struct rd *r, bool first, struct err *e)
{
	size_t n = rd_u8(r), want = first ? d->ncontexts + d->feature_offered : 1;

	rd_skip(r, 3);
	if (r->bad || n != want || n > ARRAY_LEN(d->results))
		return fail(e, ERR_PROTOCOL, "the host answers %zu of %zu RPC"
		    " interfaces", n, want);
	for (size_t i = 0; i < n; i++) {
		unsigned result = rd_le16(r), reason = rd_le16(r);

		size_t at = first ? i : d->altered;

		rd_skip(r, 20);
		d->results[at].result = (uint16_t)result;
		d->results[at].reason = (uint16_t)reason;
	}
	return !r->bad || fail(e, ERR_PROTOCOL, "the host's RPC bind answer is cut short");
}

bool
dcerpc_on_bind_ack(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	bool first = pdu->type == PDU_BIND_ACK;
	struct rd r = rd_new(pdu->p, pdu->len);
	uint16_t xmit, recv;
	size_t body_len;
	uint8_t pad;

	if (pdu->call_id != d->next_id || d->bind_answered || d->bound == first)
		return fail(e, ERR_PROTOCOL, "an RPC bind answer came unasked");
	rd_skip(&r, HEADER);
	xmit = rd_le16(&r);
	recv = rd_le16(&r);
	if (first) {
		d->assoc_group = rd_le32(&r);
		if (xmit < PDU_MIN || recv < PDU_MIN)
			return fail(e, ERR_PROTOCOL,
			    "the host's RPC fragment size of %u is too small",
			    xmit < recv ? xmit : recv);
		if (recv < d->max_xmit)
			d->max_xmit = recv;
		d->multiplexed = d->multiplexed && (pdu->flags & PFC_MPX);
		d->header_signing = (pdu->flags & PFC_SIGN) != 0;
	} else {
		rd_skip(&r, 4);
	}
	rd_skip(&r, rd_le16(&r));	/* secondary address */
	rd_align(&r, 4);
	if (!take_results(d, &r, first, e))
		return false;
	wr_reset(&d->token);
	if (pdu->auth_len != 0) {
		if (!dcerpc_trailer(d, pdu, HEADER, &body_len, &pad, e))
			return false;
		wr_bytes(&d->token, pdu->p + (pdu->len - pdu->auth_len),
		    pdu->auth_len);
	}
	d->bind_answered = true;
	return true;
}

bool
dcerpc_on_bind_nak(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	struct rd r = rd_new(pdu->p, pdu->len);
	unsigned reason;

	(void)d;
	rd_skip(&r, HEADER);
	reason = rd_le16(&r);
	return fail_native(e, reason == 8 || reason == 9 ? ERR_AUTH_METHOD :
	    ERR_REMOTE, reason, "the host refuses the RPC bind: %s",
	    reason < ARRAY_LEN(nak_reasons) ? nak_reasons[reason] : "unknown reason");
}

/* --- the legs -------------------------------------------------------------------------- */

static bool
ask(struct dcerpc *d, struct deadline by, struct err *e)
{
	d->bind_answered = false;
	if (!dcerpc_flush(d, by, e))
		return false;
	while (!d->bind_answered)
		if (!dcerpc_pump(d, by, e))
			return false;
	d->next_id++;
	d->trips++;
	return true;
}

/* NTLM signs the headers whatever was agreed; of Kerberos both sides must
 * agree, and what is not signed could be changed. */
static bool
signs_headers(const struct dcerpc *d, struct err *e)
{
	if (d->auth == NULL || auth_type(d->auth) == AUTH_WINNT || d->header_signing)
		return true;
	fail(e, ERR_AUTH_METHOD, "the host does not sign the headers of its RPC"
	    " messages");
	return fail_hint(e, "Update the host, or allow NTLM for it.");
}

/* At least one interface must be there, or nothing can be called. */
static bool
some_accepted(const struct dcerpc *d, struct err *e)
{
	for (size_t i = 0; i < d->ncontexts; i++)
		if (d->results[i].result == 0)
			return true;
	return fail_native(e, ERR_UNSUPPORTED, d->results[0].reason,
	    "the host does not offer the RPC interface (%s)",
	    d->results[0].reason == 1 ? "it is not there" :
	    d->results[0].reason == 2 ? "no common encoding" : "it refused");
}

bool
dcerpc_bind(struct dcerpc *d, const struct dcerpc_syntax *s, size_t n,
    struct auth *auth, bool multiplex, struct deadline by, struct err *e)
{
	struct wr token = wr_new(PDU_MAX - 1024);
	enum auth_leg leg = AUTH_DONE;
	uint8_t type = PDU_BIND;
	bool ok = false;

	d->auth = auth;
	d->ncontexts = n;
	d->multiplexed = multiplex;
	if (n == 0 || n > DCERPC_CONTEXTS || d->bound) {
		fail(e, ERR_INTERNAL, "bind with %zu interfaces", n);
		goto out;
	}
	if (auth != NULL && !auth_step(auth, NULL, 0, &token, &leg, e))
		goto out;
	do {
		if (!put_bind(d, type, s, type == PDU_BIND ? n : 1, &token) ||
		    !ask(d, by, e))
			goto out;
		d->bound = true;
		type = PDU_ALTER;
		wr_reset(&token);
		if (!some_accepted(d, e) || !signs_headers(d, e))
			goto out;
		if (auth == NULL)
			break;
		if (d->token.len == 0) {
			fail(e, ERR_AUTH_METHOD, "the host ignores the log-on in the RPC bind");
			goto out;
		}
		if (!auth_step(auth, d->token.p, d->token.len, &token, &leg, e))
			goto out;
	} while (leg == AUTH_ASK);
	if (leg == AUTH_LAST && !put_auth3(d, &token)) {
		fail(e, ERR_INTERNAL, "the log-on could not be written");
		goto out;
	}
	d->secured = auth != NULL;
	ok = true;
out:
	wr_free(&token);
	return ok;
}

bool
dcerpc_require(struct dcerpc *d, unsigned context, const struct dcerpc_syntax *s,
    struct deadline by, struct err *e)
{
	if (dcerpc_accepted(d, context))
		return true;
	if (context >= d->ncontexts)
		return fail(e, ERR_INTERNAL, "RPC context %u was never bound", context);
	while (d->fd >= 0 && d->in_flight != 0)
		if (!dcerpc_pump(d, by, e))
			return false;
	d->altered = context;
	if (!put_bind(d, PDU_ALTER, s, 1, NULL) || !ask(d, by, e))
		return fail(e, ERR_INTERNAL, "alter_context could not be written");
	return dcerpc_accepted(d, context) || fail_native(e, ERR_UNSUPPORTED,
	    d->results[context].reason, "the host does not offer the RPC interface");
}
