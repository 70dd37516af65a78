/* dcom_activate.c: RemoteCreateInstance and RemoteActivation.
 *                             [MS-DCOM] 2.2.22, 3.1.2.5.2.3, [MS-RPCE] 2.2.6 */
#include <string.h>

#include "wmi/dcom.h"
#include "wmi/ndr.h"

#define COM(n) { (n) & 0xff, (n) >> 8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 }
#define PROPERTIES_MAX 16
#define ACT_BLOB_MAX (64u << 10)

/* CLSIDs and IIDs of the activation properties' blob. */
static const uint8_t iid_props_in[16] = COM(0x1a2), clsid_props_in[16] = COM(0x338);
static const uint8_t iid_props_out[16] = COM(0x1a3), clsid_props_out[16] = COM(0x339);
static const uint8_t clsid_scm_reply[16] = COM(0x1b6);
static const uint8_t iid_context[16] = COM(0x1c0), clsid_context[16] = COM(0x33b);
/* CLSID_WbemLevel1Login */
static const uint8_t clsid_login[16] = { 0x5e, 0xf0, 0xc3, 0x8b, 0x6b, 0xd8, 0xd0,
	0x11, 0xa0, 0x75, 0x00, 0xc0, 0x4f, 0xb6, 0x88, 0x20 };

/* What the properties are made from. */
struct ask {
	const struct orpc *orpc;
	const char *name;
	const uint8_t *context;
};

/* --- the request's properties ---------------------------------------------- */

static void
put_special(struct wr *w, size_t at, const struct ask *a)
{
	(void)at;
	(void)a;
	wr_le32(w, 0xffffffff);		/* any session */
	wr_zero(w, 12);
	wr_le32(w, 2);			/* default authentication level: connect */
	wr_zero(w, 16 + 4);
	wr_le32(w, 0x14);		/* CLSCTX of the origin: remote, local server */
	wr_le32(w, 2);
	wr_zero(w, 4);
	wr_align(w, at, 8);
	wr_zero(w, 8 + 5 * 4);
}

static void
put_instantiation(struct wr *w, size_t at, const struct ask *a)
{
	size_t size;

	wr_bytes(w, clsid_login, 16);
	wr_le32(w, 0x14);
	wr_zero(w, 8);
	wr_le32(w, 1);			/* one interface */
	wr_le32(w, 0);
	wr_le32(w, NDR_REF);
	size = wr_hole32(w);
	wr_le16(w, a->orpc->major);
	wr_le16(w, a->orpc->minor);
	wr_le32(w, 1);
	wr_bytes(w, dcom_iid(IF_IWbemLevel1Login), 16);
	/* with its own serialization header, padded */
	wr_fill32(w, size, ((w->len - at + 7) & ~(size_t)7) + 16);
}

static void
put_context(struct wr *w, size_t at, const struct ask *a)
{
	struct wr context = wr_new(256), ref = wr_new(256);

	wr_le16(&context, 1);
	wr_le16(&context, 1);
	wr_bytes(&context, a->context, 16);
	wr_le32(&context, 2);		/* by value */
	wr_zero(&context, 20);
	wr_le32(&context, 1);		/* frozen */
	objref_put_custom(&ref, iid_context, clsid_context, context.p,
	    context.len, context.len);
	(void)at;
	wr_zero(w, 16);
	wr_le32(w, NDR_REF);
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)ref.len);
	wr_le32(w, (uint32_t)ref.len);
	wr_bytes(w, ref.p, ref.len);
	w->bad |= context.bad || ref.bad;
	wr_free(&context);
	wr_free(&ref);
}

static void
put_security(struct wr *w, size_t at, const struct ask *a)
{
	struct wr name = wr_new(2048);

	(void)at;
	wr_le32(w, 0);
	wr_le32(w, NDR_REF);
	wr_le32(w, 0);
	wr_le32(w, 0);
	wr_le32(w, NDR_REF + 4);
	wr_zero(w, 8);
	ndr_put_wstr(&name, a->name);
	wr_bytes(w, name.p, name.len);
	w->bad |= name.bad;
	wr_free(&name);
}

static void
put_location(struct wr *w, size_t at, const struct ask *a)
{
	(void)at;
	(void)a;
	wr_zero(w, 16);
}

static void
put_request_info(struct wr *w, size_t at, const struct ask *a)
{
	(void)at;
	(void)a;
	wr_le32(w, 0);
	wr_le32(w, NDR_REF);
	wr_le32(w, 2);			/* impersonation level: identify */
	wr_le32(w, 1);			/* one protocol sequence */
	wr_le32(w, NDR_REF + 4);
	wr_le32(w, 1);
	wr_le16(w, TOWER_TCP);
}

static const struct {
	uint8_t clsid[16];
	void (*put)(struct wr *, size_t at, const struct ask *);
} properties[] = {
	{ COM(0x1b9), put_special },
	{ COM(0x1ab), put_instantiation },
	{ COM(0x1a5), put_context },
	{ COM(0x1a6), put_security },
	{ COM(0x1a4), put_location },
	{ COM(0x1aa), put_request_info },
};

static void
put_custom_header(struct wr *w, const uint32_t sizes[ARRAY_LEN(properties)],
    size_t total)
{
	size_t at = ndr_begin_pickle(w), n = ARRAY_LEN(properties), head;

	wr_le32(w, (uint32_t)total);
	head = wr_hole32(w);
	wr_le32(w, 0);
	wr_le32(w, 2);			/* destination: another machine */
	wr_le32(w, (uint32_t)n);
	wr_zero(w, 16);
	wr_le32(w, NDR_REF);
	wr_le32(w, NDR_REF + 4);
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_bytes(w, properties[i].clsid, 16);
	wr_le32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_le32(w, sizes[i]);
	ndr_end_pickle(w, at);
	wr_fill32(w, head, w->len - at + 16);
}

static void
put_blob(struct wr *w, const struct ask *a)
{
	struct wr body = wr_new(ACT_BLOB_MAX), head = wr_new(4096);
	uint32_t sizes[ARRAY_LEN(properties)];
	size_t total;

	for (size_t i = 0; i < ARRAY_LEN(properties); i++) {
		size_t from = body.len, at = ndr_begin_pickle(&body);

		properties[i].put(&body, at, a);
		ndr_end_pickle(&body, at);
		sizes[i] = (uint32_t)(body.len - from);
	}
	put_custom_header(&head, sizes, 0);	/* to learn its length */
	total = head.len + body.len;
	wr_reset(&head);
	put_custom_header(&head, sizes, total);
	wr_le32(w, (uint32_t)total);
	wr_le32(w, 0);
	wr_bytes(w, head.p, head.len);
	wr_bytes(w, body.p, body.len);
	w->bad |= head.bad || body.bad;
	wr_free(&head);
	wr_free(&body);
}

void
dcom_put_create(struct wr *w, const struct orpc *o, const char *name,
    const uint8_t context[static 16])
{
	struct ask a = { .orpc = o, .name = name, .context = context };
	struct wr blob = wr_new(ACT_BLOB_MAX), ref = wr_new(ACT_BLOB_MAX);

	put_blob(&blob, &a);
	objref_put_custom(&ref, iid_props_in, clsid_props_in, blob.p, blob.len,
	    blob.len + 8);
	orpc_put_this(w, o, 1);
	wr_le32(w, 0);			/* no outer object */
	ndr_put_ifptr(w, NDR_REF, ref.p, ref.len);
	w->bad |= blob.bad || ref.bad;
	wr_free(&blob);
	wr_free(&ref);
}

/* --- the answer ----------------------------------------------------------------- */

/* The head of a blob: where each property lies. */
struct blob {
	size_t n;
	uint8_t clsid[PROPERTIES_MAX][16];
	struct rd data[PROPERTIES_MAX];
};

static bool
take_blob(struct rd r, struct blob *b)
{
	struct rd all, head;
	size_t header_size, at;
	uint32_t n, clsids, sizes, has_clsids, has_sizes;

	rd_skip(&r, 8);			/* its size, again, and 0 */
	all = rd_take(&r, rd_left(&r));
	head = ndr_pickle(all);
	rd_skip(&head, 4);
	header_size = rd_le32(&head);
	rd_skip(&head, 8);
	n = rd_le32(&head);
	rd_skip(&head, 16);
	has_clsids = rd_le32(&head);
	has_sizes = rd_le32(&head);
	rd_skip(&head, 4);
	if (head.bad || n == 0 || n > PROPERTIES_MAX || has_clsids == 0 ||
	    has_sizes == 0)
		return false;
	clsids = rd_le32(&head);
	for (uint32_t i = 0; i < n; i++)
		rd_copy(&head, b->clsid[i], 16);
	sizes = rd_le32(&head);
	at = header_size;
	for (uint32_t i = 0; i < n; i++) {
		size_t size = rd_le32(&head);

		b->data[i] = rd_window(&all, at, size);
		if (all.bad)
			return false;
		at += size;
	}
	b->n = n;
	return !head.bad && clsids == n && sizes == n;
}

static bool
find_property(const struct blob *b, const uint8_t clsid[static 16], struct rd *r)
{
	for (size_t i = 0; i < b->n; i++)
		if (memcmp(b->clsid[i], clsid, 16) == 0) {
			*r = ndr_pickle(b->data[i]);
			return !r->bad;
		}
	return false;
}

/* PropsOutInfo with one interface: its HRESULT and its object. */
static bool
take_props_out(struct rd r, struct dcom_activated *a, uint32_t *hresult,
    struct err *e)
{
	uint32_t n = rd_le32(&r), iids = rd_le32(&r), results = rd_le32(&r),
	    objects = rd_le32(&r), present;

	if (r.bad || n != 1 || iids == 0 || results == 0 || objects == 0)
		return fail(e, ERR_PROTOCOL, "the host's activation names %u objects", n);
	rd_skip(&r, 4 + 16);
	rd_skip(&r, 4);
	*hresult = rd_le32(&r);
	rd_skip(&r, 4);
	present = rd_le32(&r);
	if (r.bad || *hresult != 0)
		return !r.bad || fail(e, ERR_PROTOCOL, "the host's activation is cut short");
	if (present == 0)
		return fail(e, ERR_PROTOCOL, "the host's activation gave no object");
	return objref_std(ndr_ifptr(&r), &a->object, e);
}

/* ScmReplyInfoData */
static bool
take_scm_reply(struct rd r, struct dcom_activated *a, struct err *e)
{
	uint32_t has;

	rd_skip(&r, 4);
	if (rd_le32(&r) == 0)
		return fail(e, ERR_PROTOCOL, "the host's activation names no exporter");
	rd_align(&r, 8);
	a->oxid = rd_le64(&r);
	has = rd_le32(&r);
	rd_copy(&r, a->remunknown, 16);
	rd_skip(&r, 4);
	a->major = rd_le16(&r);
	a->minor = rd_le16(&r);
	if (has == 0 || r.bad)
		return fail(e, ERR_PROTOCOL, "the host's activation names no address");
	rd_skip(&r, 4);			/* max_count */
	return bindings_take(&r, &a->bindings, e);
}

bool
dcom_take_create(struct rd r, struct dcom_activated *a, uint32_t *hresult,
    struct err *e)
{
	struct rd ref, data, props, reply;
	struct blob b = { 0 };
	bool present;

	*a = (struct dcom_activated){ 0 };
	if (!orpc_take_that(&r, e) || !orpc_take_ifptr(&r, &ref, &present, e) ||
	    !orpc_take_result(&r, hresult, e))
		return false;
	if ((*hresult & 0x80000000u) != 0)
		return true;
	if (!present)
		return fail(e, ERR_PROTOCOL, "the host's activation answer is empty");
	if (!objref_custom(ref, iid_props_out, &data, e))
		return false;
	if (!take_blob(data, &b) || !find_property(&b, clsid_props_out, &props) ||
	    !find_property(&b, clsid_scm_reply, &reply))
		return fail(e, ERR_PROTOCOL, "the host's activation answer is malformed");
	if (!take_props_out(props, a, hresult, e))
		return false;
	return *hresult != 0 || take_scm_reply(reply, a, e);
}

void
dcom_activated_clear(struct dcom_activated *a)
{
	bindings_clear(&a->bindings);
}

/* --- RemoteActivation ---------------------------------------------------------------- */

void
dcom_put_activation(struct wr *w, const struct orpc *o)
{
	orpc_put_this(w, o, 1);
	wr_bytes(w, clsid_login, 16);
	wr_zero(w, 8);			/* no name, no storage */
	wr_le32(w, 2);			/* identify */
	wr_le32(w, 0);
	wr_le32(w, 1);
	wr_le32(w, NDR_REF);
	wr_le32(w, 1);
	wr_bytes(w, dcom_iid(IF_IWbemLevel1Login), 16);
	wr_le16(w, 1);
	ndr_align(w, 4);
	wr_le32(w, 1);
	wr_le16(w, TOWER_TCP);
}

bool
dcom_take_activation(struct rd r, struct dcom_activated *a, uint32_t *hresult,
    struct err *e)
{
	uint32_t has_bindings, result, status, has_object;
	struct rd ref = rd_new(NULL, 0);

	*a = (struct dcom_activated){ 0 };
	if (!orpc_take_that(&r, e))
		return false;
	rd_align(&r, 8);
	a->oxid = rd_le64(&r);
	has_bindings = rd_le32(&r);
	if (has_bindings != 0) {
		rd_skip(&r, 4);
		if (!bindings_take(&r, &a->bindings, e))
			return false;
		rd_align(&r, 4);
	}
	rd_copy(&r, a->remunknown, 16);
	rd_skip(&r, 4);
	a->major = rd_le16(&r);
	a->minor = rd_le16(&r);
	*hresult = rd_le32(&r);
	rd_skip(&r, 4);			/* one object */
	has_object = rd_le32(&r);
	if (has_object != 0)
		ref = ndr_ifptr(&r);
	rd_align(&r, 4);
	rd_skip(&r, 4);			/* one result */
	result = rd_le32(&r);
	status = rd_le32(&r);
	if (r.bad)
		return fail(e, ERR_PROTOCOL, "the host's activation answer is cut short");
	if (status != 0 || *hresult == 0)
		*hresult = status != 0 ? status : result;
	if (*hresult != 0)
		return true;
	if (has_object == 0 || has_bindings == 0)
		return fail(e, ERR_PROTOCOL, "the host's activation answer is empty");
	return objref_std(ref, &a->object, e);
}
