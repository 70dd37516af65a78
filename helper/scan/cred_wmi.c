/* cred_wmi.c: WMI as the engine sees it: one connection to 135, log-ons one
 * after the other.  The questions are probe_wmi.c's.
 */
#include <stdlib.h>

#include "helper/scan/cred_wmi.h"
#include "helper/scan/job.h"
#include "helper/scan/protocols.h"

/* A session that saw a log-on fail can only be closed, so the next credential
 * gets a connection of its own. */
struct protocol_session {
	struct session_to to;
	struct wmi_tickets *tickets;	/* of the scan */
	struct wmi *wmi;		/* NULL: to be connected again */
	unsigned before;		/* round trips of sessions closed since */
};

/* What a scan's sessions share is the pool of tickets itself. */
static struct wmi_tickets *
tickets_of(struct protocol_shared *s)
{
	return (struct wmi_tickets *)(void *)s;
}

struct wmi_cred
cred_wmi_of(const struct cred *c)
{
	static const enum wmi_auth auths[] = { [CRED_NEGOTIATE] = WMI_NEGOTIATE,
		[CRED_KERBEROS] = WMI_KERBEROS, [CRED_NTLM] = WMI_NTLM };

	return (struct wmi_cred){ .user = c->user, .password = c->password,
		.nt_hash = c->nt_hash, .auth = auths[c->auth],
		.keytab = c->keytab, .ccache = c->ccache, .realm = c->realm,
		.kdc = c->kdc };
}

static bool
connect_again(struct protocol_session *s, struct deadline by, struct err *e)
{
	const struct wmi_options options = { .host = s->to.name,
		.tickets = s->tickets };

	s->wmi = wmi_connect(&s->to.addr, s->to.port, &options, by, e);
	if (s->wmi == NULL)
		fail_at(e, STAGE_CONNECT);
	return s->wmi != NULL;
}

static void
hang_up(struct protocol_session *s)
{
	if (s->wmi == NULL)
		return;
	s->before += wmi_round_trips(s->wmi);
	wmi_close(s->wmi);
	s->wmi = NULL;
}

static struct protocol_session *
open_one(struct protocol_shared *shared, const struct session_to *to,
    struct deadline by, struct err *e)
{
	struct protocol_session *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		fail(e, ERR_MEMORY, "no memory for a session");
		return NULL;
	}
	s->to = *to;
	s->tickets = tickets_of(shared);
	if (connect_again(s, by, e))
		return s;
	free(s);
	return NULL;
}

static bool
logon(struct protocol_session *s, const struct cred *c, struct deadline by,
    struct err *e)
{
	const struct wmi_cred cred = cred_wmi_of(c);

	if (s->wmi == NULL && !connect_again(s, by, e))
		return false;
	if (wmi_bind(s->wmi, &cred, by, e) && wmi_logon(s->wmi, by, e))
		return true;
	hang_up(s);
	return false;
}

static bool
probe(struct protocol_session *s, const struct scan_plan *plan,
    struct facts *facts, struct deadline by, struct err *e)
{
	unsigned more = 0;
	bool ok = probe_wmi(s->wmi, plan, facts, &more, by, e);

	s->before += more;
	return ok;
}

static unsigned
round_trips(const struct protocol_session *s)
{
	return s->before + (s->wmi != NULL ? wmi_round_trips(s->wmi) : 0);
}

static void
close_one(struct protocol_session *s)
{
	if (s != NULL)
		wmi_close(s->wmi);
	free(s);
}

static bool
prepare(const struct scan_plan *plan, const char *state_dir,
    void (*warn)(void *ctx, const char *line), void *ctx,
    struct protocol_shared **shared, struct err *e)
{
	(void)plan;
	(void)state_dir;
	(void)warn;
	(void)ctx;
	*shared = NULL;
	if (!wmi_start(e))
		return false;
	/* without one every session asks for its own tickets, and says what is
	 * wrong with krb5.conf */
	*shared = (struct protocol_shared *)(void *)wmi_tickets_new();
	return true;
}

static void
release(struct protocol_shared *shared)
{
	wmi_tickets_free(tickets_of(shared));
}

static bool
query(struct protocol_session *s, struct query *q, struct deadline by,
    struct err *e)
{
	return query_wmi(s->wmi, q, by, e);
}

const struct protocol_ops wmi_protocol = { prepare, release, open_one, logon,
	probe, round_trips, close_one, query };
