/* probe_wmi.c: one query per class, only what is needed, several in flight.
 *
 *   win_ask (what facts are wanted) + the mapping's own classes
 *     -> questions -> rows, and values of the registry
 *     -> windows_facts() and windows_registry.c -> facts
 *
 *   first turn     what can be asked at once; first samples of loads
 *   the registry
 *   later turns    what waits for other answers; second samples
 *   slow classes   on their way since the first turn where calls may be in
 *                  flight together
 *
 * A class that Windows lacks, that the account may not read, or that does not
 * answer in time is a reason why facts are missing, and no error; an error is a
 * session that broke, and a host that answers nothing at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/scan/probe_wmi.h"
#include "helper/scan/protocols.h"
#include "helper/map/sections.h"

#define CIMV2		"root\\cimv2"

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
	/* a Wi-Fi adapter may use a random address: then the burnt-in one is
	 * what identifies the host */
	if (!win_wants(&a->ask, "nic", "permanentMac"))
		a->if_random = win_want(&a->ask, "nic", "permanentMac");
	for (size_t i = 0; i < WQ_COUNT; i++)
		if (a->ask.query[i] && win_queries[i].care == WIN_NOT_DC)
			win_want(&a->ask, "domain", "role");
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
new_question(struct asking *a)
{
	struct question *v;

	if (a->n == a->cap) {
		v = reallocarray(a->v, a->cap + 16, sizeof(*v));
		if (v == NULL)
			return NULL;
		a->v = v;
		a->cap += 16;
	}
	return &a->v[a->n++];
}

static struct question *
question_for(struct asking *a, const char *ns, const char *class,
    const char *condition)
{
	struct question *v;

	for (size_t i = 0; i < a->n; i++)
		if (!a->v[i].second && same_ns(a->v[i].ns, ns) &&
		    strcasecmp(a->v[i].class, class) == 0 &&
		    strcasecmp(a->v[i].condition, condition) == 0)
			return &a->v[i];
	if ((v = new_question(a)) != NULL)
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
	if (q->nprops < WMI_PROPS_MAX)
		q->props[q->nprops++] = name;
}

/* Every load takes a second sample of the same properties. */
static bool
second_samples(struct asking *a, struct err *e)
{
	for (size_t i = 0, n = a->n; i < n; i++) {
		struct question *q, first = a->v[i];

		if (first.id == WQ_COUNT ||
		    (win_queries[first.id].care != WIN_SAMPLE &&
		    win_queries[first.id].care != WIN_INSTEAD))
			continue;
		if ((q = new_question(a)) == NULL)
			return fail(e, ERR_MEMORY, "no memory for questions");
		*q = first;
		q->rows = NULL;
		q->second = true;
		q->turn = TURN_THIRD;
	}
	return true;
}

static bool
make_questions(struct asking *a, struct err *e)
{
	static const enum wmi_turn turns[] = { [WIN_PLAIN] = TURN_FIRST,
		[WIN_SAMPLE] = TURN_FIRST, [WIN_INSTEAD] = TURN_SECOND,
		[WIN_NOT_DC] = TURN_SECOND, [WIN_LATER] = TURN_THIRD,
		[WIN_SLOW] = TURN_SLOW };
	const struct mapping *m = a->plan->mapping;
	const char *property;
	struct question *q;

	for (size_t i = 0; i < WQ_COUNT; i++) {
		if (!a->ask.query[i])
			continue;
		if ((q = question_for(a, win_queries[i].ns, win_queries[i].class,
		    win_queries[i].condition)) == NULL)
			return fail(e, ERR_MEMORY, "no memory for questions");
		q->id = (enum win_query)i;
		q->turn = q->id == WQ_NDIS && a->if_random ? TURN_SECOND :
		    turns[win_queries[i].care];
		for (size_t k = 0; (property = win_property(&a->ask, q->id,
		    k)) != NULL; k++)
			add_property(q, property);
	}
	if (!second_samples(a, e))
		return false;
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
	for (size_t i = 0; i < WK_COUNT; i++)
		if (a->ask.keys[i])
			return true;
	return a->ask.software || a->ask.logons;
}

/* All namespaces in one go where calls may be in flight together; a missing
 * one is found again by its query, which then says so. */
static bool
log_in(struct asking *a, struct wmi *wmi, bool registry, struct err *e)
{
	static const char *const first[] = { CIMV2 };
	const char *list[20] = { CIMV2 };
	size_t n = 1;
	struct err any = { .code = ERR_NONE };

	if (registry)
		list[n++] = "root\\default";
	for (size_t i = 0; i < a->n && n < ARRAY_LEN(list); i++) {
		bool known = a->v[i].id == WQ_NDIS && a->if_random;

		for (size_t k = 0; k < n; k++)
			known = known || same_ns(list[k], a->v[i].ns);
		if (!known)
			list[n++] = a->v[i].ns;
	}
	if (n > 1 && wmi_multiplexed(wmi) &&
	    !wmi_namespaces(wmi, list, n, a->by, &any) && wmi_session_broke(&any)) {
		*e = any;
		return false;
	}
	return wmi_namespaces(wmi, first, 1, a->by, e);
}

static bool
section_wanted(const struct asking *a, const char *name)
{
	for (size_t i = 0; i < a->plan->nsections; i++)
		if (strcmp(a->plan->sections[i], name) == 0)
			return true;
	return false;
}

/* Kerberos tells no clock: then the answer's own time has to do. */
static bool
skew_of_answer(const struct asking *a, double *seconds)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct question *q = &a->v[i];
		const struct facts *rows;
		const struct fact *f;
		char name[16];

		if (q->id != WQ_OS || !q->answered)
			continue;
		rows = wmi_rows_of(a, q, name);
		if (facts_rows(rows, q->rows != NULL ? q->rows : name) == 0)
			return false;
		f = fact_get(facts_at(rows, q->rows != NULL ? q->rows : name, 0),
		    "LocalDateTime");
		if (f == NULL || f->type != FACT_TIME)
			return false;
		*seconds = (double)(f->ms - q->at_unix_ms) / 1000;
		return true;
	}
	return false;
}

/* What the log-on's challenge told without a question. */
static void
from_challenge(struct asking *a, struct wmi *wmi)
{
	const struct wmi_about *about = wmi_about(wmi);
	double skew;

	fact_str(win_one(a->facts, "os"), "family", "windows");
	fact_str(win_one(a->facts, "os"), "id", "windows");
	/* a machine without a domain says its bare name */
	if (about != NULL && about->dns_name != NULL &&
	    strchr(about->dns_name, '.') != NULL)
		fact_str(win_one(a->facts, "host"), "fqdn", about->dns_name);
	if (about != NULL && about->dns_forest != NULL &&
	    about->dns_forest[0] != '\0' && section_wanted(a, "domain"))
		fact_str(win_one(a->facts, "domain"), "forest",
		    about->dns_forest);
	if (about != NULL && about->clock_ms != 0)
		skew = (double)(about->clock_ms - about->clock_at_ms) / 1000;
	else if (!skew_of_answer(a, &skew))
		return;
	fact_int(win_one(a->facts, "os"), "clockSkewSeconds",
	    (int64_t)(skew < 0 ? skew - 0.5 : skew + 0.5));
	if (section_wanted(a, "time"))
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

/* The question stopped before it was asked, or its own reason. */
static const char *
why_not(const struct question *q, const char **fix)
{
	*fix = q->why[0] != '\0' || q->fix != NULL ? q->fix : "Scan again; raise "
	    "wmiTimeout if the host is slow.";
	return q->why[0] != '\0' ? q->why : "the host stopped answering before "
	    "this was asked";
}

static void
convert(struct asking *a)
{
	struct win_rows rows[WQ_COUNT] = { { .facts = NULL } };
	char (*names)[2][16] = calloc(WQ_COUNT, sizeof(*names));

	for (size_t i = 0; names != NULL && i < a->n; i++) {
		struct question *q = &a->v[i];
		struct win_rows *r = &rows[q->id < WQ_COUNT ? q->id : 0];

		if (q->id == WQ_COUNT)
			continue;
		if (q->second) {
			if (q->answered) {
				r->again_facts = wmi_rows_of(a, q,
				    names[q->id][1]);
				r->again = names[q->id][1];
			} else {
				r->again_why = why_not(q, &r->again_fix);
			}
			continue;
		}
		r->facts = wmi_rows_of(a, q, names[q->id][0]);
		r->class = q->rows != NULL ? q->rows : names[q->id][0];
		if (!q->answered)
			r->why = why_not(q, &r->fix);
	}
	if (names != NULL)
		windows_facts(&a->ask, rows, a->facts);
	win_registry_by_hand(&a->ask, rows, a->raw, a->facts);
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

/* Everything, in its order: what waits for something is asked while other
 * answers are on their way. */
static bool
ask_all(struct asking *a, struct err *e)
{
	if (!wmi_ask_turn(a, TURN_FIRST, e))
		return false;
	if (a->answered == 0 && a->n > 0) {
		/* nothing was told: the first refusal is the host's */
		*e = a->v[0].err;
		return false;
	}
	if (wants_registry(a) && (!wmi_unblock(a, e) ||
	    !wmi_registry(a->wmi, a->plan, &a->ask, a->facts, a->raw, a->by, e)))
		return false;
	return wmi_ask_later(a, e) && wmi_ask_turn(a, TURN_SLOW, e);
}

static void
asking_free(struct asking *a)
{
	for (size_t i = 0; i < a->n; i++) {
		wmi_query_close(a->v[i].q);
		free(a->v[i].made);
	}
	free(a->v);
	for (size_t i = 0; i < a->nspares; i++) {
		a->round_trips += wmi_round_trips(a->spare[i]);
		wmi_close(a->spare[i]);
	}
	facts_free(a->raw);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->opening);
}

bool
probe_wmi(struct wmi *wmi, const struct scan_plan *plan, struct facts *facts,
    unsigned *round_trips, struct deadline by, struct err *e)
{
	struct asking a = { .plan = plan, .facts = facts, .by = by, .own = wmi,
		.wmi = wmi };
	struct err late = { .code = ERR_NONE };
	bool ok;

	pthread_mutex_init(&a.lock, NULL);
	pthread_mutex_init(&a.opening, NULL);
	want_all(&a);
	ok = (a.raw = facts_new()) != NULL ||
	    fail(e, ERR_MEMORY, "no memory for facts");
	ok = ok && make_questions(&a, e) && go_to_port(wmi, by, e) &&
	    log_in(&a, wmi, wants_registry(&a), e);
	if (ok) {
		ok = ask_all(&a, &late);
		if (a.answered > 0) {
			from_challenge(&a, wmi);
			convert(&a);
		}
		explain_needs(&a);
		if (!ok)
			*e = late;
	}
	asking_free(&a);
	*round_trips = a.round_trips;
	return ok;
}
