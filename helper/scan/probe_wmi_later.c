/* probe_wmi_later.c: what can only be asked when other answers are there.
 *
 *   second turn   accounts and groups, unless the host is a domain controller;
 *                 what stands in for a class that gave nothing; burnt-in
 *                 addresses, where one in use is random
 *   third turn    the members of the groups that came; the second samples, a
 *                 second after the first ones
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/writer.h"
#include "helper/scan/probe_wmi.h"

#define APART_NS	1000000000	/* between two samples */
#define SECOND_NEEDS	0.5		/* seconds that the second one takes at least */
#define GROUPS_MAX	60		/* WMI bounds the length of a condition */
#define CONDITION_MAX	12000

static struct question *
question_of(struct asking *a, enum win_query id)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].id == id && !a->v[i].second)
			return &a->v[i];
	return NULL;
}

/* --- domain controllers ----------------------------------------------------------------- */

static bool
is_controller(struct asking *a)
{
	struct question *q = question_of(a, WQ_SYSTEM);
	const struct facts *rows;
	char name[16];
	uint64_t role;

	if (q == NULL || !q->answered)
		return false;
	rows = wmi_rows_of(a, q, name);
	if (q->rows != NULL)
		snprintf(name, sizeof(name), "%.15s", q->rows);
	return facts_rows(rows, q->rows != NULL ? q->rows : name) > 0 &&
	    win_get_u64(facts_at(rows, q->rows != NULL ? q->rows : name, 0),
	    "DomainRole", &role) && role >= 4;
}

static void
spare_controllers(struct asking *a)
{
	char why[200];

	if (!is_controller(a))
		return;
	for (size_t i = 0; i < a->n; i++) {
		struct question *q = &a->v[i];

		if (q->id == WQ_COUNT || q->settled ||
		    (win_queries[q->id].care != WIN_NOT_DC &&
		    q->id != WQ_MEMBERS))
			continue;
		snprintf(why, sizeof(why), "the host is a domain controller: it "
		    "has no local accounts, and %s would list the whole domain",
		    q->class);
		wmi_leave_out(q, why, "Nothing to do: accounts and groups are in "
		    "Active Directory.");
	}
}

/* --- instead ------------------------------------------------------------------------------ */

/* What stands in for the class before it in the table, which has said it. */
static void
spare_doubles(struct asking *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct question *q = &a->v[i], *before;
		char why[200];

		if (q->id == WQ_COUNT || q->second || q->settled ||
		    win_queries[q->id].care != WIN_INSTEAD)
			continue;
		before = question_of(a, (enum win_query)(q->id - 1));
		if (before == NULL || !before->answered || before->nrows == 0)
			continue;
		snprintf(why, sizeof(why), "%s has said it", before->class);
		wmi_leave_out(q, why, "Nothing to do.");
	}
}

/* --- random addresses ----------------------------------------------------------------------- */

static bool
any_random(struct asking *a)
{
	struct question *q = question_of(a, WQ_ADAPTERS);
	const struct facts *rows;
	const char *class;
	char name[16];

	if (q == NULL)
		return false;
	rows = wmi_rows_of(a, q, name);
	class = q->rows != NULL ? q->rows : name;
	for (size_t i = 0; i < facts_rows(rows, class); i++)
		if (win_is_random(facts_at(rows, class, i)))
			return true;
	return false;
}

static void
spare_permanent(struct asking *a)
{
	struct question *q = question_of(a, WQ_NDIS);

	if (q != NULL && a->if_random && !any_random(a))
		wmi_leave_out(q, "no Wi-Fi adapter uses a random address, so "
		    "burnt-in ones are not asked for", "Nothing to do.");
}

/* --- members ------------------------------------------------------------------------------ */

/* A key between single quotes of a path, that between double ones of WQL: a
 * backslash for the path is two for the query. */
static void
put_key(struct wr *w, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			wr_str(w, "\\\\");
		else if (*s == '\\')
			wr_str(w, "\\\\\\");
		else if (*s == '"')
			wr_str(w, "\\");
		wr_bytes(w, s, 1);
	}
}

/* Without a condition the host would list the groups of its domain too. */
static void
ask_members(struct asking *a)
{
	struct question *groups = question_of(a, WQ_GROUPS);
	struct question *q = question_of(a, WQ_MEMBERS);
	struct wr w = wr_new(CONDITION_MAX);
	const struct facts *rows;
	const char *class;
	char name[16];
	size_t n = 0;

	if (q == NULL || q->settled)
		return;
	if (groups == NULL || !groups->answered) {
		wmi_leave_out(q, groups != NULL ? groups->why : "",
		    groups != NULL ? groups->fix : NULL);
		return;
	}
	rows = wmi_rows_of(a, groups, name);
	class = groups->rows != NULL ? groups->rows : name;
	for (size_t i = 0; i < facts_rows(rows, class) && n < GROUPS_MAX; i++) {
		const char *domain = fact_text(facts_at(rows, class, i),
		    "Domain");
		const char *group = fact_text(facts_at(rows, class, i), "Name");

		if (domain == NULL || group == NULL)
			continue;
		wr_printf(&w, "%sGroupComponent=\"Win32_Group.Domain='",
		    n++ > 0 ? " OR " : "");
		put_key(&w, domain);
		wr_str(&w, "',Name='");
		put_key(&w, group);
		wr_str(&w, "'\"");
	}
	q->made = n > 0 && wr_cstr(&w) != NULL ? strdup(wr_cstr(&w)) : NULL;
	wr_free(&w);
	if (q->made != NULL)
		q->condition = q->made;
	else
		wmi_leave_out(q, "the host lists no local group",
		    "Nothing to do.");
}

/* --- second samples ------------------------------------------------------------------------- */

/* The last of the first samples; 0: there is none. */
static int64_t
first_sample(struct asking *a)
{
	int64_t at = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct question *first;

		if (!a->v[i].second || a->v[i].settled)
			continue;
		first = question_of(a, a->v[i].id);
		if (first == NULL || !first->answered)
			wmi_leave_out(&a->v[i], first != NULL ? first->why : "",
			    first != NULL ? first->fix : NULL);
		else if (first->at_ns > at)
			at = first->at_ns;
	}
	return at;
}

static bool
wait_for_second(struct asking *a, struct err *e)
{
	int64_t at = first_sample(a);
	double left;

	if (at == 0)
		return true;
	left = (double)(at + APART_NS - now_ns()) / 1e9;
	if (left < 0)
		left = 0;
	if (deadline_left(a->by) < left + SECOND_NEEDS) {
		for (size_t i = 0; i < a->n; i++)
			if (a->v[i].second && !a->v[i].settled)
				wmi_leave_out(&a->v[i], "it takes two samples, "
				    "and no time was left for the second",
				    "Raise wmiTimeout.");
		return true;
	}
	return left == 0 || deadline_sleep(left, a->by, e);
}

bool
wmi_ask_later(struct asking *a, struct err *e)
{
	spare_controllers(a);
	spare_doubles(a);
	spare_permanent(a);
	if (!wmi_ask_turn(a, TURN_SECOND, e))
		return false;
	ask_members(a);
	return wait_for_second(a, e) && wmi_ask_turn(a, TURN_THIRD, e);
}
