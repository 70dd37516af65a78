#include "helper/jira/settle.h"

#include <string.h>

#define TROUBLES 3		/* passing failures in a row: Jira is away */

struct pass {
	struct post *post;
	const struct settle *how;
	struct outbox_totals *totals;
	struct deadline by;
	struct err *e;
	unsigned troubles;
	int64_t due_ms;		/* when the next intent may be looked at; 0: none */
};

static bool
is_wanted(const struct pass *p, const struct record *r)
{
	if (r->state == RECORD_DONE ||
	    (r->state == RECORD_REJECTED && !p->how->rejected))
		return false;
	return p->how->not_run == NULL || strcmp(r->run, p->how->not_run) != 0;
}

static void
count(struct pass *p, const struct record *r, const struct posted *out)
{
	switch (out->outcome) {
	case ASSET_QUEUED:
		p->totals->left++;
		break;
	case ASSET_FAILED:
		p->totals->rejected++;
		break;
	case ASSET_AMBIGUOUS:
		p->totals->ambiguous++;
		break;
	default:
		p->totals->posted++;
	}
	if (out->outcome == ASSET_QUEUED && r->state == RECORD_INTENT &&
	    r->searched_ms > 0) {
		int64_t due = r->searched_ms +
		    (int64_t)(p->post->settle_pause * 1000) + 1;

		if (p->due_ms == 0 || due > p->due_ms)
			p->due_ms = due;
	}
}

/* Tries a record; once more when the failure may pass. */
static void
work(struct pass *p, struct record *r, struct posted *out)
{
	double pause = p->how->pause;

	for (int tries = 0; ; tries++) {
		post_asset(p->post, r->asset, r->type, r->folder, r, out, p->by);
		if (out->outcome != ASSET_QUEUED ||
		    out->fate.act != HTTP_RETRY || out->fate.maybe ||
		    tries == 2)
			return;
		if (out->fate.wait > pause)
			pause = out->fate.wait;
		if (pause > 60 || !deadline_sleep(pause, p->by, NULL))
			return;
		pause *= 2;
	}
}

/* False when the rest need not be tried. */
static bool
goes_on(struct pass *p, const struct posted *out)
{
	bool trouble = out->outcome == ASSET_QUEUED &&
	    out->fate.act != HTTP_FINAL;

	p->troubles = trouble ? p->troubles + 1 : 0;
	if (!trouble || (out->fate.act != HTTP_STOP && p->troubles < TROUBLES &&
	    deadline_check(p->by, NULL)))
		return true;
	err_clear(p->e);
	if (p->e != NULL)
		*p->e = out->err;
	return false;
}

/* Whether an intent is one for the second look: only those on a second round. */
static bool
is_due(const struct pass *p, const struct record *r, bool again)
{
	return !again || (r->state == RECORD_INTENT && r->searched_ms > 0 &&
	    (double)(now_unix_ms() - r->searched_ms) >=
	    p->post->settle_pause * 1000);
}

static bool
one(struct pass *p, const char *name, bool again)
{
	struct err e = { .code = ERR_NONE };
	struct record *r = box_take(p->post->box, name, &e);
	struct posted out = { .id = 0 };
	bool on = true;

	if (r == NULL) {
		if (e.code != ERR_NOT_FOUND && !again)
			p->totals->left++;
		return true;
	}
	if (is_wanted(p, r) && is_due(p, r, again)) {
		if (again)
			p->totals->left--;
		work(p, r, &out);
		count(p, r, &out);
		post_end(p->post, r, &out, r->asset->address, 0, p->how->result,
		    p->how->ctx);
		r = NULL;
		on = goes_on(p, &out);
		posted_free(&out);
	}
	box_release(p->post->box, r);
	return on;
}

/* What was not tried still waits. */
static void
count_rest(struct pass *p, const json_t *names, size_t from)
{
	for (size_t i = from; i < json_array_size(names); i++) {
		struct record *r = box_take(p->post->box,
		    json_string_value(json_array_get(names, i)), NULL);

		if (r != NULL && is_wanted(p, r))
			p->totals->left++;
		box_release(p->post->box, r);
	}
}

static bool
round_of(struct pass *p, bool again)
{
	json_t *names = box_names(p->post->box);
	bool on = true;

	for (size_t i = 0; on && i < json_array_size(names); i++) {
		on = one(p, json_string_value(json_array_get(names, i)), again);
		if (!on && !again)
			count_rest(p, names, i + 1);
	}
	json_decref(names);
	return on;
}

bool
settle_all(struct post *post, const struct settle *how,
    struct outbox_totals *totals, struct deadline by, struct err *e)
{
	struct pass p = { post, how, totals, by, e, 0, 0 };
	double left;

	memset(totals, 0, sizeof(*totals));
	if (!round_of(&p, false))
		return false;
	if (!how->wait || p.due_ms == 0)
		return true;
	left = (double)(p.due_ms - now_unix_ms()) / 1000;
	if (left > deadline_left(by))
		return true;	/* the next flush will do it */
	if (left > 0 && !deadline_sleep(left, by, e))
		return false;
	return round_of(&p, true);
}
