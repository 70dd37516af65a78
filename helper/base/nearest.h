/* nearest.h: "is it ...?" for a name that is not known: of all names offered the
 * one with the fewest letters wrong.  Pure.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_MAX 128		/* longer names are near to nothing */

/* Letters to change, add or take away, case ignored. */
unsigned nearest_distance(const char *, const char *);

/* Zeroed but for `wanted`, then every known name is offered. */
struct nearest {
	const char *wanted;
	char best[NEAREST_MAX + 1];
	unsigned distance;		/* of `best` */
};
void nearest_offer(struct nearest *, const char *name);
/* The best; NULL where none is near: more than a letter and a fifth is wrong. */
const char *nearest_name(const struct nearest *);

#endif
