/* probe_wmi_reg.c: the registry: the table's values, the mapping's, and the
 * installed programs, which stand there and nowhere else that is harmless.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi.h"

struct reading {
	struct wmi_reg *reg;
	const struct scan_plan *plan;
	const struct win_ask *ask;
	struct facts *facts;
	struct deadline by;
};

/* --- why not ----------------------------------------------------------------------- */

#define NOT_FOUND 2u
#define DENIED    5u

static const struct { uint32_t status; const char *why, *fix; } refusals[] = {
	{ NOT_FOUND, "the host's registry has no such value",
	    "Nothing to do, or look on the host with regedit; 32-bit programs "
	    "write below SOFTWARE\\Wow6432Node." },
	{ DENIED, "the account may not read the key",
	    "Allow the account to read it (regedit, Permissions), or use a "
	    "local administrator." },
};

static void
unread(struct facts *facts, const char *dotted, uint32_t status)
{
	char why[120];

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].status == status) {
			facts_missing(facts, dotted, refusals[i].why,
			    refusals[i].fix);
			return;
		}
	snprintf(why, sizeof(why), "reading the registry gave status %u (%s)",
	    (unsigned)status, wmi_status_name(status) != NULL ?
	    wmi_status_name(status) : "unknown");
	facts_missing(facts, dotted, why, NULL);
}

static bool
came(const struct wmi_reg_read *r)
{
	return r->status == 0 && r->value != NULL && !r->value->is_null;
}

/* --- the table's values --------------------------------------------------------------- */

static const enum wmi_reg_kind kinds[] = { [WIN_SZ] = WMI_REG_SZ,
	[WIN_DWORD] = WMI_REG_DWORD };

static bool
has(const struct facts *facts, const struct win_reg *r)
{
	const struct fact *f = facts_rows(facts, r->class) > 0 ?
	    fact_get(facts_at(facts, r->class, 0), r->fact) : NULL;

	return f != NULL && f->type != FACT_NULL;
}

static void
take_table(const struct reading *g, const struct win_reg *r,
    const struct wmi_reg_read *read)
{
	struct facts *scratch;
	const struct fact *f;
	char dotted[100];

	snprintf(dotted, sizeof(dotted), "%s.%s", r->class, r->fact);
	if (!came(read)) {
		if (r->when == WIN_ASK)
			unread(g->facts, dotted, read->status);
		return;
	}
	if ((scratch = facts_new()) == NULL)
		return;
	wmi_value_fact(facts_row(scratch, "v"), "v", read->value);
	if ((f = facts_find(scratch, "v.v")) != NULL)
		win_convert(r->how, f, win_one(g->facts, r->class), r->fact);
	facts_free(scratch);
}

/* First the sources proper, then the second ones of what is still missing. */
static bool
read_table(const struct reading *g, enum win_when when, struct err *e)
{
	struct wmi_reg_read reads[WIN_REGS_MAX] = { { .key = NULL } };
	const struct win_reg *rows[WIN_REGS_MAX];
	size_t n = 0;
	bool ok;

	for (size_t i = 0; i < win_nregs; i++) {
		if (!g->ask->reg[i] || win_regs[i].when != when ||
		    has(g->facts, &win_regs[i]))
			continue;
		rows[n] = &win_regs[i];
		reads[n++] = (struct wmi_reg_read){ .hive = WMI_HKLM,
			.key = win_regs[i].key, .name = win_regs[i].value,
			.kind = kinds[win_regs[i].kind] };
	}
	if (n == 0)
		return true;
	ok = wmi_reg_read(g->reg, reads, n, g->by, e);
	for (size_t i = 0; ok && i < n; i++)
		take_table(g, rows[i], &reads[i]);
	wmi_reg_clear(reads, n);
	return ok;
}

/* --- the mapping's values --------------------------------------------------------------- */

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

	if (!came(values) || !v->is_array || t == NULL || t->is_null ||
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

	if (!came(read)) {
		snprintf(dotted, sizeof(dotted), "registry.%.500s%s%.120s",
		    need->what, need->property != NULL ? "." : "",
		    need->property != NULL ? need->property : "");
		unread(g->facts, dotted, read->status != 0 ? read->status :
		    NOT_FOUND);
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

static bool
read_needs(const struct reading *g, struct err *e)
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

/* --- installed programs -------------------------------------------------------------------- */

#define UNINSTALL "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
#define PROGRAMS_MAX 5000

/* DisplayName decides whether the others are asked at all. */
static const struct { const char *value; enum wmi_reg_kind kind; } parts[] = {
	{ "DisplayName", WMI_REG_SZ }, { "SystemComponent", WMI_REG_DWORD },
	{ "ParentKeyName", WMI_REG_SZ }, { "ReleaseType", WMI_REG_SZ },
	{ "DisplayVersion", WMI_REG_SZ }, { "Publisher", WMI_REG_SZ },
	{ "InstallDate", WMI_REG_SZ }, { "EstimatedSize", WMI_REG_DWORD },
	{ "InstallLocation", WMI_REG_SZ },
};
enum { P_NAME, P_COMPONENT, P_PARENT, P_RELEASE, P_VERSION, P_PUBLISHER,
	P_DATE, P_SIZE, P_PATH, P_COUNT };

static const char *
text_of(const struct wmi_reg_read *r)
{
	return came(r) && !r->value->is_array && r->value->type == WMI_STRING &&
	    r->value->text.s[0] != '\0' ? r->value->text.s : NULL;
}

static bool
number_of(const struct wmi_reg_read *r, uint64_t *v)
{
	if (!came(r) || r->value->is_array ||
	    (r->value->type != WMI_UINT32 && r->value->type != WMI_SINT32))
		return false;
	*v = r->value->type == WMI_UINT32 ? r->value->u :
	    (uint64_t)r->value->i;
	return true;
}

/* What "Programs and Features" leaves out: parts, patches, what hides. */
static bool
is_program(const struct wmi_reg_read *r)
{
	uint64_t component = 0;

	if (text_of(&r[P_NAME]) == NULL || text_of(&r[P_PARENT]) != NULL ||
	    text_of(&r[P_RELEASE]) != NULL)
		return false;
	return !number_of(&r[P_COMPONENT], &component) || component != 1;
}

static void
take_program(const struct reading *g, const struct wmi_reg_read *r, bool view32)
{
	const char *date = text_of(&r[P_DATE]);
	struct fact_row *row;
	uint64_t kib;

	if (!is_program(r))
		return;
	row = facts_row(g->facts, "software");
	fact_str(row, "name", text_of(&r[P_NAME]));
	fact_str(row, "version", text_of(&r[P_VERSION]));
	fact_str(row, "publisher", text_of(&r[P_PUBLISHER]));
	fact_str(row, "arch", view32 ? "x86" : NULL);
	fact_str(row, "source", "registry");
	if (date != NULL)
		win_convert(WIN_LOOSE_DAY, &(struct fact){
		    .type = FACT_STRING, .s = date }, row, "installed");
	if (number_of(&r[P_SIZE], &kib))
		fact_uint(row, "sizeBytes", kib * 1024);
	fact_str(row, "path", text_of(&r[P_PATH]));
}

#define AT_ONCE 64			/* programs of one go */

static bool
read_programs(const struct reading *g, const struct wmi_value *names,
    bool view32, struct err *e)
{
	size_t n = names->list.n < PROGRAMS_MAX ? names->list.n : PROGRAMS_MAX;
	struct wmi_reg_read *r = calloc(AT_ONCE * P_COUNT, sizeof(*r));
	char (*keys)[400] = calloc(AT_ONCE, sizeof(*keys));
	bool ok = (r != NULL && keys != NULL) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");

	for (size_t at = 0; ok && at < n; at += AT_ONCE) {
		size_t m = n - at < AT_ONCE ? n - at : AT_ONCE;

		for (size_t i = 0; i < m; i++) {
			const struct wmi_value *v = &names->list.v[at + i];

			snprintf(keys[i], sizeof(*keys), UNINSTALL "\\%.300s",
			    v->is_null || v->type != WMI_STRING ? "" :
			    v->text.s);
			for (size_t k = 0; k < P_COUNT; k++)
				r[i * P_COUNT + k] = (struct wmi_reg_read){
					.hive = WMI_HKLM, .key = keys[i],
					.name = parts[k].value,
					.kind = parts[k].kind,
					.view32 = view32 };
		}
		ok = wmi_reg_read(g->reg, r, m * P_COUNT, g->by, e);
		for (size_t i = 0; i < m; i++)
			take_program(g, &r[i * P_COUNT], view32);
		wmi_reg_clear(r, m * P_COUNT);
	}
	free(r);
	free(keys);
	return ok;
}

static bool
read_software(const struct reading *g, struct err *e)
{
	struct wmi_reg_read keys[2] = {
		{ .hive = WMI_HKLM, .key = UNINSTALL, .kind = WMI_REG_KEYS },
		{ .hive = WMI_HKLM, .key = UNINSTALL, .kind = WMI_REG_KEYS,
		    .view32 = true } };
	bool ok = wmi_reg_read(g->reg, keys, 2, g->by, e);

	if (ok && !came(&keys[0]) && !came(&keys[1]))
		unread(g->facts, "software.name", keys[0].status);
	for (int i = 0; ok && i < 2; i++)
		if (came(&keys[i]) && keys[i].value->is_array)
			ok = read_programs(g, keys[i].value, i == 1, e);
	wmi_reg_clear(keys, 2);
	return ok;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Without StdRegProv nothing of the registry is there, and the rest stands. */
static void
no_registry(const struct reading *g, const struct err *why)
{
	const struct mapping *m = g->plan->mapping;
	char dotted[700];

	facts_warn(g->facts, "The registry could not be read: %s", why->text);
	for (size_t i = 0; i < win_nregs; i++) {
		snprintf(dotted, sizeof(dotted), "%s.%s", win_regs[i].class,
		    win_regs[i].fact);
		if (g->ask->reg[i])
			facts_missing(g->facts, dotted, why->text,
			    err_hint(why));
	}
	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++) {
		const struct map_need *n = mapping_need(m, MAP_WINDOWS, i);

		snprintf(dotted, sizeof(dotted), "registry.%.500s%s%.120s",
		    n->what, n->property != NULL ? "." : "",
		    n->property != NULL ? n->property : "");
		if (n->kind == NEED_REGISTRY)
			facts_missing(g->facts, dotted, why->text,
			    err_hint(why));
	}
}

static bool
only_refused(const struct err *e)
{
	return e->code == ERR_DENIED || e->code == ERR_UNSUPPORTED ||
	    e->code == ERR_REMOTE;
}

bool
wmi_registry(struct wmi *wmi, const struct scan_plan *plan,
    const struct win_ask *ask, struct facts *facts, struct deadline by,
    struct err *e)
{
	struct reading g = { NULL, plan, ask, facts, by };
	struct err why = { .code = ERR_NONE };
	bool ok;

	g.reg = wmi_reg_open(wmi, by, &why);
	if (g.reg == NULL && only_refused(&why)) {
		no_registry(&g, &why);
		return true;
	}
	if (g.reg == NULL) {
		*e = why;
		return fail_at(e, STAGE_REGISTRY);
	}
	ok = read_table(&g, WIN_ASK, e) && read_table(&g, WIN_ALSO, e) &&
	    read_needs(&g, e) && (!ask->software || read_software(&g, e));
	wmi_reg_close(g.reg);
	return ok || fail_at(e, STAGE_REGISTRY);
}
