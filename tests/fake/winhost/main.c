/* main.c: a fake Windows host on a loopback address.
 *
 *   winhost --machine FILE --address 127.0.0.2 [--port 135] [--dynamic-port 0]
 *           [--level 5] [--mischief NAME[:N]] [--ready FILE]
 *           [--lockout FILE:THRESHOLD] [--named ADDRESS] [--ntlm yes|no]
 *
 * --named: the address that its bindings tell, when it stands behind another.
 * --ntlm no: as where the domain forbids it.  Kerberos: keytab in KRB5_KTNAME.
 * Writes "PORT DYNAMIC-PORT" to --ready once it listens.  Ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fake/winhost/winhost.h"

struct accepted { struct host *host; int fd; bool exporter; };
struct listener { struct host *host; int fd; bool exporter; };

static int
listen_on(const char *address, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(*port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(*port) };
	bool six = strchr(address, ':') != NULL;
	struct sockaddr *sa = six ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	socklen_t len = six ? sizeof(in6) : sizeof(in);
	int one = 1, fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (inet_pton(sa->sa_family, address, six ? (void *)&in6.sin6_addr :
	    (void *)&in.sin_addr) != 1 || fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, sa, len) < 0 || listen(fd, 512) < 0 ||
	    getsockname(fd, sa, &len) < 0) {
		perror(address);
		exit(1);
	}
	*port = ntohs(six ? in6.sin6_port : in.sin_port);
	return fd;
}

static void *
serve(void *arg)
{
	struct accepted a = *(struct accepted *)arg;

	free(arg);
	conn_serve(a.host, a.fd, a.exporter);
	close(a.fd);
	return NULL;
}

static void *
accept_all(void *arg)
{
	struct listener *l = arg;
	struct accepted *a;
	pthread_attr_t attr;
	pthread_t thread;
	int fd, one = 1;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 1 << 20);
	while ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if ((a = malloc(sizeof(*a))) == NULL)
			abort();
		*a = (struct accepted){ l->host, fd, l->exporter };
		if (pthread_create(&thread, &attr, serve, a) != 0) {
			close(fd);
			free(a);
		}
	}
	return NULL;
}

static void
lockout(struct host *h, char *text)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		exit(1);
	*colon = '\0';
	h->lockout_file = text;
	h->lockout_threshold = strtol(colon + 1, NULL, 10);
}

int
main(int argc, char **argv)
{
	struct host h = { .address = "127.0.0.1", .port = 135, .level = 5 };
	struct listener l[2];
	const char *ready = NULL;
	struct machine *m = NULL;
	pthread_t thread;
	FILE *f;

	signal(SIGPIPE, SIG_IGN);
	crypt_start();
	/* Account names have capitals beyond ASCII; main() alone may set this. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--machine") == 0)
			m = machine_load(argv[i + 1]);
		else if (strcmp(argv[i], "--address") == 0)
			h.address = argv[i + 1];
		else if (strcmp(argv[i], "--named") == 0)
			h.named = argv[i + 1];
		else if (strcmp(argv[i], "--port") == 0)
			h.port = (uint16_t)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--dynamic-port") == 0)
			h.dynamic_port = (uint16_t)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--level") == 0)
			h.level = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--ready") == 0)
			ready = argv[i + 1];
		else if (strcmp(argv[i], "--ntlm") == 0)
			h.no_ntlm = strcmp(argv[i + 1], "no") == 0;
		else if (strcmp(argv[i], "--lockout") == 0)
			lockout(&h, argv[i + 1]);
		else if (strcmp(argv[i], "--mischief") != 0 ||
		    !mischief_parse(argv[i + 1], &h.naughty)) {
			fprintf(stderr, "winhost: %s %s?\n", argv[i], argv[i + 1]);
			return 1;
		}
	}
	if (m == NULL) {
		fprintf(stderr, "winhost: --machine FILE is needed\n");
		return 1;
	}
	h.machine = m;
	if (h.named == NULL)
		h.named = h.address;
	pthread_mutex_init(&h.lock, NULL);
	random_bytes(&h.oxid, sizeof(h.oxid));
	random_bytes(&h.remunknown, sizeof(h.remunknown));
	l[0] = (struct listener){ &h, listen_on(h.address, &h.port), false };
	l[1] = (struct listener){ &h, listen_on(h.address, &h.dynamic_port), true };
	if (ready != NULL && (f = fopen(ready, "we")) != NULL) {
		fprintf(f, "%u %u\n", h.port, h.dynamic_port);
		fclose(f);
	}
	if (pthread_create(&thread, NULL, accept_all, &l[1]) != 0)
		return 1;
	accept_all(&l[0]);
	return 0;
}
