/* kerberos.c: the server's side of Kerberos and SPNEGO, MIT's acceptor with the
 * keytab in KRB5_KTNAME.                       [MS-RPCE] 3.3.1.5.2, [RFC 4121] */
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/winhost/winhost.h"

struct kerberos { gss_ctx_id_t ctx; bool done; };

struct kerberos *
kerberos_new(void)
{
	return getenv("KRB5_KTNAME") != NULL ? calloc(1, sizeof(struct kerberos)) : NULL;
}

void
kerberos_free(struct kerberos *k)
{
	OM_uint32 minor;

	if (k != NULL)
		gss_delete_sec_context(&minor, &k->ctx, NULL);
	free(k);
}

/* One leg; *who is fresh text once it is done. */
bool
kerberos_accept(struct kerberos *k, struct rd token, struct wr *reply, char **who)
{
	gss_buffer_desc in = { token.len, (void *)(uintptr_t)token.p };
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER, name = GSS_C_EMPTY_BUFFER;
	gss_name_t source = GSS_C_NO_NAME;
	OM_uint32 minor, ignored, major;

	*who = NULL;
	major = gss_accept_sec_context(&minor, &k->ctx, GSS_C_NO_CREDENTIAL, &in,
	    GSS_C_NO_CHANNEL_BINDINGS, &source, NULL, &out, NULL, NULL, NULL);
	wr_bytes(reply, out.value, out.length);
	gss_release_buffer(&ignored, &out);
	k->done = major == GSS_S_COMPLETE;
	if (k->done && gss_display_name(&ignored, source, &name, NULL) == GSS_S_COMPLETE)
		*who = strndup(name.value, name.length);
	gss_release_buffer(&ignored, &name);
	gss_release_name(&ignored, &source);
	return major == GSS_S_COMPLETE || major == GSS_S_CONTINUE_NEEDED;
}

bool
kerberos_done(const struct kerberos *k)
{
	return k->done;
}

static void
pieces(gss_iov_buffer_desc v[static 4], uint8_t *pdu, size_t n, size_t body,
    size_t body_len, bool seal)
{
	memset(v, 0, 4 * sizeof(*v));
	v[0].type = v[2].type = GSS_IOV_BUFFER_TYPE_SIGN_ONLY;
	v[1].type = seal ? GSS_IOV_BUFFER_TYPE_DATA : GSS_IOV_BUFFER_TYPE_SIGN_ONLY;
	v[3].type = seal ? GSS_IOV_BUFFER_TYPE_HEADER : GSS_IOV_BUFFER_TYPE_MIC_TOKEN;
	v[0].buffer = (gss_buffer_desc){ body, pdu };
	v[1].buffer = (gss_buffer_desc){ body_len, pdu + body };
	v[2].buffer = (gss_buffer_desc){ n - body - body_len, pdu + body + body_len };
}

/* AES with SHA-1: 60 and 16 octets to seal, 28 to sign. */
size_t
kerberos_token_len(bool seal)
{
	return seal ? 76 : 28;
}

bool
kerberos_protect(struct kerberos *k, uint8_t *pdu, size_t n, size_t body,
    size_t body_len, bool seal, uint8_t *token)
{
	gss_iov_buffer_desc v[4];
	OM_uint32 minor, major;

	pieces(v, pdu, n, body, body_len, seal);
	v[3].buffer = (gss_buffer_desc){ kerberos_token_len(seal), token };
	major = seal ? gss_wrap_iov(&minor, k->ctx, 1, GSS_C_QOP_DEFAULT, NULL, v, 4) :
	    gss_get_mic_iov(&minor, k->ctx, GSS_C_QOP_DEFAULT, v, 4);
	return major == GSS_S_COMPLETE &&
	    v[3].buffer.length == kerberos_token_len(seal);
}

bool
kerberos_open(struct kerberos *k, uint8_t *pdu, size_t n, size_t body,
    size_t body_len, bool seal, size_t token_len)
{
	gss_iov_buffer_desc v[4];
	OM_uint32 minor;
	int sealed = 0;

	pieces(v, pdu, n, body, body_len, seal);
	v[3].buffer = (gss_buffer_desc){ token_len, pdu + n };
	if (!seal)
		return gss_verify_mic_iov(&minor, k->ctx, NULL, v, 4) == GSS_S_COMPLETE;
	return gss_unwrap_iov(&minor, k->ctx, &sealed, NULL, v, 4) ==
	    GSS_S_COMPLETE && sealed != 0;
}
