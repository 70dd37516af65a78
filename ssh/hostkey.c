#include "ssh/hostkey.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/text.h"
#include "ssh/base64.h"
#include "ssh/knownhosts.h"
#include "ssh/sshkey.h"

#define FILE_OCTETS_MAX (64 * 1024 * 1024)
#define LOCK_SECONDS 2.0

struct ssh_hostkeys {
	enum ssh_hostkey_policy policy;
	char *path;			/* NULL: pins only */
	pthread_mutex_t lock;		/* of all below */
	struct known_table known, pins;
	struct stat seen;		/* the file when it was read last */
};

/* What the signature algorithms of a key type are called. */
static const struct { const char *type, *algorithms; } offers[] = {
	{ "ssh-ed25519", "ssh-ed25519" },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" },
	{ "ssh-rsa", "rsa-sha2-512,rsa-sha2-256" },
};
/* What a pinned host is asked for when its first key was not the pinned one. */
static const char *const second_looks[] = {
	"ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
	"rsa-sha2-512,rsa-sha2-256",
};

/* --- names and fingerprints ---------------------------------------------- */

void
hostkey_name(const struct net_addr *a, uint16_t port,
    char name[static HOST_NAME_MAX_TEXT])
{
	char text[NET_ADDR_TEXT];

	net_addr_text(a, text);
	if (port == 22)
		snprintf(name, HOST_NAME_MAX_TEXT, "%s", text);
	else
		snprintf(name, HOST_NAME_MAX_TEXT, "[%s]:%u", text, port);
}

static void
digest_text(const uint8_t digest[KEY_DIGEST], char dst[static FINGERPRINT_MAX])
{
	struct wr w = wr_new(FINGERPRINT_MAX - 1);
	const char *text;

	wr_str(&w, "SHA256:");
	base64_encode(&w, digest, KEY_DIGEST, false);
	text = wr_cstr(&w);
	snprintf(dst, FINGERPRINT_MAX, "%s", text != NULL ? text : "?");
	wr_free(&w);
}

void
hostkey_fingerprint(const void *blob, size_t n, char dst[static FINGERPRINT_MAX])
{
	uint8_t digest[KEY_DIGEST] = { 0 };

	if (!key_digest(blob, n, digest))
		snprintf(dst, FINGERPRINT_MAX, "?");
	else
		digest_text(digest, dst);
}

const char *
hostkey_blob_type(const void *blob, size_t n)
{
	struct rd r = rd_new(blob, n), type = rd_string(&r);

	return type.bad || type.len == 0 ? NULL :
	    known_type((const char *)type.p, type.len);
}

/* --- the file ------------------------------------------------------------ */

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool
slurp(int fd, const char *path, struct wr *text, struct err *e)
{
	char buf[16384];
	ssize_t got;

	for (off_t at = 0;; at += got) {
		got = pread(fd, buf, sizeof(buf), at);
		if (got == 0)
			break;
		if (got < 0)
			return fail_errno(e, ERR_IO, "%s", path);
		wr_bytes(text, buf, (size_t)got);
	}
	if (text->bad)
		return fail(e, ERR_IO, "%s is too large", path);
	return true;
}

/* Reads the file anew into the table. */
static bool
reread(struct ssh_hostkeys *h, int fd, struct err *e)
{
	struct wr text = wr_new(FILE_OCTETS_MAX);
	struct known_table fresh = { .count = 0 };
	struct stat st;
	bool ok = false;

	if (fstat(fd, &st) != 0) {
		fail_errno(e, ERR_IO, "%s", h->path);
		goto out;
	}
	if (!slurp(fd, h->path, &text, e))
		goto out;
	if (text.len != 0 && !known_read(&fresh, (const char *)text.p, text.len)) {
		known_free(&fresh);
		fail(e, ERR_MEMORY, "no memory");
		goto out;
	}
	if (fresh.skipped != 0)
		log_debug("%s: %u lines are of no use here", h->path,
		    fresh.skipped);
	known_free(&h->known);
	h->known = fresh;
	h->seen = st;
	ok = true;
out:
	wr_free(&text);
	return ok;
}

/* Opens the file with its lock held; another process may have put a new file
 * in its place meanwhile.  -1: err.  Closing gives the lock back. */
static int
open_locked(struct ssh_hostkeys *h, struct deadline by, struct err *e)
{
	struct deadline patience = deadline_within(by, LOCK_SECONDS);
	struct stat mine, now;
	int fd;

	for (;;) {
		fd = open(h->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0) {
			fail_errno(e, ERR_STATE_DIR, "%s", h->path);
			return -1;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			if (fstat(fd, &mine) == 0 && stat(h->path, &now) == 0 &&
			    mine.st_ino == now.st_ino && mine.st_dev == now.st_dev)
				return fd;
		} else if (errno != EWOULDBLOCK && errno != EINTR) {
			fail_errno(e, ERR_STATE_DIR, "%s: lock", h->path);
			close(fd);
			return -1;
		}
		close(fd);
		if (!deadline_sleep(0.005, patience, e))
			return -1;
		if (deadline_passed(patience)) {
			fail(e, ERR_STATE_DIR, "%s: another process holds the "
			    "lock", h->path);
			return -1;
		}
	}
}

/* One line behind the last one; all of it or nothing. */
static bool
append(struct ssh_hostkeys *h, int fd, struct wr *line, struct err *e)
{
	struct stat st;
	char last = '\n';
	ssize_t put;

	if (fstat(fd, &st) != 0 || (st.st_size > 0 &&
	    pread(fd, &last, 1, st.st_size - 1) != 1))
		return fail_errno(e, ERR_STATE_DIR, "%s", h->path);
	if (last != '\n') {
		/* The other writer was cut in its line: ours starts afresh. */
		struct wr mended = wr_new(line->max + 1);

		wr_u8(&mended, '\n');
		wr_bytes(&mended, line->p, line->len);
		wr_free(line);
		*line = mended;
	}
	if (line->bad)
		return fail(e, ERR_MEMORY, "no memory");
	put = write(fd, line->p, line->len);
	if (put != (ssize_t)line->len) {
		fail_errno(e, ERR_STATE_DIR, "%s", h->path);
		if (put > 0 && ftruncate(fd, st.st_size) != 0)
			log_warn("%s: the last line is cut", h->path);
		return false;
	}
	return true;
}

/* --- open, pin, close ---------------------------------------------------- */

static bool
first_read(struct ssh_hostkeys *h, struct err *e)
{
	bool ok;
	int fd;

	if (h->policy == SSH_ACCEPT_NEW)
		fd = open_locked(h, deadline_in(LOCK_SECONDS, -1), e);
	else if ((fd = open(h->path, O_RDONLY | O_CLOEXEC)) < 0 &&
	    errno == ENOENT)
		return true;	/* no host is known */
	else if (fd < 0)
		return fail_errno(e, ERR_IO, "%s", h->path);
	if (fd < 0)
		return false;
	ok = reread(h, fd, e);
	close(fd);
	return ok;
}

struct ssh_hostkeys *
ssh_hostkeys_open(const char *path, enum ssh_hostkey_policy policy,
    struct err *e)
{
	struct ssh_hostkeys *h = calloc(1, sizeof(*h));

	if (h == NULL || pthread_mutex_init(&h->lock, NULL) != 0) {
		free(h);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	h->policy = policy;
	if (path != NULL && (h->path = strdup(path)) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
	} else if (path == NULL && policy != SSH_PINNED) {
		fail(e, ERR_STATE_DIR, "there is no known hosts file");
	} else if (path == NULL || policy == SSH_PINNED || first_read(h, e)) {
		return h;
	}
	fail_at(e, STAGE_HOSTKEY);
	ssh_hostkeys_close(h);
	return NULL;
}

bool
ssh_hostkeys_pin(struct ssh_hostkeys *h, const char *address,
    const char *sha256, struct err *e)
{
	struct wr digest = wr_new(KEY_DIGEST);
	char name[HOST_NAME_MAX_TEXT];
	struct net_addr a;
	bool ok = false;

	/* The same address may be spelled in many ways, with IPv6 above all. */
	if (net_addr_parse(address, &a))
		hostkey_name(&a, 22, name);
	else if (!text_copy(name, sizeof(name), address))
		return fail(e, ERR_INVALID, "%s is no address", address);
	if (text_starts(sha256, "SHA256:"))
		sha256 += strlen("SHA256:");
	if (!base64_decode(&digest, sha256, strlen(sha256)) ||
	    digest.len != KEY_DIGEST) {
		fail(e, ERR_INVALID, "%s is no SHA-256 fingerprint as "
		    "ssh-keygen -l prints it", sha256);
	} else {
		pthread_mutex_lock(&h->lock);
		ok = known_add(&h->pins, name, NULL, digest.p, 0) ||
		    fail(e, ERR_MEMORY, "no memory");
		pthread_mutex_unlock(&h->lock);
	}
	wr_free(&digest);
	return ok;
}

void
ssh_hostkeys_close(struct ssh_hostkeys *h)
{
	if (h == NULL)
		return;
	known_free(&h->known);
	known_free(&h->pins);
	pthread_mutex_destroy(&h->lock);
	free(h->path);
	free(h);
}

/* --- the decision -------------------------------------------------------- */

/* A pin may name the address alone, then it holds for every port. */
static const struct known *
first_pin(struct ssh_hostkeys *h, const char *name, char plain[static HOST_NAME_MAX_TEXT])
{
	const struct known *k;
	char *end;

	snprintf(plain, HOST_NAME_MAX_TEXT, "%s", name);
	if ((k = known_next(&h->pins, plain, NULL)) != NULL || name[0] != '[')
		return k;
	snprintf(plain, HOST_NAME_MAX_TEXT, "%s", name + 1);
	if ((end = strchr(plain, ']')) != NULL)
		*end = '\0';
	return known_next(&h->pins, plain, NULL);
}

static void
add_algorithms(struct wr *w, const char *algorithms)
{
	const char *have = wr_cstr(w);

	if (have != NULL && strstr(have, algorithms) != NULL)
		return;
	if (w->len != 0)
		wr_u8(w, ',');
	wr_str(w, algorithms);
}

bool
hostkey_prefer(struct ssh_hostkeys *h, const char *name, unsigned attempt,
    char list[static PREFER_MAX])
{
	struct wr w = wr_new(PREFER_MAX - 1);
	char plain[HOST_NAME_MAX_TEXT];
	const struct known *k;
	bool pinned, ok;

	pthread_mutex_lock(&h->lock);
	pinned = first_pin(h, name, plain) != NULL;
	for (k = NULL; !pinned && (k = known_next(&h->known, name, k)) != NULL;)
		for (size_t i = 0; i < ARRAY_LEN(offers) && !k->revoked; i++)
			if (strcmp(offers[i].type, k->type) == 0)
				add_algorithms(&w, offers[i].algorithms);
	pthread_mutex_unlock(&h->lock);
	for (size_t i = 0; i < ARRAY_LEN(offers); i++)
		add_algorithms(&w, offers[i].algorithms);
	ok = attempt == 0 ? wr_cstr(&w) != NULL :
	    pinned && attempt <= ARRAY_LEN(second_looks);
	if (ok)
		snprintf(list, PREFER_MAX, "%s", attempt == 0 ? wr_cstr(&w) :
		    second_looks[attempt - 1]);
	wr_free(&w);
	return ok;
}

enum verdict { KNOWN, NEW, CHANGED, REVOKED };

/* *other is the entry that speaks against the key. */
static enum verdict
judge(struct ssh_hostkeys *h, const char *name,
    const uint8_t digest[KEY_DIGEST], const struct known **other)
{
	enum verdict v = NEW;
	const struct known *k = NULL;

	while ((k = known_next(&h->known, name, k)) != NULL) {
		bool same = memcmp(k->digest, digest, KEY_DIGEST) == 0;

		if (k->revoked && same) {
			*other = k;
			return REVOKED;
		}
		if (k->revoked)
			continue;
		if (same) {
			v = KNOWN;
		} else if (v == NEW) {
			v = CHANGED;
			*other = k;
		}
	}
	return v;
}

struct shown {		/* what the host showed */
	const char *name, *type;
	uint8_t digest[KEY_DIGEST];
	char fingerprint[FINGERPRINT_MAX];
};

static bool
refuse(struct ssh_hostkeys *h, enum verdict v, const struct shown *s,
    const struct known *other, struct err *e)
{
	char known[FINGERPRINT_MAX];

	if (v == NEW)
		return fail(e, ERR_HOST_KEY_UNKNOWN, "the host's %s key %s is "
		    "not known", s->type, s->fingerprint);
	if (v == REVOKED)
		return fail(e, ERR_HOST_KEY, "the host shows the %s key %s, "
		    "which %s line %u revokes", s->type, s->fingerprint,
		    h->path, other->line);
	digest_text(other->digest, known);
	if (other->type == NULL)
		return fail(e, ERR_HOST_KEY, "the host shows the %s key %s, "
		    "pinned is %s", s->type, s->fingerprint, known);
	return fail(e, ERR_HOST_KEY, "the host shows the %s key %s, known is the "
	    "%s key %s (%s line %u)", s->type, s->fingerprint, other->type,
	    known, h->path, other->line);
}

/* *decided stays false where the known hosts file has the word. */
static bool
check_pins(struct ssh_hostkeys *h, const struct shown *s, bool *decided,
    struct err *e)
{
	char plain[HOST_NAME_MAX_TEXT];
	const struct known *pin = first_pin(h, s->name, plain), *k;

	*decided = pin != NULL || h->policy == SSH_PINNED;
	if (pin == NULL && h->policy == SSH_PINNED) {
		refuse(h, NEW, s, NULL, e);
		return fail_hint(e, "Check the fingerprint, then give a pin for "
		    "this address.");
	}
	if (pin == NULL)
		return false;
	for (k = pin; k != NULL; k = known_next(&h->pins, plain, k))
		if (memcmp(k->digest, s->digest, KEY_DIGEST) == 0)
			return true;
	return refuse(h, CHANGED, s, pin, e);
}

static void
put_line(struct wr *line, const struct shown *s, const void *blob, size_t n)
{
	wr_printf(line, "%s %s ", s->name, s->type);
	base64_encode(line, blob, n, true);
	wr_u8(line, '\n');
}

/* With the file's lock: another process may have met the host first. */
static bool
accept_new(struct ssh_hostkeys *h, int fd, const struct shown *s,
    struct wr *line, struct err *e)
{
	struct stat st;

	if (!append(h, fd, line, e))
		return false;
	h->known.lines++;
	if (!known_add(&h->known, s->name, s->type, s->digest, h->known.lines))
		return fail(e, ERR_MEMORY, "no memory");
	if (fstat(fd, &st) == 0)
		h->seen = st;
	return true;
}

/* The lock is held.  *fd is open afterwards when something was appended. */
static bool
decide(struct ssh_hostkeys *h, const struct shown *s, struct wr *line, int *fd,
    struct deadline by, struct err *e)
{
	const struct known *other = NULL;
	enum verdict v = judge(h, s->name, s->digest, &other);
	struct stat st;

	if (v == KNOWN)
		return true;
	/* Before a refusal or a new line: the file as it is now. */
	if (h->policy == SSH_ACCEPT_NEW)
		*fd = open_locked(h, by, e);
	else
		*fd = open(h->path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && h->policy == SSH_ACCEPT_NEW)
		return false;
	if (*fd >= 0 && fstat(*fd, &st) == 0 && !same_file(&st, &h->seen)) {
		if (!reread(h, *fd, e))
			return false;
		v = judge(h, s->name, s->digest, &other);
	}
	if (v == NEW && h->policy == SSH_ACCEPT_NEW)
		return accept_new(h, *fd, s, line, e);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return v == KNOWN || refuse(h, v, s, other, e);
}

bool
hostkey_check(struct ssh_hostkeys *h, const char *name, const void *blob,
    size_t n, bool *is_new, struct deadline by, struct err *e)
{
	struct shown s = { .name = name, .type = hostkey_blob_type(blob, n) };
	struct wr line = wr_new(16384);
	bool ok, decided;
	int fd = -1;

	*is_new = false;
	if (s.type == NULL || !key_digest(blob, n, s.digest)) {
		fail(e, ERR_PROTOCOL, "the host's key is of no known type");
		return fail_at(e, STAGE_HOSTKEY);
	}
	digest_text(s.digest, s.fingerprint);
	put_line(&line, &s, blob, n);
	pthread_mutex_lock(&h->lock);
	ok = check_pins(h, &s, &decided, e);
	if (!decided)
		ok = decide(h, &s, &line, &fd, by, e);
	pthread_mutex_unlock(&h->lock);
	/* Trusted only once it cannot be lost; the others need not wait. */
	if (ok && fd >= 0 && fsync(fd) != 0)
		ok = fail_errno(e, ERR_STATE_DIR, "%s", h->path);
	*is_new = ok && fd >= 0;
	if (fd >= 0)
		close(fd);
	wr_free(&line);
	return ok || fail_at(e, STAGE_HOSTKEY);
}
