/* The known hosts file and the decision.  The fixture and its origin:
 * tests/vectors/ssh/README. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail			/* ours is meant */

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ssh/base64.h"
#include "ssh/hostkey.h"
#include "ssh/knownhosts.h"
#include "ssh/sshkey.h"

#include "tests/scratch.h"

#define give_up(...) (print_error(__VA_ARGS__), assert_true(false))
#define VECTORS "tests/vectors/ssh/"
#define KNOWN VECTORS "known_hosts"

struct blob {
	uint8_t p[1024];
	size_t n;
};

static struct blob
public_key(const char *name)
{
	char path[200], text[4096], *from, *to;
	struct wr w = wr_new(1024);
	struct blob b;
	FILE *f;

	snprintf(path, sizeof(path), VECTORS "%s.pub", name);
	assert_non_null(f = fopen(path, "rb"));
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_non_null(from = strchr(text, ' '));
	assert_non_null(to = strchr(from + 1, ' '));
	assert_true(base64_decode(&w, from + 1, (size_t)(to - from - 1)));
	b.n = w.len;
	memcpy(b.p, w.p, w.len);
	wr_free(&w);
	return b;
}

/* A key of its own for each number. */
static struct blob
made_key(unsigned i)
{
	struct blob b = public_key("ed25519");

	b.p[b.n - 1] = (uint8_t)i;
	b.p[b.n - 2] = (uint8_t)(i >> 8);
	return b;
}

static enum err_code
check(struct ssh_hostkeys *h, const char *name, const struct blob *b,
    bool *is_new, struct err *e)
{
	struct err own;
	bool fresh;

	if (e == NULL)
		e = &own;
	*e = (struct err){ .code = ERR_NONE };
	if (hostkey_check(h, name, b->p, b->n, is_new != NULL ? is_new : &fresh,
	    deadline_in(10, -1), e)) {
		assert_int_equal(e->code, ERR_NONE);
		return ERR_NONE;
	}
	assert_int_equal(e->stage, STAGE_HOSTKEY);
	assert_int_not_equal(e->code, ERR_NONE);
	return e->code;
}

static struct ssh_hostkeys *
must_open(const char *path, enum ssh_hostkey_policy policy)
{
	struct err e = { .code = ERR_NONE };
	struct ssh_hostkeys *h = ssh_hostkeys_open(path, policy, &e);

	if (h == NULL)
		give_up("%s", e.text);
	return h;
}

static void
temporary(char path[static SCRATCH_MAX])
{
	int fd;

	assert_true((fd = mkstemp(scratch_name(path, "hostkey"))) >= 0);
	close(fd);
	unlink(path);
}

static char *
content(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
names_are_those_of_openssh(void **state)
{
	char name[HOST_NAME_MAX_TEXT];
	struct net_addr a;

	(void)state;
	assert_true(net_addr_parse("192.0.2.1", &a));
	hostkey_name(&a, 22, name);
	assert_string_equal(name, "192.0.2.1");
	hostkey_name(&a, 2222, name);
	assert_string_equal(name, "[192.0.2.1]:2222");
	assert_true(net_addr_parse("2001:DB8::1", &a));
	hostkey_name(&a, 22, name);
	assert_string_equal(name, "2001:db8::1");
}

static void
known_names_of_every_kind_are_found(void **state)
{
	struct ssh_hostkeys *h = must_open(KNOWN, SSH_STRICT);
	struct blob ed = public_key("ed25519"), ec = public_key("ecdsa256"),
	    rsa = public_key("rsa");

	(void)state;
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.2", &ec, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.2", &rsa, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "[192.0.2.2]:2222", &ec, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.7", &ed, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "10.0.0.1", &ec, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.10", &ed, NULL, NULL), ERR_NONE);
	/* the last line has no newline */
	assert_int_equal(check(h, "192.0.2.9", &ed, NULL, NULL), ERR_NONE);
	ssh_hostkeys_close(h);
}

static void
unknown_names_are_refused_when_strict(void **state)
{
	static const char *const names[] = { "192.0.2.3", "10.0.0.9", "192.0.2.4",
	    "192.0.2.5", "192.0.2.6", "192.0.2.8", "[192.0.2.1]:2222", "192.0.2.",
	    "x.example" };
	struct ssh_hostkeys *h = must_open(KNOWN, SSH_STRICT);
	struct blob ec = public_key("ecdsa256");
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_int_equal(check(h, names[i], &ec, NULL, &e),
		    ERR_HOST_KEY_UNKNOWN);
		assert_non_null(strstr(e.text, "SHA256:"));
	}
	ssh_hostkeys_close(h);
}

static void
a_changed_key_names_both_fingerprints_and_the_line(void **state)
{
	struct ssh_hostkeys *h = must_open(KNOWN, SSH_STRICT);
	struct blob other = public_key("locked_cbc"), ed = public_key("ed25519");
	char shown[FINGERPRINT_MAX], known[FINGERPRINT_MAX];
	struct err e;

	(void)state;
	hostkey_fingerprint(other.p, other.n, shown);
	hostkey_fingerprint(ed.p, ed.n, known);
	assert_int_equal(check(h, "192.0.2.1", &other, NULL, &e), ERR_HOST_KEY);
	assert_non_null(strstr(e.text, shown));
	assert_non_null(strstr(e.text, known));
	assert_non_null(strstr(e.text, KNOWN " line 3"));
	/* another type is no way around it */
	other = public_key("rsa");
	assert_int_equal(check(h, "192.0.2.1", &other, NULL, &e), ERR_HOST_KEY);
	ssh_hostkeys_close(h);
}

static void
a_revoked_key_is_refused_everywhere(void **state)
{
	struct ssh_hostkeys *h = must_open(KNOWN, SSH_STRICT);
	struct blob bad = public_key("locked_ctr");
	struct err e;

	(void)state;
	assert_int_equal(check(h, "198.51.100.1", &bad, NULL, &e), ERR_HOST_KEY);
	assert_non_null(strstr(e.text, "revokes"));
	ssh_hostkeys_close(h);
}

static void
the_stored_type_is_asked_for_first(void **state)
{
	struct ssh_hostkeys *h = must_open(KNOWN, SSH_STRICT);
	char list[PREFER_MAX];

	(void)state;
	assert_true(hostkey_prefer(h, "192.0.2.3", 0, list));
	assert_int_equal(strncmp(list, "ssh-ed25519,", 12), 0);
	assert_true(hostkey_prefer(h, "192.0.2.2", 0, list));
	assert_string_equal(list, "ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,"
	    "ssh-ed25519,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521");
	assert_false(hostkey_prefer(h, "192.0.2.2", 1, list));
	ssh_hostkeys_close(h);
}

static void
a_new_key_is_written_once_in_a_private_file(void **state)
{
	struct blob ed = public_key("ed25519");
	struct ssh_hostkeys *h;
	struct stat st;
	char path[SCRATCH_MAX], *text;
	bool is_new = false;

	(void)state;
	temporary(path);
	h = must_open(path, SSH_ACCEPT_NEW);
	assert_int_equal(check(h, "192.0.2.1", &ed, &is_new, NULL), ERR_NONE);
	assert_true(is_new);
	assert_int_equal(check(h, "192.0.2.1", &ed, &is_new, NULL), ERR_NONE);
	assert_false(is_new);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = content(path);
	assert_int_equal(strncmp(text, "192.0.2.1 ssh-ed25519 AAAA", 26), 0);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	ssh_hostkeys_close(h);
	h = must_open(path, SSH_STRICT);
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	ssh_hostkeys_close(h);
	unlink(path);
}

static void
a_changed_key_is_refused_with_accept_new_too(void **state)
{
	struct blob ed = public_key("ed25519"), rsa = public_key("rsa");
	struct ssh_hostkeys *h;
	struct err e;
	char path[SCRATCH_MAX];

	(void)state;
	temporary(path);
	h = must_open(path, SSH_ACCEPT_NEW);
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.1", &rsa, NULL, &e), ERR_HOST_KEY);
	assert_non_null(strstr(e.text, "line 1"));
	ssh_hostkeys_close(h);
	unlink(path);
}

static void
a_line_that_was_cut_does_not_spoil_the_next(void **state)
{
	struct blob ed = public_key("ed25519");
	struct ssh_hostkeys *h;
	char path[SCRATCH_MAX];

	(void)state;
	temporary(path);
	put(path, "192.0.2.99 ssh-ed255");
	h = must_open(path, SSH_ACCEPT_NEW);
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	ssh_hostkeys_close(h);
	h = must_open(path, SSH_STRICT);
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	ssh_hostkeys_close(h);
	unlink(path);
}

static void
what_another_process_wrote_is_seen_before_a_refusal(void **state)
{
	struct blob ed = public_key("ed25519"), rsa = public_key("rsa");
	struct ssh_hostkeys *mine, *theirs;
	char path[SCRATCH_MAX];
	bool is_new = true;

	(void)state;
	temporary(path);
	mine = must_open(path, SSH_ACCEPT_NEW);
	theirs = must_open(path, SSH_ACCEPT_NEW);
	assert_int_equal(check(theirs, "192.0.2.1", &ed, NULL, NULL), ERR_NONE);
	assert_int_equal(check(mine, "192.0.2.1", &ed, &is_new, NULL), ERR_NONE);
	assert_false(is_new);
	/* the administrator removed the line of a reinstalled host */
	unlink(path);
	assert_int_equal(check(mine, "192.0.2.1", &rsa, &is_new, NULL), ERR_NONE);
	assert_true(is_new);
	ssh_hostkeys_close(mine);
	ssh_hostkeys_close(theirs);
	unlink(path);
}

static void
a_file_that_cannot_be_written_is_named(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_null(ssh_hostkeys_open("/proc/none/known_hosts", SSH_ACCEPT_NEW, &e));
	assert_int_equal(e.code, ERR_STATE_DIR);
	assert_non_null(strstr(e.text, "/proc/none/known_hosts"));
}

static void
a_missing_file_is_an_empty_one_when_strict(void **state)
{
	struct ssh_hostkeys *h = must_open("/nonexistent/known_hosts", SSH_STRICT);
	struct blob ed = public_key("ed25519");

	(void)state;
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, NULL),
	    ERR_HOST_KEY_UNKNOWN);
	ssh_hostkeys_close(h);
}

static void
a_lock_that_is_held_for_ever_is_an_error(void **state)
{
	struct blob ed = public_key("ed25519");
	struct ssh_hostkeys *h;
	struct err e = { .code = ERR_NONE };
	char path[SCRATCH_MAX];
	bool is_new;
	int fd;

	(void)state;
	temporary(path);
	h = must_open(path, SSH_ACCEPT_NEW);
	assert_true((fd = open(path, O_RDONLY)) >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_false(hostkey_check(h, "192.0.2.1", ed.p, ed.n, &is_new,
	    deadline_in(0.05, -1), &e));
	assert_int_equal(e.code, ERR_STATE_DIR);
	assert_false(is_new);
	close(fd);
	ssh_hostkeys_close(h);
	unlink(path);
}

static void
pins_decide_alone(void **state)
{
	struct ssh_hostkeys *h = must_open(NULL, SSH_PINNED);
	struct blob ed = public_key("ed25519"), rsa = public_key("rsa");
	char print[FINGERPRINT_MAX], list[PREFER_MAX];
	struct err e = { .code = ERR_NONE };

	(void)state;
	hostkey_fingerprint(rsa.p, rsa.n, print);
	assert_true(ssh_hostkeys_pin(h, "192.0.2.1", print, &e));
	assert_true(ssh_hostkeys_pin(h, "2001:DB8:0::1", print + 7, &e));
	assert_int_equal(check(h, "192.0.2.1", &rsa, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "[192.0.2.1]:2222", &rsa, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "2001:db8::1", &rsa, NULL, NULL), ERR_NONE);
	assert_int_equal(check(h, "192.0.2.1", &ed, NULL, &e), ERR_HOST_KEY);
	assert_non_null(strstr(e.text, print));
	assert_int_equal(check(h, "192.0.2.2", &rsa, NULL, NULL),
	    ERR_HOST_KEY_UNKNOWN);
	/* the pinned key may be of a type that is not asked for at first */
	assert_true(hostkey_prefer(h, "192.0.2.1", 2, list));
	assert_string_equal(list, "rsa-sha2-512,rsa-sha2-256");
	assert_false(hostkey_prefer(h, "192.0.2.1", 3, list));
	ssh_hostkeys_close(h);
}

static void
what_is_no_fingerprint_is_no_pin(void **state)
{
	static const char *const bad[] = { "", "SHA256:", "SHA256:abc",
	    "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48" };
	struct ssh_hostkeys *h = must_open(NULL, SSH_PINNED);
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		e = (struct err){ .code = ERR_NONE };
		assert_false(ssh_hostkeys_pin(h, "192.0.2.1", bad[i], &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	ssh_hostkeys_close(h);
}

#define WORKERS 8
#define HOSTS 200

struct worker {
	struct ssh_hostkeys *h;
	unsigned news;
};

/* Every worker meets every host; no matter who is first, one line a host. */
static void *
meet_all(void *arg)
{
	struct worker *w = arg;

	for (unsigned i = 0; i < HOSTS; i++) {
		struct blob b = made_key(i);
		char name[32], list[PREFER_MAX];
		bool is_new = false;

		snprintf(name, sizeof(name), "192.0.2.%u", i);
		if (!hostkey_prefer(w->h, name, 0, list) ||
		    !hostkey_check(w->h, name, b.p, b.n, &is_new,
		    deadline_in(60, -1), NULL))
			abort();
		w->news += is_new;
	}
	return NULL;
}

static unsigned
run_workers(struct ssh_hostkeys *h)
{
	struct worker w[WORKERS];
	pthread_t t[WORKERS];
	unsigned news = 0;

	for (size_t i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ .h = h };
		assert_int_equal(pthread_create(&t[i], NULL, meet_all, &w[i]), 0);
	}
	for (size_t i = 0; i < WORKERS; i++) {
		pthread_join(t[i], NULL);
		news += w[i].news;
	}
	return news;
}

static void
threads_share_one_store(void **state)
{
	struct ssh_hostkeys *h;
	char path[SCRATCH_MAX];

	(void)state;
	temporary(path);
	h = must_open(path, SSH_ACCEPT_NEW);
	assert_int_equal(run_workers(h), HOSTS);
	ssh_hostkeys_close(h);
	unlink(path);
}

static void
two_processes_share_one_file(void **state)
{
	char path[SCRATCH_MAX], *p;
	unsigned lines = 0;
	pid_t child;
	int status;

	(void)state;
	temporary(path);
	if ((child = fork()) == 0) {
		struct ssh_hostkeys *h = ssh_hostkeys_open(path, SSH_ACCEPT_NEW,
		    NULL);
		struct worker w = { .h = h };

		if (h == NULL)
			_exit(1);
		meet_all(&w);
		ssh_hostkeys_close(h);
		_exit(0);
	} else {
		struct ssh_hostkeys *h = must_open(path, SSH_ACCEPT_NEW);
		struct worker w = { .h = h };

		meet_all(&w);
		ssh_hostkeys_close(h);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (p = content(path); (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, HOSTS);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_openssh),
		cmocka_unit_test(known_names_of_every_kind_are_found),
		cmocka_unit_test(unknown_names_are_refused_when_strict),
		cmocka_unit_test(a_changed_key_names_both_fingerprints_and_the_line),
		cmocka_unit_test(a_revoked_key_is_refused_everywhere),
		cmocka_unit_test(the_stored_type_is_asked_for_first),
		cmocka_unit_test(a_new_key_is_written_once_in_a_private_file),
		cmocka_unit_test(a_changed_key_is_refused_with_accept_new_too),
		cmocka_unit_test(a_line_that_was_cut_does_not_spoil_the_next),
		cmocka_unit_test(what_another_process_wrote_is_seen_before_a_refusal),
		cmocka_unit_test(a_file_that_cannot_be_written_is_named),
		cmocka_unit_test(a_missing_file_is_an_empty_one_when_strict),
		cmocka_unit_test(a_lock_that_is_held_for_ever_is_an_error),
		cmocka_unit_test(pins_decide_alone),
		cmocka_unit_test(what_is_no_fingerprint_is_no_pin),
		cmocka_unit_test(threads_share_one_store),
		cmocka_unit_test(two_processes_share_one_file),
	};

	return cmocka_run_group_tests_name("hostkey", tests, NULL, NULL);
}
