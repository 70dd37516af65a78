#include "helper/map/mapping.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/map/map_rules.h"

#define WARNINGS_MAX 100

/* What is asked of Windows' network adapters for a matcher with a filter: what
 * the rules of identity.h look at. */
#define NIC_CLASS "Win32_NetworkAdapter"
static const char *const nic_properties[] = { "MACAddress", "Name",
	"NetConnectionID", "PNPDeviceID", "ServiceName", "PhysicalAdapter",
	"AdapterTypeID" };

static const char *const os_names[MAP_OS_COUNT] = { "linux", "darwin",
	"windows" };
const char *const map_policy_names[3] = { "always", "whenEmpty",
	"neverOverwrite" };
const char *const map_key_kind_names[4] = { "mac", "serial", "uuid", "text" };

int
map_find_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
map_os_name(enum map_os os)
{
	return os_names[os];
}

bool
map_os_by_name(const char *name, enum map_os *os)
{
	int i = map_find_name(os_names, MAP_OS_COUNT, name);

	if (i >= 0)
		*os = (enum map_os)i;
	return i >= 0;
}

/* --- parts ----------------------------------------------------------------- */

static void
from_free(struct map_from *f)
{
	free(f->what);
	free(f->property);
	free(f->wmi_namespace);
	free(f->filter);
}

void
map_key_free(struct map_key_rule *k)
{
	free(k->field);
	from_free(&k->from);
	memset(k, 0, sizeof(*k));
}

void
map_rule_free(struct map_rule *r)
{
	free(r->field);
	from_free(&r->from);
	free(r->regex);
	free(r->template);
	free(r->join);
	if (r->compiled != NULL)
		regfree(r->compiled);
	free(r->compiled);
	memset(r, 0, sizeof(*r));
}

void
mapping_free(struct mapping *m)
{
	if (m == NULL || m == mapping_builtin_made())
		return;
	for (size_t i = 0; i < m->nsystems; i++) {
		struct map_system *s = &m->systems[i];

		for (size_t k = 0; k < s->nkeys; k++)
			map_key_free(&s->keys[k]);
		for (size_t k = 0; k < s->nrules; k++)
			map_rule_free(&s->rules[k]);
		free(s->keys);
		free(s->rules);
		free(s->path);
		free(s->filter);
	}
	for (size_t i = 0; i < MAP_OS_COUNT; i++)
		free(m->needs[i].v);
	for (size_t i = 0; i < m->nwarnings; i++)
		free(m->warnings[i]);
	for (size_t i = 0; i < m->nmade; i++)
		free(m->made[i]);
	free(m->systems);
	free(m->fields);
	free(m->warnings);
	free(m->made);
	free(m);
}

struct map_system *
mapping_add_system(struct mapping *m)
{
	struct map_system *list = reallocarray(m->systems, m->nsystems + 1,
	    sizeof(*list));

	if (list == NULL)
		return NULL;
	m->systems = list;
	list += m->nsystems++;
	memset(list, 0, sizeof(*list));
	return list;
}

struct map_key_rule *
system_add_key(struct map_system *s)
{
	struct map_key_rule *list;

	if (s->nkeys >= MAP_FIELDS_MAX || (list = reallocarray(s->keys,
	    s->nkeys + 1, sizeof(*list))) == NULL)
		return NULL;
	s->keys = list;
	list += s->nkeys++;
	memset(list, 0, sizeof(*list));
	return list;
}

struct map_rule *
system_add_rule(struct map_system *s)
{
	struct map_rule *list;

	if (s->nrules >= MAP_FIELDS_MAX || (list = reallocarray(s->rules,
	    s->nrules + 1, sizeof(*list))) == NULL)
		return NULL;
	s->rules = list;
	list += s->nrules++;
	memset(list, 0, sizeof(*list));
	return list;
}

const struct map_system *
mapping_system(const struct mapping *m, enum map_os os)
{
	for (size_t i = 0; i < m->nsystems; i++)
		if ((m->systems[i].os & 1u << os) != 0)
			return &m->systems[i];
	return NULL;
}

void
map_note(char ***list, size_t *n, bool once, const char *fmt, va_list ap)
{
	char raw[600], text[sizeof(raw)], **more;

	if (*n >= WARNINGS_MAX)
		return;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_line(text, sizeof(text), raw, strlen(raw));
	for (size_t i = 0; once && i < *n; i++)
		if (strcmp((*list)[i], text) == 0)
			return;
	if ((more = reallocarray(*list, *n + 1, sizeof(*more))) == NULL)
		return;
	*list = more;
	if ((more[*n] = strdup(text)) != NULL)
		++*n;
}

/* Once: it may be said for another system too. */
void
mapping_warn(struct mapping *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	map_note(&m->warnings, &m->nwarnings, true, fmt, ap);
	va_end(ap);
}

/* --- needs ------------------------------------------------------------------ */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

/* Names of files and commands differ by case, the others do not. */
static bool
same_need(const struct map_need *a, const struct map_need *b)
{
	if (a->kind != b->kind || !same(a->property, b->property) ||
	    !same(a->wmi_namespace, b->wmi_namespace) ||
	    !same(a->filter, b->filter))
		return false;
	return a->kind == NEED_FILE || a->kind == NEED_COMMAND ||
	    a->kind == NEED_SYSCTL ? strcmp(a->what, b->what) == 0 :
	    strcasecmp(a->what, b->what) == 0;
}

static bool
need(struct mapping *m, enum map_os os, struct map_need one)
{
	struct need_list *list = &m->needs[os];
	struct map_need *v;

	for (size_t i = 0; i < list->n; i++)
		if (same_need(&list->v[i], &one))
			return true;
	if ((v = reallocarray(list->v, list->n + 1, sizeof(*v))) == NULL)
		return false;
	list->v = v;
	v[list->n++] = one;
	return true;
}

/* Takes a text that lives as long as the mapping; NULL: no memory. */
static char *
keep(struct mapping *m, char *text)
{
	char **made = reallocarray(m->made, m->nmade + 1, sizeof(*made));

	if (made != NULL)
		m->made = made;
	if (text == NULL || made == NULL) {
		free(text);
		return NULL;
	}
	made[m->nmade++] = text;
	return text;
}

/* Facts that are made of other facts. */
static const struct { const char *fact, *of; } made_of[] = {
	{ "identity.mac", "nic.mac" },
	{ "identity.serial", "sys.serial" },
	{ "identity.uuid", "sys.uuid" },
};

static struct map_need
need_of(const struct map_system *s, const struct map_from *f)
{
	struct map_need n = { .kind = f->kind, .what = f->what,
		.property = f->property, .wmi_namespace = f->wmi_namespace,
		.filter = f->filter };

	if (f->kind == NEED_COMMAND)
		n.path = s->path;
	for (size_t i = 0; f->kind == NEED_FACT && i < ARRAY_LEN(made_of); i++)
		if (strcasecmp(f->what, made_of[i].fact) == 0)
			n.what = made_of[i].of;
	return n;
}

/* Properties that a template names beside {0}. */
static bool
need_named(struct mapping *m, const struct map_system *s,
    const struct map_rule *r, enum map_os os)
{
	const char *at = r->template, *text;
	char name[MAP_NAME_MAX], *kept;
	struct map_need one = need_of(s, &r->from);
	size_t n;

	if (at == NULL || (one.kind != NEED_CLASS && one.kind != NEED_FACT))
		return true;
	while (map_template_next(&at, &text, &n, name)) {
		int len = (int)strcspn(one.what, ".");

		if (name[0] == '\0' || strcmp(name, "0") == 0)
			continue;
		if (one.kind == NEED_CLASS)
			kept = strdup(name);
		else if (asprintf(&kept, "%.*s.%s", len, r->from.what, name) < 0)
			kept = NULL;
		if ((kept = keep(m, kept)) == NULL)
			return false;
		if (one.kind == NEED_CLASS)
			one.property = kept;
		else
			one.what = kept;
		if (!need(m, os, one))
			return false;
	}
	return true;
}

/* "(the matcher's own) AND MACAddress IS NOT NULL" */
static bool
need_adapters(struct mapping *m, const struct map_system *s)
{
	char *filter;

	if (asprintf(&filter, "(%s) AND MACAddress IS NOT NULL", s->filter) < 0 ||
	    (filter = keep(m, filter)) == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(nic_properties); i++)
		if (!need(m, MAP_WINDOWS, (struct map_need){
		    .kind = NEED_CLASS, .what = NIC_CLASS,
		    .property = nic_properties[i], .filter = filter }))
			return false;
	return true;
}

static bool
find_needs(struct mapping *m, const struct map_system *s, enum map_os os)
{
	/* A title is always wanted, and MAC addresses are judged by adapter. */
	if (!need(m, os, (struct map_need){ .what = "host.name" }))
		return false;
	for (size_t i = 0; i < s->nkeys; i++) {
		if (s->keys[i].kind == KEY_MAC &&
		    !need(m, os, (struct map_need){ .what = "nic.mac" }))
			return false;
		/* A hypervisor's serial number is as good as its UUID. */
		if (s->keys[i].kind == KEY_SERIAL &&
		    !need(m, os, (struct map_need){ .what = "sys.uuid" }))
			return false;
		if (map_from_fits(&s->keys[i].from, os) &&
		    !need(m, os, need_of(s, &s->keys[i].from)))
			return false;
	}
	if (os == MAP_WINDOWS && s->filter != NULL && !need_adapters(m, s))
		return false;
	for (size_t i = 0; i < s->nrules; i++)
		if (map_from_fits(&s->rules[i].from, os) &&
		    (!need(m, os, need_of(s, &s->rules[i].from)) ||
		    !need_named(m, s, &s->rules[i], os)))
			return false;
	return true;
}

/* --- whose rows ----------------------------------------------------------- */

/* The class of facts for one query: the WMI class itself, unless the mapping
 * asks that class in two ways. */
static bool
name_rows(struct mapping *m, struct map_need *n, const struct need_list *all)
{
	bool alone = true;
	char *name;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == NEED_CLASS &&
		    strcasecmp(all->v[i].what, n->what) == 0 &&
		    (!same(all->v[i].filter, n->filter) ||
		    !same(all->v[i].wmi_namespace, n->wmi_namespace)))
			alone = false;
	n->rows = n->what;
	if (alone)
		return true;
	if (asprintf(&name, "%s:%s?%s",
	    n->wmi_namespace != NULL ? n->wmi_namespace : "", n->what,
	    n->filter != NULL ? n->filter : "") < 0 ||
	    (name = keep(m, name)) == NULL)
		return false;
	n->rows = name;
	return true;
}

const char *
mapping_rows_of(const struct mapping *m, enum map_os os, const char *class,
    const char *ns, const char *filter)
{
	const struct need_list *all = &m->needs[os];

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == NEED_CLASS &&
		    same(all->v[i].what, class) &&
		    same(all->v[i].wmi_namespace, ns) &&
		    same(all->v[i].filter, filter))
			return all->v[i].rows;
	return class;
}

const char *
mapping_adapter_rows(const struct mapping *m)
{
	const struct need_list *all = &m->needs[MAP_WINDOWS];
	const struct map_system *s = mapping_system(m, MAP_WINDOWS);
	size_t n = s != NULL && s->filter != NULL ? strlen(s->filter) : 0;

	for (size_t i = 0; n > 0 && i < all->n; i++)
		if (all->v[i].kind == NEED_CLASS && all->v[i].filter != NULL &&
		    all->v[i].filter[0] == '(' &&
		    strncmp(all->v[i].filter + 1, s->filter, n) == 0 &&
		    strcmp(all->v[i].filter + 1 + n,
		    ") AND MACAddress IS NOT NULL") == 0)
			return all->v[i].rows;
	return NULL;
}

/* --- the whole --------------------------------------------------------------- */

static bool
writes(const struct map_system *s, const char *field)
{
	for (size_t i = 0; i < s->nrules; i++)
		if (strcmp(s->rules[i].field, field) == 0)
			return true;
	return false;
}

/* Where the value of a match field comes from, as a rule may write it: what is
 * junk or another's stays out. */
static struct map_from
written_from(const struct map_key_rule *k)
{
	static const char *const facts[] = { [KEY_MAC] = "identity.mac",
		[KEY_SERIAL] = "identity.serial", [KEY_UUID] = "identity.uuid" };
	const struct map_from *f = &k->from;
	bool own = k->kind == KEY_MAC || (f->kind == NEED_FACT &&
	    k->kind != KEY_TEXT && (strcasecmp(f->what, "sys.serial") == 0 ||
	    strcasecmp(f->what, "sys.uuid") == 0));

	if (own)
		return (struct map_from){ .set = true, .kind = NEED_FACT,
			.what = strdup(facts[k->kind]) };
	return (struct map_from){ .set = true, .kind = f->kind,
		.what = strdup(f->what),
		.property = f->property != NULL ? strdup(f->property) : NULL,
		.wmi_namespace = f->wmi_namespace != NULL ?
		    strdup(f->wmi_namespace) : NULL,
		.filter = f->filter != NULL ? strdup(f->filter) : NULL };
}

/* An asset that is made without its match field would be made again by the
 * next scan. */
static bool
imply_match_field(struct mapping *m, struct map_system *s, size_t at)
{
	const struct map_key_rule *k = &s->keys[at];
	struct map_rule *r;

	if (s->update_only || writes(s, k->field))
		return true;
	if ((r = system_add_rule(s)) == NULL)
		return false;
	r->field = strdup(k->field);
	r->from = written_from(k);
	if (k->kind == KEY_MAC && (r->join = strdup("\n")) == NULL)
		return false;
	r->policy = POLICY_WHEN_EMPTY;
	mapping_warn(m, "No field rule writes the match field %s; it gets the "
	    "%s where it is empty, else a new asset would not be found again.",
	    k->field, k->kind == KEY_MAC ? "MAC addresses" :
	    k->kind == KEY_SERIAL ? "serial number" :
	    k->kind == KEY_UUID ? "UUID" : "value that is searched for");
	return r->field != NULL && r->from.what != NULL;
}

static bool
add_field(struct mapping *m, const char *field)
{
	const char **list;

	for (size_t i = 0; i < m->nfields; i++)
		if (strcmp(m->fields[i], field) == 0)
			return true;
	list = reallocarray(m->fields, m->nfields + 1, sizeof(*list));
	if (list == NULL)
		return false;
	m->fields = list;
	list[m->nfields++] = field;
	return true;
}

/* A misspelt class is noticed only by the host, so it is no mistake here. */
static void
advise_name(struct mapping *m, const struct map_from *f, const char *field)
{
	const char *meant = f->kind == NEED_CLASS ? map_class_meant(f->what) :
	    NULL;

	if (meant != NULL)
		mapping_warn(m, "%.100s (for %s) is no class that is known here; "
		    "is it %s? `assetscan wmi HOST --classes` lists those of a "
		    "host.", f->what, field, meant);
}

static void
advise(struct mapping *m, const struct map_system *s)
{
	for (size_t i = 0; i < s->nrules; i++) {
		const struct map_from *f = &s->rules[i].from;
		const char *advice = f->kind == NEED_CLASS ?
		    map_class_advice(f->what, f->filter) : NULL;

		if (advice != NULL)
			mapping_warn(m, "%s (for %s): %s", f->what,
			    s->rules[i].field, advice);
		advise_name(m, f, s->rules[i].field);
	}
	for (size_t i = 0; i < s->nkeys; i++)
		advise_name(m, &s->keys[i].from, s->keys[i].field);
	if (s->nkeys == 0)
		mapping_warn(m, "Without a matcher no asset can be found: every "
		    "scanned host needs a match field.");
}

bool
mapping_finish(struct mapping *m, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < m->nsystems; i++) {
		struct map_system *s = &m->systems[i];

		for (size_t k = 0; ok && k < s->nkeys; k++)
			ok = imply_match_field(m, s, k);
		advise(m, s);
		for (size_t k = 0; ok && k < s->nrules; k++)
			ok = add_field(m, s->rules[k].field);
		for (size_t k = 0; ok && k < s->nkeys; k++)
			ok = add_field(m, s->keys[k].field);
		for (unsigned os = 0; ok && os < MAP_OS_COUNT; os++)
			if ((s->os & 1u << os) != 0)
				ok = find_needs(m, s, (enum map_os)os);
	}
	for (unsigned os = 0; ok && os < MAP_OS_COUNT; os++)
		for (size_t i = 0; ok && i < m->needs[os].n; i++)
			if (m->needs[os].v[i].kind == NEED_CLASS)
				ok = name_rows(m, &m->needs[os].v[i],
				    &m->needs[os]);
	return ok || fail(e, ERR_MEMORY, "no memory for the mapping");
}

/* --- the front --------------------------------------------------------------- */

size_t
mapping_warnings(const struct mapping *m)
{
	return m->nwarnings;
}

const char *
mapping_warning(const struct mapping *m, size_t i)
{
	return i < m->nwarnings ? m->warnings[i] : NULL;
}

bool
mapping_has_os(const struct mapping *m, enum map_os os)
{
	return mapping_system(m, os) != NULL;
}

size_t
mapping_needs(const struct mapping *m, enum map_os os)
{
	return os < MAP_OS_COUNT ? m->needs[os].n : 0;
}

const struct map_need *
mapping_need(const struct mapping *m, enum map_os os, size_t i)
{
	return i < mapping_needs(m, os) ? &m->needs[os].v[i] : NULL;
}

bool
mapping_update_only(const struct mapping *m, enum map_os os)
{
	const struct map_system *s = mapping_system(m, os);

	return s != NULL && s->update_only;
}

size_t
mapping_keys(const struct mapping *m, enum map_os os)
{
	const struct map_system *s = mapping_system(m, os);

	return s != NULL ? s->nkeys : 0;
}

const char *
mapping_key_field(const struct mapping *m, enum map_os os, size_t i)
{
	return i < mapping_keys(m, os) ? mapping_system(m, os)->keys[i].field :
	    NULL;
}

size_t
mapping_fields(const struct mapping *m)
{
	return m->nfields;
}

const char *
mapping_field(const struct mapping *m, size_t i)
{
	return i < m->nfields ? m->fields[i] : NULL;
}
