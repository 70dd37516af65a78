#include "rpc/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/secret.h"

#define READ_SIZE (64 * 1024)

struct frame_reader {
	int fd, stop_fd;
	size_t max;
	char *buf;		/* buf[start..end) is not yet given out */
	size_t cap, start, end, seen;	/* no newline before start + seen */
	bool skipping, ended;
	int patience_ms;	/* -1: for ever */
};

struct frame_reader *
frame_reader_new(int fd, int stop_fd, size_t max_line)
{
	struct frame_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->fd = fd;
	r->stop_fd = stop_fd;
	r->max = max_line;
	r->patience_ms = -1;
	return r;
}

void
frame_reader_free(struct frame_reader *r)
{
	if (r == NULL)
		return;
	if (r->buf != NULL)
		wipe(r->buf, r->cap);
	free(r->buf);
	free(r);
}

void
frame_reader_patience(struct frame_reader *r, double seconds)
{
	r->patience_ms = seconds > 0 ? (int)(seconds * 1e3) : -1;
}

/* Room for READ_SIZE more octets: moves to the front, then grows. */
static bool
make_room(struct frame_reader *r)
{
	size_t held = r->end - r->start, cap;
	char *buf;

	if (r->cap - r->end >= READ_SIZE)
		return true;
	if (r->cap - held >= READ_SIZE && r->start >= held) {
		memcpy(r->buf, r->buf + r->start, held);
		wipe(r->buf + held, r->end - held);
	} else {
		for (cap = r->cap ? r->cap : 2 * READ_SIZE;
		    cap < held + READ_SIZE;)
			cap *= 2;
		if ((buf = malloc(cap)) == NULL)
			return false;
		if (r->buf != NULL) {
			memcpy(buf, r->buf + r->start, held);
			wipe(r->buf, r->cap);
			free(r->buf);
		}
		r->buf = buf;
		r->cap = cap;
	}
	r->start = 0;
	r->end = held;
	return true;
}

/* A complete line in the buffer, if there is one. */
static bool
take_line(struct frame_reader *r, char **line, size_t *n)
{
	size_t held = r->end - r->start;
	char *from, *newline;

	if (held == 0)
		return false;
	from = r->buf + r->start;
	newline = memchr(from + r->seen, '\n', held - r->seen);
	if (newline == NULL && !(r->ended && held > 0)) {
		r->seen = held;
		return false;
	}
	*line = from;
	*n = newline != NULL ? (size_t)(newline - from) : held;
	r->start += *n + (newline != NULL);
	r->seen = 0;
	if (*n > 0 && from[*n - 1] == '\r')
		(*n)--;
	return true;
}

/* Reads once, or tells why not.  FRAME_LINE: something came. */
static enum frame_got
fill(struct frame_reader *r, bool wait)
{
	struct pollfd p[2] = { { r->fd, POLLIN, 0 }, { r->stop_fd, POLLIN, 0 } };
	ssize_t got;
	int ready = poll(p, 2, wait ? r->patience_ms : 0);

	if (ready < 0)
		return errno == EINTR ? FRAME_LINE : FRAME_ERROR;
	if (ready == 0 && wait)
		return FRAME_SILENT;
	if (p[0].revents == 0)
		return p[1].revents != 0 || !wait ? FRAME_STOPPED : FRAME_LINE;
	if (wait && p[1].revents != 0)
		return FRAME_STOPPED;
	if (!make_room(r))
		return FRAME_ERROR;
	got = read(r->fd, r->buf + r->end, READ_SIZE);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? FRAME_LINE : FRAME_ERROR;
	if (got == 0)
		r->ended = true;
	r->end += (size_t)got;
	return FRAME_LINE;
}

/* A long line's memory is given back once nothing is held. */
static void
shrink(struct frame_reader *r)
{
	if (r->start != r->end || r->cap <= 4 * READ_SIZE)
		return;
	wipe(r->buf, r->cap);
	free(r->buf);
	r->buf = NULL;
	r->cap = r->start = r->end = r->seen = 0;
}

/* Drops what is held of a line that is too long. */
static void
drop_held(struct frame_reader *r)
{
	wipe(r->buf, r->end);
	r->start = r->end = r->seen = 0;
}

static enum frame_got
read_one(struct frame_reader *r, bool wait, char **line, size_t *n)
{
	enum frame_got got;

	shrink(r);		/* the line given out last is done with */
	for (;;) {
		if (take_line(r, line, n)) {
			if (!r->skipping && *n <= r->max)
				return FRAME_LINE;
			/* The end of a long line, or a whole long one. */
			r->skipping = false;
			return FRAME_TOO_LONG;
		}
		if (r->end - r->start > r->max) {
			r->skipping = true;
			drop_held(r);
		} else if (r->skipping && r->end > r->start) {
			drop_held(r);
		}
		if (r->ended && r->skipping) {
			r->skipping = false;
			return FRAME_TOO_LONG;
		}
		if (r->ended)
			return FRAME_END;
		if ((got = fill(r, wait)) != FRAME_LINE)
			return got;
	}
}

enum frame_got
frame_read(struct frame_reader *r, char **line, size_t *n)
{
	return read_one(r, true, line, n);
}

enum frame_got
frame_read_ready(struct frame_reader *r, char **line, size_t *n)
{
	return read_one(r, false, line, n);
}

bool
frame_write(int fd, int stop_fd, const void *src, size_t n)
{
	struct pollfd p[2] = { { fd, POLLOUT, 0 }, { stop_fd, POLLIN, 0 } };
	const char *at = src;
	ssize_t put;

	while (n > 0) {
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		if (p[1].revents != 0 || (p[0].revents & (POLLERR | POLLNVAL)) != 0)
			return false;
		if (p[0].revents == 0)
			continue;
		/* A pipe takes this much without blocking once it polls ready. */
		put = write(fd, at, n < 4096 ? n : 4096);
		if (put < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (put > 0) {
			at += put;
			n -= (size_t)put;
		}
	}
	return true;
}
