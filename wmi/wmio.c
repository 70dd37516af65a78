#include "wmi/wmio.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UNIT_MAGIC 0x12345678u
#define HEAP_MARK 0x80000000u
#define REF_NULL 0xffffffffu

static bool
malformed(struct err *e, const char *what)
{
	return fail(e, ERR_PROTOCOL, "a WMI object is malformed in its %s", what);
}

static bool
full(struct err *e)
{
	return fail(e, ERR_TOO_BIG, "a WMI object is larger than %u MiB",
	    ARENA_MAX >> 20);
}

/* A block whose length counts itself; 0 is taken as an empty one. */
static void
skip_qualifiers(struct rd *r)
{
	uint32_t n = rd_le32(r);

	if (n != 0 && n < 4)
		r->bad = true;
	rd_skip(r, n >= 4 ? n - 4 : 0);
}

static struct rd
take_heap(struct rd *r)
{
	uint32_t n = rd_le32(r);

	if (!(n & HEAP_MARK))
		r->bad = true;
	return rd_take(r, n & ~HEAP_MARK);
}

/* --- ClassPart ------------------------------------------------------------------ */

static bool
take_ancestors(struct rd *r, struct arena *a, struct cim_class *c)
{
	uint32_t n = rd_le32(r);
	struct rd in = rd_take(r, n >= 4 ? n - 4 : 0);
	size_t len;

	if (r->bad || n < 4)
		return false;
	while (rd_left(&in) != 0 && c->nancestors < CIM_ANCESTORS) {
		const char *name = cim_encoded(&in, a, &len);

		if (name == NULL)
			return false;
		rd_skip(&in, 4);	/* its length, in a unit nobody has proven */
		c->ancestors[c->nancestors++] = name;
	}
	return !in.bad;
}

static int
by_order(const void *a, const void *b)
{
	const struct cim_column *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

/* PropertyInfo, in the class heap. */
static bool
take_column(struct cim_source *s, struct rd *lookup, struct cim_column *c)
{
	uint32_t name = rd_le32(lookup), info = rd_le32(lookup);
	struct rd r = s->heap;
	size_t len;

	rd_seek(&r, info);
	c->type = rd_le32(&r);
	c->order = rd_le16(&r);
	c->offset = rd_le32(&r);
	c->origin = rd_le32(&r);
	c->qualifiers = r;
	c->name = cim_text(s, name, &len);
	return !lookup->bad && !r.bad && c->name != NULL;
}

/* Two bits per property, low bits first, by declaration order. */
static uint8_t
nd_bits(const uint8_t *table, size_t order)
{
	return table[order / 4] >> (order % 4 * 2) & 3;
}

static bool
take_defaults(struct cim_source *s, struct cim_class *c, const uint8_t *nd,
    struct rd table)
{
	for (size_t i = 0; i < c->n; i++) {
		struct cim_column *col = &c->columns[i];
		size_t width = cim_width(col->type);

		if (col->order >= c->nd_len * 4)
			return false;
		col->nd = nd_bits(nd, col->order);
		if (col->nd & 1) {
			cim_value(s, rd_new(NULL, 0), col->type, &col->def);
			col->def.is_null = true;
			col->def.undecodable = false;
		} else {
			struct rd at = rd_window(&table, col->offset, width);

			table.bad = false;
			cim_value(s, at, col->type, &col->def);
		}
		col->def.is_default = true;
	}
	return true;
}

static int
by_name(const void *a, const void *b, void *columns)
{
	const uint16_t *x = a, *y = b;
	const struct cim_column *c = columns;

	return strcasecmp(c[*x].name, c[*y].name);
}

/* Names sorted for look-up; a hostile class need not have sorted them. */
static void
sort_names(struct cim_class *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->by_name[i] = (uint16_t)i;
	qsort_r(c->by_name, c->n, sizeof(*c->by_name), by_name, c->columns);
}

static bool
take_columns(struct rd *r, struct cim_source *s, struct cim_class *c,
    size_t tables, struct err *e)
{
	struct rd lookup, table;
	const uint8_t *nd;

	c->n = rd_count32(r, 8);
	lookup = rd_take(r, c->n * 8);
	c->nd_len = (c->n + 3) / 4;
	if (r->bad || c->n > CIM_COLUMNS || tables < c->nd_len)
		return malformed(e, "list of properties");
	c->table_len = tables - c->nd_len;
	nd = rd_bytes(r, c->n != 0 ? c->nd_len : 0);
	table = rd_take(r, c->n != 0 ? c->table_len : 0);
	s->heap = take_heap(r);
	c->columns = arena_alloc(s->arena, (c->n + 1) * sizeof(*c->columns));
	c->by_name = arena_alloc(s->arena, (c->n + 1) * sizeof(*c->by_name));
	if (c->columns == NULL || c->by_name == NULL)
		return full(e);
	if (r->bad)
		return malformed(e, "class");
	for (size_t i = 0; i < c->n; i++)
		if (!take_column(s, &lookup, &c->columns[i]))
			return malformed(e, "properties");
	qsort(c->columns, c->n, sizeof(*c->columns), by_order);
	if (!take_defaults(s, c, nd, table))
		return malformed(e, "default values");
	if (s->e->code != ERR_NONE)
		return false;
	sort_names(c);
	return true;
}

bool
cim_class_part(struct rd *r, struct arena *a, bool keep,
    const struct cim_class **out, struct err *e)
{
	struct rd peek = *r, in;
	uint32_t len = rd_le32(&peek), name, tables;
	struct cim_class *c = arena_alloc(a, sizeof(*c));
	struct err mine = { 0 };
	struct cim_source s = { .arena = a, .e = &mine };
	size_t n;

	in = rd_take(r, len);
	if (c == NULL)
		return full(e);
	if (keep && !in.bad) {
		uint8_t *copy = arena_alloc(a, len);

		if (copy == NULL)
			return full(e);
		memcpy(copy, in.p, len);
		in.p = copy;
	}
	c->part = in;
	rd_skip(&in, 4 + 1);		/* its length, and 0 */
	name = rd_le32(&in);
	tables = rd_le32(&in);
	if (!take_ancestors(&in, a, c))
		return malformed(e, "list of ancestors");
	c->qualifiers = in;
	skip_qualifiers(&in);
	if (!take_columns(&in, &s, c, tables, &mine)) {
		if (e != NULL && e->code == ERR_NONE)
			*e = mine;
		return false;
	}
	c->heap = s.heap;
	c->name = cim_text(&s, name, &n);
	if (c->name == NULL)
		c->name = "";
	*out = c;
	return true;
}

/* --- instances --------------------------------------------------------------------- */

static bool
skip_property_qualifiers(struct rd *r, size_t n)
{
	unsigned flag = rd_u8(r);

	if (flag == 2)
		for (size_t i = 0; i < n && !r->bad; i++)
			skip_qualifiers(r);
	return (flag == 1 || flag == 2) && !r->bad;
}

static bool
take_values(struct cim_source *s, const struct cim_class *c, const uint8_t *nd,
    struct rd table, struct wmi_value *v)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct cim_column *col = &c->columns[i];
		unsigned bits = nd_bits(nd, col->order);

		if (bits == 2) {
			v[i] = col->def;
		} else if (bits & 1) {
			v[i] = (struct wmi_value){ .is_null = true,
				.type = (enum wmi_type)(col->type &
				    ~(CIM_ARRAY | CIM_INHERITED)),
				.is_array = (col->type & CIM_ARRAY) != 0 };
		} else {
			struct rd at = rd_window(&table, col->offset,
			    cim_width(col->type));

			table.bad = false;
			cim_value(s, at, col->type, &v[i]);
		}
	}
	return s->e->code == ERR_NONE;
}

bool
cim_instance_part(struct rd *r, const struct cim_class *c, struct arena *a,
    struct wmi_row *row, int depth, struct err *e)
{
	struct rd peek = *r, in, table;
	uint32_t len = rd_le32(&peek);
	struct err mine = { 0 };
	struct cim_source s = { .arena = a, .depth = depth, .e = &mine };
	const uint8_t *nd;

	in = rd_take(r, len);
	rd_skip(&in, 4 + 1 + 4);	/* its length, flags, class name */
	nd = rd_bytes(&in, c->n != 0 ? c->nd_len : 0);
	table = rd_take(&in, c->n != 0 ? c->table_len : 0);
	skip_qualifiers(&in);
	if (!skip_property_qualifiers(&in, c->n))
		return malformed(e, "qualifiers");
	s.heap = take_heap(&in);
	if (in.bad || nd == NULL)
		return malformed(e, "values");
	row->class = c;
	if ((row->values = arena_alloc(a, (c->n + 1) * sizeof(*row->values))) == NULL)
		return full(e);
	if (take_values(&s, c, nd, table, row->values))
		return true;
	if (e != NULL && e->code == ERR_NONE)
		*e = mine;
	return false;
}

/* --- blocks ------------------------------------------------------------------------------ */

bool
cim_unit(struct rd unit, struct rd *block, struct err *e)
{
	uint32_t magic = rd_le32(&unit), n = rd_le32(&unit);

	*block = rd_take(&unit, n);
	return (magic == UNIT_MAGIC && !unit.bad) || malformed(e, "frame");
}

bool
cim_head(struct rd *r, struct arena *a, struct cim_head *h, struct err *e)
{
	size_t n;

	h->flags = rd_u8(r);
	h->server = h->space = "";
	if (h->flags & CIM_FLAG_DECORATED) {
		h->server = cim_encoded(r, a, &n);
		h->space = cim_encoded(r, a, &n);
	}
	return (!r->bad && h->server != NULL && h->space != NULL) ||
	    malformed(e, "head");
}

static struct rd
take_methods(struct rd *r)
{
	struct rd peek = *r;

	return rd_take(r, rd_le32(&peek));
}

/* A class shows its defaults as values. */
static bool
class_row(const struct cim_class *c, struct arena *a, struct wmi_row *row,
    struct err *e)
{
	row->class = c;
	if ((row->values = arena_alloc(a, (c->n + 1) * sizeof(*row->values))) == NULL)
		return full(e);
	for (size_t i = 0; i < c->n; i++)
		row->values[i] = c->columns[i].def;
	return true;
}

bool
cim_block(struct rd r, struct arena *a, struct wmi_row *row,
    struct rd methods[2], int depth, struct err *e)
{
	const struct cim_class *c;
	struct cim_head h;
	struct rd own, inherited;

	if (!cim_head(&r, a, &h, e))
		return false;
	row->server = h.server;
	row->space = h.space;
	if (h.flags & CIM_FLAG_INSTANCE)
		return cim_class_part(&r, a, false, &c, e) &&
		    cim_instance_part(&r, c, a, row, depth, e);
	if (!(h.flags & CIM_FLAG_CLASS))
		return malformed(e, "head");
	if (!cim_class_part(&r, a, false, &c, e))	/* the parent */
		return false;
	inherited = take_methods(&r);
	if (!cim_class_part(&r, a, false, &c, e))
		return false;
	own = take_methods(&r);
	if (r.bad)
		return malformed(e, "methods");
	if (methods != NULL) {
		methods[0] = own;
		methods[1] = inherited;
	}
	return class_row(c, a, row, e);
}
