/* unix_loads.h: two readings of a host's counters (unix_samples.def). */
#ifndef UNIX_LOADS_H
#define UNIX_LOADS_H

#include "helper/unix/unix_parse.h"

/* Both readings and the seconds between them; 0: no rates can be told. */
struct samples { struct span first, last; double took; };

/* A file of one of the readings, "loads1" or "loads". */
struct span unix_counters(struct unix_host *, const char *section,
    const char *file);
/* (b - a) a second; nothing where the counter began again. */
void unix_rate(struct fact_row *, const char *name, double a, double b,
    const struct samples *);
void unix_transport(struct unix_host *, const struct samples *);

#endif
