#include "helper/report/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "helper/report/findings_row.h"
#include "helper/report/html.h"

#define ROWS_MAX 1000		/* of one table, however much room there is */
#define COLUMNS_MAX 24

/* --- lists and tables ------------------------------------------------------------ */

static bool
is_scalar(const json_t *v)
{
	const json_t *first = json_array_get(v, 0);

	return !json_is_object(v) && !json_is_object(first) &&
	    !json_is_array(first);
}

static bool
is_empty(const json_t *v)
{
	return v == NULL || json_is_null(v) ||
	    (json_is_string(v) && json_string_length(v) == 0) ||
	    (json_is_array(v) && json_array_size(v) == 0) ||
	    (json_is_object(v) && json_object_size(v) == 0);
}

static void
pair(FILE *f, const char *name, const json_t *v)
{
	if (is_empty(v))
		return;
	fputs("<div><dt>", f);
	html_words(f, name);
	fputs("</dt><dd>", f);
	html_value(f, name, v);
	fputs("</dd></div>", f);
}

static void
pairs(FILE *f, const json_t *object)
{
	const char *name;
	json_t *v;

	fputs("<dl>", f);
	json_object_foreach((json_t *)object, name, v)
		if (is_scalar(v))
			pair(f, name, v);
	fputs("</dl>", f);
}

/* The members that some row has, in the order of their coming. */
static size_t
columns_of(const json_t *rows, const char *columns[COLUMNS_MAX])
{
	const char *name;
	json_t *row, *v;
	size_t i, k, n = 0;

	json_array_foreach((json_t *)rows, i, row)
		json_object_foreach(row, name, v) {
			for (k = 0; k < n && strcmp(columns[k], name) != 0; k++)
				;
			if (k == n && n < COLUMNS_MAX && !is_empty(v))
				columns[n++] = name;
		}
	return n;
}

static void
table_row(FILE *f, const json_t *row, const char *columns[], size_t n)
{
	fputs("<tr>", f);
	for (size_t k = 0; k < n; k++) {
		const json_t *v = json_object_get(row, columns[k]);

		fputs(json_is_number(v) ? "<td class=\"n\">" : "<td>", f);
		html_value(f, columns[k], v);
		fputs("</td>", f);
	}
	fputs("</tr>\n", f);
}

static void
left_out(FILE *f, size_t rows)
{
	fprintf(f, "<p class=\"cut\">%zu more %s left out to keep this page "
	    "small; the JSON form has all of them.</p>", rows,
	    rows == 1 ? "row is" : "rows are");
}

/* An array of objects; stops when `f` has grown beyond `budget`. */
static void
table(FILE *f, const json_t *rows, size_t budget)
{
	const char *columns[COLUMNS_MAX];
	size_t n = columns_of(rows, columns), i, all = json_array_size(rows);
	long began = ftell(f);

	fputs("<div class=\"wide\"><table><thead><tr>", f);
	for (i = 0; i < n; i++) {
		fputs("<th scope=\"col\">", f);
		html_words(f, columns[i]);
		fputs("</th>", f);
	}
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; i < all && i < ROWS_MAX &&
	    (size_t)(ftell(f) - began) < budget; i++)
		table_row(f, json_array_get(rows, i), columns, n);
	fputs("</tbody></table></div>", f);
	if (i < all)
		left_out(f, all - i);
}

/* --- inventory sections ------------------------------------------------------------ */

static void
lacks(FILE *f, const json_t *missing)
{
	json_t *one;
	size_t i;

	if (json_array_size(missing) == 0)
		return;
	fputs("<ul class=\"lacks\">", f);
	json_array_foreach((json_t *)missing, i, one) {
		fputs("<li><b>", f);
		html_text(f, text_of(one, "what"));
		html_text(f, text_of(one, "field"));
		fputs("</b> is missing: ", f);
		html_text(f, text_of(one, "why"));
		fputs(text_of(one, "fix") != NULL ? ". <i>" : "", f);
		html_text(f, text_of(one, "fix"));
		fputs(text_of(one, "fix") != NULL ? "</i>" : "", f);
		fputs("</li>", f);
	}
	fputs("</ul>", f);
}

/* One fact class of a section, or a section that has none. */
static void
class_put(FILE *f, const char *name, const json_t *v, bool headed, size_t budget)
{
	if (is_empty(v))
		return;
	if (headed) {
		fputs("<h5>", f);
		html_words(f, name);
		fputs("</h5>", f);
	}
	if (json_is_array(v) && json_is_object(json_array_get(v, 0)))
		table(f, v, budget);
	else if (json_is_object(v))
		pairs(f, v);
	else {
		fputs("<p>", f);
		html_value(f, name, v);
		fputs("</p>", f);
	}
}

/* Rows that a section has, to tell how large it is. */
static size_t
size_of(const json_t *section)
{
	size_t n = json_array_size(section), i = 0;
	const char *name;
	json_t *v;

	(void)i;
	json_object_foreach((json_t *)section, name, v)
		if (strcmp(name, "missing") != 0)
			n += json_array_size(v);
	return n;
}

static void
section_put(FILE *f, const char *name, const json_t *section, size_t budget)
{
	size_t rows = size_of(section);
	const char *class;
	json_t *v;

	fputs("<details class=\"section\"><summary>", f);
	html_words(f, name);
	if (rows > 0)
		fprintf(f, " <span class=\"count\">%zu</span>", rows);
	fputs("</summary>", f);
	if (!json_is_object(section))
		class_put(f, name, section, false, budget);
	json_object_foreach((json_t *)section, class, v)
		if (strcmp(class, "missing") != 0)
			class_put(f, class, v, strcmp(class, name) != 0 ||
			    json_object_size(section) > 2, budget);
	lacks(f, json_object_get(section, "missing"));
	fputs("</details>\n", f);
}

static void
sections(FILE *f, const json_t *all, size_t budget)
{
	long began = ftell(f);
	size_t used, dropped = 0;
	const char *name;
	json_t *section;

	if (json_object_size(all) == 0)
		return;
	fputs("<h4>Inventory</h4>\n", f);
	json_object_foreach((json_t *)all, name, section) {
		used = (size_t)(ftell(f) - began);
		if (used < budget)
			section_put(f, name, section, budget - used);
		else
			dropped++;
	}
	if (dropped > 0)
		fprintf(f, "<p class=\"cut\">%zu more %s left out to keep this "
		    "page small; the JSON form has all of them.</p>", dropped,
		    dropped == 1 ? "section is" : "sections are");
}

/* --- what the scan says of the host -------------------------------------------------- */

static void
problem(FILE *f, const json_t *error, const char *what)
{
	if (!json_is_object(error))
		return;
	fprintf(f, "<div class=\"problem\"><p><b>%s", what);
	html_text(f, text_of(error, "code"));
	fputs("</b>", f);
	if (text_of(error, "stage") != NULL && text_of(error, "stage")[0]) {
		fputs(" at stage ", f);
		html_text(f, text_of(error, "stage"));
	}
	fputs(": ", f);
	html_text(f, text_of(error, "message"));
	fputs("</p>", f);
	if (text_of(error, "hint") != NULL) {
		fputs("<p class=\"hint\">", f);
		html_text(f, text_of(error, "hint"));
		fputs("</p>", f);
	}
	fputs("</div>\n", f);
}

static void
warnings(FILE *f, const json_t *list)
{
	json_t *one;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<div class=\"warn\"><ul>", f);
	json_array_foreach((json_t *)list, i, one) {
		fputs("<li>", f);
		html_value(f, NULL, one);
		fputs("</li>", f);
	}
	fputs("</ul></div>\n", f);
}

static void
ignored(FILE *f, const json_t *macs)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)macs, i, one) {
		fputs("<div><dt>Not used</dt><dd>", f);
		html_text(f, text_of(one, "mac"));
		fputs(": ", f);
		html_text(f, text_of(one, "why"));
		fputs("</dd></div>", f);
	}
}

static void
identity(FILE *f, const json_t *id)
{
	static const char *const told[] = { "macs", "ignoredMacs", "serial",
		"uuid" };
	const char *name;
	json_t *v;

	if (!json_is_object(id))
		return;
	fputs("<div class=\"block\"><h4>Identity</h4><dl>", f);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (strcmp(told[i], "ignoredMacs") != 0)
			pair(f, told[i], json_object_get(id, told[i]));
	ignored(f, json_object_get(id, "ignoredMacs"));
	json_object_foreach((json_t *)id, name, v) {
		bool done = false;

		for (size_t i = 0; i < ARRAY_LEN(told); i++)
			done = done || strcmp(name, told[i]) == 0;
		if (!done && is_scalar(v))
			pair(f, name, v);
	}
	fputs("</dl></div>\n", f);
}

static void
fields(FILE *f, const json_t *list)
{
	json_t *one;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<div class=\"block\"><h4>Asset fields</h4><dl>", f);
	json_array_foreach((json_t *)list, i, one) {
		fputs("<div><dt>", f);
		html_text(f, text_of(one, "typeName"));
		fputs("</dt><dd>", f);
		html_value(f, NULL, json_object_get(one, "values"));
		fputs("</dd></div>", f);
	}
	fputs("</dl></div>\n", f);
}

static void
scan_facts(FILE *f, const struct finding *h, const json_t *host)
{
	static const char *const names[] = { "protocol", "credential",
		"roundTrips" };

	fputs("<div class=\"block\"><h4>Scan</h4><dl>", f);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		pair(f, names[i], json_object_get(host, names[i]));
	pair(f, "tookSeconds", json_object_get(h->row, "seconds"));
	pair(f, "profile", json_object_get(h->row, "profile"));
	pair(f, "finished", json_object_get(h->row, "scanned"));
	pair(f, "source", json_object_get(h->row, "source"));
	fputs("</dl></div>\n", f);
}

static void
support(FILE *f, const struct finding *h)
{
	if (h->eol == NULL)
		return;
	fputs("<div class=\"block\"><h4>Support</h4><dl><div><dt>System</dt><dd>",
	    f);
	html_text(f, h->eol->label);
	fprintf(f, "</dd></div><div><dt>Updates until</dt><dd>%s</dd></div>",
	    h->eol->ends[0] ? h->eol->ends : "no end announced");
	if (h->eol->sold[0])
		fprintf(f, "<div><dt>Sold: %s</dt><dd>until %s</dd></div>",
		    h->eol->sold, h->eol->sold_until);
	fputs("<div><dt>Source</dt><dd>", f);
	html_text(f, h->eol->url);
	fprintf(f, ", as of %s</dd></div></dl></div>\n", h->eol->read);
}

static void
asset(FILE *f, const json_t *a)
{
	/* shown elsewhere, or of no use to a reader */
	static const char *const others[] = { "scanId", "address", "url",
		"error", "would" };
	const char *name;
	json_t *v;

	if (!json_is_object(a))
		return;
	fputs("<div class=\"block\"><h4>Asset</h4><dl>", f);
	json_object_foreach((json_t *)a, name, v) {
		bool shown = is_scalar(v);

		for (size_t i = 0; i < ARRAY_LEN(others); i++)
			shown = shown && strcmp(name, others[i]) != 0;
		if (shown)
			pair(f, name, v);
	}
	fputs("</dl></div>\n", f);
}

void
detail_put(FILE *f, const struct finding *h, const json_t *host, size_t budget)
{
	const json_t *a = json_object_get(host, "asset");

	problem(f, json_object_get(host, "error"), "");
	problem(f, json_object_get(a, "error"), "Asset: ");
	warnings(f, json_object_get(host, "warnings"));
	fputs("<div class=\"blocks\">", f);
	scan_facts(f, h, host);
	identity(f, json_object_get(host, "identity"));
	support(f, h);
	asset(f, a);
	fields(f, json_object_get(host, "fields"));
	fputs("</div>\n", f);
	lacks(f, json_object_get(host, "missing"));
	sections(f, json_object_get(host, "sections"), budget);
}
