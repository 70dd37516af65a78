/* secretfile.h: a secret that stands in a file or comes through a descriptor.
 * Stands alone: knows no protocol.
 *
 * A relative path is looked for in $CREDENTIALS_DIRECTORY first: there a
 * service finds what systemd's LoadCredential= gives it (systemd.exec(5),
 * CREDENTIALS), under names and not under paths.
 */
#ifndef BASE_SECRETFILE_H
#define BASE_SECRETFILE_H

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"

#define SECRET_FILE_MAX (64 * 1024)

/* Where the file is; the path itself when it is nowhere else.  The caller frees
 * it; NULL: no memory. */
char *credential_path(const char *path) CHECKED;

/* The same of a file that must be there: NULL where a relative one is nowhere,
 * with the places in the error.  The caller frees it. */
char *credential_find(const char *path, struct err *) CHECKED;

/* All of it without the line end that editors put behind.  ERR_IO, ERR_LIMIT;
 * `where` names it in errors.  An empty file is an empty secret. */
struct secret *secret_from_fd(int fd, const char *where, struct err *) CHECKED;
struct secret *secret_from_file(const char *path, struct err *) CHECKED;

#endif
