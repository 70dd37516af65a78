/* probe_wmi_query.c: rows of somebody's own WQL as JSON. */
#include <stdio.h>

#include "helper/scan/probe_wmi.h"
#include "helper/scan/protocols.h"

#define NESTING_MAX 8

static json_t *row_json(const struct wmi_row *, unsigned depth);

/* 64-bit integers are text: JSON's readers keep 53 bits. */
static json_t *
scalar_json(const struct wmi_value *v, unsigned depth)
{
	char text[24];

	switch (v->type) {
	case WMI_SINT8: case WMI_SINT16: case WMI_SINT32:
		return json_integer(v->i);
	case WMI_UINT8: case WMI_UINT16: case WMI_UINT32: case WMI_CHAR16:
		return json_integer((json_int_t)v->u);
	case WMI_SINT64:
		snprintf(text, sizeof(text), "%lld", (long long)v->i);
		return json_string(text);
	case WMI_UINT64:
		snprintf(text, sizeof(text), "%llu", (unsigned long long)v->u);
		return json_string(text);
	case WMI_REAL32: case WMI_REAL64:
		return json_real(v->d);		/* NULL: not a number */
	case WMI_BOOLEAN:
		return json_boolean(v->b);
	case WMI_STRING: case WMI_DATETIME: case WMI_REFERENCE:
		return json_stringn(v->text.s, v->text.len);
	case WMI_OBJECT:
		return depth < NESTING_MAX ? row_json(v->object, depth + 1) :
		    NULL;
	case WMI_EMPTY:
		break;
	}
	return NULL;
}

static json_t *
value_json(const struct wmi_value *v, unsigned depth)
{
	json_t *out = NULL, *list;

	if (v->is_null)
		return json_null();
	if (!v->is_array) {
		out = scalar_json(v, depth);
		return out != NULL ? out : json_null();
	}
	list = json_array();
	for (size_t i = 0; list != NULL && i < v->list.n; i++)
		json_array_append_new(list, value_json(&v->list.v[i], depth));
	return list != NULL ? list : json_null();
}

static json_t *
row_json(const struct wmi_row *row, unsigned depth)
{
	json_t *out = json_object();
	const struct wmi_value *v;

	if (depth > 0)
		json_object_set_new(out, "__CLASS", json_string(wmi_class(row)));
	for (size_t i = 0; out != NULL && i < wmi_columns(row); i++) {
		const char *name = wmi_column(row, i, &v);

		json_object_set_new(out, name, value_json(v, depth));
	}
	return out;
}

json_t *
wmi_value_json(const struct wmi_value *v)
{
	return value_json(v, 0);
}

static bool
rows(struct wmi *wmi, struct query *q, struct deadline by, struct err *e)
{
	struct wmi_query *running;
	const struct wmi_row *row;
	json_t *v;
	bool ok;

	running = wmi_query(wmi, q->ns != NULL ? q->ns : "root\\cimv2", q->text,
	    by, e);
	ok = running != NULL;
	while (ok && (ok = wmi_next(running, &row, by, e)) && row != NULL) {
		v = row_json(row, 0);
		if (v == NULL)
			ok = fail(e, ERR_MEMORY, "no memory for a row");
		else if (!q->row(q->ctx, v))
			break;
	}
	wmi_query_close(running);
	if (!ok)
		wmi_suggest(wmi, q->ns, q->text, by, e);
	return ok;
}

bool
query_wmi(struct wmi *wmi, struct query *q, struct deadline by, struct err *e)
{
	if (!wmi_export(wmi, by, e))
		return false;
	switch (q->what) {
	case QUERY_CLASSES:
		return wmi_list_classes(wmi, q, by, e);
	case QUERY_PROPERTIES:
		return wmi_list_properties(wmi, q, by, e);
	case QUERY_ROWS:
		break;
	}
	return rows(wmi, q, by, e);
}
