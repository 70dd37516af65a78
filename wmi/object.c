/* object.c: one object at a time: GetObject and ExecMethod. */
#include <stdlib.h>
#include <string.h>

#include "wmi/wmi_impl.h"

struct wmi_object *
wmi_object_new(struct rd unit, struct err *e)
{
	struct wmi_object *o = calloc(1, sizeof(*o));
	struct rd block;

	if (unit.len == 0) {
		free(o);
		fail(e, ERR_PROTOCOL, "the host's answer lacks its object");
		return NULL;
	}
	if (o == NULL || (o->unit = malloc(unit.len + 1)) == NULL) {
		wmi_object_free(o);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	memcpy(o->unit, unit.p, unit.len);
	if (cim_unit(rd_new(o->unit, unit.len), &block, e) &&
	    cim_block(block, &o->arena, &o->row, o->methods, 0, e))
		return o;
	wmi_object_free(o);
	return NULL;
}

void
wmi_object_free(struct wmi_object *o)
{
	if (o == NULL)
		return;
	arena_free(&o->arena);
	free(o->unit);
	free(o);
}

const struct wmi_row *
wmi_object_row(const struct wmi_object *o)
{
	return &o->row;
}

struct wmi_object *
wmi_get_object(struct wmi *s, const char *ns, const char *path, struct deadline by,
    struct err *e)
{
	const struct space *space = wmi_space(s, ns, by, e);
	struct wr stub = wr_new(STUB_OUT_MAX);
	struct status_who who = wmi_who(s, path);
	struct wmi_object *o = NULL;
	struct dcerpc_call *c = NULL;
	uint32_t hresult = 0;
	struct rd unit;

	if (space == NULL)
		return NULL;
	wbem_put_get_object(&stub, &s->orpc, path);
	c = wmi_call(s, CTX_SERVICES, OP_GetObject, space->ref.ipid, &stub, by, e);
	if (c == NULL || !dcerpc_wait(s->rpc, c, by, e))
		goto out;
	if (dcerpc_fault(c) != 0)
		status_fail(e, STAGE_QUERY, dcerpc_fault(c), &who);
	else if (!wbem_take_object(dcerpc_stub(c), &unit, &hresult, e))
		goto out;
	else if (hresult != 0)
		status_fail(e, STAGE_QUERY, hresult, &who);
	else
		o = wmi_object_new(unit, e);
out:
	if (o == NULL)
		fail_at(e, STAGE_QUERY);
	dcerpc_call_free(c);
	wr_free(&stub);
	return o;
}

struct dcerpc_call *
wmi_method_start(struct wmi *s, const struct space *space, struct rd signature,
    const char *path, const char *method, const struct wmi_arg *args, size_t n,
    struct deadline by, struct err *e)
{
	struct wr unit = wr_new(STUB_OUT_MAX), ref = wr_new(STUB_OUT_MAX),
	    stub = wr_new(STUB_OUT_MAX);
	struct dcerpc_call *c = NULL;

	if (signature.len != 0) {
		if (!cim_build_params(signature, args, n, &unit, e))
			goto out;
		wbem_put_unit(&ref, unit.p, unit.len);
	}
	wbem_put_exec_method(&stub, &s->orpc, path, method, ref.p, ref.len);
	if (ref.bad || stub.bad) {
		fail(e, ERR_INVALID, "the method's parameters are too long");
		goto out;
	}
	c = wmi_call(s, CTX_SERVICES, OP_ExecMethod, space->ref.ipid, &stub, by, e);
out:
	wr_free(&unit);
	wr_free(&ref);
	wr_free(&stub);
	return c;
}

struct wmi_object *
wmi_method_answer(const struct dcerpc_call *c, uint32_t *hresult, struct err *e)
{
	struct rd unit;

	*hresult = dcerpc_fault(c);
	if (*hresult != 0 || !wbem_take_object(dcerpc_stub(c), &unit, hresult, e) ||
	    *hresult != 0)
		return NULL;
	return wmi_object_new(unit, e);
}

struct wmi_object *
wmi_method(struct wmi *s, const char *ns, const struct wmi_object *class,
    const char *path, const char *method, const struct wmi_arg *args, size_t n,
    struct deadline by, struct err *e)
{
	const struct space *space = wmi_space(s, ns, by, e);
	struct status_who who = wmi_who(s, method);
	struct wmi_object *o = NULL;
	struct dcerpc_call *c;
	uint32_t hresult = 0;
	struct rd signature;

	if (space == NULL)
		return NULL;
	if (!cim_signature(class->methods[0], method, 0, &signature) &&
	    !cim_signature(class->methods[1], method, 0, &signature)) {
		fail(e, ERR_UNSUPPORTED, "the class has no method %s", method);
		fail_at(e, STAGE_QUERY);
		return NULL;
	}
	c = wmi_method_start(s, space, signature, path, method, args, n, by, e);
	if (c != NULL && dcerpc_wait(s->rpc, c, by, e) &&
	    (o = wmi_method_answer(c, &hresult, e)) == NULL && hresult != 0)
		status_fail(e, STAGE_QUERY, hresult, &who);
	if (o == NULL)
		fail_at(e, STAGE_QUERY);
	dcerpc_call_free(c);
	return o;
}
