#include "helper/report/html.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "helper/base/checked.h"
#include "helper/base/text.h"
#include "helper/report/out.h"

static uint32_t
code_point(const uint8_t *p, size_t n)
{
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

/* Changes how the text around it looks, without being seen itself. */
static bool
is_unseen(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
	    c == 0x061c || c == 0x200e || c == 0x200f ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

static const struct { char c; const char *entity; } entities[] = {
	{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
	{ '\'', "&#39;" },
};

/* How many octets at p, up to its NUL, need no escape. */
static size_t
plain_run(const char *p)
{
	size_t n = 0;

	while ((unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x7f &&
	    p[n] != '&' && p[n] != '<' && p[n] != '>' && p[n] != '"' &&
	    p[n] != '\'')
		n++;
	return n;
}

/* One character that is none of those; gives its octets. */
static size_t
put_char(FILE *f, const char *p)
{
	size_t n = text_utf8_len(p, strnlen(p, 4));
	uint32_t c;

	if (n == 0) {
		fputs("\xef\xbf\xbd", f);
		return 1;
	}
	for (size_t i = 0; n == 1 && i < ARRAY_LEN(entities); i++)
		if (*p == entities[i].c) {
			fputs(entities[i].entity, f);
			return n;
		}
	c = code_point((const uint8_t *)p, n);
	if (is_unseen(c))
		fprintf(f, "\xe2\x9f\xa8U+%04X\xe2\x9f\xa9", (unsigned)c);
	else
		fwrite(p, 1, n, f);
	return n;
}

void
html_text(FILE *f, const char *text)
{
	size_t n;

	while (text != NULL && *text != '\0') {
		if ((n = plain_run(text)) > 0)
			fwrite(text, 1, n, f);
		else
			n = put_char(f, text);
		text += n;
	}
}

void
html_cut(FILE *f, const char *text, size_t columns)
{
	char part[1024];
	size_t at = 0, n;

	if (text == NULL || out_width(text) <= columns) {
		html_text(f, text);
		return;
	}
	while ((n = text_utf8_len(text + at, strnlen(text + at, 4))) != 0 &&
	    at + n < sizeof(part)) {
		memcpy(part + at, text + at, n);
		part[at + n] = '\0';
		if (out_width(part) > columns - 1)
			break;
		at += n;
	}
	part[at] = '\0';
	html_text(f, part);
	fputs("\xe2\x80\xa6", f);
}

const char *
html_octets(double n, char *dst, size_t cap)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
		"PiB", "EiB" };
	size_t u = 0;

	while (n >= 1024 && u + 1 < ARRAY_LEN(units)) {
		n /= 1024;
		u++;
	}
	snprintf(dst, cap, u == 0 || n >= 100 ? "%.0f %s" : "%.1f %s", n,
	    units[u]);
	return dst;
}

/* --- values by the unit in their names ------------------------------------------- */

static void
octets(FILE *f, double n)
{
	char text[40];

	fputs(html_octets(n, text, sizeof(text)), f);
}

static void
octets_a_second(FILE *f, double n)
{
	octets(f, n);
	fputs("/s", f);
}

static void
percent(FILE *f, double n)
{
	fprintf(f, "%.1f %%", n);
}

static void
seconds(FILE *f, double n)
{
	long s = (long)n;

	if (n < 0 || n >= 1e12)
		fprintf(f, "%.3g s", n);
	else if (n < 120)
		fprintf(f, "%.3g s", n);
	else if (s < 7200)
		fprintf(f, "%ld min %ld s", s / 60, s % 60);
	else if (s < 172800)
		fprintf(f, "%ld h %ld min", s / 3600, s / 60 % 60);
	else
		fprintf(f, "%ld d %ld h", s / 86400, s / 3600 % 24);
}

static const struct {
	const char *suffix;
	void (*show)(FILE *, double);	/* NULL: the number, then the word */
	const char *unit;
} units[] = {
	{ "BytesPerSec", octets_a_second, NULL }, { "Bytes", octets, NULL },
	{ "Percent", percent, NULL }, { "Seconds", seconds, NULL },
	{ "PerSec", NULL, "/s" }, { "Mbps", NULL, " Mbit/s" },
	{ "Mtps", NULL, " MT/s" }, { "Mwh", NULL, " mWh" },
	{ "Minutes", NULL, " min" }, { "Inches", NULL, "\xe2\x80\xb3" },
	{ "Mhz", NULL, " MHz" },
};

static size_t
unit_of(const char *name)
{
	size_t n = name != NULL ? strlen(name) : 0, i;

	for (i = 0; i < ARRAY_LEN(units); i++) {
		size_t k = strlen(units[i].suffix);

		if (n > k && strcmp(name + n - k, units[i].suffix) == 0)
			break;
	}
	return i;
}

static void
number(FILE *f, const char *name, double n, const json_t *v)
{
	size_t u = unit_of(name);

	if (u < ARRAY_LEN(units) && units[u].show != NULL)
		units[u].show(f, n);
	else if (json_is_integer(v))
		fprintf(f, "%lld%s", (long long)json_integer_value(v),
		    u < ARRAY_LEN(units) ? units[u].unit : "");
	else
		fprintf(f, "%.6g%s", n, u < ARRAY_LEN(units) ? units[u].unit : "");
}

void
html_value(FILE *f, const char *name, const json_t *v)
{
	const char *member;
	json_t *one;
	size_t i;

	switch (v != NULL ? json_typeof(v) : JSON_NULL) {
	case JSON_STRING:
		html_text(f, json_string_value(v));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		number(f, name, json_number_value(v), v);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		fputs(json_is_true(v) ? "yes" : "no", f);
		break;
	case JSON_ARRAY:
		json_array_foreach((json_t *)v, i, one) {
			fputs(i > 0 ? ", " : "", f);
			if (!json_is_array(one) && !json_is_object(one))
				html_value(f, name, one);
		}
		break;
	case JSON_OBJECT:
		json_object_foreach((json_t *)v, member, one) {
			if (json_is_array(one) || json_is_object(one))
				continue;
			html_text(f, member);
			fputs(": ", f);
			html_value(f, member, one);
			fputs(". ", f);
		}
		break;
	default:
		break;
	}
}

/* Names that words of lower case would spoil. */
static const struct { const char *name, *words; } spelled[] = {
	{ "os", "OS" }, { "cpu", "CPU" }, { "ip", "IP" }, { "mac", "MAC" },
	{ "uuid", "UUID" }, { "nic", "Adapter" }, { "gpu", "GPU" },
	{ "tpm", "TPM" }, { "bios", "BIOS" }, { "dns", "DNS" }, { "fs", "FS" },
	{ "id", "ID" }, { "ips", "IPs" }, { "sku", "SKU" }, { "mtu", "MTU" },
	{ "dhcp", "DHCP" }, { "pid", "PID" }, { "raid", "RAID" },
	{ "wwn", "WWN" }, { "ssh", "SSH" }, { "fqdn", "FQDN" },
};

void
html_words(FILE *f, const char *name)
{
	size_t n = strlen(name), u = unit_of(name);

	for (size_t i = 0; i < ARRAY_LEN(spelled); i++)
		if (strcmp(name, spelled[i].name) == 0) {
			fputs(spelled[i].words, f);
			return;
		}
	if (u < ARRAY_LEN(units))	/* the value has it */
		n -= strlen(units[u].suffix);
	for (size_t i = 0; name[i] != '\0'; i++)
		if (!isalnum((unsigned char)name[i])) {	/* not one of ours */
			html_text(f, name);
			return;
		}
	for (size_t i = 0; i < n; i++) {
		bool new_word = i > 0 && isupper((unsigned char)name[i]) &&
		    !isupper((unsigned char)name[i - 1]);

		if (new_word)
			fputc(' ', f);
		fputc(i == 0 ? toupper((unsigned char)name[i]) : new_word ?
		    tolower((unsigned char)name[i]) : name[i], f);
	}
}
