/* windows_lookup.c: rows of associations by what their paths name.
 *
 * A server lists tens of thousands of sessions that have ended, and a hostile host
 * whatever it likes: so they are sorted once instead of being gone through for
 * every process or account.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

struct entry { char *key; size_t row; };

static const struct {
	enum win_query query;
	const char *property;
	const char *name;		/* of a path's key; NULL: Domain\Name */
} paths[WIN_PATHS] = {
	[WIN_USER_OF_SESSION] = { WQ_LOGGED_ON, "Dependent", "LogonId" },
	[WIN_PROCESS_OF_SESSION] = { WQ_SESSION_PROCESSES, "Antecedent",
	    "LogonId" },
	[WIN_SESSION_OF_PROCESS] = { WQ_SESSION_PROCESSES, "Dependent",
	    "Handle" },
	[WIN_GROUPS_OF_MEMBER] = { WQ_MEMBERS, "PartComponent", NULL },
	[WIN_MEMBERS_OF_GROUP] = { WQ_MEMBERS, "GroupComponent", NULL },
};

struct win_lookup {
	struct { struct entry *v; size_t n; bool made; } of[WIN_PATHS];
};

struct win_lookup *
win_lookup_new(void)
{
	return calloc(1, sizeof(struct win_lookup));
}

void
win_lookup_free(struct win_lookup *l)
{
	for (size_t p = 0; l != NULL && p < WIN_PATHS; p++) {
		for (size_t i = 0; i < l->of[p].n; i++)
			free(l->of[p].v[i].key);
		free(l->of[p].v);
	}
	free(l);
}

/* Those with one key stay in the host's order. */
static int
by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = strcasecmp(x->key, y->key);

	return d != 0 ? d : (x->row > y->row) - (x->row < y->row);
}

static bool
key_of_row(const struct fact_row *row, enum win_path p, char *out, size_t cap)
{
	const char *path = fact_text(row, paths[p].property);

	return path != NULL && (paths[p].name != NULL ?
	    win_key_of(path, paths[p].name, out, cap) :
	    win_account_of(path, out, cap));
}

static void
make(const struct win_rows *rows, enum win_path p, struct win_lookup *l)
{
	size_t n = win_rows(rows, paths[p].query);
	struct entry *v = calloc(n + 1, sizeof(*v));
	char key[620];

	l->of[p].made = true;
	l->of[p].v = v;
	for (size_t i = 0; v != NULL && i < n; i++) {
		const struct fact_row *row = win_row(rows, paths[p].query, i);
		struct entry *e = &v[l->of[p].n];

		if (!key_of_row(row, p, key, sizeof(key)) ||
		    (e->key = strdup(key)) == NULL)
			continue;
		e->row = i;
		l->of[p].n++;
	}
	if (v != NULL)
		qsort(v, l->of[p].n, sizeof(*v), by_key);
}

const struct fact_row *
win_by_path(const struct win_rows *rows, enum win_path p, const char *key,
    size_t i)
{
	struct win_lookup *l = rows[paths[p].query].lookup;
	size_t low = 0, high;

	if (l == NULL)
		return NULL;
	if (!l->of[p].made)
		make(rows, p, l);
	high = l->of[p].n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcasecmp(l->of[p].v[mid].key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (i >= l->of[p].n - low)
		return NULL;
	return strcasecmp(l->of[p].v[low + i].key, key) == 0 ?
	    win_row(rows, paths[p].query, l->of[p].v[low + i].row) : NULL;
}
