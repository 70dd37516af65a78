#include "helper/report/report_forms.h"

#define FORM 1		/* of the document; schemas/report.json */

static void
put(FILE *f, json_t *value)
{
	json_dumpf(value, f, JSON_COMPACT | JSON_ENCODE_ANY |
	    JSON_REAL_PRECISION(12));
	json_decref(value);
}

static json_t *
scan_json(const struct found_scan *s)
{
	return json_pack("{s:s?, s:s?, s:s?, s:s?, s:I, s:f, s:s?, s:O, s:O}",
	    "profile", s->profile, "source", s->source, "began", s->began,
	    "ended", s->ended, "addresses", (json_int_t)s->addresses,
	    "seconds", s->seconds, "reason", s->reason, "hosts", s->hosts,
	    "assets", s->assets);
}

static json_t *
support_json(const struct finding *h)
{
	if (h->eol == NULL)
		return json_null();
	return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s, s:s}",
	    "system", h->eol->label, "status", eol_status_name(h->support),
	    "ends", h->eol->ends[0] ? h->eol->ends : NULL,
	    "soldUntil", h->eol->sold_until[0] ? h->eol->sold_until : NULL,
	    "sold", h->eol->sold[0] ? h->eol->sold : NULL,
	    "source", h->eol->url, "read", h->eol->read);
}

bool
report_json(FILE *f, const struct findings *found, struct err *e)
{
	json_t *host;

	fprintf(f, "{\"report\":%d,\"program\":", FORM);
	put(f, json_pack("{s:s, s:s}", "name", "assetscan", "version",
	    ASSETSCAN_VERSION));
	fputs(",\n\"scans\":[", f);
	for (size_t i = 0; i < findings_scans(found); i++) {
		fputs(i > 0 ? ",\n" : "\n", f);
		put(f, scan_json(findings_scan(found, i)));
	}
	fputs("],\n\"totals\":", f);
	put(f, json_pack("{s:O, s:O}", "hosts", findings_total(found, false),
	    "assets", findings_total(found, true)));
	/* a host a line, so that tools that know lines can work with it too */
	fputs(",\n\"hosts\":[", f);
	for (size_t i = 0; i < findings_count(found); i++) {
		const struct finding *h = findings_at(found, i);

		if ((host = findings_host(found, i, e)) == NULL)
			return false;
		json_object_set_new(host, "scan",
		    json_integer((json_int_t)h->scan));
		json_object_set_new(host, "support", support_json(h));
		fputs(i > 0 ? ",\n" : "\n", f);
		put(f, host);
	}
	fputs("]}\n", f);
	return true;
}
