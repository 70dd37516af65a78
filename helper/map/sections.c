#include "helper/map/sections.h"

#include <stdio.h>
#include <string.h>

/* Which systems have a notion; the letters stand in the table's order. */
#define WLM (1u << MAP_WINDOWS | 1u << MAP_LINUX | 1u << MAP_DARWIN)
#define WL_ (1u << MAP_WINDOWS | 1u << MAP_LINUX)
#define W_M (1u << MAP_WINDOWS | 1u << MAP_DARWIN)
#define _LM (1u << MAP_LINUX | 1u << MAP_DARWIN)
#define W__ (1u << MAP_WINDOWS)

static const struct section { const char *name, *about; } sections[] = {
#define SECTION(name, about) { #name, about },
#define MEMBER(section, class, systems)
#include "helper/map/sections.def"
#undef SECTION
#undef MEMBER
};

static const struct member {
	const char *section, *class;
	unsigned systems;
} members[] = {
#define SECTION(name, about)
#define MEMBER(section, class, systems) { #section, #class, systems },
#include "helper/map/sections.def"
#undef SECTION
#undef MEMBER
};

static const char all_names[] =
#define SECTION(name, about) ", " #name
#define MEMBER(section, class, systems)
#include "helper/map/sections.def"
#undef SECTION
#undef MEMBER
;

size_t
section_count(void)
{
	return ARRAY_LEN(sections);
}

const char *
section_name(size_t i)
{
	return i < ARRAY_LEN(sections) ? sections[i].name : NULL;
}

const char *
section_about(size_t i)
{
	return i < ARRAY_LEN(sections) ? sections[i].about : NULL;
}

static const struct section *
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (strcmp(sections[i].name, name) == 0)
			return &sections[i];
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
	return all_names + strlen(", ");
}

static const struct member *
member(const char *name, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(members); k++)
		if (strcmp(members[k].section, name) == 0 && i-- == 0)
			return &members[k];
	return NULL;
}

const char *
section_class(const char *name, size_t i)
{
	const struct member *m = member(name, i);

	return m != NULL ? m->class : NULL;
}

/* --- what is missing ------------------------------------------------------------ */

static const char *const system_names[MAP_OS_COUNT] = {
	[MAP_LINUX] = "Linux", [MAP_DARWIN] = "macOS", [MAP_WINDOWS] = "Windows",
};

static void
lack(json_t *missing, const char *what, const char *why, const char *fix)
{
	json_array_append_new(missing, json_pack("{s:s, s:s, s:s?}",
	    "what", what, "why", why,
	    "fix", fix != NULL && fix[0] != '\0' ? fix : NULL));
}

static bool
told(const struct facts *facts, const char *class, const char *name)
{
	for (size_t i = 0; i < facts_rows(facts, class); i++) {
		const struct fact *f = fact_get(facts_at(facts, class, i), name);

		if (f != NULL && f->type != FACT_NULL)
			return true;
	}
	return false;
}

/* The reason of the class itself, or else of the first of its facts that has one. */
static bool
why_no_class(const struct facts *facts, const char *class, const char **why,
    const char **fix)
{
	char dotted[130];

	if (facts_why(facts, class, why, fix))
		return true;
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *f = fact_info_at(i);

		snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
		if (strcmp(f->class, class) == 0 &&
		    facts_why(facts, dotted, why, fix))
			return true;
	}
	return false;
}

static void
lacking_facts(const struct facts *facts, const char *class, json_t *missing)
{
	const char *why, *fix;
	char dotted[130];

	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *f = fact_info_at(i);

		if (strcmp(f->class, class) != 0)
			continue;
		snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
		if (!told(facts, class, f->name) &&
		    facts_why(facts, dotted, &why, &fix))
			lack(missing, dotted, why, fix);
	}
	/* a class of which a part came may have a reason of its own */
	if (facts_why(facts, class, &why, &fix))
		lack(missing, class, why, fix);
}

/* --- a section ------------------------------------------------------------------- */

static json_t *
class_json(const struct facts *facts, const char *class)
{
	json_t *rows = facts_class_json(facts, class), *first;

	if (rows == NULL || fact_class_is_many(class))
		return rows != NULL ? rows : json_array();
	first = json_array_get(rows, 0);
	first = first != NULL ? json_incref(first) : json_null();
	json_decref(rows);
	return first;
}

static void
put_class(json_t *all, json_t *missing, const struct facts *facts,
    const struct member *m, enum map_os os)
{
	const char *why, *fix;

	json_object_set_new(all, m->class, class_json(facts, m->class));
	if ((m->systems & 1u << os) == 0)
		return;
	if (facts_rows(facts, m->class) > 0)
		lacking_facts(facts, m->class, missing);
	else if (why_no_class(facts, m->class, &why, &fix))
		lack(missing, m->class, why, fix);
	else if (!fact_class_is_many(m->class))
		lack(missing, m->class, "the host said nothing of it", NULL);
}

static json_t *
one(const struct facts *facts, const struct section *s, enum map_os os)
{
	json_t *all = json_object(), *missing = json_array();
	const struct member *m;
	unsigned systems = 0;
	char why[120];

	for (size_t i = 0; (m = member(s->name, i)) != NULL; i++) {
		put_class(all, missing, facts, m, os);
		systems |= m->systems;
	}
	if ((systems & 1u << os) == 0) {
		snprintf(why, sizeof(why), "%s has no such thing",
		    system_names[os]);
		lack(missing, s->name, why, NULL);
	}
	json_object_set_new(all, "missing", missing);
	return all;
}

json_t *
sections_json(const struct facts *facts, enum map_os os, char *const *names,
    size_t n)
{
	json_t *all = json_object();

	for (size_t i = 0; all != NULL && i < n; i++) {
		const struct section *s = find(names[i]);

		if (s != NULL)
			json_object_set_new(all, s->name, one(facts, s, os));
	}
	return all;
}
