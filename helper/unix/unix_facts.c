/* unix_facts.c: a Unix host's answer to facts: each section to its parser, the
 * mapping's own needs, and what only the whole shows.
 */
#include <stdio.h>
#include <string.h>

#include "helper/map/identity.h"
#include "helper/map/sections.h"
#include "helper/unix/unix_parse.h"
#include "helper/unix/unix_script.h"

static const struct { const char *name; unix_parser *parse; } table[] = {
#define SECTION(name, kinds, when, parse, script) { #name, parse },
#include "helper/unix/unix_sections.def"
#undef SECTION
};

struct fact_row *
unix_one(struct unix_host *h, struct fact_row **row, const char *class)
{
	if (*row == NULL)
		*row = facts_row(h->facts, class);
	return *row;
}

struct fact_row *
unix_row(struct unix_host *h, const char *class, size_t max)
{
	char why[120];
	const char *said, *fix;

	if (facts_rows(h->facts, class) < max)
		return facts_row(h->facts, class);
	if (facts_why(h->facts, class, &said, &fix))	/* once, not for each */
		return NULL;
	snprintf(why, sizeof(why), "there are more than %zu; the rest is left "
	    "out", max);
	facts_missing(h->facts, class, why,
	    "Ask the host itself for the whole list.");
	return NULL;
}

void
unix_cut_at(struct unix_host *h, const char *class, struct span text, size_t max)
{
	char why[120];

	if (text.n + 1 < max)		/* a newline may be taken off */
		return;
	snprintf(why, sizeof(why), "the list is longer than the %zu octets that "
	    "are taken; the rest is left out", max);
	facts_missing(h->facts, class, why,
	    "Ask the host itself for the whole list.");
}

void
unix_cut(struct unix_host *h, const char *class, struct span text)
{
	unix_cut_at(h, class, text, UNIX_LIST_MAX);
}

void
unix_more(struct unix_host *h, const char *class, struct span text)
{
	if (span_is(span_get(text, "more"), "1"))
		facts_missing(h->facts, class, "there are more than the scan "
		    "looks at; the rest is left out", "Ask the host itself for "
		    "the whole list.");
}

/* Asked, and only to be looked at by others. */
void
parse_nothing(struct unix_host *h, const struct unix_section *s)
{
	(void)h;
	(void)s;
}

/* Makers and models that are what no serial number may be. */
static bool
is_machine(const char *name, const char *text)
{
	return strstr(name, "erial") == NULL && (strcasecmp(text, "QEMU") == 0 ||
	    strcasecmp(text, "Virtual Machine") == 0);
}

void
unix_firmware(struct unix_host *h, struct fact_row *row, const char *dotted,
    struct span value)
{
	const char *name = strchr(dotted, '.') + 1;
	char text[256], why[320];

	value = span_trim(value);
	if (value.n == 0)
		return;
	span_text(value, text, sizeof(text));
	if (!serial_is_junk(text) || is_machine(name, text)) {
		fact_strn(row, name, value.p, value.n);
		return;
	}
	snprintf(why, sizeof(why), "the firmware says \"%s\", which its maker "
	    "never filled in", text);
	facts_missing(h->facts, dotted, why, "Have it set with the maker's "
	    "firmware tool, or type it into the asset.");
}

void
unix_uuid(struct unix_host *h, struct fact_row *row, struct span value)
{
	char text[80], uuid[37], why[160];

	value = span_trim(value);
	if (value.n == 0)
		return;
	if (uuid_canonical(span_text(value, text, sizeof(text)), uuid)) {
		fact_str(row, "uuid", uuid);
		return;
	}
	snprintf(why, sizeof(why), "the firmware says \"%s\", which says "
	    "nothing", text);
	facts_missing(h->facts, "sys.uuid", why, "Have it set with the maker's "
	    "firmware tool; until then other keys identify the computer.");
}

/* --- the mapping's own files, sysctls and commands -------------------------------- */

/* Text without the one newline at its end. */
static void
text_row(struct unix_host *h, const char *class, const char *key,
    const char *what, struct span text)
{
	struct fact_row *row = facts_row(h->facts, class);

	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	fact_str(row, key, what);
	fact_strn(row, "text", text.n > 0 ? text.p : "", text.n);
}

static void
file_need(struct unix_host *h, const char *path, const struct unix_section *s)
{
	char dotted[300], why[300], fix[300];

	if (s->status == 0) {
		text_row(h, "file", "path", path, s->text);
		return;
	}
	snprintf(dotted, sizeof(dotted), "file.%.280s", path);
	snprintf(why, sizeof(why), s->status == 2 ? "the account may not read "
	    "%.200s" : "there is no file %.200s", path);
	snprintf(fix, sizeof(fix), s->status == 2 ? "Scan as root, or let the "
	    "account read %.200s." : "Correct the path in the mapping if %.200s "
	    "should be there.", path);
	facts_missing(h->facts, dotted, why, fix);
}

static void
command_need(struct unix_host *h, const char *command,
    const struct unix_section *s)
{
	struct span rest = s->text, label, text, out = s->text;
	const char *mark;
	uint64_t status;
	struct fact_row *row;
	char head[80];

	/* What stands before the part is the output. */
	snprintf(head, sizeof(head), "\n%s part status", h->frame->marker);
	mark = out.n > 0 ? memmem(out.p, out.n, head, strlen(head)) : NULL;
	if (mark != NULL)
		out.n = (size_t)(mark - out.p);
	text_row(h, "command", "command", command, out);
	row = (struct fact_row *)(uintptr_t)facts_at(h->facts, "command",
	    facts_rows(h->facts, "command") - 1);
	while (unix_part(h->frame, &rest, &label, &text))
		if (span_is(label, "status") && span_number(text, &status) &&
		    status < 256)
			fact_int(row, "status", (int64_t)status);
}

static void
needs(struct unix_host *h)
{
	enum map_os kind = h->kind == KIND_DARWIN ? MAP_DARWIN : MAP_LINUX, os;
	const struct map_need *n;

	for (size_t i = 0; unix_need(h->answer->map, i, &os, &n); i++) {
		const struct unix_section *s;
		char name[40];

		snprintf(name, sizeof(name), "need.%zu", i);
		if (os != kind || (s = unix_find(h->frame, name)) == NULL)
			continue;
		if (n->kind == NEED_FILE)
			file_need(h, n->what, s);
		else if (n->kind == NEED_COMMAND)
			command_need(h, n->what, s);
		else if (span_trim(s->text).n > 0)
			text_row(h, "sysctl", "name", n->what, s->text);
	}
}

/* --- the whole ----------------------------------------------------------------------- */

static void
find_kind(struct unix_host *h)
{
	struct span sys = span_get(unix_text(h->frame, "kernel"), "sys");

	h->kind = span_is(sys, "Linux") ? KIND_LINUX :
	    span_is(sys, "Darwin") ? KIND_DARWIN : KIND_OTHER;
}

/* Every section begun and ended, and the script's end seen. */
static bool
whole(const struct unix_frame *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].status < 0)
			return false;
	return f->complete && f->n > 0;
}

/* The time ran out before some of what was asked. */
static void
cut_off(struct unix_host *h)
{
	const struct unix_answer *a = h->answer;
	const char *class, *why, *fix;

	for (size_t i = 0; i < a->nsections; i++)
		for (size_t k = 0; (class = section_class(a->sections[i], k)) !=
		    NULL; k++)
			if (facts_rows(h->facts, class) == 0 &&
			    !facts_why(h->facts, class, &why, &fix))
				facts_missing(h->facts, class, "the host's answer "
				    "ended before it", "Give the host more time "
				    "(sshTimeout), or ask for fewer sections.");
}

/* What only Linux and macOS are asked for must not look as if there were none. */
static void
other_systems(struct unix_host *h)
{
	static const char *const classes[] = { "board", "bios", "gpu", "monitor",
		"battery", "memoryModule", "diskLoad", "logicalVolume",
		"transport", "tpm", "protection", "domain", "antivirus" };
	const char *why, *fix;
	char text[120], sys[40];

	if (h->kind != KIND_OTHER)
		return;
	snprintf(text, sizeof(text), "a host of system %s is not asked for it",
	    span_text(span_get(unix_text(h->frame, "kernel"), "sys"), sys,
	    sizeof(sys)));
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (facts_rows(h->facts, classes[i]) == 0 &&
		    !facts_why(h->facts, classes[i], &why, &fix))
			facts_missing(h->facts, classes[i], text, "Ask by a "
			    "command of the mapping.");
}

bool
unix_facts(const struct unix_answer *a, struct facts *facts, bool *partial,
    struct err *e)
{
	struct unix_frame frame;
	struct unix_host h = { .frame = &frame, .answer = a, .facts = facts };

	*partial = true;
	if (!unix_frame(&frame, a->marker, a->out, a->n, e))
		return fail_at(e, STAGE_SHELL);
	find_kind(&h);
	unix_slow_before(&h);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct unix_section *s = unix_find(&frame, table[i].name);

		if (s != NULL)
			table[i].parse(&h, s);
	}
	needs(&h);
	unix_slow_after(&h);
	*partial = !whole(&frame);
	if (*partial)
		cut_off(&h);
	else
		other_systems(&h);
	unix_frame_free(&frame);
	return true;
}
