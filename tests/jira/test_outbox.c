#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/deadline.h"
#include "helper/jira/asset.h"
#include "helper/jira/outbox.h"
#include "helper/jira/record.h"

/* last: cmocka has a macro fail() */
#include <cmocka.h>

#include "tests/scratch.h"

#define URL "https://jira.example.com"

static struct asset *
computer(const char *mac, const char *serial, const char *title)
{
	struct asset *a = calloc(1, sizeof(*a));

	a->address = strdup("10.0.0.1");
	a->title = strdup(title);
	a->fields = calloc(1, sizeof(*a->fields));
	a->nfields = 1;
	a->fields[0].name = strdup("system.title");
	a->fields[0].values = calloc(2, sizeof(char *));
	a->fields[0].values[0] = strdup(title);
	a->fields[0].nvalues = 1;
	a->keys = calloc(2, sizeof(*a->keys));
	if (mac != NULL)
		a->keys[a->nkeys++] = (struct asset_key){ strdup("x.net"),
		    ASSET_KEY_MAC, strdup(mac), false };
	if (serial != NULL)
		a->keys[a->nkeys++] = (struct asset_key){ strdup("x.serial"),
		    ASSET_KEY_SERIAL, strdup(serial), false };
	return a;
}

static int
make_dir(void **state)
{
	char path[SCRATCH_MAX];

	*state = strdup(mkdtemp(scratch_name(path, "outbox")));
	return 0;
}

static int
remove_dir(void **state)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return system(command) == 0 ? 0 : -1;
}

static struct box *
open_box(const char *dir, const char *url)
{
	struct err e = { .code = ERR_NONE };
	struct box *b = box_open(dir, url, &e);

	assert_non_null(b);
	return b;
}

static struct record *
put(struct box *b, struct asset *a)
{
	struct err e = { .code = ERR_NONE };
	struct record *r = box_put(b, a, "type.computer", "/F", "run", &e);

	assert_non_null(r);
	return r;
}

static size_t
waiting(const char *dir, const char *url)
{
	struct err e = { .code = ERR_NONE };
	json_t *list = outbox_list(dir, url, &e);
	size_t n = json_array_size(list);

	assert_non_null(list);
	json_decref(list);
	return n;
}

static void
an_asset_survives_being_a_file(void **state)
{
	struct asset *a = computer("00:1a:2b:3c:4d:5e", "S1", "p\xc3\xa4"), *b;
	json_t *j, *k;

	(void)state;
	a->update_only = true;
	a->fields[0].policy = ASSET_WHEN_EMPTY;
	j = asset_to_json(a);
	b = asset_from_json(j);
	assert_non_null(b);
	k = asset_to_json(b);
	assert_true(json_equal(j, k));
	json_decref(j);
	json_decref(k);
	asset_free(a);
	asset_free(b);
}

static void
a_newer_scan_replaces_the_older_record(void **state)
{
	struct box *b = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", "S1", "old"));
	struct err e = { .code = ERR_NONE };
	json_t *list;

	assert_true(box_save(b, r, true, &e));
	box_release(b, r);
	box_free(b);
	/* Another process, and another best key: the serial number is the same. */
	b = open_box(*state, URL);
	r = put(b, computer("00:1a:2b:3c:4d:99", "s1", "new"));
	assert_true(box_save(b, r, true, &e));
	box_release(b, r);
	box_free(b);
	list = outbox_list(*state, NULL, &e);
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_object_get(
	    json_array_get(list, 0), "title")), "new");
	assert_string_equal(json_string_value(json_object_get(
	    json_array_get(list, 0), "state")), "queued");
	json_decref(list);
}

static void
an_intent_stays_one_when_newer_values_come(void **state)
{
	struct box *b = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "old"));
	struct err e = { .code = ERR_NONE };

	r->state = RECORD_INTENT;
	r->searched_ms = 77;
	assert_true(box_save(b, r, true, &e));
	box_release(b, r);
	r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "new"));
	assert_int_equal(r->state, RECORD_INTENT);
	assert_int_equal(r->searched_ms, 77);
	assert_string_equal(r->asset->title, "new");
	box_release(b, r);
	box_free(b);
}

static void
records_are_bound_to_their_url(void **state)
{
	struct box *b = open_box(*state, URL), *other;
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "pc"));
	struct err e = { .code = ERR_NONE };
	json_t *names;
	char name[RECORD_NAME_MAX];

	assert_true(box_save(b, r, true, &e));
	strcpy(name, r->name);
	box_release(b, r);
	box_free(b);
	other = open_box(*state, "https://other.example.com");
	names = box_names(other);
	assert_int_equal(json_array_size(names), 0);
	json_decref(names);
	assert_null(box_take(other, name, &e));
	box_free(other);
	assert_int_equal(waiting(*state, "HTTPS://JIRA.example.com/"), 1);
	assert_int_equal(waiting(*state, "https://other.example.com"), 0);
}

static void
what_is_new_is_remembered_and_not_listed(void **state)
{
	struct box *b = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "pc"));
	struct err e = { .code = ERR_NONE };
	json_t *seen;

	r->id = 4711;
	r->done_ms = now_unix_ms();
	assert_true(box_close(b, r, &e));
	box_release(b, r);
	box_free(b);
	assert_int_equal(waiting(*state, NULL), 0);
	b = open_box(*state, URL);
	seen = box_seen(b);
	assert_int_equal(json_integer_value(json_object_get(seen,
	    "x.net=001a2b3c4d5e")), 4711);
	json_decref(seen);
	/* a later scan may be killed: the number must survive that as well */
	r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "pc"));
	assert_int_equal(r->id, 4711);
	assert_true(box_save(b, r, false, &e));
	r->done_ms -= (RECORD_DONE_FOR + 1) * 1000;
	assert_true(box_close(b, r, &e));
	box_release(b, r);
	seen = box_names(b);
	assert_int_equal(json_array_size(seen), 0);
	json_decref(seen);
	box_free(b);
}

static void
a_record_is_held_by_one_at_a_time(void **state)
{
	struct box *b = open_box(*state, URL), *other = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "pc"));
	struct err e = { .code = ERR_NONE };
	char name[RECORD_NAME_MAX];

	assert_true(box_save(b, r, true, &e));
	strcpy(name, r->name);
	assert_null(box_take(other, name, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	box_release(b, r);
	err_clear(&e);
	r = box_take(other, name, &e);
	assert_non_null(r);
	box_release(other, r);
	box_free(b);
	box_free(other);
}

/* A child writes records until it is killed; whatever the moment, each file is
 * a whole record or not there. */
static void
a_killed_writer_leaves_whole_records(void **state)
{
	for (int round = 0; round < 12; round++) {
		pid_t child = fork();
		json_t *names;
		struct box *b;

		if (child == 0) {
			struct err e = { .code = ERR_NONE };
			char mac[32];

			b = box_open(*state, URL, &e);
			for (unsigned i = 0; ; i++) {
				struct record *r;

				snprintf(mac, sizeof(mac), "00:1a:2b:3c:4d:%02x",
				    i % 16);
				r = box_put(b, computer(mac, NULL, "pc"), "t",
				    "f", "run", &e);
				if (r == NULL || !box_save(b, r, i % 2, &e))
					_exit(1);
				box_release(b, r);
			}
		}
		usleep((useconds_t)(3000 + 2500 * round));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		b = open_box(*state, URL);
		names = box_names(b);
		for (size_t i = 0; i < json_array_size(names); i++) {
			struct err e = { .code = ERR_NONE };
			struct record *r = box_take(b, json_string_value(
			    json_array_get(names, i)), &e);

			if (r == NULL)
				fail_msg("%s", e.text);
			box_release(b, r);
		}
		json_decref(names);
		box_free(b);
	}
}

static void
damaged_records_are_left_alone(void **state)
{
	struct box *b = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", NULL, "pc"));
	struct err e = { .code = ERR_NONE };
	char path[300], *text = record_text(r);

	for (size_t n = 0; n < strlen(text); n++)
		assert_null(record_parse(text, n));
	snprintf(path, sizeof(path), "%s/outbox/%s", (char *)*state, r->name);
	assert_true(box_save(b, r, true, &e));
	assert_int_equal(truncate(path, 20), 0);
	box_release(b, r);
	box_free(b);
	assert_int_equal(waiting(*state, NULL), 0);
	free(text);
}

/* One member of a record's JSON, by its path, is of another kind. */
static void
members_of_a_wrong_kind_are_refused(void **state)
{
	static const char *const paths[][4] = {
		{ "state" }, { "run" }, { "version" }, { "url" }, { "assetType" },
		{ "folder" }, { "keys" }, { "asset" }, { "asset", "address" },
		{ "asset", "title" }, { "asset", "fields" }, { "asset", "keys" },
		{ "asset", "fields", "0", "name" },
		{ "asset", "fields", "0", "values" },
		{ "asset", "fields", "0", "policy" },
		{ "asset", "keys", "0", "field" }, { "asset", "keys", "0", "value" },
		{ "asset", "keys", "0", "kind" } };
	struct box *b = open_box(*state, URL);
	struct record *r = put(b, computer("00:1a:2b:3c:4d:5e", "SN1", "pc"));
	char *text = record_text(r);

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		json_t *o = json_loads(text, 0, NULL), *at = o;
		size_t n = 0;
		char *wrong;

		for (; n < 3 && paths[i][n + 1] != NULL; n++)
			at = json_is_array(at) ? json_array_get(at, 0) :
			    json_object_get(at, paths[i][n]);
		assert_int_equal(json_object_set_new(at, paths[i][n],
		    json_real(0.5)), 0);
		wrong = json_dumps(o, 0);
		if (record_parse(wrong, strlen(wrong)) != NULL)
			fail_msg("%s of another kind is taken", paths[i][n]);
		free(wrong);
		json_decref(o);
	}
	free(text);
	box_release(b, r);
	box_free(b);
}

static void
a_state_folder_that_cannot_be_written_is_said(void **state)
{
	struct err e = { .code = ERR_NONE };
	char path[300];
	FILE *f;

	assert_null(box_open(NULL, URL, &e));
	assert_int_equal(e.code, ERR_STATE_DIR);
	snprintf(path, sizeof(path), "%s/file", (char *)*state);
	f = fopen(path, "w");
	fclose(f);
	err_clear(&e);
	assert_null(box_open(path, URL, &e));
	assert_int_equal(e.code, ERR_STATE_DIR);
}

static void
dropping_removes_one_or_all_of_a_url(void **state)
{
	struct box *b = open_box(*state, URL);
	struct err e = { .code = ERR_NONE };
	char mac[32], name[RECORD_NAME_MAX];
	size_t n;

	for (unsigned i = 0; i < 3; i++) {
		struct record *r;

		snprintf(mac, sizeof(mac), "00:1a:2b:3c:4d:%02x", i);
		r = put(b, computer(mac, NULL, "pc"));
		assert_true(box_save(b, r, true, &e));
		strcpy(name, r->name);
		box_release(b, r);
	}
	box_free(b);
	assert_true(outbox_drop(*state, name, NULL, &n, &e));
	assert_int_equal(n, 1);
	assert_false(outbox_drop(*state, name, NULL, &n, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	err_clear(&e);
	assert_true(outbox_drop(*state, NULL, "https://no", &n, &e));
	assert_int_equal(n, 0);
	assert_true(outbox_drop(*state, NULL, URL, &n, &e));
	assert_int_equal(n, 2);
	assert_int_equal(waiting(*state, NULL), 0);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_asset_survives_being_a_file),
		IN_DIR(a_newer_scan_replaces_the_older_record),
		IN_DIR(an_intent_stays_one_when_newer_values_come),
		IN_DIR(records_are_bound_to_their_url),
		IN_DIR(what_is_new_is_remembered_and_not_listed),
		IN_DIR(a_record_is_held_by_one_at_a_time),
		IN_DIR(a_killed_writer_leaves_whole_records),
		IN_DIR(damaged_records_are_left_alone),
		IN_DIR(members_of_a_wrong_kind_are_refused),
		IN_DIR(a_state_folder_that_cannot_be_written_is_said),
		IN_DIR(dropping_removes_one_or_all_of_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
