#include "ssh/ssh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "ssh/hostkey.h"
#include "ssh/session.h"

#ifndef LIBSSH2_BUILT
#define LIBSSH2_BUILT LIBSSH2_VERSION
#endif

#define HANDSHAKE_OCTETS (1024 * 1024)
#define POLITE_SECONDS 0.1
/* A port that accepts and says nothing may not hold a worker for a host's whole
 * budget.  Key exchange takes a second on the slowest of hosts. */
#define HANDSHAKE_SECONDS 15

/* What we offer.  No SHA-1 signature, no DSA, no RC4, no 3DES: a host that has
 * nothing better is refused with a reason. */
static const struct { int method; const char *list; } offers[] = {
	{ LIBSSH2_METHOD_KEX, "curve25519-sha256,curve25519-sha256@libssh.org,"
	    "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
	    "diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"
	    "diffie-hellman-group18-sha512,"
	    "diffie-hellman-group-exchange-sha256" },
	{ LIBSSH2_METHOD_CRYPT_CS, NULL }, { LIBSSH2_METHOD_CRYPT_SC, NULL },
	{ LIBSSH2_METHOD_MAC_CS, NULL }, { LIBSSH2_METHOD_MAC_SC, NULL },
};
/* AES-GCM first: with the processor's help it costs half of ChaCha20. */
static const char ciphers[] = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
    "aes128-cbc,aes256-cbc";
static const char macs[] = "hmac-sha2-256-etm@openssh.com,"
    "hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,"
    "hmac-sha1-etm@openssh.com,hmac-sha1";

bool
ssh_start(struct err *e)
{
	if (libssh2_init(0) != 0)
		return fail(e, ERR_INTERNAL, "libssh2 does not start");
	return true;
}

const char *
ssh_library(void)
{
	return LIBSSH2_BUILT;
}

const char *
ssh_library_running(void)
{
	return libssh2_version(0);
}

/* --- open and close ------------------------------------------------------ */

static bool
set_up(struct ssh *s, const char *hostkeys, struct err *e)
{
	if (!session_start(s, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(offers); i++) {
		const char *list = offers[i].list;

		if (list == NULL)
			list = offers[i].method == LIBSSH2_METHOD_MAC_CS ||
			    offers[i].method == LIBSSH2_METHOD_MAC_SC ?
			    macs : ciphers;
		if (libssh2_session_method_pref(s->lib, offers[i].method,
		    list) != 0)
			return fail(e, ERR_INTERNAL, "libssh2 refuses %s", list);
	}
	if (libssh2_session_method_pref(s->lib, LIBSSH2_METHOD_HOSTKEY,
	    hostkeys) != 0)
		return fail(e, ERR_INTERNAL, "libssh2 refuses %s", hostkeys);
	return true;
}

static char *
escaped_or_null(const char *text)
{
	return text != NULL ? text_escaped(text, strlen(text), 255) : NULL;
}

static bool
remember(struct ssh *s, struct err *e)
{
	const char *m[3];
	char all[200];

	m[0] = libssh2_session_methods(s->lib, LIBSSH2_METHOD_KEX);
	m[1] = libssh2_session_methods(s->lib, LIBSSH2_METHOD_CRYPT_SC);
	m[2] = libssh2_session_methods(s->lib, LIBSSH2_METHOD_MAC_SC);
	snprintf(all, sizeof(all), "%s %s %s", m[0] != NULL ? m[0] : "?",
	    m[1] != NULL ? m[1] : "?", m[2] != NULL ? m[2] : "?");
	s->algorithms = strdup(all);
	s->banner = escaped_or_null(libssh2_session_banner_get(s->lib));
	if (s->algorithms == NULL || s->banner == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	return true;
}

/* Another service answers on that port.  (A true server may say other lines
 * first, but then its version line has come.) */
static bool
is_no_ssh(const struct ssh *s)
{
	const char *version = libssh2_session_banner_get(s->lib);

	return s->greeting[0] != '\0' && !text_starts(s->greeting, "SSH-") &&
	    (version == NULL || !text_starts(version, "SSH-"));
}

static bool
handshake(struct ssh *s, struct err *e)
{
	int rc;

	while ((rc = libssh2_session_handshake(s->lib, s->fd)) ==
	    LIBSSH2_ERROR_EAGAIN)
		if (!session_wait(s, e))
			return false;
	if (rc < 0 && is_no_ssh(s) && s->io.code != ERR_TIMEOUT &&
	    s->io.code != ERR_CANCELLED) {
		s->greeting[strcspn(s->greeting, "\n")] = '\0';
		fail(e, ERR_PROTOCOL, "this is no SSH server, it says: %s",
		    s->greeting);
		return fail_hint(e, "Another service listens on that port: "
		    "give the port of the SSH server.");
	}
	if (rc < 0) {
		session_fail(s, rc, e, "key exchange");
		if (rc == LIBSSH2_ERROR_KEX_FAILURE ||
		    rc == LIBSSH2_ERROR_METHOD_NONE)
			fail_hint(e, "The host offers only algorithms that are "
			    "outdated (SHA-1, DSA, 3DES) or newer than this "
			    "program: allow it curve25519-sha256, an ed25519, "
			    "ECDSA or RSA-SHA2 host key, and AES.");
		return false;
	}
	s->up = true;
	return remember(s, e);
}

static bool
judge_key(struct ssh *s, struct ssh_hostkeys *known, const char *name,
    struct err *e)
{
	const char *blob;
	size_t n = 0;
	int type = 0;

	blob = libssh2_session_hostkey(s->lib, &n, &type);
	if (blob == NULL || (s->hostkey_type = hostkey_blob_type(blob, n)) == NULL)
		return fail(e, ERR_PROTOCOL, "the host's key is of no known type");
	hostkey_fingerprint(blob, n, s->fingerprint);
	return hostkey_check(known, name, blob, n, &s->hostkey_new, s->by,
	    e);
}

/* One connection, asking for the host key types of that attempt. */
static struct ssh *
open_once(const struct net_addr *a, uint16_t port, const char *types,
    struct deadline by, struct err *e)
{
	struct ssh *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	by = deadline_within(by, HANDSHAKE_SECONDS);
	session_begin(s, by, HANDSHAKE_OCTETS);
	if ((s->fd = net_connect(a, port, by, e)) < 0) {
		free(s);
		return NULL;
	}
	s->round_trips = 1;
	if (set_up(s, types, e) && handshake(s, e))
		return s;
	if (e->code == ERR_TIMEOUT && s->greeting[0] == '\0') {
		err_clear(e);
		fail(e, ERR_TIMEOUT, "the host accepted the connection and "
		    "then said nothing");
		fail_hint(e, "Look at the SSH service of that host: it hangs or "
		    "is overloaded, or another service listens on that port.");
	}
	fail_at(e, STAGE_HANDSHAKE);
	ssh_close(s);
	return NULL;
}

struct ssh *
ssh_open(const struct net_addr *a, uint16_t port, struct ssh_hostkeys *known,
    struct deadline by, struct err *e)
{
	char name[HOST_NAME_MAX_TEXT], types[PREFER_MAX];
	struct err first = { .code = ERR_NONE }, now;
	unsigned trips = 0;
	struct ssh *s;

	hostkey_name(a, port, name);
	for (unsigned attempt = 0;
	    hostkey_prefer(known, name, attempt, types); attempt++) {
		now = (struct err){ .code = ERR_NONE };
		if ((s = open_once(a, port, types, by, &now)) == NULL) {
			/* A second look may not spoil what the first one saw. */
			if (attempt == 0 || now.code == ERR_CANCELLED)
				first = now;
			if (attempt != 0 && now.code == ERR_UNSUPPORTED)
				continue;
			break;
		}
		s->round_trips += trips;
		if (judge_key(s, known, name, &now))
			return s;
		fail_at(&now, STAGE_HOSTKEY);
		if (attempt == 0)
			first = now;
		trips = s->round_trips;
		ssh_close(s);
		if (now.code != ERR_HOST_KEY)
			break;
	}
	if (e != NULL && e->code == ERR_NONE)
		*e = first;
	return NULL;
}

/* The disconnect message leaves at once, or not at all. */
static void
say_goodbye(struct ssh *s)
{
	struct err ignored = { .code = ERR_NONE };

	session_begin(s, deadline_in(POLITE_SECONDS, -1), HANDSHAKE_OCTETS);
	while (libssh2_session_disconnect(s->lib, "done") ==
	    LIBSSH2_ERROR_EAGAIN && session_wait(s, &ignored))
		;
}

void
ssh_close(struct ssh *s)
{
	if (s == NULL)
		return;
	if (s->lib != NULL && s->up && !s->dead)
		say_goodbye(s);
	session_end(s);
	close(s->fd);
	wipe_free_str(s->user);
	free(s->banner);
	free(s->algorithms);
	wiping_free(s);
}

/* --- about the session --------------------------------------------------- */

const char *
ssh_offered(const struct ssh *s)
{
	return s->offered;
}

const char *
ssh_banner(const struct ssh *s)
{
	return s->banner;
}

const char *
ssh_hostkey_sha256(const struct ssh *s)
{
	return s->fingerprint;
}

const char *
ssh_hostkey_type(const struct ssh *s)
{
	return s->hostkey_type;
}

const char *
ssh_algorithms(const struct ssh *s)
{
	return s->algorithms;
}

bool
ssh_hostkey_is_new(const struct ssh *s)
{
	return s->hostkey_new;
}

unsigned
ssh_round_trips(const struct ssh *s)
{
	return s->round_trips;
}
