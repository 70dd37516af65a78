/* cmd_wmi.c: `assetscan wmi HOST 'WQL'`: rows as they come, in constant memory.
 * A table measures its first rows; the others are cut to those widths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/out.h"
#include "helper/scan/scan.h"

#define MEASURED	100
#define COLUMNS		60

enum format { AS_TABLE, AS_JSON, AS_CSV };
static const char *const formats[] = { "table", "json", "csv" };

struct shown {
	enum format format;
	const char *query;		/* borrowed: orders the columns */
	json_t *first;			/* of a table: rows not printed yet */
	json_t *names;			/* keeps the columns' names alive */
	struct out_column columns[COLUMNS + 1];
	struct out_widths widths;
	bool head;			/* the heading stands */
	uint64_t n;
};

/* Hosts send columns as the class declares them: the order asked is that of
 * the SELECT list.  Columns it does not name (or all, of *) follow as sent. */
static void
order_columns(struct shown *s, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *p = s->query + strspn(s->query, " \t\r\n");
	size_t len, at = 0;

	if (strncasecmp(p, "select", 6) != 0)
		return;
	for (p += 6; at < n; p += len) {
		p += strspn(p, " \t\r\n,");
		len = strspn(p, letters);
		if (len == 0 || (len == 4 && strncasecmp(p, "from", 4) == 0))
			return;
		for (size_t i = at; i < n; i++) {
			struct out_column c = s->columns[i];

			if (strlen(c.member) != len ||
			    strncasecmp(c.member, p, len) != 0)
				continue;
			memmove(&s->columns[at + 1], &s->columns[at],
			    (i - at) * sizeof(c));
			s->columns[at++] = c;
			break;
		}
	}
}

/* The first row says which columns there are. */
static void
take_columns(struct shown *s, const json_t *row)
{
	const char *name;
	json_t *v;
	size_t n = 0;

	s->names = json_array();
	json_object_foreach((json_t *)(uintptr_t)row, name, v) {
		json_t *kept = json_string(name);

		(void)v;
		if (n == COLUMNS || kept == NULL)
			break;
		json_array_append_new(s->names, kept);
		s->columns[n].member = s->columns[n].heading =
		    json_string_value(kept);
		n++;
	}
	s->columns[n].member = NULL;
	order_columns(s, n);
}

static size_t
terminal_width(void)
{
	struct winsize w;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 &&
	    w.ws_col > 20 ? w.ws_col : 10000;
}

static void
flush_table(struct shown *s)
{
	if (s->first == NULL)
		return;
	if (!s->head) {
		out_measure(s->first, s->columns, terminal_width(), &s->widths);
		out_table_head(stdout, s->columns, &s->widths);
		s->head = true;
	}
	out_table_rows(stdout, s->first, s->columns, &s->widths);
	json_array_clear(s->first);
}

static void
show_json(struct shown *s, const json_t *row)
{
	fputs(s->n > 1 ? ",\n" : "[\n", stdout);
	json_dumpf(row, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
}

static bool
take_row(void *ctx, json_t *row)
{
	struct shown *s = ctx;

	s->n++;
	if (s->names == NULL)
		take_columns(s, row);
	if (s->format == AS_JSON) {
		show_json(s, row);
		json_decref(row);
	} else {
		json_array_append_new(s->first, row);
		if (s->format == AS_TABLE && json_array_size(s->first) >=
		    MEASURED) {
			flush_table(s);
		} else if (s->format == AS_CSV) {
			if (!s->head)
				out_csv_head(stdout, s->columns);
			s->head = true;
			out_csv_rows(stdout, s->first, s->columns);
			json_array_clear(s->first);
		}
	}
	return !ferror(stdout);
}

static json_t *
params_of(const struct opts *o, struct err *e)
{
	const char *ns = opt_str(o, OPT_NAMESPACE);
	json_t *p, *credentials;

	if (opts_nargs(o) != 2) {
		fail(e, ERR_USAGE, "wmi takes a host and a query: wmi HOST "
		    "'SELECT ...'");
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
	front_set(p, "address", json_string(opts_args(o)[0]));
	front_set(p, "query", json_string(opts_args(o)[1]));
	front_set(p, "protocol", json_string("wmi"));
	front_set(p, "credentials", credentials);
	front_set(p, "namespace", ns != NULL ? json_string(ns) : NULL);
	if (front_number(o, OPT_WMI_PORT, p, "port", e) &&
	    front_number(o, OPT_WMI_TIMEOUT, p, "timeout", e))
		return p;
	json_decref(p);
	return NULL;
}

static bool
format_of(const struct opts *o, enum format *f, struct err *e)
{
	const char *name = opt_str(o, OPT_FORMAT);

	*f = AS_TABLE;
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i], name) == 0) {
			*f = (enum format)i;
			return true;
		}
	return name == NULL || fail(e, ERR_USAGE, "--format is table, json or "
	    "csv, not \"%.20s\"", name);
}

/* What came stands, and the output is whole, also when an error followed. */
static void
finish(struct shown *s)
{
	if (s->format == AS_JSON)
		fputs(s->n > 0 ? "\n]\n" : "[]\n", stdout);
	else if (s->format == AS_TABLE)
		flush_table(s);
	fflush(stdout);
}

static int
run(const struct opts *o, struct err *e)
{
	struct shown s = { .query = opts_nargs(o) > 1 ? opts_args(o)[1] : "",
	    .first = json_array() };
	json_t *params = NULL, *answer = NULL;
	int code = 1;

	if (format_of(o, &s.format, e) && (params = params_of(o, e)) != NULL) {
		answer = scan_query_host(params, opt_str(o, OPT_STATE_DIR),
		    take_row, &s, deadline_never(-1), e);
		if (answer != NULL || s.n > 0)
			finish(&s);
		if (answer != NULL && s.n == 0 && s.format == AS_TABLE &&
		    !opt_on(o, OPT_QUIET))
			fprintf(stderr, "assetscan: no rows\n");
		code = answer != NULL ? 0 : e->code == ERR_INVALID ||
		    e->code == ERR_USAGE ? 1 : 2;
	}
	json_decref(answer);
	json_decref(params);
	json_decref(s.first);
	json_decref(s.names);
	return code;
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
	code = run(o, &e);
	if (e.code != ERR_NONE)
		front_error(&e);
	opts_free(o);
	return code;
}
