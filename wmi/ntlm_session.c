/* ntlm_session.c: NTLM signing and sealing with extended session security.
 *                                                        [MS-NLMP] 3.4.3-3.4.5 */
#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"
#include "wmi/ntlm.h"
#include "wmi/ntlm_crypto.h"

struct direction {
	struct hmac_md5 *sign;
	struct rc4 stream, start;	/* now, and before the first octet */
	uint32_t seq;
};

struct ntlm_session {
	struct direction out, in;
};

static bool
direction_init(struct direction *d, const uint8_t key[static 16], bool to_server)
{
	/* The terminating zero is part of what is hashed. */
	static const char sign_cs[] =
	    "session key to client-to-server signing key magic constant";
	static const char sign_sc[] =
	    "session key to server-to-client signing key magic constant";
	static const char seal_cs[] =
	    "session key to client-to-server sealing key magic constant";
	static const char seal_sc[] =
	    "session key to server-to-client sealing key magic constant";
	uint8_t text[16 + sizeof(sign_cs)], k[16];
	bool ok;

	memcpy(text, key, 16);
	memcpy(text + 16, to_server ? sign_cs : sign_sc, sizeof(sign_cs));
	ok = md5(text, sizeof(text), k) &&
	    (d->sign = hmac_md5_new(k, sizeof(k))) != NULL;
	memcpy(text + 16, to_server ? seal_cs : seal_sc, sizeof(seal_cs));
	ok = ok && md5(text, sizeof(text), k);
	rc4_init(&d->start, k, sizeof(k));
	d->stream = d->start;
	wipe(k, sizeof(k));
	wipe(text, sizeof(text));
	return ok;
}

struct ntlm_session *
ntlm_session_new(const uint8_t key[static 16], bool server)
{
	struct ntlm_session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (!direction_init(&s->out, key, !server) ||
	    !direction_init(&s->in, key, server)) {
		ntlm_session_free(s);
		return NULL;
	}
	return s;
}

void
ntlm_session_free(struct ntlm_session *s)
{
	if (s == NULL)
		return;
	hmac_md5_free(s->out.sign);
	hmac_md5_free(s->in.sign);
	wipe(s, sizeof(*s));
	free(s);
}

void
ntlm_session_restart(struct ntlm_session *s)
{
	s->out.stream = s->out.start;
	s->in.stream = s->in.start;
}

static void
put_seq(uint8_t at[static 4], uint32_t seq)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(seq >> (8 * i));
}

/* The first 8 octets of the MAC over sequence number and plain PDU. */
static bool
mac_of(struct direction *d, const uint8_t *pdu, size_t n, uint8_t out[static 16])
{
	uint8_t seq[4];
	struct piece v[2] = { { seq, sizeof(seq) }, { pdu, n } };

	put_seq(seq, d->seq);
	return hmac_md5_run(d->sign, v, 2, out);
}

/* Version 1, the encrypted MAC, the sequence number. */
static void
token_of(struct direction *d, const uint8_t mac[static 8], uint8_t out[static 16])
{
	static const uint8_t version[4] = { 1, 0, 0, 0 };

	memcpy(out, version, 4);
	rc4_run(&d->stream, mac, out + 4, 8);
	put_seq(out + 12, d->seq);
	d->seq++;
}

bool
ntlm_wrap(struct ntlm_session *s, uint8_t *pdu, size_t n, size_t at, size_t len,
    bool seal)
{
	uint8_t mac[16];

	if (at > n || len > n - at || !mac_of(&s->out, pdu, n, mac))
		return false;
	if (seal)
		rc4_run(&s->out.stream, pdu + at, pdu + at, len);
	token_of(&s->out, mac, pdu + n);
	return true;
}

bool
ntlm_unwrap(struct ntlm_session *s, uint8_t *pdu, size_t n, size_t at,
    size_t len, bool sealed)
{
	uint8_t mac[16], token[NTLM_TOKEN];

	if (at > n || len > n - at)
		return false;
	if (sealed)
		rc4_run(&s->in.stream, pdu + at, pdu + at, len);
	if (!mac_of(&s->in, pdu, n, mac))
		return false;
	token_of(&s->in, mac, token);
	return bytes_equal(token, pdu + n, NTLM_TOKEN);
}
