/* test_dcerpc.c: binds, calls, faults and fragments of DCE/RPC. */
#include "tests/wmi/dcerpc_make.h"

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

/* Long answers one behind the other use the same memory, never at one time. */
static void
a_long_answers_room_serves_the_next(void **state)
{
	struct wr w = wr_new(1u << 20);
	struct dcerpc_call *c[3];
	const uint8_t *room;
	char part[4001];
	struct pair p;

	(void)state;
	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	bind_ack(&w, 3, both, 2, false);
	for (int i = 0; i < 20; i++)
		response(&w, 2, i == 0 ? 1 : i == 19 ? 2 : 0, 0, part, NULL);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, false, soon(), NULL));
	for (int i = 0; i < 3; i++) {
		if (i != 0) {
			wr_reset(&w);
			response(&w, (uint32_t)i + 2, 3, 0, i == 1 ? "short" :
			    "other", NULL);
			p.rest = w.p;
			p.len = w.len;
		}
		assert_non_null(c[i] = ask(&p, 0, "q", NULL));
		assert_true(dcerpc_wait(p.d, c[i], soon(), NULL));
		if (i != 0)
			continue;
		assert_int_equal(dcerpc_stub(c[0]).len, 20 * 4000);
		room = dcerpc_stub(c[0]).p;
		dcerpc_call_free(c[0]);
	}
	assert_ptr_equal(dcerpc_stub(c[1]).p, room);
	assert_stub(c[1], "short");
	assert_ptr_not_equal(dcerpc_stub(c[2]).p, room);
	assert_stub(c[2], "other");
	/* nothing of the long answer is left behind the short one */
	assert_int_equal(room[100], 0);
	dcerpc_call_free(c[1]);
	dcerpc_call_free(c[2]);
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
say(const struct pair *p, uint32_t id)
{
	struct wr w = wr_new(1024);

	response(&w, id, 3, 0, "answer", NULL);
	assert_int_equal(write(p->peer, w.p, w.len), (ssize_t)w.len);
	wr_free(&w);
}

/* b's answer comes after a's second call went out: what b asks next followed
 * b's first answer and not a's second one, whichever was there first. */
static void
a_call_waits_only_for_the_answer_that_it_follows(void **state)
{
	struct wr w = wr_new(65536);
	struct dcerpc_call *a, *b, *more;
	struct pair p;

	(void)state;
	bind_ack(&w, 0x13, both, 2, false);
	p = client(&w);
	assert_true(dcerpc_bind(p.d, ifs, 2, NULL, true, soon(), NULL));
	assert_non_null(a = ask(&p, 0, "q", NULL));
	assert_non_null(b = ask(&p, 0, "q", NULL));
	say(&p, 2);
	assert_true(dcerpc_wait(p.d, a, soon(), NULL));
	assert_non_null(more = ask(&p, 0, "q", NULL));
	say(&p, 4);
	assert_true(dcerpc_wait(p.d, more, soon(), NULL));
	dcerpc_call_free(more);
	assert_int_equal(dcerpc_round_trips(p.d), 3);
	say(&p, 3);
	assert_true(dcerpc_wait(p.d, b, soon(), NULL));
	assert_non_null(more = ask(&p, 0, "q", NULL));
	dcerpc_follows(more, dcerpc_trip(b));
	say(&p, 5);
	assert_true(dcerpc_wait(p.d, more, soon(), NULL));
	assert_int_equal(dcerpc_round_trips(p.d), 3);
	dcerpc_call_free(a);
	dcerpc_call_free(b);
	dcerpc_call_free(more);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_answered_and_fragments_are_joined),
		cmocka_unit_test(a_long_answers_room_serves_the_next),
		cmocka_unit_test(answers_in_any_order_find_their_calls),
		cmocka_unit_test(a_call_waits_only_for_the_answer_that_it_follows),
		cmocka_unit_test(without_multiplexing_a_call_waits_for_the_one_before),
		cmocka_unit_test(an_abandoned_answer_is_dropped_when_it_comes),
		cmocka_unit_test(a_fault_ends_its_call_only),
		cmocka_unit_test(a_fault_proves_no_log_on),
		cmocka_unit_test(a_refused_context_is_asked_for_again),
		cmocka_unit_test(a_bind_with_every_context_refused_is_a_failure),
		cmocka_unit_test(an_unknown_mechanism_is_an_auth_method_error),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
