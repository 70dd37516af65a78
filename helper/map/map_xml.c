/* map_xml.c: a mapping as the original scanners wrote it, and a little more.
 *
 *   <fields>
 *     <matcher field= updateOnly= filter=/>                        Windows
 *     <field type="single" objectClass= propertyName= mod= assetField=>{0}</field>
 *     <os type="linux|darwin" path=>
 *       <matcher field= updateOnly= command=/>
 *       <field type="single" assetField= scanner="proc" path=/>
 *       <field type="single" assetField= scanner="sysctl" prop=/>
 *     </os>
 *   </fields>
 *
 * Ours: scanner="command" command=; fact=; registry= value=; namespace=, filter=
 * beside objectClass; type="list"; decimals=, regex=, join=, policy= on <field>;
 * <key field= kind=> with a source for further match fields; <os
 * type="windows">.  A text in <field> is the template everywhere.  What is
 * unknown is refused with its line, a DTD always: no entity is ever expanded.
 */
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/nearest.h"
#include "helper/base/text.h"
#include "helper/map/map_rules.h"

enum element { E_NONE, E_FIELDS, E_OS, E_MATCHER, E_FIELD, E_KEY };
#define IN(e) (1u << (e))

/* element, and what it may stand in */
static const struct { const char *name; enum element e; unsigned in; }
elements[] = {
	{ "fields", E_FIELDS, IN(E_NONE) },
	{ "os", E_OS, IN(E_FIELDS) },
	{ "matcher", E_MATCHER, IN(E_FIELDS) | IN(E_OS) },
	{ "field", E_FIELD, IN(E_FIELDS) | IN(E_OS) },
	{ "key", E_KEY, IN(E_FIELDS) | IN(E_OS) },
};

struct attrs {
	const char *type, *path, *field, *updateOnly, *filter, *command,
	    *objectClass, *propertyName, *namespace, *mod, *decimals,
	    *assetField, *scanner, *prop, *fact, *registry, *value, *regex,
	    *join, *policy, *tolerance, *kind;
};

#define SOURCE (IN(E_FIELD) | IN(E_KEY))
static const struct { const char *name; size_t at; unsigned in; } known[] = {
#define A(name, in) { #name, offsetof(struct attrs, name), in }
	A(type, IN(E_OS) | IN(E_FIELD)),
	A(path, IN(E_OS) | SOURCE),
	A(field, IN(E_MATCHER) | IN(E_KEY)),
	A(updateOnly, IN(E_MATCHER)),
	A(filter, IN(E_MATCHER) | SOURCE),
	A(command, IN(E_MATCHER) | SOURCE),
	A(objectClass, SOURCE), A(propertyName, SOURCE), A(namespace, SOURCE),
	A(scanner, SOURCE), A(prop, SOURCE), A(fact, SOURCE),
	A(registry, SOURCE), A(value, SOURCE),
	A(assetField, IN(E_FIELD)), A(mod, IN(E_FIELD)),
	A(decimals, IN(E_FIELD)), A(regex, IN(E_FIELD)), A(join, IN(E_FIELD)),
	A(policy, IN(E_FIELD)), A(tolerance, IN(E_FIELD)), A(kind, IN(E_KEY)),
#undef A
};

struct parse {
	XML_Parser xml;
	struct mapping *map;
	struct err *e;
	enum element stack[8];
	size_t depth;
	struct map_system *os;		/* of the <os> that is open */
	struct map_rule *rule;		/* of the <field> that is open */
	unsigned rule_os;
	char text[MAP_TEXT_MAX + 1];	/* inside <field> */
	size_t ntext;
	unsigned long line, column;	/* of the element that is open */
	bool failed;
};

static void
refuse(struct parse *p, const char *fmt, ...) PRINTF(2, 3);

/* At the place of the element that is being read. */
static void
refuse(struct parse *p, const char *fmt, ...)
{
	char text[360];
	va_list ap;

	if (p->failed)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fail(p->e, ERR_MAPPING, "line %lu, column %lu: %s", p->line, p->column,
	    text);
	p->failed = true;
	XML_StopParser(p->xml, XML_FALSE);
}

static void
here(struct parse *p)
{
	p->line = XML_GetCurrentLineNumber(p->xml);
	p->column = XML_GetCurrentColumnNumber(p->xml) + 1;
}

static char *
copy(struct parse *p, const char *s)
{
	char *c = s != NULL ? strdup(s) : NULL;

	if (s != NULL && c == NULL)
		refuse(p, "no memory");
	return c;
}

/* --- attributes ------------------------------------------------------------------- */

static void
unknown_attribute(struct parse *p, const char *name, const char *element,
    unsigned in)
{
	struct nearest near = { .wanted = name };
	char list[300] = "";

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if ((known[i].in & in) != 0) {
			size_t n = strlen(list);

			nearest_offer(&near, known[i].name);
			snprintf(list + n, sizeof(list) - n, "%s%s",
			    n > 0 ? ", " : "", known[i].name);
		}
	if (nearest_name(&near) != NULL) {
		refuse(p, "unknown attribute \"%.40s\" of <%s>; is it %s?", name,
		    element, nearest_name(&near));
		return;
	}
	if (list[0] == '\0')
		strcpy(list, "none");
	refuse(p, "unknown attribute \"%.40s\" of <%s>; known: %s", name,
	    element, list);
}

static bool
read_attrs(struct parse *p, const char *element, enum element e,
    const char **atts, struct attrs *out)
{
	memset(out, 0, sizeof(*out));
	for (; atts[0] != NULL; atts += 2) {
		size_t i;

		for (i = 0; i < ARRAY_LEN(known); i++)
			if ((known[i].in & IN(e)) != 0 &&
			    strcmp(known[i].name, atts[0]) == 0)
				break;
		if (i == ARRAY_LEN(known)) {
			unknown_attribute(p, atts[0], element, IN(e));
			return false;
		}
		if (strlen(atts[1]) > MAP_TEXT_MAX) {
			refuse(p, "attribute %s is longer than %d octets",
			    atts[0], MAP_TEXT_MAX);
			return false;
		}
		memcpy((char *)out + known[i].at, &atts[1], sizeof(atts[1]));
	}
	return true;
}

/* In old files every ' inside a command is written \'. */
static char *
command_copy(struct parse *p, const char *s)
{
	char *c = copy(p, s), *to = c;

	for (const char *from = c; c != NULL && *from != '\0'; from++) {
		if (from[0] == '\\' && from[1] == '\'')
			from++;
		*to++ = *from;
	}
	if (c != NULL)
		*to = '\0';
	return c;
}

static bool
flag(struct parse *p, const char *name, const char *text)
{
	if (text == NULL || strcasecmp(text, "false") == 0)
		return false;
	if (strcasecmp(text, "true") != 0)
		refuse(p, "%s is true or false, not \"%.20s\"", name, text);
	return true;
}

/* --- sources ------------------------------------------------------------------------ */

/* scanner= and the attribute that goes with it */
static const struct {
	const char *name;
	enum map_need_kind kind;
	size_t at;
	const char *attr;
} scanners[] = {
	{ "proc", NEED_FILE, offsetof(struct attrs, path), "path" },
	{ "sysctl", NEED_SYSCTL, offsetof(struct attrs, prop), "prop" },
	{ "command", NEED_COMMAND, offsetof(struct attrs, command), "command" },
};

static const char *
attr_at(const struct attrs *a, size_t at)
{
	const char *v;

	memcpy(&v, (const char *)a + at, sizeof(v));
	return v;
}

static void
read_scanner(struct parse *p, const struct attrs *a, struct map_from *f)
{
	const char *v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(scanners); i++)
		if (strcmp(scanners[i].name, a->scanner) == 0)
			break;
	if (i == ARRAY_LEN(scanners)) {
		refuse(p, "scanner is proc, sysctl or command, not \"%.40s\"",
		    a->scanner);
		return;
	}
	if ((v = attr_at(a, scanners[i].at)) == NULL) {
		refuse(p, "scanner=\"%s\" needs the attribute %s",
		    scanners[i].name, scanners[i].attr);
		return;
	}
	for (size_t k = 0; k < ARRAY_LEN(scanners); k++)
		if (k != i && attr_at(a, scanners[k].at) != NULL)
			refuse(p, "scanner=\"%s\" has no attribute %s",
			    scanners[i].name, scanners[k].attr);
	f->kind = scanners[i].kind;
	f->what = f->kind == NEED_COMMAND ? command_copy(p, v) : copy(p, v);
}

static void
read_source(struct parse *p, const struct attrs *a, struct map_from *f)
{
	int kinds = (a->fact != NULL) + (a->objectClass != NULL) +
	    (a->scanner != NULL) + (a->registry != NULL);

	if (kinds != 1) {
		refuse(p, kinds == 0 ? "it is not said where the value comes "
		    "from: objectClass, scanner, registry or fact" :
		    "objectClass, scanner, registry and fact exclude each "
		    "other");
		return;
	}
	if (a->objectClass == NULL && (a->propertyName != NULL ||
	    a->namespace != NULL || a->filter != NULL))
		refuse(p, "propertyName, namespace and filter go with "
		    "objectClass");
	if (a->scanner == NULL && (a->path != NULL || a->prop != NULL ||
	    a->command != NULL))
		refuse(p, "path, prop and command go with scanner");
	if (a->registry == NULL && a->value != NULL)
		refuse(p, "value goes with registry");
	if (p->failed)
		return;
	f->set = true;
	if (a->scanner != NULL) {
		read_scanner(p, a, f);
	} else if (a->objectClass != NULL) {
		f->kind = NEED_CLASS;
		f->what = copy(p, a->objectClass);
		f->property = copy(p, a->propertyName);
		f->wmi_namespace = copy(p, a->namespace);
		f->filter = copy(p, a->filter);
	} else if (a->registry != NULL) {
		f->kind = NEED_REGISTRY;
		f->what = copy(p, a->registry);
		f->property = copy(p, a->value != NULL ? a->value : "");
	} else {
		f->kind = NEED_FACT;
		f->what = copy(p, a->fact);
	}
}

/* --- elements ------------------------------------------------------------------------- */

static struct map_system *
new_system(struct parse *p, enum map_os os)
{
	struct map_system *s;

	if (mapping_system(p->map, os) != NULL) {
		refuse(p, "there is a part for %s already", map_os_name(os));
		return NULL;
	}
	if ((s = mapping_add_system(p->map)) == NULL) {
		refuse(p, "no memory");
		return NULL;
	}
	s->os = 1u << os;
	return s;
}

/* The part that is open; outside of <os> it is Windows'. */
static struct map_system *
part(struct parse *p)
{
	struct map_system *s = p->os;

	if (s == NULL &&
	    (s = (struct map_system *)(uintptr_t)mapping_system(p->map,
	    MAP_WINDOWS)) == NULL)
		s = new_system(p, MAP_WINDOWS);
	return s;
}

static void
problem_of(struct parse *p, const struct map_problem *why)
{
	refuse(p, "%s: %s", why->member, why->text);
}

static void
start_os(struct parse *p, const struct attrs *a)
{
	struct map_problem why = { .member = NULL };
	enum map_os os;

	if (a->type == NULL || !map_os_by_name(a->type, &os)) {
		refuse(p, "<os> needs type=\"linux\", \"darwin\" or "
		    "\"windows\"");
		return;
	}
	if ((p->os = new_system(p, os)) == NULL)
		return;
	p->os->path = copy(p, a->path);
	if (!map_check_system(p->os, &why))
		problem_of(p, &why);
}

static void
start_matcher(struct parse *p, const struct attrs *a)
{
	struct map_problem why = { .member = NULL };
	struct map_system *s = part(p);
	struct map_key_rule *k;

	if (s == NULL)
		return;
	if (s->has_matcher) {
		refuse(p, "there is a matcher for this system already");
		return;
	}
	s->has_matcher = true;
	s->update_only = flag(p, "updateOnly", a->updateOnly);
	s->filter = copy(p, a->filter);
	if ((k = system_add_key(s)) == NULL) {
		refuse(p, "too many match fields");
		return;
	}
	k->field = copy(p, a->field);
	if (a->command != NULL)
		k->from = (struct map_from){ .set = true, .kind = NEED_COMMAND,
			.what = command_copy(p, a->command) };
	if (!map_check_key(k, s->os, &why) || !map_check_system(s, &why))
		problem_of(p, &why);
}

static void
start_key(struct parse *p, const struct attrs *a)
{
	struct map_problem why = { .member = NULL };
	struct map_system *s = part(p);
	struct map_key_rule *k;
	int kind;

	if (s == NULL)
		return;
	if ((k = system_add_key(s)) == NULL) {
		refuse(p, "too many match fields");
		return;
	}
	k->field = copy(p, a->field);
	read_source(p, a, &k->from);
	if (a->kind != NULL) {
		kind = map_find_name(map_key_kind_names,
		    ARRAY_LEN(map_key_kind_names), a->kind);
		if (kind < 0)
			refuse(p, "kind is mac, serial, uuid or text");
		k->kind_set = true;
		k->kind = kind >= 0 ? (enum map_key_kind)kind : KEY_TEXT;
	}
	if (!p->failed && !map_check_key(k, s->os, &why))
		problem_of(p, &why);
}

static void
read_numbers(struct parse *p, const struct attrs *a, struct map_rule *r)
{
	uint64_t decimals = 0;

	if (a->mod != NULL && (!text_double(a->mod, &r->divide) ||
	    r->divide <= 0))
		refuse(p, "mod is the number above 0 that the value is divided "
		    "by, not \"%.40s\"", a->mod);
	if (a->decimals != NULL && !text_u64(a->decimals, 0, 9, &decimals))
		refuse(p, "decimals is a number from 0 to 9");
	r->decimals = (unsigned)decimals;
}

static void
start_field(struct parse *p, const struct attrs *a)
{
	struct map_system *s = part(p);
	struct map_rule *r;
	int policy = 0;

	p->ntext = 0;
	if (s == NULL)
		return;
	if ((r = system_add_rule(s)) == NULL) {
		refuse(p, "more than %d fields", MAP_FIELDS_MAX);
		return;
	}
	p->rule = r;
	p->rule_os = s->os;
	if (a->assetField == NULL)
		refuse(p, "<field> needs the attribute assetField");
	r->field = copy(p, a->assetField);
	if (a->type != NULL && strcmp(a->type, "list") == 0)
		r->list = true;
	else if (a->type != NULL && strcmp(a->type, "single") != 0)
		refuse(p, "type is single or list, not \"%.40s\"", a->type);
	read_source(p, a, &r->from);
	read_numbers(p, a, r);
	r->regex = copy(p, a->regex);
	r->join = copy(p, a->join);
	if (a->policy != NULL && (policy = map_find_name(map_policy_names,
	    ARRAY_LEN(map_policy_names), a->policy)) < 0)
		refuse(p, "policy is always, whenEmpty or neverOverwrite");
	r->policy = policy >= 0 ? (enum map_policy)policy : POLICY_ALWAYS;
	if (a->tolerance != NULL &&
	    !map_tolerance_parse(a->tolerance, &r->tolerance))
		refuse(p, "tolerance is a number above 0, or such as 5%%, not "
		    "\"%.40s\"", a->tolerance);
}

static void
end_field(struct parse *p)
{
	struct map_problem why = { .member = NULL };

	p->text[p->ntext] = '\0';
	text_trim(p->text);
	if (p->text[0] != '\0')
		p->rule->template = copy(p, p->text);
	if (!map_check_rule(p->rule, p->rule_os, &why))
		problem_of(p, &why);
	p->rule = NULL;
}

/* --- expat's calls ----------------------------------------------------------------------- */

static void XMLCALL
on_start(void *ctx, const XML_Char *name, const XML_Char **atts)
{
	struct parse *p = ctx;
	enum element within = p->depth > 0 ? p->stack[p->depth - 1] : E_NONE;
	struct attrs a;
	size_t i;

	if (p->failed)
		return;
	here(p);
	for (i = 0; i < ARRAY_LEN(elements); i++)
		if (strcmp(elements[i].name, name) == 0)
			break;
	if (i == ARRAY_LEN(elements) || (elements[i].in & IN(within)) == 0 ||
	    p->depth == ARRAY_LEN(p->stack)) {
		refuse(p, i == ARRAY_LEN(elements) ? "unknown element <%.40s>" :
		    "<%.40s> cannot stand here", name);
		return;
	}
	p->stack[p->depth++] = elements[i].e;
	if (!read_attrs(p, name, elements[i].e, atts, &a))
		return;
	switch (elements[i].e) {
	case E_OS:
		start_os(p, &a);
		break;
	case E_MATCHER:
		start_matcher(p, &a);
		break;
	case E_FIELD:
		start_field(p, &a);
		break;
	case E_KEY:
		start_key(p, &a);
		break;
	case E_NONE: case E_FIELDS:
		break;
	}
}

static void XMLCALL
on_end(void *ctx, const XML_Char *name)
{
	struct parse *p = ctx;

	(void)name;
	if (p->failed || p->depth == 0)
		return;
	p->depth--;
	if (p->stack[p->depth] == E_FIELD && p->rule != NULL)
		end_field(p);
	else if (p->stack[p->depth] == E_OS)
		p->os = NULL;
}

static void XMLCALL
on_text(void *ctx, const XML_Char *s, int len)
{
	struct parse *p = ctx;
	size_t n = (size_t)len;

	if (p->failed)
		return;
	if (p->rule != NULL) {
		if (n > MAP_TEXT_MAX - p->ntext) {
			refuse(p, "the text of <field> is longer than %d octets",
			    MAP_TEXT_MAX);
			return;
		}
		memcpy(p->text + p->ntext, s, n);
		p->ntext += n;
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (strchr(" \t\r\n", s[i]) == NULL) {
			here(p);
			refuse(p, "a text cannot stand here");
			return;
		}
}

static void XMLCALL
on_doctype(void *ctx, const XML_Char *name, const XML_Char *sysid,
    const XML_Char *pubid, int internal)
{
	struct parse *p = ctx;

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	here(p);
	refuse(p, "a DTD (<!DOCTYPE) is not taken");
}

struct mapping *
mapping_from_xml(const char *text, size_t n, struct err *e)
{
	struct parse *p = calloc(1, sizeof(*p));
	struct mapping *m = NULL;

	if (p == NULL || (p->map = calloc(1, sizeof(*p->map))) == NULL ||
	    (p->xml = XML_ParserCreate(NULL)) == NULL) {
		fail(e, ERR_MEMORY, "no memory for a mapping");
		goto out;
	}
	p->e = e;
	if (n > MAP_SOURCE_MAX) {
		fail(e, ERR_MAPPING, "the mapping is larger than %zu KiB",
		    MAP_SOURCE_MAX >> 10);
		goto out;
	}
	XML_SetUserData(p->xml, p);
	XML_SetElementHandler(p->xml, on_start, on_end);
	XML_SetCharacterDataHandler(p->xml, on_text);
	XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
	if (XML_Parse(p->xml, text, (int)n, 1) != XML_STATUS_OK && !p->failed) {
		here(p);
		refuse(p, "%s", XML_ErrorString(XML_GetErrorCode(p->xml)));
	}
	if (!p->failed && p->map->nsystems == 0) {
		p->line = p->column = 1;
		refuse(p, "there is no matcher and no field in it");
	}
	if (p->failed || !mapping_finish(p->map, e))
		goto out;
	m = p->map;
	p->map = NULL;
out:
	if (p != NULL) {
		if (p->xml != NULL)
			XML_ParserFree(p->xml);
		mapping_free(p->map);
	}
	free(p);
	return m;
}

const char *
mapping_xml_library(void)
{
	return XML_ExpatVersion();
}
