/* many_tool.c: many sessions at once by the ssh room, for the benchmark.
 *
 *	many_tool ADDRESS PORT USER KEYFILE THREADS ROUNDS COMMAND
 *
 * Each thread (256 KiB of stack, as the engine's) does ROUNDS hosts.  Prints
 * hosts, seconds, CPU milliseconds a host, peak memory, as one JSON line.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "ssh/ssh.h"

struct plan {
	struct net_addr address;
	uint16_t port;
	unsigned rounds;
	const char *user, *command;
	struct ssh_key *key;
	struct ssh_hostkeys *known;
};

static bool
one_host(const struct plan *p, struct err *e)
{
	struct ssh_cred cred = { .user = p->user, .key = p->key };
	struct deadline by = deadline_in(120, -1);
	struct ssh_output o = { .status = -1 };
	struct ssh *s = ssh_open(&p->address, p->port, p->known, by, e);
	bool ok = s != NULL && ssh_logon(s, &cred, by, e) &&
	    ssh_run(s, p->command, NULL, 0, (struct ssh_limits){ 0, 0 }, &o, by,
	    e) && o.status == 0;

	ssh_output_free(&o);
	ssh_close(s);
	return ok;
}

static void *
work(void *arg)
{
	const struct plan *p = arg;
	struct err e;

	for (unsigned i = 0; i < p->rounds; i++) {
		e = (struct err){ .code = ERR_NONE };
		if (!one_host(p, &e)) {
			fprintf(stderr, "many_tool: %s\n", e.text);
			return arg;
		}
	}
	return NULL;
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static long
peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static int
run(struct plan *p, unsigned threads)
{
	pthread_t *t = calloc(threads, sizeof(*t));
	unsigned hosts = threads * p->rounds, bad = 0;
	pthread_attr_t attr;
	int64_t began;
	double cpu;
	long before;
	void *answer;

	if (t == NULL || pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setstacksize(&attr, 256 * 1024) != 0)
		return 1;
	/* One host first, for what is loaded and made only once. */
	if (work(&(struct plan){ p->address, p->port, 1, p->user, p->command,
	    p->key, p->known }) != NULL)
		return 1;
	before = peak_kib();
	began = now_ns();
	cpu = cpu_seconds();
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&t[i], &attr, work, p) != 0)
			return 1;
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(t[i], &answer);
		bad += answer != NULL;
	}
	printf("{\"hosts\":%u,\"bad\":%u,\"seconds\":%.3f,\"cpuMs\":%.3f,"
	    "\"peakKib\":%ld,\"kibEach\":%.1f}\n", hosts, bad,
	    (double)(now_ns() - began) / 1e9, (cpu_seconds() - cpu) * 1e3 / hosts,
	    peak_kib(), (double)(peak_kib() - before) / threads);
	free(t);
	pthread_attr_destroy(&attr);
	return bad != 0;
}

int
main(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct plan p = { .port = 0 };
	char known[] = "/tmp/many_tool.XXXXXX";
	int fd, status = 1;

	if (argc != 8 || !net_addr_parse(argv[1], &p.address)) {
		fprintf(stderr, "many_tool: ADDRESS PORT USER KEYFILE THREADS "
		    "ROUNDS COMMAND\n");
		return 2;
	}
	p.port = (uint16_t)atoi(argv[2]);
	p.user = argv[3];
	p.rounds = (unsigned)atoi(argv[6]);
	p.command = argv[7];
	if ((fd = mkstemp(known)) < 0)
		return 2;
	if (ssh_start(&e) && (p.key = ssh_key_load(argv[4], NULL, &e)) != NULL &&
	    (p.known = ssh_hostkeys_open(known, SSH_ACCEPT_NEW, &e)) != NULL)
		status = run(&p, (unsigned)atoi(argv[5]));
	else
		fprintf(stderr, "many_tool: %s\n", e.text);
	ssh_hostkeys_close(p.known);
	ssh_key_free(p.key);
	remove(known);
	return status;
}
