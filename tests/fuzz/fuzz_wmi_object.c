/* fuzz_wmi_object.c: an encoded class or instance; every value is looked at, every
 * method's parameters are built. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wmi/wmio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads what a user of the value would read; gives a number to keep it. */
static size_t
look(const struct wmi_value *v)
{
	size_t sum = 0;

	if (v->is_null)
		return 1;
	if (v->is_array) {
		for (size_t i = 0; i < v->list.n; i++)
			sum += look(&v->list.v[i]);
		return sum;
	}
	if (v->type == WMI_STRING || v->type == WMI_DATETIME ||
	    v->type == WMI_REFERENCE) {
		struct wmi_time t;

		if (strlen(v->text.s) > v->text.len)
			abort();
		return v->text.len + wmi_time_parse(v->text.s, &t);
	}
	if (v->type == WMI_OBJECT)
		for (size_t i = 0; i < wmi_columns(v->object); i++)
			sum += look(&v->object->values[i]);
	return sum;
}

static void
look_at_methods(struct rd methods, struct arena *a)
{
	const char *names[64];
	size_t n = cim_methods(methods, a, names, 64);
	struct wmi_arg arg = { .name = "s", .value = { .type = WMI_STRING } };

	arg.value.text.s = "x";
	for (size_t i = 0; i < n; i++) {
		struct wr unit = wr_new(1u << 20);
		struct err e = { .code = ERR_NONE };
		struct rd in;

		if (cim_signature(methods, names[i], 0, &in) && in.len != 0)
			(void)!cim_build_params(in, &arg, 1, &unit, &e);
		wr_free(&unit);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd block, methods[2] = { { .p = NULL }, { .p = NULL } };
	struct err e = { .code = ERR_NONE };
	struct arena a = { .first = NULL };
	struct wmi_row row;
	size_t sum = 0;

	if (cim_unit(rd_new(data, size), &block, &e) &&
	    cim_block(block, &a, &row, methods, 0, &e)) {
		for (size_t i = 0; i < wmi_columns(&row); i++) {
			const struct wmi_value *v;
			const char *name = wmi_column(&row, i, &v);

			struct wmi_property p;

			sum += look(v) + (wmi_get(&row, name) != NULL);
			sum += wmi_property(&row, i, &p) && p.key;
		}
		sum += wmi_class_says(&row, "abstract");
		look_at_methods(methods[0], &a);
	}
	if (a.used > ARENA_MAX || sum == SIZE_MAX)
		abort();
	arena_free(&a);
	return 0;
}
