/* sshauth.c: one attempt to log on.                  RFC 4252, 4256, 8332 */
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "ssh/session.h"
#include "ssh/sshagent.h"
#include "ssh/sshkey.h"

#define LOGON_OCTETS (1024 * 1024)
#define AGENT_TRIES 5		/* OpenSSH ends the session at the sixth */
#define USER_MAX 255
#define ROUNDS_MAX 8		/* of prompts in one log-on */

/* What the library's callbacks of one log-on need. */
struct attempt {
	struct ssh *s;
	const struct ssh_cred *cred;
	struct agent *agent;
	struct rd blob;
	unsigned rounds;	/* of prompts */
	bool answered;		/* the password was given to a prompt */
	bool too_much;		/* the host asked for more than a password */
	struct err why;		/* of a signature that could not be made */
};

/* Is `method` in the host's list? */
static bool
offers(const struct ssh *s, const char *method)
{
	const char *p = s->offered;
	size_t n = strlen(method), len;

	for (;;) {
		len = strcspn(p, ",");
		if (len == n && memcmp(p, method, n) == 0)
			return true;
		if (p[len] == '\0')
			return false;
		p += len + 1;
	}
}

/* Asks for the methods, once a session; *in is set when the host wants none. */
static bool
learn_methods(struct ssh *s, const char *user, bool *in, struct err *e)
{
	char *list;
	int rc;

	*in = false;
	if (s->user != NULL)
		return true;
	if ((s->user = wiping_strdup(user)) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	while ((list = libssh2_userauth_list(s->lib, user,
	    (unsigned)strlen(user))) == NULL) {
		if (libssh2_userauth_authenticated(s->lib)) {
			*in = true;
			return true;
		}
		if ((rc = libssh2_session_last_errno(s->lib)) !=
		    LIBSSH2_ERROR_EAGAIN)
			return session_fail(s, rc, e, "log-on");
		if (!session_wait(s, e))
			return false;
	}
	text_escape(s->offered, sizeof(s->offered), list, strlen(list));
	return true;
}

static bool
not_offered(const struct ssh *s, const char *what, struct err *e)
{
	return fail(e, ERR_AUTH_METHOD, "the host takes no %s, only: %s", what,
	    s->offered[0] != '\0' ? s->offered : "nothing");
}

/* Refused, or cut off with the secret under way: OpenSSH disconnects instead
 * of refusing at the last attempt that it allows. */
static bool
refused(struct ssh *s, int rc, struct err *e, const char *what)
{
	if (rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
	    rc == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED) {
		if (s->io.code == ERR_NONE && s->goodbye_reason == 0)
			return fail(e, ERR_AUTH_FAILED, "the host refused the "
			    "%s of %s", what, s->user);
	}
	if (session_gone(s, rc)) {
		s->dead = true;
		return fail(e, ERR_AUTH_FAILED, "the host refused the %s of %s "
		    "and ended the session%s%s", what, s->user,
		    s->goodbye[0] != '\0' ? ": " : "", s->goodbye);
	}
	return session_fail(s, rc, e, what);
}

/* --- password and keyboard-interactive: one attempt ---------------------- */

static bool
by_password(struct attempt *a, struct err *e)
{
	const struct secret *p = a->cred->password;
	struct ssh *s = a->s;
	int rc;

	while ((rc = libssh2_userauth_password_ex(s->lib, s->user,
	    (unsigned)strlen(s->user), secret_str(p), (unsigned)secret_len(p),
	    NULL)) == LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(s, e))
			return false;
	if (rc == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
		fail(e, ERR_DENIED, "the password of %s has expired", s->user);
		return fail_hint(e, "Log on once by hand and change the "
		    "password, or let it not expire.");
	}
	return rc == 0 || refused(s, rc, e, "password");
}

static
LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_prompts)
{
	struct attempt *a = ((struct ssh *)*abstract)->attempt;
	const struct secret *p = a->cred->password;

	(void)name;
	(void)name_len;
	(void)instruction;
	(void)instruction_len;
	for (int i = 0; i < num_prompts; i++) {
		responses[i].text = NULL;
		responses[i].length = 0;
		/* A second question for a secret gets no second try. */
		if (prompts[i].echo || a->answered) {
			a->too_much = true;
			continue;
		}
		responses[i].text = session_alloc(a->s, secret_len(p) + 1);
		if (responses[i].text == NULL)
			continue;
		memcpy(responses[i].text, secret_str(p), secret_len(p) + 1);
		responses[i].length = (unsigned)secret_len(p);
	}
	a->answered = a->answered || num_prompts > 0;
	if (++a->rounds > ROUNDS_MAX) {
		fail(&a->s->io, ERR_AUTH_FAILED, "the host asks without end");
		a->s->dead = true;
	}
}

static bool
by_prompts(struct attempt *a, struct err *e)
{
	struct ssh *s = a->s;
	int rc;

	while ((rc = libssh2_userauth_keyboard_interactive_ex(s->lib, s->user,
	    (unsigned)strlen(s->user), answer_prompts)) == LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(s, e))
			return false;
	if (rc == 0)
		return true;
	refused(s, rc, e, "password");
	if (a->too_much)
		fail_hint(e, "The host asked for more than a password (a second "
		    "factor or a new password): give the account a key.");
	return false;
}

/* --- public key ---------------------------------------------------------- */

static bool
sign(struct attempt *a, const void *data, size_t n, struct wr *w)
{
	char algorithm[ALGORITHM_MAX];

	if (!sign_request_algorithm(data, n, algorithm))
		return fail(&a->why, ERR_INTERNAL, "libssh2 asks for another "
		    "signature than a log-on's");
	if (strcmp(algorithm, "ssh-rsa") == 0) {
		fail(&a->why, ERR_AUTH_METHOD, "the host takes RSA keys only "
		    "with SHA-1 signatures");
		return fail_hint(&a->why, "Give an ed25519 or ECDSA key, or "
		    "update the host's SSH server.");
	}
	if (a->agent != NULL)
		return agent_sign(a->agent, a->blob, algorithm, data, n, w,
		    a->s->by, &a->why);
	return ssh_key_sign(a->cred->key, algorithm, data, n, w, &a->why);
}

static
LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(lib_sign)
{
	struct attempt *a = *abstract;
	struct wr w = wr_new(8192);
	int rc = LIBSSH2_ERROR_METHOD_NOT_SUPPORTED;

	(void)session;
	if (sign(a, data, data_len, &w) && (*sig = session_alloc(a->s,
	    w.len)) != NULL) {
		memcpy(*sig, w.p, w.len);
		*sig_len = w.len;
		rc = 0;
	}
	wr_free(&w);
	return rc;
}

static bool
by_blob(struct attempt *a, struct err *e)
{
	struct ssh *s = a->s;
	void *abstract = a;
	int rc;

	while ((rc = libssh2_userauth_publickey(s->lib, s->user, a->blob.p,
	    a->blob.len, lib_sign, &abstract)) == LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(s, e))
			return false;
	if (rc == 0)
		return true;
	if (a->why.code != ERR_NONE) {
		if (e != NULL && e->code == ERR_NONE)
			*e = a->why;
		return false;
	}
	if (rc == LIBSSH2_ERROR_METHOD_NONE && s->io.code == ERR_NONE)
		return fail(e, ERR_AUTH_METHOD, "the host takes no signature "
		    "that this key can make");
	return refused(s, rc, e, "key");
}

static bool
by_agent(struct attempt *a, struct err *e)
{
	struct err one;
	unsigned tries = 0;
	bool in = false;

	a->agent = agent_open(a->cred->agent, a->s->by, e);
	if (a->agent == NULL)
		return false;
	while (!in && tries < AGENT_TRIES && agent_next(a->agent, &a->blob)) {
		one = (struct err){ .code = ERR_NONE };
		a->why = one;
		in = by_blob(a, &one);
		tries++;
		if (!in && (a->s->dead || (one.code != ERR_AUTH_FAILED &&
		    one.code != ERR_AUTH_METHOD && one.code != ERR_KEY)))
			break;
	}
	if (!in && tries == 0)
		fail(e, ERR_KEY, "the SSH agent holds no key that can be used");
	else if (!in && e != NULL && e->code == ERR_NONE)
		*e = one;
	agent_close(a->agent);
	a->agent = NULL;
	return in;
}

/* --- the attempt --------------------------------------------------------- */

static bool
attempt(struct attempt *a, struct err *e)
{
	struct ssh *s = a->s;

	if (a->cred->password != NULL) {
		/* Never both: a host counts two wrong passwords. */
		if (offers(s, "password"))
			return by_password(a, e);
		if (offers(s, "keyboard-interactive"))
			return by_prompts(a, e);
		return not_offered(s, "password", e);
	}
	if (!offers(s, "publickey"))
		return not_offered(s, "key", e);
	if (a->cred->key == NULL)
		return by_agent(a, e);
	a->blob.p = ssh_key_blob(a->cred->key, &a->blob.len);
	return by_blob(a, e);
}

bool
ssh_logon(struct ssh *s, const struct ssh_cred *cred, struct deadline by,
    struct err *e)
{
	struct attempt a = { .s = s, .cred = cred };
	bool ok, in = false;

	if ((cred->password != NULL) + (cred->key != NULL) +
	    (cred->agent != NULL) != 1 || cred->user == NULL ||
	    cred->user[0] == '\0' || strlen(cred->user) > USER_MAX) {
		fail(e, ERR_INVALID, "a user and one of password, key and agent "
		    "are needed");
		return fail_at(e, STAGE_LOGON);
	}
	/* The protocol lets a host end the session when the user changes, and
	 * OpenSSH does; the attempt would be lost. */
	if (s->dead || (s->user != NULL && strcmp(s->user, cred->user) != 0)) {
		fail(e, ERR_CLOSED, "this session cannot be used for %s",
		    cred->user);
		return fail_at(e, STAGE_LOGON);
	}
	session_begin(s, by, LOGON_OCTETS);
	s->attempt = &a;
	ok = learn_methods(s, cred->user, &in, e) && (in || attempt(&a, e));
	s->attempt = NULL;
	return ok || fail_at(e, STAGE_LOGON);
}
