/* starts.h: what libraries need once per process, before any thread. */
#ifndef CMD_STARTS_H
#define CMD_STARTS_H

/* The wiping JSON allocator first of all, then the rooms' own. */
void starts(void);

#endif
