/* scratch.h: where C tests put their files: below $TMPDIR, which tests/run removes
 * however a test ends. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_MAX 128

/* A template for mkdtemp() and mkstemp(). */
static inline char *
scratch_name(char path[static SCRATCH_MAX], const char *name)
{
	const char *top = getenv("TMPDIR");

	snprintf(path, SCRATCH_MAX, "%.80s/assetscan-%.20s-XXXXXX",
	    top != NULL && top[0] != '\0' ? top : "/tmp", name);
	return path;
}

#endif
