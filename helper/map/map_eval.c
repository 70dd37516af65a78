/* map_eval.c: one host's facts, by a mapping's rules, to one asset's values. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/map/identity.h"
#include "helper/map/map_rules.h"

#define VALUE_MAX	((size_t)32 << 10)	/* one value; longer is cut and said */
#define VALUES_MAX	256			/* of a list */
#define JOIN_ROWS_MAX	4096
#define LINE_MAX_LEN	((size_t)16 << 10)	/* of what a regex sees */
#define LINES_MAX	20000
#define KEYS_MAX	64			/* of one kind */
#define WARNINGS_MAX	100
#define TITLE_MAX	255
#define NUMBER_MAX	64

struct mapped {
	struct map_value *values;
	size_t nvalues;
	struct map_key *keys;
	size_t nkeys;
	struct map_ignored *ignored;
	size_t nignored;
	char **warnings;
	size_t nwarnings;
	const char *title;
	void **owned;			/* all texts and lists above */
	size_t nowned;
};

/* What one rule or key finds. */
struct found {
	const char **v;
	size_t n, max;
	bool any;			/* the host said something */
	const char *why, *fix;		/* why that was no use; NULL: it was */
};

/* The work on one host. */
struct work {
	const struct mapping *map;
	const struct map_system *sys;
	enum map_os os;
	const struct facts *facts;
	struct identity *id;
	struct mapped *out;
	struct found macs;		/* that identify, for identity.mac */
	bool no_memory;
};

/* --- memory ------------------------------------------------------------------- */

static void *
own(struct work *w, void *p)
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

static const char *
own_text(struct work *w, const char *s, size_t n)
{
	return own(w, strndup(s, n));
}

static void
warn(struct work *w, const char *fmt, ...) PRINTF(2, 3);

static void
warn(struct work *w, const char *fmt, ...)
{
	struct mapped *m = w->out;
	char text[600], **list;
	va_list ap;

	if (m->nwarnings >= WARNINGS_MAX || (list = reallocarray(m->warnings,
	    m->nwarnings + 1, sizeof(*list))) == NULL)
		return;
	m->warnings = list;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if ((list[m->nwarnings] = text_escaped(text, strlen(text),
	    sizeof(text))) != NULL)
		m->nwarnings++;
}

/* The length at most max at which UTF-8 may be cut. */
static size_t
cut_at(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	for (n = max; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

/* Takes s. */
static void
add(struct work *w, struct found *f, char *s)
{
	const char **v;

	if ((s = own(w, s)) == NULL || f->n >= f->max)
		return;
	if ((f->n & (f->n - 1)) == 0) {
		v = reallocarray(f->v, f->n == 0 ? 1 : 2 * f->n, sizeof(*v));
		if (v == NULL) {
			w->no_memory = true;
			return;
		}
		f->v = v;
	}
	f->v[f->n++] = s;
}

/* --- one value -------------------------------------------------------------------- */

struct span { const char *s; size_t n; };

static struct span
trimmed(const char *s, size_t n)
{
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	while (n > 0 && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	return (struct span){ s, n };
}

/* "12345.67 2345.60" -> 12345.67; "{ sec = 1700000000, usec = 0 }" -> 1700000000. */
static bool
first_number(const char *s, size_t n, char out[static NUMBER_MAX])
{
	size_t from = 0, at = 0;
	bool point = false;

	while (from < n && !isdigit((unsigned char)s[from]))
		from++;
	if (from == n)
		return false;
	if (from > 0 && s[from - 1] == '-')
		out[at++] = '-';
	for (; from < n && at < NUMBER_MAX - 1; from++) {
		if (s[from] == '.' && !point && from + 1 < n &&
		    isdigit((unsigned char)s[from + 1]))
			point = true;
		else if (!isdigit((unsigned char)s[from]))
			break;
		out[at++] = s[from];
	}
	out[at] = '\0';
	return true;
}

static void
number_text(double d, unsigned decimals, char out[static NUMBER_MAX])
{
	size_t n;

	/* Halves away from zero, as people round. */
	if (decimals == 0)
		d = round(d);
	n = (size_t)snprintf(out, NUMBER_MAX, "%.*f", (int)decimals, d);
	if (n >= NUMBER_MAX)		/* beyond 1e50: no such quantity */
		n = (size_t)snprintf(out, NUMBER_MAX, "%.15g", d);
	for (char *p = out; *p != '\0'; p++)
		if (*p == ',')
			*p = '.';
	if (strchr(out, '.') != NULL && strchr(out, 'e') == NULL) {
		while (out[n - 1] == '0')
			out[--n] = '\0';
		if (out[n - 1] == '.')
			out[--n] = '\0';
	}
	if (strcmp(out, "-0") == 0)
		strcpy(out, "0");
}

/* Integers that divide without a rest stay exact. */
static bool
divided(const struct map_rule *r, const char *number, char out[static NUMBER_MAX])
{
	double by = r->divide, d;
	int64_t i;

	if (by >= 1 && by <= 9e15 && floor(by) == by && text_i64(number, &i) &&
	    i % (int64_t)by == 0) {
		snprintf(out, NUMBER_MAX, "%lld", (long long)(i / (int64_t)by));
		return true;
	}
	if (!text_double(number, &d) || !isfinite(d / by))
		return false;
	number_text(d / by, r->decimals, out);
	return true;
}

/* The first line that matches; its first group, or all that matched. */
static bool
matched(const struct map_rule *r, struct span in, struct span *out)
{
	char line[LINE_MAX_LEN + 1];
	regmatch_t m[2];
	const char *end = in.s + in.n, *nl;
	size_t n;

	for (unsigned lines = 0; lines < LINES_MAX; lines++) {
		nl = memchr(in.s, '\n', (size_t)(end - in.s));
		n = (size_t)((nl != NULL ? nl : end) - in.s);
		n = cut_at(in.s, n, LINE_MAX_LEN);
		memcpy(line, in.s, n);
		line[n] = '\0';
		if (regexec(r->compiled, line, 2, m, 0) == 0) {
			int g = r->compiled->re_nsub > 0 && m[1].rm_so >= 0;

			out->s = in.s + m[g].rm_so;
			out->n = (size_t)(m[g].rm_eo - m[g].rm_so);
			return true;
		}
		if (nl == NULL)
			return false;
		in.s = nl + 1;
	}
	return false;
}

/* Sources whose first number is meant. */
static bool
is_number_source(const struct map_from *f)
{
	return (f->kind == NEED_FILE && strcmp(f->what, "/proc/uptime") == 0) ||
	    (f->kind == NEED_SYSCTL && strcmp(f->what, "kern.boottime") == 0);
}

/* What stands for a placeholder; "" where the row has no such property. */
static void
put_named(struct wr *out, const struct fact_row *row, const char *name)
{
	const struct fact *f = fact_get(row, name);
	char text[512];

	if (f != NULL) {
		fact_format(f, text, sizeof(text));
		wr_bytes(out, text, cut_at(text, strlen(text), 500));
	}
}

static char *
templated(const struct map_rule *r, const struct fact_row *row, struct span v)
{
	const char *at = r->template != NULL ? r->template : "{0}", *text;
	struct wr out = wr_new(VALUE_MAX + 2 * MAP_TEXT_MAX + 512);
	char name[MAP_NAME_MAX], *s;
	size_t n;
	bool more;

	do {
		more = map_template_next(&at, &text, &n, name);
		wr_bytes(&out, text, n);
		if (strcmp(name, "0") == 0)
			wr_bytes(&out, v.s, v.n);
		else if (name[0] != '\0')
			put_named(&out, row, name);
	} while (more && !out.bad);
	s = wr_give(&out);
	wr_free(&out);
	return s;
}

static void
useless(struct found *f, const char *why, const char *fix)
{
	if (f->why == NULL) {
		f->why = why;
		f->fix = fix;
	}
}

/* A raw value through regex, divisor and template. */
static void
take_value(struct work *w, const struct map_rule *r,
    const struct fact_row *row, struct span v, struct found *f)
{
	char number[NUMBER_MAX], quotient[NUMBER_MAX];

	v = trimmed(v.s, v.n);
	if (v.n == 0)
		return;
	f->any = true;
	if (r->compiled != NULL && !matched(r, v, &v)) {
		useless(f, "the host's value does not match the rule's regex",
		    "Compare the rule's regex with what the host says.");
		return;
	}
	if ((r->divide > 0 || (r->compiled == NULL &&
	    is_number_source(&r->from)))) {
		if (!first_number(v.s, v.n, number) || (r->divide > 0 &&
		    !divided(r, number, quotient))) {
			useless(f, "the host's value is no number",
			    "Take the divisor out of the rule, or pick the "
			    "number with a regex.");
			return;
		}
		v.s = r->divide > 0 ? quotient : number;
		v.n = strlen(v.s);
	}
	if (v.n > VALUE_MAX) {
		warn(w, "%s: the value was cut at %zu of %zu octets.", r->field,
		    VALUE_MAX, v.n);
		v.n = cut_at(v.s, v.n, VALUE_MAX);
	}
	v = trimmed(v.s, v.n);
	if (v.n > 0)
		add(w, f, templated(r, row, v));
}

static void
take_lines(struct work *w, const struct map_rule *r,
    const struct fact_row *row, struct span v, struct found *f)
{
	const char *end = v.s + v.n, *nl;

	for (unsigned i = 0; i < LINES_MAX && f->n < f->max; i++) {
		nl = memchr(v.s, '\n', (size_t)(end - v.s));
		take_value(w, r, row, (struct span){ v.s,
		    (size_t)((nl != NULL ? nl : end) - v.s) }, f);
		if (nl == NULL)
			return;
		v.s = nl + 1;
	}
}

static void
take_fact(struct work *w, const struct map_rule *r,
    const struct fact_row *row, const struct fact *v, struct found *f)
{
	char plain[NUMBER_MAX];

	if (v == NULL || v->type == FACT_NULL)
		return;
	if (v->type == FACT_LIST) {
		for (size_t i = 0; i < v->list.n && f->n < f->max; i++)
			take_fact(w, r, row, &v->list.v[i], f);
		return;
	}
	if (v->type == FACT_STRING) {
		take_value(w, r, row, (struct span){ v->s, strlen(v->s) }, f);
		return;
	}
	/* Divided by 1, a time is milliseconds since 1970: what Jira wants. */
	if (v->type == FACT_TIME && r->divide > 0)
		snprintf(plain, sizeof(plain), "%lld", (long long)v->ms);
	else
		fact_format(v, plain, sizeof(plain));
	take_value(w, r, row, (struct span){ plain, strlen(plain) }, f);
}

/* --- sources --------------------------------------------------------------------- */

static void
take_text(struct work *w, const struct map_rule *r,
    const char *text, struct found *f)
{
	struct span v = { text, strlen(text) };

	if (f->max > 1)
		take_lines(w, r, NULL, v, f);
	else
		take_value(w, r, NULL, v, f);
}

static void
from_identity(struct work *w, const struct map_rule *r, struct found *f)
{
	const char *one = strcasecmp(r->from.what, "identity.serial") == 0 ?
	    identity_serial(w->id) : identity_uuid(w->id);

	if (strcasecmp(r->from.what, "identity.mac") != 0) {
		if (one != NULL)
			take_text(w, r, one, f);
		return;
	}
	for (size_t i = 0; i < w->macs.n && f->n < f->max; i++)
		take_text(w, r, w->macs.v[i], f);
}

static void
from_rows(struct work *w, const struct map_rule *r, const char *class,
    const char *property, struct found *f)
{
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; i < n && f->n < f->max; i++) {
		const struct fact_row *row = facts_at(w->facts, class, i);

		take_fact(w, r, row, fact_get(row, property), f);
	}
}

/* Raw classes, what names the row in them, and what holds the answer. */
static const struct { const char *class, *key; } raw[] = {
	[NEED_FILE] = { "file", "path" },
	[NEED_SYSCTL] = { "sysctl", "name" },
	[NEED_COMMAND] = { "command", "command" },
	[NEED_REGISTRY] = { "registry", "path" },
};

/* The row that answers a raw question; NULL: it was not answered. */
static const struct fact_row *
raw_row(const struct work *w, const struct map_from *from)
{
	const char *class = raw[from->kind].class, *said, *value;
	bool windows = from->kind == NEED_REGISTRY;
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; i < n; i++) {
		const struct fact_row *row = facts_at(w->facts, class, i);

		said = fact_text(row, raw[from->kind].key);
		if (said == NULL || (windows ? strcasecmp(said, from->what) :
		    strcmp(said, from->what)) != 0)
			continue;
		value = fact_text(row, "value");
		if (!windows || strcasecmp(value != NULL ? value : "",
		    from->property != NULL ? from->property : "") == 0)
			return row;
	}
	return NULL;
}

static void
gather(struct work *w, const struct map_rule *r, struct found *f)
{
	const struct map_from *from = &r->from;
	const struct fact_row *row;
	const struct fact *v;
	char class[MAP_NAME_MAX];
	size_t n;

	if (from->kind == NEED_FACT) {
		n = strcspn(from->what, ".");
		if (n >= sizeof(class))
			return;
		memcpy(class, from->what, n);
		class[n] = '\0';
		if (strcasecmp(class, "identity") == 0)
			from_identity(w, r, f);
		else
			from_rows(w, r, class, from->what + n + 1, f);
	} else if (from->kind == NEED_CLASS) {
		from_rows(w, r, mapping_rows_of(w->map, w->os, from->what,
		    from->wmi_namespace, from->filter), from->property, f);
	} else if ((row = raw_row(w, from)) != NULL &&
	    (v = fact_get(row, "text")) != NULL) {
		if (v->type == FACT_STRING)
			take_text(w, r, v->s, f);
		else
			take_fact(w, r, row, v, f);
	}
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
	    "Ask the host with `assetscan wmi` for that class and property." },
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
		    "computers say", (int)cut_at(shown, strlen(shown), 60),
		    shown) < 0)
			text = NULL;
		f->why = own(w, text);
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
	char *text;

	if (f->why != NULL)
		return;
	if (from->kind == NEED_FACT &&
	    strncasecmp(from->what, "identity.", 9) == 0) {
		explain_identity(w, from->what, f);
		return;
	}
	if (reason(w, from->kind <= NEED_FACT || raw[from->kind].class == NULL ?
	    "" : raw[from->kind].class, from->what, from->property, f) ||
	    reason(w, "", from->what, from->property, f) ||
	    reason(w, "", from->what, NULL, f))
		return;
	f->why = silent[from->kind].why;
	f->fix = silent[from->kind].fix;
	if (from->kind != NEED_COMMAND || (row = raw_row(w, from)) == NULL ||
	    (status = fact_get(row, "status")) == NULL ||
	    status->type != FACT_INT || status->i == 0)
		return;
	if (asprintf(&text, "the command ended with status %lld",
	    (long long)status->i) < 0)
		text = NULL;
	f->why = own(w, text);
}

/* --- what identifies ------------------------------------------------------------------ */

static void
ignore_mac(struct work *w, const char *mac, const char *why)
{
	struct mapped *m = w->out;
	struct map_ignored *list;

	for (size_t i = 0; i < m->nignored; i++)
		if (strcmp(m->ignored[i].mac, mac) == 0)
			return;
	list = reallocarray(m->ignored, m->nignored + 1, sizeof(*list));
	mac = own_text(w, mac, strlen(mac));
	if (list == NULL || mac == NULL) {
		w->no_memory = true;
		return;
	}
	m->ignored = list;
	list[m->nignored++] = (struct map_ignored){ mac, why };
}

static void
add_mac(struct work *w, const char *mac)
{
	for (size_t i = 0; i < w->macs.n; i++)
		if (strcmp(w->macs.v[i], mac) == 0)
			return;
	add(w, &w->macs, strdup(mac));
}

static void
macs_of(struct work *w, const struct identity *id)
{
	for (size_t i = 0; i < identity_macs(id); i++)
		add_mac(w, identity_mac(id, i));
	for (size_t i = 0; i < identity_ignored(id); i++)
		ignore_mac(w, identity_ignored_mac(id, i),
		    identity_ignored_why(id, i));
}

/* Rows of Win32_NetworkAdapter as the rules of identity.h know adapters. */
static struct facts *
adapters(const struct work *w, const char *class)
{
	static const char *const names[][2] = { { "mac", "MACAddress" },
		{ "description", "Name" }, { "pnpId", "PNPDeviceID" },
		{ "service", "ServiceName" } };
	struct facts *all = facts_new();
	size_t n = facts_rows(w->facts, class);

	for (size_t i = 0; all != NULL && i < n; i++) {
		const struct fact_row *from = facts_at(w->facts, class, i);
		struct fact_row *to = facts_row(all, "nic");
		const char *pnp = fact_text(from, "PNPDeviceID");
		const char *name = fact_text(from, "NetConnectionID");
		const struct fact *type = fact_get(from, "AdapterTypeID");

		fact_str(to, "name", name != NULL ? name :
		    fact_text(from, "Name"));
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			fact_str(to, names[k][0], fact_text(from, names[k][1]));
		fact_bool(to, "device", pnp != NULL);
		if (type != NULL && type->type == FACT_UINT && type->u == 9)
			fact_bool(to, "wireless", true);
	}
	return all;
}

/* Addresses that a rule names outright: used, but for those known as virtual. */
static void
judge_macs(struct work *w, const struct found *f)
{
	char mac[MAC_TEXT];
	const char *why;

	for (size_t i = 0; i < f->n; i++) {
		if (!mac_canonical(f->v[i], mac))
			continue;
		why = mac_why_not(mac);
		for (size_t k = 0; why == NULL && k < identity_ignored(w->id); k++)
			if (strcmp(identity_ignored_mac(w->id, k), mac) == 0)
				why = identity_ignored_why(w->id, k);
		if (why != NULL)
			ignore_mac(w, mac, why);
		else
			add_mac(w, mac);
	}
}

static void
find_macs(struct work *w, const struct map_key_rule *k)
{
	const char *class = w->os == MAP_WINDOWS ? mapping_adapter_rows(w->map) :
	    NULL;
	struct found f = { .max = KEYS_MAX };
	struct map_rule r = { .field = k->field, .from = k->from };
	struct identity *id;
	struct facts *nics;

	if (k->from.kind != NEED_FACT) {
		gather(w, &r, &f);
		judge_macs(w, &f);
		free(f.v);
	} else if (class == NULL) {
		macs_of(w, w->id);
	} else if ((nics = adapters(w, class)) != NULL) {
		if ((id = identity_from_facts(nics)) != NULL)
			macs_of(w, id);
		else
			w->no_memory = true;
		identity_free(id);
		facts_free(nics);
	} else {
		w->no_memory = true;
	}
}

static void
add_key(struct work *w, const struct map_key_rule *k, const char *value)
{
	struct mapped *m = w->out;
	struct map_key *list = reallocarray(m->keys, m->nkeys + 1, sizeof(*list));

	if (list == NULL || (value = own_text(w, value, strlen(value))) == NULL) {
		w->no_memory = true;
		if (list != NULL)
			m->keys = list;
		return;
	}
	m->keys = list;
	list[m->nkeys++] = (struct map_key){ .field = k->field,
		.kind = k->kind, .value = value };
}

static void
find_key(struct work *w, const struct map_key_rule *k)
{
	struct found f = { .max = 1 };
	struct map_rule r = { .field = k->field, .from = k->from };
	char uuid[37];
	size_t n = w->macs.n;

	if (k->kind == KEY_MAC) {
		find_macs(w, k);
		for (size_t i = n; i < w->macs.n; i++)
			add_key(w, k, w->macs.v[i]);
		return;
	}
	gather(w, &r, &f);
	if (f.n > 0 && k->kind == KEY_UUID && uuid_canonical(f.v[0], uuid))
		add_key(w, k, uuid);
	else if (f.n > 0 && k->kind != KEY_UUID && strlen(f.v[0]) <= 255 &&
	    (k->kind != KEY_SERIAL || !serial_is_junk(f.v[0])))
		add_key(w, k, f.v[0]);
	free(f.v);
}

static void
find_keys(struct work *w)
{
	bool asked = false;

	for (size_t i = 0; i < w->sys->nkeys; i++)
		if (map_from_fits(&w->sys->keys[i].from, w->os)) {
			find_key(w, &w->sys->keys[i]);
			asked |= w->sys->keys[i].kind == KEY_MAC;
		}
	if (!asked)
		macs_of(w, w->id);
	if (w->out->nkeys == 0 && w->sys->nkeys > 0)
		warn(w, "Nothing that the matcher asks for identifies this "
		    "computer%s; its asset cannot be found.",
		    w->out->nignored > 0 ? ", and its MAC addresses were left "
		    "out" : "");
}

/* --- fields -------------------------------------------------------------------------- */

static char *
joined(struct work *w, const struct map_rule *r, const struct found *f)
{
	struct wr out = wr_new(VALUE_MAX + 1);
	size_t sep = strlen(r->join), n, i;
	char *s;

	for (i = 0; i < f->n; i++) {
		n = strlen(f->v[i]);
		if (out.len + n + sep > VALUE_MAX && i > 0)
			break;
		if (i > 0)
			wr_str(&out, r->join);
		wr_bytes(&out, f->v[i], cut_at(f->v[i], n, VALUE_MAX));
	}
	if (i < f->n)
		warn(w, "%s: %zu of %zu values fit; the rest was left out.",
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

	gather(w, r, &f);
	out->policy = r->policy;
	if (f.n == 0) {
		explain(w, &r->from, &f);
		out->why = own_text(w, f.why != NULL ? f.why : "",
		    strlen(f.why != NULL ? f.why : ""));
		out->fix = own_text(w, f.fix != NULL ? f.fix : "",
		    strlen(f.fix != NULL ? f.fix : ""));
		free(f.v);
		return;
	}
	if (f.n == f.max && f.max > 1)
		warn(w, "%s: only the first %zu values were taken.", r->field,
		    f.max);
	if (r->join != NULL) {
		one = own(w, joined(w, r, &f));
		f.v[0] = one;
		f.n = one != NULL;
	}
	if ((v = own(w, f.v)) != NULL) {
		out->values = v;
		out->n = f.n;
	}
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
		v.field = own_text(w, r->field, strlen(r->field));
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
			t = trimmed(m->values[i].values[0],
			    strlen(m->values[i].values[0]));
	for (size_t i = 0; t.n == 0 && i < ARRAY_LEN(names); i++)
		if ((f = facts_find(w->facts, names[i])) != NULL &&
		    f->type == FACT_STRING)
			t = trimmed(f->s, strlen(f->s));
	if (t.n > 0)
		m->title = own_text(w, t.s, cut_at(t.s, t.n, TITLE_MAX));
}

struct mapped *
mapping_eval(const struct mapping *map, enum map_os os,
    const struct facts *facts, struct err *e)
{
	struct work w = { .map = map, .sys = mapping_system(map, os), .os = os,
		.facts = facts, .macs = { .max = KEYS_MAX } };

	if (w.sys == NULL) {
		fail(e, ERR_UNKNOWN_OS, "the mapping has no part for %s",
		    map_os_name(os));
		return NULL;
	}
	if ((w.out = calloc(1, sizeof(*w.out))) == NULL ||
	    (w.id = identity_from_facts(facts)) == NULL) {
		w.no_memory = true;
	} else {
		find_keys(&w);
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
