/* poster.h: what becomes of an asset.  One poster per scan (or flush): search,
 * verify, add or update; what cannot be posted goes to the outbox.
 *
 *   poster_put() -> queue -> poster thread: search -> verify -> write -> result()
 *
 * Never includes the mapping: an asset comes in as plain data.
 */
#ifndef JIRA_POSTER_H
#define JIRA_POSTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/base/secret.h"

enum jira_auth_type { JIRA_BASIC, JIRA_BEARER, JIRA_HEADER, JIRA_NOBODY };

/* Where to post and as whom; copied by whoever takes it. */
struct jira_target {
	const char *url;		/* Jira's base URL, context path included */
	enum jira_auth_type auth;
	const char *user;		/* BASIC: user; HEADER: the header's name */
	struct secret *secret;		/* password, token or header value; shared by reference */
	const char *ca_file;		/* NULL: the system's */
	const char *proxy;		/* URL; NULL: none; "env": as *_PROXY say */
	const char *asset_type;		/* "type.computer" */
	const char *folder;		/* "/Electronics/Computers" */
	const char *state_dir;		/* outbox and last-written values below it */
	double timeout;			/* one request, seconds; 0: 30 */
	/* Seconds between the two looks for an asset whose creation got no
	 * answer; 0: 60, longer than a search index lags. */
	double settle_pause;
	bool dry_run;
};

/* WHEN_EMPTY: written where the asset has no value.  NEVER_OVERWRITE: not where
 * somebody changed or emptied it since a scan wrote it (the state folder knows what
 * that was), nor where nobody knows who wrote it. */
enum asset_policy { ASSET_ALWAYS, ASSET_WHEN_EMPTY, ASSET_NEVER_OVERWRITE };
enum asset_key_kind { ASSET_KEY_MAC, ASSET_KEY_SERIAL, ASSET_KEY_UUID, ASSET_KEY_TEXT };
/* A number that moved by no more than that is not written; by 0: always. */
struct asset_tolerance { double by; bool percent; };
struct asset_field {
	char *name;
	char **values; size_t nvalues;
	enum asset_policy policy;
	struct asset_tolerance tolerance;
};
/* weak: it may be another computer's as well, see weigh.h. */
struct asset_key { char *field; enum asset_key_kind kind; char *value; bool weak; };
struct asset_ignored { enum asset_key_kind kind; char *value, *why; };
/* Freed with asset_free(), which frees all strings (malloc'd). */
struct asset {
	char *address;			/* where it was scanned */
	char *title;
	struct asset_field *fields; size_t nfields;
	struct asset_key *keys; size_t nkeys;		/* as the matcher has them */
	struct asset_ignored *ignored; size_t nignored;	/* what may not identify it */
	bool update_only;
};
void asset_free(struct asset *);

enum asset_outcome { ASSET_CREATED, ASSET_UPDATED, ASSET_UNCHANGED, ASSET_SKIPPED,
	ASSET_AMBIGUOUS, ASSET_QUEUED, ASSET_FAILED, ASSET_DRY_RUN, ASSET_OUTCOMES };
const char *asset_outcome_name(enum asset_outcome);	/* "created" */

/* Borrowed during the call. */
struct asset_result {
	uint64_t cookie;
	const char *address;
	enum asset_outcome outcome;
	int64_t id;			/* 0: none */
	const char *url;		/* NULL: none */
	const char *matched_by;		/* "spartez.network=00:1a:..": NULL: nothing matched */
	const char *const *changed; size_t nchanged;	/* field names */
	const char *const *dropped; size_t ndropped;	/* fields that the type lacks */
	const int64_t *candidates; size_t ncandidates;	/* of AMBIGUOUS */
	const json_t *match;		/* why it was this asset or none; NULL: not asked */
	const json_t *would;		/* of DRY_RUN: what would be posted; else NULL */
	const struct err *err;		/* of QUEUED, FAILED, AMBIGUOUS, SKIPPED; else NULL */
};

struct poster;
struct poster_config {
	struct jira_target target;
	/* In the poster's thread: before an asset's first request (NULL: nobody
	 * asks), and its result. */
	void (*begins)(void *ctx, const char *address);
	void (*result)(void *ctx, const struct asset_result *);
	void (*log)(void *ctx, const char *line);		/* for the scan log */
	void *ctx;
	int cancel_fd;		/* -1; when cancelled, what waits goes to the outbox */
	/* Seconds; 0: the defaults.  The first pause after a passing failure (0.5,
	 * doubled each time, jittered); how long Jira is left alone when it stays
	 * away (5, doubled up to 60). */
	double first_pause, away_pause;
};

/* Once, before any thread: libcurl with wiping allocators.  Cheap; the library
 * itself is initialised at the first use. */
void jira_start(void);

/* Copies the configuration.  Makes no request yet.  ERR_STATE_DIR when the
 * outbox cannot be used (but in a dry run, which needs none); ERR_INVALID. */
struct poster *poster_new(const struct poster_config *, struct err *) CHECKED;
/* Takes the asset; any thread.  Waits while the queue (64) is full.  From here
 * on the asset is on disk, so a killed process loses nothing. */
void poster_put(struct poster *, struct asset *, uint64_t cookie);
/* Waits until every asset put has had its result (bounded: when cancelled, at
 * once after the request in flight), posts what an earlier scan left in the
 * outbox for this URL, then ends the thread. */
void poster_finish(struct poster *);
/* After poster_finish(): what became of what earlier scans had left (these have
 * no result(), only log lines, so that a scan's totals stay its own). */
struct outbox_totals;
void poster_leftovers(const struct poster *, struct outbox_totals *);
void poster_free(struct poster *);

/* jira.check: URL, log-in, asset type, folder, every mapped field.  One call
 * of stage() per step, in order; false when a step failed. */
/* How far Jira's clock is ahead of ours, in seconds, by the Date of any answer
 * at all; nobody logs in.  False: it cannot be reached, or sends no date. */
bool jira_clock(const struct jira_target *, double *ahead, struct deadline by,
    struct err *) CHECKED;

bool jira_check(const struct jira_target *, const char *const *fields, size_t nfields,
    void (*stage)(void *ctx, const char *name, double seconds, const char *detail,
	const struct err *),
    void *ctx, struct deadline by);

#endif
