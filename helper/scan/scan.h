/* scan.h: a scan from the outside: a request goes in, events come out.
 *
 *   ranges -> sweep -> workers (one thread a host) -> map -> poster -> events
 *
 * The front header of helper/scan: the commands see this and nothing below.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"

/* A request, checked whole: nothing is sent before this succeeded. */
struct scan_plan;

/* problem() is called for every mistake, with its JSON Pointer into params.
 * NULL when there was one (e is then ERR_INVALID) . */
struct scan_plan *scan_plan_new(const json_t *params,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *) CHECKED;
void     scan_plan_free(struct scan_plan *);
uint64_t scan_plan_addresses(const struct scan_plan *);
/* What profile.validate, ranges.parse and config.validate answer. */
json_t *scan_profile_validate(const json_t *params) CHECKED;
json_t *scan_ranges_parse(const json_t *params, struct err *) CHECKED;
json_t *scan_config_validate(const json_t *params, struct err *) CHECKED;

/* ranges.import: a CSV file (helper/target/range_file.h) as {ranges,
 * credentials}; rows with one user and password share a credential, named for
 * the first of them ("row-2": the heading is row 1).  ranges.export: {ranges,
 * credentials, withPasswords} as {csv}.  problem() as above; of a wrong file
 * nothing is taken. */
json_t *scan_ranges_import(const char *csv, size_t n, bool with_passwords,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *) CHECKED;
json_t *scan_ranges_export(const json_t *params,
    void (*problem)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *) CHECKED;

struct scan_env {
	const char *state_dir;	/* NULL: the default of the design, 2.3 */
	/* One notification.  Takes params.  `progress` ones may be dropped.  May
	 * wait (back-pressure).  Called from any thread, one at a time per scan. */
	void (*event)(void *ctx, const char *method, json_t *params, bool progress);
	void *ctx;
};

struct scan;
/* Takes the plan, also on failure.  ERR_SCAN_IN_PROGRESS, ERR_STATE_DIR.
 * `id` is the scan's name ("s-1"), unique in the process.  Nothing is sent and
 * no event is made before scan_go(). */
struct scan *scan_new(struct scan_plan *, const char *id, const struct scan_env *,
    struct err *) CHECKED;
void        scan_go(struct scan *);
const char *scan_id(const struct scan *);
/* members of scan.progress and `state`; new reference; thread-safe. */
json_t     *scan_status(struct scan *) CHECKED;
/* It holds nothing any more, its profile may be scanned again; true before
 * scan.finished is sent. */
bool        scan_ended(const struct scan *);
bool        scan_done(const struct scan *);	/* scan.finished was sent */
void        scan_cancel(struct scan *);		/* returns at once; thread-safe */
void        scan_wait(struct scan *);		/* until scan.finished was sent */
/* The documented exit code of a finished scan. */
int         scan_exit_code(const struct scan *);
void        scan_free(struct scan *);		/* cancels and waits first */

/* host.query: row() gets each row as it comes and takes it; false ends the
 * query.  Answers {count, truncated}. */
json_t *scan_query_host(const json_t *params, const char *state_dir,
    bool (*row)(void *ctx, json_t *row), void *ctx, struct deadline by,
    struct err *) CHECKED;
/* host.check and jira.check: {ok, stages:[{stage, ok, seconds, detail, error}]}. */
json_t *scan_check_host(const json_t *params, const char *state_dir,
    struct deadline by, struct err *) CHECKED;
json_t *scan_check_jira(const json_t *params, const char *state_dir,
    struct deadline by, struct err *) CHECKED;
json_t *scan_outbox_list(const json_t *params, const char *state_dir, struct err *) CHECKED;
json_t *scan_outbox_flush(const json_t *params, const char *state_dir,
    struct deadline by, struct err *) CHECKED;

/* The state folder by the design's rule; freed with free(); NULL: no home. */
char *scan_state_dir(const char *given) CHECKED;

#endif
