#include "wmi/logon.h"

#include <stdlib.h>
#include <string.h>

#include "wmi/krb5_pool.h"
#include "wmi/spnego.h"

/* What a silent KDC or resolver may cost where NTLM can follow. */
#define KERBEROS_SECONDS 8.0

static bool
can_ntlm(const struct wmi_cred *c)
{
	return c->auth != WMI_KERBEROS && (c->password != NULL || c->nt_hash != NULL);
}

static bool
can_kerberos(const struct wmi_cred *c)
{
	return c->auth != WMI_NTLM && (c->ccache != NULL || (c->user != NULL &&
	    strncmp(c->user, ".\\", 2) != 0 &&
	    (c->password != NULL || c->keytab != NULL)));
}

bool
logon_wants_name(const struct wmi_cred *c)
{
	char *realm;
	bool wants;

	if (!can_kerberos(c))
		return false;
	if (c->auth == WMI_KERBEROS || c->ccache != NULL)
		return true;
	/* A name costs a question: not where no realm is known anyway. */
	realm = krb_realm(c, NULL);
	wants = realm != NULL;
	free(realm);
	return wants;
}

bool
logon_is_name(const char *host)
{
	struct net_addr addr;

	return host != NULL && *host != '\0' && !net_addr_parse(host, &addr);
}

/* Where NTLM can follow, a realm that keeps silent is waited for once and not
 * at every host. */
static bool
get_tickets(struct logon *l, const char *realm, const char *host,
    struct deadline by)
{
	struct deadline mine = l->ntlm ? deadline_within(by, KERBEROS_SECONDS) : by;

	if (l->ntlm && realm != NULL &&
	    krb_pool_silent(l->pool, realm, &l->why))
		return false;
	l->tickets = krb_tickets(l->pool, l->cred, host, mine, &l->why);
	if (l->tickets == NULL && realm != NULL && !deadline_passed(by) &&
	    (l->why.code == ERR_KDC || l->why.code == ERR_TIMEOUT))
		krb_pool_note_silence(l->pool, realm, &l->why);
	return l->tickets != NULL;
}

/* Why there is no name to get a ticket for. */
static bool
no_name(struct logon *l, const char *not_here)
{
	if (not_here == NULL) {
		fail(&l->why, ERR_SPN, "Kerberos wants the host's name, and only an"
		    " address is known");
		return fail_hint(&l->why, "Scan by name, or let the address have a"
		    " name in DNS.");
	}
	fail(&l->why, ERR_SPN, "the host calls itself %s, which has other addresses:"
	    " it is shown no Kerberos ticket for that name", not_here);
	return fail_hint(&l->why, "Let DNS give the name this address, or scan by"
	    " name.");
}

static bool
plan_kerberos(struct logon *l, const char *host, const char *not_here,
    struct deadline by)
{
	char *realm = NULL;
	bool ok;

	if (!can_kerberos(l->cred)) {
		fail(&l->why, ERR_AUTH_METHOD, "Kerberos cannot use this credential:"
		    " it wants a domain account with a password, keytab or ticket");
		return false;
	}
	if (l->cred->ccache == NULL &&
	    (realm = krb_realm(l->cred, &l->why)) == NULL)
		return false;
	ok = logon_is_name(host) ? get_tickets(l, realm, host, by) :
	    no_name(l, not_here);
	free(realm);
	return ok;
}

bool
logon_plan(struct logon *l, const struct wmi_cred *c, const char *host,
    const char *not_here, struct wmi_tickets *pool, struct deadline by,
    struct err *e)
{
	bool final;

	*l = (struct logon){ .cred = c, .pool = pool, .ntlm = can_ntlm(c) };
	if (c->auth == WMI_NTLM && l->ntlm)
		return true;
	if (plan_kerberos(l, host, not_here, by))
		return true;
	/* A second try by other means would count as a second wrong password. */
	final = l->why.code == ERR_AUTH_FAILED || l->why.code == ERR_CANCELLED;
	if (l->ntlm && !final && !deadline_passed(by))
		return true;
	if (e != NULL && e->code == ERR_NONE)
		*e = l->why;
	return false;
}

void
logon_clear(struct logon *l)
{
	krb_free(l->tickets);
	*l = (struct logon){ 0 };
}

bool
logon_fall_back(struct logon *l, const struct err *why)
{
	static const enum err_code about_the_host[] = { ERR_AUTH_METHOD, ERR_SPN,
		ERR_CLOCK, ERR_TOO_BIG };

	for (size_t i = 0; i < ARRAY_LEN(about_the_host); i++)
		if (l->tickets != NULL && l->ntlm && why->code == about_the_host[i]) {
			krb_free(l->tickets);
			l->tickets = NULL;
			l->why = *why;
			return true;
		}
	return false;
}

struct auth *
logon_auth(const struct logon *l, uint8_t level, const char *target,
    struct wmi_about *about, struct err *e)
{
	struct auth *first, *second = NULL;
	void *krb;

	if (l->tickets == NULL)
		return auth_new(l->cred, level, target, about, e);
	if ((krb = krb_context(l->tickets, level, e)) == NULL)
		return NULL;
	if ((first = auth_with(&krb_ops, krb, level)) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	if (l->cred->auth == WMI_KERBEROS)
		return first;
	if (l->ntlm && (second = auth_new(l->cred, level, target, about, e)) == NULL) {
		auth_free(first);
		return NULL;
	}
	return spnego_over(first, second, e);
}
