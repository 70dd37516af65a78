/* probe_wmi_reg_soft.c: the installed programs, which stand in the registry and
 * nowhere else that is harmless: those of the machine in both views, those of
 * the users who are logged on (the others' hives are not loaded).
 *
 * They have a limit of their own: hundreds of values are read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi_reg.h"

#define UNINSTALL "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
#define PROFILES "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define PROGRAMS_MAX 5000
#define KEY_TEXT 400

/* Where programs are listed. */
struct place {
	enum wmi_hive hive;
	char key[KEY_TEXT];
	bool view32;
	char user[300];			/* "": all users' */
};

struct programs {
	struct place *place;
	size_t nplaces;
	size_t seen, taken;		/* keys that were looked at; facts made */
};

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

static bool
number_of(const struct wmi_reg_read *r, uint64_t *v)
{
	if (!wmi_reg_came(r) || r->value->is_array ||
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

	if (wmi_reg_text(&r[P_NAME]) == NULL || wmi_reg_text(&r[P_PARENT]) != NULL ||
	    wmi_reg_text(&r[P_RELEASE]) != NULL)
		return false;
	return !number_of(&r[P_COMPONENT], &component) || component != 1;
}

/* The same entry shows in both views where the key is shared between them. */
static bool
is_known(const struct facts *facts, const char *key, const char *name,
    const char *version)
{
	for (size_t i = 0; i < facts_rows(facts, "#programs"); i++) {
		const struct fact_row *r = facts_at(facts, "#programs", i);
		const char *k = fact_text(r, "key"), *n = fact_text(r, "name");
		const char *v = fact_text(r, "version");

		if (k != NULL && n != NULL && strcasecmp(k, key) == 0 &&
		    strcmp(n, name) == 0 && (v == NULL || version == NULL ?
		    v == version : strcmp(v, version) == 0))
			return true;
	}
	return false;
}

static void
remember(struct facts *raw, const char *key, const char *name,
    const char *version)
{
	struct fact_row *r = facts_row(raw, "#programs");

	fact_str(r, "key", key);
	fact_str(r, "name", name);
	fact_str(r, "version", version);
}

static void
take_program(const struct reading *g, const struct place *p, const char *key,
    const struct wmi_reg_read *r)
{
	const char *date = wmi_reg_text(&r[P_DATE]), *name = wmi_reg_text(&r[P_NAME]);
	const char *version = wmi_reg_text(&r[P_VERSION]);
	struct fact_row *row;
	uint64_t kib;

	if (!is_program(r))
		return;
	if (p->user[0] == '\0') {
		if (p->view32 && is_known(g->raw, key, name, version))
			return;
		remember(g->raw, key, name, version);
	}
	row = facts_row(g->facts, "software");
	fact_str(row, "name", name);
	fact_str(row, "version", version);
	fact_str(row, "publisher", wmi_reg_text(&r[P_PUBLISHER]));
	fact_str(row, "arch", p->view32 ? "x86" : NULL);
	fact_str(row, "source", "registry");
	if (date != NULL)
		win_convert(WIN_LOOSE_DAY, &(struct fact){
		    .type = FACT_STRING, .s = date }, row, "installed");
	if (number_of(&r[P_SIZE], &kib))
		fact_uint(row, "sizeBytes", kib * 1024);
	fact_str(row, "path", wmi_reg_text(&r[P_PATH]));
	if (p->user[0] != '\0')
		fact_str(row, "user", p->user);
}

#define AT_ONCE 64			/* programs of one go */

static bool
read_place(const struct reading *g, const struct place *p,
    const struct wmi_value *names, struct programs *all, struct err *e)
{
	size_t n = names->list.n < PROGRAMS_MAX ? names->list.n : PROGRAMS_MAX;
	struct wmi_reg_read *r = calloc(AT_ONCE * P_COUNT, sizeof(*r));
	char (*keys)[2 * KEY_TEXT] = calloc(AT_ONCE, sizeof(*keys));
	bool ok = (r != NULL && keys != NULL) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");

	for (size_t at = 0; ok && at < n; at += AT_ONCE) {
		size_t m = n - at < AT_ONCE ? n - at : AT_ONCE;

		for (size_t i = 0; i < m; i++) {
			const struct wmi_value *v = &names->list.v[at + i];

			snprintf(keys[i], sizeof(*keys), "%s\\%.300s", p->key,
			    v->is_null || v->type != WMI_STRING ? "" :
			    v->text.s);
			for (size_t k = 0; k < P_COUNT; k++)
				r[i * P_COUNT + k] = (struct wmi_reg_read){
					.hive = p->hive, .key = keys[i],
					.name = parts[k].value,
					.kind = parts[k].kind,
					.view32 = p->view32 };
		}
		ok = wmi_reg_read(g->reg, r, m * P_COUNT, g->by, e);
		/* those that came before the end count too */
		for (size_t i = 0; i < m; i++)
			take_program(g, p, keys[i] + strlen(p->key) + 1,
			    &r[i * P_COUNT]);
		all->seen += ok ? m : 0;
		wmi_reg_clear(r, m * P_COUNT);
	}
	free(r);
	free(keys);
	return ok;
}

/* --- places -------------------------------------------------------------------------- */

/* "C:\Users\lisa" -> "lisa" */
static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash != NULL ? slash + 1 : path;
}

/* A loaded hive says who it is; else the folder's name or the SID has to do. */
static void
name_user(const struct wmi_reg_read r[3], const char *sid, struct place *p)
{
	const char *domain = wmi_reg_text(&r[0]), *name = wmi_reg_text(&r[1]);
	const char *home = wmi_reg_text(&r[2]);

	if (domain != NULL && name != NULL)
		snprintf(p->user, sizeof(p->user), "%.140s\\%.140s", domain,
		    name);
	else
		snprintf(p->user, sizeof(p->user), "%.250s", home != NULL ?
		    last_part(home) : sid);
}

static bool
name_users(const struct reading *g, const char (*sids)[WMI_REG_SID], size_t n,
    struct place *places, struct err *e)
{
	struct wmi_reg_read *r = calloc(3 * n + 1, sizeof(*r));
	char (*keys)[2][KEY_TEXT] = calloc(n + 1, sizeof(*keys));
	bool ok = (r != NULL && keys != NULL) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");

	for (size_t i = 0; ok && i < n; i++) {
		snprintf(keys[i][0], KEY_TEXT, "%s\\Volatile Environment",
		    sids[i]);
		snprintf(keys[i][1], KEY_TEXT, PROFILES "\\%s", sids[i]);
		r[3 * i] = (struct wmi_reg_read){ .hive = WMI_HKU,
			.key = keys[i][0], .name = "USERDOMAIN",
			.kind = WMI_REG_SZ };
		r[3 * i + 1] = (struct wmi_reg_read){ .hive = WMI_HKU,
			.key = keys[i][0], .name = "USERNAME",
			.kind = WMI_REG_SZ };
		r[3 * i + 2] = (struct wmi_reg_read){ .hive = WMI_HKLM,
			.key = keys[i][1], .name = "ProfileImagePath",
			.kind = WMI_REG_EXPAND_SZ };
	}
	ok = ok && (n == 0 || wmi_reg_read(g->reg, r, 3 * n, g->by, e));
	for (size_t i = 0; ok && i < n; i++)
		name_user(&r[3 * i], sids[i], &places[i]);
	if (r != NULL)
		wmi_reg_clear(r, 3 * n);
	free(r);
	free(keys);
	return ok;
}

/* Both views of the machine, and each user whose hive is loaded. */
static bool
find_places(const struct reading *g, struct programs *all, struct err *e)
{
	char (*sids)[WMI_REG_SID] = calloc(WMI_REG_USERS, sizeof(*sids));
	size_t n = 0;
	bool ok;

	all->place = calloc(2 + WMI_REG_USERS, sizeof(*all->place));
	ok = (sids != NULL && all->place != NULL) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");
	for (int i = 0; ok && i < 2; i++) {
		struct place *p = &all->place[all->nplaces++];

		*p = (struct place){ .hive = WMI_HKLM, .view32 = i == 1 };
		snprintf(p->key, sizeof(p->key), "%s", UNINSTALL);
	}
	ok = ok && wmi_reg_users(g, sids, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		struct place *p = &all->place[2 + i];

		*p = (struct place){ .hive = WMI_HKU };
		snprintf(p->key, sizeof(p->key), "%s\\" UNINSTALL, sids[i]);
	}
	ok = ok && name_users(g, (const char (*)[WMI_REG_SID])sids, n,
	    &all->place[2], e);
	all->nplaces += ok ? n : 0;
	free(sids);
	return ok;
}

/* --- the whole ------------------------------------------------------------------------- */

static bool
read_all(const struct reading *g, struct programs *all, struct err *e)
{
	struct wmi_reg_read *keys;
	bool ok = find_places(g, all, e);

	if (!ok || (keys = calloc(all->nplaces, sizeof(*keys))) == NULL)
		return ok && fail(e, ERR_MEMORY, "no memory for the registry");
	for (size_t i = 0; i < all->nplaces; i++)
		keys[i] = (struct wmi_reg_read){ .hive = all->place[i].hive,
			.key = all->place[i].key, .kind = WMI_REG_KEYS,
			.view32 = all->place[i].view32 };
	ok = wmi_reg_read(g->reg, keys, all->nplaces, g->by, e);
	if (ok && !wmi_reg_came(&keys[0]) && !wmi_reg_came(&keys[1]))
		win_reg_refused(g->facts, "software", keys[0].status,
		    wmi_status_name(keys[0].status));
	for (size_t i = 0; ok && i < all->nplaces; i++)
		if (wmi_reg_came(&keys[i]) && keys[i].value->is_array)
			ok = read_place(g, &all->place[i], keys[i].value, all,
			    e);
	wmi_reg_clear(keys, all->nplaces);
	free(keys);
	return ok;
}

bool
wmi_reg_programs(const struct reading *g, struct err *e)
{
	double limit = g->plan->query_timeout;
	struct reading mine = *g;
	struct programs all = { .place = NULL };
	struct err why = { .code = ERR_NONE };
	char text[200];
	bool ok;

	mine.by = deadline_within(g->by, limit);
	ok = read_all(&mine, &all, &why);
	free(all.place);
	if (ok)
		return true;
	if (why.code == ERR_TIMEOUT && !deadline_passed(g->by)) {
		snprintf(text, sizeof(text), "the list of programs was not "
		    "complete within %g s, its own limit; %zu programs came",
		    limit, facts_rows(g->facts, "software"));
		facts_missing(g->facts, "software", text, "The registry of the "
		    "host is slow; raise queryTimeout, or scan it at a quieter "
		    "time.");
		facts_warn(g->facts, "%s", text);
		return true;
	}
	*e = why;
	return false;
}
