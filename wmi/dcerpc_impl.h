/* dcerpc_impl.h: what the parts of the DCE/RPC layer share, and their tests. */
#ifndef WMI_DCERPC_IMPL_H
#define WMI_DCERPC_IMPL_H

#include "wmi/dcerpc.h"

#define PDU_MAX 5840u		/* what Windows offers, and we */
#define PDU_MIN 1432u		/* C706's least */
#define HEADER 16u
#define TRAILER 8u
#define IN_CAP (64u << 10)
#define IN_FLIGHT 32u		/* so that neither side blocks on a full socket */
#define HELD_MAX (2 * (size_t)DCERPC_STUB_MAX)	/* octets of all answers together */

enum { PDU_REQUEST = 0, PDU_BIND = 11, PDU_ALTER = 14, PDU_AUTH3 = 16,
#define PDU(type, name, least, handler) PDU_##name = type,
#include "wmi/dcerpc_pdu.def"
#undef PDU
};
enum { PFC_FIRST = 0x01, PFC_LAST = 0x02, PFC_SIGN = 0x04, PFC_MPX = 0x10,
	PFC_OBJECT = 0x80 };

#define SPARES 2u		/* an answer that is read, the next on its way */
#define SPARE_LEAST (64u << 10)
#define SPARE_MOST (1u << 20)

/* What the answers of one connection hold, those too that outlive it. */
struct dcerpc_hold {
	unsigned users;
	size_t octets, most;
	struct wr spare[SPARES];	/* of long answers, for the next ones */
};

struct dcerpc_call {
	struct dcerpc *d;		/* NULL: abandoned or done */
	struct dcerpc_hold *hold;
	struct dcerpc_call *next;
	uint32_t id;
	uint16_t context;
	bool started, done, orphan;
	uint32_t fault;
	unsigned trip;
	struct wr stub;
};

struct dcerpc {
	int fd;
	struct auth *auth;
	bool secured;			/* requests and responses are protected */
	bool bound, multiplexed, header_signing, proven;
	bool feature_offered;
	bool asked;			/* since something came last */
	size_t ncontexts;
	struct { uint16_t result, reason; } results[DCERPC_CONTEXTS + 1];
	uint16_t max_xmit, max_recv;
	uint32_t assoc_group, next_id;
	struct wr out;			/* not yet sent: auth3 before the first call */
	uint8_t *in;			/* IN_CAP octets; [from, to) is unread */
	size_t from, to;
	struct wr token;		/* the last bind answer's */
	bool bind_answered;
	unsigned altered;		/* the context that an alter_context asks for */
	struct dcerpc_hold *hold;
	struct dcerpc_call *calls;	/* in flight, the orphans too */
	unsigned in_flight;
	/* The longest chain of question and answer so far: a call is one trip
	 * behind the answers that had come when it went out, or behind the one
	 * it follows. */
	unsigned trips;
	struct err why;			/* broken, and why */
};

/* One PDU as it came; p may be changed (opened in place). */
struct dcerpc_pdu {
	uint8_t *p;
	size_t len;
	uint8_t type, flags;
	uint16_t auth_len;
	uint32_t call_id;
};

bool dcerpc_on_response(struct dcerpc *, struct dcerpc_pdu *, struct err *);
bool dcerpc_on_fault(struct dcerpc *, struct dcerpc_pdu *, struct err *);
bool dcerpc_on_bind_ack(struct dcerpc *, struct dcerpc_pdu *, struct err *);
bool dcerpc_on_bind_nak(struct dcerpc *, struct dcerpc_pdu *, struct err *);
bool dcerpc_on_shutdown(struct dcerpc *, struct dcerpc_pdu *, struct err *);

/* A call in flight that has sent nothing yet; NULL: no memory. */
struct dcerpc_call *dcerpc_call_new(struct dcerpc *, uint32_t id,
    uint16_t context) CHECKED;
/* Takes every whole PDU in [from, to). */
bool dcerpc_process(struct dcerpc *, struct err *) CHECKED;
/* Starts a PDU in `out` and gives where; dcerpc_end() fixes its length. */
size_t dcerpc_begin(struct dcerpc *, uint8_t type, uint8_t flags, uint32_t id);
void   dcerpc_end(struct dcerpc *, size_t at, size_t auth_len);
void   dcerpc_put_trailer(struct dcerpc *, uint8_t pad);
/* Sends `out`. */
bool dcerpc_flush(struct dcerpc *, struct deadline by, struct err *) CHECKED;
/* Remembers the error as the reason of every later one; always false. */
bool dcerpc_break(struct dcerpc *, struct err *);
/* The trailer of a PDU: checks it and gives body length without padding. */
bool dcerpc_trailer(struct dcerpc *, const struct dcerpc_pdu *, size_t body,
    size_t *body_len, uint8_t *pad, struct err *) CHECKED;

#endif
