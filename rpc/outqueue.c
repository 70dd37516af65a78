#include "rpc/outqueue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/secret.h"
#include "rpc/frame.h"

#define WRITER_STACK (256 * 1024)

struct line {
	struct line *next;
	char *text;
	size_t n;
	bool answer;
};

struct outqueue {
	int fd, wake_fd, stop_fd;
	size_t room;
	void (*on_closed)(void *ctx);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct line *first, **last;
	size_t notes, answers;	/* octets that wait, of either kind */
	bool writing, closed, given_up, ending;
};

static void
line_free(struct line *l)
{
	if (l == NULL)
		return;
	wiping_free(l->text);
	free(l);
}

/* The next line; NULL: none now. */
static struct line *
take(struct outqueue *q)
{
	struct line *l;

	pthread_mutex_lock(&q->lock);
	l = q->first;
	if (l != NULL) {
		q->first = l->next;
		if (q->first == NULL)
			q->last = &q->first;
		q->writing = true;
	}
	pthread_mutex_unlock(&q->lock);
	return l;
}

/* Its room is free only now: what is being written still counts. */
static void
written(struct outqueue *q, const struct line *l)
{
	pthread_mutex_lock(&q->lock);
	if (l->answer)
		q->answers -= l->n;
	else
		q->notes -= l->n;
	q->writing = false;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

static void
mark_closed(struct outqueue *q)
{
	bool first;

	pthread_mutex_lock(&q->lock);
	first = !q->closed && !q->ending;
	q->closed = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	if (first && q->on_closed != NULL)
		q->on_closed(q->ctx);
}

/* Waits for a line, the end, or the reader's going away while nothing is said. */
static bool
wait_for_work(struct outqueue *q)
{
	/* No events asked of the output: only its error condition is told. */
	struct pollfd p[3] = { { q->wake_fd, POLLIN, 0 }, { q->fd, 0, 0 },
		{ q->stop_fd, POLLIN, 0 } };
	uint64_t count;

	if (poll(p, 3, -1) < 0)
		return errno == EINTR;
	if (p[0].revents != 0 && read(q->wake_fd, &count, sizeof(count)) < 0)
		return errno == EAGAIN;
	return (p[1].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0 &&
	    p[2].revents == 0;
}

static void *
write_lines(void *arg)
{
	struct outqueue *q = arg;
	struct line *l;
	bool good = true;

	while (good) {
		if ((l = take(q)) == NULL) {
			good = wait_for_work(q);
			continue;
		}
		good = frame_write(q->fd, q->stop_fd, l->text, l->n);
		written(q, l);
		line_free(l);
	}
	mark_closed(q);
	return NULL;
}

static bool
start_thread(struct outqueue *q)
{
	pthread_attr_t attr;
	bool started;

	if (pthread_attr_init(&attr) != 0)
		return false;
	started = pthread_attr_setstacksize(&attr, WRITER_STACK) == 0 &&
	    pthread_create(&q->thread, &attr, write_lines, q) == 0;
	pthread_attr_destroy(&attr);
	return started;
}

static void
drop(struct outqueue *q)
{
	struct line *next;

	for (struct line *l = q->first; l != NULL; l = next) {
		next = l->next;
		line_free(l);
	}
	if (q->wake_fd >= 0)
		close(q->wake_fd);
	if (q->stop_fd >= 0)
		close(q->stop_fd);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

struct outqueue *
outqueue_new(int fd, size_t room, void (*on_closed)(void *ctx), void *ctx,
    struct err *e)
{
	struct outqueue *q = calloc(1, sizeof(*q));
	pthread_condattr_t attr;

	if (q == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	q->fd = fd;
	q->room = room;
	q->on_closed = on_closed;
	q->ctx = ctx;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->changed, &attr);
	pthread_condattr_destroy(&attr);
	q->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	q->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->wake_fd < 0 || q->stop_fd < 0 || !start_thread(q)) {
		fail(e, ERR_INTERNAL, "no thread or descriptor for the output");
		drop(q);
		return NULL;
	}
	return q;
}

static void
ring(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return;		/* it is readable already */
}

static struct timespec
in_seconds(double seconds)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += (time_t)seconds;
	ts.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

void
outqueue_free(struct outqueue *q, double seconds)
{
	struct timespec until = in_seconds(seconds);
	int late = 0;

	if (q == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	while (late == 0 && !q->closed && (q->first != NULL || q->writing))
		late = pthread_cond_timedwait(&q->changed, &q->lock, &until);
	q->ending = true;
	pthread_mutex_unlock(&q->lock);
	ring(q->stop_fd);
	pthread_join(q->thread, NULL);
	drop(q);
}

static struct line *
line_of(json_t *message)
{
	struct line *l = calloc(1, sizeof(*l));
	char *text = json_dumps(message,
	    JSON_COMPACT | JSON_REAL_PRECISION(12));

	json_decref(message);
	if (l == NULL || text == NULL) {
		wiping_free(text);
		free(l);
		return NULL;
	}
	l->n = strlen(text);
	text[l->n++] = '\n';		/* over the NUL: nobody needs it */
	l->text = text;
	return l;
}

/* With the lock held. */
static void
append(struct outqueue *q, struct line *l)
{
	*q->last = l;
	q->last = &l->next;
	if (l->answer)
		q->answers += l->n;
	else
		q->notes += l->n;
}

bool
outqueue_answer(struct outqueue *q, json_t *message)
{
	struct line *l = line_of(message);
	bool open;

	if (l == NULL)
		return false;
	l->answer = true;
	pthread_mutex_lock(&q->lock);
	if ((open = !q->closed))
		append(q, l);
	pthread_mutex_unlock(&q->lock);
	if (open)
		ring(q->wake_fd);
	else
		line_free(l);
	return open;
}

bool
outqueue_notify(struct outqueue *q, json_t *message, bool droppable)
{
	struct line *l = line_of(message);
	bool room;

	if (l == NULL)
		return false;
	pthread_mutex_lock(&q->lock);
	/* One line always fits an empty queue, however long it is. */
	while (!(room = q->notes == 0 || q->notes + l->n <= q->room) &&
	    !droppable && !q->closed && !q->given_up)
		pthread_cond_wait(&q->changed, &q->lock);
	room = (room || (q->given_up && !droppable)) && !q->closed;
	if (room)
		append(q, l);
	pthread_mutex_unlock(&q->lock);
	if (room)
		ring(q->wake_fd);
	else
		line_free(l);
	return room;
}

void
outqueue_wait_answers(struct outqueue *q, size_t octets)
{
	pthread_mutex_lock(&q->lock);
	while (!q->closed && !q->given_up && q->answers >= octets)
		pthread_cond_wait(&q->changed, &q->lock);
	pthread_mutex_unlock(&q->lock);
}

void
outqueue_close(struct outqueue *q)
{
	ring(q->stop_fd);
}

bool
outqueue_closed(struct outqueue *q)
{
	bool closed;

	pthread_mutex_lock(&q->lock);
	closed = q->closed;
	pthread_mutex_unlock(&q->lock);
	return closed;
}

void
outqueue_give_up(struct outqueue *q)
{
	pthread_mutex_lock(&q->lock);
	q->given_up = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}
