#include "rpc/jsonrpc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"

json_t *
jsonrpc_parse(const char *line, size_t n, unsigned max_depth, char *why,
    size_t cap)
{
	json_error_t where;
	json_t *v;

	if (!text_is_utf8(line, n)) {
		snprintf(why, cap, "the line is not UTF-8");
		return NULL;
	}
	if (!text_nests_within(line, n, max_depth)) {
		snprintf(why, cap, "nested deeper than %u", max_depth);
		return NULL;
	}
	v = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	if (v == NULL)	/* the library's text may quote the line: position only */
		snprintf(why, cap, "no valid JSON at column %d%s", where.column,
		    json_error_code(&where) == json_error_duplicate_key ?
		    ": a member stands twice" : "");
	return v;
}

bool
jsonrpc_request(const json_t *v, struct request *r, const char **why)
{
	const char *version = json_string_value(json_object_get(v, "jsonrpc"));
	const char *key;
	json_t *member;

	*r = (struct request){ .method = NULL };
	*why = "a request is an object";
	if (!json_is_object(v))
		return false;
	r->id = json_object_get(v, "id");
	*why = "id must be a string, a number or null";
	if (r->id != NULL && !json_is_string(r->id) && !json_is_number(r->id) &&
	    !json_is_null(r->id)) {
		r->id = NULL;
		return false;
	}
	*why = "jsonrpc must be \"2.0\"";
	if (version == NULL || strcmp(version, "2.0") != 0)
		return false;
	r->method = json_string_value(json_object_get(v, "method"));
	*why = "method must be a string";
	if (r->method == NULL)
		return false;
	r->params = json_object_get(v, "params");
	*why = "params must be an object or an array";
	if (r->params != NULL && !json_is_object(r->params) &&
	    !json_is_array(r->params))
		return false;
	*why = "a request has no other members than jsonrpc, id, method, params";
	/* jansson's iterator takes a pointer that is not const; it only reads. */
	json_object_foreach((json_t *)(uintptr_t)v, key, member)
		if (strcmp(key, "jsonrpc") != 0 && strcmp(key, "id") != 0 &&
		    strcmp(key, "method") != 0 && strcmp(key, "params") != 0)
			return false;
	return true;
}

json_t *
jsonrpc_text(const char *text)
{
	json_t *v = json_string(text);
	char *shown;

	if (v != NULL)
		return v;
	shown = text_escaped(text, strlen(text), 4096);
	v = json_string(shown != NULL ? shown : "");
	free(shown);
	return v;
}

json_t *
jsonrpc_result(const json_t *id, json_t *result)
{
	if (result == NULL)
		result = json_object();
	return json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
	    "result", result);
}

/* The protocol's own errors, and what a person can do about them. */
static const struct { int code; const char *hint; } hints[] = {
	{ RPC_PARSE_ERROR, "Send one JSON message a line, in UTF-8, within the "
	    "limits that helper.info names." },
	{ RPC_INVALID_REQUEST, "Send {\"jsonrpc\": \"2.0\", \"id\", \"method\", "
	    "\"params\"}, with an id that is not in use." },
	{ RPC_NO_METHOD, "helper.info lists the methods." },
};

json_t *
jsonrpc_error(const json_t *id, int code, const char *message, json_t *data)
{
	json_t *error = json_pack("{s:i, s:o}", "code", code, "message",
	    jsonrpc_text(message));

	for (size_t i = 0; data == NULL && i < ARRAY_LEN(hints); i++)
		if (hints[i].code == code)
			data = json_pack("{s:s}", "hint", hints[i].hint);
	if (data != NULL)
		json_object_set_new(error, "data", data);
	return json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", "id",
	    id != NULL ? json_incref((json_t *)(uintptr_t)id) : json_null(),
	    "error", error);
}

json_t *
rpc_err_json(const struct err *e)
{
	json_t *v;

	if (e->code == ERR_NONE)
		return json_null();
	v = json_pack("{s:s, s:s, s:o, s:s}", "code", err_name(e->code),
	    "stage", stage_name(e->stage), "message", jsonrpc_text(e->text),
	    "hint", err_hint(e));
	if (v != NULL && e->native != 0)
		json_object_set_new(v, "native", json_integer(e->native));
	return v;
}

json_t *
jsonrpc_fail(const json_t *id, const struct err *e)
{
	enum err_code code = e->code != ERR_NONE ? e->code : ERR_INTERNAL;
	json_t *data = json_pack("{s:s, s:s}", "code", err_name(code), "hint",
	    e->code != ERR_NONE ? err_hint(e) : err_info(code)->hint);

	if (e->stage != STAGE_NONE)
		json_object_set_new(data, "stage",
		    json_string(stage_name(e->stage)));
	if (e->native != 0)
		json_object_set_new(data, "native", json_integer(e->native));
	return jsonrpc_error(id, err_info(code)->rpc,
	    e->text[0] != '\0' ? e->text : err_info(code)->sentence, data);
}
