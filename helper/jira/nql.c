#include "helper/jira/nql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/hwid.h"
#include "helper/jira/asset.h"
#include "helper/jira/mactext.h"

static bool
only(const char *s, const char *others, size_t max)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (n == max || (!isalnum((unsigned char)s[n]) &&
		    strchr(others, s[n]) == NULL) || (s[n] & 0x80) != 0)
			return false;
	return n > 0;
}

bool
nql_value_ok(const char *s)
{
	return only(s, ":._ -", NQL_VALUE_MAX) && strspn(s, " ") != strlen(s);
}

bool
nql_field_ok(const char *s)
{
	return only(s, "._-", NQL_VALUE_MAX) && strchr(s, '.') != NULL;
}

bool
nql_key_ok(const struct asset_key *k)
{
	char *value = asset_key_canonical(k);
	bool ok = value != NULL && nql_value_ok(value) && nql_field_ok(k->field);

	free(value);
	return ok;
}

static void
term(struct wr *w, bool *first, const char *field, const char *value)
{
	wr_printf(w, "%s%s = \"%s\"", *first ? "" : " OR ", field, value);
	*first = false;
}

static void
mac_terms(struct wr *w, bool *first, const char *field, const char *hex)
{
	static const struct mac_style forms[] = {
		{ ':', false }, { ':', true }, { '-', false }, { '-', true },
	};
	char text[MAC_TEXT_SIZE], last[MAC_TEXT_SIZE] = "";

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		mac_write(hex, forms[i], text);
		/* A MAC without letters looks the same in both cases. */
		if (strcmp(text, last) != 0)
			term(w, first, field, text);
		strcpy(last, text);
	}
}

/* As it is, and in capitals where that differs. */
static void
cased(struct wr *w, bool *first, const char *field, char *value)
{
	term(w, first, field, value);
	for (char *p = value; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	if (strpbrk(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
		term(w, first, field, value);
}

static void
text_terms(struct wr *w, bool *first, const struct asset_key *k, char *value)
{
	char other[UUID_TEXT];

	if (k->kind == ASSET_KEY_TEXT) {
		term(w, first, k->field, value);
		return;
	}
	if (k->kind == ASSET_KEY_UUID) {
		uuid_swapped(value, other);
		if (strcmp(other, value) != 0)
			cased(w, first, k->field, other);
	}
	cased(w, first, k->field, value);
}

void
nql_match(struct wr *w, const char *display,
    const struct asset_key *const *keys, size_t n)
{
	bool typed = display != NULL && nql_value_ok(display), first = true;
	char *value;

	if (typed)
		wr_printf(w, "type = \"%s\" AND (", display);
	for (size_t i = 0; i < n; i++) {
		if (!nql_key_ok(keys[i]) ||
		    (value = asset_key_canonical(keys[i])) == NULL)
			continue;
		if (keys[i]->kind == ASSET_KEY_MAC)
			mac_terms(w, &first, keys[i]->field, value);
		else
			text_terms(w, &first, keys[i], value);
		free(value);
	}
	if (typed)
		wr_str(w, ")");
	if (first)
		w->bad = true;
}
