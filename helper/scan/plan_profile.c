/* plan_profile.c: the `profile` of a request, with the defaults of 2.1.1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/nearest.h"
#include "helper/scan/plan.h"
#include "helper/map/sections.h"

struct raw_profile {
	const char *name, *asset_type, *folder;
	const json_t *protocols, *config, *sections, *ports, *host_keys;
	bool update_only, ping_first, report_silent, sudo;
	double ping_timeout, connect_timeout, wmi_timeout, query_timeout;
	double ssh_timeout, connect_rate;
	json_int_t concurrency, refusals, wmi_connections;
};

#define M(json, member, type) \
	{ json, type, false, offsetof(struct raw_profile, member), 0, 0 }
#define SECONDS(json, member) \
	{ json, F_NUMBER, false, offsetof(struct raw_profile, member), 0.01, 3600 }
static const struct field profile_fields[] = {
	{ "name", F_TEXT, true, offsetof(struct raw_profile, name), 0, 0 },
	M("protocols", protocols, F_ARRAY),
	M("assetType", asset_type, F_TEXT),
	M("folder", folder, F_TEXT),
	M("config", config, F_ANY),
	M("updateOnly", update_only, F_BOOL),
	M("sections", sections, F_ARRAY),
	M("pingFirst", ping_first, F_BOOL),
	M("ports", ports, F_OBJECT),
	M("hostKeys", host_keys, F_ANY),
	M("reportSilent", report_silent, F_BOOL),
	M("sudo", sudo, F_BOOL),
	SECONDS("pingTimeout", ping_timeout),
	SECONDS("connectTimeout", connect_timeout),
	SECONDS("wmiTimeout", wmi_timeout),
	SECONDS("queryTimeout", query_timeout),
	SECONDS("sshTimeout", ssh_timeout),
	{ "concurrency", F_INTEGER, false,
	    offsetof(struct raw_profile, concurrency), 1, 4096 },
	{ "wmiConnections", F_INTEGER, false,
	    offsetof(struct raw_profile, wmi_connections), 1, 4 },
	{ "connectRate", F_NUMBER, false,
	    offsetof(struct raw_profile, connect_rate), 0, 1e6 },
	{ "refusedLogons", F_INTEGER, false,
	    offsetof(struct raw_profile, refusals), 1, 10 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};
#undef M
#undef SECONDS

static const struct raw_profile raw_defaults = {
	.asset_type = "type.computer", .folder = "/Electronics/Computers",
	.ping_timeout = 1, .connect_timeout = 2, .wmi_timeout = 60,
	.query_timeout = 20, .ssh_timeout = 60, .connect_rate = 2000,
	.concurrency = 64, .refusals = 2, .wmi_connections = 1,
};

/* --- protocols ------------------------------------------------------------ */

static const struct {
	const char *name;
	uint16_t port;
} protocols[PROTO_COUNT] = {
	[PROTO_WMI] = { "wmi", 135 },
	[PROTO_SSH] = { "ssh", 22 },
};

const char *
protocol_name(enum protocol proto)
{
	return protocols[proto].name;
}

bool
protocol_find(const char *name, enum protocol *out)
{
	for (size_t i = 0; i < PROTO_COUNT; i++)
		if (strcmp(protocols[i].name, name) == 0) {
			*out = (enum protocol)i;
			return true;
		}
	return false;
}

static void
add_protocol(struct scan_plan *plan, enum protocol proto)
{
	for (size_t i = 0; i < plan->norder; i++)
		if (plan->order[i] == proto)
			return;
	if (protocol_ops(proto) != NULL)
		plan->order[plan->norder++] = proto;
}

/* A protocol that this build lacks is left out, unless it is all there is. */
static void
read_protocols(struct scan_plan *plan, const json_t *list, struct problems *p,
    const struct at *at)
{
	const struct at here = { at, "protocols", 0 };
	size_t before = p->n;
	enum protocol proto;

	for (size_t i = 0; i < PROTO_COUNT && list == NULL; i++)
		add_protocol(plan, (enum protocol)i);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name == NULL || !protocol_find(name, &proto))
			problem(p, &(struct at){ &here, NULL, i },
			    "must be wmi or ssh");
		else
			add_protocol(plan, proto);
	}
	if (plan->norder == 0 && p->n == before)
		problem(p, &here, json_array_size(list) == 0 ?
		    "must name a protocol" :
		    "this version speaks none of them");
}

#define PORTS_MAX 4			/* of one protocol */

static void
read_port_list(struct scan_plan *plan, enum protocol proto, const json_t *list,
    struct problems *p, const struct at *at)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > PORTS_MAX) {
		problem(p, at, "must be an array of 1 to %d ports", PORTS_MAX);
		return;
	}
	plan->nports[proto] = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(list, i);
		json_int_t port = json_integer_value(v);

		if (!json_is_integer(v) || port < 1 || port > 65535)
			problem(p, &(struct at){ at, NULL, i },
			    "must be a port from 1 to 65535");
		else
			plan->ports[proto][plan->nports[proto]++] =
			    (uint16_t)port;
	}
}

static void
read_ports(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	const struct at here = { at, "ports", 0 };
	enum protocol proto;
	size_t total = 0;
	const char *name;
	json_t *list;

	for (size_t i = 0; i < PROTO_COUNT; i++) {
		plan->ports[i][0] = protocols[i].port;
		plan->nports[i] = 1;
	}
	/* jansson's iterator takes a pointer that is not const; it only reads. */
	json_object_foreach((json_t *)(uintptr_t)v, name, list) {
		const struct at one = { &here, name, 0 };

		if (protocol_find(name, &proto))
			read_port_list(plan, proto, list, p, &one);
		else
			problem(p, &one, "is not known here");
	}
	for (size_t i = 0; i < plan->norder; i++)
		total += plan->nports[plan->order[i]];
	if (total > SWEEP_PORTS_MAX)
		problem(p, &here, "name %zu ports together; at most %d", total,
		    SWEEP_PORTS_MAX);
}

/* --- config ----------------------------------------------------------------- */

struct below { struct problems *p; const struct at *at; };

static void
mapping_problem(void *ctx, const char *pointer, const char *message)
{
	const struct below *b = ctx;
	char where[512];
	size_t n;

	at_text(b->at, where, sizeof(where));
	n = strlen(where);
	if (n + strlen(pointer) < sizeof(where))
		memcpy(where + n, pointer, strlen(pointer) + 1);
	b->p->n++;
	if (b->p->fn != NULL)
		b->p->fn(b->p->ctx, where, message);
}

void
plan_read_config(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	struct below b = { p, at };
	struct err e = { .code = ERR_NONE };
	size_t before = p->n;
	const char *text = json_string_value(v);

	plan->mapping = mapping_builtin();
	if (v == NULL || (text != NULL && strcmp(text, "builtin") == 0))
		return;
	if (text != NULL)
		plan->own = mapping_from_xml(text, json_string_length(v), &e);
	else if (json_is_object(v))
		plan->own = mapping_from_json(v, mapping_problem, &b, &e);
	else
		fail(&e, ERR_MAPPING, "must be \"builtin\", the XML text of a "
		    "configuration, or a mapping object");
	if (plan->own != NULL)
		plan->mapping = plan->own;
	else if (p->n == before)
		problem(p, at, "%s", e.text);
}

/* --- host keys -------------------------------------------------------------- */

static const struct field pin_fields[] = {
	{ "address", F_TEXT, true, offsetof(struct pin, address), 0, 0 },
	{ "sha256", F_TEXT, true, offsetof(struct pin, sha256), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

static bool
is_sha256(const char *s)	/* as ssh-keygen -l prints it */
{
	if (strncmp(s, "SHA256:", 7) == 0)
		s += 7;
	return strlen(s) >= 43 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/") == 43 &&
	    (s[43] == '\0' || strcmp(s + 43, "=") == 0);
}

static void
read_pins(struct scan_plan *plan, const json_t *list, struct problems *p,
    const struct at *at)
{
	struct { const char *address, *sha256; } r;
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0) {
		problem(p, at, "must be an array of {address, sha256}");
		return;
	}
	if ((plan->pins = calloc(n, sizeof(*plan->pins))) == NULL) {
		problem(p, at, "no memory");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct at here = { at, NULL, i };

		r.address = r.sha256 = NULL;
		if (!fields_read(json_array_get(list, i), pin_fields, &r, p,
		    &here))
			continue;
		if (!is_sha256(r.sha256))
			problem_in(p, &here, "sha256", "must be a fingerprint "
			    "as ssh-keygen -l prints it (SHA256:...)");
		plan->pins[plan->npins++] = (struct pin){
			strdup(r.address), strdup(r.sha256) };
	}
}

void
plan_read_host_keys(struct scan_plan *plan, const json_t *v,
    struct problems *p, const struct at *at)
{
	const char *text = json_string_value(v);
	const json_t *pins = json_object_get(v, "pins");

	if (v == NULL)
		return;
	if (text != NULL && strcmp(text, "strict") == 0) {
		plan->host_keys = HOST_KEYS_STRICT;
	} else if (text != NULL && strcmp(text, "accept-new") == 0) {
		plan->host_keys = HOST_KEYS_ACCEPT_NEW;
	} else if (pins != NULL && json_object_size(v) == 1) {
		plan->host_keys = HOST_KEYS_PINNED;
		read_pins(plan, pins, p, &(struct at){ at, "pins", 0 });
	} else {
		problem(p, at, "must be \"strict\", \"accept-new\" or "
		    "{\"pins\": [{address, sha256}]}");
	}
}

/* --- the whole --------------------------------------------------------------- */

/* A section counts once, however often it is named. */
static void
add_section(struct scan_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nsections; i++)
		if (strcmp(plan->sections[i], name) == 0)
			return;
	if ((plan->sections[plan->nsections] = strdup(name)) != NULL)
		plan->nsections++;
}

static void
no_section(struct problems *p, const struct at *here, const char *name)
{
	struct nearest near = { .wanted = name != NULL ? name : "" };

	for (size_t k = 0; k < section_count(); k++)
		nearest_offer(&near, section_name(k));
	if (nearest_name(&near) != NULL)
		problem(p, here, "\"%s\" is no section; is it %s?", name,
		    nearest_name(&near));
	else
		problem(p, here, "\"%.60s\" is no section; there are: "
		    SECTION_ALL ", %s", name != NULL ? name : "", section_names());
}

static void
read_sections(struct scan_plan *plan, const json_t *list, struct problems *p,
    const struct at *at)
{
	const struct at here = { at, "sections", 0 };
	size_t n = json_array_size(list);

	if (n == 0)
		return;
	plan->sections = calloc(section_count(), sizeof(*plan->sections));
	if (plan->sections == NULL) {
		problem(p, &here, "no memory");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name != NULL && strcmp(name, SECTION_ALL) == 0)
			for (size_t k = 0; k < section_count(); k++)
				add_section(plan, section_name(k));
		else if (name != NULL && section_known(name))
			add_section(plan, name);
		else
			no_section(p, &(struct at){ &here, NULL, i }, name);
	}
}

static bool
fill(struct scan_plan *plan, const struct raw_profile *r)
{
	plan->name = strdup(r->name != NULL ? r->name : "");
	plan->asset_type = strdup(r->asset_type);
	plan->folder = strdup(r->folder);
	plan->update_only = r->update_only;
	plan->ping_first = r->ping_first;
	plan->report_silent = r->report_silent;
	plan->sudo = r->sudo;
	plan->ping_timeout = r->ping_timeout;
	plan->connect_timeout = r->connect_timeout;
	plan->query_timeout = r->query_timeout;
	plan->budget[PROTO_WMI] = r->wmi_timeout;
	plan->budget[PROTO_SSH] = r->ssh_timeout;
	plan->concurrency = (unsigned)r->concurrency;
	plan->host_connections = (unsigned)r->wmi_connections;
	plan->connect_rate = r->connect_rate;
	plan->refusals = (unsigned)r->refusals;
	return plan->name != NULL && plan->asset_type != NULL &&
	    plan->folder != NULL;
}

bool
plan_defaults(struct scan_plan *plan)
{
	struct problems none = { NULL, NULL, 0 };

	plan->host_keys = HOST_KEYS_ACCEPT_NEW;
	plan->shards = 1;
	plan->mapping = mapping_builtin();
	read_protocols(plan, NULL, &none, NULL);
	read_ports(plan, NULL, &none, NULL);
	return fill(plan, &raw_defaults) && none.n == 0;
}

void
plan_read_profile(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	struct raw_profile r = raw_defaults;

	plan->host_keys = HOST_KEYS_ACCEPT_NEW;
	plan->shards = 1;
	plan->mapping = mapping_builtin();
	if (v == NULL) {
		problem(p, at, "is missing");
		return;
	}
	fields_read(v, profile_fields, &r, p, at);
	read_protocols(plan, r.protocols, p, at);
	read_ports(plan, r.ports, p, at);
	plan_read_config(plan, r.config, p, &(struct at){ at, "config", 0 });
	plan_read_host_keys(plan, r.host_keys, p,
	    &(struct at){ at, "hostKeys", 0 });
	read_sections(plan, r.sections, p, at);
	if (!fill(plan, &r))
		problem(p, at, "no memory");
}
