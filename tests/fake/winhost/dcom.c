/* dcom.c: ServerAlive2, activation, IRemUnknown, the server's side. [MS-DCOM] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/winhost/winhost.h"

#define OP_RANGE     0x1c010002u
#define BAD_STUB     0x6f7u
#define E_NOINTERFACE 0x80004002u
#define E_ACCESSDENIED 0x80070005u
#define CLASS_NOT_REGISTERED 0x80040154u
#define INVALID_HEADER 0x80010111u
#define VERSION_MISMATCH 0x80010110u
#define DISCONNECTED 0x80010108u

static uint16_t
com_minor(const struct host *h)
{
	return h->naughty.what == OLD_COM ? 6 : 7;
}

/* --- objects --------------------------------------------------------------------- */

struct object *
object_new(struct host *h, enum object_kind kind)
{
	struct object *o = calloc(1, sizeof(*o));

	if (o == NULL)
		abort();
	o->kind = kind;
	o->refs = 5;
	random_bytes(&o->ipid, sizeof(o->ipid));
	pthread_mutex_lock(&h->lock);
	o->oid = ++h->next_oid;
	o->next = h->objects;
	h->objects = o;
	pthread_mutex_unlock(&h->lock);
	return o;
}

struct object *
object_find(struct host *h, const struct guid *ipid)
{
	struct object *o;

	pthread_mutex_lock(&h->lock);
	for (o = h->objects; o != NULL && !guid_equal(&o->ipid, ipid); o = o->next)
		;
	if (o != NULL && o->refs <= 0)
		o = NULL;
	pthread_mutex_unlock(&h->lock);
	return o;
}

/* The object stays in the list (a late call finds it gone); only counted. */
void
object_release(struct host *h, const struct guid *ipid, uint32_t refs)
{
	pthread_mutex_lock(&h->lock);
	for (struct object *o = h->objects; o != NULL; o = o->next)
		if (guid_equal(&o->ipid, ipid))
			o->refs -= refs;
	pthread_mutex_unlock(&h->lock);
}

/* --- ORPC headers ------------------------------------------------------------------ */

/* New hosts refuse the version of old clients, old ones that of new clients. */
uint32_t
orpc_this(struct call *c)
{
	uint16_t major = rd_le16(&c->stub), minor = rd_le16(&c->stub);

	rd_skip(&c->stub, 8 + 16);		/* flags, reserved, causality id */
	if (rd_le32(&c->stub) != 0 || c->stub.bad)
		return INVALID_HEADER;
	if (major != 5 || minor > com_minor(c->host))
		return VERSION_MISMATCH;
	return com_minor(c->host) == 7 && minor < 6 ? INVALID_HEADER : 0;
}

void
orpc_that(struct call *c)
{
	static const uint8_t extension[16] = { 1, 2, 3, 4 };

	wr_le32(&c->out, 0);
	if (c->host->naughty.what != ORPCTHAT_EXTENSIONS) {
		wr_le32(&c->out, 0);
		return;
	}
	/* One extension of 12 octets: the array holds an even number of pointers. */
	wr_le32(&c->out, 0x00020000);
	wr_le32(&c->out, 1);
	wr_le32(&c->out, 0);
	wr_le32(&c->out, 0x00020004);
	wr_le32(&c->out, 2);
	wr_le32(&c->out, 0x00020008);
	wr_le32(&c->out, 0);
	wr_le32(&c->out, 16);			/* conformance before the struct */
	wr_bytes(&c->out, extension, 16);
	wr_le32(&c->out, 12);
	wr_zero(&c->out, 16);
}

/* --- bindings ----------------------------------------------------------------------- */

static void
binding(struct wr *w, uint16_t tower, const char *text)
{
	wr_le16(w, tower);
	wr_utf16(w, text);
	wr_le16(w, 0);
}

/* DUALSTRINGARRAY without its conformance; gives the number of units. */
static size_t
dual_string_array(struct wr *w, const struct host *h, uint16_t port)
{
	static const uint16_t services[] = { 9, 0x1e, 0x10, 0x0a, 0x16, 0x1f, 0x0e };
	size_t at = w->len, security;
	char text[128], suffix[16] = "";

	wr_zero(w, 4);
	if (port != 0)
		snprintf(suffix, sizeof(suffix), "[%u]", port);
	if (h->naughty.what == DEAD_BINDINGS) {
		snprintf(text, sizeof(text), "no-such-host.invalid%s", suffix);
		binding(w, 7, text);
		snprintf(text, sizeof(text), "127.255.255.250%s", suffix);
		binding(w, 7, text);
		binding(w, 0x0f, "\\\\FAKE[\\pipe\\x]");
	} else {
		snprintf(text, sizeof(text), "%s%s", h->machine->name, suffix);
		binding(w, 7, text);
		snprintf(text, sizeof(text), "%s%s", h->named, suffix);
		binding(w, 7, text);
	}
	wr_le16(w, 0);
	security = (w->len - at - 4) / 2;
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		wr_le16(w, services[i]);
		wr_le16(w, 0xffff);
		wr_le16(w, 0);
	}
	wr_le16(w, 0);
	wr_fill16(w, at, (w->len - at - 4) / 2);
	wr_fill16(w, at + 2, security);
	return (w->len - at - 4) / 2;
}

uint32_t
exporter_call(struct call *c)
{
	size_t hole, units;

	if (c->opnum != 5 && c->opnum != 3)
		return OP_RANGE;
	if (c->opnum == 5) {
		if (c->host->naughty.what == NO_ACTIVATOR)
			return OP_RANGE;
		wr_le16(&c->out, 5);
		wr_le16(&c->out, com_minor(c->host));
		wr_le32(&c->out, 0x00020000);
		hole = wr_hole32(&c->out);
		units = dual_string_array(&c->out, c->host, 0);
		wr_fill32(&c->out, hole, units);
		wr_align(&c->out, 0, 4);
		wr_le32(&c->out, 0);
	}
	wr_le32(&c->out, 0);
	return 0;
}

/* --- references ------------------------------------------------------------------- */

static void
std_objref(struct wr *w, const struct host *h, const struct object *o)
{
	wr_le32(w, 0);
	wr_le32(w, 5);
	wr_le64(w, h->oxid);
	wr_le64(w, o->oid);
	wr_guid(w, &o->ipid);
}

static void
objref_standard(struct wr *w, const struct host *h, enum iface iface,
    const struct object *o)
{
	wr_bytes(w, "MEOW", 4);
	wr_le32(w, 1);
	wr_guid(w, iface_guid(iface));
	std_objref(w, h, o);
	/* The resolver's addresses, not the exporter's. */
	dual_string_array(w, h, 0);
}

void
wr_interface(struct call *c, enum iface iface, const struct object *o)
{
	struct wr ref = wr_new(65536);

	wr_le32(&c->out, 0x00020000);
	objref_standard(&ref, c->host, iface, o);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_bytes(&c->out, ref.p, ref.len);
	wr_align(&c->out, 0, 4);
	wr_free(&ref);
}

/* --- activation ---------------------------------------------------------------------- */

/* A property of the activation blob: 01 10 08 00 cc.., length, 0, the octets. */
static void
serialized(struct wr *blob, const struct wr *body)
{
	size_t padded = (body->len + 7) & ~(size_t)7;

	wr_bytes(blob, "\x01\x10\x08\x00\xcc\xcc\xcc\xcc", 8);
	wr_le32(blob, (uint32_t)padded);
	wr_le32(blob, 0);
	wr_bytes(blob, body->p, body->len);
	wr_zero(blob, padded - body->len);
}

/* What InstantiationInfoData of the request says: class and interface. */
static bool
what_is_wanted(struct rd blob, struct guid *class, struct guid *iface)
{
	const struct guid instantiation =
	    guid_of("000001ab-0000-0000-c000-000000000046");
	struct rd header, property;
	uint32_t header_size, n, size, at;
	struct guid ids[16];

	rd_skip(&blob, 8);
	header = rd_window(&blob, 8, rd_left(&blob));
	rd_skip(&header, 16);			/* the serialization header */
	rd_skip(&header, 4);			/* totalSize */
	header_size = rd_le32(&header);
	rd_skip(&header, 8);
	n = rd_le32(&header);
	rd_skip(&header, 16 + 12);
	if (rd_le32(&header) != n || n > 16)
		return false;
	for (uint32_t i = 0; i < n; i++)
		ids[i] = rd_guid(&header);
	if (rd_le32(&header) != n || header.bad)
		return false;
	at = 8 + header_size;
	for (uint32_t i = 0; i < n; i++, at += size) {
		size = rd_le32(&header);
		property = rd_window(&blob, at, size);
		if (property.bad)
			return false;
		if (!guid_equal(&ids[i], &instantiation))
			continue;
		rd_skip(&property, 16);
		*class = rd_guid(&property);
		rd_skip(&property, 4 * 3);
		if (rd_le32(&property) == 0)
			return false;
		rd_skip(&property, 4 + 4 + 4 + 4);
		if (rd_le32(&property) == 0)
			return false;
		*iface = rd_guid(&property);
		return !property.bad;
	}
	return false;
}

static void
reply_blob(struct wr *blob, struct call *c, const struct guid *iface,
    const struct object *o)
{
	const struct guid out_info = guid_of("00000339-0000-0000-c000-000000000046");
	const struct guid scm_reply = guid_of("000001b6-0000-0000-c000-000000000046");
	struct wr props = wr_new(65536), scm = wr_new(65536), head = wr_new(65536);
	struct wr ref = wr_new(65536);
	size_t hole, units, sizes[2], header_size = 16 + 0x60;

	objref_standard(&ref, c->host, IF_LEVEL1LOGIN, o);
	wr_le32(&props, 1);
	wr_le32(&props, 0x00020000);
	wr_le32(&props, 0x00020004);
	wr_le32(&props, 0x00020008);
	wr_le32(&props, 1);
	wr_guid(&props, iface);
	wr_le32(&props, 1);
	wr_le32(&props, 0);
	wr_le32(&props, 1);
	wr_le32(&props, 0x0002000c);
	wr_le32(&props, (uint32_t)ref.len);
	wr_le32(&props, (uint32_t)ref.len);
	wr_bytes(&props, ref.p, ref.len);

	wr_le32(&scm, 0);
	wr_le32(&scm, 0x00020000);
	wr_le64(&scm, c->host->oxid);
	wr_le32(&scm, 0x00020004);
	wr_guid(&scm, &c->host->remunknown);
	wr_le32(&scm, 4);
	wr_le16(&scm, 5);
	wr_le16(&scm, com_minor(c->host));
	hole = wr_hole32(&scm);
	units = dual_string_array(&scm, c->host, c->host->dynamic_port);
	wr_fill32(&scm, hole, units);

	sizes[0] = 16 + ((props.len + 7) & ~(size_t)7);
	sizes[1] = 16 + ((scm.len + 7) & ~(size_t)7);
	wr_le32(&head, (uint32_t)(header_size + sizes[0] + sizes[1]));
	wr_le32(&head, (uint32_t)header_size);
	wr_le32(&head, 0);
	wr_le32(&head, 2);
	wr_le32(&head, 2);
	wr_zero(&head, 16);
	wr_le32(&head, 0x00020000);
	wr_le32(&head, 0x00020004);
	wr_le32(&head, 0);
	wr_le32(&head, 2);
	wr_guid(&head, &out_info);
	wr_guid(&head, &scm_reply);
	wr_le32(&head, 2);
	wr_le32(&head, (uint32_t)sizes[0]);
	wr_le32(&head, (uint32_t)sizes[1]);
	if (16 + ((head.len + 7) & ~(size_t)7) != header_size)
		abort();	/* the constant above is wrong */
	wr_le32(blob, (uint32_t)(header_size + sizes[0] + sizes[1]));
	wr_le32(blob, 0);
	serialized(blob, &head);
	serialized(blob, &props);
	serialized(blob, &scm);
	wr_free(&props);
	wr_free(&scm);
	wr_free(&head);
	wr_free(&ref);
}

static uint32_t
create_instance(struct call *c)
{
	const struct guid wanted_class =
	    guid_of("8bc3f05e-d86b-11d0-a075-00c04fb68820");
	const struct guid props_out = guid_of("000001a3-0000-0000-c000-000000000046");
	const struct guid out_class = guid_of("00000339-0000-0000-c000-000000000046");
	struct guid class, iface;
	struct wr blob = wr_new(1 << 20);
	struct rd objref;
	uint32_t status = orpc_this(c), n;

	rd_skip(&c->stub, 4);			/* pUnkOuter */
	if (rd_le32(&c->stub) == 0)
		return BAD_STUB;
	rd_skip(&c->stub, 4);
	n = rd_le32(&c->stub);
	objref = rd_take(&c->stub, n);
	rd_skip(&objref, 24 + 16 + 8);		/* MEOW, flags, IID, CLSID, sizes */
	if (objref.bad)
		return BAD_STUB;
	objref = rd_take(&objref, rd_left(&objref));
	if (status == 0 && !what_is_wanted(objref, &class, &iface))
		return BAD_STUB;
	if (status == 0 && c->host->naughty.what == DENY_ACTIVATION)
		status = E_ACCESSDENIED;
	if (status == 0 && !guid_equal(&class, &wanted_class))
		status = CLASS_NOT_REGISTERED;
	orpc_that(c);
	if (status != 0) {
		wr_le32(&c->out, 0);
		wr_le32(&c->out, status);
		return 0;
	}
	wr_bytes(&blob, "MEOW", 4);
	wr_le32(&blob, 4);
	wr_guid(&blob, &props_out);
	wr_guid(&blob, &out_class);
	wr_le32(&blob, 0);
	wr_le32(&blob, 0);
	reply_blob(&blob, c, &iface, object_new(c->host, OBJ_LOGIN));
	wr_le32(&c->out, 0x00020000);
	wr_le32(&c->out, (uint32_t)blob.len);
	wr_le32(&c->out, (uint32_t)blob.len);
	wr_bytes(&c->out, blob.p, blob.len);
	wr_align(&c->out, 0, 4);
	wr_le32(&c->out, 0);
	wr_free(&blob);
	return 0;
}

/* IActivation::RemoteActivation, what hosts below COM 5.6 offer. */
static uint32_t
remote_activation(struct call *c)
{
	struct wr ref = wr_new(65536);
	size_t hole, units;
	struct object *o;

	if (orpc_this(c) != 0)
		return BAD_STUB;
	o = object_new(c->host, OBJ_LOGIN);
	objref_standard(&ref, c->host, IF_LEVEL1LOGIN, o);
	orpc_that(c);
	wr_align(&c->out, 0, 8);
	wr_le64(&c->out, c->host->oxid);
	wr_le32(&c->out, 0x00020000);
	hole = wr_hole32(&c->out);
	units = dual_string_array(&c->out, c->host, c->host->dynamic_port);
	wr_fill32(&c->out, hole, units);
	wr_align(&c->out, 0, 4);
	wr_guid(&c->out, &c->host->remunknown);
	wr_le32(&c->out, 4);
	wr_le16(&c->out, 5);
	wr_le16(&c->out, com_minor(c->host));
	wr_le32(&c->out, 0);
	wr_le32(&c->out, 1);
	wr_le32(&c->out, 0x00020004);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_bytes(&c->out, ref.p, ref.len);
	wr_align(&c->out, 0, 4);
	wr_le32(&c->out, 1);
	wr_le32(&c->out, 0);
	wr_le32(&c->out, 0);
	wr_free(&ref);
	return 0;
}

uint32_t
activator_call(struct call *c)
{
	if (c->iface == IF_ACTIVATION)
		return c->opnum == 0 ? remote_activation(c) : OP_RANGE;
	return c->opnum == 4 ? create_instance(c) : OP_RANGE;
}

/* --- IRemUnknown ------------------------------------------------------------------------ */

/* The object behind another interface of the same thing; NULL: none. */
static struct object *
query_interface(struct call *c, struct object *o, const struct guid *iid)
{
	struct object *same;

	if (o->kind == OBJ_ENUM && c->host->naughty.what != NO_SMART &&
	    guid_equal(iid, iface_guid(IF_FETCH_SMART))) {
		same = object_new(c->host, OBJ_ENUM);
		same->rows = o->rows;
		return same;
	}
	if (o->kind == OBJ_LOGIN &&
	    guid_equal(iid, iface_guid(IF_LOGIN_CLIENT_ID)))
		return object_new(c->host, OBJ_LOGIN);
	return NULL;
}

static uint32_t
rem_query_interface(struct call *c)
{
	struct guid ipid = rd_guid(&c->stub), iid;
	struct object *o = object_find(c->host, &ipid), *found;
	uint16_t n;

	rd_skip(&c->stub, 4);
	n = rd_le16(&c->stub);
	rd_align(&c->stub, 4);
	if (rd_le32(&c->stub) != n || n == 0 || n > 32)
		return BAD_STUB;
	orpc_that(c);
	wr_le32(&c->out, 0x00020000);
	wr_le32(&c->out, n);
	for (uint16_t i = 0; i < n; i++) {
		iid = rd_guid(&c->stub);
		found = o != NULL ? query_interface(c, o, &iid) : NULL;
		wr_align(&c->out, 0, 8);
		wr_le32(&c->out, found != NULL ? 0 : o != NULL ? E_NOINTERFACE :
		    DISCONNECTED);
		wr_align(&c->out, 0, 8);
		if (found != NULL)
			std_objref(&c->out, c->host, found);
		else
			wr_zero(&c->out, 40);
	}
	wr_le32(&c->out, 0);
	return c->stub.bad ? BAD_STUB : 0;
}

static uint32_t
rem_release(struct call *c)
{
	uint16_t n = rd_le16(&c->stub);
	struct guid ipid;
	uint32_t refs;

	rd_align(&c->stub, 4);
	if (rd_le32(&c->stub) != n)
		return BAD_STUB;
	for (uint16_t i = 0; i < n; i++) {
		ipid = rd_guid(&c->stub);
		refs = rd_le32(&c->stub);
		rd_skip(&c->stub, 4);
		object_release(c->host, &ipid, refs);
	}
	orpc_that(c);
	wr_le32(&c->out, 0);
	return c->stub.bad ? BAD_STUB : 0;
}

uint32_t
remunknown_call(struct call *c)
{
	if (orpc_this(c) != 0)
		return BAD_STUB;
	if (!c->has_object || !guid_equal(&c->object, &c->host->remunknown))
		return 0x1c010003u;	/* nca_unk_if: no such object */
	if (c->opnum == 3)
		return rem_query_interface(c);
	if (c->opnum == 5)
		return rem_release(c);
	return OP_RANGE;
}
