/* spool.h: texts kept for later: in memory up to a limit, behind it in a file
 * without a name.  Where no such file can be had, all stays in memory: what a
 * scan found is not lost for want of a disk.  Knows nothing of what it keeps.
 */
#ifndef REPORT_SPOOL_H
#define REPORT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"

struct spool;

/* One text; zeroed: none. */
struct spooled { char *text; uint64_t at; size_t n; };

struct spool *spool_new(size_t memory) CHECKED;
void          spool_free(struct spool *);
/* Takes over `text` (n octets, from malloc). */
void          spool_put(struct spool *, char *text, size_t n, struct spooled *);
/* The text again, NUL behind; the caller frees it. */
char         *spool_get(const struct spool *, const struct spooled *,
    struct err *) CHECKED;
void          spool_drop(struct spooled *);

#endif
