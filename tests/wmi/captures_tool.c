/* captures_tool.c: our codecs for tests/captures/10-captures.py to hold against
 * recorded sessions of real Windows hosts.  No test by itself.
 *
 *   object FILE            an EncodingUnit: one line per property and method
 *   reply METHOD FILE      a response stub: its objects, or what it says
 *   request METHOD ARGS    a request stub as hexadecimal text
 *   proof KEYS...          see main()
 *   unseal KEY client|server FILE...   sealed PDUs, one after the other
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wmi/hex.h"
#include "wmi/dcom.h"
#include "wmi/ntlm.h"
#include "wmi/wbem.h"
#include "wmi/wmio.h"

#define CAP (8u << 20)

static struct rd
load(const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	uint8_t *p = malloc(CAP);
	size_t n = f != NULL && p != NULL ? fread(p, 1, CAP, f) : 0;

	if (n == 0) {
		fprintf(stderr, "%s: nothing there\n", path);
		exit(2);
	}
	if (f != stdin)
		fclose(f);
	return rd_new(p, n);
}

static void
die(const struct err *e)
{
	printf("error\t%s\t%s\n", err_name(e->code), e->text);
	exit(1);
}

static void
print_hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
}

static void
print_text(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\')
			putchar('\\');
		putchar(*s);
	}
}

static void
print_one(const struct wmi_value *v)
{
	if (v->is_null) {
		fputs("<NULL>", stdout);
		return;
	}
	switch (v->type) {
	case WMI_STRING: case WMI_DATETIME: case WMI_REFERENCE:
		print_text(v->text.s);
		break;
	case WMI_BOOLEAN:
		fputs(v->b ? "TRUE" : "FALSE", stdout);
		break;
	case WMI_REAL32: case WMI_REAL64:
		printf("%g", v->d);
		break;
	case WMI_SINT8: case WMI_SINT16: case WMI_SINT32: case WMI_SINT64:
		printf("%lld", (long long)v->i);
		break;
	case WMI_OBJECT:
		printf("{%s}", wmi_class(v->object));
		break;
	default:
		printf("%llu", (unsigned long long)v->u);
	}
}

static void
print_value(const struct wmi_value *v)
{
	if (v->is_null || !v->is_array) {
		print_one(v);
		return;
	}
	putchar('[');
	for (size_t i = 0; i < v->list.n; i++) {
		if (i != 0)
			fputs(", ", stdout);
		print_one(&v->list.v[i]);
	}
	putchar(']');
}

/* As the class declares it: name, type, order, offset, origin, bits, value. */
static void
print_row(const struct wmi_row *row)
{
	const struct cim_class *c = row->class;

	printf("class\t%s\nderivation\t", wmi_class(row));
	for (size_t i = 0; i < c->nancestors; i++)
		printf("%s%s", i != 0 ? " : " : "", c->ancestors[i]);
	printf("%s\nserver\t%s\nnamespace\t%s\n", c->nancestors == 0 ? "-" : "",
	    *wmi_server(row) != '\0' ? wmi_server(row) : "-",
	    *wmi_row_namespace(row) != '\0' ? wmi_row_namespace(row) : "-");
	for (size_t i = 0; i < c->n; i++) {
		const struct cim_column *col = &c->columns[i];
		const struct wmi_value *v = &row->values[i];

		printf("property\t%s\t%s%s\t%u\t%u\t%u\t%u\t", col->name,
		    wmi_type_name(v->type), (col->type & CIM_ARRAY) ? "[]" : "",
		    col->order, col->offset, col->origin, col->nd);
		print_value(v);
		putchar('\n');
	}
}

static void
print_signature(struct rd methods, const char *name, int out)
{
	struct arena a = { 0 };
	struct wmi_row row;
	struct err e = { 0 };
	struct rd block;

	printf("method\t%s\t%s\t", name, out ? "out" : "in");
	if (!cim_signature(methods, name, out, &block)) {
		printf("missing\n");
		return;
	}
	if (block.len == 0) {
		printf("-\n");
		return;
	}
	if (!cim_block(block, &a, &row, NULL, 0, &e))
		die(&e);
	for (size_t i = 0; i < wmi_columns(&row); i++) {
		const struct cim_column *c = &row.class->columns[i];

		printf("%s%s%s %s", i != 0 ? ", " : "",
		    wmi_type_name((enum wmi_type)(c->type & 0x1fff)),
		    (c->type & CIM_ARRAY) ? "[]" : "", c->name);
	}
	putchar('\n');
	arena_free(&a);
}

static void
print_unit(struct rd unit)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct wmi_row row;
	struct rd block, methods[2] = { { 0 }, { 0 } };
	const char *names[256];
	size_t n;

	if (!cim_unit(unit, &block, &e) ||
	    !cim_block(block, &a, &row, methods, 0, &e))
		die(&e);
	print_row(&row);
	n = methods[0].p != NULL ? cim_methods(methods[0], &a, names, 256) : 0;
	for (size_t i = 0; i < n; i++) {
		print_signature(methods[0], names[i], 0);
		print_signature(methods[0], names[i], 1);
	}
	arena_free(&a);
}

/* --- responses ----------------------------------------------------------------- */

static void
print_ref(const struct std_ref *r, uint32_t hresult)
{
	printf("hresult\t0x%08x\nipid\t", hresult);
	print_hex(r->ipid, 16);
	printf("\nrefs\t%u\n", r->refs);
}

static void
reply_ref(struct rd r, struct err *e)
{
	struct std_ref ref = { 0 };
	uint32_t hresult = 0;

	if (!wbem_take_ref(r, &ref, &hresult, e))
		die(e);
	print_ref(&ref, hresult);
}

static void
reply_query_interface(struct rd r, struct err *e)
{
	struct std_ref ref = { 0 };
	uint32_t hresult = 0;

	if (!dcom_take_query_interface(r, &ref, &hresult, e))
		die(e);
	print_ref(&ref, hresult);
}

static void
reply_object(struct rd r, struct err *e)
{
	uint32_t hresult = 0;
	struct rd unit;

	if (!wbem_take_object(r, &unit, &hresult, e))
		die(e);
	printf("hresult\t0x%08x\n", hresult);
	if (unit.len != 0)
		print_unit(unit);
}

static void
reply_smart(struct rd r, struct err *e)
{
	uint32_t count, inside = 0, hresult = 0;
	struct arena a = { 0 };
	struct wbem_entry x;
	struct wmi_row row;
	struct rd array;

	if (!wbem_take_smart(r, &array, &count, &hresult, e))
		die(e);
	printf("hresult\t0x%08x\ncount\t%u\n", hresult, count);
	if (array.len != 0 && !wbem_array_open(&array, &inside, e))
		die(e);
	for (uint32_t i = 0; i < inside; i++) {
		if (!wbem_array_next(&array, &x, e) ||
		    !cim_block(x.block, &a, &row, NULL, 0, e))
			die(e);
		print_row(&row);
	}
	arena_free(&a);
}

static void
reply_activation(struct rd r, struct err *e)
{
	struct dcom_activated a;
	uint32_t hresult = 0;

	if (!dcom_take_create(r, &a, &hresult, e))
		die(e);
	print_ref(&a.object, hresult);
	printf("version\t%u.%u\nport\t%u\nremunknown\t", a.major, a.minor,
	    bindings_port(&a.bindings));
	print_hex(a.remunknown, 16);
	putchar('\n');
	for (size_t i = 0; i < a.bindings.n; i++)
		printf("binding\t%u\t%s\n", a.bindings.v[i].tower, a.bindings.v[i].text);
	dcom_activated_clear(&a);
}

static void
reply_result(struct rd r, struct err *e)
{
	uint32_t hresult = 0;

	if (!orpc_take_that(&r, e) || !orpc_take_result(&r, &hresult, e))
		die(e);
	printf("hresult\t0x%08x\n", hresult);
}

static void
reply_position(struct rd r, struct err *e)
{
	if (!orpc_take_that(&r, e))
		die(e);
	rd_skip(&r, 4);
	printf("hresult\t0x%08x\n", rd_le32(&r));
}

static const struct {
	const char *method;
	void (*print)(struct rd, struct err *);
} replies[] = {
	{ "RemoteCreateInstance", reply_activation },
	{ "RemQueryInterface", reply_query_interface },
	{ "NTLMLogin", reply_ref }, { "ExecQuery", reply_ref },
	{ "GetSmartEnum", reply_ref }, { "Clone", reply_ref },
	{ "GetObject", reply_object }, { "ExecMethod", reply_object },
	{ "Next", reply_smart },
	{ "RemRelease", reply_result }, { "Reset", reply_result },
	{ "SetClientInfo", reply_result }, { "SetClientInfoEx", reply_result },
	{ "EstablishPosition", reply_position },
};

static int
reply(const char *method, const char *path)
{
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		if (strcmp(replies[i].method, method) == 0) {
			replies[i].print(load(path), &e);
			return 0;
		}
	printf("error\tno such method\n");
	return 1;
}

/* --- requests ---------------------------------------------------------------------- */

/* Text arguments are UTF-8; the rest is hexadecimal. */
static int
request(const char *method, const char *cid, char **v)
{
	struct orpc o = { .major = 5, .minor = 7 };
	struct wr w = wr_new(CAP);
	uint8_t x[4096];
	size_t n;

	unhex(cid, o.causality);
	if (strcmp(method, "RemoteCreateInstance") == 0) {
		unhex(v[1], x);
		dcom_put_create(&w, &o, v[0], x);
	} else if (strcmp(method, "NTLMLogin") == 0) {
		wbem_put_login(&w, &o, v[0], v[1]);
	} else if (strcmp(method, "ExecQuery") == 0) {
		wbem_put_exec_query(&w, &o, v[0], (uint32_t)strtoul(v[1], NULL, 0));
	} else if (strcmp(method, "GetObject") == 0) {
		wbem_put_get_object(&w, &o, v[0]);
	} else if (strcmp(method, "ExecMethod") == 0) {
		n = unhex(v[2], x);
		wbem_put_exec_method(&w, &o, v[0], v[1], x, n);
	} else if (strcmp(method, "GetSmartEnum") == 0) {
		wbem_put_get_smart(&w, &o);
	} else if (strcmp(method, "Next") == 0) {
		unhex(v[0], x);
		wbem_put_smart_next(&w, &o, x, (uint32_t)strtoul(v[1], NULL, 0),
		    (uint32_t)strtoul(v[2], NULL, 0));
	} else if (strcmp(method, "RemQueryInterface") == 0) {
		unhex(v[0], x);
		unhex(v[1], x + 16);
		dcom_put_query_interface(&w, &o, x, x + 16);
	} else if (strcmp(method, "RemRelease") == 0) {
		struct dcom_release r[32];

		for (n = 0; v[n] != NULL && n < 32; n++) {
			unhex(v[n], x);
			memcpy(r[n].ipid, x, 16);
			r[n].refs = x[16];
		}
		dcom_put_release(&w, &o, r, n);
	}
	if (w.bad || w.len == 0)
		return 1;
	print_hex(w.p, w.len);
	putchar('\n');
	wr_free(&w);
	return 0;
}

/* The in-parameters of a method, built from the class in a GetObject response. */
static int
params(const char *path, const char *method, char **v)
{
	struct wmi_arg args[8];
	struct wr unit = wr_new(CAP);
	struct rd methods[2], class, block, signature;
	struct arena a = { 0 };
	struct wmi_row row;
	struct err e = { 0 };
	uint32_t hresult;
	size_t n = 0;

	if (!wbem_take_object(load(path), &class, &hresult, &e) ||
	    !cim_unit(class, &block, &e) ||
	    !cim_block(block, &a, &row, methods, 0, &e) ||
	    !cim_signature(methods[0], method, 0, &signature))
		die(&e);
	for (; v[0] != NULL && v[1] != NULL && n < 8; v += 2, n++) {
		args[n] = (struct wmi_arg){ .name = v[0] };
		if (strspn(v[1], "0123456789") == strlen(v[1])) {
			args[n].value.type = WMI_UINT32;
			args[n].value.u = strtoul(v[1], NULL, 10);
		} else {
			args[n].value.type = WMI_STRING;
			args[n].value.text.s = v[1];
			args[n].value.text.len = strlen(v[1]);
		}
	}
	if (!cim_build_params(signature, args, n, &unit, &e))
		die(&e);
	print_hex(unit.p, unit.len);
	putchar('\n');
	return 0;
}

/* --- NTLM --------------------------------------------------------------------------------- */

/* Opens each PDU (hexadecimal) as the receiver: the octets between header and
 * trailer, and whether the signature was right. */
static int
unseal(const char *key, const char *role, char **v)
{
	static uint8_t pdu[65536];
	struct ntlm_session *s;
	uint8_t k[16];

	unhex(key, k);
	if ((s = ntlm_session_new(k, strcmp(role, "server") == 0)) == NULL)
		return 1;
	for (; v[0] != NULL; v++) {
		size_t n = unhex(v[0], pdu) - NTLM_TOKEN, at = 24 + (pdu[3] & 0x80 ? 16 : 0);
		bool ok = ntlm_unwrap(s, pdu, n, at, n - 8 - at, true);
		size_t pad = pdu[n - 8 + 2];

		printf("%s\t", ok ? "verified" : "forged");
		print_hex(pdu + at, n - 8 - at - pad);
		putchar('\n');
	}
	ntlm_session_free(s);
	return 0;
}

/* password, user, domain, nonce, temp: hash, owf, proof, base key */
static int
proof(char **v)
{
	static uint8_t temp[65536];
	uint8_t hash[16], owf[16], nonce[8], p[16], base[16];
	size_t n = unhex(v[4], temp);

	unhex(v[3], nonce);
	if (!ntlm_hash(v[0], hash) || !ntlm_owf(hash, v[1], v[2], owf) ||
	    !ntlm_proof(owf, nonce, temp, n, p, base))
		return 1;
	print_hex(hash, 16);
	putchar('\t');
	print_hex(owf, 16);
	putchar('\t');
	print_hex(p, 16);
	putchar('\t');
	print_hex(base, 16);
	putchar('\n');
	return 0;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	if (!wmi_start(&e))
		return 1;
	if (argc == 3 && strcmp(argv[1], "object") == 0)
		return print_unit(load(argv[2])), 0;
	if (argc == 4 && strcmp(argv[1], "reply") == 0)
		return reply(argv[2], argv[3]);
	if (argc >= 4 && strcmp(argv[1], "request") == 0)
		return request(argv[2], argv[3], argv + 4);
	if (argc >= 4 && strcmp(argv[1], "params") == 0)
		return params(argv[2], argv[3], argv + 4);
	if (argc >= 5 && strcmp(argv[1], "unseal") == 0)
		return unseal(argv[2], argv[3], argv + 4);
	if (argc == 7 && strcmp(argv[1], "proof") == 0)
		return proof(argv + 2);
	return 2;
}
