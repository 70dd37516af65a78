#include "helper/base/deadline.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  1000000000
#define NS_PER_MS 1000000

struct cancel {
	int fd;
	atomic_bool fired;
};

int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
now_unix_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / NS_PER_MS;
}

struct deadline
deadline_in(double seconds, int cancel)
{
	/* A century is never; it also keeps the sum below from overflowing. */
	if (!(seconds < 3.0e9))
		return deadline_never(cancel);
	if (seconds < 0)
		seconds = 0;
	return (struct deadline){ now_ns() + (int64_t)(seconds * NS_PER_S),
	    cancel };
}

struct deadline
deadline_never(int cancel)
{
	return (struct deadline){ DEADLINE_NEVER, cancel };
}

struct deadline
deadline_within(struct deadline by, double seconds)
{
	struct deadline sooner = deadline_in(seconds, by.cancel_fd);

	return sooner.at_ns < by.at_ns ? sooner : by;
}

bool
deadline_passed(struct deadline by)
{
	return by.at_ns != DEADLINE_NEVER && now_ns() >= by.at_ns;
}

bool
deadline_cancelled(struct deadline by)
{
	struct pollfd p = { by.cancel_fd, POLLIN, 0 };

	return by.cancel_fd >= 0 && poll(&p, 1, 0) > 0;
}

int
deadline_left_ms(struct deadline by)
{
	int64_t left;

	if (by.at_ns == DEADLINE_NEVER)
		return -1;
	left = by.at_ns - now_ns();
	if (left <= 0)
		return 0;
	left = (left + NS_PER_MS - 1) / NS_PER_MS;
	return left > 1000000000 ? 1000000000 : (int)left;
}

double
deadline_left(struct deadline by)
{
	int64_t left;

	if (by.at_ns == DEADLINE_NEVER)
		return 3.0e9;
	left = by.at_ns - now_ns();
	return left > 0 ? (double)left / NS_PER_S : 0;
}

bool
deadline_check(struct deadline by, struct err *e)
{
	if (deadline_cancelled(by))
		return fail(e, ERR_CANCELLED, "cancelled");
	if (deadline_passed(by))
		return fail(e, ERR_TIMEOUT, "no answer in time");
	return true;
}

bool
deadline_wait(int fd, short events, struct deadline by, struct err *e)
{
	struct pollfd p[2] = {
		{ by.cancel_fd, POLLIN, 0 }, { fd, events, 0 },
	};
	int n;

	for (;;) {
		n = poll(p, 2, deadline_left_ms(by));
		if (n < 0 && errno != EINTR)
			return fail_errno(e, ERR_NETWORK, "poll");
		if (n > 0 && p[0].revents != 0)
			return fail(e, ERR_CANCELLED, "cancelled");
		if (n > 0)
			return true;
		if (n == 0 && deadline_passed(by))
			return fail(e, ERR_TIMEOUT, "no answer in time");
	}
}

bool
deadline_sleep(double seconds, struct deadline by, struct err *e)
{
	struct deadline until = deadline_within(by, seconds);
	struct pollfd p = { by.cancel_fd, POLLIN, 0 };
	int n;

	for (;;) {
		n = poll(&p, 1, deadline_left_ms(until));
		if (n > 0)
			return fail(e, ERR_CANCELLED, "cancelled");
		if (n < 0 && errno != EINTR)
			return fail_errno(e, ERR_NETWORK, "poll");
		if (deadline_passed(until))
			return true;
	}
}

struct cancel *
cancel_new(struct err *e)
{
	struct cancel *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	atomic_init(&c->fired, false);
	if ((c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
		fail_errno(e, ERR_INTERNAL, "eventfd");
		free(c);
		return NULL;
	}
	return c;
}

int
cancel_fd(const struct cancel *c)
{
	return c != NULL ? c->fd : -1;
}

void
cancel_fire(struct cancel *c)
{
	uint64_t one = 1;

	atomic_store(&c->fired, true);
	/* Can only fail when it is readable already, which is what we want. */
	if (write(c->fd, &one, sizeof(one)) < 0)
		return;
}

bool
cancel_fired(const struct cancel *c)
{
	return atomic_load(&c->fired);
}

void
cancel_free(struct cancel *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	free(c);
}
