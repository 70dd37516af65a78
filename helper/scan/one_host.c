#include "helper/scan/one_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
one_host_name(const char *address)
{
	struct net_addr a;

	return net_addr_parse(address, &a) ? NULL : address;
}

struct scan_plan *
one_host_plan(const struct one_host *r, struct problems *p, enum protocol *proto)
{
	static const struct at at_creds = { NULL, "credentials", 0 };
	static const struct at at_keys = { NULL, "hostKeys", 0 };
	static const struct at at_proto = { NULL, "protocol", 0 };
	struct scan_plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL || !plan_defaults(plan) ||
	    (plan->rules = calloc(1, sizeof(*plan->rules))) == NULL) {
		problem(p, NULL, "no memory");
		return plan;
	}
	plan->nrules = 1;
	plan->rules[0].all = true;
	plan_read_creds(plan, r->credentials, p, &at_creds);
	plan_load_keys(plan, r->credentials, false, p, &at_creds);
	plan_read_host_keys(plan, r->host_keys, p, &at_keys);
	*proto = plan->ncreds > 0 ? plan->creds[0].protocol :
	    plan->norder > 0 ? plan->order[0] : PROTO_SSH;
	if (r->protocol != NULL && !protocol_find(r->protocol, proto))
		problem(p, &at_proto, "must be wmi or ssh");
	else if (protocol_ops(*proto) == NULL)
		problem(p, &at_proto, "is not spoken by this version");
	if (p->n == 0)
		plan_load_keys(plan, r->credentials, true, p, &at_creds);
	if (r->port != 0) {
		plan->ports[*proto][0] = (uint16_t)r->port;
		plan->nports[*proto] = 1;
	}
	plan->connect_timeout = r->connect_timeout;
	plan->budget[*proto] = r->timeout;
	plan->sudo = r->sudo;
	return plan;
}
