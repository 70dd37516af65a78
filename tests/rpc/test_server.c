#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail		/* base has a function of that name */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc/server.h"

#define MAX_LINE 65536

struct peer {
	struct rpc_server *s;
	int to, from;		/* our ends */
	int in, out;		/* the server's */
	pthread_t thread;
	struct rpc_call *held;
	atomic_int closed, ended, slow_running, release;
	FILE *lines;
};

/* --- methods -------------------------------------------------------------------- */

static void
m_echo(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)ctx;
	rpc_reply(c, json_pack("{s:O}", "got", params));
}

static void
m_nothing(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)ctx;
	(void)params;
	rpc_reply(c, NULL);
}

static void
m_fail(void *ctx, struct rpc_call *c, const json_t *params)
{
	const struct err e = { .code = ERR_DENIED, .stage = STAGE_LOGON,
		.text = "not you" };

	(void)ctx;
	(void)params;
	rpc_fail(c, &e);
}

static void
m_hold(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	((struct peer *)ctx)->held = c;
}

static void
m_release(void *ctx, struct rpc_call *c, const json_t *params)
{
	struct peer *p = ctx;

	(void)params;
	rpc_reply(p->held, NULL);
	p->held = NULL;
	rpc_reply(c, NULL);
}

static void
m_slow(void *ctx, struct rpc_call *c, const json_t *params)
{
	struct peer *p = ctx;

	(void)params;
	atomic_fetch_add(&p->slow_running, 1);
	while (!atomic_load(&p->release))
		usleep(1000);
	rpc_reply(c, NULL);
}

/* Its thread is still there when the answer is read. */
static void
m_lingers(void *ctx, struct rpc_call *c, const json_t *params)
{
	struct peer *p = ctx;

	(void)params;
	rpc_reply(c, NULL);
	atomic_fetch_add(&p->slow_running, 1);
	while (!atomic_load(&p->release))
		usleep(1000);
}

static void *
notify_now(void *arg)
{
	rpc_notify(((struct peer *)arg)->s, "told", json_pack("{s:i}", "n", 0),
	    false);
	return NULL;
}

static void
notify_after(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, notify_now, arg);
	pthread_detach(t);
}

static void
m_start(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	rpc_after_reply(c, notify_after, ctx);
	rpc_reply(c, json_pack("{s:s}", "scanId", "s-1"));
}

static void
m_refuse(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	rpc_server_refuse(((struct peer *)ctx)->s);
	rpc_reply(c, NULL);
}

static void
m_stop(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	rpc_reply(c, NULL);
	rpc_server_stop(((struct peer *)ctx)->s);
}

static const struct rpc_param any_params[] = {
	{ "a", RPC_ANY, false }, { "b", RPC_INTEGER, false },
	{ NULL, RPC_ANY, false }
};

static const struct rpc_method methods[] = {
	{ "echo", any_params, m_echo, false, false },
	{ "nothing", NULL, m_nothing, false, false },
	{ "fail", NULL, m_fail, false, false },
	{ "hold", NULL, m_hold, false, false },
	{ "release", NULL, m_release, false, false },
	{ "slow", NULL, m_slow, true, false },
	{ "lingers", NULL, m_lingers, true, false },
	{ "alone", NULL, m_nothing, true, true },
	{ "start", NULL, m_start, false, false },
	{ "refuse", NULL, m_refuse, false, false },
	{ "stop", NULL, m_stop, false, false },
	{ NULL, NULL, NULL, false, false }
};

/* --- both ends ---------------------------------------------------------------------- */

static void
on_closed(void *ctx)
{
	atomic_fetch_add(&((struct peer *)ctx)->closed, 1);
}

static void
on_end(void *ctx)
{
	atomic_fetch_add(&((struct peer *)ctx)->ended, 1);
}

static void *
run(void *arg)
{
	rpc_server_run(arg);
	return NULL;
}

static int
open_peer(void **state, bool sockets)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct rpc_config config = { .methods = methods, .ctx = p,
		.max_line = MAX_LINE, .queue_bytes = 64 * 1024,
		.on_output_closed = on_closed, .on_input_end = on_end };
	int in[2], out[2];
	struct err e = { .code = ERR_NONE };

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, out) :
	    pipe2(out, O_CLOEXEC), 0);
	p->in = config.in_fd = in[0];
	p->to = in[1];
	p->from = out[0];
	p->out = config.out_fd = out[1];
	p->lines = fdopen(p->from, "r");
	p->s = rpc_server_new(&config, &e);
	assert_non_null(p->s);
	assert_int_equal(pthread_create(&p->thread, NULL, run, p->s), 0);
	*state = p;
	return 0;
}

static int
setup(void **state)
{
	return open_peer(state, false);
}

static int
setup_sockets(void **state)
{
	return open_peer(state, true);
}

static int
teardown(void **state)
{
	struct peer *p = *state;

	atomic_store(&p->release, 1);
	if (p->to >= 0)
		close(p->to);
	pthread_join(p->thread, NULL);
	if (p->held != NULL)
		rpc_reply(p->held, NULL);
	if (p->lines != NULL)
		fclose(p->lines);
	rpc_server_free(p->s, 20);
	close(p->in);
	close(p->out);
	free(p);
	return 0;
}

static void
say(struct peer *p, const char *line)
{
	assert_int_equal(write(p->to, line, strlen(line)),
	    (ssize_t)strlen(line));
	assert_int_equal(write(p->to, "\n", 1), 1);
}

/* A request written with ' for ". */
static void
ask(struct peer *p, const char *line)
{
	char *text = strdup(line);

	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	say(p, text);
	free(text);
}

static json_t *
hear(struct peer *p)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, p->lines);
	json_t *v;

	assert_true(n > 0);
	assert_int_equal(line[n - 1], '\n');
	v = json_loadb(line, (size_t)n, 0, NULL);
	assert_non_null(v);
	free(line);
	return v;
}

static json_int_t
error_of(const json_t *v)
{
	return json_integer_value(json_object_get(json_object_get(v, "error"),
	    "code"));
}

/* The next line is a single error of that number to that id. */
static void
expect_error(struct peer *p, json_int_t number, json_int_t id)
{
	json_t *v = hear(p);

	if (error_of(v) != number)
		print_error("%s\n", json_dumps(v, 0));
	assert_int_equal(error_of(v), number);
	if (id == 0)
		assert_true(json_is_null(json_object_get(v, "id")));
	else
		assert_int_equal(json_integer_value(json_object_get(v, "id")), id);
	json_decref(v);
}

static void
expect_result(struct peer *p, json_int_t id)
{
	json_t *v = hear(p);

	assert_non_null(json_object_get(v, "result"));
	assert_int_equal(json_integer_value(json_object_get(v, "id")), id);
	json_decref(v);
}

/* Still answers, whatever came before. */
static void
expect_alive(struct peer *p)
{
	ask(p, "{'jsonrpc':'2.0','id':4242,'method':'nothing'}");
	expect_result(p, 4242);
}

static void
wait_for(atomic_int *what, int value)
{
	for (int i = 0; i < 20000 && atomic_load(what) < value; i++)
		usleep(1000);
	assert_true(atomic_load(what) >= value);
}

/* --- tests ----------------------------------------------------------------------------- */

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

/* Noticed although nothing is written, and told once. */
static void
a_reader_that_goes_away_is_noticed(void **state)
{
	struct peer *p = *state;

	fclose(p->lines);
	p->lines = NULL;
	wait_for(&p->closed, 1);
	assert_false(rpc_notify(p->s, "told", json_object(), false));
	assert_int_equal(atomic_load(&p->closed), 1);
	assert_int_equal(atomic_load(&p->ended), 0);
}

struct teller { struct peer *p; atomic_int sent, dropped, tries; bool droppable; };

static void *
tell_many(void *arg)
{
	struct teller *t = arg;
	char *text = calloc(1, 1001);

	memset(text, 't', 1000);
	for (int i = 0; i < 1000; i++) {
		atomic_fetch_add(&t->tries, 1);
		if (rpc_notify(t->p->s, "told", json_pack("{s:i, s:s}", "n", i,
		    "text", text), t->droppable))
			atomic_fetch_add(&t->sent, 1);
		else
			atomic_fetch_add(&t->dropped, 1);
	}
	free(text);
	return NULL;
}

/* 1000 lines of 1 KiB, room for 64 and the pipe's own 64 KiB. */
static void
a_reader_that_stops_reading_makes_notifiers_wait_and_keeps_the_order(void **state)
{
	struct peer *p = *state;
	struct teller t = { .p = p };
	int before, answers = 0, n = 0;
	pthread_t thread;
	json_t *v;

	pthread_create(&thread, NULL, tell_many, &t);
	wait_for(&t.tries, 51);
	do {
		before = atomic_load(&t.tries);
		usleep(100000);
	} while (before != atomic_load(&t.tries));
	assert_true(before < 300);
	/* Requests are read meanwhile, and answers have room of their own. */
	ask(p, "{'jsonrpc':'2.0','id':1,'method':'nothing'}");
	ask(p, "{'jsonrpc':'2.0','id':2,'method':'slow'}");
	wait_for(&p->slow_running, 1);
	atomic_store(&p->release, 1);
	while (n < 1000 || answers < 2) {
		v = hear(p);
		if (json_object_get(v, "id") != NULL)
			answers++;
		else
			assert_int_equal(json_integer_value(json_object_get(
			    json_object_get(v, "params"), "n")), n++);
		json_decref(v);
	}
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&t.sent), 1000);
}

static void
only_droppable_ones_are_dropped(void **state)
{
	struct peer *p = *state;
	struct teller t = { .p = p, .droppable = true };
	json_int_t last = -1, n;
	json_t *v;

	tell_many(&t);		/* nobody reads: and yet it comes back */
	assert_true(atomic_load(&t.dropped) > 700);
	for (int i = atomic_load(&t.sent); i > 0; i--) {
		v = hear(p);
		n = json_integer_value(json_object_get(json_object_get(v,
		    "params"), "n"));
		assert_true(n > last);
		last = n;
		json_decref(v);
	}
	expect_alive(p);
}

/* Whoever waits for room is let go when the reader leaves. */
static void
a_reader_that_leaves_frees_those_who_wait(void **state)
{
	struct peer *p = *state;
	struct teller t = { .p = p };
	pthread_t thread;

	pthread_create(&thread, NULL, tell_many, &t);
	wait_for(&t.tries, 60);
	usleep(50000);
	fclose(p->lines);
	p->lines = NULL;
	pthread_join(thread, NULL);
	assert_true(atomic_load(&t.dropped) > 0);
	wait_for(&p->closed, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		T(a_reader_that_goes_away_is_noticed),
		cmocka_unit_test_setup_teardown(a_reader_that_goes_away_is_noticed,
		    setup_sockets, teardown),
		T(a_reader_that_stops_reading_makes_notifiers_wait_and_keeps_the_order),
		T(only_droppable_ones_are_dropped),
		T(a_reader_that_leaves_frees_those_who_wait),
	};

	rpc_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
