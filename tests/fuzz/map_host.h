/* map_host.h: a host for fuzzed mappings. */
#ifndef TESTS_FUZZ_MAP_HOST_H
#define TESTS_FUZZ_MAP_HOST_H

#include <stdlib.h>

#include "helper/map/mapping.h"

static inline struct facts *
map_host(void)
{
	struct facts *f = facts_new();
	struct fact_row *r;

	for (int i = 0; i < 2; i++) {
		r = facts_row(f, "nic");
		fact_str(r, "name", i == 0 ? "eth0" : "docker0");
		fact_str(r, "mac", i == 0 ? "00:1A:2B:3C:4D:5E" :
		    "02:42:00:00:00:01");
		fact_bool(r, "device", i == 0);
		r = facts_row(f, "Win32_BIOS");
		fact_str(r, "Name", "Some BIOS v12");
		fact_uint(r, "Size", UINT64_MAX);
		fact_append(r, "List", "one");
		fact_append(r, "List", "two");
	}
	fact_str(facts_row(f, "sys"), "serial", "5CG1234ABC");
	r = facts_row(f, "os");
	fact_str(r, "name", "Debian GNU/Linux 12");
	fact_time(r, "booted", 1700000000123);
	fact_real(r, "uptimeSeconds", 1e300);
	fact_str(facts_row(f, "host"), "name", "pc17");
	r = facts_row(f, "file");
	fact_str(r, "path", "/proc/uptime");
	fact_str(r, "text", "12345.67 2345.60\nline {0} two\n");
	return f;
}

/* Evaluates on each system, and once more after the way through JSON. */
static inline void
map_host_try(const struct mapping *m)
{
	struct facts *f = map_host();
	struct err e = { .code = ERR_NONE };
	json_t *a = mapping_to_json(m), *b;
	struct mapping *again = mapping_from_json(a, NULL, NULL, &e);

	if (again == NULL)
		abort();
	b = mapping_to_json(again);
	if (!json_equal(a, b) || mapping_fields(m) != mapping_fields(again))
		abort();
	for (int os = 0; os < MAP_OS_COUNT; os++) {
		struct mapped *out;

		err_clear(&e);
		out = mapping_eval(again, (enum map_os)os, f, &e);
		if ((out == NULL) == mapping_has_os(m, (enum map_os)os))
			abort();
		if (out == NULL)
			continue;
		for (size_t i = 0; i < mapped_values(out); i++) {
			const struct map_value *v = mapped_value(out, i);

			if (v->field == NULL || (v->n == 0 && v->why == NULL))
				abort();
		}
		mapped_free(out);
	}
	json_decref(a);
	json_decref(b);
	mapping_free(again);
	facts_free(f);
}

#endif
