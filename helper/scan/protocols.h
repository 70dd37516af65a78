/* protocols.h: the protocols that this build speaks, as a table. */
#ifndef SCAN_PROTOCOLS_H
#define SCAN_PROTOCOLS_H

#include "helper/scan/job.h"

extern const struct protocol_ops ssh_protocol;	/* cred_ssh.c */

#endif
