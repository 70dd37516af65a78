/* params.c: a method's parameters against its table, all mistakes at once. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "rpc/jsonrpc.h"

#define PROBLEMS_MAX 200
#define POINTER_MAX  160

struct rpc_problems { json_t *list; };

static const struct { enum rpc_type type; const char *name; } names[] = {
	{ RPC_STRING, "a string" }, { RPC_NUMBER, "a number" },
	{ RPC_INTEGER, "a whole number" }, { RPC_BOOL, "true or false" },
	{ RPC_OBJECT, "an object" }, { RPC_ARRAY, "an array" },
	{ RPC_ANY, "any value" },
};

struct rpc_problems *
rpc_problems_new(void)
{
	struct rpc_problems *p = calloc(1, sizeof(*p));

	if (p != NULL)
		p->list = json_array();
	return p;
}

void
rpc_problems_free(struct rpc_problems *p)
{
	if (p == NULL)
		return;
	json_decref(p->list);
	free(p);
}

void
rpc_problem(struct rpc_problems *p, const char *pointer, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	if (p == NULL || json_array_size(p->list) >= PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	json_array_append_new(p->list, json_pack("{s:o, s:o}",
	    "pointer", jsonrpc_text(pointer),
	    "message", jsonrpc_text(message)));
}

size_t
rpc_problem_count(const struct rpc_problems *p)
{
	return json_array_size(p->list);
}

json_t *
problems_json(const struct rpc_problems *p)
{
	return json_incref(p->list);
}

/* A real that is a whole number, exactly. */
static bool
is_whole(const json_t *v)
{
	double d = json_real_value(v);

	return json_is_real(v) && fabs(d) <= 9007199254740991.0 &&
	    trunc(d) >= d && trunc(d) <= d;
}

static bool
is_type(const json_t *v, enum rpc_type type)
{
	switch (type) {
	case RPC_STRING:
		return json_is_string(v);
	case RPC_NUMBER:
		return json_is_number(v);
	case RPC_INTEGER:
		return json_is_integer(v) || is_whole(v);
	case RPC_BOOL:
		return json_is_boolean(v);
	case RPC_OBJECT:
		return json_is_object(v);
	case RPC_ARRAY:
		return json_is_array(v);
	case RPC_ANY:
		return true;
	}
	return false;
}

/* "/name" with ~ and / escaped as RFC 6901 has it; cut between characters. */
static void
pointer_to(const char *name, char *dst, size_t cap)
{
	size_t at = 0, n, left = strlen(name);

	dst[at++] = '/';
	for (; left > 0; name += n, left -= n) {
		n = text_utf8_len(name, left);
		if (n == 0 || at + n + 2 > cap)
			break;
		if (*name == '~' || *name == '/') {
			dst[at++] = '~';
			dst[at++] = *name == '~' ? '0' : '1';
		} else {
			memcpy(dst + at, name, n);
			at += n;
		}
	}
	dst[at] = '\0';
}

static void
check_one(const struct rpc_param *p, json_t *params,
    struct rpc_problems *problems)
{
	json_t *v = json_object_get(params, p->name);
	char pointer[POINTER_MAX];

	pointer_to(p->name, pointer, sizeof(pointer));
	if (v == NULL) {
		if (p->required)
			rpc_problem(problems, pointer, "is missing");
	} else if (json_is_null(v) && !p->required) {
		return;
	} else if (!is_type(v, p->type)) {
		rpc_problem(problems, pointer, "must be %s",
		    names[p->type].name);
	} else if (p->type == RPC_INTEGER && is_whole(v)) {
		json_object_set_new(params, p->name,
		    json_integer((json_int_t)json_real_value(v)));
	}
}

void
params_check(const struct rpc_param *table, json_t *params,
    struct rpc_problems *problems)
{
	static const struct rpc_param none[] = { { NULL, RPC_ANY, false } };
	char pointer[POINTER_MAX];
	const char *key;
	json_t *v;

	if (table == NULL)
		table = none;
	for (const struct rpc_param *p = table; p->name != NULL; p++)
		check_one(p, params, problems);
	json_object_foreach(params, key, v) {
		const struct rpc_param *p = table;

		while (p->name != NULL && strcmp(p->name, key) != 0 &&
		    strcmp(p->name, "*") != 0)
			p++;
		pointer_to(key, pointer, sizeof(pointer));
		if (p->name == NULL)
			rpc_problem(problems, pointer, "is not known here");
	}
}
