#include "helper/jira/poster.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/jira/asset.h"
#include "helper/jira/outbox.h"
#include "helper/jira/post.h"
#include "helper/jira/record.h"
#include "helper/jira/settle.h"
#include "helper/jira/tracker.h"

#define QUEUE       64
#define TRIES       4		/* of one asset while Jira is there */
#define WAIT_MAX    60.0	/* a longer Retry-After opens the circuit at once */
#define AWAY_MAX    60.0
#define LOST_MAX    4		/* lost answers in a row: Jira is away */
#define STACK       (1 << 20)	/* jansson and libcurl recurse and keep buffers */

struct item {
	struct record *record;		/* holds the asset; NULL in a dry run */
	struct asset *asset;		/* of a dry run, or when state failed */
	uint64_t cookie;
	struct err err;			/* why there is no record */
};

struct poster {
	struct poster_config config;
	char *type, *folder;
	char run[RECORD_RUN_MAX];
	struct post post;
	pthread_t thread;
	bool running;
	/* under lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item queue[QUEUE];
	size_t head, count;
	bool finishing;
	/* the thread's own */
	struct err stop;		/* posting stopped for good; code NONE: no */
	struct err away;		/* Jira is away; code NONE: no */
	int64_t probe_ns;		/* when to look whether it is back */
	double away_pause;
	unsigned lost;			/* lost answers in a row */
	unsigned seed;
	struct outbox_totals leftovers;
};

static void
say(struct poster *p, const char *line)
{
	if (p->config.log != NULL)
		p->config.log(p->config.ctx, line);
}

/* --- pauses ----------------------------------------------------------------------- */

/* Half to one and a half of it, so that many scanners do not come together. */
static double
jittered(struct poster *p, double seconds)
{
	return seconds * (0.5 + (double)(rand_r(&p->seed) % 1001) / 1000);
}

static void
go_away(struct poster *p, const struct posted *out)
{
	double pause = p->away_pause;
	char line[600];

	if (p->away.code == ERR_NONE) {
		snprintf(line, sizeof(line), "Jira does not take assets now (%s). "
		    "Results are kept in the outbox until it is back.",
		    out->err.text);
		say(p, line);
	}
	p->away = out->err;
	if (out->fate.wait > pause)
		pause = out->fate.wait;
	p->probe_ns = now_ns() + (int64_t)(jittered(p, pause) * 1e9);
	if (p->away_pause * 2 <= AWAY_MAX)
		p->away_pause *= 2;
}

static void
come_back(struct poster *p)
{
	if (p->away.code != ERR_NONE)
		say(p, "Jira takes assets again.");
	err_clear(&p->away);
	p->away_pause = p->config.away_pause;
	p->lost = 0;
}

/* --- one asset -------------------------------------------------------------------- */

/* A result without a request. */
static void
keep(struct posted *out, const struct err *why)
{
	posted_free(out);
	out->outcome = ASSET_QUEUED;
	out->err = *why;
	out->fate = (struct fate){ HTTP_RETRY, false, -1 };
}

/* What stops every request now; false: nothing. */
static bool
must_wait(struct poster *p, struct posted *out)
{
	struct err cancelled = { .code = ERR_NONE };

	if (deadline_cancelled(deadline_never(p->config.cancel_fd))) {
		fail(&cancelled, ERR_CANCELLED, "the scan was cancelled before "
		    "the asset was posted");
		keep(out, &cancelled);
	} else if (p->stop.code != ERR_NONE) {
		keep(out, &p->stop);
	} else if (p->away.code != ERR_NONE && now_ns() < p->probe_ns) {
		keep(out, &p->away);
	} else {
		return false;
	}
	return true;
}

/* True when it is worth another try; waits before. */
static bool
again(struct poster *p, const struct posted *out, unsigned tries, double *pause)
{
	double wait = jittered(p, *pause);
	char line[600];

	if (p->away.code != ERR_NONE || tries >= TRIES ||
	    out->fate.wait > WAIT_MAX)
		return false;
	if (out->fate.wait > wait)
		wait = out->fate.wait;
	*pause *= 2;
	/* the first failure: who watches a silent Jira knows what is waited for */
	if (tries == 1) {
		snprintf(line, sizeof(line), "%s; trying again, %d times at most.",
		    out->err.text, TRIES - 1);
		say(p, line);
	}
	return deadline_sleep(wait, deadline_never(p->config.cancel_fd), NULL);
}

static void
attempt(struct poster *p, struct item *i, struct posted *out)
{
	const struct asset *a = i->record != NULL ? i->record->asset : i->asset;
	double pause = p->config.first_pause;

	for (unsigned tries = 1; ; tries++) {
		post_asset(&p->post, a, p->type, p->folder, i->record, out,
		    deadline_never(p->config.cancel_fd));
		if (out->outcome != ASSET_QUEUED || out->fate.act == HTTP_FINAL) {
			come_back(p);
			return;
		}
		if (out->err.code == ERR_CANCELLED)
			return;
		if (out->fate.act == HTTP_STOP) {
			p->stop = out->err;
			say(p, "Posting is stopped; what is scanned from here on "
			    "is kept in the outbox.");
			return;
		}
		/* A create without an answer is not repeated now. */
		if (i->record != NULL && i->record->state == RECORD_INTENT) {
			if (++p->lost >= LOST_MAX || p->away.code != ERR_NONE)
				go_away(p, out);
			return;
		}
		if (!again(p, out, tries, &pause)) {
			if (!deadline_cancelled(deadline_never(
			    p->config.cancel_fd)))
				go_away(p, out);
			return;
		}
	}
}

static void
handle(struct poster *p, struct item *i)
{
	struct posted out = { .id = 0 };
	const char *address = i->record != NULL ? i->record->asset->address :
	    i->asset->address;

	if (i->err.code != ERR_NONE) {
		out.outcome = ASSET_FAILED;
		out.err = i->err;
	} else if (!must_wait(p, &out)) {
		if (p->config.begins != NULL)
			p->config.begins(p->config.ctx, address != NULL ?
			    address : "");
		attempt(p, i, &out);
	}
	/* A dry run keeps nothing: what cannot be asked for has failed. */
	if (i->record == NULL && out.outcome == ASSET_QUEUED)
		out.outcome = ASSET_FAILED;
	post_end(&p->post, i->record, &out, address, i->cookie, p->config.result,
	    p->config.ctx);
	posted_free(&out);
	asset_free(i->asset);
}

/* --- what earlier scans left -------------------------------------------------------- */

static void
tell_leftover(void *ctx, const struct asset_result *r)
{
	struct poster *p = ctx;
	char line[700];

	snprintf(line, sizeof(line), "Left by an earlier scan, %s: %s%s%s%s%s%s",
	    r->address, asset_outcome_name(r->outcome),
	    r->url != NULL ? " (" : "", r->url != NULL ? r->url : "",
	    r->url != NULL ? ")" : "", r->err != NULL ? ": " : "",
	    r->err != NULL ? r->err->text : "");
	say(p, line);
}

static void
post_leftovers(struct poster *p)
{
	struct settle how = { .not_run = p->run, .result = tell_leftover,
		.ctx = p, .pause = p->config.first_pause };
	struct err e = { .code = ERR_NONE };
	struct outbox_totals *t = &p->leftovers;
	char line[160];

	if (p->post.box == NULL || p->stop.code != ERR_NONE ||
	    p->away.code != ERR_NONE ||
	    deadline_cancelled(deadline_never(p->config.cancel_fd)))
		return;
	if (!settle_all(&p->post, &how, t,
	    deadline_never(p->config.cancel_fd), &e))
		say(p, e.text);
	if (t->posted + t->left + t->rejected + t->ambiguous == 0)
		return;
	snprintf(line, sizeof(line), "Of what earlier scans left, %zu were "
	    "posted, %zu still wait, %zu were refused, %zu are ambiguous.",
	    t->posted, t->left, t->rejected, t->ambiguous);
	say(p, line);
}

/* --- the thread ---------------------------------------------------------------------- */

static void *
run(void *arg)
{
	struct poster *p = arg;
	struct item i;

	for (;;) {
		pthread_mutex_lock(&p->lock);
		while (p->count == 0 && !p->finishing)
			pthread_cond_wait(&p->changed, &p->lock);
		if (p->count == 0) {
			pthread_mutex_unlock(&p->lock);
			break;
		}
		i = p->queue[p->head];
		p->head = (p->head + 1) % QUEUE;
		p->count--;
		pthread_cond_broadcast(&p->changed);
		pthread_mutex_unlock(&p->lock);
		handle(p, &i);
	}
	post_leftovers(p);
	return NULL;
}

static bool
start(struct poster *p, struct err *e)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	p->running = pthread_create(&p->thread, &attr, run, p) == 0;
	pthread_attr_destroy(&attr);
	return p->running || fail(e, ERR_MEMORY, "no thread for posting");
}

static double
or_else(double given, double otherwise)
{
	return given > 0 ? given : otherwise;
}

struct poster *
poster_new(const struct poster_config *c, struct err *e)
{
	struct poster *p = calloc(1, sizeof(*p));
	uint64_t random[2] = { 0, 0 };

	if (p == NULL) {
		fail(e, ERR_MEMORY, "no memory for posting");
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->config = *c;
	p->config.first_pause = or_else(c->first_pause, 0.5);
	p->config.away_pause = or_else(c->away_pause, 5);
	p->away_pause = p->config.away_pause;
	p->post.settle_pause = or_else(c->target.settle_pause,
	    SETTLE_PAUSE);
	p->post.dry_run = c->target.dry_run;
	p->post.log = c->log;
	p->post.ctx = c->ctx;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random[0] = (uint64_t)now_ns();
	p->seed = (unsigned)random[1];
	snprintf(p->run, sizeof(p->run), "%016llx",
	    (unsigned long long)random[0]);
	p->type = strdup(c->target.asset_type != NULL ? c->target.asset_type : "");
	p->folder = strdup(c->target.folder != NULL ? c->target.folder : "");
	if (p->type == NULL || p->folder == NULL)
		fail(e, ERR_MEMORY, "no memory for posting");
	else if ((p->post.tracker = tracker_new(&c->target, e)) != NULL &&
	    (c->target.dry_run || (p->post.box = box_open(c->target.state_dir,
	    tracker_base(p->post.tracker), e)) != NULL)) {
		p->post.written = written_open(c->target.state_dir,
		    tracker_base(p->post.tracker));
		p->post.seen = p->post.box != NULL ? box_seen(p->post.box) :
		    json_object();
		/* Borrowed strings of the caller's end here. */
		memset(&p->config.target, 0, sizeof(p->config.target));
		if (start(p, e))
			return p;
	}
	poster_free(p);
	return NULL;
}

void
poster_put(struct poster *p, struct asset *a, uint64_t cookie)
{
	struct item i = { .cookie = cookie };

	if (p->post.box != NULL)
		i.record = box_put(p->post.box, a, p->type, p->folder, p->run,
		    &i.err);
	if (i.record == NULL)
		i.asset = a;
	else if (!box_save(p->post.box, i.record, false, &i.err))
		err_clear(&i.err);	/* a create would tell; the rest needs none */
	pthread_mutex_lock(&p->lock);
	while (p->count == QUEUE)
		pthread_cond_wait(&p->changed, &p->lock);
	p->queue[(p->head + p->count) % QUEUE] = i;
	p->count++;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void
poster_finish(struct poster *p)
{
	if (!p->running)
		return;
	pthread_mutex_lock(&p->lock);
	p->finishing = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	p->running = false;
	if (p->post.box != NULL)
		box_sweep(p->post.box);
}

void
poster_leftovers(const struct poster *p, struct outbox_totals *t)
{
	*t = p->leftovers;
}

void
poster_free(struct poster *p)
{
	if (p == NULL)
		return;
	poster_finish(p);
	tracker_free(p->post.tracker);
	box_free(p->post.box);
	json_decref(p->post.seen);
	written_free(p->post.written);
	free(p->type);
	free(p->folder);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
