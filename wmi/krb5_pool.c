#include "wmi/krb5_pool.h"

#include <krb5.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "helper/base/deadline.h"

#define GOOD_FOR_SECONDS 600	/* a ticket that ends sooner is renewed */
#define ENTRIES_MAX	 256u	/* accounts; more get tickets of their own */

struct entry {
	struct entry *next;
	char *user, *realm, *kdc, *keytab;
	const struct secret *password;
	char *ccache;
	krb5_timestamp ends;
	bool dropped;			/* others may still be copying it */
};

struct silent {
	struct silent *next;
	char *realm;
	int64_t until_ns;
	struct err why;
};

struct wmi_tickets {
	pthread_mutex_t lock;
	krb5_context ctx;
	struct entry *entries;
	size_t n;
	struct silent *silents;
};

struct wmi_tickets *
wmi_tickets_new(void)
{
	struct wmi_tickets *p = calloc(1, sizeof(*p));

	if (p == NULL || krb5_init_context(&p->ctx) != 0) {
		free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

static void
entry_free(krb5_context ctx, struct entry *x)
{
	krb5_ccache cc;

	/* destroying wipes the session keys */
	if (x->ccache != NULL && krb5_cc_resolve(ctx, x->ccache, &cc) == 0)
		krb5_cc_destroy(ctx, cc);
	free(x->user);
	free(x->realm);
	free(x->kdc);
	free(x->keytab);
	free(x->ccache);
	free(x);
}

void
wmi_tickets_free(struct wmi_tickets *p)
{
	if (p == NULL)
		return;
	for (struct entry *x = p->entries, *next; x != NULL; x = next) {
		next = x->next;
		entry_free(p->ctx, x);
	}
	for (struct silent *s = p->silents, *next; s != NULL; s = next) {
		next = s->next;
		free(s->realm);
		free(s);
	}
	krb5_free_context(p->ctx);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* --- tickets ---------------------------------------------------------------------- */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_of(const struct entry *x, const struct wmi_cred *c)
{
	return x->password == c->password && same(x->user, c->user) &&
	    same(x->realm, c->realm) && same(x->kdc, c->kdc) &&
	    same(x->keytab, c->keytab);
}

const char *
krb_pool_take(struct wmi_tickets *p, const struct wmi_cred *c)
{
	const char *found = NULL;

	if (p == NULL)
		return NULL;
	pthread_mutex_lock(&p->lock);
	for (const struct entry *x = p->entries; x != NULL; x = x->next)
		if (!x->dropped && is_of(x, c) &&
		    x->ends > (krb5_timestamp)time(NULL) + GOOD_FOR_SECONDS)
			found = x->ccache;
	pthread_mutex_unlock(&p->lock);
	return found;
}

/* When the one ticket in it ends; 0: there is none. */
static krb5_timestamp
end_of(krb5_context ctx, krb5_ccache cc)
{
	krb5_cc_cursor at;
	krb5_creds creds;
	krb5_timestamp ends = 0;

	if (krb5_cc_start_seq_get(ctx, cc, &at) != 0)
		return 0;
	while (krb5_cc_next_cred(ctx, cc, &at, &creds) == 0) {
		if (!krb5_is_config_principal(ctx, creds.server))
			ends = creds.times.endtime;
		krb5_free_cred_contents(ctx, &creds);
	}
	krb5_cc_end_seq_get(ctx, cc, &at);
	return ends;
}

static bool
copy_into(krb5_context ctx, struct entry *x, krb5_ccache from)
{
	krb5_principal owner = NULL;
	krb5_ccache to = NULL;
	char *name = NULL;
	bool ok = krb5_cc_get_principal(ctx, from, &owner) == 0 &&
	    krb5_cc_new_unique(ctx, "MEMORY", NULL, &to) == 0 &&
	    krb5_cc_initialize(ctx, to, owner) == 0 &&
	    krb5_cc_copy_creds(ctx, from, to) == 0 &&
	    krb5_cc_get_full_name(ctx, to, &name) == 0 &&
	    (x->ccache = strdup(name)) != NULL;

	x->ends = ok ? end_of(ctx, to) : 0;
	krb5_free_string(ctx, name);
	krb5_free_principal(ctx, owner);
	if (ok && x->ends != 0)
		krb5_cc_close(ctx, to);
	else if (to != NULL)
		krb5_cc_destroy(ctx, to);
	return ok && x->ends != 0;
}

static char *
copy(const char *s, bool *ok)
{
	char *c = s != NULL ? strdup(s) : NULL;

	*ok = *ok && (s == NULL || c != NULL);
	return c;
}

static struct entry *
entry_new(krb5_context ctx, const struct wmi_cred *c, const char *ccache)
{
	struct entry *x = calloc(1, sizeof(*x));
	krb5_ccache from = NULL;
	bool ok = true;

	if (x == NULL)
		return NULL;
	x->user = copy(c->user, &ok);
	x->realm = copy(c->realm, &ok);
	x->kdc = copy(c->kdc, &ok);
	x->keytab = copy(c->keytab, &ok);
	x->password = c->password;
	ok = ok && krb5_cc_resolve(ctx, ccache, &from) == 0 &&
	    copy_into(ctx, x, from);
	if (from != NULL)
		krb5_cc_close(ctx, from);
	if (ok)
		return x;
	entry_free(ctx, x);
	return NULL;
}

void
krb_pool_put(struct wmi_tickets *p, const struct wmi_cred *c,
    const char *ccache)
{
	struct entry *x;

	if (p == NULL || krb_pool_take(p, c) != NULL)
		return;
	pthread_mutex_lock(&p->lock);
	if (p->n < ENTRIES_MAX && (x = entry_new(p->ctx, c, ccache)) != NULL) {
		x->next = p->entries;
		p->entries = x;
		p->n++;
	}
	pthread_mutex_unlock(&p->lock);
}

void
krb_pool_drop(struct wmi_tickets *p, const char *ccache)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	for (struct entry *x = p->entries; x != NULL; x = x->next)
		if (strcmp(x->ccache, ccache) == 0)
			x->dropped = true;
	pthread_mutex_unlock(&p->lock);
}

/* --- silence ------------------------------------------------------------------------ */

static struct silent *
silent_of(const struct wmi_tickets *p, const char *realm)
{
	struct silent *s = p->silents;

	while (s != NULL && strcasecmp(s->realm, realm) != 0)
		s = s->next;
	return s;
}

void
krb_pool_note_silence(struct wmi_tickets *p, const char *realm,
    const struct err *why)
{
	struct silent *s;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	if ((s = silent_of(p, realm)) == NULL &&
	    (s = calloc(1, sizeof(*s))) != NULL) {
		if ((s->realm = strdup(realm)) != NULL) {
			s->next = p->silents;
			p->silents = s;
		} else {
			free(s);
			s = NULL;
		}
	}
	if (s != NULL) {
		s->until_ns = deadline_in(KRB_SILENT_SECONDS, -1).at_ns;
		s->why = *why;
	}
	pthread_mutex_unlock(&p->lock);
}

bool
krb_pool_silent(struct wmi_tickets *p, const char *realm, struct err *why)
{
	const struct silent *s;
	bool silent;

	if (p == NULL)
		return false;
	pthread_mutex_lock(&p->lock);
	s = silent_of(p, realm);
	silent = s != NULL && !deadline_passed(
	    (struct deadline){ .at_ns = s->until_ns, .cancel_fd = -1 });
	if (silent)
		*why = s->why;
	pthread_mutex_unlock(&p->lock);
	return silent;
}
