#include "wmi/dcom.h"

#include <string.h>

#include "wmi/ndr.h"
#include "wmi/objref.h"

#define GUID(a, b, c, ...) { (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, \
	(a) >> 24, (b) & 0xff, (b) >> 8, (c) & 0xff, (c) >> 8, __VA_ARGS__ }

static const uint8_t iids[IF_COUNT][16] = {
#define IFACE(id, guid) [IF_##id] = guid,
#include "wmi/opnums.def"
};

const uint8_t *
dcom_iid(enum dcom_iface i)
{
	return iids[i];
}

struct dcerpc_syntax
dcom_syntax(enum dcom_iface i)
{
	struct dcerpc_syntax s = { .major = 0 };

	memcpy(s.uuid, iids[i], sizeof(s.uuid));
	return s;
}

/* --- ORPC headers ------------------------------------------------------------- */

void
orpc_put_this(struct wr *w, const struct orpc *o, uint32_t flags)
{
	wr_le16(w, o->major);
	wr_le16(w, o->minor);
	wr_le32(w, flags);
	wr_le32(w, 0);
	wr_bytes(w, o->causality, 16);
	wr_le32(w, 0);			/* no extensions */
}

/* ORPC_EXTENT_ARRAY: size, reserved, pointer, then pointers and extents. */
static void
skip_extensions(struct rd *r)
{
	uint32_t n, present = 0;

	(void)rd_le32(r);
	rd_skip(r, 4);
	if (rd_le32(r) == 0)
		return;
	n = rd_count32(r, 4);
	for (uint32_t i = 0; i < n && !r->bad; i++)
		present += rd_le32(r) != 0;
	for (uint32_t i = 0; i < present && !r->bad; i++) {
		uint32_t max;

		rd_align(r, 4);
		max = rd_le32(r);	/* conformance comes first */
		rd_skip(r, 16 + 4);
		rd_skip(r, max);
	}
	rd_align(r, 4);
}

bool
orpc_take_that(struct rd *r, struct err *e)
{
	rd_skip(r, 4);
	if (rd_le32(r) != 0)
		skip_extensions(r);
	return !r->bad || fail(e, ERR_PROTOCOL, "the host's ORPC header is cut short");
}

bool
orpc_take_result(struct rd *r, uint32_t *hresult, struct err *e)
{
	rd_align(r, 4);
	*hresult = rd_le32(r);
	return !r->bad || fail(e, ERR_PROTOCOL, "the host's answer is cut short");
}

bool
orpc_take_ifptr(struct rd *r, struct rd *objref, bool *present, struct err *e)
{
	rd_align(r, 4);
	*objref = rd_new(NULL, 0);
	if ((*present = rd_le32(r) != 0))
		*objref = ndr_ifptr(r);
	return !r->bad ||
	    fail(e, ERR_PROTOCOL, "the host's answer is cut short in an object");
}

bool
dcom_take_alive(struct rd r, uint16_t *major, uint16_t *minor,
    struct bindings *b, struct err *e)
{
	uint32_t status = 0;

	*b = (struct bindings){ 0 };
	*major = rd_le16(&r);
	*minor = rd_le16(&r);
	if (rd_le32(&r) != 0) {
		(void)rd_le32(&r);	/* max_count */
		if (!bindings_take(&r, b, e))
			return false;
		rd_align(&r, 4);
	}
	rd_skip(&r, 4);
	status = rd_le32(&r);
	if (!r.bad && status == 0)
		return true;
	bindings_clear(b);
	return fail_native(e, r.bad ? ERR_PROTOCOL : ERR_REMOTE, status,
	    "the host's ServerAlive2 answer is %s", r.bad ? "cut short" : "an error");
}

/* --- IRemUnknown ----------------------------------------------------------------- */

void
dcom_put_query_interface(struct wr *w, const struct orpc *o,
    const uint8_t ipid[static 16], const uint8_t iid[static 16])
{
	orpc_put_this(w, o, 0);
	wr_bytes(w, ipid, 16);
	wr_le32(w, 5);			/* references, as Windows asks */
	wr_le16(w, 1);
	ndr_align(w, 4);
	wr_le32(w, 1);
	wr_bytes(w, iid, 16);
}

bool
dcom_take_query_interface(struct rd r, struct std_ref *s, uint32_t *hresult,
    struct err *e)
{
	uint32_t each = 0, all = 0;
	bool present;

	if (!orpc_take_that(&r, e))
		return false;
	if ((present = rd_le32(&r) != 0)) {
		if (rd_le32(&r) != 1)
			r.bad = true;
		rd_align(&r, 8);
		each = rd_le32(&r);
		rd_align(&r, 8);
		objref_stdobjref(&r, s);
	}
	if (!orpc_take_result(&r, &all, e))
		return false;
	*hresult = all != 0 ? all : each;
	return *hresult != 0 || present ||
	    fail(e, ERR_PROTOCOL, "the host's answer lacks its object");
}

void
dcom_put_release(struct wr *w, const struct orpc *o, const struct dcom_release *v,
    size_t n)
{
	orpc_put_this(w, o, 0);
	wr_le16(w, (uint16_t)n);
	ndr_align(w, 4);
	wr_le32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		wr_bytes(w, v[i].ipid, 16);
		wr_le32(w, v[i].refs);
		wr_le32(w, 0);
	}
}
