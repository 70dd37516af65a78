/* fuzz_ssh_knownhosts.c: a known hosts file's text, then look-ups in it.  The
 * first line is the name that is looked up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/hostkey.h"
#include "ssh/knownhosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct known_table t = { .count = 0 };
	const struct known *k = NULL;
	const uint8_t *nl = size != 0 ? memchr(data, '\n', size) : NULL;
	char name[100] = "192.0.2.1";
	size_t n, found = 0;

	if (nl != NULL && (n = (size_t)(nl - data)) < sizeof(name)) {
		memcpy(name, data, n);
		name[n] = '\0';
	}
	if (size != 0 && !known_read(&t, (const char *)data, size))
		abort();
	while ((k = known_next(&t, name, k)) != NULL)
		if (k->type == NULL || k->line == 0 || ++found > size)
			abort();
	(void)hostkey_blob_type(data, size);
	known_free(&t);
	return 0;
}
