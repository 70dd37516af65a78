/* http_answer.h: what Jira or a proxy answered, and what that means for a request.
 *
 *   answer_new() -> answer_line() a header line, octets into .body -> answer_judge()
 *
 * Knows the shapes of an answer [JIRA.md 2] and the table http_status.def; nothing
 * of connections.
 */
#ifndef JIRA_HTTP_ANSWER_H
#define JIRA_HTTP_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "helper/jira/http.h"

struct http_answer {
	struct wr body;			/* of at most HTTP_BODY_MAX octets */
	double retry_after;		/* seconds; negative: none */
	double interval;		/* seconds of the rate's window; 0: not told */
	bool drained;			/* X-RateLimit-Remaining: 0 */
	int64_t date_s, date_here_ms;	/* the server's clock, and ours then; 0: none */
	char location[160], seraph[64], denied[160], user[128], type[80];
};

struct http_answer answer_new(void);
void               answer_clear(struct http_answer *);
/* One line of the header, as it came; n octets, not terminated. */
void               answer_line(struct http_answer *, const char *, size_t n);
/* Seconds until the server wants the next request; negative: it said nothing. */
double             answer_pause(const struct http_answer *);
/* A whole answer.  true: it worked; as http_call() gives it to its caller. */
bool               answer_judge(const struct http_answer *, long status,
    json_t **answer, struct fate *, struct err *) CHECKED;

#endif
