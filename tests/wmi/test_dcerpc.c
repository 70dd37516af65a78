/* test_dcerpc.c: DCE/RPC against answers made by hand from [C706] 12.6 and
 * [MS-RPCE] 2.2.2.  The answers are written before they are asked for: call ids
 * are known (the bind is 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/writer.h"
#include "tests/wmi/hex.h"
#include "wmi/dcerpc.h"
#include "wmi/ntlm.h"
#include "wmi/ntlm_crypto.h"

#include <cmocka.h>

static const uint8_t key[16] = { 1, 2, 3, 4 };
static const struct dcerpc_syntax ifs[2] = { { .uuid = { 1 } }, { .uuid = { 2 } } };

/* --- a mechanism of our own: two fixed tokens, then NTLM's protection ----------- */

struct plain { struct ntlm_session *s; int steps; bool seal; };

static bool
plain_step(void *self, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *e)
{
	struct plain *p = self;

	(void)e;
	if (p->steps++ == 0) {
		*leg = AUTH_ASK;
		wr_str(out, "hello");
		return true;
	}
	*leg = AUTH_LAST;
	wr_str(out, "proof");
	return n == 9 && memcmp(in, "challenge", 9) == 0;
}

static size_t
plain_len(void *self, size_t n)
{
	(void)self;
	(void)n;
	return NTLM_TOKEN;
}

static bool
plain_wrap(void *self, struct auth_pdu *u)
{
	struct plain *p = self;

	return ntlm_wrap(p->s, u->p, u->len, u->body, u->body_len, p->seal);
}

static bool
plain_unwrap(void *self, struct auth_pdu *u, size_t n)
{
	struct plain *p = self;

	return n == NTLM_TOKEN &&
	    ntlm_unwrap(p->s, u->p, u->len, u->body, u->body_len, p->seal);
}

static bool
plain_local(void *self)
{
	(void)self;
	return false;
}

static void
plain_free(void *self)
{
	struct plain *p = self;

	ntlm_session_free(p->s);
	free(p);
}

static const struct auth_ops plain_ops = {
	.type = AUTH_WINNT,
	.step = plain_step,
	.token_len = plain_len,
	.wrap = plain_wrap,
	.unwrap = plain_unwrap,
	.is_local = plain_local,
	.free = plain_free,
};

static struct auth *
plain_auth(bool seal)
{
	struct plain *p = calloc(1, sizeof(*p));

	p->s = ntlm_session_new(key, false);
	p->seal = seal;
	return auth_with(&plain_ops, p, seal ? 6 : 5);
}

/* --- what a server says ----------------------------------------------------------- */

static size_t
begin(struct wr *w, uint8_t type, uint8_t flags, uint32_t id)
{
	size_t at = w->len;

	wr_u8(w, 5);
	wr_u8(w, 0);
	wr_u8(w, type);
	wr_u8(w, flags);
	wr_le32(w, 0x10);
	wr_le32(w, 0);
	wr_le32(w, id);
	return at;
}

static void
end(struct wr *w, size_t at, size_t auth)
{
	wr_fill16(w, at + 8, w->len - at);
	wr_fill16(w, at + 10, auth);
}

static void
put_results(struct wr *w, const unsigned *results, size_t n)
{
	wr_u8(w, (uint8_t)n);
	wr_zero(w, 3);
	for (size_t i = 0; i < n; i++) {
		wr_le16(w, (uint16_t)results[i]);
		wr_le16(w, results[i] == 2 ? 1 : 0);
		wr_zero(w, 20);
	}
}

static void
bind_ack(struct wr *w, uint8_t flags, const unsigned *results, size_t n, bool auth)
{
	size_t at = begin(w, 12, flags, 1);

	wr_le16(w, 5840);
	wr_le16(w, 5840);
	wr_le32(w, 77);
	wr_le16(w, 4);
	wr_bytes(w, "135", 4);
	wr_align(w, at, 4);
	put_results(w, results, n);
	if (auth) {
		wr_u8(w, AUTH_WINNT);
		wr_u8(w, 6);
		wr_zero(w, 6);
		wr_str(w, "challenge");
	}
	end(w, at, auth ? 9 : 0);
}

/* s NULL: in the clear. */
static void
response(struct wr *w, uint32_t id, uint8_t flags, unsigned context,
    const char *stub, struct ntlm_session *s)
{
	size_t at = begin(w, 2, flags, id), body, n = strlen(stub);

	wr_le32(w, (uint32_t)n);
	wr_le16(w, (uint16_t)context);
	wr_le16(w, 0);
	body = w->len;
	wr_str(w, stub);
	if (s == NULL) {
		end(w, at, 0);
		return;
	}
	wr_align(w, body, 16);
	wr_u8(w, AUTH_WINNT);
	wr_u8(w, 6);
	wr_u8(w, (uint8_t)(w->len - 2 - body - n));
	wr_zero(w, 5);
	wr_zero(w, NTLM_TOKEN);
	end(w, at, NTLM_TOKEN);
	assert_true(ntlm_wrap(s, w->p + at, w->len - at - NTLM_TOKEN, body - at,
	    w->len - NTLM_TOKEN - 8 - body, true));
}

static void
fault(struct wr *w, uint32_t id, uint32_t status)
{
	size_t at = begin(w, 3, 0x23, id);

	wr_zero(w, 8);
	wr_le32(w, status);
	wr_zero(w, 4);
	end(w, at, 0);
}

/* --- a client with a scripted peer ---------------------------------------------------- */

struct pair {
	struct dcerpc *d;
	int peer;
	const uint8_t *rest;	/* what the peer says once a call is under way */
	size_t len;
	bool ends;		/* then it hangs up */
};

static void
go(struct pair *p)
{
	if (p->len != 0)
		assert_int_equal(write(p->peer, p->rest, p->len), (ssize_t)p->len);
	p->len = 0;
	if (p->ends)
		shutdown(p->peer, SHUT_WR);
}

/* The first PDU is there at once, the rest after the first call. */
static struct pair
client(const struct wr *said)
{
	int fd[2];
	struct pair p = { .rest = said->p, .len = said->len };
	size_t first = p.len < 16 ? p.len : (size_t)p.rest[8] | (size_t)p.rest[9] << 8;

	if (first > p.len)
		first = p.len;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	if (first != 0)
		assert_int_equal(write(fd[1], p.rest, first), (ssize_t)first);
	p.rest += first;
	p.len -= first;
	p.peer = fd[1];
	p.d = dcerpc_on(fd[0], NULL);
	return p;
}

static void
done(struct pair *p)
{
	dcerpc_free(p->d);
	close(p->peer);
}

static struct deadline
soon(void)
{
	return deadline_in(2, -1);
}

static const unsigned both[] = { 0, 0 }, both_and_features[] = { 0, 0, 3 };

static struct dcerpc_call *
ask(struct pair *p, unsigned context, const char *stub, struct err *e)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *c;

	wr_str(&w, stub);
	c = dcerpc_call(p->d, context, 7, NULL, &w, soon(), e);
	wr_free(&w);
	if (c != NULL && !dcerpc_push(p->d, soon(), e)) {
		dcerpc_call_free(c);
		return NULL;
	}
	go(p);
	return c;
}

static void
assert_stub(const struct dcerpc_call *c, const char *want)
{
	struct rd r = dcerpc_stub(c);

	assert_true(dcerpc_done(c));
	assert_int_equal(dcerpc_fault(c), 0);
	assert_int_equal(r.len, strlen(want));
	assert_memory_equal(r.p, want, r.len);
}

static void
a_call_is_answered_and_fragments_are_joined(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *c;
	struct pair p;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	response(&w, 2, 1, 1, "one ", NULL);
	response(&w, 2, 0, 1, "two ", NULL);
	response(&w, 2, 2, 1, "three", NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	assert_true(dcerpc_accepted(p.d, 1));
	assert_non_null(c = ask(&p, 1, "question", NULL));
	assert_true(dcerpc_wait(p.d, c, soon(), NULL));
	assert_stub(c, "one two three");
	assert_int_equal(dcerpc_round_trips(p.d), 2);
	dcerpc_call_free(c);
	done(&p);
	wr_free(&w);
}

static void
answers_in_any_order_find_their_calls(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *c[3];
	struct pair p;

	(void)state;
	bind_ack(&w, 0x13, both, 2, false);
	response(&w, 4, 1, 0, "c", NULL);	/* alternating fragments */
	response(&w, 2, 3, 0, "a", NULL);
	response(&w, 3, 1, 0, "b", NULL);
	response(&w, 4, 2, 0, "C", NULL);
	response(&w, 3, 2, 0, "B", NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, true, soon(), NULL));
	assert_true(dcerpc_multiplexed(p.d));
	for (int i = 0; i < 3; i++)
		assert_non_null(c[i] = ask(&p, 0, "q", NULL));
	for (int i = 0; i < 3; i++)
		assert_true(dcerpc_wait(p.d, c[i], soon(), NULL));
	assert_stub(c[0], "a");
	assert_stub(c[1], "bB");
	assert_stub(c[2], "cC");
	assert_int_equal(dcerpc_round_trips(p.d), 2);
	for (int i = 0; i < 3; i++)
		dcerpc_call_free(c[i]);
	done(&p);
	wr_free(&w);
}

static void
without_multiplexing_a_call_waits_for_the_one_before(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *a, *b;
	struct pair p;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	response(&w, 2, 3, 0, "a", NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, true, soon(), NULL));
	assert_false(dcerpc_multiplexed(p.d));
	assert_non_null(a = ask(&p, 0, "q", NULL));
	assert_false(dcerpc_idle(p.d));
	assert_non_null(b = ask(&p, 0, "q", NULL));
	assert_stub(a, "a");
	assert_false(dcerpc_done(b));
	dcerpc_call_free(a);
	dcerpc_call_free(b);
	done(&p);
	wr_free(&w);
}

/* A timeout loses one call, not the connection. */
static void
an_abandoned_answer_is_dropped_when_it_comes(void **state)
{
	struct wr w = wr_new(65536), late = wr_new(65536);
	struct dcerpc_call *a, *b;
	struct err e = { 0 };
	struct pair p;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	assert_non_null(a = ask(&p, 0, "q", NULL));
	assert_false(dcerpc_wait(p.d, a, deadline_in(0.02, -1), &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_false(dcerpc_broken(p.d));
	dcerpc_call_free(a);
	response(&late, 2, 3, 0, "late", NULL);
	p.rest = late.p;
	p.len = late.len;
	go(&p);
	wr_reset(&w);
	response(&w, 3, 3, 0, "b", NULL);
	p.rest = w.p;
	p.len = w.len;
	assert_non_null(b = ask(&p, 0, "q", NULL));
	assert_true(dcerpc_wait(p.d, b, soon(), NULL));
	assert_stub(b, "b");
	dcerpc_call_free(b);
	done(&p);
	wr_free(&w);
	wr_free(&late);
}

static void
a_fault_ends_its_call_only(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *a, *b;
	struct pair p;

	(void)state;
	bind_ack(&w, 0x13, both, 2, false);
	fault(&w, 2, 0x1c010002);
	response(&w, 3, 3, 0, "b", NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, true, soon(), NULL));
	assert_non_null(a = ask(&p, 0, "q", NULL));
	assert_non_null(b = ask(&p, 0, "q", NULL));
	assert_true(dcerpc_wait(p.d, a, soon(), NULL));
	assert_int_equal(dcerpc_fault(a), 0x1c010002);
	assert_true(dcerpc_wait(p.d, b, soon(), NULL));
	assert_stub(b, "b");
	assert_true(dcerpc_proven(p.d));
	dcerpc_call_free(a);
	dcerpc_call_free(b);
	done(&p);
	wr_free(&w);
}

static void
a_fault_proves_no_log_on(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *c;
	struct pair p;

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	fault(&w, 2, 5);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, plain_auth(true), true, soon(), NULL));
	assert_non_null(c = ask(&p, 0, "q", NULL));
	assert_true(dcerpc_wait(p.d, c, soon(), NULL));
	assert_int_equal(dcerpc_fault(c), 5);
	assert_false(dcerpc_proven(p.d));
	dcerpc_call_free(c);
	done(&p);
	wr_free(&w);
}

static void
a_refused_context_is_asked_for_again(void **state)
{
	static const unsigned second_refused[] = { 0, 2 }, accepted[] = { 0 };
	struct wr w = wr_new(65536);
	struct pair p;
	size_t at;

	(void)state;
	bind_ack(&w, 3, second_refused, 2, false);
	at = begin(&w, 15, 3, 2);
	wr_zero(&w, 8);
	wr_le16(&w, 0);
	wr_le16(&w, 0xbeef);		/* garbage where the padding is */
	put_results(&w, accepted, 1);
	end(&w, at, 0);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	assert_false(dcerpc_accepted(p.d, 1));
	go(&p);
	assert_true(dcerpc_require(p.d, 1, &ifs[1], soon(), NULL));
	assert_true(dcerpc_accepted(p.d, 1));
	done(&p);
	wr_free(&w);
}

static void
a_bind_with_every_context_refused_is_a_failure(void **state)
{
	static const unsigned none[] = { 2, 2 };
	struct wr w = wr_new(65536);
	struct err e = { 0 };
	struct pair p;

	(void)state;
	bind_ack(&w, 3, none, 2, false);
	p = client(&w);
	assert_false(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), &e));
	assert_int_equal(e.code, ERR_UNSUPPORTED);
	done(&p);
	wr_free(&w);
}

static void
an_unknown_mechanism_is_an_auth_method_error(void **state)
{
	struct wr w = wr_new(65536);
	struct err e = { 0 };
	struct pair p;
	size_t at = begin(&w, 13, 3, 1);

	(void)state;
	wr_le16(&w, 8);
	wr_zero(&w, 6);
	end(&w, at, 0);
	p = client(&w);
	assert_false(dcerpc_bind(p.d, ifs, 2, plain_auth(true), false, soon(), &e));
	assert_int_equal(e.code, ERR_AUTH_METHOD);
	done(&p);
	wr_free(&w);
}

/* The last leg has no answer: it travels with the first request, and that is
 * sealed; both are one write. */
static void
auth3_and_the_first_request_are_one_write(void **state)
{
	struct ntlm_session *server = ntlm_session_new(key, true);
	struct wr w = wr_new(65536);
	uint8_t got[8192], plain[8] = "question";
	struct dcerpc_call *c;
	struct pair p;
	size_t n, len;

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	response(&w, 2, 3, 0, "sealed answer", server);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, plain_auth(true), false, soon(), NULL));
	assert_true(dcerpc_header_signing(p.d));
	n = (size_t)read(p.peer, got, sizeof(got));
	assert_int_equal(got[2], 11);
	assert_int_equal(got[3], 0x07);		/* header signing is asked for */
	assert_memory_equal(got + n - 5, "hello", 5);
	assert_non_null(c = ask(&p, 0, "question", NULL));
	n = (size_t)read(p.peer, got, sizeof(got));
	assert_int_equal(got[2], 16);
	len = got[8];
	assert_memory_equal(got + len - 5, "proof", 5);
	assert_int_equal(got[len + 2], 0);
	assert_int_equal(n, len + 24 + 16 + 8 + NTLM_TOKEN);
	assert_true(ntlm_unwrap(server, got + len, n - len - NTLM_TOKEN, 24, 16, true));
	assert_memory_equal(got + len + 24, plain, 8);
	assert_true(dcerpc_wait(p.d, c, soon(), NULL));
	assert_stub(c, "sealed answer");
	dcerpc_call_free(c);
	done(&p);
	ntlm_session_free(server);
	wr_free(&w);
}

static void
secured(struct wr *w, struct pair *p)
{
	*p = client(w);
	assert_true(dcerpc_bind(p->d, ifs, 2, plain_auth(true), true, soon(), NULL));
}

static void
an_unsigned_answer_on_a_secured_connection_is_refused(void **state)
{
	struct wr w = wr_new(65536);
	struct err e = { 0 };
	struct dcerpc_call *c;
	struct pair p;

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	response(&w, 2, 3, 0, "forged", NULL);
	secured(&w, &p);
	assert_non_null(c = ask(&p, 0, "q", NULL));
	assert_false(dcerpc_wait(p.d, c, soon(), &e));
	assert_int_equal(e.code, ERR_PROTOCOL);
	assert_false(dcerpc_proven(p.d));
	dcerpc_call_free(c);
	/* and the connection stays lost, for the same reason */
	e = (struct err){ 0 };
	assert_null(ask(&p, 0, "q", &e));
	assert_int_equal(e.code, ERR_PROTOCOL);
	done(&p);
	wr_free(&w);
}

static void
a_flipped_bit_anywhere_in_a_sealed_answer_is_refused(void **state)
{
	struct wr w = wr_new(65536);
	size_t from, len;

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	from = w.len;
	for (size_t at = 0;; at++) {
		struct ntlm_session *server = ntlm_session_new(key, true);
		struct wr x = wr_new(65536);
		struct dcerpc_call *c;
		struct pair p;

		wr_bytes(&x, w.p, w.len);
		response(&x, 2, 3, 0, "sealed", server);
		ntlm_session_free(server);
		len = x.len - from;
		if (at < len)
			x.p[from + at] ^= 0x40;
		secured(&x, &p);
		p.ends = true;
		assert_non_null(c = ask(&p, 0, "q", NULL));
		assert_int_equal(dcerpc_wait(p.d, c, soon(), NULL), at >= len);
		dcerpc_call_free(c);
		done(&p);
		wr_free(&x);
		if (at >= len)
			break;
	}
	wr_free(&w);
}

/* Every fragment carries the object's id and stays below the negotiated size. */
static void
a_long_request_goes_in_sealed_fragments(void **state)
{
	struct ntlm_session *server = ntlm_session_new(key, true);
	static uint8_t got[65536];
	uint8_t object[16] = { 9, 9 };
	struct wr w = wr_new(65536), stub = wr_new(65536);
	struct dcerpc_call *c;
	size_t n, at, total = 0, fragments = 0;
	struct pair p;

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	secured(&w, &p);
	assert_true(read(p.peer, got, sizeof(got)) > 0);
	for (unsigned i = 0; i < 20001; i++)
		wr_u8(&stub, (uint8_t)(i * 7));
	c = dcerpc_call(p.d, 1, 9, object, &stub, soon(), NULL);
	assert_non_null(c);
	assert_true(dcerpc_push(p.d, soon(), NULL));
	n = (size_t)read(p.peer, got, sizeof(got));
	at = (size_t)got[8] | (size_t)got[9] << 8;	/* auth3 */
	while (at < n) {
		uint8_t *f = got + at;
		size_t len = (size_t)f[8] | (size_t)f[9] << 8, body = len - 40 - 24;

		assert_true(len <= 5840);
		assert_true(f[3] & 0x80);
		assert_int_equal((f[3] & 1) != 0, fragments == 0);
		assert_memory_equal(f + 24, object, 16);
		assert_true(ntlm_unwrap(server, f, len - 16, 40, body, true));
		body -= f[len - 16 - 6];
		assert_memory_equal(f + 40, stub.p + total, body);
		total += body;
		fragments++;
		at += len;
		assert_int_equal((f[3] & 2) != 0, at == n);
	}
	assert_int_equal(total, stub.len);
	assert_int_equal(fragments, 4);
	dcerpc_call_free(c);
	done(&p);
	ntlm_session_free(server);
	wr_free(&w);
	wr_free(&stub);
}

/* What a whole conversation is cut to n octets never becomes an answer. */
static void
truncated_anywhere_is_refused(void **state)
{
	for (int kind = 0; kind < 2; kind++) {
		struct wr w = wr_new(65536);

		(void)state;
		bind_ack(&w, 3, both, 2, false);
		if (kind == 0)
			response(&w, 2, 3, 0, "answer", NULL);
		else
			fault(&w, 2, 5);
		for (size_t n = 0; n < w.len; n++) {
			struct wr cut = wr_new(65536);
			struct err e = { 0 };
			struct dcerpc_call *c = NULL;
			struct pair p;

			wr_bytes(&cut, w.p, n);
			p = client(&cut);
			p.ends = true;
			if (p.len == 0)
				go(&p);
			assert_false(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), &e) &&
			    (c = ask(&p, 0, "q", &e)) != NULL &&
			    dcerpc_wait(p.d, c, soon(), &e));
			assert_int_equal(e.code, ERR_CLOSED);
			dcerpc_call_free(c);
			done(&p);
			wr_free(&cut);
		}
		wr_free(&w);
	}
}

/* Each PDU says that it is shorter than it is. */
static void
a_length_that_is_too_short_is_refused(void **state)
{
	struct wr w = wr_new(65536);
	size_t from;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	from = w.len;
	response(&w, 2, 3, 0, "", NULL);
	for (size_t n = 0; n < 24; n++) {
		struct err e = { 0 };
		struct dcerpc_call *c;
		struct pair p;

		w.p[from + 8] = (uint8_t)n;
		p = client(&w);
		p.ends = true;
		assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
		assert_non_null(c = ask(&p, 0, "q", NULL));
		assert_false(dcerpc_wait(p.d, c, soon(), &e));
		assert_int_equal(e.code, ERR_PROTOCOL);
		dcerpc_call_free(c);
		done(&p);
	}
	wr_free(&w);
}

static void
any_octet_of_a_bind_answer_may_lie(void **state)
{
	static const uint8_t lies[] = { 0, 1, 0x7f, 0xff };
	struct wr w = wr_new(65536);

	(void)state;
	bind_ack(&w, 7, both_and_features, 3, true);
	for (size_t at = 0; at < w.len; at++)
		for (size_t i = 0; i < sizeof(lies); i++) {
			uint8_t was = w.p[at];
			struct err e = { 0 };
			struct pair p;

			w.p[at] = lies[i];
			p = client(&w);
			shutdown(p.peer, SHUT_WR);
			if (!dcerpc_bind(p.d, ifs, 2, plain_auth(true), true, soon(), &e) &&
			    at != w.len - 1 && e.code == ERR_NONE)
				assert_true(at >= w.len - 9);	/* the token itself */
			w.p[at] = was;
			done(&p);
		}
	wr_free(&w);
}

static void
an_answer_that_nobody_asked_for_is_refused(void **state)
{
	static const struct { uint32_t id; uint8_t flags; unsigned context; } v[] = {
		{ 9, 3, 0 }, { 2, 3, 1 }, { 2, 2, 0 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wr w = wr_new(65536);
		struct err e = { 0 };
		struct dcerpc_call *c;
		struct pair p;

		bind_ack(&w, 3, both, 2, false);
		response(&w, v[i].id, v[i].flags, v[i].context, "x", NULL);
		p = client(&w);
		assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
		assert_non_null(c = ask(&p, 0, "q", NULL));
		assert_false(dcerpc_wait(p.d, c, soon(), &e));
		assert_int_equal(e.code, ERR_PROTOCOL);
		dcerpc_call_free(c);
		done(&p);
		wr_free(&w);
	}
}

static void
a_cancel_ends_the_wait_and_the_connection(void **state)
{
	struct wr w = wr_new(65536);
	struct cancel *cancel = cancel_new(NULL);
	struct err e = { 0 };
	struct dcerpc_call *c;
	struct pair p;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	assert_non_null(c = ask(&p, 0, "q", NULL));
	cancel_fire(cancel);
	assert_false(dcerpc_wait(p.d, c, deadline_in(20, cancel_fd(cancel)), &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	assert_true(dcerpc_broken(p.d));
	dcerpc_call_free(c);
	done(&p);
	cancel_free(cancel);
	wr_free(&w);
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
		cmocka_unit_test(a_call_is_answered_and_fragments_are_joined),
		cmocka_unit_test(answers_in_any_order_find_their_calls),
		cmocka_unit_test(without_multiplexing_a_call_waits_for_the_one_before),
		cmocka_unit_test(an_abandoned_answer_is_dropped_when_it_comes),
		cmocka_unit_test(a_fault_ends_its_call_only),
		cmocka_unit_test(a_fault_proves_no_log_on),
		cmocka_unit_test(a_refused_context_is_asked_for_again),
		cmocka_unit_test(a_bind_with_every_context_refused_is_a_failure),
		cmocka_unit_test(an_unknown_mechanism_is_an_auth_method_error),
		cmocka_unit_test(auth3_and_the_first_request_are_one_write),
		cmocka_unit_test(an_unsigned_answer_on_a_secured_connection_is_refused),
		cmocka_unit_test(a_flipped_bit_anywhere_in_a_sealed_answer_is_refused),
		cmocka_unit_test(a_long_request_goes_in_sealed_fragments),
		cmocka_unit_test(truncated_anywhere_is_refused),
		cmocka_unit_test(a_length_that_is_too_short_is_refused),
		cmocka_unit_test(any_octet_of_a_bind_answer_may_lie),
		cmocka_unit_test(an_answer_that_nobody_asked_for_is_refused),
		cmocka_unit_test(a_cancel_ends_the_wait_and_the_connection),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
