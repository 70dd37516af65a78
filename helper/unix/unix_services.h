/* unix_services.h: what the parsers of services share. */
#ifndef UNIX_SERVICES_H
#define UNIX_SERVICES_H

#include "helper/unix/unix_parse.h"

/* What an init system says and what it means; NULL: nothing. */
struct word { const char *says, *means; };
const char *unix_means(const struct word *, size_t n, struct span says);
#define MEANS(table, says) unix_means(table, ARRAY_LEN(table), says)

/* A new row, without the ".service" of its name; NULL: enough of them. */
struct fact_row *unix_service(struct unix_host *, struct span name);

/* OpenRC, upstart, init scripts, procd, the BSDs' rc, SMF, AIX (unix_rc.c). */
void unix_rc(struct unix_host *);

#endif
