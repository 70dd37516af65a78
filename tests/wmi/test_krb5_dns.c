#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail			/* ours is in err.h */
#include <stdlib.h>
#include <string.h>

#include "wmi/krb5_dns.h"

/* RFC 1035 4.1 by hand: one question, two SRV and an address beside them. */
static const uint8_t answer[] = {
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1,
	9, '_', 'k', 'e', 'r', 'b', 'e', 'r', 'o', 's', 4, '_', 't', 'c', 'p',
	3, 'L', 'A', 'B', 4, 'T', 'E', 'S', 'T', 0, 0, 33, 0, 1,
	/* at 41: priority 20, port 88, two.LAB.TEST by a pointer to 27 */
	0xc0, 12, 0, 33, 0, 1, 0, 0, 3, 132, 0, 12, 0, 20, 0, 100, 0, 88,
	3, 't', 'w', 'o', 0xc0, 27,
	/* priority 10, port 1088, dc1.lab.test in full */
	0xc0, 12, 0, 33, 0, 1, 0, 0, 3, 132, 0, 20, 0, 10, 0, 0, 4, 64,
	3, 'd', 'c', '1', 3, 'l', 'a', 'b', 4, 't', 'e', 's', 't', 0,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 3, 132, 0, 4, 127, 0, 0, 1,
};

static void
the_question_is_for_the_service_over_TCP(void **state)
{
	uint8_t out[512];
	size_t n = krb_srv_question("LAB.TEST", 0x1234, out, sizeof(out));

	(void)state;
	assert_int_equal(n, 41);
	assert_memory_equal(out + 12, answer + 12, 29);
	assert_int_equal(out[2], 1);		/* recursion desired */
	assert_int_equal(krb_srv_question("LAB..TEST", 1, out, sizeof(out)), 0);
	assert_int_equal(krb_srv_question("LAB.TEST", 1, out, 40), 0);
}

static void
the_lower_priority_comes_first(void **state)
{
	struct krb_srv v[4];

	(void)state;
	assert_int_equal(krb_srv_answer(answer, sizeof(answer), 0x1234, v, 4), 2);
	assert_string_equal(v[0].host, "dc1.lab.test");
	assert_int_equal(v[0].port, 1088);
	assert_string_equal(v[1].host, "two.LAB.TEST");
	assert_int_equal(v[1].port, 88);
	assert_int_equal(krb_srv_answer(answer, sizeof(answer), 0x1234, v, 1), 1);
}

static void
another_ones_answer_is_not_taken(void **state)
{
	uint8_t copy[sizeof(answer)];
	struct krb_srv v[4];

	(void)state;
	assert_int_equal(krb_srv_answer(answer, sizeof(answer), 0x1235, v, 4), 0);
	memcpy(copy, answer, sizeof(copy));
	copy[2] = 0x01;				/* a question */
	assert_int_equal(krb_srv_answer(copy, sizeof(copy), 0x1234, v, 4), 0);
	copy[2] = 0x81;
	copy[3] = 0x83;				/* no such name */
	assert_int_equal(krb_srv_answer(copy, sizeof(copy), 0x1234, v, 4), 0);
}

static void
names_that_point_at_themselves_end(void **state)
{
	uint8_t copy[sizeof(answer)];
	struct krb_srv v[4];

	(void)state;
	memcpy(copy, answer, sizeof(copy));
	copy[63] = 0xc0;
	copy[64] = 63;		/* the first answer's name ends in itself */
	assert_int_equal(krb_srv_answer(copy, sizeof(copy), 0x1234, v, 4), 0);
}

static void
an_answer_cut_anywhere_gives_what_is_whole(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(answer); n++) {
		struct krb_srv v[4];
		uint8_t *p = malloc(n + 1);
		size_t found;

		assert_non_null(p);
		memcpy(p, answer, n);
		found = krb_srv_answer(p, n, 0x1234, v, 4);
		assert_true(found <= (n >= 97 ? 2u : n >= 65 ? 1u : 0u));
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question_is_for_the_service_over_TCP),
		cmocka_unit_test(the_lower_priority_comes_first),
		cmocka_unit_test(another_ones_answer_is_not_taken),
		cmocka_unit_test(names_that_point_at_themselves_end),
		cmocka_unit_test(an_answer_cut_anywhere_gives_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
