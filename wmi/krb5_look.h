/* krb5_look.h: what Kerberos is like on this machine, for a check of it.
 *
 * Logs on nowhere: reads krb5.conf, keytabs and ticket caches, asks DNS for
 * KDCs, connects to them.  Text from files is escaped by who shows it.
 */
#ifndef WMI_KRB5_LOOK_H
#define WMI_KRB5_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"

/* "1.20.1": what runs; "" when it does not say. */
void krb_look_library(char *dst, size_t cap);
/* Reads krb5.conf (or what KRB5_CONFIG names); its default realm, "" when it
 * has none.  ERR_IO: it cannot be used, and the library says why. */
bool krb_look_config(char *realm, size_t cap, struct err *) CHECKED;

/* Where a realm's KDCs are: those of krb5.conf, else DNS SRV records, else the
 * domain's own name.  Each "host" or "host:port".  Gives how many. */
#define KRB_LOOK_KDCS 8
struct krb_look_kdcs {
	char host[KRB_LOOK_KDCS][280];
	const char *from;		/* "krb5.conf", "DNS SRV records", ... */
	size_t n;
};
void krb_look_kdcs(const char *realm, struct krb_look_kdcs *, struct deadline);
/* Resolves and connects.  ERR_KDC, ERR_RESOLVE, ERR_REFUSED, ERR_TIMEOUT ... */
bool krb_look_answers(const char *kdc, struct deadline, struct err *) CHECKED;

/* A keytab's first principal and how many keys; a ticket cache's (NULL: the
 * default one) principal and when its ticket ends.  ERR_IO. */
bool krb_look_keytab(const char *path, char *detail, size_t cap, struct err *) CHECKED;
bool krb_look_ccache(const char *name, char *detail, size_t cap,
    long *seconds_left, struct err *) CHECKED;

#endif
