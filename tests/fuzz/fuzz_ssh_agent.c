/* fuzz_ssh_agent.c: what an SSH agent answers: the list of keys, then signatures. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/sshagent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const algorithms[] = { "rsa-sha2-512", "ssh-ed25519",
		"rsa-sha2-256" };
	struct deadline by = deadline_in(2, -1);
	struct agent *a;
	struct rd blob;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) != 0)
		abort();
	if (size > 0 && send(fd[1], data, size, MSG_NOSIGNAL) < 0)
		abort();
	shutdown(fd[1], SHUT_WR);
	if ((a = agent_on(fd[0], by, NULL)) != NULL) {
		for (size_t i = 0; agent_next(a, &blob); i++) {
			struct wr sig = wr_new(8192);
			struct err e = { .code = ERR_NONE };
			bool ok = agent_sign(a, blob, algorithms[i % 3], "data", 4,
			    &sig, by, &e);

			if (ok != (e.code == ERR_NONE) || (ok && sig.len == 0))
				abort();
			wr_free(&sig);
		}
		agent_close(a);
	}
	close(fd[1]);
	return 0;
}
