#include "helper/jira/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/jira/asset.h"
#include "helper/jira/compare.h"
#include "helper/jira/fit.h"
#include "helper/jira/match.h"

/* One asset on its way. */
struct job {
	struct post *post;
	const struct asset *asset;
	const char *type, *folder;
	struct record *record;
	struct posted *out;
	struct deadline by;
	const struct model *model;
	struct fitted fitted;
	struct match match;
};

static void
warn(void *ctx, const char *what)
{
	struct job *j = ctx;
	char line[480];

	if (j->post->log == NULL)
		return;
	snprintf(line, sizeof(line), "%s: %s", j->asset->address != NULL ?
	    j->asset->address : "asset", what);
	j->post->log(j->post->ctx, line);
}

static int64_t
item_id(const json_t *item)
{
	return (int64_t)json_integer_value(json_object_get(item, "id"));
}

/* --- outcomes ------------------------------------------------------------------- */

/* What a failed call means for the asset. */
static void
failed(struct job *j)
{
	struct posted *p = j->out;

	if (p->err.code == ERR_JIRA_AMBIGUOUS)
		p->outcome = ASSET_AMBIGUOUS;
	else if (p->fate.act == HTTP_FINAL)
		p->outcome = ASSET_FAILED;
	else
		p->outcome = ASSET_QUEUED;
}

static void
refuse(struct job *j, enum asset_outcome outcome, enum err_code code,
    const char *why)
{
	j->out->outcome = outcome;
	j->out->fate = (struct fate){ HTTP_FINAL, false, -1 };
	fail(&j->out->err, code, "%s", why);
}

static void
name_asset(struct job *j, int64_t id)
{
	j->out->id = id;
	free(j->out->url);
	j->out->url = id > 0 ?
	    tracker_item_url(tracker_base(j->post->tracker), id) : NULL;
}

static void
list_changed(struct job *j, const json_t *fields)
{
	const json_t *f;
	size_t i;

	json_array_foreach(fields, i, f)
		json_array_append(j->out->changed, json_object_get(f, "typeName"));
}

/* From now on this computer is known by its number. */
static void
remember(struct job *j, int64_t id)
{
	for (size_t i = 0; id > 0 && i < j->asset->nkeys; i++) {
		char *name = asset_key_name(&j->asset->keys[i]);

		if (name != NULL)
			json_object_set_new(j->post->seen, name,
			    json_integer((json_int_t)id));
		free(name);
	}
}

static void
list_candidates(struct job *j, char *list, size_t cap)
{
	json_t *item;
	size_t i, used;

	list[0] = '\0';
	json_array_foreach(j->match.items, i, item) {
		json_array_append(j->out->candidates, json_object_get(item, "id"));
		used = strlen(list);
		if (i < 8)
			snprintf(list + used, cap - used, "%s#%lld",
			    i > 0 ? ", " : "", (long long)item_id(item));
	}
	if (i > 8)
		snprintf(list + strlen(list), cap - strlen(list), ", ...");
}

/* Several assets, or one that contradicts: nothing is changed. */
static void
ambiguous(struct job *j)
{
	const struct weighed *w = &j->match.weighed;
	char list[160];

	list_candidates(j, list, sizeof(list));
	j->out->outcome = ASSET_AMBIGUOUS;
	j->out->fate.act = HTTP_FINAL;
	if (w->verdict == VERDICT_AMBIGUOUS) {
		fail(&j->out->err, ERR_JIRA_AMBIGUOUS, "%zu assets match: %s",
		    json_array_size(j->match.items), list);
		return;
	}
	fail(&j->out->err, ERR_JIRA_AMBIGUOUS, "%s", w->why);
	fail_hint(&j->out->err, "Correct the match fields of the assets that are "
	    "named. Was the board replaced or a dock shared, or one asset "
	    "entered twice? The scan does not guess.");
}

static bool
find(struct job *j)
{
	match_free(&j->match);
	if (!match_find(&j->match, j->post->tracker, j->model, j->asset,
	    j->post->seen, &j->out->fate, j->by, &j->out->err))
		return false;
	json_decref(j->out->match);
	j->out->match = weigh_explain(&j->match.weighed, j->asset, j->model,
	    j->match.items);
	return true;
}

static enum verdict
verdict(const struct job *j)
{
	return j->match.weighed.verdict;
}

/* --- one that is there --------------------------------------------------------------- */

static bool
write_fields(struct job *j, int64_t id, const json_t *changes)
{
	const json_t *f;
	size_t i;

	if (j->match.query != NULL)
		return tracker_update(j->post->tracker, j->match.query, changes,
		    &j->out->fate, j->by, &j->out->err);
	json_array_foreach(changes, i, f)
		if (!tracker_set_field(j->post->tracker, id, f, &j->out->fate,
		    j->by, &j->out->err)) {
			const char *name = json_string_value(
			    json_object_get(f, "typeName"));

			return fail_in(&j->out->err, "%s", name);
		}
	return true;
}

/* What was written is kept; what is written for the second time is looked at,
 * for Jira may make something else of it. */
static void
note(struct job *j, int64_t id, json_t *written, const json_t *changes,
    const json_t *before, const json_t *made)
{
	json_t *old, *after = json_incref((json_t *)(uintptr_t)made);
	struct err ignored = { .code = ERR_NONE };
	struct fate fate;

	if (j->post->dry_run || id <= 0)
		goto out;
	if (after == NULL && written_again(written, changes))
		after = tracker_item(j->post->tracker, id, &fate, j->by,
		    &ignored);
	old = json_deep_copy(written);
	written_note(written, &j->fitted, j->model, changes, before, after);
	if (!json_equal(old, written))
		written_save(j->post->written, id, written);
	json_decref(old);
out:
	json_decref(after);
}

static void
change(struct job *j, int64_t id, const json_t *changes)
{
	if (json_array_size(changes) == 0) {
		j->out->outcome = ASSET_UNCHANGED;
	} else if (j->post->dry_run) {
		j->out->outcome = ASSET_DRY_RUN;
		j->out->would = json_pack("{s:s, s:I, s:O}", "action", "update",
		    "id", (json_int_t)id, "fields", changes);
		list_changed(j, changes);
	} else if (write_fields(j, id, changes)) {
		j->out->outcome = ASSET_UPDATED;
		list_changed(j, changes);
	} else {
		fail_at(&j->out->err, STAGE_WRITE);
		failed(j);
	}
}

/* True when the asset, asked for by number, still is the computer's. */
static bool
still_is(struct job *j, int64_t id, json_t **item)
{
	*item = tracker_item(j->post->tracker, id, &j->out->fate, j->by,
	    &j->out->err);
	if (*item == NULL) {
		fail_at(&j->out->err, STAGE_SEARCH);
		failed(j);
		return false;
	}
	if (match_verify(j->model, j->asset, *item) != NULL &&
	    weigh_one(j->asset, j->model, *item))
		return true;
	j->out->fate = (struct fate){ HTTP_RETRY, false, -1 };
	j->out->outcome = ASSET_QUEUED;
	return fail(&j->out->err, ERR_JIRA_BUSY, "asset #%lld changed while it "
	    "was looked at", (long long)id);
}

/* The search may show an older state, or not all: what would be changed is
 * compared with the asset itself first. */
static void
update(struct job *j)
{
	int64_t id = item_id(j->match.item);
	json_t *item = NULL, *written = written_load(j->post->written, id);
	json_t *changes = compare_changes(&j->fitted, j->model, j->match.item,
	    written);

	name_asset(j, id);
	j->out->matched_by = j->match.by != NULL ? strdup(j->match.by) : NULL;
	if (j->match.weighed.doubt)
		warn(j, j->match.weighed.why);
	if (json_array_size(changes) > 0 && !j->match.fresh) {
		if (!still_is(j, id, &item))
			goto out;
		json_decref(changes);
		changes = compare_changes(&j->fitted, j->model, item, written);
	}
	change(j, id, changes);
	if (j->out->outcome == ASSET_UPDATED ||
	    j->out->outcome == ASSET_UNCHANGED)
		note(j, id, written, changes, item != NULL ? item :
		    j->match.item, NULL);
	if (j->out->outcome != ASSET_QUEUED)
		remember(j, id);
out:
	json_decref(item);
	json_decref(changes);
	json_decref(written);
}

/* --- one that is not there -------------------------------------------------------- */

/* An earlier create may have happened: look twice, a pause apart. */
static bool
settled(struct job *j)
{
	struct record *r = j->record;
	int64_t now = now_unix_ms();

	if (r == NULL || r->state != RECORD_INTENT)
		return true;
	if (r->searched_ms > 0 && r->searched_ms <= now &&
	    (double)(now - r->searched_ms) >= j->post->settle_pause * 1000)
		return true;
	if (r->searched_ms == 0 || r->searched_ms > now)
		r->searched_ms = now;
	j->out->outcome = ASSET_QUEUED;
	j->out->fate = (struct fate){ HTTP_FINAL, true, -1 };
	fail(&j->out->err, ERR_JIRA_BUSY, "an earlier try to create the asset may "
	    "have worked; it is looked for once more before it is repeated");
	return false;
}

static void
created(struct job *j, int64_t id)
{
	name_asset(j, id);
	remember(j, id);
	j->out->outcome = ASSET_CREATED;
	err_clear(&j->out->err);
	if (id == 0) {		/* nothing to remember it by: look later */
		j->record->searched_ms = now_unix_ms();
		return;
	}
	j->record->state = RECORD_DONE;
	j->record->id = id;
	j->record->done_ms = now_unix_ms();
}

/* The answer did not tell the number; a search may. */
static int64_t
ask_number(struct job *j)
{
	struct err ignored = j->out->err;
	int64_t id = 0;

	if (find(j) && verdict(j) == VERDICT_MATCH)
		id = item_id(j->match.item);
	j->out->err = ignored;
	return id;
}

/* No answer: it may be there. */
static void
lost(struct job *j, const json_t *fields)
{
	struct err why = j->out->err;
	struct fate fate = j->out->fate;
	json_t *written;
	bool found;

	err_clear(&j->out->err);
	found = find(j);
	if (found && verdict(j) != VERDICT_MATCH && verdict(j) != VERDICT_NONE) {
		ambiguous(j);
		return;
	}
	if (found && verdict(j) == VERDICT_MATCH) {
		created(j, item_id(j->match.item));
		list_changed(j, fields);
		written = json_object();
		note(j, j->out->id, written, fields, NULL, j->match.item);
		json_decref(written);
		return;
	}
	j->record->searched_ms = found ? now_unix_ms() : 0;
	j->out->outcome = ASSET_QUEUED;
	j->out->err = why;
	j->out->fate = fate;
}

static void
try_create(struct job *j, const json_t *fields)
{
	struct record *r = j->record;
	json_t *made = NULL, *written;
	int64_t id;

	r->state = RECORD_INTENT;
	r->searched_ms = 0;
	if (!box_save(j->post->box, r, true, &j->out->err)) {
		r->state = RECORD_QUEUED;
		j->out->fate = (struct fate){ HTTP_FINAL, false, -1 };
		j->out->outcome = ASSET_FAILED;
		return;
	}
	if (tracker_create(j->post->tracker, j->type, j->folder, fields, &id,
	    &made, &j->out->fate, j->by, &j->out->err)) {
		created(j, id > 0 ? id : ask_number(j));
		list_changed(j, fields);
		written = json_object();
		note(j, j->out->id, written, fields, NULL, made);
		json_decref(written);
		json_decref(made);
		return;
	}
	fail_at(&j->out->err, STAGE_WRITE);
	if (j->out->fate.maybe) {
		lost(j, fields);
		return;
	}
	r->state = RECORD_QUEUED;	/* it surely did not happen */
	failed(j);
}

static void
create(struct job *j)
{
	json_t *fields;

	if (j->asset->update_only) {
		refuse(j, ASSET_SKIPPED, ERR_JIRA_NOT_FOUND, "no asset matches, "
		    "and the profile only updates");
		fail_hint(&j->out->err, "Create the asset by hand with a match "
		    "field of this computer, or allow the profile to create "
		    "assets.");
		return;
	}
	if (j->match.weighed.why[0] != '\0')
		warn(j, j->match.weighed.why);	/* others that share a key */
	if (!settled(j))
		return;
	if (!tracker_folder(j->post->tracker, j->folder, &j->out->fate, j->by,
	    &j->out->err)) {
		failed(j);
		return;
	}
	fields = compare_new(&j->fitted);
	if (j->post->dry_run) {
		j->out->outcome = ASSET_DRY_RUN;
		j->out->would = json_pack("{s:s, s:s, s:s, s:O}", "action",
		    "create", "typeName", j->type, "categoryName",
		    j->folder + strspn(j->folder, "/"), "fields", fields);
		list_changed(j, fields);
	} else {
		try_create(j, fields);
	}
	json_decref(fields);
}

/* --- all of it ------------------------------------------------------------------------ */

static void
decide(struct job *j)
{
	struct posted *p = j->out;

	j->model = tracker_model(j->post->tracker, j->type, &p->fate, j->by,
	    &p->err);
	if (j->model == NULL || !fit_asset(&j->fitted, j->asset, j->model, warn,
	    j, &p->err)) {
		fail_at(&p->err, STAGE_SEARCH);
		failed(j);
		return;
	}
	for (size_t i = 0; i < j->fitted.ndropped; i++)
		json_array_append_new(p->dropped,
		    json_string(j->fitted.dropped[i]));
	if (match_keys(j->asset, j->model) == 0) {
		refuse(j, ASSET_FAILED, ERR_JIRA_REJECTED,
		    j->asset->nkeys == 0 ? "the computer showed nothing that "
		    "identifies it, so its asset cannot be found again" :
		    "no match field of the mapping is on the asset type, or no "
		    "value can be searched for");
		fail_hint(&p->err, "Put the match field on the asset type, or "
		    "correct the mapping's matcher.");
	} else if (!find(j)) {
		failed(j);
	} else if (verdict(j) == VERDICT_MATCH) {
		update(j);
	} else if (verdict(j) == VERDICT_NONE) {
		create(j);
	} else {
		ambiguous(j);
	}
}

void
post_asset(struct post *post, const struct asset *a, const char *type,
    const char *folder, struct record *r, struct posted *p, struct deadline by)
{
	struct job j = { .post = post, .asset = a, .type = type,
		.folder = folder, .record = r, .out = p, .by = by };

	posted_free(p);
	p->tried = true;
	p->changed = json_array();
	p->dropped = json_array();
	p->candidates = json_array();
	p->fate = (struct fate){ HTTP_RETRY, false, -1 };
	if (r != NULL && r->id > 0)	/* made a moment ago, maybe elsewhere */
		remember(&j, r->id);
	decide(&j);
	fitted_free(&j.fitted);
	match_free(&j.match);
}

void
posted_free(struct posted *p)
{
	free(p->url);
	free(p->matched_by);
	json_decref(p->changed);
	json_decref(p->dropped);
	json_decref(p->candidates);
	json_decref(p->would);
	json_decref(p->match);
	memset(p, 0, sizeof(*p));
}

/* Writes down what became of it: the record goes away or stays. */
static void
post_record(struct post *post, struct record *r, const struct posted *p)
{
	struct err e = { .code = ERR_NONE };
	bool ok;

	r->attempts += p->tried;
	record_error(r, &p->err);
	if (p->outcome == ASSET_FAILED)
		r->state = RECORD_REJECTED;
	/* A cancelled scan does not wait for the disk: the files are there, and
	 * the kernel writes them soon. */
	if (p->outcome == ASSET_FAILED || p->outcome == ASSET_QUEUED ||
	    (p->outcome == ASSET_CREATED && r->state == RECORD_INTENT))
		ok = box_save(post->box, r, p->err.code != ERR_CANCELLED, &e);
	else
		ok = box_close(post->box, r, &e);
	if (!ok && post->log != NULL) {
		fail_in(&e, "the outbox");
		post->log(post->ctx, e.text);
	}
}

/* --- as a result ------------------------------------------------------------------ */

static size_t
strings(const json_t *list, const char ***out)
{
	size_t n = json_array_size(list);

	if ((*out = calloc(n + 1, sizeof(**out))) == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		(*out)[i] = json_string_value(json_array_get(list, i));
	return n;
}

static void
posted_give(const struct posted *p, const char *address, uint64_t cookie,
    void (*give)(void *ctx, const struct asset_result *), void *ctx)
{
	struct asset_result r = { .cookie = cookie, .address = address,
		.outcome = p->outcome, .id = p->id, .url = p->url,
		.matched_by = p->matched_by, .match = p->match,
		.would = p->would,
		.err = p->err.code != ERR_NONE ? &p->err : NULL };
	const char **changed = NULL, **dropped = NULL;
	size_t n = json_array_size(p->candidates);
	int64_t *ids = calloc(n + 1, sizeof(*ids));

	if (give == NULL)
		goto out;
	r.nchanged = strings(p->changed, &changed);
	r.ndropped = strings(p->dropped, &dropped);
	r.changed = changed;
	r.dropped = dropped;
	for (size_t i = 0; ids != NULL && i < n; i++)
		ids[i] = (int64_t)json_integer_value(
		    json_array_get(p->candidates, i));
	r.candidates = ids;
	r.ncandidates = ids != NULL ? n : 0;
	give(ctx, &r);
out:
	free(ids);
	free(changed);
	free(dropped);
}

void
post_end(struct post *post, struct record *r, const struct posted *p,
    const char *address, uint64_t cookie,
    void (*give)(void *ctx, const struct asset_result *), void *ctx)
{
	char *kept = address != NULL ? strdup(address) : NULL;

	if (r != NULL) {
		post_record(post, r, p);
		box_release(post->box, r);
	}
	posted_give(p, kept != NULL ? kept : "", cookie, give, ctx);
	free(kept);
}
