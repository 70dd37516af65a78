/* krb5_pool.h: ticket-granting tickets that the sessions of a scan share, and
 * the realms whose KDCs keep silent; the front of it is wmi.h.
 *
 *   first host of an account   AS  -> put()      TGS
 *   every further one          take()            TGS
 *
 * Kept by user, realm, KDC and the very object that holds the secret.  A NULL
 * pool knows nothing and keeps nothing.
 */
#ifndef WMI_KRB5_POOL_H
#define WMI_KRB5_POOL_H

#include <stdbool.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "wmi/wmi.h"

/* "MEMORY:...": a cache with a ticket that is good for a while yet, which lives
 * as long as the pool; NULL: there is none. */
const char *krb_pool_take(struct wmi_tickets *, const struct wmi_cred *);
/* Copies a cache that holds the account's ticket and nothing else. */
void krb_pool_put(struct wmi_tickets *, const struct wmi_cred *,
    const char *ccache);
/* The domain did not take it: it is not given to anybody again. */
void krb_pool_drop(struct wmi_tickets *, const char *ccache);

/* No KDC of the realm answered.  Who has another way asks again after
 * KRB_SILENT_SECONDS only; `why` is what was said then. */
#define KRB_SILENT_SECONDS 300
void krb_pool_note_silence(struct wmi_tickets *, const char *realm,
    const struct err *why);
bool krb_pool_silent(struct wmi_tickets *, const char *realm, struct err *why) CHECKED;

#endif
