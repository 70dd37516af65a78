/* wmi_impl.h: what the parts of the front share. */
#ifndef WMI_WMI_IMPL_H
#define WMI_WMI_IMPL_H

#include <stdatomic.h>

#include "wmi/dcerpc.h"
#include "wmi/dcom.h"
#include "wmi/logon.h"
#include "wmi/status.h"
#include "wmi/wbem.h"
#include "wmi/wmi.h"
#include "wmi/wmio.h"

#define RELEASES_MAX 256	/* of one RemRelease */
#define STUB_OUT_MAX (1u << 20)

/* The exporter's contexts, all in one bind. */
enum { CTX_UNKNOWN, CTX_LOGIN, CTX_SERVICES, CTX_ENUM, CTX_FETCH, CTX_SMART, CTX_COUNT };

/* A session's way to log on, and that of the sessions opened again from it:
 * written by wmi_bind() only, before it is shared. */
struct wmi_logon {
	atomic_uint holders;
	struct logon plan;
};

struct space {
	char *name;		/* "root\cimv2" */
	struct std_ref ref;	/* its IWbemServices */
};

struct wmi {
	struct net_addr addr;
	uint16_t port, export_port;
	struct wmi_options opt;		/* strings owned */
	char *host, *locale;
	char *not_here;			/* a name that it claims and that is another's */
	struct wmi_cred cred;		/* strings borrowed */
	struct dcerpc *act, *rpc;	/* to 135, to the exporter */
	struct dcom_activated activated;
	struct wmi_logon *logon;	/* NULL: not bound yet */
	const char *mechanism;		/* static */
	bool bind_later;		/* wmi_logon() binds */

	bool local;
	int cancel_fd;			/* of the last wait: the release obeys it too */
	struct orpc orpc;
	struct wmi_about about;
	struct space *spaces;
	size_t nspaces;
	struct dcom_release *releases;
	size_t nreleases;
	struct wmi_query *queries;
	unsigned trips;			/* of connections that are gone */
};

/* Names and addresses of the bindings without their ports, each once. */
void wmi_note_bindings(struct wmi_about *, const struct bindings *);
/* An address has no ticket, but the host behind it says its name, or the resolver
 * has one: a claim that the ticket then proves.  Into `host`, or `not_here`. */
void wmi_find_name(struct wmi *, struct deadline by);
/* Remembers a reference to give back when the session closes. */
void wmi_hold(struct wmi *, const struct std_ref *);
/* The namespace, logged in to; NULL with the error. */
const struct space *wmi_space(struct wmi *, const char *ns, struct deadline by,
    struct err *) CHECKED;
/* After a surprise with several calls in flight: a new connection that takes one
 * call at a time, logged in to the same namespaces in the same order. */
bool wmi_go_serial(struct wmi *, struct deadline by, struct err *) CHECKED;
/* A call on the exporter; its context is asked for again if it was refused. */
struct dcerpc_call *wmi_call(struct wmi *, unsigned ctx, uint16_t opnum,
    const uint8_t ipid[static 16], const struct wr *stub, struct deadline by,
    struct err *) CHECKED;
struct status_who wmi_who(const struct wmi *, const char *what);

/* A method call under way; the signature is the in-parameters' ObjectBlock. */
struct dcerpc_call *wmi_method_start(struct wmi *, const struct space *,
    struct rd signature, const char *path, const char *method,
    const struct wmi_arg *, size_t n, struct deadline by, struct err *) CHECKED;
/* Its answer, when done.  *hresult is set and the answer NULL without an
 * error where WMI refuses. */
struct wmi_object *wmi_method_answer(const struct dcerpc_call *, uint32_t *hresult,
    struct err *) CHECKED;

struct wmi_object {
	uint8_t *unit;
	struct arena arena;
	struct wmi_row row;
	struct rd methods[2];
};
/* Copies and decodes an EncodingUnit. */
struct wmi_object *wmi_object_new(struct rd unit, struct err *) CHECKED;

#endif
