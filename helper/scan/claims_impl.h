/* claims_impl.h: the claims as they are held, for claims.c and claims_file.c.
 */
#ifndef SCAN_CLAIMS_IMPL_H
#define SCAN_CLAIMS_IMPL_H

#include <pthread.h>

#include "helper/scan/claims.h"

struct computer {
	char *address, *name, *uuid, *serial;
	int64_t asset;
	bool past;			/* of an earlier scan, not seen in this one yet */
};

struct key {
	struct key *next;
	size_t owner;			/* index into computers */
	bool is_void;
	bool other;			/* somebody else showed it in this scan */
	int64_t seen_ms;		/* when both were seen in one scan; 0: never */
	char *shown;			/* as the owner says it; within text */
	char text[];			/* "MAC address 00:1a:..", "UUID .." */
};

struct claims {
	pthread_mutex_t lock;
	struct computer *computers;
	size_t n, cap;
	struct key **bucket;
	size_t nbuckets, nkeys;
};

/* Under the lock, or before anybody else knows the claims. */
struct key *claims_find(const struct claims *, const char *text);
/* A key with its owner; what there is no memory for is not claimed. */
void claims_insert(struct claims *, const char *text, const char *shown,
    size_t owner);
/* Copies; SIZE_MAX: no memory. */
size_t claims_computer(struct claims *, const struct claimant *);

#endif
