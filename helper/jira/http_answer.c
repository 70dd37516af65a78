#include "helper/jira/http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"

struct http_answer
answer_new(void)
{
	return (struct http_answer){ .body = wr_new(HTTP_BODY_MAX),
		.retry_after = -1 };
}

void
answer_clear(struct http_answer *a)
{
	wr_free(&a->body);
}

/* --- its header ------------------------------------------------------------------- */

static void
keep(char *dst, size_t cap, const char *value)
{
	text_line(dst, cap, value, strlen(value));
}

static void
one_header(struct http_answer *a, const char *name, const char *value)
{
	const struct { const char *name; char *dst; size_t cap; } kept[] = {
		{ "location", a->location, sizeof(a->location) },
		{ "content-type", a->type, sizeof(a->type) },
		{ "x-seraph-loginreason", a->seraph, sizeof(a->seraph) },
		{ "x-authentication-denied-reason", a->denied,
		    sizeof(a->denied) },
		{ "x-ausername", a->user, sizeof(a->user) },
	};
	double d;

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (strcasecmp(name, kept[i].name) == 0)
			keep(kept[i].dst, kept[i].cap, value);
	if (strcasecmp(name, "date") == 0 && http_date(value, &a->date_s))
		a->date_here_ms = now_unix_ms();
	if (strcasecmp(name, "retry-after") == 0)
		a->retry_after = http_retry_after(value, now_unix_ms());
	else if (strcasecmp(name, "x-ratelimit-remaining") == 0)
		a->drained = text_double(value, &d) && d <= 0;
	else if (strcasecmp(name, "x-ratelimit-interval-seconds") == 0 &&
	    text_double(value, &d) && d >= 0 && d < 86400)
		a->interval = d;
}

void
answer_line(struct http_answer *a, const char *p, size_t n)
{
	char line[512], *colon;
	const size_t take = n < sizeof(line) ? n : sizeof(line) - 1;

	memcpy(line, p, take);
	line[take] = '\0';
	if (text_starts(line, "HTTP/")) {	/* a new answer: after 100, after CONNECT */
		a->location[0] = a->type[0] = a->seraph[0] = '\0';
		a->denied[0] = a->user[0] = '\0';
		a->retry_after = -1;
	} else if ((colon = strchr(line, ':')) != NULL) {
		*colon = '\0';
		one_header(a, line, text_trim(colon + 1));
	}
}

double
answer_pause(const struct http_answer *a)
{
	if (a->retry_after < 0 && a->drained)
		return a->interval > 0 ? a->interval : 1;
	return a->retry_after;
}

/* --- what it means ------------------------------------------------------------------ */

static const struct {
	long from, to;
	enum err_code err;
	enum http_act act;
	bool maybe;
	const char *words;
} statuses[] = {
#define STATUS(from, to, error, act, maybe, words) \
	{ from, to, ERR_##error, HTTP_##act, maybe, words },
#include "helper/jira/http_status.def"
#undef STATUS
};

/* A 403 or an odd success may be a log-in that failed.  [JIRA.md 2] */
static bool
login_trouble(const struct http_answer *a, long status, struct fate *fate,
    struct err *e)
{
	bool captcha = strstr(a->denied, "CAPTCHA") != NULL;

	if (captcha || strcasecmp(a->seraph, "AUTHENTICATION_DENIED") == 0) {
		fail_native(e, ERR_JIRA_LOGIN, (uint32_t)status,
		    "Jira refuses the log-in of this user%s",
		    captcha ? " until a CAPTCHA is solved" : "");
		fail_hint(e, "Log in once with a browser as this user, and "
		    "correct the password first: each wrong try counts.");
	} else if (strcasecmp(a->seraph, "AUTHENTICATED_FAILED") == 0) {
		fail_native(e, ERR_JIRA_LOGIN, (uint32_t)status,
		    "Jira does not accept the user and password or token");
	} else if (strcasecmp(a->user, "anonymous") == 0) {
		fail_native(e, ERR_JIRA_LOGIN, (uint32_t)status,
		    "Jira ignored the log-in and takes the user for anonymous");
		fail_hint(e, "If basic authentication is switched off, use a "
		    "personal access token.");
	} else {
		return false;
	}
	fate->act = HTTP_STOP;
	fate->maybe = false;
	return true;
}

static bool
refused(long status, const struct http_answer *a, struct fate *fate, struct err *e)
{
	char said[200] = "", lower[200];
	struct err ignored = { .code = ERR_NONE };
	json_t *body = NULL;
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(statuses) &&
	    (status < statuses[i].from || status > statuses[i].to))
		i++;
	fate->act = statuses[i].act;
	fate->maybe = statuses[i].maybe;
	if (login_trouble(a, status, fate, e))
		return false;
	if (strcasestr(a->type, "json") != NULL && (body = http_json(
	    (const char *)a->body.p, a->body.len, &ignored)) != NULL)
		http_error_text(body, said, sizeof(said));
	else if (strncasecmp(a->type, "text/plain", 10) == 0)
		text_line(said, sizeof(said), a->body.p,
		    a->body.len < 160 ? a->body.len : 160);
	json_decref(body);
	fail_native(e, statuses[i].err, (uint32_t)status,
	    "Jira answered %ld, %s%s%s%s%s", status, statuses[i].words,
	    said[0] != '\0' ? ": " : "", said,
	    a->location[0] != '\0' ? " to " : "", a->location);
	text_copy(lower, sizeof(lower), said);
	if (status == 403 && strcasestr(lower, "basic auth") != NULL) {
		e->code = e->code == ERR_JIRA_DENIED ? ERR_JIRA_LOGIN : e->code;
		fail_hint(e, "Basic authentication is switched off: use a "
		    "personal access token.");
		fate->act = HTTP_STOP;
	}
	return false;
}

/* A 2xx must be JSON or nothing. */
static bool
accepted(long status, const struct http_answer *a, json_t **answer,
    struct fate *fate, struct err *e)
{
	json_t *j = NULL;

	if (login_trouble(a, status, fate, e))
		return false;
	fate->act = HTTP_RETRY;
	fate->maybe = true;
	if (a->body.len > 0) {
		if (a->type[0] != '\0' && strcasestr(a->type, "json") == NULL)
			return fail_native(e, ERR_JIRA_NOT_JSON,
			    (uint32_t)status, "the answer is %s, not JSON",
			    a->type);
		if ((j = http_json((const char *)a->body.p, a->body.len, e)) ==
		    NULL)
			return false;
	}
	fate->act = HTTP_DONE;
	fate->maybe = false;
	if (answer != NULL)
		*answer = j;
	else
		json_decref(j);
	return true;
}

bool
answer_judge(const struct http_answer *a, long status, json_t **answer,
    struct fate *fate, struct err *e)
{
	if (status >= 200 && status <= 299)
		return accepted(status, a, answer, fate, e);
	return refused(status, a, fate, e);
}
