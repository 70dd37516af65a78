/* unix_tool.h: facts as the JSON that the fixtures hold; for tests only. */
#ifndef TESTS_UNIX_TOOL_H
#define TESTS_UNIX_TOOL_H

#include <jansson.h>

#include "helper/map/fact.h"

/* {"os":[{...}], ..., "missing":{"sys.serial":[why, fix]}, "warnings":[...]} */
static inline json_t *
facts_dump(const struct facts *f)
{
	json_t *all = json_object(), *missing = json_object();

	for (size_t i = 0; i < facts_classes(f); i++)
		json_object_set_new(all, facts_class(f, i),
		    facts_class_json(f, facts_class(f, i)));
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *info = fact_info_at(i);
		const char *why, *fix;
		char dotted[128];

		snprintf(dotted, sizeof(dotted), "%s.%s", info->class, info->name);
		if (facts_why(f, dotted, &why, &fix))
			json_object_set_new(missing, dotted, json_string(why));
	}
	json_object_set_new(all, "missing", missing);
	return all;
}

#endif
