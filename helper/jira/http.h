/* http.h: one request to Jira, one answer, under a deadline.  The only libcurl.
 *
 *   http_call(): resolve -> connect -> TLS -> request -> status, JSON or nothing
 *
 * Shapes   JSON or no body at all; HTML is never success, redirects are never
 *          followed.  An answer holds at most 16 MiB, its header 256 KiB.
 * Errors   ERR_JIRA_*; ERR_CANCELLED; the fate says what to do about it.
 * Secrets  go into libcurl's memory only, which is wiped when freed.
 * One thread at a time.  One connection, kept open between calls.
 */
#ifndef JIRA_HTTP_H
#define JIRA_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/jira/poster.h"
#include "helper/jira/weburl.h"

#define HTTP_BODY_MAX (16u << 20)

enum http_act {
	HTTP_DONE,		/* it worked */
	HTTP_FINAL,		/* this request will never work */
	HTTP_STOP,		/* no request will work: credentials, redirect, TLS */
	HTTP_RETRY		/* later, perhaps */
};
struct fate {
	enum http_act act;
	bool maybe;		/* the server may have done it all the same */
	double wait;		/* seconds it asked for; negative: it said nothing */
};

struct http_request {
	const char *method;	/* "GET", "POST" */
	const char *path;	/* behind the base URL, encoded, with its query */
	const json_t *body;	/* NULL: none */
};

struct http;
/* Copies what it needs of the target.  Makes no request. */
struct http *http_new(const struct jira_target *, struct err *) CHECKED;
void         http_free(struct http *);
const struct weburl *http_url(const struct http *);

/* true: a status 2xx; *answer is its JSON (the caller's reference) or NULL when
 * the body was empty.  `answer` may be NULL.  fate is set either way. */
bool http_call(struct http *, const struct http_request *, json_t **answer,
    struct fate *, struct deadline by, struct err *) CHECKED;

/* The answer's text as JSON, its depth bounded before the library sees it (it
 * recurses); NULL: ERR_JIRA_NOT_JSON. */
json_t *http_json(const char *text, size_t n, struct err *) CHECKED;
/* What Jira's error body says, escaped and short; "" when it says nothing. */
void http_error_text(const json_t *body, char *dst, size_t cap);
/* The server's clock and ours when its last answer's Date came, milliseconds
 * since 1970; false: no answer had one. */
bool http_clock(const struct http *, int64_t *there_ms, int64_t *here_ms);
/* The file of CAs that are believed where the target names none; NULL: none is
 * there.  Static. */
const char *http_ca(void);
/* "7.88.1, OpenSSL/3.0.17": what runs. */
void http_library(char *dst, size_t cap);
/* "Fri, 31 Dec 1999 23:59:59 GMT" [RFC 9110] 5.6.7, seconds since 1970. */
bool http_date(const char *value, int64_t *unix_s);
/* "120" or "Fri, 31 Dec 1999 23:59:59 GMT" as seconds from now_ms; negative:
 * not understood. */
double http_retry_after(const char *value, int64_t now_ms);

#endif
