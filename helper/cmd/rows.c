/* rows.c: rows of host.query as they come, in constant memory.  A table measures
 * its first rows; the others are cut to those widths. */
#include "helper/cmd/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/cmd/front.h"
#include "helper/report/out.h"
#include "helper/scan/scan.h"

#define MEASURED	100
#define COLUMNS		60
#define ENTRY_MAX	65536
#define HEADING_MAX	256

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

/* Kept as long as the columns; NULL: no memory. */
static const char *
keep_name(struct shown *s, const char *name)
{
	json_t *kept = json_string(name);

	if (json_array_append_new(s->names, kept) != 0)
		return NULL;
	return json_string_value(kept);
}

/* The first row says which columns there are; the host named them. */
static void
take_columns(struct shown *s, const json_t *row)
{
	char heading[HEADING_MAX];
	const char *name;
	json_t *v;
	size_t n = 0;

	s->names = json_array();
	json_object_foreach((json_t *)(uintptr_t)row, name, v) {
		struct out_column *c = &s->columns[n];

		(void)v;
		text_line(heading, sizeof(heading), name, strlen(name));
		if (n == COLUMNS || (c->member = keep_name(s, name)) == NULL ||
		    (c->heading = keep_name(s, heading)) == NULL)
			break;
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

int
rows_query(const struct opts *o, json_t *params, struct err *e)
{
	const char *query = json_string_value(json_object_get(params, "query"));
	struct shown s = { .query = query != NULL ? query : "",
	    .first = json_array() };
	json_t *answer = NULL;
	const char *note;
	int code = 1;

	if (params != NULL && format_of(o, &s.format, e)) {
		answer = scan_query_host(params, opt_str(o, OPT_STATE_DIR),
		    take_row, &s, deadline_never(-1), e);
		if (answer != NULL || s.n > 0)
			finish(&s);
		note = json_string_value(json_object_get(answer, "note"));
		if (note != NULL && !opt_on(o, OPT_QUIET))
			fprintf(stderr, "assetscan: %s\n", note);
		else if (answer != NULL && s.n == 0 && s.format == AS_TABLE &&
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

/* The entry itself, or what a file holds. */
static bool
put_entry(json_t *p, const char *text, struct err *e)
{
	char *file = NULL;
	size_t n;
	bool ok;

	if (text[0] == '@' && (text = file = front_read(text + 1, ENTRY_MAX, &n,
	    e)) == NULL)
		return false;
	ok = front_set(p, "try", json_string(text)) ||
	    fail(e, ERR_USAGE, "the entry is no UTF-8");
	wipe_free_str(file);
	return ok;
}

bool
rows_of_what(const struct opts *o, json_t *p, struct err *e)
{
	static const char names[] = "--classes, --properties, --facts and --try";
	const char *properties = opt_str(o, OPT_PROPERTIES);
	const char *entry = opt_str(o, OPT_TRY);
	bool classes = opt_on(o, OPT_CLASSES), facts = opt_on(o, OPT_FACTS);
	const char *word = opts_nargs(o) > 1 ? opts_args(o)[1] : NULL;

	if (classes + facts + (properties != NULL) + (entry != NULL) > 1)
		return fail(e, ERR_USAGE, "%s exclude each other", names);
	if (opts_nargs(o) < 1 || opts_nargs(o) > 2 ||
	    (word != NULL && (properties != NULL || entry != NULL)))
		return fail(e, ERR_USAGE, "with %s a HOST is given, and with "
		    "--classes and --facts a name may follow it", names);
	if (entry != NULL)
		return put_entry(p, entry, e);
	front_set(p, "list", json_string(classes ? "classes" : facts ? "facts" :
	    "properties"));
	front_set(p, "class", properties != NULL ? json_string(properties) :
	    word != NULL ? json_string(word) : NULL);
	return true;
}

bool
rows_wanted(const struct opts *o)
{
	return opt_on(o, OPT_CLASSES) || opt_on(o, OPT_FACTS) ||
	    opt_str(o, OPT_PROPERTIES) != NULL || opt_str(o, OPT_TRY) != NULL;
}
