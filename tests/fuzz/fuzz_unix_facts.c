/* What a Unix host printed, from the frame to the facts and what identifies it. */
#include <stdint.h>
#include <stdlib.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unix_answer a = { .marker = "@", .out = (const char *)data,
		.n = size, .asked_ms = 1790000000000, .got_ms = 1790000001000 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	bool partial;

	if (f == NULL)
		return 0;
	if (unix_facts(&a, f, &partial, &e))
		identity_free(identity_from_facts(f));
	facts_free(f);
	return 0;
}
