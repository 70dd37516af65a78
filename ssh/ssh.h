/* ssh.h: one script on one host.  The front header of ssh/: all that others
 * see.  Knows no facts.                        RFC 4251-4254, 4256, 8308, 8332
 *
 * A session is used by one thread at a time.  All waits obey the deadline.
 */
#ifndef SSH_SSH_H
#define SSH_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "helper/base/secret.h"

/* Once, before any thread: the library with wiping allocators. */
bool ssh_start(struct err *) CHECKED;
/* "1.11.1 (own build)"; static. */
const char *ssh_library(void);
/* "1.11.1": what runs, which may be another one than it was built with. */
const char *ssh_library_running(void);

/* A private key parsed once and shared by any number of threads and sessions.
 * Text is OpenSSH or PEM; passphrase may be NULL.  Errors: ERR_KEY. */
struct ssh_key;
struct ssh_key *ssh_key_parse(const struct secret *text,
    const struct secret *passphrase, struct err *) CHECKED;
struct ssh_key *ssh_key_load(const char *path,
    const struct secret *passphrase, struct err *) CHECKED;
struct ssh_key *ssh_key_ref(struct ssh_key *);
void            ssh_key_free(struct ssh_key *);
const char     *ssh_key_type(const struct ssh_key *);	/* "ssh-ed25519" ... */

/* One credential; everything borrowed.  Exactly one of password, key, agent. */
struct ssh_cred {
	const char *user;
	const struct secret *password;	/* password, then keyboard-interactive: one attempt */
	struct ssh_key *key;
	const char *agent;		/* socket path; "" is $SSH_AUTH_SOCK */
};

/* What is known of host keys, shared by all sessions of a scan; thread-safe.
 * File: OpenSSH known_hosts format, one lock for all processes, mode 0600. */
enum ssh_hostkey_policy { SSH_STRICT, SSH_ACCEPT_NEW, SSH_PINNED };
struct ssh_hostkeys;
/* path may be NULL with SSH_PINNED.  SSH_ACCEPT_NEW fails with ERR_STATE_DIR
 * when the file cannot be written. */
struct ssh_hostkeys *ssh_hostkeys_open(const char *path,
    enum ssh_hostkey_policy, struct err *) CHECKED;
/* sha256 as ssh-keygen -l prints it ("SHA256:..." or without the prefix). */
bool ssh_hostkeys_pin(struct ssh_hostkeys *, const char *address,
    const char *sha256, struct err *) CHECKED;
void ssh_hostkeys_close(struct ssh_hostkeys *);

struct ssh;
/* TCP, key exchange (within 15 seconds), host key.  Errors name their stage: connect, handshake,
 * hostkey.  ERR_HOST_KEY text holds both fingerprints and the file and line. */
struct ssh *ssh_open(const struct net_addr *, uint16_t port,
    struct ssh_hostkeys *, struct deadline by, struct err *) CHECKED;
void        ssh_close(struct ssh *);		/* polite within 100 ms; NULL is fine */

/* One attempt to log on.  ERR_AUTH_FAILED: refused, counts as a wrong password
 * (also when the host ended the session instead of answering the password);
 * ERR_AUTH_METHOD: the host offers no method this credential can do, nothing
 * was sent that counts; ERR_DENIED: the password has expired; ERR_KEY: the
 * agent.  May be called again with another credential of the same user while
 * the session lives; when the host has closed it, or for another user (OpenSSH
 * ends a session whose user changes): ERR_CLOSED, nothing was sent. */
bool ssh_logon(struct ssh *, const struct ssh_cred *, struct deadline by,
    struct err *) CHECKED;
/* The methods the host offered at the last refusal, "publickey,password"; "". */
const char *ssh_offered(const struct ssh *);

struct ssh_limits { size_t out_bytes, err_bytes; };	/* 0: 8 MiB, 64 KiB */
struct ssh_output {
	char *out; size_t out_len;	/* malloc'd, NUL behind; host bytes */
	char *err; size_t err_len;
	int status;			/* exit status (0 too when the host sent
					 * none); -1: ended by a signal or cut */
	bool truncated;			/* a limit cut it */
};
/* Runs `command` in one channel with `input` on its standard input, no pty.
 * Standard output beyond its limit ends the command and the session, standard
 * error beyond its limit is dropped.  On a timeout, a cancel or a closed
 * connection what has come is kept in `out` and the answer is false. */
bool ssh_run(struct ssh *, const char *command, const void *input, size_t n,
    struct ssh_limits, struct ssh_output *out, struct deadline by,
    struct err *) CHECKED;
void ssh_output_free(struct ssh_output *);

/* About the session, borrowed until closed. */
const char *ssh_banner(const struct ssh *);		/* "SSH-2.0-OpenSSH_9.2p1 ..." */
const char *ssh_hostkey_sha256(const struct ssh *);	/* "SHA256:..." */
const char *ssh_hostkey_type(const struct ssh *);
const char *ssh_algorithms(const struct ssh *);		/* kex, cipher, MAC agreed */
bool        ssh_hostkey_is_new(const struct ssh *);	/* accepted just now */
unsigned    ssh_round_trips(const struct ssh *);

#endif
