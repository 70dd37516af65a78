/* http_text.c: what an answer's text says: JSON, error bodies, Retry-After.
 * Everything here reads hostile bytes; see tests/fuzz/fuzz_jira_answer.c. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/base/text.h"
#include "helper/jira/http.h"

#define DEPTH_MAX 64
#define WAIT_MAX  86400.0

json_t *
http_json(const char *text, size_t n, struct err *e)
{
	json_error_t why;
	json_t *j;

	if (!text_nests_within(text, n, DEPTH_MAX)) {
		fail(e, ERR_JIRA_NOT_JSON, "the answer nests too deeply");
		return NULL;
	}
	j = json_loadb(text, n, JSON_DECODE_ANY, &why);
	if (j == NULL)
		fail(e, ERR_JIRA_NOT_JSON, "the answer is no JSON: %s", why.text);
	return j;
}

static void
append(char *dst, size_t cap, const char *name, const char *text)
{
	size_t used = strlen(dst);
	char raw[240];
	int n;

	if (text == NULL || text[0] == '\0')
		return;
	n = snprintf(raw, sizeof(raw), "%s%s%s%.160s", used > 0 ? "; " : "",
	    name != NULL ? name : "", name != NULL ? ": " : "", text);
	if (n > 0)
		text_line(dst + used, cap - used, raw, strlen(raw));
}

void
http_error_text(const json_t *body, char *dst, size_t cap)
{
	json_t *list = json_object_get(body, "errorMessages");
	json_t *errors = json_object_get(body, "errors"), *value;
	const char *name;
	size_t i;

	dst[0] = '\0';
	json_array_foreach(list, i, value)
		append(dst, cap, NULL, json_string_value(value));
	json_object_foreach(errors, name, value)
		append(dst, cap, name, json_string_value(value));
	append(dst, cap, NULL, json_string_value(json_object_get(body, "message")));
}

bool
http_date(const char *s, int64_t *unix_s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4];
	const char *m;
	struct tm tm = { 0 };
	int end = 0;

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
	    &tm.tm_mday, month, &tm.tm_year, &tm.tm_hour, &tm.tm_min,
	    &tm.tm_sec, &end) != 6 || end == 0 || s[end] != '\0')
		return false;
	if (strlen(month) != 3 || (m = strstr(months, month)) == NULL ||
	    (m - months) % 3 != 0)
		return false;
	tm.tm_mon = (int)(m - months) / 3;
	tm.tm_year -= 1900;
	*unix_s = (int64_t)timegm(&tm);
	return true;
}

double
http_retry_after(const char *value, int64_t now_ms)
{
	uint64_t seconds;
	int64_t at;
	double wait;

	if (text_u64(value, 0, UINT64_MAX, &seconds))
		wait = (double)seconds;
	else if (http_date(value, &at))
		wait = (double)(at * 1000 - now_ms) / 1000.0;
	else
		return -1;
	return wait < 0 ? 0 : wait > WAIT_MAX ? WAIT_MAX : wait;
}
