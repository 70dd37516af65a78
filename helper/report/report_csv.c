#include "helper/report/report_forms.h"

#include "helper/report/out.h"

static const struct out_column columns[] = {
#define COLUMN(member, heading, about) { #member, heading },
#include "helper/report/report_columns.def"
	{ NULL, NULL },
};

void
report_csv(FILE *f, const struct findings *found)
{
	json_t *one;

	out_csv_head(f, columns);
	for (size_t i = 0; i < findings_count(found); i++) {
		one = json_pack("[O]", findings_at(found, i)->row);
		out_csv_rows(f, one, columns);
		json_decref(one);
	}
}
