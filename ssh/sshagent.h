/* sshagent.h: asks a running SSH agent for its keys and signatures, under a
 * deadline (libssh2's own client blocks).   RFC draft-ietf-sshm-ssh-agent 3
 *
 *	u32 length, u8 type, content; every request has one answer
 */
#ifndef SSH_SSHAGENT_H
#define SSH_SSHAGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"

struct agent;

/* path "" is $SSH_AUTH_SOCK.  Reads the list of keys.  Errors: ERR_KEY. */
struct agent *agent_open(const char *path, struct deadline by,
    struct err *) CHECKED;
/* On a connected socket, which it then owns. */
struct agent *agent_on(int fd, struct deadline by, struct err *) CHECKED;
void agent_close(struct agent *);
/* The next key that an SSH log-on can use, borrowed; false: there is no more. */
bool agent_next(struct agent *, struct rd *blob) CHECKED;
/* The signature without its algorithm's name. */
bool agent_sign(struct agent *, struct rd blob, const char *algorithm,
    const void *data, size_t n, struct wr *signature, struct deadline by,
    struct err *) CHECKED;

#endif
