/* probe_unix.h: what the two ways to run the script share: over SSH, and here. */
#ifndef SCAN_PROBE_UNIX_H
#define SCAN_PROBE_UNIX_H

#include "helper/base/checked.h"
#include "helper/base/err.h"
#include "helper/base/writer.h"
#include "helper/map/fact.h"
#include "helper/scan/plan.h"
#include "helper/unix/unix_script.h"

/* The script that a plan comes to; freed with unix_question_free(). */
struct unix_question { struct wr script; char marker[UNIX_MARKER]; };
bool unix_question(struct unix_question *, const struct scan_plan *,
    struct err *) CHECKED;
void unix_question_free(struct unix_question *);

/* What came back; everything borrowed. */
struct unix_reply {
	bool ran;			/* false: e says what went wrong */
	const char *out, *err;		/* NULL: nothing */
	size_t out_len, err_len;
	int status;
	bool truncated;
	int64_t asked_ms, got_ms;
};
/* Facts of it.  False when they are not whole; what there is stays in facts.
 * e may hold the reason already (a timeout); it is forgotten when the script
 * was through all the same. */
bool unix_reply(const struct unix_question *, const struct scan_plan *,
    const struct unix_reply *, struct facts *, struct err *e) CHECKED;

#endif
