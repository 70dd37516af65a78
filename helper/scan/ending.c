#include "helper/scan/ending.h"

#include "helper/scan/report.h"

static const char *const names[] = { "completed", "cancelled", "failed" };

const char *
ending_name(enum ending how)
{
	return names[how];
}

int
ending_exit_code(const struct tally *t, enum ending how)
{
	/* what is skipped was scanned at another address, or not at all */
	uint64_t scanned = t->hosts[HOST_SCANNED] + t->hosts[HOST_PARTIAL];
	uint64_t others = scanned + t->hosts[HOST_DENIED] +
	    t->hosts[HOST_ERROR];

	if (how == END_CANCELLED)
		return 130;
	if (t->jira_login || (t->hosts[HOST_AUTH_FAILED] > 0 && others == 0))
		return 4;
	if (t->assets[ASSET_QUEUED] > 0)
		return 3;
	if (t->assets[ASSET_FAILED] > 0 || t->assets[ASSET_AMBIGUOUS] > 0)
		return 5;
	if (t->total == 0 && how == END_COMPLETED)
		return 0;	/* a shard that got no address has done its part */
	return scanned == 0 || how == END_FAILED ? 2 : 0;
}

static void
log_end(struct events *ev, const struct tally *t, enum ending how,
    const char *doing, bool posted)
{
	static const char *const words[] = { "finished", "cancelled", "failed" };
	const struct { const char *what, *things; uint64_t n; } lines[] = {
		{ "Could not scan", "hosts", t->hosts[HOST_AUTH_FAILED] +
		    t->hosts[HOST_DENIED] + t->hosts[HOST_ERROR] },
		{ "Found", "ambiguous assets", t->assets[ASSET_AMBIGUOUS] },
		{ "Kept in the outbox", "assets", t->assets[ASSET_QUEUED] },
		{ "Could not write", "assets", t->assets[ASSET_FAILED] },
	};

	events_log(ev, TELL_INFO, "%s %s", doing, words[how]);
	events_log(ev, TELL_INFO, "Successfully scanned %llu hosts",
	    (unsigned long long)(t->hosts[HOST_SCANNED] +
	    t->hosts[HOST_PARTIAL]));
	if (posted) {
		events_log(ev, TELL_INFO, "Created %llu assets",
		    (unsigned long long)t->assets[ASSET_CREATED]);
		events_log(ev, TELL_INFO, "Updated %llu assets",
		    (unsigned long long)t->assets[ASSET_UPDATED]);
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (lines[i].n > 0)
			events_log(ev, TELL_WARNING, "%s %llu %s",
			    lines[i].what, (unsigned long long)lines[i].n,
			    lines[i].things);
}

static const char *
state_at(size_t i)
{
	return host_state_name((enum host_state)i);
}

static const char *
outcome_at(size_t i)
{
	return asset_outcome_name((enum asset_outcome)i);
}

static json_t *
totals(const uint64_t *n, size_t count, const char *(*name)(size_t))
{
	json_t *v = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(v, name(i), json_integer((json_int_t)n[i]));
	return v;
}

void
ending_tell(struct events *ev, const struct tally *t, enum ending how,
    const char *doing, bool posted)
{
	log_end(ev, t, how, doing, posted);
	events_send(ev, "scan.finished", json_pack("{s:o, s:o, s:f, s:s}",
	    "hosts", totals(t->hosts, HOST_STATES, state_at),
	    "assets", totals(t->assets, ASSET_OUTCOMES, outcome_at),
	    "seconds", report_round(t->seconds), "reason", ending_name(how)));
}
