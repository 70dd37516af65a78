#include "helper/base/nearest.h"

#include <ctype.h>
#include <string.h>

#include "helper/base/text.h"

/* Of the table of Levenshtein's algorithm one row at a time. */
unsigned
nearest_distance(const char *a, const char *b)
{
	unsigned row[NEAREST_MAX + 1], diag, old;
	size_t n = strlen(b);

	if (strlen(a) > NEAREST_MAX || n > NEAREST_MAX)
		return NEAREST_MAX;
	for (unsigned k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		diag = row[0]++;
		for (size_t k = 1; k <= n; k++) {
			unsigned best = diag + (tolower((unsigned char)a[i - 1]) !=
			    tolower((unsigned char)b[k - 1]));

			old = row[k];
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
			diag = old;
		}
	}
	return row[n];
}

void
nearest_offer(struct nearest *n, const char *name)
{
	unsigned d = nearest_distance(n->wanted, name);

	if ((n->best[0] == '\0' || d < n->distance) &&
	    text_copy(n->best, sizeof(n->best), name))
		n->distance = d;
}

const char *
nearest_name(const struct nearest *n)
{
	size_t len = strlen(n->wanted);

	return n->best[0] != '\0' && len <= NEAREST_MAX &&
	    n->distance <= 1 + len / 5 && n->distance < len ? n->best : NULL;
}
