#include "helper/scan/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Address sanitizers need far more stack than the code does. */
#if defined(__SANITIZE_ADDRESS__)
#define STACK ((size_t)2 << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK ((size_t)2 << 20)
#endif
#endif
#ifndef STACK
#define STACK ((size_t)256 << 10)
#endif

struct node { struct node *next; struct item item; };

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct node *first, **last;
	size_t waiting, running, limit;
	bool starved, closed;		/* starved: somebody was told "full" */
	pthread_t *threads;
	unsigned nthreads, max, idle;
	int wake_fd;
	void (*run)(void *ctx, const struct item *);
	void *ctx;
};

struct pool *
pool_new(unsigned threads, int wake_fd,
    void (*run)(void *ctx, const struct item *), void *ctx, struct err *e)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->threads = calloc(threads, sizeof(pthread_t))) ==
	    NULL) {
		free(p);
		fail(e, ERR_MEMORY, "no memory for %u threads", threads);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->last = &p->first;
	p->max = threads;
	p->limit = threads * 2 > 256 ? threads * 2 : 256;
	p->wake_fd = wake_fd;
	p->run = run;
	p->ctx = ctx;
	return p;
}

/* The lock is held; NULL: there is nothing and will be nothing. */
static struct node *
next(struct pool *p)
{
	struct node *n;

	while (p->first == NULL && !p->closed) {
		p->idle++;
		pthread_cond_wait(&p->more, &p->lock);
		p->idle--;
	}
	if ((n = p->first) == NULL)
		return NULL;
	if ((p->first = n->next) == NULL)
		p->last = &p->first;
	p->waiting--;
	p->running++;
	return n;
}

static void *
work(void *arg)
{
	struct pool *p = arg;
	uint64_t one = 1;
	struct node *n;

	pthread_mutex_lock(&p->lock);
	while ((n = next(p)) != NULL) {
		bool wake = p->starved && p->waiting <= p->limit / 2;

		p->starved = p->starved && !wake;
		pthread_mutex_unlock(&p->lock);
		if (wake && write(p->wake_fd, &one, sizeof(one)) < 0)
			wake = false;	/* full: it is readable, all is well */
		p->run(p->ctx, &n->item);
		free(n);
		pthread_mutex_lock(&p->lock);
		p->running--;
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* The lock is held. */
static void
grow(struct pool *p)
{
	pthread_attr_t attr;

	if (p->idle >= p->waiting || p->nthreads == p->max ||
	    pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK) == 0 &&
	    pthread_create(&p->threads[p->nthreads], &attr, work, p) == 0)
		p->nthreads++;
	pthread_attr_destroy(&attr);
}

bool
pool_push(struct pool *p, const struct item *item)
{
	struct node *n = malloc(sizeof(*n));
	bool ok;

	if (n == NULL)
		return false;
	n->item = *item;
	n->next = NULL;
	pthread_mutex_lock(&p->lock);
	p->waiting++;
	grow(p);
	ok = p->nthreads > 0;
	if (ok) {
		*p->last = n;
		p->last = &n->next;
		pthread_cond_signal(&p->more);
	} else {
		p->waiting--;
		free(n);
	}
	pthread_mutex_unlock(&p->lock);
	return ok;
}

bool
pool_full(struct pool *p)
{
	bool full;

	pthread_mutex_lock(&p->lock);
	full = p->waiting >= p->limit;
	p->starved = p->starved || full;
	pthread_mutex_unlock(&p->lock);
	return full;
}

size_t
pool_busy(struct pool *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->waiting + p->running;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void
pool_finish(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}
