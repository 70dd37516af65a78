/* range_parse.c: the forms in which people write addresses. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/target/range_forms.h"

/* Two addresses with zones, a name, or blanks around a hyphen: all fit. */
#define FORM_MAX 300

#define EXPECTED "expected a.b.c.d, a-b, a.b.c.d-e, a CIDR prefix, an IPv6 " \
	"form or a host name"

/* An address as written: what the family alone does not say. */
struct end {
	struct net_addr addr;
	bool colons;		/* IPv6 spelling, IPv4-mapped too */
};

void
range_locate(const struct net_addr *a, uint64_t *zone, range_at *at)
{
	size_t n = a->family == 4 ? 4 : 16;

	*zone = a->family == 4 ? 0 : RANGE_ZONE_V6 + (uint64_t)a->scope;
	*at = 0;
	for (size_t i = 0; i < n; i++)
		*at = *at << 8 | a->ip[i];
}

void
range_address(uint64_t zone, range_at at, struct net_addr *a)
{
	size_t n = zone == 0 ? 4 : 16;

	*a = (struct net_addr){ .family = zone == 0 ? 4 : 6 };
	if (zone != 0)
		a->scope = (uint32_t)(zone - RANGE_ZONE_V6);
	for (size_t i = n; i-- > 0; at >>= 8)
		a->ip[i] = (uint8_t)at;
}

bool
range_link_local(uint64_t zone, range_at at)
{
	return zone != 0 && at >> 118 == RANGE_LINK_LOCAL;
}

/* --- one address ------------------------------------------------------- */

static bool
end_parse(const char *s, size_t n, struct end *end)
{
	char text[NET_ADDR_TEXT + 2];

	if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
		if (memchr(s, ':', n) == NULL)
			return false;
	}
	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	end->colons = strchr(text, ':') != NULL;
	return net_addr_parse(text, &end->addr);
}

/* A zone means an interface, which only link-local addresses need; without it
 * nobody knows where a link-local one is. */
static bool
zone_check(const char *what, struct range_form *f, struct err *e)
{
	bool local = range_link_local(f->zone, f->from) &&
	    range_link_local(f->zone, f->to);

	if (f->zone > RANGE_ZONE_V6 && !local)
		return fail(e, ERR_RANGE, "\"%s\": only a link-local address "
		    "(fe80::/10) may name an interface", what);
	if (f->zone == RANGE_ZONE_V6 && !f->exclude &&
	    (range_link_local(f->zone, f->from) ||
	    range_link_local(f->zone, f->to)))
		return fail(e, ERR_RANGE, "\"%s\": a link-local address needs "
		    "its interface, as in fe80::1%%eth0", what);
	return true;
}

static bool
bounds_check(const char *what, struct range_form *f, struct err *e)
{
	if (f->from > f->to)
		return fail(e, ERR_RANGE, "\"%s\": the range ends before it "
		    "begins", what);
	/* Excluding costs nothing however much it is. */
	if (f->zone != 0 && !f->exclude && f->to - f->from >= RANGE_V6_MAX)
		return fail(e, ERR_RANGE, "\"%s\": an IPv6 range holds at most "
		    "16777216 addresses (a /104)", what);
	return zone_check(what, f, e);
}

static bool
between(const char *what, const struct end *a, const struct end *b,
    struct range_form *f, struct err *e)
{
	struct net_addr from = a->addr, to = b->addr;
	uint64_t zone;

	if (from.family != to.family)
		return fail(e, ERR_RANGE, "\"%s\": from IPv4 to IPv6 there is "
		    "no range", what);
	/* "fe80::1%eth0-fe80::9": said once, meant for both. */
	if (from.scope == 0)
		from.scope = to.scope;
	else if (to.scope == 0)
		to.scope = from.scope;
	if (from.scope != to.scope)
		return fail(e, ERR_RANGE, "\"%s\": the ends are on different "
		    "interfaces", what);
	range_locate(&from, &f->zone, &f->from);
	range_locate(&to, &zone, &f->to);
	return bounds_check(what, f, e);
}

/* --- prefix ------------------------------------------------------------ */

/* "24", or "255.255.255.0" whose ones come first. */
static bool
prefix_length(const char *s, const struct end *end, uint64_t *bits)
{
	uint64_t zone, most = end->addr.family == 4 ? 32 : 128;
	struct net_addr mask;
	range_at at;

	if (text_u64(s, 0, end->colons ? 128 : most, bits)) {
		if (!end->colons || end->addr.family == 6)
			return true;
		/* ::ffff:10.0.0.0/120 is 10.0.0.0/24. */
		if (*bits < 96)
			return false;
		*bits -= 96;
		return true;
	}
	if (end->colons || !net_addr_parse(s, &mask) || mask.family != 4)
		return false;
	range_locate(&mask, &zone, &at);
	for (*bits = 0; *bits < 32; ++*bits)
		if (((uint64_t)at << *bits & 0x80000000u) == 0)
			break;
	return ((uint64_t)at << *bits & 0xffffffffu) == 0;
}

static bool
parse_prefix(const char *text, const char *slash, struct range_form *f,
    struct err *e)
{
	struct end end;
	uint64_t bits;
	unsigned host;
	range_at rest;

	if (!end_parse(text, (size_t)(slash - text), &end))
		return fail(e, ERR_RANGE, "\"%s\": in front of / an address "
		    "is expected, as in 10.0.0.0/24", text);
	if (!prefix_length(slash + 1, &end, &bits))
		return fail(e, ERR_RANGE, "\"%s\": behind / a prefix length of "
		    "0 to %d is expected", text, end.colons ? 128 : 32);
	host = (end.addr.family == 4 ? 32u : 128u) - (unsigned)bits;
	rest = host == 128 ? ~(range_at)0 : ((range_at)1 << host) - 1;
	range_locate(&end.addr, &f->zone, &f->from);
	f->from &= ~rest;
	f->to = f->from | rest;
	return bounds_check(text, f, e);
}

/* --- a-b --------------------------------------------------------------- */

/* a.b.c.d-e: only the last octet is said again. */
static bool
short_end(const struct end *from, const char *s, struct end *to)
{
	uint64_t last;

	if (from->colons || strlen(s) > 3 || !text_u64(s, 0, 255, &last))
		return false;
	*to = *from;
	to->addr.ip[3] = (uint8_t)last;
	return true;
}

/* Names of hosts and of interfaces hold hyphens too: try each one.  false
 * with no error set: this is no range. */
static bool
parse_between(const char *text, struct range_form *f, struct err *e)
{
	char form[FORM_MAX], *b;
	struct end from, to;
	const char *dash;
	size_t n;

	for (dash = strchr(text, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
		memcpy(form, text, strlen(text) + 1);
		form[dash - text] = '\0';
		b = text_trim(form + (dash - text) + 1);
		n = strlen(text_trim(form));
		if (!end_parse(form, n, &from))
			continue;
		if (short_end(&from, b, &to) || end_parse(b, strlen(b), &to))
			return between(text, &from, &to, f, e);
	}
	return false;
}

/* --- host name --------------------------------------------------------- */

/* What inet_aton() would take for a number: digits, 0x and hex digits. */
static bool
numeric_label(const char *s)
{
	size_t n = strcspn(s, ".");

	if (n > 1 && s[0] == '0' && s[1] == 'x')
		return strspn(s + 2, "0123456789abcdef") == n - 2;
	return n > 0 && strspn(s, "0123456789") == n;
}

static bool
label_ok(const char *s, size_t n)
{
	if (n == 0 || n > 63 || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_')
			return false;
	return true;
}

/* RFC 1123 2.1 with the underscore that Windows names have.  A name whose
 * last label is a number is a mistyped address; resolvers would guess. */
static bool
parse_name(const char *text, struct range_form *f)
{
	size_t n = strlen(text), labels = 0, len;
	const char *last = text;

	if (n > 1 && text[n - 1] == '.')
		n--;
	if (n == 0 || n > RANGE_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	for (size_t at = 0; at <= n; at += len + 1, labels++) {
		last = text + at;
		len = strcspn(last, ".");
		if (len > n - at)
			len = n - at;
		if (!label_ok(last, len))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		f->name[i] = (char)tolower((unsigned char)text[i]);
	/* The dot behind a single label keeps the search list away from it. */
	if (labels == 1 && text[n] == '.')
		f->name[n++] = '.';
	f->name[n] = '\0';
	if (numeric_label(f->name + (last - text)) ||
	    strspn(f->name, "0123456789.-") == n)
		f->name[0] = '\0';
	return f->name[0] != '\0';
}

/* --- any form ---------------------------------------------------------- */

/* Why the text is none of the forms, as close as can be told. */
static bool
refuse(const char *text, struct err *e)
{
	if (strspn(text, "0123456789.-") == strlen(text))
		return fail(e, ERR_RANGE, "\"%s\" is no IPv4 address or range: "
		    "four numbers of 0 to 255 without leading zeros are "
		    "expected, as in 10.0.0.1, 10.0.0.1-20 or "
		    "10.0.0.1-10.0.1.20", text);
	if (strchr(text, '%') != NULL && strchr(text, ':') != NULL)
		return fail(e, ERR_RANGE, "\"%s\": no such address, or this "
		    "machine has no such interface", text);
	if (strchr(text, ':') != NULL)
		return fail(e, ERR_RANGE, "\"%s\" is no IPv6 address or range "
		    "(and a port is not part of a range): " EXPECTED, text);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			return fail(e, ERR_RANGE, "\"%s\": a host name outside "
			    "ASCII is written in its xn-- form", text);
	return fail(e, ERR_RANGE, "\"%s\": " EXPECTED, text);
}

static bool
parse_form(const char *text, struct range_form *f, struct err *e)
{
	const char *slash = strchr(text, '/');
	struct err why = { 0 };
	struct end end;

	if (slash != NULL)
		return parse_prefix(text, slash, f, e);
	if (end_parse(text, strlen(text), &end))
		return between(text, &end, &end, f, e);
	if (parse_between(text, f, &why))
		return true;
	if (why.code != ERR_NONE)
		return fail(e, why.code, "%s", why.text);
	return parse_name(text, f) || refuse(text, e);
}

bool
range_form_parse(const char *s, size_t n, struct range_form *f, struct err *e)
{
	char text[FORM_MAX];

	*f = (struct range_form){ 0 };
	if (n > 0 && s[0] == '!') {
		f->exclude = true;
		s++;
		n--;
	}
	if (n >= sizeof(text))
		return fail(e, ERR_RANGE, "\"%.40s...\" is too long: " EXPECTED,
		    s);
	memcpy(text, s, n);
	text[n] = '\0';
	if (n == 0)
		return fail(e, ERR_RANGE, "\"!\" alone: behind it the form that "
		    "is left out is expected");
	return parse_form(text, f, e);
}

bool
range_form_span(const char *from, const char *to, struct range_form *f,
    struct err *e)
{
	char what[2 * FORM_MAX + 2];
	struct end a, b;

	*f = (struct range_form){ 0 };
	if (!end_parse(from, strlen(from), &a))
		return fail(e, ERR_RANGE, "\"%.80s\" is no address", from);
	if (!end_parse(to, strlen(to), &b))
		return fail(e, ERR_RANGE, "\"%.80s\" is no address", to);
	snprintf(what, sizeof(what), "%s-%s", from, to);
	return between(what, &a, &b, f, e);
}

/* --- the list ---------------------------------------------------------- */

static bool
separates(char c)
{
	return c == ',' || c == ';' || isspace((unsigned char)c);
}

static size_t
blanks(const char *s)
{
	return strspn(s, " \t");
}

bool
range_form_next(const char *text, size_t *at, const char **form, size_t *n)
{
	const char *s = text + *at, *end;

	while (separates(*s) || *s == '#')
		s += *s == '#' ? strcspn(s, "\n") : 1;
	if (*s == '\0')
		return false;
	for (end = s; *end != '\0' && *end != '#'; end++) {
		if (!separates(*end))
			continue;
		/* "10.0.0.1 - 10.0.0.9": no form begins with a hyphen. */
		if (end[blanks(end)] == '-')
			end += blanks(end);
		else if (end[-1] == '-' && blanks(end) > 0)
			end += blanks(end) - 1;
		else
			break;
	}
	*form = s;
	*n = (size_t)(end - s);
	*at = (size_t)(end - text);
	return true;
}
