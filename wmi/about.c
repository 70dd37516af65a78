/* about.c: what a host says of itself before a log-on: its names, its addresses,
 * and by which name it may be asked for. */
#include <stdlib.h>
#include <string.h>

#include "wmi/wmi_impl.h"

void
wmi_about_clear(struct wmi_about *a)
{
	char *text[] = { a->netbios_name, a->netbios_domain, a->dns_name,
		a->dns_domain, a->dns_forest };

	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		free(text[i]);
	for (size_t i = 0; i < a->nbindings; i++)
		free(a->bindings[i]);
	free(a->bindings);
	*a = (struct wmi_about){ 0 };
}

void
wmi_note_bindings(struct wmi_about *a, const struct bindings *b)
{
	if (a->bindings != NULL ||
	    (a->bindings = calloc(b->n + 1, sizeof(*a->bindings))) == NULL)
		return;
	for (size_t i = 0; i < b->n; i++) {
		char *open = strrchr(b->v[i].text, '[');
		size_t n = open != NULL ? (size_t)(open - b->v[i].text) :
		    strlen(b->v[i].text);
		char *text = b->v[i].tower == TOWER_TCP ?
		    strndup(b->v[i].text, n) : NULL;

		for (size_t k = 0; k < a->nbindings && text != NULL; k++)
			if (strcmp(a->bindings[k], text) == 0) {
				free(text);
				text = NULL;
			}
		if (text != NULL)
			a->bindings[a->nbindings++] = text;
	}
}

const struct wmi_about *
wmi_about(const struct wmi *s)
{
	return &s->about;
}

bool
wmi_server_alive(const struct net_addr *addr, uint16_t port, struct wmi_about *about,
    unsigned *trips, struct deadline by, struct err *e)
{
	struct dcerpc *d = dcerpc_connect(addr, port != 0 ? port : 135, by, e);
	struct dcerpc_syntax s = dcom_syntax(IF_IObjectExporter);
	struct wr stub = wr_new(64);
	struct bindings b = { 0 };
	struct dcerpc_call *c = NULL;
	bool ok = false;

	*about = (struct wmi_about){ 0 };
	if (d == NULL || !dcerpc_bind(d, &s, 1, NULL, false, by, e) ||
	    (c = dcerpc_call(d, 0, OP_ServerAlive2, NULL, &stub, by, e)) == NULL ||
	    !dcerpc_wait(d, c, by, e))
		goto out;
	if (dcerpc_fault(c) != 0) {
		status_fail(e, STAGE_ALIVE, dcerpc_fault(c), NULL);
		goto out;
	}
	ok = dcom_take_alive(dcerpc_stub(c), &about->com_major, &about->com_minor,
	    &b, e);
	if (ok)
		wmi_note_bindings(about, &b);
out:
	if (trips != NULL && d != NULL)
		*trips = dcerpc_round_trips(d);
	dcerpc_call_free(c);
	dcerpc_free(d);
	bindings_clear(&b);
	wr_free(&stub);
	return ok || fail_at(e, STAGE_ALIVE);
}

bool
wmi_ask_challenge(const struct net_addr *addr, uint16_t port,
    struct wmi_about *about, unsigned *trips, struct deadline by, struct err *e)
{
	struct dcerpc *d = dcerpc_connect(addr, port != 0 ? port : 135, by, e);
	struct dcerpc_syntax s = dcom_syntax(IF_IRemoteSCMActivator);
	struct err mine = { 0 };
	struct auth *auth = NULL;
	bool ok = false;

	*about = (struct wmi_about){ 0 };
	if (d == NULL || (auth = auth_new(NULL, AUTH_LEVEL_PRIVACY, NULL, about,
	    e)) == NULL)
		goto out;
	/* There is nobody to log on as: being challenged is all. */
	ok = dcerpc_bind(d, &s, 1, auth, false, by, &mine) ||
	    mine.code == ERR_NO_CREDENTIAL || about->netbios_name != NULL;
	if (!ok && e != NULL && e->code == ERR_NONE)
		*e = mine;
out:
	if (trips != NULL && d != NULL)
		*trips = dcerpc_round_trips(d);
	dcerpc_free(d);
	return ok || fail_at(e, STAGE_BIND);
}

/* --- its name ---------------------------------------------------------------- */

#define NAME_SECONDS 3		/* a resolver may know nothing, slowly */
#define NAMED_MAX 16

/* A ticket is good for whoever has the name, wherever it is shown: not for a
 * name that, as far as is known here, is another host's.  No address is known:
 * then the resolver does not know the domain, and nothing speaks against it. */
static bool
may_be_here(const struct wmi *s, const char *name, struct deadline by)
{
	struct net_addr found[NAMED_MAX], here = s->addr;
	size_t n = net_resolve(name, found, NAMED_MAX,
	    deadline_within(by, NAME_SECONDS), NULL);

	here.scope = 0;
	for (size_t i = 0; i < n; i++) {
		found[i].scope = 0;
		if (net_addr_cmp(&found[i], &here) == 0)
			return true;
	}
	return n == 0;
}

/* The name becomes the host's, or is remembered as one that is not. */
static bool
take_name(struct wmi *s, const char *name, struct deadline by)
{
	char **to = may_be_here(s, name, by) ? &s->host : &s->not_here;
	char *copy = strdup(name);

	if (copy == NULL)
		return false;
	free(*to);
	*to = copy;
	return to == &s->host;
}

/* The whole name where there is one: a short one may be another's. */
static const char *
best_name(const struct wmi_about *said)
{
	const char *name = said->dns_name;

	for (size_t i = 0; i < said->nbindings; i++)
		if (logon_is_name(said->bindings[i]) && (name == NULL ||
		    (strchr(name, '.') == NULL &&
		    strchr(said->bindings[i], '.') != NULL)))
			name = said->bindings[i];
	return name;
}

void
wmi_find_name(struct wmi *s, struct deadline by)
{
	struct wmi_about said = { 0 };
	char reverse[256];
	const char *name;
	unsigned trips = 0;
	bool found;

	found = wmi_ask_challenge(&s->addr, s->port, &said, &trips, by, NULL) &&
	    said.dns_name != NULL;
	s->trips += trips;
	if (!found) {
		wmi_about_clear(&said);
		trips = 0;
		if (!wmi_server_alive(&s->addr, s->port, &said, &trips, by, NULL))
			said.nbindings = 0;
		s->trips += trips;
	}
	name = best_name(&said);
	if ((name == NULL || !take_name(s, name, by)) &&
	    net_name(&s->addr, reverse, sizeof(reverse),
	    deadline_within(by, NAME_SECONDS), NULL) && logon_is_name(reverse))
		(void)take_name(s, reverse, by);
	wmi_about_clear(&s->about);
	s->about = said;
}
