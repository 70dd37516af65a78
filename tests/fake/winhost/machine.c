/* machine.c: what the fake host is: one JSON file, loaded once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/fake/winhost/winhost.h"

static const char *
text(const json_t *o, const char *name, const char *standard)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : standard;
}

struct machine *
machine_load(const char *path)
{
	struct machine *m = calloc(1, sizeof(*m));
	json_error_t e;

	if (m == NULL || (m->json = json_load_file(path, 0, &e)) == NULL) {
		fprintf(stderr, "winhost: %s: line %d: %s\n", path, e.line, e.text);
		free(m);
		return NULL;
	}
	m->name = text(m->json, "name", "FAKE");
	m->domain = text(m->json, "domain", "WORKGROUP");
	m->dns_domain = text(m->json, "dnsDomain", m->name);
	m->dns_name = text(m->json, "dnsName", m->name);
	m->build = (uint16_t)json_integer_value(json_object_get(m->json, "build"));
	return m;
}

/* A member whose name is compared without regard to case. */
static const json_t *
member(const json_t *o, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)o, key, value)
		if (strcasecmp(key, name) == 0)
			return value;
	return NULL;
}

bool
machine_has_namespace(const struct machine *m, const char *ns)
{
	return member(json_object_get(m->json, "namespaces"), ns) != NULL;
}

const json_t *
machine_class(const struct machine *m, const char *ns, const char *class)
{
	return member(member(json_object_get(m->json, "namespaces"), ns), class);
}

/* Classes that every namespace has. */
static const char *const system_classes[] = { "__SystemClass", "__NAMESPACE",
	"__Event", "__ProviderRegistration" };

static void
add_name(json_t *set, const char *name)
{
	if (name != NULL)
		json_object_set_new(set, name, json_true());
}

json_t *
machine_class_names(const struct machine *m, const char *ns)
{
	json_t *set = json_object(), *list = json_array(), *def, *super;
	const char *name;
	size_t i;

	for (i = 0; i < ARRAY_LEN(system_classes); i++)
		add_name(set, system_classes[i]);
	json_object_foreach((json_t *)member(json_object_get(m->json,
	    "namespaces"), ns), name, def) {
		json_array_foreach(json_object_get(def, "derivation"), i, super)
			add_name(set, json_string_value(super));
		add_name(set, text(def, "class", name));
	}
	json_object_foreach(set, name, def)
		json_array_append_new(list, json_string(name));
	json_decref(set);
	return list;
}

/* The parents of a class that is only known as one. */
static json_t *
parents(const json_t *derivation, const char *class)
{
	json_t *list = json_array(), *super;
	bool below = false;
	size_t i;

	json_array_foreach(derivation, i, super) {
		if (below)
			json_array_append_new(list,
			    json_string(json_string_value(super)));
		below |= strcasecmp(json_string_value(super), class) == 0;
	}
	if (below)
		return list;
	json_decref(list);
	return NULL;
}

const json_t *
machine_any_class(const struct machine *m, const char *ns, const char *class,
    json_t **made)
{
	const json_t *def = machine_class(m, ns, class);
	json_t *other, *up = NULL;
	const char *name;

	*made = NULL;
	if (def != NULL)
		return def;
	for (size_t i = 0; i < ARRAY_LEN(system_classes); i++)
		if (strcasecmp(system_classes[i], class) == 0)
			up = json_array();
	json_object_foreach((json_t *)member(json_object_get(m->json,
	    "namespaces"), ns), name, other)
		if (up == NULL)
			up = parents(json_object_get(other, "derivation"), class);
	if (up == NULL)
		return NULL;
	*made = json_pack("{s:s, s:o, s:[], s:b}", "class", class, "derivation",
	    up, "properties", "abstract", 1);
	return *made;
}

/* registry: {"HKLM\\SOFTWARE\\X": {"value name": {"type": 1, "data": ...}}} */
const json_t *
machine_registry(const struct machine *m, uint32_t hive, const char *path)
{
	static const char *const hives[] = { "HKCR", "HKCU", "HKLM", "HKU" };
	char full[2048];

	if (hive < 0x80000000u || hive > 0x80000003u)
		return NULL;
	snprintf(full, sizeof(full), "%s%s%s", hives[hive & 3],
	    *path != '\0' ? "\\" : "", path);
	for (size_t n = strlen(full); n > 0 && full[n - 1] == '\\'; n--)
		full[n - 1] = '\0';
	return member(json_object_get(m->json, "registry"), full);
}

static bool
same_name(const char *a, const char *b)
{
	char *x = utf8_upper(a), *y = utf8_upper(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* "user@dns.domain" with an empty domain is one account's other name. */
static bool
same_upn(const struct machine *m, const char *user, const char *domain,
    const char *upn)
{
	size_t n = strlen(user);

	return *domain == '\0' && strlen(upn) > n && upn[n] == '@' &&
	    strcasecmp(upn + n + 1, m->dns_domain) == 0;
}

const json_t *
machine_account(const struct machine *m, const char *domain, const char *user)
{
	char *name;
	json_t *a;
	size_t i;
	bool same;

	json_array_foreach(json_object_get(m->json, "accounts"), i, a) {
		const char *d = text(a, "domain", m->name);

		name = strndup(user, strlen(text(a, "user", "")));
		same = name != NULL && same_name(text(a, "user", ""), name) &&
		    same_upn(m, name, domain, user);
		free(name);
		if (same)
			return a;
		if (same_name(text(a, "user", ""), user) &&
		    (strcasecmp(d, domain) == 0 || *domain == '\0' ||
		    strcmp(domain, ".") == 0 ||
		    strcasecmp(m->dns_domain, domain) == 0 ||
		    strcasecmp(m->name, domain) == 0))
			return a;
	}
	return NULL;
}
