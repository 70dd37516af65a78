#include "helper/windows/windows_facts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/map/identity.h"

const struct win_query_info win_queries[WQ_COUNT] = {
#define QUERY(id, ns, class, condition, care) \
	[WQ_##id] = { ns, class, condition, WIN_##care },
#include "helper/windows/windows_classes.def"
};

const struct win_col win_cols[] = {
#define COL(query, property, class, fact, how, when) \
	{ WQ_##query, property, class, fact, WIN_##how, WIN_##when },
#include "helper/windows/windows_classes.def"
};
const size_t win_ncols = ARRAY_LEN(win_cols);
_Static_assert(ARRAY_LEN(win_cols) <= WIN_COLS_MAX, "raise WIN_COLS_MAX");

/* --- what is wanted ------------------------------------------------------------ */

bool
win_same_word(const char *a, const char *b)
{
	/* most differ in the first letter, and tables are gone through often */
	return ((a[0] ^ b[0]) & ~0x20) == 0 && strcasecmp(a, b) == 0;
}

static bool
is(const char *class, const char *fact, const char *of, const char *name)
{
	return win_same_word(class, of) &&
	    (fact == NULL || win_same_word(fact, name));
}

bool
win_want(struct win_ask *ask, const char *class, const char *fact)
{
	bool known = false;

	for (size_t i = 0; i < win_ncols; i++)
		if (is(class, fact, win_cols[i].class, win_cols[i].fact)) {
			ask->col[i] = known = true;
			if (win_cols[i].when == WIN_ASK)
				ask->query[win_cols[i].query] = true;
		}
	known |= win_want_load(ask, class, fact);
	known |= win_want_registry(ask, class, fact);
	if (strcasecmp(class, "software") == 0)
		ask->software = known = true;
	if (win_same_word(class, "session") && (fact == NULL ||
	    win_is_of_logon(class, fact)))
		ask->logons = known = true;
	return known;
}

void
win_settle(struct win_ask *ask)
{
	for (size_t i = 0; i < win_ncols; i++)
		/* a mean over the last second takes Windows one for each
		 * processor; where samples are taken they tell it */
		if (!ask->query[win_cols[i].query] ||
		    (win_cols[i].how == WIN_MEAN && ask->query[WQ_PROCESSORS]))
			ask->col[i] = false;
}

bool
win_wants(const struct win_ask *ask, const char *class, const char *fact)
{
	for (size_t i = 0; i < win_ncols; i++)
		if (ask->col[i] && is(class, fact, win_cols[i].class,
		    win_cols[i].fact))
			return true;
	return false;
}

const char *
win_property(const struct win_ask *ask, enum win_query q, size_t i)
{
	for (size_t k = 0; k < win_ncols; k++)
		if (ask->col[k] && win_cols[k].query == q && i-- == 0)
			return win_cols[k].property;
	return win_load_property(ask, q, i);
}

/* --- rows -------------------------------------------------------------------------- */

size_t
win_rows(const struct win_rows *rows, enum win_query q)
{
	return rows[q].facts != NULL ? facts_rows(rows[q].facts, rows[q].class) :
	    0;
}

const struct fact_row *
win_row(const struct win_rows *rows, enum win_query q, size_t i)
{
	return facts_at(rows[q].facts, rows[q].class, i);
}

struct fact_row *
win_out(struct facts *out, const char *class, size_t i)
{
	/* facts_at() gives what facts_row() made; here it is ours to fill. */
	return (struct fact_row *)(uintptr_t)facts_at(out, class, i);
}

struct fact_row *
win_one(struct facts *out, const char *class)
{
	return facts_rows(out, class) == 0 ? facts_row(out, class) :
	    win_out(out, class, 0);
}

/* Numbers of any width are the same, and text in any case. */
static bool
same(const struct fact *a, const struct fact *b)
{
	char x[300], y[300];
	uint64_t n, m;

	if (a->type == FACT_STRING && b->type == FACT_STRING)
		return strcasecmp(a->s, b->s) == 0;
	if (win_u64(a, &n) && win_u64(b, &m))
		return n == m;
	if (a->type == FACT_NULL || b->type == FACT_NULL)
		return false;
	fact_format(a, x, sizeof(x));
	fact_format(b, y, sizeof(y));
	return strcasecmp(x, y) == 0;
}

const struct fact_row *
win_find(const struct win_rows *rows, enum win_query q, const char *property,
    const struct fact *value)
{
	size_t n = win_rows(rows, q);

	if (value == NULL || value->type == FACT_NULL)
		return NULL;
	if (n > WIN_FOUND_MAX)
		n = WIN_FOUND_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct fact *f = fact_get(win_row(rows, q, i), property);

		if (f != NULL && same(f, value))
			return win_row(rows, q, i);
	}
	return NULL;
}

bool
win_holds(const struct fact_row *row, const char *name)
{
	const struct fact *f = row != NULL ? fact_get(row, name) : NULL;

	return f != NULL && f->type != FACT_NULL;
}

/* --- one row a host ------------------------------------------------------------------ */

/* Windows keeps rows for what is not there: adapters without an address, a
 * memory chip that holds the firmware, sessions that have ended. */
static bool
counts(const struct win_rows *rows, enum win_query q,
    const struct fact_row *row)
{
	uint64_t type;

	if (q == WQ_SESSIONS)
		return win_session_lives(rows, row);
	if (q == WQ_ADAPTERS)
		return fact_text(row, "MACAddress") != NULL ||
		    fact_text(row, "NetConnectionID") != NULL;
	/* flash memory, in Windows' own numbers and in the firmware's */
	return q != WQ_MODULES ||
	    !((win_get_u64(row, "MemoryType", &type) && type == 11) ||
	    (win_get_u64(row, "SMBIOSMemoryType", &type) && type == 9));
}

struct sum { uint64_t total, most; size_t n; };

static struct sum
sum_of(const struct win_rows *rows, const struct win_col *c)
{
	struct sum s = { 0, 0, 0 };
	uint64_t v;

	for (size_t i = 0; i < win_rows(rows, c->query); i++) {
		if (!counts(rows, c->query, win_row(rows, c->query, i)) ||
		    !win_get_u64(win_row(rows, c->query, i), c->property, &v) ||
		    v > UINT64_MAX - s.total)
			continue;
		s.total += v;
		s.most = v > s.most ? v : s.most;
		s.n++;
	}
	return s;
}

static uint64_t
times(uint64_t v, uint64_t by)
{
	return v <= UINT64_MAX / by ? v * by : UINT64_MAX;
}

static void
over_all(const struct win_rows *rows, const struct win_col *c,
    struct facts *out)
{
	struct sum s = sum_of(rows, c);
	size_t n = win_rows(rows, c->query);

	if (c->how == WIN_COUNT && n > 0)
		fact_uint(win_one(out, c->class), c->fact, n);
	if (s.n == 0 || (c->how != WIN_MEAN && s.total == 0))
		return;
	switch (c->how) {
	case WIN_SUM:
		fact_uint(win_one(out, c->class), c->fact, s.total);
		break;
	case WIN_SUM_KIB:
		fact_uint(win_one(out, c->class), c->fact, times(s.total, 1024));
		break;
	case WIN_SUM_MIB:
		fact_uint(win_one(out, c->class), c->fact,
		    times(s.total, 1 << 20));
		break;
	case WIN_MAX:
		fact_uint(win_one(out, c->class), c->fact, s.most);
		break;
	case WIN_MEAN:
		fact_real(win_one(out, c->class), c->fact,
		    (double)s.total / (double)s.n);
		break;
	default:
		break;
	}
}

/* The first row that has the value; a serial number that says nothing is left
 * for a later source. */
static void
first_of(const struct win_rows *rows, const struct win_col *c, bool junk_too,
    struct facts *out)
{
	for (size_t i = 0; i < win_rows(rows, c->query); i++) {
		const struct fact *f = fact_get(win_row(rows, c->query, i),
		    c->property);
		struct fact_row *row;

		if (f == NULL || f->type == FACT_NULL || (c->how == WIN_SERIAL &&
		    !junk_too && (f->type != FACT_STRING ||
		    serial_is_junk(f->s))))
			continue;
		row = win_one(out, c->class);
		win_convert(c->how, f, row, c->fact);
		if (win_holds(row, c->fact))
			return;
	}
}

static bool
there(const struct facts *out, const struct win_col *c)
{
	return facts_rows(out, c->class) > 0 &&
	    win_holds(facts_at(out, c->class, 0), c->fact);
}

static void
make_single(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	for (int junk_too = 0; junk_too < 2; junk_too++)
		for (size_t i = 0; i < win_ncols; i++) {
			const struct win_col *c = &win_cols[i];

			if (!ask->col[i] || c->how == WIN_BY_HAND ||
			    fact_class_is_many(c->class) || there(out, c))
				continue;
			if (c->how >= WIN_COUNT)
				over_all(rows, c, out);
			else if (!junk_too || c->how == WIN_SERIAL)
				first_of(rows, c, junk_too != 0, out);
		}
}

/* --- many rows a host ---------------------------------------------------------------- */

/* Which queries make the rows of which class. */
static const struct { const char *class; enum win_query query; } makers[] = {
	{ "memoryModule", WQ_MODULES }, { "pagefile", WQ_PAGEFILE },
	{ "disk", WQ_DISKS }, { "volume", WQ_VOLUMES },
	{ "volumeGroup", WQ_POOLS }, { "gpu", WQ_GPU },
	{ "monitor", WQ_MONITORS }, { "battery", WQ_BATTERY },
	{ "printer", WQ_PRINTERS }, { "nic", WQ_ADAPTERS },
	{ "route", WQ_ROUTES }, { "route", WQ_ROUTES6 },
	{ "connection", WQ_CONNECTIONS }, { "connection", WQ_UDP_PORTS },
	{ "account", WQ_ACCOUNTS }, { "group", WQ_GROUPS },
	{ "session", WQ_SESSIONS }, { "service", WQ_SERVICES },
	{ "process", WQ_PROCESSES }, { "share", WQ_SHARES },
	{ "feature", WQ_ROLES }, { "feature", WQ_OPTIONS },
	{ "license", WQ_LICENSES }, { "update", WQ_UPDATES },
	{ "shadow", WQ_SHADOW }, { "antivirus", WQ_VIRUS },
	{ "encryption", WQ_BITLOCKER },
};

static void
make_rows(const struct win_ask *ask, const struct win_rows *rows,
    const char *class, enum win_query q, struct facts *out)
{
	for (size_t i = 0; i < win_rows(rows, q); i++) {
		const struct fact_row *from = win_row(rows, q, i);
		struct fact_row *to;

		if (!counts(rows, q, from))
			continue;
		to = facts_row(out, class);
		for (size_t k = 0; to != NULL && k < win_ncols; k++) {
			const struct win_col *c = &win_cols[k];
			const struct fact *f;

			if (!ask->col[k] || c->query != q ||
			    c->how == WIN_BY_HAND ||
			    strcmp(c->class, class) != 0 || win_holds(to, c->fact))
				continue;
			f = fact_get(from, c->property);
			if (f != NULL && f->type != FACT_NULL)
				win_convert(c->how, f, to, c->fact);
		}
		if (to != NULL)
			win_join_row(ask, rows, q, i, to);
	}
}

/* --- what is missing --------------------------------------------------------------------- */

static bool
anywhere(const struct facts *out, const struct win_col *c)
{
	for (size_t i = 0; i < facts_rows(out, c->class); i++)
		if (win_holds(facts_at(out, c->class, i), c->fact))
			return true;
	return false;
}

/* Facts whose absence has a plainer reason than an empty property. */
static const struct { const char *class, *fact, *why, *fix; } plainer[] = {
	{ "user", "current", "nobody is logged on at the console",
	    "Scan while somebody works at the computer; the field may also be "
	    "filled from user.last." },
	{ "os", "servicePack", "no service pack is installed",
	    "Nothing to do." },
	{ "host", "domain", "the computer is in no domain", "Nothing to do." },
	{ "host", "workgroup", "the computer is in a domain", "Nothing to do." },
	{ "domain", "controller", "the computer is in no domain, or its domain "
	    "controller is out of reach", "Nothing to do." },
	{ "domain", "site", "the computer is in no domain, or its domain "
	    "controller is out of reach", "Nothing to do." },
	{ "domain", "forest", "the computer is in no domain, or its domain "
	    "controller is out of reach", "Nothing to do." },
	{ "share", "maxUsers", "no share has a limit of users", "Nothing to do." },
	{ "printer", "address", "no printer is reached by a TCP/IP port of this "
	    "computer", "Nothing to do." },
	{ "account", "groups", "no local account is in a local group",
	    "Nothing to do." },
	{ "account", "home", "no local account has logged on here",
	    "Nothing to do." },
	{ "account", "last", "no local account has logged on here since Windows "
	    "writes that down", "Nothing to do." },
};

static bool
explain_plainly(const struct win_col *c, const char *dotted, struct facts *out)
{
	for (size_t i = 0; i < ARRAY_LEN(plainer); i++)
		if (is(c->class, c->fact, plainer[i].class, plainer[i].fact)) {
			facts_missing(out, dotted, plainer[i].why,
			    plainer[i].fix);
			return true;
		}
	return false;
}

static bool
is_hardware(const char *class)
{
	static const char *const classes[] = { "sys", "board", "bios", "cpu",
		"memory", "memoryModule", "disk", "gpu", "monitor", "battery",
		"nic", "tpm" };

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (strcasecmp(classes[i], class) == 0)
			return true;
	return false;
}

static void
explain(const struct win_rows *rows, const struct win_col *c,
    struct facts *out)
{
	const struct win_rows *r = &rows[c->query];
	char dotted[100], why[200];

	snprintf(dotted, sizeof(dotted), "%s.%s", c->class, c->fact);
	if (r->why != NULL) {
		facts_missing(out, dotted, r->why, r->fix);
		return;
	}
	if (explain_plainly(c, dotted, out))
		return;
	if (win_rows(rows, c->query) == 0) {
		snprintf(why, sizeof(why), "there is none: Windows lists no %s",
		    win_queries[c->query].class);
		facts_missing(out, dotted, why, "Nothing to do.");
		return;
	}
	if (win_is_of_logon(c->class, c->fact))
		return;			/* windows_logons.c says why */
	snprintf(why, sizeof(why), "Windows says nothing in %s.%s",
	    win_queries[c->query].class, c->property);
	facts_missing(out, dotted, why, is_hardware(c->class) ? "The firmware or "
	    "a driver has to fill it in; nothing is wrong with the scan." :
	    "Nothing to do: it is not set on the host.");
}

/* What Windows has and does not tell. */
static void
explain_untold(const struct win_ask *ask, struct facts *out)
{
	static const struct { const char *class, *dotted, *why, *fix; }
	    untold[] = {
		{ "nic", "nic.master", "which adapters are in a team is not asked",
		    "Nothing to do: the team is an adapter of its own." },
		{ "volume", "volume.readOnly", "no class of Windows tells it of "
		    "every volume", "Nothing to do." },
		{ "update", "update.version", "Windows gives its updates no "
		    "version", "Nothing to do: update.id names them." } };

	for (size_t i = 0; i < ARRAY_LEN(untold); i++)
		if (win_wants(ask, untold[i].class, NULL))
			facts_missing(out, untold[i].dotted, untold[i].why,
			    untold[i].fix);
}

/* Rows of a class that come by a second question: what is missing without. */
static void
explain_parts(const struct win_ask *ask, const struct win_rows *rows,
    struct facts *out)
{
	static const struct { enum win_query query; const char *class, *what; }
	    parts[] = { { WQ_ROUTES6, "route", "routes of IPv6" },
		{ WQ_UDP_PORTS, "connection", "sockets of UDP" } };
	char why[400];

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const struct win_rows *r = &rows[parts[i].query];

		if (!ask->query[parts[i].query] || r->why == NULL ||
		    facts_rows(out, parts[i].class) == 0)
			continue;
		snprintf(why, sizeof(why), "%s are missing: %.300s",
		    parts[i].what, r->why);
		facts_missing(out, parts[i].class, why, r->fix);
	}
}

void
windows_facts(const struct win_ask *ask, const struct win_rows given[WQ_COUNT],
    struct facts *out)
{
	struct win_lookup *lookup = win_lookup_new();
	struct win_rows rows[WQ_COUNT];

	memcpy(rows, given, sizeof(rows));
	for (size_t i = 0; i < WQ_COUNT; i++)
		rows[i].lookup = lookup;
	make_single(ask, rows, out);
	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		if (win_wants(ask, makers[i].class, NULL))
			make_rows(ask, rows, makers[i].class, makers[i].query,
			    out);
	win_join_all(ask, rows, out);
	win_make_load(ask, rows, out);
	explain_parts(ask, rows, out);
	explain_untold(ask, out);
	/* A query that failed explains more than a value that is not set. */
	for (int failed = 1; failed >= 0; failed--)
		for (size_t i = 0; i < win_ncols; i++)
			if (ask->col[i] && win_cols[i].when == WIN_ASK &&
			    (rows[win_cols[i].query].why != NULL) ==
			    (failed != 0) && !anywhere(out, &win_cols[i]))
				explain(rows, &win_cols[i], out);
	win_lookup_free(lookup);
}
