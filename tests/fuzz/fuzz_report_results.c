/* A results file from anywhere: each line is taken, passed over or named. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "helper/report/results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .code = ERR_NONE };
	struct results_line line;
	struct results *r;
	uint64_t last = 0;
	char path[64];
	int fd = memfd_create("results", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if ((r = results_open(path, &e)) == NULL)
		abort();
	while (results_next(r, &line, &e)) {
		if (line.line <= last || !json_is_object(line.params))
			abort();
		last = line.line;
		if (strcmp(line.method, "scan.host") == 0 && json_string_length(
		    json_object_get(line.params, "address")) == 0)
			abort();
	}
	if (e.code != ERR_NONE && strstr(e.text, "line ") == NULL)
		abort();
	if (results_torn(r) != 0 && (e.code != ERR_NONE ||
	    results_torn(r) <= last))
		abort();
	results_close(r);
	close(fd);
	return 0;
}
