#include "helper/scan/probe_unix.h"

#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

bool
unix_question(struct unix_question *q, const struct scan_plan *plan,
    struct err *e)
{
	struct unix_ask ask = { .map = plan->mapping, .sections = plan->sections,
		.nsections = plan->nsections,
		.command_seconds = plan->query_timeout, .sudo = plan->sudo,
		/* and a sixth for the way there and back */
		.seconds = plan->budget[PROTO_SSH] * 5 / 6 };

	q->script = wr_new(UNIX_SCRIPT_MAX);
	if (unix_marker(q->marker, e) &&
	    unix_script(&q->script, q->marker, &ask, e))
		return true;
	unix_question_free(q);
	return fail_at(e, STAGE_SHELL);
}

void
unix_question_free(struct unix_question *q)
{
	wr_free(&q->script);
}

/* The script never started: say what the host said instead. */
static bool
no_shell(const struct unix_reply *r, const char *why, struct err *e)
{
	size_t n = r->err_len < 160 ? r->err_len : 160;

	if (n > 0)
		fail(e, ERR_NO_SHELL, "%s; on standard error: %.*s", why,
		    (int)n, r->err);
	else if (r->status > 0)
		fail(e, ERR_NO_SHELL, "%s; exit status %d", why, r->status);
	else
		fail(e, ERR_NO_SHELL, "%s", why);
	return fail_at(e, STAGE_SHELL);
}

bool
unix_reply(const struct unix_question *q, const struct scan_plan *plan,
    const struct unix_reply *r, struct facts *facts, struct err *e)
{
	struct unix_answer a = { .marker = q->marker,
		.out = r->out != NULL ? r->out : "", .n = r->out_len,
		.map = plan->mapping, .sections = plan->sections,
		.nsections = plan->nsections, .asked_ms = r->asked_ms,
		.got_ms = r->got_ms };
	struct err why = { .code = ERR_NONE };
	bool partial;

	if (!unix_facts(&a, facts, &partial, &why)) {
		if (!r->ran)		/* the first cause */
			return fail_at(e, STAGE_SHELL);
		if (why.code == ERR_NO_SHELL)
			return no_shell(r, why.text, e);
		*e = why;
		return fail_at(e, STAGE_FACTS);
	}
	if (!partial) {
		/* Something that the script left hanging kept the channel open:
		 * all the answers are here. */
		if (e->code != ERR_CANCELLED)
			err_clear(e);
		return e->code == ERR_NONE;
	}
	if (r->truncated)
		fail(e, ERR_TOO_BIG, "the host printed more than we take; what "
		    "came after that is missing");
	else if (r->ran)
		fail(e, ERR_REMOTE, "the host ended the script half way");
	return fail_at(e, STAGE_FACTS);
}
