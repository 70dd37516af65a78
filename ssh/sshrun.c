/* sshrun.c: one command in one channel: its input written while both of its
 * outputs are read.                                          RFC 4254 5, 6 */
#include <stdlib.h>
#include <string.h>

#include "ssh/session.h"

#define OUT_DEFAULT (8 * 1024 * 1024)
#define ERR_DEFAULT (64 * 1024)
#define WINDOW (64 * 1024)	/* what a host may send before we read it */
#define PIECE 4096		/* the least room for a read */
/* The most.  The library lets the host send as much ahead as it is asked to read,
 * and holds that; its memory is bounded (HELD_MAX). */
#define READ_MAX ((size_t)256 * 1024)
/* Beyond the limits: packet headers, and standard error that is dropped. */
#define EXTRA_OCTETS (4 * 1024 * 1024)

/* A growing buffer with a limit; there is always room for a NUL. */
struct stream {
	char *p;
	size_t len, cap, limit;
	int id;			/* 0, or SSH_EXTENDED_DATA_STDERR */
	bool cut;
};

struct run {
	struct ssh *s;
	LIBSSH2_CHANNEL *channel;
	const char *input;
	size_t left;		/* of the input */
	bool eof_sent;
	struct stream out, err;
};

static bool
open_channel(struct run *r, const char *command, struct err *e)
{
	struct ssh *s = r->s;
	int rc;

	while ((r->channel = libssh2_channel_open_ex(s->lib, "session", 7,
	    WINDOW, LIBSSH2_CHANNEL_PACKET_DEFAULT, NULL, 0)) == NULL) {
		rc = libssh2_session_last_errno(s->lib);
		if (rc != LIBSSH2_ERROR_EAGAIN)
			return session_fail(s, rc, e, "channel");
		if (!session_wait(s, e))
			return false;
	}
	while ((rc = libssh2_channel_process_startup(r->channel, "exec", 4,
	    command, (unsigned)strlen(command))) == LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(s, e))
			return false;
	return rc == 0 || session_fail(s, rc, e, "command");
}

/* A packet that is half sent must leave before any other call: then the same
 * call is to be made again, after a wait. */
static bool
again(struct run *r, ssize_t rc)
{
	return rc == LIBSSH2_ERROR_EAGAIN &&
	    (libssh2_session_block_directions(r->s->lib) &
	    LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
}

/* Writes what goes without waiting.  The answer is the library's. */
static int
feed(struct run *r)
{
	ssize_t n;

	while (r->left > 0) {
		n = libssh2_channel_write(r->channel, r->input, r->left);
		/* The command may end without reading all of it. */
		if (n == LIBSSH2_ERROR_CHANNEL_CLOSED ||
		    n == LIBSSH2_ERROR_CHANNEL_EOF_SENT)
			r->left = 0;
		else if (n < 0)
			return (int)n;
		else {
			r->input += n;
			r->left -= (size_t)n;
		}
	}
	if (!r->eof_sent) {
		int rc = libssh2_channel_send_eof(r->channel);

		if (rc == LIBSSH2_ERROR_EAGAIN)
			return rc;
		/* Refused when the other side has closed: as good. */
		r->eof_sent = true;
	}
	return 0;
}

static bool
make_room(struct stream *t)
{
	size_t cap = t->cap == 0 ? 2 * PIECE : t->cap * 2;
	char *p;

	if (t->cap - t->len > PIECE || t->cap > t->limit)
		return true;
	if (cap > t->limit + 1)
		cap = t->limit + 1;
	if ((p = realloc(t->p, cap)) == NULL)
		return false;
	t->p = p;
	t->cap = cap;
	return true;
}

/* Reads what is there: the octets, 0 at the end, or the library's number. */
static ssize_t
drain(struct run *r, struct stream *t, struct err *e)
{
	char beyond[512], *dst = beyond;
	size_t room;
	ssize_t n;

	if (!make_room(t))
		return LIBSSH2_ERROR_ALLOC;
	room = t->cap - t->len - 1;
	if (room > 0)
		dst = t->p + t->len;
	else
		room = sizeof(beyond);
	if (room > READ_MAX)
		room = READ_MAX;
	while (again(r, n = libssh2_channel_read_ex(r->channel, t->id, dst,
	    room)))
		if (!session_wait(r->s, e))
			return LIBSSH2_ERROR_TIMEOUT;
	if (n <= 0)
		return n;
	if (dst == beyond)
		t->cut = true;
	else
		t->len += (size_t)n;
	return n;
}

/* Until the host closes the channel or the limit of standard output is
 * reached; standard error beyond its limit is dropped. */
static bool
converse(struct run *r, struct err *e)
{
	ssize_t out, err;
	int in;

	for (;;) {
		in = feed(r);
		if (again(r, in)) {
			if (!session_wait(r->s, e))
				return false;
			continue;
		}
		if (in < 0 && in != LIBSSH2_ERROR_EAGAIN)
			return session_fail(r->s, in, e, "input");
		out = drain(r, &r->out, e);
		if (r->out.cut)
			return true;
		err = drain(r, &r->err, e);
		if (out < 0 && out != LIBSSH2_ERROR_EAGAIN)
			return session_fail(r->s, (int)out, e, "output");
		if (err < 0 && err != LIBSSH2_ERROR_EAGAIN)
			return session_fail(r->s, (int)err, e, "output");
		if (out > 0 || err > 0) {
			if (!deadline_check(r->s->by, e))
				return false;
			continue;
		}
		if (libssh2_channel_eof(r->channel))
			return true;
		if (!session_wait(r->s, e))
			return false;
	}
}

/* The exit status comes behind the end of the output. */
static bool
finish(struct run *r, struct ssh_output *o, struct err *e)
{
	char *signal = NULL;
	size_t n = 0;
	int rc;

	while ((rc = libssh2_channel_wait_closed(r->channel)) ==
	    LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(r->s, e))
			return false;
	if (rc < 0)
		return session_fail(r->s, rc, e, "end of the command");
	o->status = libssh2_channel_get_exit_status(r->channel);
	if (libssh2_channel_get_exit_signal(r->channel, &signal, &n, NULL, NULL,
	    NULL, NULL) == 0 && signal != NULL)
		o->status = -1;
	if (signal != NULL)
		libssh2_free(r->s->lib, signal);
	return true;
}

/* A channel that the host may still be sending on takes the session along:
 * nothing it sends later may reach another command. */
static void
end_channel(struct run *r, bool clean)
{
	if (!clean)
		r->s->dead = true;
	if (r->channel != NULL)
		while (libssh2_channel_free(r->channel) == LIBSSH2_ERROR_EAGAIN &&
		    session_wait(r->s, NULL))
			;
}

static char *
give(struct stream *t, size_t *len)
{
	char *p = t->p != NULL ? t->p : calloc(1, 1);

	if (p != NULL)
		p[t->len] = '\0';
	*len = t->len;
	t->p = NULL;
	return p;
}

bool
ssh_run(struct ssh *s, const char *command, const void *input, size_t n,
    struct ssh_limits limits, struct ssh_output *o, struct deadline by,
    struct err *e)
{
	struct run r = { .s = s, .input = input, .left = n };
	bool ok;

	*o = (struct ssh_output){ .status = -1 };
	if (s->dead) {
		fail(e, ERR_CLOSED, "the session has ended");
		return fail_at(e, STAGE_SHELL);
	}
	r.out.limit = limits.out_bytes != 0 ? limits.out_bytes : OUT_DEFAULT;
	r.err.limit = limits.err_bytes != 0 ? limits.err_bytes : ERR_DEFAULT;
	r.err.id = SSH_EXTENDED_DATA_STDERR;
	session_begin(s, by, (uint64_t)r.out.limit + r.err.limit + EXTRA_OCTETS +
	    (uint64_t)n);
	ok = open_channel(&r, command, e) && converse(&r, e);
	if (ok && !r.out.cut)
		ok = finish(&r, o, e);
	end_channel(&r, ok && !r.out.cut);
	o->truncated = r.out.cut || r.err.cut;
	o->out = give(&r.out, &o->out_len);
	o->err = give(&r.err, &o->err_len);
	if (o->out == NULL || o->err == NULL)
		ok = fail(e, ERR_MEMORY, "no memory");
	return ok || fail_at(e, STAGE_SHELL);
}

void
ssh_output_free(struct ssh_output *o)
{
	free(o->out);
	free(o->err);
	*o = (struct ssh_output){ .status = -1 };
}
