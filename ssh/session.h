/* session.h: what the files of ssh/ share about one session.  Inside ssh/ only.
 *
 * libssh2 never blocks here.  Every call is repeated while it answers EAGAIN:
 *
 *	while ((rc = libssh2_...(s->lib, ...)) == LIBSSH2_ERROR_EAGAIN)
 *		if (!session_wait(s, e)) return false;
 *	if (rc < 0) return session_fail(s, rc, e, "what failed");
 *
 * between session_begin() (which sets the deadline) and the answer.  The
 * library's own loops end too: its receive function looks at the deadline and
 * at the octets that the host may still send.
 */
#ifndef SSH_SESSION_H
#define SSH_SESSION_H

#include <libssh2.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "ssh/ssh.h"

#define OFFERED_MAX 256

/* One piece of the library's memory.  All of a session's hang together: it
 * forgets some (two MAC keys with every AES-GCM session), and a host must
 * not make it take without end. */
struct block {
	struct block *prev, *next;
	size_t size;
	alignas(max_align_t) unsigned char octets[];
};

struct ssh {
	LIBSSH2_SESSION *lib;
	struct block *blocks;
	size_t held;			/* octets of all blocks */
	int fd;
	struct deadline by;		/* of the call that runs */
	uint64_t may_receive;		/* octets; then ERR_TOO_BIG */
	struct err io;			/* why sending or receiving ended */
	bool dead;			/* no more bytes in either direction */
	bool up;			/* the key exchange is done */

	/* bytes read ahead, while the library asks for single ones */
	uint8_t ahead[256];
	size_t ahead_at, ahead_len;

	char greeting[40];		/* what came first, escaped */

	bool asked;			/* sent something, no answer yet */
	unsigned round_trips;
	unsigned receives;

	struct attempt *attempt;	/* the log-on that runs, see sshauth.c */
	char *user;			/* of the first log-on; SSH keeps it */
	char offered[OFFERED_MAX];
	char goodbye[160];		/* the host's disconnect message, escaped */
	unsigned goodbye_reason;

	bool hostkey_new;
	char fingerprint[64];
	const char *hostkey_type;
	char *banner, *algorithms;
};

/* The library's session with our memory and socket functions; and its end,
 * which takes back whatever the library has forgotten. */
bool session_start(struct ssh *, struct err *) CHECKED;
void session_end(struct ssh *);
/* Starts an operation: at most `octets` may come from the host. */
void session_begin(struct ssh *, struct deadline by, uint64_t octets);
/* Waits until the library can go on. */
bool session_wait(struct ssh *, struct err *) CHECKED;
/* Turns the library's number into an error; always false. */
bool session_fail(struct ssh *, int rc, struct err *, const char *what);
/* Memory that the library will free with the session's own function. */
void *session_alloc(struct ssh *, size_t n);
/* The host ended the session, politely or not. */
bool session_gone(const struct ssh *, int rc);

#endif
