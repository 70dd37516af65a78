/* rpc.c: DCE/RPC v5.0 connection-oriented, the server's side.
 *                                             [C706] 12.6, [MS-RPCE] 2.2, 3.3 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake/winhost/winhost.h"

#define CONTEXTS 4096	/* of a connection: some clients add one per object */
#define ELEMENTS 64	/* of one bind */
#define PENDING  16
#define FRAG_MAX 5840
#define STUB_MAX (4u << 20)

enum { REQUEST = 0, RESPONSE = 2, FAULT = 3, BIND = 11, BIND_ACK = 12, NAK = 13,
	ALTER = 14, ALTER_RESP = 15, AUTH3 = 16 };
enum { FIRST = 1, LAST = 2, SIGN_HEADER = 4, MULTIPLEX = 0x10, OBJECT = 0x80 };

#define ACCESS_DENIED 5u
#define SEC_PKG_ERROR 0x721u
#define OP_RANGE      0x1c010002u
#define BAD_STUB      0x6f7u
#define BAD_CONTEXT   0x1c00001cu
#define PROTO_ERROR   0x1c01000bu

struct answer { uint32_t call_id; uint16_t context; uint32_t status; struct wr stub; size_t sent; };

struct conn {
	struct host *host;
	int fd;
	bool exporter;
	struct { uint16_t id; enum iface iface; } contexts[CONTEXTS];
	size_t ncontexts;
	uint16_t max_xmit;
	unsigned level, auth_type;
	uint32_t auth_context;
	struct ntlm *ntlm;
	struct kerberos *kerberos;
	bool logged_on, refused, multiplex;
	const json_t *account;
	/* the request that is being put together */
	struct wr stub;
	bool assembling, has_object;
	uint32_t call_id;
	uint16_t context, opnum;
	struct guid object;
	struct answer waiting[PENDING];
	size_t nwaiting;
};

static const struct { enum iface id; bool exporter; const char *uuid; } ifaces[] = {
	{ IF_OBJECT_EXPORTER, false, "99fcfec4-5260-101b-bbcb-00aa0021347a" },
	{ IF_SCM_ACTIVATOR, false, "000001a0-0000-0000-c000-000000000046" },
	{ IF_ACTIVATION, false, "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57" },
	{ IF_REMUNKNOWN, true, "00000131-0000-0000-c000-000000000046" },
	{ IF_REMUNKNOWN2, true, "00000143-0000-0000-c000-000000000046" },
	{ IF_LEVEL1LOGIN, true, "f309ad18-d86a-11d0-a075-00c04fb68820" },
	{ IF_LOGIN_CLIENT_ID, true, "d4781cd6-e5d3-44df-ad94-930efe48a887" },
	{ IF_SERVICES, true, "9556dc99-828c-11cf-a37e-00aa003240c7" },
	{ IF_ENUM, true, "027947e1-d731-11ce-a357-000000000001" },
	{ IF_FETCH_SMART, true, "1c1c45ee-4395-11d2-b60b-00104b703efd" },
	{ IF_SMART_ENUM, true, "423ec01e-2e35-11d2-b604-00104b703efd" },
};

/* Made once per thread of execution that asks; sixteen octets are cheap. */
const struct guid *
iface_guid(enum iface id)
{
	static _Thread_local struct guid made[IF_COUNT];

	for (size_t i = 0; i < ARRAY_LEN(ifaces); i++)
		if (ifaces[i].id == id)
			made[id] = guid_of(ifaces[i].uuid);
	return &made[id];
}

static enum iface
iface_by_guid(const struct conn *c, const struct guid *g)
{
	for (size_t i = 0; i < ARRAY_LEN(ifaces); i++) {
		struct guid known = guid_of(ifaces[i].uuid);

		if (guid_equal(&known, g) && ifaces[i].exporter == c->exporter &&
		    !(ifaces[i].id == IF_SCM_ACTIVATOR &&
		    c->host->naughty.what == NO_ACTIVATOR))
			return ifaces[i].id;
	}
	return IF_NONE;
}

static bool
recv_all(int fd, void *dst, size_t n)
{
	uint8_t *p = dst;
	ssize_t got;

	while (n > 0) {
		if ((got = recv(fd, p, n, 0)) <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

static bool
send_all(int fd, const void *src, size_t n)
{
	const uint8_t *p = src;
	ssize_t sent;

	while (n > 0) {
		if ((sent = send(fd, p, n, MSG_NOSIGNAL)) <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* --- what goes out ------------------------------------------------------------ */

static void
header(struct wr *w, uint8_t type, uint8_t flags, uint32_t call_id)
{
	wr_u8(w, 5);
	wr_u8(w, 0);
	wr_u8(w, type);
	wr_u8(w, flags);
	wr_le32(w, 0x10);
	wr_le16(w, 0);			/* frag_length, filled at the end */
	wr_le16(w, 0);			/* auth_length */
	wr_le32(w, call_id);
}

/* The mischief that concerns whole PDUs; false ends the connection. */
static bool
send_pdu(struct conn *c, struct wr *w)
{
	struct naughty *bad = &c->host->naughty;
	long number = (long)atomic_fetch_add(&c->host->pdus, 1) + 1;
	bool mine = number == bad->n;

	if (mine && bad->what == DROP_AT)
		return false;
	if (mine && bad->what == STALL_AT) {
		sleep(3600);
		return false;
	}
	if (mine && bad->what == BAD_LENGTH)
		wr_fill16(w, 8, 0xfff0);
	if (mine && bad->what == TRUNCATE_AT) {
		send_all(c->fd, w->p, w->len / 2);
		return false;
	}
	if (mine && bad->what == BAD_SIGNATURE && w->p[2] == RESPONSE &&
	    w->p[10] == 16)
		w->p[w->len - 6] ^= 0x40;
	return !w->bad && send_all(c->fd, w->p, w->len);
}

static bool
send_fault(struct conn *c, uint32_t call_id, uint16_t context, uint32_t status)
{
	struct wr w = wr_new(64);
	bool sent;

	header(&w, FAULT, FIRST | LAST | 0x20, call_id);
	wr_le32(&w, 0);
	wr_le16(&w, context);
	wr_le16(&w, 0);
	wr_le32(&w, status);
	wr_le32(&w, 0);
	wr_fill16(&w, 8, w.len);
	sent = send_pdu(c, &w);
	wr_free(&w);
	return sent;
}

static size_t
token_len(const struct conn *c)
{
	return c->kerberos != NULL ? kerberos_token_len(c->level == 6) : 16;
}

static size_t
chunk_of(const struct conn *c)
{
	size_t max = c->host->naughty.what == TINY_FRAGMENTS ? 256 : c->max_xmit;

	return (max - 24 - (c->level >= 5 ? 8 + token_len(c) : 0)) & ~(size_t)15;
}

/* The next fragment of one answer. */
static bool
send_fragment(struct conn *c, struct answer *a)
{
	size_t left = a->stub.len - a->sent, chunk = chunk_of(c), pad = 0, trailer;
	struct wr w = wr_new(70000);
	uint8_t sig[96];
	size_t sig_len = token_len(c);
	bool last = left <= chunk, sent;

	if (!last)
		left = chunk;
	header(&w, RESPONSE, (uint8_t)((a->sent == 0 ? FIRST : 0) |
	    (last ? LAST : 0)), a->call_id);
	wr_le32(&w, (uint32_t)(a->stub.len - a->sent));
	wr_le16(&w, a->context);
	wr_le16(&w, 0);
	wr_bytes(&w, a->stub.p + a->sent, left);
	a->sent += left;
	if (c->level >= 5) {
		pad = (16 - left % 16) % 16;
		wr_zero(&w, pad);
		trailer = w.len;
		wr_u8(&w, (uint8_t)c->auth_type);
		wr_u8(&w, (uint8_t)c->level);
		wr_u8(&w, (uint8_t)pad);
		wr_u8(&w, 0);
		wr_le32(&w, c->auth_context);
		wr_fill16(&w, 8, w.len + sig_len);
		wr_fill16(&w, 10, sig_len);
		if (c->kerberos == NULL)
			ntlm_protect(c->ntlm, w.p, w.len, 24, trailer - 24,
			    c->level == 6, sig);
		else if (!kerberos_protect(c->kerberos, w.p, w.len, 24,
		    trailer - 24, c->level == 6, sig))
			fprintf(stderr, "winhost: an answer cannot be protected\n");
		wr_bytes(&w, sig, sig_len);
	} else {
		wr_fill16(&w, 8, w.len);
	}
	sent = send_pdu(c, &w);
	wr_free(&w);
	return sent;
}

/* Everything that waits: answers in reverse order, their fragments taking
 * turns, so that a client which matches by position is found out. */
static bool
flush_answers(struct conn *c)
{
	bool more = true, good = true;

	while (more && good) {
		more = false;
		for (size_t i = c->nwaiting; good && i-- > 0;) {
			struct answer *a = &c->waiting[i];

			if (a->status != 0) {
				good = send_fault(c, a->call_id, a->context,
				    a->status);
				a->status = 0;
				a->sent = a->stub.len + 1;
			} else if (a->sent <= a->stub.len) {
				good = send_fragment(c, a);
				if (a->sent == a->stub.len)
					a->sent++;	/* done */
				else
					more = true;
			}
		}
	}
	for (size_t i = 0; i < c->nwaiting; i++)
		wr_free(&c->waiting[i].stub);
	c->nwaiting = 0;
	return good;
}

/* --- bind ----------------------------------------------------------------------- */

struct result { uint16_t result, reason; };

/* One context element; what it is answered with. */
static struct result
bind_element(struct conn *c, struct rd *r)
{
	const struct guid ndr = guid_of("8a885d04-1ceb-11c9-9fe8-08002b104860");
	static const uint8_t feature[8] = { 0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45 };
	uint16_t id = rd_le16(r);
	uint8_t n = rd_u8(r);
	struct guid abstract, transfer;
	struct result out = { 2, 2 };
	enum iface iface;

	rd_u8(r);
	abstract = rd_guid(r);
	rd_skip(r, 4);
	iface = iface_by_guid(c, &abstract);
	for (uint8_t i = 0; i < n && !r->bad; i++) {
		transfer = rd_guid(r);
		rd_skip(r, 4);
		if (memcmp(transfer.b, feature, 8) == 0)
			return (struct result){ 3, transfer.b[8] & 3 };
		if (guid_equal(&transfer, &ndr))
			out = (struct result){ 0, 0 };
	}
	if (iface == IF_NONE)
		return (struct result){ 2, 1 };
	if (out.result == 0 && c->ncontexts < CONTEXTS) {
		for (size_t i = 0; i < c->ncontexts; i++)
			if (c->contexts[i].id == id) {
				c->contexts[i].iface = iface;
				return out;
			}
		c->contexts[c->ncontexts].id = id;
		c->contexts[c->ncontexts++].iface = iface;
	}
	return out;
}

static void
bind_answer(struct conn *c, struct wr *w, const struct result *results,
    uint8_t n, bool alter)
{
	const struct guid ndr = guid_of("8a885d04-1ceb-11c9-9fe8-08002b104860");
	char port[16];

	wr_le16(w, c->max_xmit);
	wr_le16(w, FRAG_MAX);
	wr_le32(w, 0x1234);
	snprintf(port, sizeof(port), "%u", c->exporter ? c->host->dynamic_port :
	    c->host->port);
	if (alter) {
		wr_le16(w, 0);
	} else {
		wr_le16(w, (uint16_t)(strlen(port) + 1));
		wr_bytes(w, port, strlen(port) + 1);
	}
	wr_align(w, 0, 4);
	wr_u8(w, n);
	wr_u8(w, 0);
	wr_le16(w, 0);
	for (uint8_t i = 0; i < n; i++) {
		wr_le16(w, results[i].result);
		wr_le16(w, results[i].reason);
		if (results[i].result == 0) {
			wr_guid(w, &ndr);
			wr_le32(w, 2);
		} else {
			wr_zero(w, 20);
		}
	}
}

static bool
send_nak(struct conn *c, uint32_t call_id, uint16_t reason)
{
	struct wr w = wr_new(64);
	bool sent;

	header(&w, NAK, FIRST | LAST, call_id);
	wr_le16(&w, reason);
	wr_u8(&w, 1);
	wr_u8(&w, 5);
	wr_u8(&w, 0);
	wr_zero(&w, 3);
	wr_fill16(&w, 8, w.len);
	sent = send_pdu(c, &w);
	wr_free(&w);
	return sent;
}

/* The trailer and token of a bind; false: none or malformed. */
static bool
auth_of(struct rd pdu, uint16_t auth_len, struct rd *trailer, struct rd *token)
{
	if (auth_len == 0 || pdu.len < 16u + 8u + auth_len)
		return false;
	*trailer = rd_window(&pdu, pdu.len - auth_len - 8, 8);
	*token = rd_window(&pdu, pdu.len - auth_len, auth_len);
	return !pdu.bad;
}

/* One leg of Kerberos or SPNEGO; everybody with a ticket may do everything. */
static bool
take_ticket(struct conn *c, struct rd token, struct wr *reply)
{
	char *who;
	bool good = kerberos_accept(c->kerberos, token, reply, &who);

	c->refused = !good;
	c->logged_on = good && kerberos_done(c->kerberos);
	if (!good || c->logged_on)
		fprintf(stderr, "winhost: the ticket of %s %s at level %u, type %u\n",
		    who != NULL ? who : "?", good ? "accepted" : "refused",
		    c->level, c->auth_type);
	free(who);
	return good;
}

static bool
on_bind(struct conn *c, struct rd pdu, uint8_t flags, uint16_t auth_len,
    uint32_t call_id, bool alter)
{
	struct result results[ELEMENTS];
	struct rd trailer, token;
	struct wr w = wr_new(65536), reply = wr_new(4096);
	uint16_t theirs;
	uint8_t n;
	bool good = true, has_auth = auth_of(pdu, auth_len, &trailer, &token);

	rd_seek(&pdu, 16);
	rd_skip(&pdu, 2);
	theirs = rd_le16(&pdu);
	rd_skip(&pdu, 4);
	n = rd_u8(&pdu);
	rd_skip(&pdu, 3);
	if (!alter)
		c->max_xmit = theirs < FRAG_MAX ? theirs : FRAG_MAX;
	if (c->host->naughty.what == BIND_NAK)
		return send_nak(c, call_id, 8);
	for (uint8_t i = 0; i < n && i < ELEMENTS; i++)
		results[i] = bind_element(c, &pdu);
	if (pdu.bad || n > ELEMENTS)
		return false;
	if (has_auth) {
		c->auth_type = rd_u8(&trailer);
		c->level = rd_u8(&trailer);
		rd_skip(&trailer, 2);
		c->auth_context = rd_le32(&trailer);
		if (c->auth_type == 10 && c->host->no_ntlm) {
			return send_nak(c, call_id, 8);
		} else if (c->auth_type == 10) {
			ntlm_free(c->ntlm);
			c->ntlm = ntlm_new(c->host);
			good = ntlm_challenge(c->ntlm, token, &reply);
		} else if ((c->kerberos == NULL &&
		    (c->kerberos = kerberos_new()) == NULL) ||
		    !take_ticket(c, token, &reply)) {
			return send_nak(c, call_id, 8);
		}
	}
	if (!alter && (flags & MULTIPLEX) != 0 &&
	    c->host->naughty.what != NO_MULTIPLEX)
		c->multiplex = true;
	header(&w, alter ? ALTER_RESP : BIND_ACK, (uint8_t)(FIRST | LAST |
	    (flags & SIGN_HEADER) | (c->multiplex && !alter ? MULTIPLEX : 0)),
	    call_id);
	bind_answer(c, &w, results, n, alter);
	if (reply.len > 0) {
		wr_align(&w, 0, 4);
		wr_u8(&w, (uint8_t)c->auth_type);
		wr_u8(&w, (uint8_t)c->level);
		wr_le16(&w, 0);
		wr_le32(&w, c->auth_context);
		wr_bytes(&w, reply.p, reply.len);
		wr_fill16(&w, 10, reply.len);
	}
	wr_fill16(&w, 8, w.len);
	good = good && send_pdu(c, &w);
	wr_free(&w);
	wr_free(&reply);
	return good;
}

static bool
on_auth3(struct conn *c, struct rd pdu, uint16_t auth_len)
{
	struct rd trailer, token;
	char *who;

	if (!auth_of(pdu, auth_len, &trailer, &token))
		return false;
	if (c->kerberos != NULL) {
		struct wr none = wr_new(4096);

		(void)take_ticket(c, token, &none);
		wr_free(&none);
		return true;
	}
	if (c->ntlm == NULL)
		return false;
	c->logged_on = ntlm_authenticate(c->ntlm, token, &who, &c->account);
	c->refused = !c->logged_on;
	fprintf(stderr, "winhost: log-on of %s %s at level %u\n",
	    who != NULL ? who : "?", c->logged_on ? "accepted" : "refused",
	    c->level);
	free(who);
	return true;
}

/* --- requests ------------------------------------------------------------------- */

static uint32_t
dispatch(struct conn *c, struct call *call)
{
	switch (call->iface) {
	case IF_OBJECT_EXPORTER:
		return exporter_call(call);
	case IF_SCM_ACTIVATOR:
	case IF_ACTIVATION:
		return c->logged_on ? activator_call(call) : ACCESS_DENIED;
	case IF_REMUNKNOWN:
	case IF_REMUNKNOWN2:
		return c->logged_on ? remunknown_call(call) : ACCESS_DENIED;
	case IF_NONE:
		return BAD_CONTEXT;
	default:
		return c->logged_on ? wbem_call(call) : ACCESS_DENIED;
	}
}

static bool
answer_request(struct conn *c)
{
	struct call call = { .host = c->host, .conn = c, .opnum = c->opnum,
		.has_object = c->has_object, .object = c->object,
		.level = c->level, .account = c->account,
		.stub = rd_new(c->stub.p, c->stub.len), .out = wr_new(256u << 20) };
	struct answer *a = &c->waiting[c->nwaiting++];
	long number = (long)atomic_load(&c->host->pdus) + 1;
	struct pollfd p = { c->fd, POLLIN, 0 };

	for (size_t i = 0; i < c->ncontexts; i++)
		if (c->contexts[i].id == c->context)
			call.iface = c->contexts[i].iface;
	*a = (struct answer){ .call_id = c->call_id, .context = c->context };
	if (c->refused)
		a->status = ACCESS_DENIED;
	else if (call.iface != IF_OBJECT_EXPORTER && c->level < c->host->level)
		a->status = ACCESS_DENIED;
	else if (c->host->naughty.what == FAULT_AT && number == c->host->naughty.n)
		a->status = PROTO_ERROR;
	else
		a->status = dispatch(c, &call);
	a->stub = call.out;
	wr_reset(&c->stub);
	if (call.silent) {
		wr_free(&a->stub);
		c->nwaiting--;
		return c->nwaiting == 0 || flush_answers(c);
	}
	/* With multiplexing, answers wait as long as more questions come. */
	if (c->multiplex && c->nwaiting < PENDING && poll(&p, 1, 0) > 0)
		return true;
	return flush_answers(c);
}

/* Checks and takes off the protection; gives the stub octets of the fragment. */
static bool
unprotect(struct conn *c, uint8_t *pdu, size_t n, size_t at, uint16_t auth_len,
    size_t *stub_len)
{
	size_t trailer = n - auth_len - 8, pad;

	if (auth_len == 0) {
		*stub_len = n - at;
		return c->level < 5 || !c->logged_on;
	}
	if (auth_len != token_len(c) || n < at + 8u + auth_len || c->refused ||
	    (c->ntlm == NULL && c->kerberos == NULL))
		return false;
	pad = pdu[trailer + 2];
	if (c->kerberos != NULL) {
		*stub_len = trailer - at - pad;
		return pad <= trailer - at && kerberos_open(c->kerberos, pdu,
		    n - auth_len, at, trailer - at, c->level == 6, auth_len);
	}
	if (pad > trailer - at || !ntlm_open(c->ntlm, pdu, n - auth_len, at,
	    trailer - at, c->level == 6, pdu + n - 16))
		return false;
	*stub_len = trailer - at - pad;
	return true;
}

static bool
on_request(struct conn *c, uint8_t *bytes, size_t n, uint8_t flags,
    uint16_t auth_len, uint32_t call_id)
{
	struct rd pdu = rd_new(bytes, n);
	size_t at = (flags & OBJECT) != 0 ? 40 : 24, stub_len;
	uint16_t context, opnum;

	rd_seek(&pdu, 20);
	context = rd_le16(&pdu);
	opnum = rd_le16(&pdu);
	if ((flags & FIRST) != 0) {
		if (c->assembling)
			return send_fault(c, call_id, context, PROTO_ERROR);
		c->call_id = call_id;
		c->context = context;
		c->opnum = opnum;
		c->has_object = (flags & OBJECT) != 0;
		if (c->has_object)
			c->object = rd_guid(&pdu);
	}
	if (pdu.bad || n < at || call_id != c->call_id ||
	    ((flags & OBJECT) != 0) != c->has_object)
		return false;
	if (c->refused && (flags & LAST) != 0)
		return answer_request(c);
	if (!unprotect(c, bytes, n, at, auth_len, &stub_len)) {
		fprintf(stderr, "winhost: a signature does not verify\n");
		return send_fault(c, call_id, context, SEC_PKG_ERROR);
	}
	if (c->stub.len + stub_len > STUB_MAX)
		return send_fault(c, call_id, context, ACCESS_DENIED);
	wr_bytes(&c->stub, bytes + at, stub_len);
	c->assembling = (flags & LAST) == 0;
	return c->assembling || answer_request(c);
}

static bool
one_pdu(struct conn *c)
{
	uint8_t pdu[65536];
	struct rd r;
	uint8_t type, flags;
	uint16_t frag, auth;
	uint32_t call_id;

	if (!recv_all(c->fd, pdu, 16))
		return false;
	r = rd_new(pdu, 16);
	rd_skip(&r, 2);
	type = rd_u8(&r);
	flags = rd_u8(&r);
	rd_skip(&r, 4);
	frag = rd_le16(&r);
	auth = rd_le16(&r);
	call_id = rd_le32(&r);
	if (pdu[0] != 5 || frag < 16 || frag > FRAG_MAX || auth > frag - 16 ||
	    !recv_all(c->fd, pdu + 16, frag - 16u))
		return false;
	r = rd_new(pdu, frag);
	switch (type) {
	case BIND:
		return on_bind(c, r, flags, auth, call_id, false);
	case ALTER:
		return on_bind(c, r, flags, auth, call_id, true);
	case AUTH3:
		return on_auth3(c, r, auth);
	case REQUEST:
		return on_request(c, pdu, frag, flags, auth, call_id);
	default:
		return false;
	}
}

void
conn_serve(struct host *h, int fd, bool exporter)
{
	struct conn c = { .host = h, .fd = fd, .exporter = exporter,
		.max_xmit = FRAG_MAX, .stub = wr_new(STUB_MAX) };

	while (one_pdu(&c))
		;
	for (size_t i = 0; i < c.nwaiting; i++)
		wr_free(&c.waiting[i].stub);
	wr_free(&c.stub);
	ntlm_free(c.ntlm);
	kerberos_free(c.kerberos);
}
