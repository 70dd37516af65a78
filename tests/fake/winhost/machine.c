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

const json_t *
machine_account(const struct machine *m, const char *domain, const char *user)
{
	json_t *a;
	size_t i;

	json_array_foreach(json_object_get(m->json, "accounts"), i, a) {
		const char *d = text(a, "domain", m->name);

		if (strcasecmp(text(a, "user", ""), user) == 0 &&
		    (strcasecmp(d, domain) == 0 || *domain == '\0' ||
		    strcmp(domain, ".") == 0 ||
		    strcasecmp(m->dns_domain, domain) == 0 ||
		    strcasecmp(m->name, domain) == 0))
			return a;
	}
	return NULL;
}
