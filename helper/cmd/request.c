/* request.c: what is to be scanned: the options, or a file that holds it. */
#include "helper/cmd/request.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/secret.h"
#include "helper/cmd/front.h"

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

/* scan.start's params from the options. */
static json_t *
params_of(const struct opts *o, struct err *e)
{
	const char *url = opts_nargs(o) > 0 ? opts_args(o)[0] : NULL;
	json_t *params = json_object(), *ranges = json_array(), *jira;

	for (size_t i = 0; i < opt_count(o, OPT_RANGE); i++)
		json_array_append_new(ranges,
		    json_string(opt_nth(o, OPT_RANGE, i)));
	front_set(params, "ranges", ranges);
	if (opt_on(o, OPT_SELF))
		front_set(params, "self", json_true());
	jira = front_jira(o, url, e);
	if (jira != NULL)
		front_set(params, "jira", jira);
	if (e->code == ERR_NONE && front_set(params, "profile",
	    profile_of(o, e)) && front_set(params, "credentials",
	    front_credentials(o, e)))
		return params;
	json_decref(params);
	return NULL;
}

static json_t *
params_from_file(const char *path, struct err *e)
{
	json_error_t where;
	size_t n;
	char *text = front_read(path, REQUEST_MAX, &n, e);
	json_t *v, *params;

	if (text == NULL)
		return NULL;
	v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
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

	return path != NULL ? params_from_file(path, e) : params_of(o, e);
}
