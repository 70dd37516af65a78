/* peer.h: a server with methods made up, and the other end of its two pipes.
 * After cmocka.h. */
#ifndef TESTS_RPC_PEER_H
#define TESTS_RPC_PEER_H

#undef fail		/* base has a function of that name */
#include <fcntl.h>
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

static inline void
m_echo(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)ctx;
	rpc_reply(c, json_pack("{s:O}", "got", params));
}

static inline void
m_nothing(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)ctx;
	(void)params;
	rpc_reply(c, NULL);
}

static inline void
m_fail(void *ctx, struct rpc_call *c, const json_t *params)
{
	const struct err e = { .code = ERR_DENIED, .stage = STAGE_LOGON,
		.text = "not you" };

	(void)ctx;
	(void)params;
	rpc_fail(c, &e);
}

static inline void
m_hold(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	((struct peer *)ctx)->held = c;
}

static inline void
m_release(void *ctx, struct rpc_call *c, const json_t *params)
{
	struct peer *p = ctx;

	(void)params;
	rpc_reply(p->held, NULL);
	p->held = NULL;
	rpc_reply(c, NULL);
}

static inline void
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
static inline void
m_lingers(void *ctx, struct rpc_call *c, const json_t *params)
{
	struct peer *p = ctx;

	(void)params;
	rpc_reply(c, NULL);
	atomic_fetch_add(&p->slow_running, 1);
	while (!atomic_load(&p->release))
		usleep(1000);
}

static inline void *
notify_now(void *arg)
{
	rpc_notify(((struct peer *)arg)->s, "told", json_pack("{s:i}", "n", 0),
	    false);
	return NULL;
}

static inline void
notify_after(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, notify_now, arg);
	pthread_detach(t);
}

static inline void
m_start(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	rpc_after_reply(c, notify_after, ctx);
	rpc_reply(c, json_pack("{s:s}", "scanId", "s-1"));
}

static inline void
m_refuse(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)params;
	rpc_server_refuse(((struct peer *)ctx)->s);
	rpc_reply(c, NULL);
}

static inline void
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

static inline void
on_closed(void *ctx)
{
	atomic_fetch_add(&((struct peer *)ctx)->closed, 1);
}

static inline void
on_end(void *ctx)
{
	atomic_fetch_add(&((struct peer *)ctx)->ended, 1);
}

static inline void *
run(void *arg)
{
	rpc_server_run(arg);
	return NULL;
}

static inline int
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

static inline int
setup(void **state)
{
	return open_peer(state, false);
}

static inline int
setup_sockets(void **state)
{
	return open_peer(state, true);
}

static inline int
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

static inline void
say(struct peer *p, const char *line)
{
	assert_int_equal(write(p->to, line, strlen(line)),
	    (ssize_t)strlen(line));
	assert_int_equal(write(p->to, "\n", 1), 1);
}

/* A request written with ' for ". */
static inline void
ask(struct peer *p, const char *line)
{
	char *text = strdup(line);

	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	say(p, text);
	free(text);
}

static inline json_t *
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

static inline json_int_t
error_of(const json_t *v)
{
	return json_integer_value(json_object_get(json_object_get(v, "error"),
	    "code"));
}

/* The next line is a single error of that number to that id. */
static inline void
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

static inline void
expect_result(struct peer *p, json_int_t id)
{
	json_t *v = hear(p);

	assert_non_null(json_object_get(v, "result"));
	assert_int_equal(json_integer_value(json_object_get(v, "id")), id);
	json_decref(v);
}

/* Still answers, whatever came before. */
static inline void
expect_alive(struct peer *p)
{
	ask(p, "{'jsonrpc':'2.0','id':4242,'method':'nothing'}");
	expect_result(p, 4242);
}

static inline void
wait_for(atomic_int *what, int value)
{
	for (int i = 0; i < 20000 && atomic_load(what) < value; i++)
		usleep(1000);
	assert_true(atomic_load(what) >= value);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
