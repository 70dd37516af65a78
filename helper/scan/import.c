#include "helper/scan/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/scan/ending.h"
#include "helper/scan/host_asset.h"
#include "helper/scan/outcome.h"
#include "helper/scan/plan.h"
#include "helper/scan/state.h"

#define ADDRESS_MAX 255		/* octets; a name may stand there */

struct import {
	struct scan_plan *plan;
	char *state_dir;
	struct cancel *cancel;
	struct events *events;
	struct claims *claims;
	struct poster *poster;
	struct outcome outcome;
};

/* --- one line ------------------------------------------------------------------ */

static const char *
member(const json_t *host, const char *name)
{
	return json_string_value(json_object_get(host, name));
}

static bool
state_of(const json_t *host, enum host_state *state)
{
	const char *s = member(host, "state");

	for (size_t i = 0; s != NULL && i < HOST_STATES; i++)
		if (strcmp(s, host_state_name((enum host_state)i)) == 0) {
			*state = (enum host_state)i;
			return true;
		}
	return false;
}

/* What a scan would have offered to the poster. */
static bool
has_result(const json_t *host, enum host_state state)
{
	return (state == HOST_SCANNED || state == HOST_PARTIAL) &&
	    json_is_object(json_object_get(host, "identity"));
}

bool
import_check(const json_t *host, struct err *e)
{
	const json_t *asset = json_object_get(host, "asset");
	const char *address = member(host, "address");
	enum host_state state;
	struct asset *a;

	if (address == NULL || strlen(address) > ADDRESS_MAX)
		return fail(e, ERR_INVALID, "its address is none");
	if (!state_of(host, &state))
		return fail(e, ERR_INVALID, "its state is none that a scan writes");
	if (!has_result(host, state) || json_is_null(asset))
		return true;
	if (asset == NULL)
		return fail(e, ERR_INVALID, "it does not say what its asset needs: "
		    "an older assetscan wrote it");
	if ((a = host_asset_read(host, NULL, e)) == NULL)
		return false;
	asset_free(a);
	return true;
}

/* --- making one ------------------------------------------------------------------ */

static void
posted_log(void *ctx, const char *line)
{
	const struct outcome *o = ctx;

	events_log(o->events, TELL_INFO, "%s", line);
}

static struct scan_plan *
plan_of(const json_t *params,
    void (*fn)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	static const struct at at_profile = { NULL, "profile", 0 };
	static const struct at at_jira = { NULL, "jira", 0 };
	struct problems p = { fn, ctx, 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		return NULL;
	}
	plan_read_profile(plan, json_object_get(params, "profile"), &p,
	    &at_profile);
	plan_read_jira(plan, json_object_get(params, "jira"), &p, &at_jira);
	if (p.n == 0 && plan->has_jira)
		return plan;
	fail(e, ERR_INVALID, "the request holds a mistake");
	scan_plan_free(plan);
	return NULL;
}

static bool
build(struct import *im, uint64_t hosts, const struct scan_env *env,
    struct err *e)
{
	const struct scan_plan *plan = im->plan;
	struct poster_config c = { .target = plan->jira,
		.begins = outcome_begins, .result = outcome_asset,
		.log = posted_log, .ctx = &im->outcome };

	im->state_dir = scan_state_dir(env->state_dir);
	im->events = events_new(env, "s-1", hosts);
	im->claims = claims_new();
	if (im->events == NULL || im->claims == NULL)
		return fail(e, ERR_MEMORY, "no memory for an import");
	if ((im->cancel = cancel_new(e)) == NULL ||
	    (!plan->jira.dry_run && !state_ready(im->state_dir, NULL, e)))
		return false;
	im->outcome = (struct outcome){ .plan = plan, .events = im->events,
		.claims = im->claims };
	if (!plan->jira.dry_run)
		claims_load(im->claims, im->state_dir);
	c.cancel_fd = cancel_fd(im->cancel);
	c.target.asset_type = plan->asset_type;
	c.target.folder = plan->folder;
	c.target.state_dir = im->state_dir;
	im->outcome.poster = im->poster = poster_new(&c, e);
	return im->poster != NULL;
}

struct import *
import_new(const json_t *params, uint64_t hosts, const struct scan_env *env,
    void (*fn)(void *ctx, const char *pointer, const char *message),
    void *ctx, struct err *e)
{
	struct import *im = calloc(1, sizeof(*im));

	if (im == NULL) {
		fail(e, ERR_MEMORY, "no memory for an import");
		return NULL;
	}
	im->plan = plan_of(params, fn, ctx, e);
	if (im->plan == NULL || !build(im, hosts, env, e)) {
		import_free(im);
		return NULL;
	}
	events_send(im->events, "scan.started", json_pack("{s:s, s:I, s:s, s:s}",
	    "profile", im->plan->name, "addresses", (json_int_t)hosts,
	    "assetType", im->plan->asset_type, "folder", im->plan->folder));
	if (!events_start(im->events)) {
		fail(e, ERR_MEMORY, "no thread for an import");
		import_free(im);
		return NULL;
	}
	events_log(im->events, TELL_INFO, "Importing the results of %llu %s, they "
	    "go to %s", (unsigned long long)hosts, hosts == 1 ? "host" : "hosts",
	    im->plan->jira.url);
	if (im->plan->jira.dry_run)
		events_log(im->events, TELL_INFO, "This is a dry run: nothing is "
		    "posted.");
	return im;
}

void
import_free(struct import *im)
{
	if (im == NULL)
		return;
	if (im->cancel != NULL)
		cancel_fire(im->cancel);
	poster_free(im->poster);
	claims_free(im->claims);
	events_free(im->events);
	cancel_free(im->cancel);
	scan_plan_free(im->plan);
	free(im->state_dir);
	free(im);
}

/* --- hosts ----------------------------------------------------------------------- */

static void
warn_once(json_t *host, const char *words)
{
	json_t *list = json_copy(json_object_get(host, "warnings")), *w;
	size_t i;
	bool said = false;

	if (!json_is_array(list)) {
		json_decref(list);
		list = json_array();
	}
	json_array_foreach(list, i, w)
		said = said || (json_is_string(w) &&
		    strcmp(json_string_value(w), words) == 0);
	if (!said)
		json_array_append_new(list, json_string(words));
	json_object_set_new(host, "warnings", list);
}

/* Takes keys away from it or makes it another's double. */
static void
claim(struct import *im, json_t *host, enum host_state *state, struct claimed *c)
{
	const char *macs[HOST_MACS_MAX];
	char words[CLAIM_WORDS];
	struct claimant who;

	host_claimant(host, macs, &who);
	claims_make(im->claims, &who, c);
	if (c->verdict == CLAIM_SAME) {
		*state = HOST_SKIPPED;
		json_object_set_new(host, "state",
		    json_string(host_state_name(*state)));
	}
	if (outcome_claim_words(c, words))
		warn_once(host, words);
}

static void
log_host(struct import *im, const json_t *host, enum host_state state)
{
	const char *name = member(host, "name");
	const char *os = member(json_object_get(host, "os"), "name");

	if (state == HOST_SCANNED || state == HOST_PARTIAL)
		events_log(im->events, TELL_INFO, "%s host %s%s%.200s%s%s%.200s",
		    state == HOST_SCANNED ? "Scanned" : "Scanned only a part of",
		    member(host, "address"), name != NULL ? " (" : "",
		    name != NULL ? name : "", name != NULL ? ")" : "",
		    os != NULL ? ": " : "", os != NULL ? os : "");
}

static void
post(struct import *im, const json_t *host, const struct claimed *c)
{
	const json_t *error = json_object_get(host, "error");
	const char *text = member(error, "message");
	struct err why = { .code = ERR_NONE };
	char words[CLAIM_WORDS];
	struct asset *a = NULL;

	if (c->verdict == CLAIM_AMBIGUOUS) {
		if (outcome_claim_words(c, words))
			fail(&why, ERR_JIRA_AMBIGUOUS, "%s", words);
	} else if (json_is_null(json_object_get(host, "asset"))) {
		fail(&why, ERR_MAPPING, "%s", text != NULL ? text :
		    "the scan could not make an asset of it");
	} else if ((a = host_asset_read(host, c, &why)) != NULL) {
		a->update_only |= im->plan->update_only;
	}
	outcome_post(&im->outcome, member(host, "address"), a, c, &why);
}

void
import_host(struct import *im, const json_t *params)
{
	struct claimed c = { .verdict = CLAIM_FIRST };
	enum host_state state;
	json_t *host;
	bool posts;

	if (cancel_fired(im->cancel) || !state_of(params, &state) ||
	    (host = json_copy((json_t *)(uintptr_t)params)) == NULL)
		return;
	json_object_del(host, "scanId");	/* it gets this import's */
	if ((posts = has_result(host, state)))
		claim(im, host, &state, &c);
	events_host(im->events, state);
	events_send(im->events, "scan.host", json_incref(host));
	log_host(im, host, state);
	if (posts && c.verdict != CLAIM_SAME)
		post(im, host, &c);
	json_decref(host);
}

void
import_warn(struct import *im, const char *line)
{
	events_log(im->events, TELL_WARNING, "%s", line);
}

void
import_cancel(struct import *im)
{
	cancel_fire(im->cancel);
}

int
import_end(struct import *im)
{
	enum ending how;
	struct tally t;

	poster_finish(im->poster);
	how = cancel_fired(im->cancel) ? END_CANCELLED : END_COMPLETED;
	events_rest(im->events, HOST_CANCELLED);
	events_stop(im->events);
	events_tally(im->events, &t);
	if (!im->plan->jira.dry_run)
		claims_save(im->claims, im->state_dir);
	ending_tell(im->events, &t, how, "Importing",
	    !im->plan->jira.dry_run);
	return ending_exit_code(&t, how);
}
