#include "helper/cmd/view.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/report/report_forms.h"

#define WIDTH_DEFAULT 100

struct view {
	FILE *out;
	const char *name;	/* of the file, for errors */
	enum view_format format;
	bool bar, quiet, verbose, bar_shown, failed;
	int error;
	pthread_mutex_t lock;
	struct findings *found;	/* NULL: the lines go out as they come */
	struct err err;		/* why something could not be taken in */
};

static const struct { const char *name; enum view_format format; } formats[] = {
	{ "text", VIEW_TEXT }, { "jsonl", VIEW_JSONL }, { "json", VIEW_JSON },
	{ "csv", VIEW_CSV }, { "html", VIEW_HTML },
};

bool
view_format_parse(const char *name, enum view_format *format, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (name == NULL || strcmp(name, formats[i].name) == 0) {
			*format = formats[i].format;
			return true;
		}
	return fail(e, ERR_USAGE, "--format is text, jsonl, json, csv or "
	    "html, not \"%.20s\"",
	    name);
}

struct view *
view_new(FILE *out, const char *name, enum view_format format,
    enum log_level level)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->out = out;
	v->name = name;
	v->format = format;
	v->quiet = level < LOG_WARN;
	v->verbose = level > LOG_WARN;
	v->bar = !v->quiet && isatty(STDERR_FILENO);
	pthread_mutex_init(&v->lock, NULL);
	if (format == VIEW_JSONL)
		return v;
	v->found = findings_new(format == VIEW_JSON || format == VIEW_HTML);
	if (v->found != NULL)
		return v;
	view_free(v);
	return NULL;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	findings_free(v->found);
	pthread_mutex_destroy(&v->lock);
	free(v);
}

/* --- the bar ------------------------------------------------------------------ */

static size_t
terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

static void
bar_clear(struct view *v)
{
	if (v->bar_shown)
		fputs("\r\033[K", stderr);
	v->bar_shown = false;
}

static double
number(const json_t *o, const char *name)
{
	return json_number_value(json_object_get(o, name));
}

static void
bar_draw(struct view *v, const json_t *p)
{
	double done = number(p, "done"), total = number(p, "total");
	double eta = number(p, "eta");
	char line[512], bar[41];
	size_t full = total > 0 ? (size_t)(40 * done / total) : 40;
	int n;

	if (full > 40)
		full = 40;
	memset(bar, '#', full);
	memset(bar + full, '.', 40 - full);
	bar[40] = '\0';
	n = snprintf(line, sizeof(line), "[%s] %.0f/%.0f  found %.0f  scanned "
	    "%.0f  failed %.0f", bar, done, total, number(p, "found"),
	    number(p, "scanned"), number(p, "failed"));
	if (json_is_number(json_object_get(p, "eta")) && n > 0 &&
	    (size_t)n < sizeof(line))
		snprintf(line + n, sizeof(line) - (size_t)n, "  %d:%02d left",
		    (int)eta / 60, (int)eta % 60);
	fprintf(stderr, "\r\033[K%.*s", (int)terminal_width(STDERR_FILENO) - 1,
	    line);
	fflush(stderr);
	v->bar_shown = true;
}

/* --- text ------------------------------------------------------------------------- */

static void
log_text(struct view *v, const json_t *p)
{
	const char *text = json_string_value(json_object_get(p, "message"));
	char stamp[32], line[2400];
	time_t now = time(NULL);
	struct tm tm;
	FILE *f;

	if (text == NULL)
		text = json_string_value(json_object_get(p, "text"));
	if (v->quiet || text == NULL)
		return;
	text_line(line, sizeof(line), text, strlen(text));
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S",
	    localtime_r(&now, &tm));
	/* a table of values alone goes out; who waits reads the lines as they come */
	f = v->format == VIEW_TEXT ? v->out : stderr;
	fprintf(f, "%s  %s\n", stamp, line);
	fflush(f);
}

/* --- events ------------------------------------------------------------------------ */

/* The first failure is kept: what comes later does not know the reason. */
static void
not_written(struct view *v)
{
	if (v->failed)
		return;
	v->failed = true;
	v->error = errno != 0 ? errno : EIO;
}

/* Behind a line that was cut none follows, so that the file can be read. */
static void
line_out(struct view *v, const char *method, const json_t *params)
{
	json_t *line = json_pack("{s:s, s:s, s:O}", "jsonrpc", "2.0",
	    "method", method, "params", params);

	errno = 0;
	if (line == NULL || json_dumpf(line, v->out,
	    JSON_COMPACT | JSON_REAL_PRECISION(12)) != 0 ||
	    fputc('\n', v->out) == EOF || fflush(v->out) != 0)
		not_written(v);
	json_decref(line);
}

void
view_event(void *view, const char *method, json_t *params, bool progress)
{
	struct view *v = view;

	pthread_mutex_lock(&v->lock);
	if (v->format == VIEW_JSONL) {
		if (!v->failed)
			line_out(v, method, params);
	} else {
		if (!progress)
			bar_clear(v);
		if (!findings_add(v->found, method, params, &v->err))
			v->failed = true;
		errno = 0;
		if (strcmp(method, "scan.log") == 0)
			log_text(v, params);
		if (ferror(v->out))
			not_written(v);
	}
	if (progress && v->bar)
		bar_draw(v, params);
	pthread_mutex_unlock(&v->lock);
	json_decref(params);
}

/* error: 0 where only the stream remembers that there was one. */
static bool
not_taken(const char *name, int error, struct err *e)
{
	if (error == EPIPE) {
		fail(e, ERR_IO, "nobody reads the results any more: the program "
		    "behind the pipe has ended");
		return fail_hint(e, "Let that program read to the end, or send the results "
		    "to a file.");
	}
	errno = error != 0 ? error : EIO;
	return fail_errno(e, ERR_IO, "writing the results to %s",
	    name != NULL ? name : "standard output");
}

bool
view_write(FILE *out, const char *name, enum view_format format,
    const struct findings *found, bool all, struct err *e)
{
	bool ok = true;
	int error;

	errno = 0;
	if (format == VIEW_TEXT)
		report_text(out, found, all);
	else if (format == VIEW_CSV)
		report_csv(out, found);
	else if (format == VIEW_JSON)
		ok = report_json(out, found, e);
	else if (format == VIEW_HTML)
		ok = report_html(out, found, e);
	error = ferror(out) ? errno : 0;
	if (ok && fflush(out) != 0)
		error = errno;
	return ok && (error != 0 || ferror(out)) ? not_taken(name, error, e) : ok;
}

void
view_today(char day[static 11])
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(day, 11, "%Y-%m-%d", gmtime_r(&now, &tm));
}

bool
view_finish(struct view *v, struct err *e)
{
	char today[11];

	bar_clear(v);
	if (v->found != NULL) {
		view_today(today);
		findings_done(v->found, today);
	}
	if (v->err.code != ERR_NONE)
		return fail(e, v->err.code, "%s", v->err.text);
	/* the first failure has the reason: the stream only knows that there was one */
	if (v->failed)
		return not_taken(v->name, v->error, e);
	return view_write(v->out, v->name, v->format, v->found, v->verbose, e);
}
