/* range_file.c: ranges as CSV. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/target/csv.h"
#include "helper/target/range_file.h"
#include "helper/target/ranges.h"

enum column { FROM, TO, USER, PASSWORD, DISABLE, PROTOCOL, COLUMNS };

static const char *const names[COLUMNS] = { "FROM", "TO", "USER", "PASSWORD",
    "DISABLE", "PROTOCOL" };

struct reading {
	struct range_file *file;
	size_t cap;
	size_t place[COLUMNS];	/* in the row, from 1; 0: not there */
	size_t width;
	struct ranges *check;	/* takes every range, so that mistakes show */
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
			fail(e, ERR_INVALID, "there is no column \"%.40s\"; "
			    "FROM, TO, USER, PASSWORD, DISABLE and PROTOCOL "
			    "are known", row->field[i].text);
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

static bool
read_words(const struct reading *r, const struct csv_row *row,
    struct range_row *out, struct err *e)
{
	const struct csv_field *f = field(r, row, DISABLE);

	out->disabled = same_word(f->text, "TRUE");
	if (!out->disabled && !same_word(f->text, "FALSE") &&
	    !same_word(f->text, "")) {
		fail(e, ERR_INVALID, "DISABLE is TRUE or FALSE");
		return at(f, e);
	}
	f = field(r, row, PROTOCOL);
	out->protocol = same_word(f->text, "ssh") ? "ssh" : "wmi";
	if (out->protocol[0] == 'w' && !same_word(f->text, "wmi") &&
	    !same_word(f->text, "")) {
		fail(e, ERR_INVALID, "PROTOCOL is wmi or ssh");
		return at(f, e);
	}
	return true;
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
	const char *password = field(r, row, PASSWORD)->text;

	if (row->n != r->width) {
		fail(e, ERR_INVALID, "%zu fields where the first line has %zu",
		    row->n, r->width);
		return at(&row->field[0], e);
	}
	*out = (struct range_row){ .line = row->field[0].line };
	r->file->n++;
	if ((out->from = copy(field(r, row, FROM)->text, e)) == NULL ||
	    (out->to = copy(field(r, row, TO)->text, e)) == NULL ||
	    (out->user = copy(field(r, row, USER)->text, e)) == NULL)
		return false;
	if (password[0] != '\0' &&
	    (out->password = secret_from_str(password)) == NULL)
		return fail(e, ERR_MEMORY, "no memory for a password");
	return read_words(r, row, out, e) && read_range(r, row, out, e);
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

static bool
read_all(struct reading *r, struct csv *csv, struct err *e)
{
	struct err why = { 0 };
	struct csv_row row;

	if (!csv_next(csv, &row, &why))
		return why.code != ERR_NONE ? fail(e, why.code, "%s", why.text) :
		    fail(e, ERR_INVALID, "the file is empty; its first line "
		    "is FROM,TO,USER,PASSWORD,DISABLE");
	if (!read_head(r, &row, e))
		return false;
	while (csv_next(csv, &row, &why))
		if (!more_room(r, e) || !read_row(r, &row, e))
			return false;
	return why.code == ERR_NONE || fail(e, why.code, "%s", why.text);
}

struct range_file *
range_file_read(const char *text, size_t n, struct err *e)
{
	struct reading r = { .file = calloc(1, sizeof(*r.file)),
	    .check = ranges_new() };
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

static void
write_row(struct wr *w, const struct range_row *row, bool with_password,
    bool with_protocol)
{
	bool password = with_password && row->password != NULL;
	const char *const fields[] = { row->from, row->to, row->user,
	    password ? secret_str(row->password) : "",
	    row->disabled ? "TRUE" : "FALSE" };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (i > 0)
			wr_str(w, ",");
		csv_put(w, fields[i]);
	}
	wr_printf(w, "%s%s\r\n", with_protocol ? "," : "",
	    with_protocol ? row->protocol : "");
}

void
range_file_write(struct wr *w, const struct range_row *rows, size_t n,
    bool with_passwords)
{
	bool protocols = false;

	for (size_t i = 0; i < n; i++)
		protocols |= strcmp(rows[i].protocol, "wmi") != 0;
	wr_printf(w, "FROM,TO,USER,PASSWORD,DISABLE%s\r\n",
	    protocols ? ",PROTOCOL" : "");
	for (size_t i = 0; i < n; i++)
		write_row(w, &rows[i], with_passwords, protocols);
}
