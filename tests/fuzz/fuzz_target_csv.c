/* A range file from anywhere: what is taken must be written and read back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "helper/target/range_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct range_file *f = range_file_read((const char *)data, size, &e);
	struct range_file *again;
	struct wr w = wr_new(4 * size + 10000);

	if (f == NULL && e.code == ERR_NONE)
		abort();
	if (f != NULL) {
		range_file_write(&w, f->rows, f->n, true);
		if (wr_cstr(&w) == NULL)
			goto out;
		again = range_file_read((const char *)w.p, w.len, &e);
		if (again == NULL || again->n != f->n)
			abort();
		for (size_t i = 0; i < f->n; i++)
			if (strcmp(f->rows[i].from, again->rows[i].from) != 0 ||
			    strcmp(f->rows[i].user, again->rows[i].user) != 0 ||
			    !secret_equal(f->rows[i].password,
			    again->rows[i].password))
				abort();
		range_file_free(again);
	}
out:
	range_file_free(f);
	wr_free(&w);
	return 0;
}
