/* logon.h: which ways to log on there are for a credential at a host, and the
 * tickets for them, fetched before the first connection needs them.
 *
 *   auth        first            then, when the domain or its tickets fail
 *   ntlm        NTLM (10)        nothing
 *   kerberos    Kerberos (16)    nothing
 *   negotiate   SPNEGO (9)       NTLM (10), never after a refused password
 *
 * An account of the host itself, and one with only an NT hash, can do NTLM
 * alone; a keytab or ticket cache Kerberos alone.
 */
#ifndef WMI_LOGON_H
#define WMI_LOGON_H

#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "wmi/auth.h"
#include "wmi/krb5.h"

/* Filled by logon_plan(), freed by logon_clear(); zeroed is empty. */
struct logon {
	const struct wmi_cred *cred;	/* borrowed */
	struct wmi_tickets *pool;	/* borrowed; NULL: none */
	struct krb *tickets;		/* NULL: no Kerberos */
	bool ntlm;			/* it may be NTLM */
	struct err why;			/* why there is no Kerberos; code 0: not asked */
};

/* Kerberos may be wanted: the host's name is worth finding out. */
bool logon_wants_name(const struct wmi_cred *);
/* Not an address: Kerberos has tickets for names alone. */
bool logon_is_name(const char *host);
/* host: the DNS name, or what we came by; not_here: a name that the host claimed
 * and that is another's, NULL: none.  ERR_AUTH_FAILED is final: the KDC refuses
 * the account. */
bool logon_plan(struct logon *, const struct wmi_cred *, const char *host,
    const char *not_here, struct wmi_tickets *, struct deadline by,
    struct err *) CHECKED;
void logon_clear(struct logon *);
/* The host itself failed at Kerberos, for the reason given: true when NTLM may
 * be tried, on a new connection.  The password is not in doubt then. */
bool logon_fall_back(struct logon *, const struct err *why);

/* One connection's log-on.  target and about as for auth_new(). */
struct auth *logon_auth(const struct logon *, uint8_t level, const char *target,
    struct wmi_about *about, struct err *) CHECKED;

#endif
