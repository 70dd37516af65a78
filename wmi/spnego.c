#include "wmi/spnego.h"

#include <stdlib.h>
#include <string.h>

#define DER_MAX 65535u

enum { TAG_OCTETS = 0x04, TAG_OID = 0x06, TAG_ENUM = 0x0a, TAG_SEQUENCE = 0x30,
	TAG_APPLICATION = 0x60, TAG_0 = 0xa0, TAG_1, TAG_2, TAG_3 };

static const uint8_t spnego_oid[] = { 0x2b, 6, 1, 5, 5, 2 };

/* Two names for one Kerberos: Windows's first, which old servers mistyped. */
static const struct oid {
	uint8_t type;		/* the mechanism's auth type */
	uint8_t n, octets[10];
} oids[] = {
	{ AUTH_GSS_KERBEROS, 9, { 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2 } },
	{ AUTH_GSS_KERBEROS, 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2 } },
	{ AUTH_WINNT, 10, { 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10 } },
};

/* --- DER ----------------------------------------------------------------------------- */

static void
der_put(struct wr *w, uint8_t tag, const void *p, size_t n)
{
	wr_u8(w, tag);
	if (n > DER_MAX) {
		w->bad = true;
	} else if (n > 0xff) {
		wr_u8(w, 0x82);
		wr_be16(w, (uint16_t)n);
	} else {
		if (n > 0x7f)
			wr_u8(w, 0x81);
		wr_u8(w, (uint8_t)n);
	}
	wr_bytes(w, p, n);
}

/* Wraps all that was written so far; a fault inside goes on to the outside. */
static void
der_wrap(struct wr *w, uint8_t tag)
{
	struct wr whole = wr_new(DER_MAX);

	der_put(&whole, tag, w->p, w->len);
	whole.bad |= w->bad;
	wr_free(w);
	*w = whole;
}

static struct rd
der_take(struct rd *r, uint8_t *tag)
{
	size_t n;

	*tag = rd_u8(r);
	n = rd_u8(r);
	if (n == 0x81)
		n = rd_u8(r);
	else if (n == 0x82)
		n = rd_be16(r);
	else if (n > 0x7f)
		r->bad = true;
	return rd_take(r, r->bad ? 0 : n);
}

static struct rd
der_want(struct rd *r, uint8_t want)
{
	uint8_t tag;
	struct rd in = der_take(r, &tag);

	if (tag != want)
		r->bad = in.bad = true;
	return in;
}

/* --- the tokens ------------------------------------------------------------------------ */

static void
put_part(struct wr *w, uint8_t tag, const struct wr *octets)
{
	struct wr part = wr_new(DER_MAX);

	if (octets == NULL || octets->len == 0)
		return;
	der_put(&part, TAG_OCTETS, octets->p, octets->len);
	part.bad |= octets->bad;
	der_wrap(&part, tag);
	wr_bytes(w, part.p, part.len);
	w->bad |= part.bad;
	wr_free(&part);
}

void
spnego_put_resp(struct wr *out, const struct wr *token, const struct wr *mic)
{
	struct wr w = wr_new(DER_MAX);

	put_part(&w, TAG_2, token);
	put_part(&w, TAG_3, mic);
	der_wrap(&w, TAG_SEQUENCE);
	der_wrap(&w, TAG_1);
	wr_bytes(out, w.p, w.len);
	out->bad |= w.bad;
	wr_free(&w);
}

void
spnego_put_init(struct wr *out, const struct wr *mech_types, const struct wr *token)
{
	struct wr w = wr_new(DER_MAX), whole = wr_new(DER_MAX);

	der_put(&w, TAG_0, mech_types->p, mech_types->len);
	put_part(&w, TAG_2, token);
	der_wrap(&w, TAG_SEQUENCE);
	der_wrap(&w, TAG_0);
	der_put(&whole, TAG_OID, spnego_oid, sizeof(spnego_oid));
	wr_bytes(&whole, w.p, w.len);
	der_wrap(&whole, TAG_APPLICATION);
	wr_bytes(out, whole.p, whole.len);
	out->bad |= w.bad || whole.bad;
	wr_free(&w);
	wr_free(&whole);
}

bool
spnego_take(struct spnego_resp *a, const uint8_t *p, size_t n)
{
	struct rd r = rd_new(p, n), resp = der_want(&r, TAG_1);
	struct rd seq = der_want(&resp, TAG_SEQUENCE);

	*a = (struct spnego_resp){ .state = SPNEGO_NO_STATE };
	while (rd_left(&seq) != 0 && !seq.bad) {
		uint8_t tag;
		struct rd part = der_take(&seq, &tag);

		if (tag == TAG_0) {
			struct rd v = der_want(&part, TAG_ENUM);

			a->state = rd_u8(&v);
			if (!rd_done(&v) || a->state > SPNEGO_REQUEST_MIC)
				return false;
		} else if (tag == TAG_1) {
			a->mech = der_want(&part, TAG_OID);
			a->has_mech = true;
		} else if (tag == TAG_2) {
			a->token = der_want(&part, TAG_OCTETS);
			a->has_token = true;
		} else if (tag == TAG_3) {
			a->mic = der_want(&part, TAG_OCTETS);
			a->has_mic = true;
		}
		if (part.bad)
			return false;
	}
	return !r.bad && !resp.bad && !seq.bad;
}

/* --- the mechanism ----------------------------------------------------------------------- */

struct spnego {
	struct auth *mech[2];		/* in the order of preference */
	unsigned now;			/* which one speaks */
	bool asked, answered, inner_done, changed, done;
	struct wr mech_types;		/* DER, as sent */
};

static struct auth *
inner(const struct spnego *s)
{
	return s->mech[s->now];
}

static void
list_mechs(struct spnego *s)
{
	for (unsigned m = 0; m < 2 && s->mech[m] != NULL; m++)
		for (size_t i = 0; i < ARRAY_LEN(oids); i++)
			if (oids[i].type == auth_type(s->mech[m]))
				der_put(&s->mech_types, TAG_OID, oids[i].octets, oids[i].n);
	der_wrap(&s->mech_types, TAG_SEQUENCE);
}

static bool
first_step(struct spnego *s, struct wr *out, enum auth_leg *leg, struct err *e)
{
	struct wr token = wr_new(DER_MAX);
	bool ok = auth_step(inner(s), NULL, 0, &token, leg, e);

	s->asked = true;
	if (ok) {
		spnego_put_init(out, &s->mech_types, &token);
		ok = !out->bad || fail(e, ERR_TOO_BIG, "the ticket is too big for one"
		    " RPC message");
	}
	wr_free(&token);
	*leg = AUTH_ASK;
	return ok;
}

/* The host chose; *changed when it is another mechanism than the one that we
 * began with. */
static bool
choose(struct spnego *s, const struct spnego_resp *a, bool *changed, struct err *e)
{
	*changed = false;
	if (s->answered || !a->has_mech) {
		s->answered = true;
		return true;
	}
	s->answered = true;
	for (size_t i = 0; i < ARRAY_LEN(oids); i++) {
		if (a->mech.len != oids[i].n ||
		    memcmp(a->mech.p, oids[i].octets, oids[i].n) != 0)
			continue;
		for (unsigned m = 0; m < 2 && s->mech[m] != NULL; m++)
			if (auth_type(s->mech[m]) == oids[i].type) {
				*changed = m != s->now;
				s->now = m;
				return true;
			}
	}
	return fail(e, ERR_AUTH_METHOD, "the host chose a log-on mechanism that was"
	    " not offered");
}

/* The next token of the mechanism, with the list's MIC behind its last one. */
static bool
inner_step(struct spnego *s, struct rd in, struct wr *out, struct err *e)
{
	struct wr token = wr_new(DER_MAX), mic = wr_new(256);
	enum auth_leg leg = AUTH_ASK;
	bool ok = auth_step(inner(s), in.p, in.len, &token, &leg, e);

	if (ok && leg != AUTH_ASK) {
		s->inner_done = true;
		ok = auth_make_mic(inner(s), s->mech_types.p, s->mech_types.len, &mic) ||
		    fail(e, ERR_INTERNAL, "the mechanism list could not be signed");
	}
	if (ok) {
		spnego_put_resp(out, &token, &mic);
		ok = !out->bad || fail(e, ERR_TOO_BIG, "the log-on is too big for one"
		    " RPC message");
	}
	wr_free(&token);
	wr_free(&mic);
	return ok;
}

/* What ends it.  The MIC may be missing only where nobody could have taken a
 * better mechanism away: our first choice was taken. */
static bool
last_step(struct spnego *s, const struct spnego_resp *a, struct err *e)
{
	if (a->state != SPNEGO_COMPLETED)
		return fail(e, ERR_PROTOCOL, "the host does not end the negotiation");
	if (!a->has_mic && (s->changed || auth_type(inner(s)) == AUTH_WINNT))
		return fail(e, ERR_PROTOCOL, "the host did not sign the list of log-on"
		    " mechanisms: somebody may have changed it");
	if (a->has_mic && !auth_check_mic(inner(s), s->mech_types.p,
	    s->mech_types.len, a->mic.p, a->mic.len))
		return fail(e, ERR_PROTOCOL, "the signature of the list of log-on"
		    " mechanisms is wrong: somebody may have changed it");
	s->done = true;
	return true;
}

static bool
step(void *self, const uint8_t *in, size_t n, struct wr *out, enum auth_leg *leg,
    struct err *e)
{
	struct spnego *s = self;
	struct spnego_resp a;
	bool changed;

	if (!s->asked)
		return first_step(s, out, leg, e);
	if (s->done || !spnego_take(&a, in, n))
		return fail(e, ERR_PROTOCOL, "the host's SPNEGO token is wrong");
	if (a.state == SPNEGO_REJECT && !a.has_token)
		return fail(e, s->inner_done ? ERR_AUTH_FAILED : ERR_AUTH_METHOD,
		    s->inner_done ? "the host rejects the log-on" :
		    "the host wants none of the log-on mechanisms that were offered");
	if (s->inner_done) {
		*leg = AUTH_DONE;
		return last_step(s, &a, e);
	}
	if (!choose(s, &a, &changed, e))
		return false;
	s->changed |= changed;
	*leg = AUTH_ASK;
	return inner_step(s, changed ? rd_new(NULL, 0) : a.token, out, e);
}

static size_t
token_len(void *self, size_t body_len)
{
	struct spnego *s = self;

	return auth_token_len(inner(s), body_len);
}

static bool
wrap(void *self, struct auth_pdu *p)
{
	struct spnego *s = self;

	return s->done && auth_wrap(inner(s), p);
}

static bool
unwrap(void *self, struct auth_pdu *p, size_t n)
{
	struct spnego *s = self;

	return s->done && auth_unwrap(inner(s), p, n);
}

static bool
is_local(void *self)
{
	struct spnego *s = self;

	return auth_is_local(inner(s));
}

static uint8_t
chosen(void *self)
{
	struct spnego *s = self;

	return auth_type(inner(s));
}

static void
spnego_free(void *self)
{
	struct spnego *s = self;

	if (s == NULL)
		return;
	auth_free(s->mech[0]);
	auth_free(s->mech[1]);
	wr_free(&s->mech_types);
	free(s);
}

static const struct auth_ops spnego_ops = {
	.type = AUTH_SPNEGO,
	.step = step,
	.token_len = token_len,
	.wrap = wrap,
	.unwrap = unwrap,
	.is_local = is_local,
	.chosen = chosen,
	.free = spnego_free,
};

struct auth *
spnego_over(struct auth *first, struct auth *second, struct err *e)
{
	struct spnego *s = first != NULL ? calloc(1, sizeof(*s)) : NULL;
	struct auth *a;

	if (s == NULL) {
		auth_free(first);
		auth_free(second);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	s->mech[0] = first;
	s->mech[1] = second;
	s->mech_types = wr_new(256);
	list_mechs(s);
	if ((a = auth_with(&spnego_ops, s, auth_level(first))) == NULL)
		fail(e, ERR_MEMORY, "no memory");
	return a;
}
