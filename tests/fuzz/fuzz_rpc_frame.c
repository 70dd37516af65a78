/* fuzz_rpc_frame.c: octets as the plugin could send them: cut into lines,
 * measured, parsed and dispatched to methods that do nothing. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rpc/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
echo(void *ctx, struct rpc_call *c, const json_t *params)
{
	(void)ctx;
	rpc_reply(c, json_pack("{s:O?}", "got", params));
}

static const struct rpc_param params[] = {
	{ "s", RPC_STRING, true }, { "i", RPC_INTEGER, false },
	{ "n", RPC_NUMBER, false }, { "b", RPC_BOOL, false },
	{ "o", RPC_OBJECT, false }, { "a", RPC_ARRAY, false },
	{ "x", RPC_ANY, false }, { NULL, RPC_ANY, false }
};

static const struct rpc_method methods[] = {
	{ "e", params, echo, false, false },
	{ "n", NULL, echo, false, false },
	{ "alone", NULL, echo, false, true },
	{ NULL, NULL, NULL, false, false }
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct rpc_config config = { .methods = methods, .max_line = 4096,
		.max_depth = 16 };
	struct rpc_server *s;
	struct err e = { .code = ERR_NONE };

	if (!started) {
		rpc_start();
		signal(SIGPIPE, SIG_IGN);
		started = true;
	}
	/* A file is read to its end and never makes anybody wait. */
	config.in_fd = memfd_create("in", MFD_CLOEXEC);
	config.out_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (config.in_fd < 0 || config.out_fd < 0 ||
	    write(config.in_fd, data, size) != (ssize_t)size ||
	    lseek(config.in_fd, 0, SEEK_SET) != 0)
		abort();
	if ((s = rpc_server_new(&config, &e)) == NULL)
		abort();
	rpc_server_run(s);
	rpc_server_free(s, 10);
	close(config.in_fd);
	close(config.out_fd);
	return 0;
}
