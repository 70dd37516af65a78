#include "helper/base/net.h"
#include "helper/base/secret.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#undef fail	/* ours is a function */

/* A listener on 127.0.0.1; its port. */
static int
listener(uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

static struct net_addr
loopback(void)
{
	struct net_addr a;

	assert_true(net_addr_parse("127.0.0.1", &a));
	return a;
}

static void
addresses_are_values(void **state)
{
	struct net_addr a, b;
	char text[NET_ADDR_TEXT];

	(void)state;
	assert_true(net_addr_parse("::ffff:10.1.2.3", &a));
	assert_int_equal(a.family, 4);
	assert_string_equal(net_addr_text(&a, text), "10.1.2.3");
	assert_true(net_addr_parse("2001:DB8::1", &b));
	assert_string_equal(net_addr_text(&b, text), "2001:db8::1");
	assert_true(net_addr_cmp(&a, &b) < 0);
	assert_true(net_addr_parse("fe80::1%lo", &a));
	assert_string_equal(net_addr_text(&a, text), "fe80::1%lo");
	assert_false(net_addr_parse("10.0.0.300", &a));
	assert_false(net_addr_parse("10.0.0", &a));
	assert_false(net_addr_parse("fe80::1%nowhere9", &a));
}

static void
a_refused_connection_says_so_at_once(void **state)
{
	struct net_addr a = loopback();
	struct err e = { .code = ERR_NONE };
	uint16_t port;
	int fd = listener(&port);

	(void)state;
	close(fd);
	assert_int_equal(net_connect(&a, port, deadline_in(60, -1), &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	assert_int_equal(e.stage, STAGE_CONNECT);
}

static void
a_silent_peer_ends_at_the_deadline(void **state)
{
	struct net_addr a = loopback();
	struct err e = { .code = ERR_NONE };
	int64_t began = now_ns();
	char buf[4];
	uint16_t port;
	int fd = listener(&port), c;

	(void)state;
	c = net_connect(&a, port, deadline_in(60, -1), &e);
	assert_true(c >= 0);
	assert_int_equal(net_recv(c, buf, sizeof(buf), deadline_in(0.05, -1), &e), 0);
	assert_int_equal(e.code, ERR_TIMEOUT);
	assert_true(now_ns() - began < 20000000000);
	close(c);
	close(fd);
}

typedef size_t receiver(int, void *, size_t, struct deadline, struct err *);
static receiver *const receivers[] = { net_recv, net_await };

/* A peer that never pauses is never waited for: the limit is asked all the same. */
static void
what_is_there_already_comes_too_late(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct cancel *cancel = cancel_new(&e);
	char buf[4];
	int v[2];

	(void)state;
	cancel_fire(cancel);
	for (size_t i = 0; i < ARRAY_LEN(receivers); i++) {
		receiver *recv_by = receivers[i];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, v), 0);
		assert_int_equal(write(v[1], "here", 4), 4);
		assert_int_equal(recv_by(v[0], buf, sizeof(buf),
		    deadline_in(0, -1), &e), 0);
		assert_int_equal(e.code, ERR_TIMEOUT);
		err_clear(&e);
		assert_int_equal(recv_by(v[0], buf, sizeof(buf),
		    deadline_in(5, cancel_fd(cancel)), &e), 0);
		assert_int_equal(e.code, ERR_CANCELLED);
		err_clear(&e);
		assert_int_equal(recv_by(v[0], buf, sizeof(buf),
		    deadline_in(5, -1), &e), 4);
		close(v[1]);
		assert_int_equal(recv_by(v[0], buf, sizeof(buf),
		    deadline_in(5, -1), &e), 0);
		assert_int_equal(e.code, ERR_CLOSED);
		err_clear(&e);
		close(v[0]);
	}
	cancel_free(cancel);
}

static void *
fire_soon(void *cancel)
{
	usleep(30000);
	cancel_fire(cancel);
	return NULL;
}

static void
a_cancel_ends_every_wait(void **state)
{
	struct net_addr a = loopback();
	struct err e = { .code = ERR_NONE };
	struct cancel *cancel = cancel_new(&e);
	pthread_t thread;
	char buf[4];
	uint16_t port;
	int fd = listener(&port), c;

	(void)state;
	c = net_connect(&a, port, deadline_in(60, -1), &e);
	assert_int_equal(pthread_create(&thread, NULL, fire_soon, cancel), 0);
	assert_int_equal(net_await(c, buf, sizeof(buf),
	    deadline_in(10, cancel_fd(cancel)), &e), 0);
	assert_int_equal(e.code, ERR_CANCELLED);
	err_clear(&e);
	assert_int_equal(net_recv(c, buf, sizeof(buf),
	    deadline_in(60, cancel_fd(cancel)), &e), 0);
	assert_int_equal(e.code, ERR_CANCELLED);
	pthread_join(thread, NULL);
	err_clear(&e);
	assert_false(deadline_sleep(60, deadline_never(cancel_fd(cancel)), &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	close(c);
	close(fd);
	cancel_free(cancel);
}

static void
a_name_without_an_address_is_an_error_of_its_own(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct net_addr found[4];

	(void)state;
	assert_int_equal(net_resolve("localhost", found, 4, deadline_in(60, -1), &e) > 0, 1);
	assert_int_equal(net_resolve("127.9.8.7", found, 4, deadline_in(60, -1), &e), 1);
	assert_int_equal(net_resolve("", found, 4, deadline_in(60, -1), &e), 0);
	assert_int_equal(e.code, ERR_RESOLVE);
	assert_int_equal(e.stage, STAGE_RESOLVE);
}

static void
an_address_has_a_name_or_a_reason(void **state)
{
	struct err e = { .code = ERR_NONE };
	struct net_addr a = loopback();
	struct net_addr back[8];
	char name[256];
	bool same = false;
	size_t n;

	(void)state;
	/* Debian's hosts file names it; whatever it says leads back. */
	assert_true(net_name(&a, name, sizeof(name), deadline_in(60, -1), &e));
	n = net_resolve(name, back, 8, deadline_in(60, -1), &e);
	for (size_t i = 0; i < n; i++)
		same |= net_addr_cmp(&a, &back[i]) == 0;
	assert_true(same);
	assert_false(net_name(&a, name, 3, deadline_in(60, -1), &e));
	assert_int_equal(e.code, ERR_RESOLVE);
}

static void
deadlines_do_not_overflow(void **state)
{
	struct deadline by = deadline_in(1e300, -1);

	(void)state;
	assert_int_equal(by.at_ns, DEADLINE_NEVER);
	assert_int_equal(deadline_left_ms(by), -1);
	by = deadline_within(by, 0.5);
	assert_in_range(deadline_left_ms(by), 1, 500);
	assert_true(deadline_passed(deadline_in(-5, -1)));
}

static void
a_secret_is_shared_and_compared(void **state)
{
	struct secret *a = secret_from_str("p\xc3\xa4ss"), *b = secret_new("p\xc3\xa4ss", 5);
	struct secret *c = secret_new("p\xc3\xa4sx", 5), *more = secret_ref(a);

	(void)state;
	assert_true(secret_equal(a, b));
	assert_false(secret_equal(a, c));
	assert_false(secret_equal(a, NULL));
	secret_free(a);
	assert_string_equal(secret_str(more), "p\xc3\xa4ss");
	assert_int_equal(secret_len(more), 5);
	secret_free(more);
	secret_free(b);
	secret_free(c);
	secret_free(NULL);
}

static void
the_wiping_allocator_keeps_what_it_holds(void **state)
{
	char *p = wiping_malloc(8);

	(void)state;
	memcpy(p, "1234567", 8);
	for (size_t n = 16; n < 100000; n *= 3) {
		p = wiping_realloc(p, n);
		assert_string_equal(p, "1234567");
	}
	p = wiping_realloc(p, 8);
	assert_string_equal(p, "1234567");
	wiping_free(p);
	wiping_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_values),
		cmocka_unit_test(a_refused_connection_says_so_at_once),
		cmocka_unit_test(a_silent_peer_ends_at_the_deadline),
		cmocka_unit_test(what_is_there_already_comes_too_late),
		cmocka_unit_test(a_cancel_ends_every_wait),
		cmocka_unit_test(a_name_without_an_address_is_an_error_of_its_own),
		cmocka_unit_test(an_address_has_a_name_or_a_reason),
		cmocka_unit_test(deadlines_do_not_overflow),
		cmocka_unit_test(a_secret_is_shared_and_compared),
		cmocka_unit_test(the_wiping_allocator_keeps_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
