/* dcerpc.h: DCE/RPC 5.0, connection-oriented: bind, calls, fragments, faults.
 *                         [C706] 12.6, [MS-RPCE] 2.2.2, 3.3.1.5
 *   bind(contexts, token) ->            <- bind_ack(results, token)
 *   auth3(token) + request ->           <- response ... | fault
 *   request(call id 2..n) ->            <- responses in any order, if multiplexed
 *
 * Every response of a secured connection is verified; a fault may come
 * unprotected and can end a call, nothing more.  Offers NDR only, little-endian.
 * Where the server grants concurrent multiplexing several calls may be in
 * flight; where not, a new call first waits for the one before.
 * Errors: ERR_PROTOCOL, ERR_CLOSED, ERR_TIMEOUT ...; all but ERR_TIMEOUT break
 * the connection: every later call gives the same error.
 */
#ifndef WMI_DCERPC_H
#define WMI_DCERPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/net.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/auth.h"

#define DCERPC_STUB_MAX (64u << 20)	/* octets of one answer */
#define DCERPC_CONTEXTS 16

struct dcerpc_syntax {
	uint8_t uuid[16];	/* as on the wire */
	uint16_t major, minor;
};

struct dcerpc;
/* Connects; the clock of round trips starts with this one. */
struct dcerpc *dcerpc_connect(const struct net_addr *, uint16_t port,
    struct deadline by, struct err *) CHECKED;
/* Takes a connected socket. */
struct dcerpc *dcerpc_on(int fd, struct err *) CHECKED;
void           dcerpc_free(struct dcerpc *);	/* NULL is fine */

/* Binds interface i as context i, all in one PDU.  Takes auth (NULL: none).
 * A last leg without an answer (auth3) waits and goes out with the first call.
 * ERR_AUTH_METHOD: the server does not know the mechanism. */
bool dcerpc_bind(struct dcerpc *, const struct dcerpc_syntax *, size_t n,
    struct auth *, bool multiplex, struct deadline by, struct err *) CHECKED;
bool dcerpc_accepted(const struct dcerpc *, unsigned context);
/* Asks again for a context that the bind refused: COM knows an interface only
 * once one of its objects has left the process.  ERR_UNSUPPORTED. */
bool dcerpc_require(struct dcerpc *, unsigned context,
    const struct dcerpc_syntax *, struct deadline by, struct err *) CHECKED;
bool dcerpc_multiplexed(const struct dcerpc *);
bool dcerpc_header_signing(const struct dcerpc *);
/* A call was answered already: the log-on is proven. */
bool dcerpc_proven(const struct dcerpc *);
bool dcerpc_broken(const struct dcerpc *);
/* Ends the connection for a reason of the caller's; always false. */
bool dcerpc_give_up(struct dcerpc *, struct err *);
unsigned dcerpc_round_trips(const struct dcerpc *);
const struct auth *dcerpc_auth(const struct dcerpc *);

/* One call under way.  Freed by its owner; the connection must still live. */
struct dcerpc_call;
/* Makes a request; object may be NULL.  The stub is borrowed.  It goes out with
 * the next dcerpc_push() or dcerpc_pump(): several calls in one write. */
struct dcerpc_call *dcerpc_call(struct dcerpc *, unsigned context, uint16_t opnum,
    const uint8_t *object, const struct wr *stub, struct deadline by,
    struct err *) CHECKED;
/* For round trips: which link of a chain an answer was, and that a call with
 * others in flight beside it only waited for that one.  Without this a call
 * counts as waiting for all answers before it. */
unsigned dcerpc_trip(const struct dcerpc_call *);
void     dcerpc_follows(struct dcerpc_call *, unsigned trip);
/* A new call would go out without waiting. */
bool dcerpc_idle(const struct dcerpc *);
bool dcerpc_push(struct dcerpc *, struct deadline by, struct err *) CHECKED;
/* Takes what the peer sent, waiting for one PDU at least. */
bool dcerpc_pump(struct dcerpc *, struct deadline by, struct err *) CHECKED;
bool dcerpc_done(const struct dcerpc_call *);
bool dcerpc_wait(struct dcerpc *, struct dcerpc_call *, struct deadline by,
    struct err *) CHECKED;
/* Of a done call: 0 and its stub (borrowed from the call), or the fault. */
uint32_t dcerpc_fault(const struct dcerpc_call *);
struct rd dcerpc_stub(const struct dcerpc_call *);
/* Abandons it when it is not done: its answer is dropped when it comes. */
void dcerpc_call_free(struct dcerpc_call *);

#endif
