#include "wmi/classes.h"

#include <stdlib.h>
#include <string.h>

struct known_class {
	struct known_class *next;
	uint8_t guid[16];
	const struct cim_class *class;
	struct arena arena;
};

static void
known_free(struct known_class *k)
{
	arena_free(&k->arena);
	free(k);
}

static struct known_class *
known_new(struct classes *c, const uint8_t *guid, struct rd *part, struct err *e)
{
	struct known_class *k;

	if (c->n >= CLASSES_MAX) {
		fail(e, ERR_TOO_BIG, "rows of more than %u classes", CLASSES_MAX);
		return NULL;
	}
	if ((k = calloc(1, sizeof(*k))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	if (!cim_class_part(part, &k->arena, true, &k->class, e)) {
		known_free(k);
		return NULL;
	}
	if (k->arena.used > CLASSES_HELD_MAX - c->held) {
		fail(e, ERR_TOO_BIG, "rows of classes larger than %zu MiB"
		    " together", CLASSES_HELD_MAX >> 20);
		known_free(k);
		return NULL;
	}
	if (guid != NULL)
		memcpy(k->guid, guid, sizeof(k->guid));
	k->next = c->first;
	c->first = k;
	c->n++;
	c->held += k->arena.used;
	return k;
}

const struct cim_class *
classes_at(struct classes *c, const uint8_t *guid, struct rd *r, struct err *e)
{
	struct rd length = *r, peek = *r, part = rd_take(&peek, rd_le32(&length));
	struct known_class *k;

	for (k = c->first; k != NULL; k = k->next)
		if (!part.bad && k->class->part.len == part.len &&
		    memcmp(k->class->part.p, part.p, part.len) == 0 &&
		    (guid == NULL || memcmp(k->guid, guid, 16) == 0)) {
			*r = peek;
			return k->class;
		}
	return (k = known_new(c, guid, r, e)) != NULL ? k->class : NULL;
}

const struct cim_class *
classes_by_guid(const struct classes *c, const uint8_t guid[static 16],
    struct err *e)
{
	for (const struct known_class *k = c->first; k != NULL; k = k->next)
		if (memcmp(k->guid, guid, 16) == 0)
			return k->class;
	fail(e, ERR_PROTOCOL, "a row is of a class that the host has not sent");
	return NULL;
}

void
classes_free(struct classes *c)
{
	for (struct known_class *k = c->first, *next; k != NULL; k = next) {
		next = k->next;
		known_free(k);
	}
	*c = (struct classes){ .first = NULL };
}
