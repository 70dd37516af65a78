/* model.h: what Asset Tracker knows about one asset type: its display name and
 * its fields.  Read once per scan from itemtype, itemtypefield and fieldtype.
 */
#ifndef JIRA_MODEL_H
#define JIRA_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

enum template {
#define TEMPLATE(id, name, kind, max) TPL_##id,
#include "helper/jira/templates.def"
#undef TEMPLATE
	TPL_COUNT
};
/* How a template's values are written and compared. */
enum value_kind { VALUE_LINE, VALUE_AREA, VALUE_INTEGER, VALUE_DOUBLE, VALUE_DATE,
	VALUE_CHECKBOX, VALUE_ONE_OF, VALUE_SOME_OF, VALUE_NEVER };

struct model_field {
	char *name;		/* dotted */
	char *title;		/* the label on this asset type; NULL: not told */
	int64_t def_id, type_id;	/* 0: not told */
	enum template tpl;
	bool tpl_known;
	json_t *allowed;	/* array of text; NULL: anything */
};
struct model {
	char *type;		/* as asked for: dotted name or number */
	char *display;		/* "Computer" */
	struct model_field *fields;
	size_t nfields;
};

/* From the answer of itemtype/{type}; fields may be missing there. */
struct model *model_new(const char *type, const json_t *itemtype, struct err *) CHECKED;
void          model_free(struct model *);
/* Adds field definitions (itemtypefield's answer); knows no field twice. */
bool model_add_fields(struct model *, const json_t *defs, struct err *) CHECKED;
/* Fills in templates and allowed values from fieldtype's answer. */
void model_add_templates(struct model *, const json_t *fieldtypes);
bool model_lacks_templates(const struct model *);

const struct model_field *model_field(const struct model *, const char *name);
enum value_kind model_kind(const struct model_field *);
size_t          model_max(const struct model_field *);	/* longest value, octets */

/* The values of a field in an asset as search or item/{id} gives it: found by
 * the field's dotted name, its definition's number or its title.  NULL: the
 * asset does not show it. */
const json_t *model_values(const struct model *, const struct model_field *,
    const json_t *item);
/* True when every field of the asset says which it is, so that a field that is
 * not there is empty; false: ask for item/{id}. */
bool model_reads(const struct model *, const json_t *item) CHECKED;

#endif
