/* host.h: rows and registry values of a Windows host that a test makes up, and the
 * facts they become.  After cmocka.h. */
#ifndef TESTS_WINDOWS_HOST_H
#define TESTS_WINDOWS_HOST_H

#include "helper/windows/windows_facts.h"

struct host {
	struct facts *raw, *out;
	struct win_ask ask;
	struct win_rows rows[WQ_COUNT];
};

static inline struct host
host_new(const char *class)
{
	struct host h = { .raw = facts_new(), .out = facts_new() };

	assert_non_null(h.raw);
	assert_non_null(h.out);
	assert_true(win_want(&h.ask, class, NULL));
	for (size_t i = 0; i < WQ_COUNT; i++)
		h.rows[i] = (struct win_rows){ .facts = h.raw,
			.class = win_queries[i].class };
	return h;
}

static inline void
host_free(struct host *h)
{
	facts_free(h->raw);
	facts_free(h->out);
}

static inline void
convert(struct host *h)
{
	win_settle(&h->ask);
	windows_facts(&h->ask, h->rows, h->out);
	win_registry_facts(&h->ask, h->raw, WIN_ASK, h->out);
	win_registry_facts(&h->ask, h->raw, WIN_ALSO, h->out);
	win_registry_by_hand(&h->ask, h->rows, h->raw, h->out);
}

static inline const char *
text(const struct host *h, const char *class, size_t i, const char *name)
{
	static char s[400];
	const struct fact *f;

	if (i >= facts_rows(h->out, class) ||
	    (f = fact_get(facts_at(h->out, class, i), name)) == NULL)
		return "-";
	fact_format(f, s, sizeof(s));
	return s;
}

static inline const char *
why(const struct host *h, const char *dotted)
{
	const char *w, *fix;

	return facts_why(h->out, dotted, &w, &fix) ? w : "-";
}

static inline struct fact_row *
value(struct host *h, const char *key, const char *name)
{
	struct fact_row *r = facts_row(h->raw, WIN_REGISTRY);

	fact_str(r, "key", key);
	fact_str(r, "value", name);
	return r;
}

static inline void
number(struct host *h, const char *key, const char *name, uint64_t n)
{
	fact_uint(value(h, key, name), "data", n);
}

static inline void
word(struct host *h, const char *key, const char *name, const char *s)
{
	fact_str(value(h, key, name), "data", s);
}

static inline void
absent(struct host *h, const char *key, const char *name, uint64_t status)
{
	fact_uint(value(h, key, name), "status", status);
}

#endif
