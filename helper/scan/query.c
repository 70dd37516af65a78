/* query.c: host.query: one question of somebody's own to one host, or a list of
 * what there is to ask, or one mapping entry tried.  The guard against locked
 * accounts holds here too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/one_host.h"
#include "helper/scan/protocols.h"
#include "helper/scan/query_try.h"
#include "helper/scan/state.h"

enum kind { ASK, CLASSES, PROPERTIES, FACTS, TRY, KINDS };
static const char *const lists[KINDS] = { [CLASSES] = "classes",
	[PROPERTIES] = "properties", [FACTS] = "facts" };

#define NAME_OCTETS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789_"

struct raw_query {
	struct one_host host;
	const char *ns, *query, *list, *class;
	const json_t *entry;
	json_int_t max_rows;
};

static const struct field query_fields[] = {
	ONE_HOST_FIELDS(struct raw_query),
	{ "namespace", F_TEXT, false, offsetof(struct raw_query, ns), 0, 0 },
	{ "query", F_TEXT, false, offsetof(struct raw_query, query), 0, 0 },
	{ "list", F_TEXT, false, offsetof(struct raw_query, list), 0, 0 },
	{ "class", F_TEXT, false, offsetof(struct raw_query, class), 0, 0 },
	{ "try", F_ANY, false, offsetof(struct raw_query, entry), 0, 0 },
	{ "maxRows", F_INTEGER, false, offsetof(struct raw_query, max_rows), 1,
	    1e9 },
	{ NULL, F_ANY, false, 0, 0, 0 }
};

/* --- which question ---------------------------------------------------------------- */

static enum kind
kind_of(const struct raw_query *r, enum protocol proto, struct problems *p)
{
	static const struct at list = { NULL, "list", 0 };
	static const struct at class = { NULL, "class", 0 };
	enum kind kind = r->entry != NULL ? TRY : ASK;

	if ((r->query != NULL) + (r->list != NULL) + (r->entry != NULL) != 1)
		problem(p, NULL, "give one of query, list and try");
	if (r->list != NULL) {
		for (kind = CLASSES; kind < KINDS && (lists[kind] == NULL ||
		    strcmp(lists[kind], r->list) != 0); kind++)
			;
		if (kind == KINDS) {
			problem(p, &list, "must be classes, properties or facts");
			return ASK;
		}
	}
	if ((kind == CLASSES || kind == PROPERTIES) && proto != PROTO_WMI)
		problem(p, &list, "only WMI has classes; over SSH list facts");
	if (kind == PROPERTIES && r->class == NULL)
		problem(p, &class, "is missing: whose properties?");
	if ((kind == CLASSES || kind == PROPERTIES) && r->class != NULL &&
	    strspn(r->class, kind == CLASSES ? NAME_OCTETS "*?" : NAME_OCTETS) !=
	    strlen(r->class))
		problem(p, &class, kind == CLASSES ? "is no pattern of class "
		    "names: letters, digits, _, and * or ?" : "is no class "
		    "name: letters, digits and _");
	if ((kind == ASK || kind == TRY) && r->class != NULL)
		problem(p, &class, "goes with list");
	return kind;
}

/* The mapping that makes the probe ask what is wanted. */
static struct mapping *
mapping_for(const struct raw_query *r, enum kind kind, enum protocol proto,
    struct problems *p)
{
	static const struct at class = { NULL, "class", 0 };
	static const struct at entry = { NULL, "try", 0 };

	return kind == FACTS ? facts_mapping(r->class, p, &class) :
	    kind == TRY ? try_mapping(r->entry, proto, p, &entry) : NULL;
}

/* --- rows ------------------------------------------------------------------------ */

struct counter {
	bool (*row)(void *ctx, json_t *row);
	void *ctx;
	uint64_t n, max;
	bool cut;
};

static bool
count(void *ctx, json_t *row)
{
	struct counter *c = ctx;

	if (c->n >= c->max) {
		c->cut = true;
		json_decref(row);
		return false;
	}
	c->n++;
	return c->row(c->ctx, row);
}

/* --- a session ---------------------------------------------------------------------- */

struct talk {
	const struct scan_plan *plan;
	const struct protocol_ops *ops;
	struct protocol_shared *shared;
	struct protocol_session *session;
	struct creds *creds;
	enum protocol proto;
	const char *name;		/* or address, as it was asked */
	struct deadline by;
};

static void
open_session(struct talk *t, const struct net_addr *at, struct err *e)
{
	t->session = t->ops->open(t->shared, &(struct session_to){ *at,
	    t->plan->ports[t->proto][0], one_host_name(t->name) }, t->by, e);
}

/* The first address that answers. */
static bool
call(struct talk *t, struct net_addr *at, struct err *e)
{
	struct net_addr found[8];
	size_t n = net_resolve(t->name, found, ARRAY_LEN(found), t->by, e);

	for (size_t i = 0; i < n && t->session == NULL; i++) {
		if (i > 0 && e->stage != STAGE_CONNECT)
			break;
		err_clear(e);
		*at = found[i];
		open_session(t, at, e);
	}
	return t->session != NULL;
}

static bool
try_one(struct talk *t, const struct cred *c, const struct net_addr *at,
    struct err *e)
{
	bool ok;

	if (!creds_try(t->creds, c, at, t->by, e))
		return false;
	if (t->session == NULL)
		open_session(t, at, e);
	ok = t->session != NULL && t->ops->logon(t->session, c, t->by, e);
	creds_tried(t->creds, c, at,
	    ok || e->stage == STAGE_ACTIVATE ? ATTEMPT_WORKED :
	    e->code == ERR_AUTH_FAILED ? ATTEMPT_REFUSED : ATTEMPT_UNDECIDED);
	return ok;
}

static bool
log_on(struct talk *t, const struct net_addr *at, struct err *e)
{
	const struct cred **list = calloc(t->plan->ncreds + 1, sizeof(*list));
	const uint32_t tag = 0;
	size_t n = list == NULL ? 0 : creds_order(t->creds, t->proto, at, &tag,
	    1, list);
	bool ok = false;

	if (n == 0)
		fail(e, ERR_NO_CREDENTIAL, "no %s credential was given",
		    protocol_name(t->proto));
	for (size_t i = 0; i < n && !ok; i++) {
		struct err one = { .code = ERR_NONE };

		ok = try_one(t, list[i], at, &one);
		if (ok)
			break;
		fail_in(&one, "credential %s", list[i]->id);
		if (i == 0 || one.code == ERR_AUTH_FAILED)
			*e = one;
		if (one.code == ERR_CANCELLED || one.code == ERR_TIMEOUT)
			break;
		t->ops->close(t->session);
		t->session = NULL;
	}
	if (ok)
		err_clear(e);
	free(list);
	return ok || fail_at(e, STAGE_LOGON);
}

static void
no_warning(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static bool
stop_at_once(void *ctx, json_t *row)
{
	(void)ctx;
	json_decref(row);
	return false;
}

/* A class or property that the host does not know: which is meant? */
static void
suggest(struct talk *t, const struct query *q)
{
	const struct mapping *m = t->plan->mapping;
	struct err e = { .code = ERR_NONE };
	const struct map_need *n;
	const char *meant;
	char wql[1200];

	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++) {
		n = mapping_need(m, MAP_WINDOWS, i);
		if (n->kind != NEED_CLASS)
			continue;
		snprintf(wql, sizeof(wql), "SELECT %.250s FROM %.250s",
		    n->property, n->what);
		if (!t->ops->query(t->session, &(struct query){ .ns =
		    n->wmi_namespace, .text = wql, .row = stop_at_once }, t->by,
		    &e) && (meant = strstr(e.text, "; is it")) != NULL)
			(void)q->row(q->ctx, json_pack("{s:s, s:i, s:s, s:n}",
			    "step", "suggestion", "row", 0, "value", meant + 2,
			    "note"));
		break;
	}
}

/* What a scan would find out, then the rows made of it; a part is shown, too. */
static bool
probe(struct talk *t, enum kind kind, const char *class, const struct query *q,
    struct err *e)
{
	struct facts *facts = facts_new();
	struct err why = { .code = ERR_NONE };
	bool ok;

	if (facts == NULL)
		return fail(e, ERR_MEMORY, "no memory for facts");
	ok = t->ops->probe(t->session, t->plan, facts, t->by, e);
	if (!(kind == FACTS ? facts_rows_give(facts, class, q->row, q->ctx, &why) :
	    try_rows_give(t->plan->mapping, facts, q->row, q->ctx, &why)) &&
	    e->code == ERR_NONE)
		*e = why;
	if (ok && kind == TRY && t->proto == PROTO_WMI)
		suggest(t, q);
	facts_free(facts);
	return ok && e->code == ERR_NONE;
}

static bool
run(struct talk *t, const char *state_dir, enum kind kind, const char *class,
    struct query *q, struct err *e)
{
	struct suspend *suspended = NULL;
	struct err none = { .code = ERR_NONE };
	struct net_addr at;
	bool ok;

	if (state_ready(state_dir, NULL, &none))
		suspended = suspend_open(state_dir, &none);
	t->ops = protocol_ops(t->proto);
	t->creds = creds_new(t->plan, suspended, NULL, NULL, e);
	ok = t->creds != NULL && t->ops->prepare(t->plan,
	    suspended != NULL ? state_dir : NULL, no_warning, NULL, &t->shared,
	    e);
	ok = ok && call(t, &at, e) && log_on(t, &at, e) &&
	    (kind == FACTS || kind == TRY ? probe(t, kind, class, q, e) :
	    t->ops->query(t->session, q, t->by, e));
	t->ops->close(t->session);
	if (t->shared != NULL)
		t->ops->release(t->shared);
	creds_free(t->creds);
	suspend_close(suspended);
	return ok;
}

json_t *
scan_query_host(const json_t *params, const char *state_dir,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct deadline by,
    struct err *e)
{
	struct raw_query r = { .host = { .connect_timeout = 5, .timeout = 600 },
		.max_rows = (json_int_t)1e9 };
	struct problems p = { problems_in_one, e, 0 };
	struct talk t = { .proto = PROTO_WMI };
	struct scan_plan *plan = NULL;
	enum kind kind = ASK;
	json_t *answer = NULL;
	char *dir = NULL;

	if (fields_read(params, query_fields, &r, &p, NULL)) {
		plan = one_host_plan(&r.host, &p, &t.proto);
		kind = kind_of(&r, t.proto, &p);
	}
	if (p.n == 0 && (plan->own = mapping_for(&r, kind, t.proto, &p)) != NULL)
		plan->mapping = plan->own;
	if (p.n == 0) {
		struct counter c = { row, ctx, 0, (uint64_t)r.max_rows, false };
		struct query q = { .what = kind == CLASSES ? QUERY_CLASSES :
		    kind == PROPERTIES ? QUERY_PROPERTIES : QUERY_ROWS,
		    .ns = r.ns, .text = kind == ASK ? r.query : r.class,
		    .row = count, .ctx = &c };

		dir = scan_state_dir(state_dir);
		t.plan = plan;
		t.name = r.host.address;
		t.by = deadline_within(by, r.host.timeout);
		if (run(&t, dir, kind, r.class, &q, e))
			answer = json_pack("{s:I, s:b, s:s*}", "count",
			    (json_int_t)c.n, "truncated", c.cut || q.truncated,
			    "note", q.note[0] != '\0' ? q.note : NULL);
	}
	free(dir);
	scan_plan_free(plan);
	return answer;
}
