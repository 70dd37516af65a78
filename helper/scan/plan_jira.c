/* plan_jira.c: the `jira` of a request: where results go, and as whom. */
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/scan/plan.h"

struct raw_jira {
	const char *url, *ca_file, *proxy;
	const json_t *auth;
	bool dry_run;
};

static const struct field jira_fields[] = {
	{ "url", F_TEXT, true, offsetof(struct raw_jira, url), 0, 0 },
	{ "auth", F_OBJECT, true, offsetof(struct raw_jira, auth), 0, 0 },
	{ "dryRun", F_BOOL, false, offsetof(struct raw_jira, dry_run), 0, 0 },
	{ "caFile", F_STRING, false, offsetof(struct raw_jira, ca_file), 0, 0 },
	{ "proxy", F_STRING, false, offsetof(struct raw_jira, proxy), 0, 0 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

struct raw_auth { const char *type, *name, *secret, *file; };

#define A(json, required, member) \
	{ json, F_TEXT, required, offsetof(struct raw_auth, member), 0, 0 }
#define A_END { NULL, F_ANY, false, 0, 0, 0 }
static const struct field basic_fields[] = {
	A("type", true, type), A("user", true, name),
	A("password", false, secret), A("passwordFile", false, file), A_END };
static const struct field bearer_fields[] = {
	A("type", true, type), A("token", false, secret),
	A("tokenFile", false, file), A_END };
static const struct field header_fields[] = {
	A("type", true, type), A("name", true, name),
	A("value", false, secret), A("valueFile", false, file), A_END };

static const struct {
	const char *name;
	enum jira_auth_type type;
	const struct field *fields;
	const char *secret, *file;
} kinds[] = {
	{ "basic", JIRA_BASIC, basic_fields, "password", "passwordFile" },
	{ "bearer", JIRA_BEARER, bearer_fields, "token", "tokenFile" },
	{ "header", JIRA_HEADER, header_fields, "value", "valueFile" },
};

static bool
is_token(const char *s)		/* RFC 9110 5.6.2 */
{
	return s[0] != '\0' && s[strspn(s, "!#$%&'*+-.^_`|~0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static void
check_secret(const char *secret, struct problems *p, const struct at *at)
{
	if (secret != NULL && secret[strcspn(secret, "\r\n")] != '\0')
		problem(p, at, "a log-in must not hold a line break");
}

static void
read_auth(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	const char *type = json_string_value(json_object_get(v, "type"));
	struct raw_auth r = { .type = NULL };
	size_t k = 0;

	while (k < ARRAY_LEN(kinds) &&
	    (type == NULL || strcmp(type, kinds[k].name) != 0))
		k++;
	if (k == ARRAY_LEN(kinds)) {
		problem_in(p, at, "type", "must be basic, bearer or header");
		return;
	}
	if (!fields_read(v, kinds[k].fields, &r, p, at))
		return;
	if (r.secret == NULL && r.file == NULL)
		problem(p, at, "holds no secret: give %s or %s", kinds[k].secret,
		    kinds[k].file);
	else if (r.secret != NULL && r.file != NULL)
		problem_in(p, at, kinds[k].file, "does not go with %s",
		    kinds[k].secret);
	check_secret(r.secret, p, at);
	if (kinds[k].type == JIRA_HEADER && !is_token(r.name))
		problem_in(p, at, "name", "is no name of an HTTP header");
	if (kinds[k].type == JIRA_BASIC && strchr(r.name, ':') != NULL)
		problem_in(p, at, "user", "must not hold a colon");
	plan->jira.auth = kinds[k].type;
	plan->jira.user = r.name != NULL ? strdup(r.name) : NULL;
	plan->jira.secret = r.secret != NULL ? secret_from_str(r.secret) : NULL;
}

static void
check_url(const char *url, struct problems *p, const struct at *at)
{
	const char *host = text_starts(url, "https://") ? url + 8 :
	    text_starts(url, "http://") ? url + 7 : NULL;

	if (host == NULL || host[0] == '\0' || host[0] == '/')
		problem_in(p, at, "url",
		    "must begin with https:// or http:// and name a host");
	else if (url[strcspn(url, " \t\r\n")] != '\0')
		problem_in(p, at, "url", "must not hold blanks");
	else if (strpbrk(host, "?#") != NULL)
		problem_in(p, at, "url",
		    "must be Jira's base URL, without ? and #");
	else if (memchr(host, '@', strcspn(host, "/")) != NULL)
		problem_in(p, at, "url", "must not hold a user or password: "
		    "they go into auth");
}

/* Trailing slashes do not make another Jira. */
static char *
base_url(const char *url)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	return strndup(url, n);
}

void
plan_read_jira(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	struct raw_jira r = { .url = NULL };

	if (v == NULL || json_is_null(v))
		return;
	plan->has_jira = true;
	fields_read(v, jira_fields, &r, p, at);
	if (r.url != NULL) {
		check_url(r.url, p, at);
		plan->jira.url = base_url(r.url);
	}
	if (r.auth != NULL)
		read_auth(plan, r.auth, p, &(struct at){ at, "auth", 0 });
	plan->jira.ca_file = r.ca_file != NULL ? strdup(r.ca_file) : NULL;
	plan->jira.proxy = r.proxy != NULL ? strdup(r.proxy) : NULL;
	plan->jira.dry_run = r.dry_run;
}

void
plan_load_jira(struct scan_plan *plan, const json_t *v, struct problems *p,
    const struct at *at)
{
	const struct at here = { at, "auth", 0 };
	const json_t *auth = json_object_get(v, "auth");

	for (size_t k = 0; k < ARRAY_LEN(kinds) && plan->jira.secret == NULL; k++)
		if (kinds[k].type == plan->jira.auth &&
		    json_object_get(auth, kinds[k].file) != NULL)
			plan->jira.secret = plan_secret_file(auth,
			    kinds[k].file, p, &here);
	if (plan->jira.secret != NULL)
		check_secret(secret_str(plan->jira.secret), p, &here);
}
