/* cmd_import.c: `assetscan import`, results of another machine to assets here.
 *
 * The files are read twice: whole and checked, then posted.  So a mistake in the
 * last line of the last file keeps the first from being posted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/report/results.h"
#include "helper/cmd/places.h"
#include "helper/cmd/signals.h"
#include "helper/cmd/view.h"
#include "helper/scan/import.h"

#define MISTAKES_MAX 20		/* named; the rest is only counted */

/* What the first reading found in a file. */
struct seen {
	const char *path;
	uint64_t hosts, torn;
	bool finished;
};

struct found {
	struct seen *file;
	size_t nfiles;
	uint64_t hosts, mistakes;
	char *profile;			/* of the first scan; NULL: none said */
	char *type, *folder;		/* of all scans; NULL: none said */
	bool differ;			/* not all said the same of these */
};

/* --- the first reading ------------------------------------------------------------ */

static void
mistake(struct found *f, const struct err *e)
{
	if (f->mistakes++ < MISTAKES_MAX)
		front_error(e);
}

static void
agree(struct found *f, char **kept, const json_t *said)
{
	const char *s = json_string_value(said);

	if (s != NULL && *kept == NULL)
		*kept = strdup(s);
	else if (s != NULL && strcmp(s, *kept) != 0)
		f->differ = true;
}

static void
look_at(struct found *f, struct seen *file, const struct results_line *line)
{
	struct err e = { .code = ERR_NONE }, where = { .code = ERR_NONE };

	if (strcmp(line->method, "scan.started") == 0) {
		const char *name = json_string_value(
		    json_object_get(line->params, "profile"));

		if (f->profile == NULL && name != NULL)
			f->profile = strdup(name);
		agree(f, &f->type, json_object_get(line->params, "assetType"));
		agree(f, &f->folder, json_object_get(line->params, "folder"));
		file->finished = false;
	} else if (strcmp(line->method, "scan.finished") == 0) {
		file->finished = true;
	} else if (strcmp(line->method, "scan.host") == 0) {
		file->hosts++;
		if (import_check(line->params, &e))
			return;
		fail(&where, e.code, "%s: line %llu: the scan.host of %.60s is "
		    "wrong: %s", file->path, (unsigned long long)line->line,
		    json_string_value(json_object_get(line->params, "address")),
		    e.text);
		mistake(f, &where);
	}
}

static bool
read_first(struct found *f, struct seen *file, struct err *e)
{
	struct results *r = results_open(file->path, e);
	struct results_line line;

	if (r == NULL)
		return false;
	for (;;) {
		while (results_next(r, &line, e))
			look_at(f, file, &line);
		/* the lines behind a wrong one are looked at, too */
		if (e->code != ERR_INVALID)
			break;
		mistake(f, e);
		err_clear(e);
		if (f->mistakes > MISTAKES_MAX)
			break;
	}
	file->torn = results_torn(r);
	f->hosts += file->hosts;
	results_close(r);
	return e->code == ERR_NONE;
}

/* Standard input that cannot be read twice goes into a file without a name. */
static bool
rewindable(struct err *e)
{
	char buf[65536];
	ssize_t got = 0;
	FILE *copy;
	bool ok;

	if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
		return true;
	if ((copy = tmpfile()) == NULL)
		return fail_errno(e, ERR_IO, "a temporary file");
	while ((got = read(STDIN_FILENO, buf, sizeof(buf))) > 0 ||
	    (got < 0 && errno == EINTR))
		if (got > 0 && fwrite(buf, 1, (size_t)got, copy) != (size_t)got)
			break;
	ok = got == 0 && fflush(copy) == 0 &&
	    dup2(fileno(copy), STDIN_FILENO) == STDIN_FILENO &&
	    lseek(STDIN_FILENO, 0, SEEK_SET) == 0;
	if (!ok)
		fail_errno(e, ERR_IO, "a copy of standard input");
	fclose(copy);
	return ok;
}

static bool
read_all(const struct opts *o, struct found *f, struct err *e)
{
	size_t stdins = 0;

	f->nfiles = opts_nargs(o);
	if (f->nfiles == 0)
		return fail(e, ERR_USAGE, "say which files: import RESULTS.jsonl");
	if ((f->file = calloc(f->nfiles, sizeof(*f->file))) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	for (size_t i = 0; i < f->nfiles; i++) {
		f->file[i].path = opts_args(o)[i];
		if (strcmp(f->file[i].path, "-") == 0 &&
		    (stdins++ > 0 ? !fail(e, ERR_USAGE, "standard input can be "
		    "given once") : !rewindable(e)))
			return false;
		if (!read_first(f, &f->file[i], e))
			return false;
	}
	if (f->mistakes > MISTAKES_MAX)
		fprintf(stderr, "assetscan: there are more mistakes\n");
	return true;
}

/* --- the second ------------------------------------------------------------------- */

static bool
front_folder(const struct opts *o, const struct found *f, json_t *profile,
    struct err *e)
{
	const char *type = opt_str(o, OPT_ASSET_TYPE);
	const char *folder = opt_str(o, OPT_FOLDER);

	if (f->differ && (type == NULL || folder == NULL))
		return fail(e, ERR_USAGE, "the files were scanned for different "
		    "asset types or folders; say which with --asset-type and "
		    "--folder, or import them one by one");
	if (type != NULL || f->type != NULL)
		front_set(profile, "assetType",
		    json_string(type != NULL ? type : f->type));
	if (folder != NULL || f->folder != NULL)
		front_set(profile, "folder",
		    json_string(folder != NULL ? folder : f->folder));
	return true;
}

static json_t *
params_of(const struct opts *o, const struct found *f, struct err *e)
{
	json_t *profile = json_object(), *jira;

	front_set(profile, "name", json_string(f->profile != NULL &&
	    f->profile[0] != '\0' ? f->profile : "import"));
	if (opt_on(o, OPT_UPDATE_ONLY))
		front_set(profile, "updateOnly", json_true());
	jira = front_jira(o, NULL, e);
	if (jira == NULL && e->code == ERR_NONE)
		fail(e, ERR_USAGE, "say which Jira: --jira-url, and the log-in");
	if (jira != NULL && front_folder(o, f, profile, e))
		return json_pack("{s:o, s:o}", "profile", profile, "jira", jira);
	json_decref(profile);
	json_decref(jira);
	return NULL;
}

/* As many hosts as were checked: a scan may still be writing the file. */
static bool
import_file(struct import *im, const struct seen *file, struct err *e)
{
	struct results *r;
	struct results_line line;
	uint64_t hosts = 0;
	char words[400];

	if (strcmp(file->path, "-") == 0 && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		return fail_errno(e, ERR_IO, "standard input");
	if ((r = results_open(file->path, e)) == NULL)
		return false;
	if (file->torn > 0) {
		snprintf(words, sizeof(words), "%.200s: line %llu was cut while it "
		    "was written, and is left out.", file->path,
		    (unsigned long long)file->torn);
		import_warn(im, words);
	}
	if (!file->finished) {
		snprintf(words, sizeof(words), "%.200s: the scan was not over when "
		    "this was written, so hosts may be missing.", file->path);
		import_warn(im, words);
	}
	while (hosts < file->hosts && results_next(r, &line, e)) {
		if (strcmp(line.method, "scan.host") != 0)
			continue;
		hosts++;
		if (import_check(line.params, e))
			import_host(im, line.params);
		if (e->code != ERR_NONE)
			break;
	}
	if (e->code == ERR_NONE && hosts < file->hosts)
		fail(e, ERR_IO, "%s became shorter while it was read", file->path);
	results_close(r);
	return e->code == ERR_NONE;
}

static void
cancel(void *im)
{
	import_cancel(im);
}

static void
on_problem(void *ctx, const char *pointer, const char *message)
{
	place_print(ctx, pointer, message);
}

static int
run(const struct opts *o, const struct found *f, const json_t *params,
    struct view *v, struct err *e)
{
	const struct scan_env env = { opt_str(o, OPT_STATE_DIR), view_event, v };
	struct signals *signals = NULL;
	struct import *im;
	int code = 1;

	signals_block();
	im = import_new(params, f->hosts, &env, on_problem,
	    (void *)(uintptr_t)o, e);
	if (im != NULL && (signals = signals_watch(cancel, im, e)) != NULL) {
		for (size_t i = 0; i < f->nfiles &&
		    import_file(im, &f->file[i], e); i++)
			;
		if (e->code != ERR_NONE)
			import_cancel(im);
		code = import_end(im);
	}
	signals_end(signals);
	import_free(im);
	return code;
}

static int
import(const struct opts *o, struct found *f, struct err *e)
{
	enum view_format format;
	struct view *v = NULL;
	json_t *params = NULL;
	int code = 1;

	if (!view_format_parse(opt_str(o, OPT_FORMAT), &format, e) ||
	    !read_all(o, f, e) || f->mistakes > 0)
		return 1;
	if ((params = params_of(o, f, e)) != NULL) {
		v = view_new(stdout, NULL, format, opt_on(o, OPT_QUIET) ? LOG_ERROR :
		    opt_on(o, OPT_VERBOSE) ? LOG_DEBUG : LOG_WARN);
		if (v == NULL)
			fail(e, ERR_MEMORY, "no memory");
		else
			code = run(o, f, params, v, e);
		if (v != NULL && e->code == ERR_NONE && !view_finish(v, e))
			code = code == 0 ? 1 : code;
	}
	view_free(v);
	json_decref(params);
	return code;
}

int
cmd_import(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct found found = { .nfiles = 0 };
	struct opts *o;
	int code = 1;

	if ((o = front_open(COMMAND_import, argc, argv, &code)) == NULL)
		return code;
	code = import(o, &found, &e);
	if (e.code != ERR_NONE) {
		front_error(&e);
		code = code == 0 ? 1 : code;
	} else if (found.mistakes > 0) {
		fprintf(stderr, "assetscan: nothing was imported\n");
	}
	free(found.file);
	free(found.profile);
	free(found.type);
	free(found.folder);
	opts_free(o);
	return code;
}
