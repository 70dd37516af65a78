/* probe_wmi_reg_need.c: the registry values that a mapping names itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi_reg.h"

static const struct { const char *name; enum wmi_hive hive; } hives[] = {
	{ "HKLM\\", WMI_HKLM }, { "HKEY_LOCAL_MACHINE\\", WMI_HKLM },
	{ "HKU\\", WMI_HKU }, { "HKEY_USERS\\", WMI_HKU },
	{ "HKCR\\", WMI_HKCR }, { "HKEY_CLASSES_ROOT\\", WMI_HKCR },
	{ "HKCU\\", WMI_HKCU }, { "HKEY_CURRENT_USER\\", WMI_HKCU },
	{ "HKCC\\", WMI_HKCC }, { "HKEY_CURRENT_CONFIG\\", WMI_HKCC },
};

/* "HKLM\SOFTWARE\..." -> hive and the rest; NULL: no hive in front. */
static const char *
key_of(const char *path, enum wmi_hive *hive)
{
	for (size_t i = 0; i < ARRAY_LEN(hives); i++)
		if (strncasecmp(path, hives[i].name,
		    strlen(hives[i].name)) == 0) {
			*hive = hives[i].hive;
			return path + strlen(hives[i].name);
		}
	return NULL;
}

/* A value is read by the method of its type, which EnumValues tells. */
static bool
kind_in(const struct wmi_reg_read *values, const char *name,
    enum wmi_reg_kind *kind)
{
	const struct wmi_value *v = values->value, *t = values->types;

	if (!wmi_reg_came(values) || !v->is_array || t == NULL || t->is_null ||
	    !t->is_array)
		return false;
	for (size_t i = 0; i < v->list.n && i < t->list.n; i++)
		if (!v->list.v[i].is_null && !t->list.v[i].is_null &&
		    v->list.v[i].type == WMI_STRING &&
		    strcasecmp(v->list.v[i].text.s, name) == 0)
			return wmi_reg_kind_of((uint32_t)t->list.v[i].i, kind);
	return false;
}

static void
take_need(const struct reading *g, const struct map_need *need,
    const struct wmi_reg_read *read)
{
	struct fact_row *row;
	char dotted[700];

	if (!wmi_reg_came(read)) {
		snprintf(dotted, sizeof(dotted), "registry.%.500s%s%.120s",
		    need->what, need->property != NULL ? "." : "",
		    need->property != NULL ? need->property : "");
		win_reg_refused(g->facts, dotted, read->status != 0 ?
		    read->status : WMI_REG_NOT_FOUND,
		    wmi_status_name(read->status));
		return;
	}
	row = facts_row(g->facts, "registry");
	fact_str(row, "path", need->what);
	fact_str(row, "value", need->property);
	wmi_value_fact(row, "text", read->value);
}

struct wanted {
	const struct map_need **need;
	struct wmi_reg_read *values, *reads;
	size_t n;
};

static bool
read_wanted(const struct reading *g, struct wanted *w, struct err *e)
{
	bool ok = wmi_reg_read(g->reg, w->values, w->n, g->by, e);
	size_t n = 0;

	/* only what is there is read; the others keep their status */
	for (size_t i = 0; ok && i < w->n; i++) {
		const char *name = w->need[i]->property != NULL ?
		    w->need[i]->property : "";
		enum wmi_reg_kind kind;

		if (!kind_in(&w->values[i], name, &kind)) {
			take_need(g, w->need[i], &(struct wmi_reg_read){
			    .status = w->values[i].status });
			continue;
		}
		w->reads[n] = (struct wmi_reg_read){
			.hive = w->values[i].hive, .key = w->values[i].key,
			.name = name, .kind = kind };
		w->need[n++] = w->need[i];
	}
	ok = ok && (n == 0 || wmi_reg_read(g->reg, w->reads, n, g->by, e));
	for (size_t i = 0; ok && i < n; i++)
		take_need(g, w->need[i], &w->reads[i]);
	wmi_reg_clear(w->reads, n);
	wmi_reg_clear(w->values, w->n);
	return ok;
}

bool
wmi_reg_needs(const struct reading *g, struct err *e)
{
	const struct mapping *m = g->plan->mapping;
	size_t all = mapping_needs(m, MAP_WINDOWS);
	struct wanted w = { calloc(all + 1, sizeof(*w.need)),
		calloc(all + 1, sizeof(*w.values)),
		calloc(all + 1, sizeof(*w.reads)), 0 };
	bool ok = true;

	for (size_t i = 0; w.need != NULL && w.values != NULL && i < all; i++) {
		const struct map_need *n = mapping_need(m, MAP_WINDOWS, i);
		enum wmi_hive hive;
		const char *key;

		if (n->kind != NEED_REGISTRY ||
		    (key = key_of(n->what, &hive)) == NULL)
			continue;
		w.need[w.n] = n;
		w.values[w.n++] = (struct wmi_reg_read){ .hive = hive,
			.key = key, .kind = WMI_REG_VALUES };
	}
	if (w.need == NULL || w.values == NULL || w.reads == NULL)
		ok = fail(e, ERR_MEMORY, "no memory for the registry");
	else if (w.n > 0)
		ok = read_wanted(g, &w, e);
	free(w.need);
	free(w.values);
	free(w.reads);
	return ok;
}
