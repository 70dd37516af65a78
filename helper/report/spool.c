#include "helper/report/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct spool {
	size_t memory, used;
	FILE *file;		/* NULL: not needed yet, or not to be had */
	bool no_file;
	uint64_t end;
};

struct spool *
spool_new(size_t memory)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->memory = memory;
	return s;
}

void
spool_free(struct spool *s)
{
	if (s != NULL && s->file != NULL)
		fclose(s->file);
	free(s);
}

static bool
to_file(struct spool *s, const char *text, size_t n, uint64_t *at)
{
	if (s->file == NULL && !s->no_file)
		s->no_file = (s->file = tmpfile()) == NULL;
	if (s->file == NULL)
		return false;
	*at = s->end;
	for (size_t done = 0; done < n;) {
		ssize_t put = pwrite(fileno(s->file), text + done, n - done,
		    (off_t)(s->end + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		done += (size_t)put;
	}
	s->end += n;
	return true;
}

void
spool_put(struct spool *s, char *text, size_t n, struct spooled *to)
{
	*to = (struct spooled){ .n = n };
	if (s->used + n > s->memory && to_file(s, text, n, &to->at)) {
		free(text);
		return;
	}
	to->text = text;
	s->used += n;
}

char *
spool_get(const struct spool *s, const struct spooled *from, struct err *e)
{
	char *text = malloc(from->n + 1);

	if (text == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	text[from->n] = '\0';
	if (from->text != NULL)
		return memcpy(text, from->text, from->n);
	for (size_t done = 0; done < from->n;) {
		ssize_t got = pread(fileno(s->file), text + done,
		    from->n - done, (off_t)(from->at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fail_errno(e, ERR_IO, "reading back what was found");
			free(text);
			return NULL;
		}
		done += (size_t)got;
	}
	return text;
}

void
spool_drop(struct spooled *t)
{
	free(t->text);
	*t = (struct spooled){ 0 };
}
