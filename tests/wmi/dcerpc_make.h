/* dcerpc_make.h: a DCE/RPC client with a scripted peer, for tests: answers made
 * by hand from [C706] 12.6 and [MS-RPCE] 2.2.2.  They are written before they
 * are asked for: call ids are known (the bind is 1). */
#ifndef TESTS_WMI_DCERPC_MAKE_H
#define TESTS_WMI_DCERPC_MAKE_H

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

static inline bool
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

static inline size_t
plain_len(void *self, size_t n)
{
	(void)self;
	(void)n;
	return NTLM_TOKEN;
}

static inline bool
plain_wrap(void *self, struct auth_pdu *u)
{
	struct plain *p = self;

	return ntlm_wrap(p->s, u->p, u->len, u->body, u->body_len, p->seal);
}

static inline bool
plain_unwrap(void *self, struct auth_pdu *u, size_t n)
{
	struct plain *p = self;

	return n == NTLM_TOKEN &&
	    ntlm_unwrap(p->s, u->p, u->len, u->body, u->body_len, p->seal);
}

static inline bool
plain_local(void *self)
{
	(void)self;
	return false;
}

static inline void
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

static inline struct auth *
plain_auth(bool seal)
{
	struct plain *p = calloc(1, sizeof(*p));

	p->s = ntlm_session_new(key, false);
	p->seal = seal;
	return auth_with(&plain_ops, p, seal ? 6 : 5);
}

/* --- what a server says ----------------------------------------------------------- */

static inline size_t
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

static inline void
end(struct wr *w, size_t at, size_t auth)
{
	wr_fill16(w, at + 8, w->len - at);
	wr_fill16(w, at + 10, auth);
}

static inline void
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

static inline void
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
static inline void
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

static inline void
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

static inline void
go(struct pair *p)
{
	if (p->len != 0)
		assert_int_equal(write(p->peer, p->rest, p->len), (ssize_t)p->len);
	p->len = 0;
	if (p->ends)
		shutdown(p->peer, SHUT_WR);
}

/* The first PDU is there at once, the rest after the first call. */
static inline struct pair
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

static inline void
done(struct pair *p)
{
	dcerpc_free(p->d);
	close(p->peer);
}

static inline struct deadline
soon(void)
{
	return deadline_in(2, -1);
}

static const unsigned both[] = { 0, 0 }, both_and_features[] = { 0, 0, 3 };

static inline struct dcerpc_call *
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

static inline void
assert_stub(const struct dcerpc_call *c, const char *want)
{
	struct rd r = dcerpc_stub(c);

	assert_true(dcerpc_done(c));
	assert_int_equal(dcerpc_fault(c), 0);
	assert_int_equal(r.len, strlen(want));
	assert_memory_equal(r.p, want, r.len);
}

static inline int
start_crypto(void **state)
{
	(void)state;
	return ntlm_crypto_start(NULL) ? 0 : -1;
}

#endif
