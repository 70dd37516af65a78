/* worker.c: one host from its first connect to its mapped facts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/scan/job.h"
#include "helper/scan/protocols.h"

static const char *const state_names[HOST_STATES] = {
	[HOST_SCANNED] = "scanned", [HOST_PARTIAL] = "partial",
	[HOST_AUTH_FAILED] = "auth_failed", [HOST_DENIED] = "denied",
	[HOST_REFUSED] = "refused", [HOST_UNREACHABLE] = "unreachable",
	[HOST_SILENT] = "silent", [HOST_ERROR] = "error",
	[HOST_CANCELLED] = "cancelled", [HOST_SKIPPED] = "skipped",
};

const char *
host_state_name(enum host_state s)
{
	return state_names[s];
}

/* Which state an error leaves a host in; the others are HOST_ERROR. */
static const struct { enum err_code code; enum host_state state; } ends[] = {
	{ ERR_AUTH_FAILED, HOST_AUTH_FAILED },
	{ ERR_AUTH_METHOD, HOST_AUTH_FAILED },
	{ ERR_SUSPENDED, HOST_AUTH_FAILED },
	{ ERR_NO_CREDENTIAL, HOST_AUTH_FAILED },
	{ ERR_DENIED, HOST_DENIED },
	{ ERR_REFUSED, HOST_REFUSED },
	{ ERR_UNREACHABLE, HOST_UNREACHABLE },
	{ ERR_CANCELLED, HOST_CANCELLED },
};

static enum host_state
state_of(const struct err *e)
{
	/* who is refused at the second port has answered at the first */
	for (size_t i = 0; i < ARRAY_LEN(ends) && e->stage != STAGE_PORT; i++)
		if (ends[i].code == e->code)
			return ends[i].state;
	return e->code == ERR_CANCELLED ? HOST_CANCELLED : HOST_ERROR;
}

void
result_warn(struct result *r, const char *fmt, ...)
{
	char **more, raw[640], text[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_line(text, sizeof(text), raw, strlen(raw));
	more = realloc(r->warnings, (r->nwarnings + 1) * sizeof(*more));
	if (more == NULL)
		return;
	r->warnings = more;
	if ((more[r->nwarnings] = strdup(text)) != NULL)
		r->nwarnings++;
}

void
result_clear(struct result *r)
{
	for (size_t i = 0; i < r->nwarnings; i++)
		free(r->warnings[i]);
	free(r->warnings);
	free(r->name);
	mapped_free(r->mapped);
	identity_free(r->identity);
	facts_free(r->facts);
	*r = (struct result){ .state = HOST_ERROR };
}

/* --- a conversation ---------------------------------------------------------- */

/* What one protocol's talk with one host needs, on the worker's stack. */
struct talk {
	const struct job *job;
	enum protocol proto;
	const struct protocol_ops *ops;
	struct protocol_session *session;
	struct deadline by;		/* the host's budget */
	unsigned tries;			/* refused in this session */
	struct result *r;
};

/* Servers hang up on whoever tries too often (sshd: 6 methods, and a password
 * credential may cost two); so a new call comes before that. */
#define TRIES_A_CALL 2

static void
hang_up(struct talk *t)
{
	if (t->session == NULL)
		return;
	t->r->round_trips += t->ops->round_trips(t->session);
	t->ops->close(t->session);
	t->session = NULL;
	t->tries = 0;
}

/* The first port that lets a session open. */
static bool
call(struct talk *t, struct err *e)
{
	const struct scan_plan *plan = t->job->plan;
	int64_t start = now_ns();

	for (size_t i = 0; i < plan->nports[t->proto]; i++) {
		if ((t->job->open[t->proto] & 1u << i) == 0)
			continue;
		err_clear(e);
		t->session = t->ops->open(t->job->shared[t->proto],
		    &(struct session_to){ t->r->addr, plan->ports[t->proto][i],
		    t->job->name }, t->by, e);
		if (t->session != NULL || e->code == ERR_CANCELLED)
			break;
	}
	t->r->connect += (double)(now_ns() - start) / 1e9;
	return t->session != NULL;
}

/* The guard's waits are not taken out of the host's budget. */
static bool
leave_to_try(struct talk *t, const struct cred *c, struct err *e)
{
	int64_t start = now_ns();
	bool ok = creds_try(t->job->creds, c, &t->r->addr,
	    deadline_in(t->job->plan->budget[t->proto], t->job->cancel_fd), e);

	if (t->by.at_ns != DEADLINE_NEVER)
		t->by.at_ns += now_ns() - start;
	return ok;
}

/* One credential.  A session that had seen others before may have died of
 * them: then a fresh one decides. */
static bool
try_one(struct talk *t, const struct cred *c, struct err *e)
{
	bool ok = false, stale;

	if (!leave_to_try(t, c, e))
		return false;
	if (t->tries >= TRIES_A_CALL)
		hang_up(t);
	do {
		err_clear(e);
		if (t->session == NULL && !call(t, e))
			break;
		stale = t->tries > 0;
		t->tries++;
		ok = t->ops->logon(t->session, c, t->by, e);
		if (!ok && e->code == ERR_CLOSED)
			hang_up(t);
	} while (!ok && e->code == ERR_CLOSED && stale);
	/* who may not be activated had the right password */
	creds_tried(t->job->creds, c, &t->r->addr,
	    ok || e->stage == STAGE_ACTIVATE ? ATTEMPT_WORKED :
	    e->code == ERR_AUTH_FAILED ? ATTEMPT_REFUSED : ATTEMPT_UNDECIDED);
	if (ok)
		t->r->cred = c;
	return ok;
}

/* After these the next credential may still do. */
static bool
may_go_on(enum err_code code)
{
	return code == ERR_AUTH_FAILED || code == ERR_AUTH_METHOD ||
	    code == ERR_SUSPENDED || code == ERR_CLOSED || code == ERR_DENIED;
}

/* Which of two failures tells the administrator more: a log-on that worked
 * without the rights, then a refusal. */
static int
weight(enum err_code code)
{
	return code == ERR_CANCELLED ? 3 : code == ERR_DENIED ? 2 :
	    code == ERR_AUTH_FAILED;
}

static void
keep_worse(struct err *kept, const struct err *e)
{
	if (kept->code == ERR_NONE || weight(e->code) > weight(kept->code))
		*kept = *e;
}

static bool
log_on(struct talk *t, const struct cred **list, size_t n, struct err *e)
{
	struct err kept = { .code = ERR_NONE };
	int64_t start = now_ns();
	bool ok = false;

	for (size_t i = 0; i < n && !ok; i++) {
		struct err one = { .code = ERR_NONE };

		ok = try_one(t, list[i], &one);
		if (ok)
			break;
		fail_at(&one, STAGE_LOGON);
		if (may_go_on(one.code))
			fail_in(&one, "credential %s", list[i]->id);
		keep_worse(&kept, &one);
		if (!may_go_on(one.code)) {
			kept = one;
			break;
		}
	}
	t->r->logon += (double)(now_ns() - start) / 1e9;
	if (!ok)
		*e = kept;
	return ok;
}

static bool
ask(struct talk *t, struct err *e)
{
	bool ok;

	if ((t->r->facts = facts_new()) == NULL)
		return fail(e, ERR_MEMORY, "no memory for facts");
	ok = t->ops->probe(t->session, t->job->plan, t->r->facts, t->by, e);
	if (!ok && facts_classes(t->r->facts) == 0) {
		facts_free(t->r->facts);
		t->r->facts = NULL;
	}
	return ok;
}

/* True when facts came (all or some); r->state and r->err then stand. */
static bool
speak(const struct job *job, enum protocol proto, struct result *r)
{
	const struct cred **list = calloc(job->plan->ncreds + 1, sizeof(*list));
	struct talk t = { .job = job, .proto = proto, .ops = job->ops[proto],
		.by = deadline_in(job->plan->budget[proto], job->cancel_fd),
		.r = r };
	struct err e = { .code = ERR_NONE };
	size_t n = 0;
	bool ok = false;

	r->asked = true;
	r->protocol = proto;
	if (list == NULL)
		fail(&e, ERR_MEMORY, "no memory");
	else if ((n = creds_order(job->creds, proto, &r->addr, job->tags,
	    job->ntags, list)) == 0)
		fail(&e, ERR_NO_CREDENTIAL, "no %s credential may be used for "
		    "this host", protocol_name(proto)), fail_at(&e, STAGE_LOGON);
	else
		ok = call(&t, &e) && log_on(&t, list, n, &e) && ask(&t, &e);
	hang_up(&t);
	free(list);
	r->err = e;
	r->state = ok ? HOST_SCANNED : state_of(&e);
	if (!ok && r->facts != NULL && e.code != ERR_CANCELLED)
		r->state = HOST_PARTIAL;
	return r->facts != NULL && r->state != HOST_CANCELLED;
}

/* --- names --------------------------------------------------------------------- */

static bool
try_ports(const struct job *job, struct job *at, struct result *r,
    struct err *e)
{
	const struct scan_plan *plan = job->plan;
	bool any = false;

	for (size_t k = 0; k < plan->norder; k++)
		for (size_t i = 0; i < plan->nports[plan->order[k]]; i++) {
			enum protocol proto = plan->order[k];
			int64_t start = now_ns();
			int fd;

			err_clear(e);
			fd = net_connect(&at->addr, plan->ports[proto][i],
			    deadline_in(plan->connect_timeout, job->cancel_fd),
			    e);
			r->round_trips++;
			if (fd < 0 && e->code == ERR_CANCELLED)
				return false;
			if (fd < 0)
				continue;
			close(fd);
			if (!any)
				r->connect = (double)(now_ns() - start) / 1e9;
			any = true;
			at->open[proto] |= (uint8_t)(1u << i);
		}
	return any;
}

/* A name is scanned at its first address that connects. */
static bool
find_address(const struct job *job, struct job *at, struct result *r,
    struct err *e)
{
	struct net_addr found[16];
	size_t n, left = 0;

	n = net_resolve(job->name, found, ARRAY_LEN(found),
	    deadline_in(5 + job->plan->connect_timeout, job->cancel_fd), e);
	for (size_t i = 0; i < n; i++) {
		if (plan_excludes(job->plan, &found[i]))
			continue;
		at->addr = r->addr = found[i];
		r->has_addr = true;
		left++;
		if (plan_covers(job->plan, &found[i], job->tags, job->ntags)) {
			result_warn(r, "%s is in the ranges as an address and "
			    "is scanned there", job->name);
			r->state = HOST_SKIPPED;
			return false;
		}
		if (try_ports(job, at, r, e))
			return true;
		if (e->code == ERR_CANCELLED)
			return false;
	}
	if (n > 0 && left == 0) {
		fail(e, ERR_RESOLVE, "every address of %s is excluded",
		    job->name);
		fail_at(e, STAGE_RESOLVE);
		r->state = HOST_SKIPPED;
	}
	return false;
}

/* --- the whole ------------------------------------------------------------------- */

static void
keep_name(struct result *r, const char *asked)
{
	static const char *const names[] = { "host.fqdn", "host.name" };
	const struct fact *f = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && r->facts != NULL; i++) {
		f = facts_find(r->facts, names[i]);
		if (f != NULL && f->type == FACT_STRING && f->s[0] != '\0')
			break;
		f = NULL;
	}
	if (f != NULL || asked != NULL)
		r->name = strdup(f != NULL ? f->s : asked);
}

static void
understand(const struct job *job, struct result *r)
{
	struct err e = { .code = ERR_NONE };

	r->identity = identity_from_facts(r->facts);
	r->has_os = mapping_os_of(r->facts, &r->os);
	if (!r->has_os) {
		fail(&e, ERR_UNKNOWN_OS, "the host's system is not known");
	} else if (!mapping_has_os(job->plan->mapping, r->os)) {
		fail(&e, ERR_UNKNOWN_OS, "the mapping has no part for this "
		    "host's system");
	} else {
		r->mapped = mapping_eval(job->plan->mapping, r->os, r->facts, &e);
	}
	if (r->mapped == NULL) {
		fail_at(&e, STAGE_MAP);
		if (r->err.code == ERR_NONE)
			r->err = e;
		r->state = HOST_PARTIAL;
	}
}

static void
run_protocols(const struct job *job, struct result *r)
{
	struct result best = { .state = HOST_ERROR };
	bool answered = false;

	for (size_t i = 0; i < job->plan->norder; i++) {
		enum protocol proto = job->plan->order[i];

		if (job->open[proto] == 0)
			continue;
		if (speak(job, proto, r)) {
			answered = true;
			break;
		}
		/* the first protocol's error, of those that were tried */
		if (best.err.code == ERR_NONE ||
		    best.err.code == ERR_NO_CREDENTIAL) {
			best.err = r->err;
			best.state = r->state;
			best.protocol = proto;
		}
		if (r->state == HOST_CANCELLED)
			return;
	}
	if (!answered) {
		r->err = best.err;
		r->state = best.state;
		r->protocol = best.protocol;
	}
}

/* This computer, asked without a log-on. */
static void
run_self(const struct job *job, struct result *r)
{
	r->addr = (struct net_addr){ .family = 4, .ip = { 127, 0, 0, 1 } };
	r->has_addr = true;
	r->self = true;
	if ((r->facts = facts_new()) == NULL)
		fail(&r->err, ERR_MEMORY, "no memory for facts");
	else if (probe_self(job->plan, r->facts, deadline_in(
	    job->plan->budget[PROTO_SSH], job->cancel_fd), &r->err))
		r->state = HOST_SCANNED;
	else
		r->state = r->err.code == ERR_CANCELLED ? HOST_CANCELLED :
		    facts_classes(r->facts) > 0 ? HOST_PARTIAL : HOST_ERROR;
}

void
worker_run(const struct job *job, struct result *r)
{
	int64_t start = now_ns();
	struct job at = *job;

	*r = (struct result){ .state = HOST_ERROR, .addr = job->addr,
		.has_addr = job->name == NULL,
		.connect = job->connect_seconds,
		.round_trips = job->name == NULL };
	if (job->self) {
		run_self(job, r);
	} else if (job->name == NULL || find_address(job, &at, r, &r->err)) {
		err_clear(&r->err);
		run_protocols(&at, r);
	} else if (r->state != HOST_SKIPPED) {
		r->state = r->err.code == ERR_TIMEOUT &&
		    r->err.stage == STAGE_CONNECT ? HOST_SILENT :
		    state_of(&r->err);
	}
	if (r->facts != NULL && r->state != HOST_CANCELLED)
		understand(job, r);
	keep_name(r, job->name);
	r->total = (double)(now_ns() - start) / 1e9 + job->connect_seconds;
}
