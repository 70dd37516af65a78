/* ca.h: the certificates by which this machine knows a genuine server.
 *
 * libcurl has the place of the system it was built for compiled in; the tar
 * archive brings Debian's libcurl to other systems, where the list lies elsewhere.
 */
#ifndef JIRA_CA_H
#define JIRA_CA_H

/* The file with the machine's list: `own` (may be NULL) where that can be read,
 * else the first that can of those that other systems have; NULL: none.  The
 * caller's or static. */
const char *ca_system(const char *own);

#endif
