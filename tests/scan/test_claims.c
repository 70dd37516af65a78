#include "helper/scan/claims.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>

#include "tests/scratch.h"


static const char *const mac_a[] = { "00:1a:2b:00:00:01" };
static const char *const mac_b[] = { "00:1a:2b:00:00:02" };
static const char *const mac_c[] = { "00:1a:2b:00:00:03" };
static const char *const mac_ab[] = { "00:1a:2b:00:00:09",
	"00:1a:2b:00:00:01" };

static struct claimed
make(struct claims *c, struct claimant who)
{
	struct claimed out;

	claims_make(c, &who, &out);
	return out;
}

static void
the_first_computer_claims_its_keys(void **state)
{
	struct claims *c = claims_new();
	struct claimed r = make(c, (struct claimant){ "10.0.0.1", "pc1", "u1",
	    "s1", mac_a, 1 });

	(void)state;
	assert_int_equal(r.verdict, CLAIM_FIRST);
	assert_int_not_equal(r.cookie, 0);
	r = make(c, (struct claimant){ "10.0.0.2", "pc2", "u2", "s2", mac_b, 1 });
	assert_int_equal(r.verdict, CLAIM_FIRST);
	assert_string_equal(r.address, "");
	claims_free(c);
}

static void
byte_order_and_case_make_no_other_computer(void **state)
{
	static const char *const uuid[] = {
		"4c4c4544-0042-3510-8052-b4c04f4e3132",
		"44454C4C-4200-1035-8052-B4C04F4E3132" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct claims *c = claims_new();
		struct claimed r;

		make(c, (struct claimant){ "10.0.0.1", "pc1", uuid[i], "sn1",
		    mac_a, 1 });
		r = make(c, (struct claimant){ "10.0.0.2", "PC1", uuid[1 - i],
		    "SN1", mac_b, 1 });
		assert_int_equal(r.verdict, CLAIM_SAME);
		r = make(c, (struct claimant){ "10.0.0.3", "pc3", uuid[1 - i],
		    "sn3", mac_c, 1 });
		assert_int_equal(r.verdict, CLAIM_AMBIGUOUS);
		assert_string_equal(r.key, i == 0 ?
		    "UUID 4c4c4544-0042-3510-8052-b4c04f4e3132" :
		    "UUID 44454C4C-4200-1035-8052-B4C04F4E3132");
		assert_true(r.void_uuid);
		claims_free(c);
	}
}

static void
the_same_computer_at_a_second_address_is_the_same(void **state)
{
	struct claims *c = claims_new();
	struct claimed r;

	(void)state;
	make(c, (struct claimant){ "10.0.0.1", "pc1", "u1", "s1", mac_a, 1 });
	/* another adapter is up there, but UUID, serial and name agree */
	r = make(c, (struct claimant){ "10.9.0.1", "PC1", "u1", "s1", mac_c, 1 });
	assert_int_equal(r.verdict, CLAIM_SAME);
	assert_string_equal(r.address, "10.0.0.1");
	assert_int_equal(r.cookie, 0);
	claims_free(c);
}

static void
without_uuid_and_serial_a_shared_mac_and_name_are_the_same(void **state)
{
	struct claims *c = claims_new();

	(void)state;
	make(c, (struct claimant){ "10.0.0.1", "web", NULL, NULL, mac_a, 1 });
	assert_int_equal(make(c, (struct claimant){ "10.9.0.1", "web", NULL, NULL,
	    mac_ab, 2 }).verdict, CLAIM_SAME);
	claims_free(c);
}

static void
another_computer_with_a_claimed_key_is_ambiguous(void **state)
{
	struct claims *c = claims_new();
	struct claimed first, r;

	(void)state;
	first = make(c, (struct claimant){ "10.0.0.1", "pc1", "u1", "s1",
	    mac_a, 1 });
	claims_asset(c, first.cookie, 10311);
	r = make(c, (struct claimant){ "10.0.0.2", "pc2", "u2", "s2", mac_ab, 2 });
	assert_int_equal(r.verdict, CLAIM_AMBIGUOUS);
	assert_string_equal(r.address, "10.0.0.1");
	assert_string_equal(r.name, "pc1");
	assert_string_equal(r.key, "MAC address 00:1a:2b:00:00:01");
	assert_int_equal(r.asset, 10311);
	assert_int_equal(r.void_macs, 2);
	claims_free(c);
}

static void
a_key_that_two_showed_is_void_for_the_third(void **state)
{
	struct claims *c = claims_new();
	struct claimed r;

	(void)state;
	make(c, (struct claimant){ "10.0.0.1", "pc1", "u1", "dup", mac_a, 1 });
	make(c, (struct claimant){ "10.0.0.2", "pc2", "u2", "dup", mac_b, 1 });
	/* it has keys of its own: those count, the void one does not */
	r = make(c, (struct claimant){ "10.0.0.3", "pc3", "u3", "dup", mac_c, 1 });
	assert_int_equal(r.verdict, CLAIM_FIRST);
	assert_true(r.void_serial);
	assert_false(r.void_uuid);
	assert_int_equal(r.void_macs, 0);
	/* this one has nothing else */
	r = make(c, (struct claimant){ "10.0.0.4", "pc4", NULL, "dup", NULL, 0 });
	assert_int_equal(r.verdict, CLAIM_AMBIGUOUS);
	claims_free(c);
}

static void
a_computer_without_keys_is_nobodys_double(void **state)
{
	struct claims *c = claims_new();

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(make(c, (struct claimant){ "10.0.0.1", "box",
		    NULL, NULL, NULL, 0 }).verdict, CLAIM_FIRST);
	claims_free(c);
}

static void
many_claims_are_found_again(void **state)
{
	struct claims *c = claims_new();
	char serial[32], name[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(serial, sizeof(serial), "s%d", i);
		snprintf(name, sizeof(name), "pc%d", i);
		assert_int_equal(make(c, (struct claimant){ "10.0.0.1", name,
		    NULL, serial, NULL, 0 }).verdict, CLAIM_FIRST);
	}
	assert_int_equal(make(c, (struct claimant){ "10.0.0.2", "pc123", NULL,
	    "s123", NULL, 0 }).verdict, CLAIM_SAME);
	claims_free(c);
}

/* Who is asked first changes; what two showed stays its owner's. */
static void
a_shared_key_is_remembered_with_its_owner(void **state)
{
	char dir[SCRATCH_MAX], path[SCRATCH_MAX + 40], command[SCRATCH_MAX + 40];
	struct claimant a = { "10.0.0.1", "pc1", "u1", "s1", mac_a, 1 };
	struct claimant b = { "10.0.0.2", "pc2", "u2", "s2", mac_a, 1 };
	struct claimant both = { "10.0.0.3", "pc3", "u3", "s3", mac_ab, 2 };
	struct claimed r;
	struct claims *c;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(scratch_name(dir, "claims")));
	snprintf(path, sizeof(path), "%s/shared.json", dir);
	c = claims_new();
	claims_load(c, dir);
	make(c, a);
	r = make(c, b);
	assert_int_equal(r.verdict, CLAIM_AMBIGUOUS);
	assert_false(r.past);
	claims_save(c, dir);
	claims_free(c);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	for (int scan = 0; scan < 2; scan++) {	/* and once more from the file */
		c = claims_new();
		claims_load(c, dir);
		b.uuid = b.serial = NULL;	/* nothing but the key */
		r = make(c, b);
		assert_int_equal(r.verdict, CLAIM_AMBIGUOUS);
		assert_true(r.past);
		assert_string_equal(r.name, "pc1");
		assert_string_equal(r.address, "10.0.0.1");
		r = make(c, both);		/* has another address, too */
		assert_int_equal(r.verdict, CLAIM_FIRST);
		assert_int_equal(r.void_macs, 2);
		r = make(c, a);
		assert_int_equal(r.verdict, CLAIM_FIRST);
		assert_int_equal(r.void_macs, 0);
		claims_save(c, dir);
		claims_free(c);
	}
	c = claims_new();	/* nothing is shared in one that began before */
	make(c, a);
	claims_save(c, dir);
	claims_free(c);
	assert_int_equal(stat(path, &st), 0);
	c = claims_new();
	claims_load(c, dir);
	assert_int_equal(make(c, b).verdict, CLAIM_AMBIGUOUS);
	claims_free(c);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

struct at_once { const char *dir; unsigned number; };

/* A shard's scan: two computers show one address, each time another. */
static void *
save_some(void *arg)
{
	struct at_once *w = arg;

	for (unsigned i = 0; i < 20; i++) {
		struct claims *c = claims_new();
		char text[24];
		const char *macs[1] = { text };
		struct claimed out;

		snprintf(text, sizeof(text), "00:1a:2b:01:%02x:%02x", w->number, i);
		claims_load(c, w->dir);
		claims_make(c, &(struct claimant){ "10.0.0.1", "pc1", "u1", "s1",
		    macs, 1 }, &out);
		claims_make(c, &(struct claimant){ "10.0.0.2", "pc2", "u2", "s2",
		    macs, 1 }, &out);
		claims_save(c, w->dir);
		claims_free(c);
	}
	return NULL;
}

static void
scans_that_end_at_the_same_time_keep_each_others(void **state)
{
	char dir[SCRATCH_MAX], path[SCRATCH_MAX + 40], command[SCRATCH_MAX + 40];
	pthread_t t[4];
	struct at_once w[4];
	json_t *all;

	(void)state;
	assert_non_null(mkdtemp(scratch_name(dir, "claims")));
	for (unsigned i = 0; i < 4; i++) {
		w[i] = (struct at_once){ dir, i };
		assert_int_equal(pthread_create(&t[i], NULL, save_some, &w[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	snprintf(path, sizeof(path), "%s/shared.json", dir);
	all = json_load_file(path, 0, NULL);
	assert_int_equal(json_object_size(all), 80);
	json_decref(all);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

static void
a_damaged_or_old_memory_is_none(void **state)
{
	static const char *const texts[] = { "", "[]", "{\"x\":7}", "{",
		"{\"MAC address 00:1a:2b:00:00:01\":{\"shown\":\"x\",\"address\":"
		"\"10.0.0.9\",\"seen\":1000}}",
		"{\"MAC address 00:1a:2b:00:00:01\":{\"shown\":\"x\",\"address\":"
		"\"10.0.0.9\",\"seen\":99999999999999}}" };
	char dir[SCRATCH_MAX], path[SCRATCH_MAX + 40], command[SCRATCH_MAX + 40];

	(void)state;
	assert_non_null(mkdtemp(scratch_name(dir, "claims")));
	snprintf(path, sizeof(path), "%s/shared.json", dir);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		FILE *f = fopen(path, "w");
		struct claims *c = claims_new();

		fputs(texts[i], f);
		fclose(f);
		claims_load(c, dir);
		assert_int_equal(make(c, (struct claimant){ "10.0.0.1", "pc1",
		    NULL, NULL, mac_a, 1 }).verdict, CLAIM_FIRST);
		claims_free(c);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_key_is_remembered_with_its_owner),
		cmocka_unit_test(scans_that_end_at_the_same_time_keep_each_others),
		cmocka_unit_test(a_damaged_or_old_memory_is_none),
		cmocka_unit_test(the_first_computer_claims_its_keys),
		cmocka_unit_test(byte_order_and_case_make_no_other_computer),
		cmocka_unit_test(the_same_computer_at_a_second_address_is_the_same),
		cmocka_unit_test(
		    without_uuid_and_serial_a_shared_mac_and_name_are_the_same),
		cmocka_unit_test(another_computer_with_a_claimed_key_is_ambiguous),
		cmocka_unit_test(a_key_that_two_showed_is_void_for_the_third),
		cmocka_unit_test(a_computer_without_keys_is_nobodys_double),
		cmocka_unit_test(many_claims_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
