#include "helper/scan/engine.h"
#include "helper/scan/events.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/scratch.h"

/* --- hosts: listeners on loopback addresses, and a protocol made up ------------------ */

/* The second octet of the process's own loopback network. */
static unsigned
net_of_test(void)
{
	return 100 + (unsigned)getpid() % 100;
}

static int
listen_at(unsigned third, unsigned last, uint16_t *port, int backlog)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(*port) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(127u << 24 | net_of_test() << 16 |
	    third << 8 | last);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	getsockname(fd, (struct sockaddr *)&a, &n);
	*port = ntohs(a.sin_port);
	return fd;
}

/* What a host does is in its last octet. */
enum { SCANNED = 1, SCANNED_TOO, WRONG_PASSWORD, DENIES, DROPS, HALF, HANGS,
	FIRST_HANGING = 10,
	TWIN_A = 220, TWIN_B, DOUBLE };

struct protocol_session { unsigned last; };

static struct protocol_session *
open_it(struct protocol_shared *shared, const struct session_to *to,
    struct deadline by, struct err *e)
{
	struct protocol_session *s = calloc(1, sizeof(*s));

	(void)shared;
	s->last = to->addr.ip[3];
	if (s->last < HANGS || s->last >= TWIN_A || deadline_sleep(60, by, e))
		return s;
	free(s);
	return NULL;
}

/* fail() is cmocka's here */
static bool
fails(struct err *e, enum err_code code, enum err_stage stage)
{
	*e = (struct err){ .code = code, .stage = stage, .text = "made up" };
	return false;
}

static bool
log_on(struct protocol_session *s, const struct cred *c, struct deadline by,
    struct err *e)
{
	(void)by;
	assert_string_equal(secret_str(c->password), "pw");
	if (s->last == DROPS)
		return fails(e, ERR_CLOSED, STAGE_LOGON);
	return s->last != WRONG_PASSWORD ||
	    fails(e, ERR_AUTH_FAILED, STAGE_LOGON);
}

static bool
ask(struct protocol_session *s, const struct scan_plan *plan,
    struct facts *facts, struct deadline by, struct err *e)
{
	struct fact_row *os, *host, *nic;
	char name[32], mac[32];

	(void)plan;
	(void)by;
	if (s->last == DENIES)
		return fails(e, ERR_DENIED, STAGE_FACTS);
	os = facts_row(facts, "os");
	fact_str(os, "family", "linux");
	fact_str(os, "name", "Test Linux 1");
	host = facts_row(facts, "host");
	snprintf(name, sizeof(name), "host%u", s->last);
	fact_str(host, "name", s->last >= TWIN_A && s->last <= TWIN_B ?
	    "twin" : name);
	/* the twins are one computer; the double is another with its MAC */
	snprintf(mac, sizeof(mac), "00:1a:2b:00:00:%02x",
	    s->last >= TWIN_A ? TWIN_A : s->last);
	nic = facts_row(facts, "nic");
	fact_str(nic, "name", "eth0");
	fact_str(nic, "mac", mac);
	fact_str(nic, "type", "ethernet");
	fact_str(nic, "bus", "pci");
	fact_bool(nic, "device", true);
	fact_bool(nic, "up", true);
	return s->last != HALF || fails(e, ERR_TIMEOUT, STAGE_FACTS);
}

static unsigned
trips(const struct protocol_session *s)
{
	(void)s;
	return 3;
}

static void
close_it(struct protocol_session *s)
{
	free(s);
}

static const struct protocol_ops made_up = { NULL, NULL, open_it, log_on, ask,
	trips, close_it, NULL };
static const struct protocol_ops *const ops[PROTO_COUNT] = {
	[PROTO_SSH] = &made_up };

/* --- a scan ----------------------------------------------------------------------- */

struct log {
	pthread_mutex_t lock;
	json_t *events;			/* [{method, params}] */
	atomic_int inside;		/* one at a time per scan */
	void (*at_the_end)(void *);	/* NULL: nothing is done at scan.finished */
	void *ctx;
};

static void
on_event(void *ctx, const char *method, json_t *params, bool progress)
{
	struct log *l = ctx;

	(void)progress;
	assert_int_equal(atomic_fetch_add(&l->inside, 1), 0);
	pthread_mutex_lock(&l->lock);
	json_array_append_new(l->events, json_pack("{s:s, s:o}", "method",
	    method, "params", params));
	pthread_mutex_unlock(&l->lock);
	if (l->at_the_end != NULL && strcmp(method, "scan.finished") == 0)
		l->at_the_end(l->ctx);
	atomic_fetch_sub(&l->inside, 1);
}

struct rig {
	struct log log;
	struct scan *scan;
	char dir[SCRATCH_MAX];
};

static struct scan_plan *
plan_of(uint16_t port, const char *ranges, const char *more)
{
	char text[1000];
	struct err e = { .code = ERR_NONE };
	struct scan_plan *plan;
	json_t *params;

	snprintf(text, sizeof(text), "{\"profile\":{\"name\":\"t\","
	    "\"protocols\":[\"ssh\"],\"ports\":{\"ssh\":[%u]},\"hostKeys\":\"strict\",\"connectTimeout\":0.5%s},"
	    "\"ranges\":[%s],\"credentials\":[{\"id\":\"c\",\"protocol\":"
	    "\"ssh\",\"user\":\"root\",\"password\":\"pw\"}]}", port, more,
	    ranges);
	params = json_loads(text, 0, NULL);
	assert_non_null(params);
	plan = scan_plan_new(params, NULL, NULL, &e);
	json_decref(params);
	if (plan == NULL)
		print_error("%s\n", e.text);
	assert_non_null(plan);
	return plan;
}

static void
begin(struct rig *r, struct scan_plan *plan)
{
	struct err e = { .code = ERR_NONE };
	struct scan_env env = { r->dir, on_event, &r->log };

	pthread_mutex_init(&r->log.lock, NULL);
	r->log.events = json_array();
	atomic_init(&r->log.inside, 0);
	assert_non_null(mkdtemp(scratch_name(r->dir, "engine")));
	r->scan = scan_new_with(plan, "s-1", &env, ops, &e);
	if (r->scan == NULL)
		print_error("%s\n", e.text);
	assert_non_null(r->scan);
	assert_int_equal(json_array_size(r->log.events), 0);
}

static void
start(struct rig *r, struct scan_plan *plan)
{
	r->log.at_the_end = NULL;
	begin(r, plan);
	scan_go(r->scan);
}

static size_t
events_of(struct rig *r, const char *method)
{
	size_t i, n = 0;
	json_t *v;

	pthread_mutex_lock(&r->log.lock);
	json_array_foreach(r->log.events, i, v)
		n += strcmp(json_string_value(json_object_get(v, "method")),
		    method) == 0;
	pthread_mutex_unlock(&r->log.lock);
	return n;
}

/* The one scan.host of an address; NULL: none. */
static json_t *
host_of(struct rig *r, const char *address)
{
	json_t *v, *p, *found = NULL;
	size_t i;

	json_array_foreach(r->log.events, i, v) {
		p = json_object_get(v, "params");
		assert_string_equal(json_string_value(json_object_get(p,
		    "scanId")), "s-1");
		if (strcmp(json_string_value(json_object_get(v, "method")),
		    "scan.host") != 0 || strcmp(json_string_value(
		    json_object_get(p, "address")), address) != 0)
			continue;
		assert_null(found);
		found = p;
	}
	return found;
}

static const char *
state_of(struct rig *r, unsigned third, unsigned last)
{
	char address[32];

	snprintf(address, sizeof(address), "127.%u.%u.%u", net_of_test(), third,
	    last);
	return json_string_value(json_object_get(host_of(r, address), "state"));
}

static json_t *
finished(struct rig *r)
{
	json_t *last = json_array_get(r->log.events,
	    json_array_size(r->log.events) - 1);

	assert_string_equal(json_string_value(json_object_get(last, "method")),
	    "scan.finished");
	return json_object_get(last, "params");
}

static json_int_t
total_of(struct rig *r, const char *state)
{
	return json_integer_value(json_object_get(json_object_get(finished(r),
	    "hosts"), state));
}

static json_int_t
sum_of(struct rig *r)
{
	json_int_t n = 0;
	const char *k;
	json_t *v;

	json_object_foreach(json_object_get(finished(r), "hosts"), k, v)
		n += json_integer_value(v);
	return n;
}

/* What a test made goes with it. */
static void
remove_dir(const char *path)
{
	char command[SCRATCH_MAX + 40];

	snprintf(command, sizeof(command), "rm -rf -- '%s'", path);
	assert_int_equal(system(command), 0);
}

static void
stop(struct rig *r)
{
	scan_free(r->scan);
	json_decref(r->log.events);
	pthread_mutex_destroy(&r->log.lock);
	if (strstr(r->dir, "/assetscan-engine-") != NULL)
		remove_dir(r->dir);
}

static bool
is_warning(const json_t *event, const char *part)
{
	const json_t *p = json_object_get(event, "params");
	const char *level = json_string_value(json_object_get(p, "level"));

	return level != NULL && strcmp(level, "warning") == 0 &&
	    strstr(json_string_value(json_object_get(p, "message")), part) !=
	    NULL;
}

/* --- tests ------------------------------------------------------------------------ */

static void
every_address_gets_its_state_and_the_totals_add_up(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd[8], n = 0, silent[3];
	struct sockaddr_in a = { .sin_family = AF_INET };
	char range[64];

	(void)state;
	for (unsigned i = SCANNED; i <= HALF; i++)
		fd[n++] = listen_at(1, i, &port, 8);
	/* a full backlog drops every further SYN: a silent host */
	silent[0] = listen_at(1, 9, &port, 0);
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(127u << 24 | net_of_test() << 16 | 1u << 8 | 9);
	for (int i = 1; i < 3; i++) {
		silent[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(silent[i], (struct sockaddr *)&a, sizeof(a));
	}
	snprintf(range, sizeof(range), "\"127.%u.1.0/28\"", net_of_test());
	start(&r, plan_of(port, range, ""));
	scan_wait(r.scan);
	assert_true(scan_done(r.scan));
	assert_string_equal(state_of(&r, 1, SCANNED), "scanned");
	assert_string_equal(state_of(&r, 1, SCANNED_TOO), "scanned");
	assert_string_equal(state_of(&r, 1, WRONG_PASSWORD), "auth_failed");
	assert_string_equal(state_of(&r, 1, DENIES), "denied");
	assert_string_equal(state_of(&r, 1, DROPS), "error");
	assert_string_equal(state_of(&r, 1, HALF), "partial");
	assert_string_equal(state_of(&r, 1, 8), "refused");
	assert_null(state_of(&r, 1, 9));
	assert_int_equal(total_of(&r, "silent"), 1);
	assert_int_equal(total_of(&r, "refused"), 9);
	assert_int_equal(total_of(&r, "scanned"), 2);
	assert_int_equal(sum_of(&r), 16);
	assert_int_equal(events_of(&r, "scan.host"), 15);
	assert_int_equal(scan_exit_code(r.scan), 0);
	stop(&r);
	while (n > 0)
		close(fd[--n]);
	for (int i = 0; i < 3; i++)
		close(silent[i]);
}

static void
a_refused_connection_is_found_and_an_excluded_name_is_not_asked(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd = listen_at(6, SCANNED, &port, 8);
	char range[100];
	json_t *v;

	(void)state;
	/* .1 is open, .2 refuses, 127.0.0.1 would refuse but is left out */
	snprintf(range, sizeof(range), "\"127.%u.6.1-2\",\"127.0.0.1\","
	    "\"!localhost\",\"!no-such-name.invalid\"", net_of_test());
	start(&r, plan_of(port, range, ""));
	scan_wait(r.scan);
	assert_null(host_of(&r, "127.0.0.1"));
	assert_int_equal(total_of(&r, "skipped"), 1);
	assert_int_equal(total_of(&r, "refused"), 1);
	assert_int_equal(sum_of(&r), 3);
	v = scan_status(r.scan);
	assert_int_equal(json_integer_value(json_object_get(v, "found")), 2);
	json_decref(v);
	v = json_array();
	for (size_t i = 0; i < json_array_size(r.log.events); i++)
		if (is_warning(json_array_get(r.log.events, i),
		    "no-such-name.invalid has no address"))
			json_array_append_new(v, json_true());
	assert_int_equal(json_array_size(v), 1);
	json_decref(v);
	stop(&r);
	close(fd);
}

static void
the_first_and_the_last_events_are_what_they_should_be(void **state)
{
	static const char *const first[] = { "scan.started", "scan.progress" };
	struct rig r;
	uint16_t port = 0;
	int fd = listen_at(2, SCANNED, &port, 8);
	char range[64];
	json_t *v;

	(void)state;
	snprintf(range, sizeof(range), "\"127.%u.2.1\"", net_of_test());
	start(&r, plan_of(port, range, ""));
	scan_wait(r.scan);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(json_string_value(json_object_get(
		    json_array_get(r.log.events, i), "method")), first[i]);
	assert_string_equal(json_string_value(json_object_get(finished(&r),
	    "reason")), "completed");
	assert_int_equal(events_of(&r, "scan.progress"), 2);
	assert_int_equal(events_of(&r, "scan.asset"), 0);
	v = host_of(&r, "nowhere");
	assert_null(v);
	v = scan_status(r.scan);
	assert_string_equal(json_string_value(json_object_get(v, "state")),
	    "completed");
	assert_int_equal(json_integer_value(json_object_get(v, "done")), 1);
	json_decref(v);
	stop(&r);
	close(fd);
}

static void
silent_addresses_are_told_when_asked_for(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd = listen_at(3, 9, &port, 0), more[2];
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	char range[64];

	(void)state;
	a.sin_addr.s_addr = htonl(127u << 24 | net_of_test() << 16 | 3u << 8 | 9);
	for (int i = 0; i < 2; i++) {
		more[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(more[i], (struct sockaddr *)&a, sizeof(a));
	}
	snprintf(range, sizeof(range), "\"127.%u.3.9\"", net_of_test());
	start(&r, plan_of(port, range, ",\"reportSilent\":true"));
	scan_wait(r.scan);
	assert_string_equal(state_of(&r, 3, 9), "silent");
	assert_int_equal(scan_exit_code(r.scan), 2);
	stop(&r);
	close(fd);
	close(more[0]);
	close(more[1]);
}

static void
cancel_with_200_open_hosts_ends_at_once(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd[200];
	char range[64];
	int64_t begun;
	json_t *v;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		fd[i] = listen_at(4, FIRST_HANGING + i, &port, 8);
	snprintf(range, sizeof(range), "\"127.%u.4.0/24\"", net_of_test());
	start(&r, plan_of(port, range, ",\"concurrency\":200"));
	do {
		usleep(20000);
		v = scan_status(r.scan);
		begun = json_integer_value(json_object_get(v, "found"));
		json_decref(v);
	} while (begun < 200);
	usleep(200000);
	begun = now_ns();
	scan_cancel(r.scan);
	scan_wait(r.scan);
	/* a second is promised; a busy machine has more, a host that hangs 60 */
	assert_true(now_ns() - begun < 20000000000);
	assert_int_equal(sum_of(&r), 256);
	for (unsigned i = 0; i < 200; i++)
		assert_string_equal(state_of(&r, 4, FIRST_HANGING + i),
		    "cancelled");
	assert_string_equal(json_string_value(json_object_get(finished(&r),
	    "reason")), "cancelled");
	assert_int_equal(scan_exit_code(r.scan), 130);
	stop(&r);
	for (unsigned i = 0; i < 200; i++)
		close(fd[i]);
}

static void
one_computer_is_scanned_once_and_a_double_is_named(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd[3];
	char range[64];
	size_t i, named = 0;
	json_t *v;

	(void)state;
	for (i = 0; i < 3; i++)
		fd[i] = listen_at(7, TWIN_A + (unsigned)i, &port, 8);
	snprintf(range, sizeof(range), "\"127.%u.7.%u-%u\"", net_of_test(),
	    TWIN_A, DOUBLE);
	/* one at a time: who comes first is then known */
	start(&r, plan_of(port, range, ",\"concurrency\":1"));
	scan_wait(r.scan);
	assert_int_equal(total_of(&r, "scanned"), 2);
	assert_int_equal(total_of(&r, "skipped"), 1);
	json_array_foreach(r.log.events, i, v)
		named += is_warning(v, "shares its MAC address");
	assert_int_equal(named, 1);
	stop(&r);
	for (i = 0; i < 3; i++)
		close(fd[i]);
}

static void
a_log_in_refused_everywhere_has_its_exit_code(void **state)
{
	struct rig r;
	uint16_t port = 0;
	int fd = listen_at(8, WRONG_PASSWORD, &port, 8);
	char range[64];

	(void)state;
	snprintf(range, sizeof(range), "\"127.%u.8.0/29\"", net_of_test());
	start(&r, plan_of(port, range, ""));
	scan_wait(r.scan);
	assert_int_equal(total_of(&r, "auth_failed"), 1);
	assert_int_equal(scan_exit_code(r.scan), 4);
	stop(&r);
	close(fd);
}

static void
a_name_is_scanned_at_an_address_that_is_not_excluded(void **state)
{
	struct rig r;
	uint16_t port = 0;
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	json_t *v;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	getsockname(fd, (struct sockaddr *)&a, &n);
	port = ntohs(a.sin_port);
	start(&r, plan_of(port, "\"localhost\"", ""));
	scan_wait(r.scan);
	assert_string_equal(json_string_value(json_object_get(
	    host_of(&r, "127.0.0.1"), "state")), "scanned");
	assert_int_equal(sum_of(&r), 1);
	v = scan_status(r.scan);
	assert_int_equal(json_integer_value(json_object_get(v, "found")), 1);
	json_decref(v);
	stop(&r);
	start(&r, plan_of(port, "\"localhost\",\"!127.0.0.0/8\",\"!::1\"", ""));
	scan_wait(r.scan);
	assert_int_equal(total_of(&r, "skipped"), 1);
	stop(&r);
	/* as an address it is in the ranges: scanned once */
	start(&r, plan_of(port, "\"localhost\",\"127.0.0.1\",\"!::1\"", ""));
	scan_wait(r.scan);
	assert_int_equal(total_of(&r, "scanned"), 1);
	assert_int_equal(total_of(&r, "skipped"), 1);
	stop(&r);
	close(fd);
}

static void
a_profile_is_scanned_by_one_scan_at_a_time(void **state)
{
	struct rig r;
	struct err e = { .code = ERR_NONE };
	uint16_t port = 0;
	int fd = listen_at(5, HANGS, &port, 8);
	char range[64];
	struct scan_env env;

	(void)state;
	snprintf(range, sizeof(range), "\"127.%u.5.%u\"", net_of_test(), HANGS);
	start(&r, plan_of(port, range, ""));
	env = (struct scan_env){ r.dir, on_event, &r.log };
	assert_null(scan_new_with(plan_of(port, range, ""), "s-2", &env, ops,
	    &e));
	assert_int_equal(e.code, ERR_SCAN_IN_PROGRESS);
	scan_cancel(r.scan);
	scan_wait(r.scan);
	stop(&r);
	close(fd);
}

struct next { struct rig rig; struct scan_plan *plan; bool refused, told; };

/* In the scan's thread: cmocka's assertions are for the test's own. */
static void
start_the_next(void *ctx)
{
	struct next *n = ctx;
	struct scan_env env = { n->rig.dir, on_event, &n->rig.log };
	struct err e = { .code = ERR_NONE };
	struct scan *scan = scan_new_with(n->plan, "s-2", &env, ops, &e);
	json_t *status = scan_status(n->rig.scan);

	n->refused = scan == NULL;
	scan_free(scan);
	n->told = strcmp(json_string_value(json_object_get(status, "state")),
	    "completed") == 0;
	json_decref(status);
}

static void
who_reads_scan_finished_may_start_the_next_at_once(void **state)
{
	struct next n = { .refused = true };
	uint16_t port = 0;
	int fd = listen_at(7, SCANNED, &port, 8);
	char range[64];

	(void)state;
	snprintf(range, sizeof(range), "\"127.%u.7.1\"", net_of_test());
	n.plan = plan_of(port, range, "");
	n.rig.log.at_the_end = start_the_next;
	n.rig.log.ctx = &n;
	begin(&n.rig, plan_of(port, range, ""));
	scan_go(n.rig.scan);
	scan_wait(n.rig.scan);
	assert_false(n.refused);
	assert_true(n.told);
	stop(&n.rig);
	close(fd);
}

static void
a_scan_that_never_went_is_freed_quietly(void **state)
{
	struct rig r;
	struct err e = { .code = ERR_NONE };
	struct scan_env env = { r.dir, on_event, &r.log };

	(void)state;
	assert_non_null(mkdtemp(scratch_name(r.dir, "engine")));
	r.scan = scan_new_with(plan_of(1, "\"127.0.0.1\"", ""), "s-1", &env, ops,
	    &e);
	assert_non_null(r.scan);
	scan_cancel(r.scan);
	scan_wait(r.scan);
	scan_free(r.scan);
	remove_dir(r.dir);
}

static void
without_a_state_folder_scanning_goes_on_with_a_warning(void **state)
{
	struct rig r = { .dir = "/dev/null/x" };
	struct err e = { .code = ERR_NONE };
	struct scan_env env = { r.dir, on_event, &r.log };
	uint16_t port = 0;
	int fd = listen_at(6, SCANNED, &port, 8);
	char range[64];

	(void)state;
	pthread_mutex_init(&r.log.lock, NULL);
	r.log.events = json_array();
	snprintf(range, sizeof(range), "\"127.%u.6.1\"", net_of_test());
	r.scan = scan_new_with(plan_of(port, range, ""), "s-1", &env, ops, &e);
	assert_non_null(r.scan);
	scan_go(r.scan);
	scan_wait(r.scan);
	assert_string_equal(state_of(&r, 6, 1), "scanned");
	stop(&r);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_address_gets_its_state_and_the_totals_add_up),
		cmocka_unit_test(
		    the_first_and_the_last_events_are_what_they_should_be),
		cmocka_unit_test(
		    a_refused_connection_is_found_and_an_excluded_name_is_not_asked),
		cmocka_unit_test(silent_addresses_are_told_when_asked_for),
		cmocka_unit_test(cancel_with_200_open_hosts_ends_at_once),
		cmocka_unit_test(
		    one_computer_is_scanned_once_and_a_double_is_named),
		cmocka_unit_test(a_log_in_refused_everywhere_has_its_exit_code),
		cmocka_unit_test(
		    a_name_is_scanned_at_an_address_that_is_not_excluded),
		cmocka_unit_test(a_profile_is_scanned_by_one_scan_at_a_time),
		cmocka_unit_test(
		    who_reads_scan_finished_may_start_the_next_at_once),
		cmocka_unit_test(a_scan_that_never_went_is_freed_quietly),
		cmocka_unit_test(
		    without_a_state_folder_scanning_goes_on_with_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
