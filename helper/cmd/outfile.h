/* outfile.h: a file that results go to.
 *
 * It is opened before the work, so that a name that cannot be written is known
 * early, but emptied only when there is something to write: a scan that is
 * refused costs nobody the results of another.  While it is open no other
 * assetscan opens it.
 */
#ifndef CMD_OUTFILE_H
#define CMD_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct outfile;

/* `path` is borrowed until the close; `mode` is that of a new file.  ERR_IO. */
struct outfile *outfile_open(const char *path, mode_t mode, struct err *) CHECKED;
/* Where to write, once outfile_begin() was called. */
FILE *outfile_stream(const struct outfile *);
/* Empties the file; a second call does nothing. */
bool outfile_begin(struct outfile *, struct err *) CHECKED;
/* `sync`: on disk when this ends well.  A file that was made here and never
 * begun is removed again.  NULL is allowed, and ends well. */
bool outfile_close(struct outfile *, bool sync, struct err *) CHECKED;
/* Whether `path` is this very file. */
bool outfile_is(const struct outfile *, const char *path);

#endif
