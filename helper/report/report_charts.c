#include "helper/report/report_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "helper/report/findings_row.h"
#include "helper/report/html.h"

#define WIDTH 288		/* of a chart, in its own units */
#define ROW 30			/* height of a line with its bar */
#define BARS_MAX 6
#define SLICES_MAX 7

/* --- counting ----------------------------------------------------------------------- */

/* One thing that is counted; in the order of their coming. */
struct tally { const char *label, *value, *kind, *when; size_t n; };
struct tallies { struct tally *v; size_t n, cap; };

static void
tally(struct tallies *t, const struct tally *one)
{
	struct tally *more;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i].value, one->value) == 0) {
			t->v[i].n++;
			return;
		}
	if (t->n == t->cap) {
		size_t cap = t->cap != 0 ? 2 * t->cap : 32;

		if ((more = realloc(t->v, cap * sizeof(*more))) == NULL)
			return;
		t->v = more;
		t->cap = cap;
	}
	t->v[t->n] = *one;
	t->v[t->n++].n = 1;
}

static int
most_first(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->n != y->n ? (x->n > y->n ? -1 : 1) :
	    strcmp(x->label, y->label);
}

static int
oldest_first(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	int c = strcmp(x->when, y->when);

	return c != 0 ? c : strcmp(x->label, y->label);
}

static void
sort(struct tallies *t, int (*order)(const void *, const void *))
{
	if (t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), order);
}

/* --- drawing ------------------------------------------------------------------------ */

static void
chart_begin(FILE *f, size_t height, const char *what)
{
	fprintf(f, "<svg class=\"chart\" viewBox=\"0 0 %d %zu\" role=\"group\" "
	    "aria-label=\"%s\">\n", WIDTH, height, what);
}

/* What follows until pick_end() filters the table when it is clicked. */
static void
pick_begin(FILE *f, const char *what, const char *value)
{
	fprintf(f, "<g class=\"pick\" data-f=\"%s\" data-v=\"", what);
	html_text(f, value);
	fputs("\">", f);
}

static void
pick_end(FILE *f)
{
	fputs("</g>\n", f);
}

/* A label, a figure at the right, and a bar of `part` beneath, at height y. */
static void
bar(FILE *f, size_t y, const char *label, const char *figure, double part,
    const char *color)
{
	size_t room = 40 - strlen(figure);

	if (part > 1)
		part = 1;
	fprintf(f, "<title>");
	html_cut(f, label, 200);
	fprintf(f, ": %s</title><rect class=\"hit\" y=\"%zu\" width=\"%d\" "
	    "height=\"%d\"/><text y=\"%zu\">", figure, y, WIDTH, ROW, y + 13);
	html_cut(f, label, room);
	fprintf(f, "</text><text class=\"fig\" x=\"%d\" y=\"%zu\">%s</text>"
	    "<rect class=\"track\" y=\"%zu\" width=\"%d\" height=\"6\" rx=\"3\"/>"
	    "<rect class=\"%s\" y=\"%zu\" width=\"%.1f\" height=\"6\" rx=\"3\"/>",
	    WIDTH, y + 13, figure, y + 19, WIDTH, color, y + 19,
	    part * WIDTH < 6 ? 6 : part * WIDTH);
}

static void
nothing(FILE *f, const char *text, const char *more)
{
	fprintf(f, "<p class=\"none\">%s</p>", text);
	if (more != NULL)
		fprintf(f, "<p class=\"also\">%s</p>", more);
	fputc('\n', f);
}

static void
and_more(FILE *f, size_t n, const char *what)
{
	if (n > 0)
		fprintf(f, "<p class=\"also\">and %zu more %s%s</p>\n", n, what,
		    n == 1 ? "" : "s");
}

static void
card_begin(FILE *f, const char *title, size_t n)
{
	fprintf(f, "<article class=\"card\"><h2>%s", title);
	if (n > 0)
		fprintf(f, " <span class=\"count\">%zu</span>", n);
	fputs("</h2>\n", f);
}

static void
card_end(FILE *f)
{
	fputs("</article>\n", f);
}

/* --- operating systems: a ring and its legend ------------------------------------------ */

const char *
system_label(const struct finding *h)
{
	return h->eol != NULL ? h->eol->label : text_of(h->row, "os");
}

/* A part of a ring, from one turn to another (0 to 1). */
static void
slice(FILE *f, double from, double to, size_t color)
{
	const double x = 56, y = 66, r = 45, turn = 2 * acos(-1);

	if (to - from > 0.9999) {
		fprintf(f, "<circle class=\"s%zu\" cx=\"%.0f\" cy=\"%.0f\" "
		    "r=\"%.0f\"/>", color, x, y, r);
		return;
	}
	fprintf(f, "<path class=\"s%zu\" d=\"M%.2f %.2fA%.0f %.0f 0 %d 1 %.2f "
	    "%.2f\"/>", color, x + r * sin(from * turn), y - r * cos(from * turn),
	    r, r, to - from > 0.5, x + r * sin(to * turn),
	    y - r * cos(to * turn));
}

static void
legend(FILE *f, size_t line, const struct tally *t, size_t color)
{
	size_t y = 8 + 19 * line;

	fprintf(f, "<rect class=\"hit\" x=\"118\" y=\"%zu\" width=\"170\" "
	    "height=\"19\"/><rect class=\"k%zu\" x=\"120\" y=\"%zu\" width=\"10\" "
	    "height=\"10\" rx=\"2\"/><text x=\"136\" y=\"%zu\">", y - 4, color, y,
	    y + 9);
	html_cut(f, t->label, 18);
	fprintf(f, "</text><text class=\"fig\" x=\"%d\" y=\"%zu\">%zu</text>",
	    WIDTH, y + 9, t->n);
}

static void
ring(FILE *f, const struct tallies *t, size_t hosts)
{
	size_t shown = t->n > SLICES_MAX ? SLICES_MAX - 1 : t->n, done = 0;
	struct tally rest = { .label = "other systems" };
	size_t lines = t->n > SLICES_MAX ? SLICES_MAX : t->n;

	chart_begin(f, 19 * lines + 8 > 132 ? 19 * lines + 8 : 132,
	    "Operating systems and how many hosts run them");
	for (size_t i = 0; i < shown; i++) {
		pick_begin(f, "os", t->v[i].value);
		fputs("<title>", f);
		html_cut(f, t->v[i].label, 200);
		fprintf(f, ": %zu</title>", t->v[i].n);
		slice(f, (double)done / (double)hosts,
		    (double)(done + t->v[i].n) / (double)hosts, i);
		legend(f, i, &t->v[i], i);
		pick_end(f);
		done += t->v[i].n;
	}
	if (done < hosts) {
		rest.n = hosts - done;
		slice(f, (double)done / (double)hosts, 1, SLICES_MAX);
		legend(f, shown, &rest, SLICES_MAX);
	}
	/* the ring is 74 wide inside */
	fprintf(f, "<text class=\"big%s\" x=\"56\" y=\"70\">%zu</text><text "
	    "class=\"under\" x=\"56\" y=\"86\">%s</text></svg>\n", hosts <
	    1000 ? "" : hosts < 100000 ? " four" : " many", hosts, hosts == 1 ?
	    "host" : "hosts");
}

static void
systems(FILE *f, const struct findings *found)
{
	struct tallies t = { 0 };
	size_t hosts = 0;

	for (size_t i = 0; i < findings_count(found); i++) {
		const char *label = system_label(findings_at(found, i));

		if (label == NULL)
			continue;
		hosts++;
		tally(&t, &(struct tally){ .label = label, .value = label });
	}
	sort(&t, most_first);
	card_begin(f, "Operating systems", 0);
	if (hosts > 0)
		ring(f, &t, hosts);
	else
		nothing(f, "No host told what it runs.", NULL);
	card_end(f);
	free(t.v);
}

/* --- why hosts were not scanned ---------------------------------------------------------- */

static const struct { const char *state, *group, *word, *label; } states[] = {
	{ "scanned", "scanned", "scanned", NULL },
	{ "partial", "scanned", "in part", "scanned in part" },
	{ "auth_failed", "failed", "log-on refused",
	  "the host refused the credentials" },
	{ "denied", "failed", "access denied",
	  "the log-on worked but the access was denied" },
	{ "refused", "refused", "closed", "no port for a scan is open" },
	{ "unreachable", "failed", "unreachable",
	  "the network says it cannot be reached" },
	{ "silent", "other", "silent", "no answer" },
	{ "error", "failed", "error", "an error" },
	{ "cancelled", "other", "cancelled", "the scan was cancelled" },
	{ "skipped", "other", "seen twice",
	  "the same computer at another address" },
};

static size_t
state_of(const struct finding *h)
{
	const char *state = text_of(h->row, "state");
	size_t i;

	for (i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(state, states[i].state) == 0)
			break;
	return i;
}

const char *
group_of(const struct finding *h)
{
	size_t i = state_of(h);

	return i < ARRAY_LEN(states) ? states[i].group : "other";
}

const char *
state_word(const struct finding *h)
{
	size_t i = state_of(h);

	return i < ARRAY_LEN(states) ? states[i].word : text_of(h->row, "state");
}

const char *
cause_label(const struct finding *h)
{
	const char *code = text_of(h->row, "errorCode");
	size_t s = state_of(h);

	/* what a closed port means is said better here */
	if (code == NULL || strcmp(code, "refused") == 0)
		return s < ARRAY_LEN(states) && states[s].label != NULL ?
		    states[s].label : text_of(h->row, "state");
	for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
		if (strcmp(err_info((enum err_code)i)->code, code) == 0)
			return err_info((enum err_code)i)->sentence;
	return code;
}

static void
causes(FILE *f, const struct findings *found)
{
	struct tallies t = { 0 };
	char figure[24];
	size_t failed = 0, most = 1;

	for (size_t i = 0; i < findings_count(found); i++) {
		const struct finding *h = findings_at(found, i);
		const char *group = group_of(h), *label;

		if (strcmp(group, "failed") != 0 &&
		    strcmp(group, "refused") != 0 &&
		    strcmp(text_of(h->row, "state"), "partial") != 0)
			continue;
		failed += strcmp(group, "failed") == 0;
		label = cause_label(h);
		tally(&t, &(struct tally){ .label = label, .value = label,
		    .kind = group });
	}
	sort(&t, most_first);
	card_begin(f, "Failures by cause", failed);
	for (size_t i = 0; i < t.n && i < BARS_MAX; i++)
		if (t.v[i].n > most)
			most = t.v[i].n;
	if (t.n > 0)
		chart_begin(f, ROW * (t.n < BARS_MAX ? t.n : BARS_MAX),
		    "Causes of failure and how many hosts have them");
	for (size_t i = 0; i < t.n && i < BARS_MAX; i++) {
		snprintf(figure, sizeof(figure), "%zu", t.v[i].n);
		pick_begin(f, "cause", t.v[i].value);
		bar(f, ROW * i, t.v[i].label, figure,
		    (double)t.v[i].n / (double)most,
		    strcmp(t.v[i].kind, "failed") == 0 ? "bad" :
		    strcmp(t.v[i].kind, "refused") == 0 ? "calm" : "warn");
		pick_end(f);
	}
	if (t.n > 0)
		fputs("</svg>\n", f);
	else
		nothing(f, "Every host that answered was scanned.", NULL);
	and_more(f, t.n > BARS_MAX ? t.n - BARS_MAX : 0, "cause");
	card_end(f);
	free(t.v);
}

/* --- disks nearly full ------------------------------------------------------------------- */

static void
volume(FILE *f, const struct findings *found, size_t i)
{
	const struct found_volume *v = findings_full_at(found, i);
	const json_t *row = findings_at(found, v->host)->row;
	const char *name = text_of(row, "name");
	const char *shown = name != NULL ? name : text_of(row, "address");
	char label[400], figure[64], room[40], number[24];
	double part = 1 - v->free / v->size;
	size_t n = name != NULL ? strcspn(name, ".") : strlen(shown);

	/* without its domain, so that the volume can be read */
	snprintf(label, sizeof(label), "%.*s  %.160s", n < 160 ? (int)n : 160,
	    shown, v->mount);
	snprintf(figure, sizeof(figure), "%.0f %%, %s free",
	    floor(100 * part), html_octets(v->free, room, sizeof(room)));
	snprintf(number, sizeof(number), "%zu", v->host);
	pick_begin(f, "host", number);
	bar(f, ROW * i, label, figure, part, part >= 0.95 ? "bad" : "warn");
	pick_end(f);
}

static void
disks(FILE *f, const struct findings *found)
{
	size_t n = findings_full(found), shown = n < BARS_MAX ? n : BARS_MAX;
	char text[80];

	card_begin(f, "Disks nearly full", n);
	if (findings_volumes(found) == 0) {
		nothing(f, "These results hold no volumes.", "Scan with "
		    "--sections=disk to see them here.");
	} else if (n == 0) {
		snprintf(text, sizeof(text), "None of %zu volumes is more than "
		    "%.0f&nbsp;%% full.", findings_volumes(found),
		    100 - 100 * NEARLY_FULL);
		nothing(f, text, NULL);
	} else {
		chart_begin(f, ROW * shown, "Volumes that are nearly full");
		for (size_t i = 0; i < shown; i++)
			volume(f, found, i);
		fputs("</svg>\n", f);
		and_more(f, n - shown, "volume");
	}
	card_end(f);
}

/* --- ends of support ---------------------------------------------------------------------- */

static const struct { enum eol_status status; const char *color, *label; }
kinds[] = {
	{ EOL_ENDED, "bad", "ended" }, { EOL_ENDING, "warn", "ends soon" },
	{ EOL_SUPPORTED, "good", "supported" }, { EOL_UNKNOWN, "calm", "unknown" },
};

/* All hosts in one bar, by what holds for them; 44 units high. */
static void
whole(FILE *f, const size_t count[EOL_STATUSES], size_t hosts)
{
	double x = 0;
	size_t at = 0;
	char text[40];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t n = count[kinds[i].status];
		double w = WIDTH * (double)n / (double)hosts;

		if (n == 0)
			continue;
		snprintf(text, sizeof(text), "%zu %s", n, kinds[i].label);
		pick_begin(f, "support", eol_status_name(kinds[i].status));
		fprintf(f, "<title>%s: %zu</title><rect class=\"%s\" x=\"%.1f\" "
		    "width=\"%.1f\" height=\"14\" rx=\"2\"/><rect class=\"%s\" x=\"%zu\" "
		    "y=\"24\" width=\"9\" height=\"9\" rx=\"2\"/><text x=\"%zu\" "
		    "y=\"32\">%s</text>", kinds[i].label, n, kinds[i].color,
		    x, w > 3 ? w - 2 : w, kinds[i].color, at, at + 13, text);
		pick_end(f);
		x += w;
		at += 23 + 7 * strlen(text);	/* about as wide */
	}
}

static void
ends(FILE *f, const struct findings *found)
{
	size_t count[EOL_STATUSES] = { 0 }, hosts = 0, shown;
	struct tallies t = { 0 };
	char figure[40];

	for (size_t i = 0; i < findings_count(found); i++) {
		const struct finding *h = findings_at(found, i);

		if (system_label(h) == NULL)
			continue;
		hosts++;
		count[h->support]++;
		if (h->support == EOL_ENDED || h->support == EOL_ENDING)
			tally(&t, &(struct tally){ .label = h->eol->label,
			    .value = h->eol->label, .when = h->eol->ends,
			    .kind = h->support == EOL_ENDED ? "ended" :
			    "ends" });
	}
	sort(&t, oldest_first);
	card_begin(f, "End of support", count[EOL_ENDED]);
	shown = t.n < BARS_MAX - 2 ? t.n : BARS_MAX - 2;
	if (hosts > 0)
		chart_begin(f, 44 + ROW * shown, "Systems by the end of their "
		    "support");
	if (hosts > 0)
		whole(f, count, hosts);
	for (size_t i = 0; i < shown; i++) {
		snprintf(figure, sizeof(figure), "%zu, %s %s", t.v[i].n,
		    t.v[i].kind, t.v[i].when);
		pick_begin(f, "os", t.v[i].value);
		bar(f, 44 + ROW * i, t.v[i].label, figure, (double)t.v[i].n /
		    (double)hosts, strcmp(t.v[i].kind, "ended") == 0 ? "bad" :
		    "warn");
		pick_end(f);
	}
	if (hosts > 0)
		fputs("</svg>\n", f);
	else
		nothing(f, "No host told what it runs.", NULL);
	and_more(f, t.n - shown, "system");
	card_end(f);
	free(t.v);
}

void
charts_put(FILE *f, const struct findings *found)
{
	fputs("<section class=\"cards\" aria-label=\"Charts\">\n", f);
	systems(f, found);
	ends(f, found);
	disks(f, found);
	causes(f, found);
	fputs("</section>\n", f);
}
