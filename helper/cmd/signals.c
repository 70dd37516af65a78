#include "helper/cmd/signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "helper/base/deadline.h"

struct signals {
	void (*cancel)(void *ctx);
	void *ctx;
	int fd;
	struct cancel *end;
	pthread_t thread;
};

static void
which(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void
signals_block(void)
{
	sigset_t set;

	which(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *
wait_for_signal(void *arg)
{
	struct signals *s = arg;
	struct signalfd_siginfo info;
	struct err e = { .code = ERR_NONE };
	bool first = true;

	while (deadline_wait(s->fd, POLLIN, deadline_never(cancel_fd(s->end)),
	    &e) && read(s->fd, &info, sizeof(info)) == sizeof(info)) {
		if (!first)
			_exit(130);
		first = false;
		s->cancel(s->ctx);
	}
	return NULL;
}

struct signals *
signals_watch(void (*cancel)(void *ctx), void *ctx, struct err *e)
{
	struct signals *s = calloc(1, sizeof(*s));
	sigset_t set;

	if (s == NULL || (s->end = cancel_new(e)) == NULL) {
		free(s);
		if (e->code == ERR_NONE)
			fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	s->cancel = cancel;
	s->ctx = ctx;
	which(&set);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (s->fd >= 0 &&
	    pthread_create(&s->thread, NULL, wait_for_signal, s) == 0)
		return s;
	if (s->fd >= 0)
		close(s->fd);
	cancel_free(s->end);
	free(s);
	fail(e, ERR_INTERNAL, "no thread for signals");
	return NULL;
}

void
signals_end(struct signals *s)
{
	if (s == NULL)
		return;
	cancel_fire(s->end);
	pthread_join(s->thread, NULL);
	close(s->fd);
	cancel_free(s->end);
	free(s);
}
