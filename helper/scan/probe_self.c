/* probe_self.c: this computer, asked by the same script through its own shell. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/scan/probe_unix.h"
#include "helper/scan/protocols.h"

#define OUT_MAX (8 * 1024 * 1024)

extern char **environ;

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Our environment without what is ours alone: secrets may be given by it, and a
 * child's is there to read for every program of the user. */
static char **
childs_environ(void)
{
	size_t n = 0, kept = 0;
	char **v;

	while (environ[n] != NULL)
		n++;
	if ((v = calloc(n + 1, sizeof(*v))) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!text_starts(environ[i], "ASSETSCAN_"))
			v[kept++] = environ[i];
	return v;
}

/* A shell with our ends of its two pipes, a group of its own, no signals of
 * ours blocked. */
static bool
spawn_shell(pid_t *pid, int *to, int *from, struct err *e)
{
	char *argv[] = { "sh", "-s", NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char **env = childs_environ();
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, rc;
	sigset_t none, all;

	if (env == NULL || pipe2(in, O_CLOEXEC) != 0 ||
	    pipe2(out, O_CLOEXEC) != 0) {
		fail_errno(e, ERR_IO, "no pipe for a shell");
		shut(&in[0]), shut(&in[1]);
		free(env);
		return false;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
	    O_WRONLY, 0);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(pid, "/bin/sh", &files, &attr, argv, env);
	free(env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(in[0]);
	close(out[1]);
	*to = in[1];
	*from = out[0];
	if (rc == 0 && fcntl(*to, F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(*from, F_SETFL, O_NONBLOCK) == 0)
		return true;
	if (rc != 0)
		errno = rc;
	return fail_errno(e, ERR_NO_SHELL, "/bin/sh cannot be started");
}

/* Writes what it takes; true at the end of it or when it takes no more. */
static bool
feed(int *to, const struct wr *script, size_t *sent)
{
	ssize_t n = write(*to, script->p + *sent, script->len - *sent);

	if (n > 0)
		*sent += (size_t)n;
	if (*sent == script->len || (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(to);
	return *to < 0;
}

/* One wait for either pipe, the deadline or the cancel. */
static bool
wait_any(int to, int from, bool *writable, bool *readable, struct deadline by,
    struct err *e)
{
	struct pollfd p[3] = { { from, POLLIN, 0 }, { to, POLLOUT, 0 },
		{ by.cancel_fd, POLLIN, 0 } };

	if (!deadline_check(by, e))
		return false;
	if (poll(p, 3, deadline_left_ms(by)) < 0 && errno != EINTR)
		return fail_errno(e, ERR_IO, "poll");
	*readable = p[0].revents != 0;
	*writable = p[1].revents != 0;
	return deadline_check(by, e);
}

static bool
talk(int *to, int from, const struct wr *script, struct wr *out,
    bool *truncated, struct deadline by, struct err *e)
{
	size_t sent = 0;
	char buf[16 * 1024];
	bool w = false, r = false;

	for (;;) {
		ssize_t n;

		if (!wait_any(*to, from, &w, &r, by, e))
			return false;
		if (w && *to >= 0)
			feed(to, script, &sent);
		if (!r)
			continue;
		n = read(from, buf, sizeof(buf));
		if (n == 0)
			return true;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail_errno(e, ERR_IO, "reading from the shell");
		if (n > 0 && out->len + (size_t)n > OUT_MAX) {
			*truncated = true;
			return true;
		}
		if (n > 0)
			wr_bytes(out, buf, (size_t)n);
	}
}

/* Ends what is left of it and gives its exit status; -1: a signal. */
static int
reap(pid_t pid)
{
	int status;

	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool
probe_self(const struct scan_plan *plan, struct facts *facts,
    struct deadline by, struct err *e)
{
	struct unix_question q;
	struct unix_reply r = { .asked_ms = now_unix_ms() };
	struct wr out = wr_new(OUT_MAX + 1);
	int to = -1, from = -1;
	pid_t pid = -1;
	bool ok = false;

	if (!unix_question(&q, plan, e))
		return false;
	if (!spawn_shell(&pid, &to, &from, e)) {
		fail_at(e, STAGE_SHELL);
		pid = -1;
		goto out;
	}
	r.ran = talk(&to, from, &q.script, &out, &r.truncated, by, e);
	r.got_ms = now_unix_ms();
	r.status = reap(pid);
	r.out = (const char *)out.p;
	r.out_len = out.len;
	ok = unix_reply(&q, plan, &r, facts, e);
out:
	shut(&to);
	shut(&from);
	wr_free(&out);
	unix_question_free(&q);
	return ok;
}
