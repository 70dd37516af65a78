/* cred_ssh.c: SSH as the engine sees it: keys parsed once for a whole scan,
 * host keys shared by its sessions, one log-on.  The questions are probe_ssh.c's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "helper/scan/job.h"
#include "helper/scan/protocols.h"
#include "helper/scan/state.h"
#include "ssh/ssh.h"

bool
cred_ssh_key(struct cred *c, const char *text, const char *path,
    const char *passphrase, struct err *e)
{
	struct secret *phrase = NULL, *pem = NULL;
	bool ok = false;

	if (passphrase != NULL &&
	    (phrase = secret_from_str(passphrase)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a passphrase");
		goto out;
	}
	if (path != NULL) {
		c->key = ssh_key_load(path, phrase, e);
	} else if ((pem = secret_from_str(text)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a private key");
		goto out;
	} else {
		c->key = ssh_key_parse(pem, phrase, e);
	}
	ok = c->key != NULL;
out:
	secret_free(pem);
	secret_free(phrase);
	return ok;
}

void
cred_ssh_key_free(struct ssh_key *key)
{
	ssh_key_free(key);
}

/* --- the protocol ------------------------------------------------------------------ */

/* The engine's opaque session is ssh/'s. */
static struct ssh *
ssh_of(const struct protocol_session *s)
{
	return (struct ssh *)(void *)(uintptr_t)s;
}

static struct ssh_hostkeys *
keys_of(struct protocol_shared *s)
{
	return (struct ssh_hostkeys *)(void *)s;
}

static const enum ssh_hostkey_policy policies[] = {
	[HOST_KEYS_STRICT] = SSH_STRICT,
	[HOST_KEYS_ACCEPT_NEW] = SSH_ACCEPT_NEW,
	[HOST_KEYS_PINNED] = SSH_PINNED,
};

/* Where keys cannot be remembered none is taken on trust: strict. */
static struct ssh_hostkeys *
open_known(const struct scan_plan *plan, const char *state_dir,
    void (*warn)(void *ctx, const char *line), void *ctx, struct err *e)
{
	char *path = state_dir != NULL ? state_path(state_dir, "known_hosts") :
	    NULL;
	struct ssh_hostkeys *keys = NULL;
	struct err why = { .code = ERR_NONE };
	char line[600];

	if (path == NULL && plan->host_keys == HOST_KEYS_ACCEPT_NEW)
		fail(&why, ERR_STATE_DIR, "there is no state folder");
	else
		keys = ssh_hostkeys_open(path, policies[plan->host_keys], &why);
	if (keys == NULL && plan->host_keys == HOST_KEYS_ACCEPT_NEW &&
	    why.code == ERR_STATE_DIR) {
		snprintf(line, sizeof(line), "New host keys cannot be remembered "
		    "(%s), so hosts whose keys are not known are refused.",
		    why.text);
		warn(ctx, line);
		err_clear(&why);
		keys = ssh_hostkeys_open(path != NULL ? path : "/dev/null",
		    SSH_STRICT, &why);
	}
	if (keys == NULL)
		*e = why;
	free(path);
	return keys;
}

static bool
prepare(const struct scan_plan *plan, const char *state_dir,
    void (*warn)(void *ctx, const char *line), void *ctx,
    struct protocol_shared **shared, struct err *e)
{
	struct ssh_hostkeys *keys = open_known(plan, state_dir, warn, ctx, e);

	for (size_t i = 0; keys != NULL && i < plan->npins; i++)
		if (!ssh_hostkeys_pin(keys, plan->pins[i].address,
		    plan->pins[i].sha256, e)) {
			ssh_hostkeys_close(keys);
			keys = NULL;
		}
	*shared = (struct protocol_shared *)(void *)keys;
	return keys != NULL;
}

static void
release(struct protocol_shared *shared)
{
	ssh_hostkeys_close(keys_of(shared));
}

static struct protocol_session *
open_one(struct protocol_shared *shared, const struct session_to *to,
    struct deadline by, struct err *e)
{
	return (struct protocol_session *)(void *)ssh_open(&to->addr, to->port,
	    keys_of(shared), by, e);
}

static bool
logon(struct protocol_session *s, const struct cred *c, struct deadline by,
    struct err *e)
{
	const struct ssh_cred cred = { c->user, c->password, c->key, c->agent };

	return ssh_logon(ssh_of(s), &cred, by, e);
}

static unsigned
round_trips(const struct protocol_session *s)
{
	return ssh_round_trips(ssh_of(s));
}

static void
close_one(struct protocol_session *s)
{
	ssh_close(ssh_of(s));
}

static bool
probe(struct protocol_session *s, const struct scan_plan *plan,
    struct facts *facts, struct deadline by, struct err *e)
{
	return probe_ssh(ssh_of(s), plan, facts, by, e);
}

static bool
query(struct protocol_session *s, struct query *q, struct deadline by,
    struct err *e)
{
	return query_ssh(ssh_of(s), q, by, e);
}

const struct protocol_ops ssh_protocol = { prepare, release, open_one, logon,
	probe, round_trips, close_one, query };
