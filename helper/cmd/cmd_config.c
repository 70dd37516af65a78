/* cmd_config.c: `assetscan config show|convert|validate`, mapping files. */
#include <stdio.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/config.h"
#include "helper/cmd/front.h"

static int
show(const struct opts *o, struct err *e)
{
	if (opts_nargs(o) != 1)
		return fail(e, ERR_USAGE, "config show takes no file");
	return (fputs(mapping_builtin_text(opt_on(o, OPT_JSON)), stdout) >= 0 &&
	    fflush(stdout) == 0) || fail_errno(e, ERR_IO, "standard output");
}

static int
convert(const struct opts *o, struct err *e)
{
	struct mapping *m;
	json_t *v;
	int ok;

	if (opts_nargs(o) != 2)
		return fail(e, ERR_USAGE, "config convert takes one file");
	if ((m = config_load(opts_args(o)[1], e)) == NULL)
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
	if ((m = config_load(opts_args(o)[1], e)) == NULL)
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
