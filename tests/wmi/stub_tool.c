/* stub_tool.c: our request stubs as files, for a decoder that nobody here wrote.
 *
 *   stub_tool NAME    writes that stub to stdout
 *   stub_tool         lists them
 */
#include <stdio.h>
#include <string.h>

#include "wmi/dcom.h"
#include "wmi/wbem.h"

static const struct orpc orpc = { .major = 5, .minor = 7, .causality = { 1, 2, 3, 4,
	5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };

static void
login(struct wr *w)
{
	wbem_put_login(w, &orpc, "//./root/cimv2", "en-US");
}

static void
login_without_locale(struct wr *w)
{
	wbem_put_login(w, &orpc, "//./root/cimv2", NULL);
}

static void
releases(struct wr *w)
{
	struct dcom_release v[3] = { { .refs = 5 }, { .refs = 5 }, { .refs = 1 } };

	memset(v[0].ipid, 0xaa, 16);
	memset(v[1].ipid, 0xbb, 16);
	memset(v[2].ipid, 0xcc, 16);
	dcom_put_release(w, &orpc, v, 3);
}

static void
next(struct wr *w)
{
	wbem_put_next(w, &orpc, 10000, 300);
}

static void
activation(struct wr *w)
{
	dcom_put_activation(w, &orpc);
}

static void
nothing(struct wr *w)
{
	(void)w;
}

static const struct { const char *name; void (*put)(struct wr *); } stubs[] = {
	{ "NTLMLogin", login }, { "NTLMLogin-without-locale", login_without_locale },
	{ "RemRelease", releases }, { "Next", next },
	{ "RemoteActivation", activation }, { "ServerAlive2", nothing },
};

int
main(int argc, char **argv)
{
	struct wr w = wr_new(1u << 16);
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(stubs); i++) {
		if (argc < 2)
			puts(stubs[i].name);
		else if (strcmp(argv[1], stubs[i].name) == 0) {
			found = true;
			stubs[i].put(&w);
		}
	}
	if (w.len != 0)
		fwrite(w.p, 1, w.len, stdout);
	wr_free(&w);
	return argc < 2 || found ? 0 : 1;
}
