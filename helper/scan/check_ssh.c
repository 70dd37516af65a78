/* check_ssh.c: what an SSH session shows of itself, for host.check. */
#include <stdio.h>

#include "helper/scan/check.h"
#include "ssh/ssh.h"

void
check_ssh_detail(const struct protocol_session *session, enum err_stage stage,
    char *dst, size_t cap)
{
	const struct ssh *s = (const struct ssh *)(const void *)session;

	dst[0] = '\0';
	if (s == NULL)
		return;
	if (stage == STAGE_HANDSHAKE)
		snprintf(dst, cap, "%s; %s", ssh_banner(s), ssh_algorithms(s));
	else if (stage == STAGE_HOSTKEY)
		snprintf(dst, cap, "%s %s, %s", ssh_hostkey_type(s),
		    ssh_hostkey_sha256(s), ssh_hostkey_is_new(s) ?
		    "accepted just now" : "known");
	else if (stage == STAGE_LOGON && ssh_offered(s)[0] != '\0')
		snprintf(dst, cap, "the host offers %s", ssh_offered(s));
}
