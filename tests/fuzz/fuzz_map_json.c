/* fuzz_map_json.c: any JSON as a mapping; what loads is evaluated on a host that
 * says a little of everything, and says the same after another round. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/map/mapping.h"
#include "tests/fuzz/map_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count(void *ctx, const char *pointer, const char *message)
{
	if (pointer[0] != '\0' && pointer[0] != '/')
		abort();
	*(size_t *)ctx += strlen(message) > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .code = ERR_NONE };
	json_t *o = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	struct mapping *m;
	size_t problems = 0;

	if (o == NULL)
		return 0;
	m = mapping_from_json(o, count, &problems, &e);
	json_decref(o);
	if ((m == NULL) != (problems > 0))
		abort();
	if (m != NULL)
		map_host_try(m);
	mapping_free(m);
	return 0;
}
