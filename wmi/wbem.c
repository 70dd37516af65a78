#include "wmi/wbem.h"

#include <string.h>

#include "wmi/ndr.h"

/* CLSID_WbemClassObject */
static const uint8_t clsid_object[16] = { 0x12, 0xf8, 0x90, 0x45, 0x3a, 0x1d, 0xd0,
	0x11, 0x89, 0x1f, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24 };

/* --- requests ------------------------------------------------------------------- */

void
wbem_put_login(struct wr *w, const struct orpc *o, const char *resource,
    const char *locale)
{
	orpc_put_this(w, o, 0);
	ndr_put_wstr_ptr(w, NDR_REF, resource);
	ndr_put_wstr_ptr(w, NDR_REF + 4, locale);
	wr_le32(w, 0);			/* flags */
	wr_le32(w, 0);			/* no context */
}

void
wbem_put_exec_query(struct wr *w, const struct orpc *o, const char *wql,
    uint32_t flags)
{
	orpc_put_this(w, o, 0);
	ndr_put_bstr(w, "WQL");
	ndr_put_bstr(w, wql);
	wr_le32(w, flags);
	wr_le32(w, 0);
}

void
wbem_put_get_object(struct wr *w, const struct orpc *o, const char *path)
{
	orpc_put_this(w, o, 0);
	ndr_put_bstr(w, path);
	wr_zero(w, 8);			/* flags, context */
	wr_le32(w, NDR_REF);		/* the object, please ... */
	wr_le32(w, 0);
	wr_le32(w, 0);			/* ... and no call result */
}

void
wbem_put_exec_method(struct wr *w, const struct orpc *o, const char *path,
    const char *method, const void *params, size_t n)
{
	orpc_put_this(w, o, 0);
	ndr_put_bstr(w, path);
	ndr_put_bstr(w, method);
	wr_zero(w, 8);
	ndr_put_ifptr(w, NDR_REF, params, n);
	wr_le32(w, NDR_REF + (n != 0 ? 4 : 0));
	wr_le32(w, 0);
	wr_le32(w, 0);
}

void
wbem_put_get_smart(struct wr *w, const struct orpc *o)
{
	orpc_put_this(w, o, 0);
}

void
wbem_put_smart_next(struct wr *w, const struct orpc *o,
    const uint8_t proxy[static 16], uint32_t timeout_ms, uint32_t count)
{
	orpc_put_this(w, o, 0);
	wr_bytes(w, proxy, 16);
	wr_le32(w, timeout_ms);
	wr_le32(w, count);
}

void
wbem_put_next(struct wr *w, const struct orpc *o, uint32_t timeout_ms,
    uint32_t count)
{
	orpc_put_this(w, o, 0);
	wr_le32(w, timeout_ms);
	wr_le32(w, count);
}

void
wbem_put_unit(struct wr *w, const void *unit, size_t n)
{
	objref_put_custom(w, dcom_iid(IF_IWbemClassObject), clsid_object, unit, n, n);
}

/* --- answers --------------------------------------------------------------------------- */

bool
wbem_take_ref(struct rd r, struct std_ref *s, uint32_t *hresult, struct err *e)
{
	struct rd ref;
	bool present;

	if (!orpc_take_that(&r, e) || !orpc_take_ifptr(&r, &ref, &present, e) ||
	    !orpc_take_result(&r, hresult, e))
		return false;
	if ((*hresult & 0x80000000u) != 0)
		return true;
	return present ? objref_std(ref, s, e) :
	    fail(e, ERR_PROTOCOL, "the host's answer lacks its object");
}

bool
wbem_take_object(struct rd r, struct rd *unit, uint32_t *hresult, struct err *e)
{
	struct rd ref = rd_new(NULL, 0);
	bool present = false;

	*unit = ref;
	if (!orpc_take_that(&r, e))
		return false;
	if (rd_le32(&r) != 0 && !orpc_take_ifptr(&r, &ref, &present, e))
		return false;
	rd_align(&r, 4);
	(void)rd_le32(&r);		/* call result: none was asked for */
	if (!orpc_take_result(&r, hresult, e))
		return false;
	return !present ||
	    objref_custom(ref, dcom_iid(IF_IWbemClassObject), unit, e);
}

bool
wbem_take_smart(struct rd r, struct rd *array, uint32_t *count,
    uint32_t *hresult, struct err *e)
{
	uint32_t size;

	*array = rd_new(NULL, 0);
	if (!orpc_take_that(&r, e))
		return false;
	*count = rd_le32(&r);
	size = rd_le32(&r);
	if (rd_le32(&r) != 0) {
		if (rd_le32(&r) != size)
			r.bad = true;
		*array = rd_take(&r, size);
	}
	return orpc_take_result(&r, hresult, e);
}

bool
wbem_take_next(struct rd r, struct rd *objects, uint32_t *count,
    uint32_t *hresult, struct err *e)
{
	uint32_t n, offset, actual, present = 0, returned;

	*count = 0;
	if (!orpc_take_that(&r, e))
		return false;
	n = rd_le32(&r);
	offset = rd_le32(&r);
	actual = rd_count32(&r, 4);
	if (r.bad || offset != 0 || actual > n)
		return fail(e, ERR_PROTOCOL, "the host's list of rows is malformed");
	for (uint32_t i = 0; i < actual; i++)
		present += rd_le32(&r) != 0;
	*objects = r;
	for (uint32_t i = 0; i < present && !r.bad; i++)
		(void)ndr_ifptr(&r);
	rd_align(&r, 4);
	returned = rd_le32(&r);
	if (!orpc_take_result(&r, hresult, e))
		return false;
	if (returned != present)
		return fail(e, ERR_PROTOCOL, "the host announces %u rows and sends %u",
		    returned, present);
	*count = present;
	return true;
}

bool
wbem_next_object(struct rd *objects, struct rd *unit, struct err *e)
{
	struct rd ref = ndr_ifptr(objects);

	if (objects->bad)
		return fail(e, ERR_PROTOCOL, "the host's list of rows is cut short");
	return objref_custom(ref, dcom_iid(IF_IWbemClassObject), unit, e);
}

/* --- ObjectArray ------------------------------------------------------------------------- */

bool
wbem_array_open(struct rd *r, uint32_t *count, struct err *e)
{
	const uint8_t *magic;
	size_t head;

	rd_skip(r, 4);
	magic = rd_bytes(r, 8);
	head = rd_le32(r);		/* of the first header; 0x1a */
	if (magic == NULL || memcmp(magic, "WBEMDATA", 8) != 0 || head < 16)
		return fail(e, ERR_PROTOCOL, "the host's array of rows is malformed");
	rd_seek(r, head);
	for (int i = 0; i < 2; i++) {
		size_t from = r->pos, len = rd_le32(r);

		rd_skip(r, 4);		/* size of what follows */
		*count = i == 1 ? rd_le32(r) : 0;
		if (r->bad || len < (i == 1 ? 12u : 8u))
			return fail(e, ERR_PROTOCOL, "the host's array of rows is malformed");
		rd_seek(r, from + len);
	}
	return !r->bad || fail(e, ERR_PROTOCOL, "the host's array of rows is cut short");
}

bool
wbem_array_next(struct rd *array, struct wbem_entry *x, struct err *e)
{
	size_t from = array->pos, head = rd_le32(array), size = rd_le32(array), inner;
	struct rd r;

	x->kind = rd_u8(array);
	rd_seek(array, from + head);
	r = rd_take(array, size);
	inner = rd_le32(&r);
	size = rd_le32(&r);
	x->guid = x->kind == WBEM_CLASS ? NULL : rd_bytes(&r, 16);
	rd_seek(&r, inner);
	x->block = rd_take(&r, size);
	if (array->bad || r.bad || head < 9 || inner < (x->guid != NULL ? 24u : 8u))
		return fail(e, ERR_PROTOCOL, "a row in the host's array is malformed");
	if (x->kind < WBEM_CLASS || x->kind > WBEM_INSTANCE_NO_CLASS)
		return fail(e, ERR_PROTOCOL, "a row in the host's array is of kind %u",
		    x->kind);
	return true;
}
