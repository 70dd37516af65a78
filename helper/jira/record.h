/* record.h: the outbox on disk: one file per asset, held under a lock.
 *
 *   STATE/outbox/<url>-<key>        the record, JSON, replaced by rename
 *   STATE/outbox/<url>-<key>.lock   held while somebody works on it
 *
 * States   queued -> intent (a create may happen any moment) -> done, or
 *          rejected.  A done record remembers the asset's number for a while,
 *          because a search may not see a new asset yet; it is never listed.
 * Secrets  none; files 0600, folders 0700.
 * The box may be used by several threads; a record by one at a time.
 */
#ifndef JIRA_RECORD_H
#define JIRA_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/jira/poster.h"

enum record_state { RECORD_QUEUED, RECORD_INTENT, RECORD_REJECTED, RECORD_DONE,
	RECORD_STATES };
#define RECORD_NAME_MAX 64
#define RECORD_RUN_MAX  40
#define RECORD_DONE_FOR 900	/* seconds that a done record is kept */

struct record {
	char name[RECORD_NAME_MAX];
	enum record_state state;
	char *url, *type, *folder;
	struct asset *asset;		/* NULL only in a done record */
	char run[RECORD_RUN_MAX];	/* which poster wrote it */
	int64_t since_ms, searched_ms;	/* searched: after the intent; 0: not yet */
	int64_t done_ms, id;		/* of a done record */
	json_t *keys;			/* names, "field=value" */
	unsigned attempts;
	json_t *error;			/* {code, stage, message, hint}; NULL: none */
	int lock;			/* the lock's descriptor; -1: not held */
};

/* The records of one Jira (url) below a state folder. */
struct box;
struct box *box_open(const char *state_dir, const char *url, struct err *) CHECKED;
void        box_free(struct box *);
/* Names of all records of this URL, sorted; json array. */
json_t     *box_names(const struct box *) CHECKED;
/* The numbers that done records remember: {"field=value": id}; new reference. */
json_t     *box_seen(const struct box *) CHECKED;
/* Removes done records that are old enough. */
void        box_sweep(struct box *);

/* Takes the record of that asset (a new one, or the one that an earlier scan
 * left: its state is kept, its content replaced) and its lock; takes the asset
 * when it succeeds. */
struct record *box_put(struct box *, struct asset *, const char *type,
    const char *folder, const char *run, struct err *) CHECKED;
/* Takes the record of that name; NULL: somebody else works on it (ERR_LIMIT),
 * it is gone (ERR_NOT_FOUND), or it cannot be read. */
struct record *box_take(struct box *, const char *name, struct err *) CHECKED;
/* Writes it.  Durable: it survives a power failure before this returns. */
bool box_save(struct box *, struct record *, bool durable, struct err *) CHECKED;
/* Nothing is left to do: removes the record, or keeps it as done while the
 * asset is new. */
bool box_close(struct box *, struct record *, struct err *) CHECKED;
/* Gives the lock back; frees. */
void box_release(struct box *, struct record *);

void record_error(struct record *, const struct err *);
const char *record_state_name(enum record_state);
/* Reads a record's text; NULL: it is none. */
struct record *record_parse(const char *text, size_t n) CHECKED;
char          *record_text(const struct record *) CHECKED;
void           record_free(struct record *);
/* Every record's file name below a state folder, of all URLs; json array. */
json_t *record_names(const char *dir, const char *prefix) CHECKED;
bool    record_iso(int64_t ms, char dst[static 32]);

#endif
