/* unix_user.c: who works at a Unix host, who did last. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/unix/unix_parse.h"

#define SESSIONS_MAX 500

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static bool
is_console(struct span tty, struct span from)
{
	return span_is(tty, "console") || span_starts(tty, ":") ||
	    span_starts(tty, "seat") || span_starts(tty, "ttyv") || span_starts(from, ":") ||
	    (span_starts(tty, "tty") && tty.n <= 5 && tty.n > 3 &&
	    isdigit((unsigned char)tty.p[3]));
}

/* "ann  pts/0  2026-11-21 10:00 (10.0.0.1)"; macOS: "Nov 21 10:00" */
static void
who_line(struct unix_host *h, struct span line, bool *current)
{
	struct span user, tty, from = { "", 0 }, since;
	struct fact_row *row;
	const char *open, *close;

	if (facts_rows(h->facts, "session") >= SESSIONS_MAX ||
	    !span_word(&line, &user) || !span_word(&line, &tty) ||
	    span_is(user, "USER") || span_is(user, "reboot") ||
	    span_is(user, "."))
		return;
	since = span_trim(line);
	open = since.n > 0 ? memrchr(since.p, '(', since.n) : NULL;
	close = since.n > 0 ? memrchr(since.p, ')', since.n) : NULL;
	if (open != NULL && close != NULL && open < close) {
		from = (struct span){ open + 1, (size_t)(close - open) - 1 };
		since.n = (size_t)(open - since.p);
	}
	row = facts_row(h->facts, "session");
	fact_span(row, "user", user);
	fact_span(row, "terminal", tty);
	fact_span(row, "since", since);
	fact_span(row, "from", from);
	fact_str(row, "type", is_console(tty, from) ? "console" :
	    from.n > 0 ? "ssh" : "terminal");
	if (is_console(tty, from) && !*current) {
		*current = true;
		fact_span(unix_one(h, &h->user, "user"), "current", user);
	}
}

/* "Nov 21 10:03" of last, the year being the newest that is not ahead. */
static bool
last_time(struct unix_host *h, struct span line, int64_t *ms)
{
	const struct fact *now = facts_find(h->facts, "time.now");
	const struct fact *off = facts_find(h->facts, "time.offsetMinutes");
	struct span word;
	struct tm tm = { .tm_mday = 0 }, today;
	uint64_t day;
	time_t t;

	if (now == NULL || now->type != FACT_TIME)
		return false;
	t = (time_t)(now->ms / 1000);
	gmtime_r(&t, &today);
	while (span_word(&line, &word)) {
		unsigned hh, mm;
		char hm[8];

		for (tm.tm_mon = 0; tm.tm_mon < 12; tm.tm_mon++)
			if (span_is(word, months[tm.tm_mon]))
				break;
		if (tm.tm_mon == 12)
			continue;
		if (!span_word(&line, &word) || !span_u64(word, &day) ||
		    day < 1 || day > 31 || !span_word(&line, &word) ||
		    word.n != 5 || sscanf(span_text(word, hm, sizeof(hm)),
		    "%2u:%2u", &hh, &mm) != 2 || hh > 23 || mm > 59)
			return false;
		tm.tm_mday = (int)day;
		tm.tm_hour = (int)hh;
		tm.tm_min = (int)mm;
		tm.tm_year = today.tm_year;
		*ms = (int64_t)timegm(&tm) * 1000;
		if (off != NULL && off->type == FACT_INT)
			*ms -= off->i * 60000;
		if (*ms > now->ms + 86400000) {
			tm.tm_year--;
			*ms = (int64_t)timegm(&tm) * 1000;
		}
		return true;
	}
	return false;
}

/* Not people: what last notes about the machine. */
static bool
no_person(struct span user)
{
	return span_is(user, "reboot") || span_is(user, "shutdown") ||
	    span_is(user, "runlevel") || span_is(user, "wtmp") ||
	    span_is(user, "USER") || span_is(user, "boot") ||
	    span_is(user, "crash");
}

void
parse_users(struct unix_host *h, const struct unix_section *s)
{
	struct span console = span_get(s->text, "console"), last, line, user;
	struct span text = unix_part_named(h->frame, "users", "who");
	bool current = false;
	int64_t ms;

	/* root owns macOS's console while nobody is logged in */
	if (console.n > 0 && !span_is(console, "root") &&
	    !span_is(console, "_windowserver")) {
		current = true;
		fact_span(unix_one(h, &h->user, "user"), "current", console);
	}
	while (span_line(&text, &line))
		who_line(h, line, &current);
	last = span_get(s->text, "last");
	text = unix_part_named(h->frame, "users", "last");
	while (span_line(&text, &line)) {
		struct span rest = line;

		if (!span_word(&rest, &user) || no_person(user))
			continue;
		if (last.n == 0)
			last = user;
		if (user.n == last.n && memcmp(user.p, last.p, user.n) == 0 &&
		    last_time(h, rest, &ms))
			fact_time(unix_one(h, &h->user, "user"), "lastTime", ms);
		break;
	}
	if (last.n > 0)
		fact_span(unix_one(h, &h->user, "user"), "last", last);
	if (facts_find(h->facts, "user.current") == NULL)
		facts_missing(h->facts, "user.current", "nobody is logged in at "
		    "the console", "Scan while somebody works there.");
}
