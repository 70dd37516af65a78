/* query.c: queries under way, each a small machine that answers move on.
 *
 *   WAITING -> EXEC -> NEXT ... -> ENDED                        plain
 *   WAITING -> EXEC -> FETCH -> SMART -> NEXT ... -> ENDED      smart
 *
 * query_advance() takes an answer and sends the next call; it never waits for
 * an answer itself.  Where calls may be in flight together every query moves
 * on whenever anything came; else only the one whose rows are taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wmi/classes.h"
#include "wmi/ntlm_crypto.h"
#include "wmi/wmi_impl.h"

#define WQL_MAX 16000u
#define NEXT_MS 5000		/* the host waits so long for rows, then we ask again */
#define AHEAD_MS 1000		/* the same, of a query whose rows are not taken yet */
#define STALLS_MAX 2		/* so often in a row before it has its turn */
#define MARGIN_MS 250
#define FIRST_COUNT 512u
#define LEAST_COUNT 32u
#define MOST_COUNT 1024u
#define BATCH_OCTETS (512u << 10)
#define GRACE_NS 2000000000	/* for what has come in time */
#define LARGE_ROW (256u << 10)	/* decoded */
#define ROWS_UNASKED 64u	/* small ones, between two looks at the cancel */
#define PROTOCOL_FAULT 0x1c01000bu	/* nca_s_proto_error */

enum state { Q_WAITING, Q_EXEC, Q_FETCH, Q_SMART, Q_NEXT, Q_ENDED, Q_FAILED };

struct wmi_query {
	struct wmi *s;
	struct wmi_query *next;
	char *wql;
	size_t space;			/* its namespace among the session's */
	enum state state;
	bool want_smart, smart, last;
	bool given;			/* a row has been taken */
	struct dcerpc_call *call;	/* in flight */
	unsigned trip;			/* of its last answer; 0: none yet */
	struct std_ref object;		/* the enumerator in use */
	uint8_t proxy[16];
	/* the batch that rows are taken from */
	struct dcerpc_call *batch;
	struct rd rows;
	uint32_t left, count;
	unsigned stalls;		/* "nothing yet", in a row */
	bool batch_smart;
	/* the row */
	struct arena arena;
	struct wmi_row row;
	struct classes classes;
	struct err why;			/* Q_FAILED */
};

/* --- answers -------------------------------------------------------------------- */

static bool
query_fail(struct wmi_query *q, uint32_t status)
{
	char what[100] = "";
	struct status_who who = wmi_who(q->s, what);

	snprintf(what, sizeof(what), "%.90s", q->wql);
	return status_fail(&q->why, STAGE_QUERY, status, &who);
}

static void
use_plain(struct wmi_query *q)
{
	q->smart = false;
	q->state = Q_NEXT;
}

/* What ExecQuery gave: the enumerator. */
static bool
on_exec(struct wmi_query *q, struct rd stub)
{
	uint32_t hresult = 0;

	if (!wbem_take_ref(stub, &q->object, &hresult, &q->why))
		return false;
	if (hresult & 0x80000000u)
		return query_fail(q, hresult);
	wmi_hold(q->s, &q->object);
	q->state = q->want_smart ? Q_FETCH : Q_NEXT;
	return true;
}

/* RemQueryInterface for IWbemFetchSmartEnum; not offered: plain. */
static bool
on_fetch(struct wmi_query *q, struct rd stub)
{
	struct std_ref ref = { 0 };
	uint32_t hresult = 0;

	if (!dcom_take_query_interface(stub, &ref, &hresult, &q->why))
		return false;
	if (hresult != 0) {
		use_plain(q);
		return true;
	}
	wmi_hold(q->s, &ref);
	/* The plain enumerator stays the way out until the smart one is there. */
	memcpy(q->proxy, ref.ipid, sizeof(q->proxy));
	q->state = Q_SMART;
	return true;
}

static bool
on_smart(struct wmi_query *q, struct rd stub)
{
	struct std_ref ref = { 0 };
	uint32_t hresult = 0;

	if (!wbem_take_ref(stub, &ref, &hresult, &q->why))
		return false;
	if (hresult != 0) {
		use_plain(q);
		return true;
	}
	wmi_hold(q->s, &ref);
	q->object = ref;
	q->smart = true;
	q->state = Q_NEXT;
	/* One id for the enumerator's whole life: it is how the host remembers
	 * which classes it has sent. */
	return random_bytes(q->proxy, sizeof(q->proxy)) ||
	    fail(&q->why, ERR_INTERNAL, "the kernel gives no random numbers");
}

/* How many rows to ask for next, from how long these were. */
static void
tune(struct wmi_query *q, size_t octets)
{
	uint32_t fit;

	if (q->left == 0)
		return;
	fit = (uint32_t)(BATCH_OCTETS / (octets / q->left + 1));
	q->count = fit < LEAST_COUNT ? LEAST_COUNT :
	    fit > MOST_COUNT ? MOST_COUNT : fit;
}

static bool
on_next(struct wmi_query *q, struct rd stub)
{
	uint32_t hresult = 0, count = 0;
	struct rd rows;
	bool ok;

	q->batch_smart = q->smart;
	ok = q->smart ? wbem_take_smart(stub, &rows, &q->left, &hresult, &q->why) :
	    wbem_take_next(stub, &rows, &q->left, &hresult, &q->why);
	if (!ok)
		return false;
	if (hresult & 0x80000000u)
		return query_fail(q, hresult);
	if (q->smart && q->left != 0) {
		if (!wbem_array_open(&rows, &count, &q->why))
			return false;
		if (count != q->left)
			return fail(&q->why, ERR_PROTOCOL,
			    "the host announces %u rows and sends %u", q->left, count);
	}
	q->rows = rows;
	/* Success that is neither the end nor a time-out means: all you asked for. */
	q->last = hresult == WBEM_S_FALSE;
	q->stalls = q->left == 0 && hresult == WBEM_S_TIMEDOUT ? q->stalls + 1 : 0;
	if (q->left == 0 && !q->last && hresult != WBEM_S_TIMEDOUT)
		return fail(&q->why, ERR_PROTOCOL, "the host sends no rows and no end");
	tune(q, stub.len);
	return true;
}

static bool
take_answer(struct wmi_query *q, struct dcerpc_call *c)
{
	static bool (*const on[])(struct wmi_query *, struct rd) = {
		[Q_EXEC] = on_exec, [Q_FETCH] = on_fetch, [Q_SMART] = on_smart,
		[Q_NEXT] = on_next };
	uint32_t fault = dcerpc_fault(c);

	if (fault == 0)
		return on[q->state](q, dcerpc_stub(c));
	if (q->state == Q_FETCH || q->state == Q_SMART) {
		use_plain(q);
		return true;
	}
	return query_fail(q, fault);
}

/* --- calls --------------------------------------------------------------------------- */

static uint32_t
next_timeout(struct deadline by, bool wanted)
{
	double most = wanted ? NEXT_MS : AHEAD_MS;
	double left = deadline_left(by) * 1000.0;

	/* The host's "nothing yet" is to be here before our own limit: a call
	 * that is given up keeps the connection busy. */
	left -= left < 4 * MARGIN_MS ? left / 4 : MARGIN_MS;
	return (uint32_t)(left > most ? most : left < 1 ? 1 : left);
}

/* The call that the state wants; false: it could not be sent. */
static bool
send_call(struct wmi_query *q, bool wanted, struct deadline by, struct err *e)
{
	struct wr stub = wr_new(STUB_OUT_MAX);
	const uint8_t *ipid = q->object.ipid;
	uint16_t opnum = OP_Next;
	unsigned ctx = CTX_ENUM;

	switch (q->state) {
	case Q_WAITING:
	case Q_EXEC:
		wbem_put_exec_query(&stub, &q->s->orpc, q->wql, WBEM_SEMISYNC_FORWARD);
		ctx = CTX_SERVICES;
		opnum = OP_ExecQuery;
		ipid = q->s->spaces[q->space].ref.ipid;
		break;
	case Q_FETCH:
		dcom_put_query_interface(&stub, &q->s->orpc, q->object.ipid,
		    dcom_iid(IF_IWbemFetchSmartEnum));
		ctx = CTX_UNKNOWN;
		opnum = OP_RemQueryInterface;
		ipid = q->s->activated.remunknown;
		break;
	case Q_SMART:
		wbem_put_get_smart(&stub, &q->s->orpc);
		ctx = CTX_FETCH;
		opnum = OP_GetSmartEnum;
		ipid = q->proxy;
		break;
	default:
		if (q->smart) {
			wbem_put_smart_next(&stub, &q->s->orpc, q->proxy,
			    next_timeout(by, wanted), q->count);
			ctx = CTX_SMART;
			opnum = OP_SmartNext;
		} else {
			wbem_put_next(&stub, &q->s->orpc,
			    next_timeout(by, wanted), q->count);
		}
	}
	if (q->state == Q_WAITING)
		q->state = Q_EXEC;
	q->call = wmi_call(q->s, ctx, opnum, ipid, &stub, by, e);
	wr_free(&stub);
	/* Other queries' answers came in between: it waited for its own only. */
	if (q->call != NULL && q->trip != 0 && dcerpc_multiplexed(q->s->rpc))
		dcerpc_follows(q->call, q->trip);
	return q->call != NULL;
}

/* Takes an answer that has come and sends what follows.  false: the session
 * cannot go on; the query's own failure is its state. */
static bool
query_advance(struct wmi_query *q, bool wanted, struct deadline by,
    struct err *e)
{
	if (q->state >= Q_ENDED)
		return true;
	if (q->call != NULL && dcerpc_done(q->call) && q->batch == NULL) {
		struct dcerpc_call *c = q->call;
		bool is_rows = q->state == Q_NEXT, ok;

		q->call = NULL;
		q->trip = dcerpc_trip(c);
		if (dcerpc_fault(c) == PROTOCOL_FAULT &&
		    dcerpc_multiplexed(q->s->rpc)) {
			dcerpc_call_free(c);
			fail_native(e, ERR_CLOSED, PROTOCOL_FAULT, "the host does not"
			    " bear several calls in flight");
			return dcerpc_give_up(q->s->rpc, e);
		}
		ok = take_answer(q, c);
		if (!ok)
			q->state = Q_FAILED;
		if (ok && is_rows && q->left != 0)
			q->batch = c;
		else
			dcerpc_call_free(c);
		if (ok && q->last && q->batch == NULL)
			q->state = Q_ENDED;
	}
	if (q->state >= Q_ENDED || q->call != NULL || q->last ||
	    !dcerpc_idle(q->s->rpc))
		return true;
	/* A class that hangs is not to keep a host busy that answers one call
	 * after the other all the same. */
	if (!wanted && q->stalls >= STALLS_MAX)
		return true;
	return send_call(q, wanted, by, e);
}

/* The query whose rows are wanted first; the others where they may. */
static bool
advance_all(struct wmi_query *q, struct deadline by, struct err *e)
{
	if (!query_advance(q, true, by, e))
		return false;
	if (dcerpc_multiplexed(q->s->rpc))
		for (struct wmi_query *o = q->s->queries; o != NULL; o = o->next)
			if (o != q && !query_advance(o, false, by, e))
				return false;
	/* Now, so that the host works while the rows are used. */
	return dcerpc_push(q->s->rpc, by, e);
}

/* --- rows --------------------------------------------------------------------------------- */

/* A class as a row (a schema query): it and its tables live in the arena. */
static bool
class_as_row(struct wmi_query *q, struct rd block, struct err *e)
{
	return cim_block(block, &q->arena, &q->row, NULL, 0, e);
}

static bool
take_row(struct wmi_query *q, struct rd block, const uint8_t *guid,
    bool with_class, struct err *e)
{
	struct rd r = block;
	const struct cim_class *c;
	struct cim_head h;

	arena_reset(&q->arena);
	if (!cim_head(&r, &q->arena, &h, e))
		return false;
	if (with_class && (h.flags & CIM_FLAG_CLASS))
		return class_as_row(q, block, e);
	c = with_class ? classes_at(&q->classes, guid, &r, e) :
	    classes_by_guid(&q->classes, guid, e);
	q->row.server = h.server;
	q->row.space = h.space;
	return c != NULL && cim_instance_part(&r, c, &q->arena, &q->row, 0, e);
}

static bool
next_row(struct wmi_query *q, struct err *e)
{
	struct rd unit, block;
	struct wbem_entry x;
	bool ok;

	if (q->batch_smart)
		ok = wbem_array_next(&q->rows, &x, e) && take_row(q, x.block,
		    x.guid, x.kind != WBEM_INSTANCE_NO_CLASS, e);
	else
		ok = wbem_next_object(&q->rows, &unit, e) &&
		    cim_unit(unit, &block, e) && take_row(q, block, NULL, true, e);
	q->left--;
	return ok;
}

static void
drop_batch(struct wmi_query *q)
{
	dcerpc_call_free(q->batch);
	q->batch = NULL;
	if (q->last && q->state < Q_ENDED)
		q->state = Q_ENDED;
}

/* Rows that are here already are taken behind the deadline too; but they cost
 * time, and hostile ones much. */
static bool
in_time(struct wmi_query *q, struct deadline by, struct err *e)
{
	if (by.at_ns != DEADLINE_NEVER)
		by.at_ns += GRACE_NS;
	if (deadline_passed(by) || q->arena.used > LARGE_ROW ||
	    q->left % ROWS_UNASKED == 0)
		return deadline_check(by, e);
	return true;
}

/* A query's failure is told again to whoever asks again. */
static bool
failed(struct wmi_query *q, struct err *e)
{
	fail_at(&q->why, STAGE_QUERY);
	if (e != NULL && e->code == ERR_NONE)
		*e = q->why;
	return false;
}

/* One query after the connection was lost: from the start if no row of it was
 * taken yet, else what has come and then the error. */
static void
restart(struct wmi_query *q, const struct err *why)
{
	dcerpc_call_free(q->call);
	q->call = NULL;
	q->trip = 0;			/* another connection, another chain */
	if (q->state >= Q_ENDED || (q->batch != NULL && q->last))
		return;
	if (!q->given && q->batch == NULL) {
		q->state = Q_WAITING;
		q->smart = false;
		q->stalls = 0;
		q->count = FIRST_COUNT;
		return;
	}
	q->why = *why;
	q->state = Q_FAILED;
}

/* No capture shows a Windows host with several calls in flight: when it hangs
 * up under them, go on one call at a time.  A forged or malformed answer is no
 * such case. */
static bool
fall_back(struct wmi_query *q, struct deadline by, struct err *e)
{
	struct wmi *s = q->s;
	struct err why = { 0 };

	if (!dcerpc_broken(s->rpc) || !dcerpc_multiplexed(s->rpc) || q->given ||
	    deadline_cancelled(by) || deadline_passed(by) || e == NULL ||
	    (e->code != ERR_CLOSED && e->code != ERR_NETWORK))
		return false;
	why = *e;
	err_clear(e);
	for (struct wmi_query *o = s->queries; o != NULL; o = o->next)
		restart(o, &why);
	if (wmi_go_serial(s, by, e))
		return true;
	/* Without a connection nobody goes on. */
	for (struct wmi_query *o = s->queries; o != NULL; o = o->next)
		if (o->state < Q_ENDED) {
			o->why = why;
			o->state = Q_FAILED;
		}
	*e = why;
	return false;
}

bool
wmi_next(struct wmi_query *q, const struct wmi_row **row, struct deadline by,
    struct err *e)
{
	*row = NULL;
	for (;;) {
		if (q->batch != NULL && q->left != 0) {
			if (!in_time(q, by, e))
				return fail_at(e, STAGE_QUERY);
			if (!next_row(q, &q->why)) {
				q->state = Q_FAILED;
				q->left = 0;
				return failed(q, e);
			}
			*row = &q->row;
			q->given = true;
			return true;
		}
		if (q->batch != NULL)
			drop_batch(q);
		if (q->state == Q_FAILED)
			return failed(q, e);
		if (q->state == Q_ENDED)
			return true;
		if (!deadline_check(by, e))
			return fail_at(e, STAGE_QUERY);
		if (!advance_all(q, by, e)) {
			if (fall_back(q, by, e))
				continue;
			return fail_at(e, STAGE_QUERY);
		}
		if (q->batch != NULL || q->state >= Q_ENDED ||
		    (q->call != NULL && dcerpc_done(q->call)))
			continue;
		if (!dcerpc_pump(q->s->rpc, by, e) && !fall_back(q, by, e))
			return fail_at(e, STAGE_QUERY);
	}
}

/* --- life ------------------------------------------------------------------------------------ */

/* `SELECT *` sends the whole class with every row unless it is smart. */
static bool
selects_all(const char *wql)
{
	wql += strspn(wql, " \t\r\n");
	if (strncasecmp(wql, "select", 6) != 0)
		return false;
	wql += 6;
	return wql[strspn(wql, " \t\r\n")] == '*';
}

struct wmi_query *
wmi_query_as(struct wmi *s, const char *ns, const char *wql, enum wmi_enum how,
    struct deadline by, struct err *e)
{
	const struct space *space;
	struct wmi_query *q;

	if (strlen(wql) > WQL_MAX) {
		fail(e, ERR_INVALID, "the query is longer than %u characters", WQL_MAX);
		return NULL;
	}
	if ((space = wmi_space(s, ns, by, e)) == NULL)
		return NULL;
	if ((q = calloc(1, sizeof(*q))) == NULL || (q->wql = strdup(wql)) == NULL) {
		free(q);
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	q->s = s;
	q->space = (size_t)(space - s->spaces);
	q->want_smart = how == WMI_ENUM_SMART ||
	    (how == WMI_ENUM_AUTO && selects_all(wql));
	q->count = FIRST_COUNT;
	q->next = s->queries;
	s->queries = q;
	if (dcerpc_multiplexed(s->rpc) && dcerpc_idle(s->rpc) &&
	    !query_advance(q, false, by, e)) {
		wmi_query_close(q);
		fail_at(e, STAGE_QUERY);
		return NULL;
	}
	return q;
}

struct wmi_query *
wmi_query(struct wmi *s, const char *ns, const char *wql, struct deadline by,
    struct err *e)
{
	return wmi_query_as(s, ns, wql, WMI_ENUM_AUTO, by, e);
}

void
wmi_query_close(struct wmi_query *q)
{
	struct wmi_query **at;

	if (q == NULL)
		return;
	for (at = &q->s->queries; *at != q; at = &(*at)->next)
		;
	*at = q->next;
	dcerpc_call_free(q->call);
	dcerpc_call_free(q->batch);
	arena_free(&q->arena);
	classes_free(&q->classes);
	free(q->wql);
	free(q);
}
