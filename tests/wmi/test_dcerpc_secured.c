/* test_dcerpc_secured.c: DCE/RPC with protected calls, and with a peer that lies
 * or breaks off. */
#include <fcntl.h>
#include <pthread.h>

#include "tests/wmi/dcerpc_make.h"
#include "wmi/dcerpc_impl.h"

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

static void *
flood(void *fd)
{
	struct wr w = wr_new(1u << 20);

	response(&w, 2, 1, 0, "begun", NULL);
	do {
		(void)!send(*(int *)fd, w.p, w.len, MSG_NOSIGNAL);
		wr_reset(&w);
		while (w.len < 64000)
			response(&w, 2, 0, 0, "", NULL);
	} while (send(*(int *)fd, w.p, w.len, MSG_NOSIGNAL) > 0);
	wr_free(&w);
	return NULL;
}

/* Empty fragments hold no memory and have no end. */
static void
an_answer_without_end_ends_at_the_deadline(void **state)
{
	struct wr w = wr_new(65536);
	struct err e = { 0 };
	struct dcerpc_call *c;
	pthread_t thread;
	struct pair p;

	(void)state;
	bind_ack(&w, 3, both, 2, false);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	assert_non_null(c = ask(&p, 0, "q", NULL));
	assert_int_equal(fcntl(p.peer, F_SETFL, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, flood, &p.peer), 0);
	assert_false(dcerpc_wait(p.d, c, deadline_in(0.2, -1), &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_false(dcerpc_give_up(p.d, &e));
	pthread_join(thread, NULL);
	dcerpc_call_free(c);
	done(&p);
	wr_free(&w);
}

/* Many answers at once are bounded together, whatever one may hold. */
static void
all_answers_together_are_bounded(void **state)
{
	static const char kib[] = "0123456789abcdef0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct wr w = wr_new(65536);
	struct err e = { 0 };
	struct dcerpc_call *c[4];
	struct pair p;

	(void)state;
	bind_ack(&w, 0x13, both, 2, false);
	response(&w, 2, 3, 0, kib, NULL);
	response(&w, 3, 3, 0, kib, NULL);
	response(&w, 4, 3, 0, kib, NULL);
	response(&w, 5, 1, 0, kib, NULL);
	response(&w, 5, 2, 0, kib, NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, true, soon(), NULL));
	p.d->hold->most = 3 * strlen(kib);
	for (int i = 0; i < 4; i++)
		assert_non_null(c[i] = ask(&p, 0, "q", NULL));
	dcerpc_call_free(c[0]);		/* not wanted any more: not held */
	assert_false(dcerpc_wait(p.d, c[3], soon(), &e));
	assert_int_equal(e.code, ERR_TOO_BIG);
	assert_stub(c[1], kib);
	assert_stub(c[2], kib);
	for (int i = 1; i < 4; i++)
		dcerpc_call_free(c[i]);
	done(&p);
	wr_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auth3_and_the_first_request_are_one_write),
		cmocka_unit_test(an_unsigned_answer_on_a_secured_connection_is_refused),
		cmocka_unit_test(a_flipped_bit_anywhere_in_a_sealed_answer_is_refused),
		cmocka_unit_test(a_long_request_goes_in_sealed_fragments),
		cmocka_unit_test(truncated_anywhere_is_refused),
		cmocka_unit_test(a_length_that_is_too_short_is_refused),
		cmocka_unit_test(any_octet_of_a_bind_answer_may_lie),
		cmocka_unit_test(an_answer_that_nobody_asked_for_is_refused),
		cmocka_unit_test(a_cancel_ends_the_wait_and_the_connection),
		cmocka_unit_test(an_answer_without_end_ends_at_the_deadline),
		cmocka_unit_test(all_answers_together_are_bounded),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
