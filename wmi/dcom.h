/* dcom.h: the stubs of DCOM's own calls: activation, ORPC headers, IRemUnknown.
 *          [MS-DCOM] 2.2.11, 2.2.13, 2.2.20, 2.2.22, 3.1.1.5.6, 3.1.2.5
 *
 * Pure: makes request stubs and reads response stubs, no I/O.  Readers give
 * the call's HRESULT apart from malformed answers (false, ERR_PROTOCOL).
 */
#ifndef WMI_DCOM_H
#define WMI_DCOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/dcerpc.h"
#include "wmi/objref.h"

enum dcom_iface {
#define IFACE(id, guid) IF_##id,
#include "wmi/opnums.def"
	IF_COUNT
};
enum {
#define OPNUM(iface, id, number) OP_##id = number,
#include "wmi/opnums.def"
};
const uint8_t *dcom_iid(enum dcom_iface);	/* 16 octets as on the wire */
struct dcerpc_syntax dcom_syntax(enum dcom_iface);

/* Who calls: the version spoken and the chain's id. */
struct orpc {
	uint16_t major, minor;
	uint8_t causality[16];
};
void orpc_put_this(struct wr *, const struct orpc *, uint32_t flags);
/* ORPCTHAT with whatever extensions: they shift what follows. */
bool orpc_take_that(struct rd *, struct err *) CHECKED;
/* The HRESULT at the end of a response, at the cursor. */
bool orpc_take_result(struct rd *, uint32_t *hresult, struct err *) CHECKED;
/* pointer and MInterfacePointer, NULL where *present is false */
bool orpc_take_ifptr(struct rd *, struct rd *objref, bool *present,
    struct err *) CHECKED;

/* --- ServerAlive2 ----------------------------------------------------------- */
bool dcom_take_alive(struct rd, uint16_t *major, uint16_t *minor,
    struct bindings *, struct err *) CHECKED;

/* --- activation --------------------------------------------------------------- */
struct dcom_activated {
	uint64_t oxid;
	uint8_t remunknown[16];		/* IPID of the exporter's IRemUnknown */
	uint16_t major, minor;		/* COM version of the host */
	struct std_ref object;
	struct bindings bindings;	/* owned; of the exporter */
};
/* RemoteCreateInstance of WbemLevel1Login; name is the server's, ours for it;
 * context is random. */
void dcom_put_create(struct wr *, const struct orpc *, const char *name,
    const uint8_t context[static 16]);
bool dcom_take_create(struct rd, struct dcom_activated *, uint32_t *hresult,
    struct err *) CHECKED;
/* RemoteActivation, for hosts without IRemoteSCMActivator. */
void dcom_put_activation(struct wr *, const struct orpc *);
bool dcom_take_activation(struct rd, struct dcom_activated *, uint32_t *hresult,
    struct err *) CHECKED;
void dcom_activated_clear(struct dcom_activated *);

/* --- IRemUnknown ------------------------------------------------------------------ */
void dcom_put_query_interface(struct wr *, const struct orpc *,
    const uint8_t ipid[static 16], const uint8_t iid[static 16]);
bool dcom_take_query_interface(struct rd, struct std_ref *, uint32_t *hresult,
    struct err *) CHECKED;
struct dcom_release { uint8_t ipid[16]; uint32_t refs; };
void dcom_put_release(struct wr *, const struct orpc *,
    const struct dcom_release *, size_t n);

#endif
