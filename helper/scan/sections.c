#include "helper/scan/sections.h"

#include <string.h>

#define SECTION_CLASSES 4

/* section, and the fact classes that make it up */
static const struct section {
	const char *name;
	const char *classes[SECTION_CLASSES];
} table[] = {
	{ "cpu", { "cpu" } },
	{ "memory", { "memory", "memoryModule" } },
	{ "disk", { "disk", "volume" } },
	{ "network", { "nic", "ip", "network" } },
	{ "services", { "service" } },
	{ "domain", { "domain" } },
	{ "time", { "time" } },
	{ "processes", { "process" } },
	{ "users", { "user", "account", "session" } },
	{ "shares", { "share" } },
	{ "software", { "software" } },
	{ "updates", { "update" } },
	{ "shadow", { "shadow" } },
	{ "connections", { "connection" } },
	{ "routes", { "route" } },
};

static const struct section *
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

bool
section_known(const char *name)
{
	return find(name) != NULL;
}

const char *
section_names(void)
{
	return "cpu, memory, disk, network, services, domain, time, processes, "
	    "users, shares, software, updates, shadow, connections, routes";
}

const char *
section_class(const char *name, size_t i)
{
	const struct section *s = find(name);

	return s != NULL && i < SECTION_CLASSES ? s->classes[i] : NULL;
}

static json_t *
one(const struct facts *facts, const struct section *s)
{
	json_t *all, *rows;

	if (s->classes[1] == NULL)
		return facts_class_json(facts, s->classes[0]);
	if ((all = json_object()) == NULL)
		return NULL;
	for (size_t i = 0; i < SECTION_CLASSES && s->classes[i] != NULL; i++) {
		rows = facts_class_json(facts, s->classes[i]);
		json_object_set_new(all, s->classes[i],
		    rows != NULL ? rows : json_array());
	}
	return all;
}

json_t *
sections_json(const struct facts *facts, char *const *names, size_t n)
{
	json_t *all = json_object();

	for (size_t i = 0; all != NULL && i < n; i++) {
		const struct section *s = find(names[i]);
		json_t *v = s != NULL ? one(facts, s) : NULL;

		if (v != NULL)
			json_object_set_new(all, s->name, v);
	}
	return all;
}
