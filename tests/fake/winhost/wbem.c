/* wbem.c: log-in to a namespace, queries, enumerators, methods.       [MS-WMI] 3.1 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake/winhost/winhost.h"

#define OP_RANGE 0x1c010002u
#define BAD_STUB 0x6f7u
#define ACCESS_DENIED_FAULT 5u
#define WBEM_S_FALSE 1u
#define WBEM_S_TIMEDOUT 0x40004u
#define WBEM_E_ACCESS_DENIED 0x80041003u
#define WBEM_E_NOT_FOUND 0x80041002u
#define WBEM_E_INVALID_NAMESPACE 0x8004100eu
#define WBEM_E_INVALID_CLASS 0x80041010u
#define WBEM_E_INVALID_QUERY 0x80041017u
#define WBEM_E_INVALID_PARAMETER 0x80041008u
#define WBEM_E_UNPARSABLE 0x80041058u
#define DISCONNECTED 0x80010108u

/* One query's answer; lives as long as the process. */
struct rows {
	char ns[256];
	struct wql query;
	const json_t *def;
	struct cim_layout *layout;
	const json_t *list;		/* its rows: a class of counters has two */
	size_t at, made;		/* next row; rows given so far (MANY_ROWS) */
	uint32_t status;		/* what the first Next answers instead */
	uint32_t late_status;		/* the same, which ExecQuery never tells */
	struct guid sent[8]; size_t nsent;	/* proxies that know the class */
	struct guid class_id;
	bool timed_out;
	bool classes;			/* a schema query: rows are classes */
};

/* --- parameters ------------------------------------------------------------------------------ */

/* A conformant varying wide string behind its unique pointer; NULL: no string. */
static char *
rd_string(struct rd *r)
{
	uint32_t n;
	const uint8_t *p;

	if (rd_le32(r) == 0)
		return NULL;
	rd_skip(r, 8);
	n = rd_count32(r, 2);
	p = rd_bytes(r, 2 * (size_t)n);
	rd_align(r, 4);
	return p != NULL && n > 0 ? utf16_to_utf8(p, 2 * (size_t)n - 2) : NULL;
}

/* A BSTR behind its unique pointer.                            [MS-OAUT] 2.2.23 */
static char *
rd_bstr(struct rd *r)
{
	uint32_t max, bytes, n;
	const uint8_t *p;

	if (rd_le32(r) == 0)
		return NULL;
	max = rd_le32(r);
	bytes = rd_le32(r);
	n = rd_le32(r);
	p = rd_bytes(r, 2 * (size_t)n);
	rd_align(r, 4);
	if (p == NULL || max != n || (bytes != 2 * n && bytes != 0xffffffffu))
		return NULL;
	return utf16_to_utf8(p, 2 * (size_t)n);
}

static void
wr_pointer_block(struct call *c, const struct wr *block)
{
	struct wr ref = wr_new(256u << 20);

	cim_objref(&ref, block);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_le32(&c->out, (uint32_t)ref.len);
	wr_bytes(&c->out, ref.p, ref.len);
	wr_align(&c->out, 0, 4);
	wr_free(&ref);
}

static bool
misbehaves(const struct call *c, enum mischief what)
{
	return c->host->naughty.what == what;
}

/* --- log-in ------------------------------------------------------------------------------------ */

/* "\\HOST\root\cimv2", "//./root/cimv2", "root\cimv2" -> "root/cimv2". */
static void
plain_namespace(const char *text, char out[static 256])
{
	size_t n = 0, slashes = 0;
	const char *p = text;

	if ((p[0] == '\\' || p[0] == '/') && (p[1] == '\\' || p[1] == '/'))
		while (*p != '\0' && slashes < 3) {
			slashes += *p == '\\' || *p == '/';
			p++;
		}
	for (; *p != '\0' && n < 255; p++)
		out[n++] = *p == '\\' ? '/' : (char)tolower((unsigned char)*p);
	out[n] = '\0';
}

static uint32_t
ntlm_login(struct call *c)
{
	char *text = rd_string(&c->stub), *locale = rd_string(&c->stub);
	uint32_t status = 0;
	struct object *o;
	char ns[256] = "";

	if (text == NULL || c->stub.bad) {
		free(locale);
		free(text);
		return BAD_STUB;
	}
	plain_namespace(text, ns);
	free(text);
	free(locale);
	if (misbehaves(c, DENY_NAMESPACE))
		status = WBEM_E_ACCESS_DENIED;
	else if (!machine_has_namespace(c->host->machine, ns))
		status = WBEM_E_INVALID_NAMESPACE;
	orpc_that(c);
	if (status == 0) {
		o = object_new(c->host, OBJ_SERVICES);
		o->ns = strdup(ns);
		wr_interface(c, IF_SERVICES, o);
	} else {
		wr_le32(&c->out, 0);
	}
	wr_le32(&c->out, status);
	return 0;
}

static uint32_t
login_call(struct call *c)
{
	switch (c->opnum) {
	case 3:				/* EstablishPosition */
		orpc_that(c);
		wr_le32(&c->out, 0);
		wr_le32(&c->out, 0);
		return 0;
	case 6:
		return ntlm_login(c);
	default:
		return OP_RANGE;
	}
}

/* --- queries ------------------------------------------------------------------------------------ */

/* Every column that is asked for is a property, or a system property. */
static bool
columns_exist(const struct wql *q, const json_t *def)
{
	for (size_t i = 0; i < q->columns.n; i++) {
		bool found = strncmp(q->columns.name[i], "__", 2) == 0;
		json_t *p;
		size_t k;

		json_array_foreach(json_object_get(def, "properties"), k, p)
			found |= strcasecmp(q->columns.name[i],
			    json_string_value(json_object_get(p, "name"))) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* Counters move: of two lists of rows each query gets the other one. */
static const json_t *
rows_now(struct host *h, const json_t *def)
{
	const json_t *later = json_object_get(def, "later");
	size_t i;
	bool odd = false;

	if (later == NULL)
		return json_object_get(def, "rows");
	pthread_mutex_lock(&h->lock);
	for (i = 0; i < ARRAY_LEN(h->sampled) && h->sampled[i] != NULL; i++)
		if (h->sampled[i] == def)
			break;
	if (i < ARRAY_LEN(h->sampled)) {
		h->sampled[i] = def;
		odd = h->odd[i];
		h->odd[i] = !odd;
	}
	pthread_mutex_unlock(&h->lock);
	return odd ? later : json_object_get(def, "rows");
}

/* SELECT * FROM meta_class: every class is a row, known by its __CLASS.  Named
 * columns are refused, as Windows does. */
static bool
schema_query(const struct call *c, struct rows *r)
{
	json_t *names, *name, *rows;
	size_t i;

	if (strcasecmp(r->query.class, "meta_class") != 0)
		return false;
	r->classes = true;
	if (!r->query.all || (r->query.where != NULL &&
	    strcasestr(r->query.where, " LIKE ") != NULL &&
	    json_is_true(json_object_get(c->host->machine->json, "noLike")))) {
		r->status = WBEM_E_INVALID_QUERY;
		return true;
	}
	names = machine_class_names(c->host->machine, r->ns);
	rows = json_array();
	json_array_foreach(names, i, name)
		json_array_append_new(rows, json_pack("{s:s}", "__CLASS",
		    json_string_value(name)));
	r->def = json_pack("{s:s, s:o}", "class", "meta_class", "rows", rows);
	r->list = json_object_get(r->def, "rows");
	json_decref(names);
	return true;
}

static struct rows *
run_query(struct call *c, const char *ns, const char *text)
{
	struct rows *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	snprintf(r->ns, sizeof(r->ns), "%s", ns);
	random_bytes(&r->class_id, sizeof(r->class_id));
	if (!wql_parse(text, &r->query)) {
		r->status = WBEM_E_INVALID_QUERY;
		return r;
	}
	if (schema_query(c, r))
		return r;
	r->def = machine_class(c->host->machine, ns, r->query.class);
	if (r->def == NULL)
		r->status = WBEM_E_INVALID_CLASS;
	else if (misbehaves(c, DENY_CLASS) ||
	    json_is_true(json_object_get(r->def, "denied")))
		r->status = WBEM_E_ACCESS_DENIED;
	else if (!columns_exist(&r->query, r->def))
		r->late_status = WBEM_E_INVALID_QUERY;
	else if (json_is_integer(json_object_get(r->def, "status")))
		r->late_status = (uint32_t)json_integer_value(json_object_get(
		    r->def, "status"));
	r->list = rows_now(c->host, r->def);
	r->layout = cim_layout_new(r->def, &r->query.columns);
	return r;
}

static uint32_t
exec_query(struct call *c, const struct object *services)
{
	char *language = rd_bstr(&c->stub), *text = rd_bstr(&c->stub);
	uint32_t flags = rd_le32(&c->stub), context = rd_le32(&c->stub);
	uint32_t status = 0;
	struct object *o = NULL;

	if (c->stub.bad || language == NULL || text == NULL ||
	    strcasecmp(language, "WQL") != 0 || context != 0) {
		status = WBEM_E_INVALID_PARAMETER;
	} else {
		o = object_new(c->host, OBJ_ENUM);
		o->rows = run_query(c, services->ns, text);
		if ((flags & 0x10) == 0)	/* not RETURN_IMMEDIATELY */
			status = o->rows->status;
		else if (o->rows->status == WBEM_E_INVALID_QUERY)
			status = WBEM_E_INVALID_QUERY;
	}
	free(language);
	free(text);
	orpc_that(c);
	if (status == 0)
		wr_interface(c, IF_ENUM, o);
	else
		wr_le32(&c->out, 0);
	wr_le32(&c->out, status);
	return 0;
}

static size_t
total_rows(const struct call *c, const struct rows *r)
{
	size_t n = json_array_size(r->list);

	return misbehaves(c, MANY_ROWS) && n > 0 ? (size_t)c->host->naughty.n : n;
}

/* The next row that the query wants; NULL at the end. */
static const json_t *
next_row(const struct call *c, struct rows *r)
{
	const json_t *list = r->list, *row;
	size_t n = json_array_size(list);

	while (n > 0 && r->at < total_rows(c, r)) {
		row = json_array_get(list, r->at++ % n);
		if (wql_match(&r->query, row, r->def))
			return row;
	}
	return NULL;
}

static const char *
class_name(const struct rows *r)
{
	const char *name = json_string_value(json_object_get(r->def, "class"));

	return name != NULL ? name : r->query.class;
}

static void
slow(const struct call *c)
{
	struct timespec pause = { c->host->naughty.n / 1000,
		c->host->naughty.n % 1000 * 1000000L };

	if (misbehaves(c, SLOW_ROWS))
		nanosleep(&pause, NULL);
}

/* What Next answers now, before any row is looked at; 0: rows. */
static uint32_t
turn_of(const struct call *c, struct rows *r)
{
	if (r->status != 0 || r->late_status != 0)
		return r->status != 0 ? r->status : r->late_status;
	if (misbehaves(c, TIMED_OUT_ROWS) && (r->timed_out = !r->timed_out))
		return WBEM_S_TIMEDOUT;
	return 0;
}

static bool
class_block(struct wr *w, const struct call *c, const char *ns,
    const char *class)
{
	json_t *made;
	const json_t *def = machine_any_class(c->host->machine, ns, class, &made);
	const char *name = json_string_value(json_object_get(def, "class"));

	if (def != NULL)
		cim_class_block(w, c->host->machine, ns,
		    name != NULL ? name : class, def, NULL);
	json_decref(made);
	return def != NULL;
}

static void
instance_block(struct wr *w, const struct call *c, const struct rows *r,
    const json_t *row)
{
	if (misbehaves(c, GARBAGE_OBJECT)) {
		for (int i = 0; i < 300; i++)
			wr_u8(w, (uint8_t)(i * 37 + 6));
		return;
	}
	if (r->classes) {
		class_block(w, c, r->ns, json_string_value(
		    json_object_get(row, "__CLASS")));
		return;
	}
	cim_instance_block(w, c->host->machine, r->ns, class_name(r), r->def,
	    r->layout, row);
}

/* A class that hangs: "silent", no answer ever; "timeouts", as long as the
 * client waits there is nothing yet. */
static bool
hangs(struct call *c, const struct rows *r, uint32_t ms)
{
	const char *how = json_string_value(json_object_get(r->def, "hangs"));
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };

	if (how == NULL)
		return false;
	c->silent = strcmp(how, "silent") == 0;
	if (!c->silent)
		nanosleep(&pause, NULL);
	return true;
}

/* IEnumWbemClassObject::Next: every object carries its class. */
static uint32_t
plain_next(struct call *c, struct rows *r)
{
	uint32_t wanted, got = 0, status, ms;
	struct wr refs = wr_new(256u << 20), block = wr_new(64u << 20), unit;
	const json_t *row;

	ms = rd_le32(&c->stub);
	wanted = rd_le32(&c->stub);
	if (c->stub.bad || wanted == 0)
		return BAD_STUB;
	status = hangs(c, r, ms) ? WBEM_S_TIMEDOUT : turn_of(c, r);
	unit = wr_new(64u << 20);
	while (status == 0 && got < wanted && (row = next_row(c, r)) != NULL) {
		slow(c);
		wr_reset(&block);
		wr_reset(&unit);
		instance_block(&block, c, r, row);
		cim_objref(&unit, &block);
		wr_le32(&refs, (uint32_t)unit.len);
		wr_le32(&refs, (uint32_t)unit.len);
		wr_bytes(&refs, unit.p, unit.len);
		wr_align(&refs, 0, 4);
		got++;
	}
	if (status == 0 && got < wanted)
		status = WBEM_S_FALSE;
	orpc_that(c);
	wr_le32(&c->out, wanted);
	wr_le32(&c->out, 0);
	wr_le32(&c->out, got);
	for (uint32_t i = 0; i < got; i++)
		wr_le32(&c->out, 0x00020000 + 4 * i);
	wr_bytes(&c->out, refs.p, refs.len);
	wr_le32(&c->out, got);
	wr_le32(&c->out, status);
	wr_free(&refs);
	wr_free(&block);
	wr_free(&unit);
	return 0;
}

static bool
knows_class(struct rows *r, const struct guid *proxy)
{
	for (size_t i = 0; i < r->nsent; i++)
		if (guid_equal(&r->sent[i], proxy))
			return true;
	if (r->nsent < ARRAY_LEN(r->sent))
		r->sent[r->nsent++] = *proxy;
	return false;
}

/* One element of the ObjectArray: type 2 with its class, then type 3 without. */
static void
array_element(struct wr *w, struct call *c, struct rows *r,
    const struct guid *proxy, const json_t *row)
{
	struct wr block = wr_new(64u << 20);
	bool known = !r->classes && knows_class(r, proxy);

	if (known && !misbehaves(c, GARBAGE_OBJECT))
		cim_instance_no_class(&block, c->host->machine, r->ns,
		    class_name(r), r->layout, row);
	else
		instance_block(&block, c, r, row);
	wr_le32(w, 9);
	wr_le32(w, (uint32_t)((r->classes ? 8u : 24u) + block.len));
	wr_u8(w, r->classes ? 1 : known ? 3 : 2);
	wr_le32(w, r->classes ? 8 : 0x18);
	wr_le32(w, (uint32_t)block.len);
	if (!r->classes)
		wr_guid(w, &r->class_id);
	wr_bytes(w, block.p, block.len);
	wr_free(&block);
}

/* IWbemWCOSmartEnum::Next.                                  [MS-WMI] 2.2.14 */
static uint32_t
smart_next(struct call *c, struct rows *r)
{
	struct guid proxy = rd_guid(&c->stub);
	struct wr objects = wr_new(256u << 20);
	uint32_t wanted, got = 0, status, ms;
	const json_t *row;

	ms = rd_le32(&c->stub);
	wanted = rd_le32(&c->stub);
	if (c->stub.bad)
		return BAD_STUB;
	status = hangs(c, r, ms) ? WBEM_S_TIMEDOUT : turn_of(c, r);
	while (status == 0 && got < wanted && (row = next_row(c, r)) != NULL) {
		slow(c);
		array_element(&objects, c, r, &proxy, row);
		got++;
	}
	if (status == 0 && got < wanted)
		status = WBEM_S_FALSE;
	orpc_that(c);
	wr_le32(&c->out, got);
	if (got == 0) {
		wr_le32(&c->out, 0);
		wr_le32(&c->out, 0);
	} else {
		size_t size = 0x1a + 8 + 12 + objects.len;

		wr_le32(&c->out, (uint32_t)size);
		wr_le32(&c->out, 0x00020000);
		wr_le32(&c->out, (uint32_t)size);
		wr_le32(&c->out, 0);
		wr_bytes(&c->out, "WBEMDATA", 8);
		wr_le32(&c->out, 0x1a);
		wr_le32(&c->out, (uint32_t)(8 + 12 + objects.len));
		wr_le32(&c->out, 0);
		wr_u8(&c->out, 1);
		wr_u8(&c->out, 1);
		wr_le32(&c->out, 8);
		wr_le32(&c->out, (uint32_t)(12 + objects.len));
		wr_le32(&c->out, 12);
		wr_le32(&c->out, (uint32_t)objects.len);
		wr_le32(&c->out, got);
		wr_bytes(&c->out, objects.p, objects.len);
		wr_align(&c->out, 0, 4);
	}
	wr_le32(&c->out, status);
	wr_free(&objects);
	return 0;
}

static uint32_t
get_smart_enum(struct call *c, const struct object *o)
{
	struct object *smart = object_new(c->host, OBJ_SMART);

	smart->rows = o->rows;
	orpc_that(c);
	wr_interface(c, IF_SMART_ENUM, smart);
	wr_le32(&c->out, 0);
	return 0;
}

/* --- objects and methods --------------------------------------------------------------------------- */

static const json_t *
class_def(const struct call *c, const char *ns, const char *path)
{
	static const char nothing[] = "{\"properties\":[]}";
	json_t *made;

	if (strcasecmp(path, "StdRegProv") == 0)
		return json_loads(nothing, 0, NULL);
	return machine_any_class(c->host->machine, ns, path, &made);
}

static void
wr_object_answer(struct call *c, const struct wr *block, uint32_t status)
{
	orpc_that(c);
	wr_le32(&c->out, 0x00020000);
	if (status == 0 && block != NULL) {
		wr_le32(&c->out, 0x00020004);
		wr_pointer_block(c, block);
	} else {
		wr_le32(&c->out, 0);
	}
	wr_le32(&c->out, 0);			/* ppCallResult */
	wr_le32(&c->out, status);
}

static uint32_t
get_object(struct call *c, const struct object *services)
{
	char *path = rd_bstr(&c->stub);
	const json_t *def;
	struct wr block = wr_new(16u << 20);

	if (path == NULL || c->stub.bad) {
		free(path);
		return BAD_STUB;
	}
	def = class_def(c, services->ns, path);
	if (def != NULL)
		cim_class_block(&block, c->host->machine, services->ns, path, def,
		    NULL);
	wr_object_answer(c, &block, def != NULL ? 0 : WBEM_E_NOT_FOUND);
	wr_free(&block);
	free(path);
	return 0;
}

static uint32_t
exec_method(struct call *c)
{
	char *path = rd_bstr(&c->stub), *method = rd_bstr(&c->stub);
	struct wr block = wr_new(16u << 20);
	uint32_t status = WBEM_E_NOT_FOUND, n;
	json_t *in = NULL;
	struct rd unit;

	rd_skip(&c->stub, 8);			/* flags, context */
	if (rd_le32(&c->stub) != 0) {
		rd_skip(&c->stub, 4);
		n = rd_le32(&c->stub);
		unit = rd_take(&c->stub, n);
		rd_skip(&unit, 48);
		in = cim_decode_params(rd_take(&unit, rd_left(&unit)));
	}
	if (path != NULL && method != NULL && !c->stub.bad &&
	    strcasecmp(path, "StdRegProv") == 0)
		status = stdreg_call(c, method, in, &block);
	wr_object_answer(c, &block, status);
	wr_free(&block);
	json_decref(in);
	free(path);
	free(method);
	return 0;
}

static uint32_t
services_call(struct call *c, const struct object *o)
{
	switch (c->opnum) {
	case 6:
		return get_object(c, o);
	case 20:
		return exec_query(c, o);
	case 24:
		return exec_method(c);
	default:
		return OP_RANGE;
	}
}

uint32_t
wbem_call(struct call *c)
{
	struct object *o = c->has_object ? object_find(c->host, &c->object) : NULL;

	if (orpc_this(c) != 0)
		return BAD_STUB;
	if (o == NULL)
		return 0x1c010003u;
	switch (c->iface) {
	case IF_LEVEL1LOGIN:
		return login_call(c);
	case IF_SERVICES:
		return services_call(c, o);
	case IF_ENUM:
		return c->opnum == 4 ? plain_next(c, o->rows) : OP_RANGE;
	case IF_FETCH_SMART:
		return c->opnum == 3 ? get_smart_enum(c, o) : OP_RANGE;
	case IF_SMART_ENUM:
		return c->opnum == 3 ? smart_next(c, o->rows) : OP_RANGE;
	default:
		return OP_RANGE;
	}
}
