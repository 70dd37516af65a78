/* cmd_ranges.c: `assetscan ranges`: what a list of ranges means, and range
 * files as JSON and back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/secret.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/request.h"
#include "helper/scan/scan.h"
#include "helper/target/ranges.h"

/* The rows that a scan would take. */
static bool
build_from_file(const char *path, struct ranges *set, struct err *e)
{
	json_t *file = request_ranges_file(path, false, e), *rows, *row;
	size_t i;
	bool ok = file != NULL;

	rows = json_object_get(file, "ranges");
	json_array_foreach(rows, i, row)
		if (ok && json_is_false(json_object_get(row, "disabled")))
			ok = ranges_add_span(set,
			    json_string_value(json_object_get(row, "from")),
			    json_string_value(json_object_get(row, "to")), 0, e);
	json_decref(file);
	return ok;
}

static bool
build(const struct opts *o, struct ranges *set, struct err *e)
{
	const char *path = opt_str(o, OPT_RANGES_FILE);

	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		if (!ranges_add(set, opt_nth(o, OPT_RANGE, i), 0, e))
			return false;
	for (size_t i = 1; i < opts_nargs(o); i++)
		if (!ranges_add(set, opts_args(o)[i], 0, e))
			return false;
	if (path != NULL && !build_from_file(path, set, e))
		return false;
	if (opt_count(o, OPT_RANGE) == 0 && opts_nargs(o) < 2 && path == NULL)
		return fail(e, ERR_USAGE, "say which: ranges expand RANGES");
	return ranges_freeze(set, e);
}

/* Every address on a line of its own; nothing is laid out in memory. */
static bool
expand(const struct ranges *set, struct err *e)
{
	struct range_iter it = { 0, 0 };
	struct range_target t;
	char text[NET_ADDR_TEXT];

	while (ranges_next(set, &it, &t))
		if (puts(t.name != NULL ? t.name : net_addr_text(&t.addr, text)) < 0)
			return fail_errno(e, ERR_IO, "standard output");
	return true;
}

static bool
show_json(const struct ranges *set, struct err *e)
{
	json_t *list = json_array(), *all;
	struct range_span span;
	bool ok;

	for (size_t i = 0; ranges_span(set, i, &span); i++)
		json_array_append_new(list, json_pack("{s:s, s:I}", "range",
		    span.name != NULL ? span.name : span.text, "addresses",
		    (json_int_t)span.count));
	all = json_pack("{s:o, s:I, s:I}", "ranges", list, "addresses",
	    (json_int_t)ranges_count(set), "overlap",
	    (json_int_t)ranges_overlap(set));
	ok = all != NULL && json_dumpf(all, stdout, JSON_INDENT(1)) == 0 &&
	    puts("") >= 0;
	json_decref(all);
	return ok || fail_errno(e, ERR_IO, "standard output");
}

static bool
show(const struct ranges *set, struct err *e)
{
	struct range_span span;

	(void)e;
	for (size_t i = 0; ranges_span(set, i, &span); i++)
		printf("%-44s %" PRIu64 "\n", span.name != NULL ? span.name :
		    span.text, span.count);
	printf("%" PRIu64 " addresses, %" PRIu64 " named more than once\n",
	    ranges_count(set), ranges_overlap(set));
	return true;
}

static bool
with_set(const struct opts *o, bool (*run)(const struct ranges *, struct err *),
    struct err *e)
{
	struct ranges *set = ranges_new();
	bool ok = set != NULL ? build(o, set, e) && run(set, e) :
	    fail(e, ERR_MEMORY, "no memory");

	ranges_free(set);
	return ok;
}

static bool
run_expand(const struct opts *o, struct err *e)
{
	return with_set(o, expand, e);
}

static bool
run_show(const struct opts *o, struct err *e)
{
	const char *format = opt_str(o, OPT_FORMAT);

	return with_set(o, format != NULL && strcmp(format, "json") == 0 ?
	    show_json : show, e);
}

/* The one file that import and export take. */
static const char *
the_file(const struct opts *o, const char *verb, struct err *e)
{
	const char *path = opt_str(o, OPT_RANGES_FILE);

	if (path == NULL && opts_nargs(o) == 2)
		path = opts_args(o)[1];
	if (path == NULL || opts_nargs(o) > 2) {
		fail(e, ERR_USAGE, "say which: ranges %s FILE", verb);
		return NULL;
	}
	return path;
}

/* A range file as scan.start has ranges and credentials. */
static bool
run_import(const struct opts *o, struct err *e)
{
	const char *path = the_file(o, "import", e);
	json_t *file = path != NULL ? request_ranges_file(path,
	    opt_on(o, OPT_WITH_PASSWORDS), e) : NULL;
	bool ok = file != NULL;

	if (ok && (json_dumpf(file, stdout, JSON_INDENT(1)) != 0 ||
	    puts("") < 0))
		ok = fail_errno(e, ERR_IO, "standard output");
	json_decref(file);
	return ok;
}

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	fprintf(stderr, "assetscan: %s: %s: %s\n", (const char *)ctx, pointer,
	    message);
}

/* The ranges and credentials of a request, or of what import printed. */
static json_t *
export_params(const char *path, bool with_passwords, struct err *e)
{
	json_t *given = request_json_file(path, e), *params = json_object();

	if (given == NULL) {
		json_decref(params);
		return NULL;
	}
	if (json_object_get(given, "ranges") != NULL)
		json_object_set(params, "ranges", json_object_get(given, "ranges"));
	if (json_object_get(given, "credentials") != NULL)
		json_object_set(params, "credentials",
		    json_object_get(given, "credentials"));
	json_object_set_new(params, "withPasswords",
	    json_boolean(with_passwords));
	json_decref(given);
	return params;
}

/* What the options leave to scan, as FROM and TO; NULL: a name is among it, from
 * whose addresses an exclusion may take some only when they are known. */
static json_t *
left_to_scan(const struct ranges *set)
{
	json_t *ranges = json_array();
	char from[NET_ADDR_TEXT], to[NET_ADDR_TEXT];
	struct range_span span;

	for (size_t i = 0; ranges_span(set, i, &span); i++) {
		if (span.name != NULL) {
			json_decref(ranges);
			return NULL;
		}
		json_array_append_new(ranges, json_pack("{s:s, s:s}", "from",
		    net_addr_text(&span.from, from), "to",
		    net_addr_text(&span.to, to)));
	}
	return ranges;
}

/* Those of --range, without log-ons. */
static json_t *
option_params(const struct opts *o, struct err *e)
{
	struct ranges *set = ranges_new();
	json_t *ranges = NULL;

	if (set == NULL)
		fail(e, ERR_MEMORY, "no memory");
	else if (build(o, set, e) && (ranges = left_to_scan(set)) == NULL) {
		ranges = json_array();
		for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
			json_array_append_new(ranges,
			    json_string(opt_nth(o, OPT_RANGE, i)));
	}
	ranges_free(set);
	return ranges != NULL ? json_pack("{s:o}", "ranges", ranges) : NULL;
}

static bool
run_export(const struct opts *o, struct err *e)
{
	bool options = opt_count(o, OPT_RANGE) > 0 && opts_nargs(o) == 1;
	const char *path = options ? "--range" : the_file(o, "export", e);
	json_t *params = NULL, *out = NULL;
	bool ok;

	if (options)
		params = option_params(o, e);
	else if (path != NULL)
		params = export_params(path, opt_on(o, OPT_WITH_PASSWORDS), e);
	if (params != NULL)
		out = scan_ranges_export(params, on_problem,
		    (void *)(uintptr_t)path, e);
	ok = out != NULL;
	if (ok && (fputs(json_string_value(json_object_get(out, "csv")),
	    stdout) < 0 || fflush(stdout) != 0))
		ok = fail_errno(e, ERR_IO, "standard output");
	json_decref(params);
	json_decref(out);
	return ok;
}

static const struct {
	const char *name;
	bool (*run)(const struct opts *, struct err *);
} verbs[] = {
	{ "expand", run_expand }, { "show", run_show },
	{ "import", run_import }, { "export", run_export },
};

int
cmd_ranges(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;
	bool known = false;

	o = front_open(COMMAND_ranges, argc, argv, &code);
	if (o == NULL)
		return code;
	for (size_t i = 0; opts_nargs(o) > 0 && i < ARRAY_LEN(verbs); i++)
		if (strcmp(opts_args(o)[0], verbs[i].name) == 0) {
			known = true;
			if (opt_on(o, OPT_FORMAT) && verbs[i].run != run_show)
				fail(&e, ERR_USAGE, "ranges %s has one form; "
				    "--format goes with ranges show",
				    verbs[i].name);
			else
				code = verbs[i].run(o, &e) ? 0 : 1;
		}
	if (!known)
		fail(&e, ERR_USAGE, "ranges takes expand, show, import or "
		    "export");
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
