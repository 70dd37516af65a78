/* unix_printers.c: printers and print queues, of CUPS mostly. */
#include <stdio.h>
#include <string.h>

#include "helper/unix/unix_parse.h"

#define PRINTERS_MAX 1000
#define FILE_MAX 200000		/* octets of a list, as asked */

static struct fact_row *
printer(struct unix_host *h, struct span name)
{
	struct fact_row *row;

	name = span_trim(name);
	for (size_t i = 0; i < facts_rows(h->facts, "printer"); i++) {
		const struct fact_row *have = facts_at(h->facts, "printer", i);
		const char *n = fact_text(have, "name");

		if (n != NULL && span_is(name, n))
			return (struct fact_row *)(uintptr_t)have;
	}
	if (name.n == 0 || (row = unix_row(h, "printer", PRINTERS_MAX)) == NULL)
		return NULL;
	fact_span(row, "name", name);
	return row;
}

/* "ipp://192.0.2.5/ipp/print", "socket://192.0.2.6:9100", "usb://HP/LaserJet",
 * "dnssd://..."; a password in it is not for the asset */
static void
device(struct fact_row *row, struct span uri)
{
	static const char *const local[] = { "usb:", "parallel:", "serial:",
		"file:", "cups-pdf:", "hp:/usb", "direct:", "///dev", "/dev/" };
	const char *slashes = uri.n > 3 ? memmem(uri.p, uri.n, "://", 3) : NULL;
	struct span host, scheme;
	const char *at;
	bool net = slashes != NULL;
	char text[600];

	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		if (span_starts(uri, local[i]))
			net = false;
	fact_bool(row, "network", net);
	if (!net) {
		fact_span(row, "port", uri);
		return;
	}
	scheme = (struct span){ uri.p, (size_t)(slashes - uri.p) + 3 };
	host = span_after(uri, scheme.n);
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] == '/' || host.p[i] == '?') {
			host.n = i;
			break;
		}
	if (host.n > 0 && (at = memrchr(host.p, '@', host.n)) != NULL)
		host = span_after(host, (size_t)(at - host.p) + 1);
	uri = span_after(uri, (size_t)(host.p - uri.p));
	snprintf(text, sizeof(text), "%.*s%.*s", (int)(scheme.n < 40 ? scheme.n :
	    40), scheme.p, (int)(uri.n < 500 ? uri.n : 500), uri.p);
	fact_str(row, "port", text);
	if (span_starts(host, "[")) {
		host = span_between(host, "[", "]");
	} else if (host.n > 0 && (at = memchr(host.p, ':', host.n)) != NULL) {
		host.n = (size_t)(at - host.p);
	}
	if (!span_starts(scheme, "dnssd") && !span_starts(scheme, "implicit"))
		fact_span(row, "address", host);
}

static const char *
state_of(struct span line)
{
	return span_has(line, " is idle") ? "idle" :
	    span_has(line, "now printing") ? "printing" :
	    span_has(line, "disabled") ? "stopped" : NULL;
}

/* "printer hp is idle.  enabled since ...", "\tLocation: 2nd floor",
 * "device for hp: ipp://...", "system default destination: hp" */
static void
lpstat(struct unix_host *h, struct span text)
{
	struct span line, w, key, v;
	struct fact_row *row = NULL;

	while (span_line(&text, &line)) {
		struct span rest = line;

		if (span_starts(line, "printer ") && span_word(&rest, &w) &&
		    span_word(&rest, &w)) {
			row = printer(h, w);
			fact_str(row, "state", state_of(line));
		} else if (span_starts(line, "device for ")) {
			rest = span_after(line, strlen("device for "));
			if (span_split(rest, ':', &key, &v))
				device(printer(h, key), v);
		} else if (span_starts(line, "system default destination:")) {
			if (span_split(line, ':', &key, &v))
				fact_bool(printer(h, v), "isDefault", true);
		} else if (row != NULL && span_starts(line, "\t") &&
		    span_split(line, ':', &key, &v) && span_is(key, "Location")) {
			fact_span(row, "location", v);
		}
	}
}

/* root sees "<Printer hp>", "DeviceURI ipp://...", "Shared Yes" */
static void
conf(struct unix_host *h, struct span text)
{
	struct fact_row *row = NULL;
	struct span line, key;

	while (span_line(&text, &line)) {
		struct span rest = line;

		if (!span_word(&rest, &key))
			continue;
		rest = span_trim(rest);
		if (span_is(key, "<Printer") || span_is(key, "<DefaultPrinter")) {
			if (rest.n > 0 && rest.p[rest.n - 1] == '>')
				rest.n--;
			row = printer(h, rest);
			if (span_is(key, "<DefaultPrinter"))
				fact_bool(row, "isDefault", true);
		} else if (span_starts(key, "</")) {
			row = NULL;
		} else if (span_is(key, "DeviceURI") && row != NULL) {
			device(row, rest);
		} else if (span_is(key, "Location")) {
			fact_span(row, "location", rest);
		} else if (span_is(key, "MakeModel")) {
			fact_span(row, "driver", rest);
		} else if (span_is(key, "Shared")) {
			fact_bool(row, "shared", span_is(rest, "Yes"));
		} else if (span_is(key, "State")) {
			fact_span(row, "state", span_is(rest, "Idle") ?
			    span_of("idle") : span_is(rest, "Stopped") ?
			    span_of("stopped") : rest);
		}
	}
}

/* `/etc/cups/ppd/hp.ppd:*NickName: "HP LaserJet ..."` */
static void
ppd(struct unix_host *h, struct span text)
{
	struct span line, file, v;
	const char *slash;

	while (span_line(&text, &line)) {
		if (!span_split(line, ':', &file, &v) ||
		    (slash = memrchr(file.p, '/', file.n)) == NULL)
			continue;
		file = span_after(file, (size_t)(slash - file.p) + 1);
		if (file.n <= 4)
			continue;
		file.n -= 4;			/* ".ppd" */
		v = span_between(v, "\"", "\"");
		for (size_t i = 0; i < facts_rows(h->facts, "printer"); i++) {
			const struct fact_row *row = facts_at(h->facts,
			    "printer", i);
			const char *n = fact_text(row, "name");

			if (n != NULL && span_is(file, n))
				fact_span((struct fact_row *)(uintptr_t)row,
				    "driver", v);
		}
	}
}

/* Systems without CUPS: "lp|Local printer:\" */
static void
printcap(struct unix_host *h, struct span text)
{
	struct span line, name;

	while (span_line(&text, &line)) {
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == '\t' ||
		    line.p[0] == ' ' || line.p[0] == ':' ||
		    !span_field(&line, ':', &name))
			continue;
		if (span_field(&name, '|', &line))
			(void)printer(h, line);
	}
}

void
parse_printers(struct unix_host *h, const struct unix_section *s)
{
	struct span rest = s->text, label, text, caps = { "", 0 };
	bool cups = false;

	while (unix_part(h->frame, &rest, &label, &text)) {
		unix_cut_at(h, "printer", text, FILE_MAX);
		text = span_first(text, FILE_MAX);
		if (span_is(label, "lpstat")) {
			lpstat(h, text);
			cups = true;
		} else if (span_has(label, "printers.conf")) {
			conf(h, text);
		} else if (span_is(label, "/etc/printcap")) {
			caps = text;
		} else if (span_is(label, "ppd")) {
			ppd(h, text);
		}
	}
	if (facts_rows(h->facts, "printer") == 0 && !cups)
		printcap(h, caps);
	if (facts_rows(h->facts, "printer") > 0)
		facts_missing(h->facts, "printer.shared", "CUPS keeps it in a "
		    "file that only root reads", "Scan as root.");
}
