/* bare_epoll.c: the plainest connect sweep there is, to compare with: one
 * socket a probe, epoll, close.  No result kept, no retry.
 * bare_epoll A.B IN-FLIGHT TIMEOUT-MS PORT... sweeps A.B.0.0/16.
 *
 * rooms: helper/base
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/deadline.h"

struct probe { int64_t began; int fd; };

static unsigned long open_ports, refused, silent;

/* What is beyond its time; first in, first out. */
static size_t
expire(struct probe *queue, uint64_t *tail, uint64_t head, size_t ring,
    int64_t limit, const int64_t *began_of)
{
	size_t n = 0;

	while (*tail < head) {
		struct probe *p = &queue[*tail % ring];

		if (began_of[p->fd] == p->began) {
			if (now_ns() - p->began < limit)
				break;
			close(p->fd);
			silent++;
			n++;
		}
		++*tail;
	}
	return n;
}

static void
finish(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error == 0)
		open_ports++;
	else
		refused++;
	close(fd);
}

int
main(int argc, char **argv)
{
	static int64_t began_of[1 << 17];
	static struct epoll_event ev[256];
	uint64_t head = 0, tail = 0, todo, done = 0;
	int64_t began = now_ns(), limit;
	size_t ring = 1 << 17, flying = 0, most, nports;
	struct probe *queue = calloc(ring, sizeof(*queue));
	struct sockaddr_in to = { .sin_family = AF_INET };
	uint32_t base;
	int ep = epoll_create1(0), n;

	if (argc < 5 || queue == NULL)
		return 2;
	base = (uint32_t)atoi(argv[1]) << 24;
	base |= (uint32_t)atoi(argv[1] + (argv[1][1] == '.' ? 2 :
	    argv[1][2] == '.' ? 3 : 4)) << 16;
	most = (size_t)atoi(argv[2]);
	limit = (int64_t)atoi(argv[3]) * 1000000;
	nports = (size_t)argc - 4;
	todo = 65536 * nports;
	while (done < todo || flying > 0) {
		for (int k = 0; k < 64 && flying < most && done < todo; k++) {
			int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
			struct epoll_event want = { EPOLLOUT, { .fd = fd } };

			if (fd < 0)
				break;
			to.sin_addr.s_addr = htonl(base + (uint32_t)(done / nports));
			to.sin_port = htons((uint16_t)atoi(argv[4 + done % nports]));
			done++;
			if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
			    errno != EINPROGRESS) {
				refused++;
				close(fd);
				continue;
			}
			began_of[fd] = now_ns();
			queue[head++ % ring] = (struct probe){ began_of[fd], fd };
			epoll_ctl(ep, EPOLL_CTL_ADD, fd, &want);
			flying++;
		}
		n = epoll_wait(ep, ev, 256, flying < most && done < todo ? 0 : 1);
		for (int i = 0; i < n; i++) {
			began_of[ev[i].data.fd] = 0;
			finish(ev[i].data.fd);
			flying--;
		}
		flying -= expire(queue, &tail, head, ring, limit, began_of);
	}
	fprintf(stderr, "seconds %.3f open %lu refused %lu silent %lu\n",
	    (double)(now_ns() - began) / 1e9, open_ports, refused, silent);
	free(queue);
	return 0;
}
