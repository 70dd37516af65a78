/* probe_ssh_query.c: a command of somebody's own: a row {line, stream} for each
 * line it wrote, and at the end {status}. */
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/scan/protocols.h"
#include "ssh/ssh.h"

#define LINE_MAX_OCTETS (256 * 1024)

static bool
give(struct query *q, const char *text, size_t n, const char *stream)
{
	char *line = text_escaped(text, n, LINE_MAX_OCTETS);
	json_t *row = line != NULL ? json_pack("{s:s, s:s}", "line", line,
	    "stream", stream) : NULL;

	free(line);
	return row == NULL || q->row(q->ctx, row);
}

static bool
lines(struct query *q, const char *text, size_t n, const char *stream)
{
	const char *end = text + n, *nl;

	for (; n > 0 && text < end; text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (!give(q, text, (size_t)((nl != NULL ? nl : end) - text),
		    stream))
			return false;
		if (nl == NULL)
			break;
	}
	return true;
}

bool
query_ssh(struct ssh *s, struct query *q, struct deadline by, struct err *e)
{
	struct ssh_output got = { .status = -1 };
	bool ok = ssh_run(s, q->text, NULL, 0, (struct ssh_limits){ 0, 0 }, &got,
	    by, e), more;

	more = got.out == NULL || lines(q, got.out, got.out_len, "stdout");
	more = more && (got.err == NULL ||
	    lines(q, got.err, got.err_len, "stderr"));
	if (ok && more)
		(void)q->row(q->ctx, json_pack("{s:i}", "status", got.status));
	q->truncated = got.truncated;
	ssh_output_free(&got);
	return ok;
}
