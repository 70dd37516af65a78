#include "helper/cmd/scans.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_FINISHED 64
#define RUNNING_MAX   16

struct entry {
	struct scan *scan;
	unsigned holders;
	struct entry *next;
};

struct scans {
	pthread_mutex_t lock;
	struct entry *first;		/* oldest first */
	unsigned long named;
};

struct scans *
scans_new(void)
{
	struct scans *s = calloc(1, sizeof(*s));

	if (s != NULL)
		pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
scans_free(struct scans *s)
{
	struct entry *next;

	if (s == NULL)
		return;
	scans_cancel_all(s);
	for (struct entry *n = s->first; n != NULL; n = next) {
		next = n->next;
		scan_free(n->scan);
		free(n);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Takes the oldest finished scan out of the list when there are too many. */
static struct entry *
too_many(struct scans *s)
{
	struct entry **at, *n;
	size_t finished = 0;

	for (n = s->first; n != NULL; n = n->next)
		finished += scan_done(n->scan);
	if (finished <= KEPT_FINISHED)
		return NULL;
	for (at = &s->first; (n = *at) != NULL; at = &n->next)
		if (n->holders == 0 && scan_done(n->scan)) {
			*at = n->next;
			return n;
		}
	return NULL;
}

struct scan *
scans_add(struct scans *s, struct scan_plan *plan, const struct scan_env *env,
    struct err *e)
{
	struct entry *n = calloc(1, sizeof(*n)), **at, *old = NULL;
	struct scan *scan;
	char id[32];

	if (n == NULL || scans_running(s) >= RUNNING_MAX) {
		if (n == NULL)
			fail(e, ERR_MEMORY, "no memory");
		else
			fail(e, ERR_LIMIT, "%d scans run at once at most",
			    RUNNING_MAX);
		scan_plan_free(plan);
		free(n);
		return NULL;
	}
	pthread_mutex_lock(&s->lock);
	snprintf(id, sizeof(id), "s-%lu", s->named + 1);
	if ((n->scan = scan_new(plan, id, env, e)) != NULL) {
		s->named++;
		for (at = &s->first; *at != NULL; at = &(*at)->next)
			;
		*at = n;
		old = too_many(s);
	}
	pthread_mutex_unlock(&s->lock);
	scan = n->scan;
	if (scan == NULL)
		free(n);
	if (old != NULL) {
		scan_free(old->scan);
		free(old);
	}
	return scan;
}

struct scan *
scans_hold(struct scans *s, const char *id, struct err *e)
{
	struct scan *found = NULL;

	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL && found == NULL; n = n->next)
		if (strcmp(scan_id(n->scan), id) == 0) {
			n->holders++;
			found = n->scan;
		}
	pthread_mutex_unlock(&s->lock);
	if (found == NULL)
		fail(e, ERR_NOT_FOUND, "there is no scan \"%.40s\"", id);
	return found;
}

void
scans_release(struct scans *s, struct scan *scan)
{
	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL; n = n->next)
		if (n->scan == scan)
			n->holders--;
	pthread_mutex_unlock(&s->lock);
}

json_t *
scans_status(struct scans *s)
{
	json_t *list = json_array();

	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL; n = n->next)
		json_array_append_new(list, scan_status(n->scan));
	pthread_mutex_unlock(&s->lock);
	return list;
}

size_t
scans_running(struct scans *s)
{
	size_t running = 0;

	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL; n = n->next)
		running += !scan_ended(n->scan);
	pthread_mutex_unlock(&s->lock);
	return running;
}

void
scans_cancel_all(struct scans *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL; n = n->next)
		if (!scan_done(n->scan))
			scan_cancel(n->scan);
	pthread_mutex_unlock(&s->lock);
}

/* One that still runs, held; NULL: none. */
static struct scan *
one_running(struct scans *s)
{
	struct scan *found = NULL;

	pthread_mutex_lock(&s->lock);
	for (struct entry *n = s->first; n != NULL && found == NULL; n = n->next)
		if (!scan_done(n->scan)) {
			n->holders++;
			found = n->scan;
		}
	pthread_mutex_unlock(&s->lock);
	return found;
}

void
scans_wait_all(struct scans *s)
{
	struct scan *scan;

	while ((scan = one_running(s)) != NULL) {
		scan_wait(scan);
		scans_release(s, scan);
	}
}
