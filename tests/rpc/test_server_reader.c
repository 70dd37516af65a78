/* The reader of the answers: one who goes away, one who stops reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/rpc/peer.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
