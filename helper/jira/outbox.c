#include "helper/jira/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/jira/post.h"
#include "helper/jira/record.h"
#include "helper/jira/settle.h"
#include "helper/jira/tracker.h"
#include "helper/jira/weburl.h"

#define PATH_MAX_LEN 4096
#define RECORD_MAX   (8 << 20)

/* The folder of the records; false: too long. */
static bool
folder_of(const char *state_dir, char path[static PATH_MAX_LEN], struct err *e)
{
	if (state_dir != NULL && (size_t)snprintf(path, PATH_MAX_LEN,
	    "%s/outbox", state_dir) < PATH_MAX_LEN)
		return true;
	return fail(e, ERR_STATE_DIR, "there is no state folder for the outbox");
}

/* The URL as records hold it; as it is when it is none. */
static void
spell(const char *url, char dst[static WEBURL_MAX])
{
	struct weburl u;

	snprintf(dst, WEBURL_MAX, "%s",
	    weburl_parse(&u, url, NULL) ? u.text : url);
}

/* Reading needs no lock: a record is replaced as a whole. */
static struct record *
peek(const char *dir, const char *name)
{
	struct record *r = NULL;
	char path[PATH_MAX_LEN + RECORD_NAME_MAX], *text = malloc(RECORD_MAX);
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (text != NULL && (f = fopen(path, "re")) != NULL) {
		n = fread(text, 1, RECORD_MAX, f);
		r = record_parse(text, n);
		fclose(f);
	}
	free(text);
	if (r != NULL)
		snprintf(r->name, sizeof(r->name), "%.*s",
		    RECORD_NAME_MAX - 1, name);
	return r;
}

static json_t *
listed(const struct record *r)
{
	char since[32] = "";

	record_iso(r->since_ms, since);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:s, s:i, s:o}",
	    "id", r->name, "state", record_state_name(r->state), "url", r->url,
	    "address", r->asset->address, "title", r->asset->title,
	    "keys", r->keys, "since", since, "attempts", (int)r->attempts,
	    "error", r->error != NULL ? json_incref(r->error) : json_null());
}

struct aged { int64_t since; json_t *row; };

static int
by_age(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	return x->since < y->since ? -1 : x->since > y->since;
}

static size_t
collect(const char *dir, const char *url, const json_t *names, struct aged *rows)
{
	const json_t *name;
	size_t i, n = 0;

	json_array_foreach(names, i, name) {
		struct record *r = peek(dir, json_string_value(name));

		if (r != NULL && r->state != RECORD_DONE &&
		    (url == NULL || strcmp(r->url, url) == 0) &&
		    (rows[n].row = listed(r)) != NULL)
			rows[n++].since = r->since_ms;
		record_free(r);
	}
	return n;
}

json_t *
outbox_list(const char *state_dir, const char *url, struct err *e)
{
	char dir[PATH_MAX_LEN], spelled[WEBURL_MAX];
	json_t *names, *list = json_array();
	struct aged *rows;
	size_t n;

	if (!folder_of(state_dir, dir, e))
		goto bad;
	if (access(dir, R_OK | X_OK) != 0 && errno != ENOENT) {
		fail_errno(e, ERR_STATE_DIR, "%s", dir);
		goto bad;
	}
	if (url != NULL)
		spell(url, spelled);
	names = record_names(dir, "");
	rows = calloc(json_array_size(names) + 1, sizeof(*rows));
	if (rows != NULL) {
		n = collect(dir, url != NULL ? spelled : NULL, names, rows);
		qsort(rows, n, sizeof(*rows), by_age);
		for (size_t i = 0; i < n; i++)
			json_array_append_new(list, rows[i].row);
	}
	free(rows);
	json_decref(names);
	return list;
bad:
	json_decref(list);
	return NULL;
}

bool
outbox_flush(const struct jira_target *target, bool include_rejected,
    void (*result)(void *ctx, const struct asset_result *), void *ctx,
    struct outbox_totals *totals, struct deadline by, struct err *e)
{
	struct settle how = { .rejected = include_rejected, .wait = true,
		.result = result, .ctx = ctx, .pause = 0.5 };
	struct post post = { .settle_pause = SETTLE_PAUSE };
	bool ok = false;

	if (target->settle_pause > 0)
		post.settle_pause = target->settle_pause;
	memset(totals, 0, sizeof(*totals));
	if ((post.tracker = tracker_new(target, e)) == NULL)
		return false;
	post.box = box_open(target->state_dir, tracker_base(post.tracker), e);
	if (post.box != NULL) {
		post.seen = box_seen(post.box);
		post.written = written_open(target->state_dir,
		    tracker_base(post.tracker));
		ok = settle_all(&post, &how, totals, by, e);
		/* What was posted counts, although the rest has to wait. */
		ok = ok || totals->posted > 0;
		box_sweep(post.box);
	}
	json_decref(post.seen);
	written_free(post.written);
	box_free(post.box);
	tracker_free(post.tracker);
	return ok;
}

struct dropper {
	const char *state_dir, *dir;
	struct box *box;		/* of the URL below; opened when needed */
	char url[WEBURL_MAX];
};

static struct box *
box_of(struct dropper *d, const char *url)
{
	if (d->box != NULL && strcmp(d->url, url) == 0)
		return d->box;
	box_free(d->box);
	snprintf(d->url, sizeof(d->url), "%s", url);
	return d->box = box_open(d->state_dir, url, NULL);
}

/* One record under its lock, if it is of that URL (NULL: any). */
static bool
drop(struct dropper *d, const char *name, const char *url)
{
	struct record *peeked = peek(d->dir, name), *r = NULL;
	char path[PATH_MAX_LEN + RECORD_NAME_MAX];
	struct box *b = NULL;
	bool gone = false;

	if (peeked != NULL && peeked->state != RECORD_DONE &&
	    (url == NULL || strcmp(peeked->url, url) == 0) &&
	    (b = box_of(d, peeked->url)) != NULL &&
	    (r = box_take(b, name, NULL)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", d->dir, name);
		gone = unlink(path) == 0;
		box_release(b, r);
	}
	record_free(peeked);
	return gone;
}

bool
outbox_drop(const char *state_dir, const char *id, const char *url,
    size_t *dropped, struct err *e)
{
	char dir[PATH_MAX_LEN], spelled[WEBURL_MAX];
	struct dropper d = { .state_dir = state_dir, .dir = dir };
	json_t *names, *name;
	size_t i;

	*dropped = 0;
	if (!folder_of(state_dir, dir, e))
		return false;
	if (url != NULL)
		spell(url, spelled);
	names = record_names(dir, "");
	json_array_foreach(names, i, name) {
		const char *s = json_string_value(name);

		if (id == NULL || strcmp(id, s) == 0)
			*dropped += drop(&d, s, url != NULL ? spelled : NULL);
	}
	json_decref(names);
	box_free(d.box);
	if (id != NULL && *dropped == 0)
		return fail(e, ERR_NOT_FOUND, "there is no record %s", id);
	return true;
}
