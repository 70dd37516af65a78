#include "helper/scan/claims_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/hwid.h"
#include "helper/base/text.h"

#define MACS_MAX 64
#define KEYS_MAX (MACS_MAX + 2)
#define KEY_UUID_AT MACS_MAX
#define KEY_SERIAL_AT (MACS_MAX + 1)

struct claims *
claims_new(void)
{
	struct claims *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->nbuckets = 1024;
	if ((c->bucket = calloc(c->nbuckets, sizeof(struct key *))) == NULL) {
		free(c);
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void
claims_free(struct claims *c)
{
	struct key *next;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct key *k = c->bucket[i]; k != NULL; k = next) {
			next = k->next;
			free(k);
		}
	for (size_t i = 0; i < c->n; i++) {
		free(c->computers[i].address);
		free(c->computers[i].name);
		free(c->computers[i].uuid);
		free(c->computers[i].serial);
	}
	pthread_mutex_destroy(&c->lock);
	free(c->bucket);
	free(c->computers);
	free(c);
}

static size_t
hash(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

struct key *
claims_find(const struct claims *c, const char *text)
{
	struct key *k = c->bucket[hash(text) % c->nbuckets];

	while (k != NULL && strcmp(k->text, text) != 0)
		k = k->next;
	return k;
}

static void
grow(struct claims *c)
{
	size_t n = c->nbuckets * 4;
	struct key **bucket = calloc(n, sizeof(struct key *)), *next;

	if (bucket == NULL)
		return;
	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct key *k = c->bucket[i]; k != NULL; k = next) {
			struct key **at = &bucket[hash(k->text) % n];

			next = k->next;
			k->next = *at;
			*at = k;
		}
	free(c->bucket);
	c->bucket = bucket;
	c->nbuckets = n;
}

void
claims_insert(struct claims *c, const char *text, const char *shown,
    size_t owner)
{
	size_t n = strlen(text) + 1, m = strlen(shown) + 1;
	struct key *k = malloc(sizeof(*k) + n + m), **at;

	if (k == NULL)
		return;
	if (c->nkeys > 2 * c->nbuckets)
		grow(c);
	at = &c->bucket[hash(text) % c->nbuckets];
	*k = (struct key){ .next = *at, .owner = owner };
	memcpy(k->text, text, n);
	k->shown = memcpy(k->text + n, shown, m);
	*at = k;
	c->nkeys++;
}

static bool
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcasecmp(a, b) == 0;
}

/* Of both byte orders the same one, and serial numbers without case: WMI and
 * firmware tables differ there. */
static void
fold(size_t i, const char *value, char *dst, size_t cap)
{
	char uuid[UUID_TEXT];

	if (i == KEY_UUID_AT && uuid_parse(value, uuid)) {
		uuid_either(uuid);
		value = uuid;
	}
	text_copy(dst, cap, value);
	for (char *p = dst; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
}

/* Key i of a claimant as text, folded and as it says it; false: it has none. */
static bool
key_text(const struct claimant *who, size_t i, char dst[static CLAIM_TEXT],
    char shown[static CLAIM_TEXT])
{
	const char *value = i < MACS_MAX ? (i < who->nmacs ? who->macs[i] : NULL) :
	    i == KEY_UUID_AT ? who->uuid : who->serial;
	const char *kind = i < MACS_MAX ? "MAC address" :
	    i == KEY_UUID_AT ? "UUID" : "serial number";
	char folded[CLAIM_TEXT - 16];

	if (value == NULL || value[0] == '\0')
		return false;
	fold(i, value, folded, sizeof(folded));
	snprintf(dst, CLAIM_TEXT, "%s %s", kind, folded);
	snprintf(shown, CLAIM_TEXT, "%s %s", kind, value);
	return true;
}

static void
mark_void(struct claimed *out, size_t i)
{
	if (i < MACS_MAX)
		out->void_macs |= (uint64_t)1 << i;
	else if (i == KEY_UUID_AT)
		out->void_uuid = true;
	else
		out->void_serial = true;
}

static void
name_owner(const struct claims *c, const struct key *k, struct claimed *out)
{
	const struct computer *o = &c->computers[k->owner];

	text_copy(out->address, sizeof(out->address), o->address);
	text_copy(out->name, sizeof(out->name), o->name != NULL ? o->name : "");
	text_copy(out->key, sizeof(out->key), k->shown);
	out->asset = o->asset;
	out->past = o->past;
}

static bool
same_uuid(const char *a, const char *b)
{
	char x[UUID_TEXT], y[UUID_TEXT];

	if (a == NULL || b == NULL || !uuid_parse(a, x) || !uuid_parse(b, y))
		return same_text(a, b);
	uuid_either(x);
	uuid_either(y);
	return strcmp(x, y) == 0;
}

static bool
is_same(const struct computer *o, const struct claimant *who)
{
	return same_uuid(o->uuid, who->uuid) &&
	    same_text(o->serial, who->serial) && same_text(o->name, who->name);
}

/* Whether a key that was found counts: one that an earlier scan saw at two
 * computers does for its owner alone. */
static bool
counts(const struct claims *c, struct key *k, const struct claimant *who)
{
	if (k == NULL || k->is_void || !c->computers[k->owner].past)
		return k == NULL || !k->is_void;
	if (is_same(&c->computers[k->owner], who))
		return true;
	k->other = true;
	return false;
}

/* Looks every key up.  A void one identifies nobody any more. */
static void
judge(struct claims *c, const struct claimant *who, struct claimed *out)
{
	char text[CLAIM_TEXT], shown[CLAIM_TEXT];
	struct key *shared[KEYS_MAX] = { NULL };
	size_t usable = 0;

	for (size_t i = 0; i < KEYS_MAX; i++) {
		if (!key_text(who, i, text, shown))
			continue;
		shared[i] = claims_find(c, text);
		if (counts(c, shared[i], who)) {
			usable++;
			if (shared[i] != NULL &&
			    c->computers[shared[i]->owner].past)
				shared[i] = NULL;	/* it comes back to it */
			continue;
		}
		mark_void(out, i);
		if (out->address[0] == '\0')
			name_owner(c, shared[i], out);
		shared[i] = NULL;
	}
	for (size_t i = 0; i < KEYS_MAX; i++)
		if (shared[i] != NULL &&
		    is_same(&c->computers[shared[i]->owner], who)) {
			out->verdict = CLAIM_SAME;
			name_owner(c, shared[i], out);
			return;
		}
	for (size_t i = 0; i < KEYS_MAX; i++)
		if (shared[i] != NULL) {
			name_owner(c, shared[i], out);
			out->verdict = CLAIM_AMBIGUOUS;
			shared[i]->is_void = shared[i]->other = true;
			mark_void(out, i);
		}
	if (usable == 0 && out->address[0] != '\0')
		out->verdict = CLAIM_AMBIGUOUS;	/* only void keys */
}

static char *
copy(const char *s)
{
	return s != NULL ? strdup(s) : NULL;
}

size_t
claims_computer(struct claims *c, const struct claimant *who)
{
	struct computer *more;

	if (c->n == c->cap) {
		more = realloc(c->computers, (c->cap * 2 + 64) * sizeof(*more));
		if (more == NULL)
			return SIZE_MAX;
		c->computers = more;
		c->cap = c->cap * 2 + 64;
	}
	c->computers[c->n] = (struct computer){ .address = strdup(who->address),
		.name = copy(who->name), .uuid = copy(who->uuid),
		.serial = copy(who->serial) };
	return c->computers[c->n].address != NULL ? c->n++ : SIZE_MAX;
}

static void
settle(struct claims *c, const struct claimant *who, struct claimed *out)
{
	char text[CLAIM_TEXT], shown[CLAIM_TEXT];
	size_t at = claims_computer(c, who);
	struct key *k;

	if (at == SIZE_MAX)
		return;
	for (size_t i = 0; i < KEYS_MAX; i++) {
		if (!key_text(who, i, text, shown))
			continue;
		if ((k = claims_find(c, text)) == NULL)
			claims_insert(c, text, shown, at);
		else if (c->computers[k->owner].past &&
		    is_same(&c->computers[k->owner], who))
			k->owner = at;
	}
	out->cookie = at + 1;
}

void
claims_make(struct claims *c, const struct claimant *who, struct claimed *out)
{
	*out = (struct claimed){ .verdict = CLAIM_FIRST };
	pthread_mutex_lock(&c->lock);
	judge(c, who, out);
	if (out->verdict == CLAIM_FIRST)
		settle(c, who, out);
	pthread_mutex_unlock(&c->lock);
}

void
claims_asset(struct claims *c, uint64_t cookie, int64_t id)
{
	pthread_mutex_lock(&c->lock);
	if (cookie > 0 && cookie <= c->n)
		c->computers[cookie - 1].asset = id;
	pthread_mutex_unlock(&c->lock);
}
