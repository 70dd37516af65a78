#include "helper/scan/worked.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/scan/state.h"

#define HOSTS_MAX 131072		/* remembered; some 40 octets each in the file */
#define FILE_MAX  (32 << 20)
#define KEY_MAX   (NET_ADDR_TEXT + 16)

struct worked {
	char *path, *tmp, *lock;
	json_t *known;			/* what the file held */
	json_t *fresh;			/* what this scan learnt */
};

struct worked *
worked_open(const char *state_dir)
{
	struct worked *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->path = state_path(state_dir, "worked.json");
	w->tmp = state_path(state_dir, "worked.tmp");
	w->lock = state_path(state_dir, "worked.lock");
	w->fresh = json_object();
	if (w->path != NULL)
		w->known = state_object(w->path, FILE_MAX);
	if (w->tmp != NULL && w->lock != NULL && w->known != NULL &&
	    w->fresh != NULL)
		return w;
	worked_close(w);
	return NULL;
}

void
worked_close(struct worked *w)
{
	if (w == NULL)
		return;
	json_decref(w->known);
	json_decref(w->fresh);
	free(w->path);
	free(w->tmp);
	free(w->lock);
	free(w);
}

static const char *
key_of(const char *protocol, const struct net_addr *a, char dst[static KEY_MAX])
{
	char addr[NET_ADDR_TEXT];

	snprintf(dst, KEY_MAX, "%s %s", protocol, net_addr_text(a, addr));
	return dst;
}

const char *
worked_get(const struct worked *w, const char *protocol,
    const struct net_addr *a)
{
	char key[KEY_MAX];
	const char *id;

	key_of(protocol, a, key);
	id = json_string_value(json_object_get(w->fresh, key));
	return id != NULL ? id :
	    json_string_value(json_object_get(w->known, key));
}

void
worked_put(struct worked *w, const char *protocol, const struct net_addr *a,
    const char *id)
{
	char key[KEY_MAX];
	const char *had = worked_get(w, protocol, a);

	if ((had == NULL || strcmp(had, id) != 0) &&
	    json_object_size(w->fresh) < HOSTS_MAX)
		json_object_set_new(w->fresh, key_of(protocol, a, key),
		    json_string(id));
}

/* Where there are too many, what this scan saw stays. */
static void
merge(json_t *all, const json_t *fresh)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_update(all, (json_t *)(uintptr_t)fresh);
	json_object_foreach_safe(all, next, key, value) {
		if (json_object_size(all) <= HOSTS_MAX)
			break;
		if (json_object_get(fresh, key) == NULL)
			json_object_del(all, key);
	}
}

static bool
write_file(const struct worked *w, const json_t *all)
{
	int fd = open(w->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && json_dumpfd(all, fd, JSON_COMPACT) == 0;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && rename(w->tmp, w->path) == 0;
	if (!ok)
		(void)unlink(w->tmp);
	return ok;
}

void
worked_save(struct worked *w)
{
	json_t *all;
	int fd;

	if (json_object_size(w->fresh) == 0)
		return;
	fd = open(w->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		log_warn("%s: %s", w->lock, strerror(errno));
	} else if ((all = state_object(w->path, FILE_MAX)) != NULL) {
		merge(all, w->fresh);
		if (!write_file(w, all))
			log_warn("%s: %s", w->path, strerror(errno));
		json_decref(all);
	}
	if (fd >= 0)
		close(fd);
}
