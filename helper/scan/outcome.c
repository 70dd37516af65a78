#include "helper/scan/outcome.h"

#include <stdio.h>
#include <string.h>

#include "helper/scan/host_asset.h"
#include "helper/scan/report.h"

/* --- claims ---------------------------------------------------------------------- */

bool
outcome_claim_words(const struct claimed *c, char dst[static CLAIM_WORDS])
{
	if (c->verdict == CLAIM_SAME)
		snprintf(dst, CLAIM_WORDS, "this is the computer that was scanned "
		    "at %s already (same %s)", c->address, c->key);
	else if (c->verdict == CLAIM_AMBIGUOUS && c->asset != 0)
		snprintf(dst, CLAIM_WORDS, "shares its %s with another computer, "
		    "%s at %s (asset #%lld); nothing is written for this one",
		    c->key, c->name, c->address, (long long)c->asset);
	else if (c->verdict == CLAIM_AMBIGUOUS)
		snprintf(dst, CLAIM_WORDS, "shares its %s with another computer, "
		    "%s at %s%s; nothing is written for this one", c->key,
		    c->name, c->address, c->past ? ", as an earlier scan saw" :
		    "");
	else if (c->address[0] != '\0')
		snprintf(dst, CLAIM_WORDS, "its %s does not identify it: %s at %s "
		    "shows it too%s", c->key, c->name, c->address, c->past ?
		    ", as an earlier scan saw" : "");
	else
		return false;
	return true;
}

static bool
has_result(const struct result *r)
{
	return (r->state == HOST_SCANNED || r->state == HOST_PARTIAL) &&
	    r->facts != NULL && r->identity != NULL;
}

static void
claim(const struct outcome *o, struct result *r, struct claimed *c)
{
	const char *macs[HOST_MACS_MAX];
	char words[CLAIM_WORDS];
	char addr[NET_ADDR_TEXT];
	struct claimant who = { net_addr_text(&r->addr, addr), r->name,
		identity_uuid(r->identity), identity_serial(r->identity),
		macs, 0 };

	for (size_t i = 0; i < identity_macs(r->identity) && i < HOST_MACS_MAX; i++)
		macs[who.nmacs++] = identity_mac(r->identity, i);
	claims_make(o->claims, &who, c);
	if (c->verdict == CLAIM_SAME)
		r->state = HOST_SKIPPED;
	if (outcome_claim_words(c, words))
		result_warn(r, "%s", words);
}

/* --- the log ----------------------------------------------------------------------- */

static const char *
os_of(const struct result *r)
{
	const struct fact *f = r->facts != NULL ?
	    facts_find(r->facts, "os.name") : NULL;

	return f != NULL && f->type == FACT_STRING ? f->s : "";
}

static void
log_host(const struct outcome *o, const struct result *r)
{
	char addr[NET_ADDR_TEXT];
	const char *at = r->has_addr ? net_addr_text(&r->addr, addr) : r->name;
	const char *os = os_of(r);

	switch (r->state) {
	case HOST_SCANNED:
		events_log(o->events, TELL_INFO, "Scanned host %s%s%.200s%s%s"
		    "%.200s", at, r->name != NULL ? " (" : "",
		    r->name != NULL ? r->name : "", r->name != NULL ? ")" : "",
		    os[0] != '\0' ? ": " : "", os);
		break;
	case HOST_PARTIAL:
	case HOST_AUTH_FAILED:
	case HOST_DENIED:
	case HOST_ERROR:
		events_log(o->events, TELL_WARNING, "%s host %s: %s. %s",
		    r->state == HOST_PARTIAL ? "Scanned only a part of" :
		    "Could not scan", at, r->err.text, err_hint(&r->err));
		break;
	default:	/* nothing to do about those, or said by a warning */
		break;
	}
	for (size_t i = 0; i < r->nwarnings; i++)
		events_log(o->events, TELL_WARNING, "Host %s: %s", at,
		    r->warnings[i]);
}

/* --- posting ------------------------------------------------------------------------ */

struct voids { const struct result *r; const struct claimed *c; };

static bool
is_void(void *ctx, const struct map_key *k)
{
	const struct voids *v = ctx;
	const struct identity *id = v->r->identity;
	const char *macs[HOST_MACS_MAX];
	size_t n = 0;

	for (; n < identity_macs(id) && n < HOST_MACS_MAX; n++)
		macs[n] = identity_mac(id, n);
	return host_key_void(v->c, macs, n, (enum asset_key_kind)k->kind,
	    k->value);
}

/* An outcome that the poster is not asked for. */
static void
decide_here(const struct outcome *o, const char *address,
    enum asset_outcome what, const struct claimed *c, enum err_code code,
    const char *why)
{
	struct err e = { .code = ERR_NONE };
	struct asset_result a = {
		.address = address, .outcome = what,
		.candidates = &c->asset, .ncandidates = c->asset != 0, .err = &e,
	};

	fail(&e, code, "%s", why);
	outcome_asset((void *)(uintptr_t)o, &a);
}

bool
outcome_posts(const struct outcome *o)
{
	return o->poster != NULL || o->refusal.code != ERR_NONE;
}

void
outcome_post(const struct outcome *o, const char *address, struct asset *a,
    const struct claimed *c, const struct err *why)
{
	char words[CLAIM_WORDS];

	if (o->refusal.code != ERR_NONE) {
		decide_here(o, address, ASSET_FAILED, c, o->refusal.code,
		    o->refusal.text);
	} else if (c->verdict == CLAIM_AMBIGUOUS) {
		decide_here(o, address, ASSET_AMBIGUOUS, c, ERR_JIRA_AMBIGUOUS,
		    why->code != ERR_NONE ? why->text :
		    "another computer shows the same identity");
	} else if (a == NULL) {
		decide_here(o, address, ASSET_FAILED, c, why->code, why->text);
	} else if (a->nkeys == 0 && outcome_claim_words(c, words)) {
		decide_here(o, address, ASSET_AMBIGUOUS, c, ERR_JIRA_AMBIGUOUS,
		    words);
	} else if (a->nkeys == 0) {
		/* every scan would make one more of it */
		decide_here(o, address, ASSET_SKIPPED, c, ERR_NO_IDENTITY, "no MAC "
		    "address, serial number or UUID tells this computer from "
		    "others, so it cannot be found again in Asset Tracker");
	} else {
		poster_put(o->poster, a, c->cookie);
		return;
	}
	asset_free(a);
}

static void
post(const struct outcome *o, const struct result *r, const struct claimed *c)
{
	struct voids v = { r, c };
	char addr[NET_ADDR_TEXT];
	struct asset *a = NULL;
	struct err why = r->err;

	if (c->verdict == CLAIM_AMBIGUOUS) {
		err_clear(&why);
		if (r->nwarnings > 0)
			fail(&why, ERR_JIRA_AMBIGUOUS, "%s",
			    r->warnings[r->nwarnings - 1]);
	} else if (r->mapped != NULL &&
	    (a = report_to_asset(o->plan, r, is_void, &v)) == NULL) {
		err_clear(&why);
		fail(&why, ERR_MEMORY, "no memory for an asset");
	}
	outcome_post(o, net_addr_text(&r->addr, addr), a, c, &why);
}

void
outcome_host(const struct outcome *o, struct result *r)
{
	struct claimed c = { .verdict = CLAIM_FIRST };
	bool posts = has_result(r);

	if (posts)
		claim(o, r, &c);
	/* counted first: who reads the line finds it in the totals */
	events_host(o->events, r->state);
	events_send(o->events, "scan.host", report_host(o->plan, r));
	log_host(o, r);
	if (posts && c.verdict != CLAIM_SAME && outcome_posts(o))
		post(o, r, &c);
}

/* --- assets --------------------------------------------------------------------------- */

static const struct {
	const char *verb;
	enum log_kind kind;
} words[ASSET_OUTCOMES] = {
	[ASSET_CREATED] = { "Created", TELL_INFO },
	[ASSET_UPDATED] = { "Updated", TELL_INFO },
	[ASSET_UNCHANGED] = { "Nothing changed in", TELL_INFO },
	[ASSET_SKIPPED] = { "Skipped", TELL_INFO },
	[ASSET_AMBIGUOUS] = { "Did not write the", TELL_WARNING },
	[ASSET_QUEUED] = { "Kept for later the", TELL_WARNING },
	[ASSET_FAILED] = { "Could not write the", TELL_ERROR },
	[ASSET_DRY_RUN] = { "Would write the", TELL_INFO },
};

static void
log_asset(const struct outcome *o, const struct asset_result *a)
{
	bool why = a->err != NULL && a->err->code != ERR_NONE;
	char what[64] = "asset";

	if (a->id != 0)
		snprintf(what, sizeof(what), "asset #%lld", (long long)a->id);
	events_log(o->events, words[a->outcome].kind,
	    "%s %s%s%s%s%s%s%s%s%s", words[a->outcome].verb, what,
	    a->url != NULL ? " (" : "", a->url != NULL ? a->url : "",
	    a->url != NULL ? ")" : "",
	    a->url == NULL || why ? " of host " : "",
	    a->url == NULL || why ? a->address : "",
	    why ? ": " : "", why ? a->err->text : "",
	    why ? "." : "");
	if (why && words[a->outcome].kind != TELL_INFO)
		events_log(o->events, words[a->outcome].kind, "%s",
		    err_hint(a->err));
}

/* Just before its outcome, so that the two lines belong together. */
void
outcome_begins(void *ctx, const char *address)
{
	const struct outcome *o = ctx;

	if (!o->plan->jira.dry_run)
		events_log(o->events, TELL_INFO, "Posting host %s scan results "
		    "to %s", address, o->plan->jira.url);
}

void
outcome_asset(void *ctx, const struct asset_result *a)
{
	const struct outcome *o = ctx;

	if (a->cookie != 0 && a->id != 0)
		claims_asset(o->claims, a->cookie, a->id);
	if (a->err != NULL && a->err->code == ERR_JIRA_LOGIN)
		events_jira_login(o->events);
	events_asset(o->events, a->outcome);
	events_send(o->events, "scan.asset", report_asset(a));
	log_asset(o, a);
}
