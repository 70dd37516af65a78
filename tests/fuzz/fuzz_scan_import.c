/* A scan.host of another machine's results, as `assetscan import` takes it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "helper/scan/host_asset.h"
#include "helper/scan/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	json_t *host = json_loadb((const char *)data, n, 0, NULL), *shown;
	struct claimed c = { .void_macs = 1, .void_serial = true };
	struct err e = { .code = ERR_NONE };
	const char *macs[HOST_MACS_MAX];
	struct claimant who;
	struct asset *a;

	if (json_is_object(host) && import_check(host, &e)) {
		host_claimant(host, macs, &who);
		a = host_asset_read(host, &c, &e);
		/* what was read can be written, and is read the same */
		if (a != NULL) {
			if ((shown = host_asset_json(a)) == NULL)
				abort();
			json_decref(shown);
		}
		asset_free(a);
	}
	json_decref(host);
	return 0;
}
