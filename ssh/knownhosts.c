#include "ssh/knownhosts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/reader.h"
#include "helper/base/secret.h"
#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "ssh/base64.h"
#include "ssh/sshkey.h"

#define BLOB_MAX 8192
#define NAMES_MAX 4096
#define HASHED "|1|"

const char *const known_types[] = {
	"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521", "ssh-rsa", NULL,
};

const char *
known_type(const char *name, size_t n)
{
	for (size_t i = 0; known_types[i] != NULL; i++)
		if (strlen(known_types[i]) == n &&
		    memcmp(known_types[i], name, n) == 0)
			return known_types[i];
	return NULL;
}

bool
key_digest(const void *blob, size_t n, uint8_t digest[KEY_DIGEST])
{
	return EVP_Digest(blob, n, digest, NULL, EVP_sha256(), NULL) == 1;
}

/* --- the table ----------------------------------------------------------- */

static uint32_t
name_hash(const char *name)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

static bool
grow(struct known_table *t)
{
	size_t n = t->buckets == 0 ? 64 : t->buckets * 2;
	struct known **fresh, *k, *next, **tail;

	if (t->count < t->buckets)
		return true;
	if ((fresh = calloc(n, sizeof(*fresh))) == NULL)
		return false;
	for (size_t i = 0; i < t->buckets; i++) {
		for (k = t->bucket[i]; k != NULL; k = next) {
			next = k->next;
			/* At the end: the file's order is kept. */
			for (tail = &fresh[k->hash % n]; *tail != NULL;)
				tail = &(*tail)->next;
			k->next = NULL;
			*tail = k;
		}
	}
	free(t->bucket);
	t->bucket = fresh;
	t->buckets = n;
	return true;
}

static struct known *
entry_new(const char *names, size_t n, const char *type,
    const uint8_t digest[KEY_DIGEST])
{
	struct known *k = calloc(1, sizeof(*k));

	if (k == NULL || (k->names = strndup(names, n)) == NULL) {
		free(k);
		return NULL;
	}
	k->type = type;
	memcpy(k->digest, digest, KEY_DIGEST);
	return k;
}

/* Takes k. */
static bool
insert_plain(struct known_table *t, struct known *k)
{
	struct known **tail;

	if (k == NULL || !grow(t)) {
		if (k != NULL)
			free(k->names);
		free(k);
		return false;
	}
	k->plain = true;
	k->hash = name_hash(k->names);
	for (tail = &t->bucket[k->hash % t->buckets]; *tail != NULL;)
		tail = &(*tail)->next;
	*tail = k;
	t->count++;
	return true;
}

bool
known_add(struct known_table *t, const char *name, const char *type,
    const uint8_t digest[KEY_DIGEST], unsigned line)
{
	struct known *k = entry_new(name, strlen(name), type, digest);

	if (k != NULL)
		k->line = line;
	return insert_plain(t, k);
}

static void
free_list(struct known *k)
{
	struct known *next;

	for (; k != NULL; k = next) {
		next = k->next;
		free(k->names);
		free(k);
	}
}

void
known_free(struct known_table *t)
{
	for (size_t i = 0; i < t->buckets; i++)
		free_list(t->bucket[i]);
	free_list(t->odd);
	free(t->bucket);
	*t = (struct known_table){ .count = 0 };
}

/* --- which names an entry means ------------------------------------------ */

/* '*' and '?'; goes back to the last star only, so it never takes long. */
static bool
glob(const char *pattern, size_t n, const char *name)
{
	size_t p = 0, star = SIZE_MAX;
	const char *back = NULL;

	while (*name != '\0') {
		if (p < n && pattern[p] == '*') {
			star = p++;
			back = name;
		} else if (p < n && (pattern[p] == '?' || pattern[p] == *name)) {
			p++;
			name++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			name = ++back;
		} else {
			return false;
		}
	}
	while (p < n && pattern[p] == '*')
		p++;
	return p == n;
}

static bool
patterns_match(const char *names, const char *name)
{
	bool yes = false, not;
	size_t n;

	for (;;) {
		n = strcspn(names, ",");
		not = n > 0 && names[0] == '!';
		if (glob(names + not, n - not, name)) {
			if (not)
				return false;
			yes = true;
		}
		if (names[n] == '\0')
			return yes;
		names += n + 1;
	}
}

/* "|1|salt|hash": HMAC-SHA1 of the name with the salt as its key. */
static bool
hashed_match(const char *names, const char *name)
{
	struct wr salt = wr_new(64), want = wr_new(64);
	const char *bar = strchr(names + strlen(HASHED), '|');
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok = false;

	if (bar != NULL && base64_decode(&salt, names + strlen(HASHED),
	    (size_t)(bar - names) - strlen(HASHED)) &&
	    base64_decode(&want, bar + 1, strlen(bar + 1)) && salt.len != 0 &&
	    HMAC(EVP_sha1(), salt.p, (int)salt.len, (const uint8_t *)name,
	    strlen(name), mac, &n) != NULL)
		ok = want.len == n && bytes_equal(want.p, mac, n);
	wr_free(&salt);
	wr_free(&want);
	return ok;
}

static bool
entry_matches(const struct known *k, const char *name)
{
	if (k->plain)
		return strcmp(k->names, name) == 0;
	return text_starts(k->names, HASHED) ? hashed_match(k->names, name) :
	    patterns_match(k->names, name);
}

const struct known *
known_next(const struct known_table *t, const char *name,
    const struct known *after)
{
	const struct known *k = NULL;
	bool odd = after != NULL && !after->plain;

	if (after != NULL)
		k = after->next;
	else if (t->buckets != 0)
		k = t->bucket[name_hash(name) % t->buckets];
	for (;;) {
		for (; k != NULL; k = k->next)
			if (entry_matches(k, name))
				return k;
		if (odd)
			return NULL;
		odd = true;
		k = t->odd;
	}
}

/* --- the text ------------------------------------------------------------ */

/* The next word of a line; its length in *n, 0 at the end. */
static const char *
word(const char **at, const char *end, size_t *n)
{
	const char *p = *at, *from;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	from = p;
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	*n = (size_t)(p - from);
	*at = p;
	return from;
}

/* One name list becomes an entry a name, or one odd entry for them all. */
static bool
add_names(struct known_table *t, const char *names, size_t n,
    const struct known *like)
{
	struct known *k;
	size_t len;
	bool odd = memchr(names, '*', n) != NULL ||
	    memchr(names, '?', n) != NULL || memchr(names, '!', n) != NULL ||
	    (n > 3 && memcmp(names, HASHED, 3) == 0);

	for (; n > 0; names += len, n -= len) {
		const char *comma = odd ? NULL : memchr(names, ',', n);

		len = comma != NULL ? (size_t)(comma - names) : n;
		if (len != 0) {
			k = entry_new(names, len, like->type, like->digest);
			if (k != NULL) {
				k->line = like->line;
				k->revoked = like->revoked;
			}
			if (odd && k != NULL) {
				k->next = t->odd;
				t->odd = k;
			} else if (!insert_plain(t, k)) {
				return false;
			}
		}
		if (len < n)
			len++;		/* the comma */
	}
	return true;
}

/* The digest of the key in the line; false when it is not one of the type. */
static bool
line_key(const char *type, const char *text, size_t n,
    uint8_t digest[KEY_DIGEST])
{
	struct wr blob = wr_new(BLOB_MAX);
	char inner[64];
	struct rd r;
	bool ok = false;

	if (base64_decode(&blob, text, n)) {
		r = rd_new(blob.p, blob.len);
		ok = rd_text(&r, inner, sizeof(inner)) &&
		    strcmp(inner, type) == 0 && rd_left(&r) != 0 &&
		    key_digest(blob.p, blob.len, digest);
	}
	wr_free(&blob);
	return ok;
}

static bool
read_line(struct known_table *t, const char *at, const char *end)
{
	struct known like = { .line = t->lines };
	const char *names, *type, *key;
	size_t n, type_len, key_len;

	names = word(&at, end, &n);
	if (n == 0 || names[0] == '#')
		return true;
	if (names[0] == '@') {
		like.revoked = n == 8 && memcmp(names, "@revoked", 8) == 0;
		if (!like.revoked) {
			t->skipped++;
			return true;
		}
		names = word(&at, end, &n);
	}
	type = word(&at, end, &type_len);
	key = word(&at, end, &key_len);
	like.type = known_type(type, type_len);
	if (n == 0 || n > NAMES_MAX || memchr(names, '\0', n) != NULL ||
	    like.type == NULL || !line_key(like.type, key, key_len, like.digest)) {
		t->skipped++;
		return true;
	}
	return add_names(t, names, n, &like);
}

bool
known_read(struct known_table *t, const char *text, size_t n)
{
	const char *end = text + n, *nl, *stop;

	while (text < end) {
		nl = memchr(text, '\n', (size_t)(end - text));
		stop = nl != NULL ? nl : end;
		t->lines++;
		if (!read_line(t, text, stop > text && stop[-1] == '\r' ?
		    stop - 1 : stop))
			return false;
		text = nl != NULL ? nl + 1 : end;
	}
	return true;
}
