/* wql.c: SELECT list FROM class [WHERE condition], evaluated over rows. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/fake/winhost/winhost.h"

/* The words of a query: identifiers, numbers, 'text', operators. */
struct lexer { const char *p; char word[1024]; bool quoted, end; };

static void
next(struct lexer *l)
{
	size_t n = 0;

	while (isspace((unsigned char)*l->p))
		l->p++;
	l->quoted = false;
	l->word[0] = '\0';
	if (*l->p == '\0') {
		l->end = true;
		return;
	}
	if (*l->p == '\'' || *l->p == '"') {
		char quote = *l->p++;

		l->quoted = true;
		while (*l->p != '\0' && *l->p != quote && n < sizeof(l->word) - 1) {
			if (*l->p == '\\' && l->p[1] != '\0')
				l->p++;
			l->word[n++] = *l->p++;
		}
		if (*l->p == quote)
			l->p++;
	} else if (isalnum((unsigned char)*l->p) || *l->p == '_' || *l->p == '-') {
		while ((isalnum((unsigned char)*l->p) || *l->p == '_' ||
		    *l->p == '.' || *l->p == '-') && n < sizeof(l->word) - 1)
			l->word[n++] = *l->p++;
	} else {
		l->word[n++] = *l->p++;
		if ((l->word[0] == '<' || l->word[0] == '>' || l->word[0] == '!') &&
		    (*l->p == '=' || *l->p == '>'))
			l->word[n++] = *l->p++;
	}
	l->word[n] = '\0';
}

static bool
is(const struct lexer *l, const char *word)
{
	return !l->end && !l->quoted && strcasecmp(l->word, word) == 0;
}

bool
wql_parse(const char *text, struct wql *q)
{
	struct lexer l = { .p = text };
	char *at;

	memset(q, 0, sizeof(*q));
	q->names = at = calloc(1, strlen(text) + 2);
	next(&l);
	if (at == NULL || !is(&l, "select"))
		return false;
	do {
		next(&l);
		if (is(&l, "*")) {
			q->all = true;
		} else if (!l.end && q->columns.n < ARRAY_LEN(q->columns.name)) {
			strcpy(at, l.word);
			q->columns.name[q->columns.n++] = at;
			at += strlen(at) + 1;
		}
		next(&l);
	} while (is(&l, ","));
	if (!is(&l, "from"))
		return false;
	if (q->all)
		q->columns.n = 0;
	next(&l);
	snprintf(q->class, sizeof(q->class), "%.127s", l.word);
	next(&l);
	if (l.end)
		return q->class[0] != '\0';
	if (!is(&l, "where"))
		return false;
	q->where = strdup(l.p);
	return q->where != NULL;
}

void
wql_free(struct wql *q)
{
	free(q->where);
	free(q->names);
}

static bool condition(struct lexer *l, const json_t *row);

/* % and _ as LIKE has them. */
static bool
like(const char *text, const char *pattern)
{
	if (*pattern == '\0')
		return *text == '\0';
	if (*pattern == '%')
		return like(text, pattern + 1) ||
		    (*text != '\0' && like(text + 1, pattern));
	return *text != '\0' && (*pattern == '_' || tolower((unsigned char)
	    *text) == tolower((unsigned char)*pattern)) &&
	    like(text + 1, pattern + 1);
}

static const json_t *
column(const json_t *row, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
		if (strcasecmp(key, name) == 0)
			return value;
	return NULL;
}

/* A path without its host and namespace, its keys between double quotes. */
static void
plain_path(const char *s, char *out, size_t cap)
{
	const char *colon = strchr(s, ':');
	size_t n = 0;
	char quote = '\0';

	for (s = colon != NULL && s[0] == '\\' ? colon + 1 : s; *s != '\0' &&
	    n < cap - 1; s++) {
		if (*s == '\\' && s[1] != '\0') {
			out[n++] = *++s;
		} else if ((*s == '"' || *s == '\'') &&
		    (quote == '\0' || *s == quote)) {
			quote = quote == '\0' ? *s : '\0';
			out[n++] = '"';
		} else {
			out[n++] = *s;
		}
	}
	out[n] = '\0';
}

static bool
same_path(const char *a, const char *b)
{
	char x[1024], y[1024];

	plain_path(a, x, sizeof(x));
	plain_path(b, y, sizeof(y));
	return strcasecmp(x, y) == 0;
}

static bool
compare(const json_t *v, const char *op, const char *text)
{
	double number = json_is_string(v) ? strtod(json_string_value(v), NULL) :
	    json_number_value(v);
	double other = strtod(text, NULL);
	int order;

	if (v == NULL || json_is_null(v))
		return false;
	if (json_is_string(v) && strncasecmp(text, "Win32_", 6) == 0 &&
	    strchr(text, '=') != NULL)
		return same_path(json_string_value(v), text) ==
		    (strcmp(op, "=") == 0);
	if (json_is_boolean(v)) {
		bool wanted = strcasecmp(text, "true") == 0 ||
		    strcmp(text, "1") == 0;

		order = json_is_true(v) != wanted;
	} else if (json_is_string(v) && (*text == '\0' ||
	    (!isdigit((unsigned char)*text) && *text != '-'))) {
		order = strcasecmp(json_string_value(v), text);
	} else {
		order = number < other ? -1 : number > other;
	}
	if (strcasecmp(op, "like") == 0)
		return json_is_string(v) && like(json_string_value(v), text);
	if (strcmp(op, "=") == 0)
		return order == 0;
	if (strcmp(op, "<>") == 0 || strcmp(op, "!=") == 0)
		return order != 0;
	if (strcmp(op, "<") == 0)
		return order < 0;
	if (strcmp(op, ">") == 0)
		return order > 0;
	if (strcmp(op, "<=") == 0)
		return order <= 0;
	return order >= 0;
}

static bool
primary(struct lexer *l, const json_t *row)
{
	const json_t *v;
	char op[16];
	bool yes;

	if (is(l, "not")) {
		next(l);
		return !primary(l, row);
	}
	if (is(l, "(")) {
		next(l);
		yes = condition(l, row);
		next(l);
		return yes;
	}
	v = column(row, l->word);
	next(l);
	if (is(l, "is")) {
		bool not;

		next(l);
		if ((not = is(l, "not")))
			next(l);
		next(l);
		return (v == NULL || json_is_null(v)) != not;
	}
	snprintf(op, sizeof(op), "%.15s", l->word);
	next(l);
	if (is(l, "null"))
		yes = (v == NULL || json_is_null(v)) == (strcmp(op, "=") == 0);
	else
		yes = compare(v, op, l->word);
	next(l);
	return yes;
}

static bool
conjunction(struct lexer *l, const json_t *row)
{
	bool yes = primary(l, row), other;

	while (is(l, "and")) {
		next(l);
		other = primary(l, row);
		yes = yes && other;
	}
	return yes;
}

static bool
condition(struct lexer *l, const json_t *row)
{
	bool yes = conjunction(l, row), other;

	while (is(l, "or")) {
		next(l);
		other = conjunction(l, row);
		yes = yes || other;
	}
	return yes;
}

bool
wql_match(const struct wql *q, const json_t *row, const json_t *def)
{
	struct lexer l = { .p = q->where };

	(void)def;
	if (q->where == NULL)
		return true;
	next(&l);
	return condition(&l, row);
}
