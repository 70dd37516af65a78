#include "helper/report/report_html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/report/findings_row.h"
#include "helper/report/html.h"
#include "helper/report/report_forms.h"
#include "helper/report/report_page.h"

/* What the inventories of all hosts together may take on the page; a browser
 * holds a page of that size well. */
#define INVENTORY_MAX ((size_t)64 << 20)
#define FIRST_ROWS 500		/* see report.js */
#define INVENTORY_MIN 2048	/* of one host, however many there are */

/* --- head --------------------------------------------------------------------------- */

static void
title(FILE *f, const struct findings *found)
{
	const struct found_scan *first = findings_scans(found) > 0 ?
	    findings_scan(found, 0) : NULL;
	bool same = first != NULL && first->profile != NULL;

	for (size_t i = 1; same && i < findings_scans(found); i++) {
		const char *other = findings_scan(found, i)->profile;

		same = other != NULL && strcmp(other, first->profile) == 0;
	}
	if (same) {
		fputs("Scan of profile ", f);
		html_text(f, first->profile);
	} else {
		fprintf(f, "%zu scans", findings_scans(found));
	}
}

/* Nothing may be loaded, from anywhere; the two that are inside are known by
 * their sums, so that no word of a host can become a script. */
static void
head(FILE *f, const struct findings *found)
{
	fprintf(f, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; "
	    "img-src data:; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
	    "dark\">\n<meta name=\"generator\" content=\"assetscan %s\">\n"
	    "<link rel=\"icon\" href=\"data:,\">\n<title>", report_css_sha256,
	    report_js_sha256, ASSETSCAN_VERSION);
	title(f, found);
	fprintf(f, ", %s</title>\n<style>%s</style>\n<script>%s</script>\n"
	    "</head>\n", findings_day(found), report_css, report_js);
}

/* 2026-11-28T05:45:16.123Z as 2026-11-28 05:45 UTC. */
static void
when(FILE *f, const char *time)
{
	if (strlen(time) >= 16 && time[10] == 'T') {
		char text[17];

		snprintf(text, sizeof(text), "%.10s %.5s", time, time + 11);
		html_text(f, text);
		fputs(" UTC", f);
	} else {
		html_text(f, time);
	}
}

static void
scan_line(FILE *f, const struct found_scan *s, bool named)
{
	fputs("<li>", f);
	if (named && s->source != NULL) {
		html_text(f, s->source);
		fputs(": ", f);
	}
	if (named && s->profile != NULL) {
		fputs("profile ", f);
		html_text(f, s->profile);
		fputs(", ", f);
	}
	if (s->ended != NULL) {
		when(f, s->ended);
		fputs(", ", f);
	}
	fprintf(f, "%llu address%s", (unsigned long long)s->addresses,
	    s->addresses == 1 ? "" : "es");
	if (s->reason != NULL) {
		fputs(", ", f);
		html_text(f, s->reason);
		fprintf(f, " after %.1f s", s->seconds);
	} else {
		fputs(", <b>the end of this scan is missing</b>", f);
	}
	fputs("</li>", f);
}

static void
band(FILE *f, const struct findings *found)
{
	size_t n = findings_scans(found);

	fputs("<body>\n<a class=\"skip\" href=\"#hosts\">To the hosts</a>\n"
	    "<header class=\"band\"><svg class=\"mark\" viewBox=\"0 0 40 40\" "
	    "aria-hidden=\"true\"><circle cx=\"20\" cy=\"20\" r=\"17\"/><circle cx=\"20\" "
	    "cy=\"20\" r=\"10\"/><path d=\"M20 20L32 8\"/><circle class=\"dot\" cx=\"26\" "
	    "cy=\"26\" r=\"2.6\"/><circle class=\"dot\" cx=\"13\" cy=\"15\" r=\"2.2\"/></svg>"
	    "<div><h1>", f);
	title(f, found);
	fputs("</h1>\n<ul class=\"scans\">", f);
	for (size_t i = 0; i < n && i < 12; i++)
		scan_line(f, findings_scan(found, i), n > 1);
	if (n > 12)
		fprintf(f, "<li>and %zu more scans</li>", n - 12);
	fputs("</ul></div></header>\n<main>\n", f);
}

/* --- totals ----------------------------------------------------------------------------- */

static json_int_t
total(const struct findings *found, bool assets, const char *name)
{
	return json_integer_value(json_object_get(findings_total(found, assets),
	    name));
}

/* One figure.  `what` and `value`: what a click filters by; NULL: nothing. */
static void
tile(FILE *f, json_int_t n, const char *label, const char *kind,
    const char *what, const char *value)
{
	fprintf(f, "<div class=\"tile%s%s%s\"", n > 0 ? " " : "",
	    n > 0 ? kind : "", what != NULL && n > 0 ? " pick" : "");
	if (what != NULL && n > 0)
		fprintf(f, " data-f=\"%s\" data-v=\"%s\"", what, value);
	fprintf(f, "><b>%lld</b><span>%s</span></div>\n", (long long)n, label);
}

static void
tiles(FILE *f, const struct findings *found)
{
	static const char *const failed[] = { "auth_failed", "denied", "error",
		"unreachable" };
	static const struct { const char *outcome, *label; } outcomes[] = {
		{ "created", "assets created" }, { "updated", "assets updated" },
		{ "unchanged", "assets unchanged" },
		{ "dry_run", "assets it would write" },
	};
	json_int_t bad = 0, ended = 0;

	for (size_t i = 0; i < ARRAY_LEN(failed); i++)
		bad += total(found, false, failed[i]);
	for (size_t i = 0; i < findings_count(found); i++)
		ended += findings_at(found, i)->support == EOL_ENDED;
	fputs("<section class=\"tiles\" aria-label=\"Totals\">\n", f);
	tile(f, total(found, false, "scanned") + total(found, false, "partial"),
	    "hosts scanned", "good", "group", "scanned");
	tile(f, bad, "hosts not scanned", "bad", "group", "failed");
	if (json_object_size(findings_total(found, true)) > 0) {
		for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
			if (total(found, true, outcomes[i].outcome) > 0)
				tile(f, total(found, true, outcomes[i].outcome),
				    outcomes[i].label, "info", "outcome",
				    outcomes[i].outcome);
		tile(f, total(found, true, "ambiguous") +
		    total(found, true, "failed") + total(found, true, "queued"),
		    "assets to look at", "warn", "asset", "trouble");
	}
	tile(f, ended, "out of support", "bad", "support", "ended");
	tile(f, (json_int_t)findings_full(found), "disks nearly full", "warn",
	    "full", "1");
	fputs("</section>\n", f);
}

/* --- the table of hosts ---------------------------------------------------------------- */

static const struct { const char *label, *class; } headings[] = {
	{ "Host", "c-host" }, { "Address", "c-addr" }, { "State", "c-state" },
	{ "Operating system", "c-os" }, { "Support", "c-sup" },
	{ "Serial number", "c-ser" }, { "MAC address", "c-mac" },
	{ "Asset", "c-asset" }, { "Note", "c-note" },
};

static void
attribute(FILE *f, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	fprintf(f, " data-%s=\"", name);
	html_text(f, value);
	fputc('"', f);
}

static void
cell(FILE *f, const char *text)
{
	fputs("<td>", f);
	html_cut(f, text, 240);
	fputs("</td>", f);
}

static const char *const support_words[EOL_STATUSES] = {
	[EOL_UNKNOWN] = "unknown", [EOL_SUPPORTED] = "until",
	[EOL_ENDING] = "ends", [EOL_ENDED] = "ended",
};

static void
support_cell(FILE *f, const struct finding *h)
{
	const char *ends = h->eol != NULL ? h->eol->ends : "";

	/* sorted by the day; what has none last */
	fprintf(f, "<td data-k=\"%s\">", ends[0] ? ends :
	    h->support == EOL_SUPPORTED ? "9999" : "");
	if (text_of(h->row, "os") != NULL)
		fprintf(f, "<span class=\"tag %s\">%s%s%s</span>",
		    eol_status_name(h->support), ends[0] ?
		    support_words[h->support] : h->support == EOL_SUPPORTED ?
		    "supported" : "unknown", ends[0] ? " " : "", ends);
	fputs("</td>", f);
}

static bool
is_web(const char *url)
{
	return url != NULL && (strncmp(url, "https://", 8) == 0 ||
	    strncmp(url, "http://", 7) == 0);
}

static void
asset_cell(FILE *f, const json_t *row)
{
	const char *url = text_of(row, "assetUrl"), *text = text_of(row, "asset");

	fputs("<td>", f);
	if (text != NULL && is_web(url)) {
		fputs("<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"", f);
		html_text(f, url);
		fputs("\">", f);
	}
	html_cut(f, text, 60);
	if (text != NULL && is_web(url))
		fputs("</a>", f);
	fputs("</td>", f);
}

/* What is wrong with the asset needs a person. */
static bool
asset_trouble(const json_t *row)
{
	static const char *const troubles[] = { "ambiguous", "failed", "queued" };
	const char *outcome = text_of(row, "outcome");

	for (size_t i = 0; outcome != NULL && i < ARRAY_LEN(troubles); i++)
		if (strcmp(outcome, troubles[i]) == 0)
			return true;
	return false;
}

static void
host_row(FILE *f, const struct findings *found, size_t i, bool full)
{
	const struct finding *h = findings_at(found, i);
	const json_t *row = h->row;
	const char *name = text_of(row, "name"), *state = text_of(row, "state");
	const char *group = group_of(h);

	fprintf(f, "<tbody class=\"h%s\" data-host=\"%zu\"", i >= FIRST_ROWS ?
	    " far" : "", i);
	attribute(f, "group", group);
	attribute(f, "state", state);
	attribute(f, "os", system_label(h));
	if (system_label(h) != NULL)
		attribute(f, "support", eol_status_name(h->support));
	if (strcmp(group, "scanned") != 0 || strcmp(state, "partial") == 0)
		attribute(f, "cause", cause_label(h));
	attribute(f, "outcome", text_of(row, "outcome"));
	attribute(f, "asset", asset_trouble(row) ? "trouble" : NULL);
	attribute(f, "full", full ? "1" : NULL);
	fputs("><tr><th scope=\"row\"><details><summary>", f);
	html_cut(f, name != NULL && *name != '\0' ? name :
	    text_of(row, "address"), 240);
	fprintf(f, "</summary></details></th><td data-k=\"%zu\">", i);
	html_cut(f, text_of(row, "address"), 240);
	fputs("</td><td><span class=\"tag ", f);
	fprintf(f, "%s\">", group);
	html_cut(f, state_word(h), 40);
	fputs("</span></td>", f);
	cell(f, text_of(row, "os"));
	support_cell(f, h);
	cell(f, text_of(row, "serial"));
	cell(f, text_of(row, "mac"));
	asset_cell(f, row);
	fputs("<td><div class=\"note\">", f);
	html_cut(f, text_of(row, "note"), 240);
	fputs("</div></td></tr>\n", f);
}

/* The details stand in <noscript>: where scripts run it is one piece of text,
 * which report.js turns into elements when they are opened; where none runs
 * they are there.  So a page of many hosts is light, and nothing is drawn
 * twice in two languages. */
static bool
host_detail(FILE *f, const struct findings *found, size_t i, size_t budget,
    size_t *used, struct err *e)
{
	json_t *host = findings_host(found, i, e);
	char *text = NULL;
	FILE *memory;
	size_t n = 0;

	if (host == NULL)
		return false;
	if ((memory = open_memstream(&text, &n)) != NULL) {
		detail_put(memory, findings_at(found, i), host, budget);
		if (fclose(memory) != 0)
			fail(e, ERR_MEMORY, "no memory for a host's details");
	}
	json_decref(host);
	if (memory == NULL || e->code != ERR_NONE) {
		free(text);
		return fail(e, ERR_MEMORY, "no memory for a host's details");
	}
	fprintf(f, "<tr class=\"more\"><td colspan=\"%zu\"><noscript>",
	    ARRAY_LEN(headings));
	fwrite(text, 1, n, f);
	fputs("</noscript></td></tr></tbody>\n", f);
	*used = n;
	free(text);
	return true;
}

/* Which hosts have a volume that is nearly full. */
static bool *
full_hosts(const struct findings *found)
{
	bool *full = calloc(findings_count(found) + 1, sizeof(*full));

	for (size_t i = 0; full != NULL && i < findings_full(found); i++)
		full[findings_full_at(found, i)->host] = true;
	return full;
}

static void
toolbar(FILE *f, const struct findings *found)
{
	json_int_t refused = total(found, false, "refused");

	fprintf(f, "<div class=\"bar\"><h2>Hosts <span class=\"count\" id=\"shown\">%zu"
	    "</span></h2><div class=\"tools\" hidden><input id=\"find\" "
	    "type=\"search\" placeholder=\"Find in all columns\" aria-label=\"Find "
	    "hosts\"><select id=\"state\" aria-label=\"State\"><option "
	    "value=\"\">Every state</option></select><label class=\"check\"><input "
	    "id=\"refused\" type=\"checkbox\"> closed ones, too (%lld)</label>"
	    "<span id=\"chips\"></span></div></div>\n", findings_count(found),
	    (long long)refused);
}

static bool
hosts(FILE *f, const struct findings *found, struct err *e)
{
	size_t n = findings_count(found), left = INVENTORY_MAX, used = 0, budget;
	bool *full = full_hosts(found), ok = true;

	fputs("<section id=\"hosts\" class=\"hosts\">\n", f);
	toolbar(f, found);
	fputs("<div class=\"frame\"><table id=\"table\"><caption class=\"aside\">All "
	    "hosts that answered; a host's name opens what is known of it."
	    "</caption><thead><tr>", f);
	for (size_t i = 0; i < ARRAY_LEN(headings); i++)
		fprintf(f, "<th scope=\"col\" class=\"%s\">%s</th>",
		    headings[i].class, headings[i].label);
	fputs("</tr></thead>\n", f);
	for (size_t i = 0; ok && i < n; i++) {
		budget = left / (n - i);
		if (budget < INVENTORY_MIN)
			budget = INVENTORY_MIN;
		host_row(f, found, i, full != NULL && full[i]);
		ok = host_detail(f, found, i, budget, &used, e);
		left -= used < left ? used : left;
	}
	fputs("</table></div>\n<p class=\"rest\" id=\"rest\" hidden><button "
	    "type=\"button\" class=\"chip\"></button></p><p class=\"none\" id=\"none\" hidden>No host fits."
	    "</p></section>\n", f);
	free(full);
	return ok;
}

bool
report_html(FILE *f, const struct findings *found, struct err *e)
{
	head(f, found);
	band(f, found);
	tiles(f, found);
	charts_put(f, found);
	if (!hosts(f, found, e))
		return false;
	fprintf(f, "</main>\n<footer>Made by assetscan %s. Support dates are "
	    "those of its own table, for %s. This page loads nothing from "
	    "anywhere.</footer>\n</body>\n</html>\n",
	    ASSETSCAN_VERSION, findings_day(found));
	return true;
}
