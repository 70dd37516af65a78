/* unix_guards.c: virus scanners, firewall, encryption, TPM, and what else guards
 * a Unix host.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/map/identity.h"
#include "helper/unix/unix_parse.h"

/* --- virus scanners ------------------------------------------------------------------ */

static const struct guard { const char *name, *path, *process; } guards[] = {
#define GUARD(name, path, process) { name, path, process },
#include "helper/unix/unix_guards.def"
#undef GUARD
};

/* The "?" of a pattern stands for a blank. */
static bool
path_is(struct span s, const char *pattern)
{
	if (s.n != strlen(pattern))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != pattern[i] && !(pattern[i] == '?' && s.p[i] == ' '))
			return false;
	return true;
}

/* A line that begins with the name: systems cut it at 15 octets. */
static bool
runs(struct span text, const char *process)
{
	struct span line;

	while (span_line(&text, &line))
		if (line.n > 0 && span_starts(line, process))
			return true;
	return false;
}

static struct fact_row *
antivirus(struct unix_host *h, const char *name)
{
	struct fact_row *row;

	for (size_t i = 0; i < facts_rows(h->facts, "antivirus"); i++) {
		const struct fact_row *have = facts_at(h->facts, "antivirus", i);

		if (fact_text(have, "name") != NULL &&
		    strcmp(fact_text(have, "name"), name) == 0)
			return (struct fact_row *)(uintptr_t)have;
	}
	if ((row = unix_row(h, "antivirus", 200)) != NULL)
		fact_str(row, "name", name);
	return row;
}

static void
products(struct unix_host *h, struct span text)
{
	struct span running = span_first(unix_part_named(h->frame, "guards",
	    "running"), 60000);
	struct span line;

	text = span_first(text, 20000);		/* they come first */
	while (span_line(&text, &line)) {
		if (!span_starts(line, "guard="))
			continue;
		line = span_after(line, 6);
		for (size_t i = 0; i < ARRAY_LEN(guards); i++) {
			struct fact_row *row;

			if (!path_is(line, guards[i].path))
				continue;
			row = antivirus(h, guards[i].name);
			if (guards[i].process[0] != '\0')
				fact_bool(row, "enabled", runs(running,
				    guards[i].process));
			else if (fact_get(row, "enabled") == NULL)
				fact_bool(row, "enabled", false);
			break;
		}
	}
}

static bool
number_of(const json_t *o, const char *key, uint64_t *n)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_string(v))
		return span_u64(span_of(json_string_value(v)), n);
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*n = (uint64_t)json_integer_value(v);
	return true;
}

/* Members are values, or objects with a member "value". */
static const json_t *
member(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_object(v) ? json_object_get(v, "value") : v;
}

static void
mdatp(struct unix_host *h, struct span text)
{
	json_t *o = unix_json(text);
	struct fact_row *row;
	const json_t *v;
	const char *status;
	uint64_t ms;

	if (!json_is_object(o)) {
		json_decref(o);
		return;
	}
	row = antivirus(h, "Microsoft Defender for Endpoint");
	fact_str(row, "version", json_string_value(json_object_get(o,
	    "appVersion")));
	v = member(o, "realTimeProtectionEnabled");
	if (json_is_boolean(v))
		fact_bool(row, "enabled", json_is_true(v));
	v = json_object_get(o, "definitionsStatus");
	status = json_string_value(json_is_object(v) ?
	    json_object_get(v, "$type") : v);
	if (status != NULL)
		fact_bool(row, "upToDate", strcmp(status, "upToDate") == 0 ||
		    strcmp(status, "up_to_date") == 0);
	if (number_of(o, "definitionsUpdated", &ms) && ms < 1ull << 50)
		fact_time(row, "signatures", (int64_t)ms);
	v = member(o, "passiveModeEnabled");
	if (json_is_boolean(v))
		fact_str(row, "mode", json_is_true(v) ? "passive" : "normal");
	json_decref(o);
}

/* "ClamAV 1.0.3/27023/Thu Sep  7 07:38:34 2023": the program, its signatures */
static void
clamav(struct unix_host *h, struct span text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct span version, rest, number, date;
	struct fact_row *row;
	struct tm tm = { .tm_mday = 0 };
	char line[64], month[4];
	const char *at;

	if (!span_starts(text, "ClamAV "))
		return;
	row = antivirus(h, "ClamAV");
	text = span_trim(span_after(text, 7));
	if (!span_split(text, '/', &version, &rest)) {
		fact_span(row, "version", text);
		return;
	}
	fact_span(row, "version", version);
	if (!span_split(rest, '/', &number, &date) || date.n >= sizeof(line) ||
	    sscanf(span_text(date, line, sizeof(line)),
	    "%*3s %3s %2d %2d:%2d:%2d %4d", month, &tm.tm_mday, &tm.tm_hour,
	    &tm.tm_min, &tm.tm_sec, &tm.tm_year) != 6 || strlen(month) != 3 ||
	    (at = strstr(months, month)) == NULL || tm.tm_year < 1970 ||
	    tm.tm_year > 9999)
		return;
	tm.tm_mon = (int)(at - months) / 3;
	tm.tm_year -= 1900;
	fact_time(row, "signatures", (int64_t)timegm(&tm) * 1000);
}

/* macOS: "*\t*\tTEAM\tcom.vendor.agent (7.1/7.1.2)\tFalcon\t[activated enabled]"
 * below "--- com.apple.system_extension.endpoint_security" */
static void
extensions(struct unix_host *h, struct span text)
{
	struct span line, f[6];
	bool security = false;

	while (span_line(&text, &line)) {
		struct fact_row *row;
		char name[200];
		size_t n = 0;

		if (span_starts(line, "---")) {
			security = span_has(line, "endpoint_security");
			continue;
		}
		while (n < 6 && span_field(&line, '\t', &f[n]))
			n++;
		if (!security || n < 6 || span_is(f[4], "name") || f[4].n == 0)
			continue;
		row = antivirus(h, span_text(f[4], name, sizeof(name)));
		fact_bool(row, "enabled", span_has(f[5], "activated enabled"));
		fact_span(row, "version", span_between(f[3], "(", "/"));
	}
}

static void
xprotect(struct unix_host *h, struct span text)
{
	struct span version = span_get(text, "version");
	struct fact_row *row;
	uint64_t s;

	if (version.n == 0)
		return;
	row = antivirus(h, "Apple XProtect");
	fact_bool(row, "enabled", true);
	fact_span(row, "version", version);
	if (span_u64(span_get(text, "made"), &s) && s < 1ull << 40)
		fact_time(row, "signatures", (int64_t)s * 1000);
}

/* --- firewall ------------------------------------------------------------------------ */

static void
firewall(struct unix_host *h, struct span name, bool on)
{
	struct fact_row *row;

	if (name.n == 0)
		return;
	for (size_t i = 0; i < facts_rows(h->facts, "firewall"); i++) {
		const struct fact_row *have = facts_at(h->facts, "firewall", i);
		const char *n = fact_text(have, "name");

		if (n == NULL || !span_is(name, n))
			continue;
		fact_bool((struct fact_row *)(uintptr_t)have, "enabled", on);
		return;
	}
	row = unix_row(h, "firewall", 50);
	fact_span(row, "name", name);
	fact_str(row, "profile", "all");
	fact_bool(row, "enabled", on);
}

/* "pf_enable="YES"", OpenBSD's "pf=NO"; the last one counts */
static void
rc_conf(struct unix_host *h, struct span text)
{
	struct span line, key, v;

	while (span_line(&text, &line)) {
		if (!span_split(line, '=', &key, &v))
			continue;
		if (key.n > 7 && memcmp(key.p + key.n - 7, "_enable", 7) == 0)
			key.n -= 7;
		if (span_is(key, "firewall"))
			key = span_of("ipfw");
		if (facts_rows(h->facts, "firewall") == 0 ||
		    !span_has(v, "NO") || span_has(v, "YES"))
			firewall(h, key, span_has(v, "YES") || span_has(v, "yes"));
	}
}

static void
firewalls(struct unix_host *h, struct span text)
{
	struct span names = span_get(text, "units"), name, line, rest = text, v;
	struct span active = unix_part_named(h->frame, "guards", "active");
	struct span alf = unix_part_named(h->frame, "guards", "alf");

	while (span_line(&rest, &line)) {
		if (!span_starts(line, "init="))
			continue;
		line = span_after(line, 5);
		if (span_word(&line, &name) && span_word(&line, &v))
			firewall(h, name, span_is(v, "on"));
	}
	while (span_word(&names, &name) && span_line(&active, &line))
		firewall(h, name, span_is(line, "active"));
	/* its unit has done its work also where it did nothing */
	text = unix_part_named(h->frame, "guards", "ufw");
	if (text.n > 0)
		firewall(h, span_of("ufw"), span_has(text, "ENABLED=yes"));
	text = unix_part_named(h->frame, "guards", "openwrt");
	if (text.n > 0)
		firewall(h, span_of("OpenWrt firewall"), span_starts(text, "on"));
	if (alf.n > 0)
		firewall(h, span_of("Application Firewall"),
		    span_has(alf, "State = 1") || span_has(alf, "State = 2"));
	rc_conf(h, unix_part_named(h->frame, "guards", "rcconf"));
	if (facts_rows(h->facts, "firewall") == 0)
		facts_missing(h->facts, "firewall", "no firewall service that we "
		    "know is installed; rules that something else loaded are "
		    "seen by root only", "Look at the host as root: nft list "
		    "ruleset, or iptables-save.");
}

/* --- encryption ------------------------------------------------------------------------ */

/* "CRYPT-LUKS2-<uuid>-name" of device mapper */
static const struct { const char *prefix, *product, *method; } crypts[] = {
	{ "CRYPT-LUKS2-", "LUKS", "LUKS2" }, { "CRYPT-LUKS1-", "LUKS", "LUKS1" },
	{ "CRYPT-BITLK-", "BitLocker", NULL }, { "CRYPT-TCRYPT-", "VeraCrypt", NULL },
	{ "CRYPT-PLAIN-", "dm-crypt", "plain" },
};

static void
encryption(struct unix_host *h, struct span volume, const char *product,
    const char *method, bool on)
{
	struct fact_row *row = unix_row(h, "encryption", 2000);

	fact_span(row, "volume", volume);
	fact_str(row, "product", product);
	fact_bool(row, "enabled", on);
	fact_str(row, "state", on ? "encrypted" : "not encrypted");
	fact_str(row, "method", method);
}

/* A LUKS partition of which device mapper makes nothing. */
static void
locked(struct unix_host *h, struct span disks)
{
	struct span rest = disks, name, t, line;
	struct lookup open = { .n = 0 };

	while (unix_part(h->frame, &rest, &name, &t))
		if (span_starts(span_get(t, "dmuuid"), "CRYPT-"))
			while (span_line(&t, &line))
				if (span_starts(line, "slave="))
					lookup_add(&open, span_after(line, 6), line);
	lookup_sort(&open);
	rest = disks;
	while (unix_part(h->frame, &rest, &name, &t)) {
		const char *slash = name.n > 0 ? memrchr(name.p, '/', name.n) :
		    NULL;
		struct span last = slash == NULL ? name : span_after(name,
		    (size_t)(slash - name.p) + 1);
		struct fact_row *row;

		if (!span_is(span_get(t, "ID_FS_TYPE"), "crypto_LUKS") ||
		    lookup_get(&open, last, &line))
			continue;
		row = unix_row(h, "encryption", 2000);
		fact_span(row, "volume", last);
		fact_str(row, "product", "LUKS");
		fact_bool(row, "enabled", true);
		fact_str(row, "state", "locked");
	}
	lookup_free(&open);
}

/* What device mapper decrypts, and each file system whether it lies on such. */
static void
linux_encryption(struct unix_host *h)
{
	struct span rest = span_first(unix_text(h->frame, "disks"),
	    UNIX_LIST_MAX), name, t;

	while (!h->container && unix_part(h->frame, &rest, &name, &t)) {
		struct span uuid = span_get(t, "dmuuid");
		struct span called = span_get(t, "dmname");

		for (size_t i = 0; i < ARRAY_LEN(crypts); i++)
			if (span_starts(uuid, crypts[i].prefix))
				encryption(h, called.n > 0 ? called : name,
				    crypts[i].product, crypts[i].method, true);
	}
	if (!h->container)
		locked(h, span_first(unix_text(h->frame, "disks"),
		    UNIX_LIST_MAX));
	for (size_t i = 0; i < facts_rows(h->facts, "volume"); i++) {
		const struct fact_row *v = facts_at(h->facts, "volume", i);
		const struct fact *on = fact_get(v, "encrypted");

		if (on != NULL && on->type == FACT_BOOL &&
		    fact_text(v, "mount") != NULL)
			encryption(h, span_of(fact_text(v, "mount")),
			    on->b ? "LUKS" : NULL, NULL, on->b);
	}
	rest = unix_part_named(h->frame, "guards", "zfs");
	while (span_line(&rest, &t))
		if (span_word(&t, &name))
			encryption(h, name, span_is(span_trim(t), "off") ? NULL :
			    "ZFS", NULL, !span_is(span_trim(t), "off"));
}

static void
encryptions(struct unix_host *h)
{
	struct span vault = unix_part_named(h->frame, "macvolumes", "fdesetup");
	struct span geli = unix_part_named(h->frame, "guards", "geli"), line;

	if (h->kind == KIND_LINUX)
		linux_encryption(h);
	if (vault.n > 0)
		encryption(h, span_of("/"), "FileVault", NULL,
		    span_has(vault, "FileVault is On"));
	while (span_line(&geli, &line))
		if (line.n > 0)
			encryption(h, line, "geli", NULL, true);
	if (facts_rows(h->facts, "encryption") > 0)
		return;
	facts_missing(h->facts, "encryption", h->container ? "this is a "
	    "container: its disks are its host's" : "the host shows no volume "
	    "of which it says whether it is encrypted", h->container ? "Scan "
	    "the computer that it runs on." : "Look at the host as root: "
	    "lsblk, or cryptsetup status.");
}

/* --- TPM --------------------------------------------------------------------------------- */

/* "Manufacturer: 0x49465800" is "IFX" */
static void
tpm_maker(struct fact_row *row, struct span hex)
{
	uint8_t raw[4];
	char text[5] = "";
	size_t n;

	if (span_starts(hex, "0x"))
		hex = span_after(hex, 2);
	n = unix_hex(hex, raw, 4);
	for (size_t i = 0; i < n; i++)
		text[i] = raw[i] >= ' ' && raw[i] < 127 ? (char)raw[i] : '\0';
	fact_span(row, "vendor", span_of(text));
}

static void
tpm(struct unix_host *h, struct span t)
{
	struct fact_row *row;
	struct span major = span_get(t, "major"), line, key, v;
	bool here = span_is(span_get(t, "tpm"), "1");

	if (h->container) {
		facts_missing(h->facts, "tpm", "this is a container: a TPM would "
		    "be its host's", "Scan the computer that it runs on.");
		return;
	}
	if (!here && !span_is(span_get(t, "class"), "1")) {
		facts_missing(h->facts, "tpm", "the kernel has no driver for "
		    "one", "Turn the TPM on in the firmware, or load the "
		    "kernel's driver.");
		return;
	}
	row = facts_row(h->facts, "tpm");
	fact_bool(row, "present", here);
	if (!here)
		return;
	if (span_is(major, "2") || span_has(span_get(t, "description"), "2.0"))
		fact_str(row, "version", "2.0");
	else if (span_is(major, "1"))
		fact_str(row, "version", "1.2");
	if (span_get(t, "enabled").n > 0)
		fact_bool(row, "enabled", span_is(span_get(t, "enabled"), "1"));
	if (span_get(t, "active").n > 0)
		fact_bool(row, "activated", span_is(span_get(t, "active"), "1"));
	while (span_line(&t, &line)) {
		if (!span_split(line, ':', &key, &v))
			continue;
		if (span_is(key, "Manufacturer"))
			tpm_maker(row, v);
		else if (span_is(key, "TCG version"))
			fact_span(row, "version", v);
		else if (span_is(key, "Firmware version"))
			fact_span(row, "firmware", v);
	}
	if (fact_get(row, "vendor") == NULL)
		facts_missing(h->facts, "tpm.vendor", "the kernel tells a TPM "
		    "2.0's maker to root only", "Ask on the host as root: "
		    "tpm2_getcap properties-fixed.");
}

/* --- the rest ------------------------------------------------------------------------------ */

/* "none [integrity] confidentiality" */
static void
protection(struct unix_host *h, struct span t)
{
	struct fact_row *row;
	const struct fact *boot = facts_find(h->facts, "bios.secureBoot");
	const struct fact *firmware = facts_find(h->facts, "bios.type");
	struct span lsm = span_get(t, "lsm"), one, mode;
	char name[60];

	if (h->kind == KIND_OTHER)
		return;
	row = facts_row(h->facts, "protection");
	if (boot != NULL && boot->type == FACT_BOOL)
		fact_bool(row, "secureBoot", boot->b);
	if (firmware != NULL && firmware->type == FACT_STRING)
		fact_str(row, "firmware", firmware->s);
	if (h->kind != KIND_LINUX)
		return;
	while (lsm.n > 0 && span_field(&lsm, ',', &one))
		if (one.n > 0)
			fact_append(row, "accessControl",
			    span_text(one, name, sizeof(name)));
	if (fact_get(row, "accessControl") == NULL &&
	    span_is(span_get(t, "apparmor"), "Y"))
		fact_append(row, "accessControl", "apparmor");
	mode = span_get(t, "selinux");
	if (mode.n > 0)
		fact_str(row, "selinux", span_is(mode, "1") ? "enforcing" :
		    "permissive");
	else if (span_is(span_get(t, "selinux.config"), "1"))
		fact_str(row, "selinux", "disabled");
	fact_span(row, "lockdown", span_between(span_get(t, "lockdown"), "[",
	    "]"));
	if (fact_get(row, "accessControl") == NULL)
		facts_missing(h->facts, "protection.accessControl", "the kernel's "
		    "security file system is not mounted where the account may "
		    "read it", "Mount securityfs at /sys/kernel/security.");
	if (fact_get(row, "secureBoot") == NULL)
		facts_missing(h->facts, "protection.secureBoot", h->container ?
		    "this is a container: the firmware is its host's" :
		    "the host was not started by UEFI, or hides its variables",
		    h->container ? "Scan the computer that it runs on." :
		    "Look at the firmware's settings.");
}

static void
mac_protection(struct unix_host *h)
{
	struct span sip = unix_part_named(h->frame, "guards", "csrutil");
	struct span keeper = unix_part_named(h->frame, "guards", "spctl");
	struct span bridge = unix_part_named(h->frame, "guards", "bridge");
	struct fact_row *row = (struct fact_row *)(uintptr_t)
	    facts_at(h->facts, "protection", 0);

	if (span_has(sip, "status: "))
		fact_bool(row, "systemIntegrity", span_has(sip,
		    "status: enabled"));
	if (span_has(keeper, "assessments "))
		fact_bool(row, "gatekeeper", span_has(keeper,
		    "assessments enabled"));
	if (span_has(bridge, "Secure Boot:"))
		fact_bool(row, "secureBoot", span_has(bridge, "Full") ||
		    span_has(bridge, "Medium") || span_has(bridge, "Reduced"));
}

void
parse_guards(struct unix_host *h, const struct unix_section *s)
{
	products(h, s->text);
	mdatp(h, unix_part_named(h->frame, "guards", "mdatp"));
	clamav(h, unix_part_named(h->frame, "guards", "clamav"));
	extensions(h, span_first(unix_part_named(h->frame, "guards",
	    "extensions"), 60000));
	xprotect(h, unix_part_named(h->frame, "guards", "xprotect"));
	if (facts_rows(h->facts, "antivirus") == 0)
		facts_missing(h->facts, "antivirus", "no product of our list is "
		    "installed where it usually is", "If one lies elsewhere, "
		    "a command of the mapping can ask for it.");
	firewalls(h, s->text);
	encryptions(h);
	if (h->kind == KIND_LINUX)
		tpm(h, unix_part_named(h->frame, "guards", "tpm"));
	protection(h, unix_part_named(h->frame, "guards", "kernel"));
	if (h->kind == KIND_DARWIN)
		mac_protection(h);
}
