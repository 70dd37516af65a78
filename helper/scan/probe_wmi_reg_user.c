/* probe_wmi_reg_user.c: the hives of people who are logged on: whose they are,
 * and where each of their sessions is seen.
 *
 *   HKU\SID\Volatile Environment      USERDOMAIN, USERNAME
 *   HKU\SID\Volatile Environment\2    SESSIONNAME RDP-Tcp#5, CLIENTNAME LAPTOP7
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/probe_wmi_reg.h"

#define SESSIONS_MAX 256
#define ENVIRONMENT "Volatile Environment"

const char *
wmi_reg_text(const struct wmi_reg_read *r)
{
	return wmi_reg_came(r) && !r->value->is_array &&
	    r->value->type == WMI_STRING && r->value->text.s[0] != '\0' ?
	    r->value->text.s : NULL;
}

bool
wmi_reg_users(const struct reading *g, char (*sids)[WMI_REG_SID], size_t *n,
    struct err *e)
{
	struct wmi_reg_read hives = { .hive = WMI_HKU, .key = "",
		.kind = WMI_REG_KEYS };
	bool ok = wmi_reg_read(g->reg, &hives, 1, g->by, e);

	*n = 0;
	for (size_t i = 0; ok && wmi_reg_came(&hives) &&
	    hives.value->is_array && i < hives.value->list.n &&
	    *n < WMI_REG_USERS; i++) {
		const struct wmi_value *v = &hives.value->list.v[i];

		if (!v->is_null && v->type == WMI_STRING &&
		    win_is_person(v->text.s))
			snprintf(sids[(*n)++], WMI_REG_SID, "%s", v->text.s);
	}
	wmi_reg_clear(&hives, 1);
	return ok;
}

/* --- sessions ---------------------------------------------------------------------- */

struct user {
	char key[WMI_REG_SID + 40], name[300];
	struct wmi_reg_read read[3];	/* sessions, domain, name */
};

struct session {
	const struct user *user;
	char key[WMI_REG_SID + 80];
};

static bool
read_users(const struct reading *g, struct user *users, size_t n,
    struct err *e)
{
	static const struct { const char *name; enum wmi_reg_kind kind; } what[]
	    = { { NULL, WMI_REG_KEYS }, { "USERDOMAIN", WMI_REG_SZ },
		{ "USERNAME", WMI_REG_SZ } };
	struct wmi_reg_read *r = calloc(3 * n + 1, sizeof(*r));
	bool ok;

	if (r == NULL)
		return fail(e, ERR_MEMORY, "no memory for the registry");
	for (size_t i = 0; i < 3 * n; i++)
		r[i] = (struct wmi_reg_read){ .hive = WMI_HKU,
			.key = users[i / 3].key, .name = what[i % 3].name,
			.kind = what[i % 3].kind };
	ok = n == 0 || wmi_reg_read(g->reg, r, 3 * n, g->by, e);
	/* what each owns goes with it */
	for (size_t i = 0; i < 3 * n; i++)
		users[i / 3].read[i % 3] = r[i];
	free(r);
	return ok;
}

/* Its name, and the keys of its sessions; one that may not be read says so. */
static void
take_user(const struct reading *g, struct user *u, struct session *s,
    size_t *n)
{
	const struct wmi_reg_read *keys = &u->read[0];
	const char *domain = wmi_reg_text(&u->read[1]);
	const char *name = wmi_reg_text(&u->read[2]);
	struct fact_row *row;

	if (keys->status != 0 && keys->status != WMI_REG_NOT_FOUND) {
		row = facts_row(g->raw, WIN_LOGONS);
		fact_uint(row, "status", keys->status);
		fact_str(row, "name", wmi_status_name(keys->status));
	}
	if (domain == NULL || name == NULL || !wmi_reg_came(keys) ||
	    !keys->value->is_array)
		return;
	snprintf(u->name, sizeof(u->name), "%.140s\\%.140s", domain, name);
	for (size_t i = 0; i < keys->value->list.n && *n < SESSIONS_MAX; i++) {
		const struct wmi_value *v = &keys->value->list.v[i];

		if (v->is_null || v->type != WMI_STRING || v->text.len > 10 ||
		    strspn(v->text.s, "0123456789") != v->text.len)
			continue;
		s[*n].user = u;
		snprintf(s[*n].key, sizeof(s[*n].key), "%s\\%s", u->key,
		    v->text.s);
		(*n)++;
	}
}

static bool
read_sessions(const struct reading *g, const struct session *s, size_t n,
    struct err *e)
{
	static const char *const what[] = { "SESSIONNAME", "CLIENTNAME" };
	struct wmi_reg_read *r = calloc(2 * n + 1, sizeof(*r));
	bool ok;

	if (r == NULL)
		return fail(e, ERR_MEMORY, "no memory for the registry");
	for (size_t i = 0; i < 2 * n; i++)
		r[i] = (struct wmi_reg_read){ .hive = WMI_HKU,
			.key = s[i / 2].key, .name = what[i % 2],
			.kind = WMI_REG_SZ };
	ok = n == 0 || wmi_reg_read(g->reg, r, 2 * n, g->by, e);
	for (size_t i = 0; i < n; i++) {
		struct fact_row *row = facts_row(g->raw, WIN_LOGONS);

		fact_str(row, "user", s[i].user->name);
		fact_str(row, "terminal", wmi_reg_text(&r[2 * i]));
		fact_str(row, "client", wmi_reg_text(&r[2 * i + 1]));
	}
	wmi_reg_clear(r, 2 * n);
	free(r);
	return ok;
}

bool
wmi_reg_logons(const struct reading *g, struct err *e)
{
	char (*sids)[WMI_REG_SID] = calloc(WMI_REG_USERS, sizeof(*sids));
	struct user *users = calloc(WMI_REG_USERS, sizeof(*users));
	struct session *sessions = calloc(SESSIONS_MAX, sizeof(*sessions));
	size_t n = 0, all = 0;
	bool ok = (sids != NULL && users != NULL && sessions != NULL) ||
	    fail(e, ERR_MEMORY, "no memory for the registry");

	ok = ok && wmi_reg_users(g, sids, &n, e);
	for (size_t i = 0; ok && i < n; i++)
		snprintf(users[i].key, sizeof(users[i].key), "%s\\" ENVIRONMENT,
		    sids[i]);
	ok = ok && read_users(g, users, n, e);
	for (size_t i = 0; ok && i < n; i++)
		take_user(g, &users[i], sessions, &all);
	ok = ok && read_sessions(g, sessions, all, e);
	for (size_t i = 0; users != NULL && i < n; i++)
		wmi_reg_clear(users[i].read, ARRAY_LEN(users[i].read));
	free(sids);
	free(users);
	free(sessions);
	return ok;
}
