#include "helper/cmd/view.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/net.h"
#include "helper/cmd/out.h"

#define WIDTH_DEFAULT 100

struct view {
	FILE *out;
	enum view_format format;
	bool bar, quiet, verbose, bar_shown, failed;
	int error;
	pthread_mutex_t lock;
	json_t *rows;		/* one per scan.host, in the order they came */
	json_t *by_address;	/* address -> row, borrowed twice */
	json_t *finished;	/* params of scan.finished */
};

static const struct out_column table_columns[] = {
	{ "address", "ADDRESS" }, { "name", "NAME" }, { "state", "STATE" },
	{ "os", "OPERATING SYSTEM" }, { "mac", "MAC" }, { "asset", "ASSET" },
	{ "note", "NOTE" }, { NULL, NULL },
};

/* Stable: new columns are added at the end only. */
static const struct out_column csv_columns[] = {
	{ "address", "address" }, { "name", "name" }, { "state", "state" },
	{ "protocol", "protocol" }, { "credential", "credential" },
	{ "os", "os" }, { "osVersion", "os_version" }, { "macs", "macs" },
	{ "serial", "serial" }, { "uuid", "uuid" },
	{ "outcome", "asset_outcome" }, { "assetId", "asset_id" },
	{ "assetUrl", "asset_url" }, { "errorCode", "error_code" },
	{ "errorStage", "error_stage" }, { "errorMessage", "error_message" },
	{ "hint", "hint" }, { "seconds", "seconds" }, { NULL, NULL },
};

static const struct { const char *name; enum view_format format; } formats[] = {
	{ "text", VIEW_TEXT }, { "jsonl", VIEW_JSONL }, { "csv", VIEW_CSV },
};

bool
view_format_parse(const char *name, enum view_format *format, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (name == NULL || strcmp(name, formats[i].name) == 0) {
			*format = formats[i].format;
			return true;
		}
	return fail(e, ERR_USAGE, "--format is text, jsonl or csv, not \"%.20s\"",
	    name);
}

struct view *
view_new(FILE *out, enum view_format format, enum log_level level)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->out = out;
	v->format = format;
	v->quiet = level < LOG_WARN;
	v->verbose = level > LOG_WARN;
	v->bar = !v->quiet && isatty(STDERR_FILENO);
	v->rows = json_array();
	v->by_address = json_object();
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	json_decref(v->rows);
	json_decref(v->by_address);
	json_decref(v->finished);
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

/* --- rows ----------------------------------------------------------------------- */

static void
copy(json_t *row, const char *to, const json_t *from, const char *member)
{
	json_t *value = json_object_get(from, member);

	if (value != NULL && !json_is_null(value))
		json_object_set(row, to, value);
}

static void
add_host(struct view *v, const json_t *p)
{
	const json_t *os = json_object_get(p, "os");
	const json_t *identity = json_object_get(p, "identity");
	const json_t *error = json_object_get(p, "error");
	json_t *row = json_object();
	static const char *const same[] = { "address", "name", "state",
		"protocol", "credential" };

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		copy(row, same[i], p, same[i]);
	copy(row, "os", os, "name");
	copy(row, "osVersion", os, "version");
	copy(row, "macs", identity, "macs");
	json_object_set(row, "mac", json_array_get(json_object_get(identity,
	    "macs"), 0));
	copy(row, "serial", identity, "serial");
	copy(row, "uuid", identity, "uuid");
	copy(row, "errorCode", error, "code");
	copy(row, "errorStage", error, "stage");
	copy(row, "errorMessage", error, "message");
	copy(row, "hint", error, "hint");
	copy(row, "note", error, "message");
	copy(row, "seconds", json_object_get(p, "timings"), "total");
	json_array_append(v->rows, row);
	json_object_set_new(v->by_address,
	    json_string_value(json_object_get(p, "address")), row);
}

static void
add_asset(struct view *v, const json_t *p)
{
	json_t *row = json_object_get(v->by_address,
	    json_string_value(json_object_get(p, "address")));
	const json_t *error = json_object_get(p, "error");
	const char *outcome = json_string_value(json_object_get(p, "outcome"));
	json_int_t id = json_integer_value(json_object_get(p, "id"));
	char asset[64];

	if (row == NULL || outcome == NULL)
		return;
	copy(row, "outcome", p, "outcome");
	copy(row, "assetId", p, "id");
	copy(row, "assetUrl", p, "url");
	copy(row, "note", error, "message");
	if (id != 0)
		snprintf(asset, sizeof(asset), "%s #%lld", outcome, (long long)id);
	else
		snprintf(asset, sizeof(asset), "%s", outcome);
	json_object_set_new(row, "asset", json_string(asset));
}

/* Rows in the order of their addresses; names, which are none, last. */
static int
by_address(const void *a, const void *b)
{
	const char *x = json_string_value(json_object_get(*(json_t *const *)a,
	    "address"));
	const char *y = json_string_value(json_object_get(*(json_t *const *)b,
	    "address"));
	struct net_addr ax, ay;
	bool bx = x != NULL && net_addr_parse(x, &ax);
	bool by = y != NULL && net_addr_parse(y, &ay);

	if (bx && by)
		return net_addr_cmp(&ax, &ay);
	if (bx != by)
		return bx ? -1 : 1;
	return strcmp(x != NULL ? x : "", y != NULL ? y : "");
}

/* A new array of the rows, sorted; without those that merely refused, when a
 * person reads it: a range holds many. */
static json_t *
sorted_rows(const struct view *v, bool all)
{
	size_t n = json_array_size(v->rows), kept = 0;
	json_t **row = calloc(n + 1, sizeof(*row)), *out = json_array();
	const char *state;

	for (size_t i = 0; row != NULL && i < n; i++) {
		row[kept] = json_array_get(v->rows, i);
		state = json_string_value(json_object_get(row[kept], "state"));
		if (all || state == NULL || strcmp(state, "refused") != 0)
			kept++;
	}
	if (row != NULL)
		qsort(row, kept, sizeof(*row), by_address);
	for (size_t i = 0; i < kept; i++)
		json_array_append(out, row[i]);
	free(row);
	return out;
}

/* --- text ------------------------------------------------------------------------- */

static void
log_text(struct view *v, const json_t *p)
{
	const char *text = json_string_value(json_object_get(p, "message"));
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	FILE *f;

	if (text == NULL)
		text = json_string_value(json_object_get(p, "text"));
	if (v->quiet || text == NULL)
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S",
	    localtime_r(&now, &tm));
	/* a table of values alone goes out; who waits reads the lines as they come */
	f = v->format == VIEW_TEXT ? v->out : stderr;
	fprintf(f, "%s  %s\n", stamp, text);
	fflush(f);
}

static void
totals_text(FILE *f, const json_t *totals, const char *what)
{
	const char *name, *comma = "";
	json_t *value;

	if (json_object_size(totals) == 0)
		return;
	fprintf(f, "%s", what);
	json_object_foreach((json_t *)totals, name, value) {
		if (json_integer_value(value) == 0)
			continue;
		fprintf(f, "%s %lld %s", comma,
		    (long long)json_integer_value(value), name);
		comma = ",";
	}
	fputs(*comma ? "\n" : " none\n", f);
}

static void
finish_text(struct view *v)
{
	json_t *rows = sorted_rows(v, v->verbose);

	if (json_array_size(rows) > 0) {
		fputc('\n', v->out);
		out_table(v->out, rows, table_columns,
		    isatty(fileno(v->out)) ? terminal_width(fileno(v->out)) : 160);
	}
	json_decref(rows);
	if (v->finished == NULL)
		return;
	fputc('\n', v->out);
	totals_text(v->out, json_object_get(v->finished, "hosts"), "Addresses:");
	totals_text(v->out, json_object_get(v->finished, "assets"), "Assets:");
	fprintf(v->out, "%s after %.1f s\n",
	    json_string_value(json_object_get(v->finished, "reason")),
	    number(v->finished, "seconds"));
}

/* --- events ------------------------------------------------------------------------ */

static void
line_out(struct view *v, const char *method, const json_t *params)
{
	json_t *line = json_pack("{s:s, s:s, s:O}", "jsonrpc", "2.0",
	    "method", method, "params", params);

	if (line == NULL || json_dumpf(line, v->out,
	    JSON_COMPACT | JSON_REAL_PRECISION(12)) != 0)
		v->failed = true;
	fputc('\n', v->out);
	fflush(v->out);
	json_decref(line);
}

void
view_event(void *view, const char *method, json_t *params, bool progress)
{
	struct view *v = view;

	pthread_mutex_lock(&v->lock);
	if (v->format == VIEW_JSONL) {
		line_out(v, method, params);
	} else {
		if (!progress)
			bar_clear(v);
		if (strcmp(method, "scan.host") == 0)
			add_host(v, params);
		else if (strcmp(method, "scan.asset") == 0)
			add_asset(v, params);
		else if (strcmp(method, "scan.log") == 0)
			log_text(v, params);
		else if (strcmp(method, "scan.finished") == 0)
			v->finished = json_incref(params);
	}
	if (progress && v->bar)
		bar_draw(v, params);
	if (!v->failed && ferror(v->out)) {
		v->failed = true;
		v->error = errno;
	}
	pthread_mutex_unlock(&v->lock);
	json_decref(params);
}

bool
view_finish(struct view *v, struct err *e)
{
	json_t *rows;

	bar_clear(v);
	if (v->format == VIEW_TEXT)
		finish_text(v);
	else if (v->format == VIEW_CSV) {
		rows = sorted_rows(v, true);
		out_csv(v->out, rows, csv_columns);
		json_decref(rows);
	}
	errno = 0;
	if (fflush(v->out) != 0 || ferror(v->out) || v->failed) {
		if (errno == 0)
			errno = v->error != 0 ? v->error : EIO;
		return fail_errno(e, ERR_IO, "writing the results");
	}
	return true;
}
