/* What a host says in SPNEGO; what was read fits inside what came. */
#include <stdlib.h>

#include "wmi/spnego.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
inside(const struct rd *part, const uint8_t *p, size_t n)
{
	if (part->len != 0 && (part->p < p || part->p + part->len > p + n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct spnego_resp r;

	if (!spnego_take(&r, p, n))
		return 0;
	inside(&r.mech, p, n);
	inside(&r.token, p, n);
	inside(&r.mic, p, n);
	return 0;
}
