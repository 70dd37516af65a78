#include "helper/jira/tracker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"

#define REST      "/rest/com-spartez-ephor/1.0"
#define PAGE      100
#define HITS_MAX  1000
#define MODELS    16
#define FOLDERS   16

struct tracker {
	struct http *http;
	struct model *models[MODELS];
	size_t nmodels;
	char *folders[FOLDERS];		/* seen to be there */
	size_t nfolders;
};

struct tracker *
tracker_new(const struct jira_target *target, struct err *e)
{
	struct tracker *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		fail(e, ERR_MEMORY, "no memory for Asset Tracker");
		return NULL;
	}
	if ((t->http = http_new(target, e)) != NULL)
		return t;
	tracker_free(t);
	return NULL;
}

void
tracker_free(struct tracker *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->nmodels; i++)
		model_free(t->models[i]);
	for (size_t i = 0; i < t->nfolders; i++)
		free(t->folders[i]);
	http_free(t->http);
	free(t);
}

const char *
tracker_base(const struct tracker *t)
{
	return http_url(t->http)->text;
}

/* One call: path is made of `fmt`, body NULL makes it a GET. */
static bool
call(struct tracker *t, const char *path, const json_t *body, json_t **answer,
    struct fate *fate, struct deadline by, struct err *e)
{
	struct http_request r = { body != NULL ? "POST" : "GET", path, body };

	return http_call(t->http, &r, answer, fate, by, e);
}

/* prefix + encoded + suffix */
static bool
call_named(struct tracker *t, const char *prefix, const char *name,
    const json_t *body, json_t **answer, struct fate *fate,
    struct deadline by, struct err *e)
{
	struct wr w = wr_new(24u << 10);
	bool ok;

	wr_str(&w, prefix);
	weburl_encode(&w, name);
	if (wr_cstr(&w) == NULL) {
		*fate = (struct fate){ HTTP_FINAL, false, -1 };
		ok = fail(e, ERR_JIRA_REJECTED, "the name or query is too long");
	} else {
		ok = call(t, wr_cstr(&w), body, answer, fate, by, e);
	}
	wr_free(&w);
	return ok;
}

/* The answer must be of that kind; what else is there is no Asset Tracker. */
static json_t *
expect(json_t *answer, bool right, const char *what, struct fate *fate,
    struct err *e)
{
	if (right)
		return answer;
	json_decref(answer);
	*fate = (struct fate){ HTTP_RETRY, true, -1 };
	fail(e, ERR_JIRA_NOT_JSON, "the answer is no %s", what);
	return NULL;
}

json_t *
tracker_myself(struct tracker *t, struct fate *fate, struct deadline by,
    struct err *e)
{
	json_t *a = NULL;

	if (!call(t, "/rest/api/2/myself", NULL, &a, fate, by, e))
		return NULL;
	return expect(a, json_is_string(json_object_get(a, "name")) ||
	    json_is_string(json_object_get(a, "displayName")), "user", fate, e);
}

json_t *
tracker_server(struct tracker *t, struct fate *fate, struct deadline by,
    struct err *e)
{
	json_t *a = NULL;

	if (!call(t, "/rest/api/2/serverInfo", NULL, &a, fate, by, e))
		return NULL;
	return expect(a, json_is_string(json_object_get(a, "version")),
	    "server description", fate, e);
}

/* --- asset types --------------------------------------------------------------- */

/* Fields and templates that the type's own answer left out. */
static bool
complete(struct tracker *t, struct model *m, struct fate *fate,
    struct deadline by, struct err *e)
{
	struct err ignored = { .code = ERR_NONE };
	json_t *a = NULL;
	bool ok;

	if (m->nfields == 0) {
		if (!call_named(t, REST "/itemtypefield/", m->type, NULL, &a,
		    fate, by, e))
			return false;
		ok = model_add_fields(m, a, e);
		json_decref(a);
		if (!ok)
			return false;
		if (m->nfields == 0) {
			*fate = (struct fate){ HTTP_FINAL, false, -1 };
			return fail(e, ERR_JIRA_NOT_FOUND,
			    "asset type %s has no fields", m->type);
		}
	}
	/* Without templates values are compared as text; that is no failure,
	 * but a Jira that went away meanwhile is. */
	a = NULL;
	if (model_lacks_templates(m)) {
		if (call(t, REST "/fieldtype", NULL, &a, fate, by, &ignored))
			model_add_templates(m, a);
		else if (fate->act != HTTP_FINAL)
			return fail_native(e, ignored.code, ignored.native,
			    "%s", ignored.text);
		json_decref(a);
	}
	return true;
}

const struct model *
tracker_model(struct tracker *t, const char *type, struct fate *fate,
    struct deadline by, struct err *e)
{
	struct model *m = NULL;
	json_t *a = NULL;

	for (size_t i = 0; i < t->nmodels; i++)
		if (strcmp(t->models[i]->type, type) == 0)
			return t->models[i];
	if (t->nmodels == MODELS) {
		*fate = (struct fate){ HTTP_FINAL, false, -1 };
		fail(e, ERR_LIMIT, "more than %d asset types", MODELS);
		return NULL;
	}
	if (!call_named(t, REST "/itemtype/", type, NULL, &a, fate, by, e)) {
		fail_in(e, "asset type %s", type);
		return NULL;
	}
	*fate = (struct fate){ HTTP_RETRY, false, -1 };
	m = model_new(type, a, e);
	json_decref(a);
	if (m != NULL && complete(t, m, fate, by, e)) {
		t->models[t->nmodels++] = m;
		return m;
	}
	model_free(m);
	fail_in(e, "asset type %s", type);
	return NULL;
}

/* --- folders -------------------------------------------------------------------- */

static bool
is_number(const char *s)
{
	return s[0] != '\0' && strspn(s, "0123456789") == strlen(s);
}

static const json_t *
subfolder(const json_t *folder, const char *name, size_t n)
{
	const json_t *list = json_object_get(folder, "subcategories"), *sub;
	size_t i;

	json_array_foreach(list, i, sub) {
		const char *has = json_string_value(json_object_get(sub, "name"));

		if (has != NULL && strlen(has) == n && strncmp(has, name, n) == 0)
			return sub;
	}
	return NULL;
}

static bool
has_number(const json_t *folder, int64_t id)
{
	const json_t *sub;
	size_t i;

	if (json_integer_value(json_object_get(folder, "id")) == id)
		return true;
	json_array_foreach(json_object_get(folder, "subcategories"), i, sub)
		if (has_number(sub, id))	/* as deep as http_json() allows */
			return true;
	return false;
}

/* Walks the path; names the first part that is not there. */
static bool
walk(const json_t *root, const char *path, struct err *e)
{
	const json_t *at = root;
	size_t n;

	for (const char *p = path; *p != '\0'; p += n) {
		p += strspn(p, "/");
		if ((n = strcspn(p, "/")) == 0)
			break;
		if ((at = subfolder(at, p, n)) == NULL) {
			fail(e, ERR_JIRA_NOT_FOUND, "there is no folder \"%.*s\" "
			    "(of %s) in Asset Tracker", (int)n, p, path);
			return fail_hint(e, "Make the folder in Asset Tracker, or "
			    "correct the profile's folder.");
		}
	}
	return true;
}

bool
tracker_folder(struct tracker *t, const char *folder, struct fate *fate,
    struct deadline by, struct err *e)
{
	json_t *root = NULL;
	bool ok;

	for (size_t i = 0; i < t->nfolders; i++)
		if (strcmp(t->folders[i], folder) == 0)
			return true;
	if (!call(t, REST "/category?recursive=true", NULL, &root, fate, by, e))
		return fail_in(e, "the folders");
	if ((root = expect(root, json_is_object(root), "folder", fate, e)) == NULL)
		return false;
	*fate = (struct fate){ HTTP_FINAL, false, -1 };
	ok = is_number(folder) && has_number(root, strtoll(folder, NULL, 10));
	ok = ok || walk(root, folder, e);
	json_decref(root);
	if (ok && t->nfolders < FOLDERS &&
	    (t->folders[t->nfolders] = strdup(folder)) != NULL)
		t->nfolders++;
	return ok;
}

/* --- assets ------------------------------------------------------------------------ */

/* Adds hits that are not there yet: pages may overlap when assets change
 * meanwhile.  Gives how many were new. */
static size_t
add_hits(json_t *all, const json_t *page)
{
	json_t *item, *had;
	size_t i, k, added = 0;

	json_array_foreach(page, i, item) {
		json_int_t id = json_integer_value(json_object_get(item, "id"));
		bool twice = false;

		json_array_foreach(all, k, had)
			twice |= json_integer_value(
			    json_object_get(had, "id")) == id;
		if (id > 0 && !twice && json_array_append(all, item) == 0)
			added++;
	}
	return added;
}

json_t *
tracker_search(struct tracker *t, const char *query, struct fate *fate,
    struct deadline by, struct err *e)
{
	json_t *all = json_array(), *page = NULL, *items;
	char prefix[128];
	size_t offset = 0, n;

	do {
		page = NULL;
		snprintf(prefix, sizeof(prefix), REST
		    "/search?maxcount=%d&offset=%zu&query=", PAGE, offset);
		if (!call_named(t, prefix, query, NULL, &page, fate, by, e))
			goto bad;
		items = json_object_get(page, "items");
		if (!json_is_array(items)) {
			(void)expect(NULL, false, "search result", fate, e);
			goto bad;
		}
		n = json_array_size(items);
		offset += n;
		if (add_hits(all, items) == 0)
			n = 0;	/* a server that ignores the offset */
		json_decref(page);
	} while (n >= PAGE && json_array_size(all) < HITS_MAX);
	return all;
bad:
	json_decref(page);
	json_decref(all);
	return NULL;
}

json_t *
tracker_item(struct tracker *t, int64_t id, struct fate *fate,
    struct deadline by, struct err *e)
{
	char path[96];
	json_t *a = NULL;

	snprintf(path, sizeof(path), REST "/item/%lld", (long long)id);
	if (!call(t, path, NULL, &a, fate, by, e))
		return NULL;
	return expect(a, json_integer_value(json_object_get(a, "id")) == id &&
	    json_is_array(json_object_get(a, "fields")), "asset", fate, e);
}

/* The new asset's number, also when it comes as text. */
static int64_t
id_of(const json_t *item)
{
	const json_t *id = json_object_get(item, "id");
	int64_t n = (int64_t)json_integer_value(id);

	if (json_is_string(id) && !text_i64(json_string_value(id), &n))
		n = 0;
	return n > 0 ? n : 0;
}

bool
tracker_create(struct tracker *t, const char *type, const char *folder,
    const json_t *fields, int64_t *id, json_t **made, struct fate *fate,
    struct deadline by, struct err *e)
{
	json_t *body = json_pack("{s:s, s:s, s:O}", "typeName", type,
	    "categoryName", folder + strspn(folder, "/"), "fields", fields);
	json_t *a = NULL;
	bool ok;

	*id = 0;
	*made = NULL;
	*fate = (struct fate){ HTTP_RETRY, false, -1 };
	if (body == NULL)
		return fail(e, ERR_INTERNAL, "an asset that is no JSON");
	ok = call(t, REST "/item", body, &a, fate, by, e);
	if (ok)
		*id = id_of(a);
	if (ok && json_is_array(json_object_get(a, "fields")))
		*made = json_incref(a);
	json_decref(body);
	json_decref(a);
	return ok;
}

bool
tracker_update(struct tracker *t, const char *query, const json_t *fields,
    struct fate *fate, struct deadline by, struct err *e)
{
	return call_named(t, REST "/item/addorupdate?unique=true&matchingQuery=",
	    query, fields, NULL, fate, by, e);
}

bool
tracker_set_field(struct tracker *t, int64_t id, const json_t *field,
    struct fate *fate, struct deadline by, struct err *e)
{
	char prefix[96];

	snprintf(prefix, sizeof(prefix), REST "/item/%lld/field/",
	    (long long)id);
	return call_named(t, prefix, json_string_value(json_object_get(field,
	    "typeName")), json_object_get(field, "values"), NULL, fate, by, e);
}

char *
tracker_item_url(const char *base, int64_t id)
{
	char *url = NULL;

	if (asprintf(&url, "%s/plugins/servlet/com.spartez.ephor/item/%lld",
	    base, (long long)id) < 0)
		return NULL;
	return url;
}
