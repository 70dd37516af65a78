/* unix_frame.c: sections and parts out of what a script printed.
 *
 * Only whole lines that begin with this scan's marker count.  Whoever writes
 * files on the host cannot know it, so nothing inside a section can end it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/unix/unix_parse.h"

#define SECTIONS_MAX 2048

/* A line "marker WORD rest": gives WORD's rest in `args`. */
static bool
marked(const struct unix_frame *f, struct span line, const char *word,
    struct span *args)
{
	size_t m = strlen(f->marker), n = strlen(word);

	if (line.n < m + 1 + n || memcmp(line.p, f->marker, m) != 0 ||
	    line.p[m] != ' ' || memcmp(line.p + m + 1, word, n) != 0)
		return false;
	*args = (struct span){ line.p + m + 1 + n, line.n - m - 1 - n };
	if (args->n > 0 && args->p[0] != ' ')
		return false;
	*args = span_trim(*args);
	return true;
}

/* "assetscan-" and 32 hex digits, then " start 1". */
static bool
looks_like_marker(struct span line, char marker[static 64])
{
	if (line.n != 42 + 8 || !span_starts(line, "assetscan-") ||
	    memcmp(line.p + 42, " start 1", 8) != 0)
		return false;
	for (size_t i = 10; i < 42; i++)
		if (!isxdigit((unsigned char)line.p[i]))
			return false;
	span_text((struct span){ line.p, 42 }, marker, 64);
	return true;
}

static bool
find_start(struct unix_frame *f, struct span *rest)
{
	struct span line, args;

	while (span_line(rest, &line))
		if (f->marker[0] != '\0' ? marked(f, line, "start", &args) :
		    looks_like_marker(line, f->marker))
			return true;
	return false;
}

/* The script puts a newline of its own before a marker. */
static struct span
without_last_newline(const char *from, const char *to)
{
	size_t n = (size_t)(to - from);

	if (n > 0 && from[n - 1] == '\n')
		n--;
	return (struct span){ from, n };
}

static struct unix_section *
add(struct unix_frame *f, struct span name, struct err *e)
{
	struct unix_section *more;

	if (f->n == SECTIONS_MAX) {
		fail(e, ERR_TOO_BIG, "the host's answer has more than %d "
		    "sections", SECTIONS_MAX);
		return NULL;
	}
	if ((f->n & (f->n - 1)) == 0) {		/* 0, 1, 2, 4, 8 ... */
		more = reallocarray(f->v, f->n == 0 ? 1 : 2 * f->n, sizeof(*more));
		if (more == NULL) {
			fail(e, ERR_MEMORY, "no memory for a host's answer");
			return NULL;
		}
		f->v = more;
	}
	more = &f->v[f->n++];
	*more = (struct unix_section){ .name = name, .status = -1 };
	return more;
}

static bool
sections(struct unix_frame *f, struct span rest, struct err *e)
{
	struct unix_section *open = NULL;
	const char *from = NULL;
	struct span line, args, word;
	uint64_t status;

	while (span_line(&rest, &line)) {
		if (open != NULL && marked(f, line, "end", &args)) {
			if (!span_word(&args, &word) || word.n != open->name.n ||
			    memcmp(word.p, open->name.p, word.n) != 0)
				continue;	/* not this one's */
			open->text = without_last_newline(from, line.p);
			open->status = span_u64(args, &status) && status < 256 ?
			    (int)status : 0;
			open = NULL;
		} else if (marked(f, line, "begin", &args)) {
			if (open != NULL)	/* cut: the next one begins */
				open->text = without_last_newline(from, line.p);
			if ((open = add(f, args, e)) == NULL)
				return false;
			from = rest.p;
		} else if (open == NULL && marked(f, line, "done", &args)) {
			f->complete = true;
			break;
		}
	}
	if (open != NULL)
		open->text = (struct span){ from, (size_t)(rest.p - from) };
	return true;
}

/* "volumes 10 stat" */
static void
note(struct unix_frame *f, struct span args)
{
	struct unix_note n;
	struct span seconds;

	if (f->nnotes < UNIX_NOTES && span_word(&args, &n.section) &&
	    span_word(&args, &seconds) && span_u64(seconds, &n.seconds) &&
	    span_word(&args, &n.program))
		f->notes[f->nnotes++] = n;
}

/* A note comes while others print, in the middle of a line of theirs perhaps:
 * what stands around it is joined again. */
static bool
without_notes(struct unix_frame *f, struct span *rest, struct err *e)
{
	struct wr w = wr_new(rest->n + 1);
	struct span all = *rest, args;
	char head[80];
	const char *at;
	size_t n;

	n = (size_t)snprintf(head, sizeof(head), "\n%s slow ", f->marker);
	while (all.n > 0 && (at = memmem(all.p, all.n, head, n)) != NULL) {
		struct span line;

		wr_bytes(&w, all.p, (size_t)(at - all.p));
		all = span_after(all, (size_t)(at - all.p) + 1);
		if (span_line(&all, &line) && marked(f, line, "slow", &args))
			note(f, args);
	}
	if (w.len == 0 && f->nnotes == 0) {		/* the usual case */
		wr_free(&w);
		return true;
	}
	wr_bytes(&w, all.p, all.n);
	if (w.bad) {
		wr_free(&w);
		return fail(e, ERR_MEMORY, "no memory for a host's answer");
	}
	f->joined = w;
	*rest = (struct span){ (const char *)f->joined.p, f->joined.len };
	return true;
}

bool
unix_frame(struct unix_frame *f, const char *marker, const char *out, size_t n,
    struct err *e)
{
	struct span rest = { out, n };

	*f = (struct unix_frame){ .n = 0 };
	if (marker != NULL)
		text_copy(f->marker, sizeof(f->marker), marker);
	if (!find_start(f, &rest)) {
		struct span said = span_trim((struct span){ out,
			n < 200 ? n : 200 });

		return said.n == 0 ? fail(e, ERR_NO_SHELL, "the host ran "
		    "nothing: no word of the script's came back") :
		    fail(e, ERR_NO_SHELL, "the host did not run the script; it "
		    "said: %.*s", (int)said.n, said.p);
	}
	if (without_notes(f, &rest, e) && sections(f, rest, e))
		return true;
	unix_frame_free(f);
	return false;
}

void
unix_frame_free(struct unix_frame *f)
{
	free(f->v);
	wr_free(&f->joined);
	*f = (struct unix_frame){ .n = 0 };
}

const struct unix_section *
unix_find(const struct unix_frame *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (span_is(f->v[i].name, name))
			return &f->v[i];
	return NULL;
}

struct span
unix_text(const struct unix_frame *f, const char *section)
{
	const struct unix_section *s = unix_find(f, section);

	return s != NULL ? s->text : (struct span){ "", 0 };
}

bool
unix_part(const struct unix_frame *f, struct span *rest, struct span *label,
    struct span *text)
{
	struct span line, args;
	const char *from = NULL;

	while (span_line(rest, &line))
		if (marked(f, line, "part", label)) {
			from = rest->p;
			break;
		}
	if (from == NULL)
		return false;
	for (;;) {
		struct span here = *rest;

		if (!span_line(rest, &line)) {
			*text = (struct span){ from, (size_t)(rest->p - from) };
			return true;
		}
		if (marked(f, line, "part", &args)) {
			*text = without_last_newline(from, here.p);
			*rest = here;
			return true;
		}
	}
}

struct span
unix_part_named(const struct unix_frame *f, const char *section,
    const char *label)
{
	struct span rest = unix_text(f, section), name, text;

	while (unix_part(f, &rest, &name, &text))
		if (span_is(name, label))
			return text;
	return (struct span){ "", 0 };
}
