/* request.c: scan.start's params: the options, or a file that they change. */
#include "helper/cmd/request.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"
#include "helper/cmd/config.h"
#include "helper/cmd/front.h"
#include "helper/cmd/shard.h"

/* Options that become a member of the profile as they are. */
static const struct { enum opt_id id; const char *member; } numbers[] = {
	{ OPT_PING_TIMEOUT, "pingTimeout" },
	{ OPT_CONNECT_TIMEOUT, "connectTimeout" },
	{ OPT_SSH_TIMEOUT, "sshTimeout" }, { OPT_WMI_TIMEOUT, "wmiTimeout" },
	{ OPT_QUERY_TIMEOUT, "queryTimeout" },
	{ OPT_CONCURRENCY, "concurrency" }, { OPT_CONNECT_RATE, "connectRate" },
};
static const struct { enum opt_id id; const char *member; } texts[] = {
	{ OPT_PROFILE, "name" }, { OPT_FOLDER, "folder" },
	{ OPT_ASSET_TYPE, "assetType" },
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

/* The members that options give, and no others. */
static json_t *
profile_of(const struct opts *o, struct err *e)
{
	json_t *p = json_object(), *config;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (opt_str(o, texts[i].id) != NULL)
			front_set(p, texts[i].member,
			    json_string(opt_str(o, texts[i].id)));
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
	    ((opt_str(o, OPT_HOST_KEYS) == NULL &&
	    opt_count(o, OPT_HOST_KEY) == 0) ||
	    front_set(p, "hostKeys", front_host_keys(o, e)));
	if (ok && (config = config_option(o, e)) != NULL)
		front_set(p, "config", config);
	if (ok && e->code == ERR_NONE)
		return p;
	json_decref(p);
	return NULL;
}

/* --- ranges and credentials -------------------------------------------------- */

/* A password beside a request: for those of its credentials that have nothing
 * to log on with. */
static bool
give_password(const struct opts *o, json_t *credentials, const char *protocol,
    enum secret_id id, struct err *e)
{
	static const char *const proofs[] = { "password", "passwordFile",
	    "ntHash", "privateKey", "privateKeyFile", "agent", "keytab",
	    "ccache" };
	json_t *bare = json_array(), *password;

	for (size_t i = 0; i < json_array_size(credentials); i++) {
		json_t *c = json_array_get(credentials, i);
		const char *speaks = json_string_value(
		    json_object_get(c, "protocol"));
		size_t k = 0;

		while (k < ARRAY_LEN(proofs) &&
		    json_object_get(c, proofs[k]) == NULL)
			k++;
		if (k == ARRAY_LEN(proofs) && speaks != NULL &&
		    strcmp(speaks, protocol) == 0)
			json_array_append(bare, c);
	}
	password = json_array_size(bare) > 0 ? front_secret(o, id, e) : NULL;
	for (size_t i = 0; password != NULL && i < json_array_size(bare); i++)
		json_object_set(json_array_get(bare, i), "password", password);
	json_decref(password);
	json_decref(bare);
	return e->code == ERR_NONE;
}

/* The request's credentials, changed and joined by those of the options; one
 * of the same id is replaced. */
static bool
add_credentials(const struct opts *o, json_t *list, struct err *e)
{
	json_t *more = front_credentials(o, e), *c;
	size_t i, k;

	if (more == NULL)
		return false;
	json_array_foreach(more, i, c) {
		for (k = 0; k < json_array_size(list); k++)
			if (json_equal(json_object_get(c, "id"), json_object_get(
			    json_array_get(list, k), "id")))
				break;
		if (k < json_array_size(list))
			json_array_set(list, k, c);
		else
			json_array_append(list, c);
	}
	json_decref(more);
	return (opt_str(o, OPT_WMI_USER) != NULL ||
	    give_password(o, list, "wmi", SECRET_WMI_PASSWORD, e)) &&
	    (opt_str(o, OPT_SSH_USER) != NULL ||
	    give_password(o, list, "ssh", SECRET_SSH_PASSWORD, e));
}

/* Ranges of the options and of a range file take the place of the request's. */
static bool
add_targets(const struct opts *o, json_t *params, struct err *e)
{
	const char *path = opt_str(o, OPT_RANGES_FILE);
	json_t *ranges = json_object_get(params, "ranges"), *file;
	json_t *credentials = json_object_get(params, "credentials");
	bool ok = true;

	if (credentials == NULL)
		front_set(params, "credentials", credentials = json_array());
	if (!add_credentials(o, credentials, e))
		return false;
	if (opt_on(o, OPT_SELF)) {
		front_set(params, "self", json_true());
		json_object_del(params, "ranges");
		return true;
	}
	if (opt_count(o, OPT_RANGE) == 0 && path == NULL)
		return true;
	json_object_del(params, "self");
	front_set(params, "ranges", ranges = json_array());
	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		json_array_append_new(ranges,
		    json_string(opt_nth(o, OPT_RANGE, i)));
	if (path != NULL) {
		file = request_ranges_file(path, true, e);
		ok = file != NULL &&
		    request_add_rows(ranges, file, credentials, e);
		json_decref(file);
	}
	return ok;
}

/* --- the whole ------------------------------------------------------------- */

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

static bool
add_profile(const struct opts *o, json_t *params, struct err *e)
{
	json_t *given = profile_of(o, e), *have, *value;
	const char *name;

	if (given == NULL)
		return false;
	have = json_object_get(params, "profile");
	if (have == NULL)
		front_set(params, "profile", have = json_object());
	/* ports of the protocols that are not named stay */
	json_object_foreach(given, name, value)
		if (strcmp(name, "ports") != 0 ||
		    json_object_get(have, name) == NULL)
			json_object_set(have, name, value);
		else
			json_object_update(json_object_get(have, name), value);
	json_decref(given);
	return true;
}

static bool
add_jira(const struct opts *o, json_t *params, struct err *e)
{
	const char *url = opts_nargs(o) > 0 ? opts_args(o)[0] : NULL;
	json_t *have = json_object_get(params, "jira"), *jira;

	if (json_is_object(have))
		return front_jira_over(o, url, have, e);
	if (opts_nargs(o) == 0 && opt_str(o, OPT_JIRA_URL) == NULL &&
	    (opt_str(o, OPT_JIRA_USER) != NULL ||
	    opt_str(o, OPT_JIRA_HEADER) != NULL ||
	    opt_secret_given(o, SECRET_JIRA_TOKEN) ||
	    opt_secret_given(o, SECRET_JIRA_PASSWORD)))
		return fail(e, ERR_USAGE, "there is a log-in for Jira, but not "
		    "which one: give --jira-url=URL, or leave the log-in out and "
		    "nothing is posted");
	jira = front_jira(o, url, e);
	return jira != NULL ? front_set(params, "jira", jira) :
	    e->code == ERR_NONE;
}

json_t *
request_params(const struct opts *o, struct err *e)
{
	const char *path = opt_str(o, OPT_REQUEST);
	const char *shard = opt_str(o, OPT_SHARD);
	json_t *params = path != NULL ? request_json_file(path, e) :
	    json_pack("{s:{s:s}, s:[], s:[]}", "profile", "name",
	    "command-line", "ranges", "credentials");

	if (params == NULL)
		return NULL;
	if (!json_is_object(params))
		fail(e, ERR_USAGE, "%s holds no object", path);
	else if (add_jira(o, params, e) && add_profile(o, params, e) &&
	    add_targets(o, params, e) &&
	    (shard == NULL || shard_option(shard, params, e)))
		return params;
	json_decref(params);
	return NULL;
}
