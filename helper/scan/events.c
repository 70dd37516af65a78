#include "helper/scan/events.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/base/text.h"
#include "helper/scan/report.h"

#define TICK_NS 500000000		/* two progress lines a second at most */

struct events {
	struct scan_env env;
	char *scan_id;
	pthread_mutex_t send;		/* held while the reader is waited for */
	pthread_mutex_t lock;		/* the counters and the ticker's end */
	pthread_cond_t tick;
	pthread_t ticker;
	bool ticking, stop;
	int64_t start, end;		/* 0: not yet */
	struct tally tally;
};

struct events *
events_new(const struct scan_env *env, const char *scan_id, uint64_t total)
{
	struct events *ev = calloc(1, sizeof(*ev));
	pthread_condattr_t clock;

	if (ev == NULL || (ev->scan_id = strdup(scan_id)) == NULL) {
		free(ev);
		return NULL;
	}
	ev->env = *env;
	ev->tally.total = total;
	pthread_mutex_init(&ev->send, NULL);
	pthread_mutex_init(&ev->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&ev->tick, &clock);
	pthread_condattr_destroy(&clock);
	return ev;
}

void
events_free(struct events *ev)
{
	if (ev == NULL)
		return;
	pthread_cond_destroy(&ev->tick);
	pthread_mutex_destroy(&ev->lock);
	pthread_mutex_destroy(&ev->send);
	free(ev->scan_id);
	free(ev);
}

static void
send_one(struct events *ev, const char *method, json_t *params, bool progress)
{
	json_t *all;

	if (params == NULL)
		return;
	/* whose it is stands first, for those who read the lines */
	all = json_pack("{s:s}", "scanId", ev->scan_id);
	if (all == NULL || json_object_update(all, params) != 0 ||
	    ev->env.event == NULL) {
		json_decref(all);
		json_decref(params);
		return;
	}
	json_decref(params);
	pthread_mutex_lock(&ev->send);
	ev->env.event(ev->env.ctx, method, all, progress);
	pthread_mutex_unlock(&ev->send);
}

void
events_send(struct events *ev, const char *method, json_t *params)
{
	send_one(ev, method, params, false);
}

static const char *const kinds[] = { "info", "warning", "error" };

void
events_log(struct events *ev, enum log_kind kind, const char *fmt, ...)
{
	char raw[1600], line[2000], when[40];
	int64_t ms = now_unix_ms();
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_line(line, sizeof(line), raw, strlen(raw));
	gmtime_r(&t, &tm);
	n = strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(when + n, sizeof(when) - n, ".%03dZ", (int)(ms % 1000));
	events_send(ev, "scan.log", json_pack("{s:s, s:s, s:s}", "time", when,
	    "level", kinds[kind], "message", line));
}

/* --- counters ------------------------------------------------------------------ */

void
events_found(struct events *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->tally.found++;
	pthread_mutex_unlock(&ev->lock);
}

void
events_host(struct events *ev, enum host_state s)
{
	pthread_mutex_lock(&ev->lock);
	ev->tally.hosts[s]++;
	ev->tally.done++;
	pthread_mutex_unlock(&ev->lock);
}

void
events_asset(struct events *ev, enum asset_outcome o)
{
	pthread_mutex_lock(&ev->lock);
	ev->tally.assets[o]++;
	pthread_mutex_unlock(&ev->lock);
}

void
events_jira_login(struct events *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->tally.jira_login = true;
	pthread_mutex_unlock(&ev->lock);
}

void
events_rest(struct events *ev, enum host_state s)
{
	pthread_mutex_lock(&ev->lock);
	if (ev->tally.total > ev->tally.done) {
		ev->tally.hosts[s] += ev->tally.total - ev->tally.done;
		ev->tally.done = ev->tally.total;
	}
	pthread_mutex_unlock(&ev->lock);
}

void
events_tally(struct events *ev, struct tally *out)
{
	pthread_mutex_lock(&ev->lock);
	*out = ev->tally;
	out->seconds = ev->start == 0 ? 0 : (double)((ev->end != 0 ? ev->end :
	    now_ns()) - ev->start) / 1e9;
	pthread_mutex_unlock(&ev->lock);
	out->rate = out->seconds > 0 ? (double)out->done / out->seconds : 0;
	out->eta = out->done == out->total ? 0 : out->rate > 0 ?
	    (double)(out->total - out->done) / out->rate : -1;
}

static json_int_t
count(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

json_t *
events_progress(const struct tally *t)
{
	uint64_t scanned = t->hosts[HOST_SCANNED] + t->hosts[HOST_PARTIAL];
	uint64_t failed = t->hosts[HOST_AUTH_FAILED] + t->hosts[HOST_DENIED] +
	    t->hosts[HOST_ERROR];

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, "
	    "s:o}",
	    "done", count(t->done), "total", count(t->total),
	    "found", count(t->found), "scanned", count(scanned),
	    "failed", count(failed),
	    "created", count(t->assets[ASSET_CREATED]),
	    "updated", count(t->assets[ASSET_UPDATED]),
	    "unchanged", count(t->assets[ASSET_UNCHANGED]),
	    "queued", count(t->assets[ASSET_QUEUED]),
	    "rate", report_round(t->rate),
	    "eta", t->eta < 0 ? json_null() : json_real(report_round(t->eta)));
}

/* --- progress -------------------------------------------------------------------- */

static void
send_progress(struct events *ev, bool droppable)
{
	struct tally t;

	events_tally(ev, &t);
	send_one(ev, "scan.progress", events_progress(&t), droppable);
}

static void *
tick(void *arg)
{
	struct events *ev = arg;
	int64_t next = now_ns() + TICK_NS;

	pthread_mutex_lock(&ev->lock);
	while (!ev->stop) {
		struct timespec at = { next / 1000000000, next % 1000000000 };

		if (pthread_cond_timedwait(&ev->tick, &ev->lock, &at) == 0 ||
		    ev->stop || now_ns() < next)
			continue;
		pthread_mutex_unlock(&ev->lock);
		send_progress(ev, true);
		/* a reader that was slow gets no burst afterwards */
		next = now_ns() + TICK_NS;
		pthread_mutex_lock(&ev->lock);
	}
	pthread_mutex_unlock(&ev->lock);
	return NULL;
}

bool
events_start(struct events *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->start = now_ns();
	pthread_mutex_unlock(&ev->lock);
	send_progress(ev, false);
	ev->ticking = pthread_create(&ev->ticker, NULL, tick, ev) == 0;
	return ev->ticking;
}

void
events_stop(struct events *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->stop = true;
	ev->end = now_ns();
	pthread_cond_broadcast(&ev->tick);
	pthread_mutex_unlock(&ev->lock);
	if (ev->ticking)
		pthread_join(ev->ticker, NULL);
	ev->ticking = false;
	send_progress(ev, false);
}
