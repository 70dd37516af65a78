#include "helper/report/findings_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void
put(json_t *row, const char *to, const json_t *from, const char *member)
{
	json_t *value = json_object_get(from, member);

	if (value != NULL && !json_is_null(value))
		json_object_set(row, to, value);
}

/* Where one member becomes a column as it is. */
static const struct { const char *from, *member, *to; } moves[] = {
	{ NULL, "address", "address" }, { NULL, "name", "name" },
	{ NULL, "state", "state" }, { NULL, "protocol", "protocol" },
	{ NULL, "credential", "credential" }, { NULL, "warnings", "warnings" },
	{ "os", "name", "os" }, { "os", "version", "osVersion" },
	{ "os", "family", "osFamily" },
	{ "identity", "macs", "macs" }, { "identity", "serial", "serial" },
	{ "identity", "uuid", "uuid" },
	{ "error", "code", "errorCode" }, { "error", "stage", "errorStage" },
	{ "error", "message", "errorMessage" }, { "error", "hint", "hint" },
	{ "error", "message", "note" }, { "timings", "total", "seconds" },
};

json_t *
row_host(const json_t *params)
{
	json_t *row = json_object(), *missing, *names = json_array(), *one;
	size_t i;

	for (i = 0; i < ARRAY_LEN(moves); i++)
		put(row, moves[i].to, moves[i].from == NULL ? params :
		    json_object_get(params, moves[i].from), moves[i].member);
	one = json_array_get(json_object_get(row, "macs"), 0);
	if (json_is_string(one))
		json_object_set(row, "mac", one);
	missing = json_object_get(params, "missing");
	json_array_foreach(missing, i, one)
		if (json_is_string(json_object_get(one, "field")))
			json_array_append(names, json_object_get(one, "field"));
	if (json_array_size(names) > 0)
		json_object_set(row, "missing", names);
	json_decref(names);
	return row;
}

void
row_asset(json_t *row, const json_t *params)
{
	const json_t *error = json_object_get(params, "error");
	const char *outcome = text_of(params, "outcome");
	json_int_t id = json_integer_value(json_object_get(params, "id"));
	char asset[64];

	put(row, "outcome", params, "outcome");
	put(row, "assetId", params, "id");
	put(row, "assetUrl", params, "url");
	put(row, "matchedBy", params, "matchedBy");
	put(row, "note", error, "message");
	put(row, "assetErrorCode", error, "code");
	put(row, "assetErrorMessage", error, "message");
	put(row, "assetHint", error, "hint");
	if (id != 0)
		snprintf(asset, sizeof(asset), "%.30s #%lld", outcome,
		    (long long)id);
	else
		snprintf(asset, sizeof(asset), "%.30s", outcome);
	json_object_set_new(row, "asset", json_string(asset));
}

/* --- volumes --------------------------------------------------------------------- */

static double
octets(const json_t *row, const char *member)
{
	const json_t *v = json_object_get(row, member);

	/* beyond 2^53 they are text */
	return json_is_string(v) ? strtod(json_string_value(v), NULL) :
	    json_number_value(v);
}

/* Made full, and never to be written again. */
static bool
is_image(const json_t *volume)
{
	static const char *const kinds[] = { "squashfs", "iso9660", "udf",
		"cdfs", "erofs", "romfs", "cramfs" };
	const char *fs = text_of(volume, "fs");

	for (size_t i = 0; fs != NULL && i < ARRAY_LEN(kinds); i++)
		if (strcasecmp(fs, kinds[i]) == 0)
			return true;
	return json_is_true(json_object_get(volume, "readOnly"));
}

bool
row_volume(const json_t *volume, double *size, double *room)
{
	const json_t *left = json_object_get(volume, "freeBytes");

	*size = octets(volume, "sizeBytes");
	*room = octets(volume, "freeBytes");
	if (*room < 0)
		*room = 0;
	return *size > 0 && (json_is_number(left) || json_is_string(left)) &&
	    !is_image(volume);
}
