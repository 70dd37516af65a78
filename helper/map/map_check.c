/* map_check.c: is a rule sound?  Each mistake names the member and the remedy. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/base/text.h"
#include "helper/map/fact.h"
#include "helper/map/map_rules.h"

#define FIELD_MAX	128
#define NAME_MAX_LEN	256	/* a WMI class or property */
#define REGEX_MAX	256
#define REPEAT_MAX	1000	/* product of all {n,m}: they multiply in memory */

static bool
bad(struct map_problem *p, const char *member, const char *fmt, ...)
    PRINTF(3, 4);

static bool
bad(struct map_problem *p, const char *member, const char *fmt, ...)
{
	va_list ap;

	p->member = member;
	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
	return false;
}

/* --- small words ------------------------------------------------------------- */

/* Only these octets, and not empty. */
static bool
made_of(const char *s, const char *more, size_t max)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if (!isalnum((unsigned char)s[n]) && strchr(more, s[n]) == NULL)
			return false;
	return n > 0 && n <= max;
}

static bool
has_control(const char *s, const char *allowed)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 || *s == 0x7f) &&
		    strchr(allowed, *s) == NULL)
			return true;
	return false;
}

static bool
check_field(const char *field, struct map_problem *p)
{
	if (field == NULL)
		return bad(p, "field", "the asset field is missing");
	if (strchr(field, '.') == NULL || !made_of(field, "._-", FIELD_MAX))
		return bad(p, "field", "\"%.60s\" is no field name: a dotted "
		    "name such as spartez.network, of letters, digits, dot, _ "
		    "and -", field);
	return true;
}

/* A WQL condition: quotes and parentheses closed, one line. */
static bool
check_filter(const char *s, struct map_problem *p)
{
	char quote = '\0';
	int depth = 0;

	if (*s == '\0' || has_control(s, "\t\n"))
		return bad(p, "filter", "the filter is empty or has control "
		    "characters");
	for (; *s != '\0' && depth >= 0; s++) {
		if (quote != '\0') {
			if (*s == '\\' && s[1] != '\0')
				s++;
			else if (*s == quote)
				quote = '\0';
		} else if (*s == '"' || *s == '\'') {
			quote = *s;
		} else {
			depth += (*s == '(') - (*s == ')');
		}
	}
	if (quote != '\0' || depth != 0)
		return bad(p, "filter", "the filter has a quote or parenthesis "
		    "without its partner");
	return true;
}

/* --- where from ---------------------------------------------------------------- */

bool
map_from_fits(const struct map_from *f, enum map_os os)
{
	switch (f->kind) {
	case NEED_FACT:
		return true;
	case NEED_CLASS: case NEED_REGISTRY:
		return os == MAP_WINDOWS;
	case NEED_FILE: case NEED_SYSCTL: case NEED_COMMAND:
		return os != MAP_WINDOWS;
	}
	return false;
}

static bool
unknown_fact(const char *name, struct map_problem *p)
{
	struct nearest near = { .wanted = name };
	char dotted[2 * MAP_NAME_MAX];

	for (size_t i = 0; i < fact_infos(); i++) {
		const struct fact_info *f = fact_info_at(i);

		snprintf(dotted, sizeof(dotted), "%s.%s", f->class, f->name);
		nearest_offer(&near, dotted);
	}
	if (nearest_name(&near) != NULL)
		return bad(p, "from", "there is no fact \"%.60s\"; is it %s?",
		    name, nearest_name(&near));
	return bad(p, "from", "there is no fact \"%.60s\"; `assetscan wmi` and "
	    "`assetscan ssh` list them with --facts", name);
}

static bool
check_source(const struct map_from *f, struct map_problem *p)
{
	static const char *const hives[] = { "HKLM\\", "HKU\\", "HKCR\\",
		"HKCU\\", "HKCC\\", "HKEY_LOCAL_MACHINE\\", "HKEY_USERS\\",
		"HKEY_CLASSES_ROOT\\", "HKEY_CURRENT_USER\\",
		"HKEY_CURRENT_CONFIG\\" };

	switch (f->kind) {
	case NEED_FACT:
		return fact_info(f->what) != NULL || unknown_fact(f->what, p);
	case NEED_CLASS:
		if (!made_of(f->what, "_", NAME_MAX_LEN) || f->property == NULL ||
		    !made_of(f->property, "_", NAME_MAX_LEN))
			return bad(p, "from", "a WMI class and a property are "
			    "needed, of letters, digits and _");
		if (f->wmi_namespace != NULL &&
		    !made_of(f->wmi_namespace, "_\\/- ", NAME_MAX_LEN))
			return bad(p, "from", "that is no WMI namespace; one is "
			    "root\\cimv2");
		return f->filter == NULL || check_filter(f->filter, p);
	case NEED_REGISTRY:
		for (size_t i = 0; i < ARRAY_LEN(hives); i++)
			if (strncasecmp(f->what, hives[i],
			    strlen(hives[i])) == 0 && !has_control(f->what, ""))
				return true;
		return bad(p, "from", "a registry path starts with HKLM\\ or "
		    "another hive");
	case NEED_FILE:
		if (f->what[0] != '/' || has_control(f->what, ""))
			return bad(p, "from", "a file is named with its whole "
			    "path, from /");
		return true;
	case NEED_SYSCTL:
		return made_of(f->what, "._-", NAME_MAX_LEN) ||
		    bad(p, "from", "that is no name for sysctl; one is "
		    "kern.boottime");
	case NEED_COMMAND:
		return (f->what[0] != '\0' && !has_control(f->what, "\t\n")) ||
		    bad(p, "from", "the command is empty or has control "
		    "characters");
	}
	return false;
}

static bool
check_from(const struct map_from *f, unsigned os, struct map_problem *p)
{
	if (!f->set || f->what == NULL)
		return bad(p, "from", "it is not said where the value comes "
		    "from");
	if (!check_source(f, p))
		return false;
	/* A part for all systems takes what fits each; a named system all. */
	for (unsigned i = 0; i < MAP_OS_COUNT; i++)
		if ((os & 1u << i) != 0 && !map_from_fits(f, (enum map_os)i) &&
		    os != MAP_ALL_OS)
			return bad(p, "from", "%s cannot be asked that",
			    map_os_name((enum map_os)i));
	return true;
}

/* --- templates ----------------------------------------------------------------- */

/* "{0}" and "{name}"; "{{" and "}}" stand for the braces themselves. */
bool
map_template_next(const char **at, const char **text, size_t *n,
    char out[static MAP_NAME_MAX])
{
	const char *p = *at;
	size_t len;

	*text = p;
	for (; *p != '\0'; p++) {
		if (*p != '{' && *p != '}')
			continue;
		if (p[1] == *p) {	/* shown once: the text ends after it */
			*n = (size_t)(p - *text) + 1;
			*at = p + 2;
			out[0] = '\0';
			return true;
		}
		len = strcspn(p + 1, "{}");
		if (*p == '}' || p[1 + len] != '}' || len == 0 ||
		    len >= MAP_NAME_MAX)
			continue;	/* no placeholder: map_check refuses it */
		*n = (size_t)(p - *text);
		memcpy(out, p + 1, len);
		out[len] = '\0';
		*at = p + len + 2;
		return true;
	}
	*n = (size_t)(p - *text);
	*at = p;
	out[0] = '\0';
	return false;
}

static bool
check_name(const struct map_rule *r, const char *name, struct map_problem *p)
{
	char dotted[2 * MAP_NAME_MAX + 2];

	if (strcmp(name, "0") == 0)
		return true;
	if (isdigit((unsigned char)name[0]))
		return bad(p, "template", "{%s} is not known: there is one "
		    "value, {0}", name);
	if (r->from.kind == NEED_CLASS && made_of(name, "_", NAME_MAX_LEN))
		return true;
	snprintf(dotted, sizeof(dotted), "%.*s.%s",
	    (int)strcspn(r->from.what, "."), r->from.what, name);
	if (r->from.kind == NEED_FACT && fact_info(dotted) != NULL)
		return true;
	return bad(p, "template", "{%s} is not known; {0} is the value, other "
	    "names are properties of the same fact or class", name);
}

static bool
check_template(const struct map_rule *r, struct map_problem *p)
{
	const char *at = r->template, *text;
	char name[MAP_NAME_MAX];
	bool value = false, more;
	size_t n;

	if (r->template == NULL)
		return true;
	do {
		more = map_template_next(&at, &text, &n, name);
		if (more && name[0] == '\0')
			n--;		/* without the doubled brace */
		for (size_t i = 0; i < n; i++)
			if (text[i] == '{' || text[i] == '}')
				return bad(p, "template", "a brace without its "
				    "partner; {0} is the value, {{ is a brace");
		if (name[0] != '\0') {
			value = true;
			if (!check_name(r, name, p))
				return false;
		}
	} while (more);
	return value || bad(p, "template", "there is no {0}, so the value "
	    "would not be shown");
}

/* --- regular expressions --------------------------------------------------------- */

/* What would cost the scanner more than it is worth. */
static bool
regex_is_cheap(const char *s, struct map_problem *p)
{
	unsigned long product = 1, v;
	char *end;

	if (*s == '\0' || strlen(s) > REGEX_MAX)
		return bad(p, "regex", "it is empty or longer than %d "
		    "characters", REGEX_MAX);
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0') {
			if (isdigit((unsigned char)*++s))
				return bad(p, "regex", "a back-reference \\%c "
				    "is not taken", *s);
		} else if (*s == '{') {
			v = strtoul(s + 1, &end, 10);
			if (*end == ',' && isdigit((unsigned char)end[1]))
				v = strtoul(end + 1, NULL, 10);
			if (v > REPEAT_MAX || (product *= v > 0 ? v : 1) >
			    REPEAT_MAX)
				return bad(p, "regex", "it repeats more than %d "
				    "times", REPEAT_MAX);
		}
	}
	return true;
}

static bool
check_regex(struct map_rule *r, struct map_problem *p)
{
	char text[160];
	int rc;

	if (r->regex == NULL)
		return true;
	if (!regex_is_cheap(r->regex, p))
		return false;
	if ((r->compiled = malloc(sizeof(*r->compiled))) == NULL)
		return bad(p, "regex", "no memory for it");
	if ((rc = regcomp(r->compiled, r->regex, REG_EXTENDED)) != 0) {
		regerror(rc, r->compiled, text, sizeof(text));
		free(r->compiled);
		r->compiled = NULL;
		return bad(p, "regex", "%s (POSIX extended syntax)", text);
	}
	return true;
}

/* --- tolerances ---------------------------------------------------------------------- */

bool
map_tolerance_parse(const char *text, struct map_tolerance *t)
{
	char number[40];
	size_t n = strlen(text);

	t->percent = n > 0 && text[n - 1] == '%';
	if (n >= sizeof(number) || !text_copy(number, sizeof(number), text))
		return false;
	if (t->percent)
		number[n - 1] = '\0';
	return text_double(text_trim(number), &t->by) && isfinite(t->by) &&
	    t->by > 0;
}

/* --- parts ------------------------------------------------------------------------ */

bool
map_check_rule(struct map_rule *r, unsigned os, struct map_problem *p)
{
	if (!check_field(r->field, p) || !check_from(&r->from, os, p))
		return false;
	if (r->divide < 0 || !isfinite(r->divide))
		return bad(p, "divide", "the divisor must be a number above 0");
	if (r->decimals > 9)
		return bad(p, "decimals", "at most 9 decimals");
	if (r->join != NULL && r->list)
		return bad(p, "join", "either join or list");
	if (r->join != NULL && strlen(r->join) > 16)
		return bad(p, "join", "what stands between the values has at "
		    "most 16 characters");
	if (r->tolerance.by > 0 && (r->join != NULL || r->list))
		return bad(p, "tolerance", "it is for one number, not for all "
		    "rows (join, list)");
	return check_template(r, p) && check_regex(r, p);
}

/* Keys that say of themselves what they are. */
static const struct {
	enum map_need_kind from;
	const char *what;		/* the fact, or the property */
	enum map_key_kind kind;
} key_kinds[] = {
	{ NEED_FACT, "identity.mac", KEY_MAC }, { NEED_FACT, "nic.mac", KEY_MAC },
	{ NEED_FACT, "nic.permanentMac", KEY_MAC },
	{ NEED_CLASS, "MACAddress", KEY_MAC },
	{ NEED_FACT, "identity.serial", KEY_SERIAL },
	{ NEED_FACT, "sys.serial", KEY_SERIAL },
	{ NEED_FACT, "sys.chassisSerial", KEY_SERIAL },
	{ NEED_FACT, "sys.assetTag", KEY_SERIAL },
	{ NEED_CLASS, "SerialNumber", KEY_SERIAL },
	{ NEED_CLASS, "IdentifyingNumber", KEY_SERIAL },
	{ NEED_CLASS, "SMBIOSAssetTag", KEY_SERIAL },
	{ NEED_FACT, "identity.uuid", KEY_UUID }, { NEED_FACT, "sys.uuid", KEY_UUID },
	{ NEED_CLASS, "UUID", KEY_UUID },
};

bool
map_check_key(struct map_key_rule *k, unsigned os, struct map_problem *p)
{
	const char *what;

	if (!check_field(k->field, p))
		return false;
	if (!k->from.set) {		/* MAC addresses, as ever */
		k->from = (struct map_from){ .set = true, .kind = NEED_FACT,
			.what = strdup("identity.mac") };
	}
	if (!check_from(&k->from, os, p))
		return false;
	if (k->kind_set)
		return true;
	/* A matcher's command prints MAC addresses, one a line. */
	k->kind = k->from.kind == NEED_COMMAND ? KEY_MAC : KEY_TEXT;
	what = k->from.kind == NEED_CLASS ? k->from.property : k->from.what;
	for (size_t i = 0; i < ARRAY_LEN(key_kinds); i++)
		if (key_kinds[i].from == k->from.kind &&
		    strcasecmp(key_kinds[i].what, what) == 0)
			k->kind = key_kinds[i].kind;
	return true;
}

bool
map_check_system(const struct map_system *s, struct map_problem *p)
{
	const char *part = s->path;

	if (s->filter != NULL && (s->os & 1u << MAP_WINDOWS) == 0)
		return bad(p, "filter", "a filter is for Windows' network "
		    "adapters; elsewhere give a command that prints the MAC "
		    "addresses");
	if (s->filter != NULL && !check_filter(s->filter, p))
		return false;
	for (; part != NULL; part = strchr(part, ':')) {
		if (part != s->path)
			part++;
		if (*part != '/' || has_control(part, ""))
			return bad(p, "path", "the path is a list of folders "
			    "from /, with colons between");
	}
	return true;
}

/* --- what hurts a host ------------------------------------------------------------- */

/* Classes that hang or burden a host; `unless`: a filter with this word makes
 * it bearable.  What to ask instead. */
static const struct { const char *class, *unless, *advice; } heavy[] = {
	{ "Win32_Product", NULL, "asking it makes Windows Installer check and "
	    "repair every package; take the section \"software\", which reads "
	    "the registry" },
	{ "Win32_SoftwareElement", NULL, "it starts Windows Installer's checks; "
	    "take the section \"software\"" },
	{ "Win32_SoftwareFeature", NULL, "it starts Windows Installer's checks; "
	    "take the section \"software\"" },
	{ "Win32_InstalledSoftwareElement", NULL, "it starts Windows "
	    "Installer's checks; take the section \"software\"" },
	{ "Win32_PatchPackage", NULL, "it starts Windows Installer's checks; "
	    "take Win32_QuickFixEngineering" },
	{ "Win32_ApplicationService", NULL, "it starts Windows Installer's "
	    "checks; take Win32_Service" },
	{ "Win32_InstalledStoreProgram", NULL, "it is slow; read the registry's "
	    "AppxAllUserStore" },
	{ "CIM_DataFile", "name", "without a filter on Name it walks every disk; "
	    "filter by the whole path" },
	{ "CIM_LogicalFile", "name", "without a filter on Name it walks every "
	    "disk; filter by the whole path" },
	{ "Win32_Directory", "name", "without a filter on Name it walks every "
	    "disk; filter by the whole path" },
	{ "Win32_SubDirectory", NULL, "it walks every disk; ask Win32_Directory "
	    "with a filter on Name" },
	{ "CIM_DirectoryContainsFile", NULL, "it walks every disk; ask "
	    "CIM_DataFile with a filter on Name" },
	{ "Win32_ShortcutFile", "name", "it walks every disk" },
	{ "Win32_CodecFile", "name", "it reads every file of the system folder" },
	{ "CIM_LogicalElement", NULL, "it asks every class there is; name the "
	    "class that is meant" },
	{ "CIM_ManagedSystemElement", NULL, "it asks every class there is; name "
	    "the class that is meant" },
	{ "CIM_LogicalDevice", NULL, "it asks every kind of device; name the "
	    "class that is meant" },
	{ "Win32_UserAccount", "localaccount", "without the filter "
	    "LocalAccount=TRUE it lists the whole domain" },
	{ "Win32_Account", "localaccount", "without the filter "
	    "LocalAccount=TRUE it lists the whole domain" },
	{ "Win32_Group", "localaccount", "without the filter LocalAccount=TRUE "
	    "it lists the whole domain" },
	{ "Win32_GroupUser", "groupcomponent", "without a filter on "
	    "GroupComponent it lists the whole domain" },
	{ "Win32_NTDomain", NULL, "it asks domain controllers and may wait long; "
	    "take the fact host.domain" },
	{ "Win32_NetworkLoginProfile", NULL, "it asks domain controllers; take "
	    "Win32_UserProfile" },
	{ "Win32_ShadowStorage", NULL, "it may hang; take the section "
	    "\"shadow\", which has a limit of its own" },
	{ "Win32_NTLogEvent", "timegenerated", "without a filter on "
	    "TimeGenerated it reads whole event logs" },
	{ "Win32_ReliabilityRecords", "timegenerated", "without a filter on "
	    "TimeGenerated it is slow" },
	{ "SoftwareLicensingProduct", "partialproductkey", "without the filter "
	    "PartialProductKey IS NOT NULL it takes half a minute" },
	{ "Win32_LoggedOnUser", NULL, "it keeps dead sessions; take the fact "
	    "user.current" },
	{ "Win32_PnPSignedDriver", NULL, "it verifies every driver and is slow" },
};

static const char *const wmi_classes[] = {
#define WMI_CLASS(name) #name,
#include "helper/map/wmi_classes.def"
#undef WMI_CLASS
};

const char *
map_class_meant(const char *class)
{
	struct nearest near = { .wanted = class };
	const char *meant;

	for (size_t i = 0; i < ARRAY_LEN(wmi_classes); i++)
		nearest_offer(&near, wmi_classes[i]);
	if (strcasecmp(near.best, class) == 0 ||
	    (meant = nearest_name(&near)) == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(wmi_classes); i++)
		if (strcmp(wmi_classes[i], meant) == 0)
			return wmi_classes[i];
	return NULL;
}

const char *
map_class_advice(const char *class, const char *filter)
{
	for (size_t i = 0; i < ARRAY_LEN(heavy); i++)
		if (strcasecmp(heavy[i].class, class) == 0 &&
		    (heavy[i].unless == NULL || filter == NULL ||
		    strcasestr(filter, heavy[i].unless) == NULL))
			return heavy[i].advice;
	return NULL;
}
