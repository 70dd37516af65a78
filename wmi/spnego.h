/* spnego.h: which mechanism, agreed on by both, protected by it.
 *                       [RFC 4178] 4.2, 5, [MS-SPNG] 3.1.5.1, 3.2.5.1, 3.3.5.1
 *   NegTokenInit(mechTypes, first's token) ->
 *                             <- NegTokenResp(incomplete, supportedMech, token)
 *   NegTokenResp(token, mechListMIC) ->
 *                                     <- NegTokenResp(completed, mechListMIC)
 *
 * Shapes   DER: definite lengths of at most 65 535.  The MIC is over the DER of
 *          MechTypeList as it was sent.
 * Errors   ERR_PROTOCOL; ERR_AUTH_METHOD: the host wants none of ours;
 *          ERR_AUTH_FAILED: it rejects the log-on.
 */
#ifndef WMI_SPNEGO_H
#define WMI_SPNEGO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/auth.h"

/* Auth type 9.  Takes both; second may be NULL. */
struct auth *spnego_over(struct auth *first, struct auth *second,
    struct err *) CHECKED;

/* --- the tokens, for tests and fuzzing ------------------------------------------- */

enum { SPNEGO_COMPLETED, SPNEGO_INCOMPLETE, SPNEGO_REJECT, SPNEGO_REQUEST_MIC,
	SPNEGO_NO_STATE };

/* A NegTokenResp; the parts are borrowed, empty where they are not there. */
struct spnego_resp {
	unsigned state;
	struct rd mech;		/* the OID's content */
	struct rd token, mic;
	bool has_mech, has_token, has_mic;
};
bool spnego_take(struct spnego_resp *, const uint8_t *, size_t n) CHECKED;
void spnego_put_resp(struct wr *, const struct wr *token, const struct wr *mic);
/* mech_types is the DER of MechTypeList. */
void spnego_put_init(struct wr *, const struct wr *mech_types, const struct wr *token);

#endif
