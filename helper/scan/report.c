#include "helper/scan/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/host_asset.h"
#include "helper/map/sections.h"

double
report_round(double v)
{
	return round(v * 1e6) / 1e6;
}

/* Text that the room below made valid UTF-8; NULL is JSON null. */
static json_t *
text(const char *s)
{
	json_t *v = s != NULL ? json_string(s) : json_null();

	return v != NULL ? v : json_null();
}

json_t *
report_err(const struct err *e)
{
	json_t *v;

	if (e == NULL || e->code == ERR_NONE)
		return json_null();
	v = json_pack("{s:s, s:s, s:o, s:s}", "code", err_name(e->code),
	    "stage", stage_name(e->stage), "message", text(e->text),
	    "hint", err_hint(e));
	if (e->native != 0)
		json_object_set_new(v, "native", json_integer(e->native));
	return v;
}

/* Why there is no such key, where somebody said so. */
static void
put_why(json_t *o, const char *name, const struct facts *facts,
    const char *fact, const char *judged)
{
	const char *why = judged, *fix;

	if (why != NULL || facts_why(facts, fact, &why, &fix))
		json_object_set_new(o, name, text(why));
}

static json_t *
identity_json(const struct identity *id, const struct facts *facts)
{
	json_t *macs = json_array(), *ignored = json_array(), *o;

	for (size_t i = 0; id != NULL && i < identity_macs(id); i++)
		json_array_append_new(macs, text(identity_mac(id, i)));
	for (size_t i = 0; id != NULL && i < identity_ignored(id); i++)
		json_array_append_new(ignored, json_pack("{s:o, s:o}",
		    "mac", text(identity_ignored_mac(id, i)),
		    "why", text(identity_ignored_why(id, i))));
	o = json_pack("{s:o, s:o, s:o, s:o}", "macs", macs,
	    "ignoredMacs", ignored,
	    "serial", text(id != NULL ? identity_serial(id) : NULL),
	    "uuid", text(id != NULL ? identity_uuid(id) : NULL));
	if (id == NULL || identity_serial(id) == NULL)
		put_why(o, "serialWhy", facts, "sys.serial",
		    id != NULL ? identity_serial_why(id) : NULL);
	if (id == NULL || identity_uuid(id) == NULL)
		put_why(o, "uuidWhy", facts, "sys.uuid",
		    id != NULL ? identity_uuid_why(id) : NULL);
	return o;
}

static json_t *
os_json(const struct facts *facts)
{
	static const char *const names[] = { "family", "name", "version" };
	json_t *os = json_object();

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char dotted[32] = "os.";
		const struct fact *f;

		strcat(dotted, names[i]);
		f = facts_find(facts, dotted);
		json_object_set_new(os, names[i], f != NULL &&
		    f->type == FACT_STRING ? text(f->s) : json_null());
	}
	return os;
}

static json_t *
values_json(const struct map_value *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(list, text(v->values[i]));
	return list;
}

static void
put_fields(json_t *host, const struct mapped *m)
{
	json_t *fields = json_array(), *missing = json_array();

	for (size_t i = 0; m != NULL && i < mapped_values(m); i++) {
		const struct map_value *v = mapped_value(m, i);

		if (v->n > 0)
			json_array_append_new(fields, json_pack("{s:o, s:o}",
			    "typeName", text(v->field),
			    "values", values_json(v)));
		else
			json_array_append_new(missing, json_pack(
			    "{s:o, s:o, s:o}", "field", text(v->field),
			    "why", text(v->why), "fix", text(v->fix)));
	}
	json_object_set_new(host, "fields", fields);
	json_object_set_new(host, "missing", missing);
}

static json_t *
warnings_json(const struct result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nwarnings; i++)
		json_array_append_new(list, text(r->warnings[i]));
	for (size_t i = 0; r->facts != NULL && i < facts_warnings(r->facts); i++)
		json_array_append_new(list, text(facts_warning(r->facts, i)));
	for (size_t i = 0; r->mapped != NULL && i < mapped_warnings(r->mapped);
	    i++)
		json_array_append_new(list, text(mapped_warning(r->mapped, i)));
	return list;
}

static bool
none_void(void *ctx, const struct map_key *k)
{
	(void)ctx;
	(void)k;
	return false;
}

static json_t *
asset_json(const struct scan_plan *plan, const struct result *r)
{
	struct asset *a = report_to_asset(plan, r, none_void, NULL);
	json_t *v = a != NULL ? host_asset_json(a) : NULL;

	asset_free(a);
	return v != NULL ? v : json_null();
}

json_t *
report_host(const struct scan_plan *plan, const struct result *r)
{
	char addr[NET_ADDR_TEXT];
	json_t *host = json_object(), *v;

	json_object_set_new(host, "address", text(r->has_addr ?
	    net_addr_text(&r->addr, addr) : r->name));
	json_object_set_new(host, "name", text(r->name));
	json_object_set_new(host, "protocol",
	    text(r->self ? "self" : r->asked ? protocol_name(r->protocol) :
	    NULL));
	json_object_set_new(host, "state", text(host_state_name(r->state)));
	json_object_set_new(host, "credential",
	    text(r->cred != NULL ? r->cred->id : NULL));
	json_object_set_new(host, "os",
	    r->facts != NULL ? os_json(r->facts) : json_null());
	json_object_set_new(host, "identity",
	    r->facts != NULL ? identity_json(r->identity, r->facts) : json_null());
	put_fields(host, r->mapped);
	json_object_set_new(host, "asset", asset_json(plan, r));
	v = r->facts != NULL ? sections_json(r->facts, r->has_os ? r->os :
	    MAP_LINUX, plan->sections, plan->nsections) : json_object();
	json_object_set_new(host, "sections", v != NULL ? v : json_object());
	json_object_set_new(host, "warnings", warnings_json(r));
	json_object_set_new(host, "error", report_err(&r->err));
	json_object_set_new(host, "timings", json_pack("{s:f, s:f, s:f}",
	    "connect", report_round(r->connect),
	    "logon", report_round(r->logon),
	    "total", report_round(r->total)));
	json_object_set_new(host, "roundTrips",
	    json_integer((json_int_t)r->round_trips));
	return host;
}

static json_t *
strings_json(const char *const *list, size_t n)
{
	json_t *v = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(v, text(list[i]));
	return v;
}

json_t *
report_asset(const struct asset_result *a)
{
	json_t *v = json_object(), *ids;

	json_object_set_new(v, "address", text(a->address));
	json_object_set_new(v, "outcome", text(asset_outcome_name(a->outcome)));
	json_object_set_new(v, "id", a->id != 0 ?
	    json_integer((json_int_t)a->id) : json_null());
	json_object_set_new(v, "url", text(a->url));
	json_object_set_new(v, "matchedBy", text(a->matched_by));
	json_object_set_new(v, "changed", strings_json(a->changed, a->nchanged));
	if (a->ndropped > 0)
		json_object_set_new(v, "dropped",
		    strings_json(a->dropped, a->ndropped));
	if (a->ncandidates > 0) {
		ids = json_array();
		for (size_t i = 0; i < a->ncandidates; i++)
			json_array_append_new(ids,
			    json_integer((json_int_t)a->candidates[i]));
		json_object_set_new(v, "candidates", ids);
	}
	if (a->match != NULL)
		json_object_set_new(v, "match", json_deep_copy(a->match));
	if (a->would != NULL)
		json_object_set_new(v, "would", json_deep_copy(a->would));
	if (a->err != NULL && a->err->code != ERR_NONE)
		json_object_set_new(v, "error", report_err(a->err));
	return v;
}

/* --- for the poster --------------------------------------------------------- */

static bool
copy_field(struct asset *a, const struct map_value *v)
{
	struct asset_field *f = &a->fields[a->nfields];

	*f = (struct asset_field){ .name = strdup(v->field),
		.policy = (enum asset_policy)v->policy,
		.tolerance = { v->tolerance.by, v->tolerance.percent } };
	f->values = calloc(v->n, sizeof(*f->values));
	a->nfields++;
	if (f->name == NULL || f->values == NULL)
		return false;
	for (size_t i = 0; i < v->n; i++, f->nvalues++)
		if ((f->values[i] = strdup(v->values[i])) == NULL)
			return false;
	return true;
}

_Static_assert((int)POLICY_NEVER_OVERWRITE == (int)ASSET_NEVER_OVERWRITE &&
    (int)POLICY_WHEN_EMPTY == (int)ASSET_WHEN_EMPTY, "policies agree");
_Static_assert((int)KEY_TEXT == (int)ASSET_KEY_TEXT &&
    (int)KEY_UUID == (int)ASSET_KEY_UUID &&
    (int)KEY_SERIAL == (int)ASSET_KEY_SERIAL, "kinds of keys agree");

static bool
copy_key(struct asset *a, const struct map_key *k)
{
	struct asset_key *to = &a->keys[a->nkeys++];

	*to = (struct asset_key){ .field = strdup(k->field),
		.kind = (enum asset_key_kind)k->kind,
		.value = strdup(k->value), .weak = k->weak };
	return to->field != NULL && to->value != NULL;
}

static bool
copy_ignored(struct asset *a, enum map_key_kind kind, const char *value,
    const char *why)
{
	struct asset_ignored *to = &a->ignored[a->nignored++];

	*to = (struct asset_ignored){ .kind = (enum asset_key_kind)kind,
		.value = strdup(value), .why = strdup(why) };
	return to->value != NULL && to->why != NULL;
}

struct asset *
report_to_asset(const struct scan_plan *plan, const struct result *r,
    bool (*is_void)(void *ctx, const struct map_key *), void *ctx)
{
	size_t nfields, nkeys, nignored;
	char addr[NET_ADDR_TEXT];
	struct asset *a;
	bool ok;

	if (r->mapped == NULL || (a = calloc(1, sizeof(*a))) == NULL)
		return NULL;
	nfields = mapped_values(r->mapped);
	nkeys = mapped_keys(r->mapped);
	nignored = mapped_ignored(r->mapped);
	a->address = strdup(net_addr_text(&r->addr, addr));
	a->title = strdup(mapped_title(r->mapped) != NULL ?
	    mapped_title(r->mapped) : addr);
	a->update_only = plan->update_only ||
	    mapping_update_only(plan->mapping, r->os);
	a->fields = calloc(nfields + 1, sizeof(*a->fields));
	a->keys = calloc(nkeys + 1, sizeof(*a->keys));
	a->ignored = calloc(nkeys + nignored + 1, sizeof(*a->ignored));
	ok = a->address != NULL && a->title != NULL && a->fields != NULL &&
	    a->keys != NULL && a->ignored != NULL;
	for (size_t i = 0; ok && i < nfields; i++)
		if (mapped_value(r->mapped, i)->n > 0)
			ok = copy_field(a, mapped_value(r->mapped, i));
	for (size_t i = 0; ok && i < nkeys; i++) {
		const struct map_key *k = mapped_key(r->mapped, i);

		ok = is_void(ctx, k) ? copy_ignored(a, k->kind, k->value,
		    "another computer of this scan shows it too") :
		    copy_key(a, k);
	}
	for (size_t i = 0; ok && i < nignored; i++) {
		const struct map_ignored *g = mapped_ignored_at(r->mapped, i);

		ok = copy_ignored(a, g->kind, g->value, g->why);
	}
	if (ok)
		return a;
	asset_free(a);
	return NULL;
}
