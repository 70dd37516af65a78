/* test_objref.c: object references, bindings, activation answers, ORPC headers,
 * made by hand (dcom_make.h) from [MS-DCOM] 2.2.13, 2.2.18-2.2.22. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wmi/dcom_make.h"
#include "wmi/wbem.h"

#include <cmocka.h>

static struct rd
all(const struct wr *w)
{
	return rd_new(w->p, w->len);
}

static void
standard_handler_and_extended_references_are_read(void **state)
{
	static const uint32_t kinds[] = { 1, 2, 8 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wr w = wr_new(1024);
		struct std_ref s;

		put_std(&w, kinds[i], 0x42);
		assert_true(objref_std(all(&w), &s, NULL));
		assert_int_equal(s.ipid[0], 0x42);
		assert_int_equal(s.refs, 5);
		assert_true(s.oxid == 0x1122334455667788);
		wr_free(&w);
	}
}

static void
another_kind_or_another_magic_is_refused(void **state)
{
	struct wr w = wr_new(1024);
	struct std_ref s;
	struct rd data;

	(void)state;
	put_std(&w, 4, 1);
	assert_false(objref_std(all(&w), &s, NULL));
	assert_true(objref_custom(all(&w), dcom_iid(IF_IWbemLevel1Login), &data, NULL));
	assert_false(objref_custom(all(&w), dcom_iid(IF_IWbemServices), &data, NULL));
	w.p[0] = 'm';
	assert_false(objref_custom(all(&w), dcom_iid(IF_IWbemLevel1Login), &data, NULL));
	wr_free(&w);
}

/* The pipe before it is passed over, and so is a binding without a port. */
static void
the_port_is_that_of_the_tcp_binding(void **state)
{
	static const struct { const char *text; uint16_t port; } v[] = {
		{ "PC[49670]", 49670 }, { "10.0.0.1[1]", 1 }, { "fe80::1[65535]", 65535 },
		{ "PC", 0 }, { "PC[]", 0 }, { "PC[0]", 0 }, { "PC[65536]", 0 },
		{ "PC[123456789012]", 0 }, { "PC[12", 0 }, { "PC[12]x", 0 }, { "]12[", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wr w = wr_new(1024);
		struct bindings b;
		struct rd r;

		put_bindings(&w, v[i].text);
		r = all(&w);
		assert_true(bindings_take(&r, &b, NULL));
		assert_int_equal(b.n, 2);
		assert_int_equal(bindings_port(&b), v[i].port);
		assert_true(rd_done(&r));
		bindings_clear(&b);
		wr_free(&w);
	}
}

static void
an_activation_is_read(void **state)
{
	static const size_t junk[] = { 0, 8 };	/* located by sizes, not parsed through */

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct wr w = wr_new(65536);
		struct dcom_activated a;
		uint32_t hresult = 1;

		put_activated(&w, 0, junk[i]);
		assert_true(dcom_take_create(all(&w), &a, &hresult, NULL));
		assert_int_equal(hresult, 0);
		assert_int_equal(a.object.ipid[15], 0x42);
		assert_int_equal(a.remunknown[0], 0x24);
		assert_int_equal(a.minor, 7);
		assert_int_equal(bindings_port(&a.bindings), 49670);
		assert_string_equal(a.bindings.v[1].text, "pc17.corp.example[49670]");
		dcom_activated_clear(&a);
		wr_free(&w);
	}
}

static void
a_refused_activation_gives_its_hresult(void **state)
{
	struct wr w = wr_new(65536), null = wr_new(64);
	struct dcom_activated a;
	uint32_t hresult = 0;

	(void)state;
	put_activated(&w, 0x80070005, 0);	/* of the one object */
	assert_true(dcom_take_create(all(&w), &a, &hresult, NULL));
	assert_int_equal(hresult, 0x80070005);
	dcom_activated_clear(&a);
	wr_zero(&null, 12);			/* of the call, without properties */
	wr_le32(&null, 0x80080005);
	assert_true(dcom_take_create(all(&null), &a, &hresult, NULL));
	assert_int_equal(hresult, 0x80080005);
	wr_free(&w);
	wr_free(&null);
}

static void
an_activation_truncated_anywhere_is_refused(void **state)
{
	struct wr w = wr_new(65536);

	(void)state;
	put_activated(&w, 0, 0);
	for (size_t n = 0; n < w.len; n++) {
		uint8_t *exact = malloc(n + 1);
		struct dcom_activated a;
		uint32_t hresult;

		memcpy(exact, w.p, n);
		assert_false(dcom_take_create(rd_new(exact, n), &a, &hresult, NULL));
		dcom_activated_clear(&a);
		free(exact);
	}
	wr_free(&w);
}

static void
any_octet_of_an_activation_may_lie(void **state)
{
	static const uint8_t lies[] = { 0, 1, 0x7f, 0xff };
	struct wr w = wr_new(65536);

	(void)state;
	put_activated(&w, 0, 0);
	for (size_t at = 0; at < w.len; at++)
		for (size_t i = 0; i < sizeof(lies); i++) {
			uint8_t was = w.p[at];
			struct dcom_activated a;
			uint32_t hresult;

			w.p[at] = lies[i];
			if (dcom_take_create(all(&w), &a, &hresult, NULL))
				assert_true(a.bindings.n <= BINDINGS_MAX);
			dcom_activated_clear(&a);
			w.p[at] = was;
		}
	wr_free(&w);
}

/* A server alive answer: version, bindings, status. */
static void
server_alive_names_version_and_addresses(void **state)
{
	struct wr w = wr_new(1024);
	struct bindings b;
	uint16_t major, minor;
	size_t len;

	(void)state;
	wr_le16(&w, 5);
	wr_le16(&w, 7);
	wr_le32(&w, 0x20000);
	wr_le32(&w, 40);
	put_bindings(&w, "PC17");
	wr_align(&w, 0, 4);
	wr_zero(&w, 8);
	assert_true(dcom_take_alive(all(&w), &major, &minor, &b, NULL));
	assert_int_equal(minor, 7);
	assert_string_equal(b.v[1].text, "PC17");
	bindings_clear(&b);
	len = w.len;
	for (w.len = 0; w.len < len; w.len++)
		assert_false(dcom_take_alive(all(&w), &major, &minor, &b, NULL));
	wr_free(&w);
}

/* Error answers of WMI carry extensions: what follows must not shift. */
static void
orpc_extensions_are_stepped_over(void **state)
{
	struct wr w = wr_new(1024);
	struct rd r;
	uint32_t hresult;

	(void)state;
	wr_le32(&w, 0);
	wr_le32(&w, 0x20000);
	wr_le32(&w, 1);			/* one extent, in an array of two */
	wr_le32(&w, 0);
	wr_le32(&w, 0x20004);
	wr_le32(&w, 2);
	wr_le32(&w, 0x20008);
	wr_le32(&w, 0);
	wr_le32(&w, 16);		/* its octets, rounded up to 8 */
	wr_zero(&w, 16);
	wr_le32(&w, 11);
	for (int i = 0; i < 16; i++)
		wr_u8(&w, 0xdd);
	wr_le32(&w, 0x80041003);
	r = all(&w);
	assert_true(orpc_take_that(&r, NULL));
	assert_true(orpc_take_result(&r, &hresult, NULL));
	assert_int_equal(hresult, 0x80041003);
	wr_free(&w);
}

/* Next: two objects, their padding, count and HRESULT behind them. */
static void
rows_come_with_the_last_answer_too(void **state)
{
	struct wr w = wr_new(4096), ref = wr_new(256);
	uint32_t count, hresult;
	struct rd objects, unit;

	(void)state;
	wbem_put_unit(&ref, "abc", 3);
	wr_zero(&w, 8);
	wr_le32(&w, 50);
	wr_le32(&w, 0);
	wr_le32(&w, 2);
	wr_le32(&w, 0x20000);
	wr_le32(&w, 0x20004);
	for (int i = 0; i < 2; i++) {
		wr_le32(&w, (uint32_t)ref.len);
		wr_le32(&w, (uint32_t)ref.len);
		wr_bytes(&w, ref.p, ref.len);
		wr_align(&w, 0, 4);
	}
	wr_le32(&w, 2);
	wr_le32(&w, WBEM_S_FALSE);
	assert_true(wbem_take_next(all(&w), &objects, &count, &hresult, NULL));
	assert_int_equal(count, 2);
	assert_int_equal(hresult, WBEM_S_FALSE);
	for (int i = 0; i < 2; i++) {
		assert_true(wbem_next_object(&objects, &unit, NULL));
		assert_int_equal(unit.len, 3);
	}
	assert_false(wbem_next_object(&objects, &unit, NULL));
	for (size_t n = w.len; n-- > 0;) {
		w.len = n;
		assert_false(wbem_take_next(all(&w), &objects, &count, &hresult, NULL));
	}
	wr_free(&w);
	wr_free(&ref);
}

/* Success without an object would be called at an address of zeroes. */
static void
success_without_an_object_is_malformed(void **state)
{
	static const uint8_t none[16] = { 0 };
	struct std_ref ref = { .refs = 0 };
	uint32_t hresult = 1;
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_false(dcom_take_query_interface(rd_new(none, 16), &ref, &hresult, &e));
	assert_int_equal(e.code, ERR_PROTOCOL);
	assert_int_equal(hresult, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_handler_and_extended_references_are_read),
		cmocka_unit_test(another_kind_or_another_magic_is_refused),
		cmocka_unit_test(the_port_is_that_of_the_tcp_binding),
		cmocka_unit_test(an_activation_is_read),
		cmocka_unit_test(a_refused_activation_gives_its_hresult),
		cmocka_unit_test(an_activation_truncated_anywhere_is_refused),
		cmocka_unit_test(any_octet_of_an_activation_may_lie),
		cmocka_unit_test(server_alive_names_version_and_addresses),
		cmocka_unit_test(orpc_extensions_are_stepped_over),
		cmocka_unit_test(rows_come_with_the_last_answer_too),
		cmocka_unit_test(success_without_an_object_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
