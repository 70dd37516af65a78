/* wbem.h: the stubs of WMI's own calls.             [MS-WMI] 2.2.14, 3.1.4
 * Pure: makes request stubs and reads response stubs, no I/O.
 */
#ifndef WMI_WBEM_H
#define WMI_WBEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"
#include "wmi/dcom.h"

/* lFlags of ExecQuery: semisynchronous, forward only */
#define WBEM_SEMISYNC_FORWARD 0x30u
#define WBEM_S_FALSE 1u
#define WBEM_S_TIMEDOUT 0x40004u

/* resource "//./root/cimv2"; locale may be NULL. */
void wbem_put_login(struct wr *, const struct orpc *, const char *resource,
    const char *locale);
void wbem_put_exec_query(struct wr *, const struct orpc *, const char *wql,
    uint32_t flags);
void wbem_put_get_object(struct wr *, const struct orpc *, const char *path);
/* params: an OBJREF, or none (n 0). */
void wbem_put_exec_method(struct wr *, const struct orpc *, const char *path,
    const char *method, const void *params, size_t n);
void wbem_put_get_smart(struct wr *, const struct orpc *);
void wbem_put_smart_next(struct wr *, const struct orpc *,
    const uint8_t proxy[static 16], uint32_t timeout_ms, uint32_t count);
void wbem_put_next(struct wr *, const struct orpc *, uint32_t timeout_ms,
    uint32_t count);

/* The answer of login, ExecQuery and GetSmartEnum: an object to call. */
bool wbem_take_ref(struct rd, struct std_ref *, uint32_t *hresult,
    struct err *) CHECKED;
/* The answer of GetObject and ExecMethod: an EncodingUnit, borrowed; empty
 * when there is none. */
bool wbem_take_object(struct rd, struct rd *unit, uint32_t *hresult,
    struct err *) CHECKED;
/* The answer of SmartNext: an ObjectArray, borrowed; empty when there is none. */
bool wbem_take_smart(struct rd, struct rd *array, uint32_t *count,
    uint32_t *hresult, struct err *) CHECKED;
/* The answer of Next: `objects` stands at the first of *count references, each
 * taken with wbem_next_object(). */
bool wbem_take_next(struct rd, struct rd *objects, uint32_t *count,
    uint32_t *hresult, struct err *) CHECKED;
bool wbem_next_object(struct rd *objects, struct rd *unit, struct err *) CHECKED;

/* An EncodingUnit as the OBJREF that carries it. */
void wbem_put_unit(struct wr *, const void *unit, size_t n);

/* --- ObjectArray ------------------------------------------------------------- */
enum { WBEM_CLASS = 1, WBEM_INSTANCE = 2, WBEM_INSTANCE_NO_CLASS = 3 };
struct wbem_entry {
	uint8_t kind;
	const uint8_t *guid;	/* of the class; NULL for WBEM_CLASS */
	struct rd block;	/* ObjectBlock, or what replaces it */
};
/* Leaves `array` at the first entry and gives their number. */
bool wbem_array_open(struct rd *array, uint32_t *count, struct err *) CHECKED;
bool wbem_array_next(struct rd *array, struct wbem_entry *, struct err *) CHECKED;

#endif
