#include "ssh/ssh.h"

#include <errno.h>
#include <poll.h>
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
#define HELD_MAX (2 * 1024 * 1024)	/* of the library, for one session */

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

/* --- the library's doors: memory, socket --------------------------------- */

static
LIBSSH2_ALLOC_FUNC(lib_alloc)
{
	struct ssh *s = *abstract;
	struct block *b;

	if (count > HELD_MAX || s->held > HELD_MAX - count ||
	    (b = wiping_malloc(sizeof(*b) + count)) == NULL)
		return NULL;
	b->size = count;
	b->prev = NULL;
	if ((b->next = s->blocks) != NULL)
		b->next->prev = b;
	s->blocks = b;
	s->held += count;
	return b->octets;
}

static struct block *
block_of(void *octets)
{
	return (struct block *)((char *)octets - offsetof(struct block, octets));
}

static
LIBSSH2_FREE_FUNC(lib_free)
{
	struct ssh *s = *abstract;
	struct block *b;

	if (ptr == NULL)
		return;
	b = block_of(ptr);
	if (b->next != NULL)
		b->next->prev = b->prev;
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		s->blocks = b->next;
	s->held -= b->size;
	wiping_free(b);
}

static
LIBSSH2_REALLOC_FUNC(lib_realloc)
{
	void *fresh;
	size_t had;

	if (ptr == NULL)
		return lib_alloc(count, abstract);
	had = block_of(ptr)->size;
	if ((fresh = lib_alloc(count, abstract)) == NULL)
		return NULL;
	memcpy(fresh, ptr, had < count ? had : count);
	lib_free(ptr, abstract);
	return fresh;
}

void *
session_alloc(struct ssh *s, size_t n)
{
	void *abstract = s;

	return lib_alloc(n, &abstract);
}

/* What the library has forgotten. */
static void
free_blocks(struct ssh *s)
{
	struct block *b, *next;

	for (b = s->blocks; b != NULL; b = next) {
		next = b->next;
		wiping_free(b);
	}
	s->blocks = NULL;
}

static
LIBSSH2_DISCONNECT_FUNC(lib_disconnect)
{
	struct ssh *s = *abstract;

	(void)session;
	(void)language;
	(void)language_len;
	s->goodbye_reason = (unsigned)reason;
	if (message_len > 0)
		text_escape(s->goodbye, sizeof(s->goodbye), message,
		    (size_t)message_len);
}

static ssize_t
lib_send(libssh2_socket_t fd, const void *p, size_t n, int flags, void **abstract)
{
	struct ssh *s = *abstract;
	ssize_t sent;

	(void)flags;
	if (s->dead)
		return -EPIPE;
	sent = send(fd, p, n, MSG_NOSIGNAL);
	if (sent > 0)
		s->asked = true;
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return -EAGAIN;
	/* What the host said before it went may still be there to read. */
	fail_errno(&s->io, net_errno_code(errno), "send");
	return -errno;
}

/* False: the session ends here, whatever the host still sends. */
static bool
may_receive(struct ssh *s, size_t n)
{
	if (s->dead)
		return false;
	/* A host that floods never lets the library come back to us. */
	if (++s->receives % 8 == 0 && !deadline_check(s->by, &s->io))
		s->dead = true;
	if (n > s->may_receive) {
		fail(&s->io, ERR_TOO_BIG, "the host sends without end");
		s->dead = true;
	}
	return !s->dead;
}

static ssize_t
socket_recv(struct ssh *s, void *p, size_t n)
{
	ssize_t got = recv(s->fd, p, n, 0);

	if (got > 0) {
		if (s->asked)
			s->round_trips++;
		s->asked = false;
		return got;
	}
	if (got == 0) {
		fail(&s->io, ERR_CLOSED, "the host closed the connection");
		s->dead = true;
		return 0;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return -EAGAIN;
	fail_errno(&s->io, net_errno_code(errno), "receive");
	s->dead = true;
	return -errno;
}

static ssize_t
lib_recv(libssh2_socket_t fd, void *p, size_t n, int flags, void **abstract)
{
	struct ssh *s = *abstract;
	ssize_t got;

	(void)fd;
	(void)flags;
	/* The version line is asked for octet by octet. */
	if (s->ahead_at == s->ahead_len && n < sizeof(s->ahead)) {
		if (!may_receive(s, sizeof(s->ahead)))
			return -ECONNABORTED;
		if ((got = socket_recv(s, s->ahead, sizeof(s->ahead))) <= 0)
			return got;
		s->may_receive -= (size_t)got;
		if (s->greeting[0] == '\0')
			text_escape(s->greeting, sizeof(s->greeting), s->ahead,
			    (size_t)got);
		s->ahead_at = 0;
		s->ahead_len = (size_t)got;
	}
	if (s->ahead_at < s->ahead_len) {
		if (n > s->ahead_len - s->ahead_at)
			n = s->ahead_len - s->ahead_at;
		memcpy(p, s->ahead + s->ahead_at, n);
		s->ahead_at += n;
		return (ssize_t)n;
	}
	if (!may_receive(s, n))
		return -ECONNABORTED;
	if ((got = socket_recv(s, p, n)) > 0)
		s->may_receive -= (size_t)got;
	return got;
}

void
session_begin(struct ssh *s, struct deadline by, uint64_t octets)
{
	s->by = by;
	s->may_receive = octets;
}

bool
session_wait(struct ssh *s, struct err *e)
{
	int directions = libssh2_session_block_directions(s->lib);
	short events = POLLIN;

	/* While a packet is half sent the library reads nothing; what the host
	 * may send meanwhile (one window) the kernel holds. */
	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
		events = POLLOUT;
	} else if (s->asked) {
		s->asked = false;
		s->round_trips++;
	}
	/* Nothing is left to read now: let what we have be acknowledged, or the
	 * host's next small packet waits 40 ms for it. */
	net_quickack(s->fd);
	if (deadline_wait(s->fd, events, s->by, e))
		return true;
	s->dead = true;
	return false;
}

/* --- errors -------------------------------------------------------------- */

/* What a number of libssh2 means, where the socket itself was well. */
static const struct { int rc; enum err_code code; const char *why; } meanings[] = {
	{ LIBSSH2_ERROR_ALLOC, ERR_MEMORY, "no memory" },
	{ LIBSSH2_ERROR_SOCKET_DISCONNECT, ERR_CLOSED,
	    "the host ended the session" },
	{ LIBSSH2_ERROR_SOCKET_RECV, ERR_CLOSED, "the host closed the connection" },
	{ LIBSSH2_ERROR_SOCKET_SEND, ERR_CLOSED, "the host closed the connection" },
	{ LIBSSH2_ERROR_BANNER_RECV, ERR_CLOSED, "no SSH version line came" },
	{ LIBSSH2_ERROR_KEX_FAILURE, ERR_UNSUPPORTED,
	    "no common algorithm, or a wrong key exchange" },
	{ LIBSSH2_ERROR_METHOD_NONE, ERR_UNSUPPORTED, "no common algorithm" },
	{ LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, ERR_NO_SHELL,
	    "the host refused to run a command" },
	{ LIBSSH2_ERROR_CHANNEL_FAILURE, ERR_NO_SHELL,
	    "the host refused a session channel" },
};

bool
session_gone(const struct ssh *s, int rc)
{
	return s->io.code == ERR_CLOSED || s->goodbye_reason != 0 ||
	    rc == LIBSSH2_ERROR_SOCKET_DISCONNECT;
}

bool
session_fail(struct ssh *s, int rc, struct err *e, const char *what)
{
	enum err_code code = ERR_PROTOCOL;
	const char *why = "", *lib = "";
	char *text = NULL;

	s->dead = s->dead || (rc != LIBSSH2_ERROR_CHANNEL_FAILURE &&
	    rc != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED);
	if (s->goodbye_reason != 0)
		return fail_native(e, ERR_CLOSED, s->goodbye_reason,
		    "%s: the host ended the session%s%s", what,
		    s->goodbye[0] != '\0' ? ": " : "", s->goodbye);
	if (s->io.code != ERR_NONE)
		return fail_native(e, s->io.code, s->io.native, "%s: %s", what,
		    s->io.text);
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].rc == rc) {
			code = meanings[i].code;
			why = meanings[i].why;
		}
	}
	if (why[0] == '\0' && libssh2_session_last_error(s->lib, &text, NULL,
	    0) < 0 && text != NULL)
		lib = text;
	return fail_native(e, code, (uint32_t)-rc, "%s: %s%s", what, why, lib);
}

/* --- open and close ------------------------------------------------------ */

static bool
set_up(struct ssh *s, const char *hostkeys, struct err *e)
{
	s->lib = libssh2_session_init_ex(lib_alloc, lib_free, lib_realloc, s);
	if (s->lib == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	libssh2_session_set_blocking(s->lib, 0);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_SEND,
	    (libssh2_cb_generic *)lib_send);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_RECV,
	    (libssh2_cb_generic *)lib_recv);
	libssh2_session_callback_set2(s->lib, LIBSSH2_CALLBACK_DISCONNECT,
	    (libssh2_cb_generic *)lib_disconnect);
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
	session_begin(s, by, HANDSHAKE_OCTETS);
	if ((s->fd = net_connect(a, port, by, e)) < 0) {
		free(s);
		return NULL;
	}
	s->round_trips = 1;
	if (set_up(s, types, e) && handshake(s, e))
		return s;
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
	/* From here on the library can neither send nor wait. */
	s->dead = true;
	if (s->lib != NULL)
		for (int i = 0; i < 100 && libssh2_session_free(s->lib) ==
		    LIBSSH2_ERROR_EAGAIN; i++)
			;
	free_blocks(s);
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
