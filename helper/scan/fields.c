#include "helper/scan/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/err.h"
#include "helper/base/text.h"

static size_t
put(char *dst, size_t cap, size_t n, const char *s)
{
	for (; *s != '\0' && n + 3 < cap; s++)
		if (*s == '~' || *s == '/') {
			dst[n++] = '~';
			dst[n++] = *s == '~' ? '0' : '1';
		} else {
			dst[n++] = *s;
		}
	return n;
}

static size_t
at_put(const struct at *at, char *dst, size_t cap)
{
	char number[24];
	size_t n;

	if (at == NULL)
		return 0;
	n = at_put(at->up, dst, cap);
	if (n + 3 >= cap)
		return n;
	dst[n++] = '/';
	if (at->name != NULL)
		return put(dst, cap, n, at->name);
	snprintf(number, sizeof(number), "%zu", at->index);
	return put(dst, cap, n, number);
}

const char *
at_text(const struct at *at, char *dst, size_t cap)
{
	dst[at_put(at, dst, cap)] = '\0';
	return dst;
}

static void
report(struct problems *p, const struct at *at, const char *fmt, va_list ap)
{
	char pointer[512], raw[512], message[640];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_line(message, sizeof(message), raw, strlen(raw));
	p->n++;
	if (p->fn != NULL)
		p->fn(p->ctx, at_text(at, pointer, sizeof(pointer)), message);
}

void
problems_in_one(void *ctx, const char *pointer, const char *message)
{
	struct err *e = ctx;
	size_t n = strlen(e->text);

	if (e->code == ERR_NONE)
		fail(e, ERR_INVALID, "%s %s", pointer, message);
	else
		snprintf(e->text + n, sizeof(e->text) - n, "; %s %s", pointer,
		    message);
}

void
problem(struct problems *p, const struct at *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(p, at, fmt, ap);
	va_end(ap);
}

void
problem_in(struct problems *p, const struct at *at, const char *name,
    const char *fmt, ...)
{
	const struct at here = { at, name, 0 };
	va_list ap;

	va_start(ap, fmt);
	report(p, &here, fmt, ap);
	va_end(ap);
}

static bool
read_string(const json_t *v, const struct field *f, void *to,
    struct problems *p, const struct at *at)
{
	const char *s = json_string_value(v);

	if (json_is_null(v) && !f->required)
		return true;
	if (s == NULL) {
		problem(p, at, "must be a string");
		return false;
	}
	if (strlen(s) != json_string_length(v)) {
		problem(p, at, "must not hold a NUL character");
		return false;
	}
	if (f->type == F_TEXT && s[strspn(s, " \t\r\n")] == '\0') {
		problem(p, at, "must not be empty");
		return false;
	}
	*(const char **)to = s;
	return true;
}

static bool
read_number(const json_t *v, const struct field *f, void *to,
    struct problems *p, const struct at *at)
{
	bool whole = f->type == F_INTEGER;
	double d;

	if (whole ? !json_is_integer(v) : !json_is_number(v)) {
		problem(p, at, whole ? "must be a whole number" :
		    "must be a number");
		return false;
	}
	d = json_number_value(v);
	if (d < f->min || d > f->max) {
		problem(p, at, "must be from %g to %g", f->min, f->max);
		return false;
	}
	if (whole)
		*(json_int_t *)to = json_integer_value(v);
	else
		*(double *)to = d;
	return true;
}

static bool
read_one(const json_t *v, const struct field *f, void *to, struct problems *p,
    const struct at *at)
{
	switch (f->type) {
	case F_STRING:
	case F_TEXT:
		return read_string(v, f, to, p, at);
	case F_NUMBER:
	case F_INTEGER:
		return read_number(v, f, to, p, at);
	case F_BOOL:
		if (json_is_boolean(v)) {
			*(bool *)to = json_is_true(v);
			return true;
		}
		problem(p, at, "must be true or false");
		return false;
	case F_ARRAY:
		if (!json_is_array(v)) {
			problem(p, at, "must be an array");
			return false;
		}
		break;
	case F_OBJECT:
		if (!json_is_object(v)) {
			problem(p, at, "must be an object");
			return false;
		}
		break;
	case F_ANY:
		break;
	}
	*(const json_t **)to = v;
	return true;
}

static const struct field *
find(const struct field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

bool
fields_read(const json_t *object, const struct field *table, void *out,
    struct problems *p, const struct at *at)
{
	size_t before = p->n;
	const char *name;
	json_t *v;

	if (!json_is_object(object)) {
		problem(p, at, "must be an object");
		return false;
	}
	/* jansson's iterator takes a pointer that is not const; it only reads. */
	json_object_foreach((json_t *)(uintptr_t)object, name, v) {
		const struct field *f = find(table, name);

		if (f == NULL)
			problem_in(p, at, name, "is not known here");
		else
			read_one(v, f, (char *)out + f->offset, p,
			    &(struct at){ at, f->name, 0 });
	}
	for (const struct field *f = table; f->name != NULL; f++)
		if (f->required && json_object_get(object, f->name) == NULL)
			problem_in(p, at, f->name, "is missing");
	return p->n == before;
}
