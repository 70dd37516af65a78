#include "helper/scan/creds.h"
#include "helper/scan/plan.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scratch.h"

#define THREADS 64

/* A domain controller that counts: what every attempt meets. */
struct domain {
	const char *password;
	atomic_int attempts, refused, in_flight, most_in_flight;
};

static bool
domain_logon(struct domain *d, const struct cred *c)
{
	int now = atomic_fetch_add(&d->in_flight, 1) + 1;
	bool ok = strcmp(secret_str(c->password), d->password) == 0;

	for (int most = atomic_load(&d->most_in_flight); most < now &&
	    !atomic_compare_exchange_weak(&d->most_in_flight, &most, now);)
		;
	atomic_fetch_add(&d->attempts, 1);
	usleep(2000);
	atomic_fetch_add(&d->refused, !ok);
	atomic_fetch_sub(&d->in_flight, 1);
	return ok;
}

/* --- a plan by hand ------------------------------------------------------------- */

static struct cred
cred(const char *id, enum protocol proto, const char *user,
    const char *password)
{
	struct cred c = { .id = strdup(id), .user = strdup(user),
		.protocol = proto };

	c.password = secret_from_str(password);
	return c;
}

struct fixture {
	struct scan_plan plan;
	struct cred list[4];
	struct range_rule rule;
	struct creds *creds;
	struct suspend *suspend;
	atomic_int logged;
	char dir[SCRATCH_MAX];
};

static void
count_line(void *ctx, const char *line)
{
	struct fixture *f = ctx;

	assert_non_null(strstr(line, "suspended"));
	atomic_fetch_add(&f->logged, 1);
}

static void
reopen(struct fixture *f)
{
	struct err e = { .code = ERR_NONE };

	creds_free(f->creds);
	suspend_close(f->suspend);
	f->suspend = suspend_open(f->dir, &e);
	assert_non_null(f->suspend);
	f->creds = creds_new(&f->plan, f->suspend, count_line, f, &e);
	assert_non_null(f->creds);
}

static struct fixture *
fixture(size_t n, ...)
{
	struct fixture *f = calloc(1, sizeof(*f));
	va_list ap;

	va_start(ap, n);
	for (size_t i = 0; i < n; i++)
		f->list[i] = va_arg(ap, struct cred);
	va_end(ap);
	f->rule.all = true;
	f->plan = (struct scan_plan){ .creds = f->list, .ncreds = n,
		.rules = &f->rule, .nrules = 1, .refusals = 2 };
	assert_non_null(mkdtemp(scratch_name(f->dir, "creds")));
	reopen(f);
	return f;
}

/* What a test made goes with it. */
static void
remove_dir(const char *path)
{
	char command[SCRATCH_MAX + 40];

	snprintf(command, sizeof(command), "rm -rf -- '%s'", path);
	assert_int_equal(system(command), 0);
}

static void
done(struct fixture *f)
{
	creds_free(f->creds);
	suspend_close(f->suspend);
	for (size_t i = 0; i < f->plan.ncreds; i++)
		cred_clear(&f->list[i]);
	remove_dir(f->dir);
	free(f);
}

static struct net_addr
host(unsigned i)
{
	return (struct net_addr){ .family = 4, .ip = { 10, 0,
		(uint8_t)(i >> 8), (uint8_t)i } };
}

/* One try as a worker makes it; gives the error's code. */
static enum err_code
attempt(struct fixture *f, size_t i, unsigned h, struct domain *d)
{
	struct err e = { .code = ERR_NONE };
	struct net_addr a = host(h);

	if (!creds_try(f->creds, &f->list[i], &a, deadline_in(20, -1), &e))
		return e.code;
	if (domain_logon(d, &f->list[i])) {
		creds_tried(f->creds, &f->list[i], &a, ATTEMPT_WORKED);
		return ERR_NONE;
	}
	creds_tried(f->creds, &f->list[i], &a, ATTEMPT_REFUSED);
	return ERR_AUTH_FAILED;
}

/* --- many at once ------------------------------------------------------------------ */

struct runner {
	struct fixture *f;
	struct domain *d;
	unsigned host;
	enum err_code code;
	pthread_t thread;
};

static void *
run(void *arg)
{
	struct runner *r = arg;

	r->code = attempt(r->f, 0, r->host, r->d);
	return NULL;
}

static void
run_all(struct fixture *f, struct domain *d, struct runner *r)
{
	for (unsigned i = 0; i < THREADS; i++) {
		r[i] = (struct runner){ .f = f, .d = d, .host = i };
		pthread_create(&r[i].thread, NULL, run, &r[i]);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(r[i].thread, NULL);
}

static size_t
count(const struct runner *r, enum err_code code)
{
	size_t n = 0;

	for (size_t i = 0; i < THREADS; i++)
		n += r[i].code == code;
	return n;
}

static void
a_wrong_domain_password_is_tried_twice_by_64_workers(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "wrong"));
	struct domain d = { .password = "right" };
	struct runner r[THREADS];

	(void)state;
	run_all(f, &d, r);
	assert_int_equal(atomic_load(&d.attempts), 2);
	assert_int_equal(atomic_load(&d.most_in_flight), 1);
	assert_int_equal(count(r, ERR_AUTH_FAILED), 2);
	assert_int_equal(count(r, ERR_SUSPENDED), THREADS - 2);
	assert_int_equal(atomic_load(&f->logged), 1);	/* loudly, but once */
	done(f);
}

static void
a_right_domain_password_goes_alone_first_and_then_freely(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "corp\\scanner", "right"));
	struct domain d = { .password = "right" };
	struct runner r[THREADS];

	(void)state;
	assert_int_equal(attempt(f, 0, 999, &d), ERR_NONE);
	assert_int_equal(atomic_load(&d.most_in_flight), 1);
	run_all(f, &d, r);
	assert_int_equal(count(r, ERR_NONE), THREADS);
	assert_true(atomic_load(&d.most_in_flight) > 1);
	done(f);
}

static void
a_local_account_is_one_per_host(void **state)
{
	static const char *const users[] = { ".\\admin", "admin" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture *f = fixture((size_t)1,
		    cred("local", PROTO_WMI, users[i], "wrong"));
		struct domain d = { .password = "right" };
		struct runner r[THREADS];

		run_all(f, &d, r);
		assert_int_equal(count(r, ERR_AUTH_FAILED), THREADS);
		assert_int_equal(attempt(f, 0, 3, &d), ERR_AUTH_FAILED);
		assert_int_equal(attempt(f, 0, 3, &d), ERR_SUSPENDED);
		assert_int_equal(attempt(f, 0, 4, &d), ERR_AUTH_FAILED);
		done(f);
	}
}

static void
two_secrets_of_one_account_share_its_streak(void **state)
{
	struct fixture *f = fixture((size_t)3,
	    cred("a", PROTO_WMI, "CORP\\x", "one"),
	    cred("b", PROTO_WMI, "corp\\X", "two"),
	    cred("c", PROTO_WMI, "CORP\\x", "right"));
	struct domain d = { .password = "right" };

	(void)state;
	assert_int_equal(attempt(f, 0, 1, &d), ERR_AUTH_FAILED);
	assert_int_equal(attempt(f, 1, 1, &d), ERR_AUTH_FAILED);
	assert_int_equal(attempt(f, 2, 1, &d), ERR_SUSPENDED);
	assert_int_equal(atomic_load(&d.attempts), 2);
	done(f);
}

static void
a_success_in_between_ends_the_streak(void **state)
{
	struct fixture *f = fixture((size_t)2,
	    cred("a", PROTO_WMI, "CORP\\x", "wrong"),
	    cred("b", PROTO_WMI, "CORP\\x", "right"));
	struct domain d = { .password = "right" };

	(void)state;
	assert_int_equal(attempt(f, 0, 1, &d), ERR_AUTH_FAILED);
	assert_int_equal(attempt(f, 1, 1, &d), ERR_NONE);
	assert_int_equal(attempt(f, 1, 2, &d), ERR_NONE);
	done(f);
}

static void
suspension_lasts_across_runs_until_the_secret_changes(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "wrong"));
	struct domain d = { .password = "right" };

	(void)state;
	attempt(f, 0, 1, &d);
	attempt(f, 0, 2, &d);
	reopen(f);
	assert_int_equal(atomic_load(&f->logged), 1);
	assert_int_equal(attempt(f, 0, 1, &d), ERR_SUSPENDED);
	assert_int_equal(attempt(f, 0, 2, &d), ERR_SUSPENDED);
	assert_int_equal(atomic_load(&f->logged), 2);	/* once a run */
	assert_int_equal(atomic_load(&d.attempts), 2);
	secret_free(f->list[0].password);
	f->list[0].password = secret_from_str("right");
	assert_int_equal(attempt(f, 0, 1, &d), ERR_NONE);
	done(f);
}

static void
single_refusals_of_several_runs_add_up(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("lab", PROTO_SSH, "root", "wrong"));
	struct domain d = { .password = "right" };

	(void)state;
	for (int i = 0; i < 4; i++) {
		attempt(f, 0, 7, &d);
		reopen(f);
	}
	assert_int_equal(atomic_load(&d.attempts), 2);
	done(f);
}

static void
the_state_holds_no_secret_and_is_private(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "hunter2"));
	struct domain d = { .password = "right" };
	char path[SCRATCH_MAX + 40], text[400] = "";
	struct stat st;
	FILE *file;

	(void)state;
	attempt(f, 0, 1, &d);
	snprintf(path, sizeof(path), "%s/suspended", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_null(strstr(text, "hunter2"));
	assert_null(strstr(text, "scanner"));
	snprintf(path, sizeof(path), "%s/suspended.key", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 32);
	done(f);
}

static void
another_process_sees_a_suspension_at_once(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "wrong"));
	struct domain d = { .password = "right" };
	struct err e = { .code = ERR_NONE };
	struct suspend *other = suspend_open(f->dir, &e);

	(void)state;
	assert_int_equal(suspend_count(other, "wmi corp\\scanner",
	    f->list[0].password), 0);
	attempt(f, 0, 1, &d);
	attempt(f, 0, 2, &d);
	assert_int_equal(suspend_count(other, "wmi corp\\scanner",
	    f->list[0].password), 2);
	suspend_set(other, "wmi corp\\scanner", f->list[0].password, 0);
	assert_int_equal(suspend_count(f->suspend, "wmi corp\\scanner",
	    f->list[0].password), 0);
	suspend_close(other);
	done(f);
}

static void
many_refusals_keep_the_file_small(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "wrong"));
	char path[SCRATCH_MAX + 40];
	struct stat st;

	(void)state;
	for (unsigned i = 0; i < 4000; i++)
		suspend_set(f->suspend, "same account", f->list[0].password,
		    i % 3);
	snprintf(path, sizeof(path), "%s/suspended", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 70000);
	assert_int_equal(suspend_count(f->suspend, "same account",
	    f->list[0].password), 3999 % 3);
	done(f);
}

/* --- waiting --------------------------------------------------------------------- */

struct waiter { struct fixture *f; struct cancel *cancel; enum err_code code; };

static void *
wait_in_line(void *arg)
{
	struct waiter *w = arg;
	struct err e = { .code = ERR_NONE };
	struct net_addr a = host(2);

	if (creds_try(w->f->creds, &w->f->list[0], &a,
	    deadline_in(60, cancel_fd(w->cancel)), &e))
		creds_tried(w->f->creds, &w->f->list[0], &a, ATTEMPT_UNDECIDED);
	w->code = e.code;
	return NULL;
}

static void
who_waits_is_woken_by_cancel(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "x"));
	struct err e = { .code = ERR_NONE };
	struct waiter w = { f, cancel_new(&e), ERR_NONE };
	struct net_addr a = host(1);
	int64_t start = now_ns();
	pthread_t t;

	(void)state;
	assert_true(creds_try(f->creds, &f->list[0], &a, deadline_in(60, -1), &e));
	pthread_create(&t, NULL, wait_in_line, &w);
	usleep(50000);
	cancel_fire(w.cancel);
	creds_wake(f->creds);
	pthread_join(t, NULL);
	assert_int_equal(w.code, ERR_CANCELLED);
	assert_true(now_ns() - start < 20000000000);
	creds_tried(f->creds, &f->list[0], &a, ATTEMPT_UNDECIDED);
	cancel_free(w.cancel);
	done(f);
}

static void
who_waits_gives_up_at_the_deadline(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "x"));
	struct err e = { .code = ERR_NONE };
	struct net_addr a = host(1), b = host(2);

	(void)state;
	assert_true(creds_try(f->creds, &f->list[0], &a, deadline_in(60, -1), &e));
	assert_false(creds_try(f->creds, &f->list[0], &b,
	    deadline_in(0.05, -1), &e));
	assert_int_equal(e.code, ERR_TIMEOUT);
	creds_tried(f->creds, &f->list[0], &a, ATTEMPT_UNDECIDED);
	err_clear(&e);
	assert_true(creds_try(f->creds, &f->list[0], &b, deadline_in(60, -1), &e));
	creds_tried(f->creds, &f->list[0], &b, ATTEMPT_UNDECIDED);
	done(f);
}

/* --- order ------------------------------------------------------------------------ */

static void
what_worked_in_the_subnet_is_tried_first(void **state)
{
	struct fixture *f = fixture((size_t)3,
	    cred("a", PROTO_SSH, "a", "x"), cred("w", PROTO_WMI, "w", "x"),
	    cred("b", PROTO_SSH, "b", "x"));
	struct net_addr near = host(2), far = host(1025), a = host(1);
	const struct cred *list[3];
	const uint32_t tag = 0;

	(void)state;
	creds_tried(f->creds, &f->list[2], &a, ATTEMPT_WORKED);
	assert_int_equal(creds_order(f->creds, PROTO_SSH, &near, &tag, 1, list),
	    2);
	assert_string_equal(list[0]->id, "b");
	assert_string_equal(list[1]->id, "a");
	assert_int_equal(creds_order(f->creds, PROTO_SSH, &far, &tag, 1, list),
	    2);
	assert_string_equal(list[0]->id, "a");
	done(f);
}

static void
no_credential_leaves_its_ranges(void **state)
{
	struct fixture *f = fixture((size_t)2,
	    cred("a", PROTO_SSH, "a", "x"), cred("b", PROTO_SSH, "b", "x"));
	size_t second = 1, none = 0;
	struct range_rule rules[3] = { { .all = true },
		{ .creds = &second, .ncreds = 1 }, { .creds = &none } };
	const uint32_t tags[] = { 0, 1, 2 };
	struct net_addr a = host(1);
	const struct cred *list[2];

	(void)state;
	f->plan.rules = rules;
	f->plan.nrules = 3;
	/* it worked next door, but this range may not see it */
	creds_tried(f->creds, &f->list[0], &a, ATTEMPT_WORKED);
	assert_int_equal(creds_order(f->creds, PROTO_SSH, &a, &tags[1], 1, list),
	    1);
	assert_string_equal(list[0]->id, "b");
	assert_int_equal(creds_order(f->creds, PROTO_SSH, &a, &tags[2], 1, list),
	    0);
	/* in both ranges: what either allows, each once */
	assert_int_equal(creds_order(f->creds, PROTO_SSH, &a, &tags[0], 2, list),
	    2);
	done(f);
}

/* Enough of them that the file is written anew while they come and go. */
static void
many_accounts_are_remembered_and_forgotten(void **state)
{
	struct fixture *f = fixture((size_t)1,
	    cred("corp", PROTO_WMI, "CORP\\scanner", "wrong"));
	const struct secret *p = f->list[0].password;
	struct err e = { .code = ERR_NONE };
	char account[40];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(account, sizeof(account), "10.0.%u.%u\\admin", i / 250,
		    i % 250);
		suspend_set(f->suspend, account, p, 1 + i % 5);
		if (i % 3 == 0)
			suspend_set(f->suspend, account, p, 0);
	}
	for (int again = 0; again < 2; again++) {
		for (unsigned i = 0; i < 3000; i++) {
			snprintf(account, sizeof(account), "10.0.%u.%u\\admin",
			    i / 250, i % 250);
			assert_int_equal(suspend_count(f->suspend, account, p),
			    i % 3 == 0 ? 0 : 1 + i % 5);
		}
		suspend_close(f->suspend);
		f->suspend = suspend_open(f->dir, &e);
	}
	done(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_wrong_domain_password_is_tried_twice_by_64_workers),
		cmocka_unit_test(
		    a_right_domain_password_goes_alone_first_and_then_freely),
		cmocka_unit_test(a_local_account_is_one_per_host),
		cmocka_unit_test(two_secrets_of_one_account_share_its_streak),
		cmocka_unit_test(a_success_in_between_ends_the_streak),
		cmocka_unit_test(
		    suspension_lasts_across_runs_until_the_secret_changes),
		cmocka_unit_test(single_refusals_of_several_runs_add_up),
		cmocka_unit_test(the_state_holds_no_secret_and_is_private),
		cmocka_unit_test(another_process_sees_a_suspension_at_once),
		cmocka_unit_test(many_refusals_keep_the_file_small),
		cmocka_unit_test(who_waits_is_woken_by_cancel),
		cmocka_unit_test(who_waits_gives_up_at_the_deadline),
		cmocka_unit_test(what_worked_in_the_subnet_is_tried_first),
		cmocka_unit_test(no_credential_leaves_its_ranges),
		cmocka_unit_test(many_accounts_are_remembered_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
