/* claims.h: which computer owns which MAC address, UUID and serial number.
 *
 * Results stream, so the first computer claims its keys.  The same computer at
 * a second address (same UUID, serial and name, and a key in common) is
 * skipped; another computer with a claimed key is ambiguous, and the key is void
 * for the rest of the run.  Design 2.2, Identity.  Thread-safe.
 *
 * Which of two is first differs from scan to scan, so a shared key is remembered
 * in the state folder with its owner: for a month after both were last seen in one
 * scan it is void for everybody else from the start.
 */
#ifndef SCAN_CLAIMS_H
#define SCAN_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/checked.h"

struct claims;
struct claims *claims_new(void) CHECKED;
void           claims_free(struct claims *);

/* A computer as it presents itself; everything borrowed, NULL: unknown. */
struct claimant {
	const char *address, *name, *uuid, *serial;
	const char *const *macs;
	size_t nmacs;
};

enum claim { CLAIM_FIRST, CLAIM_SAME, CLAIM_AMBIGUOUS };
#define CLAIM_TEXT 128
struct claimed {
	enum claim verdict;
	/* the computer that was first, of SAME and AMBIGUOUS */
	char address[CLAIM_TEXT], name[CLAIM_TEXT];
	char key[CLAIM_TEXT];		/* what they share: "serial 5CG123" */
	int64_t asset;			/* its asset's id; 0: not known (yet) */
	/* Keys of this computer that are void: bit i: macs[i], and these. */
	uint64_t void_macs;
	bool void_uuid, void_serial;
	bool past;			/* an earlier scan saw the other computer */
	uint64_t cookie;		/* for claims_asset(); 0: claims nothing */
};
void claims_make(struct claims *, const struct claimant *, struct claimed *);
/* The asset that the computer became. */
void claims_asset(struct claims *, uint64_t cookie, int64_t id);

/* claims_file.c: STATE/shared.json; failures are harmless and only logged. */
void claims_load(struct claims *, const char *state_dir);
void claims_save(struct claims *, const char *state_dir);

#endif
