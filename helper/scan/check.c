#include "helper/scan/check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/scan/one_host.h"
#include "helper/scan/report.h"
#include "helper/scan/state.h"
#include "helper/target/sweep.h"

void
check_stage(json_t *stages, enum err_stage stage, double seconds,
    const char *detail, const struct err *e)
{
	bool ok = e == NULL || e->code == ERR_NONE;
	char shown[1200] = "";

	if (detail != NULL)
		text_line(shown, sizeof(shown), detail, strlen(detail));
	json_array_append_new(stages, json_pack("{s:s, s:b, s:f, s:s, s:o}",
	    "stage", stage_name(stage), "ok", ok, "seconds", report_round(seconds),
	    "detail", shown, "error", report_err(e)));
}

json_t *
check_answer(json_t *stages)
{
	bool ok = json_array_size(stages) > 0;

	for (size_t i = 0; i < json_array_size(stages); i++)
		ok = ok && json_is_true(json_object_get(
		    json_array_get(stages, i), "ok"));
	return json_pack("{s:b, s:o}", "ok", ok, "stages", stages);
}

/* --- what is asked ----------------------------------------------------------------- */

struct raw_check { struct one_host host; };

static const struct field check_fields[] = {
	ONE_HOST_FIELDS(struct raw_check),
	ONE_HOST_FIELD(struct raw_check, "sudo", sudo, F_BOOL, false, 0, 0),
	{ NULL, F_ANY, false, 0, 0, 0 }
};

/* --- the stages ------------------------------------------------------------------------ */

static double
lap(struct check *c)
{
	int64_t now = now_ns();
	double seconds = (double)(now - c->since) / 1e9;

	c->since = now;
	return seconds;
}

/* Says what became of a stage; gives whether to go on. */
bool
check_said(struct check *c, enum err_stage stage, const char *detail,
    const struct err *e)
{
	check_stage(c->stages, stage, lap(c), detail, e);
	return e->code == ERR_NONE;
}

static bool
stage_resolve(struct check *c)
{
	struct err e = { .code = ERR_NONE };
	char addr[NET_ADDR_TEXT] = "";
	size_t n = net_resolve(c->address, &c->addr, 1, c->by, &e);

	if (n > 0)
		net_addr_text(&c->addr, addr);
	return check_said(c, STAGE_RESOLVE, addr, &e);
}

struct ping { bool given, pinged, decided; double seconds; struct net_addr addr; };

static enum sweep_more
ping_source(void *ctx, struct sweep_target *t)
{
	struct ping *p = ctx;

	if (p->given)
		return SWEEP_END;
	p->given = true;
	t->addr = p->addr;
	t->cookie = 0;
	return SWEEP_HAVE;
}

static void
ping_result(void *ctx, const struct sweep_result *r)
{
	struct ping *p = ctx;

	p->decided = true;
	p->pinged = r->pinged;
	p->seconds = r->seconds;
}

/* Many hosts drop pings, so no answer is no failure. */
static bool
stage_ping(struct check *c)
{
	struct ping p = { .addr = c->addr };
	struct sweep_config cfg = { .ports = c->plan->ports[c->proto],
		.nports = 1, .connect_timeout = c->plan->connect_timeout,
		.in_flight = 1, .ping_first = true,
		.ping_timeout = c->plan->ping_timeout, .wake_fd = -1,
		.source = ping_source, .result = ping_result, .ctx = &p };
	struct err e = { .code = ERR_NONE };
	const char *kind = sweep_ping_kind();

	if (kind[0] == '\0')
		return check_said(c, STAGE_PING, "this machine may not send pings", &e);
	if (!sweep_run(&cfg, c->by, &e) && e.code != ERR_CANCELLED)
		err_clear(&e);
	return check_said(c, STAGE_PING, p.pinged ? "the host answers pings" :
	    "no answer; many hosts drop pings", &e);
}

static bool
stage_connect(struct check *c)
{
	struct err e = { .code = ERR_NONE };
	char detail[40];
	int fd = net_connect(&c->addr, c->plan->ports[c->proto][0],
	    deadline_within(c->by, c->plan->connect_timeout), &e);

	if (fd >= 0)
		close(fd);
	snprintf(detail, sizeof(detail), "port %u",
	    (unsigned)c->plan->ports[c->proto][0]);
	return check_said(c, STAGE_CONNECT, detail, &e);
}

static void
detail_of(const struct check *c, enum err_stage stage, char *dst, size_t cap)
{
	dst[0] = '\0';
	if (c->proto == PROTO_SSH)
		check_ssh_detail(c->session, stage, dst, cap);
}

static struct protocol_session *
open_session(struct check *c, struct err *e)
{
	return c->ops->open(c->shared, &(struct session_to){ c->addr,
	    c->plan->ports[c->proto][0], one_host_name(c->address) }, c->by, e);
}

/* Opening is several stages in one call: those before the one that failed
 * went well. */
static bool
stage_open(struct check *c)
{
	static const enum err_stage inside[] = { STAGE_HANDSHAKE, STAGE_HOSTKEY };
	struct err e = { .code = ERR_NONE }, none = { .code = ERR_NONE };
	char detail[1000];

	c->session = open_session(c, &e);
	for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
		bool here = c->session == NULL && (e.stage == inside[i] ||
		    i + 1 == ARRAY_LEN(inside) || e.stage != inside[i + 1]);

		detail_of(c, inside[i], detail, sizeof(detail));
		if (!check_said(c, inside[i], detail, here ? &e : &none))
			return false;
	}
	return true;
}

static bool
stage_logon(struct check *c)
{
	const struct cred *list[1000];
	const uint32_t tag = 0;
	struct err kept = { .code = ERR_NONE };
	char detail[1000];
	size_t n = creds_order(c->creds, c->proto, &c->addr, &tag, 1, list);

	if (n == 0)
		fail(&kept, ERR_NO_CREDENTIAL, "no %s credential was given",
		    protocol_name(c->proto));
	for (size_t i = 0; i < n; i++) {
		struct err e = { .code = ERR_NONE };
		bool ok = false;

		if (creds_try(c->creds, list[i], &c->addr, c->by, &e)) {
			if (c->session == NULL)
				c->session = open_session(c, &e);
			ok = c->session != NULL && c->ops->logon(c->session,
			    list[i], c->by, &e);
			creds_tried(c->creds, list[i], &c->addr, ok ?
			    ATTEMPT_WORKED : e.code == ERR_AUTH_FAILED ?
			    ATTEMPT_REFUSED : ATTEMPT_UNDECIDED);
		}
		if (ok) {
			snprintf(detail, sizeof(detail), "credential %s, user "
			    "%s", list[i]->id, list[i]->user);
			return check_said(c, STAGE_LOGON, detail, &e);
		}
		fail_in(&e, "credential %s", list[i]->id);
		fail_at(&e, STAGE_LOGON);
		if (kept.code == ERR_NONE || e.code == ERR_AUTH_FAILED)
			kept = e;
		if (e.code == ERR_CANCELLED || e.code == ERR_TIMEOUT)
			break;
		/* a fresh session each: a server counts tries */
		if (i + 1 < n) {
			c->ops->close(c->session);
			c->session = NULL;
		}
	}
	detail_of(c, STAGE_LOGON, detail, sizeof(detail));
	return check_said(c, STAGE_LOGON, detail, &kept);
}

static void
describe(const struct facts *facts, char *dst, size_t cap)
{
	static const char *const names[] = { "os.name", "os.version",
		"host.name", "sys.vendor", "sys.model" };
	size_t n = 0;

	dst[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct fact *f = facts_find(facts, names[i]);

		if (f != NULL && f->type == FACT_STRING && n < cap)
			n += (size_t)snprintf(dst + n, cap - n, "%s%s",
			    n > 0 ? ", " : "", f->s);
	}
}

static bool
stage_facts(struct check *c)
{
	struct err e = { .code = ERR_NONE }, none = { .code = ERR_NONE };
	struct facts *facts = facts_new();
	char detail[1000] = "";
	bool in_shell;

	if (facts == NULL)
		fail(&e, ERR_MEMORY, "no memory for facts");
	else if (c->ops->probe(c->session, c->plan, facts, c->by, &e))
		describe(facts, detail, sizeof(detail));
	in_shell = e.code != ERR_NONE && e.stage != STAGE_FACTS;
	if (check_said(c, STAGE_SHELL, "", in_shell ? &e : &none))
		check_said(c, STAGE_FACTS, detail, &e);
	facts_free(facts);
	return e.code == ERR_NONE;
}

static void
no_warning(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static json_t *
run(struct check *c, struct err *e)
{
	static bool (*const ssh[])(struct check *) = { stage_resolve,
		stage_ping, stage_connect, stage_open, stage_logon, stage_facts,
		NULL };
	static bool (*const wmi[])(struct check *) = { stage_resolve,
		stage_ping, stage_connect, check_wmi, NULL };
	bool (*const *stages)(struct check *) = c->proto == PROTO_WMI ? wmi :
	    ssh;
	struct err none = { .code = ERR_NONE };
	struct suspend *suspended = NULL;
	bool ok;

	if (state_ready(c->state_dir, NULL, &none))
		suspended = suspend_open(c->state_dir, &none);
	c->ops = protocol_ops(c->proto);
	c->creds = creds_new(c->plan, suspended, NULL, NULL, e);
	c->stages = json_array();
	ok = c->creds != NULL && c->stages != NULL &&
	    (c->ops->prepare == NULL || c->ops->prepare(c->plan,
	    suspended != NULL ? c->state_dir : NULL, no_warning, NULL,
	    &c->shared, e));
	c->since = now_ns();
	for (size_t i = 0; ok && stages[i] != NULL && stages[i](c); i++)
		;
	c->ops->close(c->session);
	if (c->shared != NULL)
		c->ops->release(c->shared);
	creds_free(c->creds);
	suspend_close(suspended);
	if (ok)
		return check_answer(c->stages);
	json_decref(c->stages);
	fail(e, ERR_MEMORY, "no memory for a check");
	return NULL;
}

json_t *
scan_check_host(const json_t *params, const char *state_dir,
    struct deadline by, struct err *e)
{
	struct raw_check r = { .host = { .connect_timeout = 2, .timeout = 60 } };
	struct problems p = { problems_in_one, e, 0 };
	struct check c = { .address = NULL };
	struct scan_plan *plan = NULL;
	json_t *answer = NULL;
	char *dir = NULL;

	if (fields_read(params, check_fields, &r, &p, NULL))
		plan = one_host_plan(&r.host, &p, &c.proto);
	if (p.n == 0) {
		dir = scan_state_dir(state_dir);
		c.plan = plan;
		c.address = r.host.address;
		c.state_dir = dir;
		c.by = deadline_within(by, r.host.timeout + r.host.connect_timeout);
		answer = run(&c, e);
	}
	free(dir);
	scan_plan_free(plan);
	return answer;
}
