/* record.c: a record as text. */
#include "helper/jira/record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/base/text.h"
#include "helper/jira/asset.h"
#include "helper/jira/http.h"

#define VERSION 1

static const char *const states[RECORD_STATES] = {
	[RECORD_QUEUED] = "queued",
	[RECORD_INTENT] = "intent",
	[RECORD_REJECTED] = "rejected",
	[RECORD_DONE] = "done",
};

const char *
record_state_name(enum record_state s)
{
	return states[s];
}

bool
record_iso(int64_t ms, char dst[static 32])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	return gmtime_r(&t, &tm) != NULL &&
	    strftime(dst, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0;
}

void
record_free(struct record *r)
{
	if (r == NULL)
		return;
	asset_free(r->asset);
	free(r->url);
	free(r->type);
	free(r->folder);
	json_decref(r->keys);
	json_decref(r->error);
	free(r);
}

void
record_error(struct record *r, const struct err *e)
{
	json_decref(r->error);
	r->error = e->code == ERR_NONE ? NULL : json_pack(
	    "{s:s, s:s, s:s, s:s, s:I}", "code", err_name(e->code),
	    "stage", stage_name(e->stage), "message", e->text,
	    "hint", err_hint(e), "native", (json_int_t)e->native);
}

char *
record_text(const struct record *r)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:i}",
	    "version", VERSION, "state", states[r->state], "url", r->url,
	    "assetType", r->type, "folder", r->folder, "run", r->run,
	    "since", (json_int_t)r->since_ms,
	    "searched", (json_int_t)r->searched_ms,
	    "done", (json_int_t)r->done_ms, "id", (json_int_t)r->id,
	    "attempts", (int)r->attempts);
	char *text;

	json_object_set(o, "keys", r->keys);
	json_object_set_new(o, "error",
	    r->error != NULL ? json_incref(r->error) : json_null());
	json_object_set_new(o, "asset", r->asset != NULL &&
	    r->state != RECORD_DONE ? asset_to_json(r->asset) : json_null());
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

static char *
copy(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? strdup(s) : NULL;
}

static int64_t
count(const json_t *o, const char *name)
{
	json_int_t v = json_integer_value(json_object_get(o, name));

	return v > 0 ? (int64_t)v : 0;
}

static bool
take(struct record *r, json_t *o)
{
	const char *state = json_string_value(json_object_get(o, "state"));
	const char *run = json_string_value(json_object_get(o, "run"));
	json_t *error = json_object_get(o, "error");
	size_t s = 0;

	while (state != NULL && s < RECORD_STATES && strcmp(state, states[s]) != 0)
		s++;
	if (state == NULL || s == RECORD_STATES || run == NULL ||
	    count(o, "version") != VERSION)
		return false;
	r->state = (enum record_state)s;
	text_copy(r->run, sizeof(r->run), run);
	r->url = copy(o, "url");
	r->type = copy(o, "assetType");
	r->folder = copy(o, "folder");
	r->since_ms = count(o, "since");
	r->searched_ms = count(o, "searched");
	r->done_ms = count(o, "done");
	r->id = count(o, "id");
	r->attempts = (unsigned)(count(o, "attempts") & 0xffff);
	r->keys = json_incref(json_object_get(o, "keys"));
	r->error = json_is_object(error) ? json_incref(error) : NULL;
	r->asset = asset_from_json(json_object_get(o, "asset"));
	return r->url != NULL && r->type != NULL && r->folder != NULL &&
	    json_is_array(r->keys) &&
	    (r->asset != NULL || r->state == RECORD_DONE);
}

struct record *
record_parse(const char *text, size_t n)
{
	struct err ignored = { .code = ERR_NONE };
	json_t *o = http_json(text, n, &ignored);
	struct record *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		r->lock = -1;
		if (!take(r, o)) {
			record_free(r);
			r = NULL;
		}
	}
	json_decref(o);
	return r;
}
