/* job.h: a self-contained job in, a self-contained result out.
 *
 *   engine -> struct job -> worker_run() -> struct result -> engine
 *
 * A worker keeps nothing and shares nothing but the immutable plan and the
 * credential broker, so it could live in a process of its own.
 */
#ifndef SCAN_JOB_H
#define SCAN_JOB_H

#include <jansson.h>

#include "helper/base/deadline.h"
#include "helper/base/net.h"
#include "helper/map/fact.h"
#include "helper/map/identity.h"
#include "helper/map/mapping.h"
#include "helper/scan/creds.h"
#include "helper/scan/plan.h"

/* --- a protocol, as the worker sees it -------------------------------------- */

/* What all sessions of a scan share (host keys, key caches); opaque. */
struct protocol_shared;
/* One conversation with one host; opaque. */
struct protocol_session;

/* What host.query asks.  CLASSES (text: a pattern or NULL) and PROPERTIES (text: a
 * class) are of WMI only. */
enum query_what { QUERY_ROWS, QUERY_CLASSES, QUERY_PROPERTIES };
struct query {
	enum query_what what;
	const char *ns, *text;		/* ns: WMI only */
	/* Takes the row; false ends the query, and is no error. */
	bool (*row)(void *ctx, json_t *row);
	void *ctx;
	bool truncated;			/* a limit of the protocol cut it */
	char note[400];			/* what a person should know; "": nothing */
};

struct session_to { struct net_addr addr; uint16_t port; const char *name; };

struct protocol_ops {
	/* Once a scan, before its first host.  warn() goes into the scan log.
	 * false: the scan cannot start.  *shared may stay NULL. */
	bool (*prepare)(const struct scan_plan *, const char *state_dir,
	    void (*warn)(void *ctx, const char *line), void *ctx,
	    struct protocol_shared **shared, struct err *) CHECKED;
	void (*release)(struct protocol_shared *);
	/* `name` is what the host was asked for by (Kerberos wants it); NULL where
	 * it was by address.  It must outlive the session. */
	struct protocol_session *(*open)(struct protocol_shared *,
	    const struct session_to *, struct deadline by, struct err *) CHECKED;
	/* One attempt.  ERR_AUTH_FAILED counts as a wrong password; ERR_AUTH_METHOD
	 * does not; ERR_CLOSED: open again for the next credential. */
	bool (*logon)(struct protocol_session *, const struct cred *,
	    struct deadline by, struct err *) CHECKED;
	/* Fills facts; on failure what came is kept in there. */
	bool (*probe)(struct protocol_session *, const struct scan_plan *,
	    struct facts *, struct deadline by, struct err *) CHECKED;
	unsigned (*round_trips)(const struct protocol_session *);
	void (*close)(struct protocol_session *);	/* NULL is fine */
	/* One query or command of somebody's own; rows as they come. */
	bool (*query)(struct protocol_session *, struct query *,
	    struct deadline by, struct err *) CHECKED;
};

/* --- job and result ----------------------------------------------------------- */

enum host_state {
	HOST_SCANNED, HOST_PARTIAL, HOST_AUTH_FAILED, HOST_DENIED, HOST_REFUSED,
	HOST_UNREACHABLE, HOST_SILENT, HOST_ERROR, HOST_CANCELLED, HOST_SKIPPED,
	HOST_STATES
};
const char *host_state_name(enum host_state);	/* "scanned" */

struct job {
	const struct scan_plan *plan;
	const char *name;		/* a host name to resolve; NULL: `addr` */
	struct net_addr addr;
	const uint32_t *tags;		/* the ranges it belongs to */
	size_t ntags;
	uint8_t open[PROTO_COUNT];	/* bit i: plan->ports[proto][i] accepted */
	double connect_seconds;		/* the sweep's first answer */
	bool self;			/* this computer, without logging on */
	int cancel_fd;
	/* the broker and the protocols of this scan */
	struct creds *creds;
	const struct protocol_ops *const *ops;
	struct protocol_shared *const *shared;
};

/* Owns everything in it. */
struct result {
	enum host_state state;
	struct net_addr addr;
	bool has_addr;			/* false: the name was not resolved */
	char *name;			/* the host's own or the one asked for; NULL */
	bool asked;			/* a protocol was spoken */
	bool self;			/* this computer, without one */
	enum protocol protocol;
	const struct cred *cred;	/* of the plan; NULL: none worked */
	enum map_os os;
	bool has_os;
	struct facts *facts;
	struct identity *identity;
	struct mapped *mapped;
	struct err err;
	char **warnings;		/* beyond those of facts and mapping */
	size_t nwarnings;
	double connect, logon, total;	/* seconds */
	unsigned round_trips;
};

/* Always fills `r`; r->err says why where the state is no success. */
void worker_run(const struct job *, struct result *);
void result_clear(struct result *);
void result_warn(struct result *, const char *fmt, ...) PRINTF(2, 3);

#endif
