#include "ssh/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"

#define HELD_MAX (2 * 1024 * 1024)	/* of the library, for one session */

/* --- the library's doors: memory, socket --------------------------------- */

static
LIBSSH2_ALLOC_FUNC(lib_alloc)
{
	struct ssh *s = *abstract;
	struct block *b;

	if (count > HELD_MAX || s->held > HELD_MAX - count ||
	    (b = wiping_malloc(sizeof(*b) + count)) == NULL)
		return NULL;
	b->size = count;
	b->prev = NULL;
	if ((b->next = s->blocks) != NULL)
		b->next->prev = b;
	s->blocks = b;
	s->held += count;
	return b->octets;
}

static struct block *
block_of(void *octets)
{
	return (struct block *)((char *)octets - offsetof(struct block, octets));
}

static
LIBSSH2_FREE_FUNC(lib_free)
{
	struct ssh *s = *abstract;
	struct block *b;

	if (ptr == NULL)
		return;
	b = block_of(ptr);
	if (b->next != NULL)
		b->next->prev = b->prev;
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		s->blocks = b->next;
	s->held -= b->size;
	wiping_free(b);
}

static
LIBSSH2_REALLOC_FUNC(lib_realloc)
{
	void *fresh;
	size_t had;

	if (ptr == NULL)
		return lib_alloc(count, abstract);
	had = block_of(ptr)->size;
	if ((fresh = lib_alloc(count, abstract)) == NULL)
		return NULL;
	memcpy(fresh, ptr, had < count ? had : count);
	lib_free(ptr, abstract);
	return fresh;
}

void *
session_alloc(struct ssh *s, size_t n)
{
	void *abstract = s;

	return lib_alloc(n, &abstract);
}

/* What the library has forgotten. */
static void
free_blocks(struct ssh *s)
{
	struct block *b, *next;

	for (b = s->blocks; b != NULL; b = next) {
		next = b->next;
		wiping_free(b);
	}
	s->blocks = NULL;
}

static
LIBSSH2_DISCONNECT_FUNC(lib_disconnect)
{
	struct ssh *s = *abstract;

	(void)session;
	(void)language;
	(void)language_len;
	s->goodbye_reason = (unsigned)reason;
	if (message_len > 0)
		text_line(s->goodbye, sizeof(s->goodbye), message,
		    (size_t)message_len);
}

static ssize_t
lib_send(libssh2_socket_t fd, const void *p, size_t n, int flags, void **abstract)
{
	struct ssh *s = *abstract;
	ssize_t sent;

	(void)flags;
	if (s->dead)
		return -EPIPE;
	sent = send(fd, p, n, MSG_NOSIGNAL);
	if (sent > 0)
		s->asked = true;
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return -EAGAIN;
	/* What the host said before it went may still be there to read. */
	fail_errno(&s->io, net_errno_code(errno), "send");
	return -errno;
}

/* False: the session ends here, whatever the host still sends. */
static bool
may_receive(struct ssh *s, size_t n)
{
	if (s->dead)
		return false;
	/* A host that floods never lets the library come back to us. */
	if (++s->receives % 8 == 0 && !deadline_check(s->by, &s->io))
		s->dead = true;
	if (n > s->may_receive) {
		fail(&s->io, ERR_TOO_BIG, "the host sends without end");
		s->dead = true;
	}
	return !s->dead;
}

static ssize_t
socket_recv(struct ssh *s, void *p, size_t n)
{
	ssize_t got = recv(s->fd, p, n, 0);

	if (got > 0) {
		if (s->asked)
			s->round_trips++;
		s->asked = false;
		return got;
	}
	if (got == 0) {
		fail(&s->io, ERR_CLOSED, "the host closed the connection");
		s->dead = true;
		return 0;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return -EAGAIN;
	fail_errno(&s->io, net_errno_code(errno), "receive");
	s->dead = true;
	return -errno;
}

static ssize_t
lib_recv(libssh2_socket_t fd, void *p, size_t n, int flags, void **abstract)
{
	struct ssh *s = *abstract;
	ssize_t got;

	(void)fd;
	(void)flags;
	/* The version line is asked for octet by octet. */
	if (s->ahead_at == s->ahead_len && n < sizeof(s->ahead)) {
		if (!may_receive(s, sizeof(s->ahead)))
			return -ECONNABORTED;
		if ((got = socket_recv(s, s->ahead, sizeof(s->ahead))) <= 0)
			return got;
		s->may_receive -= (size_t)got;
		if (s->greeting[0] == '\0')
			text_escape(s->greeting, sizeof(s->greeting), s->ahead,
			    (size_t)got);
		s->ahead_at = 0;
		s->ahead_len = (size_t)got;
	}
	if (s->ahead_at < s->ahead_len) {
		if (n > s->ahead_len - s->ahead_at)
			n = s->ahead_len - s->ahead_at;
		memcpy(p, s->ahead + s->ahead_at, n);
		s->ahead_at += n;
		return (ssize_t)n;
	}
	if (!may_receive(s, n))
		return -ECONNABORTED;
	if ((got = socket_recv(s, p, n)) > 0)
		s->may_receive -= (size_t)got;
	return got;
}

bool
session_start(struct ssh *s, struct err *e)
{
	s->lib = libssh2_session_init_ex(lib_alloc, lib_free, lib_realloc, s);
	if (s->lib == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	libssh2_session_set_blocking(s->lib, 0);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_SEND,
	    (libssh2_cb_generic *)lib_send);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_RECV,
	    (libssh2_cb_generic *)lib_recv);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_DISCONNECT,
	    (libssh2_cb_generic *)lib_disconnect);
	return true;
}

void
session_end(struct ssh *s)
{
	/* From here on the library can neither send nor wait. */
	s->dead = true;
	if (s->lib != NULL)
		for (int i = 0; i < 100 && libssh2_session_free(s->lib) ==
		    LIBSSH2_ERROR_EAGAIN; i++)
			;
	s->lib = NULL;
	free_blocks(s);
}

void
session_begin(struct ssh *s, struct deadline by, uint64_t octets)
{
	s->by = by;
	s->may_receive = octets;
}

bool
session_wait(struct ssh *s, struct err *e)
{
	int directions = libssh2_session_block_directions(s->lib);
	short events = POLLIN;

	/* While a packet is half sent the library reads nothing; what the host
	 * may send meanwhile (one window) the kernel holds. */
	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
		events = POLLOUT;
	} else if (s->asked) {
		s->asked = false;
		s->round_trips++;
	}
	/* Nothing is left to read now: let what we have be acknowledged, or the
	 * host's next small packet waits 40 ms for it. */
	net_quickack(s->fd);
	if (deadline_wait(s->fd, events, s->by, e))
		return true;
	s->dead = true;
	return false;
}

/* --- errors -------------------------------------------------------------- */

/* What a number of libssh2 means, where the socket itself was well. */
static const struct { int rc; enum err_code code; const char *why; } meanings[] = {
	{ LIBSSH2_ERROR_ALLOC, ERR_MEMORY, "no memory" },
	{ LIBSSH2_ERROR_SOCKET_DISCONNECT, ERR_CLOSED,
	    "the host ended the session" },
	{ LIBSSH2_ERROR_SOCKET_RECV, ERR_CLOSED, "the host closed the connection" },
	{ LIBSSH2_ERROR_SOCKET_SEND, ERR_CLOSED, "the host closed the connection" },
	{ LIBSSH2_ERROR_BANNER_RECV, ERR_CLOSED, "no SSH version line came" },
	{ LIBSSH2_ERROR_KEX_FAILURE, ERR_UNSUPPORTED,
	    "no common algorithm, or a wrong key exchange" },
	{ LIBSSH2_ERROR_METHOD_NONE, ERR_UNSUPPORTED, "no common algorithm" },
	{ LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, ERR_NO_SHELL,
	    "the host refused to run a command" },
	{ LIBSSH2_ERROR_CHANNEL_FAILURE, ERR_NO_SHELL,
	    "the host refused a session channel" },
};

bool
session_gone(const struct ssh *s, int rc)
{
	return s->io.code == ERR_CLOSED || s->goodbye_reason != 0 ||
	    rc == LIBSSH2_ERROR_SOCKET_DISCONNECT;
}

bool
session_fail(struct ssh *s, int rc, struct err *e, const char *what)
{
	enum err_code code = ERR_PROTOCOL;
	const char *why = "", *lib = "";
	char *text = NULL;

	s->dead = s->dead || (rc != LIBSSH2_ERROR_CHANNEL_FAILURE &&
	    rc != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED);
	if (s->goodbye_reason != 0)
		return fail_native(e, ERR_CLOSED, s->goodbye_reason,
		    "%s: the host ended the session%s%s", what,
		    s->goodbye[0] != '\0' ? ": " : "", s->goodbye);
	if (s->io.code != ERR_NONE)
		return fail_native(e, s->io.code, s->io.native, "%s: %s", what,
		    s->io.text);
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].rc == rc) {
			code = meanings[i].code;
			why = meanings[i].why;
		}
	}
	if (why[0] == '\0' && libssh2_session_last_error(s->lib, &text, NULL,
	    0) < 0 && text != NULL)
		lib = text;
	return fail_native(e, code, (uint32_t)-rc, "%s: %s%s", what, why, lib);
}
