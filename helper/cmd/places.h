/* places.h: where a mistake of a request stands on the command line. */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include <stddef.h>

#include "helper/cmd/options.h"

/* The option, or the mapping file and the place in it, that a JSON Pointer into
 * scan.start's params comes from; the pointer itself where it is a request's. */
const char *place_of(const struct opts *, const char *pointer, char *dst, size_t cap);
/* The same on standard error, with what is wrong there. */
void place_print(const struct opts *, const char *pointer, const char *message);

#endif
