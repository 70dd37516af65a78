#include "wmi/dcerpc.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wmi/dcerpc_impl.h"

static const struct {
	uint8_t type;
	uint16_t least;
	bool (*take)(struct dcerpc *, struct dcerpc_pdu *, struct err *);
} pdus[] = {
#define PDU(type, name, least, handler) { type, least, handler },
#include "wmi/dcerpc_pdu.def"
#undef PDU
};

/* --- life ------------------------------------------------------------------------ */

struct dcerpc *
dcerpc_on(int fd, struct err *e)
{
	struct dcerpc *d = calloc(1, sizeof(*d));

	if (d == NULL || (d->in = malloc(IN_CAP)) == NULL ||
	    (d->hold = calloc(1, sizeof(*d->hold))) == NULL) {
		if (d != NULL)
			free(d->in);
		free(d);
		if (fd >= 0)
			close(fd);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	d->fd = fd;
	*d->hold = (struct dcerpc_hold){ .users = 1, .most = HELD_MAX };
	d->out = wr_new(8u << 20);
	d->token = wr_new(PDU_MAX);
	d->max_xmit = d->max_recv = PDU_MAX;
	d->next_id = 1;
	return d;
}

struct dcerpc *
dcerpc_connect(const struct net_addr *addr, uint16_t port, struct deadline by,
    struct err *e)
{
	int fd = net_connect(addr, port, by, e);
	struct dcerpc *d = fd < 0 ? NULL : dcerpc_on(fd, e);

	if (d != NULL)
		d->trips = 1;
	return d;
}

static void
hold_release(struct dcerpc_hold *h)
{
	if (--h->users != 0)
		return;
	for (size_t i = 0; i < SPARES; i++)
		wr_free(&h->spare[i]);
	free(h);
}

/* Room for an answer: a spare one, or none yet. */
static struct wr
room_for_answer(struct dcerpc_hold *h)
{
	struct wr w = wr_new(DCERPC_STUB_MAX);

	for (size_t i = 0; i < SPARES; i++)
		if (h->spare[i].p != NULL) {
			w = h->spare[i];
			h->spare[i] = wr_new(DCERPC_STUB_MAX);
			break;
		}
	return w;
}

/* A long answer's room is of use again: thousands of rows come in such, and new
 * memory for each costs more than reading them. */
static void
give_room_back(struct dcerpc_hold *h, struct wr *w)
{
	for (size_t i = 0; i < SPARES && w->cap >= SPARE_LEAST &&
	    w->cap <= SPARE_MOST; i++)
		if (h->spare[i].p == NULL) {
			wr_reset(w);
			h->spare[i] = *w;
			*w = wr_new(DCERPC_STUB_MAX);
			return;
		}
	wr_free(w);
}

void
dcerpc_free(struct dcerpc *d)
{
	if (d == NULL)
		return;
	for (struct dcerpc_call *c = d->calls, *next; c != NULL; c = next) {
		next = c->next;
		c->d = NULL;
		if (c->orphan)
			dcerpc_call_free(c);
	}
	if (d->fd >= 0)
		close(d->fd);
	auth_free(d->auth);
	hold_release(d->hold);
	wr_free(&d->out);
	wr_free(&d->token);
	free(d->in);
	free(d);
}

bool
dcerpc_break(struct dcerpc *d, struct err *e)
{
	if (d->why.code == ERR_NONE && e != NULL)
		d->why = *e;
	if (d->why.code == ERR_NONE)
		fail(&d->why, ERR_CLOSED, "the connection broke");
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	return false;
}

bool
dcerpc_give_up(struct dcerpc *d, struct err *e)
{
	return dcerpc_break(d, e);
}

/* The reason of the break, for whoever asks later; always false. */
static bool
still_broken(const struct dcerpc *d, struct err *e)
{
	if (e != NULL && e->code == ERR_NONE)
		*e = d->why;
	return false;
}

bool
dcerpc_accepted(const struct dcerpc *d, unsigned context)
{
	return context < d->ncontexts && d->results[context].result == 0;
}

bool
dcerpc_multiplexed(const struct dcerpc *d)
{
	return d->multiplexed;
}

bool
dcerpc_header_signing(const struct dcerpc *d)
{
	return d->header_signing;
}

bool
dcerpc_proven(const struct dcerpc *d)
{
	return d->proven;
}

bool
dcerpc_broken(const struct dcerpc *d)
{
	return d->why.code != ERR_NONE;
}

unsigned
dcerpc_round_trips(const struct dcerpc *d)
{
	return d->trips;
}

const struct auth *
dcerpc_auth(const struct dcerpc *d)
{
	return d->auth;
}

/* --- sending ------------------------------------------------------------------------ */

size_t
dcerpc_begin(struct dcerpc *d, uint8_t type, uint8_t flags, uint32_t id)
{
	static const uint8_t little_endian_ascii_ieee[4] = { 0x10, 0, 0, 0 };
	size_t at = d->out.len;

	wr_u8(&d->out, 5);
	wr_u8(&d->out, 0);
	wr_u8(&d->out, type);
	wr_u8(&d->out, flags);
	wr_bytes(&d->out, little_endian_ascii_ieee, 4);
	wr_zero(&d->out, 4);		/* frag_length, auth_length */
	wr_le32(&d->out, id);
	return at;
}

void
dcerpc_end(struct dcerpc *d, size_t at, size_t auth_len)
{
	if (d->out.bad)
		return;
	wr_fill16(&d->out, at + 8, d->out.len - at);
	wr_fill16(&d->out, at + 10, auth_len);
}

void
dcerpc_put_trailer(struct dcerpc *d, uint8_t pad)
{
	wr_u8(&d->out, auth_type(d->auth));
	wr_u8(&d->out, auth_level(d->auth));
	wr_u8(&d->out, pad);
	wr_u8(&d->out, 0);
	wr_le32(&d->out, 0);		/* auth_context_id: there is one */
}

bool
dcerpc_flush(struct dcerpc *d, struct deadline by, struct err *e)
{
	bool ok;

	if (d->fd < 0)
		return still_broken(d, e);
	if (d->out.bad) {
		fail(e, ERR_TOO_BIG, "the request is too long");
		return dcerpc_break(d, e);
	}
	d->asked = d->asked || d->out.len != 0;
	ok = d->out.len == 0 || net_send(d->fd, d->out.p, d->out.len, by, e);
	wr_reset(&d->out);
	/* Half a request went out: nothing sensible can follow. */
	return ok || dcerpc_break(d, e);
}

bool
dcerpc_push(struct dcerpc *d, struct deadline by, struct err *e)
{
	return dcerpc_flush(d, by, e);
}

/* One fragment of a request, sealed in place. */
static bool
put_fragment(struct dcerpc *d, const struct dcerpc_call *c, uint16_t opnum,
    const uint8_t *object, struct rd *stub, size_t room)
{
	size_t left = rd_left(stub), n = left < room ? left : room;
	uint8_t flags = (uint8_t)((stub->pos == 0 ? PFC_FIRST : 0) |
	    (n == left ? PFC_LAST : 0) | (object != NULL ? PFC_OBJECT : 0));
	size_t at = dcerpc_begin(d, PDU_REQUEST, flags, c->id), body, len, token;
	struct auth_pdu pdu;

	wr_le32(&d->out, (uint32_t)left);
	wr_le16(&d->out, c->context);
	wr_le16(&d->out, opnum);
	if (object != NULL)
		wr_bytes(&d->out, object, 16);
	body = d->out.len;
	wr_bytes(&d->out, rd_bytes(stub, n), n);
	if (!d->secured) {
		dcerpc_end(d, at, 0);
		return !d->out.bad;
	}
	wr_align(&d->out, body, 16);
	len = d->out.len - body;
	dcerpc_put_trailer(d, (uint8_t)(len - n));
	token = auth_token_len(d->auth, len);
	wr_zero(&d->out, token);
	dcerpc_end(d, at, token);
	if (d->out.bad)
		return false;
	pdu = (struct auth_pdu){ .p = d->out.p + at,
		.len = d->out.len - at - token, .body = body - at, .body_len = len };
	return auth_wrap(d->auth, &pdu);
}

static bool
put_request(struct dcerpc *d, const struct dcerpc_call *c, uint16_t opnum,
    const uint8_t *object, const struct wr *stub)
{
	struct rd r = rd_new(stub->p, stub->len);
	size_t room = d->max_xmit - (object != NULL ? 40u : 24u);

	if (stub->bad)
		return false;
	if (d->secured)
		room -= TRAILER + auth_token_len(d->auth, room);
	room &= ~(size_t)15;
	do {
		if (!put_fragment(d, c, opnum, object, &r, room))
			return false;
	} while (rd_left(&r) != 0);
	return true;
}

bool
dcerpc_idle(const struct dcerpc *d)
{
	return d->in_flight < (d->multiplexed ? IN_FLIGHT : 1);
}

struct dcerpc_call *
dcerpc_call_new(struct dcerpc *d, uint32_t id, uint16_t context)
{
	struct dcerpc_call *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct dcerpc_call){ .d = d, .hold = d->hold, .id = id,
		.context = context, .stub = room_for_answer(d->hold),
		.next = d->calls };
	d->hold->users++;
	d->calls = c;
	d->in_flight++;
	return c;
}

struct dcerpc_call *
dcerpc_call(struct dcerpc *d, unsigned context, uint16_t opnum,
    const uint8_t *object, const struct wr *stub, struct deadline by,
    struct err *e)
{
	struct dcerpc_call *c;

	while (d->fd >= 0 && !dcerpc_idle(d))
		if (!dcerpc_pump(d, by, e))
			return NULL;
	if (d->fd < 0) {
		still_broken(d, e);
		return NULL;
	}
	if ((c = dcerpc_call_new(d, d->next_id++, (uint16_t)context)) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	c->trip = d->trips + 1;
	if (!put_request(d, c, opnum, object, stub)) {
		fail(e, ERR_INTERNAL, "the request could not be made");
		dcerpc_break(d, e);
		dcerpc_call_free(c);	/* goes with the connection */
		return NULL;
	}
	return c;
}

/* What it holds of its answer. */
static void
drop_stub(struct dcerpc_call *c)
{
	c->hold->octets -= c->stub.len;
	give_room_back(c->hold, &c->stub);
}

void
dcerpc_call_free(struct dcerpc_call *c)
{
	if (c == NULL)
		return;
	drop_stub(c);
	if (c->d != NULL) {
		c->orphan = true;	/* the answer is still to come */
		return;
	}
	hold_release(c->hold);
	free(c);
}

unsigned
dcerpc_trip(const struct dcerpc_call *c)
{
	return c->trip;
}

void
dcerpc_follows(struct dcerpc_call *c, unsigned trip)
{
	c->trip = trip + 1;
}

bool
dcerpc_done(const struct dcerpc_call *c)
{
	return c->done;
}

uint32_t
dcerpc_fault(const struct dcerpc_call *c)
{
	return c->fault;
}

struct rd
dcerpc_stub(const struct dcerpc_call *c)
{
	return rd_new(c->stub.p, c->stub.len);
}

/* --- receiving ------------------------------------------------------------------------- */

static struct dcerpc_call *
call_by_id(const struct dcerpc *d, uint32_t id)
{
	struct dcerpc_call *c = d->calls;

	while (c != NULL && c->id != id)
		c = c->next;
	return c;
}

static void
finish(struct dcerpc *d, struct dcerpc_call *c)
{
	struct dcerpc_call **at = &d->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	d->in_flight--;
	if (c->trip > d->trips)
		d->trips = c->trip;
	c->d = NULL;
	c->done = true;
	d->proven = true;
	if (c->orphan)
		dcerpc_call_free(c);
}

bool
dcerpc_trailer(struct dcerpc *d, const struct dcerpc_pdu *pdu, size_t body,
    size_t *body_len, uint8_t *pad, struct err *e)
{
	struct rd r = rd_new(pdu->p, pdu->len);
	uint8_t type, level;

	*pad = 0;
	if ((size_t)pdu->auth_len + TRAILER > pdu->len - body)
		return fail(e, ERR_PROTOCOL, "an RPC answer's signature is longer"
		    " than the answer");
	*body_len = pdu->len - body - pdu->auth_len - TRAILER;
	rd_seek(&r, body + *body_len);
	type = rd_u8(&r);
	level = rd_u8(&r);
	*pad = rd_u8(&r);
	if (d->auth == NULL || type != auth_type(d->auth) ||
	    level != auth_level(d->auth))
		return fail(e, ERR_PROTOCOL, "an RPC answer is protected in another"
		    " way than agreed (type %u, level %u)", type, level);
	if (*pad > *body_len)
		return fail(e, ERR_PROTOCOL, "an RPC answer's padding is longer"
		    " than the answer");
	return true;
}

/* Opens and verifies; gives the stub's length behind `body`. */
static bool
open_body(struct dcerpc *d, struct dcerpc_pdu *pdu, size_t body, size_t *n,
    struct err *e)
{
	struct auth_pdu a;
	size_t len;
	uint8_t pad;

	if (pdu->auth_len == 0) {
		*n = pdu->len - body;
		return true;
	}
	if (!dcerpc_trailer(d, pdu, body, &len, &pad, e))
		return false;
	a = (struct auth_pdu){ .p = pdu->p, .len = body + len + TRAILER,
		.body = body, .body_len = len };
	if (!auth_unwrap(d->auth, &a, pdu->auth_len))
		return fail(e, ERR_PROTOCOL, "the signature of an RPC answer is wrong:"
		    " somebody may be between, or packets were lost");
	*n = len - pad;
	return true;
}

/* One more fragment of an answer. */
static bool
keep_part(struct dcerpc_call *c, const uint8_t *p, size_t n, struct err *e)
{
	if (n > c->hold->most - c->hold->octets)
		return fail(e, ERR_TOO_BIG, "the host's RPC answers are longer"
		    " than %zu MiB together", c->hold->most >> 20);
	wr_bytes(&c->stub, p, n);
	if (c->stub.bad)
		return fail(e, ERR_TOO_BIG, "an RPC answer is longer than %u MiB",
		    DCERPC_STUB_MAX >> 20);
	c->hold->octets += n;
	return true;
}

bool
dcerpc_on_response(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	struct dcerpc_call *c = call_by_id(d, pdu->call_id);
	struct rd r = rd_new(pdu->p, pdu->len);
	bool first = (pdu->flags & PFC_FIRST) != 0;
	size_t n;

	rd_skip(&r, HEADER + 4);
	if (c == NULL || rd_le16(&r) != c->context)
		return fail(e, ERR_PROTOCOL, "an RPC answer belongs to no question");
	if (d->secured && pdu->auth_len == 0)
		return fail(e, ERR_PROTOCOL, "an RPC answer is not signed");
	if (!open_body(d, pdu, HEADER + 8, &n, e))
		return false;
	if (first == c->started)
		return fail(e, ERR_PROTOCOL, "the parts of an RPC answer are out of order");
	c->started = true;
	if (!c->orphan && !keep_part(c, pdu->p + HEADER + 8, n, e))
		return false;
	if (pdu->flags & PFC_LAST)
		finish(d, c);
	return true;
}

/* Windows sends faults without protection even on sealed connections; one with
 * a trailer is verified, because it moves the streams on. */
bool
dcerpc_on_fault(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	struct dcerpc_call *c = call_by_id(d, pdu->call_id);
	struct rd r = rd_new(pdu->p, pdu->len);
	bool proven = d->proven;
	size_t n;

	rd_skip(&r, HEADER + 8);
	/* To a later leg of the log-on: its refusal. */
	if (c == NULL && d->bound && !d->bind_answered && pdu->call_id == d->next_id)
		return fail_native(e, ERR_AUTH_FAILED, rd_le32(&r),
		    "the host refuses the log-on");
	if (c == NULL)
		return fail(e, ERR_PROTOCOL, "an RPC fault belongs to no question");
	c->fault = rd_le32(&r);
	if (pdu->auth_len != 0 && d->secured &&
	    !open_body(d, pdu, HEADER + 16, &n, e))
		return false;
	if (c->fault == 0)
		c->fault = 0x1c000008u;	/* nca_s_fault_unspec: 0 would be success */
	finish(d, c);
	d->proven = proven;
	return true;
}

bool
dcerpc_on_shutdown(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	(void)d;
	(void)pdu;
	return fail(e, ERR_CLOSED, "the host asks to close the RPC connection");
}

/* The common header, checked.                              [C706] 12.6.3.1 */
static bool
take_header(const struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	struct rd r = rd_new(pdu->p, HEADER);
	unsigned version = rd_u8(&r), minor = rd_u8(&r), drep;

	pdu->type = rd_u8(&r);
	pdu->flags = rd_u8(&r);
	drep = rd_u8(&r);
	rd_skip(&r, 3);
	pdu->len = rd_le16(&r);
	pdu->auth_len = rd_le16(&r);
	pdu->call_id = rd_le32(&r);
	if (version != 5 || minor > 1)
		return fail(e, ERR_PROTOCOL, "what answers is not Windows RPC");
	if (drep != 0x10)
		return fail(e, ERR_PROTOCOL, "the RPC answer is not little-endian");
	if (pdu->len < HEADER || pdu->len > d->max_recv)
		return fail(e, ERR_PROTOCOL, "an RPC answer's length of %zu is wrong",
		    pdu->len);
	return true;
}

static bool
take_pdu(struct dcerpc *d, struct dcerpc_pdu *pdu, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(pdus); i++) {
		if (pdus[i].type != pdu->type)
			continue;
		if (pdu->len - HEADER < pdus[i].least)
			return fail(e, ERR_PROTOCOL, "an RPC answer is cut short");
		return pdus[i].take(d, pdu, e);
	}
	return fail(e, ERR_PROTOCOL, "the host sent an RPC message of type %u",
	    pdu->type);
}

bool
dcerpc_process(struct dcerpc *d, struct err *e)
{
	while (d->to - d->from >= HEADER) {
		struct dcerpc_pdu pdu = { .p = d->in + d->from };

		if (!take_header(d, &pdu, e))
			return dcerpc_break(d, e);
		if (d->to - d->from < pdu.len)
			break;
		d->from += pdu.len;
		if (!take_pdu(d, &pdu, e))
			return dcerpc_break(d, e);
	}
	if (d->from == d->to)
		d->from = d->to = 0;
	return true;
}

bool
dcerpc_pump(struct dcerpc *d, struct deadline by, struct err *e)
{
	struct err mine = { 0 };
	size_t n;

	if (!dcerpc_flush(d, by, e))
		return false;
	if (IN_CAP - d->to < PDU_MAX) {
		memmove(d->in, d->in + d->from, d->to - d->from);
		d->to -= d->from;
		d->from = 0;
	}
	n = (d->asked ? net_await : net_recv)(d->fd, d->in + d->to,
	    IN_CAP - d->to, by, &mine);
	d->asked = false;
	if (n == 0) {
		if (mine.code != ERR_TIMEOUT)
			dcerpc_break(d, &mine);
		if (e != NULL && e->code == ERR_NONE)
			*e = mine;
		return false;
	}
	d->to += n;
	return dcerpc_process(d, e);
}

bool
dcerpc_wait(struct dcerpc *d, struct dcerpc_call *c, struct deadline by,
    struct err *e)
{
	while (!c->done)
		if (!dcerpc_pump(d, by, e))
			return false;
	return true;
}
