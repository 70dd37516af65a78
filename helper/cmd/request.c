/* request.c: what is to be scanned: the options, or files that hold it. */
#include "helper/cmd/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strings.h>

#include "helper/base/secret.h"
#include "helper/cmd/front.h"
#include "helper/cmd/shard.h"
#include "helper/scan/scan.h"

#define REQUEST_MAX (16 << 20)
#define CONFIG_MAX  (4 << 20)

/* Options that become a member of the profile as they are. */
static const struct { enum opt_id id; const char *member; } numbers[] = {
	{ OPT_PING_TIMEOUT, "pingTimeout" },
	{ OPT_CONNECT_TIMEOUT, "connectTimeout" },
	{ OPT_SSH_TIMEOUT, "sshTimeout" }, { OPT_WMI_TIMEOUT, "wmiTimeout" },
	{ OPT_QUERY_TIMEOUT, "queryTimeout" },
	{ OPT_CONCURRENCY, "concurrency" }, { OPT_CONNECT_RATE, "connectRate" },
};
static const struct { enum opt_id id; const char *member; } flags[] = {
	{ OPT_PING_FIRST, "pingFirst" }, { OPT_UPDATE_ONLY, "updateOnly" },
	{ OPT_REPORT_SILENT, "reportSilent" }, { OPT_SUDO, "sudo" },
};

/* The words of a comma-separated list. */
static json_t *
list_of(const char *text)
{
	json_t *list = json_array();
	char *words = strdup(text), *rest = words, *word;

	while (words != NULL && (word = strsep(&rest, ", ")) != NULL)
		if (*word != '\0')
			json_array_append_new(list, json_string(word));
	free(words);
	return list;
}

/* A mapping file: XML goes in as text, JSON as an object. */
static json_t *
config_of(const char *path, struct err *e)
{
	json_error_t where;
	json_t *config;
	size_t n;
	char *text = front_read(path, CONFIG_MAX, &n, e);
	const char *p = text;

	if (text == NULL)
		return NULL;
	while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		p++;
	if (*p == '{') {
		config = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
		if (config == NULL)
			fail(e, ERR_MAPPING, "%s: line %d, column %d: %s", path,
			    where.line, where.column, where.text);
	} else if ((config = json_stringn(text, n)) == NULL) {
		fail(e, ERR_MAPPING, "%s is not UTF-8 text", path);
	}
	free(text);
	return config;
}

static bool
add_ports(const struct opts *o, json_t *profile, struct err *e)
{
	static const struct { enum opt_id id; const char *protocol; } kinds[] = {
		{ OPT_SSH_PORT, "ssh" }, { OPT_WMI_PORT, "wmi" } };
	json_t *port = json_object(), *ports = json_object();
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(kinds); i++) {
		const char *name = kinds[i].protocol;

		ok = front_number(o, kinds[i].id, port, name, e);
		if (json_object_get(port, name) != NULL)
			front_set(ports, name, json_pack("[O]",
			    json_object_get(port, name)));
	}
	json_decref(port);
	if (ok && json_object_size(ports) > 0)
		front_set(profile, "ports", ports);
	else
		json_decref(ports);
	return ok;
}

static json_t *
profile_of(const struct opts *o, struct err *e)
{
	const char *name = opt_str(o, OPT_PROFILE);
	const char *config = opt_str(o, OPT_CONFIG);
	json_t *p = json_object();
	bool ok = true;

	if (config == NULL)
		config = opt_str(o, OPT_WMI_CONFIG);
	front_set(p, "name", json_string(name != NULL ? name : "command-line"));
	if (opt_str(o, OPT_FOLDER) != NULL)
		front_set(p, "folder", json_string(opt_str(o, OPT_FOLDER)));
	if (opt_str(o, OPT_ASSET_TYPE) != NULL)
		front_set(p, "assetType", json_string(opt_str(o, OPT_ASSET_TYPE)));
	if (opt_str(o, OPT_PROTOCOLS) != NULL)
		front_set(p, "protocols", list_of(opt_str(o, OPT_PROTOCOLS)));
	if (opt_str(o, OPT_SECTIONS) != NULL)
		front_set(p, "sections", list_of(opt_str(o, OPT_SECTIONS)));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (opt_on(o, flags[i].id))
			front_set(p, flags[i].member, json_true());
	for (size_t i = 0; ok && i < ARRAY_LEN(numbers); i++)
		ok = front_number(o, numbers[i].id, p, numbers[i].member, e);
	ok = ok && add_ports(o, p, e) &&
	    front_set(p, "hostKeys", front_host_keys(o, e)) &&
	    (config == NULL || front_set(p, "config", config_of(config, e)));
	if (ok)
		return p;
	json_decref(p);
	return NULL;
}

/* --- a range file ---------------------------------------------------------- */

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

/* A row's range may use the row's log-on and no other; one without, and a
 * --range, what the options give: never what another row has. */
static bool
add_rows(json_t *ranges, const json_t *file, json_t *credentials, struct err *e)
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

/* --- the whole ------------------------------------------------------------- */

static json_t *
ranges_of(const struct opts *o)
{
	json_t *ranges = json_array();

	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		json_array_append_new(ranges,
		    json_string(opt_nth(o, OPT_RANGE, i)));
	return ranges;
}

/* Ranges and credentials of the options and of a range file. */
static bool
add_targets(const struct opts *o, json_t *params, struct err *e)
{
	const char *path = opt_str(o, OPT_RANGES_FILE);
	json_t *ranges = ranges_of(o), *credentials, *file = NULL;
	bool ok = true;

	front_set(params, "ranges", ranges);
	if (!front_set(params, "credentials",
	    credentials = front_credentials(o, e)))
		return false;
	if (path != NULL) {
		file = request_ranges_file(path, true, e);
		ok = file != NULL && add_rows(ranges, file, credentials, e);
		json_decref(file);
	}
	return ok;
}

/* scan.start's params from the options. */
static json_t *
params_of(const struct opts *o, struct err *e)
{
	const char *url = opts_nargs(o) > 0 ? opts_args(o)[0] : NULL;
	json_t *params = json_object(), *jira;

	if (opt_on(o, OPT_SELF))
		front_set(params, "self", json_true());
	jira = front_jira(o, url, e);
	if (jira != NULL)
		front_set(params, "jira", jira);
	if (e->code == ERR_NONE && front_set(params, "profile",
	    profile_of(o, e)) && add_targets(o, params, e))
		return params;
	json_decref(params);
	return NULL;
}

json_t *
request_json_file(const char *path, struct err *e)
{
	json_error_t where;
	size_t n;
	char *text = front_read(path, REQUEST_MAX, &n, e);
	json_t *v, *params;

	if (text == NULL)
		return NULL;
	v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	wipe(text, n);
	wipe_free_str(text);
	if (v == NULL) {
		fail(e, ERR_USAGE, "%s: line %d, column %d: %s", path, where.line,
		    where.column, where.text);
		return NULL;
	}
	/* A whole request is taken too, as the plugin would send it. */
	params = json_object_get(v, "params");
	if (params == NULL)
		return v;
	json_incref(params);
	json_decref(v);
	return params;
}

json_t *
request_params(const struct opts *o, struct err *e)
{
	const char *path = opt_str(o, OPT_REQUEST);
	const char *shard = opt_str(o, OPT_SHARD);
	json_t *params = path != NULL ? request_json_file(path, e) :
	    params_of(o, e);

	/* What may differ between processes that take the same request. */
	if (params != NULL && path != NULL && opt_count(o, OPT_RANGE) > 0)
		front_set(params, "ranges", ranges_of(o));
	if (params == NULL || shard == NULL || shard_option(shard, params, e))
		return params;
	json_decref(params);
	return NULL;
}
