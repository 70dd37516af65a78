#include "helper/jira/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/net.h"
#include "helper/base/secret.h"
#include "helper/base/writer.h"
#include "helper/jira/ca.h"
#include "helper/jira/http_answer.h"

#define HEADER_MAX     (256u << 10)
#define ADDRESSES      8
#define RESOLVED_FOR   60.0	/* seconds a look-up is believed */
#define CONNECT_MAX    15L
#define TIMEOUT        30.0
#define PACE_MAX       60.0	/* longest pause that an answer 2xx may ask for */

struct http {
	struct weburl url, proxy;
	bool has_proxy, proxy_from_env;
	bool counts;			/* libcurl tells before it sends a request */
	double timeout;
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers, *resolve;
	struct deadline resolved_until;
	int64_t not_before_ns;		/* the server's pace */
	int64_t date_s, date_here_ms;	/* of its last answer; 0: none */
	char errors[CURL_ERROR_SIZE];
};

/* What goes out and comes in during one call. */
struct incoming {
	struct http_answer answer;
	size_t header;
	unsigned started;		/* how often a request went out */
	bool once;			/* it must not go out twice */
	bool too_big;
};

/* --- once per process ----------------------------------------------------------- */

void
jira_start(void)
{
	/* A connection that breaks is an error of that call, not our end. */
	signal(SIGPIPE, SIG_IGN);
}

static void
start_curl(void)
{
	curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free,
	    wiping_realloc, wiping_strdup, wiping_calloc);
}

static bool
curl_ready(struct err *e)
{
	/* libcurl's own once-per-process state; the first scan pays for it. */
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, start_curl) != 0)
		return fail(e, ERR_INTERNAL, "libcurl cannot start");
	return true;
}

/* --- callbacks -------------------------------------------------------------------- */

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct incoming *in = ctx;

	wr_bytes(&in->answer.body, p, size * n);
	in->too_big |= in->answer.body.bad;
	return in->answer.body.bad ? 0 : size * n;
}

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct incoming *in = ctx;
	size_t len = size * n;

	if ((in->header += len) > HEADER_MAX) {
		in->too_big = true;
		return 0;
	}
	answer_line(&in->answer, p, len);
	return len;
}

/* libcurl sends a request once more when a kept connection turns out to be dead
 * - also one that creates an asset.  Not here: the caller looks first. */
#if LIBCURL_VERSION_NUM >= 0x075000
static int
on_request(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
	struct incoming *in = ctx;

	(void)remote, (void)local, (void)remote_port, (void)local_port;
	if (in->once && in->started > 0)
		return CURL_PREREQFUNC_ABORT;
	in->started++;
	return CURL_PREREQFUNC_OK;
}
#endif

/* Whether it asks first.  libcurl before 7.80 (Red Hat 9) does not: there such a
 * request gets a connection of its own, which cannot turn out to be dead. */
static bool
ask_first(CURL *c, struct incoming *in)
{
#if LIBCURL_VERSION_NUM >= 0x075000
	return curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_request) ==
	    CURLE_OK && curl_easy_setopt(c, CURLOPT_PREREQDATA, in) == CURLE_OK;
#else
	(void)c, (void)in;
	return false;
#endif
}

/* May the request have gone out? */
static bool
may_have_gone(const struct http *h, const struct incoming *in)
{
	double before = 0;

	if (h->counts)
		return in->started > 0;
	return curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME, &before) !=
	    CURLE_OK || before > 0;
}

/* --- a handle ------------------------------------------------------------------------ */

static bool
header(struct http *h, const char *line)
{
	struct curl_slist *more = curl_slist_append(h->headers, line);

	if (more == NULL)
		return false;
	h->headers = more;
	return true;
}

static bool
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

/* The line that holds the secret; its copy in the list is wiped by libcurl's
 * allocator, ours by the writer. */
static bool
secret_header(struct http *h, const char *name, const char *between,
    const struct secret *s)
{
	struct wr w = wr_new(64u << 10);
	bool ok;

	wr_printf(&w, "%s: %s", name, between);
	wr_bytes(&w, secret_str(s), secret_len(s));
	ok = wr_cstr(&w) != NULL && header(h, wr_cstr(&w));
	wr_free(&w);
	return ok;
}

static bool
authenticate(struct http *h, const struct jira_target *t, struct err *e)
{
	bool ok;

	if (t->auth == JIRA_NOBODY)
		return true;
	if (t->secret == NULL || !printable(secret_str(t->secret)) ||
	    strlen(secret_str(t->secret)) != secret_len(t->secret))
		return fail(e, ERR_INVALID, "Jira's password or token is missing "
		    "or holds control characters");
	if (t->auth != JIRA_BEARER && (t->user == NULL || !printable(t->user) ||
	    t->user[0] == '\0' || strchr(t->user, ':') != NULL))
		return fail(e, ERR_INVALID, "Jira's user or header name is "
		    "missing or holds a colon or control characters");
	switch (t->auth) {
	case JIRA_BEARER:
		ok = secret_header(h, "Authorization", "Bearer ", t->secret);
		break;
	case JIRA_HEADER:
		ok = secret_header(h, t->user, "", t->secret);
		break;
	default:
		ok = curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH,
		    (long)CURLAUTH_BASIC) == CURLE_OK &&
		    curl_easy_setopt(h->easy, CURLOPT_USERNAME, t->user) ==
		    CURLE_OK && curl_easy_setopt(h->easy, CURLOPT_PASSWORD,
		    secret_str(t->secret)) == CURLE_OK;
	}
	return ok || fail(e, ERR_MEMORY, "no memory for the log-in");
}

/* An explicit proxy, the environment's when told "env", otherwise none. */
static bool
use_proxy(struct http *h, const char *proxy, struct err *e)
{
	struct err why = { .code = ERR_NONE };
	char bare[WEBURL_MAX];
	const char *at, *p;

	if (proxy == NULL || proxy[0] == '\0') {
		curl_easy_setopt(h->easy, CURLOPT_PROXY, "");
		return true;
	}
	if (strcmp(proxy, "env") == 0) {
		h->proxy_from_env = true;
		return true;
	}
	/* Its user and password stay in the text that libcurl gets. */
	p = strstr(proxy, "://");
	at = p != NULL ? strrchr(p, '@') : strrchr(proxy, '@');
	snprintf(bare, sizeof(bare), "%s%s", p != NULL ? "" : "http://",
	    at == NULL ? proxy : p == NULL ? at + 1 : "http://");
	if (at != NULL && p != NULL)
		snprintf(bare, sizeof(bare), "%.*s://%s", (int)(p - proxy),
		    proxy, at + 1);
	if (!weburl_parse(&h->proxy, bare, &why))
		return fail(e, ERR_INVALID, "the proxy's address is no http:// "
		    "or https:// URL");
	h->has_proxy = true;
	if (curl_easy_setopt(h->easy, CURLOPT_PROXY, proxy) != CURLE_OK ||
	    curl_easy_setopt(h->easy, CURLOPT_NOPROXY, "") != CURLE_OK)
		return fail(e, ERR_MEMORY, "no memory for the proxy's address");
	return true;
}

const char *
http_ca(void)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	return ca_system(v->age >= CURLVERSION_SEVENTH ? v->cainfo : NULL);
}

static void
set_habits(struct http *h, const struct jira_target *t)
{
	const char *ca = t->ca_file != NULL ? t->ca_file : http_ca();
	CURL *c = h->easy;

#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(c, CURLOPT_PROTOCOLS,
	    (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_MAX);
	curl_easy_setopt(c, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->errors);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, h->headers);
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 1L);
}

struct http *
http_new(const struct jira_target *t, struct err *e)
{
	static const char *const always[] = {
		"Accept: application/json", "X-Atlassian-Token: no-check",
		("User-Agent: assetscan/" ASSETSCAN_VERSION), "Expect:",
		"Content-Type: application/json",
	};
	struct http *h = NULL;
	struct weburl url;
	bool ok = true;

	if (!weburl_parse(&url, t->url, e) || !curl_ready(e))
		return NULL;
	if ((h = calloc(1, sizeof(*h))) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a connection to Jira");
		return NULL;
	}
	h->url = url;
	h->timeout = t->timeout > 0 ? t->timeout : TIMEOUT;
	h->easy = curl_easy_init();
	h->multi = curl_multi_init();
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		ok = ok && header(h, always[i]);
	if (h->easy == NULL || h->multi == NULL || !ok) {
		fail(e, ERR_MEMORY, "no memory for a connection to Jira");
	} else if (t->ca_file != NULL && access(t->ca_file, R_OK) != 0) {
		fail_errno(e, ERR_JIRA_TLS, "the CA file %s", t->ca_file);
	} else if (authenticate(h, t, e) && use_proxy(h, t->proxy, e)) {
		set_habits(h, t);
		return h;
	}
	http_free(h);
	return NULL;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	curl_slist_free_all(h->resolve);
	free(h);
}

bool
http_clock(const struct http *h, int64_t *there_ms, int64_t *here_ms)
{
	*there_ms = h->date_s * 1000 + 500;	/* the second was cut off */
	*here_ms = h->date_here_ms;
	return h->date_here_ms != 0;
}

void
http_library(char *dst, size_t cap)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	snprintf(dst, cap, "%s, %s", v->version,
	    v->ssl_version != NULL ? v->ssl_version : "without TLS");
}

const struct weburl *
http_url(const struct http *h)
{
	return &h->url;
}

/* --- names ------------------------------------------------------------------------------ */

/* "+host:port:addr,addr" for libcurl, so that it never asks a resolver. */
static bool
add_addresses(struct curl_slist **list, const struct weburl *u,
    struct deadline by, struct err *e)
{
	struct net_addr found[ADDRESSES];
	struct curl_slist *more = NULL;
	char text[NET_ADDR_TEXT];
	struct wr w = wr_new(4096);
	size_t n = net_resolve(u->host, found, ADDRESSES, by, e);

	if (n == 0) {
		if (e != NULL && e->code != ERR_CANCELLED)
			e->code = ERR_JIRA_DOWN;
		return false;
	}
	wr_printf(&w, "%s:%u:", u->host, u->port);
	for (size_t i = 0; i < n; i++)
		wr_printf(&w, found[i].family == 6 ? "%s[%s]" : "%s%s",
		    i > 0 ? "," : "", net_addr_text(&found[i], text));
	if (wr_cstr(&w) != NULL)
		more = curl_slist_append(*list, wr_cstr(&w));
	wr_free(&w);
	if (more == NULL)
		return fail(e, ERR_MEMORY, "no memory for an address");
	*list = more;
	return true;
}

static bool
is_literal(const struct weburl *u)
{
	struct net_addr a;

	return net_addr_parse(u->host, &a);
}

static bool
resolve(struct http *h, struct deadline by, struct err *e)
{
	const struct weburl *u = h->has_proxy ? &h->proxy : &h->url;
	struct curl_slist *list = NULL;

	if (is_literal(u) || h->proxy_from_env ||
	    (h->resolve != NULL && !deadline_passed(h->resolved_until)))
		return true;
	if (!add_addresses(&list, u, by, e))
		return false;
	curl_easy_setopt(h->easy, CURLOPT_RESOLVE, list);
	curl_slist_free_all(h->resolve);
	h->resolve = list;
	h->resolved_until = deadline_in(RESOLVED_FOR, -1);
	return true;
}

/* --- one transfer -------------------------------------------------------------------------- */

/* Runs the transfer; false when the deadline or the cancel ended it. */
static bool
drive(struct http *h, struct deadline by, CURLcode *rc, struct err *e)
{
	struct curl_waitfd cancel = { by.cancel_fd, CURL_WAIT_POLLIN, 0 };
	CURLMsg *msg;
	int running, left, ms;

	for (;;) {
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return fail(e, ERR_INTERNAL, "libcurl failed");
		while ((msg = curl_multi_info_read(h->multi, &left)) != NULL)
			if (msg->msg == CURLMSG_DONE) {
				*rc = msg->data.result;
				return true;
			}
		if (!deadline_check(by, e))
			return false;
		ms = deadline_left_ms(by);
		if (curl_multi_poll(h->multi, &cancel, by.cancel_fd >= 0,
		    ms < 0 || ms > 60000 ? 60000 : ms, NULL) != CURLM_OK)
			return fail(e, ERR_INTERNAL, "libcurl failed");
	}
}

static const struct { CURLcode code; enum err_code err; enum http_act act; } breaks[] = {
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_SSL_CONNECT_ERROR, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_SSL_CACERT_BADFILE, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_SSL_CERTPROBLEM, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_SSL_ISSUER_ERROR, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_SSL_CIPHER, ERR_JIRA_TLS, HTTP_STOP },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_JIRA_NOT_JSON, HTTP_RETRY },
	{ CURLE_OUT_OF_MEMORY, ERR_MEMORY, HTTP_RETRY },
};

/* A transfer that ended without a whole answer. */
static bool
broken(const struct http *h, CURLcode rc, const struct incoming *in,
    struct fate *fate, struct err *e)
{
	const char *why = h->errors[0] != '\0' ? h->errors : curl_easy_strerror(rc);
	enum err_code code = ERR_JIRA_DOWN;

	fate->act = HTTP_RETRY;
	for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
		if (breaks[i].code == rc) {
			code = breaks[i].err;
			fate->act = breaks[i].act;
		}
	if (in->too_big)
		return fail(e, ERR_TOO_BIG, "Jira's answer is larger than %u MiB",
		    HTTP_BODY_MAX >> 20);
	/* Connections that drop in the middle of TLS are no certificate trouble. */
	if (rc == CURLE_SSL_CONNECT_ERROR && (strstr(why, "Connection reset") ||
	    strstr(why, "SSL_ERROR_SYSCALL") || strstr(why, "unexpected eof"))) {
		code = ERR_JIRA_DOWN;
		fate->act = HTTP_RETRY;
	}
	return fail_native(e, code, (uint32_t)rc, "%s: %s", h->url.text, why);
}

/* The server's own pace: no request before it said so. */
static void
keep_pace(struct http *h, const struct http_answer *a, struct fate *fate)
{
	const double wait = answer_pause(a);

	fate->wait = wait;
	if (wait > 0)
		h->not_before_ns = now_ns() +
		    (int64_t)((wait < PACE_MAX ? wait : PACE_MAX) * 1e9);
}

static bool
wait_turn(struct http *h, struct deadline by, struct err *e)
{
	int64_t left = h->not_before_ns - now_ns();

	if (left > 0 && !deadline_sleep((double)left / 1e9, by, e))
		return false;
	return deadline_check(by, e);
}

/* The request's own part of the handle.  json: its body, NULL: none. */
static bool
aim(struct http *h, const struct http_request *r, struct incoming *in,
    char *json, char *url)
{
	CURL *c = h->easy;
	bool ok = curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK;

	h->errors[0] = '\0';
	if (strcmp(r->method, "GET") == 0) {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	} else {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, json != NULL ? json : "");
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE,
		    json != NULL ? (long)strlen(json) : 0L);
	}
	curl_easy_setopt(c, CURLOPT_WRITEDATA, in);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, in);
	h->counts = ask_first(c, in);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, in->once && !h->counts ? 1L : 0L);
	return ok;
}

static bool
transfer(struct http *h, struct incoming *in, json_t **answer,
    struct fate *fate, struct deadline by, struct err *e)
{
	CURLcode rc = CURLE_OK;
	long status = 0;
	bool ended;

	if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return fail(e, ERR_INTERNAL, "libcurl failed");
	ended = drive(h, by, &rc, e);
	curl_multi_remove_handle(h->multi, h->easy);
	fate->maybe = may_have_gone(h, in);
	if (in->answer.date_here_ms != 0) {
		h->date_s = in->answer.date_s;
		h->date_here_ms = in->answer.date_here_ms;
	}
	if (!ended) {
		if (e != NULL && e->code == ERR_TIMEOUT)
			e->code = ERR_JIRA_DOWN;
		return fail_in(e, "%s", h->url.text);
	}
	if (rc != CURLE_OK)
		return broken(h, rc, in, fate, e);
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	keep_pace(h, &in->answer, fate);
	return answer_judge(&in->answer, status, answer, fate, e);
}

bool
http_call(struct http *h, const struct http_request *r, json_t **answer,
    struct fate *fate, struct deadline by, struct err *e)
{
	struct incoming in = { .answer = answer_new(),
		.once = strcmp(r->method, "GET") != 0 };
	struct wr url = wr_new(32u << 10);
	char *json = NULL;
	bool ok = false;

	*fate = (struct fate){ HTTP_RETRY, false, -1 };
	if (answer != NULL)
		*answer = NULL;
	wr_printf(&url, "%s%s", h->url.text, r->path);
	if (r->body != NULL && (json = json_dumps(r->body, JSON_COMPACT)) == NULL)
		fail(e, ERR_MEMORY, "no memory for a request");
	else if (wr_cstr(&url) == NULL || !aim(h, r, &in, json, (char *)url.p))
		fail(e, ERR_INTERNAL, "the request's address is too long");
	else if (wait_turn(h, by, e)) {
		by = deadline_within(by, h->timeout);
		if (resolve(h, by, e))
			ok = transfer(h, &in, answer, fate, by, e);
	}
	answer_clear(&in.answer);
	wr_free(&url);
	free(json);
	return ok;
}
