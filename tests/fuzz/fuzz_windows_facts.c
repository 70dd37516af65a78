/* What a Windows host's classes and registry say, to facts and what identifies
 * it.  The input is text: "class NAME" begins a row ("+NAME": of the second
 * sample), "NAME=KIND:VALUE" sets a property of it; KIND is s, u, i, b, t, or a
 * capital S or U for one more element of a list. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/map/identity.h"
#include "helper/windows/windows_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
set(struct fact_row *row, const char *name, char kind, const char *v)
{
	switch (kind) {
	case 's':
		fact_str(row, name, v);
		break;
	case 'u':
		fact_uint(row, name, strtoull(v, NULL, 10));
		break;
	case 'i':
		fact_int(row, name, strtoll(v, NULL, 10));
		break;
	case 't':
		fact_time(row, name, strtoll(v, NULL, 10) % (1LL << 50));
		break;
	case 'b':
		fact_bool(row, name, *v == '1');
		break;
	case 'S':
		fact_append(row, name, v);
		break;
	case 'U':
		fact_append_value(row, name, &(struct fact){ .type = FACT_UINT,
		    .u = strtoull(v, NULL, 10) });
		break;
	default:
		fact_null(row, name);
	}
}

static struct facts *
rows_of(char *text)
{
	struct facts *raw = facts_new();
	struct fact_row *row = NULL;
	char *line, *value, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line != NULL && raw != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "class ", 6) == 0)
			row = facts_row(raw, line + 6);
		else if (row != NULL && (value = strchr(line, '=')) != NULL &&
		    value[1] != '\0' && value[2] == ':') {
			*value = '\0';
			set(row, line, value[1], value + 3);
		}
	}
	return raw;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char again[WQ_COUNT][100];
	struct win_rows rows[WQ_COUNT];
	static struct win_ask ask;
	static bool asked;
	struct facts *raw, *out = facts_new();
	char *text = malloc(size + 1);

	if (text == NULL || out == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	raw = rows_of(text);
	if (raw == NULL)
		abort();
	/* Everything; to find that out takes longer than to answer it. */
	for (size_t i = 0; !asked && i < fact_class_infos(); i++)
		(void)win_want(&ask, fact_class_info_at(i)->name, NULL);
	if (!asked)
		win_settle(&ask);
	asked = true;
	for (size_t i = 0; i < WQ_COUNT; i++) {
		snprintf(again[i], sizeof(again[i]), "+%s", win_queries[i].class);
		rows[i] = (struct win_rows){ .facts = raw, .again_facts = raw,
			.class = win_queries[i].class, .again = again[i] };
	}
	windows_facts(&ask, rows, out);
	win_registry_facts(&ask, raw, WIN_ASK, out);
	win_registry_facts(&ask, raw, WIN_ALSO, out);
	win_registry_by_hand(&ask, rows, raw, out);
	identity_free(identity_from_facts(out));
	facts_free(raw);
	facts_free(out);
	free(text);
	return 0;
}
