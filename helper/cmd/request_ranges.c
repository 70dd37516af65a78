/* request_ranges.c: a range file as ranges and credentials of a request. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/base/secret.h"
#include "helper/cmd/front.h"
#include "helper/cmd/request.h"
#include "helper/scan/scan.h"

static void
name_mistake(void *ctx, const char *pointer, const char *message)
{
	(void)pointer;
	fprintf(stderr, "assetscan: %s: %s\n", (const char *)ctx, message);
}

json_t *
request_ranges_file(const char *path, bool with_passwords, struct err *e)
{
	char shown[200];
	size_t n;
	char *text = front_read(path, REQUEST_MAX, &n, e);
	json_t *out;

	if (text == NULL)
		return NULL;
	snprintf(shown, sizeof(shown), "%s", strcmp(path, "-") == 0 ?
	    "standard input" : path);
	out = scan_ranges_import(text, n, with_passwords, name_mistake, shown, e);
	wipe(text, n);
	wipe_free_str(text);
	if (out == NULL && e->code == ERR_INVALID)
		fail_hint(e, "Nothing was taken from the file; correct what "
		    "is named above.");
	return out;
}

static json_t *
ids_of(const json_t *credentials)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < json_array_size(credentials); i++)
		json_array_append(ids, json_object_get(
		    json_array_get(credentials, i), "id"));
	return ids;
}

static const char *
member(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s != NULL ? s : "";
}

/* A user of the file without a password: the options may hold it.  Windows
 * does not tell capitals in names, Unix does. */
static bool
same_account(const json_t *a, const json_t *b)
{
	bool wmi = strcmp(member(a, "protocol"), "wmi") == 0;

	return strcmp(member(a, "protocol"), member(b, "protocol")) == 0 &&
	    (wmi ? strcasecmp : strcmp)(member(a, "user"), member(b, "user")) == 0;
}

/* The ids to put for that log-on of the file: its own, or those of the options
 * that have its password; empty when nobody has it. */
static json_t *
ids_for(const json_t *log_on, const json_t *options)
{
	json_t *ids = json_array();

	if (json_object_get(log_on, "password") != NULL)
		json_array_append(ids, json_object_get(log_on, "id"));
	for (size_t i = 0; json_array_size(ids) == 0 &&
	    i < json_array_size(options); i++)
		if (same_account(log_on, json_array_get(options, i)))
			json_array_append(ids, json_object_get(
			    json_array_get(options, i), "id"));
	return ids;
}

/* The log-ons of a file: those with a password become credentials.  Answers
 * which ids to put for which. */
static json_t *
add_log_ons(const json_t *log_ons, json_t *credentials)
{
	json_t *by_id = json_object(), *options = json_copy(credentials);

	for (size_t i = 0; i < json_array_size(log_ons); i++) {
		json_t *c = json_array_get(log_ons, i);

		json_object_set_new(by_id, member(c, "id"), ids_for(c, options));
		if (json_object_get(c, "password") != NULL)
			json_array_append(credentials, c);
	}
	json_decref(options);
	return by_id;
}

static bool
no_password(const json_t *log_ons, const char *id, struct err *e)
{
	const json_t *c = NULL;

	for (size_t i = 0; i < json_array_size(log_ons); i++)
		if (strcmp(member(json_array_get(log_ons, i), "id"), id) == 0)
			c = json_array_get(log_ons, i);
	return fail(e, ERR_USAGE, "the range file has no PASSWORD for user %s "
	    "(%s); give it there, or with --%s-user and --%s-password-file",
	    member(c, "user"), id, member(c, "protocol"),
	    member(c, "protocol"));
}

bool
request_add_rows(json_t *ranges, const json_t *file, json_t *credentials, struct err *e)
{
	const json_t *rows = json_object_get(file, "ranges");
	const json_t *log_ons = json_object_get(file, "credentials");
	json_t *all = ids_of(credentials);
	json_t *by_id = add_log_ons(log_ons, credentials);

	for (size_t i = 0; i < json_array_size(ranges); i++)
		json_array_set_new(ranges, i, json_pack("{s:O, s:O}", "from",
		    json_array_get(ranges, i), "credentials", all));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		const char *id = json_string_value(json_array_get(
		    json_object_get(row, "credentials"), 0));
		json_t *ids = id != NULL ? json_object_get(by_id, id) : all;

		if (id != NULL && json_array_size(ids) == 0 &&
		    json_is_false(json_object_get(row, "disabled")))
			(void)no_password(log_ons, id, e);
		json_object_set(row, "credentials", ids);
		json_array_append(ranges, row);
	}
	json_decref(all);
	json_decref(by_id);
	return e->code == ERR_NONE;
}
