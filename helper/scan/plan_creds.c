/* plan_creds.c: the `credentials` of a request, and who may be shown which. */
#include <stdlib.h>
#include <string.h>

#include "helper/base/secretfile.h"
#include "helper/base/text.h"
#include "helper/scan/plan.h"

struct raw_cred {
	const char *id, *protocol, *user, *password, *nt_hash, *private_key;
	const char *private_key_file, *keytab, *ccache, *passphrase, *auth;
	const char *realm, *kdc, *password_file, *passphrase_file;
	const json_t *agent;
};

#define M(json, member, type, required) \
	{ json, type, required, offsetof(struct raw_cred, member), 0, 0 }
static const struct field cred_fields[] = {
	M("id", id, F_TEXT, true),
	M("protocol", protocol, F_STRING, true),
	M("user", user, F_TEXT, true),
	M("password", password, F_STRING, false),
	M("passwordFile", password_file, F_TEXT, false),
	M("ntHash", nt_hash, F_TEXT, false),
	M("privateKey", private_key, F_TEXT, false),
	M("privateKeyFile", private_key_file, F_TEXT, false),
	M("agent", agent, F_ANY, false),
	M("keytab", keytab, F_TEXT, false),
	M("ccache", ccache, F_TEXT, false),
	M("passphrase", passphrase, F_STRING, false),
	M("passphraseFile", passphrase_file, F_TEXT, false),
	M("auth", auth, F_STRING, false),
	M("realm", realm, F_TEXT, false),
	M("kdc", kdc, F_TEXT, false),
	{ NULL, F_ANY, false, 0, 0, 0 }
};
#undef M

/* Which protocols know a member: bit PROTO_*. */
#define WMI (1u << PROTO_WMI)
#define SSH (1u << PROTO_SSH)
static const struct {
	const char *name;
	size_t offset;
	unsigned protocols;
	bool is_proof;		/* exactly one of these is needed */
} members[] = {
	{ "password", offsetof(struct raw_cred, password), WMI | SSH, true },
	{ "passwordFile", offsetof(struct raw_cred, password_file), WMI | SSH, true },
	{ "ntHash", offsetof(struct raw_cred, nt_hash), WMI, true },
	{ "privateKey", offsetof(struct raw_cred, private_key), SSH, true },
	{ "privateKeyFile", offsetof(struct raw_cred, private_key_file), SSH, true },
	{ "agent", offsetof(struct raw_cred, agent), SSH, true },
	{ "keytab", offsetof(struct raw_cred, keytab), WMI, true },
	{ "ccache", offsetof(struct raw_cred, ccache), WMI, true },
	{ "passphrase", offsetof(struct raw_cred, passphrase), SSH, false },
	{ "passphraseFile", offsetof(struct raw_cred, passphrase_file), SSH, false },
	{ "auth", offsetof(struct raw_cred, auth), WMI, false },
	{ "realm", offsetof(struct raw_cred, realm), WMI, false },
	{ "kdc", offsetof(struct raw_cred, kdc), WMI, false },
};

static const void *
member_of(const struct raw_cred *r, size_t offset)
{
	return *(const void *const *)((const char *)r + offset);
}

static void
check_members(const struct raw_cred *r, enum protocol proto,
    struct problems *p, const struct at *at)
{
	size_t proofs = 0;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (member_of(r, members[i].offset) == NULL)
			continue;
		proofs += members[i].is_proof;
		if ((members[i].protocols & 1u << proto) == 0)
			problem_in(p, at, members[i].name,
			    "does not go with protocol %s",
			    protocol_name(proto));
	}
	if (proofs != 1)
		problem(p, at, proofs == 0 ?
		    "holds nothing to log on with: give %s" :
		    "must hold only one of %s", proto == PROTO_SSH ?
		    "password, passwordFile, privateKey, privateKeyFile or "
		    "agent" : "password, passwordFile, ntHash, keytab or ccache");
	if ((r->passphrase != NULL || r->passphrase_file != NULL) &&
	    r->private_key == NULL && r->private_key_file == NULL)
		problem_in(p, at, r->passphrase != NULL ? "passphrase" :
		    "passphraseFile", "goes with a private key only");
	if (r->passphrase != NULL && r->passphrase_file != NULL)
		problem_in(p, at, "passphraseFile", "does not go with passphrase");
}

static const char *const auth_names[] = { "negotiate", "kerberos", "ntlm" };

static void
read_auth(struct cred *c, const char *name, struct problems *p,
    const struct at *at)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(auth_names); i++)
		if (strcmp(name, auth_names[i]) == 0) {
			c->auth = (enum cred_auth)i;
			return;
		}
	if (name != NULL)
		problem_in(p, at, "auth", "must be kerberos, ntlm or negotiate");
}

static void
read_nt_hash(struct cred *c, const char *hex, struct problems *p,
    const struct at *at)
{
	if (hex == NULL)
		return;
	if (strlen(hex) != 32 || strspn(hex, "0123456789abcdefABCDEF") != 32)
		problem_in(p, at, "ntHash", "must be 32 hexadecimal digits");
	else
		c->nt_hash = secret_from_str(hex);
}

/* "agent": true is $SSH_AUTH_SOCK, a string names the socket. */
static void
read_agent(struct cred *c, const json_t *v, struct problems *p,
    const struct at *at)
{
	if (v == NULL)
		return;
	if (json_is_true(v))
		c->agent = strdup("");
	else if (json_is_string(v))
		c->agent = strdup(json_string_value(v));
	else
		problem_in(p, at, "agent", "must be true or a socket's path");
}

static char *
copy(const char *s)
{
	return s != NULL ? strdup(s) : NULL;
}

static void
read_cred(struct scan_plan *plan, struct cred *c, const json_t *v,
    struct problems *p, const struct at *at)
{
	struct raw_cred r = { .id = NULL };

	fields_read(v, cred_fields, &r, p, at);
	if (json_is_false(r.agent) || json_is_null(r.agent))
		r.agent = NULL;
	for (const struct cred *o = plan->creds; r.id != NULL && o < c; o++)
		if (o->id != NULL && strcmp(o->id, r.id) == 0)
			problem_in(p, at, "id", "\"%s\" is used twice", r.id);
	c->id = copy(r.id);
	c->user = copy(r.user);
	if (r.protocol != NULL && !protocol_find(r.protocol, &c->protocol))
		problem_in(p, at, "protocol", "must be wmi or ssh");
	else if (r.protocol != NULL)
		check_members(&r, c->protocol, p, at);
	read_auth(c, r.auth, p, at);
	read_nt_hash(c, r.nt_hash, p, at);
	read_agent(c, r.agent, p, at);
	c->password = r.password != NULL ? secret_from_str(r.password) : NULL;
	c->keytab = r.keytab != NULL ? credential_path(r.keytab) : NULL;
	c->ccache = copy(r.ccache);
	c->realm = copy(r.realm);
	c->kdc = copy(r.kdc);
}

void
plan_read_creds(struct scan_plan *plan, const json_t *list, struct problems *p,
    const struct at *at)
{
	size_t n = json_array_size(list);

	if (list == NULL)
		return;
	if (!json_is_array(list)) {
		problem(p, at, "must be an array");
		return;
	}
	if (n > PLAN_CREDS_MAX) {
		problem(p, at, "holds %zu credentials; at most %d", n,
		    PLAN_CREDS_MAX);
		return;
	}
	if (n > 0 && (plan->creds = calloc(n, sizeof(*plan->creds))) == NULL) {
		problem(p, at, "no memory");
		return;
	}
	plan->ncreds = n;
	for (size_t i = 0; i < n; i++)
		read_cred(plan, &plan->creds[i], json_array_get(list, i), p,
		    &(struct at){ at, NULL, i });
}

static const char *
text_of(const json_t *v, const char *name)
{
	return json_string_value(json_object_get(v, name));
}

struct secret *
plan_secret_file(const json_t *v, const char *name, struct problems *p,
    const struct at *at)
{
	struct err e = { .code = ERR_NONE };
	struct secret *s = secret_from_file(text_of(v, name), &e);

	if (s == NULL)
		problem_in(p, at, name, "%s", e.text);
	else if (secret_len(s) == 0)
		problem_in(p, at, name, "the file is empty");
	else if (strlen(secret_str(s)) != secret_len(s) ||
	    !text_is_utf8(secret_str(s), secret_len(s)))
		problem_in(p, at, name, "the file is not UTF-8 text");
	else
		return s;
	secret_free(s);
	return NULL;
}

/* The key, as text or from a file; what a file is needed for waits until files
 * are read. */
static void
load_key(struct cred *c, const json_t *v, bool files, struct problems *p,
    const struct at *at)
{
	const char *text = text_of(v, "privateKey");
	const char *path = text_of(v, "privateKeyFile");
	const char *phrase = text_of(v, "passphrase");
	bool from_file = text_of(v, "passphraseFile") != NULL;
	struct secret *secret = NULL;
	struct err e = { .code = ERR_NONE };
	char *found = NULL;

	if ((text == NULL && path == NULL) ||
	    files != (text == NULL || from_file))
		return;
	if (from_file &&
	    (secret = plan_secret_file(v, "passphraseFile", p, at)) == NULL)
		return;
	if (text == NULL && (found = credential_find(path, &e)) == NULL)
		problem_in(p, at, "privateKeyFile", "%s", e.text);
	else if (!cred_ssh_key(c, text, text == NULL ? found : NULL,
	    secret != NULL ? secret_str(secret) : phrase, &e))
		problem_in(p, at, text != NULL ? "privateKey" :
		    "privateKeyFile", "%s", e.text);
	free(found);
	secret_free(secret);
}

void
plan_load_keys(struct scan_plan *plan, const json_t *list, bool files,
    struct problems *p, const struct at *at)
{
	for (size_t i = 0; i < plan->ncreds; i++) {
		const json_t *v = json_array_get(list, i);
		const struct at here = { at, NULL, i };
		struct cred *c = &plan->creds[i];

		if (c->protocol == PROTO_SSH)
			load_key(c, v, files, p, &here);
		if (files && text_of(v, "passwordFile") != NULL)
			c->password = plan_secret_file(v, "passwordFile", p,
			    &here);
	}
}

static size_t
add_once(const struct scan_plan *plan, enum protocol proto, size_t i,
    size_t *out, size_t n)
{
	if (plan->creds[i].protocol != proto)
		return n;
	for (size_t k = 0; k < n; k++)
		if (out[k] == i)
			return n;
	out[n] = i;
	return n + 1;
}

size_t
plan_creds_for(const struct scan_plan *plan, enum protocol proto,
    const uint32_t *tags, size_t ntags, size_t *out)
{
	size_t n = 0;

	for (size_t t = 0; t < ntags; t++) {
		const struct range_rule *rule;

		if (tags[t] >= plan->nrules)
			continue;
		rule = &plan->rules[tags[t]];
		for (size_t i = 0; i < rule->ncreds; i++)
			n = add_once(plan, proto, rule->creds[i], out, n);
		for (size_t i = 0; rule->all && i < plan->ncreds; i++)
			n = add_once(plan, proto, i, out, n);
	}
	return n;
}
