#include "helper/jira/model.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX  4096
#define ALLOWED_MAX 4096

static const struct { const char *name; enum value_kind kind; size_t max; } templates[] = {
#define TEMPLATE(id, name, kind, max) { name, VALUE_##kind, max },
#include "helper/jira/templates.def"
#undef TEMPLATE
};

static const char *
member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static int64_t
number(const json_t *o, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(o, name));
}

/* --- reading ------------------------------------------------------------------ */

static void
learn_template(struct model_field *f, const json_t *type)
{
	const char *tpl = member(type, "templateName");
	json_t *allowed = json_object_get(type, "allowedValues");

	for (unsigned i = 0; tpl != NULL && i < TPL_COUNT; i++)
		if (strcmp(tpl, templates[i].name) == 0) {
			f->tpl = (enum template)i;
			f->tpl_known = true;
		}
	if (json_is_array(allowed) && json_array_size(allowed) > 0 &&
	    json_array_size(allowed) <= ALLOWED_MAX) {
		json_decref(f->allowed);
		f->allowed = json_incref(allowed);
	}
}

static bool
add_field(struct model *m, const json_t *def)
{
	const json_t *type = json_object_get(def, "type");
	const char *name = member(type, "name"), *title = member(def, "title");
	struct model_field *f;

	if (title == NULL)
		title = member(type, "defaultTitle");
	if (name == NULL || name[0] == '\0' || model_field(m, name) != NULL)
		return true;
	if (m->nfields == FIELDS_MAX)
		return false;
	f = &m->fields[m->nfields];
	*f = (struct model_field){ .name = strdup(name),
		.title = title != NULL ? strdup(title) : NULL,
		.def_id = number(def, "id"), .type_id = number(type, "id") };
	if (f->name == NULL)
		return false;
	m->nfields++;
	learn_template(f, type);
	return true;
}

bool
model_add_fields(struct model *m, const json_t *defs, struct err *e)
{
	size_t n = json_array_size(defs);
	struct model_field *more;

	if (n > FIELDS_MAX)
		return fail(e, ERR_JIRA_NOT_JSON, "the asset type has %zu fields", n);
	more = realloc(m->fields, (m->nfields + n + 1) * sizeof(*more));
	if (more == NULL)
		return fail(e, ERR_MEMORY, "no memory for the asset type");
	m->fields = more;
	for (size_t i = 0; i < n; i++)
		if (!add_field(m, json_array_get(defs, i)))
			return fail(e, ERR_JIRA_NOT_JSON,
			    "the asset type has too many fields");
	return true;
}

struct model *
model_new(const char *type, const json_t *itemtype, struct err *e)
{
	const char *display = member(itemtype, "name");
	struct model *m;

	if (display == NULL || display[0] == '\0') {
		fail(e, ERR_JIRA_NOT_JSON, "the answer is no asset type");
		return NULL;
	}
	if ((m = calloc(1, sizeof(*m))) == NULL ||
	    (m->type = strdup(type)) == NULL ||
	    (m->display = strdup(display)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for the asset type");
	} else if (model_add_fields(m, json_object_get(itemtype, "fields"), e)) {
		return m;
	}
	model_free(m);
	return NULL;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->nfields; i++) {
		free(m->fields[i].name);
		free(m->fields[i].title);
		json_decref(m->fields[i].allowed);
	}
	free(m->fields);
	free(m->type);
	free(m->display);
	free(m);
}

bool
model_lacks_templates(const struct model *m)
{
	for (size_t i = 0; i < m->nfields; i++)
		if (!m->fields[i].tpl_known || ((m->fields[i].tpl ==
		    TPL_SINGLESEL || m->fields[i].tpl == TPL_MULTISEL) &&
		    m->fields[i].allowed == NULL))
			return true;
	return false;
}

void
model_add_templates(struct model *m, const json_t *fieldtypes)
{
	const json_t *type;
	const char *name;
	size_t i;

	json_array_foreach(fieldtypes, i, type) {
		if ((name = member(type, "name")) == NULL)
			continue;
		for (size_t k = 0; k < m->nfields; k++)
			if (strcmp(m->fields[k].name, name) == 0)
				learn_template(&m->fields[k], type);
	}
}

const struct model_field *
model_field(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->nfields; i++)
		if (strcmp(m->fields[i].name, name) == 0)
			return &m->fields[i];
	return NULL;
}

/* An unknown template takes text lines, the most harmless guess. */
enum value_kind
model_kind(const struct model_field *f)
{
	return f->tpl_known ? templates[f->tpl].kind : VALUE_AREA;
}

size_t
model_max(const struct model_field *f)
{
	return f->tpl_known ? templates[f->tpl].max : 255;
}

/* --- an asset's fields -------------------------------------------------------------- */

static const struct model_field *
by_title(const struct model *m, const char *title)
{
	const struct model_field *found = NULL;

	for (size_t i = 0; i < m->nfields; i++)
		if (m->fields[i].title != NULL &&
		    strcmp(m->fields[i].title, title) == 0) {
			if (found != NULL)
				return NULL;	/* two with one label */
			found = &m->fields[i];
		}
	return found;
}

static const struct model_field *
by_number(const struct model *m, int64_t def)
{
	for (size_t i = 0; def != 0 && i < m->nfields; i++)
		if (m->fields[i].def_id == def)
			return &m->fields[i];
	return NULL;
}

/* Which field of the type this one of an asset is. */
static const struct model_field *
which(const struct model *m, const json_t *field)
{
	const json_t *def = json_object_get(field, "def");
	const char *name = member(json_object_get(def, "type"), "name");
	const char *title = member(field, "title");
	const struct model_field *f;

	if (name != NULL)
		return model_field(m, name);
	if ((f = by_number(m, number(def, "id"))) != NULL)
		return f;
	if (title == NULL)
		title = member(def, "title");
	return title != NULL ? by_title(m, title) : NULL;
}

const json_t *
model_values(const struct model *m, const struct model_field *f,
    const json_t *item)
{
	const json_t *fields = json_object_get(item, "fields"), *field;
	size_t i;

	json_array_foreach(fields, i, field)
		if (which(m, field) == f)
			return json_object_get(field, "values");
	return NULL;
}

bool
model_reads(const struct model *m, const json_t *item)
{
	const json_t *fields = json_object_get(item, "fields"), *field;
	size_t i;

	if (!json_is_array(fields))
		return false;
	json_array_foreach(fields, i, field)
		if (which(m, field) == NULL && member(json_object_get(
		    json_object_get(field, "def"), "type"), "name") == NULL)
			return false;
	return true;
}
