/* krb5_gss.c: the security context: three legs, wrap with a signed header.
 *                                    [RFC 4121] 4.2, [MS-KILE] 3.4.5.4, 3.4.5.5
 * The ticket is in the cache already: nothing here opens a socket. */
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/reader.h"
#include "wmi/krb5.h"

#define KRB_ERROR_TAG 0x7e	/* [APPLICATION 30] */

struct context {
	gss_ctx_id_t gss;
	gss_cred_id_t cred;
	gss_name_t target;
	OM_uint32 flags;
	bool seal, done;
};

static bool
gss_fail(OM_uint32 major, OM_uint32 minor, struct err *e)
{
	OM_uint32 base = (OM_uint32)ERROR_TABLE_BASE_krb5, ignored, more = 0;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;

	if (minor - base < 128)
		return krb_fail(e, minor - base, "the host");
	(void)gss_display_status(&ignored, minor != 0 ? minor : major,
	    minor != 0 ? GSS_C_MECH_CODE : GSS_C_GSS_CODE,
	    (gss_OID)gss_mech_krb5, &more, &text);
	fail_native(e, ERR_REMOTE, minor, "Kerberos: %.*s", (int)text.length,
	    (const char *)text.value);
	gss_release_buffer(&ignored, &text);
	return false;
}

/* The tickets' own cache, and the name that the ticket has. */
static bool
take_tickets(struct context *c, const struct krb *k, struct err *e)
{
	gss_key_value_element_desc element = { "ccache", krb_ccache(k) };
	gss_key_value_set_desc store = { 1, &element };
	gss_OID_set_desc mechs = { 1, (gss_OID)gss_mech_krb5 };
	gss_buffer_desc name = { strlen(krb_server(k)), (void *)(uintptr_t)krb_server(k) };
	gss_buffer_desc none = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor, major = gss_import_name(&minor, &name,
	    (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME, &c->target);

	if (major == GSS_S_COMPLETE)
		major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
		    &mechs, GSS_C_INITIATE, &store, &c->cred, NULL, NULL);
	/* Else the library asks for sealing always, and Samba, asked for both,
	 * cannot answer a call that is only signed. */
	if (major == GSS_S_COMPLETE)
		major = gss_set_cred_option(&minor, &c->cred,
		    (gss_OID)GSS_KRB5_CRED_NO_CI_FLAGS_X, &none);
	return major == GSS_S_COMPLETE || gss_fail(major, minor, e);
}

static void
context_free(void *self)
{
	struct context *c = self;
	OM_uint32 minor;

	if (c == NULL)
		return;
	(void)gss_delete_sec_context(&minor, &c->gss, NULL);
	(void)gss_release_cred(&minor, &c->cred);
	(void)gss_release_name(&minor, &c->target);
	free(c);
}

void *
krb_context(const struct krb *k, uint8_t level, struct err *e)
{
	struct context *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	c->seal = level >= AUTH_LEVEL_PRIVACY;
	c->flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
	    GSS_C_INTEG_FLAG | GSS_C_DCE_STYLE | (c->seal ? GSS_C_CONF_FLAG : 0);
	if (take_tickets(c, k, e))
		return c;
	context_free(c);
	return NULL;
}

/* A KRB-ERROR, bare or in a GSS frame: 60 len 06 len OID 03 00 error.
 *                                                          [RFC 4121] 4.1 */
static struct rd
find_error(const uint8_t *in, size_t n)
{
	struct rd r = rd_new(in, n);
	uint8_t len;

	if (n != 0 && in[0] == KRB_ERROR_TAG)
		return r;
	if (rd_u8(&r) != 0x60)
		r.bad = true;
	len = rd_u8(&r);
	rd_skip(&r, len > 0x80 ? len - 0x80u : 0);
	if (rd_u8(&r) != 0x06)
		r.bad = true;
	rd_skip(&r, rd_u8(&r));
	if (rd_be16(&r) != 0x0300)
		r.bad = true;
	return rd_new(r.bad ? NULL : r.p + r.pos, rd_left(&r));
}

/* A host that does not like the ticket answers with an error. */
static bool
host_refuses(const uint8_t *in, size_t n, struct err *e)
{
	struct rd found = find_error(in, n);
	krb5_data data = { .length = (unsigned)found.len,
		.data = (char *)(uintptr_t)found.p };
	krb5_error *error = NULL;
	krb5_context ctx;
	bool is = false;

	if (found.len == 0 || krb5_init_context(&ctx) != 0)
		return false;
	if (krb5_rd_error(ctx, &data, &error) == 0) {
		is = true;
		krb_fail(e, error->error, "the host");
		krb5_free_error(ctx, error);
	}
	krb5_free_context(ctx);
	return is;
}

static bool
step(void *self, const uint8_t *in, size_t n, struct wr *out, enum auth_leg *leg,
    struct err *e)
{
	struct context *c = self;
	gss_buffer_desc from = { n, (void *)(uintptr_t)in }, to = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor, got = 0, ignored;

	if (c->done)
		return fail(e, ERR_PROTOCOL, "Kerberos: the host answers too often");
	if (host_refuses(in, n, e))
		return false;
	major = gss_init_sec_context(&minor, c->cred, &c->gss, c->target,
	    (gss_OID)gss_mech_krb5, c->flags, 0, GSS_C_NO_CHANNEL_BINDINGS,
	    n != 0 ? &from : GSS_C_NO_BUFFER, NULL, &to, &got, NULL);
	if (major != GSS_S_COMPLETE && major != GSS_S_CONTINUE_NEEDED)
		return gss_fail(major, minor, e);
	c->done = major == GSS_S_COMPLETE;
	*leg = c->done ? AUTH_LAST : AUTH_ASK;
	wr_bytes(out, to.value, to.length);
	(void)gss_release_buffer(&ignored, &to);
	if (c->done && (got & c->flags) != c->flags)
		return fail(e, ERR_AUTH_METHOD, "Kerberos: the host does not protect"
		    " as asked");
	return !out->bad || fail(e, ERR_TOO_BIG, "Kerberos: the ticket is too big"
	    " for one RPC message");
}

/* Header, body and trailer are signed in this order; the body is sealed too. */
enum { IOV_HEAD, IOV_BODY, IOV_TRAILER, IOV_TOKEN, IOV_N };

static void
set_iov(gss_iov_buffer_desc v[static IOV_N], const struct context *c,
    struct auth_pdu *p, size_t token_len)
{
	const size_t tail = p->body + p->body_len;
	const gss_iov_buffer_desc iov[IOV_N] = {
		{ GSS_IOV_BUFFER_TYPE_SIGN_ONLY, { p->body, p->p } },
		{ c->seal ? GSS_IOV_BUFFER_TYPE_DATA : GSS_IOV_BUFFER_TYPE_SIGN_ONLY,
		    { p->body_len, p->p + p->body } },
		{ GSS_IOV_BUFFER_TYPE_SIGN_ONLY, { p->len - tail, p->p + tail } },
		{ c->seal ? GSS_IOV_BUFFER_TYPE_HEADER : GSS_IOV_BUFFER_TYPE_MIC_TOKEN,
		    { token_len, p->p + p->len } },
	};

	memcpy(v, iov, sizeof(iov));
}

static size_t
token_len(void *self, size_t body_len)
{
	struct context *c = self;
	gss_iov_buffer_desc v[IOV_N];
	struct auth_pdu none = { .len = body_len + 32, .body = 24, .body_len = body_len };
	OM_uint32 minor, major;
	size_t n;

	if (!c->done)
		return 0;
	set_iov(v, c, &none, 0);
	for (int i = 0; i < IOV_N; i++)
		v[i].buffer.value = NULL;
	major = c->seal ?
	    gss_wrap_iov_length(&minor, c->gss, 1, GSS_C_QOP_DEFAULT, NULL, v, IOV_N) :
	    gss_get_mic_iov_length(&minor, c->gss, GSS_C_QOP_DEFAULT, v, IOV_N);
	n = major == GSS_S_COMPLETE ? v[IOV_TOKEN].buffer.length : 0;
	/* RC4: the library counts a confounder that its MIC does not have. */
	return !c->seal && n == 45 ? 37 : n;
}

static bool
wrap(void *self, struct auth_pdu *p)
{
	struct context *c = self;
	size_t n = token_len(self, p->body_len);
	gss_iov_buffer_desc v[IOV_N];
	OM_uint32 minor, major;
	int sealed = 0;

	if (n == 0)
		return false;
	set_iov(v, c, p, n);
	if (!c->seal) {
		major = gss_get_mic_iov(&minor, c->gss, GSS_C_QOP_DEFAULT, v, IOV_N);
		return major == GSS_S_COMPLETE && v[IOV_TOKEN].buffer.length == n;
	}
	major = gss_wrap_iov(&minor, c->gss, 1, GSS_C_QOP_DEFAULT, &sealed, v, IOV_N);
	return major == GSS_S_COMPLETE && sealed != 0 &&
	    v[IOV_TOKEN].buffer.length == n;
}

static bool
unwrap(void *self, struct auth_pdu *p, size_t n)
{
	struct context *c = self;
	gss_iov_buffer_desc v[IOV_N];
	OM_uint32 minor, major;
	int sealed = 0;

	if (!c->done)
		return false;
	set_iov(v, c, p, n);
	if (!c->seal)
		return gss_verify_mic_iov(&minor, c->gss, NULL, v, IOV_N) ==
		    GSS_S_COMPLETE;
	major = gss_unwrap_iov(&minor, c->gss, &sealed, NULL, v, IOV_N);
	return major == GSS_S_COMPLETE && sealed != 0;
}

static bool
make_mic(void *self, const void *data, size_t n, struct wr *out)
{
	struct context *c = self;
	gss_buffer_desc from = { n, (void *)(uintptr_t)data }, to = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor, major = gss_get_mic(&minor, c->gss, GSS_C_QOP_DEFAULT,
	    &from, &to);

	wr_bytes(out, to.value, to.length);
	(void)gss_release_buffer(&minor, &to);
	return major == GSS_S_COMPLETE && !out->bad;
}

static bool
check_mic(void *self, const void *data, size_t n, const uint8_t *mic, size_t nmic)
{
	struct context *c = self;
	gss_buffer_desc from = { n, (void *)(uintptr_t)data };
	gss_buffer_desc token = { nmic, (void *)(uintptr_t)mic };
	OM_uint32 minor;

	return gss_verify_mic(&minor, c->gss, &from, &token, NULL) == GSS_S_COMPLETE;
}

static bool
is_local(void *self)
{
	(void)self;
	return false;
}

const struct auth_ops krb_ops = {
	.type = AUTH_GSS_KERBEROS,
	.step = step,
	.token_len = token_len,
	.wrap = wrap,
	.unwrap = unwrap,
	.make_mic = make_mic,
	.check_mic = check_mic,
	.is_local = is_local,
	.free = context_free,
};
