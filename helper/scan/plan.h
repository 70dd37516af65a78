/* plan.h: what a checked request came to; immutable from then on.
 *
 * scan_plan_new() (profile.c) reads the parts in this order and reports every
 * mistake of all of them:
 *   profile -> plan_profile.c   credentials -> plan_creds.c
 *   ranges -> plan_ranges.c     jira -> plan_jira.c
 * Files (private keys) are opened last, and only when all else was right.
 */
#ifndef SCAN_PLAN_H
#define SCAN_PLAN_H

#include "helper/jira/poster.h"
#include "helper/map/mapping.h"
#include "helper/scan/cred.h"
#include "helper/scan/fields.h"
#include "helper/scan/scan.h"
#include "helper/target/ranges.h"
#include "helper/target/sweep.h"

enum host_keys { HOST_KEYS_STRICT, HOST_KEYS_ACCEPT_NEW, HOST_KEYS_PINNED };
struct pin { char *address, *sha256; };

#define PLAN_CREDS_MAX  1000
#define PLAN_RANGES_MAX 65536

/* One entry of `ranges` as it is written; borrowed from the JSON. */
struct range_entry {
	const char *from, *to;
	const json_t *credentials;	/* NULL: none named */
	bool disabled;
};

/* The same understood; its index is the tag in the range set. */
struct range_rule {
	size_t *creds;		/* indices into the plan's creds, in order */
	size_t ncreds;
	bool all;		/* named none: may use all of them */
};

struct scan_plan {
	char *name;
	enum protocol order[PROTO_COUNT];	/* asked in this order */
	size_t norder;
	char *asset_type, *folder;
	const struct mapping *mapping;		/* the built-in one or `own` */
	struct mapping *own;
	bool update_only;
	char **sections;
	size_t nsections;
	bool ping_first, report_silent, sudo;
	double ping_timeout, connect_timeout, query_timeout;	/* seconds */
	double budget[PROTO_COUNT];		/* a host's whole time, seconds */
	uint16_t ports[PROTO_COUNT][SWEEP_PORTS_MAX];
	size_t nports[PROTO_COUNT];
	unsigned concurrency;
	unsigned host_connections;		/* to one Windows host, side by side */
	double connect_rate;			/* a second; 0: unbounded */
	unsigned refusals;			/* in a row that suspend an account */
	enum host_keys host_keys;
	struct pin *pins;
	size_t npins;

	struct cred *creds;
	size_t ncreds;
	struct ranges *ranges;
	struct ranges *left_out;		/* what excluded names stand for; NULL: none */
	struct range_rule *rules;
	size_t nrules;
	bool self;				/* this computer, without logging on */
	unsigned shard, shards;			/* 0 of 1: all of it */

	bool has_jira;
	struct jira_target jira;		/* strings owned by the plan */
};

/* Which protocols this build can speak; NULL: not this one. */
struct protocol_ops;
const struct protocol_ops *protocol_ops(enum protocol);
/* "wmi", "ssh"; false when it is no protocol's name. */
const char *protocol_name(enum protocol);
bool        protocol_find(const char *name, enum protocol *) CHECKED;

void plan_read_profile(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
void plan_read_creds(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
void plan_read_ranges(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
/* One entry, added to the set with that tag unless it is disabled. */
void plan_range_entry(struct ranges *, size_t tag, const json_t *,
    struct range_entry *, struct problems *, const struct at *);
void plan_read_jira(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
void plan_read_config(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
void plan_read_host_keys(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
/* Parses the private keys: those given as text, or those in files; with the
 * files the passwords that stand in files. */
void plan_load_keys(struct scan_plan *, const json_t *, bool files,
    struct problems *, const struct at *);
/* Jira's secret, when it stands in a file. */
void plan_load_jira(struct scan_plan *, const json_t *, struct problems *,
    const struct at *);
/* The secret in the file that the member names (secretfile.h). */
struct secret *plan_secret_file(const json_t *, const char *member,
    struct problems *, const struct at *) CHECKED;
/* Its credentials and Jira's secret; the rest stays readable. */
void scan_plan_forget(struct scan_plan *);
/* The defaults of the design, 2.1.1. */
bool plan_defaults(struct scan_plan *) CHECKED;

/* Credentials of `proto` that a target with these tags may be shown, in order,
 * each once.  Gives their number; out has room for ncreds. */
size_t plan_creds_for(const struct scan_plan *, enum protocol,
    const uint32_t *tags, size_t ntags, size_t *out);
/* Whether it may not be asked, by its address or by an excluded name's. */
bool plan_excludes(const struct scan_plan *, const struct net_addr *) CHECKED;
/* Whether the address lies in a range (not as a name), and its ranges may use
 * every credential that a target with these tags may use. */
bool plan_covers(const struct scan_plan *, const struct net_addr *,
    const uint32_t *tags, size_t ntags) CHECKED;

#endif
