/* ntlm.h: the three NTLMv2 messages, and signing and sealing after them.
 *                                         [MS-NLMP] 2.2.1, 3.1.5.1.2, 3.3.2, 3.4
 *   client  NEGOTIATE(flags) ->   <- CHALLENGE(8-octet nonce, target info)
 *           AUTHENTICATE(proof, MIC) ->                               server
 *
 * Shapes   little-endian; strings UTF-16LE without BOM, lengths in octets;
 *          payload fields are (len, max, offset from the message's start).
 * Units    time is FILETIME: 100 ns since 1601-01-01 UTC.
 * Errors   ERR_PROTOCOL: malformed CHALLENGE; ERR_AUTH_METHOD: the server wants
 *          less than NTLMv2 session security with 128 bit keys.  Whether the
 *          password is right is never known here: the server decides it.
 * Secrets  the NT hash and the session keys, wiped by ntlm_free().
 * NTLMv1 and LM answers are never made.  Knows nothing of sockets or DCE/RPC.
 */
#ifndef WMI_NTLM_H
#define WMI_NTLM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "wmi/wmi.h"

#define NTLM_TOKEN 16		/* octets of a signature */
#define FILETIME_UNIX 116444736000000000ull	/* 1970 in FILETIME */

/* --- signing and sealing, one direction a PDU at a time ------------------------ */

/* Both directions of one connection.  The RC4 streams and the sequence numbers
 * follow the PDUs on the wire, whatever call they belong to. */
struct ntlm_session;
struct ntlm_session *ntlm_session_new(const uint8_t exported_key[static 16],
    bool server) CHECKED;
void ntlm_session_free(struct ntlm_session *);
/* Both streams from their beginning; the sequence numbers stay.  SPNEGO does
 * it once.                                     [MS-SPNG] 3.2.5.1, 3.3.5.1 */
void ntlm_session_restart(struct ntlm_session *);

/* pdu[0..n) is what the token signs; its octets [at, at + len) are the body,
 * sealed in place when `seal`.  The token goes to pdu + n. */
bool ntlm_wrap(struct ntlm_session *, uint8_t *pdu, size_t n, size_t at,
    size_t len, bool seal) CHECKED;
/* The mirror: opens the body in place and compares the token at pdu + n in
 * constant time.  false: forged, or out of step; the connection is lost. */
bool ntlm_unwrap(struct ntlm_session *, uint8_t *pdu, size_t n, size_t at,
    size_t len, bool sealed) CHECKED;

/* --- the messages ---------------------------------------------------------------- */

/* A user name taken apart; text is owned. */
struct ntlm_user {
	char *user, *domain;
	bool local;		/* ".\user": the domain is the host's own name */
};
bool ntlm_user_parse(const char *form, struct ntlm_user *, struct err *) CHECKED;
void ntlm_user_clear(struct ntlm_user *);

struct ntlm;
/* cred may be NULL: only to be challenged.  target is "host/name" or NULL. */
struct ntlm *ntlm_new(const struct wmi_cred *, const char *target,
    struct err *) CHECKED;
void         ntlm_free(struct ntlm *);

bool ntlm_negotiate(struct ntlm *, struct wr *) CHECKED;
/* seal: privacy is wanted.  `about` gets names, version and clock. */
bool ntlm_challenge(struct ntlm *, const uint8_t *, size_t n, bool seal,
    struct wmi_about *about, struct err *) CHECKED;
/* After ntlm_challenge(); *session is then the caller's. */
bool ntlm_authenticate(struct ntlm *, struct wr *, struct ntlm_session **session,
    struct err *) CHECKED;
/* The account is one of the host itself: remote UAC filters its rights. */
bool ntlm_is_local(const struct ntlm *);

/* --- the computation, for tests with published vectors ------------------------------ */

/* MD4 of the password in UTF-16LE; false: not UTF-8 or no memory. */
bool ntlm_hash(const char *password, uint8_t out[static 16]) CHECKED;
/* NTOWFv2: user is raised here, domain is taken as it is. */
bool ntlm_owf(const uint8_t hash[static 16], const char *user,
    const char *domain, uint8_t out[static 16]) CHECKED;
/* NTProofStr over nonce and `temp`, and the session base key. */
bool ntlm_proof(const uint8_t owf[static 16], const uint8_t nonce[static 8],
    const void *temp, size_t n, uint8_t proof[static 16],
    uint8_t base_key[static 16]) CHECKED;
/* Fixes what is random, for a published vector. */
void ntlm_fix(struct ntlm *, const uint8_t client_challenge[static 8],
    const uint8_t exported_key[static 16], uint64_t filetime);

#endif
