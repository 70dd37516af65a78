/* fuzz_map_xml.c: any text as a mapping in XML; what loads is evaluated on a host
 * that says a little of everything, and survives the way through JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/map/mapping.h"
#include "tests/fuzz/map_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .code = ERR_NONE };
	struct mapping *m = mapping_from_xml((const char *)data, size, &e);

	if (m == NULL) {
		if (e.code == ERR_NONE)
			abort();
		return 0;
	}
	map_host_try(m);
	mapping_free(m);
	return 0;
}
