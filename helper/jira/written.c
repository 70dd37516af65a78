#include "helper/jira/written.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/jira/compare.h"
#include "helper/jira/http.h"

#define FILE_LIMIT (1 << 20)

struct written { char top[4096], dir[4096 + 24]; };

/* --- on disk ----------------------------------------------------------------------- */

struct written *
written_open(const char *state_dir, const char *url)
{
	struct written *w;
	uint64_t h = 14695981039346656037u;
	int n;

	if (state_dir == NULL || state_dir[0] == '\0' ||
	    (w = calloc(1, sizeof(*w))) == NULL)
		return NULL;
	for (; *url != '\0'; url++)
		h = (h ^ (unsigned char)*url) * 1099511628211u;
	n = snprintf(w->top, sizeof(w->top), "%s/written", state_dir);
	if (n < 0 || (size_t)n >= sizeof(w->top)) {
		free(w);
		return NULL;
	}
	snprintf(w->dir, sizeof(w->dir), "%s/%016llx", w->top,
	    (unsigned long long)h);
	return w;
}

void
written_free(struct written *w)
{
	free(w);
}

/* The file of one asset, and the one that is renamed to it. */
static void
file_name(const struct written *w, int64_t id, const char *suffix,
    char path[static 4200])
{
	snprintf(path, 4200, "%s/%lld%s", w->dir, (long long)id, suffix);
}

json_t *
written_load(const struct written *w, int64_t id)
{
	struct err ignored = { .code = ERR_NONE };
	char path[4200], *text = NULL;
	json_t *all = NULL;
	size_t n = 0;
	FILE *f;

	if (w == NULL || id <= 0)
		return json_object();
	file_name(w, id, "", path);
	if ((f = fopen(path, "re")) != NULL) {
		if ((text = malloc(FILE_LIMIT)) != NULL)
			n = fread(text, 1, FILE_LIMIT, f);
		fclose(f);
	}
	if (n > 0 && n < FILE_LIMIT)
		all = http_json(text, n, &ignored);
	free(text);
	if (json_is_object(all))
		return all;
	json_decref(all);
	return json_object();
}

static bool
make_dirs(const struct written *w)
{
	return (mkdir(w->top, 0700) == 0 || errno == EEXIST) &&
	    (mkdir(w->dir, 0700) == 0 || errno == EEXIST);
}

void
written_save(const struct written *w, int64_t id, const json_t *all)
{
	char path[4200], temp[4200], suffix[40], *text;
	size_t n;
	int fd;
	bool ok;

	if (w == NULL || id <= 0)
		return;
	file_name(w, id, "", path);
	if (json_object_size(all) == 0) {
		(void)unlink(path);
		return;
	}
	snprintf(suffix, sizeof(suffix), ".%ld.new", (long)getpid());
	file_name(w, id, suffix, temp);
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	n = text != NULL ? strlen(text) : 0;
	if (n > 0 && n < FILE_LIMIT && make_dirs(w) && (fd = open(temp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) >= 0) {
		ok = write(fd, text, n) == (ssize_t)n;
		ok = close(fd) == 0 && ok;
		if (!ok || rename(temp, path) != 0)
			(void)unlink(temp);
	}
	free(text);
}

/* --- what it means --------------------------------------------------------------------- */

static const json_t *
entry_of(const json_t *all, const struct fitted_field *f)
{
	return json_object_get(all, f->field->name);
}

static bool
is_empty(const json_t *values)
{
	char *text = compare_text(values, " ");
	bool empty = text == NULL || text[strspn(text, " \t\r\n")] == '\0';

	free(text);
	return empty;
}

static bool
equal_text(const json_t *a, const json_t *b)
{
	char *x = compare_text(a, "\n"), *y = compare_text(b, "\n");
	bool equal = x != NULL && y != NULL && strcmp(x, y) == 0;

	free(x);
	free(y);
	return equal;
}

static bool
shows_ours(const json_t *entry, const json_t *has)
{
	const json_t *shown = json_object_get(entry, "shown");

	return shown != NULL && equal_text(shown, has);
}

bool
written_by_hand(const json_t *all, const struct fitted_field *f,
    const json_t *has)
{
	const json_t *entry = entry_of(all, f);
	struct fitted_field ours = *f;

	if (entry == NULL)
		return !is_empty(has);
	ours.values = json_object_get(entry, "sent");
	return !compare_same(&ours, has) && !shows_ours(entry, has);
}

bool
written_settled(const json_t *all, const struct fitted_field *f,
    const json_t *has)
{
	const json_t *entry = entry_of(all, f);

	return entry != NULL && shows_ours(entry, has) &&
	    equal_text(json_object_get(entry, "sent"), f->values);
}

bool
written_again(const json_t *all, const json_t *changes)
{
	const json_t *c, *entry;
	size_t i;

	json_array_foreach(changes, i, c) {
		entry = json_object_get(all,
		    json_string_value(json_object_get(c, "typeName")));
		if (entry != NULL && equal_text(json_object_get(entry, "sent"),
		    json_object_get(c, "values")))
			return true;
	}
	return false;
}

static const json_t *
change_of(const json_t *changes, const char *name)
{
	const json_t *c;
	size_t i;

	json_array_foreach(changes, i, c)
		if (strcmp(json_string_value(json_object_get(c, "typeName")),
		    name) == 0)
			return json_object_get(c, "values");
	return NULL;
}

/* Remembers a field that was written; `shown` NULL: not looked at. */
static void
note_write(json_t *all, const struct fitted_field *f, const json_t *sent,
    const json_t *after, const json_t *shown)
{
	struct fitted_field ours = *f;
	json_t *entry;

	ours.values = (json_t *)(uintptr_t)sent;
	if (after != NULL && compare_same(&ours, shown) &&
	    f->policy != ASSET_NEVER_OVERWRITE) {
		json_object_del(all, f->field->name);
		return;
	}
	entry = json_pack("{s:o}", "sent", json_deep_copy(sent));
	if (after != NULL && !compare_same(&ours, shown))
		json_object_set_new(entry, "shown", shown != NULL ?
		    json_deep_copy(shown) : json_array());
	json_object_set_new(all, f->field->name, entry);
}

void
written_note(json_t *all, const struct fitted *f, const struct model *m,
    const json_t *changes, const json_t *before, const json_t *after)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fitted_field *v = &f->v[i];
		const char *name = v->field->name;
		const json_t *sent = change_of(changes, name);
		bool guarded = v->policy == ASSET_NEVER_OVERWRITE;
		const json_t *had = before != NULL ?
		    model_values(m, v->field, before) : NULL;

		if (sent != NULL) {
			if (after != NULL || before != NULL || guarded)
				note_write(all, v, sent, after, after != NULL ?
				    model_values(m, v->field, after) : NULL);
		} else if (before != NULL && compare_same(v, had)) {
			/* It says what we found: ours from now on. */
			if (guarded && json_object_get(all, name) == NULL)
				note_write(all, v, v->values, NULL, NULL);
			else if (!guarded)
				json_object_del(all, name);
		}
	}
}
