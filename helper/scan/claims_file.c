/* claims_file.c: keys that two computers showed, from scan to scan.
 *
 *   STATE/shared.json   {"MAC address 00:..": {"shown", "address", "name", "uuid",
 *                       "serial", "seen": ms}}   the owner, and when both were seen
 *   STATE/shared.lock   whoever writes it; shards of one scan end at the same time
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/deadline.h"
#include "helper/base/log.h"
#include "helper/scan/claims_impl.h"
#include "helper/scan/state.h"

#define FILE_MAX  (8 << 20)
#define KEYS_MAX  20000
#define KEEP_MS   (30LL * 86400 * 1000)

static const char *
member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static int64_t
seen_of(const json_t *o)
{
	return (int64_t)json_integer_value(json_object_get(o, "seen"));
}

static bool
is_old(int64_t seen_ms)
{
	int64_t age = now_unix_ms() - seen_ms;

	return age < 0 || age > KEEP_MS;
}

void
claims_load(struct claims *c, const char *state_dir)
{
	char *path = state_path(state_dir, "shared.json");
	json_t *all = path != NULL ? state_object(path, FILE_MAX) : NULL, *o;
	const char *text;

	json_object_foreach(all, text, o) {
		struct claimant who = { .address = member(o, "address"),
			.name = member(o, "name"), .uuid = member(o, "uuid"),
			.serial = member(o, "serial") };
		const char *shown = member(o, "shown");
		int64_t seen = seen_of(o);
		struct key *k;
		size_t at;

		if (who.address == NULL || shown == NULL || is_old(seen) ||
		    strlen(text) >= CLAIM_TEXT || strlen(shown) >= CLAIM_TEXT ||
		    (at = claims_computer(c, &who)) == SIZE_MAX)
			continue;
		c->computers[at].past = true;
		claims_insert(c, text, shown, at);
		if ((k = claims_find(c, text)) != NULL)
			k->seen_ms = seen;
	}
	json_decref(all);
	free(path);
}

static json_t *
shared_json(const struct claims *c)
{
	json_t *all = json_object();
	int64_t now = now_unix_ms();

	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct key *k = c->bucket[i]; k != NULL; k = k->next) {
			const struct computer *o = &c->computers[k->owner];

			if (k->other && !o->past)
				k->seen_ms = now;
			if (k->seen_ms == 0 || is_old(k->seen_ms) ||
			    json_object_size(all) >= KEYS_MAX)
				continue;
			json_object_set_new(all, k->text, json_pack(
			    "{s:s, s:s, s:s*, s:s*, s:s*, s:I}", "shown",
			    k->shown, "address", o->address, "name", o->name,
			    "uuid", o->uuid, "serial", o->serial, "seen",
			    (json_int_t)k->seen_ms));
		}
	return all;
}

static bool
write_file(const char *path, const char *temp, const json_t *all)
{
	int fd;
	bool ok;

	if (json_object_size(all) == 0)
		return unlink(path) == 0 || errno == ENOENT;
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	ok = fd >= 0 && json_dumpfd(all, fd, JSON_COMPACT | JSON_SORT_KEYS) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (ok && rename(temp, path) == 0)
		return true;
	(void)unlink(temp);
	return false;
}

/* What others wrote since this scan read it stays, and what they saw later. */
static void
merge(json_t *all, const char *path)
{
	json_t *there = state_object(path, FILE_MAX), *o, *mine;
	const char *text;

	json_object_foreach(there, text, o) {
		mine = json_object_get(all, text);
		if (!is_old(seen_of(o)) && (mine != NULL ?
		    seen_of(o) > seen_of(mine) :
		    json_object_size(all) < KEYS_MAX))
			json_object_set(all, text, o);
	}
	json_decref(there);
}

static void
save(const char *lock, const char *path, const char *temp, json_t *all)
{
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && flock(fd, LOCK_EX) == 0;

	if (ok) {
		merge(all, path);
		ok = write_file(path, temp, all);
	}
	if (!ok)
		log_warn("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void
claims_save(struct claims *c, const char *state_dir)
{
	char *lock = state_path(state_dir, "shared.lock");
	char *path = state_path(state_dir, "shared.json");
	char *temp = state_path(state_dir, "shared.tmp");
	json_t *all;

	pthread_mutex_lock(&c->lock);
	all = shared_json(c);
	pthread_mutex_unlock(&c->lock);
	if (lock != NULL && path != NULL && temp != NULL)
		save(lock, path, temp, all);
	json_decref(all);
	free(lock);
	free(path);
	free(temp);
}
