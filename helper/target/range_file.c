/* range_file.c: ranges as CSV. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/target/csv.h"
#include "helper/target/range_file.h"
#include "helper/target/ranges.h"

enum column { FROM, TO, USER, PASSWORD, DISABLE, PROTOCOL, ESCAPED, COLUMNS };

static const char *const names[COLUMNS] = { "FROM", "TO", "USER", "PASSWORD",
    "DISABLE", "PROTOCOL", "ESCAPED" };

struct reading {
	struct range_file *file;
	size_t cap;
	size_t place[COLUMNS];	/* in the row, from 1; 0: not there */
	size_t width;
	struct ranges *check;	/* takes every range, so that mistakes show */
	void (*mistake)(void *ctx, const char *text);	/* or NULL */
	void *ctx;
	unsigned mistakes;
};

/* The place of the error in front of it. */
static bool
at(const struct csv_field *f, struct err *e)
{
	return fail_in(e, "line %u, column %u", f->line, f->column);
}

/* Blanks around a heading or a word are nobody's intent. */
static bool
same_word(const char *text, const char *word)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	return n == strlen(word) && strncasecmp(text, word, n) == 0;
}

static bool
read_head(struct reading *r, const struct csv_row *row, struct err *e)
{
	r->width = row->n;
	for (size_t i = 0; i < row->n; i++) {
		size_t k = 0;

		while (k < COLUMNS && !same_word(row->field[i].text, names[k]))
			k++;
		if (k == COLUMNS) {
			fail(e, ERR_INVALID, "the first line names the "
			    "columns, and \"%.40s\" is none of FROM, TO, "
			    "USER, PASSWORD, DISABLE, PROTOCOL and ESCAPED", row->field[i].text);
			return at(&row->field[i], e);
		}
		if (r->place[k] != 0) {
			fail(e, ERR_INVALID, "the column %s is there twice",
			    names[k]);
			return at(&row->field[i], e);
		}
		r->place[k] = i + 1;
	}
	if (r->place[FROM] == 0)
		return fail(e, ERR_INVALID, "line %u: a column FROM is "
		    "expected in the first line", row->field[0].line);
	return true;
}

/* The field of that column; an empty one when the file has no such column. */
static const struct csv_field *
field(const struct reading *r, const struct csv_row *row, enum column c)
{
	static const struct csv_field none = { "", 0, 0 };

	return r->place[c] != 0 ? &row->field[r->place[c] - 1] : &none;
}

static char *
copy(const char *text, struct err *e)
{
	char *s = strdup(text);

	if (s == NULL)
		fail(e, ERR_MEMORY, "no memory for a range file");
	return s != NULL ? text_trim(s) : NULL;
}

/* TRUE, FALSE or nothing, which is FALSE. */
static bool
read_truth(const struct reading *r, const struct csv_row *row, enum column c,
    bool *out, struct err *e)
{
	const struct csv_field *f = field(r, row, c);

	*out = same_word(f->text, "TRUE");
	if (*out || same_word(f->text, "FALSE") || same_word(f->text, ""))
		return true;
	fail(e, ERR_INVALID, "%s is TRUE or FALSE", names[c]);
	return at(f, e);
}

static bool
read_protocol(const struct reading *r, const struct csv_row *row,
    struct range_row *out, struct err *e)
{
	const struct csv_field *f = field(r, row, PROTOCOL);

	out->protocol = same_word(f->text, "ssh") ? "ssh" : "wmi";
	if (out->protocol[0] == 's' || same_word(f->text, "wmi") ||
	    same_word(f->text, ""))
		return true;
	fail(e, ERR_INVALID, "PROTOCOL is wmi or ssh");
	return at(f, e);
}

/* The value without the apostrophe that a spreadsheet was to see. */
static const char *
unescaped(const char *text, bool escaped)
{
	return escaped && text[0] == '\'' ? text + 1 : text;
}

static bool
read_log_on(const struct reading *r, const struct csv_row *row,
    struct range_row *out, struct err *e)
{
	const struct csv_field *f = field(r, row, PASSWORD);
	const char *password;
	bool escaped;

	if (!read_truth(r, row, ESCAPED, &escaped, e))
		return false;
	out->user = copy(unescaped(field(r, row, USER)->text, escaped), e);
	password = unescaped(f->text, escaped);
	if (out->user == NULL || password[0] == '\0')
		return out->user != NULL;
	if (out->user[0] == '\0') {
		fail(e, ERR_INVALID, "a password without its user");
		return at(f, e);
	}
	out->password = secret_from_str(password);
	return out->password != NULL ||
	    fail(e, ERR_MEMORY, "no memory for a password");
}

static bool
read_range(const struct reading *r, const struct csv_row *row,
    const struct range_row *out, struct err *e)
{
	const struct csv_field *f = field(r, row, FROM);

	if (out->from[0] == '\0')
		fail(e, ERR_INVALID, "FROM is empty");
	else if (out->to[0] == '\0' ? ranges_add(r->check, out->from, 0, e) :
	    ranges_add_span(r->check, out->from, out->to, 0, e))
		return true;
	return at(f, e);
}

static bool
read_row(struct reading *r, const struct csv_row *row, struct err *e)
{
	struct range_row *out = &r->file->rows[r->file->n];

	if (row->n != r->width) {
		fail(e, ERR_INVALID, "%zu field%s where the first line has %zu",
		    row->n, row->n == 1 ? "" : "s", r->width);
		return at(&row->field[0], e);
	}
	*out = (struct range_row){ .line = row->field[0].line };
	r->file->n++;
	if ((out->from = copy(field(r, row, FROM)->text, e)) == NULL ||
	    (out->to = copy(field(r, row, TO)->text, e)) == NULL)
		return false;
	return read_log_on(r, row, out, e) &&
	    read_truth(r, row, DISABLE, &out->disabled, e) &&
	    read_protocol(r, row, out, e) && read_range(r, row, out, e);
}

static bool
more_room(struct reading *r, struct err *e)
{
	size_t want = r->cap == 0 ? 64 : r->cap * 2;
	struct range_row *more;

	if (r->file->n < r->cap)
		return true;
	if (r->file->n >= RANGE_FILE_ROWS)
		return fail(e, ERR_LIMIT, "more than %d rows", RANGE_FILE_ROWS);
	more = reallocarray(r->file->rows, want, sizeof(*more));
	if (more == NULL)
		return fail(e, ERR_MEMORY, "no memory for a range file");
	r->file->rows = more;
	r->cap = want;
	return true;
}

/* Tells of a mistake; the first one stays in e.  False when no more of them
 * are wanted, or when it was none of the file's. */
static bool
told(struct reading *r, const struct err *why, struct err *e)
{
	fail(e, why->code, "%s", why->text);
	if (r->mistake == NULL || why->code == ERR_MEMORY)
		return false;
	r->mistake(r->ctx, why->text);
	return ++r->mistakes < RANGE_FILE_MISTAKES;
}

/* Separators alone: spreadsheets write such rows behind the last one. */
static bool
is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->field[i].text[0] != '\0')
			return false;
	return true;
}

static bool
read_all(struct reading *r, struct csv *csv, struct err *e)
{
	struct err why = { 0 };
	struct csv_row row;

	if (!csv_next(csv, &row, &why) && why.code == ERR_NONE)
		fail(&why, ERR_INVALID, "the file is empty; its first line "
		    "is FROM,TO,USER,PASSWORD,DISABLE");
	if (why.code == ERR_NONE)
		(void)read_head(r, &row, &why);
	if (why.code != ERR_NONE) {	/* nothing behind it can be read */
		(void)told(r, &why, e);
		return false;
	}
	while (csv_next(csv, &row, &why)) {
		if (is_empty(&row))
			continue;
		if (more_room(r, &why) && read_row(r, &row, &why))
			continue;
		if (!told(r, &why, e) || why.code == ERR_LIMIT)
			return false;
		err_clear(&why);
	}
	if (why.code != ERR_NONE)
		(void)told(r, &why, e);
	return e->code == ERR_NONE;
}

struct range_file *
range_file_read(const char *text, size_t n,
    void (*mistake)(void *ctx, const char *text), void *ctx, struct err *e)
{
	struct reading r = { .file = calloc(1, sizeof(*r.file)),
	    .check = ranges_new(), .mistake = mistake, .ctx = ctx };
	struct csv *csv = csv_open(text, n, e);
	bool ok = false;

	if (csv != NULL && (r.file == NULL || r.check == NULL))
		fail(e, ERR_MEMORY, "no memory for a range file");
	else if (csv != NULL)
		ok = read_all(&r, csv, e);
	csv_close(csv);
	ranges_free(r.check);
	if (ok)
		return r.file;
	range_file_free(r.file);
	return NULL;
}

void
range_file_free(struct range_file *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->rows[i].from);
		free(f->rows[i].to);
		free(f->rows[i].user);
		secret_free(f->rows[i].password);
	}
	free(f->rows);
	free(f);
}

/* What a spreadsheet would calculate, blanks in front or not; the wide forms
 * are those of East Asian keyboards. */
static bool
is_formula(const char *text)
{
	static const char *const begins[] = { "=", "+", "-", "@", "\t", "\r",
	    "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
	    "\xef\xbc\xa0" };

	text += strspn(text, " ");
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (text_starts(text, begins[i]))
			return true;
	return false;
}

struct writing {
	struct wr *w;
	bool passwords, protocols, escapes;	/* these columns have something */
};

static const char *
password_of(const struct writing *g, const struct range_row *row)
{
	return g->passwords && row->password != NULL ?
	    secret_str(row->password) : "";
}

static bool
must_escape(const struct writing *g, const struct range_row *row)
{
	return is_formula(row->user) || is_formula(password_of(g, row));
}

/* In an escaped row a value's own first apostrophe would be taken off too. */
static void
put_escaped(struct wr *w, const char *text)
{
	struct wr own = wr_new(CSV_FIELD_MAX + 1);
	const char *value;

	if (is_formula(text) || text[0] == '\'')
		wr_str(&own, "'");
	wr_str(&own, text);
	if ((value = wr_cstr(&own)) != NULL)
		csv_put(w, value);
	w->bad |= value == NULL;
	wr_free(&own);
}

static void
write_row(const struct writing *g, const struct range_row *row)
{
	bool escaped = must_escape(g, row);
	void (*put)(struct wr *, const char *) = escaped ? put_escaped : csv_put;

	csv_put(g->w, row->from);
	wr_str(g->w, ",");
	csv_put(g->w, row->to);
	wr_str(g->w, ",");
	put(g->w, row->user);
	wr_str(g->w, ",");
	put(g->w, password_of(g, row));
	wr_printf(g->w, ",%s", row->disabled ? "TRUE" : "FALSE");
	if (g->protocols)
		wr_printf(g->w, ",%s", row->protocol);
	if (g->escapes)
		wr_printf(g->w, ",%s", escaped ? "TRUE" : "FALSE");
	wr_str(g->w, "\r\n");
}

void
range_file_write(struct wr *w, const struct range_row *rows, size_t n,
    bool with_passwords)
{
	struct writing g = { .w = w, .passwords = with_passwords };

	for (size_t i = 0; i < n; i++) {
		g.protocols |= strcmp(rows[i].protocol, "wmi") != 0;
		g.escapes |= must_escape(&g, &rows[i]);
	}
	wr_printf(w, "FROM,TO,USER,PASSWORD,DISABLE%s%s\r\n",
	    g.protocols ? ",PROTOCOL" : "", g.escapes ? ",ESCAPED" : "");
	for (size_t i = 0; i < n; i++)
		write_row(&g, &rows[i]);
}
