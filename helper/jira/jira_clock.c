/* jira_clock.c: Jira's clock beside ours, and whether it answers at all. */
#include "helper/jira/http.h"
#include "helper/jira/poster.h"

bool
jira_clock(const struct jira_target *t, double *ahead, struct deadline by,
    struct err *e)
{
	const struct http_request ask = { "GET", "/rest/api/2/serverInfo", NULL };
	struct jira_target nobody = *t;
	struct err why = { .code = ERR_NONE };
	int64_t there, here;
	struct fate fate;
	struct http *h;
	bool ok;

	nobody.auth = JIRA_NOBODY;
	if ((h = http_new(&nobody, e)) == NULL)
		return false;
	/* any answer tells the time, a refusal too */
	ok = http_call(h, &ask, NULL, &fate, by, &why);
	if (http_clock(h, &there, &here))
		*ahead = (double)(there - here) / 1000.0;
	else if (ok)
		fail(e, ERR_JIRA_NOT_JSON, "the answer has no Date");
	else {
		fail(e, why.code, "%s", why.text);
		if (why.hint != NULL)
			fail_hint(e, why.hint);
	}
	ok = e->code == ERR_NONE;
	http_free(h);
	return ok;
}
