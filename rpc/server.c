#include "rpc/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/secret.h"
#include "rpc/frame.h"
#include "rpc/jsonrpc.h"
#include "rpc/outqueue.h"

#define MAX_LINE      (16u << 20)
#define MAX_DEPTH     64
#define QUEUE_BYTES   (4u << 20)
#define ANSWERS_BYTES (32u << 20)	/* of answers before reading waits */
#define IN_FLIGHT_MAX 1024
#define BATCH_MAX     1024
#define SLOW_MAX      32
#define SLOW_STACK    (1024 * 1024)

/* What runs once an answer is queued. */
struct after {
	struct after *next;
	void (*fn)(void *arg);
	void *arg;
};

/* The answers of one batch, until the last one is there. */
struct batch {
	json_t *answers;
	json_t *ids;		/* an object: the ids taken so far, as JSON text */
	size_t pending;
	struct after *after;
};

struct rpc_call {
	struct rpc_server *server;
	struct rpc_call *prev, *next;	/* in flight */
	json_t *message;		/* keeps id and params alive */
	const json_t *id;		/* NULL: a notification */
	json_t *params;
	const struct rpc_method *method;
	struct batch *batch;
	struct after *after;
	bool slow;			/* it takes one of those places */
};

struct rpc_server {
	struct rpc_config config;
	int stop_fd;
	struct outqueue *out;
	atomic_bool refusing, stopped;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct rpc_call *in_flight;
	size_t open, open_slow;		/* not answered yet */
	size_t calls, slow;		/* and those whose thread still ends */
};

void
rpc_start(void)
{
	json_set_alloc_funcs(wiping_malloc, wiping_free);
}

static void
output_closed(void *ctx)
{
	struct rpc_server *s = ctx;

	if (s->config.on_output_closed != NULL)
		s->config.on_output_closed(s->config.ctx);
	rpc_server_stop(s);
}

struct rpc_server *
rpc_server_new(const struct rpc_config *config, struct err *e)
{
	struct rpc_server *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (s == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	s->config = *config;
	if (s->config.max_line == 0)
		s->config.max_line = MAX_LINE;
	if (s->config.max_depth == 0)
		s->config.max_depth = MAX_DEPTH;
	if (s->config.queue_bytes == 0)
		s->config.queue_bytes = QUEUE_BYTES;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->idle, &attr);
	pthread_condattr_destroy(&attr);
	if ((s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
		fail_errno(e, ERR_INTERNAL, "eventfd");
		free(s);
		return NULL;
	}
	s->out = outqueue_new(config->out_fd, s->config.queue_bytes,
	    output_closed, s, e);
	if (s->out == NULL) {
		close(s->stop_fd);
		free(s);
		return NULL;
	}
	return s;
}

void
rpc_server_stop(struct rpc_server *s)
{
	uint64_t one = 1;

	atomic_store(&s->stopped, true);
	if (write(s->stop_fd, &one, sizeof(one)) < 0)
		return;		/* it is readable already */
}

void
rpc_server_refuse(struct rpc_server *s)
{
	atomic_store(&s->refusing, true);
}

/* --- answers ------------------------------------------------------------------ */

static void
run_after(struct after *list)
{
	struct after *next;

	for (; list != NULL; list = next) {
		next = list->next;
		list->fn(list->arg);
		free(list);
	}
}

/* The lists keep their order: the first asked for runs first. */
static void
join_after(struct after **to, struct after *list)
{
	while (*to != NULL)
		to = &(*to)->next;
	*to = list;
}

/* One answer of a batch; the last one sends them all. */
static void
batch_answer(struct rpc_server *s, struct batch *b, json_t *answer,
    struct after *after)
{
	json_t *line = NULL;
	bool last;

	pthread_mutex_lock(&s->lock);
	if (answer != NULL)
		json_array_append_new(b->answers, answer);
	join_after(&b->after, after);
	last = --b->pending == 0;
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	if (json_array_size(b->answers) > 0)
		line = b->answers;
	else
		json_decref(b->answers);
	if (line != NULL)
		outqueue_answer(s->out, line);
	run_after(b->after);
	json_decref(b->ids);
	free(b);
}

static void
send_answer(struct rpc_server *s, struct batch *b, json_t *answer,
    struct after *after)
{
	if (b != NULL) {
		batch_answer(s, b, answer, after);
		return;
	}
	if (answer != NULL)
		outqueue_answer(s->out, answer);
	run_after(after);
}

static void
call_unlink(struct rpc_server *s, struct rpc_call *c)
{
	pthread_mutex_lock(&s->lock);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->in_flight = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->open--;
	s->open_slow -= c->slow;
	pthread_mutex_unlock(&s->lock);
}

/* The id and the place are free again before its answer can be read: whoever keeps
 * to the limits asks the next thing as soon as he has it. */
static void
call_done(struct rpc_call *c, json_t *answer)
{
	struct rpc_server *s = c->server;

	call_unlink(s, c);
	if (c->id == NULL) {
		json_decref(answer);
		answer = NULL;
	}
	send_answer(s, c->batch, answer, c->after);
	json_decref(c->message);
	free(c);
	pthread_mutex_lock(&s->lock);
	s->calls--;
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

void
rpc_reply(struct rpc_call *c, json_t *result)
{
	if (c->id != NULL)
		call_done(c, jsonrpc_result(c->id, result));
	else {
		json_decref(result);
		call_done(c, NULL);
	}
}

void
rpc_fail(struct rpc_call *c, const struct err *e)
{
	call_done(c, jsonrpc_fail(c->id, e));
}

void
rpc_fail_problems(struct rpc_call *c, const struct rpc_problems *p)
{
	json_t *data = json_pack("{s:s, s:s, s:o}", "code", err_name(ERR_INVALID),
	    "hint", err_info(ERR_INVALID)->hint, "problems", problems_json(p));

	call_done(c, jsonrpc_error(c->id, RPC_INVALID_PARAMS, "invalid params",
	    data));
}

void
rpc_after_reply(struct rpc_call *c, void (*fn)(void *arg), void *arg)
{
	struct after *a = calloc(1, sizeof(*a));

	if (a == NULL)
		abort();	/* a promise that cannot be kept */
	a->fn = fn;
	a->arg = arg;
	join_after(&c->after, a);
}

bool
rpc_notify(struct rpc_server *s, const char *method, json_t *params,
    bool droppable)
{
	json_t *message = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0",
	    "method", method, "params", params);

	return message != NULL && outqueue_notify(s->out, message, droppable);
}

/* --- dispatch ------------------------------------------------------------------ */

static void
refuse(struct rpc_server *s, struct batch *b, const json_t *id, int code,
    const char *message)
{
	send_answer(s, b, jsonrpc_error(id, code, message, NULL), NULL);
}

static const struct rpc_method *
method_of(const struct rpc_server *s, const char *name)
{
	for (const struct rpc_method *m = s->config.methods; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static bool
id_in_flight(struct rpc_server *s, const json_t *id)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (struct rpc_call *c = s->in_flight; c != NULL && !found; c = c->next)
		found = c->id != NULL && json_equal(c->id, id);
	pthread_mutex_unlock(&s->lock);
	return found;
}

/* In a batch an id is in use until the whole batch is answered. */
static bool
id_in_batch(struct batch *b, const json_t *id)
{
	char *key = json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT);
	bool found = key == NULL || json_object_get(b->ids, key) != NULL;

	if (!found)
		json_object_set_new(b->ids, key, json_true());
	wiping_free(key);
	return found;
}

static bool
id_in_use(struct rpc_server *s, struct batch *b, const json_t *id)
{
	return id_in_flight(s, id) || (b != NULL && id_in_batch(b, id));
}

/* A call in flight; NULL (answered) when there are too many. */
static struct rpc_call *
call_new(struct rpc_server *s, const struct request *r, json_t *message,
    struct batch *b)
{
	const struct err e = { .code = ERR_LIMIT,
		.text = "too many requests are in flight" };
	struct rpc_call *c = calloc(1, sizeof(*c));
	bool full;

	pthread_mutex_lock(&s->lock);
	full = c == NULL || s->open >= IN_FLIGHT_MAX;
	if (!full) {
		s->open++;
		s->calls++;
		c->next = s->in_flight;
		if (c->next != NULL)
			c->next->prev = c;
		c->server = s;
		c->message = json_incref(message);
		c->id = r->id;
		c->params = r->params;
		c->batch = b;
		s->in_flight = c;
	}
	pthread_mutex_unlock(&s->lock);
	if (!full)
		return c;
	free(c);
	send_answer(s, b, r->id != NULL ? jsonrpc_fail(r->id, &e) : NULL, NULL);
	return NULL;
}

static void *
run_slow(void *arg)
{
	struct rpc_call *c = arg;
	struct rpc_server *s = c->server;

	c->method->run(s->config.ctx, c, c->params);
	pthread_mutex_lock(&s->lock);
	s->slow--;
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void
start_slow(struct rpc_server *s, struct rpc_call *c)
{
	struct err e = { .code = ERR_NONE };
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	/* What stops a scan finds room however many checks run. */
	pthread_mutex_lock(&s->lock);
	started = s->open_slow < (c->method->not_in_batch ? 2 * SLOW_MAX : SLOW_MAX);
	c->slow = started;
	s->open_slow += started;
	s->slow += started;
	pthread_mutex_unlock(&s->lock);
	if (started) {
		pthread_attr_init(&attr);
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		pthread_attr_setstacksize(&attr, SLOW_STACK);
		if (pthread_create(&thread, &attr, run_slow, c) == 0) {
			pthread_attr_destroy(&attr);
			return;
		}
		pthread_attr_destroy(&attr);
		pthread_mutex_lock(&s->lock);
		c->slow = false;
		s->open_slow--;
		s->slow--;
		pthread_mutex_unlock(&s->lock);
	}
	fail(&e, ERR_LIMIT, "%d checks run at once at most", SLOW_MAX);
	rpc_fail(c, &e);
}

/* Checks the parameters; true when the handler may run. */
static bool
params_good(struct rpc_call *c)
{
	struct rpc_problems *p = rpc_problems_new();
	bool good;

	if (c->params == NULL &&
	    json_object_set_new(c->message, "params", json_object()) == 0)
		c->params = json_object_get(c->message, "params");
	if (p == NULL || c->params == NULL) {
		rpc_problems_free(p);
		rpc_fail(c, &(struct err){ .code = ERR_MEMORY });
		return false;
	}
	if (json_is_array(c->params))
		rpc_problem(p, "", "must be an object: parameters have names");
	else
		params_check(c->method->params, c->params, p);
	good = rpc_problem_count(p) == 0;
	if (!good)
		rpc_fail_problems(c, p);
	rpc_problems_free(p);
	return good;
}

static void
dispatch_one(struct rpc_server *s, json_t *message, struct batch *b)
{
	const struct err gone = { .code = ERR_SHUTTING_DOWN,
		.text = "the helper is shutting down" };
	const struct rpc_method *m;
	struct request r;
	struct rpc_call *c;
	const char *why;

	if (!jsonrpc_request(message, &r, &why)) {
		refuse(s, b, r.id, RPC_INVALID_REQUEST, why);
		return;
	}
	m = method_of(s, r.method);
	if (r.id != NULL && id_in_use(s, b, r.id)) {
		refuse(s, b, r.id, RPC_INVALID_REQUEST,
		    "this id is in flight already");
	} else if (atomic_load(&s->refusing)) {
		send_answer(s, b, r.id != NULL ? jsonrpc_fail(r.id, &gone) : NULL,
		    NULL);
	} else if (m == NULL) {
		send_answer(s, b, r.id != NULL ? jsonrpc_error(r.id,
		    RPC_NO_METHOD, "there is no such method", NULL) : NULL, NULL);
	} else if (b != NULL && m->not_in_batch) {
		send_answer(s, b, r.id != NULL ? jsonrpc_error(r.id,
		    RPC_INVALID_REQUEST, "this method is not taken in a batch",
		    NULL) : NULL, NULL);
	} else if ((c = call_new(s, &r, message, b)) != NULL) {
		c->method = m;
		if (!params_good(c))
			return;
		if (m->slow)
			start_slow(s, c);
		else
			m->run(s->config.ctx, c, c->params);
	}
}

static void
dispatch(struct rpc_server *s, json_t *message)
{
	struct batch *b;
	json_t *one;
	size_t i;

	if (!json_is_array(message)) {
		dispatch_one(s, message, NULL);
		return;
	}
	if (json_array_size(message) == 0 ||
	    json_array_size(message) > BATCH_MAX) {
		refuse(s, NULL, NULL, RPC_INVALID_REQUEST,
		    json_array_size(message) == 0 ? "an empty batch" :
		    "a batch of more than 1024 messages");
		return;
	}
	if ((b = calloc(1, sizeof(*b))) == NULL) {
		send_answer(s, NULL, jsonrpc_fail(NULL,
		    &(struct err){ .code = ERR_MEMORY }), NULL);
		return;
	}
	b->answers = json_array();
	b->ids = json_object();
	/* One more than there are, so that it ends only behind this loop. */
	b->pending = json_array_size(message) + 1;
	json_array_foreach(message, i, one)
		dispatch_one(s, one, b);
	batch_answer(s, b, NULL, NULL);
}

static void
on_line(struct rpc_server *s, char *line, size_t n)
{
	char why[160];
	json_t *message;

	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	if (n == 0)
		return;		/* an empty line costs nothing */
	message = jsonrpc_parse(line, n, s->config.max_depth, why, sizeof(why));
	wipe(line, n);
	if (message == NULL) {
		refuse(s, NULL, NULL, RPC_PARSE_ERROR, why);
		return;
	}
	dispatch(s, message);
	json_decref(message);
}

/* Reads until the input ends or somebody stops us; what had come by then is
 * still answered. */
static bool
read_lines(struct rpc_server *s, struct frame_reader *in)
{
	enum frame_got got;
	size_t n = 0;
	char *line = NULL, why[80];

	snprintf(why, sizeof(why), "the line is longer than %zu octets",
	    s->config.max_line);
	for (;;) {
		got = atomic_load(&s->stopped) ? frame_read_ready(in, &line, &n) :
		    frame_read(in, &line, &n);
		if (got == FRAME_STOPPED && !outqueue_closed(s->out) &&
		    frame_read_ready(in, &line, &n) == FRAME_LINE)
			got = FRAME_LINE;
		if (outqueue_closed(s->out))
			return false;
		if (got == FRAME_LINE)
			on_line(s, line, n);
		else if (got == FRAME_TOO_LONG)
			refuse(s, NULL, NULL, RPC_PARSE_ERROR, why);
		else if (got != FRAME_SILENT)
			return got == FRAME_END;
		if (got == FRAME_SILENT) {
			outqueue_close(s->out);
			return false;
		}
		outqueue_wait_answers(s->out, ANSWERS_BYTES);
	}
}

void
rpc_server_run(struct rpc_server *s)
{
	struct frame_reader *in = frame_reader_new(s->config.in_fd, s->stop_fd,
	    s->config.max_line);

	if (in != NULL)
		frame_reader_patience(in, s->config.patience);
	if (in != NULL && read_lines(s, in) && s->config.on_input_end != NULL)
		s->config.on_input_end(s->config.ctx);
	frame_reader_free(in);
}

void
rpc_server_free(struct rpc_server *s, double seconds)
{
	struct timespec until;
	int late = 0;

	if (s == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)seconds;
	pthread_mutex_lock(&s->lock);
	while (late == 0 && (s->calls > 0 || s->slow > 0))
		late = pthread_cond_timedwait(&s->idle, &s->lock, &until);
	pthread_mutex_unlock(&s->lock);
	if (late != 0) {
		/* Somebody still uses it: the process ends, it is left alone. */
		outqueue_give_up(s->out);
		return;
	}
	outqueue_free(s->out, seconds);
	close(s->stop_fd);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
