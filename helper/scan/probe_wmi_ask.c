/* probe_wmi_ask.c: the questions of one host: started, their rows kept, their
 * failures turned into reasons.
 *
 *   calls in flight together, where the host can        ask_ahead()
 *   else one after the other, over up to four sessions  ask_side_by_side()
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/writer.h"
#include "helper/scan/probe_wmi.h"

#define WQL_MAX		16000
#define IN_FLIGHT	16
#define ROWS_MAX	100000
#define LANES_MAX	4
#define LANE_STACK	(256 * 1024)

/* One session; the first is the probe's own, a further one has a thread. */
struct lane {
	struct asking *a;
	struct wmi *wmi;
	bool first, runs;
	struct wmi *like;		/* the session to make another of */
	enum wmi_turn turn;
	struct deadline by;		/* of all that is in flight together */
	pthread_t thread;
};

/* Half of what others have: several may hang. */
double
wmi_slow_limit(const struct scan_plan *plan)
{
	return plan->query_timeout / 2;
}

double
wmi_limit_of(const struct asking *a, const struct question *q)
{
	return q->turn == TURN_SLOW ? wmi_slow_limit(a->plan) :
	    a->plan->query_timeout;
}

static bool
start(struct lane *l, struct question *q, struct err *e)
{
	struct asking *a = l->a;
	struct wr wql = wr_new(WQL_MAX);

	wr_str(&wql, "SELECT ");
	for (size_t i = 0; i < q->nprops && !q->star; i++)
		wr_printf(&wql, "%s%s", i > 0 ? ", " : "", q->props[i]);
	wr_printf(&wql, "%s FROM %s", q->star ? "*" : "", q->class);
	if (q->condition[0] != '\0')
		wr_printf(&wql, " WHERE %s", q->condition);
	if (wr_cstr(&wql) == NULL)
		fail(e, ERR_TOO_BIG, "the query is too long");
	else
		q->q = wmi_query(l->wmi, q->ns, wr_cstr(&wql),
		    deadline_within(a->by, wmi_limit_of(a, q)), e);
	wr_free(&wql);
	return q->q != NULL;
}

/* --- rows ------------------------------------------------------------------------------ */

static struct fact
fact_of(const struct wmi_value *v)
{
	struct fact f = { .type = FACT_NULL };
	struct wmi_time t;

	if (v->is_null || v->is_array)
		return f;
	switch (v->type) {
	case WMI_SINT8: case WMI_SINT16: case WMI_SINT32: case WMI_SINT64:
		f.type = FACT_INT;
		f.i = v->i;
		break;
	case WMI_UINT8: case WMI_UINT16: case WMI_UINT32: case WMI_UINT64:
	case WMI_CHAR16:
		f.type = FACT_UINT;
		f.u = v->u;
		break;
	case WMI_REAL32: case WMI_REAL64:
		f.type = FACT_REAL;
		f.d = v->d;
		break;
	case WMI_BOOLEAN:
		f.type = FACT_BOOL;
		f.b = v->b;
		break;
	case WMI_DATETIME:
		if (wmi_time_parse(v->text.s, &t) && !t.is_interval) {
			f.type = FACT_TIME;
			f.ms = t.us / 1000;
			break;
		}
		/* fall through */
	case WMI_STRING: case WMI_REFERENCE:
		f.type = FACT_STRING;
		f.s = v->text.s;
		break;
	case WMI_OBJECT:
		f.type = FACT_STRING;
		f.s = wmi_class(v->object);
		break;
	case WMI_EMPTY:
		break;
	}
	return f;
}

void
wmi_value_fact(struct fact_row *row, const char *name,
    const struct wmi_value *v)
{
	struct fact f = fact_of(v);

	if (!v->is_null && v->is_array) {
		for (size_t i = 0; i < v->list.n; i++) {
			f = fact_of(&v->list.v[i]);
			fact_append_value(row, name, &f);
		}
		return;
	}
	switch (f.type) {
	case FACT_INT:
		fact_int(row, name, f.i);
		break;
	case FACT_UINT:
		fact_uint(row, name, f.u);
		break;
	case FACT_REAL:
		fact_real(row, name, f.d);
		break;
	case FACT_BOOL:
		fact_bool(row, name, f.b);
		break;
	case FACT_TIME:
		fact_time(row, name, f.ms);
		break;
	case FACT_STRING:
		fact_str(row, name, f.s);
		break;
	default:
		fact_null(row, name);
	}
}

/* The class of facts that a question's rows go to. */
struct facts *
wmi_rows_of(const struct asking *a, const struct question *q,
    char name[static 16])
{
	snprintf(name, 16, "#%u%s", (unsigned)q->id, q->second ? "+" : "");
	return q->rows != NULL ? a->facts : a->raw;
}

static void
keep(struct asking *a, struct question *q, const struct wmi_row *from)
{
	char name[16];
	struct facts *to = wmi_rows_of(a, q, name);
	struct fact_row *row;

	pthread_mutex_lock(&a->lock);
	row = facts_row(to, q->rows != NULL ? q->rows : name);
	for (size_t i = 0; row != NULL && i < q->nprops; i++) {
		const struct wmi_value *v = wmi_get(from, q->props[i]);

		if (v != NULL)
			wmi_value_fact(row, q->props[i], v);
	}
	pthread_mutex_unlock(&a->lock);
	q->nrows++;
}

/* --- answers ------------------------------------------------------------------------------ */

#define INVALID_QUERY		0x80041017u
#define UNPARSABLE_QUERY	0x80041058u

/* A second try may do. */
static const uint32_t passing[] = { 0x80041001u, 0x8004101du, 0x80041045u,
	0x80041088u, 0x80041032u };

static bool
is_passing(uint32_t native)
{
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (passing[i] == native)
			return true;
	return false;
}

/* The session is of no more use. */
bool
wmi_session_broke(const struct err *e)
{
	return e->code == ERR_CANCELLED || e->code == ERR_CLOSED ||
	    e->code == ERR_NETWORK || e->code == ERR_PROTOCOL ||
	    e->code == ERR_UNREACHABLE || e->code == ERR_REFUSED ||
	    e->code == ERR_MEMORY || e->code == ERR_INTERNAL;
}

static bool
drain(struct lane *l, struct question *q, struct err *e)
{
	struct asking *a = l->a;
	struct deadline by = deadline_within(l->by, wmi_limit_of(a, q));
	const struct wmi_row *row;

	if (q->q == NULL && !start(l, q, e))
		return false;
	for (;;) {
		if (!wmi_next(q->q, &row, by, e))
			return false;
		if (row == NULL)
			break;
		keep(a, q, row);
		if (q->nrows >= ROWS_MAX)
			return fail(e, ERR_TOO_BIG, "more than %d rows came; the "
			    "rest is left out", ROWS_MAX);
	}
	q->at_ns = now_ns();
	q->at_unix_ms = now_unix_ms();
	return true;
}

/* Older Windows lacks newer properties and refuses the whole query: then all
 * that it has is asked. */
static bool
answer(struct lane *l, struct question *q, struct err *e)
{
	bool again;

	if (drain(l, q, e))
		return true;
	if (q->nrows > 0 || wmi_session_broke(e))
		return false;
	again = is_passing(e->native);
	if (!q->star && (e->native == INVALID_QUERY ||
	    e->native == UNPARSABLE_QUERY))
		q->star = again = true;
	if (!again || deadline_passed(l->a->by))
		return false;
	wmi_query_close(q->q);
	q->q = NULL;
	err_clear(e);
	return drain(l, q, e);
}

void
wmi_leave_out(struct question *q, const char *why, const char *fix)
{
	snprintf(q->why, sizeof(q->why), "%s", why);
	q->fix = fix;
	q->taken = q->settled = true;
}

/* --- sessions ------------------------------------------------------------------------------- */

bool
wmi_unblock(struct asking *a, struct err *e)
{
	struct wmi *other;

	if (!wmi_busy(a->wmi))
		return true;
	if (a->nspares == WMI_SPARES)
		return fail(e, ERR_TIMEOUT, "the host leaves too many questions "
		    "without an answer");
	/* one at a time: what they share of the log-on is opened in peace */
	pthread_mutex_lock(&a->opening);
	other = wmi_again(a->own, a->by, e);
	pthread_mutex_unlock(&a->opening);
	if (other == NULL)
		return false;
	a->wmi = a->spare[a->nspares++] = other;
	return true;
}

/* --- lanes ---------------------------------------------------------------------------------- */

/* What goes wrong here is the end for all; the lock is held. */
static void
stop(struct asking *a, const struct err *e, const char *where)
{
	if (a->stop)
		return;
	a->stop = true;
	a->err = *e;
	fail_in(&a->err, "%s", where);
}

/* A question's answer is in; false: the lane ends. */
static bool
settle(struct lane *l, struct question *q)
{
	struct asking *a = l->a;
	bool over, ok = q->err.code == ERR_NONE && answer(l, q, &q->err);

	wmi_query_close(q->q);
	q->q = NULL;
	over = !ok && (wmi_session_broke(&q->err) || deadline_passed(a->by));
	pthread_mutex_lock(&a->lock);
	q->settled = true;
	q->answered = ok;
	a->answered += ok;
	fail_at(&q->err, STAGE_QUERY);
	if (over && !l->first && q->nrows == 0 &&
	    !deadline_passed(a->by) && q->err.code != ERR_CANCELLED) {
		/* the further session was too much: back to one */
		q->again = true;
		err_clear(&q->err);
		q->err.stage = STAGE_NONE;
	} else if (!ok) {
		wmi_excuse(a, q);
		if (over)
			stop(a, &q->err, q->class);
	}
	pthread_mutex_unlock(&a->lock);
	return !over;
}

/* The lane's session waits for an answer that was given up: the first gets
 * another, a further one ends. */
static bool
still_usable(struct lane *l)
{
	struct err e = { .code = ERR_NONE };

	if (!wmi_busy(l->wmi))
		return true;
	if (!l->first)
		return false;
	if (wmi_unblock(l->a, &e)) {
		l->wmi = l->a->wmi;
		return true;
	}
	pthread_mutex_lock(&l->a->lock);
	stop(l->a, &e, "a further session");
	pthread_mutex_unlock(&l->a->lock);
	return false;
}

/* Of the turn's own first; the slow ones have the longest way. */
static struct question *
to_start(struct asking *a, enum wmi_turn turn)
{
	for (size_t i = 0; i < a->n; i++)
		if (!a->v[i].taken && a->v[i].turn == turn)
			return &a->v[i];
	for (size_t i = 0; i < a->n && turn == TURN_FIRST; i++)
		if (!a->v[i].taken && a->v[i].turn == TURN_SLOW)
			return &a->v[i];
	return NULL;
}

/* Several calls in flight on one connection: always some ahead of the one
 * whose rows are taken. */
static void
ask_ahead(struct lane *l)
{
	struct asking *a = l->a;
	struct question *q;
	size_t flying = 0;

	for (size_t i = 0; i < a->n; i++)
		flying += a->v[i].taken && !a->v[i].settled;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].turn != l->turn || a->v[i].settled)
			continue;
		while (flying < IN_FLIGHT && (q = to_start(a, l->turn)) != NULL) {
			q->taken = true;
			flying++;
			if (!start(l, q, &q->err) && wmi_session_broke(&q->err))
				break;
		}
		if (!a->v[i].taken) {
			a->v[i].taken = true;
			flying++;
		}
		if (!settle(l, &a->v[i]))
			return;
		flying--;
		/* what was given up may fill the connection */
		if (a->v[i].err.code == ERR_TIMEOUT && !still_usable(l))
			return;
	}
}

static struct question *
next_question(struct lane *l)
{
	struct asking *a = l->a;
	struct question *q = NULL;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < a->n && q == NULL && !a->stop; i++)
		if (!a->v[i].taken && a->v[i].turn == l->turn)
			q = &a->v[i];
	if (q != NULL)
		q->taken = true;
	pthread_mutex_unlock(&a->lock);
	return q;
}

static void
ask_in_turn(struct lane *l)
{
	struct question *q;

	while ((q = next_question(l)) != NULL)
		if (!settle(l, q) || (q->err.code == ERR_TIMEOUT &&
		    !still_usable(l)))
			return;
}

static void *
further_lane(void *arg)
{
	struct lane *l = arg;
	struct err e = { .code = ERR_NONE };

	pthread_mutex_lock(&l->a->opening);
	l->wmi = wmi_again(l->like, l->a->by, &e);
	pthread_mutex_unlock(&l->a->opening);
	if (l->wmi != NULL)
		ask_in_turn(l);
	return NULL;
}

/* One more lane for each three questions. */
static size_t
lanes_for(const struct asking *a, size_t n)
{
	size_t most = a->plan->host_connections, fit = (n + 2) / 3;

	if (most > LANES_MAX)
		most = LANES_MAX;
	return fit < most ? fit : most;
}

static void
ask_side_by_side(struct lane *first, size_t n)
{
	struct lane lanes[LANES_MAX] = { { .a = NULL } };
	struct asking *a = first->a;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, LANE_STACK);
	for (size_t i = 1; i < n; i++) {
		lanes[i] = (struct lane){ .a = a, .like = a->own,
			.turn = first->turn, .by = first->by };
		lanes[i].runs = pthread_create(&lanes[i].thread, &attr,
		    further_lane, &lanes[i]) == 0;
	}
	pthread_attr_destroy(&attr);
	ask_in_turn(first);
	for (size_t i = 1; i < n; i++) {
		if (!lanes[i].runs)
			continue;
		pthread_join(lanes[i].thread, NULL);
		if (lanes[i].wmi != NULL)
			a->round_trips += wmi_round_trips(lanes[i].wmi);
		wmi_close(lanes[i].wmi);
	}
	for (size_t i = 0; i < a->n && !a->stop; i++)
		if (a->v[i].again && a->v[i].turn == first->turn &&
		    !settle(first, &a->v[i]))
			break;
	/* a lane that ended early left some */
	if (!a->stop)
		ask_in_turn(first);
}

/* The host went over to one call at a time while some were on their way: they
 * are asked again. */
static void
take_back(struct asking *a, enum wmi_turn turn)
{
	for (size_t i = 0; i < a->n; i++) {
		struct question *q = &a->v[i];

		if (q->turn != turn || !q->taken || q->settled)
			continue;
		wmi_query_close(q->q);
		q->q = NULL;
		err_clear(&q->err);
		q->taken = false;
	}
}

bool
wmi_ask_turn(struct asking *a, enum wmi_turn turn, struct err *e)
{
	struct lane first = { .a = a, .first = true, .turn = turn, .by = a->by };
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += a->v[i].turn == turn && !a->v[i].settled;
	if (n == 0)
		return true;
	if (!wmi_unblock(a, e))
		return false;
	first.wmi = a->wmi;
	if (wmi_multiplexed(a->wmi)) {
		if (turn == TURN_SLOW)
			first.by = deadline_within(a->by,
			    wmi_slow_limit(a->plan));
		ask_ahead(&first);
	} else {
		take_back(a, turn);
		ask_side_by_side(&first, lanes_for(a, n));
	}
	if (a->stop)
		*e = a->err;
	return !a->stop;
}
