/* doctor_limits.c: how much this machine lets one process do. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/cmd/doctor.h"

/* As the engine counts: a quarter of them are hosts (helper/scan/engine.c). */
#define DESCRIPTORS_GOOD  1024
#define DESCRIPTORS_LEAST 128

void
doctor_descriptors(struct doctor *d)
{
	struct rlimit r;
	char fix[200];
	unsigned long long soft, hard;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0) {
		doctor_say(d, DOCTOR_WARNING, "Look with `ulimit -n`.",
		    "the limit cannot be read: %s", strerror(errno));
		return;
	}
	soft = r.rlim_cur, hard = r.rlim_max;
	if (r.rlim_cur == RLIM_INFINITY) {
		doctor_say(d, DOCTOR_OK, NULL, "no limit");
	} else if (soft >= DESCRIPTORS_GOOD) {
		doctor_say(d, DOCTOR_OK, NULL, "%llu open files", soft);
	} else {
		if (r.rlim_max != RLIM_INFINITY && hard < 65536)
			snprintf(fix, sizeof(fix), "Set `LimitNOFILE=65536` in "
			    "the service, or `nofile` in "
			    "/etc/security/limits.conf (hard limit: %llu).",
			    hard);
		else
			snprintf(fix, sizeof(fix), "`ulimit -n 65536` before it "
			    "starts, or `LimitNOFILE=65536` in the service.");
		doctor_say(d, soft < DESCRIPTORS_LEAST ? DOCTOR_FAILURE :
		    DOCTOR_WARNING, fix, "only %llu open files: at most %llu "
		    "hosts at a time", soft, soft < DESCRIPTORS_LEAST ? 8 :
		    soft / 4);
	}
}

/* --- threads ------------------------------------------------------------------ */

#define THREADS_GOOD  96	/* 64 hosts, and what a scan has besides */
#define THREADS_LEAST 24
#define THREAD_STACK  (256 * 1024)

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t open;
	bool opened;
};

static void *
wait_there(void *arg)
{
	struct gate *g = arg;

	pthread_mutex_lock(&g->lock);
	while (!g->opened)
		pthread_cond_wait(&g->open, &g->lock);
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

/* Limits of the user, the control group and the system come together: whether
 * threads can be had is known by having them. */
static unsigned
threads_had(struct err *e)
{
	struct gate g = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
	    false };
	pthread_t t[THREADS_GOOD];
	pthread_attr_t attr;
	unsigned n = 0;
	int rc = 0;

	if (pthread_attr_init(&attr) != 0)
		return 0;
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK);
	while (n < THREADS_GOOD && rc == 0)
		if ((rc = pthread_create(&t[n], &attr, wait_there, &g)) == 0)
			n++;
	if (rc != 0) {
		errno = rc;
		fail_errno(e, ERR_LIMIT, "%u threads, then", n);
	}
	pthread_mutex_lock(&g.lock);
	g.opened = true;
	pthread_cond_broadcast(&g.open);
	pthread_mutex_unlock(&g.lock);
	for (unsigned i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	pthread_attr_destroy(&attr);
	return n;
}

void
doctor_threads(struct doctor *d)
{
	struct err e = { .code = ERR_NONE };
	unsigned n = threads_had(&e);

	if (n >= THREADS_GOOD)
		doctor_say(d, DOCTOR_OK, NULL, "%u at once", n);
	else
		doctor_say(d, n < THREADS_LEAST ? DOCTOR_FAILURE :
		    DOCTOR_WARNING, "Raise `ulimit -u` (`LimitNPROC=`), "
		    "`TasksMax=` of the service or the container's pids limit; "
		    "or scan fewer hosts at once with --concurrency.", "%s",
		    e.text);
}

/* --- ports and ping -------------------------------------------------------------- */

static bool
read_line(const char *path, char *line, size_t cap)
{
	FILE *f = fopen(path, "re");
	bool ok = f != NULL && fgets(line, (int)cap, f) != NULL;

	if (f != NULL)
		fclose(f);
	return ok;
}

#define PORTS_GOOD  10000
#define PORTS_LEAST 1000

void
doctor_ports(struct doctor *d)
{
	char line[64];
	unsigned from, to, n;

	if (!read_line("/proc/sys/net/ipv4/ip_local_port_range", line,
	    sizeof(line)) || sscanf(line, "%u %u", &from, &to) != 2 || to < from) {
		doctor_say(d, DOCTOR_WARNING, "Look with `sysctl "
		    "net.ipv4.ip_local_port_range`.", "the range of ephemeral "
		    "ports cannot be read");
		return;
	}
	n = to - from + 1;
	if (n >= PORTS_GOOD)
		doctor_say(d, DOCTOR_OK, NULL, "%u ephemeral ports, %u to %u", n,
		    from, to);
	else
		doctor_say(d, n < PORTS_LEAST ? DOCTOR_FAILURE : DOCTOR_WARNING,
		    "sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\" "
		    "(and into /etc/sysctl.d), or lower --connect-rate.",
		    "only %u ephemeral ports, %u to %u: a large sweep runs out "
		    "of them", n, from, to);
}

static bool
may_open(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void
doctor_ping(struct doctor *d)
{
	char line[64] = "";

	(void)read_line("/proc/sys/net/ipv4/ping_group_range", line,
	    sizeof(line));
	line[strcspn(line, "\n")] = '\0';
	for (char *p = line; *p != '\0'; p++)
		*p = *p == '\t' ? ' ' : *p;
	if (may_open(SOCK_DGRAM))
		doctor_say(d, DOCTOR_OK, NULL, "allowed by ping_group_range (%s)",
		    line);
	else if (may_open(SOCK_RAW))
		doctor_say(d, DOCTOR_OK, NULL, "allowed by CAP_NET_RAW");
	else
		doctor_say(d, DOCTOR_WARNING, "sysctl -w net.ipv4."
		    "ping_group_range=\"0 2147483647\" (and into /etc/sysctl.d), "
		    "or AmbientCapabilities=CAP_NET_RAW in the service.",
		    "not allowed for this user (ping_group_range is %s): "
		    "--ping-first does not work", line);
}
