#include "helper/report/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/base/net.h"
#include "helper/report/findings_row.h"
#include "helper/report/spool.h"

#define KEPT_IN_MEMORY ((size_t)64 << 20)

struct host {
	struct finding f;
	struct spooled said, asset;
	struct net_addr addr;
	bool is_addr;
	size_t order;
};

struct scan {
	struct found_scan f;
	size_t file;
	char *id, *profile, *began, *ended, *reason;
	json_t *counted[2];	/* hosts, assets */
	json_t *finished[2];
	json_t *index;		/* address -> number of the host */
	bool started;
};

struct file { char *name; int64_t written; };

struct findings {
	bool whole;
	struct spool *spool;
	struct host *hosts;
	size_t nhosts, hosts_cap;
	struct scan *scans;
	size_t nscans;
	struct file *files;
	size_t nfiles;		/* 0: this very run */
	struct found_volume *full;
	size_t nfull, nvolumes;
	json_t *total[2];
	char day[11];
};

/* Room for one more in an array that doubles. */
static bool
grow(void *array, size_t n, size_t *cap, size_t each)
{
	void **p = array, *more;
	size_t want = *cap != 0 ? 2 * *cap : 16;

	if (n < *cap)
		return true;
	if ((more = realloc(*p, want * each)) == NULL)
		return false;
	*p = more;
	*cap = want;
	return true;
}

struct findings *
findings_new(bool whole)
{
	struct findings *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->whole = whole;
	f->total[0] = json_object();
	f->total[1] = json_object();
	if (f->total[0] != NULL && f->total[1] != NULL &&
	    (f->spool = spool_new(KEPT_IN_MEMORY)) != NULL)
		return f;
	findings_free(f);
	return NULL;
}

static void
scan_release(struct scan *s)
{
	free(s->id);
	free(s->profile);
	free(s->began);
	free(s->ended);
	free(s->reason);
	for (size_t i = 0; i < 2; i++) {
		json_decref(s->counted[i]);
		json_decref(s->finished[i]);
	}
	json_decref(s->index);
}

void
findings_free(struct findings *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nhosts; i++) {
		json_decref(f->hosts[i].f.row);
		spool_drop(&f->hosts[i].said);
		spool_drop(&f->hosts[i].asset);
	}
	for (size_t i = 0; i < f->nscans; i++)
		scan_release(&f->scans[i]);
	for (size_t i = 0; i < f->nfiles; i++)
		free(f->files[i].name);
	for (size_t i = 0; i < f->nfull; i++)
		free((char *)f->full[i].mount);
	free(f->hosts);
	free(f->scans);
	free(f->files);
	free(f->full);
	json_decref(f->total[0]);
	json_decref(f->total[1]);
	spool_free(f->spool);
	free(f);
}

bool
findings_file(struct findings *f, const char *name, int64_t written)
{
	struct file *more = realloc(f->files, (f->nfiles + 1) * sizeof(*more));

	if (more == NULL)
		return false;
	f->files = more;
	f->files[f->nfiles].written = written;
	f->files[f->nfiles].name = strdup(name);
	return f->files[f->nfiles++].name != NULL;
}

/* --- whose notification it is -------------------------------------------------- */

static char *
copy_of(const json_t *o, const char *member)
{
	const char *s = text_of(o, member);

	return s != NULL ? strdup(s) : NULL;
}

static struct scan *
scan_begin(struct findings *f, const char *id)
{
	struct scan *more = realloc(f->scans, (f->nscans + 1) * sizeof(*more)), *s;

	if (more == NULL)
		return NULL;
	f->scans = more;
	s = &more[f->nscans];
	*s = (struct scan){ .file = f->nfiles, .id = strdup(id),
		.index = json_object(), .counted = { json_object(),
		json_object() } };
	f->nscans++;
	return s->id != NULL && s->index != NULL ? s : NULL;
}

/* The scan of that id, the newest one of this file; a new one where there is
 * none: its beginning may be missing. */
static struct scan *
scan_of(struct findings *f, const json_t *params)
{
	const char *id = text_of(params, "scanId");

	if (id == NULL)
		id = "";
	for (size_t i = f->nscans; i-- > 0 && f->scans[i].file == f->nfiles;)
		if (strcmp(f->scans[i].id, id) == 0)
			return &f->scans[i];
	return scan_begin(f, id);
}

/* --- what is kept ------------------------------------------------------------- */

struct grown { char *text; size_t n, cap; };

static int
take_piece(const char *piece, size_t n, void *to)
{
	struct grown *g = to;
	size_t cap = g->cap != 0 ? g->cap : 1024;
	char *more;

	while (cap - g->n < n)
		cap *= 2;
	if (cap != g->cap) {
		if ((more = realloc(g->text, cap)) == NULL)
			return -1;
		g->text = more;
		g->cap = cap;
	}
	memcpy(g->text + g->n, piece, n);
	g->n += n;
	return 0;
}

static void
keep(struct findings *f, const json_t *params, struct spooled *to)
{
	struct grown g = { 0 };

	spool_drop(to);
	if (f->whole && json_dump_callback(params, take_piece, &g,
	    JSON_COMPACT) == 0)
		spool_put(f->spool, g.text, g.n, to);
	else
		free(g.text);
}

static void
count(json_t *counts, const char *what)
{
	json_object_set_new(counts, what, json_integer(1 +
	    json_integer_value(json_object_get(counts, what))));
}

/* --- volumes --------------------------------------------------------------------- */

static bool
look_at_volume(struct findings *f, const json_t *volume)
{
	const char *mount = text_of(volume, "mount");
	struct found_volume *more;
	double size, room;

	if (!row_volume(volume, &size, &room))
		return true;
	f->nvolumes++;
	if (room >= NEARLY_FULL * size)
		return true;
	more = realloc(f->full, (f->nfull + 1) * sizeof(*more));
	if (more == NULL)
		return false;
	f->full = more;
	more[f->nfull] = (struct found_volume){ .host = f->nhosts,
		.mount = strdup(mount != NULL ? mount : ""), .size = size,
		.free = room };
	return more[f->nfull++].mount != NULL;
}

static bool
look_at_volumes(struct findings *f, const json_t *params)
{
	json_t *rows = json_object_get(json_object_get(json_object_get(params,
	    "sections"), "disk"), "volume"), *volume;
	size_t i;

	json_array_foreach(rows, i, volume)
		if (!look_at_volume(f, volume))
			return false;
	return true;
}

/* --- notifications --------------------------------------------------------------- */

static bool
on_started(struct findings *f, struct scan *s, const json_t *p)
{
	/* the same id again: the next scan in one file */
	if (s->started || json_object_size(s->index) > 0)
		s = scan_begin(f, s->id);
	if (s == NULL)
		return false;
	s->started = true;
	s->profile = copy_of(p, "profile");
	s->f.addresses = (uint64_t)json_integer_value(json_object_get(p,
	    "addresses"));
	return true;
}

static bool
on_host(struct findings *f, struct scan *s, const json_t *p)
{
	const char *address = text_of(p, "address");
	struct host *h;

	if (address == NULL || !grow(&f->hosts, f->nhosts, &f->hosts_cap,
	    sizeof(*f->hosts)) || !look_at_volumes(f, p))
		return address == NULL;
	h = &f->hosts[f->nhosts];
	*h = (struct host){ .f = { .row = row_host(p), .scan = (size_t)(s -
		f->scans) }, .order = f->nhosts };
	if (h->f.row == NULL)
		return false;
	h->f.eol = eol_find(text_of(h->f.row, "os"), text_of(h->f.row,
	    "osVersion"));
	h->is_addr = net_addr_parse(address, &h->addr);
	keep(f, p, &h->said);
	json_object_set_new(s->index, address,
	    json_integer((json_int_t)f->nhosts));
	f->nhosts++;
	if (text_of(p, "state") != NULL)
		count(s->counted[0], text_of(p, "state"));
	return true;
}

static bool
on_asset(struct findings *f, struct scan *s, const json_t *p)
{
	const json_t *at = json_object_get(s->index, text_of(p, "address"));
	const char *outcome = text_of(p, "outcome");

	if (outcome == NULL)
		return true;
	count(s->counted[1], outcome);
	if (at == NULL)
		return true;
	row_asset(f->hosts[json_integer_value(at)].f.row, p);
	keep(f, p, &f->hosts[json_integer_value(at)].asset);
	return true;
}

static bool
on_log(struct findings *f, struct scan *s, const json_t *p)
{
	char *time = copy_of(p, "time");

	(void)f;
	if (time == NULL)
		return true;
	if (s->began == NULL)
		s->began = strdup(time);
	free(s->ended);
	s->ended = time;
	return s->began != NULL;
}

static bool
on_finished(struct findings *f, struct scan *s, const json_t *p)
{
	static const char *const names[] = { "hosts", "assets" };

	(void)f;
	free(s->reason);
	s->reason = copy_of(p, "reason");
	s->f.seconds = json_number_value(json_object_get(p, "seconds"));
	for (size_t i = 0; i < 2; i++) {
		json_decref(s->finished[i]);
		s->finished[i] = json_incref(json_object_get(p, names[i]));
	}
	return true;
}

static const struct {
	const char *method;
	bool (*take)(struct findings *, struct scan *, const json_t *params);
} takers[] = {
	{ "scan.started", on_started }, { "scan.host", on_host },
	{ "scan.asset", on_asset }, { "scan.log", on_log },
	{ "scan.finished", on_finished },
};

bool
findings_add(struct findings *f, const char *method, const json_t *params,
    struct err *e)
{
	struct scan *s;

	for (size_t i = 0; i < ARRAY_LEN(takers); i++)
		if (strcmp(method, takers[i].method) == 0)
			return ((s = scan_of(f, params)) != NULL &&
			    takers[i].take(f, s, params)) ||
			    fail(e, ERR_MEMORY, "no memory for the results");
	return true;
}

/* --- the end ---------------------------------------------------------------------- */

/* In the order of their addresses; names, which are none, last. */
static int
by_address(const void *a, const void *b)
{
	const struct host *x = a, *y = b;
	int c;

	if (x->is_addr != y->is_addr)
		return x->is_addr ? -1 : 1;
	c = x->is_addr ? net_addr_cmp(&x->addr, &y->addr) :
	    strcmp(text_of(x->f.row, "address"), text_of(y->f.row, "address"));
	return c != 0 ? c : x->order < y->order ? -1 : x->order > y->order;
}

static int
by_fullness(const void *a, const void *b)
{
	const struct found_volume *x = a, *y = b;
	double p = x->free / x->size, q = y->free / y->size;

	return p < q ? -1 : p > q ? 1 : x->host < y->host ? -1 :
	    x->host > y->host;
}

/* The hosts have moved; the volumes name them by their number. */
static bool
renumber(struct findings *f)
{
	size_t *to = calloc(f->nhosts + 1, sizeof(*to));

	if (to == NULL)
		return false;
	for (size_t i = 0; i < f->nhosts; i++)
		to[f->hosts[i].order] = i;
	for (size_t i = 0; i < f->nfull; i++)
		f->full[i].host = to[f->full[i].host];
	free(to);
	return true;
}

static void
sum_up(struct findings *f, const struct scan *s)
{
	const char *name;
	json_t *n;

	for (size_t i = 0; i < 2; i++)
		json_object_foreach((json_t *)(i == 0 ? s->f.hosts : s->f.assets),
		    name, n)
			json_object_set_new(f->total[i], name,
			    json_integer(json_integer_value(n) +
			    json_integer_value(json_object_get(f->total[i],
			    name))));
}

/* The day for which a scan's systems are judged. */
static void
day_of(const struct findings *f, const struct scan *s, const char *today,
    char day[static 11])
{
	const struct file *file = s->file > 0 ? &f->files[s->file - 1] : NULL;
	time_t t = file != NULL ? (time_t)file->written : 0;
	struct tm tm;
	long days;

	snprintf(day, 11, "%.10s", s->ended != NULL ? s->ended : today);
	if (s->ended == NULL && t != 0)
		strftime(day, 11, "%Y-%m-%d", gmtime_r(&t, &tm));
	if (!eol_days(day, today, &days))
		snprintf(day, 11, "%.10s", today);
}

static void
judge(struct finding *h, const struct scan *s, const char *day)
{
	h->support = eol_status(h->eol, day);
	if (json_object_get(h->row, "os") != NULL)
		json_object_set_new(h->row, "support",
		    json_string(eol_status_name(h->support)));
	if (h->eol != NULL && h->eol->ends[0] != '\0')
		json_object_set_new(h->row, "supportEnds",
		    json_string(h->eol->ends));
	if (s->f.profile != NULL)
		json_object_set_new(h->row, "profile",
		    json_string(s->f.profile));
	if (s->f.ended != NULL)
		json_object_set_new(h->row, "scanned", json_string(s->f.ended));
	if (s->f.source != NULL)
		json_object_set_new(h->row, "source", json_string(s->f.source));
}

void
findings_done(struct findings *f, const char *today)
{
	char (*days)[11] = calloc(f->nscans + 1, sizeof(*days));

	snprintf(f->day, sizeof(f->day), "%.10s", today);
	for (size_t i = 0; days != NULL && i < f->nscans; i++) {
		struct scan *s = &f->scans[i];

		s->f.profile = s->profile;
		s->f.source = s->file > 0 ? f->files[s->file - 1].name : NULL;
		s->f.began = s->began;
		s->f.ended = s->ended;
		s->f.reason = s->reason;
		s->f.hosts = s->finished[0] != NULL ? s->finished[0] :
		    s->counted[0];
		s->f.assets = s->finished[1] != NULL ? s->finished[1] :
		    s->counted[1];
		day_of(f, s, today, days[i]);
		if (i == 0 || strcmp(days[i], f->day) > 0)
			memcpy(f->day, days[i], sizeof(f->day));
		sum_up(f, s);
	}
	for (size_t i = 0; days != NULL && i < f->nhosts; i++)
		judge(&f->hosts[i].f, &f->scans[f->hosts[i].f.scan],
		    days[f->hosts[i].f.scan]);
	free(days);
	if (f->nhosts > 0)
		qsort(f->hosts, f->nhosts, sizeof(*f->hosts), by_address);
	if (!renumber(f))
		f->nfull = 0;
	if (f->nfull > 0)
		qsort(f->full, f->nfull, sizeof(*f->full), by_fullness);
}

size_t
findings_count(const struct findings *f)
{
	return f->nhosts;
}

const struct finding *
findings_at(const struct findings *f, size_t i)
{
	return &f->hosts[i].f;
}

static json_t *
again(const struct findings *f, const struct spooled *from, struct err *e)
{
	char *text = spool_get(f->spool, from, e);
	json_error_t where;
	json_t *v;

	if (text == NULL)
		return NULL;
	if ((v = json_loadb(text, from->n, 0, &where)) == NULL)
		fail(e, ERR_INTERNAL, "what was kept cannot be read: %s",
		    where.text);
	free(text);
	return v;
}

json_t *
findings_host(const struct findings *f, size_t i, struct err *e)
{
	const struct host *h = &f->hosts[i];
	json_t *host, *asset;

	if (h->said.n == 0) {
		fail(e, ERR_MEMORY, "what a host said could not be kept");
		return NULL;
	}
	if ((host = again(f, &h->said, e)) == NULL)
		return NULL;
	asset = h->asset.n > 0 ? again(f, &h->asset, e) : json_null();
	if (asset != NULL && json_object_set_new(host, "asset", asset) == 0)
		return host;
	json_decref(host);
	return NULL;
}

size_t
findings_scans(const struct findings *f)
{
	return f->nscans;
}

const struct found_scan *
findings_scan(const struct findings *f, size_t i)
{
	return &f->scans[i].f;
}

const json_t *
findings_total(const struct findings *f, bool assets)
{
	return f->total[assets ? 1 : 0];
}

const char *
findings_day(const struct findings *f)
{
	return f->day;
}

size_t
findings_volumes(const struct findings *f)
{
	return f->nvolumes;
}

size_t
findings_full(const struct findings *f)
{
	return f->nfull;
}

const struct found_volume *
findings_full_at(const struct findings *f, size_t i)
{
	return &f->full[i];
}
