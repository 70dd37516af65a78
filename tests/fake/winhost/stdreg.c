/* stdreg.c: StdRegProv over the machine's registry, and in-parameters decoded. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/fake/winhost/winhost.h"

#define NOT_FOUND 2
#define TYPE_MISMATCH 2147749893u	/* WBEM_E_TYPE_MISMATCH as ReturnValue */

/* What each method gives back beside ReturnValue. */
static const struct reg_method {
	const char *name, *out, *out_type;
	bool array;
	int reg_type;			/* 1 SZ, 2 EXPAND, 3 BINARY, 4 DWORD, 7 MULTI, 11 QWORD */
} reg_methods[] = {
	{ "EnumKey", "sNames", "string", true, 0 },
	{ "EnumValues", "sNames", "string", true, 0 },
	{ "GetStringValue", "sValue", "string", false, 1 },
	{ "GetExpandedStringValue", "sValue", "string", false, 2 },
	{ "GetMultiStringValue", "sValue", "string", true, 7 },
	{ "GetDWORDValue", "uValue", "uint32", false, 4 },
	{ "GetQWORDValue", "uValue", "uint64", false, 11 },
	{ "GetBinaryValue", "uValue", "uint8", true, 3 },
	{ "CheckAccess", "bGranted", "boolean", false, 0 },
};

static const struct reg_method *
method_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(reg_methods); i++)
		if (strcasecmp(reg_methods[i].name, name) == 0)
			return &reg_methods[i];
	return NULL;
}

static json_t *
property(const char *name, const char *type, bool array)
{
	return json_pack("{s:s, s:s, s:b}", "name", name, "type", type, "array",
	    array);
}

json_t *
stdreg_signature(const char *name, bool in)
{
	const struct reg_method *m = method_of(name);
	json_t *list = json_array();

	if (in) {
		json_array_append_new(list, property("hDefKey", "uint32", false));
		json_object_set_new(json_array_get(list, 0), "default",
		    json_integer(0x80000002));
		json_array_append_new(list, property("sSubKeyName", "string",
		    false));
		if (strncmp(name, "Get", 3) == 0)
			json_array_append_new(list, property("sValueName",
			    "string", false));
		if (strcmp(name, "CheckAccess") == 0)
			json_array_append_new(list, property("uRequired", "uint32",
			    false));
	} else {
		json_array_append_new(list, property("ReturnValue", "uint32",
		    false));
		json_array_append_new(list, property(m->out, m->out_type,
		    m->array));
		if (strcmp(name, "EnumValues") == 0)
			json_array_append_new(list, property("Types", "sint32",
			    true));
	}
	return json_pack("{s:o}", "properties", list);
}

/* --- the client's instance, decoded ------------------------------------------------------ */

static char *
decode_string(struct rd heap, uint32_t ref)
{
	struct wr w = wr_new(1 << 20);
	uint8_t flag, c;
	char *s;
	size_t start;

	rd_seek(&heap, ref);
	flag = rd_u8(&heap);
	start = heap.pos;
	if (flag == 1) {
		while (rd_le16(&heap) != 0 && !heap.bad)
			;
		return heap.bad ? NULL : utf16_to_utf8(heap.p + start,
		    heap.pos - start - 2);
	}
	while ((c = rd_u8(&heap)) != 0)
		if (c < 0x80) {
			wr_u8(&w, c);
		} else {
			wr_u8(&w, (uint8_t)(0xc0 | c >> 6));
			wr_u8(&w, (uint8_t)(0x80 | (c & 0x3f)));
		}
	if (heap.bad) {
		wr_free(&w);
		return NULL;
	}
	s = wr_give(&w);
	return s;
}

struct param { char *name; uint32_t type, offset; uint16_t order; };

/* The class part's properties; gives how many. */
static size_t
decode_class(struct rd *unit, struct param *p, size_t cap, uint32_t *nd_values)
{
	size_t start = unit->pos, n;
	uint32_t length = rd_le32(unit), heap_len, skip;
	struct rd part = rd_window(unit, start, length), heap, info;
	uint32_t refs[32][2];

	rd_seek(unit, start + length);
	rd_skip(&part, 4 + 1 + 4);
	*nd_values = rd_le32(&part);
	skip = rd_le32(&part);			/* derivation */
	rd_skip(&part, skip - 4);
	skip = rd_le32(&part);			/* qualifiers */
	rd_skip(&part, (skip != 0 ? skip : 4) - 4);
	n = rd_le32(&part);
	if (n > cap || part.bad)
		return 0;
	for (size_t i = 0; i < n; i++) {
		refs[i][0] = rd_le32(&part);
		refs[i][1] = rd_le32(&part);
	}
	rd_skip(&part, *nd_values);
	heap_len = rd_le32(&part) & 0x7fffffff;
	heap = rd_take(&part, heap_len);
	for (size_t i = 0; i < n; i++) {
		p[i].name = decode_string(heap, refs[i][0]);
		info = heap;
		rd_seek(&info, refs[i][1]);
		p[i].type = rd_le32(&info);
		p[i].order = rd_le16(&info);
		p[i].offset = rd_le32(&info);
		if (info.bad || p[i].name == NULL)
			return 0;
	}
	return n;
}

json_t *
cim_decode_params(struct rd unit)
{
	struct param p[32];
	uint32_t nd_values, length;
	struct rd tables, heap, at;
	json_t *out = json_object();
	size_t n, start;
	char *text;

	if (rd_le32(&unit) != 0x12345678)
		return out;
	rd_skip(&unit, 4);
	if ((rd_u8(&unit) & 2) == 0)
		return out;
	n = decode_class(&unit, p, ARRAY_LEN(p), &nd_values);
	start = unit.pos;
	length = rd_le32(&unit);
	rd_skip(&unit, 1 + 4);
	tables = rd_take(&unit, nd_values);
	rd_skip(&unit, rd_le32(&unit) - 4);
	rd_skip(&unit, 1);
	heap = rd_take(&unit, rd_le32(&unit) & 0x7fffffff);
	(void)start;
	(void)length;
	if (unit.bad)
		return out;
	for (size_t i = 0; i < n; i++) {
		at = tables;
		rd_seek(&at, p[i].order / 4);
		if ((rd_u8(&at) >> (2 * (p[i].order % 4)) & 3) == 0) {
			rd_seek(&at, (n + 3) / 4 + p[i].offset);
			if ((p[i].type & 0xff) == 8) {
				text = decode_string(heap, rd_le32(&at));
				json_object_set_new(out, p[i].name,
				    json_string(text != NULL ? text : ""));
				free(text);
			} else {
				json_object_set_new(out, p[i].name,
				    json_integer(rd_le32(&at)));
			}
		}
		free(p[i].name);
	}
	return out;
}

/* --- the methods ----------------------------------------------------------------------------- */

/* The names of the keys right below, each once. */
static json_t *
subkeys(const struct machine *m, uint32_t hive, const char *path)
{
	static const char *const hives[] = { "HKCR", "HKCU", "HKLM", "HKU" };
	json_t *names = json_array(), *seen = json_object(), *value;
	const char *key, *rest;
	size_t n = strlen(path);

	json_object_foreach(json_object_get(m->json, "registry"), key, value) {
		if (strncmp(key, hives[hive & 3], strlen(hives[hive & 3])) != 0)
			continue;
		rest = key + strlen(hives[hive & 3]);
		rest += *rest == '\\';
		if (strncasecmp(rest, path, n) != 0 ||
		    (n > 0 && rest[n] != '\\'))
			continue;
		rest += n + (n > 0);
		if (*rest == '\0')
			continue;
		value = json_stringn(rest, strcspn(rest, "\\"));
		if (json_object_get(seen, json_string_value(value)) == NULL) {
			json_object_set_new(seen, json_string_value(value),
			    json_true());
			json_array_append(names, value);
		}
		json_decref(value);
	}
	json_decref(seen);
	return names;
}

static uint32_t
read_value(const struct reg_method *m, const json_t *key, const char *name,
    json_t *row)
{
	const char *k;
	json_t *v;

	json_object_foreach((json_t *)key, k, v) {
		int type = (int)json_integer_value(json_object_get(v, "type"));

		if (strcasecmp(k, name) != 0)
			continue;
		if (type != m->reg_type && !(m->reg_type == 1 && type == 2) &&
		    !(m->reg_type == 2 && type == 1))
			return TYPE_MISMATCH;
		/* A copy: the machine's own counters are not for many threads. */
		json_object_set_new(row, m->out,
		    json_deep_copy(json_object_get(v, "data")));
		return 0;
	}
	return NOT_FOUND;
}

static uint32_t
enum_values(const json_t *key, json_t *row)
{
	json_t *names = json_array(), *kinds = json_array(), *v;
	const char *k;

	json_object_foreach((json_t *)key, k, v) {
		json_array_append_new(names, json_string(k));
		json_array_append_new(kinds,
		    json_deep_copy(json_object_get(v, "type")));
	}
	if (json_array_size(names) > 0) {	/* both NULL for an empty key */
		json_object_set(row, "sNames", names);
		json_object_set(row, "Types", kinds);
	}
	json_decref(names);
	json_decref(kinds);
	return 0;
}

uint32_t
stdreg_call(struct call *c, const char *method, const json_t *in,
    struct wr *block)
{
	const struct reg_method *m = method_of(method);
	const json_t *hive_value = json_object_get(in, "hDefKey");
	uint32_t hive = hive_value != NULL ?
	    (uint32_t)json_integer_value(hive_value) : 0x80000002u, result = 0;
	const char *path = json_string_value(json_object_get(in, "sSubKeyName"));
	const char *name = json_string_value(json_object_get(in, "sValueName"));
	const char *hangs = json_string_value(json_object_get(
	    c->host->machine->json, "registryHangs"));
	const json_t *key;
	struct cim_layout *layout;
	json_t *row, *names, *out;

	if (m == NULL)
		return 0x80041055u;		/* WBEM_E_INVALID_METHOD */
	/* below this key nothing is answered any more */
	if (hangs != NULL && path != NULL &&
	    strncasecmp(path, hangs, strlen(hangs)) == 0)
		c->silent = true;
	row = json_object();
	key = machine_registry(c->host->machine, hive, path != NULL ? path : "");
	if (strcasecmp(method, "EnumKey") == 0) {
		names = subkeys(c->host->machine, hive, path != NULL ? path : "");
		if (json_array_size(names) == 0 && key == NULL)
			result = NOT_FOUND;
		else if (json_array_size(names) > 0)
			json_object_set(row, "sNames", names);
		json_decref(names);
	} else if (key == NULL) {
		result = NOT_FOUND;
	} else if (strcasecmp(method, "EnumValues") == 0) {
		result = enum_values(key, row);
	} else if (strcasecmp(method, "CheckAccess") == 0) {
		json_object_set_new(row, "bGranted", json_true());
	} else {
		result = read_value(m, key, name != NULL ? name : "", row);
	}
	json_object_set_new(row, "ReturnValue", json_integer(result));
	out = stdreg_signature(method, false);
	layout = cim_layout_new(out, NULL);
	cim_instance_block(block, c->host->machine, "root/default",
	    "__PARAMETERS", out, layout, row);
	cim_layout_free(layout);
	json_decref(out);
	json_decref(row);
	return 0;
}
