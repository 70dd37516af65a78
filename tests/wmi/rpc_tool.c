/* rpc_tool.c: makes DCE/RPC calls of everyday services with the client's own
 * transport and log-on, so that a server nobody here wrote can judge them.
 *                           [C706] app. O, Q, [MS-SAMR] 3.1.5, [MS-RPCE] 2.2.1.2
 *
 *   rpc_tool ADDRESS PORT CALL [N] [option=value ...]
 *
 *   eptmap      without a log-on: the port of SAMR         {"port": n}
 *   ifids [N]   inq_if_ids, N of them in flight together   {"count": interfaces}
 *   users       the domain's users, one long answer        {"count": users}
 *   names N     looks N users up, one long request         {"count": found}
 *
 *   user= password= hash= keytab= ccache= realm= kdc= host= domain=
 *   auth=ntlm|kerberos|negotiate|spnego (NTLM in it)  level=2..6  seconds=  serial=1
 *   repeat=n: the call n times on the same connection
 *
 * Prints one JSON line.  Ends with 0, or 1 and {"error": code, "text": ...}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "wmi/auth.h"
#include "wmi/dcerpc.h"
#include "wmi/logon.h"
#include "wmi/spnego.h"
#include "wmi/utf16.h"

static const struct dcerpc_syntax samr = { .uuid = { 0x78, 0x57, 0x34, 0x12, 0x34,
	0x12, 0xcd, 0xab, 0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xac }, .major = 1 };
static const struct dcerpc_syntax mgmt = { .uuid = { 0x80, 0xbd, 0xa8, 0xaf, 0x8a,
	0x7d, 0xc9, 0x11, 0xbe, 0xf4, 0x08, 0x00, 0x2b, 0x10, 0x29, 0x89 }, .major = 1 };
static const struct dcerpc_syntax epm = { .uuid = { 0x08, 0x83, 0xaf, 0xe1, 0x1f,
	0x5d, 0xc9, 0x11, 0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa }, .major = 3 };
static const uint8_t ndr[18] = { 0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11,
	0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0 };

enum { CTX_SAMR, CTX_MGMT };
enum { OP_EPT_MAP = 3, OP_INQ_IF_IDS = 0, OP_CONNECT2 = 57, OP_LOOKUP_DOMAIN = 5,
	OP_OPEN_DOMAIN = 7, OP_ENUM_USERS = 13, OP_LOOKUP_NAMES = 17 };
#define MAXIMUM_ALLOWED 0x02000000u
#define NORMAL_ACCOUNT 0x10u
#define STUB_MAX (4u << 20)
#define CALLS_MAX 64u

struct tool {
	const char *domain, *host;
	struct wmi_cred cred;
	struct secret *password, *hash;
	struct net_addr addr;
	uint16_t port;
	unsigned n, repeat;
	uint8_t level;
	bool serial, spnego;
	struct deadline by;
	struct wmi_about about;
	struct dcerpc *rpc;
};

/* --- calls ----------------------------------------------------------------------- */

/* Before a call was answered, a fault or a drop is the log-on's refusal. */
static bool
refused(const struct tool *t, uint32_t fault, const struct err *mine, struct err *e)
{
	if (!dcerpc_proven(t->rpc) && dcerpc_auth(t->rpc) != NULL &&
	    (fault == 5 || fault == 0x1c01000b ||
	    (fault == 0 && mine->code == ERR_CLOSED)))
		return fail_native(e, ERR_AUTH_FAILED, fault, "the log-on was refused");
	if (fault != 0)
		return fail_native(e, ERR_REMOTE, fault, "fault 0x%08" PRIx32, fault);
	if (e->code == ERR_NONE)
		*e = *mine;
	return false;
}

static bool
wait_for(struct tool *t, struct dcerpc_call *c, struct err *e)
{
	struct err mine = { 0 };
	bool ok = c != NULL && dcerpc_wait(t->rpc, c, t->by, &mine);

	return ok && dcerpc_fault(c) == 0 ? true :
	    refused(t, ok ? dcerpc_fault(c) : 0, &mine, e);
}

/* One call with its answer; the call owns what the cursor shows. */
static struct dcerpc_call *
ask(struct tool *t, unsigned ctx, uint16_t op, struct wr *stub, struct rd *r,
    struct err *e)
{
	struct dcerpc_call *c = dcerpc_call(t->rpc, ctx, op, NULL, stub, t->by, e);

	wr_reset(stub);
	if (c == NULL)
		return NULL;
	if (!wait_for(t, c, e)) {
		dcerpc_call_free(c);
		return NULL;
	}
	*r = dcerpc_stub(c);
	return c;
}

/* The last word of an answer that was read up to it. */
static bool
status_ok(struct rd *r, const char *what, struct err *e)
{
	uint32_t status;

	rd_align(r, 4);
	status = rd_le32(r);
	if (r->bad || rd_left(r) != 0)
		return fail(e, ERR_PROTOCOL, "%s: the answer does not end where it"
		    " should", what);
	return status == 0 || fail_native(e, ERR_REMOTE, status,
	    "%s: status 0x%08" PRIx32, what, status);
}

/* --- the endpoint mapper ---------------------------------------------------------- */

static void
put_floor(struct wr *w, uint8_t protocol, const void *lhs, size_t n, const void *rhs,
    size_t nrhs)
{
	wr_le16(w, (uint16_t)(n + 1));
	wr_u8(w, protocol);
	wr_bytes(w, lhs, n);
	wr_le16(w, (uint16_t)nrhs);
	wr_bytes(w, rhs, nrhs);
}

static void
put_tower(struct wr *w)
{
	static const uint8_t zero[4] = { 0 }, one[2] = { 1, 0 };
	uint8_t id[18];

	memcpy(id, samr.uuid, 16);
	memcpy(id + 16, one, 2);
	wr_le16(w, 5);
	put_floor(w, 0x0d, id, sizeof(id), zero, 2);
	put_floor(w, 0x0d, ndr, sizeof(ndr), zero, 2);
	put_floor(w, 0x0b, NULL, 0, zero, 2);
	put_floor(w, 0x07, NULL, 0, zero, 2);
	put_floor(w, 0x09, NULL, 0, zero, 4);
}

static bool
take_port(struct rd *r, unsigned *port)
{
	struct rd tower;
	unsigned floors, towers;

	rd_skip(r, 20);
	towers = rd_le32(r);
	rd_skip(r, 12);				/* max, offset, actual */
	rd_skip(r, 4 * (size_t)towers + 4);	/* referents, max_count */
	tower = rd_take(r, rd_le32(r));
	floors = rd_le16(&tower);
	for (unsigned i = 0; i < floors && !tower.bad; i++) {
		struct rd lhs = rd_take(&tower, rd_le16(&tower));
		struct rd rhs = rd_take(&tower, rd_le16(&tower));

		if (rd_u8(&lhs) == 0x07)
			*port = rd_be16(&rhs);
	}
	return towers != 0 && !r->bad && !tower.bad;
}

static bool
call_eptmap(struct tool *t, unsigned *count, struct err *e)
{
	struct wr stub = wr_new(STUB_MAX), tower = wr_new(256);
	struct dcerpc_call *c;
	struct rd r;
	bool ok;

	put_tower(&tower);
	wr_le32(&stub, 1);
	wr_zero(&stub, 16);
	wr_le32(&stub, 2);
	wr_le32(&stub, (uint32_t)tower.len);
	wr_le32(&stub, (uint32_t)tower.len);
	wr_bytes(&stub, tower.p, tower.len);
	wr_align(&stub, 0, 4);
	wr_zero(&stub, 20);
	wr_le32(&stub, 4);
	c = ask(t, 0, OP_EPT_MAP, &stub, &r, e);
	ok = c != NULL && (take_port(&r, count) ||
	    fail(e, ERR_PROTOCOL, "the endpoint mapper's answer has no port"));
	dcerpc_call_free(c);
	wr_free(&tower);
	wr_free(&stub);
	return ok;
}

/* --- management ---------------------------------------------------------------------- */

static bool
take_ifids(struct rd *r, unsigned *count, struct err *e)
{
	uint32_t n;

	rd_skip(r, 4);
	n = rd_count32(r, 4);
	if (n != rd_le32(r))
		r->bad = true;
	rd_skip(r, 4 * (size_t)n);
	rd_skip(r, 20 * (size_t)n);
	*count = n;
	return status_ok(r, "inq_if_ids", e);
}

/* n calls are sent before the first answer is looked at. */
static bool
call_ifids(struct tool *t, unsigned *count, struct err *e)
{
	unsigned n = t->n != 0 ? t->n : 1, got;
	struct dcerpc_call *c[CALLS_MAX] = { NULL };
	struct wr stub = wr_new(16);
	bool ok = n <= CALLS_MAX;

	for (unsigned i = 0; i < n && ok; i++)
		ok = (c[i] = dcerpc_call(t->rpc, CTX_MGMT, OP_INQ_IF_IDS, NULL, &stub,
		    t->by, e)) != NULL;
	/* The last first: answers are found by their call's number. */
	for (unsigned i = n; i-- > 0 && ok; ) {
		ok = wait_for(t, c[i], e);
		if (ok) {
			struct rd r = dcerpc_stub(c[i]);

			ok = take_ifids(&r, &got, e) && (i == n - 1 || got == *count);
			*count = got;
		}
	}
	for (unsigned i = 0; i < n && i < CALLS_MAX; i++)
		dcerpc_call_free(c[i]);
	wr_free(&stub);
	return ok || fail(e, ERR_PROTOCOL, "the answers differ");
}

/* --- accounts ------------------------------------------------------------------------- */

struct handle { uint8_t octets[20]; };

static void
put_string_head(struct wr *w, const char *text, uint32_t ref)
{
	wr_le16(w, (uint16_t)(2 * strlen(text)));
	wr_le16(w, (uint16_t)(2 * strlen(text)));
	wr_le32(w, ref);
}

static void
put_string_body(struct wr *w, const char *text)
{
	wr_le32(w, (uint32_t)strlen(text));
	wr_le32(w, 0);
	wr_le32(w, (uint32_t)strlen(text));
	utf16_put(w, text);
	wr_align(w, 0, 4);
}

static bool
call_for_handle(struct tool *t, uint16_t op, struct wr *stub, struct handle *h,
    struct err *e)
{
	struct rd r;
	struct dcerpc_call *c = ask(t, CTX_SAMR, op, stub, &r, e);
	bool ok = c != NULL;

	if (ok) {
		rd_copy(&r, h->octets, sizeof(h->octets));
		ok = status_ok(&r, "a SAMR handle", e);
	}
	dcerpc_call_free(c);
	return ok;
}

/* Connect2, LookupDomain, OpenDomain. */
static bool
open_domain(struct tool *t, struct handle *domain, struct err *e)
{
	struct wr stub = wr_new(STUB_MAX);
	struct dcerpc_call *c = NULL;
	struct handle server;
	bool ok = false;
	struct rd r, sid;

	wr_le32(&stub, 0);
	wr_le32(&stub, MAXIMUM_ALLOWED);
	if (!call_for_handle(t, OP_CONNECT2, &stub, &server, e))
		goto out;
	wr_bytes(&stub, server.octets, sizeof(server.octets));
	put_string_head(&stub, t->domain, 1);
	put_string_body(&stub, t->domain);
	if ((c = ask(t, CTX_SAMR, OP_LOOKUP_DOMAIN, &stub, &r, e)) == NULL)
		goto out;
	rd_skip(&r, 4);
	if (rd_left(&r) < 8) {
		fail(e, ERR_PROTOCOL, "no SID");
		goto out;
	}
	sid = rd_take(&r, rd_left(&r) - 4);
	wr_bytes(&stub, server.octets, sizeof(server.octets));
	wr_le32(&stub, MAXIMUM_ALLOWED);
	wr_bytes(&stub, sid.p, sid.len);
	ok = status_ok(&r, "LookupDomain", e) &&
	    call_for_handle(t, OP_OPEN_DOMAIN, &stub, domain, e);
out:
	dcerpc_call_free(c);
	wr_free(&stub);
	return ok;
}

/* Reads on to the very end: one lost fragment and nothing fits. */
static bool
take_users(struct rd *r, unsigned *count, struct err *e)
{
	uint32_t n, strings = 0;

	rd_skip(r, 8);
	n = rd_le32(r);
	rd_skip(r, 4);
	if (n != rd_count32(r, 12))
		r->bad = true;
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		rd_skip(r, 8);
		strings += rd_le32(r) != 0;
	}
	for (uint32_t i = 0; i < strings && !r->bad; i++) {
		uint32_t actual;

		rd_align(r, 4);
		rd_skip(r, 8);
		actual = rd_le32(r);
		rd_skip(r, 2 * (size_t)actual);
	}
	rd_align(r, 4);
	*count = n;
	return (rd_le32(r) == n || fail(e, ERR_PROTOCOL, "EnumUsers: counts differ")) &&
	    status_ok(r, "EnumUsers", e);
}

static bool
call_users(struct tool *t, unsigned *count, struct err *e)
{
	struct wr stub = wr_new(STUB_MAX);
	struct dcerpc_call *c = NULL;
	struct handle h;
	struct rd r;
	bool ok = false;

	if (!open_domain(t, &h, e))
		goto out;
	wr_bytes(&stub, h.octets, sizeof(h.octets));
	wr_le32(&stub, 0);
	wr_le32(&stub, NORMAL_ACCOUNT);
	wr_le32(&stub, UINT32_MAX);
	c = ask(t, CTX_SAMR, OP_ENUM_USERS, &stub, &r, e);
	ok = c != NULL && take_users(&r, count, e);
out:
	dcerpc_call_free(c);
	wr_free(&stub);
	return ok;
}

static bool
call_names(struct tool *t, unsigned *count, struct err *e)
{
	struct wr stub = wr_new(STUB_MAX);
	struct dcerpc_call *c = NULL;
	struct handle h;
	char name[32];
	struct rd r;
	bool ok = false;

	if (!open_domain(t, &h, e))
		goto out;
	wr_bytes(&stub, h.octets, sizeof(h.octets));
	wr_le32(&stub, t->n);
	wr_le32(&stub, 1000);
	wr_le32(&stub, 0);
	wr_le32(&stub, t->n);
	for (unsigned i = 0; i < t->n; i++)
		put_string_head(&stub, "person-0000", i + 1);
	for (unsigned i = 0; i < t->n; i++) {
		snprintf(name, sizeof(name), "person-%04u", i);
		put_string_body(&stub, name);
	}
	if ((c = ask(t, CTX_SAMR, OP_LOOKUP_NAMES, &stub, &r, e)) == NULL)
		goto out;
	*count = rd_le32(&r);
	rd_skip(&r, 4);
	rd_skip(&r, 4 * (size_t)rd_count32(&r, 4));
	rd_skip(&r, 8);
	rd_skip(&r, 4 * (size_t)rd_count32(&r, 4));
	ok = status_ok(&r, "LookupNames", e);
out:
	dcerpc_call_free(c);
	wr_free(&stub);
	return ok;
}

/* --- the program ------------------------------------------------------------------------ */

static const struct {
	const char *name, *result;
	bool secured;
	bool (*run)(struct tool *, unsigned *, struct err *);
} calls[] = {
	{ "eptmap", "port", false, call_eptmap },
	{ "ifids", "count", true, call_ifids },
	{ "users", "count", true, call_users },
	{ "names", "count", true, call_names },
};

static bool
connect_to(struct tool *t, bool secured, struct err *e)
{
	const struct dcerpc_syntax ifs[2] = { samr, mgmt };
	char target[300];
	struct logon logon = { 0 };
	struct auth *auth = NULL;
	bool ok;

	snprintf(target, sizeof(target), "host/%s", t->host != NULL ? t->host : "dc1");
	if ((t->rpc = dcerpc_connect(&t->addr, t->port, t->by, e)) == NULL)
		return false;
	if (!secured)
		return dcerpc_bind(t->rpc, &epm, 1, NULL, false, t->by, e);
	ok = t->level < AUTH_LEVEL_INTEGRITY ||
	    logon_plan(&logon, &t->cred, t->host, NULL, NULL, t->by, e);
	if (ok && t->spnego)
		auth = spnego_over(auth_new(&t->cred, t->level, target, &t->about, e),
		    NULL, e);
	else if (ok)
		auth = logon.cred != NULL ?
		    logon_auth(&logon, t->level, target, &t->about, e) :
		    auth_new(&t->cred, t->level, target, &t->about, e);
	if (ok && logon.why.code != ERR_NONE)
		fprintf(stderr, "not Kerberos: %s\n", logon.why.text);
	ok = auth != NULL && dcerpc_bind(t->rpc, ifs, 2, auth, !t->serial, t->by, e);
	logon_clear(&logon);
	return ok;
}

static bool
take_option(struct tool *t, const char *text)
{
	const struct { const char *name; const char **at; } texts[] = {
		{ "user=", &t->cred.user }, { "keytab=", &t->cred.keytab },
		{ "ccache=", &t->cred.ccache }, { "realm=", &t->cred.realm },
		{ "kdc=", &t->cred.kdc }, { "host=", &t->host },
		{ "domain=", &t->domain },
	};
	static const char *const ways[] = { "negotiate", "kerberos", "ntlm" };
	const char *value = strchr(text, '=');

	if (value == NULL)
		return false;
	value++;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (text_starts(text, texts[i].name)) {
			*texts[i].at = value;
			return true;
		}
	for (size_t i = 0; i < ARRAY_LEN(ways) && text_starts(text, "auth="); i++)
		if (strcmp(value, ways[i]) == 0) {
			t->cred.auth = (enum wmi_auth)i;
			return true;
		}
	if (strcmp(text, "auth=spnego") == 0) {
		t->cred.auth = WMI_NTLM;
		t->spnego = true;
	} else if (text_starts(text, "password="))
		t->cred.password = t->password = secret_from_str(value);
	else if (text_starts(text, "hash="))
		t->cred.nt_hash = t->hash = secret_from_str(value);
	else if (text_starts(text, "level="))
		t->level = (uint8_t)atoi(value);
	else if (text_starts(text, "seconds="))
		t->by = deadline_in(atof(value), -1);
	else if (text_starts(text, "repeat="))
		t->repeat = (unsigned)atoi(value);
	else if (text_starts(text, "serial="))
		t->serial = true;
	else
		return false;
	return true;
}

static int
report(const struct tool *t, bool ok, const char *result, unsigned count,
    const struct err *e)
{
	if (!ok) {
		printf("{\"error\": \"%s\", \"native\": %" PRIu32 ", \"text\": \"",
		    err_name(e->code), e->native);
		for (const char *p = e->text; *p != '\0'; p++)
			putchar(*p == '"' || *p == '\\' ? '\'' : *p);
		printf("\", \"hint\": \"%s\"}\n", err_hint(e));
		return 1;
	}
	printf("{\"%s\": %u, \"multiplexed\": %s, \"header_signing\": %s,"
	    " \"round_trips\": %u, \"type\": %u, \"host\": \"%s\"}\n", result, count,
	    dcerpc_multiplexed(t->rpc) ? "true" : "false",
	    dcerpc_header_signing(t->rpc) ? "true" : "false",
	    dcerpc_round_trips(t->rpc),
	    dcerpc_auth(t->rpc) != NULL ? auth_type(dcerpc_auth(t->rpc)) : 0,
	    t->about.dns_name != NULL ? t->about.dns_name : "");
	return 0;
}

int
main(int argc, char **argv)
{
	struct tool t = { .domain = "LAB", .level = AUTH_LEVEL_PRIVACY,
		.by = deadline_in(20, -1), .repeat = 1 };
	struct err e = { 0 };
	unsigned count = 0;
	size_t which = 0;
	int status;
	bool ok;

	if (argc < 4 || !net_addr_parse(argv[1], &t.addr)) {
		fputs("rpc_tool ADDRESS PORT CALL [N] [option=value ...]\n", stderr);
		return 2;
	}
	t.port = (uint16_t)atoi(argv[2]);
	while (which < ARRAY_LEN(calls) && strcmp(calls[which].name, argv[3]) != 0)
		which++;
	for (int i = 4; i < argc; i++)
		if (!take_option(&t, argv[i]) && (t.n = (unsigned)atoi(argv[i])) == 0) {
			fprintf(stderr, "rpc_tool: what is %s?\n", argv[i]);
			return 2;
		}
	if (which == ARRAY_LEN(calls))
		return 2;
	ok = wmi_start(&e) && connect_to(&t, calls[which].secured, &e);
	for (unsigned i = 0; i < t.repeat && ok; i++)
		ok = calls[which].run(&t, &count, &e);
	status = report(&t, ok, calls[which].result, count, &e);
	dcerpc_free(t.rpc);
	wmi_about_clear(&t.about);
	secret_free(t.password);
	secret_free(t.hash);
	return status;
}
