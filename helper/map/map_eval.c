/* map_eval.c: one host's facts, by a mapping's rules, to one asset's values. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/map/map_work.h"

#define VALUES_MAX	256			/* of a list */
#define JOIN_ROWS_MAX	4096
#define TITLE_MAX	255

/* --- memory ------------------------------------------------------------------- */

void *
work_own(struct work *w, void *p)
{
	struct mapped *m = w->out;
	void **list;

	if (p != NULL && (m->nowned & (m->nowned - 1)) == 0) {
		list = reallocarray(m->owned, m->nowned == 0 ? 1 :
		    2 * m->nowned, sizeof(*list));
		if (list == NULL) {
			free(p);
			p = NULL;
		} else {
			m->owned = list;
		}
	}
	if (p == NULL) {
		w->no_memory = true;
		return NULL;
	}
	m->owned[m->nowned++] = p;
	return p;
}

const char *
work_own_text(struct work *w, const char *s, size_t n)
{
	return work_own(w, strndup(s, n));
}

void
work_warn(struct work *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	map_note(&w->out->warnings, &w->out->nwarnings, false, fmt, ap);
	va_end(ap);
}

/* --- why a value is not there ------------------------------------------------------ */

/* What is said when the host gave no reason of its own. */
static const struct { const char *why, *fix; } silent[] = {
	[NEED_FACT] = { "the host did not say",
	    "`assetscan check` with the host's name shows what the account may "
	    "read there." },
	[NEED_FILE] = { "the file is not there, is empty or may not be read",
	    "Read it on the host with the scanning account." },
	[NEED_SYSCTL] = { "sysctl gave nothing for that name",
	    "Run sysctl -n with that name on the host." },
	[NEED_COMMAND] = { "the command printed nothing",
	    "Run it on the host with the scanning account; the mapping's path "
	    "must lead to its program." },
	[NEED_CLASS] = { "no row of the class has that property set",
	    "`assetscan wmi HOST --properties=CLASS` lists what the class has." },
	[NEED_REGISTRY] = { "the registry has no such value",
	    "Look on the host with regedit; mind the 32-bit view." },
};

static bool
reason(const struct work *w, const char *prefix, const char *name,
    const char *property, struct found *f)
{
	char dotted[MAP_TEXT_MAX + 64];

	snprintf(dotted, sizeof(dotted), "%s%s%s%s%s", prefix,
	    prefix[0] != '\0' ? "." : "", name, property != NULL ? "." : "",
	    property != NULL ? property : "");
	return facts_why(w->facts, dotted, &f->why, &f->fix);
}

static void
explain_identity(struct work *w, const char *what, struct found *f)
{
	const char *name = strcasecmp(what, "identity.serial") == 0 ?
	    "sys.serial" : "sys.uuid";
	const struct fact *said = facts_find(w->facts, name);
	char *text, shown[80];

	if (strcasecmp(what, "identity.mac") == 0) {
		if (reason(w, "", "nic.mac", NULL, f))
			return;
		f->why = "no network adapter has an address that may identify "
		    "this computer";
		f->fix = "The addresses left out are named with their reasons.";
	} else if (said != NULL) {
		fact_format(said, shown, sizeof(shown));
		if (asprintf(&text, "the firmware says \"%.*s\", which many "
		    "computers say", (int)map_cut(shown, strlen(shown), 60),
		    shown) < 0)
			text = NULL;
		f->why = work_own(w, text);
		f->fix = "Have the maker's tool set it in the firmware, or "
		    "enter it in the asset by hand.";
	} else if (!reason(w, "", name, NULL, f)) {
		f->why = silent[NEED_FACT].why;
		f->fix = silent[NEED_FACT].fix;
	}
}

static void
explain(struct work *w, const struct map_from *from, struct found *f)
{
	const struct fact_row *row;
	const struct fact *status;
	const char *class;
	char *text;

	if (f->why != NULL)
		return;
	if (from->kind == NEED_FACT &&
	    strncasecmp(from->what, "identity.", 9) == 0) {
		explain_identity(w, from->what, f);
		return;
	}
	class = map_raw_class(from->kind);
	if (reason(w, class != NULL ? class : "", from->what, from->property,
	    f) ||
	    reason(w, "", from->what, from->property, f) ||
	    reason(w, "", from->what, NULL, f))
		return;
	f->why = silent[from->kind].why;
	f->fix = silent[from->kind].fix;
	if (from->kind != NEED_COMMAND || (row = work_raw_row(w, from)) == NULL ||
	    (status = fact_get(row, "status")) == NULL ||
	    status->type != FACT_INT || status->i == 0)
		return;
	if (asprintf(&text, "the command ended with status %lld",
	    (long long)status->i) < 0)
		text = NULL;
	f->why = work_own(w, text);
}

/* --- fields -------------------------------------------------------------------------- */

static char *
joined(struct work *w, const struct map_rule *r, const struct found *f)
{
	struct wr out = wr_new(MAP_VALUE_MAX + 1);
	size_t sep = strlen(r->join), n, i;
	char *s;

	for (i = 0; i < f->n; i++) {
		n = strlen(f->v[i]);
		if (out.len + n + sep > MAP_VALUE_MAX && i > 0)
			break;
		if (i > 0)
			wr_str(&out, r->join);
		wr_bytes(&out, f->v[i], map_cut(f->v[i], n, MAP_VALUE_MAX));
	}
	if (i < f->n)
		work_warn(w, "%s: %zu of %zu values fit; the rest was left out.",
		    r->field, i, f->n);
	s = wr_give(&out);
	wr_free(&out);
	return s;
}

/* One rule's values; n == 0 and a reason where there are none. */
static void
apply(struct work *w, const struct map_rule *r, struct map_value *out)
{
	struct found f = { .max = r->join != NULL ? JOIN_ROWS_MAX :
	    r->list ? VALUES_MAX : 1 };
	const char **v;
	char *one;

	work_gather(w, r, &f);
	out->policy = r->policy;
	out->tolerance = r->tolerance;
	if (f.n == 0) {
		explain(w, &r->from, &f);
		out->why = work_own_text(w, f.why != NULL ? f.why : "",
		    strlen(f.why != NULL ? f.why : ""));
		out->fix = work_own_text(w, f.fix != NULL ? f.fix : "",
		    strlen(f.fix != NULL ? f.fix : ""));
		free(f.v);
		return;
	}
	if (f.n == f.max && f.max > 1)
		work_warn(w, "%s: only the first %zu values were taken.", r->field,
		    f.max);
	if (r->join != NULL) {
		one = work_own(w, joined(w, r, &f));
		f.v[0] = one;
		f.n = one != NULL;
	}
	if ((v = work_own(w, f.v)) != NULL) {
		out->values = v;
		out->n = f.n;
	}
}

/* --- one rule, step by step ---------------------------------------------------------- */

/* Where the value comes from, in words. */
static void
trace_source(struct work *w, const struct map_rule *r)
{
	static const char *const kinds[] = { [NEED_FACT] = "fact",
		[NEED_FILE] = "file", [NEED_SYSCTL] = "sysctl",
		[NEED_COMMAND] = "command", [NEED_CLASS] = "class",
		[NEED_REGISTRY] = "registry" };
	const struct map_from *f = &r->from;
	char text[2 * MAP_TEXT_MAX];

	snprintf(text, sizeof(text), "%s %s%s%s%s%s%s%s", kinds[f->kind],
	    f->what, f->property != NULL ? f->kind == NEED_CLASS ? "." : ": " :
	    "", f->property != NULL ? f->property : "",
	    f->wmi_namespace != NULL ? " in " : "",
	    f->wmi_namespace != NULL ? f->wmi_namespace : "",
	    f->filter != NULL ? " where " : "",
	    f->filter != NULL ? f->filter : "");
	work_trace(w, "asked", text, strlen(text), r->field);
}

static void
trace_result(struct work *w, const struct map_rule *r, const struct map_value *v)
{
	w->trace_row = 0;
	if (r->join != NULL && v->n > 0)
		work_trace(w, "join", v->values[0], strlen(v->values[0]), NULL);
	for (size_t i = 0; i < v->n; i++) {
		w->trace_row = (unsigned)i + 1;
		work_trace(w, "result", v->values[i], strlen(v->values[i]),
		    r->field);
	}
	w->trace_row = 0;
	if (v->n == 0)
		work_trace(w, "missing", v->why, strlen(v->why), v->fix);
	for (size_t i = 0; i < w->out->nwarnings; i++)
		work_trace(w, "warning", w->out->warnings[i],
		    strlen(w->out->warnings[i]), NULL);
}

/* Several rules for one field are alternatives: the first that has a value. */
static void
find_values(struct work *w)
{
	struct mapped *m = w->out;

	m->values = calloc(w->sys->nrules + 1, sizeof(*m->values));
	if (m->values == NULL) {
		w->no_memory = true;
		return;
	}
	for (size_t i = 0; i < w->sys->nrules && !w->no_memory; i++) {
		const struct map_rule *r = &w->sys->rules[i];
		struct map_value v = { .field = NULL }, *at = NULL;

		if (!map_from_fits(&r->from, w->os))
			continue;
		for (size_t k = 0; k < m->nvalues && at == NULL; k++)
			if (strcmp(m->values[k].field, r->field) == 0)
				at = &m->values[k];
		if (at != NULL && at->n > 0)
			continue;
		apply(w, r, &v);
		v.field = work_own_text(w, r->field, strlen(r->field));
		if (v.field == NULL)
			return;
		if (at == NULL)
			m->values[m->nvalues++] = v;
		else if (v.n > 0)
			*at = v;
	}
}

static void
find_title(struct work *w)
{
	static const char *const names[] = { "host.name", "host.computerName",
		"host.fqdn" };
	struct mapped *m = w->out;
	const struct fact *f;
	struct span t = { NULL, 0 };

	for (size_t i = 0; i < m->nvalues; i++)
		if (strcmp(m->values[i].field, "system.title") == 0 &&
		    m->values[i].n > 0)
			t = map_trimmed(m->values[i].values[0],
			    strlen(m->values[i].values[0]));
	for (size_t i = 0; t.n == 0 && i < ARRAY_LEN(names); i++)
		if ((f = facts_find(w->facts, names[i])) != NULL &&
		    f->type == FACT_STRING)
			t = map_trimmed(f->s, strlen(f->s));
	if (t.n > 0)
		m->title = work_own_text(w, t.s, map_cut(t.s, t.n, TITLE_MAX));
}

struct mapped *
mapping_eval(const struct mapping *map, enum map_os os,
    const struct facts *facts, struct err *e)
{
	struct work w = { .map = map, .sys = mapping_system(map, os), .os = os,
		.facts = facts, .macs = { .max = MAP_KEYS_MAX } };

	if (w.sys == NULL) {
		fail(e, ERR_UNKNOWN_OS, "the mapping has no part for %s",
		    map_os_name(os));
		return NULL;
	}
	if ((w.out = calloc(1, sizeof(*w.out))) == NULL ||
	    (w.id = identity_from_facts(facts)) == NULL) {
		w.no_memory = true;
	} else {
		work_find_keys(&w);
		find_values(&w);
		find_title(&w);
	}
	identity_free(w.id);
	free(w.macs.v);
	if (!w.no_memory)
		return w.out;
	mapped_free(w.out);
	fail(e, ERR_MEMORY, "no memory for the asset");
	return NULL;
}

bool
mapping_os_of(const struct facts *facts, enum map_os *os)
{
	const struct fact *f = facts_find(facts, "os.family");

	if (f == NULL || f->type != FACT_STRING)
		return false;
	return map_os_by_name(strcmp(f->s, "macos") == 0 ? "darwin" : f->s, os);
}

json_t *
mapping_try(const struct mapping *map, enum map_os os, const struct facts *facts,
    struct err *e)
{
	struct work w = { .map = map, .sys = mapping_system(map, os), .os = os,
		.facts = facts, .macs = { .max = MAP_KEYS_MAX } };
	const struct map_rule *r = NULL;
	struct map_value v = { .field = NULL };

	for (size_t i = 0; w.sys != NULL && r == NULL && i < w.sys->nrules; i++)
		if (map_from_fits(&w.sys->rules[i].from, os))
			r = &w.sys->rules[i];
	if (r == NULL) {
		fail(e, ERR_UNKNOWN_OS, "the entry asks for what %s cannot "
		    "answer", map_os_name(os));
		return NULL;
	}
	if ((w.out = calloc(1, sizeof(*w.out))) != NULL &&
	    (w.id = identity_from_facts(facts)) != NULL &&
	    (w.trace = json_array()) != NULL) {
		work_find_keys(&w);	/* identity.mac has them */
		trace_source(&w, r);
		apply(&w, r, &v);
		trace_result(&w, r, &v);
	} else {
		fail(e, ERR_MEMORY, "no memory");
	}
	identity_free(w.id);
	mapped_free(w.out);
	free(w.macs.v);
	return w.trace;
}

/* --- the front ------------------------------------------------------------------------ */

void
mapped_free(struct mapped *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->nowned; i++)
		free(m->owned[i]);
	for (size_t i = 0; i < m->nwarnings; i++)
		free(m->warnings[i]);
	free(m->owned);
	free(m->values);
	free(m->keys);
	free(m->ignored);
	free(m->warnings);
	free(m);
}

size_t
mapped_values(const struct mapped *m)
{
	return m->nvalues;
}

const struct map_value *
mapped_value(const struct mapped *m, size_t i)
{
	return i < m->nvalues ? &m->values[i] : NULL;
}

size_t
mapped_keys(const struct mapped *m)
{
	return m->nkeys;
}

const struct map_key *
mapped_key(const struct mapped *m, size_t i)
{
	return i < m->nkeys ? &m->keys[i] : NULL;
}

size_t
mapped_ignored(const struct mapped *m)
{
	return m->nignored;
}

const struct map_ignored *
mapped_ignored_at(const struct mapped *m, size_t i)
{
	return i < m->nignored ? &m->ignored[i] : NULL;
}

size_t
mapped_warnings(const struct mapped *m)
{
	return m->nwarnings;
}

const char *
mapped_warning(const struct mapped *m, size_t i)
{
	return i < m->nwarnings ? m->warnings[i] : NULL;
}

const char *
mapped_title(const struct mapped *m)
{
	return m->title;
}
