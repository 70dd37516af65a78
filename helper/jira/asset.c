#include "helper/jira/asset.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/hwid.h"
#include "helper/base/text.h"
#include "helper/jira/mactext.h"

static const char *const outcome_names[ASSET_OUTCOMES] = {
	[ASSET_CREATED] = "created",
	[ASSET_UPDATED] = "updated",
	[ASSET_UNCHANGED] = "unchanged",
	[ASSET_SKIPPED] = "skipped",
	[ASSET_AMBIGUOUS] = "ambiguous",
	[ASSET_QUEUED] = "queued",
	[ASSET_FAILED] = "failed",
	[ASSET_DRY_RUN] = "dry_run",
};

static const char *const policy_names[] = {
	[ASSET_ALWAYS] = "always",
	[ASSET_WHEN_EMPTY] = "whenEmpty",
	[ASSET_NEVER_OVERWRITE] = "neverOverwrite",
};

static const char *const key_names[] = {
	[ASSET_KEY_MAC] = "mac",
	[ASSET_KEY_SERIAL] = "serial",
	[ASSET_KEY_UUID] = "uuid",
	[ASSET_KEY_TEXT] = "text",
};

const char *
asset_outcome_name(enum asset_outcome o)
{
	return (unsigned)o < ASSET_OUTCOMES ? outcome_names[o] : "failed";
}

void
asset_free(struct asset *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->nfields; i++) {
		for (size_t k = 0; k < a->fields[i].nvalues; k++)
			free(a->fields[i].values[k]);
		free(a->fields[i].values);
		free(a->fields[i].name);
	}
	for (size_t i = 0; i < a->nkeys; i++) {
		free(a->keys[i].field);
		free(a->keys[i].value);
	}
	for (size_t i = 0; i < a->nignored; i++) {
		free(a->ignored[i].value);
		free(a->ignored[i].why);
	}
	free(a->fields);
	free(a->keys);
	free(a->ignored);
	free(a->address);
	free(a->title);
	free(a);
}

/* --- to JSON ---------------------------------------------------------------- */

/* Host text should be UTF-8 already; what is not must not stop the record. */
static json_t *
text_json(const char *s)
{
	json_t *j = json_string(s);
	char *shown;

	if (j == NULL && (shown = text_escaped(s, strlen(s), 1 << 20)) != NULL) {
		j = json_string(shown);
		free(shown);
	}
	return j;
}

static json_t *
field_json(const struct asset_field *f)
{
	json_t *values = json_array(), *o;

	for (size_t i = 0; i < f->nvalues; i++)
		json_array_append_new(values, text_json(f->values[i]));
	o = json_pack("{s:o, s:o, s:s}", "name", text_json(f->name),
	    "values", values, "policy", policy_names[f->policy]);
	if (f->tolerance.by > 0)
		json_object_set_new(o, f->tolerance.percent ? "percent" :
		    "tolerance", json_real(f->tolerance.by));
	return o;
}

json_t *
asset_to_json(const struct asset *a)
{
	json_t *fields = json_array(), *keys = json_array();
	json_t *ignored = json_array();

	for (size_t i = 0; i < a->nfields; i++)
		json_array_append_new(fields, field_json(&a->fields[i]));
	for (size_t i = 0; i < a->nkeys; i++)
		json_array_append_new(keys, json_pack("{s:o, s:s, s:o, s:b}",
		    "field", text_json(a->keys[i].field),
		    "kind", key_names[a->keys[i].kind],
		    "value", text_json(a->keys[i].value),
		    "weak", a->keys[i].weak));
	for (size_t i = 0; i < a->nignored; i++)
		json_array_append_new(ignored, json_pack("{s:s, s:o, s:o}",
		    "kind", key_names[a->ignored[i].kind],
		    "value", text_json(a->ignored[i].value),
		    "why", text_json(a->ignored[i].why)));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}",
	    "address", text_json(a->address != NULL ? a->address : ""),
	    "title", text_json(a->title != NULL ? a->title : ""),
	    "fields", fields, "keys", keys, "ignored", ignored,
	    "updateOnly", a->update_only);
}

/* --- from JSON --------------------------------------------------------------- */

static bool
take_str(const json_t *o, const char *name, char **out)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL && (*out = strdup(s)) != NULL;
}

/* Which of n names the member is. */
static bool
take_name(const json_t *o, const char *member, const char *const *names,
    size_t n, unsigned *out)
{
	const char *s = json_string_value(json_object_get(o, member));

	for (unsigned i = 0; s != NULL && i < n; i++)
		if (strcmp(s, names[i]) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static bool
take_field(const json_t *o, struct asset_field *f)
{
	const json_t *values = json_object_get(o, "values");
	size_t n = json_array_size(values);
	unsigned policy = 0;

	if (!json_is_array(values) || n > ASSET_VALUES_MAX ||
	    !take_str(o, "name", &f->name) ||
	    !take_name(o, "policy", policy_names, ARRAY_LEN(policy_names), &policy))
		return false;
	f->policy = (enum asset_policy)policy;
	f->tolerance.percent = json_object_get(o, "percent") != NULL;
	f->tolerance.by = json_number_value(json_object_get(o,
	    f->tolerance.percent ? "percent" : "tolerance"));
	if ((f->values = calloc(n + 1, sizeof(*f->values))) == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(values, i));

		if (s == NULL || (f->values[i] = strdup(s)) == NULL)
			return false;
		f->nvalues++;
	}
	return true;
}

static bool
take_key(const json_t *o, struct asset_key *k)
{
	unsigned kind = 0;

	if (!take_str(o, "field", &k->field) || !take_str(o, "value", &k->value) ||
	    !take_name(o, "kind", key_names, ARRAY_LEN(key_names), &kind))
		return false;
	k->kind = (enum asset_key_kind)kind;
	k->weak = json_is_true(json_object_get(o, "weak"));
	return true;
}

static bool
take_ignored(const json_t *o, struct asset_ignored *i)
{
	unsigned kind = 0;

	if (!take_str(o, "value", &i->value) || !take_str(o, "why", &i->why) ||
	    !take_name(o, "kind", key_names, ARRAY_LEN(key_names), &kind))
		return false;
	i->kind = (enum asset_key_kind)kind;
	return true;
}

static bool
take_lists(const json_t *o, struct asset *a)
{
	const json_t *fields = json_object_get(o, "fields");
	const json_t *keys = json_object_get(o, "keys");
	const json_t *ignored = json_object_get(o, "ignored");
	size_t nf = json_array_size(fields), nk = json_array_size(keys);
	size_t ni = json_array_size(ignored);	/* older records have none */

	if (!json_is_array(fields) || nf > ASSET_FIELDS_MAX ||
	    !json_is_array(keys) || nk > ASSET_KEYS_MAX || ni > ASSET_KEYS_MAX)
		return false;
	a->fields = calloc(nf + 1, sizeof(*a->fields));
	a->keys = calloc(nk + 1, sizeof(*a->keys));
	a->ignored = calloc(ni + 1, sizeof(*a->ignored));
	if (a->fields == NULL || a->keys == NULL || a->ignored == NULL)
		return false;
	while (a->nignored < ni) {
		struct asset_ignored *i = &a->ignored[a->nignored++];

		if (!take_ignored(json_array_get(ignored, a->nignored - 1), i))
			return false;
	}
	while (a->nfields < nf) {
		struct asset_field *f = &a->fields[a->nfields++];

		if (!take_field(json_array_get(fields, a->nfields - 1), f))
			return false;
	}
	while (a->nkeys < nk) {
		struct asset_key *k = &a->keys[a->nkeys++];

		if (!take_key(json_array_get(keys, a->nkeys - 1), k))
			return false;
	}
	return true;
}

struct asset *
asset_from_json(const json_t *o)
{
	struct asset *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	if (take_str(o, "address", &a->address) && take_str(o, "title", &a->title) &&
	    take_lists(o, a)) {
		a->update_only = json_is_true(json_object_get(o, "updateOnly"));
		return a;
	}
	asset_free(a);
	return NULL;
}

/* --- keys ---------------------------------------------------------------------- */

char *
asset_key_canonical(const struct asset_key *k)
{
	char hex[MAC_HEX_SIZE], uuid[UUID_TEXT], *s;

	if (k->kind == ASSET_KEY_MAC)
		return mac_hex(k->value, hex) ? strdup(hex) : NULL;
	if (k->kind == ASSET_KEY_UUID) {
		if (!uuid_parse(k->value, uuid))
			return NULL;
		uuid_either(uuid);
		return strdup(uuid);
	}
	if ((s = strdup(k->value)) == NULL)
		return NULL;
	text_trim(s);
	if (k->kind != ASSET_KEY_TEXT)
		for (char *p = s; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
	if (*s != '\0')
		return s;
	free(s);
	return NULL;
}

char *
asset_key_name(const struct asset_key *k)
{
	char *value = asset_key_canonical(k), *s = NULL;

	if (value == NULL || asprintf(&s, "%s=%s", k->field, value) < 0)
		s = NULL;
	free(value);
	return s;
}
