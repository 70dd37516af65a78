/* fuzz_scan_state.c: files of the state folder as another version, a crash or
 * somebody else may have left them.  The first octet chooses: 's' suspended
 * accounts, 'w' what worked, 'c' shared keys, 'j' what was written to assets. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/jira/written.h"
#include "helper/scan/claims.h"
#include "helper/scan/suspend.h"
#include "helper/scan/worked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/dev/shm/assetscan-fuzz-XXXXXX", path[200];

static void
clean(void)
{
	static const char *const left[] = { "suspended", "suspended.key",
		"suspended.new", "worked.json", "worked.lock", "shared.json" };

	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void
put(const char *name, const uint8_t *p, size_t n)
{
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, p, n) != (ssize_t)n || close(fd) != 0)
		abort();
}

static void
suspended(const uint8_t *p, size_t n)
{
	struct secret *secret = secret_from_str("secret");
	struct err e = { .code = ERR_NONE };
	struct suspend *s;

	put("suspended.key", (const uint8_t *)"0123456789abcdef0123456789abcdef",
	    32);
	put("suspended", p, n);
	if ((s = suspend_open(dir, &e)) == NULL)
		abort();
	if (suspend_count(s, "CORP\\x", secret) > 99)
		abort();
	suspend_set(s, "CORP\\x", secret, 2);
	if (suspend_count(s, "CORP\\x", secret) != 2)
		abort();
	suspend_set(s, "CORP\\x", secret, 0);
	if (suspend_count(s, "CORP\\x", secret) != 0)
		abort();
	suspend_close(s);
	secret_free(secret);
}

static void
what_worked(const uint8_t *p, size_t n)
{
	struct net_addr a = { .family = 4, .ip = { 10, 0, 0, 1 } };
	struct worked *w;

	put("worked.json", p, n);
	if ((w = worked_open(dir)) == NULL)
		abort();
	(void)worked_get(w, "ssh", &a);
	worked_put(w, "ssh", &a, "corp");
	worked_save(w);
	worked_close(w);
	if ((w = worked_open(dir)) == NULL || worked_get(w, "ssh", &a) == NULL ||
	    strcmp(worked_get(w, "ssh", &a), "corp") != 0)
		abort();
	worked_close(w);
}

static void
shared(const uint8_t *p, size_t n)
{
	const char *macs[] = { "00:1a:2b:3c:4d:5e" };
	struct claimant who = { "10.0.0.1", "pc", NULL, "S1", macs, 1 };
	struct claims *c = claims_new();
	struct claimed got;

	if (c == NULL)
		abort();
	put("shared.json", p, n);
	claims_load(c, dir);
	claims_make(c, &who, &got);
	claims_save(c, dir);
	claims_free(c);
}

static void
written(const uint8_t *p, size_t n)
{
	json_t *all = json_loadb((const char *)p, n, 0, NULL), *has;

	if (!json_is_object(all)) {
		json_decref(all);
		return;
	}
	has = json_pack("[{s:s, s:[s]}]", "typeName", "x", "values", "1");
	(void)!written_again(all, has);
	(void)!written_again(all, all);
	json_decref(has);
	json_decref(all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;

	if (!started) {
		log_start(LOG_QUIET);
		if (mkdtemp(dir) == NULL)
			abort();
		atexit(clean);
		started = true;
	}
	if (size == 0)
		return 0;
	switch (data[0]) {
	case 's':
		suspended(data + 1, size - 1);
		break;
	case 'w':
		what_worked(data + 1, size - 1);
		break;
	case 'c':
		shared(data + 1, size - 1);
		break;
	case 'j':
		written(data + 1, size - 1);
		break;
	}
	return 0;
}
