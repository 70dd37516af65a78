/* krb5_tickets.c: the AS and TGS exchanges, step by step over our own sockets,
 * into a cache in memory.  */
#include <ctype.h>
#include <errno.h>
#include <krb5.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"
#include "wmi/krb5.h"
#include "wmi/krb5_pool.h"

#define STEPS_MAX 32	/* messages of one exchange: referrals are hops */

struct krb {
	krb5_context ctx;
	krb5_ccache cc;
	krb5_principal client;
	krb5_keytab keytab;	/* the exchange reads from it to its end */
	struct krb_kdc kdc;
	char *realm;		/* of the client; kdc.realm points here or to hop */
	char *hop;		/* the realm asked last */
	char *cc_name, *server;
};

/* --- what errors mean ---------------------------------------------------------------- */

static const struct {
	uint32_t number;	/* RFC 4120 7.5.9 */
	enum err_code code;
	const char *text, *hint;
} meanings[] = {
	{ 1, ERR_AUTH_FAILED, "the account has expired", "Extend the account's life in Active Directory." },
	{ 6, ERR_AUTH_FAILED, "the domain does not know the account",
	    "Check the user's name and realm; an account of the computer itself cannot use Kerberos." },
	{ 7, ERR_SPN, "the domain knows no computer of that name",
	    "Scan by the full DNS name that the domain has for the computer (setspn -L lists it), or allow NTLM." },
	{ 12, ERR_AUTH_FAILED, "the domain's policy does not let the account log on now or from here",
	    "Check the account's log-on hours and workstations in Active Directory." },
	{ 14, ERR_AUTH_METHOD, "the KDC offers no encryption that this program may use",
	    "Let the account use AES (msDS-SupportedEncryptionTypes), then set its password once." },
	{ 18, ERR_AUTH_FAILED, "the account is disabled, locked or expired",
	    "Enable or unlock the account in Active Directory." },
	{ 23, ERR_AUTH_FAILED, "the password has expired", "Change the account's password, then give the new one here." },
	{ 24, ERR_AUTH_FAILED, "the password is wrong", NULL },
	{ 25, ERR_AUTH_METHOD, "the KDC wants another proof than a password or key",
	    "The account may be restricted to smart cards; use one that is not." },
	{ 29, ERR_KDC, "the KDC says that it is not available", NULL },
	{ 31, ERR_AUTH_FAILED, "the answer does not open with this password or key", NULL },
	{ 32, ERR_AUTH_METHOD, "the ticket has expired", "Get a new ticket (kinit), or give a password or keytab." },
	{ 33, ERR_CLOCK, "the ticket is not valid yet", NULL },
	{ 37, ERR_CLOCK, "the clocks differ too much", NULL },
	{ 41, ERR_AUTH_METHOD, "the host cannot open the ticket: its account's password is another than the domain's, or the name belongs to another computer",
	    "Check for duplicate SPNs (setspn -X) and the computer's trust (Test-ComputerSecureChannel)." },
	{ 60, ERR_REMOTE, "the KDC has an error of its own", NULL },
	{ 68, ERR_AUTH_METHOD, "the account is not of that realm", "Give the account's own domain." },
};

bool
krb_fail(struct err *e, uint32_t number, const char *whom)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].number != number)
			continue;
		fail_native(e, meanings[i].code, number, "Kerberos, %s: %s", whom,
		    meanings[i].text);
		return meanings[i].hint != NULL ? fail_hint(e, meanings[i].hint) : false;
	}
	return fail_native(e, ERR_REMOTE, number, "Kerberos, %s: error %u", whom, number);
}

/* The library's own errors, beside those of the protocol. */
static bool
lib_fail(const struct krb *k, krb5_error_code code, const char *whom, struct err *e)
{
	static const struct { krb5_error_code code; enum err_code is; } own[] = {
		{ KRB5_FCC_NOFILE, ERR_AUTH_METHOD }, { KRB5_CC_NOTFOUND, ERR_AUTH_METHOD },
		{ KRB5_CC_END, ERR_AUTH_METHOD }, { KRB5_KT_NOTFOUND, ERR_AUTH_METHOD },
		{ KRB5_KEYTAB_BADVNO, ERR_AUTH_METHOD },
		{ KRB5_FCC_PERM, ERR_IO }, { KRB5_KT_IOERR, ERR_IO }, { ENOENT, ERR_IO },
		{ EACCES, ERR_IO }, { KRB5_CONFIG_BADFORMAT, ERR_IO }, { ENOMEM, ERR_MEMORY },
		{ KRB5_CONFIG_NODEFREALM, ERR_AUTH_METHOD }, { KRB5_GET_IN_TKT_LOOP, ERR_AUTH_METHOD },
	};
	krb5_error_code base = ERROR_TABLE_BASE_krb5;
	enum err_code is = ERR_REMOTE;
	const char *text;

	if (code > base && code < base + 128)
		return krb_fail(e, (uint32_t)(code - base), whom);
	/* The library found no proof that it could make (preauth failed here). */
	if (code == KRB5_PREAUTH_FAILED)
		return krb_fail(e, 24, whom);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (own[i].code == code)
			is = own[i].is;
	text = krb5_get_error_message(k->ctx, code);
	fail_native(e, is, (uint32_t)code, "Kerberos, %s: %s", whom, text);
	krb5_free_error_message(k->ctx, text);
	return false;
}

/* --- names ------------------------------------------------------------------------------ */

/* Takes a user name apart: user and the domain in it ("" when there is none). */
static bool
split_user(const char *form, const char **user, size_t *nuser, const char **domain,
    size_t *ndomain)
{
	const char *slash = strchr(form, '\\'), *at = strrchr(form, '@');

	*user = form;
	*nuser = strlen(form);
	*domain = "";
	*ndomain = 0;
	if (slash != NULL) {
		*domain = form;
		*ndomain = (size_t)(slash - form);
		*user = slash + 1;
		*nuser = strlen(slash + 1);
	} else if (at != NULL) {
		*nuser = (size_t)(at - form);
		*domain = at + 1;
		*ndomain = strlen(at + 1);
	}
	return *nuser != 0 && !(*ndomain == 1 && **domain == '.');
}

static char *
upper(const char *s, size_t n)
{
	char *copy = strndup(s, n);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

static char *
default_realm(struct err *e)
{
	krb5_context ctx;
	char *realm = NULL, *copy = NULL;

	if (krb5_init_context(&ctx) == 0) {
		if (krb5_get_default_realm(ctx, &realm) == 0)
			copy = strdup(realm);
		krb5_free_default_realm(ctx, realm);
		krb5_free_context(ctx);
	}
	if (copy == NULL) {
		fail(e, ERR_AUTH_METHOD, "Kerberos: the account's realm is not known");
		fail_hint(e, "Write the user as user@domain.example, or give the realm.");
	}
	return copy;
}

char *
krb_realm(const struct wmi_cred *c, struct err *e)
{
	const char *user, *domain;
	size_t nuser, ndomain;
	char *realm;

	if (c->realm != NULL)
		realm = upper(c->realm, strlen(c->realm));
	else if (c->user == NULL)
		return default_realm(e);
	else if (!split_user(c->user, &user, &nuser, &domain, &ndomain)) {
		fail(e, ERR_AUTH_METHOD, "Kerberos: an account of the computer itself"
		    " cannot use it");
		return NULL;
	} else if (memchr(domain, '.', ndomain) == NULL)
		return default_realm(e);
	else
		realm = upper(domain, ndomain);
	if (realm == NULL)
		fail(e, ERR_MEMORY, "no memory");
	return realm;
}

/* user@suffix with another suffix than the realm is an enterprise name, which
 * the KDC turns into the account's own.                          [RFC 6806] 5 */
static bool
make_client(struct krb *k, const struct wmi_cred *c, bool *enterprise, struct err *e)
{
	const char *user, *domain;
	size_t nuser, ndomain;
	krb5_error_code code;
	char *name;

	if (!split_user(c->user, &user, &nuser, &domain, &ndomain))
		return fail(e, ERR_AUTH_METHOD, "Kerberos: an account of the computer"
		    " itself cannot use it");
	*enterprise = domain > user && (strlen(k->realm) != ndomain ||
	    strncasecmp(k->realm, domain, ndomain) != 0);
	name = strndup(user, *enterprise ? strlen(user) : nuser);
	if (name == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	code = krb5_build_principal(k->ctx, &k->client, (unsigned)strlen(k->realm),
	    k->realm, name, (char *)NULL);
	free(name);
	if (code != 0)
		return lib_fail(k, code, "the account's name", e);
	if (*enterprise)
		k->client->type = KRB5_NT_ENTERPRISE_PRINCIPAL;
	return true;
}

/* --- the exchanges ----------------------------------------------------------------------- */

/* [realms] REALM kdc of krb5.conf, if it has any. */
static char **
configured(struct krb *k, const char *realm)
{
	const char *names[] = { "realms", realm, "kdc", NULL };
	profile_t profile;
	char **hosts = NULL;

	if (krb5_get_profile(k->ctx, &profile) != 0)
		return NULL;
	if (profile_get_values(profile, names, &hosts) != 0)
		hosts = NULL;
	profile_release(profile);
	return hosts;
}

/* The KDC of the realm that the library names; the given one is the client's. */
static bool
aim(struct krb *k, const char *given, const krb5_data *realm, struct err *e)
{
	char *name;

	if (k->hop != NULL && strlen(k->hop) == realm->length &&
	    memcmp(k->hop, realm->data, realm->length) == 0)
		return true;
	if (realm->length == 0 || realm->length > 255 ||
	    (name = strndup(realm->data, realm->length)) == NULL)
		return fail(e, ERR_PROTOCOL, "Kerberos: a realm without a name");
	free(k->hop);
	k->hop = name;
	profile_free_list(k->kdc.hosts);
	k->kdc = (struct krb_kdc){ .realm = name, .hosts = configured(k, name),
		.away = strcmp(name, k->realm) != 0 };
	if (!k->kdc.away)
		k->kdc.given = given;
	return true;
}

typedef krb5_error_code step_fn(krb5_context, void *, krb5_data *, krb5_data *,
    krb5_data *, unsigned *);

static krb5_error_code
as_step(krb5_context ctx, void *x, krb5_data *in, krb5_data *out, krb5_data *realm,
    unsigned *flags)
{
	return krb5_init_creds_step(ctx, x, in, out, realm, flags);
}

static krb5_error_code
tgs_step(krb5_context ctx, void *x, krb5_data *in, krb5_data *out, krb5_data *realm,
    unsigned *flags)
{
	return krb5_tkt_creds_step(ctx, x, in, out, realm, flags);
}

struct exchange {
	step_fn *step;
	void *state;
	const char *kdc, *whom;
};

/* Carries messages until the library has what it wants. */
static bool
carry(struct krb *k, const struct exchange *x, struct deadline by, struct err *e)
{
	krb5_data in = { 0 }, out = { 0 }, realm = { 0 };
	krb5_error_code code = 0;
	bool ok = true, more = true;
	unsigned flags;

	for (unsigned i = 0; ok && more; i++) {
		uint8_t *reply = NULL;
		size_t n = 0;

		flags = 0;
		code = x->step(k->ctx, x->state, &in, &out, &realm, &flags);
		free(in.data);
		in = (krb5_data){ 0 };
		more = code == 0 && (flags & KRB5_INIT_CREDS_STEP_FLAG_CONTINUE);
		if (code != 0)
			ok = lib_fail(k, code, x->whom, e);
		else if (i >= STEPS_MAX)
			ok = fail(e, ERR_PROTOCOL, "Kerberos: the KDCs refer on and on");
		else if (more)
			ok = aim(k, x->kdc, &realm, e) && krb_exchange(&k->kdc,
			    out.data, out.length, &reply, &n, by, e);
		in.data = (char *)reply;
		in.length = (unsigned)n;
		krb5_free_data_contents(k->ctx, &out);
		krb5_free_data_contents(k->ctx, &realm);
	}
	free(in.data);
	return ok;
}

static krb5_error_code
give_secret(struct krb *k, krb5_init_creds_context icc, const struct wmi_cred *c)
{
	krb5_error_code code;

	if (c->password != NULL)
		return krb5_init_creds_set_password(k->ctx, icc, secret_str(c->password));
	if ((code = krb5_kt_resolve(k->ctx, c->keytab, &k->keytab)) != 0 ||
	    (code = krb5_kt_have_content(k->ctx, k->keytab)) != 0)
		return code;
	return krb5_init_creds_set_keytab(k->ctx, icc, k->keytab);
}

/* The ticket-granting ticket, into the new cache. */
static bool
log_on(struct krb *k, const struct wmi_cred *c, struct deadline by, struct err *e)
{
	krb5_get_init_creds_opt *opt = NULL;
	krb5_init_creds_context icc = NULL;
	struct exchange x = { .step = as_step, .kdc = c->kdc, .whom = c->user };
	krb5_creds creds = { 0 };
	krb5_error_code code;
	bool enterprise = false, ok = false;

	if (!make_client(k, c, &enterprise, e))
		return false;
	if ((code = krb5_get_init_creds_opt_alloc(k->ctx, &opt)) != 0)
		return lib_fail(k, code, "set up", e);
	krb5_get_init_creds_opt_set_canonicalize(opt, enterprise);
	if ((code = krb5_init_creds_init(k->ctx, k->client, NULL, NULL, 0, opt,
	    &icc)) != 0 || (code = give_secret(k, icc, c)) != 0) {
		lib_fail(k, code, c->keytab != NULL ? c->keytab : c->user, e);
		goto out;
	}
	x.state = icc;
	if (!carry(k, &x, by, e))
		goto out;
	if ((code = krb5_init_creds_get_creds(k->ctx, icc, &creds)) == 0 &&
	    (code = krb5_cc_initialize(k->ctx, k->cc, creds.client)) == 0)
		code = krb5_cc_store_cred(k->ctx, k->cc, &creds);
	ok = code == 0 || lib_fail(k, code, c->user, e);
	krb5_free_cred_contents(k->ctx, &creds);
out:
	krb5_init_creds_free(k->ctx, icc);
	krb5_get_init_creds_opt_free(k->ctx, opt);
	return ok;
}

/* The caller's own tickets, copied: his cache is not written. */
static bool
copy_cache(struct krb *k, const char *name, struct err *e)
{
	krb5_principal owner = NULL;
	krb5_ccache from = NULL;
	krb5_error_code code = krb5_cc_resolve(k->ctx, name, &from);

	if (code == 0 && (code = krb5_cc_get_principal(k->ctx, from, &owner)) == 0 &&
	    (code = krb5_cc_initialize(k->ctx, k->cc, owner)) == 0)
		code = krb5_cc_copy_creds(k->ctx, from, k->cc);
	krb5_free_principal(k->ctx, owner);
	if (from != NULL)
		krb5_cc_close(k->ctx, from);
	return code == 0 || lib_fail(k, code, name, e);
}

static bool
ask_ticket(struct krb *k, krb5_creds *want, const char *kdc, const char *host,
    struct deadline by, struct err *e)
{
	struct exchange x = { .step = tgs_step, .kdc = kdc, .whom = host };
	krb5_tkt_creds_context tcc = NULL;
	krb5_creds got = { 0 };
	krb5_error_code code;
	char *name = NULL;
	bool ok = false;

	code = krb5_tkt_creds_init(k->ctx, k->cc, want, 0, &tcc);
	if (code != 0)
		return lib_fail(k, code, host, e);
	x.state = tcc;
	if (carry(k, &x, by, e)) {
		code = krb5_tkt_creds_get_creds(k->ctx, tcc, &got);
		/* Under the name that it has, where the context looks for it. */
		if (code == 0)
			code = krb5_cc_store_cred(k->ctx, k->cc, &got);
		if (code == 0)
			code = krb5_unparse_name(k->ctx, got.server, &name);
		ok = code == 0 ? (k->server = strdup(name)) != NULL ||
		    fail(e, ERR_MEMORY, "no memory") : lib_fail(k, code, host, e);
		krb5_free_unparsed_name(k->ctx, name);
		krb5_free_cred_contents(k->ctx, &got);
	}
	krb5_tkt_creds_free(k->ctx, tcc);
	return ok;
}

static bool
get_ticket(struct krb *k, const char *kdc, const char *host, struct deadline by,
    struct err *e)
{
	krb5_creds want = { 0 };
	krb5_error_code code = krb5_cc_get_principal(k->ctx, k->cc, &want.client);
	const char *realm;
	bool ok;

	if (code == 0 && k->realm == NULL && (k->realm = strndup(
	    want.client->realm.data, want.client->realm.length)) == NULL)
		code = ENOMEM;
	/* No realm: the client's KDC knows the host or refers to who does.  A
	 * name without a domain would be looked for in krb5.conf's realm then. */
	realm = strchr(host, '.') == NULL && k->realm != NULL ? k->realm : "";
	if (code == 0)
		code = krb5_build_principal(k->ctx, &want.server,
		    (unsigned)strlen(realm), realm, "host", host, (char *)NULL);
	ok = code == 0 ? ask_ticket(k, &want, kdc, host, by, e) :
	    lib_fail(k, code, host, e);
	krb5_free_principal(k->ctx, want.client);
	krb5_free_principal(k->ctx, want.server);
	return ok;
}

/* --- life ------------------------------------------------------------------------------------ */

/* With the ticket that another session of the scan got; false without an error:
 * there is none, or the domain does not take it any more. */
static bool
by_shared(struct krb *k, struct wmi_tickets *pool, const struct wmi_cred *c,
    const char *host, struct deadline by, struct err *e)
{
	const char *shared = krb_pool_take(pool, c);
	struct err mine = { 0 };

	if (shared == NULL)
		return false;
	if (copy_cache(k, shared, &mine) &&
	    get_ticket(k, c->kdc, host, by, &mine))
		return true;
	if (mine.code == ERR_AUTH_FAILED || mine.code == ERR_AUTH_METHOD) {
		krb_pool_drop(pool, shared);
		return false;
	}
	if (e != NULL && e->code == ERR_NONE)
		*e = mine;
	return false;
}

static bool
by_secret(struct krb *k, struct wmi_tickets *pool, const struct wmi_cred *c,
    const char *host, struct deadline by, struct err *e)
{
	if (!log_on(k, c, by, e))
		return false;
	krb_pool_put(pool, c, k->cc_name);
	return get_ticket(k, c->kdc, host, by, e);
}

static bool
fill(struct krb *k, struct wmi_tickets *pool, const struct wmi_cred *c,
    const char *host, struct deadline by, struct err *e)
{
	krb5_error_code code = krb5_cc_new_unique(k->ctx, "MEMORY", NULL, &k->cc);
	struct err mine = { 0 };

	if (code == 0)
		code = krb5_cc_get_full_name(k->ctx, k->cc, &k->cc_name);
	if (code != 0)
		return lib_fail(k, code, "a cache in memory", e);
	if (c->ccache != NULL)
		return copy_cache(k, c->ccache, e) &&
		    get_ticket(k, c->kdc, host, by, e);
	if ((k->realm = krb_realm(c, e)) == NULL)
		return false;
	if (by_shared(k, pool, c, host, by, &mine))
		return true;
	if (mine.code == ERR_NONE)
		return by_secret(k, pool, c, host, by, e);
	if (e != NULL && e->code == ERR_NONE)
		*e = mine;
	return false;
}

struct krb *
krb_tickets(struct wmi_tickets *pool, const struct wmi_cred *c,
    const char *host, struct deadline by, struct err *e)
{
	struct krb *k;
	krb5_error_code code;

	if (c->ccache == NULL && (c->user == NULL ||
	    (c->password == NULL && c->keytab == NULL))) {
		fail(e, ERR_AUTH_METHOD, "Kerberos wants a user with a password or"
		    " keytab, or a ticket cache");
		return NULL;
	}
	if ((k = calloc(1, sizeof(*k))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	if ((code = krb5_init_context(&k->ctx)) != 0) {
		fail_native(e, ERR_IO, (uint32_t)code, "krb5.conf cannot be used"
		    " (error %ld)", (long)code);
		free(k);
		return NULL;
	}
	if (fill(k, pool, c, host, by, e))
		return k;
	krb_free(k);
	return NULL;
}

void
krb_free(struct krb *k)
{
	if (k == NULL)
		return;
	if (k->cc != NULL)
		krb5_cc_destroy(k->ctx, k->cc);
	if (k->keytab != NULL)
		krb5_kt_close(k->ctx, k->keytab);
	krb5_free_principal(k->ctx, k->client);
	krb5_free_string(k->ctx, k->cc_name);
	profile_free_list(k->kdc.hosts);
	krb5_free_context(k->ctx);
	free(k->realm);
	free(k->hop);
	free(k->server);
	free(k);
}

const char *
krb_ccache(const struct krb *k)
{
	return k->cc_name;
}

const char *
krb_server(const struct krb *k)
{
	return k->server;
}
