/* wmio_params.c: methods of a class, and the parameters to call them with.
 *                                       [MS-WMIO] 2.2.38-2.2.48, 2.2.53-2.2.57 */
#include <string.h>
#include <strings.h>

#include "wmi/utf16.h"
#include "wmi/wmio.h"

#define UNIT_MAX (1u << 20)
#define METHODS_MAX 4096u

struct method_rows {
	struct rd rows, heap;
	uint32_t n;
};

static bool
open_methods(struct rd r, struct method_rows *m)
{
	uint32_t heap;

	rd_skip(&r, 4);
	m->n = rd_le16(&r);
	rd_skip(&r, 2);
	m->rows = rd_take(&r, (size_t)m->n * 24);
	heap = rd_le32(&r);
	m->heap = rd_take(&r, heap & 0x7fffffffu);
	return !r.bad && m->n <= METHODS_MAX;
}

/* The next method's name and its two signature references. */
static const char *
next_method(struct method_rows *m, struct arena *a, uint32_t refs[2])
{
	struct cim_source s = { .heap = m->heap, .arena = a };
	uint32_t name = rd_le32(&m->rows);
	size_t len;

	rd_skip(&m->rows, 4 + 4 + 4);	/* flags, origin, qualifiers */
	refs[0] = rd_le32(&m->rows);
	refs[1] = rd_le32(&m->rows);
	return m->rows.bad ? NULL : cim_text(&s, name, &len);
}

bool
cim_signature(struct rd methods, const char *name, int out, struct rd *block)
{
	struct method_rows m;
	struct arena a = { 0 };
	bool found = false;

	*block = rd_new(NULL, 0);
	if (!open_methods(methods, &m))
		return false;
	for (uint32_t i = 0; i < m.n && !found; i++) {
		uint32_t refs[2];
		const char *got = next_method(&m, &a, refs);

		found = got != NULL && strcasecmp(got, name) == 0;
		if (found && refs[out] != 0xffffffffu) {
			struct rd heap = m.heap;

			rd_seek(&heap, refs[out]);
			*block = rd_take(&heap, rd_le32(&heap));
			found = !heap.bad;
		}
	}
	arena_free(&a);
	return found;
}

size_t
cim_methods(struct rd methods, struct arena *a, const char **names, size_t cap)
{
	struct method_rows m;
	size_t n = 0;

	if (!open_methods(methods, &m))
		return 0;
	for (uint32_t i = 0; i < m.n && n < cap; i++) {
		uint32_t refs[2];
		const char *name = next_method(&m, a, refs);

		if (name != NULL)
			names[n++] = name;
	}
	return n;
}

/* --- building an instance -------------------------------------------------------- */

/* The instance under construction: fixed tables and a heap that grows. */
struct building {
	const struct cim_class *class;
	uint8_t *nd, *table;
	struct wr heap;
};

/* Flag 0 where all characters fit into one octet, else UTF-16. */
static uint32_t
put_string(struct wr *heap, const char *utf8)
{
	uint32_t ref = (uint32_t)heap->len;
	struct wr wide = wr_new(UNIT_MAX);
	bool narrow = true;

	utf16_put(&wide, utf8);
	for (size_t i = 1; i < wide.len; i += 2)
		narrow = narrow && wide.p[i] == 0;
	wr_u8(heap, narrow ? 0 : 1);
	for (size_t i = 0; i < wide.len; i++)
		if (!narrow || i % 2 == 0)
			wr_u8(heap, wide.p[i]);
	wr_zero(heap, narrow ? 1 : 2);
	heap->bad |= wide.bad;
	wr_free(&wide);
	return ref;
}

static uint64_t
scalar(struct wr *heap, const struct wmi_value *v)
{
	uint64_t bits = 0;
	float f;

	switch (v->type) {
	case WMI_STRING: case WMI_DATETIME: case WMI_REFERENCE:
		return put_string(heap, v->text.s);
	case WMI_BOOLEAN:
		return v->b ? 0xffff : 0;
	case WMI_REAL32:
		f = (float)v->d;
		memcpy(&bits, &f, sizeof(f));
		return bits;
	default:		/* integers and real64 lie in the same 8 octets */
		memcpy(&bits, &v->u, sizeof(bits));
		return bits;
	}
}

static uint64_t
array(struct wr *heap, const struct wmi_value *v)
{
	size_t width = cim_width((uint32_t)v->type), n = v->list.n, ref, hole;

	/* Strings first, so that the elements lie together. */
	if (v->type == WMI_STRING) {
		uint32_t refs[256];

		if (n > ARRAY_LEN(refs)) {
			heap->bad = true;
			return 0;
		}
		for (size_t i = 0; i < n; i++)
			refs[i] = put_string(heap, v->list.v[i].text.s);
		ref = heap->len;
		wr_le32(heap, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			wr_le32(heap, refs[i]);
		return ref;
	}
	ref = heap->len;
	hole = wr_hole32(heap);
	wr_fill32(heap, hole, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t u = scalar(heap, &v->list.v[i]);

		for (size_t k = 0; k < width; k++)
			wr_u8(heap, (uint8_t)(u >> (8 * k)));
	}
	return ref;
}

static const struct wmi_value *
arg_named(const struct wmi_arg *args, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(args[i].name, name) == 0)
			return &args[i].value;
	return NULL;
}

static bool
put_column(struct building *b, const struct cim_column *c,
    const struct wmi_value *v, struct err *e)
{
	uint32_t type = c->type & ~CIM_INHERITED;
	size_t width = cim_width(type);
	uint64_t bits;

	if (v == NULL || v->is_null) {
		b->nd[c->order / 4] |= (uint8_t)(3u << (c->order % 4 * 2));
		return true;
	}
	if ((uint32_t)v->type != (type & ~CIM_ARRAY) ||
	    v->is_array != ((type & CIM_ARRAY) != 0) || v->type == WMI_OBJECT)
		return fail(e, ERR_INVALID, "the parameter %s is a %s%s", c->name,
		    wmi_type_name((enum wmi_type)(type & ~CIM_ARRAY)),
		    (type & CIM_ARRAY) ? " array" : "");
	if (width == 0 || width > b->class->table_len ||
	    c->offset > b->class->table_len - width)
		return fail(e, ERR_PROTOCOL, "the method's parameters are malformed");
	bits = v->is_array ? array(&b->heap, v) : scalar(&b->heap, v);
	for (size_t i = 0; i < width; i++)
		b->table[c->offset + i] = (uint8_t)(bits >> (8 * i));
	return true;
}

static void
put_unit(struct wr *w, const struct building *b)
{
	const struct cim_class *c = b->class;
	size_t unit, part;

	wr_le32(w, 0x12345678);
	unit = wr_hole32(w);
	wr_u8(w, CIM_FLAG_INSTANCE);
	wr_bytes(w, c->part.p, c->part.len);
	part = wr_hole32(w);
	wr_u8(w, 0);
	wr_le32(w, 0);			/* the class's name is first in the heap */
	wr_bytes(w, b->nd, c->nd_len);
	wr_bytes(w, b->table, c->table_len);
	wr_le32(w, 4);			/* no qualifiers */
	wr_u8(w, 1);
	wr_le32(w, 0x80000000u | (uint32_t)b->heap.len);
	wr_bytes(w, b->heap.p, b->heap.len);
	w->bad |= b->heap.bad;
	wr_fill32(w, part, w->bad ? 0 : w->len - part);
	wr_fill32(w, unit, w->bad ? 0 : w->len - unit - 4);
}

bool
cim_build_params(struct rd signature, const struct wmi_arg *args, size_t n,
    struct wr *unit, struct err *e)
{
	struct arena a = { 0 };
	struct building b = { .heap = wr_new(UNIT_MAX) };
	struct wmi_row row;
	bool ok = false;

	if (!cim_block(signature, &a, &row, NULL, 0, e))
		goto out;
	b.class = row.class;
	b.nd = arena_alloc(&a, b.class->nd_len + 1);
	b.table = arena_alloc(&a, b.class->table_len + 1);
	if (b.nd == NULL || b.table == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		goto out;
	}
	put_string(&b.heap, b.class->name);
	for (size_t i = 0; i < b.class->n; i++) {
		const struct cim_column *c = &b.class->columns[i];

		if (!put_column(&b, c, arg_named(args, n, c->name), e))
			goto out;
	}
	put_unit(unit, &b);
	ok = !unit->bad || fail(e, ERR_INVALID, "a method parameter is too long");
out:
	wr_free(&b.heap);
	arena_free(&a);
	return ok;
}
