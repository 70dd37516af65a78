/* krb5_kdc.c: one message to a KDC over TCP and its answer; where KDCs are.
 *                                             [RFC 4120] 7.2.2-7.2.3 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/net.h"
#include "helper/base/reader.h"
#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "wmi/krb5.h"
#include "wmi/krb5_dns.h"

#define KDC_PORT 88
#define REPLY_MAX (256u << 10)
#define ADDRS_MAX 8
#define CONNECT_SECONDS 4.0

bool
krb_kdc_split(const char *text, char *host, size_t cap, uint16_t *port)
{
	const char *colon = strrchr(text, ':'), *close = strrchr(text, ']');
	uint64_t n = KDC_PORT;
	size_t len = strlen(text);
	struct net_addr whole;

	if (net_addr_parse(text, &whole))
		colon = NULL;
	if (colon != NULL && (close == NULL || colon > close)) {
		if (!text_u64(colon + 1, 1, 65535, &n))
			return false;
		len = (size_t)(colon - text);
	}
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	*port = (uint16_t)n;
	return len < cap && snprintf(host, cap, "%.*s", (int)len, text) >= 0;
}

/* A length in front, in both directions. */
static bool
talk(struct krb_kdc *k, const void *msg, size_t n, uint8_t **reply, size_t *nreply,
    struct deadline by, struct err *e)
{
	struct wr out = wr_new(REPLY_MAX);
	uint8_t head[4];
	struct rd r;
	int fd = net_connect(&k->at, k->port, deadline_within(by, CONNECT_SECONDS), e);
	bool ok = false;

	*reply = NULL;
	wr_be32(&out, (uint32_t)n);
	wr_bytes(&out, msg, n);
	if (fd < 0 || out.bad || !net_send(fd, out.p, out.len, by, e) ||
	    !net_recv_all(fd, head, sizeof(head), by, e))
		goto out;
	r = rd_new(head, sizeof(head));
	*nreply = rd_be32(&r);
	if (*nreply == 0 || *nreply > REPLY_MAX) {
		fail(e, ERR_PROTOCOL, "what answers is no KDC");
		goto out;
	}
	if ((*reply = malloc(*nreply)) == NULL)
		fail(e, ERR_MEMORY, "no memory");
	else
		ok = net_recv_all(fd, *reply, *nreply, by, e);
out:
	if (!ok) {
		free(*reply);
		*reply = NULL;
	}
	if (fd >= 0)
		close(fd);
	wr_free(&out);
	return ok;
}

struct asked {
	struct krb_kdc *k;
	const void *msg;
	size_t n;
	uint8_t **reply;
	size_t *nreply;
	struct deadline by;
	unsigned tried;
	struct err why;		/* of the last one that failed */
};

static bool
over(const struct asked *a)
{
	return deadline_passed(a->by) || deadline_cancelled(a->by);
}

static bool
try_host(struct asked *a, const char *text)
{
	struct net_addr addrs[ADDRS_MAX];
	char host[300];
	uint16_t port;
	size_t n;

	err_clear(&a->why);
	if (!krb_kdc_split(text, host, sizeof(host), &port))
		return fail(&a->why, ERR_KDC, "%s is no KDC's address", text);
	/* Half of what is left, so that another one gets its turn. */
	n = net_resolve(host, addrs, ARRAY_LEN(addrs),
	    deadline_within(a->by, deadline_left(a->by) / 2), &a->why);
	for (size_t i = 0; i < n && !over(a); i++) {
		a->tried++;
		a->k->at = addrs[i];
		a->k->port = port;
		err_clear(&a->why);
		if (talk(a->k, a->msg, a->n, a->reply, a->nreply,
		    i + 1 < n ? deadline_within(a->by, CONNECT_SECONDS) : a->by, &a->why))
			return true;
		fail_in(&a->why, "%s", text);
	}
	a->k->at.family = 0;
	return false;
}

/* DNS: the service's own records, else the domain's own name, which has the
 * addresses of its controllers. */
static bool
try_dns(struct asked *a)
{
	struct krb_srv srv[ADDRS_MAX];
	size_t n = krb_find_srv(a->k->realm, srv, ARRAY_LEN(srv), a->by);
	char text[sizeof(srv[0].host) + 8];

	for (size_t i = 0; i < n && !over(a); i++) {
		snprintf(text, sizeof(text), "%s:%u", srv[i].host, srv[i].port);
		if (try_host(a, text))
			return true;
	}
	return n == 0 && try_host(a, a->k->realm);
}

static bool
try_all(struct asked *a)
{
	if (a->k->given != NULL)
		return try_host(a, a->k->given);
	for (char **h = a->k->hosts; h != NULL && *h != NULL && !over(a); h++)
		if (try_host(a, *h))
			return true;
	return a->k->hosts == NULL && try_dns(a);
}

bool
krb_exchange(struct krb_kdc *k, const void *msg, size_t n, uint8_t **reply,
    size_t *nreply, struct deadline by, struct err *e)
{
	struct asked a = { .k = k, .msg = msg, .n = n, .reply = reply,
		.nreply = nreply, .by = by };

	if (k->at.family != 0 && talk(k, msg, n, reply, nreply, by, &a.why))
		return true;
	if (!over(&a) && try_all(&a))
		return true;
	if (deadline_cancelled(by))
		return fail(e, ERR_CANCELLED, "cancelled");
	fail(e, k->away ? ERR_SPN : ERR_KDC, "no KDC of the realm %s%s answers: %s",
	    k->realm, k->away ? ", where the host belongs," : "",
	    a.why.code != ERR_NONE ? a.why.text : "the time is over");
	return k->away ? fail_hint(e, "Open TCP port 88 to a controller of that"
	    " domain too, or allow NTLM.") : false;
}
