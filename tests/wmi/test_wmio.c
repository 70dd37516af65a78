/* test_wmio.c: encoded objects made by hand (wmio_make.h).  The first follows
 * the example of [MS-WMIO] 3.2: MyClass : Base with Id, Data1, Data2, Array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wmi/hex.h"
#include "tests/wmi/wmio_make.h"
#include "wmi/classes.h"
#include "wmi/wmio.h"

#include <cmocka.h>

#define NULL_REF 0xffffffffu

/* Decodes a copy of exactly n octets, so that a sanitizer sees the end. */
static bool
decode(const uint8_t *p, size_t n, struct arena *a, struct wmi_row *row, struct err *e)
{
	uint8_t *exact = malloc(n + 1);
	struct rd block;
	bool ok;

	memcpy(exact, p, n);
	ok = cim_unit(rd_new(exact, n), &block, e) &&
	    cim_block(block, a, row, NULL, 0, e);
	free(exact);
	return ok;
}

static void
make_example(struct wr *unit)
{
	struct wr block = wr_new(65536), class_heap = wr_new(4096), heap = wr_new(4096);
	uint32_t def = put_estr(&class_heap, "defaultValue"), text, list;
	struct prop class[] = { { "Id", 3 | CIM_INHERITED, 4, 0xffffffff, 3 },
		{ "Data1", 8, 4, NULL_REF, 1 }, { "Data2", 8, 4, def, 0 },
		{ "Array", 19 | CIM_ARRAY, 4, NULL_REF, 1 } };
	struct prop instance[] = { { "", 0, 4, 123, 0 }, { "", 0, 4, 0, 0 },
		{ "", 0, 4, 0, 2 }, { "", 0, 4, 0, 0 } };

	put_estr(&heap, "MyClass");
	text = put_estr(&heap, "StringField");
	list = (uint32_t)heap.len;
	wr_le32(&heap, 3);
	for (uint32_t i = 1; i <= 3; i++)
		wr_le32(&heap, i);
	instance[1].value = text;
	instance[3].value = list;
	wr_u8(&block, 2 | 4);
	put_estr(&block, "SERVER");
	put_estr(&block, "ROOT");
	put_class_part(&block, "MyClass", "Base", class, 4, &class_heap);
	put_instance_part(&block, instance, 4, &heap);
	put_unit_of(unit, &block);
	wr_free(&block);
	wr_free(&class_heap);
	wr_free(&heap);
}

static void
ms_wmio_3_2_instance_is_decoded(void **state)
{
	struct wr unit = wr_new(65536);
	struct arena a = { 0 };
	struct wmi_row row;
	const struct wmi_value *v;

	(void)state;
	make_example(&unit);
	assert_true(decode(unit.p, unit.len, &a, &row, NULL));
	assert_string_equal(wmi_class(&row), "MyClass");
	assert_string_equal(wmi_superclass(&row), "Base");
	assert_string_equal(wmi_server(&row), "SERVER");
	assert_string_equal(wmi_row_namespace(&row), "ROOT");
	assert_int_equal(wmi_columns(&row), 4);
	assert_int_equal(wmi_get(&row, "id")->i, 123);
	assert_string_equal(wmi_get_text(&row, "DATA1"), "StringField");
	assert_string_equal(wmi_get_text(&row, "Data2"), "defaultValue");
	assert_true(wmi_get(&row, "Data2")->is_default);
	v = wmi_get(&row, "Array");
	assert_true(v->is_array);
	assert_int_equal(v->list.n, 3);
	assert_int_equal(v->list.v[2].u, 3);
	assert_null(wmi_get(&row, "Absent"));
	arena_free(&a);
	wr_free(&unit);
}

static void
truncated_anywhere_is_refused(void **state)
{
	struct wr unit = wr_new(65536);

	(void)state;
	make_example(&unit);
	for (size_t n = 0; n < unit.len; n++) {
		struct arena a = { 0 };
		struct wmi_row row;

		/* with the frame's length as it was, and with one that agrees */
		assert_false(decode(unit.p, n, &a, &row, NULL));
		if (n >= 8 && n + 3 < unit.len) {
			uint8_t *cut = malloc(n);

			memcpy(cut, unit.p, n);
			for (unsigned i = 0; i < 4; i++)
				cut[4 + i] = (uint8_t)((n - 8) >> (8 * i));
			assert_false(decode(cut, n, &a, &row, NULL));
			free(cut);
		}
		arena_free(&a);
	}
	wr_free(&unit);
}

/* Whatever one octet says, nothing is read outside (the sanitizer judges). */
static void
any_octet_may_lie(void **state)
{
	static const uint8_t lies[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct wr unit = wr_new(65536);

	(void)state;
	make_example(&unit);
	for (size_t at = 8; at < unit.len; at++)
		for (size_t i = 0; i < sizeof(lies); i++) {
			struct arena a = { 0 };
			struct wmi_row row;
			struct err e = { 0 };
			uint8_t was = unit.p[at];

			unit.p[at] = lies[i];
			if (!decode(unit.p, unit.len, &a, &row, &e))
				assert_true(e.code == ERR_PROTOCOL || e.code == ERR_TOO_BIG);
			unit.p[at] = was;
			arena_free(&a);
		}
	wr_free(&unit);
}

/* One property of a type with a value, in an instance. */
static void
one_value(uint32_t type, unsigned width, uint64_t value, unsigned nd,
    struct wr *heap, struct arena *a, struct wmi_row *row)
{
	struct wr block = wr_new(1u << 20), unit = wr_new(1u << 20), names = wr_new(4096);
	struct prop class = { "P", type, width, UINT64_MAX, 1 };
	struct prop instance = { "", 0, width, value, nd };

	wr_u8(&block, 2);
	put_class_part(&block, "C", NULL, &class, 1, &names);
	put_instance_part(&block, &instance, 1, heap);
	put_unit_of(&unit, &block);
	assert_false(unit.bad);
	assert_true(decode(unit.p, unit.len, a, row, NULL));
	wr_free(&names);
	wr_free(&block);
	wr_free(&unit);
}

static void
every_integer_type_keeps_sign_and_width(void **state)
{
	static const struct { uint32_t type; unsigned width; uint64_t raw; int64_t i;
		uint64_t u; } v[] = {
		{ WMI_SINT8, 1, 0x80, -128, 0 }, { WMI_UINT8, 1, 0xff, 0, 255 },
		{ WMI_SINT16, 2, 0xffff, -1, 0 }, { WMI_UINT16, 2, 0xffff, 0, 65535 },
		{ WMI_SINT32, 4, 0x80000000, INT32_MIN, 0 },
		{ WMI_UINT32, 4, 0xffffffff, 0, UINT32_MAX },
		{ WMI_SINT64, 8, UINT64_MAX, -1, 0 },
		{ WMI_UINT64, 8, UINT64_MAX, 0, UINT64_MAX },
		{ WMI_CHAR16, 2, 0x20ac, 0, 0x20ac },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wr heap = wr_new(64);
		struct arena a = { 0 };
		struct wmi_row row;
		const struct wmi_value *x;

		one_value(v[i].type, v[i].width, v[i].raw, 0, &heap, &a, &row);
		x = wmi_get(&row, "P");
		assert_false(x->is_null);
		if (v[i].i != 0)
			assert_true(x->i == v[i].i);
		else
			assert_true(x->u == v[i].u);
		arena_free(&a);
		wr_free(&heap);
	}
}

/* Only the bits decide: a present 0xffffffff is a value, a NULL 0 is none. */
static void
null_is_decided_by_the_bits_alone(void **state)
{
	static const unsigned null_bits[] = { 1, 3 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct wr heap = wr_new(64);
		struct arena a = { 0 };
		struct wmi_row row;

		one_value(WMI_UINT32, 4, 0, null_bits[i], &heap, &a, &row);
		assert_true(wmi_get(&row, "P")->is_null);
		assert_false(wmi_get(&row, "P")->undecodable);
		arena_free(&a);
		wr_free(&heap);
	}
}

static void
booleans_and_reals_are_read(void **state)
{
	struct wr heap = wr_new(64);
	struct arena a = { 0 };
	struct wmi_row row;

	(void)state;
	one_value(WMI_BOOLEAN, 2, 0xffff, 0, &heap, &a, &row);
	assert_true(wmi_get(&row, "P")->b);
	one_value(WMI_REAL32, 4, 0x3fc00000, 0, &heap, &a, &row);
	assert_true(wmi_get(&row, "P")->d == 1.5);
	one_value(WMI_REAL64, 8, 0xbfe0000000000000, 0, &heap, &a, &row);
	assert_true(wmi_get(&row, "P")->d == -0.5);
	arena_free(&a);
	wr_free(&heap);
}

static void
strings_come_as_latin_1_utf_16_and_from_the_dictionary(void **state)
{
	struct wr heap = wr_new(256);
	struct arena a = { 0 };
	struct wmi_row row;
	uint8_t wide[32];

	(void)state;
	put_estr(&heap, "M\xfcnchen");
	one_value(WMI_STRING, 4, 0, 0, &heap, &a, &row);
	assert_string_equal(wmi_get_text(&row, "P"), "M\xc3\xbcnchen");
	wr_reset(&heap);
	wr_bytes(&heap, wide, unhex("01 ac20 0041 3dd800de 0000", wide));
	one_value(WMI_STRING, 4, 0, 0, &heap, &a, &row);
	/* the zero octet of U+4100 is no end */
	assert_string_equal(wmi_get_text(&row, "P"),
	    "\xe2\x82\xac\xe4\x84\x80\xf0\x9f\x98\x80");
	one_value(WMI_STRING, 4, 0x8000000a, 0, &heap, &a, &row);
	assert_string_equal(wmi_get_text(&row, "P"), "CIMTYPE");
	one_value(WMI_STRING, 4, 0x80000002, 0, &heap, &a, &row);
	assert_string_equal(wmi_get_text(&row, "P"), "");
	arena_free(&a);
	wr_free(&heap);
}

static void
what_cannot_be_read_is_marked_and_the_row_goes_on(void **state)
{
	static const struct { uint32_t type; uint64_t value; } v[] = {
		{ WMI_STRING, 0x00ffffff },		/* behind the heap */
		{ WMI_STRING, 0x8000000b },		/* no such word */
		{ 77, 0 },				/* no such type */
		{ WMI_STRING | CIM_ARRAY, 0x00ffffff },
		{ WMI_OBJECT, 0 },			/* no object there */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wr heap = wr_new(64);
		struct arena a = { 0 };
		struct wmi_row row;

		put_estr(&heap, "xyz");
		one_value(v[i].type, 4, v[i].value, 0, &heap, &a, &row);
		assert_true(wmi_get(&row, "P")->undecodable);
		assert_true(wmi_get(&row, "P")->is_null);
		arena_free(&a);
		wr_free(&heap);
	}
}

static void
arrays_of_strings_are_references_and_may_hold_null(void **state)
{
	struct wr heap = wr_new(256);
	struct arena a = { 0 };
	struct wmi_row row;
	const struct wmi_value *v;
	uint32_t second, first, list;

	(void)state;
	second = put_estr(&heap, "second");	/* order in the heap means nothing */
	wr_zero(&heap, 3);
	first = put_estr(&heap, "first");
	list = (uint32_t)heap.len;
	wr_le32(&heap, 3);
	wr_le32(&heap, first);
	wr_le32(&heap, NULL_REF);
	wr_le32(&heap, second);
	one_value(WMI_STRING | CIM_ARRAY, 4, list, 0, &heap, &a, &row);
	v = wmi_get(&row, "P");
	assert_int_equal(v->list.n, 3);
	assert_string_equal(v->list.v[0].text.s, "first");
	assert_true(v->list.v[1].is_null);
	assert_string_equal(v->list.v[2].text.s, "second");
	arena_free(&a);
	wr_free(&heap);
}

static void
an_empty_array_is_not_null(void **state)
{
	struct wr heap = wr_new(64);
	struct arena a = { 0 };
	struct wmi_row row;

	(void)state;
	wr_le32(&heap, 0);
	one_value(WMI_BOOLEAN | CIM_ARRAY, 4, 0, 0, &heap, &a, &row);
	assert_false(wmi_get(&row, "P")->is_null);
	assert_int_equal(wmi_get(&row, "P")->list.n, 0);
	arena_free(&a);
	wr_free(&heap);
}

static void
an_array_longer_than_the_heap_is_not_allocated(void **state)
{
	struct wr heap = wr_new(64);
	struct arena a = { 0 };
	struct wmi_row row;

	(void)state;
	wr_le32(&heap, 0x7fffffff);
	one_value(WMI_UINT8 | CIM_ARRAY, 4, 0, 0, &heap, &a, &row);
	assert_true(wmi_get(&row, "P")->undecodable);
	assert_true(a.used < 65536);
	arena_free(&a);
	wr_free(&heap);
}

/* An object in an object in an object ...: read to the eighth, marked beyond. */
static void
embedded_objects_are_read_to_a_depth(void **state)
{
	struct wr heap = wr_new(1u << 20);
	struct arena a = { 0 };
	struct wmi_row row;
	const struct wmi_row *at = &row;
	int depth = 0;

	(void)state;
	for (int i = 0; i < 12; i++) {
		struct wr block = wr_new(1u << 20), names = wr_new(4096);
		struct prop class = { "P", WMI_OBJECT, 4, NULL_REF, 1 };
		struct prop instance = { "", 0, 4, 0, i == 0 ? 1 : 0 };

		wr_u8(&block, 2);
		put_class_part(&block, "C", NULL, &class, 1, &names);
		put_instance_part(&block, &instance, 1, &heap);
		wr_reset(&heap);
		wr_le32(&heap, (uint32_t)block.len);
		wr_bytes(&heap, block.p, block.len);
		wr_free(&block);
		wr_free(&names);
	}
	one_value(WMI_OBJECT, 4, 0, 0, &heap, &a, &row);
	while (!wmi_get(at, "P")->is_null) {
		at = wmi_get(at, "P")->object;
		depth++;
	}
	assert_int_equal(depth, CIM_DEPTH);
	assert_true(wmi_get(at, "P")->undecodable);
	arena_free(&a);
	wr_free(&heap);
}

/* n references to one text of n_text octets: refused as too big. */
static void
refuse_references(struct arena *a, uint32_t n, size_t n_text, bool ended)
{
	struct wr heap = wr_new(4u << 20);
	struct wr block = wr_new(8u << 20), unit = wr_new(8u << 20), names = wr_new(4096);
	struct prop class = { "P", WMI_STRING | CIM_ARRAY, 4, NULL_REF, 1 };
	struct prop instance = { "", 0, 4, 0, 0 };
	struct wmi_row row;
	struct err e = { 0 };

	wr_le32(&heap, n);
	for (uint32_t i = 0; i < n; i++)
		wr_le32(&heap, 4 + 4 * n);
	wr_u8(&heap, ended ? 0 : 1);
	for (size_t i = 0; i < n_text; i++)
		wr_u8(&heap, 'x');
	if (ended)
		wr_u8(&heap, 0);
	wr_u8(&block, 2);
	put_class_part(&block, "C", NULL, &class, 1, &names);
	put_instance_part(&block, &instance, 1, &heap);
	put_unit_of(&unit, &block);
	assert_false(decode(unit.p, unit.len, a, &row, &e));
	assert_int_equal(e.code, ERR_TOO_BIG);
	wr_free(&heap);
	wr_free(&names);
	wr_free(&block);
	wr_free(&unit);
}

/* Many references to one long text would fill memory: the row is refused. */
static void
amplification_is_bounded(void **state)
{
	struct arena a = { 0 };

	(void)state;
	refuse_references(&a, 100000, 100000, true);
	assert_true(a.used <= ARENA_MAX);
	arena_free(&a);
}

/* References to a text without an end would be looked through a million times. */
static void
vain_work_is_bounded(void **state)
{
	struct arena a = { 0 };

	(void)state;
	refuse_references(&a, 300000, 1000000, false);
	assert_true(a.vain <= ARENA_VAIN_MAX);
	arena_free(&a);
}

/* The class at the cursor of a block made of one class part. */
static const struct cim_class *
class_of(struct classes *c, const char *name, const uint8_t *guid, size_t large,
    struct err *e)
{
	struct wr part = wr_new(20u << 20), heap = wr_new(16u << 20);
	struct prop p = { "P", WMI_UINT8 | CIM_ARRAY, 4, 0, 0 };
	const struct cim_class *class;
	struct rd r;

	wr_le32(&heap, (uint32_t)large);	/* the default: an array */
	wr_zero(&heap, large);
	put_class_part(&part, name, NULL, &p, 1, &heap);
	r = rd_new(part.p, part.len);
	class = classes_at(c, guid, &r, e);
	assert_true(class == NULL || r.pos == part.len);
	wr_free(&part);
	wr_free(&heap);
	return class;
}

static void
classes_are_decoded_once_and_bounded_together(void **state)
{
	static const uint8_t one[16] = { 1 }, two[16] = { 2 };
	const struct cim_class *a, *b, *large = NULL;
	struct classes c = { 0 };
	struct err e = { 0 };
	char name[16];
	size_t n = 0;

	(void)state;
	assert_non_null(a = class_of(&c, "A", one, 4, &e));
	assert_non_null(b = class_of(&c, "B", two, 4, &e));
	assert_ptr_equal(class_of(&c, "A", NULL, 4, &e), a);
	assert_ptr_equal(classes_by_guid(&c, two, &e), b);
	assert_int_equal(c.n, 2);
	assert_null(classes_by_guid(&c, (const uint8_t[16]){ 3 }, &e));
	assert_int_equal(e.code, ERR_PROTOCOL);
	err_clear(&e);
	do {
		snprintf(name, sizeof(name), "L%zu", n);
		large = class_of(&c, name, NULL, 100000, &e);
	} while (large != NULL && ++n < CLASSES_MAX);
	assert_int_equal(e.code, ERR_TOO_BIG);
	assert_in_range(n, 4, 40);
	assert_true(c.held <= CLASSES_HELD_MAX);
	classes_free(&c);
}

/* What we build is read back by our own decoder, value for value. */
static void
parameters_that_are_built_are_read_back(void **state)
{
	struct wr block = wr_new(65536), parent = wr_new(64), heap = wr_new(4096),
	    unit = wr_new(65536);
	struct prop class[] = { { "n", WMI_UINT32, 4, NULL_REF, 1 },
		{ "s", WMI_STRING, 4, NULL_REF, 1 }, { "b", WMI_BOOLEAN, 2, 0xffff, 1 },
		{ "unset", WMI_STRING, 4, NULL_REF, 1 },
		{ "list", WMI_STRING | CIM_ARRAY, 4, NULL_REF, 1 } };
	struct wmi_value items[2] = { { .type = WMI_STRING }, { .type = WMI_STRING } };
	struct wmi_arg args[4] = { { "N", { .type = WMI_UINT32 } },
		{ "s", { .type = WMI_STRING } }, { "b", { .type = WMI_BOOLEAN } },
		{ "list", { .type = WMI_STRING, .is_array = true } } };
	struct arena a = { 0 };
	struct wmi_row row;
	struct err e = { 0 };

	(void)state;
	wr_u8(&block, 1);
	put_class_part(&block, NULL, NULL, NULL, 0, &parent);
	wr_le32(&block, 12);
	wr_zero(&block, 4);
	wr_le32(&block, 0x80000000u);
	put_class_part(&block, "__PARAMETERS", NULL, class, 5, &heap);
	wr_le32(&block, 12);
	wr_zero(&block, 4);
	wr_le32(&block, 0x80000000u);
	args[0].value.u = 0x80000002u;
	args[1].value.text.s = "\xe2\x82\xac";	/* does not fit in Latin-1 */
	args[2].value.b = true;
	items[0].text.s = "one";
	items[1].text.s = "";
	args[3].value.list.v = items;
	args[3].value.list.n = 2;
	assert_true(cim_build_params(rd_new(block.p, block.len), args, 4, &unit, NULL));
	assert_true(decode(unit.p, unit.len, &a, &row, NULL));
	assert_int_equal(wmi_get(&row, "n")->u, 0x80000002u);
	assert_string_equal(wmi_get_text(&row, "s"), "\xe2\x82\xac");
	assert_true(wmi_get(&row, "b")->b);
	assert_true(wmi_get(&row, "unset")->is_null);
	assert_int_equal(wmi_get(&row, "list")->list.n, 2);
	assert_string_equal(wmi_get(&row, "list")->list.v[0].text.s, "one");
	/* a value of another type than the method's is refused */
	args[0].value.type = WMI_STRING;
	args[0].value.text.s = "2";
	assert_false(cim_build_params(rd_new(block.p, block.len), args, 4, &unit, &e));
	assert_int_equal(e.code, ERR_INVALID);
	arena_free(&a);
	wr_free(&block);
	wr_free(&parent);
	wr_free(&heap);
	wr_free(&unit);
}

static void
datetimes_and_intervals_are_understood(void **state)
{
	static const struct { const char *s; bool ok, interval; int64_t us; int offset; } v[] = {
		{ "20200918130308.617734-240", true, false, 1600448588617734, -240 },
		{ "19700101000000.000000+000", true, false, 0, 0 },
		{ "20240229120000.000000+060", true, false, 1709204400000000, 60 },
		{ "16010101000000.000000+000", true, false, -11644473600000000, 0 },
		{ "00000001020304.000005:000", true, true, 93784000005, 0 },
		{ "20230229120000.000000+060", false, false, 0, 0 },
		{ "00000000000000.000000+000", false, false, 0, 0 },
		{ "9/20/2020", false, false, 0, 0 },
		{ "2020091813030x.617734-240", false, false, 0, 0 },
		{ "", false, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wmi_time t;

		assert_int_equal(wmi_time_parse(v[i].s, &t), v[i].ok);
		if (!v[i].ok)
			continue;
		assert_int_equal(t.is_interval, v[i].interval);
		assert_true(t.us == v[i].us);
		assert_int_equal(t.offset_minutes, v[i].offset);
	}
}

static void
a_date_alone_is_marked(void **state)
{
	struct wmi_time t;

	(void)state;
	assert_true(wmi_time_parse("20201010******.******+***", &t));
	assert_true(t.date_only);
	assert_true(t.us == 1602288000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ms_wmio_3_2_instance_is_decoded),
		cmocka_unit_test(truncated_anywhere_is_refused),
		cmocka_unit_test(any_octet_may_lie),
		cmocka_unit_test(every_integer_type_keeps_sign_and_width),
		cmocka_unit_test(null_is_decided_by_the_bits_alone),
		cmocka_unit_test(booleans_and_reals_are_read),
		cmocka_unit_test(strings_come_as_latin_1_utf_16_and_from_the_dictionary),
		cmocka_unit_test(what_cannot_be_read_is_marked_and_the_row_goes_on),
		cmocka_unit_test(arrays_of_strings_are_references_and_may_hold_null),
		cmocka_unit_test(an_empty_array_is_not_null),
		cmocka_unit_test(an_array_longer_than_the_heap_is_not_allocated),
		cmocka_unit_test(embedded_objects_are_read_to_a_depth),
		cmocka_unit_test(amplification_is_bounded),
		cmocka_unit_test(vain_work_is_bounded),
		cmocka_unit_test(classes_are_decoded_once_and_bounded_together),
		cmocka_unit_test(parameters_that_are_built_are_read_back),
		cmocka_unit_test(datetimes_and_intervals_are_understood),
		cmocka_unit_test(a_date_alone_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
