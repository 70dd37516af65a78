#include "helper/base/secretfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
credential_path(const char *path)
{
	const char *top = getenv("CREDENTIALS_DIRECTORY");
	char *full = NULL;

	if (top == NULL || top[0] == '\0' || path[0] == '/')
		return strdup(path);
	if (asprintf(&full, "%s/%s", top, path) < 0)
		return NULL;
	if (access(full, F_OK) == 0)
		return full;
	free(full);
	return strdup(path);
}

char *
credential_find(const char *path, struct err *e)
{
	const char *top = getenv("CREDENTIALS_DIRECTORY");
	char *found = credential_path(path), here[PATH_MAX];

	if (found == NULL) {
		fail(e, ERR_MEMORY, "no memory");
	} else if (path[0] != '/' && access(found, F_OK) != 0 &&
	    errno == ENOENT) {
		/* a timer's folder is not the one that its user had in mind */
		if (getcwd(here, sizeof(here)) == NULL)
			snprintf(here, sizeof(here), "the current folder");
		if (top != NULL && top[0] != '\0')
			fail(e, ERR_IO, "%s: No such file, neither in "
			    "$CREDENTIALS_DIRECTORY (%.200s) nor in %.200s",
			    path, top, here);
		else
			fail(e, ERR_IO, "%s: No such file in %.200s, and "
			    "$CREDENTIALS_DIRECTORY is not set", path, here);
		fail_hint(e, "Give the whole path, or put the file where it is "
		    "looked for.");
		free(found);
		found = NULL;
	}
	return found;
}

struct secret *
secret_from_fd(int fd, const char *where, struct err *e)
{
	struct secret *s = NULL;
	char *buf = malloc(SECRET_FILE_MAX);
	size_t n = 0;
	ssize_t got = 1;

	if (buf == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	while (n < SECRET_FILE_MAX &&
	    (got = read(fd, buf + n, SECRET_FILE_MAX - n)) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		if (got > 0)
			n += (size_t)got;
	}
	if (got < 0)
		fail_errno(e, ERR_IO, "%s", where);
	else if (n == SECRET_FILE_MAX)
		fail(e, ERR_LIMIT, "%s: longer than %d octets", where,
		    SECRET_FILE_MAX - 1);
	else {
		if (n > 0 && buf[n - 1] == '\n')
			n--;
		if (n > 0 && buf[n - 1] == '\r')
			n--;
		if ((s = secret_new(buf, n)) == NULL)
			fail(e, ERR_MEMORY, "no memory");
	}
	wipe(buf, SECRET_FILE_MAX);
	free(buf);
	return s;
}

struct secret *
secret_from_file(const char *path, struct err *e)
{
	char *found = credential_find(path, e);
	struct secret *s = NULL;
	int fd;

	if (found == NULL)
		return NULL;
	if ((fd = open(found, O_RDONLY | O_CLOEXEC)) < 0) {
		fail_errno(e, ERR_IO, "%s", found);
	} else {
		s = secret_from_fd(fd, found, e);
		close(fd);
	}
	free(found);
	return s;
}
