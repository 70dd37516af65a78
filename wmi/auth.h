/* auth.h: one face over the ways to log on: next token, sign, seal.
 *                                             [MS-RPCE] 2.2.1.1.7, 2.2.2.11, 3.3.1.5.2
 * No I/O inside: tokens go out and come in through dcerpc.c.
 *
 *   NTLM       bind, bind_ack, auth3
 *   Kerberos   bind, bind_ack, alter_context (or auth3), its answer
 *
 * One object secures one connection.  Kerberos tickets are fetched before.
 */
#ifndef WMI_AUTH_H
#define WMI_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "wmi/wmi.h"

/* auth_type on the wire */
enum { AUTH_SPNEGO = 9, AUTH_WINNT = 10, AUTH_GSS_KERBEROS = 16 };
/* auth_level on the wire */
enum { AUTH_LEVEL_NONE = 1, AUTH_LEVEL_CONNECT, AUTH_LEVEL_CALL,
	AUTH_LEVEL_PACKET, AUTH_LEVEL_INTEGRITY, AUTH_LEVEL_PRIVACY };

/* What to do with the token that a step made. */
enum auth_leg {
	AUTH_ASK,	/* send it (bind, later alter_context) and wait for the answer */
	AUTH_LAST,	/* send it in auth3, which has no answer; established */
	AUTH_DONE	/* there is none to send; established */
};

/* A PDU to protect: [0, len) with the trailer, then room for the token. */
struct auth_pdu {
	uint8_t *p;
	size_t len;		/* header, body, sec_trailer */
	size_t body, body_len;	/* stub and padding */
};

struct auth;
/* A mechanism's part; `self` is its own state. */
struct auth_ops {
	uint8_t type;
	bool (*step)(void *self, const uint8_t *in, size_t n, struct wr *out,
	    enum auth_leg *leg, struct err *);
	size_t (*token_len)(void *self, size_t body_len);
	bool (*wrap)(void *self, struct auth_pdu *);
	bool (*unwrap)(void *self, struct auth_pdu *, size_t token_len);
	/* Of SPNEGO's mechanism list; NTLM starts its streams afresh after both. */
	bool (*make_mic)(void *self, const void *, size_t n, struct wr *out);
	bool (*check_mic)(void *self, const void *, size_t n, const uint8_t *mic,
	    size_t nmic);
	bool (*is_local)(void *self);
	uint8_t (*chosen)(void *self);	/* NULL: its own type */
	void (*free)(void *self);
};

/* level is 5 or 6; target is the service's name ("host/pc17"), may be NULL;
 * `about` is borrowed and filled from what the host says.  cred may be NULL:
 * only to be challenged.  ERR_AUTH_METHOD: the credential cannot do it. */
struct auth *auth_new(const struct wmi_cred *, uint8_t level, const char *target,
    struct wmi_about *about, struct err *) CHECKED;
void         auth_free(struct auth *);		/* wipes; NULL is fine */
/* For a mechanism of one's own (tests): takes self. */
struct auth *auth_with(const struct auth_ops *, void *self, uint8_t level) CHECKED;

uint8_t auth_type(const struct auth *);
/* Behind SPNEGO: the type of what was agreed on, or is tried so far. */
uint8_t auth_chosen(const struct auth *);
uint8_t auth_level(const struct auth *);
/* The account is one of the host itself, as far as that can be told. */
bool    auth_is_local(const struct auth *);

/* The first step has no input. */
bool auth_step(struct auth *, const uint8_t *in, size_t n, struct wr *out,
    enum auth_leg *leg, struct err *) CHECKED;

/* Octets of the token for a body of that length; fixed before wrapping. */
size_t auth_token_len(struct auth *, size_t body_len);
/* Seals (level 6) the body in place and writes the token at p + len. */
bool auth_wrap(struct auth *, struct auth_pdu *) CHECKED;
/* The mirror; false: forged, or out of step.  The connection is lost then. */
bool auth_unwrap(struct auth *, struct auth_pdu *, size_t token_len) CHECKED;

/* Signs the list of mechanisms that SPNEGO agreed on, and checks the peer's. */
bool auth_make_mic(struct auth *, const void *, size_t n, struct wr *out) CHECKED;
bool auth_check_mic(struct auth *, const void *, size_t n, const uint8_t *mic,
    size_t nmic) CHECKED;

#endif
