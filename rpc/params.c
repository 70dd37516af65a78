/* params.c: a method's parameters against its table, all mistakes at once. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/jsonrpc.h"

#define PROBLEMS_MAX 200

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
	json_array_append_new(p->list, json_pack("{s:s+, s:s+}",
	    "pointer", pointer, "", "message", message, ""));
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

static bool
is_type(const json_t *v, enum rpc_type type)
{
	switch (type) {
	case RPC_STRING:
		return json_is_string(v);
	case RPC_NUMBER:
		return json_is_number(v);
	case RPC_INTEGER:
		return json_is_integer(v) || (json_is_real(v) &&
		    fabs(json_real_value(v)) < 9e15 &&
		    trunc(json_real_value(v)) == json_real_value(v));
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

/* "/name" with ~ and / escaped as RFC 6901 has it. */
static void
pointer_to(const char *name, char *dst, size_t cap)
{
	size_t at = 0;

	dst[at++] = '/';
	for (; *name != '\0' && at + 3 < cap; name++)
		if (*name == '~' || *name == '/') {
			dst[at++] = '~';
			dst[at++] = *name == '~' ? '0' : '1';
		} else {
			dst[at++] = *name;
		}
	dst[at] = '\0';
}

void
params_check(const struct rpc_param *table, const json_t *params,
    struct rpc_problems *problems)
{
	static const struct rpc_param none[] = { { NULL, RPC_ANY, false } };
	char pointer[160];
	const char *key;
	json_t *v;

	if (table == NULL)
		table = none;
	for (const struct rpc_param *p = table; p->name != NULL; p++) {
		v = json_object_get(params, p->name);
		pointer_to(p->name, pointer, sizeof(pointer));
		if (v == NULL && p->required)
			rpc_problem(problems, pointer, "is missing");
		else if (v != NULL && !is_type(v, p->type))
			rpc_problem(problems, pointer, "must be %s",
			    names[p->type].name);
	}
	json_object_foreach((json_t *)params, key, v) {
		const struct rpc_param *p = table;

		while (p->name != NULL && strcmp(p->name, key) != 0)
			p++;
		pointer_to(key, pointer, sizeof(pointer));
		if (p->name == NULL)
			rpc_problem(problems, pointer, "is not known here");
	}
}
