/* cim.c: classes and rows as CIM objects.                          [MS-WMIO] 2.2 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/fake/winhost/winhost.h"

#define HEAP_BIT  0x80000000u
#define NULL_REF  0xffffffffu
#define ARRAY     0x2000u
#define INHERITED 0x4000u

static const struct cim_type {
	const char *name;
	uint32_t code;
	size_t width;
	bool is_signed;
} types[] = {
	{ "sint8", 16, 1, true }, { "uint8", 17, 1, false },
	{ "sint16", 2, 2, true }, { "uint16", 18, 2, false },
	{ "char16", 103, 2, false }, { "sint32", 3, 4, true },
	{ "uint32", 19, 4, false }, { "real32", 4, 4, true },
	{ "sint64", 20, 8, true }, { "uint64", 21, 8, false },
	{ "real64", 5, 8, true }, { "boolean", 11, 2, false },
	{ "string", 8, 4, false }, { "datetime", 101, 4, false },
	{ "reference", 102, 4, false }, { "object", 13, 4, false },
};

struct property {
	const char *name;
	const struct cim_type *type;
	bool array, inherited, key;
	const json_t *standard;		/* the class default; NULL: none */
	uint32_t offset;		/* in the value table */
};

/* What all rows of one query have in common. */
struct cim_layout {
	size_t n, values;
	struct wr class_part;		/* as it was sent first */
	struct property p[512];
};

static const struct cim_type *
type_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(types); i++)
		if (strcasecmp(types[i].name, name) == 0)
			return &types[i];
	return &types[12];	/* string */
}

/* The columns that a query names (all when it names none), in class order. */
static void
lay_out(struct cim_layout *l, const json_t *def, const struct columns *columns)
{
	json_t *p;
	size_t i;

	l->n = l->values = 0;
	json_array_foreach(json_object_get(def, "properties"), i, p) {
		const char *name = json_string_value(json_object_get(p, "name"));
		struct property *at = &l->p[l->n];
		bool wanted = columns == NULL || columns->n == 0;

		for (size_t k = 0; columns != NULL && k < columns->n; k++)
			wanted |= strcasecmp(columns->name[k], name) == 0;
		if (!wanted || l->n == ARRAY_LEN(l->p))
			continue;
		at->name = name;
		at->type = type_of(json_string_value(json_object_get(p, "type")));
		at->array = json_is_true(json_object_get(p, "array"));
		at->inherited = json_is_true(json_object_get(p, "inherited"));
		at->key = json_is_true(json_object_get(p, "key"));
		at->standard = json_object_get(p, "default");
		at->offset = (uint32_t)l->values;
		l->values += at->array ? 4 : at->type->width;
		l->n++;
	}
}

struct cim_layout *
cim_layout_new(const json_t *def, const struct columns *columns)
{
	struct cim_layout *l = malloc(sizeof(*l));

	if (l == NULL)
		abort();
	lay_out(l, def, columns);
	l->class_part = wr_new(1 << 24);
	/* most of it stays empty, and it may live as long as the process */
	l = realloc(l, offsetof(struct cim_layout, p) +
	    (l->n + 1) * sizeof(l->p[0]));
	if (l == NULL)
		abort();
	return l;
}

void
cim_layout_free(struct cim_layout *l)
{
	wr_free(&l->class_part);
	free(l);
}

/* --- strings and heaps ----------------------------------------------------------------- */

static bool
is_latin1(const char *s)
{
	for (const uint8_t *p = (const uint8_t *)s; *p != '\0'; p++)
		if (*p >= 0xc4)		/* UTF-8 lead of U+0100 and above */
			return false;
	return true;
}

static void
encoded_string(struct wr *w, const char *s)
{
	if (!is_latin1(s)) {
		wr_u8(w, 1);
		wr_utf16(w, s);
		wr_le16(w, 0);
		return;
	}
	wr_u8(w, 0);
	for (size_t n; *s != '\0'; s += n) {
		for (n = 0; s[n] != '\0' && (uint8_t)s[n] < 0x80; n++)
			;
		wr_bytes(w, s, n);
		if (n == 0) {
			wr_u8(w, (uint8_t)((s[0] & 3) << 6 | (s[1] & 0x3f)));
			n = 2;
		}
	}
	wr_u8(w, 0);
}

static uint32_t
heap_string(struct wr *heap, const char *s)
{
	uint32_t at = (uint32_t)heap->len;

	encoded_string(heap, s);
	return at;
}

static void
put_heap(struct wr *w, const struct wr *heap)
{
	wr_le32(w, HEAP_BIT | (uint32_t)heap->len);
	wr_bytes(w, heap->p, heap->len);
}

/* --- values ------------------------------------------------------------------------------ */

/* JSON numbers up to 2^53, or digits in a string. */
static uint64_t
integer(const json_t *v)
{
	const char *s = json_string_value(v);

	if (s != NULL)
		return *s == '-' ? (uint64_t)strtoll(s, NULL, 10) :
		    strtoull(s, NULL, 10);
	return (uint64_t)json_integer_value(v);
}

static void
little(struct wr *w, uint64_t v, size_t width)
{
	uint8_t octets[8];

	for (size_t i = 0; i < width; i++)
		octets[i] = (uint8_t)(v >> (8 * i));
	wr_bytes(w, octets, width);
}

static void block_of_object(struct wr *heap, const json_t *v);

static void
scalar(struct wr *w, struct wr *heap, const struct cim_type *t, const json_t *v)
{
	double d = json_number_value(v);
	float f = (float)d;
	uint64_t bits = 0;
	uint32_t ref;

	switch (t->code) {
	case 4:
		memcpy(&bits, &f, 4);
		little(w, bits, 4);
		break;
	case 5:
		memcpy(&bits, &d, 8);
		little(w, bits, 8);
		break;
	case 8:
	case 101:
	case 102:
		ref = json_is_string(v) ? heap_string(heap,
		    json_string_value(v)) : NULL_REF;
		wr_le32(w, ref);
		break;
	case 11:
		wr_le16(w, json_is_true(v) ? 0xffff : 0);
		break;
	case 13:
		ref = (uint32_t)heap->len;
		block_of_object(heap, v);
		wr_le32(w, ref);
		break;
	default:
		little(w, integer(v), t->width);
		break;
	}
}

static void
array(struct wr *w, struct wr *heap, const struct cim_type *t, const json_t *v)
{
	struct wr elements = wr_new(1 << 24), late = wr_new(1 << 24);
	uint32_t at = (uint32_t)heap->len;
	size_t n = json_array_size(v), start = 4 + n * t->width;

	/* Strings of the elements come behind them in the heap. */
	wr_zero(heap, start);
	for (size_t i = 0; i < n; i++)
		scalar(&elements, heap, t, json_array_get(v, i));
	memcpy(heap->p + at + 4, elements.p != NULL ? elements.p :
	    (const uint8_t *)"", elements.len);
	wr_fill32(heap, at, n);
	wr_le32(w, at);
	wr_free(&elements);
	wr_free(&late);
}

/* --- the class part ------------------------------------------------------------------------ */

/* By name without regard to case, as the lookup table is sorted. */
struct sorted { const struct cim_layout *l; size_t index[512]; };

static void
sort_names(struct sorted *s, const struct cim_layout *l)
{
	s->l = l;
	for (size_t i = 0; i < l->n; i++) {
		size_t k = i;

		while (k > 0 && strcasecmp(l->p[s->index[k - 1]].name,
		    l->p[i].name) > 0) {
			s->index[k] = s->index[k - 1];
			k--;
		}
		s->index[k] = i;
	}
}

/* A boolean qualifier that is true.                     [MS-WMIO] 2.2.60 */
static void
flag_qualifier(struct wr *w, uint32_t name_ref)
{
	wr_le32(w, name_ref);
	wr_u8(w, 0);
	wr_le32(w, 11);
	wr_le16(w, 0xffff);
}

/* PropertyInfo with the qualifiers CIMTYPE and key, in the heap. */
static uint32_t
property_info(struct wr *heap, const struct property *p, size_t order,
    uint32_t origin)
{
	uint32_t type_ref = heap_string(heap, p->type->name);
	uint32_t at = (uint32_t)heap->len;

	wr_le32(heap, p->type->code | (p->array ? ARRAY : 0) |
	    (p->inherited ? INHERITED : 0));
	wr_le16(heap, (uint16_t)order);
	wr_le32(heap, p->offset);
	wr_le32(heap, origin);
	wr_le32(heap, 4 + 4 + 1 + 4 + 4 + (p->key ? 4 + 1 + 4 + 2 : 0));
	wr_le32(heap, HEAP_BIT | 10);		/* CIMTYPE of the dictionary */
	wr_u8(heap, 3);
	wr_le32(heap, 8);
	wr_le32(heap, type_ref);
	if (p->key)
		flag_qualifier(heap, HEAP_BIT | 1);
	return at;
}

static void
derivation_list(struct wr *w, const json_t *def)
{
	size_t hole = wr_hole32(w), start = hole, i, at;
	json_t *super;

	json_array_foreach(json_object_get(def, "derivation"), i, super) {
		at = w->len;
		encoded_string(w, json_string_value(super));
		wr_le32(w, (uint32_t)(w->len - at));
	}
	wr_fill32(w, hole, w->len - start);
}

/* Two bits a property, by declaration order. */
static void
set_nd(uint8_t *table, size_t order, unsigned bits)
{
	table[order / 4] = (uint8_t)(table[order / 4] | bits << (2 * (order % 4)));
}

/* NdTable and value table: the row's values, or the class's defaults. */
static void
tables(struct wr *w, struct wr *heap, const struct cim_layout *l, const json_t *row)
{
	size_t nd_len = (l->n + 3) / 4;
	struct wr values = wr_new(1 << 20);
	uint8_t nd[128] = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct property *p = &l->p[i];
		const json_t *v = row != NULL ? json_object_get(row, p->name) :
		    p->standard;
		size_t width = p->array ? 4 : p->type->width;

		if (row != NULL && v == NULL && p->standard != NULL) {
			set_nd(nd, i, 2);	/* the class's default holds */
			wr_zero(&values, width);
		} else if (v == NULL || json_is_null(v)) {
			set_nd(nd, i, row == NULL && p->inherited ? 3 : 1);
			for (size_t k = 0; k < width; k++)
				wr_u8(&values, row == NULL ? 0xff : 0);
		} else if (p->array) {
			array(&values, heap, p->type, v);
		} else {
			scalar(&values, heap, p->type, v);
		}
	}
	wr_bytes(w, nd, nd_len);
	wr_bytes(w, values.p, values.len);
	wr_free(&values);
}

static void
class_part(struct wr *w, const char *class, const json_t *def,
    const struct cim_layout *l)
{
	struct wr heap = wr_new(1 << 24), body = wr_new(1 << 20);
	uint32_t levels = (uint32_t)json_array_size(json_object_get(def,
	    "derivation"));
	size_t length = wr_hole32(w);
	uint32_t name = class != NULL ? heap_string(&heap, class) : NULL_REF;
	struct sorted s;

	wr_u8(w, 0);
	wr_le32(w, name);
	wr_le32(w, (uint32_t)((l->n + 3) / 4 + l->values));
	derivation_list(w, def);
	if (class == NULL) {			/* the empty parent has none */
		wr_le32(w, 4);
	} else {
		wr_le32(w, 4 + 4 + 1 + 4 + 2);
		flag_qualifier(w, heap_string(&heap, json_is_true(
		    json_object_get(def, "abstract")) ? "Abstract" : "dynamic"));
	}
	wr_le32(w, (uint32_t)l->n);
	sort_names(&s, l);
	for (size_t i = 0; i < l->n; i++) {
		const struct property *p = &l->p[s.index[i]];

		wr_le32(w, heap_string(&heap, p->name));
		wr_le32(w, property_info(&heap, p, s.index[i],
		    p->inherited ? 0 : levels));
	}
	tables(&body, &heap, l, NULL);
	wr_bytes(w, body.p, body.len);
	put_heap(w, &heap);
	wr_fill32(w, length, w->len - length);
	wr_free(&heap);
	wr_free(&body);
}

/* --- methods -------------------------------------------------------------------------------- */

static const char *const reg_methods[] = {
	"EnumKey", "EnumValues", "GetStringValue", "GetExpandedStringValue",
	"GetMultiStringValue", "GetDWORDValue", "GetQWORDValue", "GetBinaryValue",
	"CheckAccess",
};

static uint32_t
signature(struct wr *heap, json_t *def)
{
	uint32_t at = (uint32_t)heap->len;
	struct wr block = wr_new(1 << 20);

	cim_class_block(&block, NULL, NULL, "__PARAMETERS", def, NULL);
	wr_le32(heap, (uint32_t)block.len);
	wr_bytes(heap, block.p, block.len);
	wr_free(&block);
	json_decref(def);
	return at;
}

static void
methods_part(struct wr *w, bool registry)
{
	struct wr heap = wr_new(1 << 20), table = wr_new(65536);
	size_t length = wr_hole32(w), n = registry ? ARRAY_LEN(reg_methods) : 0;

	wr_le16(w, (uint16_t)n);
	wr_le16(w, 0xabcd);			/* padding is random */
	for (size_t i = 0; i < n; i++) {
		wr_le32(&table, heap_string(&heap, reg_methods[i]));
		wr_u8(&table, 0);
		wr_zero(&table, 3);
		wr_le32(&table, 0);
		wr_le32(&table, (uint32_t)heap.len);
		wr_le32(&heap, 4);		/* no qualifiers */
		wr_le32(&table, signature(&heap, stdreg_signature(
		    reg_methods[i], true)));
		wr_le32(&table, signature(&heap, stdreg_signature(
		    reg_methods[i], false)));
	}
	wr_bytes(w, table.p, table.len);
	put_heap(w, &heap);
	wr_fill32(w, length, w->len - length);
	wr_free(&heap);
	wr_free(&table);
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void
decoration(struct wr *w, const struct machine *m, const char *ns)
{
	char text[256];
	size_t i;

	for (i = 0; ns[i] != '\0' && i < sizeof(text) - 1; i++)
		text[i] = ns[i] == '/' ? '\\' : ns[i];
	text[i] = '\0';
	encoded_string(w, m->name);
	encoded_string(w, text);
}

void
cim_class_block(struct wr *w, const struct machine *m, const char *ns,
    const char *class, const json_t *def, const struct columns *columns)
{
	static const struct cim_layout none;
	struct cim_layout *l = cim_layout_new(def, columns);
	bool registry = strcasecmp(class, "StdRegProv") == 0;

	wr_u8(w, m != NULL ? 5 : 1);
	if (m != NULL)
		decoration(w, m, ns);
	class_part(w, NULL, NULL, &none);	/* the parent */
	methods_part(w, false);
	class_part(w, class, def, l);
	methods_part(w, registry);
	cim_layout_free(l);
}

static void
instance_part(struct wr *w, const char *class, const struct cim_layout *l,
    const json_t *row)
{
	struct wr heap = wr_new(1 << 24), body = wr_new(1 << 20);
	size_t length = wr_hole32(w);

	wr_u8(w, 0);
	wr_le32(w, heap_string(&heap, class));
	tables(&body, &heap, l, row);
	wr_bytes(w, body.p, body.len);
	wr_le32(w, 4);
	wr_u8(w, 1);
	put_heap(w, &heap);
	wr_fill32(w, length, w->len - length);
	wr_free(&heap);
	wr_free(&body);
}

/* The same for all rows: made once. */
static void
class_part_again(struct wr *w, const char *class, const json_t *def,
    struct cim_layout *l)
{
	if (l->class_part.len == 0)
		class_part(&l->class_part, class, def, l);
	wr_bytes(w, l->class_part.p, l->class_part.len);
}

void
cim_instance_block(struct wr *w, const struct machine *m, const char *ns,
    const char *class, const json_t *def, struct cim_layout *l,
    const json_t *row)
{
	wr_u8(w, m != NULL ? 6 : 2);
	if (m != NULL)
		decoration(w, m, ns);
	class_part_again(w, class, def, l);
	instance_part(w, class, l, row);
}

void
cim_instance_no_class(struct wr *w, const struct machine *m, const char *ns,
    const char *class, const struct cim_layout *l, const json_t *row)
{
	wr_u8(w, 6);
	decoration(w, m, ns);
	instance_part(w, class, l, row);
}

/* An embedded object: {"class": ..., "properties": [...], "row": {...}}. */
static void
block_of_object(struct wr *heap, const json_t *v)
{
	struct wr block = wr_new(1 << 20);
	const char *class = json_string_value(json_object_get(v, "class"));
	struct cim_layout *l = cim_layout_new(v, NULL);

	cim_instance_block(&block, NULL, NULL, class != NULL ? class : "Embedded",
	    v, l, json_object_get(v, "row"));
	cim_layout_free(l);
	wr_le32(heap, (uint32_t)block.len);
	wr_bytes(heap, block.p, block.len);
	wr_free(&block);
}

void
cim_encoding_unit(struct wr *w, const struct wr *block)
{
	wr_le32(w, 0x12345678);
	wr_le32(w, (uint32_t)block->len);
	wr_bytes(w, block->p, block->len);
}

void
cim_objref(struct wr *w, const struct wr *block)
{
	const struct guid iid = guid_of("dc12a681-737f-11cf-884d-00aa004b2e24");
	const struct guid clsid = guid_of("4590f812-1d3a-11d0-891f-00aa004b2e24");

	wr_bytes(w, "MEOW", 4);
	wr_le32(w, 4);
	wr_guid(w, &iid);
	wr_guid(w, &clsid);
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)block->len + 8);
	cim_encoding_unit(w, block);
}
