/* jsonrpc.h: JSON-RPC 2.0 messages: text to checked requests, errors to JSON.
 * Knows no method and no descriptor. */
#ifndef RPC_JSONRPC_H
#define RPC_JSONRPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/checked.h"
#include "rpc/server.h"

enum {
	RPC_PARSE_ERROR = -32700, RPC_INVALID_REQUEST = -32600,
	RPC_NO_METHOD = -32601, RPC_INVALID_PARAMS = -32602,
};

/* One line as a JSON value; NULL with why (static or in buf) when it is none. */
json_t *jsonrpc_parse(const char *line, size_t n, unsigned max_depth,
    char *why, size_t cap) CHECKED;

/* A single message, borrowed from its value. */
struct request {
	const char *method;
	const json_t *id;	/* NULL: a notification */
	json_t *params;		/* NULL: none */
};
/* False: no request; *id is then what the error answers to (json null). */
bool jsonrpc_request(const json_t *, struct request *, const char **why) CHECKED;

/* Any text as a JSON string; what is not UTF-8 is escaped. */
json_t *jsonrpc_text(const char *) CHECKED;

/* {"jsonrpc", "id", "result"|"error"}; takes result or data. */
json_t *jsonrpc_result(const json_t *id, json_t *result) CHECKED;
/* Without data the protocol's own errors get their hint.  Text that is not
 * UTF-8 is escaped: an answer is never lost for its text. */
json_t *jsonrpc_error(const json_t *id, int code, const char *message,
    json_t *data) CHECKED;
json_t *jsonrpc_fail(const json_t *id, const struct err *) CHECKED;

/* Checks params against a table; every mistake is added to the problems.  A
 * whole number written as 3.0 becomes an integer; null stands for an optional
 * member that is not there. */
void params_check(const struct rpc_param *, json_t *params,
    struct rpc_problems *);
/* [{pointer, message}]; new reference. */
json_t *problems_json(const struct rpc_problems *) CHECKED;

#endif
