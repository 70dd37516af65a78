/* objref.h: object references and string bindings.       [MS-DCOM] 2.2.18, 2.2.19
 *
 *   OBJREF   "MEOW", kind, IID, then by kind; packed
 *     standard   flags, references, OXID, OID, IPID, the resolver's bindings
 *     custom     CLSID, 0, a size that lies, data to the end
 *   bindings   (tower, text, NUL) ... 0 | (service, 0xffff, principal, NUL) ... 0
 */
#ifndef WMI_OBJREF_H
#define WMI_OBJREF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/reader.h"
#include "helper/base/writer.h"

/* A standard object reference: whom to call, and how many references it holds. */
struct std_ref {
	uint8_t iid[16], ipid[16];
	uint64_t oxid, oid;
	uint32_t refs;
};

/* Strings are owned. */
struct binding { char *text; uint16_t tower; };
struct bindings {
	struct binding *v;
	size_t n;
};
#define BINDINGS_MAX 64
#define TOWER_TCP 7

/* Of kinds standard, handler and extended. */
bool objref_std(struct rd, struct std_ref *, struct err *) CHECKED;
/* STDOBJREF alone, 40 octets. */
void objref_stdobjref(struct rd *, struct std_ref *);
/* Of kind custom: its data, borrowed, to the end of the reference. */
bool objref_custom(struct rd, const uint8_t iid[static 16], struct rd *data,
    struct err *) CHECKED;
/* Wraps data as a custom reference; `size` is what the size field says. */
void objref_put_custom(struct wr *, const uint8_t iid[static 16],
    const uint8_t clsid[static 16], const void *data, size_t n, size_t size);

/* DUALSTRINGARRAY: the string bindings; the security ones are skipped. */
bool bindings_take(struct rd *, struct bindings *, struct err *) CHECKED;
void bindings_clear(struct bindings *);
/* The port of the first TCP binding "name[port]"; 0: there is none. */
uint16_t bindings_port(const struct bindings *);

#endif
