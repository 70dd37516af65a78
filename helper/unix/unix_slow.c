/* unix_slow.c: what is missing because a program of the host took too long. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

static const struct slow {
	const char *section, *program;
	enum { PART, ELSE } how;
	const char *facts;
} table[] = {
#define SLOW(section, program, how, facts) { #section, #program, how, facts },
#include "helper/unix/unix_slow.def"
#undef SLOW
};

static bool
given(const struct facts *f, const char *what)
{
	const char *why, *fix;

	return facts_why(f, what, &why, &fix) || (strchr(what, '.') != NULL ?
	    facts_find(f, what) != NULL : facts_rows(f, what) > 0);
}

static void
say(struct unix_host *h, const struct unix_note *n, const char *what)
{
	char why[160], program[64];

	span_text(n->program, program, sizeof(program));
	if (n->seconds > 0)
		snprintf(why, sizeof(why), "%s was stopped on the host after "
		    "%llu s", program, (unsigned long long)n->seconds);
	else
		snprintf(why, sizeof(why), "the host's time was over before %s "
		    "could be asked", program);
	facts_missing(h->facts, what, why, n->seconds > 0 ? "See on the host "
	    "what it waits for, or give the host more time (sshTimeout)." :
	    "Give the host more time (sshTimeout), or ask for fewer sections.");
}

static void
slow(struct unix_host *h, bool after)
{
	for (size_t i = 0; i < h->frame->nnotes; i++) {
		const struct unix_note *n = &h->frame->notes[i];

		for (size_t k = 0; k < ARRAY_LEN(table); k++) {
			struct span facts = span_of(table[k].facts), word;
			char what[64];

			if (!span_is(n->section, table[k].section) ||
			    !span_is(n->program, table[k].program) ||
			    (table[k].how == ELSE) != after)
				continue;
			while (span_word(&facts, &word)) {
				span_text(word, what, sizeof(what));
				if (!after || !given(h->facts, what))
					say(h, n, what);
			}
		}
	}
}

void
unix_slow_before(struct unix_host *h)
{
	slow(h, false);
}

void
unix_slow_after(struct unix_host *h)
{
	slow(h, true);
}
