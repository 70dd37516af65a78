/* Results from anywhere as a report: every form is made of them, and no octet of
 * a host opens an element of the page that is not its own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/report/findings.h"
#include "helper/report/report_forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* A line "METHOD {...}" is a notification. */
static bool
add(struct findings *f, const char *line, size_t n)
{
	const char *blank = memchr(line, ' ', n);
	struct err e = { .code = ERR_NONE };
	char method[32];
	json_t *params;

	if (blank == NULL || (size_t)(blank - line) >= sizeof(method))
		return true;
	memcpy(method, line, (size_t)(blank - line));
	method[blank - line] = '\0';
	params = json_loadb(blank, n - (size_t)(blank - line), 0, NULL);
	/* what results.c makes sure of */
	if (json_is_object(params) && (strcmp(method, "scan.host") != 0 ||
	    (json_string_length(json_object_get(params, "address")) > 0 &&
	    json_string_length(json_object_get(params, "state")) > 0)) &&
	    (strcmp(method, "scan.asset") != 0 ||
	    (json_string_length(json_object_get(params, "address")) > 0 &&
	    json_string_length(json_object_get(params, "outcome")) > 0)) &&
	    !findings_add(f, method, params, &e))
		abort();
	json_decref(params);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings *f = findings_new(true);
	struct err e = { .code = ERR_NONE };
	char *page = NULL;
	size_t n = 0;
	FILE *out;

	if (f == NULL || !findings_file(f, "fuzz", 0))
		abort();
	for (const char *p = (const char *)data, *end = p + size; p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		if (stop == NULL)
			stop = end;
		add(f, p, (size_t)(stop - p));
		p = stop + 1;
	}
	findings_done(f, "2026-11-28");
	out = open_memstream(&page, &n);
	if (!report_html(out, f, &e))
		abort();
	fclose(out);
	if (strlen(page) != n || count(page, "<script") != 1 ||
	    count(page, "</script") != 1 || count(page, "<style") != 1 ||
	    count(page, "<noscript>") != findings_count(f) ||
	    count(page, "</noscript") != findings_count(f) ||
	    count(page, "<img") != 0 || count(page, "<h1") != 1)
		abort();
	free(page);
	out = open_memstream(&page, &n);
	report_text(out, f, true);
	report_csv(out, f);
	if (!report_json(out, f, &e))
		abort();
	fclose(out);
	free(page);
	findings_free(f);
	return 0;
}
