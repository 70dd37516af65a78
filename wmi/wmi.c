/* wmi.c: the conversation with a host: stages, namespaces, the end. */
#include "wmi/wmi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wmi/ntlm_crypto.h"
#include "wmi/wmi_impl.h"

#define CONNECT_SECONDS 5.0
#define BIND_SECONDS 30.0
#define RELEASE_SECONDS 1.0

bool
wmi_start(struct err *e)
{
	return ntlm_crypto_start(e);
}

/* --- stages ------------------------------------------------------------------------- */

static bool
take_options(struct wmi *s, const struct wmi_options *o, struct err *e)
{
	char text[NET_ADDR_TEXT];

	if (o != NULL)
		s->opt = *o;
	if (s->opt.level == 0)
		s->opt.level = AUTH_LEVEL_PRIVACY;
	if (s->opt.level < AUTH_LEVEL_INTEGRITY || s->opt.level > AUTH_LEVEL_PRIVACY)
		return fail(e, ERR_INVALID, "the protection level is 5 or 6");
	if (s->opt.connect_timeout <= 0)
		s->opt.connect_timeout = CONNECT_SECONDS;
	if (s->opt.bind_timeout <= 0)
		s->opt.bind_timeout = BIND_SECONDS;
	s->host = strdup(s->opt.host != NULL ? s->opt.host :
	    net_addr_text(&s->addr, text));
	s->locale = strdup(s->opt.locale != NULL ? s->opt.locale : "en-US");
	s->orpc = (struct orpc){ .major = 5, .minor = 7 };
	if (s->host == NULL || s->locale == NULL ||
	    !random_bytes(s->orpc.causality, sizeof(s->orpc.causality)))
		return fail(e, ERR_MEMORY, "no memory");
	return true;
}

static struct wmi *
session_new(const struct net_addr *addr, uint16_t port, const struct wmi_options *o,
    struct err *e)
{
	struct wmi *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	s->cancel_fd = -1;
	s->addr = *addr;
	s->port = port != 0 ? port : 135;
	if (take_options(s, o, e))
		return s;
	wmi_close(s);
	return NULL;
}

struct wmi *
wmi_connect(const struct net_addr *addr, uint16_t port, const struct wmi_options *o,
    struct deadline by, struct err *e)
{
	struct wmi *s = session_new(addr, port, o, e);
	struct err mine = { 0 };

	if (s == NULL)
		return NULL;
	s->act = dcerpc_connect(addr, s->port,
	    deadline_within(by, s->opt.connect_timeout), &mine);
	if (s->act != NULL)
		return s;
	fail_at(&mine, STAGE_CONNECT);
	if (mine.code == ERR_TIMEOUT || mine.code == ERR_REFUSED)
		fail_hint(&mine, status_port_hint(mine.code, false));
	fail_in(&mine, "TCP port %u", s->port);
	if (e != NULL && e->code == ERR_NONE)
		*e = mine;
	wmi_close(s);
	return NULL;
}

struct status_who
wmi_who(const struct wmi *s, const char *what)
{
	return (struct status_who){ .user = s->cred.user, .local = s->local,
		.what = what };
}

static struct auth *
new_auth(struct wmi *s, struct err *e)
{
	char target[300];

	snprintf(target, sizeof(target), "host/%s", s->host);
	return logon_auth(&s->logon->plan, s->opt.level, target, &s->about, e);
}

static void
drop_logon(struct wmi *s)
{
	if (s->logon != NULL && atomic_fetch_sub(&s->logon->holders, 1) == 1) {
		logon_clear(&s->logon->plan);
		free(s->logon);
	}
	s->logon = NULL;
}

/* Under the name that is known of the host. */
static bool
make_plan(struct wmi *s, struct deadline by, struct err *e)
{
	return logon_plan(&s->logon->plan, &s->cred, s->host, s->not_here,
	    s->opt.tickets, by, e);
}

static bool
bind_activator(struct wmi *s, struct deadline by, struct err *e)
{
	struct dcerpc_syntax ifs[2] = { dcom_syntax(IF_IRemoteSCMActivator),
		dcom_syntax(IF_IActivation) };
	struct auth *auth = new_auth(s, e);

	if (auth == NULL || !dcerpc_bind(s->act, ifs, 2, auth, false, by, e))
		return false;
	s->local = auth_is_local(auth);
	s->mechanism = auth_chosen(auth) == AUTH_GSS_KERBEROS ? "Kerberos" : "NTLM";
	return true;
}

bool
wmi_bind(struct wmi *s, const struct wmi_cred *c, struct deadline by, struct err *e)
{
	s->cred = *c;
	drop_logon(s);
	if ((s->logon = calloc(1, sizeof(*s->logon))) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	atomic_init(&s->logon->holders, 1);
	s->bind_later = logon_wants_name(c);
	if (s->bind_later) {
		if (!logon_is_name(s->host))
			wmi_find_name(s, by);
		return deadline_check(by, e) || fail_at(e, STAGE_BIND);
	}
	return (make_plan(s, by, e) &&
	    bind_activator(s, by, e)) || fail_at(e, STAGE_BIND);
}

/* What wmi_bind() left: the tickets, and the bind with them. */
static bool
bind_now(struct wmi *s, struct deadline by, struct err *e)
{
	struct err mine = { 0 };

	s->bind_later = false;
	if (!make_plan(s, by, e))
		return fail_at(e, STAGE_LOGON);
	if (bind_activator(s, by, &mine))
		return true;
	if (logon_fall_back(&s->logon->plan, &mine)) {
		s->trips += dcerpc_round_trips(s->act);
		dcerpc_free(s->act);
		err_clear(&mine);
		s->act = dcerpc_connect(&s->addr, s->port,
		    deadline_within(by, s->opt.connect_timeout), &mine);
		if (s->act != NULL && bind_activator(s, by, &mine))
			return true;
	}
	if (e != NULL && e->code == ERR_NONE)
		*e = mine;
	return fail_at(e, e != NULL && e->code == ERR_AUTH_FAILED ?
	    STAGE_LOGON : STAGE_BIND);
}

const char *
wmi_mechanism(const struct wmi *s)
{
	return s->mechanism;
}

const struct err *
wmi_no_kerberos(const struct wmi *s)
{
	return s->logon != NULL && s->logon->plan.tickets == NULL &&
	    s->logon->plan.why.code != ERR_NONE ? &s->logon->plan.why : NULL;
}

/* The first secured call tells whether the log-on was accepted: by a fault, or
 * (Samba) by hanging up. */
static bool
logon_failed(struct wmi *s, const struct dcerpc *d, const struct dcerpc_call *c,
    const struct err *mine, struct err *e)
{
	struct status_who who = wmi_who(s, NULL);
	uint32_t fault = c != NULL ? dcerpc_fault(c) : 0;

	if (dcerpc_proven(d))
		return false;
	if (fault == 5 || fault == 0x1c01000b ||
	    (fault == 0 && mine->code == ERR_CLOSED)) {
		status_logon_refused(e, fault, &who);
		return true;
	}
	return false;
}

static struct dcerpc_call *
activation_call(struct wmi *s, bool modern, struct deadline by, struct err *e)
{
	struct wr stub = wr_new(STUB_OUT_MAX);
	struct dcerpc_call *c = NULL;
	char name[NET_ADDR_TEXT];
	uint8_t context[16];

	if (!random_bytes(context, sizeof(context)))
		fail(e, ERR_INTERNAL, "the kernel gives no random numbers");
	else if (modern)
		dcom_put_create(&stub, &s->orpc, net_addr_text(&s->addr, name), context);
	else
		dcom_put_activation(&stub, &s->orpc);
	if (stub.len != 0)
		c = dcerpc_call(s->act, modern ? 0 : 1, modern ?
		    OP_RemoteCreateInstance : OP_RemoteActivation, NULL, &stub, by, e);
	wr_free(&stub);
	return c;
}

/* One activation; *hresult where the host answered. */
static bool
activate(struct wmi *s, bool modern, uint32_t *hresult, struct deadline by,
    struct err *e)
{
	struct err mine = { 0 };
	struct status_who who = wmi_who(s, NULL);
	struct dcerpc_call *c = activation_call(s, modern, by, &mine);
	bool ok = c != NULL && dcerpc_wait(s->act, c, by, &mine);

	if ((!ok || dcerpc_fault(c) != 0) &&
	    logon_failed(s, s->act, c, &mine, e)) {
		ok = false;
	} else if (!ok) {
		fail_at(&mine, STAGE_ACTIVATE);
		if (e != NULL && e->code == ERR_NONE)
			*e = mine;
	} else if (dcerpc_fault(c) != 0) {
		ok = status_fail(e, STAGE_ACTIVATE, dcerpc_fault(c), &who);
	} else {
		dcom_activated_clear(&s->activated);
		ok = (modern ? dcom_take_create : dcom_take_activation)
		    (dcerpc_stub(c), &s->activated, hresult, e);
	}
	dcerpc_call_free(c);
	return ok || fail_at(e, STAGE_ACTIVATE);
}

bool
wmi_logon(struct wmi *s, struct deadline by, struct err *e)
{
	/* A COM version above the host's is refused: go down. */
	static const uint16_t minors[] = { 7, 6, 1 };
	uint32_t hresult = 0;
	bool modern;

	if (s->bind_later && !bind_now(s, by, e))
		return false;
	modern = dcerpc_accepted(s->act, 0);
	for (size_t i = 0; i < ARRAY_LEN(minors); i++) {
		s->orpc.minor = minors[i];
		if (!activate(s, modern, &hresult, by, e))
			return false;
		if (hresult != 0x80010110 && hresult != 0x80010111)
			break;
	}
	if (hresult != 0) {
		struct status_who who = wmi_who(s, "activation of WMI");

		return status_fail(e, STAGE_ACTIVATE, hresult, &who);
	}
	s->about.com_major = s->activated.major;
	s->about.com_minor = s->activated.minor;
	if (s->activated.major == 5 && s->activated.minor < s->orpc.minor)
		s->orpc.minor = s->activated.minor;
	wmi_note_bindings(&s->about, &s->activated.bindings);
	s->export_port = bindings_port(&s->activated.bindings);
	wmi_hold(s, &s->activated.object);
	if (s->export_port != 0)
		return true;
	fail(e, ERR_PROTOCOL, "the host's activation names no TCP port");
	return fail_at(e, STAGE_ACTIVATE);
}

static void
drop_activator(struct wmi *s)
{
	if (s->act != NULL)
		s->trips += dcerpc_round_trips(s->act);
	dcerpc_free(s->act);
	s->act = NULL;
}

bool
wmi_export(struct wmi *s, struct deadline by, struct err *e)
{
	struct dcerpc_syntax ifs[CTX_COUNT] = { dcom_syntax(IF_IRemUnknown),
		dcom_syntax(IF_IWbemLevel1Login), dcom_syntax(IF_IWbemServices),
		dcom_syntax(IF_IEnumWbemClassObject),
		dcom_syntax(IF_IWbemFetchSmartEnum), dcom_syntax(IF_IWbemWCOSmartEnum) };
	struct err mine = { 0 };
	struct auth *auth;

	if (s->rpc != NULL)
		return true;
	drop_activator(s);
	s->rpc = dcerpc_connect(&s->addr, s->export_port,
	    deadline_within(by, s->opt.connect_timeout), &mine);
	if (s->rpc == NULL) {
		if (mine.code != ERR_CANCELLED)
			fail_hint(&mine, status_port_hint(mine.code, true));
		fail_in(&mine, "dynamic RPC port %u", s->export_port);
		if (e != NULL && e->code == ERR_NONE)
			*e = mine;
		return fail_at(e, STAGE_CONNECT);
	}
	if ((auth = new_auth(s, e)) == NULL ||
	    !dcerpc_bind(s->rpc, ifs, CTX_COUNT, auth, !s->opt.no_multiplex,
	    deadline_within(by, s->opt.bind_timeout), e))
		return fail_at(e, STAGE_BIND);
	return true;
}

struct wmi *
wmi_open(const struct net_addr *addr, uint16_t port, const struct wmi_cred *c,
    const struct wmi_options *o, const char *ns, struct deadline by, struct err *e)
{
	struct wmi *s = wmi_connect(addr, port, o, by, e);

	if (s == NULL)
		return NULL;
	if (wmi_bind(s, c, by, e) && wmi_logon(s, by, e) && wmi_export(s, by, e) &&
	    (ns == NULL || wmi_namespaces(s, &ns, 1, by, e)))
		return s;
	wmi_close(s);
	return NULL;
}

struct wmi *
wmi_again(struct wmi *first, struct deadline by, struct err *e)
{
	struct wmi_options o = first->opt;
	struct wmi *s;

	o.host = first->host;
	o.locale = first->locale;
	if ((s = session_new(&first->addr, first->port, &o, e)) == NULL)
		return NULL;
	s->cred = first->cred;
	s->logon = first->logon;
	atomic_fetch_add(&s->logon->holders, 1);
	s->mechanism = first->mechanism;
	s->local = first->local;
	s->orpc.minor = first->orpc.minor;
	s->export_port = first->export_port;
	s->activated = first->activated;
	s->activated.bindings = (struct bindings){ 0 };
	if (wmi_export(s, by, e))
		return s;
	wmi_close(s);
	return NULL;
}

/* --- namespaces ------------------------------------------------------------------------ */

void
wmi_hold(struct wmi *s, const struct std_ref *r)
{
	struct dcom_release *v;

	if (r->refs == 0 || s->nreleases >= RELEASES_MAX ||
	    (v = realloc(s->releases, (s->nreleases + 1) * sizeof(*v))) == NULL)
		return;
	memcpy(v[s->nreleases].ipid, r->ipid, 16);
	v[s->nreleases].refs = r->refs;
	s->releases = v;
	s->nreleases++;
}

struct dcerpc_call *
wmi_call(struct wmi *s, unsigned ctx, uint16_t opnum, const uint8_t ipid[static 16],
    const struct wr *stub, struct deadline by, struct err *e)
{
	static const enum dcom_iface ifaces[CTX_COUNT] = { IF_IRemUnknown,
		IF_IWbemLevel1Login, IF_IWbemServices, IF_IEnumWbemClassObject,
		IF_IWbemFetchSmartEnum, IF_IWbemWCOSmartEnum };
	struct dcerpc_syntax syntax = dcom_syntax(ifaces[ctx]);

	s->cancel_fd = by.cancel_fd;
	if (!dcerpc_require(s->rpc, ctx, &syntax, by, e))
		return NULL;
	return dcerpc_call(s->rpc, ctx, opnum, ipid, stub, by, e);
}

/* "root\cimv2" in any spelling: slashes forward, nothing in front. */
static struct dcerpc_call *
login_call(struct wmi *s, const char *ns, struct deadline by, struct err *e)
{
	struct wr stub = wr_new(STUB_OUT_MAX), text = wr_new(8192);
	struct dcerpc_call *c = NULL;

	wr_str(&text, "//./");
	for (const char *p = ns; *p != '\0'; p++)
		wr_u8(&text, *p == '\\' ? (uint8_t)'/' : (uint8_t)*p);
	if (wr_cstr(&text) == NULL) {
		fail(e, ERR_INVALID, "the namespace's name is too long");
	} else {
		wbem_put_login(&stub, &s->orpc, wr_cstr(&text), s->locale);
		c = wmi_call(s, CTX_LOGIN, OP_NTLMLogin, s->activated.object.ipid,
		    &stub, by, e);
	}
	wr_free(&text);
	wr_free(&stub);
	return c;
}

static struct space *
find_space(struct wmi *s, const char *ns)
{
	for (size_t i = 0; i < s->nspaces; i++)
		if (strcasecmp(s->spaces[i].name, ns) == 0)
			return &s->spaces[i];
	return NULL;
}

static bool
login_answer(struct wmi *s, const char *ns, const struct dcerpc_call *c,
    struct err *e)
{
	struct status_who who = wmi_who(s, ns);
	struct std_ref ref = { 0 };
	uint32_t hresult = 0;
	struct space *v;

	if (dcerpc_fault(c) != 0)
		return status_fail(e, STAGE_NAMESPACE, dcerpc_fault(c), &who);
	if (!wbem_take_ref(dcerpc_stub(c), &ref, &hresult, e))
		return false;
	if (hresult != 0)
		return status_fail(e, STAGE_NAMESPACE, hresult, &who);
	if ((v = realloc(s->spaces, (s->nspaces + 1) * sizeof(*v))) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	s->spaces = v;
	v[s->nspaces] = (struct space){ .name = strdup(ns), .ref = ref };
	if (v[s->nspaces].name == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	s->nspaces++;
	wmi_hold(s, &ref);
	return true;
}

static const char *
plain_name(const char *ns)
{
	while (*ns == '\\' || *ns == '/' || (*ns == '.' &&
	    (ns[1] == '\\' || ns[1] == '/')))
		ns++;
	return ns;
}

bool
wmi_namespaces(struct wmi *s, const char *const *ns, size_t n, struct deadline by,
    struct err *e)
{
	struct dcerpc_call **calls = calloc(n + 1, sizeof(*calls));
	struct err mine = { 0 };
	bool ok = calls != NULL || fail(e, ERR_MEMORY, "no memory");

	for (size_t i = 0; i < n && ok; i++)
		if (find_space(s, plain_name(ns[i])) == NULL)
			ok = (calls[i] = login_call(s, plain_name(ns[i]), by,
			    &mine)) != NULL;
	for (size_t i = 0; i < n && calls != NULL; i++) {
		if (calls[i] == NULL)
			continue;
		if (dcerpc_wait(s->rpc, calls[i], by, &mine))
			ok &= login_answer(s, plain_name(ns[i]), calls[i], e);
		else
			ok = false;
		dcerpc_call_free(calls[i]);
	}
	if (!ok && mine.code != ERR_NONE && e != NULL && e->code == ERR_NONE)
		*e = mine;
	free(calls);
	return ok || fail_at(e, STAGE_NAMESPACE);
}

const struct space *
wmi_space(struct wmi *s, const char *ns, struct deadline by, struct err *e)
{
	if (ns == NULL)
		ns = "root\\cimv2";
	if (s->rpc == NULL) {
		fail(e, ERR_INTERNAL, "the session is not open yet");
		return NULL;
	}
	if (find_space(s, plain_name(ns)) == NULL && !wmi_namespaces(s, &ns, 1, by, e))
		return NULL;
	return find_space(s, plain_name(ns));
}

bool
wmi_go_serial(struct wmi *s, struct deadline by, struct err *e)
{
	struct space *old = s->spaces;
	size_t n = s->nspaces;
	bool ok = true;

	s->trips += dcerpc_round_trips(s->rpc);
	dcerpc_free(s->rpc);
	s->rpc = NULL;
	s->spaces = NULL;
	s->nspaces = 0;
	s->opt.no_multiplex = true;
	ok = wmi_export(s, by, e);
	for (size_t i = 0; i < n; i++) {
		const char *name = old[i].name;

		ok = ok && wmi_namespaces(s, &name, 1, by, e);
		free(old[i].name);
	}
	free(old);
	return ok;
}

/* --- the end ------------------------------------------------------------------------------ */

static void
release_all(struct wmi *s)
{
	struct deadline by = deadline_in(RELEASE_SECONDS, s->cancel_fd);
	struct wr stub = wr_new(STUB_OUT_MAX);
	struct err ignored = { 0 };
	struct dcerpc_call *c;

	dcom_put_release(&stub, &s->orpc, s->releases, s->nreleases);
	c = wmi_call(s, CTX_UNKNOWN, OP_RemRelease, s->activated.remunknown, &stub, by,
	    &ignored);
	if (c != NULL && !dcerpc_wait(s->rpc, c, by, &ignored))
		err_clear(&ignored);	/* the host's own time-out will do it */
	dcerpc_call_free(c);
	wr_free(&stub);
}

void
wmi_close(struct wmi *s)
{
	if (s == NULL)
		return;
	if (s->rpc != NULL && s->nreleases != 0 && dcerpc_proven(s->rpc) &&
	    !dcerpc_broken(s->rpc) && dcerpc_idle(s->rpc))
		release_all(s);
	dcerpc_free(s->act);
	dcerpc_free(s->rpc);
	dcom_activated_clear(&s->activated);
	drop_logon(s);
	wmi_about_clear(&s->about);
	for (size_t i = 0; i < s->nspaces; i++)
		free(s->spaces[i].name);
	free(s->spaces);
	free(s->releases);
	free(s->host);
	free(s->not_here);
	free(s->locale);
	free(s);
}

unsigned
wmi_round_trips(const struct wmi *s)
{
	return s->trips + (s->act != NULL ? dcerpc_round_trips(s->act) : 0) +
	    (s->rpc != NULL ? dcerpc_round_trips(s->rpc) : 0);
}

bool
wmi_multiplexed(const struct wmi *s)
{
	return s->rpc != NULL && dcerpc_multiplexed(s->rpc);
}

bool
wmi_busy(const struct wmi *s)
{
	return s->rpc != NULL && !dcerpc_idle(s->rpc);
}

uint16_t
wmi_export_port(const struct wmi *s)
{
	return s->export_port;
}
