#include "helper/jira/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/jira/asset.h"
#include "helper/jira/compare.h"
#include "helper/jira/mactext.h"
#include "helper/jira/nql.h"

#define BATCH 16		/* keys in one query */

struct finder {
	struct tracker *tracker;
	const struct model *model;
	const struct asset *asset;
	struct fate *fate;
	struct deadline by;
	struct err *e;
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

/* One line, or one piece between commas, is the value. */
static bool
holds_text(const char *text, const char *value)
{
	size_t n, len = strlen(value);

	for (; *text != '\0'; text += n) {
		text += strspn(text, "\r\n\t,; ");
		n = strcspn(text, "\r\n,;");
		while (n > 0 && text[n - 1] == ' ')
			n--;
		if (n == len && strncasecmp(text, value, n) == 0)
			return true;
		if (n == 0 && *text != '\0')
			n = 1;
	}
	return false;
}

static bool
holds(const struct asset_key *k, const json_t *values)
{
	char *value = asset_key_canonical(k), *text = compare_text(values, "\n");
	bool yes = false;

	if (value != NULL && text != NULL)
		yes = k->kind == ASSET_KEY_MAC ? mac_in(text, value) :
		    holds_text(text, value);
	free(value);
	free(text);
	return yes;
}

const struct asset_key *
match_verify(const struct model *m, const struct asset *a, const json_t *item)
{
	const char *type = json_string_value(json_object_get(item, "typeName"));

	if (type != NULL && strcmp(type, m->display) != 0)
		return NULL;
	for (size_t i = 0; i < a->nkeys; i++) {
		const struct model_field *f = model_field(m, a->keys[i].field);

		if (f != NULL && holds(&a->keys[i], model_values(m, f, item)))
			return &a->keys[i];
	}
	return NULL;
}

/* --- searching -------------------------------------------------------------------- */

static int64_t
item_id(const json_t *item)
{
	return (int64_t)json_integer_value(json_object_get(item, "id"));
}

static void
add_hit(struct match *m, json_t *item, const struct asset_key *key)
{
	json_t *had;
	size_t i;

	json_array_foreach(m->items, i, had)
		if (item_id(had) == item_id(item))
			return;
	if (m->by == NULL && asprintf(&m->by, "%s=%s", key->field, key->value) < 0)
		m->by = NULL;
	json_array_append(m->items, item);
}

/* A hit whose fields cannot be told apart is looked at by its number. */
static bool
check_hit(struct finder *f, struct match *m, json_t *item)
{
	const struct asset_key *key = match_verify(f->model, f->asset, item);
	json_t *whole = NULL;

	if (key == NULL && !model_reads(f->model, item)) {
		whole = tracker_item(f->tracker, item_id(item), f->fate, f->by,
		    f->e);
		if (whole == NULL && f->e->code != ERR_JIRA_NOT_FOUND)
			return false;
		err_clear(f->e);
		key = match_verify(f->model, f->asset, whole);
	}
	if (key != NULL)
		add_hit(m, whole != NULL ? whole : item, key);
	json_decref(whole);
	return true;
}

static bool
search_batch(struct finder *f, struct match *m,
    const struct asset_key *const *keys, size_t n)
{
	struct wr w = wr_new(NQL_QUERY_MAX);
	json_t *hits = NULL, *item;
	bool ok = false;
	size_t i, before = json_array_size(m->items);

	nql_match(&w, f->model->display, keys, n);
	if (wr_cstr(&w) == NULL) {
		*f->fate = (struct fate){ HTTP_FINAL, false, -1 };
		fail(f->e, ERR_JIRA_REJECTED, "the query would be too long");
		goto out;
	}
	hits = tracker_search(f->tracker, wr_cstr(&w), f->fate, f->by, f->e);
	if (hits == NULL)
		goto out;
	ok = true;
	json_array_foreach(hits, i, item)
		ok = ok && check_hit(f, m, item);
	if (ok && json_array_size(m->items) > before && m->query == NULL) {
		m->sole = json_array_size(hits) == 1;
		m->query = wr_give(&w);
	}
out:
	json_decref(hits);
	wr_free(&w);
	return ok;
}

/* The usable keys from `at` on that have the same field and kind. */
static size_t
next_group(const struct finder *f, size_t at, const struct asset_key **keys)
{
	const struct asset *a = f->asset;
	const struct asset_key *first = &a->keys[at];
	size_t n = 0;

	for (size_t i = at; i < a->nkeys; i++)
		if (a->keys[i].kind == first->kind &&
		    strcmp(a->keys[i].field, first->field) == 0 &&
		    usable(&a->keys[i], f->model))
			keys[n++] = &a->keys[i];
	return n;
}

/* True when an earlier key opened the group of this one. */
static bool
was_asked(const struct asset *a, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (a->keys[i].kind == a->keys[at].kind &&
		    strcmp(a->keys[i].field, a->keys[at].field) == 0)
			return true;
	return false;
}

/* --- by number ---------------------------------------------------------------------- */

static bool
find_seen(struct finder *f, struct match *m, json_t *seen, bool *found)
{
	*found = false;
	for (size_t i = 0; seen != NULL && i < f->asset->nkeys && !*found; i++) {
		char *name = asset_key_name(&f->asset->keys[i]);
		json_int_t id = name != NULL ? json_integer_value(
		    json_object_get(seen, name)) : 0;
		const struct asset_key *key;
		json_t *item = NULL;

		if (id > 0 && (item = tracker_item(f->tracker, (int64_t)id,
		    f->fate, f->by, f->e)) != NULL) {
			key = match_verify(f->model, f->asset, item);
			if ((*found = key != NULL))
				add_hit(m, item, key);
		}
		json_decref(item);
		if (id > 0 && f->e->code == ERR_JIRA_NOT_FOUND)
			err_clear(f->e);	/* somebody deleted it */
		if (id > 0 && !*found && f->e->code == ERR_NONE)
			json_object_del(seen, name);
		free(name);
		if (f->e->code != ERR_NONE)
			return false;
	}
	return true;
}

bool
match_find(struct match *m, struct tracker *t, const struct model *model,
    const struct asset *a, json_t *seen, struct fate *fate,
    struct deadline by, struct err *e)
{
	struct finder f = { t, model, a, fate, by, e };
	const struct asset_key **keys;
	bool ok, found;
	size_t n;

	*m = (struct match){ .items = json_array() };
	*fate = (struct fate){ HTTP_RETRY, false, -1 };
	if ((keys = calloc(a->nkeys + 1, sizeof(*keys))) == NULL)
		return fail(e, ERR_MEMORY, "no memory for a search");
	ok = find_seen(&f, m, seen, &found);
	for (size_t i = 0; ok && json_array_size(m->items) == 0 &&
	    i < a->nkeys; i++) {
		if (was_asked(a, i))
			continue;
		n = next_group(&f, i, keys);
		for (size_t k = 0; ok && k < n; k += BATCH)
			ok = search_batch(&f, m, keys + k,
			    n - k < BATCH ? n - k : BATCH);
	}
	free(keys);
	if (!ok)
		fail_at(e, STAGE_SEARCH);
	return ok;
}

void
match_free(struct match *m)
{
	json_decref(m->items);
	free(m->query);
	free(m->by);
	memset(m, 0, sizeof(*m));
}
