/* classes.h: the classes that came with a query's rows, each decoded once.
 *
 * Plain enumeration sends the class with every row: the same octets are the same
 * class.  Smart enumeration sends it once and names it by a GUID from then on.
 * A host may send many and large ones: how many there are and what they hold
 * together is bounded (ERR_TOO_BIG).
 */
#ifndef WMI_CLASSES_H
#define WMI_CLASSES_H

#include "wmi/wmio.h"

#define CLASSES_MAX 256u
#define CLASSES_HELD_MAX ((size_t)ARENA_MAX)	/* octets of all together */

struct known_class;
/* Zeroed: none yet. */
struct classes {
	struct known_class *first;	/* the latest first */
	size_t n, held;
};

/* The class whose ClassPart is at the cursor, which moves behind it; guid: its
 * name from now on, or NULL.  What is given is the classes' own. */
const struct cim_class *classes_at(struct classes *, const uint8_t *guid,
    struct rd *, struct err *) CHECKED;
/* The class that came under that name. */
const struct cim_class *classes_by_guid(const struct classes *,
    const uint8_t guid[static 16], struct err *) CHECKED;
void classes_free(struct classes *);

#endif
