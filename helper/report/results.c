#include "helper/report/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/text.h"

#define READ_FIRST 65536
#define DEPTH_MAX 64

struct results {
	char *path;		/* what errors call it */
	int fd;
	char *buf;
	size_t cap, from, to;	/* what was read and not yet given */
	bool ended;
	uint64_t line, torn;
	int64_t written;
	json_t *object;		/* the last line */
};

static const char hint[] = "Give a file that `assetscan scan --format jsonl` "
    "wrote.";

struct results *
results_open(const char *path, struct err *e)
{
	struct results *r = calloc(1, sizeof(*r));
	struct stat st;

	if (r == NULL || (r->path = strdup(strcmp(path, "-") != 0 ? path :
	    "standard input")) == NULL || (r->buf = malloc(READ_FIRST)) == NULL) {
		if (r != NULL)
			r->fd = STDIN_FILENO;
		results_close(r);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	r->cap = READ_FIRST;
	r->fd = strcmp(path, "-") == 0 ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0) {
		fail_errno(e, ERR_IO, "%s", path);
		results_close(r);
		return NULL;
	}
	if (fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode))
		r->written = st.st_mtim.tv_sec;
	return r;
}

void
results_close(struct results *r)
{
	if (r == NULL)
		return;
	if (r->fd > STDERR_FILENO)
		close(r->fd);
	json_decref(r->object);
	free(r->path);
	free(r->buf);
	free(r);
}

uint64_t
results_torn(const struct results *r)
{
	return r->torn;
}

int64_t
results_written(const struct results *r)
{
	return r->written;
}

static bool
wrong(const struct results *r, struct err *e, const char *what)
{
	fail(e, ERR_INVALID, "%s: line %llu %s", r->path,
	    (unsigned long long)r->line, what);
	return fail_hint(e, hint);
}

/* More octets behind what is there. */
static bool
more(struct results *r, struct err *e)
{
	size_t have = r->to - r->from;
	ssize_t got;
	char *bigger;

	if (r->from > 0)
		memmove(r->buf, r->buf + r->from, have);
	r->from = 0;
	r->to = have;
	if (have > RESULTS_LINE_MAX) {
		r->line++;
		(void)wrong(r, e, "is longer than a line may be");
		e->code = ERR_LIMIT;	/* there is no way on behind it */
		return false;
	}
	if (have == r->cap) {
		if ((bigger = realloc(r->buf, 2 * r->cap)) == NULL)
			return fail(e, ERR_MEMORY, "no memory");
		r->buf = bigger;
		r->cap *= 2;
	}
	do
		got = read(r->fd, r->buf + r->to, r->cap - r->to);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail_errno(e, ERR_IO, "%s", r->path);
	r->to += (size_t)got;
	r->ended = got == 0;
	return true;
}

/* The next line, without its end; false: the end, or an error. */
static bool
next_line(struct results *r, char **line, size_t *n, bool *whole, struct err *e)
{
	size_t seen = 0;
	char *end;

	while ((end = memchr(r->buf + r->from + seen, '\n',
	    r->to - r->from - seen)) == NULL) {
		seen = r->to - r->from;
		if (r->ended || !more(r, e))
			break;
	}
	if (e->code != ERR_NONE || (end == NULL && r->from == r->to))
		return false;
	*whole = end != NULL;
	*line = r->buf + r->from;
	*n = (size_t)((end != NULL ? end : r->buf + r->to) - *line);
	r->from += *n + (end != NULL);
	r->line++;
	if (r->line == 1 && *n >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
		*line += 3;
		*n -= 3;
	}
	while (*n > 0 && ((*line)[*n - 1] == ' ' || (*line)[*n - 1] == '\t' ||
	    (*line)[*n - 1] == '\r'))
		(*n)--;
	return true;
}

static bool
is_text(const json_t *object, const char *member)
{
	return json_string_length(json_object_get(object, member)) > 0;
}

/* What a notification must hold to be of use. */
static const struct { const char *method, *members[2]; } needs[] = {
	{ "scan.host", { "address", "state" } },
	{ "scan.asset", { "address", "outcome" } },
};

static bool
usable(const struct results *r, const char *method, const json_t *params,
    struct err *e)
{
	char what[80];

	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		for (size_t k = 0; strcmp(method, needs[i].method) == 0 &&
		    k < ARRAY_LEN(needs[i].members); k++)
			if (!is_text(params, needs[i].members[k])) {
				snprintf(what, sizeof(what), "is a %s without "
				    "%s", method, needs[i].members[k]);
				return wrong(r, e, what);
			}
	return true;
}

/* Gives `mine`: a notification of a scan; else it is one to pass over. */
static bool
take(struct results *r, struct results_line *out, bool *mine, struct err *e)
{
	static const char *const prefix = "scan.";

	*mine = false;
	if (!json_is_object(r->object) || !is_text(r->object, "jsonrpc"))
		return wrong(r, e, "is JSON, but no message of the protocol");
	out->method = json_string_value(json_object_get(r->object, "method"));
	out->params = json_object_get(r->object, "params");
	out->line = r->line;
	if (out->method == NULL ||
	    strncmp(out->method, prefix, strlen(prefix)) != 0 ||
	    json_object_get(r->object, "id") != NULL)
		return true;	/* an answer, a request, rows of a query */
	if (!json_is_object(out->params))
		return wrong(r, e, "is a notification without params");
	*mine = true;
	return usable(r, out->method, out->params, e);
}

bool
results_next(struct results *r, struct results_line *out, struct err *e)
{
	json_error_t where;
	char *line, what[sizeof(where.text) + 60];
	bool whole, mine;
	size_t n;

	while (next_line(r, &line, &n, &whole, e)) {
		json_decref(r->object);
		r->object = NULL;
		if (n == 0)
			continue;
		if (!text_nests_within(line, n, DEPTH_MAX))
			return wrong(r, e, "is nested deeper than any line of "
			    "results");
		r->object = json_loadb(line, n, 0, &where);
		/* cut while it was written, or never written: a tail of zeroes */
		if (r->object == NULL && !whole && (*line == '{' || *line == '\0')) {
			r->torn = r->line;
			return false;
		}
		if (r->object == NULL) {
			snprintf(what, sizeof(what), "is no line of results: "
			    "column %d: %s", where.column, where.text);
			return wrong(r, e, what);
		}
		if (!take(r, out, &mine, e))
			return false;
		if (mine)
			return true;
	}
	return false;
}
