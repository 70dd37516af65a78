/* cmd_wmi.c: `assetscan wmi HOST 'WQL'`, and what helps to write one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/rows.h"

static json_t *
params_of(const struct opts *o, struct err *e)
{
	const char *ns = opt_str(o, OPT_NAMESPACE);
	json_t *p, *credentials;

	if (!rows_wanted(o) && opts_nargs(o) != 2) {
		fail(e, ERR_USAGE, "wmi takes a host and a query: wmi HOST "
		    "'SELECT ...'; or a host and --classes, --properties, "
		    "--facts or --try");
		return NULL;
	}
	if (opt_str(o, OPT_WMI_USER) == NULL) {
		fail(e, ERR_USAGE, "give --wmi-user and a password "
		    "(--wmi-password-file)");
		return NULL;
	}
	if ((credentials = front_credentials(o, e)) == NULL)
		return NULL;
	p = json_object();
	if (opts_nargs(o) > 0)
		front_set(p, "address", json_string(opts_args(o)[0]));
	if (!rows_wanted(o))
		front_set(p, "query", json_string(opts_args(o)[1]));
	front_set(p, "protocol", json_string("wmi"));
	front_set(p, "credentials", credentials);
	front_set(p, "namespace", ns != NULL ? json_string(ns) : NULL);
	if ((!rows_wanted(o) || rows_of_what(o, p, e)) &&
	    front_number(o, OPT_WMI_PORT, p, "port", e) &&
	    front_number(o, OPT_WMI_TIMEOUT, p, "timeout", e))
		return p;
	json_decref(p);
	return NULL;
}

int
cmd_wmi(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_wmi, argc, argv, &code);
	if (o == NULL)
		return code;
	code = rows_query(o, params_of(o, &e), &e);
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
