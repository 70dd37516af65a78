/* First: cmocka.h has a macro called fail(). */
#include "helper/target/csv.h"
#include "helper/target/range_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"

static struct range_file *
read_ok(const char *text)
{
	struct err e = { 0 };
	struct range_file *f = range_file_read(text, strlen(text), NULL, NULL, &e);

	if (f == NULL)
		fail_msg("%s", e.text);
	return f;
}

static void
a_sensors_file_is_read(void **state)
{
	struct range_file *f = read_ok("FROM,TO,USER,PASSWORD,DISABLE\r\n"
	    "10.0.0.1,10.0.0.99,CORP\\scanner,s e,FALSE\r\n"
	    "\r\n"
	    "10.1.0.0/24,,,,TRUE\r\n"
	    "10.2.0.1;10.2.0.9-12,,,,\r\n");

	(void)state;
	assert_int_equal(f->n, 3);
	assert_string_equal(f->rows[2].from, "10.2.0.1;10.2.0.9-12");
	assert_string_equal(f->rows[0].from, "10.0.0.1");
	assert_string_equal(f->rows[0].to, "10.0.0.99");
	assert_string_equal(f->rows[0].user, "CORP\\scanner");
	assert_string_equal(secret_str(f->rows[0].password), "s e");
	assert_string_equal(f->rows[0].protocol, "wmi");
	assert_false(f->rows[0].disabled);
	assert_int_equal(f->rows[0].line, 2);
	assert_string_equal(f->rows[1].to, "");
	assert_null(f->rows[1].password);
	assert_true(f->rows[1].disabled);
	assert_int_equal(f->rows[1].line, 4);
	range_file_free(f);
}

static void
columns_come_in_any_order_and_case_with_bom_and_semicolons(void **state)
{
	struct range_file *f = read_ok("\xef\xbb\xbf" "disable; Password ;from;"
	    "PROTOCOL;uSER\n true ;\"a;\"\"b\"\"\nc \";\"10.0.0.1, pc.example;"
	    "10.0.0.7\";SSH; root ");

	(void)state;
	assert_int_equal(f->n, 1);
	assert_true(f->rows[0].disabled);
	/* A password keeps every octet, its blanks too. */
	assert_string_equal(secret_str(f->rows[0].password), "a;\"b\"\nc ");
	assert_string_equal(f->rows[0].from, "10.0.0.1, pc.example;10.0.0.7");
	assert_string_equal(f->rows[0].user, "root");
	assert_string_equal(f->rows[0].protocol, "ssh");
	range_file_free(f);
}

static void
rows_of_empty_fields_are_none(void **state)
{
	static const char text[] = "FROM,TO,USER,PASSWORD,DISABLE\n,,,,\n"
	    "10.0.0.1,,,,\n\"\",,,,\n,,,,\n,\n";
	struct err e = { 0 };
	struct range_file *f = range_file_read(text, sizeof(text) - 1, NULL,
	    NULL, &e);

	(void)state;
	if (f == NULL)
		fail_msg("%s", e.text);
	assert_int_equal(f->n, 1);
	assert_string_equal(f->rows[0].from, "10.0.0.1");
	range_file_free(f);
}

static void
mistakes_are_named_by_line_and_column(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "", "first line is FROM" },
		{ "TO,USER\n", "line 1: a column FROM" },
		{ "FROM,NAME\n", "line 1, column 6: the first line names the "
		    "columns, and \"NAME\" is none of" },
		{ "FROM,from\n", "line 1, column 6: the column FROM is there twice" },
		{ "FROM,TO\n10.0.0.1\n", "line 2, column 1: 1 field where" },
		{ "FROM,TO\n10.0.0.9,10.0.0.1\n", "line 2, column 1: " },
		{ "TO,FROM\n,10.0.0.300\n", "line 2, column 2: \"10.0.0.300\"" },
		{ "FROM\nx,\n", "line 2, column 1: 2 fields" },
		{ "TO,FROM\n1.1.1.1,\n", "line 2, column 9: FROM is empty" },
		{ "FROM,DISABLE\n\n10.0.0.1,maybe\n",
		    "line 3, column 10: DISABLE is TRUE or FALSE" },
		{ "FROM,PROTOCOL\n10.0.0.1,snmp\n", "line 2, column 10: PROTOCOL" },
		{ "FROM,USER\n10.0.0.1,\"a\n", "line 2, column 10: this quote" },
		{ "FROM,USER\n10.0.0.1,\"a\"b\n", "line 2, column 13: behind" },
		{ "FROM,USER\n10.0.0.1,a\"b\n", "line 2, column 11: a quote inside" },
		{ "FROM,USER\n10.0.0.1,\xc3\xbc\xfc\n", "line 2, column 11: this is not UTF-8" },
		{ "FROM\r10.0.0.1", "line 1, column 5: a carriage return" },
		{ "FROM,PASSWORD\n10.0.0.1,x\n", "line 2, column 10: a password without" },
		{ "sep=;\nFROM;TO\n10.0.0.1;x\n", "line 3, column 1: " },
		{ "FROM,ESCAPED\n10.0.0.1,1\n", "line 2, column 10: ESCAPED is" },
		{ "\xff\xfe" "F\0R\0", "line 1, column 1: this is not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		struct range_file *f = range_file_read(cases[i].text,
		    strlen(cases[i].text), NULL, NULL, &e);

		if (f != NULL)
			fail_msg("\"%s\" was taken", cases[i].text);
		if (strstr(e.text, cases[i].says) == NULL)
			fail_msg("\"%s\": %s", cases[i].text, e.text);
	}
}

static void
collect(void *ctx, const char *text)
{
	struct wr *w = ctx;

	wr_printf(w, "%s|", text);
}

static void
all_mistakes_are_told_at_once(void **state)
{
	static const char text[] = "FROM,TO,DISABLE\n10.0.0.300,,\n10.0.0.1,,\n"
	    "10.0.0.1\n10.0.0.2,,so\n\"";
	struct err e = { 0 };
	struct wr w = wr_new(10000);

	(void)state;
	assert_null(range_file_read(text, sizeof(text) - 1, collect, &w, &e));
	assert_non_null(strstr(wr_cstr(&w), "line 2, column 1: \"10.0.0.300\""));
	assert_non_null(strstr(wr_cstr(&w), "|line 4, column 1: 1 field"));
	assert_non_null(strstr(wr_cstr(&w), "|line 5, column 11: DISABLE"));
	assert_non_null(strstr(wr_cstr(&w), "|line 6, column 1: this quote"));
	assert_non_null(strstr(e.text, "line 2, column 1"));
	wr_free(&w);
}

static void
mistakes_have_an_end(void **state)
{
	struct wr text = wr_new(100000), w = wr_new(100000);
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	wr_str(&text, "FROM\n");
	for (int i = 0; i < 1000; i++)
		wr_str(&text, "x y z/99\n");
	assert_null(range_file_read((const char *)text.p, text.len, collect, &w,
	    &e));
	for (const char *p = wr_cstr(&w); *p != '\0'; p++)
		n += *p == '|';
	assert_int_equal(n, RANGE_FILE_MISTAKES);
	wr_free(&text);
	wr_free(&w);
}

static void
a_spreadsheets_separator_line_is_understood(void **state)
{
	struct range_file *f = read_ok("sep=;\r\nFROM;USER\r\n"
	    "10.0.0.1;\"a,b,c,d\"\r\n");

	(void)state;
	assert_int_equal(f->n, 1);
	assert_string_equal(f->rows[0].user, "a,b,c,d");
	assert_int_equal(f->rows[0].line, 3);
	range_file_free(f);
}

/* What a spreadsheet would take for a formula comes back as it was, and what
 * only looks like our mark stays as it is. */
static void
formulas_are_neutral_and_come_back(void **state)
{
	static const char *const values[] = { "=1+1", "+1", "-1", "@SUM(1)",
	    "'=1", "''=1", "'", "plain", "\t=1", "  =1", "=a,\"b\"",
	    "\xef\xbc\x9d" "1", "O'Neil" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			struct range_row row = { .from = (char[]){ "10.0.0.1" },
			    .to = (char[]){ "" }, .user = strdup(values[i]),
			    .protocol = "wmi",
			    .password = secret_from_str(values[k]) };
			struct wr w = wr_new(10000);
			struct range_file *f;

			text_trim(row.user);
			range_file_write(&w, &row, 1, true);
			f = read_ok(wr_cstr(&w));
			assert_string_equal(f->rows[0].user, row.user);
			assert_true(secret_equal(f->rows[0].password,
			    row.password));
			range_file_free(f);
			wr_free(&w);
			free(row.user);
			secret_free(row.password);
		}
}

static void
another_programs_apostrophes_are_left_alone(void **state)
{
	struct range_file *f = read_ok("FROM,USER,PASSWORD\n"
	    "10.0.0.1,'-x,'=1\n");

	(void)state;
	assert_string_equal(f->rows[0].user, "'-x");
	assert_string_equal(secret_str(f->rows[0].password), "'=1");
	range_file_free(f);
}

static void
a_nul_octet_is_refused(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_null(range_file_read("FROM\n10.0.0.1\0", 14, NULL, NULL, &e));
	assert_non_null(strstr(e.text, "line 2, column 9: a NUL"));
}

static void
no_message_shows_a_password(void **state)
{
	struct err e = { 0 };
	static const char text[] = "FROM,PASSWORD,DISABLE\n"
	    "10.0.0.1,hunter2,maybe\n";

	(void)state;
	assert_null(range_file_read(text, sizeof(text) - 1, NULL, NULL,
	    &e));
	assert_null(strstr(e.text, "hunter2"));
}

static void
what_is_written_is_read_back(void **state)
{
	struct range_file *f = read_ok("FROM,TO,USER,PASSWORD,DISABLE\n"
	    "\"10.0.0.1,10.0.0.2\",,\"a\"\"b\",\"x;\ny \",TRUE\n"
	    "::1,::2,\xc3\xbc,1+1,\n"), *again;
	struct wr w = wr_new(10000);

	(void)state;
	range_file_write(&w, f->rows, f->n, true);
	again = read_ok(wr_cstr(&w));
	assert_int_equal(again->n, f->n);
	for (size_t i = 0; i < f->n; i++) {
		assert_string_equal(again->rows[i].from, f->rows[i].from);
		assert_string_equal(again->rows[i].to, f->rows[i].to);
		assert_string_equal(again->rows[i].user, f->rows[i].user);
		assert_true(secret_equal(again->rows[i].password,
		    f->rows[i].password));
		assert_int_equal(again->rows[i].disabled, f->rows[i].disabled);
	}
	wr_reset(&w);
	range_file_write(&w, f->rows, f->n, false);
	assert_string_equal(wr_cstr(&w), "FROM,TO,USER,PASSWORD,DISABLE\r\n"
	    "\"10.0.0.1,10.0.0.2\",,\"a\"\"b\",,TRUE\r\n"
	    "::1,::2,\xc3\xbc,,FALSE\r\n");
	wr_free(&w);
	range_file_free(f);
	range_file_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sensors_file_is_read),
		cmocka_unit_test(columns_come_in_any_order_and_case_with_bom_and_semicolons),
		cmocka_unit_test(rows_of_empty_fields_are_none),
		cmocka_unit_test(mistakes_are_named_by_line_and_column),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(mistakes_have_an_end),
		cmocka_unit_test(a_spreadsheets_separator_line_is_understood),
		cmocka_unit_test(formulas_are_neutral_and_come_back),
		cmocka_unit_test(another_programs_apostrophes_are_left_alone),
		cmocka_unit_test(a_nul_octet_is_refused),
		cmocka_unit_test(no_message_shows_a_password),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
