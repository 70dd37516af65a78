#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/rpc/peer.h"

static void
a_request_gets_its_answer(void **state)
{
	json_t *v, *want = json_pack("{s:s, s:s, s:{s:{s:i}}}", "jsonrpc", "2.0",
	    "id", "x", "result", "got", "b", 3);

	ask(*state, "{'jsonrpc':'2.0','id':'x','method':'echo','params':{'b':3.0}}");
	v = hear(*state);
	assert_true(json_equal(v, want));
	json_decref(v);
	json_decref(want);
}

static void
a_request_without_params_has_an_empty_object(void **state)
{
	json_t *v;

	ask(*state, "{'jsonrpc':'2.0','id':1,'method':'echo'}");
	v = hear(*state);
	assert_true(json_is_object(json_object_get(json_object_get(v, "result"),
	    "got")));
	json_decref(v);
}

static void
wrong_lines_get_their_error_and_cost_nothing_else(void **state)
{
	struct peer *p = *state;

	say(p, "{");
	expect_error(p, -32700, 0);
	say(p, "{\"a\":\"\xc3\x28\"}");
	expect_error(p, -32700, 0);
	ask(p, "{'jsonrpc':'2.0','id':1,'id':2,'method':'nothing'}");
	expect_error(p, -32700, 0);
	ask(p, "[]");
	expect_error(p, -32600, 0);
	ask(p, "7");
	expect_error(p, -32600, 0);
	ask(p, "{'jsonrpc':'2.0','id':3,'method':7}");
	expect_error(p, -32600, 3);
	ask(p, "{'jsonrpc':'2.0','id':{},'method':'nothing'}");
	expect_error(p, -32600, 0);
	ask(p, "{'jsonrpc':'2.0','id':4,'method':'none'}");
	expect_error(p, -32601, 4);
	ask(p, "{'jsonrpc':'2.0','id':5,'method':'echo','params':[1]}");
	expect_error(p, -32602, 5);
	ask(p, "{'jsonrpc':'2.0','id':6,'method':'echo','params':{'c':1}}");
	expect_error(p, -32602, 6);
	ask(p, "{'jsonrpc':'2.0','id':7,'method':'echo','params':'x'}");
	expect_error(p, -32600, 7);
	ask(p, "{'jsonrpc':'2.0','id':8,'method':'fail'}");
	expect_error(p, -32003, 8);
	say(p, "");
	expect_alive(p);
}

static void
deep_nesting_is_a_parse_error(void **state)
{
	struct peer *p = *state;
	size_t n = 50000;
	char *text = calloc(1, n + 1);

	memset(text, '[', n);
	say(p, text);
	free(text);
	expect_error(p, -32700, 0);
	expect_alive(p);
}

static void *
write_long(void *arg)
{
	struct peer *p = arg;
	char block[4096];

	memset(block, 'z', sizeof(block));
	for (int i = 0; i < 4096; i++)
		if (write(p->to, block, sizeof(block)) < 0)
			return NULL;
	if (write(p->to, "\n", 1) < 0)
		return NULL;
	return NULL;
}

static void
a_line_over_the_limit_is_answered_once_and_skipped(void **state)
{
	struct peer *p = *state;
	pthread_t t;

	pthread_create(&t, NULL, write_long, p);
	expect_error(p, -32700, 0);
	pthread_join(t, NULL);
	expect_alive(p);
}

static void
a_request_that_comes_octet_by_octet_is_answered(void **state)
{
	struct peer *p = *state;
	const char *text = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"nothing\"}\n";

	for (; *text != '\0'; text++) {
		assert_int_equal(write(p->to, text, 1), 1);
		usleep(200);
	}
	expect_result(p, 9);
}

static void
a_notification_gets_no_answer_even_when_it_is_wrong(void **state)
{
	struct peer *p = *state;

	ask(p, "{'jsonrpc':'2.0','method':'nothing'}");
	ask(p, "{'jsonrpc':'2.0','method':'none'}");
	ask(p, "{'jsonrpc':'2.0','method':'fail'}");
	ask(p, "{'jsonrpc':'2.0','method':'echo','params':{'c':1}}");
	expect_alive(p);
}

static void
a_batch_is_answered_in_one_line(void **state)
{
	struct peer *p = *state;
	json_t *v;

	ask(p, "[{'jsonrpc':'2.0','id':1,'method':'nothing'},1,"
	    "{'jsonrpc':'2.0','method':'nothing'},"
	    "{'jsonrpc':'2.0','id':2,'method':'none'},"
	    "{'jsonrpc':'2.0','id':3,'method':'alone'},"
	    "{'jsonrpc':'2.0','id':4,'method':'slow'}]");
	wait_for(&p->slow_running, 1);
	atomic_store(&p->release, 1);
	v = hear(p);
	assert_int_equal(json_array_size(v), 5);
	assert_non_null(json_object_get(json_array_get(v, 0), "result"));
	assert_int_equal(error_of(json_array_get(v, 1)), -32600);
	assert_int_equal(error_of(json_array_get(v, 2)), -32601);
	assert_int_equal(error_of(json_array_get(v, 3)), -32600);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(v, 4),
	    "id")), 4);
	json_decref(v);
	expect_alive(p);
}

static void
a_batch_of_notifications_gets_nothing(void **state)
{
	ask(*state, "[{'jsonrpc':'2.0','method':'nothing'},"
	    "{'jsonrpc':'2.0','method':'fail'}]");
	expect_alive(*state);
}

static void
a_batch_that_is_too_long_is_refused_whole(void **state)
{
	struct peer *p = *state;
	char *text = calloc(1, 16384);

	strcpy(text, "[1");
	for (int i = 0; i < 2000; i++)
		strcat(text, ",1");
	strcat(text, "]");
	say(p, text);
	free(text);
	expect_error(p, -32600, 0);
	expect_alive(p);
}

static void
an_id_in_flight_is_refused_and_free_after_the_answer(void **state)
{
	struct peer *p = *state;

	ask(p, "{'jsonrpc':'2.0','id':1,'method':'hold'}");
	ask(p, "{'jsonrpc':'2.0','id':1,'method':'nothing'}");
	expect_error(p, -32600, 1);
	ask(p, "{'jsonrpc':'2.0','id':2,'method':'release'}");
	expect_result(p, 1);
	expect_result(p, 2);
	ask(p, "{'jsonrpc':'2.0','id':1,'method':'nothing'}");
	expect_result(p, 1);
}

static void
an_id_stands_once_in_a_batch(void **state)
{
	json_t *v;

	ask(*state, "[{'jsonrpc':'2.0','id':1,'method':'nothing'},"
	    "{'jsonrpc':'2.0','id':1,'method':'nothing'},"
	    "{'jsonrpc':'2.0','id':'1','method':'nothing'}]");
	v = hear(*state);
	assert_int_equal(json_array_size(v), 3);
	assert_int_equal(error_of(json_array_get(v, 0)), 0);
	assert_int_equal(error_of(json_array_get(v, 1)), -32600);
	assert_int_equal(error_of(json_array_get(v, 2)), 0);
	json_decref(v);
}

static void
the_answer_precedes_what_the_handler_starts(void **state)
{
	json_t *v;

	for (int i = 1; i < 50; i++) {
		char text[100];

		snprintf(text, sizeof(text), i % 2 ?
		    "{'jsonrpc':'2.0','id':%d,'method':'start'}" :
		    "[{'jsonrpc':'2.0','id':%d,'method':'start'}]", i);
		ask(*state, text);
		v = hear(*state);
		assert_true(json_is_array(v) || json_object_get(v, "result"));
		json_decref(v);
		v = hear(*state);
		assert_string_equal(json_string_value(json_object_get(v,
		    "method")), "told");
		json_decref(v);
	}
}

static void
slow_methods_run_beside_the_others_in_bounded_number(void **state)
{
	struct peer *p = *state;
	int refused = 0;
	json_t *v;

	for (int i = 1; i <= 40; i++) {
		char text[100];

		snprintf(text, sizeof(text),
		    "{'jsonrpc':'2.0','id':%d,'method':'slow'}", i);
		ask(p, text);
	}
	/* The first thirty-two run, the rest is told so; what must not wait
	 * still finds room. */
	for (; refused < 8; refused++)
		expect_error(p, -32001, 33 + refused);
	ask(p, "{'jsonrpc':'2.0','id':50,'method':'alone'}");
	expect_result(p, 50);
	expect_alive(p);
	atomic_store(&p->release, 1);
	for (int i = 0; i < 32; i++) {
		v = hear(p);
		assert_non_null(json_object_get(v, "result"));
		json_decref(v);
	}
}

static void
who_has_his_answer_has_a_place_for_the_next_request(void **state)
{
	struct peer *p = *state;

	for (int i = 1; i <= 100; i++) {
		char text[100];

		snprintf(text, sizeof(text),
		    "{'jsonrpc':'2.0','id':%d,'method':'lingers'}", i);
		ask(p, text);
		expect_result(p, i);
	}
	wait_for(&p->slow_running, 100);
	atomic_store(&p->release, 1);
	expect_alive(p);
}

static void
after_refuse_every_request_is_told_that_it_shuts_down(void **state)
{
	struct peer *p = *state;

	ask(p, "{'jsonrpc':'2.0','id':1,'method':'refuse'}");
	expect_result(p, 1);
	ask(p, "{'jsonrpc':'2.0','id':2,'method':'nothing'}");
	expect_error(p, -32001, 2);
	ask(p, "{'jsonrpc':'2.0','id':3,'method':'none'}");
	expect_error(p, -32001, 3);
	say(p, "{");
	expect_error(p, -32700, 0);
}

static void
the_end_of_input_ends_it_and_deferred_answers_still_come(void **state)
{
	struct peer *p = *state;

	ask(p, "{'jsonrpc':'2.0','id':1,'method':'slow'}");
	wait_for(&p->slow_running, 1);
	close(p->to);
	p->to = -1;
	wait_for(&p->ended, 1);
	atomic_store(&p->release, 1);
	expect_result(p, 1);
	assert_int_equal(atomic_load(&p->closed), 0);
}

static void
a_line_cut_by_the_end_gets_its_error(void **state)
{
	struct peer *p = *state;

	assert_int_equal(write(p->to, "{\"jsonrpc\":\"2.0\",\"id", 20), 20);
	close(p->to);
	p->to = -1;
	expect_error(p, -32700, 0);
	wait_for(&p->ended, 1);
}

static void
stop_ends_it_without_the_end_of_input(void **state)
{
	struct peer *p = *state;
	void *none;

	ask(p, "{'jsonrpc':'2.0','id':1,'method':'stop'}");
	expect_result(p, 1);
	assert_int_equal(pthread_join(p->thread, &none), 0);
	assert_int_equal(atomic_load(&p->ended), 0);
	pthread_create(&p->thread, NULL, run, p->s);	/* for the teardown */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_request_gets_its_answer),
		T(a_request_without_params_has_an_empty_object),
		T(wrong_lines_get_their_error_and_cost_nothing_else),
		T(deep_nesting_is_a_parse_error),
		T(a_line_over_the_limit_is_answered_once_and_skipped),
		T(a_request_that_comes_octet_by_octet_is_answered),
		T(a_notification_gets_no_answer_even_when_it_is_wrong),
		T(a_batch_is_answered_in_one_line),
		T(a_batch_of_notifications_gets_nothing),
		T(a_batch_that_is_too_long_is_refused_whole),
		T(an_id_in_flight_is_refused_and_free_after_the_answer),
		T(an_id_stands_once_in_a_batch),
		T(the_answer_precedes_what_the_handler_starts),
		T(slow_methods_run_beside_the_others_in_bounded_number),
		T(who_has_his_answer_has_a_place_for_the_next_request),
		T(after_refuse_every_request_is_told_that_it_shuts_down),
		T(the_end_of_input_ends_it_and_deferred_answers_still_come),
		T(a_line_cut_by_the_end_gets_its_error),
		T(stop_ends_it_without_the_end_of_input),
	};

	rpc_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
