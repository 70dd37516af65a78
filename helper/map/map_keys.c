/* map_keys.c: what identifies a host: the keys that the matcher asks for, judged
 * by the rules of identity.h; and what is left out, with the reason. */
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/map/map_work.h"

#define VALUE_MAX 255		/* octets of a key */

static void
ignore(struct work *w, enum map_key_kind kind, const char *value,
    const char *why)
{
	struct mapped *m = w->out;
	struct map_ignored *list;

	for (size_t i = 0; i < m->nignored; i++)
		if (m->ignored[i].kind == kind &&
		    strcmp(m->ignored[i].value, value) == 0)
			return;
	list = reallocarray(m->ignored, m->nignored + 1, sizeof(*list));
	if (list != NULL)
		m->ignored = list;
	value = work_own_text(w, value, map_cut(value, strlen(value), VALUE_MAX));
	if (list == NULL || value == NULL) {
		w->no_memory = true;
		return;
	}
	list[m->nignored++] = (struct map_ignored){ kind, value, why };
}

static void
add_mac(struct work *w, const char *mac)
{
	for (size_t i = 0; i < w->macs.n; i++)
		if (strcmp(w->macs.v[i], mac) == 0)
			return;
	work_add(w, &w->macs, strdup(mac));
}

static void
macs_of(struct work *w, const struct identity *id)
{
	w->macs_weak = identity_macs_weak(id);
	for (size_t i = 0; i < identity_macs(id); i++)
		add_mac(w, identity_mac(id, i));
	for (size_t i = 0; i < identity_ignored(id); i++)
		ignore(w, KEY_MAC, identity_ignored_mac(id, i),
		    identity_ignored_why(id, i));
}

/* Rows of Win32_NetworkAdapter as the rules of identity.h know adapters. */
static struct facts *
adapters(const struct work *w, const char *class)
{
	static const char *const names[][2] = { { "mac", "MACAddress" },
		{ "description", "Name" }, { "pnpId", "PNPDeviceID" },
		{ "service", "ServiceName" } };
	struct facts *all = facts_new();
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; all != NULL && i < n; i++) {
		const struct fact_row *from = facts_at(w->facts, class, i);
		struct fact_row *to = facts_row(all, "nic");
		const char *pnp = fact_text(from, "PNPDeviceID");
		const char *name = fact_text(from, "NetConnectionID");
		const struct fact *type = fact_get(from, "AdapterTypeID");

		fact_str(to, "name", name != NULL ? name :
		    fact_text(from, "Name"));
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			fact_str(to, names[k][0], fact_text(from, names[k][1]));
		fact_bool(to, "device", pnp != NULL);
		if (type != NULL && type->type == FACT_UINT && type->u == 9)
			fact_bool(to, "wireless", true);
	}
	return all;
}

/* Addresses that a rule names outright: used, but for those known as virtual. */
static void
judge_macs(struct work *w, const struct found *f)
{
	char mac[MAC_TEXT];
	const char *why;

	for (size_t i = 0; i < f->n; i++) {
		if (!mac_canonical(f->v[i], mac))
			continue;
		why = mac_why_not(mac);
		for (size_t k = 0; why == NULL && k < identity_ignored(w->id); k++)
			if (strcmp(identity_ignored_mac(w->id, k), mac) == 0)
				why = identity_ignored_why(w->id, k);
		if (why != NULL)
			ignore(w, KEY_MAC, mac, why);
		else
			add_mac(w, mac);
	}
}

static void
find_macs(struct work *w, const struct map_key_rule *k)
{
	const char *class = w->os == MAP_WINDOWS ? mapping_adapter_rows(w->map) :
	    NULL;
	struct found f = { .max = MAP_KEYS_MAX };
	struct map_rule r = { .field = k->field, .from = k->from };
	struct identity *id;
	struct facts *nics;

	if (k->from.kind != NEED_FACT) {
		work_gather(w, &r, &f);
		judge_macs(w, &f);
		free(f.v);
	} else if (class == NULL) {
		macs_of(w, w->id);
	} else if ((nics = adapters(w, class)) != NULL) {
		if ((id = identity_from_facts(nics)) != NULL)
			macs_of(w, id);
		else
			w->no_memory = true;
		identity_free(id);
		facts_free(nics);
	} else {
		w->no_memory = true;
	}
}

static void
add_key(struct work *w, const struct map_key_rule *k, const char *value,
    bool weak)
{
	struct mapped *m = w->out;
	struct map_key *list = reallocarray(m->keys, m->nkeys + 1, sizeof(*list));

	if (list != NULL)
		m->keys = list;
	value = work_own_text(w, value, strlen(value));
	if (list == NULL || value == NULL) {
		w->no_memory = true;
		return;
	}
	list[m->nkeys++] = (struct map_key){ .field = k->field,
		.kind = k->kind, .value = value, .weak = weak };
}

/* Why a value cannot be a key of its kind; NULL: it can. */
static const char *
why_no_key(const struct work *w, enum map_key_kind kind, const char *value)
{
	const char *why = kind == KEY_UUID ? uuid_why_not(value) :
	    kind == KEY_SERIAL ? serial_why_not(value) : NULL;

	if (why == NULL && strlen(value) > VALUE_MAX)
		return "it is too long";
	/* The same news twice; and none where the first is junk. */
	if (why == NULL && kind == KEY_SERIAL && serial_is_of_uuid(value) &&
	    identity_uuid(w->id) == NULL)
		return "the hypervisor made it from a UUID that is missing or "
		    "says nothing";
	return why;
}

static void
find_key(struct work *w, const struct map_key_rule *k)
{
	struct found f = { .max = 1 };
	struct map_rule r = { .field = k->field, .from = k->from };
	const char *why, *value;
	char uuid[UUID_TEXT];
	size_t n = w->macs.n;

	if (k->kind == KEY_MAC) {
		find_macs(w, k);
		for (size_t i = n; i < w->macs.n; i++)
			add_key(w, k, w->macs.v[i], w->macs_weak);
		return;
	}
	work_gather(w, &r, &f);
	if (f.n > 0) {
		value = f.v[0];
		if ((why = why_no_key(w, k->kind, value)) != NULL)
			ignore(w, k->kind, value, why);
		else if (k->kind == KEY_UUID && uuid_parse(value, uuid))
			add_key(w, k, uuid, false);
		else
			add_key(w, k, value, k->kind == KEY_TEXT &&
			    k != &w->sys->keys[0]);
	}
	free(f.v);
}

static bool
asks_for(const struct work *w, enum map_key_kind kind)
{
	for (size_t i = 0; i < w->sys->nkeys; i++)
		if (w->sys->keys[i].kind == kind)
			return true;
	return false;
}

static bool
has_kind(const struct mapped *m, enum map_key_kind kind)
{
	for (size_t i = 0; i < m->nkeys; i++)
		if (m->keys[i].kind == kind)
			return true;
	for (size_t i = 0; i < m->nignored; i++)
		if (m->ignored[i].kind == kind)
			return true;
	return false;
}

/* Why the host has none of a kind that the matcher asks for: it may not be read,
 * or says what nobody filled in. */
static void
tell_missing(struct work *w)
{
	static const struct { enum map_key_kind kind; const char *fact; } all[] = {
		{ KEY_SERIAL, "sys.serial" }, { KEY_UUID, "sys.uuid" },
	};
	const char *why, *fix;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (asks_for(w, all[i].kind) &&
		    !has_kind(w->out, all[i].kind) &&
		    facts_why(w->facts, all[i].fact, &why, &fix) &&
		    (why = work_own_text(w, why, strlen(why))) != NULL)
			ignore(w, all[i].kind, "", why);
}

void
work_find_keys(struct work *w)
{
	bool asked = false;

	for (size_t i = 0; i < w->sys->nkeys; i++)
		if (map_from_fits(&w->sys->keys[i].from, w->os)) {
			find_key(w, &w->sys->keys[i]);
			asked |= w->sys->keys[i].kind == KEY_MAC;
		}
	if (!asked)
		macs_of(w, w->id);
	tell_missing(w);
	if (w->out->nkeys == 0 && w->sys->nkeys > 0)
		work_warn(w, "Nothing that the matcher asks for identifies this "
		    "computer%s; its asset cannot be found.",
		    w->out->nignored > 0 ? ", and its other marks were left "
		    "out" : "");
}
