/* Every tests/unix/recorded/NAME.out must come to the facts of NAME.json. */
#include "helper/base/err.h"
#include "helper/map/identity.h"
#include "helper/map/sections.h"
#include "helper/unix/unix_parse.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/unix/recorded/"

static char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	text = malloc((size_t)size + 1);
	*n = fread(text, 1, (size_t)size, f);
	text[*n] = '\0';
	fclose(f);
	return text;
}

static json_t *
identity_dump(const struct facts *f)
{
	struct identity *id = identity_from_facts(f);
	json_t *all = json_object(), *macs = json_array();
	json_t *ignored = json_object();

	for (size_t i = 0; i < identity_macs(id); i++)
		json_array_append_new(macs, json_string(identity_mac(id, i)));
	for (size_t i = 0; i < identity_ignored(id); i++)
		json_object_set_new(ignored, identity_ignored_mac(id, i),
		    json_string(identity_ignored_why(id, i)));
	json_object_set_new(all, "macs", macs);
	json_object_set_new(all, "ignored", ignored);
	if (identity_serial(id) != NULL)
		json_object_set_new(all, "serial",
		    json_string(identity_serial(id)));
	if (identity_uuid(id) != NULL)
		json_object_set_new(all, "uuid", json_string(identity_uuid(id)));
	identity_free(id);
	return all;
}

/* {"facts":{class:[rows]}, "missing":{fact:why}, "identity":{}, "partial":b} or
 * {"error":name} */
static json_t *
answer_json(const char *out, size_t n)
{
	struct unix_answer a = { .marker = "@", .out = out, .n = n };
	struct facts *f = facts_new();
	json_t *all = json_object(), *facts = json_object();
	json_t *missing = json_object();
	struct err e = { .code = ERR_NONE };
	bool partial;

	if (!unix_facts(&a, f, &partial, &e)) {
		json_object_set_new(all, "error", json_string(err_name(e.code)));
		json_object_set_new(all, "text", json_string(e.text));
	} else {
		json_object_set_new(all, "partial", json_boolean(partial));
		json_object_set_new(all, "identity", identity_dump(f));
	}
	for (size_t i = 0; i < facts_classes(f); i++)
		json_object_set_new(facts, facts_class(f, i),
		    facts_class_json(f, facts_class(f, i)));
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *info = fact_info_at(i);
		const char *why, *fix;
		char dotted[128];

		snprintf(dotted, sizeof(dotted), "%s.%s", info->class, info->name);
		if (facts_why(f, dotted, &why, &fix)) {
			assert_true(fix != NULL && fix[0] != '\0');
			json_object_set_new(missing, dotted, json_string(why));
		}
	}
	for (size_t i = 0; i < fact_class_infos(); i++) {
		const char *class = fact_class_info_at(i)->name, *why, *fix;

		if (facts_why(f, class, &why, &fix)) {
			assert_true(fix != NULL && fix[0] != '\0');
			json_object_set_new(missing, class, json_string(why));
		}
	}
	json_object_set_new(all, "facts", facts);
	json_object_set_new(all, "missing", missing);
	facts_free(f);
	return all;
}

static void
each_recording_gives_its_facts(void **state)
{
	const char *mode = getenv("UNIX_EXPECT");
	unsigned wrong = 0;
	glob_t all;

	(void)state;
	assert_int_equal(glob(FOLDER "*.out", 0, NULL, &all), 0);
	assert_true(all.gl_pathc >= 15);
	for (size_t i = 0; i < all.gl_pathc; i++) {
		char path[300];
		size_t n;
		char *out = slurp(all.gl_pathv[i], &n);
		json_t *have = answer_json(out, n), *want;

		snprintf(path, sizeof(path), "%.*s.json",
		    (int)strlen(all.gl_pathv[i]) - 4, all.gl_pathv[i]);
		if (mode != NULL && strcmp(mode, "write") == 0)
			json_dump_file(have, path, JSON_INDENT(1) |
			    JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
		want = json_load_file(path, 0, NULL);
		if (want == NULL || !json_equal(have, want)) {
			char *text = json_dumps(have, JSON_INDENT(1) |
			    JSON_SORT_KEYS | JSON_REAL_PRECISION(15));

			print_message("# %s: the facts are\n%s\n", path, text);
			free(text);
			wrong++;
		}
		json_decref(want);
		json_decref(have);
		free(out);
	}
	globfree(&all);
	assert_int_equal(wrong, 0);
}

/* --- is anything left out? ---------------------------------------------------------- */

enum family { LINUX, MACOS, OTHER, FAMILIES };

/* What the recordings show: {"class.name": [in Linux's, in macOS's, in others']} */
static json_t *
shown(void)
{
	json_t *all = json_object(), *rows, *row, *value;
	const char *class, *name, *system;
	glob_t files;
	size_t k;

	assert_int_equal(glob(FOLDER "*.json", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		json_t *one = json_load_file(files.gl_pathv[i], 0, NULL);
		json_t *facts = json_object_get(one, "facts");
		size_t family;

		/* what hostile hosts say is no use of a fact */
		if (strstr(files.gl_pathv[i], "/hostile-") != NULL) {
			json_decref(one);
			continue;
		}
		system = json_string_value(json_object_get(json_array_get(
		    json_object_get(facts, "os"), 0), "family"));
		family = system == NULL ? OTHER : strcmp(system, "linux") == 0 ?
		    LINUX : strcmp(system, "darwin") == 0 ? MACOS : OTHER;
		json_object_foreach(facts, class, rows)
			json_array_foreach(rows, k, row)
				json_object_foreach(row, name, value) {
					char dotted[128];
					json_t *in;

					snprintf(dotted, sizeof(dotted), "%s.%s",
					    class, name);
					in = json_object_get(all, dotted);
					if (in == NULL) {
						in = json_pack("[b,b,b]", 0, 0, 0);
						json_object_set_new(all, dotted, in);
					}
					json_array_set_new(in, family, json_true());
				}
		json_decref(one);
	}
	globfree(&files);
	return all;
}

static bool
of_a_section(const char *class)
{
	const char *have;

	for (size_t i = 0; i < section_count(); i++)
		for (size_t k = 0; (have = section_class(section_name(i), k)) !=
		    NULL; k++)
			if (strcmp(have, class) == 0)
				return true;
	return false;
}

/* One line of facts.list against what is shown; gives how many mistakes. */
static unsigned
check_fact(const char *line, json_t *seen, json_t *told)
{
	static const char *const families[] = { "Linux", "macOS", "other" };
	char name[80], mark[FAMILIES];
	unsigned wrong = 0;
	int used = 0;
	json_t *in;

	assert_int_equal(sscanf(line, "%79s %c %c %c %n", name, &mark[0],
	    &mark[1], &mark[2], &used), 4);
	if (fact_info(name) == NULL || json_object_get(told, name) != NULL) {
		print_message("# %s: no such fact, or twice\n", name);
		wrong++;
	}
	json_object_set_new(told, name, json_string(line));
	if (memchr(mark, '-', FAMILIES) != NULL && strlen(line + used) < 8) {
		print_message("# %s: says no reason\n", name);
		wrong++;
	}
	in = json_object_get(seen, name);
	for (size_t i = 0; i < FAMILIES; i++) {
		bool there = json_is_true(json_array_get(in, i));

		if (mark[i] != '~' && there != (mark[i] == '+')) {
			print_message("# %s: the recordings of %s %s it\n", name,
			    families[i], there ? "show" : "do not show");
			wrong++;
		}
	}
	return wrong;
}

/* Calls for each line that is no remark; gives the sum. */
static unsigned
each_line(const char *path, unsigned (*check)(const char *, json_t *, json_t *),
    json_t *a, json_t *b)
{
	FILE *f = fopen(path, "r");
	char line[1000];
	unsigned wrong = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			wrong += check(line, a, b);
	}
	fclose(f);
	return wrong;
}

static void
each_fact_of_a_section_is_shown_or_has_its_reason(void **state)
{
	json_t *seen = shown(), *told = json_object();
	unsigned wrong = each_line(FOLDER "facts.list", check_fact, seen, told);

	(void)state;
	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *f = fact_info_at(i);
		char dotted[128];

		snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
		if (of_a_section(f->class) &&
		    json_object_get(told, dotted) == NULL) {
			print_message("# %s: not in facts.list\n", dotted);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
	json_decref(seen);
	json_decref(told);
}

/* "item: facts" or "item: - why not" */
static unsigned
check_field(const char *line, json_t *seen, json_t *count)
{
	const char *colon = strstr(line, ": ");
	char word[80];
	unsigned wrong = 0;
	int used;

	assert_non_null(colon);
	json_object_set_new(count, line, json_true());
	line = colon + 2;
	if (line[0] == '-') {
		if (strlen(line) > 10)
			return 0;
		print_message("# %s: says no reason\n", line);
		return 1;
	}
	for (; sscanf(line, "%79s%n", word, &used) == 1; line += used) {
		json_t *in = json_object_get(seen, word);

		if (fact_info(word) == NULL || (strstr(word, "kewSeconds") == NULL &&
		    !json_is_true(json_array_get(in, LINUX)) &&
		    !json_is_true(json_array_get(in, MACOS)))) {
			print_message("# %s is not shown\n", word);
			wrong++;
		}
	}
	return wrong;
}

static void
each_field_of_the_rivals_is_given_or_has_its_reason(void **state)
{
	json_t *seen = shown(), *fields = json_object();

	(void)state;
	assert_int_equal(each_line(FOLDER "fields.list", check_field, seen,
	    fields), 0);
	assert_true(json_object_size(fields) >= 60);
	json_decref(seen);
	json_decref(fields);
}

/* A section that the time did not reach says so, and none that it did. */
static void
what_was_cut_off_is_said(void **state)
{
	static const char out[] = "@ start 1\n@ begin kernel\nsys=Linux\n"
	    "@ end kernel 0\n@ begin packages\n@ part rpm\na\t0\t1\tx\ty\t5\t6\n"
	    "@ end packages 0\n@ begin sockets\n";
	char *names[] = { (char[]){ "software" }, (char[]){ "connections" },
		(char[]){ "printers" } };
	struct unix_answer a = { .marker = "@", .out = out,
		.n = sizeof(out) - 1, .sections = names, .nsections = 3 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	const char *why, *fix;
	bool partial;

	(void)state;
	assert_true(unix_facts(&a, f, &partial, &e));
	assert_true(partial);
	assert_int_equal(facts_rows(f, "software"), 1);
	assert_false(facts_why(f, "software", &why, &fix));
	assert_true(facts_why(f, "connection", &why, &fix));
	assert_true(facts_why(f, "printer", &why, &fix));
	assert_string_equal(why, "the host's answer ended before it");
	facts_free(f);
}

/* A note that came in the middle of a line is no part of it, and names what is
 * not all there: always where it is a list, or where nothing else gave it. */
static void
what_took_too_long_is_said(void **state)
{
	static const char out[] = "@ start 1\n@ begin kernel\nsys=Linux\n"
	    "node=pc-1\n@ slow kernel 3 no-such\n7.example\n@ end kernel 0\n"
	    "@ begin packages\n@ part rpm\na\t0\t1\tx\ty\t5\t6\nb\t0\t1"
	    "\n@ slow packages 12 rpm\n\n@ slow packages 0 snap\n"
	    "\n@ end packages 0\n@ begin sockets\n@ part proc.tcp\n"
	    "0: 0100007F:0016 00000000:0000 0A 00000000:00000000\n"
	    "\n@ slow sockets 10 ss\n\n@ end sockets 0\n@ done\n";
	struct unix_answer a = { .marker = "@", .out = out,
		.n = sizeof(out) - 1 };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	const char *why, *fix;
	bool partial;

	(void)state;
	assert_true(unix_facts(&a, f, &partial, &e));
	assert_false(partial);
	assert_string_equal(facts_find(f, "host.name")->s, "pc-17");
	assert_int_equal(facts_rows(f, "software"), 1);
	assert_true(facts_why(f, "software", &why, &fix));
	assert_string_equal(why, "rpm was stopped on the host after 12 s");
	assert_int_equal(facts_rows(f, "connection"), 1);
	assert_false(facts_why(f, "connection", &why, &fix));
	facts_free(f);
}

/* As long as the script lets it be: not told as if it were all. */
static void
a_list_that_was_cut_says_so(void **state)
{
	static const char head[] = "@ start 1\n@ begin packages\n@ part apk\n";
	static const char tail[] = "\n@ end packages 0\n@ done\n";
	static const char one[] = "P:name-of-it\nV:1.0\nA:x86_64\nI:100000\n"
	    "m:Some Body and all the others of them, and whoever else there is "
	    "who wants to be named so that it is less than 20000 packages\n";
	static const size_t sizes[] = { 2000000, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t n = sizeof(head) - 1 + sizes[i] + sizeof(tail) - 1;
		char *out = malloc(n), *p = out + sizeof(head) - 1;
		struct unix_answer a = { .marker = "@", .out = out, .n = n };
		struct facts *f = facts_new();
		struct err e = { .code = ERR_NONE };
		const char *why, *fix;
		bool partial;

		memcpy(out, head, sizeof(head) - 1);
		for (size_t k = 0; k < sizes[i]; k++)
			p[k] = one[k % (sizeof(one) - 1)];
		memcpy(p + sizes[i], tail, sizeof(tail) - 1);
		assert_true(unix_facts(&a, f, &partial, &e));
		assert_false(partial);
		assert_true(facts_rows(f, "software") > (i == 0 ? 9999 : 4));
		assert_int_equal(facts_why(f, "software", &why, &fix), i == 0);
		facts_free(f);
		free(out);
	}
}

/* Nothing may be read behind the end, and what is cut is never called whole. */
static void
cut_anywhere_is_partial_and_safe(void **state)
{
	size_t n;
	char *out = slurp(FOLDER "alpine-busybox.out", &n);

	(void)state;
	while (out[n - 1] == '\n')
		n--;
	for (size_t cut = 0; cut < n; cut++) {
		char *exact = malloc(cut + 1);
		struct unix_answer a = { .marker = "@", .out = exact, .n = cut };
		struct facts *f = facts_new();
		struct err e = { .code = ERR_NONE };
		bool partial = false;

		memcpy(exact, out, cut);
		exact = realloc(exact, cut > 0 ? cut : 1);
		a.out = exact;
		if (unix_facts(&a, f, &partial, &e))
			assert_true(partial);
		else
			assert_int_equal(e.code, ERR_NO_SHELL);
		facts_free(f);
		free(exact);
	}
	free(out);
}

static void
a_line_of_eight_mebibytes_is_bounded(void **state)
{
	static const char head[] = "@ start 1\n@ begin kernel\nsys=Linux\nnode=";
	size_t n = 8u << 20;
	char *out = malloc(n);
	struct unix_answer a = { .marker = "@", .out = out, .n = n };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	const struct fact *name;
	bool partial;

	(void)state;
	memset(out, 'x', n);
	memcpy(out, head, sizeof(head) - 1);
	assert_true(unix_facts(&a, f, &partial, &e));
	assert_true(partial);
	name = facts_find(f, "host.name");
	assert_true(name == NULL || strlen(name->s) <= 1u << 20);
	facts_free(f);
	free(out);
}

/* Whoever writes a file on the host does not know the marker. */
static void
another_marker_ends_nothing(void **state)
{
	static const char m[] = "assetscan-0123456789abcdef0123456789abcdef";
	char out[1000];
	struct unix_answer a = { .out = out };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	bool partial;

	(void)state;
	snprintf(out, sizeof(out), "noise\n%s start 1\n%s begin kernel\n"
	    "assetscan-ffffffffffffffffffffffffffffffff end kernel 0\n"
	    "sys=Linux\n%s end kernel 0\n%s done\n", m, m, m, m);
	a.n = strlen(out);
	assert_true(unix_facts(&a, f, &partial, &e));
	assert_false(partial);
	assert_string_equal(facts_find(f, "os.family")->s, "linux");
	/* and the one that we asked with is the one that counts */
	a.marker = "assetscan-ffffffffffffffffffffffffffffffff";
	assert_false(unix_facts(&a, f, &partial, &e));
	assert_int_equal(e.code, ERR_NO_SHELL);
	facts_free(f);
}

static void
the_clock_is_off_by_what_lies_outside_of_our_asking(void **state)
{
	static const char out[] = "@ start 1\n@ begin clock\nnow=1790000000\n"
	    "@ end clock 0\n@ done\n";
	static const struct { int64_t asked, got, skew; } cases[] = {
		{ 1789999999000, 1790000001000, 0 },
		{ 1790000000500, 1790000001000, 0 },	/* whole seconds only */
		{ 1790000100000, 1790000101000, -100 },
		{ 1789999890000, 1789999900000, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct unix_answer a = { .marker = "@", .out = out,
			.n = sizeof(out) - 1, .asked_ms = cases[i].asked,
			.got_ms = cases[i].got };
		struct facts *f = facts_new();
		struct err e = { .code = ERR_NONE };
		bool partial;

		assert_true(unix_facts(&a, f, &partial, &e));
		assert_int_equal(facts_find(f, "os.clockSkewSeconds")->i,
		    cases[i].skew);
		facts_free(f);
	}
}

#define DEEP 2000

static void *
deep_json(void *arg)
{
	static const char head[] = "@ start 1\n@ begin machardware\n";
	size_t half = sizeof(head) - 1 + 5 * DEEP, n = half + DEEP;
	char *out = malloc(n);
	struct unix_answer a = { .marker = "@", .out = out, .n = n };
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	bool partial;

	memcpy(out, head, sizeof(head) - 1);
	for (size_t i = sizeof(head) - 1; i < half; i++)
		out[i] = "{\"a\":"[(i - sizeof(head) + 1) % 5];
	memset(out + half, '}', DEEP);
	*(bool *)arg = unix_facts(&a, f, &partial, &e);
	facts_free(f);
	free(out);
	return NULL;
}

/* The JSON library recurses; a worker has 256 KiB. */
static void
deep_json_does_not_overflow_a_workers_stack(void **state)
{
	pthread_attr_t attr;
	pthread_t t;
	bool done = false;

	(void)state;
	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstacksize(&attr, 256 * 1024), 0);
	assert_int_equal(pthread_create(&t, &attr, deep_json, &done), 0);
	pthread_join(t, NULL);
	assert_true(done);
	pthread_attr_destroy(&attr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_recording_gives_its_facts),
		cmocka_unit_test(each_fact_of_a_section_is_shown_or_has_its_reason),
		cmocka_unit_test(each_field_of_the_rivals_is_given_or_has_its_reason),
		cmocka_unit_test(what_was_cut_off_is_said),
		cmocka_unit_test(what_took_too_long_is_said),
		cmocka_unit_test(a_list_that_was_cut_says_so),
		cmocka_unit_test(cut_anywhere_is_partial_and_safe),
		cmocka_unit_test(a_line_of_eight_mebibytes_is_bounded),
		cmocka_unit_test(another_marker_ends_nothing),
		cmocka_unit_test(deep_json_does_not_overflow_a_workers_stack),
		cmocka_unit_test(the_clock_is_off_by_what_lies_outside_of_our_asking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
