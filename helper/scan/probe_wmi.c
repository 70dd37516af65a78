/* probe_wmi.c: one query per class, only what is needed, several in flight.
 *
 *   win_ask (what facts are wanted) + the mapping's own classes
 *     -> questions -> rows -> windows_facts() -> facts
 *
 * A class that Windows lacks, or that the account may not read, is a reason
 * why facts are missing, and no error; an error is a session that broke, and a
 * host that answers nothing at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/writer.h"
#include "helper/scan/probe_wmi.h"
#include "helper/scan/protocols.h"
#include "helper/scan/sections.h"

#define CIMV2		"root\\cimv2"
#define PROPS_MAX	128
#define WQL_MAX		16000
#define IN_FLIGHT	16
#define ROWS_MAX	100000

struct question {
	const char *ns, *class, *condition;
	const char *rows;		/* in the host's facts; NULL: ours alone */
	enum win_query id;		/* WQ_COUNT: the mapping's alone */
	const char *props[PROPS_MAX];
	size_t nprops, nrows;
	bool star, started, answered;
	struct wmi_query *q;
	struct err err;
	char why[360];
	const char *fix;
};

struct asking {
	struct wmi *wmi;
	const struct scan_plan *plan;
	struct facts *facts;		/* the host's */
	struct facts *raw;		/* ours, gone after the conversion */
	struct win_ask ask;
	struct question *v;
	size_t n, cap, answered;
	struct deadline by;
};

/* --- what is wanted -------------------------------------------------------------- */

/* Whatever the mapping says: who the host is, and by what it may be told from
 * others. */
static const char *const always[][2] = {
	{ "host", "name" }, { "host", "fqdn" }, { "sys", "serial" },
	{ "sys", "uuid" }, { "os", "name" }, { "os", "version" },
	{ "nic", "mac" }, { "nic", "name" }, { "nic", "description" },
	{ "nic", "pnpId" }, { "nic", "service" }, { "nic", "adapterType" },
	{ "nic", "physical" }, { "nic", "type" }, { "nic", "wireless" },
	{ "nic", "bus" },
};

static void
want_fact(struct asking *a, const char *dotted)
{
	static const char *const by_hand[] = { "os.family", "os.id",
		"os.clockSkewSeconds", "time.skewSeconds" };
	char class[64];
	size_t n = strcspn(dotted, ".");

	if (n >= sizeof(class) || dotted[n] != '.')
		return;
	memcpy(class, dotted, n);
	class[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(by_hand); i++)
		if (strcasecmp(by_hand[i], dotted) == 0)
			return;
	if (!win_want(&a->ask, class, dotted + n + 1) &&
	    strcasecmp(class, "identity") != 0)
		facts_missing(a->facts, dotted, "nothing that is asked of Windows "
		    "tells it", "A class and property, or a registry value, may "
		    "stand in the mapping instead of the fact.");
}

static void
want_all(struct asking *a)
{
	const struct mapping *m = a->plan->mapping;
	const char *class;

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		win_want(&a->ask, always[i][0], always[i][1]);
	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++)
		if (mapping_need(m, MAP_WINDOWS, i)->kind == NEED_FACT)
			want_fact(a, mapping_need(m, MAP_WINDOWS, i)->what);
	for (size_t i = 0; i < a->plan->nsections; i++)
		for (size_t k = 0; (class = section_class(a->plan->sections[i],
		    k)) != NULL; k++)
			win_want(&a->ask, class, NULL);
	win_settle(&a->ask);
}

/* --- questions --------------------------------------------------------------------- */

/* A namespace may be written with either slash. */
static bool
same_ns(const char *x, const char *y)
{
	for (; *x != '\0' && *y != '\0'; x++, y++)
		if (strncasecmp(x, y, 1) != 0 && !((*x == '/' || *x == '\\') &&
		    (*y == '/' || *y == '\\')))
			return false;
	return *x == *y;
}

static struct question *
question_for(struct asking *a, const char *ns, const char *class,
    const char *condition)
{
	struct question *v;

	for (size_t i = 0; i < a->n; i++)
		if (same_ns(a->v[i].ns, ns) &&
		    strcasecmp(a->v[i].class, class) == 0 &&
		    strcasecmp(a->v[i].condition, condition) == 0)
			return &a->v[i];
	if (a->n == a->cap) {
		v = reallocarray(a->v, a->cap + 16, sizeof(*v));
		if (v == NULL)
			return NULL;
		a->v = v;
		a->cap += 16;
	}
	v = &a->v[a->n++];
	*v = (struct question){ .ns = ns, .class = class,
		.condition = condition, .id = WQ_COUNT };
	return v;
}

static void
add_property(struct question *q, const char *name)
{
	for (size_t i = 0; i < q->nprops; i++)
		if (strcasecmp(q->props[i], name) == 0)
			return;
	if (q->nprops < PROPS_MAX)
		q->props[q->nprops++] = name;
}

static bool
make_questions(struct asking *a, struct err *e)
{
	const struct mapping *m = a->plan->mapping;
	struct question *q;

	for (size_t i = 0; i < WQ_COUNT; i++) {
		if (!a->ask.query[i])
			continue;
		if ((q = question_for(a, win_queries[i].ns, win_queries[i].class,
		    win_queries[i].condition)) == NULL)
			return fail(e, ERR_MEMORY, "no memory for questions");
		q->id = (enum win_query)i;
		for (size_t k = 0; k < win_ncols; k++)
			if (a->ask.col[k] && win_cols[k].query == i)
				add_property(q, win_cols[k].property);
	}
	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++) {
		const struct map_need *n = mapping_need(m, MAP_WINDOWS, i);

		if (n->kind != NEED_CLASS)
			continue;
		if ((q = question_for(a, n->wmi_namespace != NULL ?
		    n->wmi_namespace : CIMV2, n->what, n->filter != NULL ?
		    n->filter : "")) == NULL)
			return fail(e, ERR_MEMORY, "no memory for questions");
		q->rows = n->rows;
		add_property(q, n->property);
	}
	return true;
}

static bool
start(struct asking *a, struct question *q, struct err *e)
{
	struct wr wql = wr_new(WQL_MAX);

	wr_str(&wql, "SELECT ");
	for (size_t i = 0; i < q->nprops && !q->star; i++)
		wr_printf(&wql, "%s%s", i > 0 ? ", " : "", q->props[i]);
	wr_printf(&wql, "%s FROM %s", q->star ? "*" : "", q->class);
	if (q->condition[0] != '\0')
		wr_printf(&wql, " WHERE %s", q->condition);
	q->started = true;
	if (wr_cstr(&wql) == NULL)
		fail(e, ERR_TOO_BIG, "the query is too long");
	else
		q->q = wmi_query(a->wmi, q->ns, wr_cstr(&wql),
		    deadline_within(a->by, a->plan->query_timeout), e);
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
static struct facts *
rows_of(const struct asking *a, const struct question *q, char name[static 16])
{
	snprintf(name, 16, "#%u", (unsigned)q->id);
	return q->rows != NULL ? a->facts : a->raw;
}

static void
keep(struct asking *a, struct question *q, const struct wmi_row *from)
{
	char name[16];
	struct facts *to = rows_of(a, q, name);
	struct fact_row *row = facts_row(to, q->rows != NULL ? q->rows : name);

	for (size_t i = 0; row != NULL && i < q->nprops; i++) {
		const struct wmi_value *v = wmi_get(from, q->props[i]);

		if (v != NULL)
			wmi_value_fact(row, q->props[i], v);
	}
	q->nrows++;
}

/* --- answers ------------------------------------------------------------------------------ */

#define INVALID_QUERY		0x80041017u
#define UNPARSABLE_QUERY	0x80041058u
#define INVALID_CLASS		0x80041010u
#define INVALID_NAMESPACE	0x8004100eu

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
static bool
broke(const struct err *e)
{
	return e->code == ERR_CANCELLED || e->code == ERR_CLOSED ||
	    e->code == ERR_NETWORK || e->code == ERR_PROTOCOL ||
	    e->code == ERR_UNREACHABLE || e->code == ERR_REFUSED ||
	    e->code == ERR_MEMORY || e->code == ERR_INTERNAL;
}

static bool
drain(struct asking *a, struct question *q, struct err *e)
{
	struct deadline by = deadline_within(a->by, a->plan->query_timeout);
	const struct wmi_row *row;

	if (q->q == NULL && !start(a, q, e))
		return false;
	for (;;) {
		if (!wmi_next(q->q, &row, by, e))
			return false;
		if (row == NULL)
			return true;
		keep(a, q, row);
		if (q->nrows >= ROWS_MAX)
			return fail(e, ERR_TOO_BIG, "more than %d rows came; the "
			    "rest is left out", ROWS_MAX);
	}
}

/* Older Windows lacks newer properties and refuses the whole query: then all
 * that it has is asked. */
static bool
answer(struct asking *a, struct question *q, struct err *e)
{
	bool again;

	if (drain(a, q, e))
		return true;
	if (q->nrows > 0 || broke(e))
		return false;
	again = is_passing(e->native);
	if (!q->star && (e->native == INVALID_QUERY ||
	    e->native == UNPARSABLE_QUERY))
		q->star = again = true;
	if (!again || deadline_passed(a->by))
		return false;
	wmi_query_close(q->q);
	q->q = NULL;
	err_clear(e);
	return drain(a, q, e);
}

/* Why a class gave nothing, as the person who reads an asset wants it. */
static void
excuse(struct asking *a, struct question *q)
{
	const struct err *e = &q->err;

	q->fix = err_hint(e);
	if (e->native == INVALID_CLASS) {
		snprintf(q->why, sizeof(q->why), "class %s does not exist on "
		    "this Windows version", q->class);
		q->fix = "Nothing to do: this version of Windows cannot tell it.";
		return;
	}
	if (e->native == INVALID_NAMESPACE) {
		snprintf(q->why, sizeof(q->why), "namespace %s does not exist on "
		    "this host", q->ns);
		q->fix = "Nothing to do: the feature is not installed there.";
		return;
	}
	if (e->code == ERR_DENIED) {
		snprintf(q->why, sizeof(q->why), "the account may not read %s in "
		    "%s", q->class, q->ns);
		q->fix = "Grant the account \"Enable Account\" and \"Remote "
		    "Enable\" on that namespace (wmimgmt.msc, Properties, "
		    "Security), or use a local administrator; some classes want "
		    "an administrator.";
	} else {
		snprintf(q->why, sizeof(q->why), "%s: %.300s", q->class, e->text);
	}
	facts_warn(a->facts, "%s%s", q->why, q->nrows > 0 ?
	    "; the rows that came are kept" : "");
}

static bool
ask_all(struct asking *a, struct err *e)
{
	size_t ahead = wmi_multiplexed(a->wmi) ? IN_FLIGHT : 1, next = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct question *q = &a->v[i];

		for (; next < a->n && next < i + ahead; next++)
			if (!start(a, &a->v[next], &a->v[next].err) &&
			    broke(&a->v[next].err))
				break;
		q->answered = q->err.code == ERR_NONE && answer(a, q, &q->err);
		a->answered += q->answered;
		wmi_query_close(q->q);
		q->q = NULL;
		if (q->answered)
			continue;
		fail_at(&q->err, STAGE_QUERY);
		excuse(a, q);
		if (broke(&q->err) || deadline_passed(a->by)) {
			*e = q->err;
			return fail_in(e, "%s", q->class);
		}
	}
	return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool
wants_registry(const struct asking *a)
{
	const struct mapping *m = a->plan->mapping;

	for (size_t i = 0; i < win_nregs; i++)
		if (a->ask.reg[i])
			return true;
	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++)
		if (mapping_need(m, MAP_WINDOWS, i)->kind == NEED_REGISTRY)
			return true;
	return a->ask.software;
}

/* All namespaces in one go where calls may be in flight together; a missing
 * one is found again by its query, which then says so. */
static bool
log_in(struct asking *a, bool registry, struct err *e)
{
	static const char *const first[] = { CIMV2 };
	const char *list[20] = { CIMV2 };
	size_t n = 1;
	struct err any = { .code = ERR_NONE };

	if (registry)
		list[n++] = "root\\default";
	for (size_t i = 0; i < a->n && n < ARRAY_LEN(list); i++) {
		bool known = false;

		for (size_t k = 0; k < n; k++)
			known = known || same_ns(list[k], a->v[i].ns);
		if (!known)
			list[n++] = a->v[i].ns;
	}
	if (n > 1 && wmi_multiplexed(a->wmi) &&
	    !wmi_namespaces(a->wmi, list, n, a->by, &any) && broke(&any)) {
		*e = any;
		return false;
	}
	return wmi_namespaces(a->wmi, first, 1, a->by, e);
}

/* What the log-on's challenge told without a question. */
static void
from_challenge(struct asking *a)
{
	const struct wmi_about *about = wmi_about(a->wmi);
	double skew;

	fact_str(win_one(a->facts, "os"), "family", "windows");
	fact_str(win_one(a->facts, "os"), "id", "windows");
	if (about == NULL)
		return;
	/* a machine without a domain says its bare name */
	if (about->dns_name != NULL && strchr(about->dns_name, '.') != NULL)
		fact_str(win_one(a->facts, "host"), "fqdn", about->dns_name);
	if (about->clock_ms == 0)
		return;
	skew = (double)(about->clock_ms - about->clock_at_ms) / 1000;
	fact_int(win_one(a->facts, "os"), "clockSkewSeconds",
	    (int64_t)(skew < 0 ? skew - 0.5 : skew + 0.5));
	for (size_t i = 0; i < a->plan->nsections; i++)
		if (strcmp(a->plan->sections[i], "time") == 0)
			fact_real(win_one(a->facts, "time"), "skewSeconds", skew);
}

/* A mapping's own class and property, when the class gave no row. */
static void
explain_needs(struct asking *a)
{
	const struct mapping *m = a->plan->mapping;
	char dotted[300];

	for (size_t i = 0; i < mapping_needs(m, MAP_WINDOWS); i++) {
		const struct map_need *n = mapping_need(m, MAP_WINDOWS, i);

		for (size_t k = 0; n->kind == NEED_CLASS && k < a->n; k++) {
			const struct question *q = &a->v[k];

			if (q->rows == NULL || strcmp(q->rows, n->rows) != 0 ||
			    q->answered)
				continue;
			snprintf(dotted, sizeof(dotted), "%.120s.%.120s",
			    n->what, n->property);
			facts_missing(a->facts, dotted, q->why[0] != '\0' ?
			    q->why : "the host stopped answering before this was "
			    "asked", q->fix);
		}
	}
}

static void
convert(struct asking *a)
{
	struct win_rows rows[WQ_COUNT] = { { .facts = NULL } };
	char (*names)[16] = calloc(WQ_COUNT, sizeof(*names));

	for (size_t i = 0; names != NULL && i < a->n; i++) {
		struct question *q = &a->v[i];
		struct win_rows *r = &rows[q->id < WQ_COUNT ? q->id : 0];

		if (q->id == WQ_COUNT)
			continue;
		r->facts = rows_of(a, q, names[q->id]);
		r->class = q->rows != NULL ? q->rows : names[q->id];
		if (!q->answered) {
			r->why = q->why[0] != '\0' ? q->why : "the host stopped "
			    "answering before this was asked";
			r->fix = q->fix != NULL ? q->fix : "Scan again; raise "
			    "wmiTimeout if the host is slow.";
		}
	}
	if (names != NULL)
		windows_facts(&a->ask, rows, a->facts);
	free(names);
}

/* The dynamic port, which firewalls block most. */
static bool
go_to_port(struct wmi *wmi, struct deadline by, struct err *e)
{
	if (wmi_export(wmi, by, e))
		return true;
	if (e->stage == STAGE_CONNECT)
		e->stage = STAGE_PORT;
	return false;
}

bool
probe_wmi(struct wmi *wmi, const struct scan_plan *plan, struct facts *facts,
    struct deadline by, struct err *e)
{
	struct asking a = { .wmi = wmi, .plan = plan, .facts = facts, .by = by };
	struct err late = { .code = ERR_NONE };
	bool ok, registry;

	want_all(&a);
	registry = wants_registry(&a);
	ok = (a.raw = facts_new()) != NULL ||
	    fail(e, ERR_MEMORY, "no memory for facts");
	ok = ok && make_questions(&a, e) && go_to_port(wmi, by, e) &&
	    log_in(&a, registry, e);
	if (ok) {
		ok = ask_all(&a, &late);
		if (a.answered == 0 && ok) {
			/* nothing was told: the first refusal is the host's */
			late = a.v[0].err;
			ok = false;
		}
		if (a.answered > 0) {
			from_challenge(&a);
			convert(&a);
		}
		if (ok && registry)
			ok = wmi_registry(wmi, plan, &a.ask, facts, by, &late);
		explain_needs(&a);
		if (!ok)
			*e = late;
	}
	for (size_t i = 0; i < a.n; i++)
		wmi_query_close(a.v[i].q);
	free(a.v);
	facts_free(a.raw);
	return ok;
}
