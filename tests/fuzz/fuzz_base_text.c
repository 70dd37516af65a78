/* fuzz_base_text.c: any octets made fit to show: always UTF-8, never a control. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fit_to_show(const char *s, size_t n, bool line)
{
	if (strlen(s) != n || !text_is_utf8(s, n))
		abort();
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c == 0x7f || (c < 0x20 && (line || (c != '\t' && c != '\n'))) ||
		    (c == 0xc2 && (uint8_t)s[i + 1] < 0xa0))
			abort();
	}
	if (line && (strstr(s, "\xe2\x80\xae") != NULL ||
	    strstr(s, "\xe2\x80\xa8") != NULL || strstr(s, "\xe2\x81\xa7") != NULL))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char small[64], *all, *large = malloc(4 * size + 1);
	size_t n;

	if (large == NULL)
		abort();
	fit_to_show(small, text_escape(small, sizeof(small), data, size), false);
	fit_to_show(small, text_line(small, sizeof(small), data, size), true);
	n = text_line(large, 4 * size + 1, data, size);
	fit_to_show(large, n, true);
	n = text_escape(large, 4 * size + 1, data, size);
	fit_to_show(large, n, false);
	if (text_is_utf8(data, size) && n < size)
		abort();
	if ((all = text_escaped(data, size, 100)) == NULL)
		abort();
	fit_to_show(all, strlen(all), false);
	if (strlen(all) > 103)
		abort();
	free(all);
	free(large);
	return 0;
}
