/* ndr.h: the few NDR shapes that the stubs are made of, on rd and wr.
 *                                              [C706] 14, [MS-RPCE] 2.2.4-2.2.6
 * Alignment counts from the cursor's or writer's start, which is the stub's.
 */
#ifndef WMI_NDR_H
#define WMI_NDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/reader.h"
#include "helper/base/writer.h"

#define NDR_REF 0x00020000u	/* the first referent id, as Windows counts */

/* --- writing --- */
void ndr_align(struct wr *, size_t to);
/* [string] wchar_t *: pointer, max, 0, actual, UTF-16 with NUL, padded to 4. */
void ndr_put_wstr_ptr(struct wr *, uint32_t ref, const char *utf8);
void ndr_put_wstr(struct wr *, const char *utf8);
/* BSTR as a unique pointer: characters without NUL.       [MS-OAUT] 2.2.23 */
void ndr_put_bstr(struct wr *, const char *utf8);
/* MInterfacePointer behind a pointer; n 0: NULL.          [MS-DCOM] 2.2.14 */
void ndr_put_ifptr(struct wr *, uint32_t ref, const void *objref, size_t n);
/* Type Serialization v1: reserves the header, later fills it and pads to 8.
 * Gives where the data begins: alignment inside counts from there. */
size_t ndr_begin_pickle(struct wr *);
void   ndr_end_pickle(struct wr *, size_t at);

/* --- reading --- */
/* max_count, size (equal), octets, pad: the octets as a cursor. */
struct rd ndr_ifptr(struct rd *);
/* A Type Serialization v1 header: gives the data behind it. */
struct rd ndr_pickle(struct rd);

#endif
