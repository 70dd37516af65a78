/* fuzz_wmi_objref.c: response stubs of DCOM and WMI.  The first octet picks the
 * reader. */
#include <stdint.h>
#include <stdlib.h>

#include "wmi/dcom.h"
#include "wmi/wbem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
create(struct rd r, struct err *e)
{
	struct dcom_activated a;
	uint32_t hresult;

	if (dcom_take_create(r, &a, &hresult, e) && bindings_port(&a.bindings) == 0)
		a.minor = 0;
	dcom_activated_clear(&a);
}

static void
activation(struct rd r, struct err *e)
{
	struct dcom_activated a;
	uint32_t hresult;

	(void)!dcom_take_activation(r, &a, &hresult, e);
	dcom_activated_clear(&a);
}

static void
alive(struct rd r, struct err *e)
{
	struct bindings b;
	uint16_t major, minor;

	if (dcom_take_alive(r, &major, &minor, &b, e))
		bindings_clear(&b);
}

static void
reference(struct rd r, struct err *e)
{
	struct std_ref s;
	uint32_t hresult;

	(void)!wbem_take_ref(r, &s, &hresult, e);
	(void)!dcom_take_query_interface(r, &s, &hresult, NULL);
}

static void
object(struct rd r, struct err *e)
{
	uint32_t hresult;
	struct rd unit;

	(void)!wbem_take_object(r, &unit, &hresult, e);
}

static void
next(struct rd r, struct err *e)
{
	uint32_t count, hresult;
	struct rd objects, unit;

	if (!wbem_take_next(r, &objects, &count, &hresult, e))
		return;
	/* What was counted is there, though it need not be an object. */
	for (uint32_t i = 0; i < count; i++)
		if (!wbem_next_object(&objects, &unit, e) && objects.bad)
			abort();
}

static void
smart(struct rd r, struct err *e)
{
	uint32_t count, hresult;
	struct wbem_entry x;
	struct rd array;

	if (!wbem_take_smart(r, &array, &count, &hresult, e) ||
	    !wbem_array_open(&array, &count, e))
		return;
	for (uint32_t i = 0; i < count; i++)
		if (!wbem_array_next(&array, &x, e))
			return;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct rd, struct err *) = { create,
		activation, alive, reference, object, next, smart };
	struct err e = { .code = ERR_NONE };

	if (size != 0)
		readers[data[0] % (sizeof(readers) / sizeof(readers[0]))]
		    (rd_new(data + 1, size - 1), &e);
	return 0;
}
