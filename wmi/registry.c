/* registry.c: the registry through StdRegProv in root\default. [MS-WMI] 3.1.4.3.22 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wmi/wmi_impl.h"

#define KEY_MAX 1024u

/* What each kind calls and where its answer is. */
static const struct {
	const char *method, *out, *types;
	uint32_t reg_type;
} kinds[] = {
	[WMI_REG_KEYS] = { "EnumKey", "sNames", NULL, 0 },
	[WMI_REG_VALUES] = { "EnumValues", "sNames", "Types", 0 },
	[WMI_REG_SZ] = { "GetStringValue", "sValue", NULL, 1 },
	[WMI_REG_EXPAND_SZ] = { "GetExpandedStringValue", "sValue", NULL, 2 },
	[WMI_REG_MULTI_SZ] = { "GetMultiStringValue", "sValue", NULL, 7 },
	[WMI_REG_DWORD] = { "GetDWORDValue", "uValue", NULL, 4 },
	[WMI_REG_QWORD] = { "GetQWORDValue", "uValue", NULL, 11 },
	[WMI_REG_BINARY] = { "GetBinaryValue", "uValue", NULL, 3 },
};

struct wmi_reg {
	struct wmi *s;
	struct wmi_object *class;
	struct rd signature[ARRAY_LEN(kinds)];
	bool known[ARRAY_LEN(kinds)];
};

bool
wmi_reg_kind_of(uint32_t reg_type, enum wmi_reg_kind *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (reg_type != 0 && kinds[i].reg_type == reg_type) {
			*kind = (enum wmi_reg_kind)i;
			return true;
		}
	return false;
}

struct wmi_reg *
wmi_reg_open(struct wmi *s, struct deadline by, struct err *e)
{
	struct wmi_reg *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	r->s = s;
	r->class = wmi_get_object(s, "root\\default", "StdRegProv", by, e);
	if (r->class == NULL) {
		fail_in(e, "registry");
		wmi_reg_close(r);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		r->known[i] = cim_signature(r->class->methods[0], kinds[i].method, 0,
		    &r->signature[i]) && r->signature[i].len != 0;
	return r;
}

void
wmi_reg_close(struct wmi_reg *r)
{
	if (r == NULL)
		return;
	wmi_object_free(r->class);
	free(r);
}

/* The provider is 64-bit for us, so the 32-bit view is a key of its own. */
static const char *
key_of(const struct wmi_reg_read *x, struct wr *w)
{
	static const char software[] = "SOFTWARE\\", node[] = "Wow6432Node";
	const char *key = x->key, *rest = key;

	if (x->view32 && x->hive == WMI_HKLM &&
	    strncasecmp(key, software, sizeof(software) - 1) == 0)
		rest = key + sizeof(software) - 1;
	else if (!x->view32 || x->hive != WMI_HKCR)
		return key;
	if (strncasecmp(rest, node, sizeof(node) - 1) == 0)
		return key;
	wr_bytes(w, key, (size_t)(rest - key));
	wr_printf(w, "%s\\%s", node, rest);
	return wr_cstr(w);
}

static struct wmi_value
text_value(const char *s)
{
	struct wmi_value v = { .type = WMI_STRING };

	v.text.s = s;
	v.text.len = strlen(s);
	return v;
}

static struct dcerpc_call *
start_read(struct wmi_reg *r, const struct space *space, struct wmi_reg_read *x,
    struct deadline by, struct err *e)
{
	struct wr path = wr_new(KEY_MAX);
	const char *key = key_of(x, &path);
	struct wmi_arg args[3] = {
		{ "hDefKey", { .type = WMI_UINT32 } },
		{ "sSubKeyName", text_value(key != NULL ? key : "") },
		{ "sValueName", text_value(x->name != NULL ? x->name : "") },
	};
	struct dcerpc_call *c = NULL;

	args[0].value.u = 0x80000000u | (uint32_t)x->hive;
	if (key == NULL)
		fail(e, ERR_INVALID, "the registry key's name is too long");
	else
		c = wmi_method_start(r->s, space, r->signature[x->kind], "StdRegProv",
		    kinds[x->kind].method, args, x->name != NULL ? 3 : 2, by, e);
	wr_free(&path);
	return c;
}

static void
take_read(struct wmi_reg_read *x, const struct dcerpc_call *c)
{
	struct err mine = { 0 };
	uint32_t hresult = 0;
	const struct wmi_row *row;
	uint64_t status;

	x->owner = wmi_method_answer(c, &hresult, &mine);
	if (x->owner == NULL) {
		x->status = hresult != 0 ? hresult : 0x8004101du;
		return;
	}
	row = wmi_object_row(x->owner);
	x->status = wmi_get_u64(row, "ReturnValue", &status) ? (uint32_t)status :
	    0x8004101du;
	x->value = wmi_get(row, kinds[x->kind].out);
	if (kinds[x->kind].types != NULL)
		x->types = wmi_get(row, kinds[x->kind].types);
}

/* Takes the answers that have come, in order; with `wait` the next one too. */
static bool
collect(struct wmi_reg *r, struct wmi_reg_read *x, struct dcerpc_call **calls,
    size_t *done, size_t sent, bool wait, struct deadline by, struct err *e)
{
	while (*done < sent) {
		struct dcerpc_call *c = calls[*done];

		if (c != NULL && !dcerpc_done(c)) {
			if (!wait)
				return true;
			if (!dcerpc_wait(r->s->rpc, c, by, e))
				return false;
		}
		if (c != NULL)
			take_read(&x[*done], c);
		dcerpc_call_free(c);
		calls[(*done)++] = NULL;
	}
	return true;
}

bool
wmi_reg_read(struct wmi_reg *r, struct wmi_reg_read *x, size_t n,
    struct deadline by, struct err *e)
{
	struct dcerpc_call **calls = calloc(n + 1, sizeof(*calls));
	const struct space *space = wmi_space(r->s, "root\\default", by, e);
	size_t done = 0, sent = 0;
	bool ok = space != NULL && calls != NULL;

	if (calls == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	for (size_t i = 0; i < n; i++) {
		x[i].status = 0x80041033u;	/* until it is read */
		x[i].value = x[i].types = NULL;
		x[i].owner = NULL;
	}
	for (; sent < n && ok; sent++) {
		ok = deadline_check(by, e);
		if (!ok)
			break;
		if (!r->known[x[sent].kind]) {
			x[sent].status = 0x8004102eu;	/* no such method */
			continue;
		}
		calls[sent] = start_read(r, space, &x[sent], by, e);
		ok = calls[sent] != NULL &&
		    collect(r, x, calls, &done, sent + 1, false, by, e);
	}
	ok = ok && collect(r, x, calls, &done, sent, true, by, e);
	for (size_t i = 0; i < n; i++)
		dcerpc_call_free(calls[i]);
	free(calls);
	return ok || fail_at(e, STAGE_REGISTRY);
}

void
wmi_reg_clear(struct wmi_reg_read *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wmi_object_free(x[i].owner);
		x[i].owner = NULL;
		x[i].value = x[i].types = NULL;
	}
}
