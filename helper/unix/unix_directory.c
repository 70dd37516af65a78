/* unix_directory.c: the domain and the device management a host is in, and where
 * its clock is set from.
 */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

/* --- domain -------------------------------------------------------------------------- */

static struct fact_row *
domain_row(struct unix_host *h)
{
	if (facts_rows(h->facts, "domain") == 0)
		return facts_row(h->facts, "domain");
	return (struct fact_row *)(uintptr_t)facts_at(h->facts, "domain", 0);
}

static bool
lacks(struct unix_host *h, const char *dotted)
{
	return facts_find(h->facts, dotted) == NULL;
}

/* "key = value" in any case; the last one counts. */
static struct span
setting(struct span text, const char *name)
{
	struct span line, key, v, found = { "", 0 };
	char have[60];

	while (span_line(&text, &line)) {
		if (!span_split(line, '=', &key, &v))
			continue;
		span_text(key, have, sizeof(have));
		if (strcasecmp(have, name) == 0)
			found = v;
	}
	return found;
}

static void
samba(struct unix_host *h, struct span text)
{
	struct span realm = setting(text, "realm");
	struct span group = setting(text, "workgroup");
	char security[20];

	span_text(setting(text, "security"), security, sizeof(security));
	if (realm.n > 0 && strcasecmp(security, "ads") == 0) {
		if (lacks(h, "domain.name"))
			fact_span(domain_row(h), "name", realm);
		fact_bool(domain_row(h), "joined", true);
		fact_span(domain_row(h), "realm", realm);
	} else if (group.n > 0 && lacks(h, "domain.name")) {
		fact_span(unix_one(h, &h->host, "host"), "workgroup", group);
		fact_span(domain_row(h), "name", group);
		fact_bool(domain_row(h), "joined", false);
	}
}

static void
free_ipa(struct unix_host *h, struct span text)
{
	struct span domain = setting(text, "domain");

	if (domain.n == 0)
		return;
	if (lacks(h, "domain.name"))
		fact_span(domain_row(h), "name", domain);
	fact_bool(domain_row(h), "joined", true);
	fact_span(domain_row(h), "realm", setting(text, "realm"));
	fact_span(domain_row(h), "controller", setting(text, "server"));
}

/* "EXAMPLE.COM 192.0.2.2:88": whom SSSD talks to at present */
static void
kdc(struct unix_host *h, struct span v)
{
	struct span realm, server, port;

	if (!span_word(&v, &realm) || !span_word(&v, &server))
		return;
	if (memchr(server.p, ':', server.n) == memrchr(server.p, ':', server.n) &&
	    span_split(server, ':', &v, &port))
		server = v;
	if (lacks(h, "domain.name")) {
		fact_span(domain_row(h), "name", realm);
		fact_bool(domain_row(h), "joined", true);
	}
	fact_span(domain_row(h), "realm", realm);
	fact_span(domain_row(h), "controller", server);
}

static const struct { const char *path, *name; } managers[] = {
	{ "/opt/microsoft/intune", "Microsoft Intune" },
	{ "/opt/jc", "JumpCloud" }, { "/etc/landscape/client.conf", "Landscape" },
	{ "/opt/orbit", "Fleet" }, { "/usr/share/fleetd", "Fleet" },
	{ "/opt/manageengine", "ManageEngine" },
	{ "/opt/ManageEngine", "ManageEngine" },
};

/* "MDM enrollment: Yes (User Approved)", "MDM server: https://mdm.example/" */
static void
profiles(struct unix_host *h, struct span text)
{
	struct span line, key, v, server = { "", 0 };
	bool enrolled = false;

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "MDM enrollment"))
			enrolled = span_starts(v, "Yes");
		else if (span_is(key, "MDM server"))
			server = v;
	}
	if (enrolled)
		fact_span(domain_row(h), "mdm", server.n > 0 ? server :
		    span_of("enrolled"));
}

/* dsconfigad -show: "Active Directory Forest          = corp.example" */
static void
mac_directory(struct unix_host *h)
{
	struct span text = unix_part_named(h->frame, "domain", "dsconfigad");

	fact_span(setting(text, "Active Directory Forest").n > 0 ?
	    domain_row(h) : NULL, "forest",
	    setting(text, "Active Directory Forest"));
	fact_span(setting(text, "Preferred Domain controller").n > 0 ?
	    domain_row(h) : NULL, "controller",
	    setting(text, "Preferred Domain controller"));
}

void
parse_directory(struct unix_host *h, const struct unix_section *s)
{
	struct span realm = span_get(unix_text(h->frame, "domain"), "realm");
	struct span v = span_get(s->text, "mdm");

	if (h->kind == KIND_DARWIN)
		mac_directory(h);
	profiles(h, unix_part_named(h->frame, "directory", "profiles"));
	free_ipa(h, unix_part_named(h->frame, "directory", "ipa"));
	kdc(h, span_get(s->text, "kdc"));
	samba(h, unix_part_named(h->frame, "directory", "smb"));
	if (realm.n > 0 && lacks(h, "domain.realm"))
		fact_span(domain_row(h), "realm", realm);
	for (size_t i = 0; i < ARRAY_LEN(managers); i++)
		if (span_is(v, managers[i].path))
			fact_str(domain_row(h), "mdm", managers[i].name);
	if (facts_rows(h->facts, "domain") == 0)
		facts_missing(h->facts, "domain", "the host is in no domain that "
		    "it tells of", "Join it to one, if it should be in one.");
	else if (lacks(h, "domain.controller"))
		facts_missing(h->facts, "domain.controller", "only SSSD, FreeIPA "
		    "and macOS note whom they talk to", "Ask on the host: "
		    "realm list, or wbinfo --dc-info.");
}

/* --- clock --------------------------------------------------------------------------- */

/* "^,*,192.0.2.1,2,10,377,..." or a reference clock "#,*,PPS0,..." */
static bool
chrony(struct fact_row *row, struct span text)
{
	struct span line, f[3];

	while (span_line(&text, &line)) {
		if (!span_field(&line, ',', &f[0]) ||
		    !span_field(&line, ',', &f[1]) ||
		    !span_field(&line, ',', &f[2]) || !span_is(f[1], "*"))
			continue;
		fact_span(row, "source", f[2]);
		return true;
	}
	return false;
}

/* "*192.0.2.1  .GPS.  1 u ..." is the one in use; "o" is one with a pulse */
static bool
ntpq(struct fact_row *row, struct span text)
{
	struct span line, w;

	while (span_line(&text, &line)) {
		if ((!span_starts(line, "*") && !span_starts(line, "o")) ||
		    !span_word(&line, &w) || w.n < 2)
			continue;
		fact_span(row, "source", span_after(w, 1));
		return true;
	}
	return false;
}

/* "server ntp.example iburst", "pool 2.debian.pool.ntp.org", "NTP=a b" */
static void
configured(struct fact_row *row, struct span text)
{
	struct span line, w, rest;

	while (span_line(&text, &line)) {
		rest = line;
		if (span_split(line, '=', &w, &rest) && span_is(w, "NTP")) {
			if (span_word(&rest, &w)) {
				fact_span(row, "source", w);
				return;
			}
			continue;
		}
		rest = line;
		if (span_word(&rest, &w) && span_word(&rest, &w)) {
			fact_span(row, "source", w);
			return;
		}
	}
}

void
parse_clocksource(struct unix_host *h, const struct unix_section *s)
{
	struct fact_row *row = facts_rows(h->facts, "time") == 0 ?
	    facts_row(h->facts, "time") : (struct fact_row *)(uintptr_t)
	    facts_at(h->facts, "time", 0);
	struct span server = unix_part_named(h->frame, "clocksource", "server");
	struct span set = span_get(s->text, "timesync");
	struct span queries = unix_part_named(h->frame, "clocksource", "ntpq");
	struct span sources = unix_part_named(h->frame, "clocksource", "chrony");
	bool known = true;

	/* of systemd's service: the status of a look for its mark */
	if (chrony(row, sources) || ntpq(row, queries) || span_is(set, "0"))
		fact_bool(row, "synchronised", true);
	else if (sources.n > 0 || queries.n > 0 || span_is(set, "1"))
		fact_bool(row, "synchronised", false);
	else
		known = false;
	if (lacks(h, "time.source") && span_get(server, "ServerName").n > 0)
		fact_key(row, "source", server, "ServerName");
	if (lacks(h, "time.source"))
		configured(row, unix_part_named(h->frame, "clocksource", "conf"));
	if (!known)
		facts_missing(h->facts, "time.synchronised", "the host has no "
		    "time service that says so to an ordinary account",
		    "Compare time.skewSeconds, which is measured.");
	if (lacks(h, "time.source"))
		facts_missing(h->facts, "time.source", "no time server is "
		    "configured that we could find", "Set up chrony, ntpd or "
		    "systemd-timesyncd on the host.");
}
