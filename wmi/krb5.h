/* krb5.h: Kerberos: tickets under a deadline, then a security context.
 *                       [RFC 4120] [RFC 4121] [MS-KILE] 3.4.5, [MS-RPCE] 3.3.1.5.2
 *   AS  password or keytab -> ticket-granting ticket   TCP to the KDC, ours
 *   TGS ticket for host/<name>                          TCP to the KDC, ours
 *   bind(AP-REQ) ->  <- bind_ack(AP-REP)  auth3(AP-REP) ->     no I/O here
 *
 * MIT's library makes and reads the messages and is entered by krb5*.c only;
 * it never opens a socket.  Tickets live in a cache in memory that dies with
 * struct krb; the caller's own ticket cache is copied, never written.
 * Errors   ERR_AUTH_FAILED: the KDC refuses the account or its password, and
 *          says why; ERR_SPN: the domain does not know the host's name;
 *          ERR_KDC: no KDC answers, or none is known; ERR_CLOCK; and
 *          ERR_AUTH_METHOD: this credential cannot do Kerberos.
 */
#ifndef WMI_KRB5_H
#define WMI_KRB5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "wmi/auth.h"
#include "wmi/wmi.h"

/* The tickets of one credential for one host. */
struct krb;
/* host is the name that the domain knows it by ("pc17.corp.example").  Used by
 * one thread at a time.  The account's own ticket comes from the pool where it
 * has one (krb5_pool.h); NULL: each asks for its own. */
struct krb *krb_tickets(struct wmi_tickets *, const struct wmi_cred *,
    const char *host, struct deadline by, struct err *) CHECKED;
void        krb_free(struct krb *);	/* NULL is fine */
/* Borrowed: "MEMORY:...", "host/pc17.corp.example@CORP.EXAMPLE". */
const char *krb_ccache(const struct krb *);
const char *krb_server(const struct krb *);

/* The realm that a credential names, in fresh text; NULL with an error. */
char *krb_realm(const struct wmi_cred *, struct err *) CHECKED;
/* What a KDC's or a host's Kerberos error means; always false.  `number` is
 * that of RFC 4120 7.5.9. */
bool krb_fail(struct err *, uint32_t number, const char *whom);

/* One KDC's answer to one message.  kdc may be NULL: krb5.conf's [realms], DNS
 * SRV records of the realm, its own addresses.  *at is the one that answered
 * last (family 0: none yet).  reply is freed with free(). */
struct krb_kdc {
	const char *given, *realm;
	char **hosts;		/* of krb5.conf; may be NULL */
	struct net_addr at;
	uint16_t port;
	bool away;		/* not the account's realm: the host's, maybe */
};
bool krb_exchange(struct krb_kdc *, const void *msg, size_t n, uint8_t **reply,
    size_t *nreply, struct deadline by, struct err *) CHECKED;

/* "host", "host:port", "[v6]:port", "v6"; false: it is none. */
bool krb_kdc_split(const char *text, char *host, size_t cap, uint16_t *port);

/* The mechanism, auth type 16; the tickets must outlive its first step. */
extern const struct auth_ops krb_ops;
void *krb_context(const struct krb *, uint8_t level, struct err *) CHECKED;

#endif
