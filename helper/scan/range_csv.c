/* range_csv.c: ranges.import and ranges.export: CSV to `ranges` and
 * `credentials` of a request, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/plan.h"
#include "helper/scan/scan.h"
#include "helper/target/csv.h"
#include "helper/target/range_file.h"

static const struct at at_csv = { NULL, "csv", 0 };
static const struct at at_ranges = { NULL, "ranges", 0 };
static const struct at at_creds = { NULL, "credentials", 0 };

static json_t *
wrong(const struct problems *p, const char *what, struct err *e)
{
	if (p->n > 0)
		fail(e, ERR_INVALID, p->n == 1 ? "the %s holds a mistake" :
		    "the %s holds %zu mistakes", what, p->n);
	return NULL;
}

/* --- import ---------------------------------------------------------------- */

static void
mistake(void *ctx, const char *text)
{
	problem(ctx, &at_csv, "%s", text);
}

/* The first row of that log-on, of the `n` rows in `firsts`. */
static size_t
find_log_on(const struct range_file *f, const size_t *firsts, size_t n,
    const struct range_row *row)
{
	for (size_t i = 0; i < n; i++) {
		const struct range_row *other = &f->rows[firsts[i]];

		if (other->protocol == row->protocol &&
		    strcmp(other->user, row->user) == 0 &&
		    secret_equal(other->password, row->password))
			return i;
	}
	return n;
}

static void
add_credential(json_t *list, const char *id, const struct range_row *row,
    bool with_password)
{
	json_t *c = json_pack("{s:s, s:s, s:s}", "id", id, "protocol",
	    row->protocol, "user", row->user);

	if (with_password && row->password != NULL)
		json_object_set_new(c, "password",
		    json_stringn(secret_str(row->password),
		    secret_len(row->password)));
	json_array_append_new(list, c);
}

static json_t *
file_json(const struct range_file *f, bool with_passwords, struct problems *p)
{
	json_t *ranges = json_array(), *creds = json_array(), *ids;
	size_t firsts[PLAN_CREDS_MAX], n = 0;
	char id[32];

	for (size_t i = 0; i < f->n && p->n == 0; i++) {
		const struct range_row *row = &f->rows[i];
		size_t k = find_log_on(f, firsts, n, row);

		ids = json_array();
		if (row->user[0] != '\0' && k == PLAN_CREDS_MAX) {
			problem(p, &at_csv, "line %u: more than %d different "
			    "log-ons", row->line, PLAN_CREDS_MAX);
		} else if (row->user[0] != '\0') {
			if (k == n)
				firsts[n++] = i;
			snprintf(id, sizeof(id), "row-%zu", firsts[k] + 2);
			if (firsts[k] == i)
				add_credential(creds, id, row, with_passwords);
			json_array_append_new(ids, json_string(id));
		}
		json_array_append_new(ranges, json_pack("{s:s, s:s?, s:o, s:b}",
		    "from", row->from, "to", row->to[0] != '\0' ? row->to : NULL,
		    "credentials", ids, "disabled", row->disabled));
	}
	return json_pack("{s:o, s:o}", "ranges", ranges, "credentials", creds);
}

json_t *
scan_ranges_import(const char *csv, size_t n, bool with_passwords,
    void (*fn)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	struct problems p = { fn, ctx, 0 };
	struct err why = { .code = ERR_NONE };
	struct range_file *f = range_file_read(csv, n, mistake, &p, &why);
	json_t *out = f != NULL ? file_json(f, with_passwords, &p) : NULL;

	range_file_free(f);
	if (out != NULL && p.n == 0)
		return out;
	json_decref(out);
	if (p.n == 0)
		fail(e, why.code != ERR_NONE ? why.code : ERR_MEMORY, "%s",
		    why.code != ERR_NONE ? why.text : "no memory");
	return wrong(&p, "CSV file", e);
}

/* --- export ---------------------------------------------------------------- */

struct raw_export {
	const json_t *ranges, *credentials;
	bool with_passwords;
};

static const struct field export_fields[] = {
	{ "ranges", F_ARRAY, true, offsetof(struct raw_export, ranges), 0, 0 },
	{ "credentials", F_ARRAY, false,
	    offsetof(struct raw_export, credentials), 0, 0 },
	{ "withPasswords", F_BOOL, false,
	    offsetof(struct raw_export, with_passwords), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

struct log_on {
	const char *id, *protocol, *user, *password;
	const json_t *other;		/* what it logs on with besides */
};

#define OTHER(json) \
	{ json, F_ANY, false, offsetof(struct log_on, other), 0, 0 }
static const struct field log_on_fields[] = {
	{ "id", F_TEXT, true, offsetof(struct log_on, id), 0, 0 },
	{ "protocol", F_STRING, true, offsetof(struct log_on, protocol), 0, 0 },
	{ "user", F_TEXT, true, offsetof(struct log_on, user), 0, 0 },
	{ "password", F_STRING, false, offsetof(struct log_on, password), 0, 0 },
	OTHER("passwordFile"), OTHER("ntHash"), OTHER("privateKey"),
	OTHER("privateKeyFile"), OTHER("agent"), OTHER("keytab"),
	OTHER("ccache"), OTHER("passphrase"), OTHER("passphraseFile"),
	OTHER("auth"), OTHER("realm"), OTHER("kdc"),
	{ NULL, F_ANY, false, 0, 0, 0 }
};
#undef OTHER

struct exporting {
	struct log_on *creds;
	size_t ncreds;
	bool with_passwords;
	struct range_file *file;
	struct ranges *check;
};

static void
read_log_on(struct exporting *x, size_t i, const json_t *v, struct problems *p)
{
	const struct at here = { &at_creds, NULL, i };
	struct log_on *c = &x->creds[i];
	enum protocol proto;

	if (!fields_read(v, log_on_fields, c, p, &here))
		return;
	if (!protocol_find(c->protocol, &proto))
		problem_in(p, &here, "protocol", "must be wmi or ssh");
	else
		c->protocol = protocol_name(proto);
	if (x->with_passwords && c->password == NULL && c->other != NULL)
		problem(p, &here, "logs on with something else than a "
		    "password, which a CSV file cannot hold; export without "
		    "passwords, or without this credential");
	for (size_t k = 0; k < i && c->id != NULL; k++)
		if (x->creds[k].id != NULL && strcmp(x->creds[k].id, c->id) == 0)
			problem_in(p, &here, "id", "\"%s\" is used twice", c->id);
}

static char *
copy(const char *s)
{
	return strdup(s != NULL ? s : "");
}

/* One row: a range with one of its log-ons, or with none. */
static bool
add_row(struct exporting *x, const struct range_entry *r,
    const struct log_on *c, struct problems *p, const struct at *at)
{
	struct range_row *row = &x->file->rows[x->file->n];

	if (x->file->n == RANGE_FILE_ROWS) {
		problem(p, at, "more than %d rows", RANGE_FILE_ROWS);
		return false;
	}
	*row = (struct range_row){ .from = copy(r->from), .to = copy(r->to),
	    .user = copy(c != NULL ? c->user : NULL),
	    .protocol = c != NULL ? c->protocol : protocol_name(PROTO_WMI),
	    .disabled = r->disabled };
	x->file->n++;
	if (c != NULL && c->password != NULL && c->password[0] != '\0')
		row->password = secret_from_str(c->password);
	return true;
}

/* What a text of ranges means as FROM and TO, which is all that a sensor reads;
 * what was given as {from, to}, or takes something out, stays as it stands. */
static bool
add_rows(struct exporting *x, const struct range_entry *r,
    const struct log_on *c, bool text, struct problems *p, const struct at *at)
{
	struct ranges *set = text && strchr(r->from, '!') == NULL ?
	    ranges_new() : NULL;
	char from[NET_ADDR_TEXT], to[NET_ADDR_TEXT];
	struct err e = { .code = ERR_NONE };
	struct range_span span;
	bool ok = true;

	if (set == NULL || !ranges_add(set, r->from, 0, &e) ||
	    !ranges_freeze(set, &e)) {
		ranges_free(set);
		return add_row(x, r, c, p, at);
	}
	for (size_t i = 0; ok && ranges_span(set, i, &span); i++) {
		struct range_entry one = *r;

		one.from = span.name != NULL ? span.name :
		    net_addr_text(&span.from, from);
		one.to = span.name != NULL ? NULL : net_addr_text(&span.to, to);
		ok = add_row(x, &one, c, p, at);
	}
	ranges_free(set);
	return ok;
}

static const struct log_on *
log_on_of(const struct exporting *x, const char *id)
{
	for (size_t i = 0; id != NULL && i < x->ncreds; i++)
		if (strcmp(x->creds[i].id, id) == 0)
			return &x->creds[i];
	return NULL;
}

/* A range with several credentials becomes a row for each of them, in their
 * order; one that names none may use all. */
static void
add_range(struct exporting *x, size_t i, const json_t *v, struct problems *p)
{
	const struct at here = { &at_ranges, NULL, i };
	const struct at list = { &here, "credentials", 0 };
	size_t before = p->n, n;
	struct range_entry r;

	plan_range_entry(x->check, 0, v, &r, p, &here);
	if (p->n > before)
		return;
	if (strlen(r.from) > CSV_FIELD_MAX - 3) {
		problem(p, &here, "is longer than a field of a CSV file may be");
		return;
	}
	n = r.credentials != NULL ? json_array_size(r.credentials) : x->ncreds;
	if (n == 0 || r.from[strspn(r.from, " \t\r\n")] == '!')
		(void)add_rows(x, &r, NULL, json_is_string(v), p, &here);
	else for (size_t k = 0; k < n; k++) {
		const struct log_on *c = r.credentials == NULL ? &x->creds[k] :
		    log_on_of(x, json_string_value(json_array_get(
		    r.credentials, k)));

		if (c == NULL)
			problem(p, &(struct at){ &list, NULL, k },
			    "is no credential's id");
		else if (!add_rows(x, &r, c, json_is_string(v), p, &here))
			return;
	}
}

static void
export_all(struct exporting *x, const struct raw_export *r, struct problems *p)
{
	for (size_t i = 0; i < x->ncreds; i++)
		read_log_on(x, i, json_array_get(r->credentials, i), p);
	if (p->n > 0)
		return;
	for (size_t i = 0; i < json_array_size(r->ranges) && p->n < 100; i++)
		add_range(x, i, json_array_get(r->ranges, i), p);
}

static json_t *
csv_json(const struct exporting *x, struct err *e)
{
	struct wr w = wr_new((size_t)1 << 28);
	const char *text;
	json_t *out = NULL;

	range_file_write(&w, x->file->rows, x->file->n, x->with_passwords);
	text = wr_cstr(&w);
	out = text != NULL ? json_pack("{s:s}", "csv", text) : NULL;
	wr_free(&w);
	if (out == NULL)
		fail(e, ERR_MEMORY, "no memory for a CSV file");
	return out;
}

json_t *
scan_ranges_export(const json_t *params,
    void (*fn)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	struct problems p = { fn, ctx, 0 };
	struct raw_export r = { .ranges = NULL };
	struct exporting x = { .file = calloc(1, sizeof(*x.file)),
	    .check = ranges_new() };
	json_t *out = NULL;

	fields_read(params, export_fields, &r, &p, NULL);
	x.ncreds = json_array_size(r.credentials);
	x.with_passwords = r.with_passwords;
	x.creds = calloc(x.ncreds + 1, sizeof(*x.creds));
	if (x.file != NULL)
		x.file->rows = calloc(RANGE_FILE_ROWS, sizeof(*x.file->rows));
	if (x.ncreds > PLAN_CREDS_MAX)
		problem(&p, &at_creds, "holds %zu credentials; at most %d",
		    x.ncreds, PLAN_CREDS_MAX);
	if (x.file == NULL || x.file->rows == NULL || x.check == NULL ||
	    x.creds == NULL)
		fail(e, ERR_MEMORY, "no memory");
	else if (p.n == 0)
		export_all(&x, &r, &p);
	if (p.n == 0 && e->code == ERR_NONE)
		out = csv_json(&x, e);
	range_file_free(x.file);
	ranges_free(x.check);
	free(x.creds);
	return out != NULL ? out : wrong(&p, "request", e);
}
