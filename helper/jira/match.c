#include "helper/jira/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/jira/asset.h"
#include "helper/jira/nql.h"

#define BATCH 16		/* keys in one query */

struct finder {
	struct match *match;
	struct tracker *tracker;
	const struct model *model;
	const struct asset *asset;
	struct fate *fate;
	struct deadline by;
	struct err *e;
	bool whole;		/* hits must show all that contradicts */
	json_t *fresh;		/* {"id": true}: asked for by number */
	json_t *alone;		/* {"id": query}: found by it, and nothing else */
};

static bool
usable(const struct asset_key *k, const struct model *m)
{
	return model_field(m, k->field) != NULL && nql_key_ok(k);
}

size_t
match_keys(const struct asset *a, const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nkeys; i++)
		n += usable(&a->keys[i], m);
	return n;
}

/* --- verifying -------------------------------------------------------------------- */

const struct asset_key *
match_verify(const struct model *m, const struct asset *a, const json_t *item)
{
	const char *type = json_string_value(json_object_get(item, "typeName"));
	const struct asset_key *weak = NULL;

	if (type != NULL && strcmp(type, m->display) != 0)
		return NULL;
	for (size_t i = 0; i < a->nkeys; i++) {
		const struct asset_key *k = &a->keys[i];

		if ((k->weak && weak != NULL) || !weigh_holds(k, m, item))
			continue;
		if (!k->weak)
			return k;
		weak = k;
	}
	return weak;
}

static int64_t
item_id(const json_t *item)
{
	return (int64_t)json_integer_value(json_object_get(item, "id"));
}

static void
id_text(int64_t id, char dst[static 24])
{
	snprintf(dst, 24, "%lld", (long long)id);
}

static bool
is_hit(const struct match *m, int64_t id)
{
	const json_t *had;
	size_t i;

	json_array_foreach(m->items, i, had)
		if (item_id(had) == id)
			return true;
	return false;
}

/* --- by number ---------------------------------------------------------------------- */

/* The asset itself; false: trouble.  *item NULL: somebody deleted it. */
static bool
ask(struct finder *f, int64_t id, json_t **item)
{
	char key[24];

	*item = tracker_item(f->tracker, id, f->fate, f->by, f->e);
	if (*item == NULL && f->e->code != ERR_JIRA_NOT_FOUND)
		return false;
	err_clear(f->e);
	id_text(id, key);
	if (*item != NULL)
		json_object_set_new(f->fresh, key, json_true());
	return true;
}

/* Whether this key is known to be the asset's; what is not so any more is
 * forgotten, and searched for. */
static bool
look_up(struct finder *f, json_t *seen, const struct asset_key *k, bool *known)
{
	char *name = asset_key_name(k);
	json_int_t id = name != NULL ? json_integer_value(
	    json_object_get(seen, name)) : 0;
	json_t *item = NULL, *had;
	bool ok = true;
	size_t i;

	*known = false;
	json_array_foreach(f->match->items, i, had)
		if (id > 0 && item_id(had) == id)
			item = json_incref(had);
	if (id > 0 && item == NULL)
		ok = ask(f, id, &item);
	if (item != NULL && weigh_holds(k, f->model, item) &&
	    match_verify(f->model, f->asset, item) != NULL) {
		*known = true;
		if (!is_hit(f->match, id))
			json_array_append(f->match->items, item);
	}
	if (ok && id > 0 && !*known)
		json_object_del(seen, name);
	json_decref(item);
	free(name);
	return ok;
}

/* --- searching -------------------------------------------------------------------- */

/* A hit whose fields cannot be told apart is looked at by its number. */
static bool
check_hit(struct finder *f, json_t *item)
{
	bool is = match_verify(f->model, f->asset, item) != NULL;
	json_t *whole = NULL;

	if (is_hit(f->match, item_id(item)))
		return true;
	if ((f->whole || !is) && !model_reads(f->model, item)) {
		if (!ask(f, item_id(item), &whole))
			return false;
		item = whole;
		is = match_verify(f->model, f->asset, item) != NULL;
	}
	if (is)
		json_array_append(f->match->items, item);
	json_decref(whole);
	return true;
}

static bool
too_long(struct finder *f)
{
	*f->fate = (struct fate){ HTTP_FINAL, false, -1 };
	return fail(f->e, ERR_JIRA_REJECTED, "the query would be too long");
}

/* As many of the n keys as one query holds: *n. */
static bool
search_batch(struct finder *f, const struct asset_key *const *keys, size_t *n)
{
	struct wr w = wr_new(NQL_QUERY_MAX);
	json_t *hits = NULL, *item;
	bool ok = false;
	char id[24];
	size_t i;

	nql_match(&w, f->model->display, keys, *n);
	while (wr_cstr(&w) == NULL && *n > 1) {
		wr_free(&w);
		w = wr_new(NQL_QUERY_MAX);
		*n /= 2;
		nql_match(&w, f->model->display, keys, *n);
	}
	if (wr_cstr(&w) == NULL) {
		ok = too_long(f);
		goto out;
	}
	hits = tracker_search(f->tracker, wr_cstr(&w), f->fate, f->by, f->e);
	if (hits == NULL)
		goto out;
	ok = true;
	json_array_foreach(hits, i, item)
		ok = ok && check_hit(f, item);
	if (ok && json_array_size(hits) == 1) {
		id_text(item_id(json_array_get(hits, 0)), id);
		json_object_set_new(f->alone, id, json_string(wr_cstr(&w)));
	}
out:
	json_decref(hits);
	wr_free(&w);
	return ok;
}

/* The usable keys of that strength, but for those that are known. */
static bool
search(struct finder *f, json_t *seen, bool weak)
{
	const struct asset *a = f->asset;
	const struct asset_key **keys = calloc(a->nkeys + 1, sizeof(*keys));
	bool ok = true, known;
	size_t n = 0, some;

	if (keys == NULL)
		return fail(f->e, ERR_MEMORY, "no memory for a search");
	for (size_t i = 0; ok && i < a->nkeys; i++) {
		if (a->keys[i].weak != weak || !usable(&a->keys[i], f->model))
			continue;
		ok = look_up(f, seen, &a->keys[i], &known);
		if (!known)
			keys[n++] = &a->keys[i];
	}
	for (size_t k = 0; ok && k < n; k += some) {
		some = n - k < BATCH ? n - k : BATCH;
		ok = search_batch(f, keys + k, &some);
	}
	free(keys);
	return ok;
}

static bool
decide(struct finder *f)
{
	struct match *m = f->match;

	weighed_free(&m->weighed);
	return weigh(&m->weighed, f->asset, f->model, m->items) ||
	    fail(f->e, ERR_MEMORY, "no memory for a search");
}

static void
name_match(struct finder *f)
{
	struct match *m = f->match;
	const struct asset_key *key;
	const char *query;
	char id[24];

	if (m->weighed.verdict != VERDICT_MATCH)
		return;
	m->item = json_array_get(m->items, m->weighed.winner);
	id_text(item_id(m->item), id);
	m->fresh = json_object_get(f->fresh, id) != NULL;
	query = json_string_value(json_object_get(f->alone, id));
	m->query = query != NULL ? strdup(query) : NULL;
	key = match_verify(f->model, f->asset, m->item);
	if (key != NULL && asprintf(&m->by, "%s=%s", key->field, key->value) < 0)
		m->by = NULL;
}

bool
match_find(struct match *m, struct tracker *t, const struct model *model,
    const struct asset *a, json_t *seen, struct fate *fate,
    struct deadline by, struct err *e)
{
	struct finder f = { m, t, model, a, fate, by, e,
		weigh_needs_whole(a, model), json_object(), json_object() };
	bool ok;

	*m = (struct match){ .items = json_array() };
	*fate = (struct fate){ HTTP_RETRY, false, -1 };
	ok = search(&f, seen, false) && decide(&f);
	if (ok && m->weighed.verdict == VERDICT_NONE)
		ok = search(&f, seen, true) && decide(&f);
	if (ok)
		name_match(&f);
	json_decref(f.fresh);
	json_decref(f.alone);
	if (!ok)
		fail_at(e, STAGE_SEARCH);
	return ok;
}

void
match_free(struct match *m)
{
	json_decref(m->items);
	weighed_free(&m->weighed);
	free(m->query);
	free(m->by);
	memset(m, 0, sizeof(*m));
}
