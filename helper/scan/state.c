#include "helper/scan/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/scan/scan.h"

static const char *
set(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0' ? v : NULL;
}

static char *
join(const char *a, const char *b)
{
	char *s;

	return asprintf(&s, "%s/%s", a, b) < 0 ? NULL : s;
}

char *
state_path(const char *dir, const char *name)
{
	return join(dir, name);
}

json_t *
state_object(const char *path, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	json_t *v = NULL;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size <= most)
		v = json_loadfd(fd, 0, NULL);
	if (fd >= 0)
		close(fd);
	if (json_is_object(v))
		return v;
	json_decref(v);
	return json_object();
}

char *
scan_state_dir(const char *given)
{
	const char *v;

	if (given != NULL && given[0] != '\0')
		return strdup(given);
	if ((v = set("ASSETSCAN_STATE_DIR")) != NULL)
		return strdup(v);
	/* XDG wants absolute paths; others are to be ignored */
	if ((v = set("XDG_STATE_HOME")) != NULL && v[0] == '/')
		return join(v, "assetscan");
	if ((v = set("HOME")) != NULL)
		return join(v, ".local/state/assetscan");
	return NULL;
}

/* mkdir -p with mode 0700 for what is made. */
static bool
make_path(char *path)
{
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			*at = '/';
			return false;
		}
		*at = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool
state_ready(const char *dir, const char *below, struct err *e)
{
	char *path;
	bool ok;

	if (dir == NULL || dir[0] == '\0') {
		fail(e, ERR_STATE_DIR, "there is no home folder to keep state in");
		return fail_at(e, STAGE_STATE);
	}
	path = below != NULL ? join(dir, below) : strdup(dir);
	ok = path != NULL && make_path(path) &&
	    access(path, W_OK | R_OK | X_OK) == 0;
	if (!ok) {
		fail_errno(e, ERR_STATE_DIR, "%s", path != NULL ? path : dir);
		fail_at(e, STAGE_STATE);
	}
	free(path);
	return ok;
}
