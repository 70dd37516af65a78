/* hostkey.h: the known-host decision and the fingerprint.  Inside ssh/ only.
 *                    RFC 4251 4.1; sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"
 */
#ifndef SSH_HOSTKEY_H
#define SSH_HOSTKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "ssh/ssh.h"

#define FINGERPRINT_MAX 64	/* "SHA256:" and 43 digits */
#define HOST_NAME_MAX_TEXT (NET_ADDR_TEXT + 10)
#define PREFER_MAX 256

/* The host as a known hosts file names it: "addr", or "[addr]:port". */
void hostkey_name(const struct net_addr *, uint16_t port,
    char name[static HOST_NAME_MAX_TEXT]);
void hostkey_fingerprint(const void *blob, size_t n,
    char dst[static FINGERPRINT_MAX]);
/* The type that a key's blob names, one of a static list; NULL: none of it. */
const char *hostkey_blob_type(const void *blob, size_t n);

/* The host key algorithms to offer, known types first.  `attempt` 0 is the
 * first; a pinned host may be asked for other types with 1, 2: false when
 * there is nothing more to try. */
bool hostkey_prefer(struct ssh_hostkeys *, const char *name, unsigned attempt,
    char list[static PREFER_MAX]) CHECKED;

/* Decides.  *is_new is set when the key was accepted just now; then it is in
 * the file and on the disk.  ERR_HOST_KEY, ERR_HOST_KEY_UNKNOWN,
 * ERR_STATE_DIR; all with STAGE_HOSTKEY. */
bool hostkey_check(struct ssh_hostkeys *, const char *name, const void *blob,
    size_t n, bool *is_new, struct deadline by, struct err *) CHECKED;

#endif
