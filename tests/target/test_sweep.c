/* First: cmocka.h has a macro called fail(). */
#include "helper/target/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOUND_MAX 5000

/* One sweep of the test: what is asked, what came of it. */
struct run {
	const char *const *addrs;	/* NULL: `block` addresses from 127.9.0.0 */
	size_t naddrs, block, given, later;
	struct sweep_result found[FOUND_MAX];
	size_t nfound;
	struct cancel *cancel_at_first;
};

static enum sweep_more
source(void *ctx, struct sweep_target *t)
{
	struct run *run = ctx;

	if (run->later > 0) {
		run->later--;
		return SWEEP_LATER;
	}
	if (run->given == (run->addrs != NULL ? run->naddrs : run->block))
		return SWEEP_END;
	if (run->addrs != NULL)
		assert_true(net_addr_parse(run->addrs[run->given], &t->addr));
	else
		t->addr = (struct net_addr){ .family = 4, .ip = { 127, 9,
		    (uint8_t)(run->given >> 8), (uint8_t)run->given } };
	t->cookie = run->given++;
	return SWEEP_HAVE;
}

static void
result(void *ctx, const struct sweep_result *r)
{
	struct run *run = ctx;

	assert_true(run->nfound < FOUND_MAX);
	run->found[run->nfound++] = *r;
	if (run->cancel_at_first != NULL)
		cancel_fire(run->cancel_at_first);
}

static struct sweep_config
config(struct run *run, const uint16_t *ports, size_t n)
{
	return (struct sweep_config){ .ports = ports, .nports = n,
	    .connect_timeout = 1, .ping_timeout = 0.2, .wake_fd = -1,
	    .source = source, .result = result, .ctx = run };
}

static const struct sweep_result *
of(const struct run *run, uint64_t cookie)
{
	const struct sweep_result *r = NULL;

	for (size_t i = 0; i < run->nfound; i++) {
		if (run->found[i].cookie != cookie)
			continue;
		assert_null(r);		/* exactly one result an address */
		r = &run->found[i];
	}
	assert_non_null(r);
	return r;
}

static int
listener(const char *addr, uint16_t *port, int backlog)
{
	struct sockaddr_storage ss;
	struct net_addr a;
	socklen_t len;
	int fd, one = 1;

	assert_true(net_addr_parse(addr, &a));
	len = net_addr_sockaddr(&a, *port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	*port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	return fd;
}

/* A port of 127/8 and ::1 on which nobody listens. */
static uint16_t
closed_port(void)
{
	uint16_t port = 0;

	close(listener("127.0.0.1", &port, 1));
	return port;
}

static void
sweep(const struct sweep_config *c)
{
	struct err e = { 0 };

	if (!sweep_run(c, deadline_in(60, -1), &e))
		fail_msg("%s", e.text);
}

static void
open_and_refused_are_told_apart(void **state)
{
	static const char *const addrs[] = { "127.8.1.1", "127.8.1.2",
	    "127.8.1.3", "127.8.1.4" };
	struct run run = { .addrs = addrs, .naddrs = 4 };
	uint16_t ports[2] = { 0, 0 };
	int a = listener("127.8.1.2", &ports[0], 10);
	int b = listener("127.8.1.3", &ports[1], 10), c, d;
	struct sweep_config cfg = config(&run, ports, 2);

	(void)state;
	c = listener("127.8.1.4", &ports[0], 10);
	d = listener("127.8.1.4", &ports[1], 10);
	sweep(&cfg);
	assert_int_equal(run.nfound, 4);
	assert_int_equal(of(&run, 0)->state, SWEEP_REFUSED);
	assert_int_equal(of(&run, 0)->refused, 3);
	assert_int_equal(of(&run, 1)->state, SWEEP_OPEN);
	assert_int_equal(of(&run, 1)->open, 1);
	assert_int_equal(of(&run, 1)->refused, 2);
	assert_int_equal(of(&run, 2)->open, 2);
	assert_int_equal(of(&run, 3)->open, 3);
	for (uint64_t i = 0; i < 4; i++)
		assert_true(of(&run, i)->seconds > 0 && of(&run, i)->seconds < 10);
	close(a), close(b), close(c), close(d);
}

static void
ipv6_is_swept_with_ipv4(void **state)
{
	static const char *const addrs[] = { "127.8.2.1", "::1", "127.8.2.2" };
	struct run run = { .addrs = addrs, .naddrs = 3 };
	uint16_t ports[2] = { 0, closed_port() };
	int fd = listener("::1", &ports[0], 10);
	struct sweep_config cfg = config(&run, ports, 2);

	(void)state;
	cfg.in_flight = 1;	/* the one socket changes its family */
	sweep(&cfg);
	assert_int_equal(of(&run, 0)->state, SWEEP_REFUSED);
	assert_int_equal(of(&run, 1)->state, SWEEP_OPEN);
	assert_int_equal(of(&run, 1)->open, 1);
	assert_int_equal(of(&run, 1)->refused, 2);
	assert_int_equal(of(&run, 2)->state, SWEEP_REFUSED);
	close(fd);
}

static void
the_service_behind_an_open_port_never_hears_of_it(void **state)
{
	static const char *const addrs[] = { "127.8.3.1" };
	struct run run = { .addrs = addrs, .naddrs = 1 };
	uint16_t port = 0;
	int fd = listener(addrs[0], &port, 10);
	struct sweep_config cfg = config(&run, &port, 1);
	struct pollfd p = { fd, POLLIN, 0 };

	(void)state;
	sweep(&cfg);
	assert_int_equal(of(&run, 0)->open, 1);
	assert_int_equal(poll(&p, 1, 100), 0);
	close(fd);
}

static void
thousands_in_little_flight_get_one_result_each(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	uint16_t ports[3] = { closed_port(), closed_port(), closed_port() };
	struct sweep_config cfg = config(run, ports, 3);

	(void)state;
	run->block = 4096;
	cfg.in_flight = 7;
	sweep(&cfg);
	assert_int_equal(run->nfound, 4096);
	for (uint64_t i = 0; i < 4096; i += 111)
		assert_int_equal(of(run, i)->refused, 7);
	free(run);
}

static void
the_rate_is_kept(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	uint16_t port = closed_port();
	struct sweep_config cfg = config(run, &port, 1);
	double took;
	int64_t began;

	(void)state;
	run->block = 1000;
	cfg.rate = 2000;
	began = now_ns();
	sweep(&cfg);
	took = (double)(now_ns() - began) / 1e9;
	assert_int_equal(run->nfound, 1000);
	if (took < 0.48 || took > 2)
		fail_msg("1000 connects at 2000 a second took %.3f s", took);
	free(run);
}

static void
a_low_rate_does_not_delay_the_end(void **state)
{
	struct run run = { .block = 1 };
	uint16_t port = closed_port();
	struct sweep_config cfg = config(&run, &port, 1);
	int64_t began = now_ns();

	(void)state;
	cfg.rate = 0.1;
	sweep(&cfg);
	assert_int_equal(of(&run, 0)->state, SWEEP_REFUSED);
	if (now_ns() - began > 1000000000)
		fail_msg("took %.3f s", (double)(now_ns() - began) / 1e9);
}

static void
no_route_is_unreachable_not_silent(void **state)
{
	/* 240/4 is reserved (RFC 1112); the broadcast address is no host. */
	static const char *const addrs[] = { "255.255.255.255", "127.8.4.1" };
	struct run run = { .addrs = addrs, .naddrs = 2 };
	uint16_t port = closed_port();
	struct sweep_config cfg = config(&run, &port, 1);

	(void)state;
	sweep(&cfg);
	assert_int_equal(of(&run, 0)->state, SWEEP_UNREACHABLE);
	assert_true(of(&run, 0)->error != 0);
	assert_int_equal(of(&run, 1)->state, SWEEP_REFUSED);
	assert_int_equal(of(&run, 1)->error, 0);
}

/* A listener whose queue is full drops further SYNs: a silent host. */
struct full { int listen, fill[8]; };

static struct full
full_listener(const char *addr, uint16_t *port)
{
	struct full f = { .listen = listener(addr, port, 0) };
	struct sockaddr_storage ss;
	struct net_addr a;
	socklen_t len;

	assert_true(net_addr_parse(addr, &a));
	len = net_addr_sockaddr(&a, *port, &ss);
	for (size_t i = 0; i < ARRAY_LEN(f.fill); i++) {
		f.fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(f.fill[i], (struct sockaddr *)&ss, len);
	}
	return f;
}

static void
full_close(struct full *f)
{
	for (size_t i = 0; i < ARRAY_LEN(f->fill); i++)
		close(f->fill[i]);
	close(f->listen);
}

static void
a_silent_host_is_silent_and_waits_no_longer_than_allowed(void **state)
{
	static const char *const addrs[] = { "127.8.5.1" };
	struct run run = { .addrs = addrs, .naddrs = 1 };
	uint16_t port = 0;
	struct full f = full_listener(addrs[0], &port);
	struct sweep_config cfg = config(&run, &port, 1);
	int64_t began = now_ns();
	double took;

	(void)state;
	cfg.connect_timeout = 0.3;	/* asked twice: 0.6 s at most */
	sweep(&cfg);
	took = (double)(now_ns() - began) / 1e9;
	assert_int_equal(of(&run, 0)->state, SWEEP_SILENT);
	if (took < 0.5 || took > 10)
		fail_msg("took %.3f s", took);
	full_close(&f);
}

static void
after_answers_silence_is_believed_sooner(void **state)
{
	static const char *const addrs[] = { "127.8.6.1", "127.8.6.2",
	    "127.8.6.3" };
	const struct run nothing = { .addrs = addrs, .naddrs = 3 };
	struct run run = nothing;
	uint16_t port = 0;
	struct full f = full_listener(addrs[0], &port);
	struct sweep_config cfg = config(&run, &port, 1);
	double took = 9;

	(void)state;
	cfg.connect_timeout = 5;
	/* without an answer it would be 2 s at least, each time */
	for (int i = 0; i < 10 && took > 1.5; i++) {
		int64_t began = now_ns();

		run = nothing;
		sweep(&cfg);
		took = (double)(now_ns() - began) / 1e9;
		assert_int_equal(of(&run, 0)->state, SWEEP_SILENT);
		assert_int_equal(of(&run, 1)->state, SWEEP_REFUSED);
	}
	if (took > 1.5)
		fail_msg("took %.3f s", took);
	full_close(&f);
}

static void
an_open_port_does_not_wait_for_a_silent_one(void **state)
{
	static const char *const addrs[] = { "127.8.7.1" };
	const struct run nothing = { .addrs = addrs, .naddrs = 1 };
	struct run run = nothing;
	uint16_t ports[2] = { 0, 0 };
	struct full f = full_listener(addrs[0], &ports[0]);
	int fd = listener(addrs[0], &ports[1], 10);
	struct sweep_config cfg = config(&run, ports, 2);
	double took = 9;

	(void)state;
	cfg.connect_timeout = 5;
	cfg.rate = 1000;	/* which makes it patient with silent hosts: 0.2 s */
	for (int i = 0; i < 20 && took > 0.18; i++) {
		int64_t began = now_ns();

		run = nothing;
		sweep(&cfg);
		took = (double)(now_ns() - began) / 1e9;
		assert_int_equal(of(&run, 0)->state, SWEEP_OPEN);
		assert_int_equal(of(&run, 0)->open, 2);
		assert_int_equal(of(&run, 0)->refused, 0);
	}
	if (took > 0.18)
		fail_msg("took %.3f s", took);
	close(fd);
	full_close(&f);
}

/* --- the source -------------------------------------------------------- */

static void *
wake_later(void *arg)
{
	uint64_t one = 1;

	usleep(30000);
	assert_int_equal(write(*(int *)arg, &one, sizeof(one)), sizeof(one));
	return NULL;
}

static void
a_source_that_answers_later_is_asked_again_when_it_wakes(void **state)
{
	struct run run = { .block = 50, .later = 1 };
	uint16_t port = closed_port();
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct sweep_config cfg = config(&run, &port, 1);
	pthread_t t;
	int64_t began = now_ns();

	(void)state;
	cfg.wake_fd = fd;
	assert_int_equal(pthread_create(&t, NULL, wake_later, &fd), 0);
	sweep(&cfg);
	pthread_join(t, NULL);
	assert_int_equal(run.nfound, 50);
	assert_true(now_ns() - began >= 30000000);
	close(fd);
}

static void
without_a_descriptor_to_wake_it_the_source_is_asked_now_and_then(void **state)
{
	struct run run = { .block = 3, .later = 5 };
	uint16_t port = closed_port();
	struct sweep_config cfg = config(&run, &port, 1);
	int64_t began = now_ns();

	(void)state;
	sweep(&cfg);
	assert_int_equal(run.nfound, 3);
	assert_true(now_ns() - began < 20000000000);
}

static void
cancel_ends_it_at_once_without_results_for_the_rest(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	uint16_t port = closed_port();
	struct err e = { 0 };
	struct sweep_config cfg = config(run, &port, 1);

	(void)state;
	run->block = 4000;
	run->cancel_at_first = cancel_new(&e);
	assert_non_null(run->cancel_at_first);
	assert_false(sweep_run(&cfg, deadline_never(
	    cancel_fd(run->cancel_at_first)), &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	assert_true(run->nfound < 1000);
	cancel_free(run->cancel_at_first);
	free(run);
}

static void
no_port_is_a_mistake(void **state)
{
	struct run run = { 0 };
	struct err e = { 0 };
	struct sweep_config cfg = config(&run, NULL, 0);

	(void)state;
	assert_false(sweep_run(&cfg, deadline_never(-1), &e));
	assert_int_equal(e.code, ERR_INVALID);
}

/* --- descriptors ------------------------------------------------------- */

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 3;
}

static void
when_descriptors_run_out_it_goes_on_with_fewer(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	uint16_t port = closed_port();
	struct sweep_config cfg = config(run, &port, 1);
	struct rlimit was, few;
	int hoard[256], n = 0;
	unsigned before = descriptors();

	(void)state;
	run->block = 3000;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = (struct rlimit){ before + 40, was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	/* Somebody else takes nearly all of them: three are left. */
	while (n < 256 && (hoard[n] = dup(0)) >= 0)
		n++;
	for (int i = 0; i < 3; i++)
		close(hoard[--n]);
	sweep(&cfg);
	assert_int_equal(run->nfound, 3000);
	while (n > 0)
		close(hoard[--n]);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(descriptors(), before);
	free(run);
}

static void
without_one_descriptor_it_says_so(void **state)
{
	struct run run = { .block = 3 };
	uint16_t port = closed_port();
	struct sweep_config cfg = config(&run, &port, 1);
	struct rlimit was, none;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ 3, was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_false(sweep_run(&cfg, deadline_never(-1), &e));
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(e.code, ERR_LIMIT);
}

/* --- echo -------------------------------------------------------------- */

static void
pinged_hosts_answer_and_say_so(void **state)
{
	static const char *const addrs[] = { "127.8.8.1", "::1" };
	struct run run = { .addrs = addrs, .naddrs = 2 };
	uint16_t port = closed_port();
	struct sweep_config cfg = config(&run, &port, 1);
	bool may = strcmp(sweep_ping_kind(), "") != 0;

	(void)state;
	cfg.ping_first = true;
	sweep(&cfg);
	/* Where echo is forbidden, "ping first" is the connect alone. */
	for (uint64_t i = 0; i < 2; i++) {
		assert_int_equal(of(&run, i)->state, SWEEP_REFUSED);
		assert_int_equal(of(&run, i)->pinged, may);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_and_refused_are_told_apart),
		cmocka_unit_test(ipv6_is_swept_with_ipv4),
		cmocka_unit_test(the_service_behind_an_open_port_never_hears_of_it),
		cmocka_unit_test(thousands_in_little_flight_get_one_result_each),
		cmocka_unit_test(the_rate_is_kept),
		cmocka_unit_test(a_low_rate_does_not_delay_the_end),
		cmocka_unit_test(no_route_is_unreachable_not_silent),
		cmocka_unit_test(a_silent_host_is_silent_and_waits_no_longer_than_allowed),
		cmocka_unit_test(after_answers_silence_is_believed_sooner),
		cmocka_unit_test(an_open_port_does_not_wait_for_a_silent_one),
		cmocka_unit_test(a_source_that_answers_later_is_asked_again_when_it_wakes),
		cmocka_unit_test(without_a_descriptor_to_wake_it_the_source_is_asked_now_and_then),
		cmocka_unit_test(cancel_ends_it_at_once_without_results_for_the_rest),
		cmocka_unit_test(no_port_is_a_mistake),
		cmocka_unit_test(when_descriptors_run_out_it_goes_on_with_fewer),
		cmocka_unit_test(without_one_descriptor_it_says_so),
		cmocka_unit_test(pinged_hosts_answer_and_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
