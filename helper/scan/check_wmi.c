/* check_wmi.c: a Windows host step by step: names without a log-on, the log-on,
 * DCOM's activation, the dynamic port, the namespace, a query, the registry.
 * The remedies of what fails come with wmi/'s errors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/check.h"
#include "helper/scan/cred_wmi.h"
#include "helper/scan/one_host.h"

#define CIMV2 "root\\cimv2"

/* What Windows allows before Kerberos refuses, seconds. */
#define SKEW_MAX 300

struct walk {
	struct check *check;
	struct wmi *wmi;
};

static bool
alive(struct walk *w)
{
	struct check *c = w->check;
	struct wmi_about about = { .netbios_name = NULL };
	struct err e = { .code = ERR_NONE };
	char detail[900];
	size_t n = 0;

	if (wmi_server_alive(&c->addr, c->plan->ports[PROTO_WMI][0], &about,
	    NULL, c->by, &e))
		n = (size_t)snprintf(detail, sizeof(detail), "COM %u.%u, answers "
		    "to", about.com_major, about.com_minor);
	for (size_t i = 0; i < about.nbindings && n < sizeof(detail); i++)
		n += (size_t)snprintf(detail + n, sizeof(detail) - n, " %s",
		    about.bindings[i]);
	/* a host may refuse questions without a log-on and be well */
	if (e.code == ERR_DENIED) {
		err_clear(&e);
		snprintf(detail, sizeof(detail), "the host answers, and refuses "
		    "questions without a log-on");
	} else if (e.code != ERR_NONE) {
		detail[0] = '\0';
	}
	wmi_about_clear(&about);
	return check_said(c, STAGE_ALIVE, detail, &e);
}

static void
describe(const struct wmi_about *a, char *dst, size_t cap)
{
	double skew = (double)(a->clock_ms - a->clock_at_ms) / 1000;
	size_t n;

	if (a->netbios_name == NULL && a->dns_name == NULL) {
		snprintf(dst, cap, "left to the log-on: Kerberos comes first");
		return;
	}
	n = (size_t)snprintf(dst, cap, "%s%s%s, domain %s, build %u.%u.%u",
	    a->netbios_name != NULL ? a->netbios_name : "no name",
	    a->dns_name != NULL ? ", " : "", a->dns_name != NULL ?
	    a->dns_name : "", a->netbios_domain != NULL ? a->netbios_domain :
	    "unknown", a->major, a->minor, a->build);
	if (a->clock_ms != 0 && n < cap)
		snprintf(dst + n, cap - n, ", clock %.0f s %s ours%s",
		    skew < 0 ? -skew : skew, skew < 0 ? "behind" : "ahead of",
		    skew > SKEW_MAX || skew < -SKEW_MAX ? ": more than the five "
		    "minutes that Kerberos allows; on the host: w32tm /resync" :
		    "");
}

static bool
bind_as(struct walk *w, const struct cred *cred, struct err *e)
{
	struct check *c = w->check;
	const struct wmi_cred as = cred_wmi_of(cred);
	const struct wmi_options options = {
		.host = one_host_name(c->address) };

	w->wmi = wmi_connect(&c->addr, c->plan->ports[PROTO_WMI][0], &options,
	    c->by, e);
	return w->wmi != NULL && wmi_bind(w->wmi, &as, c->by, e);
}

static void
hang_up(struct walk *w)
{
	wmi_close(w->wmi);
	w->wmi = NULL;
}

/* One attempt.  When the activation failed the log-on was good. */
static bool
attempt(struct walk *w, const struct cred *cred, struct err *e)
{
	struct check *c = w->check;
	bool ok = false, good;

	if (!creds_try(c->creds, cred, &c->addr, c->by, e))
		return false;
	if (w->wmi != NULL || bind_as(w, cred, e))
		ok = wmi_logon(w->wmi, c->by, e);
	good = ok || e->stage == STAGE_ACTIVATE;
	creds_tried(c->creds, cred, &c->addr, good ? ATTEMPT_WORKED :
	    e->code == ERR_AUTH_FAILED ? ATTEMPT_REFUSED : ATTEMPT_UNDECIDED);
	return ok;
}

/* Which mechanism was offered, which was chosen, and why another was not. */
static void
explain(const struct wmi *s, const struct cred *c, char *dst, size_t cap)
{
	static const char own[] = "Kerberos: ";	/* how such errors begin */
	const char *chosen = s != NULL ? wmi_mechanism(s) : NULL;
	const struct err *no = s != NULL ? wmi_no_kerberos(s) : NULL;
	const bool ntlm = c->auth != CRED_KERBEROS &&
	    (c->password != NULL || c->nt_hash != NULL);
	int n = snprintf(dst, cap, "credential %.80s, user %.160s", c->id,
	    c->user != NULL ? c->user : "of the ticket cache");

	if (n < 0 || (size_t)n >= cap || chosen == NULL)
		return;
	dst += n;
	cap -= (size_t)n;
	if (strcmp(chosen, "Kerberos") == 0)
		snprintf(dst, cap, "; offered %s, chosen Kerberos%s", ntlm ?
		    "Kerberos and NTLM" : "Kerberos alone", ntlm ? "" :
		    c->auth == CRED_KERBEROS ? "; not NTLM: the credential's auth "
		    "is kerberos" : "; not NTLM: the credential has no password");
	else if (c->auth == CRED_NTLM)
		snprintf(dst, cap, "; offered NTLM alone, chosen NTLM; not "
		    "Kerberos: the credential's auth is ntlm");
	else if (no != NULL)
		snprintf(dst, cap, "; offered NTLM alone, chosen NTLM; not "
		    "Kerberos: %s%s%s", no->text + (strncmp(no->text, own, strlen(own)) ==
		    0 ? strlen(own) : 0), *err_hint(no) != '\0' ? ". " : "",
		    err_hint(no));
	else
		snprintf(dst, cap, "; offered Kerberos and NTLM, chosen NTLM: the "
		    "host does not take Kerberos");
}

static bool
log_on(struct walk *w, const struct cred **list, size_t n)
{
	struct check *c = w->check;
	struct err kept = { .code = ERR_NONE }, none = { .code = ERR_NONE };
	char detail[1400], refused[1400] = "";

	for (size_t i = 0; i < n; i++) {
		struct err e = { .code = ERR_NONE };
		bool ok = attempt(w, list[i], &e);

		explain(w->wmi, list[i], detail, sizeof(detail));
		if (ok || e.stage == STAGE_ACTIVATE)
			return check_said(c, STAGE_LOGON, detail, &none) &&
			    check_said(c, STAGE_ACTIVATE, "", &e);
		fail_in(&e, "credential %s", list[i]->id);
		fail_at(&e, STAGE_LOGON);
		if (kept.code == ERR_NONE || e.code == ERR_AUTH_FAILED) {
			kept = e;
			memcpy(refused, detail, sizeof(refused));
		}
		if (e.code == ERR_CANCELLED || e.code == ERR_TIMEOUT)
			break;
		hang_up(w);	/* after a refusal it is of no more use */
	}
	return check_said(c, STAGE_LOGON, refused, &kept);
}

/* The first credential offers the log-on, which makes the host name itself. */
static bool
bind_and_log_on(struct walk *w)
{
	struct check *c = w->check;
	const struct cred **list = calloc(c->plan->ncreds + 1, sizeof(*list));
	const uint32_t tag = 0;
	struct err e = { .code = ERR_NONE };
	char detail[900] = "";
	size_t n = list == NULL ? 0 : creds_order(c->creds, PROTO_WMI, &c->addr,
	    &tag, 1, list);
	bool ok;

	if (n == 0) {
		fail(&e, ERR_NO_CREDENTIAL, "no wmi credential was given");
		ok = check_said(c, STAGE_LOGON, "", &e);
	} else {
		if (bind_as(w, list[0], &e))
			describe(wmi_about(w->wmi), detail, sizeof(detail));
		ok = check_said(c, STAGE_BIND, detail, &e) && log_on(w, list, n);
	}
	free(list);
	return ok;
}

static bool
port(struct walk *w)
{
	struct err e = { .code = ERR_NONE };
	char detail[60];

	snprintf(detail, sizeof(detail), "dynamic port %u",
	    (unsigned)wmi_export_port(w->wmi));
	if (!wmi_export(w->wmi, w->check->by, &e))
		e.stage = STAGE_PORT;
	return check_said(w->check, STAGE_PORT, detail, &e);
}

static bool
namespace(struct walk *w)
{
	static const char *const ns[] = { CIMV2 };
	struct err e = { .code = ERR_NONE };

	if (!wmi_namespaces(w->wmi, ns, 1, w->check->by, &e))
		fail_at(&e, STAGE_NAMESPACE);
	return check_said(w->check, STAGE_NAMESPACE, CIMV2, &e);
}

static bool
query(struct walk *w)
{
	struct check *c = w->check;
	struct err e = { .code = ERR_NONE };
	const struct wmi_row *row = NULL;
	char detail[400] = "";
	struct wmi_query *q = wmi_query(w->wmi, CIMV2, "SELECT Caption, Version, "
	    "OSArchitecture FROM Win32_OperatingSystem", c->by, &e);

	if (q != NULL && wmi_next(q, &row, c->by, &e)) {
		if (row == NULL) {
			fail(&e, ERR_REMOTE, "Windows gives no row of "
			    "Win32_OperatingSystem");
			fail_hint(&e, "The account sees an empty WMI: use a local "
			    "administrator, or repair WMI (winmgmt "
			    "/verifyrepository).");
		} else {
			snprintf(detail, sizeof(detail), "%.150s %.60s, %.60s",
			    wmi_get_text(row, "Caption") != NULL ?
			    wmi_get_text(row, "Caption") : "Windows",
			    wmi_get_text(row, "Version") != NULL ?
			    wmi_get_text(row, "Version") : "",
			    wmi_get_text(row, "OSArchitecture") != NULL ?
			    wmi_get_text(row, "OSArchitecture") : "");
		}
	}
	wmi_query_close(q);
	fail_at(&e, STAGE_QUERY);
	return check_said(c, STAGE_QUERY, detail, &e);
}

static bool
registry(struct walk *w)
{
	struct check *c = w->check;
	struct err e = { .code = ERR_NONE };
	struct wmi_reg_read r = { .hive = WMI_HKLM,
		.key = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
		.name = "ProductName", .kind = WMI_REG_SZ };
	struct wmi_reg *reg = wmi_reg_open(w->wmi, c->by, &e);
	char detail[200] = "";

	if (reg != NULL && wmi_reg_read(reg, &r, 1, c->by, &e)) {
		if (r.status != 0)
			fail_native(&e, r.status == 5 ? ERR_DENIED : ERR_REMOTE,
			    r.status, "HKLM\\%s cannot be read: status %u",
			    r.key, (unsigned)r.status);
		else if (r.value != NULL && !r.value->is_null &&
		    r.value->type == WMI_STRING)
			snprintf(detail, sizeof(detail), "ProductName %.150s",
			    r.value->text.s);
		wmi_reg_clear(&r, 1);
	}
	wmi_reg_close(reg);
	fail_at(&e, STAGE_REGISTRY);
	return check_said(c, STAGE_REGISTRY, detail, &e);
}

bool
check_wmi(struct check *c)
{
	static bool (*const stages[])(struct walk *) = { alive, bind_and_log_on,
		port, namespace, query, registry };
	struct walk w = { c, NULL };
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(stages); i++)
		ok = stages[i](&w);
	hang_up(&w);
	return ok;
}
