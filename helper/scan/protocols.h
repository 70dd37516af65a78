/* protocols.h: the protocols that this build speaks, as a table. */
#ifndef SCAN_PROTOCOLS_H
#define SCAN_PROTOCOLS_H

#include "helper/scan/job.h"

/* probe_ssh.c: everything a host is asked, in one script through one channel.
 * Errors name STAGE_SHELL or STAGE_FACTS; what came before one stays. */
struct ssh;
bool probe_ssh(struct ssh *, const struct scan_plan *, struct facts *,
    struct deadline by, struct err *) CHECKED;

/* probe_wmi.c: one query per class; connects to the dynamic port first.  Errors
 * name the stage; what came before one stays.  round_trips: those of sessions
 * beside the given one. */
struct wmi;
bool probe_wmi(struct wmi *, const struct scan_plan *, struct facts *,
    unsigned *round_trips, struct deadline by, struct err *) CHECKED;

/* probe_ssh_query.c, probe_wmi_query.c: host.query. */
bool query_ssh(struct ssh *, struct query *, struct deadline by,
    struct err *) CHECKED;
bool query_wmi(struct wmi *, struct query *, struct deadline by,
    struct err *) CHECKED;

/* probe_self.c: the same questions to this computer, without a log-on. */
bool probe_self(const struct scan_plan *, struct facts *, struct deadline by,
    struct err *) CHECKED;

extern const struct protocol_ops ssh_protocol;	/* cred_ssh.c */
extern const struct protocol_ops wmi_protocol;	/* cred_wmi.c */

#endif
