/* cmd_config.c: `assetscan config show|convert|validate`, mapping files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/map/mapping.h"

#define CONFIG_MAX (4 << 20)

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	size_t *n = ctx;

	(*n)++;
	fprintf(stderr, "%s: %s\n", pointer, message);
}

/* XML or JSON by its first character.  Problems go to standard error. */
static struct mapping *
load(const char *path, struct err *e)
{
	struct mapping *m = NULL;
	size_t n, problems = 0;
	json_error_t where;
	json_t *v;
	char *text = front_read(path, CONFIG_MAX, &n, e);

	if (text == NULL)
		return NULL;
	if (text[strspn(text, " \t\r\n")] != '{') {
		m = mapping_from_xml(text, n, e);
	} else if ((v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where)) ==
	    NULL) {
		fail(e, ERR_MAPPING, "line %d, column %d: %s", where.line,
		    where.column, where.text);
	} else {
		m = mapping_from_json(v, on_problem, &problems, e);
		json_decref(v);
	}
	if (m == NULL)
		fail_in(e, "%s", path);
	free(text);
	return m;
}

static int
show(const struct opts *o, struct err *e)
{
	if (opts_nargs(o) != 1)
		return fail(e, ERR_USAGE, "config show takes no file");
	return fputs(mapping_builtin_text(opt_on(o, OPT_JSON)), stdout) >= 0;
}

static int
convert(const struct opts *o, struct err *e)
{
	struct mapping *m;
	json_t *v;
	int ok;

	if (opts_nargs(o) != 2)
		return fail(e, ERR_USAGE, "config convert takes one file");
	if ((m = load(opts_args(o)[1], e)) == NULL)
		return false;
	v = mapping_to_json(m);
	ok = v != NULL && json_dumpf(v, stdout, JSON_INDENT(2)) == 0;
	putchar('\n');
	json_decref(v);
	mapping_free(m);
	return ok;
}

static int
validate(const struct opts *o, struct err *e)
{
	struct mapping *m;

	if (opts_nargs(o) != 2)
		return fail(e, ERR_USAGE, "config validate takes one file");
	if ((m = load(opts_args(o)[1], e)) == NULL)
		return false;
	for (size_t i = 0; i < mapping_warnings(m); i++)
		printf("warning: %s\n", mapping_warning(m, i));
	printf("%s: good, %zu asset fields\n", opts_args(o)[1], mapping_fields(m));
	mapping_free(m);
	return true;
}

static const struct {
	const char *name;
	int (*run)(const struct opts *, struct err *);
} verbs[] = {
	{ "show", show }, { "convert", convert }, { "validate", validate },
};

int
cmd_config(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;
	const char *verb;

	o = front_open(COMMAND_config, argc, argv, &code);
	if (o == NULL)
		return code;
	verb = opts_nargs(o) > 0 ? opts_args(o)[0] : "";
	fail(&e, ERR_USAGE, "config takes show, convert or validate");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verb, verbs[i].name) == 0) {
			err_clear(&e);
			code = verbs[i].run(o, &e) ? 0 : 1;
		}
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
