/* csv.c: reading and writing comma-separated values. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/secret.h"
#include "helper/base/text.h"
#include "helper/target/csv.h"

struct csv {
	const char *p;
	size_t n, at;
	unsigned line, column;
	char separator;
	struct wr text;		/* the fields of this row, NULs between them */
};

/* The separator that the first line uses most; none: a comma. */
static char
separator_of(const char *p, size_t n)
{
	static const char may[] = { ',', ';', '\t' };
	size_t count[sizeof(may)] = { 0 }, best = 0;
	bool quoted = false;

	for (size_t i = 0; i < n && (quoted || p[i] != '\n'); i++) {
		quoted ^= p[i] == '"';
		for (size_t k = 0; k < sizeof(may); k++)
			count[k] += !quoted && p[i] == may[k];
	}
	for (size_t k = 1; k < sizeof(may); k++)
		if (count[k] > count[best])
			best = k;
	return may[best];
}

/* A spreadsheet's own first line, "sep=;": its octets with the line end; 0:
 * there is none. */
static size_t
told_separator(const char *p, size_t n, char *separator)
{
	size_t i = 5;

	if (n < i || strncasecmp(p, "sep=", 4) != 0 ||
	    (p[4] != ',' && p[4] != ';' && p[4] != '\t'))
		return 0;
	*separator = p[4];
	i += i < n && p[i] == '\r';
	if (i < n && p[i] != '\n')
		return 0;
	return i < n ? i + 1 : i;
}

struct csv *
csv_open(const char *text, size_t n, struct err *e)
{
	struct csv *c = calloc(1, sizeof(*c));
	size_t told;

	if (c == NULL) {
		fail(e, ERR_MEMORY, "no memory for a CSV file");
		return NULL;
	}
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	*c = (struct csv){ .p = text, .n = n, .line = 1, .column = 1,
	    .separator = separator_of(text, n),
	    .text = wr_new(CSV_FIELDS_MAX * (size_t)(CSV_FIELD_MAX + 1)) };
	if ((told = told_separator(text, n, &c->separator)) > 0) {
		c->at = told;
		c->line++;
	}
	return c;
}

void
csv_close(struct csv *c)
{
	if (c == NULL)
		return;
	wr_free(&c->text);
	free(c);
}

static bool
mistake(unsigned line, unsigned column, const char *what, struct err *e)
{
	return fail(e, ERR_INVALID, "line %u, column %u: %s", line, column,
	    what);
}

/* The octet at the cursor; 0 at the end (a NUL in the text is refused). */
static char
here(const struct csv *c)
{
	return c->at < c->n ? c->p[c->at] : '\0';
}

static bool
at_line_end(const struct csv *c)
{
	return c->at == c->n || c->p[c->at] == '\n' || (c->p[c->at] == '\r' &&
	    c->at + 1 < c->n && c->p[c->at + 1] == '\n');
}

static void
skip_line_end(struct csv *c)
{
	if (c->at == c->n)
		return;
	c->at += c->p[c->at] == '\r' ? 2 : 1;
	c->line++;
	c->column = 1;
}

/* Takes one character into the field. */
static bool
take(struct csv *c, size_t began, struct err *e)
{
	size_t len = text_utf8_len(c->p + c->at, c->n - c->at);

	if (len == 0)
		return mistake(c->line, c->column, "this is not UTF-8; save "
		    "the file as UTF-8", e);
	if (here(c) == '\0')
		return mistake(c->line, c->column, "a NUL octet", e);
	if (c->text.len - began >= CSV_FIELD_MAX)
		return mistake(c->line, c->column, "the field is too long", e);
	wr_bytes(&c->text, c->p + c->at, len);
	c->column++;
	if (here(c) == '\n') {
		c->line++;
		c->column = 1;
	}
	c->at += len;
	return true;
}

static void
step(struct csv *c)
{
	c->at++;
	c->column++;
}

static bool
quoted_field(struct csv *c, size_t began, struct err *e)
{
	unsigned line = c->line, column = c->column;

	for (step(c);;) {
		if (c->at == c->n)
			return mistake(line, column, "this quote is never "
			    "closed", e);
		if (here(c) == '"') {
			step(c);
			if (here(c) != '"' || c->at == c->n)
				break;
		}
		if (!take(c, began, e))
			return false;
	}
	if (!at_line_end(c) && here(c) != c->separator)
		return mistake(c->line, c->column, "behind a closing quote a "
		    "separator or the end of the line is expected", e);
	return true;
}

static bool
plain_field(struct csv *c, size_t began, struct err *e)
{
	while (!at_line_end(c) && here(c) != c->separator) {
		if (here(c) == '"')
			return mistake(c->line, c->column, "a quote inside an "
			    "unquoted field; quote the whole field and double "
			    "the quote", e);
		if (here(c) == '\r')
			return mistake(c->line, c->column, "a carriage return "
			    "without line feed", e);
		if (!take(c, began, e))
			return false;
	}
	return true;
}

/* The fields up to the end of the line; `begin` has their places. */
static bool
fields(struct csv *c, struct csv_row *row, size_t *begin, struct err *e)
{
	for (;;) {
		if (row->n == CSV_FIELDS_MAX)
			return mistake(c->line, c->column, "too many fields", e);
		begin[row->n] = c->text.len;
		row->field[row->n++] = (struct csv_field){ NULL, c->line,
		    c->column };
		if (!(here(c) == '"' ? quoted_field : plain_field)(c,
		    c->text.len, e))
			return false;
		wr_u8(&c->text, 0);
		if (at_line_end(c))
			break;
		step(c);
	}
	skip_line_end(c);
	return true;
}

bool
csv_next(struct csv *c, struct csv_row *row, struct err *e)
{
	size_t begin[CSV_FIELDS_MAX];
	const char *text;

	wr_reset(&c->text);
	row->n = 0;
	while (c->at < c->n && at_line_end(c))
		skip_line_end(c);
	if (c->at == c->n || !fields(c, row, begin, e))
		return false;
	if ((text = wr_cstr(&c->text)) == NULL)
		return fail(e, ERR_MEMORY, "no memory for a CSV file");
	for (size_t i = 0; i < row->n; i++)
		row->field[i].text = text + begin[i];
	return true;
}

void
csv_put(struct wr *w, const char *text)
{
	/* Blanks at the ends and every known separator, so that any reader
	 * takes it for what it is. */
	bool plain = strpbrk(text, ",;\t\"\r\n") == NULL && text[0] != ' ' &&
	    (text[0] == '\0' || text[strlen(text) - 1] != ' ');

	if (plain) {
		wr_str(w, text);
		return;
	}
	wr_u8(w, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			wr_u8(w, '"');
		wr_u8(w, (uint8_t)*text);
	}
	wr_u8(w, '"');
}
