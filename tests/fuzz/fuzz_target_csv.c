/* A range file from anywhere: what is taken must be written and read back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/target/range_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
differ(const struct range_row *a, const struct range_row *b)
{
	return strcmp(a->from, b->from) != 0 || strcmp(a->to, b->to) != 0 ||
	    strcmp(a->user, b->user) != 0 || a->protocol != b->protocol ||
	    !secret_equal(a->password, b->password) ||
	    a->disabled != b->disabled;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct range_file *f = range_file_read((const char *)data, size,
	    NULL, NULL, &e);
	struct range_file *again;
	struct wr w = wr_new(4 * size + 10000);

	if (f == NULL && e.code == ERR_NONE)
		abort();
	if (f != NULL) {
		range_file_write(&w, f->rows, f->n, true);
		if (wr_cstr(&w) == NULL)
			goto out;
		again = range_file_read((const char *)w.p, w.len, NULL,
		    NULL, &e);
		if (again == NULL || again->n != f->n)
			abort();
		for (size_t i = 0; i < f->n; i++)
			if (differ(&f->rows[i], &again->rows[i]))
				abort();
		range_file_free(again);
	}
out:
	range_file_free(f);
	wr_free(&w);
	return 0;
}
