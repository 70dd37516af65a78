#include "wmi/ntlm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/reader.h"
#include "helper/base/secret.h"
#include "wmi/ntlm_crypto.h"
#include "wmi/utf16.h"

/* NegotiateFlags, [MS-NLMP] 2.2.2.5 */
#define F_UNICODE	0x00000001u
#define F_TARGET	0x00000004u
#define F_SIGN		0x00000010u
#define F_SEAL		0x00000020u
#define F_NTLM		0x00000200u
#define F_ALWAYS_SIGN	0x00008000u
#define F_ESS		0x00080000u	/* extended session security */
#define F_TARGET_INFO	0x00800000u
#define F_VERSION	0x02000000u
#define F_128		0x20000000u
#define F_KEY_EXCH	0x40000000u
#define F_56		0x80000000u
/* Never IDENTIFY (0x100000): WMI refuses identify-level tokens. */
#define F_WANTED (F_UNICODE | F_TARGET | F_SIGN | F_SEAL | F_NTLM | \
	F_ALWAYS_SIGN | F_ESS | F_VERSION | F_128 | F_KEY_EXCH | F_56)
#define F_NEEDED (F_UNICODE | F_SIGN | F_ESS | F_128 | F_KEY_EXCH)

/* AV_PAIR ids, [MS-NLMP] 2.2.2.1 */
enum { AV_EOL, AV_NB_COMPUTER, AV_NB_DOMAIN, AV_DNS_COMPUTER, AV_DNS_DOMAIN,
	AV_DNS_FOREST, AV_FLAGS, AV_TIMESTAMP, AV_HOST, AV_TARGET, AV_BINDINGS };
#define AV_FLAG_MIC 2u

#define MESSAGE_MAX 65536u	/* no token of ours or theirs is near that */
#define MIC_AT 72

struct ntlm {
	struct ntlm_user who;
	char *target;
	uint8_t hash[16];
	bool has_cred, local;
	/* what is random, or fixed by a test */
	uint8_t client_challenge[8], exported_key[16];
	uint64_t now;
	bool fixed;
	/* the conversation */
	uint32_t flags;
	uint8_t nonce[8];
	uint64_t server_time;
	bool has_time;
	struct wr negotiate, challenge;	/* as sent and received, for the MIC */
	struct wr info;			/* the server's AV pairs without the end */
	char *computer;			/* its NetBIOS name, for ".\user" */
};

/* --- names --------------------------------------------------------------------- */

void
ntlm_user_clear(struct ntlm_user *u)
{
	free(u->user);
	free(u->domain);
	*u = (struct ntlm_user){ 0 };
}

bool
ntlm_user_parse(const char *form, struct ntlm_user *u, struct err *e)
{
	const char *slash = form != NULL ? strchr(form, '\\') : NULL;

	*u = (struct ntlm_user){ 0 };
	if (form == NULL || *form == '\0' || (slash != NULL && slash[1] == '\0'))
		return fail(e, ERR_INVALID, "a WMI credential needs a user name");
	/* user@domain is sent whole with an empty domain: the part behind the @
	 * need not be the domain's own name. */
	u->user = strdup(slash != NULL ? slash + 1 : form);
	u->domain = slash != NULL ? strndup(form, (size_t)(slash - form)) : strdup("");
	if (u->user == NULL || u->domain == NULL) {
		ntlm_user_clear(u);
		return fail(e, ERR_MEMORY, "no memory");
	}
	u->local = strcmp(u->domain, ".") == 0;
	return true;
}

/* --- the computation ------------------------------------------------------------- */

bool
ntlm_hash(const char *password, uint8_t out[static 16])
{
	struct wr w = wr_new(4096);
	bool ok;

	utf16_put(&w, password);
	if ((ok = !w.bad))
		md4(w.p, w.len, out);
	wr_free(&w);
	return ok;
}

bool
ntlm_owf(const uint8_t hash[static 16], const char *user, const char *domain,
    uint8_t out[static 16])
{
	struct wr w = wr_new(4096);
	bool ok;

	utf16_put_upper(&w, user);
	utf16_put(&w, domain);
	ok = !w.bad &&
	    hmac_md5_once(hash, 16, &(struct piece){ w.p, w.len }, 1, out);
	wr_free(&w);
	return ok;
}

bool
ntlm_proof(const uint8_t owf[static 16], const uint8_t nonce[static 8],
    const void *temp, size_t n, uint8_t proof[static 16],
    uint8_t base_key[static 16])
{
	struct piece v[2] = { { nonce, 8 }, { temp, n } };

	return hmac_md5_once(owf, 16, v, 2, proof) &&
	    hmac_md5_once(owf, 16, &(struct piece){ proof, 16 }, 1, base_key);
}

/* --- a conversation ---------------------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
hash_from(const struct wmi_cred *c, uint8_t out[static 16])
{
	const char *s;

	if (c->password != NULL)
		return ntlm_hash(secret_str(c->password), out);
	s = secret_str(c->nt_hash);
	if (secret_len(c->nt_hash) == 16) {
		memcpy(out, s, 16);
		return true;
	}
	if (secret_len(c->nt_hash) != 32)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		int hi = hex_digit(s[2 * i]), lo = hex_digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static bool
take_cred(struct ntlm *n, const struct wmi_cred *c, struct err *e)
{
	if (c->password == NULL && c->nt_hash == NULL)
		return fail(e, ERR_AUTH_METHOD, "NTLM needs a password or an NT hash");
	if (!ntlm_user_parse(c->user, &n->who, e))
		return false;
	if (c->password != NULL && secret_len(c->password) == 0)
		return fail(e, ERR_AUTH_METHOD, "Windows refuses network log-ons"
		    " with an empty password, so none is tried");
	if (!hash_from(c, n->hash))
		return fail(e, ERR_INVALID, c->password != NULL ?
		    "the password is not UTF-8 or too long" :
		    "an NT hash is 32 hexadecimal digits");
	n->has_cred = true;
	n->local = n->who.local;
	return true;
}

struct ntlm *
ntlm_new(const struct wmi_cred *c, const char *target, struct err *e)
{
	struct ntlm *n = calloc(1, sizeof(*n));

	if (n == NULL || (target != NULL && (n->target = strdup(target)) == NULL)) {
		ntlm_free(n);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	n->negotiate = wr_new(MESSAGE_MAX);
	n->challenge = wr_new(MESSAGE_MAX);
	n->info = wr_new(MESSAGE_MAX);
	if (c != NULL && !take_cred(n, c, e)) {
		ntlm_free(n);
		return NULL;
	}
	return n;
}

void
ntlm_free(struct ntlm *n)
{
	if (n == NULL)
		return;
	ntlm_user_clear(&n->who);
	free(n->target);
	free(n->computer);
	wr_free(&n->negotiate);
	wr_free(&n->challenge);
	wr_free(&n->info);
	wipe(n, sizeof(*n));
	free(n);
}

void
ntlm_fix(struct ntlm *n, const uint8_t client_challenge[static 8],
    const uint8_t exported_key[static 16], uint64_t filetime)
{
	memcpy(n->client_challenge, client_challenge, 8);
	memcpy(n->exported_key, exported_key, 16);
	n->now = filetime;
	n->fixed = true;
}

bool
ntlm_is_local(const struct ntlm *n)
{
	return n->local;
}

static void
put_version(struct wr *w)
{
	static const uint8_t windows_10[8] = { 10, 0, 0x61, 0x4a, 0, 0, 0, 15 };

	wr_bytes(w, windows_10, sizeof(windows_10));
}

bool
ntlm_negotiate(struct ntlm *n, struct wr *out)
{
	struct wr *w = &n->negotiate;

	wr_reset(w);
	wr_bytes(w, "NTLMSSP", 8);
	wr_le32(w, 1);
	wr_le32(w, F_WANTED);
	wr_zero(w, 16);			/* no domain, no workstation */
	put_version(w);
	wr_bytes(out, w->p, w->len);
	return !w->bad && !out->bad;
}

/* --- CHALLENGE ------------------------------------------------------------------------ */

/* A (len, max, offset) field as a cursor of its own. */
static struct rd
field(struct rd *r)
{
	size_t len = rd_le16(r), at;

	rd_skip(r, 2);
	at = rd_le32(r);
	return rd_window(r, len == 0 ? 0 : at, len);
}

static void
note_text(char **to, const uint8_t *p, size_t n)
{
	if (*to == NULL && n != 0)
		*to = utf16_text(p, n);
}

static void
note_av(struct ntlm *n, unsigned id, const uint8_t *p, size_t len,
    struct wmi_about *about)
{
	char **names[] = {
		[AV_NB_COMPUTER] = &about->netbios_name,
		[AV_NB_DOMAIN] = &about->netbios_domain,
		[AV_DNS_COMPUTER] = &about->dns_name,
		[AV_DNS_DOMAIN] = &about->dns_domain,
		[AV_DNS_FOREST] = &about->dns_forest,
	};

	if (id < ARRAY_LEN(names) && names[id] != NULL)
		note_text(names[id], p, len);
	if (id == AV_NB_COMPUTER)
		note_text(&n->computer, p, len);
	if (id == AV_TIMESTAMP && len == 8) {
		struct rd r = rd_new(p, len);

		n->server_time = rd_le64(&r);
		n->has_time = true;
	}
}

/* Walks the pairs up to the end mark, without which they are refused; all of
 * them but our own kinds are kept for the answer. */
static bool
take_info(struct ntlm *n, struct rd r, struct wmi_about *about)
{
	unsigned id;

	/* AV_EOL is 0, and so is what a short read gives: ask `bad` last. */
	while ((id = rd_le16(&r)) != AV_EOL && !r.bad) {
		size_t len = rd_le16(&r);
		const uint8_t *p = rd_bytes(&r, len);

		if (p == NULL)
			return false;
		note_av(n, id, p, len, about);
		if (id == AV_FLAGS || id == AV_TARGET || id == AV_BINDINGS ||
		    id == AV_HOST)
			continue;
		wr_le16(&n->info, (uint16_t)id);
		wr_le16(&n->info, (uint16_t)len);
		wr_bytes(&n->info, p, len);
	}
	return !r.bad && !n->info.bad;
}

static void
note_clock(const struct ntlm *n, struct wmi_about *about)
{
	if (!n->has_time || n->server_time < FILETIME_UNIX ||
	    n->server_time > INT64_MAX)
		return;
	about->clock_ms = (int64_t)((n->server_time - FILETIME_UNIX) / 10000);
	about->clock_at_ms = now_unix_ms();
}

bool
ntlm_challenge(struct ntlm *n, const uint8_t *p, size_t len, bool seal,
    struct wmi_about *about, struct err *e)
{
	struct rd r = rd_new(p, len), info = rd_new(NULL, 0);
	const uint8_t *magic = rd_bytes(&r, 8);
	uint32_t type = rd_le32(&r);

	if (magic == NULL || memcmp(magic, "NTLMSSP", 8) != 0 || type != 2)
		return fail(e, ERR_PROTOCOL, "the host's answer is no NTLM challenge");
	(void)field(&r);		/* target name */
	n->flags = rd_le32(&r);
	rd_copy(&r, n->nonce, sizeof(n->nonce));
	rd_skip(&r, 8);
	if (n->flags & F_TARGET_INFO)
		info = field(&r);
	else
		rd_skip(&r, 8);
	if ((n->flags & F_VERSION) && rd_left(&r) >= 8) {
		about->major = rd_u8(&r);
		about->minor = rd_u8(&r);
		about->build = rd_le16(&r);
	}
	if (r.bad || info.bad)
		return fail(e, ERR_PROTOCOL, "the host's NTLM challenge is cut short");
	wr_reset(&n->info);
	wr_reset(&n->challenge);
	wr_bytes(&n->challenge, p, len);
	if (n->challenge.bad ||
	    ((n->flags & F_TARGET_INFO) && !take_info(n, info, about)))
		return fail(e, ERR_PROTOCOL,
		    "the target information in the host's NTLM challenge is malformed");
	note_clock(n, about);
	if ((n->flags & F_NEEDED) != F_NEEDED || (seal && !(n->flags & F_SEAL)) ||
	    !(n->flags & F_TARGET_INFO))
		return fail(e, ERR_AUTH_METHOD, "the host refuses NTLMv2 with"
		    " 128-bit session security (its flags are 0x%08x)", n->flags);
	return true;
}

/* --- AUTHENTICATE ------------------------------------------------------------------------- */

static bool
draw_random(struct ntlm *n, struct err *e)
{
	if (n->fixed)
		return true;
	n->now = (uint64_t)now_unix_ms() * 10000 + FILETIME_UNIX;
	if (!random_bytes(n->client_challenge, sizeof(n->client_challenge)) ||
	    !random_bytes(n->exported_key, sizeof(n->exported_key)))
		return fail(e, ERR_INTERNAL, "the kernel gives no random numbers");
	return true;
}

static void
put_av(struct wr *w, unsigned id, const void *p, size_t len)
{
	wr_le16(w, (uint16_t)id);
	wr_le16(w, (uint16_t)len);
	wr_bytes(w, p, len);
}

/* NTLMv2_CLIENT_CHALLENGE, [MS-NLMP] 2.2.2.7 */
static void
put_temp(struct ntlm *n, struct wr *w)
{
	static const uint8_t mic[4] = { AV_FLAG_MIC }, no_bindings[16];
	size_t hole;

	wr_le16(w, 0x0101);
	wr_zero(w, 6);
	wr_le64(w, n->has_time ? n->server_time : n->now);
	wr_bytes(w, n->client_challenge, sizeof(n->client_challenge));
	wr_zero(w, 4);
	wr_bytes(w, n->info.p, n->info.len);
	if (n->has_time)
		put_av(w, AV_FLAGS, mic, sizeof(mic));
	if (n->target != NULL) {
		put_av(w, AV_BINDINGS, no_bindings, sizeof(no_bindings));
		wr_le16(w, AV_TARGET);
		hole = wr_hole16(w);
		utf16_put(w, n->target);
		wr_fill16(w, hole, w->bad ? 0 : w->len - hole - 2);
	}
	wr_le16(w, AV_EOL);
	wr_le16(w, 0);
	wr_zero(w, 4);
}

struct answer {
	uint8_t lm[24];
	struct wr nt;		/* proof and temp */
	uint8_t sealed_key[16];
};

/* The LMv2 answer is only for servers that send no time. */
static bool
put_lm(const struct ntlm *n, const uint8_t owf[static 16], uint8_t lm[static 24])
{
	struct piece v[2] = { { n->nonce, 8 }, { n->client_challenge, 8 } };

	memset(lm, 0, 24);
	if (n->has_time)
		return true;
	if (!hmac_md5_once(owf, 16, v, 2, lm))
		return false;
	memcpy(lm + 16, n->client_challenge, 8);
	return true;
}

static bool
compute(struct ntlm *n, struct answer *a)
{
	uint8_t owf[16], proof[16], base[16];
	struct wr temp = wr_new(MESSAGE_MAX - 1024);
	struct rc4 rc4;
	bool ok;

	put_temp(n, &temp);
	ok = !temp.bad && ntlm_owf(n->hash, n->who.user, n->who.domain, owf) &&
	    ntlm_proof(owf, n->nonce, temp.p, temp.len, proof, base) &&
	    put_lm(n, owf, a->lm);
	if (ok) {
		wr_bytes(&a->nt, proof, sizeof(proof));
		wr_bytes(&a->nt, temp.p, temp.len);
		rc4_init(&rc4, base, sizeof(base));
		rc4_run(&rc4, n->exported_key, a->sealed_key, 16);
		wipe(&rc4, sizeof(rc4));
	}
	wr_free(&temp);
	wipe(owf, sizeof(owf));
	wipe(proof, sizeof(proof));
	wipe(base, sizeof(base));
	return ok && !a->nt.bad;
}

/* Puts a field's triple now and its octets behind what is there already. */
static void
put_field(struct wr *w, struct wr *payload, const void *p, size_t n)
{
	if (n > UINT16_MAX)
		w->bad = true;
	wr_le16(w, (uint16_t)n);
	wr_le16(w, (uint16_t)n);
	wr_le32(w, (uint32_t)(MIC_AT + 16 + payload->len));
	wr_bytes(payload, p, n);
}

static void
put_text_field(struct wr *w, struct wr *payload, const char *utf8)
{
	struct wr t = wr_new(4096);

	utf16_put(&t, utf8);
	put_field(w, payload, t.p, t.len);
	w->bad |= t.bad;
	wr_free(&t);
}

static void
put_message(struct ntlm *n, const struct answer *a, struct wr *w)
{
	struct wr payload = wr_new(MESSAGE_MAX);

	wr_bytes(w, "NTLMSSP", 8);
	wr_le32(w, 3);
	put_field(w, &payload, a->lm, sizeof(a->lm));
	put_field(w, &payload, a->nt.p, a->nt.len);
	put_text_field(w, &payload, n->who.domain);
	put_text_field(w, &payload, n->who.user);
	put_text_field(w, &payload, "");
	put_field(w, &payload, a->sealed_key, sizeof(a->sealed_key));
	wr_le32(w, n->flags & (F_WANTED | F_TARGET_INFO));
	put_version(w);
	wr_zero(w, 16);			/* the MIC comes last */
	wr_bytes(w, payload.p, payload.len);
	w->bad |= payload.bad;
	wr_free(&payload);
}

/* Over the three messages as they were on the wire, the MIC itself zero. */
static bool
put_mic(struct ntlm *n, struct wr *w)
{
	struct piece v[3] = { { n->negotiate.p, n->negotiate.len },
		{ n->challenge.p, n->challenge.len }, { w->p, w->len } };
	uint8_t mic[16];

	if (w->bad || !hmac_md5_once(n->exported_key, 16, v, 3, mic))
		return false;
	memcpy(w->p + MIC_AT, mic, sizeof(mic));
	return true;
}

/* ".\user" belongs to the host: its own name is the domain. */
static bool
settle_domain(struct ntlm *n, struct err *e)
{
	char *name;

	if (n->computer != NULL && strcasecmp(n->computer, n->who.domain) == 0)
		n->local = true;
	if (!n->who.local)
		return true;
	if ((name = strdup(n->computer != NULL ? n->computer : "")) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	free(n->who.domain);
	n->who.domain = name;
	n->who.local = false;
	return true;
}

bool
ntlm_authenticate(struct ntlm *n, struct wr *out, struct ntlm_session **session,
    struct err *e)
{
	struct answer a = { .nt = wr_new(MESSAGE_MAX) };
	struct wr w = wr_new(MESSAGE_MAX);
	bool ok = false;

	*session = NULL;
	if (!n->has_cred) {
		fail(e, ERR_NO_CREDENTIAL, "there is no credential to log on with");
		goto out;
	}
	if (!settle_domain(n, e) || !draw_random(n, e))
		goto out;
	if (!compute(n, &a)) {
		fail(e, ERR_INVALID, "the user name or domain is not UTF-8 or too long");
		goto out;
	}
	put_message(n, &a, &w);
	if ((n->has_time && !put_mic(n, &w)) || w.bad ||
	    (*session = ntlm_session_new(n->exported_key, false)) == NULL) {
		fail(e, ERR_INTERNAL, "the NTLM answer could not be made");
		goto out;
	}
	wr_bytes(out, w.p, w.len);
	ok = !out->bad || fail(e, ERR_INTERNAL, "the NTLM answer is too long");
out:
	if (!ok) {
		ntlm_session_free(*session);
		*session = NULL;
	}
	wipe(a.sealed_key, sizeof(a.sealed_key));
	wr_free(&a.nt);
	wr_free(&w);
	return ok;
}
