/* mischief.c: what the host does wrong on demand, by name. */
#include <stdlib.h>
#include <string.h>

#include "tests/fake/winhost/winhost.h"

static const struct { const char *name; enum mischief what; } names[] = {
	{ "drop_at", DROP_AT },		/* closes instead of the Nth answer */
	{ "stall_at", STALL_AT },	/* never gives the Nth answer */
	{ "truncate_at", TRUNCATE_AT },	/* half of the Nth answer, then closes */
	{ "bad_length", BAD_LENGTH },	/* frag_length of the Nth answer lies */
	{ "bad_signature", BAD_SIGNATURE },	/* the Nth answer's MAC, if signed */
	{ "garbage_object", GARBAGE_OBJECT },	/* CIM objects of rubbish */
	{ "fault_at", FAULT_AT },	/* a fault instead of the Nth answer */
	{ "many_rows", MANY_ROWS },	/* N rows for every query */
	{ "slow_rows", SLOW_ROWS },	/* N milliseconds a row */
	{ "no_smart", NO_SMART },	/* no IWbemFetchSmartEnum */
	{ "no_activator", NO_ACTIVATOR },	/* only IActivation, as COM below 5.6 */
	{ "no_multiplex", NO_MULTIPLEX },
	{ "bind_nak", BIND_NAK },
	{ "deny_activation", DENY_ACTIVATION },	/* 0x80070005 */
	{ "deny_namespace", DENY_NAMESPACE },	/* 0x80041003 at NTLMLogin */
	{ "deny_class", DENY_CLASS },		/* 0x80041003 at Next */
	{ "old_com", OLD_COM },			/* COM 5.6 */
	{ "tiny_fragments", TINY_FRAGMENTS },	/* answers in the smallest fragments */
	{ "dead_bindings", DEAD_BINDINGS },	/* bindings name unreachable hosts */
	{ "orpcthat_extensions", ORPCTHAT_EXTENSIONS },
	{ "timed_out_rows", TIMED_OUT_ROWS },	/* WBEM_S_TIMEDOUT in between */
};

bool
mischief_parse(const char *text, struct naughty *out)
{
	const char *colon = strchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == n &&
		    strncmp(names[i].name, text, n) == 0) {
			out->what = names[i].what;
			out->n = colon != NULL ? strtol(colon + 1, NULL, 10) : 1;
			return true;
		}
	return false;
}
