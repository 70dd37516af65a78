/* engine.c: one scan from its plan to its scan.finished.
 *
 *   scan_go -> conduct(): sweep in this thread -> pool -> outcome -> poster
 */
#include "helper/scan/scan.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "helper/scan/ending.h"
#include "helper/scan/exclude.h"
#include "helper/scan/engine.h"
#include "helper/scan/lock.h"
#include "helper/scan/outcome.h"
#include "helper/scan/pool.h"
#include "helper/scan/state.h"
#include "helper/target/sweep.h"

enum item_what { ITEM_OPEN, ITEM_REFUSED, ITEM_UNREACHABLE, ITEM_SILENT,
	ITEM_ERROR, ITEM_NAME, ITEM_SELF };

/* Ranges of the addresses that the sweep has in hand: its cookies. */
struct tagset { const uint32_t *tags; size_t n; };

struct scan {
	struct scan_plan *plan;
	char *id, *state_dir;
	bool state_ok;
	struct scan_env env;
	struct cancel *cancel;
	int wake_fd;
	struct scan_lock *lock;
	struct suspend *suspend;
	struct creds *creds;
	struct worked *worked;
	struct events *events;
	struct claims *claims;
	struct poster *poster;
	struct outcome outcome;
	struct pool *pool;
	const struct protocol_ops *ops[PROTO_COUNT];
	struct protocol_shared *shared[PROTO_COUNT];
	char **early;			/* warnings of before scan_go() */
	size_t nearly;
	/* the sweep's: one thread */
	struct range_iter at;
	uint64_t nleft_out;		/* addresses that excluded names stand for */
	struct tagset *tagsets;
	size_t ntagsets, captagsets;
	uint16_t ports[SWEEP_PORTS_MAX];
	struct { enum protocol proto; uint8_t bit; } owner[SWEEP_PORTS_MAX];
	size_t nports;
	/* the end */
	pthread_t thread;
	bool joinable;
	atomic_bool gone, failed;
	pthread_mutex_t end_lock;
	pthread_cond_t end;
	bool ended;			/* end_how holds, nothing is held any more */
	bool finished;			/* and scan.finished was sent */
	enum ending end_how;
	int exit_code;
};

/* --- before the start ------------------------------------------------------------- */

static void
early_warning(void *ctx, const char *line)
{
	struct scan *s = ctx;
	char **more = realloc(s->early, (s->nearly + 1) * sizeof(*more));

	if (more == NULL)
		return;
	s->early = more;
	if ((more[s->nearly] = strdup(line)) != NULL)
		s->nearly++;
}

static void
suspended(void *ctx, const char *line)
{
	struct scan *s = ctx;

	events_log(s->events, TELL_WARNING, "%s", line);
}

static void
posted_log(void *ctx, const char *line)
{
	struct outcome *o = ctx;

	events_log(o->events, TELL_INFO, "%s", line);
}

/* Without a state folder a scan goes on, but nothing may be posted. */
static void
without_state(struct scan *s, const struct err *why)
{
	bool posts = s->plan->has_jira && !s->plan->jira.dry_run;
	char line[700];

	snprintf(line, sizeof(line), "The state folder cannot be used (%s); "
	    "suspended accounts and host keys are not remembered%s.", why->text,
	    posts ? ", and nothing is posted to Jira" : "");
	early_warning(s, line);
	if (!posts)
		return;
	fail(&s->outcome.refusal, ERR_STATE_DIR, "nothing is posted without a "
	    "state folder: %s", why->text);
	fail_at(&s->outcome.refusal, STAGE_STATE);
}

static bool
ready_state(struct scan *s, struct err *e)
{
	const struct scan_plan *p = s->plan;
	struct err why = { .code = ERR_NONE };
	char shard[32];

	s->state_dir = scan_state_dir(s->env.state_dir);
	s->state_ok = state_ready(s->state_dir, NULL, &why);
	if (s->state_ok && !(p->has_jira && p->jira.dry_run)) {
		snprintf(shard, sizeof(shard), "%u/%u", p->shard, p->shards);
		s->lock = lock_take(s->state_dir, p->has_jira ? p->jira.url :
		    NULL, p->name, shard, &why);
	}
	if (why.code != ERR_NONE && why.code != ERR_STATE_DIR) {
		*e = why;
		return false;
	}
	if (why.code != ERR_NONE)
		without_state(s, &why);
	err_clear(&why);
	if (s->state_ok &&
	    (s->suspend = suspend_open(s->state_dir, &why)) == NULL)
		early_warning(s, why.text);
	if (s->state_ok) {
		s->worked = worked_open(s->state_dir);
		claims_load(s->claims, s->state_dir);
	}
	return true;
}

static bool
ready_creds(struct scan *s, struct err *e)
{
	s->creds = creds_new(s->plan, s->suspend, suspended, s, e);
	if (s->creds == NULL)
		return false;
	creds_use_worked(s->creds, s->worked);
	return true;
}

static bool
ready_protocols(struct scan *s, struct err *e)
{
	for (size_t i = 0; i < s->plan->norder; i++) {
		enum protocol proto = s->plan->order[i];

		if (s->ops[proto] == NULL)
			s->ops[proto] = protocol_ops(proto);
		if (s->ops[proto]->prepare != NULL &&
		    !s->ops[proto]->prepare(s->plan, s->state_ok ?
		    s->state_dir : NULL, early_warning, s, &s->shared[proto], e))
			return false;
		for (size_t k = 0; k < s->plan->nports[proto]; k++) {
			s->owner[s->nports].proto = proto;
			s->owner[s->nports].bit = (uint8_t)(1u << k);
			s->ports[s->nports++] = s->plan->ports[proto][k];
		}
	}
	return true;
}

static bool
ready_poster(struct scan *s, struct err *e)
{
	struct poster_config c = { .target = s->plan->jira,
		.begins = outcome_begins, .result = outcome_asset,
		.log = posted_log, .ctx = &s->outcome,
		.cancel_fd = cancel_fd(s->cancel) };

	if (!s->plan->has_jira || s->outcome.refusal.code != ERR_NONE)
		return true;
	c.target.state_dir = s->state_dir;
	s->poster = poster_new(&c, e);
	s->outcome.poster = s->poster;
	if (s->poster == NULL && e->code == ERR_STATE_DIR) {
		without_state(s, e);
		err_clear(e);
		return true;
	}
	return s->poster != NULL;
}

/* Descriptors are what limits how many hosts may be talked to at once. */
static unsigned
threads_of(struct scan *s)
{
	unsigned want = s->plan->concurrency, most;
	struct rlimit files;
	char line[200];

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur == RLIM_INFINITY)
		return want;
	most = files.rlim_cur < 128 ? 8 : (unsigned)(files.rlim_cur > 65536 ?
	    65536 : files.rlim_cur) / 4;
	if (want <= most)
		return want;
	snprintf(line, sizeof(line), "Only %llu files may be open at once here, "
	    "so %u hosts are scanned at a time instead of %u.",
	    (unsigned long long)files.rlim_cur, most, want);
	early_warning(s, line);
	return most;
}

static void run_item(void *ctx, const struct item *);

static bool
build(struct scan *s, const char *id, struct err *e)
{
	s->id = strdup(id);
	s->events = events_new(&s->env, id, scan_plan_addresses(s->plan));
	s->claims = claims_new();
	if (s->id == NULL || s->events == NULL || s->claims == NULL)
		return fail(e, ERR_MEMORY, "no memory for a scan");
	s->outcome = (struct outcome){ .plan = s->plan, .events = s->events,
		.claims = s->claims };
	if ((s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return fail_errno(e, ERR_LIMIT, "no descriptor for a scan");
	return (s->cancel = cancel_new(e)) != NULL && ready_state(s, e) &&
	    ready_creds(s, e) && ready_protocols(s, e) && ready_poster(s, e) &&
	    (s->pool = pool_new(threads_of(s), s->wake_fd, run_item, s, e)) !=
	    NULL;
}

struct scan *
scan_new_with(struct scan_plan *plan, const char *id,
    const struct scan_env *env, const struct protocol_ops *const *ops,
    struct err *e)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		scan_plan_free(plan);
		fail(e, ERR_MEMORY, "no memory for a scan");
		return NULL;
	}
	s->plan = plan;
	s->env = *env;
	s->wake_fd = -1;
	atomic_init(&s->gone, false);
	atomic_init(&s->failed, false);
	pthread_mutex_init(&s->end_lock, NULL);
	pthread_cond_init(&s->end, NULL);
	for (size_t i = 0; ops != NULL && i < PROTO_COUNT; i++)
		s->ops[i] = ops[i];
	if (build(s, id, e))
		return s;
	s->ended = s->finished = true;
	scan_free(s);
	return NULL;
}

struct scan *
scan_new(struct scan_plan *plan, const char *id, const struct scan_env *env,
    struct err *e)
{
	return scan_new_with(plan, id, env, NULL, e);
}

/* --- a worker's item --------------------------------------------------------------- */

static const struct { enum host_state state; enum err_code code; const char *text; }
without_talk[] = {
	[ITEM_REFUSED] = { HOST_REFUSED, ERR_REFUSED,
	    "the host refused the connection" },
	[ITEM_UNREACHABLE] = { HOST_UNREACHABLE, ERR_UNREACHABLE,
	    "the network says that the host cannot be reached" },
	[ITEM_SILENT] = { HOST_SILENT, ERR_TIMEOUT,
	    "the host did not answer" },
	[ITEM_ERROR] = { HOST_ERROR, ERR_NETWORK,
	    "this machine could not try the host" },
};

static void
no_talk(const struct item *it, struct result *r)
{
	const size_t i = it->what;

	*r = (struct result){ .state = without_talk[i].state,
		.addr = it->addr, .has_addr = true, .connect = it->seconds,
		.total = it->seconds, .round_trips = 1 };
	if (it->error != 0)
		fail_native(&r->err, without_talk[i].code, (uint32_t)it->error,
		    "%s: %s", without_talk[i].text, strerror(it->error));
	else
		fail(&r->err, without_talk[i].code, "%s", without_talk[i].text);
	fail_at(&r->err, STAGE_CONNECT);
}

static void
talk(struct scan *s, const struct item *it, struct result *r)
{
	struct job job = { .plan = s->plan, .name = it->name, .addr = it->addr,
		.tags = it->tags, .ntags = it->ntags,
		.connect_seconds = it->seconds, .self = it->what == ITEM_SELF,
		.cancel_fd = cancel_fd(s->cancel), .creds = s->creds,
		.ops = s->ops, .shared = s->shared };

	memcpy(job.open, it->open, sizeof(job.open));
	worker_run(&job, r);
	if (it->what == ITEM_NAME && (r->asked || r->state == HOST_REFUSED))
		events_found(s->events);
}

/* A name that turns out to be silent is as quiet as a silent address. */
static bool
is_quiet(const struct scan *s, const struct result *r)
{
	return !s->plan->report_silent && (r->state == HOST_SILENT ||
	    r->state == HOST_UNREACHABLE);
}

static void
run_item(void *ctx, const struct item *it)
{
	struct scan *s = ctx;
	struct result r = { .state = HOST_ERROR };

	if (it->what == ITEM_OPEN || it->what == ITEM_NAME ||
	    it->what == ITEM_SELF)
		talk(s, it, &r);
	else
		no_talk(it, &r);
	if (is_quiet(s, &r))
		events_host(s->events, r.state);
	else
		outcome_host(&s->outcome, &r);
	result_clear(&r);
}

/* --- the sweep ----------------------------------------------------------------------- */

static bool
intern(struct scan *s, const struct range_target *t, uint64_t *cookie)
{
	struct tagset *more;

	if (s->ntagsets > 0 && s->tagsets[s->ntagsets - 1].tags == t->tags &&
	    s->tagsets[s->ntagsets - 1].n == t->ntags) {
		*cookie = s->ntagsets - 1;
		return true;
	}
	if (s->ntagsets == s->captagsets) {
		more = realloc(s->tagsets,
		    (s->captagsets * 2 + 16) * sizeof(*more));
		if (more == NULL)
			return false;
		s->tagsets = more;
		s->captagsets = s->captagsets * 2 + 16;
	}
	*cookie = s->ntagsets;
	s->tagsets[s->ntagsets++] = (struct tagset){ t->tags, t->ntags };
	return true;
}

static void
cannot(struct scan *s, const char *why)
{
	if (!atomic_exchange(&s->failed, true))
		events_log(s->events, TELL_ERROR, "The scan stops: %s.", why);
	cancel_fire(s->cancel);
	creds_wake(s->creds);
}

static void
push(struct scan *s, const struct item *it)
{
	if (!pool_push(s->pool, it))
		cannot(s, "there is no memory or thread for a host");
}

/* What an excluded name stands for keeps its place in the order, so that shards
 * to which the resolver answers differently still share out the same addresses. */
static bool
is_left_out(struct scan *s, const struct net_addr *a)
{
	if (s->plan->left_out == NULL || !ranges_excluded(s->plan->left_out, a))
		return false;
	events_host(s->events, HOST_SKIPPED);
	s->nleft_out++;
	return true;
}

static enum sweep_more
more_targets(void *ctx, struct sweep_target *out)
{
	struct scan *s = ctx;
	struct range_target t;

	for (;;) {
		if (pool_full(s->pool))
			return SWEEP_LATER;
		if (!ranges_next(s->plan->ranges, &s->at, &t))
			return SWEEP_END;
		/* the others' go by: i belongs to shard i % shards */
		ranges_skip(s->plan->ranges, &s->at, s->plan->shards - 1);
		if (t.name == NULL && is_left_out(s, &t.addr))
			continue;
		if (t.name == NULL)
			break;
		push(s, &(struct item){ .name = t.name, .tags = t.tags,
		    .ntags = t.ntags, .what = ITEM_NAME });
	}
	out->addr = t.addr;
	if (intern(s, &t, &out->cookie))
		return SWEEP_HAVE;
	cannot(s, "there is no memory for the ranges");
	return SWEEP_END;
}

static void
swept(void *ctx, const struct sweep_result *r)
{
	static const enum item_what kinds[] = {
		[SWEEP_OPEN] = ITEM_OPEN, [SWEEP_REFUSED] = ITEM_REFUSED,
		[SWEEP_UNREACHABLE] = ITEM_UNREACHABLE,
		[SWEEP_SILENT] = ITEM_SILENT, [SWEEP_ERROR] = ITEM_ERROR,
	};
	struct scan *s = ctx;
	const struct tagset *tags = &s->tagsets[r->cookie];
	struct item it = { .addr = r->addr, .tags = tags->tags,
		.ntags = tags->n, .what = (uint8_t)kinds[r->state],
		.error = r->error, .seconds = r->seconds };

	if (!s->plan->report_silent && (r->state == SWEEP_SILENT ||
	    r->state == SWEEP_UNREACHABLE)) {
		events_host(s->events, r->state == SWEEP_SILENT ? HOST_SILENT :
		    HOST_UNREACHABLE);
		return;
	}
	for (size_t i = 0; i < s->nports; i++)
		if ((r->open & 1u << i) != 0)
			it.open[s->owner[i].proto] |= s->owner[i].bit;
	/* a refused connection is an answer, too */
	if (r->state == SWEEP_OPEN || r->state == SWEEP_REFUSED)
		events_found(s->events);
	push(s, &it);
}

static void
sweep(struct scan *s)
{
	struct sweep_config c = { .ports = s->ports, .nports = s->nports,
		.connect_timeout = s->plan->connect_timeout,
		.keep_descriptors = s->plan->concurrency * 2 + 64,
		.rate = s->plan->connect_rate, .ping_first = s->plan->ping_first,
		.ping_timeout = s->plan->ping_timeout, .wake_fd = s->wake_fd,
		.source = more_targets, .result = swept, .ctx = s };
	struct err e = { .code = ERR_NONE };

	ranges_skip(s->plan->ranges, &s->at, s->plan->shard);
	if (!sweep_run(&c, deadline_never(cancel_fd(s->cancel)), &e) &&
	    e.code != ERR_CANCELLED)
		cannot(s, e.text);
	if (s->nleft_out > 0)
		events_log(s->events, TELL_INFO, "%llu %s left out: excluded by "
		    "name.", (unsigned long long)s->nleft_out,
		    s->nleft_out == 1 ? "address was" : "addresses were");
}

/* --- the whole ------------------------------------------------------------------------- */

static void
log_start_of(struct scan *s)
{
	const struct scan_plan *p = s->plan;

	char shard[48] = "";

	if (p->shards > 1)
		snprintf(shard, sizeof(shard), " (shard %u of 0 to %u)", p->shard,
		    p->shards - 1);
	events_log(s->events, TELL_INFO, "Scanning using profile %s: %llu %s%s%s%s",
	    p->name, (unsigned long long)scan_plan_addresses(p),
	    scan_plan_addresses(p) == 1 ? "address" : "addresses", shard,
	    p->has_jira ? ", results go to " : "",
	    p->has_jira ? p->jira.url : "");
	if (p->has_jira && p->jira.dry_run)
		events_log(s->events, TELL_INFO, "This is a dry run: nothing "
		    "is posted.");
	if (p->ncreds == 0 && !p->self)
		events_log(s->events, TELL_WARNING, "There are no credentials: "
		    "hosts are found, but none can be scanned.");
	for (size_t i = 0; i < s->nearly; i++)
		events_log(s->events, TELL_WARNING, "%s", s->early[i]);
	for (size_t i = 0; i < mapping_warnings(p->mapping); i++)
		events_log(s->events, TELL_WARNING, "Mapping: %s",
		    mapping_warning(p->mapping, i));
}

/* What a finished scan has no use for: it may be kept for long, to be asked how
 * it went, and must know no secret then.  The workers and the poster are done. */
static void
forget_secrets(struct scan *s)
{
	struct creds *creds;

	pthread_mutex_lock(&s->end_lock);	/* scan_cancel() wakes them */
	creds = s->creds;
	s->creds = NULL;
	pthread_mutex_unlock(&s->end_lock);
	creds_free(creds);
	s->outcome.poster = NULL;
	poster_free(s->poster);
	s->poster = NULL;
	for (size_t i = 0; i < PROTO_COUNT; i++) {
		if (s->shared[i] != NULL)
			s->ops[i]->release(s->shared[i]);
		s->shared[i] = NULL;
	}
	scan_plan_forget(s->plan);
}

/* Whoever reads scan.finished may start the next scan of this profile at once: what
 * this one remembers is written by then, and what it holds is let go of. */
static void
let_go(struct scan *s)
{
	forget_secrets(s);
	if (s->state_ok && !(s->plan->has_jira && s->plan->jira.dry_run))
		claims_save(s->claims, s->state_dir);
	if (s->worked != NULL)
		worked_save(s->worked);
	lock_release(s->lock);
	s->lock = NULL;
	pthread_mutex_lock(&s->end_lock);
	s->ended = true;
	pthread_mutex_unlock(&s->end_lock);
}

static void
finish(struct scan *s)
{
	const bool posted = s->poster != NULL && !s->plan->jira.dry_run;
	struct tally t;

	events_rest(s->events, HOST_CANCELLED);
	events_stop(s->events);
	events_tally(s->events, &t);
	s->end_how = atomic_load(&s->failed) ? END_FAILED :
	    cancel_fired(s->cancel) ? END_CANCELLED : END_COMPLETED;
	s->exit_code = ending_exit_code(&t, s->end_how);
	let_go(s);
	ending_tell(s->events, &t, s->end_how, "Scanning", posted);
	pthread_mutex_lock(&s->end_lock);
	s->finished = true;
	pthread_cond_broadcast(&s->end);
	pthread_mutex_unlock(&s->end_lock);
}

static void *
conduct(void *arg)
{
	struct scan *s = arg;
	struct err e = { .code = ERR_NONE };

	events_send(s->events, "scan.started", json_pack("{s:s, s:I, s:s, s:s}",
	    "profile", s->plan->name,
	    "addresses", (json_int_t)scan_plan_addresses(s->plan),
	    "assetType", s->plan->asset_type, "folder", s->plan->folder));
	if (!events_start(s->events))
		cannot(s, "there is no thread for it");
	log_start_of(s);
	if (s->plan->self && s->plan->shard == 0)
		push(s, &(struct item){ .what = ITEM_SELF });
	else if (!s->plan->self && !exclude_names(s->plan, s->events,
	    cancel_fd(s->cancel), &e))
		cannot(s, e.text);
	else if (!s->plan->self)
		sweep(s);
	pool_finish(s->pool);
	s->pool = NULL;
	if (s->poster != NULL)
		poster_finish(s->poster);
	finish(s);
	return NULL;
}

void
scan_go(struct scan *s)
{
	if (atomic_exchange(&s->gone, true))
		return;
	s->joinable = pthread_create(&s->thread, NULL, conduct, s) == 0;
	if (!s->joinable) {
		cannot(s, "there is no thread for it");
		finish(s);
	}
}

const char *
scan_id(const struct scan *s)
{
	return s->id;
}

json_t *
scan_status(struct scan *s)
{
	struct tally t;
	json_t *v;
	bool done = scan_ended(s);

	events_tally(s->events, &t);
	if ((v = events_progress(&t)) == NULL)
		return NULL;
	json_object_set_new(v, "scanId", json_string(s->id));
	json_object_set_new(v, "state", json_string(done ? ending_name(s->end_how) :
	    cancel_fired(s->cancel) ? "cancelling" : "running"));
	return v;
}

/* `flag` is one of s, guarded by its end_lock. */
static bool
flag_of(const struct scan *s, const bool *flag)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&s->end_lock;
	bool is;

	pthread_mutex_lock(lock);
	is = *flag;
	pthread_mutex_unlock(lock);
	return is;
}

bool
scan_ended(const struct scan *s)
{
	return flag_of(s, &s->ended);
}

bool
scan_done(const struct scan *s)
{
	return flag_of(s, &s->finished);
}

void
scan_cancel(struct scan *s)
{
	pthread_mutex_lock(&s->end_lock);
	/* what has ended stays completed */
	if (!s->ended)
		cancel_fire(s->cancel);
	if (s->creds != NULL)
		creds_wake(s->creds);
	pthread_mutex_unlock(&s->end_lock);
}

void
scan_wait(struct scan *s)
{
	pthread_mutex_lock(&s->end_lock);
	while (!s->finished && atomic_load(&s->gone))
		pthread_cond_wait(&s->end, &s->end_lock);
	pthread_mutex_unlock(&s->end_lock);
}

int
scan_exit_code(const struct scan *s)
{
	return s->exit_code;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	if (atomic_load(&s->gone)) {
		scan_cancel(s);
		scan_wait(s);
	}
	if (s->joinable)
		pthread_join(s->thread, NULL);
	pool_finish(s->pool);
	poster_free(s->poster);
	for (size_t i = 0; i < PROTO_COUNT; i++)
		if (s->shared[i] != NULL)
			s->ops[i]->release(s->shared[i]);
	creds_free(s->creds);
	worked_close(s->worked);
	suspend_close(s->suspend);
	lock_release(s->lock);
	claims_free(s->claims);
	events_free(s->events);
	cancel_free(s->cancel);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	for (size_t i = 0; i < s->nearly; i++)
		free(s->early[i]);
	free(s->early);
	free(s->tagsets);
	free(s->state_dir);
	free(s->id);
	scan_plan_free(s->plan);
	pthread_cond_destroy(&s->end);
	pthread_mutex_destroy(&s->end_lock);
	free(s);
}
