/* What an echo socket may give: the first octet chooses family and header. */
#include <stdint.h>
#include <stdlib.h>

#include "helper/target/icmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t mark = 0;

	if (size == 0)
		return 0;
	if (icmp_decode(data + 1, size - 1, (data[0] & 1) != 0 ? 6 : 4,
	    (data[0] & 2) != 0, 0, &mark) && size < 25)
		abort();
	return 0;
}
