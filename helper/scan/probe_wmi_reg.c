/* probe_wmi_reg.c: the registry, as windows_registry.def and the mapping want
 * it; the installed programs are in a file of their own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi_reg.h"

#define SUBKEYS_MAX 64			/* of one key that is listed */

static const enum wmi_reg_kind kinds[] = { [WIN_SZ] = WMI_REG_SZ,
	[WIN_DWORD] = WMI_REG_DWORD, [WIN_QWORD] = WMI_REG_QWORD,
	[WIN_MULTI_SZ] = WMI_REG_MULTI_SZ, [WIN_BINARY] = WMI_REG_BINARY,
	[WIN_KEY] = WMI_REG_KEYS };

/* --- a batch of reads ------------------------------------------------------------------ */

struct batch {
	struct wmi_reg_read *v;
	char **keys;			/* those that were made up */
	size_t n, cap, nkeys;
};

static struct wmi_reg_read *
add(struct batch *b, const char *key, const char *value, enum win_kind kind)
{
	struct wmi_reg_read *v;

	if (b->n == b->cap) {
		v = reallocarray(b->v, b->cap + 64, sizeof(*v));
		if (v == NULL)
			return NULL;
		b->v = v;
		b->cap += 64;
	}
	v = &b->v[b->n++];
	*v = (struct wmi_reg_read){ .hive = WMI_HKLM, .key = key,
		.name = kind == WIN_KEY ? NULL : value, .kind = kinds[kind] };
	return v;
}

/* Two facts of one value are one read. */
static bool
is_there(const struct batch *b, const struct win_reg *r)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].key, r->key) == 0 && (r->kind == WIN_KEY ?
		    b->v[i].name == NULL : b->v[i].name != NULL &&
		    strcmp(b->v[i].name, r->value) == 0))
			return true;
	return false;
}

static void
batch_free(struct batch *b)
{
	wmi_reg_clear(b->v, b->n);
	free(b->v);
	for (size_t i = 0; i < b->nkeys; i++)
		free(b->keys[i]);
	free(b->keys);
}

static void
keep(const struct reading *g, const struct wmi_reg_read *r)
{
	struct fact_row *row = facts_row(g->raw, WIN_REGISTRY);

	fact_str(row, "key", r->key);
	fact_str(row, "value", r->name != NULL ? r->name : "");
	if (r->kind == WMI_REG_KEYS && r->status == 0)
		fact_bool(row, "data", true);
	else if (wmi_reg_came(r))
		wmi_value_fact(row, "data", r->value);
	else
		fact_uint(row, "status", r->status != 0 ? r->status :
		    WMI_REG_NOT_FOUND);
	if (r->status != 0)
		fact_str(row, "name", wmi_status_name(r->status));
}

/* --- the table ----------------------------------------------------------------------------- */

static bool
add_table(const struct reading *g, enum win_when when, struct batch *b)
{
	for (size_t i = 0; i < win_nregs; i++) {
		const struct win_reg *r = &win_regs[i];

		if (g->ask->reg[i] && r->when == when &&
		    !win_reg_idle(r, g->facts) && !is_there(b, r) &&
		    add(b, r->key, r->value, r->kind) == NULL)
			return false;
	}
	return true;
}

static bool
add_lists(const struct reading *g, struct batch *b)
{
	for (size_t i = 0; i < WK_COUNT; i++)
		if (g->ask->keys[i] && add(b, win_keys[i], NULL, WIN_KEY) == NULL)
			return false;
	return true;
}

static bool
add_subkey(struct batch *b, enum win_keys keys, const char *name)
{
	char **all = reallocarray(b->keys, b->nkeys + 1, sizeof(*all)), *key;

	if (all == NULL)
		return false;
	b->keys = all;
	if (asprintf(&key, "%s\\%s", win_keys[keys], name) < 0)
		return false;
	b->keys[b->nkeys++] = key;
	for (size_t i = 0; i < win_nsubs; i++)
		if (win_subs[i].keys == keys &&
		    add(b, key, win_subs[i].value, win_subs[i].kind) == NULL)
			return false;
	return true;
}

/* What the listed keys hold is read in the second go. */
static bool
add_subkeys(const struct batch *lists, struct batch *b)
{
	for (size_t i = 0; i < lists->n; i++) {
		const struct wmi_reg_read *r = &lists->v[i];
		size_t left = SUBKEYS_MAX;

		for (int k = 0; k < WK_COUNT; k++) {
			if (r->kind != WMI_REG_KEYS || !wmi_reg_came(r) ||
			    !r->value->is_array ||
			    strcmp(r->key, win_keys[k]) != 0)
				continue;
			for (size_t n = 0; n < r->value->list.n && left > 0;
			    n++) {
				const struct wmi_value *v = &r->value->list.v[n];

				if (v->is_null || v->type != WMI_STRING ||
				    !win_key_counts((enum win_keys)k, v->text.s))
					continue;
				left--;
				if (!add_subkey(b, (enum win_keys)k, v->text.s))
					return false;
			}
		}
	}
	return true;
}

static bool
read_batch(const struct reading *g, struct batch *b, struct err *e)
{
	if (b->n > 0 && !wmi_reg_read(g->reg, b->v, b->n, g->by, e))
		return false;
	for (size_t i = 0; i < b->n; i++)
		keep(g, &b->v[i]);
	return true;
}

/* First the sources proper, then the second ones of what is still missing and
 * what the listed keys hold. */
static bool
read_table(const struct reading *g, struct err *e)
{
	struct batch first = { .v = NULL }, second = { .v = NULL };
	bool ok = (add_table(g, WIN_ASK, &first) && add_lists(g, &first)) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");

	ok = ok && read_batch(g, &first, e);
	if (ok)
		win_registry_facts(g->ask, g->raw, WIN_ASK, g->facts);
	ok = ok && ((add_table(g, WIN_ALSO, &second) &&
	    add_subkeys(&first, &second)) ||
	    fail(e, ERR_MEMORY, "no memory for the registry"));
	ok = ok && read_batch(g, &second, e);
	if (ok)
		win_registry_facts(g->ask, g->raw, WIN_ALSO, g->facts);
	batch_free(&first);
	batch_free(&second);
	return ok;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* Without StdRegProv nothing of the registry is there, and the rest stands. */
static void
no_registry(const struct reading *g, const struct err *why)
{
	const struct { const bool *wanted; const char *what; } others[] = {
		{ &g->ask->software, "software" },
		{ &g->ask->logons, "session.from" },
		{ &g->ask->logons, "session.terminal" } };
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
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (*others[i].wanted)
			facts_missing(g->facts, others[i].what, why->text,
			    err_hint(why));
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
    const struct win_ask *ask, struct facts *facts, struct facts *raw,
    struct deadline by, struct err *e)
{
	struct reading g = { NULL, plan, ask, facts, raw, by };
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
	ok = read_table(&g, e) && wmi_reg_needs(&g, e) &&
	    (!ask->logons || wmi_reg_logons(&g, e)) &&
	    (!ask->software || wmi_reg_programs(&g, e));
	wmi_reg_close(g.reg);
	return ok || fail_at(e, STAGE_REGISTRY);
}
