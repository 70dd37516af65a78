#include "wmi/auth.h"

#include <stdlib.h>

#include "wmi/ntlm.h"

struct auth {
	const struct auth_ops *ops;
	void *self;
	uint8_t level;
};

/* --- NTLM as a mechanism ------------------------------------------------------- */

struct ntlm_auth {
	struct ntlm *ntlm;
	struct ntlm_session *session;
	struct wmi_about *about;
	bool seal, asked;
};

static bool
ntlm_step(void *self, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *e)
{
	struct ntlm_auth *a = self;

	if (!a->asked) {
		a->asked = true;
		*leg = AUTH_ASK;
		return ntlm_negotiate(a->ntlm, out) ||
		    fail(e, ERR_MEMORY, "no memory");
	}
	*leg = AUTH_LAST;
	return ntlm_challenge(a->ntlm, in, n, a->seal, a->about, e) &&
	    ntlm_authenticate(a->ntlm, out, &a->session, e);
}

static size_t
ntlm_token_len(void *self, size_t body_len)
{
	(void)self;
	(void)body_len;
	return NTLM_TOKEN;
}

static bool
ntlm_auth_wrap(void *self, struct auth_pdu *p)
{
	struct ntlm_auth *a = self;

	return a->session != NULL &&
	    ntlm_wrap(a->session, p->p, p->len, p->body, p->body_len, a->seal);
}

static bool
ntlm_auth_unwrap(void *self, struct auth_pdu *p, size_t token_len)
{
	struct ntlm_auth *a = self;

	return a->session != NULL && token_len == NTLM_TOKEN &&
	    ntlm_unwrap(a->session, p->p, p->len, p->body, p->body_len, a->seal);
}

/* A signature over the list alone, with sequence number 0. */
static bool
ntlm_make_mic(void *self, const void *data, size_t n, struct wr *out)
{
	struct ntlm_auth *a = self;
	struct wr text = wr_new(n + NTLM_TOKEN);
	bool ok;

	wr_bytes(&text, data, n);
	wr_zero(&text, NTLM_TOKEN);
	ok = !text.bad && a->session != NULL &&
	    ntlm_wrap(a->session, text.p, n, 0, 0, false);
	if (ok)
		wr_bytes(out, text.p + n, NTLM_TOKEN);
	wr_free(&text);
	return ok && !out->bad;
}

/* Behind both the streams start afresh, but the numbers stand at 1.
 *                                              [MS-SPNG] 3.2.5.1, 3.3.5.1 */
static bool
ntlm_check_mic(void *self, const void *data, size_t n, const uint8_t *mic,
    size_t nmic)
{
	struct ntlm_auth *a = self;
	struct wr text = wr_new(n + NTLM_TOKEN);
	bool ok;

	wr_bytes(&text, data, n);
	wr_bytes(&text, mic, nmic);
	ok = !text.bad && nmic == NTLM_TOKEN && a->session != NULL &&
	    ntlm_unwrap(a->session, text.p, n, 0, 0, false);
	if (ok)
		ntlm_session_restart(a->session);
	wr_free(&text);
	return ok;
}

static bool
ntlm_auth_local(void *self)
{
	struct ntlm_auth *a = self;

	return ntlm_is_local(a->ntlm);
}

static void
ntlm_auth_free(void *self)
{
	struct ntlm_auth *a = self;

	if (a == NULL)
		return;
	ntlm_free(a->ntlm);
	ntlm_session_free(a->session);
	free(a);
}

static const struct auth_ops ntlm_ops = {
	.type = AUTH_WINNT,
	.step = ntlm_step,
	.token_len = ntlm_token_len,
	.wrap = ntlm_auth_wrap,
	.unwrap = ntlm_auth_unwrap,
	.make_mic = ntlm_make_mic,
	.check_mic = ntlm_check_mic,
	.is_local = ntlm_auth_local,
	.free = ntlm_auth_free,
};

/* --- the face --------------------------------------------------------------------- */

struct auth *
auth_with(const struct auth_ops *ops, void *self, uint8_t level)
{
	struct auth *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		ops->free(self);
		return NULL;
	}
	*a = (struct auth){ .ops = ops, .self = self, .level = level };
	return a;
}

struct auth *
auth_new(const struct wmi_cred *c, uint8_t level, const char *target,
    struct wmi_about *about, struct err *e)
{
	struct ntlm_auth *n;
	struct auth *a;

	if (c != NULL && (c->auth == WMI_KERBEROS ||
	    (c->password == NULL && c->nt_hash == NULL))) {
		fail(e, ERR_AUTH_METHOD, "this WMI client logs on with NTLM only:"
		    " give a password or an NT hash");
		return NULL;
	}
	if ((n = calloc(1, sizeof(*n))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	n->about = about;
	n->seal = level >= AUTH_LEVEL_PRIVACY;
	if ((n->ntlm = ntlm_new(c, target, e)) == NULL) {
		ntlm_auth_free(n);
		return NULL;
	}
	if ((a = auth_with(&ntlm_ops, n, level)) == NULL)
		fail(e, ERR_MEMORY, "no memory");
	return a;
}

void
auth_free(struct auth *a)
{
	if (a != NULL)
		a->ops->free(a->self);
	free(a);
}

uint8_t
auth_type(const struct auth *a)
{
	return a->ops->type;
}

uint8_t
auth_chosen(const struct auth *a)
{
	return a->ops->chosen != NULL ? a->ops->chosen(a->self) : a->ops->type;
}

uint8_t
auth_level(const struct auth *a)
{
	return a->level;
}

bool
auth_is_local(const struct auth *a)
{
	return a->ops->is_local(a->self);
}

bool
auth_step(struct auth *a, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *e)
{
	return a->ops->step(a->self, in, n, out, leg, e);
}

size_t
auth_token_len(struct auth *a, size_t body_len)
{
	return a->ops->token_len(a->self, body_len);
}

bool
auth_wrap(struct auth *a, struct auth_pdu *p)
{
	return a->ops->wrap(a->self, p);
}

bool
auth_unwrap(struct auth *a, struct auth_pdu *p, size_t token_len)
{
	return a->ops->unwrap(a->self, p, token_len);
}

bool
auth_make_mic(struct auth *a, const void *p, size_t n, struct wr *out)
{
	return a->ops->make_mic != NULL && a->ops->make_mic(a->self, p, n, out);
}

bool
auth_check_mic(struct auth *a, const void *p, size_t n, const uint8_t *mic,
    size_t nmic)
{
	return a->ops->check_mic != NULL &&
	    a->ops->check_mic(a->self, p, n, mic, nmic);
}
