#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "helper/base/reader.h"
#include "helper/base/writer.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
both_byte_orders_are_read(void **state)
{
	struct rd r = rd_new(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_le16(&r), 0x0302);
	assert_int_equal(rd_be32(&r), 0x04050607);
	assert_int_equal(rd_le64(&r), 0x0f0e0d0c0b0a0908);
	assert_true(rd_done(&r));
}

static void
the_first_short_read_sticks(void **state)
{
	struct rd r = rd_new(bytes, 3);

	(void)state;
	assert_int_equal(rd_le32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rd_u8(&r), 0);	/* although one octet is there */
	assert_int_equal(r.pos, 0);
	assert_false(rd_done(&r));
}

static void
truncated_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < 15; n++) {
		struct rd r = rd_new(bytes, n);

		rd_u8(&r);
		rd_be16(&r);
		rd_le32(&r);
		rd_be64(&r);
		assert_true(r.bad);
	}
}

static void
windows_do_not_overflow(void **state)
{
	struct rd r = rd_new(bytes, sizeof(bytes)), w;

	(void)state;
	w = rd_window(&r, 2, 3);
	assert_false(w.bad);
	assert_int_equal(rd_u8(&w), 3);
	w = rd_window(&r, SIZE_MAX, 2);
	assert_true(w.bad && r.bad);
	r = rd_new(bytes, sizeof(bytes));
	w = rd_window(&r, 2, SIZE_MAX - 1);
	assert_true(w.bad);
}

static void
a_count_must_fit_in_what_is_left(void **state)
{
	const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 0, 0 };
	const uint8_t two[] = { 2, 0, 0, 0, 1, 2, 3, 4 };
	struct rd r = rd_new(huge, sizeof(huge));

	(void)state;
	assert_int_equal(rd_count32(&r, 2), 0);
	assert_true(r.bad);
	r = rd_new(two, sizeof(two));
	assert_int_equal(rd_count32(&r, 2), 2);
	assert_false(r.bad);
}

static void
what_was_written_is_read(void **state)
{
	struct wr w = wr_new(100);
	struct rd r;
	size_t hole;

	(void)state;
	wr_u8(&w, 7);
	hole = wr_hole32(&w);
	wr_be16(&w, 0x1234);
	wr_le64(&w, 0x1122334455667788);
	wr_align(&w, 0, 16);
	wr_fill32(&w, hole, w.len);
	assert_false(w.bad);
	r = rd_new(w.p, w.len);
	assert_int_equal(rd_u8(&r), 7);
	assert_int_equal(rd_le32(&r), 16);
	assert_int_equal(rd_be16(&r), 0x1234);
	assert_int_equal(rd_le64(&r), 0x1122334455667788);
	rd_align(&r, 16);
	assert_true(rd_done(&r));
	wr_free(&w);
}

static void
a_writer_stops_at_its_limit(void **state)
{
	struct wr w = wr_new(4);

	(void)state;
	wr_le32(&w, 1);
	assert_false(w.bad);
	wr_u8(&w, 1);
	assert_true(w.bad);
	assert_int_equal(w.len, 4);
	assert_null(wr_cstr(&w));
	wr_free(&w);
}

static void
a_length_too_large_for_its_hole_is_refused(void **state)
{
	struct wr w = wr_new(4);
	size_t hole = wr_hole16(&w);

	(void)state;
	wr_fill16(&w, hole, 0x10000);
	assert_true(w.bad);
	wr_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders_are_read),
		cmocka_unit_test(the_first_short_read_sticks),
		cmocka_unit_test(truncated_anywhere_is_refused),
		cmocka_unit_test(windows_do_not_overflow),
		cmocka_unit_test(a_count_must_fit_in_what_is_left),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_writer_stops_at_its_limit),
		cmocka_unit_test(a_length_too_large_for_its_hole_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
