/* jira_check.c: jira.check, all that posting needs, asked before a scan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/base/writer.h"
#include "helper/jira/model.h"
#include "helper/jira/poster.h"
#include "helper/jira/tracker.h"

struct check {
	const struct jira_target *target;
	const char *const *fields;
	size_t nfields;
	struct deadline by;
	struct tracker *tracker;
	const struct model *model;
	struct err login;		/* what the first request said about it */
};

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

static bool
check_url(struct check *c, struct wr *detail, struct err *e)
{
	struct fate fate;
	json_t *a;

	if ((c->tracker = tracker_new(c->target, e)) == NULL)
		return false;
	a = tracker_server(c->tracker, &fate, c->by, e);
	if (a == NULL && e->code == ERR_JIRA_LOGIN) {
		/* The URL is right; a second try would count as well. */
		c->login = *e;
		err_clear(e);
		wr_str(detail, "Jira answers");
		return true;
	}
	if (a == NULL)
		return false;
	wr_printf(detail, "Jira %s%s%s", text(a, "version"),
	    text(a, "serverTitle")[0] != '\0' ? ", " : "",
	    text(a, "serverTitle"));
	json_decref(a);
	return true;
}

static bool
check_login(struct check *c, struct wr *detail, struct err *e)
{
	struct fate fate;
	json_t *a;

	if (c->login.code != ERR_NONE) {
		*e = c->login;
		return false;
	}
	if ((a = tracker_myself(c->tracker, &fate, c->by, e)) == NULL)
		return false;
	wr_printf(detail, "logged in as %s", text(a, "name")[0] != '\0' ?
	    text(a, "name") : text(a, "displayName"));
	json_decref(a);
	return true;
}

static bool
check_type(struct check *c, struct wr *detail, struct err *e)
{
	struct fate fate;

	c->model = tracker_model(c->tracker, c->target->asset_type, &fate, c->by,
	    e);
	if (c->model == NULL)
		return false;
	wr_printf(detail, "%s (%s), %zu fields", c->model->display,
	    c->model->type, c->model->nfields);
	return true;
}

static bool
check_folder(struct check *c, struct wr *detail, struct err *e)
{
	struct fate fate;

	wr_str(detail, c->target->folder);
	return tracker_folder(c->tracker, c->target->folder, &fate, c->by, e);
}

/* The type's own field that is meant; NULL: none is near. */
static void
put_lacking(struct wr *w, const struct model *m, const char *name)
{
	struct nearest near = { .wanted = name };

	for (size_t i = 0; i < m->nfields; i++)
		nearest_offer(&near, m->fields[i].name);
	wr_str(w, name);
	if (nearest_name(&near) != NULL)
		wr_printf(w, " (is it %s?)", nearest_name(&near));
}

static bool
check_fields(struct check *c, struct wr *detail, struct err *e)
{
	const struct model_field *f;
	struct wr lacking = wr_new(300);
	size_t n = 0;

	for (size_t i = 0; i < c->nfields; i++)
		if ((f = model_field(c->model, c->fields[i])) == NULL) {
			wr_str(&lacking, n++ > 0 ? ", " : "");
			put_lacking(&lacking, c->model, c->fields[i]);
			lacking.bad = false;	/* a list that is cut says enough */
		} else if (model_kind(f) == VALUE_NEVER) {
			wr_printf(detail, "%s cannot be filled by a scan; ",
			    c->fields[i]);
		}
	wr_printf(detail, "%zu of %zu fields are on the type", c->nfields - n,
	    c->nfields);
	if (n > 0) {
		fail(e, ERR_JIRA_NOT_FOUND, "the asset type lacks %zu mapped "
		    "fields: %s", n, wr_cstr(&lacking) != NULL ?
		    wr_cstr(&lacking) : "");
		fail_hint(e, "Add the fields to the asset type, or take them out "
		    "of the mapping; a scan leaves them out and says so.");
	}
	wr_free(&lacking);
	return n == 0;
}

bool
jira_check(const struct jira_target *t, const char *const *fields,
    size_t nfields, void (*stage)(void *ctx, const char *name, double seconds,
    const char *detail, const struct err *), void *ctx, struct deadline by)
{
	static const struct {
		const char *name;
		bool (*check)(struct check *, struct wr *, struct err *);
	} stages[] = {
		{ "url", check_url }, { "login", check_login },
		{ "type", check_type }, { "folder", check_folder },
		{ "fields", check_fields },
	};
	struct check c = { .target = t, .fields = fields, .nfields = nfields,
		.by = by };
	bool all = true, ok;

	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		struct err e = { .code = ERR_NONE };
		struct wr detail = wr_new(2000);
		int64_t began = now_ns();

		ok = stages[i].check(&c, &detail, &e);
		stage(ctx, stages[i].name, (double)(now_ns() - began) / 1e9,
		    ok && wr_cstr(&detail) != NULL ? wr_cstr(&detail) : NULL,
		    ok ? NULL : &e);
		wr_free(&detail);
		all = all && ok;
		/* A missing folder or type says nothing about the other. */
		if ((!ok && i < 2) ||
		    (stages[i].check == check_folder && c.model == NULL))
			break;
	}
	tracker_free(c.tracker);
	return all;
}
