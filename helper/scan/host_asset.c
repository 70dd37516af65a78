#include "helper/scan/host_asset.h"

#include <string.h>
#include <strings.h>

#include "helper/jira/asset.h"

static const char always[] = "always";

/* A field's tolerance is one of these members of a record's field. */
static const char *const tolerances[] = { "tolerance", "percent" };

static void
keep_tolerance(json_t *kept, const char *field, const json_t *f)
{
	for (size_t i = 0; i < ARRAY_LEN(tolerances); i++)
		if (json_object_get(f, tolerances[i]) != NULL)
			json_object_set_new(kept, field, json_pack("{s:O}",
			    tolerances[i], json_object_get(f, tolerances[i])));
}

json_t *
host_asset_json(const struct asset *a)
{
	json_t *v = asset_to_json(a), *policies = json_object(), *f;
	json_t *kept = json_object();
	size_t i;

	json_array_foreach(json_object_get(v, "fields"), i, f) {
		json_t *policy = json_object_get(f, "policy");
		const char *name = json_string_value(json_object_get(f, "name"));

		if (name != NULL && policy != NULL &&
		    strcmp(json_string_value(policy), always) != 0)
			json_object_set(policies, name, policy);
		if (name != NULL)
			keep_tolerance(kept, name, f);
	}
	if (json_object_size(kept) > 0)
		json_object_set(v, "tolerances", kept);
	json_decref(kept);
	json_object_del(v, "fields");
	json_object_del(v, "address");
	if (v == NULL || json_object_set_new(v, "policies", policies) != 0) {
		json_decref(v);
		return NULL;
	}
	return v;
}

bool
host_key_void(const struct claimed *c, const char *const *macs, size_t nmacs,
    enum asset_key_kind kind, const char *value)
{
	for (size_t i = 0; i < nmacs && i < HOST_MACS_MAX; i++)
		if ((c->void_macs >> i & 1) != 0 && strcasecmp(macs[i], value) == 0)
			return true;
	return (c->void_uuid && kind == ASSET_KEY_UUID) ||
	    (c->void_serial && kind == ASSET_KEY_SERIAL);
}

void
host_claimant(const json_t *host, const char *macs[static HOST_MACS_MAX],
    struct claimant *who)
{
	const json_t *id = json_object_get(host, "identity"), *mac;
	size_t i;

	*who = (struct claimant){
		.address = json_string_value(json_object_get(host, "address")),
		.name = json_string_value(json_object_get(host, "name")),
		.uuid = json_string_value(json_object_get(id, "uuid")),
		.serial = json_string_value(json_object_get(id, "serial")),
		.macs = macs };
	json_array_foreach(json_object_get(id, "macs"), i, mac)
		if (json_is_string(mac) && who->nmacs < HOST_MACS_MAX)
			macs[who->nmacs++] = json_string_value(mac);
}

/* The fields as a record has them: with their policies and tolerances. */
static json_t *
fields_of(const json_t *host, const json_t *policies, const json_t *kept)
{
	json_t *out = json_array(), *f, *one;
	size_t i;

	json_array_foreach(json_object_get(host, "fields"), i, f) {
		json_t *name = json_object_get(f, "typeName");
		json_t *policy = json_object_get(policies,
		    json_is_string(name) ? json_string_value(name) : "");

		one = json_pack("{s:O?, s:O?, s:o}",
		    "name", name, "values", json_object_get(f, "values"),
		    "policy", policy != NULL ? json_incref(policy) :
		    json_string(always));
		json_object_update_missing(one, json_object_get(kept,
		    json_is_string(name) ? json_string_value(name) : ""));
		json_array_append_new(out, one);
	}
	return out;
}

static bool
is_void(const json_t *key, const json_t *host, const struct claimed *c)
{
	const char *kind = json_string_value(json_object_get(key, "kind"));
	const char *value = json_string_value(json_object_get(key, "value"));
	const char *macs[HOST_MACS_MAX];
	struct claimant who;

	if (c == NULL || kind == NULL || value == NULL)
		return false;
	host_claimant(host, macs, &who);
	return host_key_void(c, macs, who.nmacs,
	    strcmp(kind, "uuid") == 0 ? ASSET_KEY_UUID :
	    strcmp(kind, "serial") == 0 ? ASSET_KEY_SERIAL : ASSET_KEY_MAC, value);
}

/* Void keys go from `keys` to `ignored`. */
static void
sort_keys(json_t *asset, const json_t *host, const struct claimed *c)
{
	json_t *keys = json_array(), *ignored, *key;
	size_t i;

	ignored = json_copy(json_object_get(asset, "ignored"));
	if (!json_is_array(ignored)) {
		json_decref(ignored);
		ignored = json_array();
	}
	json_array_foreach(json_object_get(asset, "keys"), i, key)
		if (!is_void(key, host, c))
			json_array_append(keys, key);
		else
			json_array_append_new(ignored, json_pack("{s:O, s:O, s:s}",
			    "kind", json_object_get(key, "kind"),
			    "value", json_object_get(key, "value"), "why",
			    "another computer of this import shows it too"));
	json_object_set_new(asset, "keys", keys);
	json_object_set_new(asset, "ignored", ignored);
}

/* What a mapping may make at most; a scan cuts there, with a warning. */
#define TEXT_MAX (64 * 1024)
#define KEY_MAX 4096

static bool
bounded(const struct asset *a)
{
	bool ok = strlen(a->title) <= TEXT_MAX;

	for (size_t i = 0; ok && i < a->nfields; i++) {
		ok = strlen(a->fields[i].name) <= KEY_MAX;
		for (size_t k = 0; ok && k < a->fields[i].nvalues; k++)
			ok = strlen(a->fields[i].values[k]) <= TEXT_MAX;
	}
	for (size_t i = 0; ok && i < a->nkeys; i++)
		ok = strlen(a->keys[i].field) <= KEY_MAX &&
		    strlen(a->keys[i].value) <= KEY_MAX;
	return ok;
}

struct asset *
host_asset_read(const json_t *host, const struct claimed *c, struct err *e)
{
	json_t *o = json_copy(json_object_get(host, "asset"));
	struct asset *a;

	if (!json_is_object(o)) {
		json_decref(o);
		fail(e, ERR_INVALID, "its asset is no object");
		return NULL;
	}
	if (json_is_array(json_object_get(o, "keys")))
		sort_keys(o, host, c);
	json_object_set(o, "address", json_object_get(host, "address"));
	json_object_set_new(o, "fields", fields_of(host,
	    json_object_get(o, "policies"), json_object_get(o, "tolerances")));
	if ((a = asset_from_json(o)) == NULL) {
		fail(e, ERR_INVALID, "its fields or its asset are not as a scan "
		    "writes them");
	} else if (!bounded(a)) {
		fail(e, ERR_INVALID, "its fields or its asset hold more than a "
		    "scan writes");
		asset_free(a);
		a = NULL;
	}
	json_decref(o);
	return a;
}
