/* fuzz_jira_answer.c: what Jira, or somebody in its place, may answer.  The first
 * octet picks the reader: asset type, field types, assets found, error body,
 * header value, outbox record. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/jira/compare.h"
#include "helper/jira/fit.h"
#include "helper/jira/http.h"
#include "helper/jira/match.h"
#include "helper/jira/weigh.h"
#include "helper/jira/model.h"
#include "helper/jira/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char known[] =
    "{\"name\":\"Computer\",\"fields\":["
    "{\"id\":1,\"title\":\"T\",\"type\":{\"name\":\"system.title\",\"templateName\":\"stringline\"}},"
    "{\"id\":2,\"title\":\"N\",\"type\":{\"name\":\"x.net\",\"templateName\":\"stringarea\"}},"
    "{\"id\":3,\"title\":\"C\",\"type\":{\"name\":\"x.cores\",\"templateName\":\"integer\"}},"
    "{\"id\":4,\"title\":\"B\",\"type\":{\"name\":\"x.boot\",\"templateName\":\"date\"}},"
    "{\"id\":5,\"title\":\"G\",\"type\":{\"name\":\"x.tags\",\"templateName\":\"multisel\",\"allowedValues\":[\"a\"]}}]}";

/* One computer against that answer: a type (item NULL) or an asset. */
static void
compare(const json_t *type, const json_t *item)
{
	char *net[] = { "00:1a:2b:3c:4d:5e" }, *cores[] = { "8" };
	char *boot[] = { "1496056320000" }, *tags[] = { "a" };
	struct asset_field fields[] = {
		{ "x.net", net, 1, ASSET_ALWAYS, { 0, false } },
		{ "x.cores", cores, 1, ASSET_WHEN_EMPTY, { 0, false } },
		{ "x.boot", boot, 1, ASSET_ALWAYS, { 0, false } },
		{ "x.tags", tags, 1, ASSET_ALWAYS, { 0, false } },
	};
	struct asset_key keys[] = { { "x.net", ASSET_KEY_MAC, net[0], false },
		{ "x.cores", ASSET_KEY_UUID,
		    "4c4c4544-0042-3510-8052-b4c04f4e3132", false },
		{ "system.title", ASSET_KEY_SERIAL, "pc", false } };
	struct asset a = { .address = "10.0.0.1", .title = "pc",
		.fields = fields, .nfields = 4, .keys = keys, .nkeys = 3 };
	struct err e = { .code = ERR_NONE };
	struct model *m = model_new("type.computer", type, &e);
	struct weighed w;
	struct fitted f;
	json_t *all;

	if (m == NULL)
		return;
	(void)!model_add_fields(m, json_object_get(type, "more"), &e);
	model_add_templates(m, json_object_get(type, "types"));
	if (fit_asset(&f, &a, m, NULL, NULL, &e)) {
		json_decref(compare_new(&f));
		json_decref(compare_changes(&f, m, item, item));
	}
	(void)match_verify(m, &a, item);
	all = json_pack("[O, {s:i, s:[{s:s, s:[s]}]}]", item, "id", 7, "fields",
	    "title", "Title", "values", "pc");
	if (weigh(&w, &a, m, all))
		json_decref(weigh_explain(&w, &a, m, all));
	weighed_free(&w);
	json_decref(all);
	(void)!model_reads(m, item);
	fitted_free(&f);
	model_free(m);
}

static void
header_value(const char *text)
{
	int64_t ms;
	bool day;

	(void)http_retry_after(text, 0);
	(void)!fit_time(text, &ms, &day);
	free(compare_macs(text, "00:1a:2b:3c:4d:5f\n00-1A-2B-3C-4D-60", "\n"));
	free(compare_macs("00:1A:2B:3C:4D:5E", text, ", "));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .code = ERR_NONE };
	char *text, shown[200];
	struct record *r;
	json_t *answer, *type;

	if (size == 0 || (text = malloc(size)) == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	answer = http_json(text, size - 1, &e);
	switch (data[0]) {
	case 't':
		compare(answer, NULL);
		break;
	case 'i':
		type = json_loads(known, 0, NULL);
		compare(type, answer);
		json_decref(type);
		break;
	case 'e':
		http_error_text(answer, shown, sizeof(shown));
		break;
	case 'r':
		if ((r = record_parse(text, size - 1)) != NULL)
			free(record_text(r));
		record_free(r);
		break;
	default:
		header_value(text);
	}
	json_decref(answer);
	free(text);
	return 0;
}
