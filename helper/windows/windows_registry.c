/* windows_registry.c: values of the registry to facts. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "helper/windows/windows_facts.h"

const struct win_reg win_regs[] = {
#define REG(key, value, kind, class, fact, how, when) \
	{ key, value, WIN_##kind, class, fact, WIN_##how, WIN_##when },
#include "helper/windows/windows_registry.def"
};
const size_t win_nregs = ARRAY_LEN(win_regs);
_Static_assert(ARRAY_LEN(win_regs) <= WIN_REGS_MAX, "raise WIN_REGS_MAX");

const char *const win_keys[WK_COUNT] = {
#define KEYS(id, key) [WK_##id] = key,
#include "helper/windows/windows_registry.def"
};

const struct win_sub win_subs[] = {
#define SUB(id, value, kind) { WK_##id, value, WIN_##kind },
#include "helper/windows/windows_registry.def"
};
const size_t win_nsubs = ARRAY_LEN(win_subs);

static const struct { enum win_keys keys; const char *class, *fact; } uses[] = {
#define FOR(id, class, fact) { WK_##id, class, fact },
#include "helper/windows/windows_registry.def"
};

bool
win_want_registry(struct win_ask *ask, const char *class, const char *fact)
{
	bool known = false;

	for (size_t i = 0; i < win_nregs; i++)
		if (win_same_word(class, win_regs[i].class) && (fact == NULL ||
		    win_same_word(fact, win_regs[i].fact)))
			ask->reg[i] = known = true;
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (win_same_word(class, uses[i].class) && (fact == NULL ||
		    win_same_word(fact, uses[i].fact)))
			ask->keys[uses[i].keys] = known = true;
	return known;
}

bool
win_is_person(const char *sid)
{
	return (strncasecmp(sid, "S-1-5-21-", 9) == 0 ||
	    strncasecmp(sid, "S-1-12-1-", 9) == 0) &&
	    strchr(sid, '_') == NULL && strlen(sid) < 200;
}

bool
win_key_counts(enum win_keys keys, const char *name)
{
	if (keys == WK_PROFILES)
		return win_is_person(name);
	/* the others of a class of devices hold no device */
	return keys != WK_GPUS || (strlen(name) == 4 &&
	    strspn(name, "0123456789") == 4);
}

/* --- why not ----------------------------------------------------------------------- */

static const struct { uint32_t status; const char *why, *fix; } refusals[] = {
	{ 2, "the host's registry has no such value",
	    "Nothing to do, or look on the host with regedit; 32-bit programs "
	    "write below SOFTWARE\\Wow6432Node." },
	{ 5, "the account may not read the key",
	    "Allow the account to read it (regedit, Permissions), or use a "
	    "local administrator." },
};

void
win_reg_refused(struct facts *out, const char *dotted, uint32_t status,
    const char *name)
{
	char why[120];

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].status == status) {
			facts_missing(out, dotted, refusals[i].why,
			    refusals[i].fix);
			return;
		}
	snprintf(why, sizeof(why), "reading the registry gave status %u (%s)",
	    (unsigned)status, name != NULL ? name : "unknown");
	facts_missing(out, dotted, why, NULL);
}

/* --- what was read -------------------------------------------------------------------- */

/* A value may have been read as several kinds, of which one fits. */
static const struct fact_row *
row_of(const struct facts *raw, const char *key, const char *value)
{
	const struct fact_row *found = NULL;

	for (size_t i = 0; i < facts_rows(raw, WIN_REGISTRY); i++) {
		const struct fact_row *row = facts_at(raw, WIN_REGISTRY, i);
		const char *k = fact_text(row, "key");
		const char *v = fact_text(row, "value");

		if (k == NULL || v == NULL || strcasecmp(k, key) != 0 ||
		    strcasecmp(v, value) != 0)
			continue;
		if (win_holds(row, "data"))
			return row;
		found = row;
	}
	return found;
}

/* NULL: it is not there, or may not be read. */
const struct fact *
win_reg_data(const struct facts *raw, const char *key, const char *value)
{
	const struct fact_row *row = row_of(raw, key, value);

	return row != NULL && win_holds(row, "data") ? fact_get(row, "data") :
	    NULL;
}

const char *
win_reg_text(const struct facts *raw, const char *key, const char *value)
{
	const struct fact *f = win_reg_data(raw, key, value);

	return f != NULL && f->type == FACT_STRING && f->s[0] != '\0' ? f->s :
	    NULL;
}

/* --- by hand ---------------------------------------------------------------------------- */

#define VERSION "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define MICROSOFT "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define SESSION "SYSTEM\\CurrentControlSet\\Control\\Session Manager"

/* "22631.2715"; systems that are serviced file by file have no revision. */
static void
level(const struct facts *raw, struct facts *out)
{
	const char *build = win_reg_text(raw, VERSION, "CurrentBuild");
	uint64_t revision;
	char s[80];

	if (build == NULL)
		return;
	if (win_u64(win_reg_data(raw, VERSION, "UBR"), &revision) && revision > 0)
		snprintf(s, sizeof(s), "%.40s.%llu", build,
		    (unsigned long long)revision);
	else
		snprintf(s, sizeof(s), "%.40s", build);
	fact_str(win_one(out, "patch"), "level", s);
}

static const struct { const char *key, *value, *reason; bool counts; } waits[] = {
	{ MICROSOFT "Component Based Servicing\\RebootPending", "",
	    "an installed component", true },
	{ MICROSOFT "WindowsUpdate\\Auto Update\\RebootRequired", "",
	    "an update", true },
	/* leftovers of installers, which need not mean anything */
	{ SESSION, "PendingFileRenameOperations", "files to be renamed", false },
};

static void
restart(const struct win_ask *ask, const struct facts *raw, struct facts *out)
{
	bool pending = false, known = true, any = false;
	uint64_t status;

	(void)ask;
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		const struct fact_row *row = row_of(raw, waits[i].key,
		    waits[i].value);
		bool is = row != NULL && win_holds(row, "data");

		if (waits[i].counts && !is && (row == NULL ||
		    !win_get_u64(row, "status", &status) || status != 2))
			known = false;
		pending = pending || (is && waits[i].counts);
		any = any || is;
		if (is && win_wants_reg(ask, "os", "rebootReasons"))
			fact_append(win_one(out, "os"), "rebootReasons",
			    waits[i].reason);
	}
	if ((known || pending) && win_wants_reg(ask, "os", "rebootPending"))
		fact_bool(win_one(out, "os"), "rebootPending", pending);
	if ((known || pending) && win_wants_reg(ask, "patch", "rebootPending"))
		fact_bool(win_one(out, "patch"), "rebootPending", pending);
	if (known && !any)
		facts_missing(out, "os.rebootReasons",
		    "nothing waits for a restart", "Nothing to do.");
}

#define TIME_POLICY "SOFTWARE\\Policies\\Microsoft\\W32Time\\Parameters"
#define TIME_OWN "SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters"

/* "ntp1.example,0x9 ntp2.example,0x1" -> "ntp1.example, ntp2.example" */
static void
servers(const char *list, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	while (*(list += strspn(list, " ")) != '\0') {
		size_t word = strcspn(list, " "), name = strcspn(list, " ,");

		if (n + name + 3 > cap)
			return;
		n += (size_t)snprintf(out + n, cap - n, "%s%.*s", n > 0 ? ", " :
		    "", (int)name, list);
		list += word;
	}
}

/* Type NTP, NT5DS, AllSync, NoSync. */
static void
time_source(const struct facts *raw, struct facts *out)
{
	const char *type = win_reg_text(raw, TIME_POLICY, "Type");
	const char *list = win_reg_text(raw, TIME_POLICY, "NtpServer");
	struct fact_row *row;
	char names[300] = "", s[400];

	if (type == NULL)
		type = win_reg_text(raw, TIME_OWN, "Type");
	if (list == NULL)
		list = win_reg_text(raw, TIME_OWN, "NtpServer");
	if (type == NULL)
		return;
	if (list != NULL)
		servers(list, names, sizeof(names));
	row = win_one(out, "time");
	if (strcasecmp(type, "NoSync") == 0) {
		fact_str(row, "source", "none");
		fact_bool(row, "synchronised", false);
		return;
	}
	if (strcasecmp(type, "NTP") == 0)
		snprintf(s, sizeof(s), "%s", names);
	else if (strcasecmp(type, "NT5DS") == 0)
		snprintf(s, sizeof(s), "domain");
	else
		snprintf(s, sizeof(s), "domain%s%s", names[0] != '\0' ? ", " :
		    "", names);
	if (s[0] != '\0')
		fact_str(row, "source", s);
	facts_missing(out, "time.synchronised", "only w32tm on the host tells "
	    "whether it is", "Compare time.skewSeconds.");
}

#define WALL_POLICY "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\"
#define WALL_OWN "SYSTEM\\CurrentControlSet\\Services\\SharedAccess" \
	"\\Parameters\\FirewallPolicy\\"

/* What policy says counts before what was set by hand. */
static const struct { const char *profile, *keys[3]; } walls[] = {
	{ "domain", { WALL_POLICY "DomainProfile", WALL_OWN "DomainProfile" } },
	{ "private", { WALL_POLICY "PrivateProfile",
	    WALL_POLICY "StandardProfile", WALL_OWN "StandardProfile" } },
	{ "public", { WALL_POLICY "PublicProfile", WALL_OWN "PublicProfile" } },
};

static void
firewall(const struct facts *raw, struct facts *out)
{
	for (size_t i = 0; i < ARRAY_LEN(walls); i++)
		for (size_t k = 0; k < ARRAY_LEN(walls[i].keys) &&
		    walls[i].keys[k] != NULL; k++) {
			struct fact_row *row;
			uint64_t on;

			if (!win_u64(win_reg_data(raw, walls[i].keys[k],
			    "EnableFirewall"), &on))
				continue;
			row = facts_row(out, "firewall");
			fact_str(row, "name", "Windows Firewall");
			fact_str(row, "profile", walls[i].profile);
			fact_bool(row, "enabled", on != 0);
			break;
		}
}

/* Calls back for each listed key below one that said something. */
const char *
win_reg_next(const struct facts *raw, enum win_keys keys, const char *value,
    size_t *i)
{
	size_t n = strlen(win_keys[keys]);

	for (; *i < facts_rows(raw, WIN_REGISTRY); (*i)++) {
		const struct fact_row *row = facts_at(raw, WIN_REGISTRY, *i);
		const char *k = fact_text(row, "key");
		const char *v = fact_text(row, "value");

		if (k != NULL && v != NULL && win_holds(row, "data") &&
		    strncasecmp(k, win_keys[keys], n) == 0 && k[n] == '\\' &&
		    strcasecmp(v, value) == 0) {
			(*i)++;
			return k;
		}
	}
	return NULL;
}

/* QWORD, or eight octets of it, the lowest first. */
static bool
octets(const struct fact *f, uint64_t *out)
{
	uint64_t octet;

	if (f == NULL || f->type != FACT_LIST)
		return win_u64(f, out);
	*out = 0;
	for (size_t i = 0; i < f->list.n && i < 8; i++) {
		if (!win_u64(&f->list.v[i], &octet))
			return false;
		*out |= (octet & 0xff) << 8 * i;
	}
	return f->list.n >= 4;
}

/* Win32_VideoController's number has 32 bits; the driver's own has 64. */
static void
gpu_memory(const struct facts *raw, struct facts *out)
{
	const char *key;
	uint64_t bytes;

	for (size_t at = 0; (key = win_reg_next(raw, WK_GPUS, "DriverDesc", &at)) !=
	    NULL; ) {
		const char *name = win_reg_text(raw, key, "DriverDesc");

		if (name == NULL || !octets(win_reg_data(raw, key,
		    "HardwareInformation.qwMemorySize"), &bytes) || bytes == 0)
			continue;
		for (size_t i = 0; i < facts_rows(out, "gpu"); i++) {
			struct fact_row *row = win_out(out, "gpu", i);
			const char *mine = fact_text(row, "name");

			if (mine != NULL && strcasecmp(mine, name) == 0)
				fact_uint(row, "memoryBytes", bytes);
		}
	}
}

/* Whether the keys below one could be listed at all; that there is no such key
 * is an answer too. */
static bool
listed(const struct facts *raw, enum win_keys keys, const char *dotted,
    struct facts *out)
{
	const struct fact_row *row = row_of(raw, win_keys[keys], "");
	uint64_t status;

	if (row == NULL)
		facts_missing(out, dotted, "the registry could not be read",
		    "The host's warnings say why.");
	else if (win_get_u64(row, "status", &status) && status != 2)
		win_reg_refused(out, dotted, (uint32_t)status,
		    fact_text(row, "name"));
	else
		return true;
	return false;
}

static void
entra(const struct facts *raw, struct facts *out)
{
	size_t at = 0;
	const char *key = win_reg_next(raw, WK_ENTRA, "TenantId", &at);

	if (!listed(raw, WK_ENTRA, "domain.entraTenant", out))
		return;
	if (key == NULL) {
		facts_missing(out, "domain.entraTenant", "the computer is not "
		    "joined to Entra ID", "Nothing to do.");
		facts_missing(out, "domain.entraUser", "the computer is not "
		    "joined to Entra ID", "Nothing to do.");
		return;
	}
	fact_str(win_one(out, "domain"), "entraTenant",
	    win_reg_text(raw, key, "TenantId"));
	fact_str(win_one(out, "domain"), "entraUser",
	    win_reg_text(raw, key, "UserEmail"));
}

/* EnrollmentState 1: enrolled.  Windows keeps keys of what is no management
 * and of attempts that failed. */
static void
mdm(const struct facts *raw, struct facts *out)
{
	const char *key;
	uint64_t state;

	for (size_t at = 0; (key = win_reg_next(raw, WK_MDM, "ProviderID", &at)) !=
	    NULL; ) {
		const char *provider = win_reg_text(raw, key, "ProviderID");

		if (provider == NULL || !win_u64(win_reg_data(raw, key,
		    "EnrollmentState"), &state) || state != 1)
			continue;
		fact_str(win_one(out, "domain"), "mdm", provider);
		return;
	}
	if (listed(raw, WK_MDM, "domain.mdm", out))
		facts_missing(out, "domain.mdm", "no device management has "
		    "enrolled the computer", "Nothing to do.");
}

/* --- the whole ---------------------------------------------------------------------------- */

bool
win_wants_reg(const struct win_ask *ask, const char *class, const char *fact)
{
	for (size_t i = 0; i < win_nregs; i++)
		if (ask->reg[i] && strcasecmp(win_regs[i].class, class) == 0 &&
		    strcasecmp(win_regs[i].fact, fact) == 0)
			return true;
	return false;
}

bool
win_reg_idle(const struct win_reg *r, const struct facts *out)
{
	return r->how != WIN_BY_HAND && facts_rows(out, r->class) > 0 &&
	    win_holds(facts_at(out, r->class, 0), r->fact);
}

static void
plain(const struct facts *raw, const struct win_reg *r, struct facts *out)
{
	const struct fact_row *row = row_of(raw, r->key, r->value);
	char dotted[100];
	uint64_t status;

	if (row == NULL || win_reg_idle(r, out))
		return;
	snprintf(dotted, sizeof(dotted), "%s.%s", r->class, r->fact);
	if (win_holds(row, "data"))
		win_convert(r->how, fact_get(row, "data"), win_one(out,
		    r->class), r->fact);
	else if (r->when == WIN_ASK && win_get_u64(row, "status", &status))
		win_reg_refused(out, dotted, (uint32_t)status,
		    fact_text(row, "name"));
}

/* What none of them could make: that one may not be read says more than that
 * another is not there. */
static void
explain(const struct facts *raw, const struct win_reg *r, bool there,
    struct facts *out)
{
	const struct fact_row *row = row_of(raw, r->key, r->value);
	char dotted[100];
	uint64_t status;

	if (row == NULL || !win_get_u64(row, "status", &status) ||
	    (status != 2) != there || (facts_rows(out, r->class) > 0 &&
	    win_holds(facts_at(out, r->class, 0), r->fact)))
		return;
	snprintf(dotted, sizeof(dotted), "%s.%s", r->class, r->fact);
	win_reg_refused(out, dotted, (uint32_t)status, fact_text(row, "name"));
}

void
win_registry_by_hand(const struct win_ask *ask, const struct win_rows *rows,
    const struct facts *raw, struct facts *out)
{
	if (win_wants_reg(ask, "patch", "level"))
		level(raw, out);
	if (win_wants_reg(ask, "patch", "rebootPending") ||
	    win_wants_reg(ask, "os", "rebootPending") ||
	    win_wants_reg(ask, "os", "rebootReasons"))
		restart(ask, raw, out);
	if (win_wants_reg(ask, "time", "source"))
		time_source(raw, out);
	if (win_wants_reg(ask, "firewall", "enabled"))
		firewall(raw, out);
	if (ask->keys[WK_GPUS])
		gpu_memory(raw, out);
	if (ask->keys[WK_ENTRA])
		entra(raw, out);
	if (ask->keys[WK_MDM])
		mdm(raw, out);
	win_logons(ask, rows, raw, out);
	for (int there = 1; there >= 0; there--)
		for (size_t i = 0; i < win_nregs; i++)
			if (ask->reg[i] && win_regs[i].how == WIN_BY_HAND)
				explain(raw, &win_regs[i], there != 0, out);
}

void
win_registry_facts(const struct win_ask *ask, const struct facts *raw,
    enum win_when when, struct facts *out)
{
	for (size_t i = 0; i < win_nregs; i++)
		if (ask->reg[i] && win_regs[i].how != WIN_BY_HAND &&
		    win_regs[i].when == when)
			plain(raw, &win_regs[i], out);
}
