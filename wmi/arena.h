/* arena.h: memory for one row or one class, given back all at once, bounded.
 *
 * A small hostile object can refer to one long string a million times: the
 * bound is what stops it, and another one where the string never ends.
 */
#ifndef WMI_ARENA_H
#define WMI_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"

#define ARENA_MAX (64u << 20)
#define ARENA_VAIN_MAX (1u << 20)

struct arena_chunk;
/* Zeroed: an empty one. */
struct arena {
	struct arena_chunk *first, *at;
	size_t used;		/* of all chunks together */
	size_t vain;		/* octets of text that was read and is none */
};

/* Zeroed, aligned for anything; NULL: the bound or no memory. */
void *arena_alloc(struct arena *, size_t n) CHECKED;
/* Text's memory: not zeroed, not aligned. */
char *arena_text(struct arena *, size_t n) CHECKED;
/* Gives back the unused tail of the text that was taken last. */
void  arena_trim(struct arena *, const char *end);
/* What took time and gave nothing counts too: false when it is too much. */
bool  arena_vain(struct arena *, size_t n) CHECKED;
void  arena_reset(struct arena *);	/* keeps the first chunk */
void  arena_free(struct arena *);

#endif
