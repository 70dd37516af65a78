/* A name server's answer about KDCs; what was read is terminated and bounded. */
#include <stdlib.h>
#include <string.h>

#include "wmi/krb5_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct krb_srv v[8];
	uint16_t id = n >= 2 ? (uint16_t)(p[0] << 8 | p[1]) : 0;
	size_t found = krb_srv_answer(p, n, id, v, 8);

	if (found > 8)
		abort();
	for (size_t i = 0; i < found; i++)
		if (v[i].port == 0 || memchr(v[i].host, '\0', sizeof(v[i].host)) == NULL)
			abort();
	return 0;
}
