/* First: cmocka.h has a macro called fail(). */
#include "helper/target/icmp.h"
#include "helper/target/rtt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define MS INT64_C(1000000)

static struct net_addr
addr(const char *text)
{
	struct net_addr a;

	assert_true(net_addr_parse(text, &a));
	return a;
}

static void
before_any_answer_the_wait_is_a_second_or_what_is_allowed(void **state)
{
	struct net_addr a = addr("10.0.0.1");
	struct rtt *r = rtt_new(5000 * MS, false), *s = rtt_new(300 * MS, false);

	(void)state;
	assert_int_equal(rtt_first(r, &a), 1000 * MS);
	assert_true(rtt_second(r, &a) >= 1000 * MS);
	assert_int_equal(rtt_first(s, &a), 300 * MS);
	assert_int_equal(rtt_second(s, &a), 300 * MS);
	rtt_free(r);
	rtt_free(s);
}

static void
fast_neighbours_shorten_the_wait_but_not_that_of_strangers(void **state)
{
	struct net_addr near = addr("10.0.0.1"), beside = addr("10.0.0.200");
	struct net_addr far = addr("10.0.1.1"), six = addr("2001:db8::1");
	struct rtt *r = rtt_new(5000 * MS, false);

	(void)state;
	for (int i = 0; i < 10; i++)
		rtt_answer(r, &near, MS);
	assert_true(rtt_first(r, &beside) < 150 * MS);
	assert_true(rtt_second(r, &beside) < 250 * MS);
	/* A branch office 700 ms away is found when it is asked again. */
	assert_true(rtt_second(r, &far) >= 1000 * MS);
	assert_true(rtt_second(r, &six) >= 1000 * MS);
	rtt_free(r);
}

static void
slow_and_uneven_neighbours_lengthen_it_up_to_what_is_allowed(void **state)
{
	struct net_addr a = addr("10.0.0.1");
	struct rtt *r = rtt_new(2000 * MS, false);

	(void)state;
	for (int i = 0; i < 20; i++)
		rtt_answer(r, &a, 400 * MS);
	assert_true(rtt_first(r, &a) >= 400 * MS);
	assert_true(rtt_second(r, &a) >= 800 * MS);
	for (int i = 0; i < 20; i++)
		rtt_answer(r, &a, i % 2 == 0 ? 100 * MS : 1500 * MS);
	assert_true(rtt_first(r, &a) > 1500 * MS);
	assert_int_equal(rtt_second(r, &a), 2000 * MS);
	rtt_free(r);
}

static void
a_sweep_held_back_by_its_rate_is_patient(void **state)
{
	struct net_addr a = addr("10.0.0.1");
	struct rtt *hasty = rtt_new(5000 * MS, false);
	struct rtt *patient = rtt_new(5000 * MS, true);

	(void)state;
	rtt_answer(hasty, &a, MS);
	rtt_answer(patient, &a, MS);
	assert_true(rtt_second(patient, &a) > 2 * rtt_second(hasty, &a));
	rtt_free(hasty);
	rtt_free(patient);
}

/* An IPv4 header of 20 octets (only its length counts), then an echo reply
 * (RFC 792) with a word of 1s and a mark of 2s. */
static void
make_reply(uint8_t p[static 44])
{
	memset(p, 0, 44);
	p[0] = 0x45;
	memset(p + 28, 1, 8);
	memset(p + 36, 2, 8);
}

static void
only_a_whole_reply_to_our_own_request_counts(void **state)
{
	uint64_t word = UINT64_C(0x0101010101010101), mark = 0;
	uint8_t p[44];

	(void)state;
	make_reply(p);
	assert_true(icmp_decode(p, 44, 4, true, word, &mark));
	assert_true(mark == UINT64_C(0x0202020202020202));
	assert_true(icmp_decode(p + 20, 24, 4, false, word, &mark));
	assert_false(icmp_decode(p, 44, 4, true, word + 1, &mark));
	for (size_t n = 0; n < 44; n++)
		assert_false(icmp_decode(p, n, 4, true, word, &mark));
	p[20] = 8;			/* a request, not a reply */
	assert_false(icmp_decode(p, 44, 4, true, word, &mark));
	assert_false(icmp_decode(p + 20, 24, 6, false, word, &mark));
	p[20] = 129;			/* echo reply, RFC 4443 4.2 */
	assert_true(icmp_decode(p + 20, 24, 6, false, word, &mark));
	make_reply(p);
	p[0] = 0x44;			/* a header too short to be one */
	assert_false(icmp_decode(p, 44, 4, true, word, &mark));
	p[0] = 0x4f;			/* options beyond the packet */
	assert_false(icmp_decode(p, 44, 4, true, word, &mark));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_any_answer_the_wait_is_a_second_or_what_is_allowed),
		cmocka_unit_test(fast_neighbours_shorten_the_wait_but_not_that_of_strangers),
		cmocka_unit_test(slow_and_uneven_neighbours_lengthen_it_up_to_what_is_allowed),
		cmocka_unit_test(a_sweep_held_back_by_its_rate_is_patient),
		cmocka_unit_test(only_a_whole_reply_to_our_own_request_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
