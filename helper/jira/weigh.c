#include "helper/jira/weigh.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/hwid.h"
#include "helper/base/text.h"
#include "helper/jira/asset.h"
#include "helper/jira/compare.h"
#include "helper/jira/mactext.h"
#include "helper/jira/nql.h"

static const char *const kind_words[] = {
	[ASSET_KEY_MAC] = "MAC address", [ASSET_KEY_SERIAL] = "serial number",
	[ASSET_KEY_UUID] = "UUID", [ASSET_KEY_TEXT] = "value",
};
static const char *const kind_names[] = {
	[ASSET_KEY_MAC] = "mac", [ASSET_KEY_SERIAL] = "serial",
	[ASSET_KEY_UUID] = "uuid", [ASSET_KEY_TEXT] = "text",
};

static int64_t
item_id(const json_t *item)
{
	return (int64_t)json_integer_value(json_object_get(item, "id"));
}

static bool
usable(const struct asset_key *k, const struct model *m)
{
	return model_field(m, k->field) != NULL && nql_key_ok(k);
}

/* --- what one field says ------------------------------------------------------------ */

/* The next piece between ends of lines, commas and semicolons; false: none. */
static bool
next_piece(const char **at, const char **piece, size_t *n)
{
	const char *s = *at + strspn(*at, "\r\n\t,; ");

	*piece = s;
	*n = strcspn(s, "\r\n,;");
	*at = s + *n;
	while (*n > 0 && strchr(" \t", s[*n - 1]) != NULL)
		--*n;
	return *s != '\0';
}

/* One piece is the value. */
static bool
holds_text(const char *text, const char *value)
{
	size_t n, len = strlen(value);
	const char *piece;

	while (next_piece(&text, &piece, &n))
		if (n == len && strncasecmp(piece, value, n) == 0)
			return true;
	return false;
}

/* One piece is the UUID, in either byte order. */
static bool
holds_uuid(const char *text, const char *value)
{
	char copy[80], uuid[UUID_TEXT];
	const char *piece;
	size_t n;

	while (next_piece(&text, &piece, &n)) {
		if (n >= sizeof(copy))
			continue;
		memcpy(copy, piece, n);
		copy[n] = '\0';
		if (!uuid_parse(copy, uuid))
			continue;
		uuid_either(uuid);
		if (strcmp(uuid, value) == 0)
			return true;
	}
	return false;
}

/* What the asset shows in the key's field; freed with free(). */
static char *
shown(const struct asset_key *k, const struct model *m, const json_t *item)
{
	const struct model_field *f = model_field(m, k->field);

	return f != NULL ? compare_text(model_values(m, f, item), "\n") : NULL;
}

bool
weigh_holds(const struct asset_key *k, const struct model *m,
    const json_t *item)
{
	char *value = asset_key_canonical(k), *text = shown(k, m, item);
	bool yes = false;

	if (value != NULL && text != NULL)
		yes = k->kind == ASSET_KEY_MAC ? mac_in(text, value) :
		    k->kind == ASSET_KEY_UUID ? holds_uuid(text, value) :
		    holds_text(text, value);
	free(value);
	free(text);
	return yes;
}

/* Another value of the kind stands there: no junk, and not ours with words
 * around it. */
static bool
says_other(const struct asset_key *k, const struct model *m,
    const json_t *item)
{
	char *text, *value;
	bool other;

	if (k->kind != ASSET_KEY_SERIAL && k->kind != ASSET_KEY_UUID)
		return false;
	text = shown(k, m, item);
	value = asset_key_canonical(k);
	other = text != NULL && value != NULL && (k->kind == ASSET_KEY_UUID ?
	    uuid_why_not(text_trim(text)) == NULL :
	    serial_why_not(text) == NULL && strcasestr(text, value) == NULL);
	free(value);
	free(text);
	return other;
}

/* --- voices ----------------------------------------------------------------------------- */

static bool
same_voice(const struct asset_key *a, const struct asset_key *b)
{
	return a->kind == b->kind && a->weak == b->weak &&
	    strcmp(a->field, b->field) == 0;
}

/* True for the first key of a voice. */
static bool
opens_voice(const struct asset *a, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_voice(&a->keys[i], &a->keys[at]))
			return false;
	return true;
}

/* The key of the voice that the asset holds; NULL: none. */
static const struct asset_key *
held(const struct asset *a, size_t voice, const struct model *m,
    const json_t *item)
{
	for (size_t i = voice; i < a->nkeys; i++)
		if (same_voice(&a->keys[i], &a->keys[voice]) &&
		    weigh_holds(&a->keys[i], m, item))
			return &a->keys[i];
	return NULL;
}

struct tally { unsigned strong, weak, against; };

static struct tally
tally(const struct asset *a, const struct model *m, const json_t *item)
{
	struct tally t = { 0, 0, 0 };

	for (size_t i = 0; i < a->nkeys; i++) {
		if (!opens_voice(a, i) || !usable(&a->keys[i], m))
			continue;
		if (held(a, i, m, item) == NULL)
			t.against += says_other(&a->keys[i], m, item);
		else if (a->keys[i].weak)
			t.weak++;
		else
			t.strong++;
	}
	return t;
}

static enum standing
alone(struct tally t)
{
	return t.strong + t.weak == 0 || t.against > t.strong ? STANDING_OTHER :
	    t.against > 0 && t.against == t.strong ? STANDING_CONFLICT :
	    STANDING_MATCH;
}

bool
weigh_one(const struct asset *a, const struct model *m, const json_t *item)
{
	return alone(tally(a, m, item)) == STANDING_MATCH;
}

bool
weigh_needs_whole(const struct asset *a, const struct model *m)
{
	for (size_t i = 0; i < a->nkeys; i++)
		if ((a->keys[i].kind == ASSET_KEY_SERIAL ||
		    a->keys[i].kind == ASSET_KEY_UUID) && usable(&a->keys[i], m))
			return true;
	return false;
}

/* --- in words ---------------------------------------------------------------------------- */

static void
say(struct weighed *w, const char *fmt, ...) PRINTF(2, 3);

static void
say(struct weighed *w, const char *fmt, ...)
{
	size_t n = strlen(w->why);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why + n, sizeof(w->why) - n, fmt, ap);
	va_end(ap);
}

/* In place: at most max octets, and no character cut in two. */
static char *
clip(char *s, size_t max)
{
	size_t len = strlen(s), n = 0, step;

	while (n < len && (step = text_utf8_len(s + n, len - n)) > 0 &&
	    n + step <= max)
		n += step;
	s[n] = '\0';
	return s;
}

static void
say_value(struct weighed *w, const char *value)
{
	char *s = strdup(value);

	say(w, "%s", s != NULL ? clip(s, 60) : "another");
	free(s);
}

/* "serial number SN1 and MAC address 00:.. say asset #5" */
static void
say_for(struct weighed *w, const struct asset *a, const struct model *m,
    const json_t *item, const char *before)
{
	const struct asset_key *k;
	size_t n = 0;

	for (size_t i = 0; i < a->nkeys; i++)
		if (opens_voice(a, i) && (k = held(a, i, m, item)) != NULL) {
			say(w, "%s%s ", n++ == 0 ? before : " and ",
			    kind_words[k->kind]);
			say_value(w, k->value);
		}
	say(w, " %s asset #%lld", n == 1 ? "says" : "say",
	    (long long)item_id(item));
}

/* ", whose serial number is SN2, not SN1" */
static void
say_against(struct weighed *w, const struct asset *a, const struct model *m,
    const json_t *item)
{
	for (size_t i = 0; i < a->nkeys; i++) {
		const struct asset_key *k = &a->keys[i];
		char *text;

		if (!opens_voice(a, i) || held(a, i, m, item) != NULL ||
		    !says_other(k, m, item))
			continue;
		text = shown(k, m, item);
		say(w, ", whose %s is ", kind_words[k->kind]);
		say_value(w, text != NULL ? text_trim(text) : "another");
		say(w, ", not ");
		say_value(w, k->value);
		free(text);
	}
}

static void
say_all(struct weighed *w, const struct asset *a, const struct model *m,
    const json_t *items, enum standing which)
{
	for (size_t i = 0, n = 0; i < w->n; i++)
		if (w->standing[i] == which && n++ < 4) {
			say_for(w, a, m, json_array_get(items, i),
			    w->why[0] != '\0' ? "; " : "");
			say_against(w, a, m, json_array_get(items, i));
		}
}

/* --- the verdict ------------------------------------------------------------------------- */

/* Two assets that the same voices name are the same thing entered twice. */
static bool
voices_differ(const struct asset *a, const struct model *m, const json_t *x,
    const json_t *y)
{
	for (size_t i = 0; i < a->nkeys; i++)
		if (opens_voice(a, i) && (held(a, i, m, x) != NULL) !=
		    (held(a, i, m, y) != NULL))
			return true;
	return false;
}

/* Of those that may be it, the ones with the most strong voices. */
static void
rank(struct weighed *w, const struct tally *t, const json_t *items,
    const struct asset *a, const struct model *m)
{
	unsigned best = 0, second = 0;
	size_t best_n = 0, first = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->standing[i] != STANDING_OTHER && t[i].strong > best)
			best = t[i].strong;
	for (size_t i = 0; i < w->n; i++) {
		if (w->standing[i] == STANDING_OTHER)
			continue;
		if (t[i].strong < best) {
			if (t[i].strong > second)
				second = t[i].strong;
			w->standing[i] = STANDING_WEAKER;
		} else if (best_n++ == 0) {
			first = i;
		}
	}
	if (best_n == 0)
		return;
	w->verdict = VERDICT_AMBIGUOUS;
	w->winner = first;
	if (best_n == 1) {
		w->verdict = w->standing[first] == STANDING_CONFLICT ?
		    VERDICT_CONFLICT : VERDICT_MATCH;
		w->doubt = w->verdict == VERDICT_MATCH &&
		    (second > 0 || t[first].against > 0);
		return;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->standing[i] == STANDING_MATCH ||
		    w->standing[i] == STANDING_CONFLICT) {
			if (voices_differ(a, m, json_array_get(items, first),
			    json_array_get(items, i)))
				w->verdict = VERDICT_CONFLICT;
			w->standing[i] = STANDING_EQUAL;
		}
}

bool
weigh(struct weighed *w, const struct asset *a, const struct model *m,
    const json_t *items)
{
	struct tally *t;

	memset(w, 0, sizeof(*w));
	w->n = json_array_size(items);
	w->standing = calloc(w->n + 1, sizeof(*w->standing));
	if (w->standing == NULL || (t = calloc(w->n + 1, sizeof(*t))) == NULL)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		t[i] = tally(a, m, json_array_get(items, i));
		w->standing[i] = alone(t[i]);
	}
	rank(w, t, items, a, m);
	free(t);
	switch (w->verdict) {
	case VERDICT_NONE:
		say_all(w, a, m, items, STANDING_OTHER);
		if (w->why[0] != '\0')
			say(w, ": another computer's");
		break;
	case VERDICT_MATCH:
		say_all(w, a, m, items, STANDING_MATCH);
		say_all(w, a, m, items, STANDING_WEAKER);
		say_all(w, a, m, items, STANDING_OTHER);
		break;
	case VERDICT_CONFLICT:
		say_all(w, a, m, items, STANDING_CONFLICT);
		/* fallthrough */
	case VERDICT_AMBIGUOUS:
		say_all(w, a, m, items, STANDING_EQUAL);
		break;
	}
	clip(w->why, sizeof(w->why));
	return true;
}

void
weighed_free(struct weighed *w)
{
	free(w->standing);
	memset(w, 0, sizeof(*w));
}

/* --- as JSON ------------------------------------------------------------------------------ */

static const char *const verdict_names[] = {
	[VERDICT_NONE] = "none", [VERDICT_MATCH] = "match",
	[VERDICT_AMBIGUOUS] = "ambiguous", [VERDICT_CONFLICT] = "conflict",
};
static const char *const standing_names[] = {
	[STANDING_MATCH] = "match", [STANDING_OTHER] = "other",
	[STANDING_WEAKER] = "weaker", [STANDING_EQUAL] = "equal",
	[STANDING_CONFLICT] = "conflict",
};

static json_t *
key_json(const struct asset_key *k, const struct model *m, const json_t *items)
{
	json_t *ids = json_array(), *o;
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (weigh_holds(k, m, item))
			json_array_append(ids, json_object_get(item, "id"));
	o = json_pack("{s:s, s:s, s:s, s:b, s:o}", "field", k->field, "kind",
	    kind_names[k->kind], "value", k->value, "weak", k->weak,
	    "assets", ids);
	if (!usable(k, m))
		json_object_set_new(o, "notAsked", json_string(
		    model_field(m, k->field) == NULL ? "the asset type has no "
		    "such field" : "a query cannot hold that value"));
	return o;
}

static json_t *
against_json(const struct asset *a, const struct model *m, const json_t *item)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->nkeys; i++) {
		const struct asset_key *k = &a->keys[i];
		char *text;

		if (!opens_voice(a, i) || held(a, i, m, item) != NULL ||
		    !says_other(k, m, item))
			continue;
		text = shown(k, m, item);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
		    "field", k->field, "host", k->value, "asset",
		    text != NULL ? text_trim(text) : ""));
		free(text);
	}
	return list;
}

json_t *
weigh_explain(const struct weighed *w, const struct asset *a,
    const struct model *m, const json_t *items)
{
	json_t *keys = json_array(), *ignored = json_array();
	json_t *candidates = json_array();

	for (size_t i = 0; i < a->nkeys; i++)
		json_array_append_new(keys, key_json(&a->keys[i], m, items));
	for (size_t i = 0; i < a->nignored; i++)
		json_array_append_new(ignored, json_pack("{s:s, s:s, s:s}",
		    "kind", kind_names[a->ignored[i].kind],
		    "value", a->ignored[i].value, "why", a->ignored[i].why));
	for (size_t i = 0; i < w->n; i++) {
		const json_t *item = json_array_get(items, i);

		json_array_append_new(candidates, json_pack("{s:O, s:s, s:o}",
		    "id", json_object_get(item, "id"), "standing",
		    standing_names[w->standing[i]], "contradicts",
		    against_json(a, m, item)));
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "decision",
	    verdict_names[w->verdict], "why", w->why, "keys", keys,
	    "ignored", ignored, "candidates", candidates);
}
