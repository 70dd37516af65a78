#include "helper/scan/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "helper/scan/hash.h"
#include "helper/scan/state.h"

struct scan_lock { int fd; };

static char *
lock_path(const char *dir, const char *url, const char *profile,
    const char *shard)
{
	char hex[HASH_HEX], *path = NULL, *key = NULL;

	if (asprintf(&key, "%s\n%s", profile, shard) < 0)
		return NULL;
	if (hash_hex("lock", 4, url != NULL ? url : "", key, strlen(key), hex) &&
	    asprintf(&path, "%s/locks/%s.lock", dir, hex) < 0)
		path = NULL;
	free(key);
	return path;
}

/* Who holds it, as far as the file tells: "" when it does not. */
static void
holder(int fd, char *dst, size_t cap)
{
	ssize_t n = pread(fd, dst, cap - 1, 0);

	dst[n > 0 ? n : 0] = '\0';
	dst[strspn(dst, "0123456789")] = '\0';
}

static bool
hold(struct scan_lock *l, const char *path, const char *profile, struct err *e)
{
	char pid[24];

	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->fd < 0)
		return fail_errno(e, ERR_STATE_DIR, "%s", path);
	/* flock binds to this open file: a second scan of this same process is
	 * refused too, and no close() elsewhere lets go of it */
	if (flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return fail_errno(e, ERR_STATE_DIR, "%s", path);
		holder(l->fd, pid, sizeof(pid));
		return fail(e, ERR_SCAN_IN_PROGRESS, "profile \"%s\" is being "
		    "scanned already%s%s", profile,
		    pid[0] != '\0' ? " by process " : "", pid);
	}
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(l->fd, 0) != 0 ||
	    pwrite(l->fd, pid, strlen(pid), 0) != (ssize_t)strlen(pid))
		return fail_errno(e, ERR_STATE_DIR, "%s", path);
	return true;
}

struct scan_lock *
lock_take(const char *state_dir, const char *url, const char *profile,
    const char *shard, struct err *e)
{
	struct scan_lock *l = NULL;
	char *path = NULL;

	if (!state_ready(state_dir, "locks", e))
		return NULL;
	path = lock_path(state_dir, url, profile, shard);
	l = calloc(1, sizeof(*l));
	if (path == NULL || l == NULL) {
		fail(e, ERR_MEMORY, "no memory for a lock");
		free(l);
		l = NULL;
	} else if (l->fd = -1, !hold(l, path, profile, e)) {
		fail_at(e, STAGE_STATE);
		lock_release(l);
		l = NULL;
	}
	free(path);
	return l;
}

void
lock_release(struct scan_lock *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0) {
		/* a child that is just being spawned has the file open too, and
		 * would hold the lock until its exec() */
		(void)flock(l->fd, LOCK_UN);
		close(l->fd);
	}
	free(l);
}
