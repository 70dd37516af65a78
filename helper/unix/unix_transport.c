/* unix_transport.c: counters of TCP and UDP of a Linux host. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_loads.h"

/* The line of a reading whose first word it is, without that word. */
static bool
line_of(struct span text, struct span key, struct span *rest)
{
	struct span line, w;

	while (span_line(&text, &line)) {
		*rest = line;
		if (span_word(rest, &w) && span_cmp(w, key) == 0)
			return true;
	}
	return false;
}

/* A column of the pair of lines "Tcp: names" and "Tcp: numbers"; -1: none. */
static double
snmp(struct span text, const char *protocol, const char *column)
{
	struct span names, values, w, v;
	double n;

	while (span_line(&text, &names)) {
		if (!span_starts(names, protocol) || !span_line(&text, &values) ||
		    !span_starts(values, protocol))
			continue;
		while (span_word(&names, &w) && span_word(&values, &v))
			if (span_is(w, column) && span_real(v, &n))
				return n;
		return -1;
	}
	return -1;
}

/* "Udp6InDatagrams   123" */
static double
snmp6(struct span text, const char *protocol, const char *column)
{
	struct span rest, w;
	char key[60];
	double n;

	snprintf(key, sizeof(key), "%s%s", protocol, column);
	return line_of(text, span_of(key), &rest) && span_word(&rest, &w) &&
	    span_real(w, &n) ? n : -1;
}

static const struct {
	const char *fact, *tcp, *udp;	/* columns; NULL: has none */
	bool per_second;
} columns[] = {
	{ "established", "CurrEstab", NULL, false },
	{ "opened", "ActiveOpens", NULL, false },
	{ "accepted", "PassiveOpens", NULL, false },
	{ "failures", "AttemptFails", NULL, false },
	{ "resets", "EstabResets", NULL, false },
	{ "receivedPerSec", "InSegs", "InDatagrams", true },
	{ "sentPerSec", "OutSegs", "OutDatagrams", true },
	{ "retransmittedPerSec", "RetransSegs", NULL, true },
	{ "noPortPerSec", NULL, "NoPorts", true },
	{ "errors", "InErrs", "InErrors", false },
};

static void
protocol(struct unix_host *h, const struct samples *s, const char *name,
    const char *prefix, const char *part, bool tcp,
    double (*get)(struct span, const char *, const char *))
{
	struct span now = unix_counters(h, "loads", part);
	struct span then = unix_counters(h, "loads1", part);
	struct fact_row *row;

	if (get(now, prefix, tcp ? "InSegs" : "InDatagrams") < 0)
		return;
	row = facts_row(h->facts, "transport");
	fact_str(row, "protocol", name);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *column = tcp ? columns[i].tcp : columns[i].udp;
		double a, b;

		if (column == NULL || (b = get(now, prefix, column)) < 0 ||
		    b >= 1e19)
			continue;
		a = get(then, prefix, column);
		if (!columns[i].per_second)
			fact_uint(row, columns[i].fact, (uint64_t)b);
		else if (a >= 0)
			unix_rate(row, columns[i].fact, a, b, s);
	}
}

void
unix_transport(struct unix_host *h, const struct samples *s)
{
	protocol(h, s, "tcp", "Tcp:", "/proc/net/snmp", true, snmp);
	protocol(h, s, "udp4", "Udp:", "/proc/net/snmp", false, snmp);
	protocol(h, s, "udp6", "Udp6", "/proc/net/snmp6", false, snmp6);
}
