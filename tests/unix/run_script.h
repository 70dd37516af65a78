/* run_script.h: the script that a scan sends, run by this machine's shells. */
#ifndef RUN_SCRIPT_H
#define RUN_SCRIPT_H

#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/map/sections.h"
#include "helper/unix/unix_parse.h"
#include "helper/unix/unix_script.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

static const char *const shells[] = { "dash", "bash --posix", "busybox ash",
	"mksh", "ksh", "yash" };

static UNUSED bool
there(const char *shell)
{
	char line[200];

	snprintf(line, sizeof(line), "command -v %.*s >/dev/null 2>&1",
	    (int)strcspn(shell, " "), shell);
	return system(line) == 0;
}

/* What `shell` prints for the script, with `before` in front of it. */
static UNUSED char *
run(const char *shell, const struct unix_ask *ask, const char *before,
    const char *marker, size_t *n)
{
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };
	char path[] = "/tmp/assetscan-test-XXXXXX", line[400];
	size_t cap = 1u << 22;
	char *out = malloc(cap);
	int fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0);
	wr_str(&w, before);
	assert_true(unix_script(&w, marker, ask, &e));
	assert_int_equal(write(fd, w.p, w.len), (ssize_t)w.len);
	close(fd);
	wr_free(&w);
	snprintf(line, sizeof(line), "%s <%s 2>/dev/null", shell, path);
	f = popen(line, "r");
	*n = fread(out, 1, cap, f);
	pclose(f);
	unlink(path);
	return out;
}

static UNUSED struct facts *
ask_shell(const char *shell, const struct unix_ask *ask, const char *before)
{
	char marker[UNIX_MARKER];
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	bool partial;
	size_t n;
	char *out;

	assert_true(unix_marker(marker, &e));
	out = run(shell, ask, before, marker, &n);
	struct unix_answer a = { .marker = marker, .out = out, .n = n,
		.map = ask->map };
	if (!unix_facts(&a, f, &partial, &e) || partial)
		print_message("# %s: %s\n%.*s\n", shell, e.text, (int)n, out);
	assert_int_equal(e.code, ERR_NONE);
	assert_false(partial);
	free(out);
	return f;
}

/* Every inventory section there is. */
static UNUSED size_t
all_sections(char *names[], size_t max)
{
	size_t n = section_count();

	assert_true(n <= max);
	for (size_t i = 0; i < n; i++)
		names[i] = (char *)(uintptr_t)section_name(i);
	return n;
}

static const struct fact_row *
row_where(const struct facts *f, const char *class, const char *name,
    const char *value)
{
	for (size_t i = 0; i < facts_rows(f, class); i++) {
		const struct fact *v = fact_get(facts_at(f, class, i), name);
		char text[300];

		if (v == NULL)
			continue;
		fact_format(v, text, sizeof(text));
		if (strcmp(text, value) == 0)
			return facts_at(f, class, i);
	}
	return NULL;
}

/* One number that another program prints. */
static UNUSED unsigned
counted(const char *command)
{
	FILE *f = popen(command, "r");
	unsigned n = 0;

	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

static UNUSED double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
