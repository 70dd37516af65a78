/* ntlm.c: the server's side of NTLMv2 and its session security.  [MS-NLMP] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#include "tests/fake/winhost/winhost.h"

#define UNICODE   0x00000001u
#define SIGN      0x00000010u
#define SEAL      0x00000020u
#define NTLM_     0x00000200u
#define ALWAYS    0x00008000u
#define TARGET_IS_DOMAIN 0x00010000u
#define ESS       0x00080000u
#define TARGET_INFO 0x00800000u
#define VERSION_  0x02000000u
#define K128      0x20000000u
#define KEY_EXCH  0x40000000u
#define K56       0x80000000u

struct ntlm {
	const struct host *host;
	uint8_t server_challenge[8];
	uint32_t flags;
	struct wr negotiate, challenge;		/* as seen and sent, for the MIC */
	uint8_t sign_in[16], sign_out[16];
	struct rc4 *rc4_in, *rc4_out;
	uint32_t seq_in, seq_out;
};

struct ntlm *
ntlm_new(const struct host *h)
{
	struct ntlm *n = calloc(1, sizeof(*n));

	if (n == NULL)
		abort();
	n->host = h;
	n->negotiate = wr_new(4096);
	n->challenge = wr_new(4096);
	random_bytes(n->server_challenge, 8);
	return n;
}

void
ntlm_free(struct ntlm *n)
{
	if (n == NULL)
		return;
	wr_free(&n->negotiate);
	wr_free(&n->challenge);
	rc4_free(n->rc4_in);
	rc4_free(n->rc4_out);
	free(n);
}

/* FILETIME: 100 ns since 1601. */
static uint64_t
filetime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ((uint64_t)ts.tv_sec + 11644473600u) * 10000000u +
	    (uint64_t)ts.tv_nsec / 100;
}

static void
av_text(struct wr *w, uint16_t id, const char *text)
{
	size_t hole;

	wr_le16(w, id);
	hole = wr_hole16(w);
	wr_utf16(w, text);
	wr_fill16(w, hole, w->len - hole - 2);
}

bool
ntlm_challenge(struct ntlm *n, struct rd in, struct wr *out)
{
	const struct machine *m = n->host->machine;
	const uint8_t *magic = rd_bytes(&in, 8);
	struct wr *w = &n->challenge;
	uint32_t type = rd_le32(&in), asked = rd_le32(&in);
	size_t name_at, info_at, name_len;
	struct wr info = wr_new(4096);

	if (in.bad || memcmp(magic, "NTLMSSP", 8) != 0 || type != 1)
		return false;
	wr_bytes(&n->negotiate, in.p, in.len);
	n->flags = (asked & (UNICODE | SIGN | SEAL | NTLM_ | ALWAYS | ESS | K128 |
	    KEY_EXCH | K56 | VERSION_)) | TARGET_INFO | TARGET_IS_DOMAIN | 4;
	av_text(&info, 2, m->domain);
	av_text(&info, 1, m->name);
	av_text(&info, 4, m->dns_domain);
	av_text(&info, 3, m->dns_name);
	av_text(&info, 5, m->dns_domain);
	wr_le16(&info, 7);
	wr_le16(&info, 8);
	wr_le64(&info, filetime());
	wr_le32(&info, 0);

	wr_bytes(w, "NTLMSSP", 8);
	wr_le32(w, 2);
	name_at = w->len;
	wr_zero(w, 8);
	wr_le32(w, n->flags);
	wr_bytes(w, n->server_challenge, 8);
	wr_zero(w, 8);
	info_at = w->len;
	wr_zero(w, 8);
	wr_u8(w, 10);
	wr_u8(w, 0);
	wr_le16(w, m->build);
	wr_zero(w, 3);
	wr_u8(w, 15);
	name_len = w->len;
	wr_utf16(w, m->domain);
	wr_fill16(w, name_at, w->len - name_len);
	wr_fill16(w, name_at + 2, w->len - name_len);
	wr_fill32(w, name_at + 4, name_len);
	wr_fill16(w, info_at, info.len);
	wr_fill16(w, info_at + 2, info.len);
	wr_fill32(w, info_at + 4, w->len);
	wr_bytes(w, info.p, info.len);
	wr_free(&info);
	wr_bytes(out, w->p, w->len);
	return !w->bad;
}

static struct rd
field(struct rd *msg)
{
	uint16_t len = rd_le16(msg);
	uint32_t off;

	rd_skip(msg, 2);
	off = rd_le32(msg);
	return rd_window(msg, off, len);
}

static char *
field_text(struct rd f)
{
	return utf16_to_utf8(f.p, f.bad ? 0 : f.len);
}

/* One account database for many hosts: a line "DOMAIN\user wrong-tries". */
static bool
locked_out(const struct host *h, const char *who, bool good)
{
	char line[600], kept[65536] = "", name[512];
	long tries = 0, found;
	size_t used = 0;
	int fd;
	FILE *f;

	if (h->lockout_file == NULL)
		return false;
	fd = open(h->lockout_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0 || (f = fdopen(fd, "r+")) == NULL)
		abort();
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%511[^\t]\t%ld", name, &found) == 2) {
			if (strcasecmp(name, who) == 0)
				tries = found;
			else
				used += (size_t)snprintf(kept + used,
				    sizeof(kept) - used, "%s", line);
		}
	/* A locked account stays locked, whatever the password. */
	if (tries < h->lockout_threshold)
		tries = good ? 0 : tries + 1;
	rewind(f);
	if (ftruncate(fd, 0) != 0)
		abort();
	fprintf(f, "%s%s\t%ld\n", kept, who, tries);
	fclose(f);
	return tries >= h->lockout_threshold;
}

/* [MS-NLMP] 3.3.2: proof and base key of NTLMv2. */
static bool
proof_holds(struct ntlm *n, const json_t *account, const char *user,
    struct rd domain, struct rd response, uint8_t base_key[static 16])
{
	const char *password = json_string_value(json_object_get(account,
	    "password"));
	struct wr w = wr_new(65536);
	uint8_t nt[16], v2[16], proof[16];
	char *upper = utf8_upper(user);
	bool holds;

	wr_utf16(&w, password != NULL ? password : "");
	md4(w.p, w.len, nt);
	wr_reset(&w);
	wr_utf16(&w, upper);
	free(upper);
	wr_bytes(&w, domain.p, domain.len);
	hmac_md5(nt, w.p, w.len, v2);
	wr_reset(&w);
	wr_bytes(&w, n->server_challenge, 8);
	if (response.len > 16)
		wr_bytes(&w, response.p + 16, response.len - 16);
	hmac_md5(v2, w.p, w.len, proof);
	wr_free(&w);
	holds = response.len > 44 && memcmp(proof, response.p, 16) == 0;
	hmac_md5(v2, proof, 16, base_key);
	return holds;
}

/* Whether the client's AV pairs say that a MIC is there. */
static bool
mic_promised(struct rd response)
{
	struct rd av = rd_window(&response, 44, response.len - 44);
	uint16_t id, len;

	while (!av.bad && (id = rd_le16(&av)) != 0) {
		len = rd_le16(&av);
		if (id == 6)
			return (rd_le32(&av) & 2) != 0;
		rd_skip(&av, len);
	}
	return false;
}

static bool
mic_holds(struct ntlm *n, struct rd msg, const uint8_t key[static 16])
{
	struct wr w = wr_new(65536);
	uint8_t mic[16];
	bool holds;

	wr_bytes(&w, n->negotiate.p, n->negotiate.len);
	wr_bytes(&w, n->challenge.p, n->challenge.len);
	wr_bytes(&w, msg.p, 72);
	wr_zero(&w, 16);
	wr_bytes(&w, msg.p + 88, msg.len - 88);
	hmac_md5(key, w.p, w.len, mic);
	wr_free(&w);
	holds = memcmp(mic, msg.p + 72, 16) == 0;
	return holds;
}

static void
derive(const uint8_t key[static 16], const char *what, uint8_t out[static 16])
{
	uint8_t buf[128];
	size_t n = strlen(what) + 1;	/* the NUL is hashed too */

	memcpy(buf, key, 16);
	memcpy(buf + 16, what, n);
	md5(buf, 16 + n, out);
}

static void
session_keys(struct ntlm *n, const uint8_t key[static 16])
{
	uint8_t seal[16];

	derive(key, "session key to client-to-server signing key magic constant",
	    n->sign_in);
	derive(key, "session key to server-to-client signing key magic constant",
	    n->sign_out);
	derive(key, "session key to client-to-server sealing key magic constant",
	    seal);
	n->rc4_in = rc4_new(seal);
	derive(key, "session key to server-to-client sealing key magic constant",
	    seal);
	n->rc4_out = rc4_new(seal);
}

bool
ntlm_authenticate(struct ntlm *n, struct rd msg, char **who,
    const json_t **account)
{
	struct rd lm, nt, domain, user, station, key;
	uint8_t base[16] = { 0 }, session[16];
	const uint8_t *magic = rd_bytes(&msg, 8);
	uint32_t type = rd_le32(&msg), flags;
	char *user_text, *domain_text;
	struct rc4 *r;
	bool good;

	lm = field(&msg);
	nt = field(&msg);
	domain = field(&msg);
	user = field(&msg);
	station = field(&msg);
	key = field(&msg);
	flags = rd_le32(&msg);
	(void)lm;
	(void)station;
	*who = NULL;
	*account = NULL;
	if (msg.bad || memcmp(magic, "NTLMSSP", 8) != 0 || type != 3 ||
	    key.len != 16 || msg.len < 88 || (flags & ESS) == 0)
		return false;
	user_text = field_text(user);
	domain_text = field_text(domain);
	*account = machine_account(n->host->machine, domain_text, user_text);
	if (asprintf(who, "%s\\%s", domain_text, user_text) < 0)
		abort();
	good = *account != NULL &&
	    proof_holds(n, *account, user_text, domain, nt, base);
	if (locked_out(n->host, *who, good))
		good = false;
	memcpy(session, key.p, 16);
	r = rc4_new(base);
	rc4_run(r, session, 16);
	rc4_free(r);
	if (good && mic_promised(nt) && !mic_holds(n, msg, session))
		good = false;
	session_keys(n, session);
	free(user_text);
	free(domain_text);
	return good;
}

/* [MS-NLMP] 3.4.4.2: version, HMAC (encrypted after the body), sequence. */
static void
signature(const uint8_t sign[static 16], struct rc4 *rc4, uint32_t seq,
    const uint8_t *pdu, size_t n, uint8_t out[static 16], bool encrypt)
{
	struct wr w = wr_new(n + 4);
	uint8_t mac[16];

	wr_le32(&w, seq);
	wr_bytes(&w, pdu, n);
	hmac_md5(sign, w.p, w.len, mac);
	wr_free(&w);
	if (encrypt)
		rc4_run(rc4, mac, 8);
	memset(out, 0, 16);
	out[0] = 1;
	memcpy(out + 4, mac, 8);
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(seq >> (8 * i));
}

void
ntlm_protect(struct ntlm *n, uint8_t *pdu, size_t len, size_t body,
    size_t body_len, bool seal, uint8_t sig[static 16])
{
	signature(n->sign_out, n->rc4_out, n->seq_out, pdu, len, sig, false);
	if (seal)
		rc4_run(n->rc4_out, pdu + body, body_len);
	rc4_run(n->rc4_out, sig + 4, 8);
	n->seq_out++;
}

bool
ntlm_open(struct ntlm *n, uint8_t *pdu, size_t len, size_t body,
    size_t body_len, bool seal, const uint8_t sig[static 16])
{
	uint8_t mine[16];

	if (seal)
		rc4_run(n->rc4_in, pdu + body, body_len);
	signature(n->sign_in, n->rc4_in, n->seq_in, pdu, len, mine, true);
	n->seq_in++;
	return memcmp(mine, sig, 16) == 0;
}
