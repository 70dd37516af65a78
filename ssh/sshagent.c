#include "ssh/sshagent.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "helper/base/net.h"
#include "ssh/knownhosts.h"
#include "ssh/sshkey.h"

#define ANSWER_MAX (256 * 1024)	/* what OpenSSH's agent allows */
#define KEYS_MAX 64

enum {
	REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12,
	SIGN_REQUEST = 13, SIGN_RESPONSE = 14,
};
enum { FLAG_SHA2_256 = 2, FLAG_SHA2_512 = 4 };

struct agent {
	int fd;
	struct wr list;		/* the answer that holds the keys */
	struct rd at;
	uint32_t left;
};

static bool
connected(int fd, const struct sockaddr_un *un, struct deadline by, struct err *e)
{
	while (connect(fd, (const struct sockaddr *)un, sizeof(*un)) != 0) {
		/* A full backlog answers EAGAIN, and nothing to poll for. */
		if (errno != EAGAIN && errno != EINTR)
			return fail_errno(e, ERR_KEY, "SSH agent %s", un->sun_path);
		if (!deadline_check(by, e) || !deadline_sleep(0.005, by, e))
			return false;
	}
	return true;
}

/* A connected socket; -1: err. */
static int
dial(const char *path, struct deadline by, struct err *e)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *from = path;
	int fd;

	if (path[0] == '\0' && (from = getenv("SSH_AUTH_SOCK")) == NULL) {
		fail(e, ERR_KEY, "no SSH agent: SSH_AUTH_SOCK is not set");
		return -1;
	}
	if (strlen(from) >= sizeof(un.sun_path)) {
		fail(e, ERR_KEY, "the agent's path is too long");
		return -1;
	}
	memcpy(un.sun_path, from, strlen(from));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail_errno(e, ERR_KEY, "socket");
	if (fd < 0 || connected(fd, &un, by, e))
		return fd;
	close(fd);
	return -1;
}

/* Sends one request, reads its answer into w, checks the type. */
static bool
ask(struct agent *a, const struct wr *request, struct wr *answer, uint8_t want,
    struct deadline by, struct err *e)
{
	uint8_t head[4], *dst;
	struct rd r;
	uint32_t n;

	if (request->bad)
		return fail(e, ERR_MEMORY, "no memory");
	if (!net_send(a->fd, request->p, request->len, by, e) ||
	    !net_recv_all(a->fd, head, sizeof(head), by, e))
		return fail_in(e, "SSH agent");
	r = rd_new(head, sizeof(head));
	n = rd_be32(&r);
	if (n == 0 || n > ANSWER_MAX || (dst = wr_space(answer, n)) == NULL)
		return fail(e, ERR_KEY, "the SSH agent answers nonsense");
	if (!net_recv_all(a->fd, dst, n, by, e))
		return fail_in(e, "SSH agent");
	if (dst[0] != want)
		return fail(e, ERR_KEY, "the SSH agent refused (locked?)");
	return true;
}

struct agent *
agent_open(const char *path, struct deadline by, struct err *e)
{
	int fd = dial(path, by, e);

	return fd < 0 ? NULL : agent_on(fd, by, e);
}

struct agent *
agent_on(int fd, struct deadline by, struct err *e)
{
	struct agent *a = calloc(1, sizeof(*a));
	struct wr request = wr_new(16);

	if (a == NULL) {
		close(fd);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	a->fd = fd;
	a->list = wr_new(ANSWER_MAX);
	wr_be32(&request, 1);
	wr_u8(&request, REQUEST_IDENTITIES);
	if (!ask(a, &request, &a->list, IDENTITIES_ANSWER, by, e)) {
		agent_close(a);
		a = NULL;
	} else {
		a->at = rd_new(a->list.p, a->list.len);
		rd_u8(&a->at);
		a->left = rd_be32(&a->at);
		if (a->left > KEYS_MAX)
			a->left = KEYS_MAX;
	}
	wr_free(&request);
	return a;
}

void
agent_close(struct agent *a)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	wr_free(&a->list);
	free(a);
}

bool
agent_next(struct agent *a, struct rd *blob)
{
	for (; a->left > 0 && !a->at.bad; a->left--) {
		struct rd type, inner;

		*blob = rd_string(&a->at);
		rd_string(&a->at);	/* the comment */
		inner = *blob;
		type = rd_string(&inner);
		/* Neither certificates nor keys on a token: they sign in
		 * another shape. */
		if (!a->at.bad && !type.bad && type.len != 0 &&
		    known_type((const char *)type.p, type.len) != NULL) {
			a->left--;
			return true;
		}
	}
	return false;
}

bool
agent_sign(struct agent *a, struct rd blob, const char *algorithm,
    const void *data, size_t n, struct wr *signature, struct deadline by,
    struct err *e)
{
	struct wr request = wr_new(ANSWER_MAX), answer = wr_new(ANSWER_MAX);
	uint32_t flags = strcmp(algorithm, "rsa-sha2-512") == 0 ? FLAG_SHA2_512 :
	    strcmp(algorithm, "rsa-sha2-256") == 0 ? FLAG_SHA2_256 : 0;
	char name[ALGORITHM_MAX];
	struct rd r, outer, sig;
	bool ok = false;

	/* type, two strings, flags */
	wr_be32(&request, (uint32_t)(1 + 4 + blob.len + 4 + n + 4));
	wr_u8(&request, SIGN_REQUEST);
	wr_string(&request, blob.p, blob.len);
	wr_string(&request, data, n);
	wr_be32(&request, flags);
	if (!ask(a, &request, &answer, SIGN_RESPONSE, by, e))
		goto out;
	r = rd_new(answer.p, answer.len);
	rd_u8(&r);
	outer = rd_string(&r);
	if (!rd_text(&outer, name, sizeof(name)) || strcmp(name, algorithm) != 0) {
		fail(e, ERR_KEY, "the SSH agent did not sign with %s", algorithm);
		goto out;
	}
	sig = rd_string(&outer);
	if (sig.bad || sig.len == 0) {
		fail(e, ERR_KEY, "the SSH agent answers nonsense");
		goto out;
	}
	wr_bytes(signature, sig.p, sig.len);
	ok = !signature->bad || fail(e, ERR_MEMORY, "no memory");
out:
	wr_free(&request);
	wr_free(&answer);
	return ok;
}
