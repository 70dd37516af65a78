/* fuzz_scan_plan.c: the params of scan.start, profile.validate and their kin as a
 * caller could send them.  The first octet chooses the method; every mistake has a
 * place, and what is good makes a plan.  No file is opened. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/plan.h"
#include "helper/scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	if ((pointer[0] != '\0' && pointer[0] != '/') || message[0] == '\0')
		abort();
	++*(size_t *)ctx;
}

/* Members that name files of this machine: not here. */
static void
without_files(json_t *v)
{
	const char *key;
	json_t *one;
	void *next;
	size_t i, n;

	json_object_foreach_safe(v, next, key, one) {
		n = strlen(key);
		if ((n >= 4 && strcmp(key + n - 4, "File") == 0) ||
		    strcmp(key, "keytab") == 0 || strcmp(key, "ccache") == 0)
			json_object_del(v, key);
		else
			without_files(one);
	}
	json_array_foreach(v, i, one)
		without_files(one);
}

static void
start(const json_t *params)
{
	struct err e = { .code = ERR_NONE };
	struct scan_plan *plan;
	size_t problems = 0;

	plan = scan_plan_new(params, on_problem, &problems, &e);
	if (plan == NULL && e.code == ERR_NONE)
		abort();
	if ((plan != NULL) != (problems == 0))
		abort();
	if (plan != NULL)
		(void)scan_plan_addresses(plan);
	scan_plan_free(plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .code = ERR_NONE };
	size_t problems = 0;
	json_t *params;

	if (size == 0 || (params = json_loadb((const char *)data + 1, size - 1, 0,
	    NULL)) == NULL)
		return 0;
	without_files(params);
	if (json_is_object(params))
		switch (data[0]) {
		case 'v':
			json_decref(scan_profile_validate(params));
			break;
		case 'r':
			json_decref(scan_ranges_parse(params, &e));
			break;
		case 'c':
			json_decref(scan_config_validate(params, &e));
			break;
		case 'x':
			json_decref(scan_ranges_export(params, on_problem, &problems,
			    &e));
			break;
		default:
			start(params);
		}
	json_decref(params);
	return 0;
}
