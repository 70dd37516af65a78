/* box.c: the files and locks of the outbox; see record.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/deadline.h"
#include "helper/base/text.h"
#include "helper/jira/asset.h"
#include "helper/jira/record.h"
#include "helper/jira/weburl.h"

#define RECORD_MAX  (8 << 20)	/* octets of a record's file */
#define LOCK_TRIES  500		/* times 20 ms */
#define FNV_OFFSET  14695981039346656037u
#define FNV_PRIME   1099511628211u

struct box {
	int dir;			/* STATE/outbox */
	char path[4096];
	char prefix[24];		/* which of its names are of this URL */
	char url[WEBURL_MAX];
	pthread_mutex_t lock;
	json_t *index;			/* "field=value" -> record's name */
	json_t *keys;			/* record's name -> its keys */
	json_t *seen;			/* "field=value" -> asset's number */
};

/* --- names ----------------------------------------------------------------------- */

static uint64_t
fnv(const char *s, uint64_t h)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * FNV_PRIME;
	return h;
}

static bool
is_record_name(const char *s, const char *prefix)
{
	return text_starts(s, prefix) && s[0] != '.' &&
	    strspn(s, "0123456789abcdef-") == strlen(s) &&
	    strlen(s) < RECORD_NAME_MAX;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *
record_names(const char *path, const char *prefix)
{
	DIR *d = opendir(path);
	json_t *list = json_array();
	char **names = NULL, **more;
	size_t n = 0, cap = 0;
	struct dirent *f;

	while (d != NULL && (f = readdir(d)) != NULL) {
		if (!is_record_name(f->d_name, prefix))
			continue;
		if (n == cap) {
			cap = cap != 0 ? 2 * cap : 64;
			if ((more = realloc(names, cap * sizeof(*more))) == NULL)
				break;
			names = more;
		}
		if ((names[n] = strdup(f->d_name)) != NULL)
			n++;
	}
	if (d != NULL)
		closedir(d);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(list, json_string(names[i]));
		free(names[i]);
	}
	free(names);
	return list;
}

json_t *
box_names(const struct box *b)
{
	return record_names(b->path, b->prefix);
}

/* An asset made a moment ago, which a search may not see yet. */
static bool
is_recent(const struct record *r)
{
	int64_t age = now_unix_ms() - r->done_ms;

	return r->id > 0 && age >= 0 && age < RECORD_DONE_FOR * 1000;
}

/* --- files ------------------------------------------------------------------------ */

static struct record *
load(int dir, const char *name, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct record *r = NULL;
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0) {
		fail_errno(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_STATE_DIR,
		    "outbox record %s", name);
		return NULL;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= RECORD_MAX &&
	    (text = malloc((size_t)st.st_size + 1)) != NULL) {
		while (n < (size_t)st.st_size && (got = read(fd, text + n,
		    (size_t)st.st_size - n)) > 0)
			n += (size_t)got;
		if ((r = record_parse(text, n)) != NULL)
			text_copy(r->name, sizeof(r->name), name);
	}
	if (r == NULL)
		fail(e, ERR_STATE_DIR, "outbox record %s is damaged", name);
	free(text);
	close(fd);
	return r;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	ssize_t done;

	for (; n > 0; p += done, n -= (size_t)done)
		if ((done = write(fd, p, n)) < 0) {
			if (errno != EINTR)
				return false;
			done = 0;
		}
	return true;
}

bool
box_save(struct box *b, struct record *r, bool durable, struct err *e)
{
	char temp[RECORD_NAME_MAX + 8], *text = record_text(r);
	bool ok = false;
	int fd = -1;

	snprintf(temp, sizeof(temp), ".%s.new", r->name);
	if (text != NULL && (fd = openat(b->dir, temp, O_WRONLY | O_CREAT |
	    O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) >= 0)
		ok = write_all(fd, text, strlen(text)) &&
		    (!durable || fsync(fd) == 0);
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && renameat(b->dir, temp, b->dir, r->name) == 0 &&
	    (!durable || fsync(b->dir) == 0);
	if (!ok) {
		fail_errno(e, ERR_STATE_DIR, "%s", b->path);
		fail_at(e, STAGE_OUTBOX);
		unlinkat(b->dir, temp, 0);
	}
	free(text);
	return ok;
}

bool
box_close(struct box *b, struct record *r, struct err *e)
{
	if (is_recent(r)) {
		r->state = RECORD_DONE;
		return box_save(b, r, false, e);
	}
	if (unlinkat(b->dir, r->name, 0) == 0 || errno == ENOENT)
		return true;
	return fail_errno(e, ERR_STATE_DIR, "%s/%s", b->path, r->name);
}

/* --- locks ---------------------------------------------------------------------------- */

/* The lock file goes away with its lock; so after locking it must still be the
 * one of that name.  -1: somebody has it (errno EWOULDBLOCK), or trouble. */
static int
lock_once(const struct box *b, const char *name)
{
	char file[RECORD_NAME_MAX + 8];
	struct stat here, there;
	int fd;

	snprintf(file, sizeof(file), "%s.lock", name);
	for (;;) {
		fd = openat(b->dir, file, O_RDWR | O_CREAT | O_CLOEXEC |
		    O_NOFOLLOW, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			close(fd);
			errno = EWOULDBLOCK;
			return -1;
		}
		if (fstat(fd, &here) == 0 && fstatat(b->dir, file, &there,
		    AT_SYMLINK_NOFOLLOW) == 0 && here.st_ino == there.st_ino &&
		    here.st_dev == there.st_dev)
			return fd;
		close(fd);
	}
}

static int
lock_wait(const struct box *b, const char *name, struct err *e)
{
	struct deadline never = deadline_never(-1);
	int fd = -1;

	for (int i = 0; i < LOCK_TRIES; i++) {
		if ((fd = lock_once(b, name)) >= 0)
			return fd;
		if (errno != EWOULDBLOCK)
			break;
		if (!deadline_sleep(0.02, never, e))
			break;
	}
	if (errno != EWOULDBLOCK)
		fail_errno(e, ERR_STATE_DIR, "%s", b->path);
	else
		fail(e, ERR_LIMIT, "another scan works on this asset");
	return -1;
}

void
box_release(struct box *b, struct record *r)
{
	char file[RECORD_NAME_MAX + 8];

	if (r == NULL)
		return;
	if (r->lock >= 0) {
		snprintf(file, sizeof(file), "%s.lock", r->name);
		unlinkat(b->dir, file, 0);
		close(r->lock);
	}
	record_free(r);
}

/* --- the box ------------------------------------------------------------------------- */

static bool
make_dirs(char *path, struct err *e)
{
	for (char *p = path + 1; ; p++) {
		char had = *p;

		if (had != '/' && had != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return fail_errno(e, ERR_STATE_DIR, "%s", path);
		*p = had;
		if (had == '\0')
			return true;
	}
}

/* What is there is known by its keys, so that a computer whose best key
 * changed still finds its record. */
static void
remember(struct box *b, const struct record *r)
{
	const json_t *key;
	size_t i;

	json_array_foreach(r->keys, i, key) {
		const char *name = json_string_value(key);

		if (name == NULL)
			continue;
		json_object_set_new(b->index, name, json_string(r->name));
		if (is_recent(r))
			json_object_set_new(b->seen, name, json_integer(r->id));
	}
	json_object_set(b->keys, r->name, r->keys);
}

static void
read_all(struct box *b)
{
	json_t *names = box_names(b), *name;
	size_t i;

	json_array_foreach(names, i, name) {
		struct record *r = load(b->dir, json_string_value(name), NULL);

		if (r != NULL && strcmp(r->url, b->url) == 0)
			remember(b, r);
		record_free(r);
	}
	json_decref(names);
}

struct box *
box_open(const char *state_dir, const char *url, struct err *e)
{
	struct box *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		fail(e, ERR_MEMORY, "no memory for the outbox");
		return NULL;
	}
	pthread_mutex_init(&b->lock, NULL);
	b->dir = -1;
	b->index = json_object();
	b->keys = json_object();
	b->seen = json_object();
	text_copy(b->url, sizeof(b->url), url);
	snprintf(b->prefix, sizeof(b->prefix), "%016llx-",
	    (unsigned long long)fnv(url, FNV_OFFSET));
	if (state_dir == NULL || state_dir[0] == '\0' || (size_t)snprintf(
	    b->path, sizeof(b->path), "%s/outbox", state_dir) >= sizeof(b->path))
		fail(e, ERR_STATE_DIR, "there is no state folder for the outbox");
	else if (make_dirs(b->path, e) && ((b->dir = open(b->path, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC)) < 0 || access(b->path, W_OK | X_OK) != 0))
		fail_errno(e, ERR_STATE_DIR, "%s", b->path);
	else if (b->dir >= 0) {
		read_all(b);
		return b;
	}
	fail_at(e, STAGE_OUTBOX);
	box_free(b);
	return NULL;
}

void
box_free(struct box *b)
{
	if (b == NULL)
		return;
	if (b->dir >= 0)
		close(b->dir);
	json_decref(b->index);
	json_decref(b->keys);
	json_decref(b->seen);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

json_t *
box_seen(const struct box *b)
{
	return json_copy(b->seen);
}

void
box_sweep(struct box *b)
{
	json_t *names = box_names(b), *name;
	size_t i;

	json_array_foreach(names, i, name) {
		struct record *r = load(b->dir, json_string_value(name), NULL);

		if (r != NULL && r->state == RECORD_DONE && !is_recent(r) &&
		    (r->lock = lock_once(b, r->name)) >= 0)
			(void)unlinkat(b->dir, r->name, 0);
		box_release(b, r);
	}
	json_decref(names);
}

/* --- taking a record ----------------------------------------------------------------- */

static json_t *
key_names(const struct asset *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->nkeys; i++) {
		char *name = asset_key_name(&a->keys[i]);

		if (name != NULL)
			json_array_append_new(list, json_string(name));
		free(name);
	}
	return list;
}

static bool
has_key(const json_t *keys, const char *name)
{
	const json_t *key;
	size_t i;

	json_array_foreach(keys, i, key)
		if (json_is_string(key) &&
		    strcmp(json_string_value(key), name) == 0)
			return true;
	return false;
}

/* Some key of that field is among them. */
static bool
has_field(const json_t *keys, const char *field)
{
	size_t n = strlen(field), i;
	const json_t *key;

	json_array_foreach(keys, i, key)
		if (json_is_string(key) &&
		    strncmp(json_string_value(key), field, n) == 0 &&
		    json_string_value(key)[n] == '=')
			return true;
	return false;
}

/* Whether a record with those keys is the asset's.  A serial number or UUID that
 * differs says that it is another computer's, which shares a dock, unless more
 * strong keys agree; see weigh.h. */
static bool
is_same(const struct asset *a, const json_t *keys)
{
	unsigned strong = 0, against = 0, macs = 0;

	for (size_t i = 0; i < a->nkeys; i++) {
		const struct asset_key *k = &a->keys[i];
		char *name = asset_key_name(k);

		if (name != NULL && has_key(keys, name))
			strong += !k->weak &&
			    (k->kind != ASSET_KEY_MAC || macs++ == 0);
		else if (k->kind == ASSET_KEY_SERIAL || k->kind == ASSET_KEY_UUID)
			against += has_field(keys, k->field);
		free(name);
	}
	return against == 0 || strong > against;
}

/* Two ways of hashing: a host cannot easily aim at another's name. */
static void
hashed_name(const struct box *b, const char *best, const json_t *all,
    char name[static RECORD_NAME_MAX])
{
	uint64_t one = fnv(best, FNV_OFFSET), two = fnv(best, FNV_PRIME);
	const json_t *key;
	size_t i;

	json_array_foreach(all, i, key) {
		one = fnv(json_string_value(key), one);
		two = fnv(json_string_value(key), two);
	}
	snprintf(name, RECORD_NAME_MAX, "%s%016llx%016llx", b->prefix,
	    (unsigned long long)one, (unsigned long long)fnv(b->url, two));
}

/* The name that the asset's record has, or should get. */
static void
find_name(const struct box *b, const struct asset *a, const json_t *keys,
    char name[static RECORD_NAME_MAX])
{
	const char *best = json_string_value(json_array_get(keys, 0)), *had;
	const json_t *key, *other;
	size_t i;

	json_array_foreach(keys, i, key)
		if ((had = json_string_value(json_object_get(b->index,
		    json_string_value(key)))) != NULL &&
		    is_same(a, json_object_get(b->keys, had))) {
			text_copy(name, RECORD_NAME_MAX, had);
			return;
		}
	if (best == NULL)	/* nothing identifies it but where it was */
		best = a->address != NULL ? a->address : "";
	hashed_name(b, best, NULL, name);
	other = json_object_get(b->keys, name);
	if (other != NULL && !is_same(a, other))
		hashed_name(b, best, keys, name);	/* its best key is shared */
}

static void
name_for(struct box *b, const struct asset *a, json_t *keys,
    char name[static RECORD_NAME_MAX])
{
	const json_t *key;
	size_t i;

	pthread_mutex_lock(&b->lock);
	find_name(b, a, keys, name);
	json_array_foreach(keys, i, key)
		json_object_set_new(b->index, json_string_value(key),
		    json_string(name));
	json_object_set_new(b->keys, name, json_copy(keys));
	pthread_mutex_unlock(&b->lock);
}

static bool
fill(struct record *r, const struct box *b, const char *type,
    const char *folder, const char *run)
{
	free(r->url);
	free(r->type);
	free(r->folder);
	r->url = strdup(b->url);
	r->type = strdup(type);
	r->folder = strdup(folder);
	text_copy(r->run, sizeof(r->run), run);
	return r->url != NULL && r->type != NULL && r->folder != NULL;
}

struct record *
box_put(struct box *b, struct asset *a, const char *type, const char *folder,
    const char *run, struct err *e)
{
	json_t *keys = key_names(a);
	char name[RECORD_NAME_MAX];
	struct record *r;
	int lock;

	name_for(b, a, keys, name);
	if ((lock = lock_wait(b, name, e)) < 0) {
		json_decref(keys);
		return NULL;
	}
	if ((r = load(b->dir, name, NULL)) == NULL &&
	    (r = calloc(1, sizeof(*r))) != NULL)
		r->since_ms = now_unix_ms();
	if (r == NULL || !fill(r, b, type, folder, run)) {
		json_decref(keys);
		record_free(r);
		close(lock);
		fail(e, ERR_MEMORY, "no memory for an outbox record");
		return NULL;
	}
	/* Only a create that may have happened must be remembered. */
	if (r->state != RECORD_INTENT) {
		r->state = RECORD_QUEUED;
		r->searched_ms = 0;
	}
	text_copy(r->name, sizeof(r->name), name);
	r->lock = lock;
	asset_free(r->asset);
	r->asset = a;
	json_decref(r->keys);
	r->keys = keys;
	return r;
}

struct record *
box_take(struct box *b, const char *name, struct err *e)
{
	int lock = lock_once(b, name);
	struct record *r;

	if (lock < 0) {
		fail(e, ERR_LIMIT, "another scan works on record %s", name);
		return NULL;
	}
	if ((r = load(b->dir, name, e)) != NULL &&
	    strcmp(r->url, b->url) != 0) {
		fail(e, ERR_NOT_FOUND, "record %s is for another Jira", name);
		record_free(r);
		r = NULL;
	}
	if (r == NULL) {
		char file[RECORD_NAME_MAX + 8];

		snprintf(file, sizeof(file), "%s.lock", name);
		unlinkat(b->dir, file, 0);
		close(lock);
		return NULL;
	}
	r->lock = lock;
	return r;
}
