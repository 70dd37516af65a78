#include "helper/cmd/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct outfile {
	const char *path;
	FILE *f;
	struct stat st;
	bool made, begun;
};

/* A disk's file is locked and emptied; a pipe, terminal or device is not. */
static bool
regular(const struct outfile *o)
{
	return S_ISREG(o->st.st_mode);
}

static bool
hold(struct outfile *o, int fd, struct err *e)
{
	if (fstat(fd, &o->st) != 0)
		return fail_errno(e, ERR_IO, "%s", o->path);
	if (!regular(o) || flock(fd, LOCK_EX | LOCK_NB) == 0 ||
	    errno != EWOULDBLOCK)
		return true;	/* some network file systems have no locks */
	fail(e, ERR_IO, "%s is being written already", o->path);
	return fail_hint(e, "Wait until that is over, or give another file.");
}

struct outfile *
outfile_open(const char *path, mode_t mode, struct err *e)
{
	struct outfile *o = calloc(1, sizeof(*o));
	int fd;

	if (o == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	o->path = path;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	o->made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	if (fd < 0)
		fail_errno(e, ERR_IO, "%s", path);
	else if (hold(o, fd, e) && (o->f = fdopen(fd, "w")) == NULL)
		fail_errno(e, ERR_IO, "%s", path);
	if (o->f != NULL)
		return o;
	if (fd >= 0)
		close(fd);
	free(o);
	return NULL;
}

FILE *
outfile_stream(const struct outfile *o)
{
	return o->f;
}

bool
outfile_begin(struct outfile *o, struct err *e)
{
	if (!o->begun && regular(o) && ftruncate(fileno(o->f), 0) != 0)
		return fail_errno(e, ERR_IO, "%s", o->path);
	o->begun = true;
	return true;
}

bool
outfile_close(struct outfile *o, bool sync, struct err *e)
{
	bool ok = true;

	if (o == NULL)
		return true;
	if (o->made && !o->begun)
		unlink(o->path);
	if (fflush(o->f) != 0)
		ok = fail_errno(e, ERR_IO, "%s", o->path);
	if (ok && sync && o->begun && fsync(fileno(o->f)) != 0 &&
	    errno != EINVAL && errno != EROFS)
		ok = fail_errno(e, ERR_IO, "%s", o->path);
	if (fclose(o->f) != 0 && ok)
		ok = fail_errno(e, ERR_IO, "%s", o->path);
	free(o);
	return ok;
}

bool
outfile_is(const struct outfile *o, const char *path)
{
	struct stat st;

	return regular(o) && stat(path, &st) == 0 &&
	    st.st_dev == o->st.st_dev && st.st_ino == o->st.st_ino;
}
