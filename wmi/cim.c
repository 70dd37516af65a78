/* cim.c: one CIM value, of any type.             [MS-WMIO] 2.2.71-2.2.82 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "wmi/utf16.h"
#include "wmi/wmio.h"

typedef bool reader(struct cim_source *, struct rd, unsigned width,
    struct wmi_value *);

/* Strings that the specification numbers instead of sending. [MS-WMIO] 2.2.80 */
static const char *const dictionary[] = { "\"", "key", "", "read", "write",
	"volatile", "provider", "dynamic", "cimwin32", "DWORD", "CIMTYPE" };

#define REF_NULL 0xffffffffu
#define REF_DICTIONARY 0x80000000u

/* --- text ------------------------------------------------------------------------ */

const char *
cim_encoded(struct rd *r, struct arena *a, size_t *len)
{
	unsigned flag = rd_u8(r);
	const uint8_t *from = r->bad ? NULL : r->p + r->pos;
	size_t left = rd_left(r), n = 0;
	const uint8_t *end;
	char *s;

	if (r->bad || flag > 1 || left == 0)
		goto bad;
	if (flag == 0) {
		if ((end = memchr(from, 0, left)) == NULL) {
			n = left;
			goto endless;
		}
		n = (size_t)(end - from);
		rd_skip(r, n + 1);
		s = arena_text(a, n * 2 + 1);
	} else {
		while (n + 1 < left && (from[n] != 0 || from[n + 1] != 0))
			n += 2;
		if (n + 1 >= left)
			goto endless;
		rd_skip(r, n + 2);
		s = arena_text(a, n / 2 * 3 + 1);
	}
	if (s == NULL)
		return NULL;
	*len = flag == 0 ? latin1_into(s, from, n) : utf16_into(s, from, n);
	s[*len] = '\0';
	arena_trim(a, s + *len + 1);
	return s;
endless:
	if (!arena_vain(a, n))
		return NULL;
bad:
	r->bad = true;
	return NULL;
}

const char *
cim_text(struct cim_source *s, uint32_t ref, size_t *len)
{
	struct rd r = s->heap;
	const char *text;

	*len = 0;
	if (ref == REF_NULL)
		return NULL;
	if (ref & REF_DICTIONARY) {
		ref &= ~REF_DICTIONARY;
		if (ref >= ARRAY_LEN(dictionary))
			return NULL;
		*len = strlen(dictionary[ref]);
		return dictionary[ref];
	}
	rd_seek(&r, ref);
	text = cim_encoded(&r, s->arena, len);
	if (text == NULL && !r.bad)
		fail(s->e, ERR_TOO_BIG, "an object is larger than %u MiB, or"
		    " malformed throughout", ARENA_MAX >> 20);
	return text;
}

/* Names of qualifiers are short, and plain letters. */
bool
cim_text_is(struct rd heap, uint32_t ref, const char *name)
{
	unsigned wide;

	if (ref == REF_NULL)
		return false;
	if (ref & REF_DICTIONARY) {
		ref &= ~REF_DICTIONARY;
		return ref < ARRAY_LEN(dictionary) &&
		    strcasecmp(dictionary[ref], name) == 0;
	}
	rd_seek(&heap, ref);
	wide = rd_u8(&heap);
	for (;; name++) {
		unsigned c = wide == 1 ? rd_le16(&heap) : rd_u8(&heap);

		if (heap.bad || wide > 1 || tolower((unsigned char)*name) !=
		    (int)(c < 0x80 ? tolower((int)c) : 0xff))
			return false;
		if (*name == '\0')
			return true;
	}
}

/* --- scalars ----------------------------------------------------------------------- */

static uint64_t
little(struct rd *r, unsigned width)
{
	switch (width) {
	case 1: return rd_u8(r);
	case 2: return rd_le16(r);
	case 4: return rd_le32(r);
	default: return rd_le64(r);
	}
}

static bool
read_unsigned(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	(void)s;
	v->u = little(&r, width);
	return !r.bad;
}

static bool
read_signed(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	uint64_t u = little(&r, width), sign = 1ull << (width * 8 - 1);

	(void)s;
	if (width < 8 && (u & sign))
		u |= ~(sign * 2 - 1);
	memcpy(&v->i, &u, sizeof(v->i));
	return !r.bad;
}

static bool
read_real32(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	uint32_t u = rd_le32(&r);
	float f;

	(void)s;
	(void)width;
	memcpy(&f, &u, sizeof(f));
	v->d = (double)f;
	return !r.bad;
}

static bool
read_real64(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	uint64_t u = rd_le64(&r);

	(void)s;
	(void)width;
	memcpy(&v->d, &u, sizeof(v->d));
	return !r.bad;
}

static bool
read_boolean(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	(void)s;
	(void)width;
	v->b = rd_le16(&r) != 0;
	return !r.bad;
}

static bool
read_text(struct cim_source *s, struct rd r, unsigned width, struct wmi_value *v)
{
	uint32_t ref = rd_le32(&r);

	(void)width;
	if (r.bad)
		return false;
	if (ref == REF_NULL) {
		v->is_null = true;
		return true;
	}
	v->text.s = cim_text(s, ref, &v->text.len);
	return v->text.s != NULL;
}

/* A length that does not count itself, and an ObjectBlock. */
static bool
read_object(struct cim_source *s, struct rd r, unsigned width,
    struct wmi_value *v)
{
	uint32_t ref = rd_le32(&r);
	struct rd heap = s->heap, block;
	struct err ignored = { 0 };
	struct wmi_row *row;

	(void)width;
	if (ref == REF_NULL) {
		v->is_null = true;
		return !r.bad;
	}
	if (r.bad || s->depth >= CIM_DEPTH)
		return false;
	rd_seek(&heap, ref);
	block = rd_take(&heap, rd_le32(&heap));
	if (heap.bad || (row = arena_alloc(s->arena, sizeof(*row))) == NULL ||
	    !cim_block(block, s->arena, row, NULL, s->depth + 1, &ignored)) {
		if (ignored.code == ERR_TOO_BIG && s->e != NULL && s->e->code == ERR_NONE)
			*s->e = ignored;
		return false;
	}
	v->object = row;
	return true;
}

/* --- by type ----------------------------------------------------------------------------- */

struct cim_type {
	const char *name;
	reader *read;
	uint8_t width;
};

static const struct cim_type types[128] = {
#define CIM(number, id, name, width, read) [number] = { name, read, width },
#include "wmi/cim.def"
#undef CIM
};

static const struct cim_type *
type_of(uint32_t type)
{
	type &= ~(CIM_ARRAY | CIM_INHERITED);
	return type < ARRAY_LEN(types) && types[type].read != NULL ?
	    &types[type] : NULL;
}

const char *
wmi_type_name(enum wmi_type type)
{
	const struct cim_type *t = type_of((uint32_t)type);

	return t != NULL ? t->name : "unknown";
}

size_t
cim_width(uint32_t type)
{
	const struct cim_type *t = type_of(type);

	return t == NULL ? 0 : (type & CIM_ARRAY) ? 4 : t->width;
}

static bool
read_array(struct cim_source *s, struct rd r, const struct cim_type *t,
    struct wmi_value *v)
{
	uint32_t ref = rd_le32(&r), n;
	enum wmi_type element = v->type;
	struct rd heap = s->heap;
	struct wmi_value *list;

	if (ref == REF_NULL) {
		v->is_null = true;
		return !r.bad;
	}
	rd_seek(&heap, ref);
	n = rd_count32(&heap, t->width);
	if (r.bad || heap.bad)
		return false;
	if ((list = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*list))) == NULL) {
		fail(s->e, ERR_TOO_BIG, "an array of %u values is too long", n);
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct rd one = rd_take(&heap, t->width);

		list[i].type = element;
		if (!t->read(s, one, t->width, &list[i]))
			list[i].undecodable = list[i].is_null = true;
		if (s->e != NULL && s->e->code != ERR_NONE)
			return false;
	}
	v->list.v = list;
	v->list.n = n;
	return true;
}

void
cim_value(struct cim_source *s, struct rd r, uint32_t type, struct wmi_value *v)
{
	const struct cim_type *t = type_of(type);
	bool ok;

	*v = (struct wmi_value){ .is_array = (type & CIM_ARRAY) != 0 };
	v->type = (enum wmi_type)(type & ~(CIM_ARRAY | CIM_INHERITED));
	if (t == NULL)
		ok = false;
	else if (v->is_array)
		ok = read_array(s, r, t, v);
	else
		ok = t->read(s, r, t->width, v);
	if (!ok)
		v->undecodable = v->is_null = true;
}
