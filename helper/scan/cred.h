/* cred.h: one credential of a plan: who logs on, and with what.
 *
 * Immutable once the plan stands, so any number of threads may read it.
 */
#ifndef SCAN_CRED_H
#define SCAN_CRED_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"

enum protocol { PROTO_WMI, PROTO_SSH, PROTO_COUNT };
enum cred_auth { CRED_NEGOTIATE, CRED_KERBEROS, CRED_NTLM };

struct ssh_key;			/* ssh/ssh.h; only the SSH probe looks inside */

/* Owns everything.  Exactly one of password, nt_hash, key, agent, keytab and
 * ccache is set. */
struct cred {
	char *id, *user;
	enum protocol protocol;
	enum cred_auth auth;
	struct secret *password, *nt_hash;
	struct ssh_key *key;		/* parsed once, when the plan was made */
	char *agent;			/* socket path; "" is $SSH_AUTH_SOCK */
	char *keytab, *ccache, *realm, *kdc;
};
void cred_clear(struct cred *);

/* A wrong one may lock the account; keys and tickets cannot. */
bool cred_is_guessable(const struct cred *);

/* cred_ssh.c: the only place of a plan that sees ssh/.  text or path, not
 * both.  ERR_KEY, ERR_IO. */
bool cred_ssh_key(struct cred *, const char *text, const char *path,
    const char *passphrase, struct err *) CHECKED;
void cred_ssh_key_free(struct ssh_key *);

#endif
