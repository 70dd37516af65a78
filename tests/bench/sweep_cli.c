/* sweep_cli.c: the sweep by itself: sweep_cli RANGES PORT[,PORT] [TIMEOUT [RATE
 * [PING [LATE]]]].  Prints one line for each address that is not silent and a
 * summary on standard error.  LATE: the source has nothing each LATE addresses.
 * QUIET set: only the summary.  CANCEL=ms: cancels itself then, says how long it
 * took to end.
 *
 * rooms: helper/target helper/base
 */
#include <inttypes.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "helper/target/ranges.h"
#include "helper/target/sweep.h"

static struct cancel *cancel;
static int64_t cancelled_at;

static void
on_alarm(int sig)
{
	(void)sig;
	cancelled_at = now_ns();
	cancel_fire(cancel);
}

static void
arm(const char *ms)
{
	struct itimerval when = { .it_value = { atoi(ms) / 1000,
	    atoi(ms) % 1000 * 1000 } };

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &when, NULL);
}

struct run {
	struct ranges *ranges;
	struct range_iter it;
	uint64_t given, states[5];
	uint64_t late;
	int wake;
};

static enum sweep_more
source(void *ctx, struct sweep_target *t)
{
	struct run *run = ctx;
	struct range_target target;
	uint64_t one = 1;

	if (run->late > 0 && run->given % run->late == run->late - 1) {
		run->given++;
		if (write(run->wake, &one, sizeof(one)) < 0)
			abort();
		return SWEEP_LATER;
	}
	if (!ranges_next(run->ranges, &run->it, &target) || target.name != NULL)
		return SWEEP_END;
	t->addr = target.addr;
	t->cookie = run->given++;
	return SWEEP_HAVE;
}

static void
result(void *ctx, const struct sweep_result *r)
{
	static const char *const names[] = { "open", "refused", "unreachable",
	    "silent", "error" };
	struct run *run = ctx;
	char text[NET_ADDR_TEXT];

	run->states[r->state]++;
	if (r->state != SWEEP_SILENT && getenv("QUIET") == NULL)
		printf("%s %s open=%x refused=%x errno=%d%s\n",
		    net_addr_text(&r->addr, text), names[r->state], r->open,
		    r->refused, r->error, r->pinged ? " pinged" : "");
}

int
main(int argc, char **argv)
{
	struct run run = { .ranges = ranges_new(), .wake = eventfd(0, EFD_NONBLOCK) };
	uint16_t ports[SWEEP_PORTS_MAX];
	struct sweep_config c = { .ports = ports, .connect_timeout = 2,
	    .ping_timeout = 1, .keep_descriptors = 64, .wake_fd = run.wake,
	    .source = source, .result = result, .ctx = &run };
	struct err e = { 0 };
	int64_t began = now_ns();

	if (argc < 3 || run.ranges == NULL)
		return 2;
	for (char *p = strtok(argv[2], ","); p != NULL && c.nports <
	    SWEEP_PORTS_MAX; p = strtok(NULL, ","))
		ports[c.nports++] = (uint16_t)atoi(p);
	if (argc > 3)
		c.connect_timeout = atof(argv[3]);
	if (argc > 4)
		c.rate = atof(argv[4]);
	if (argc > 5 && atof(argv[5]) > 0) {
		c.ping_first = true;
		c.ping_timeout = atof(argv[5]);
	}
	if (argc > 6)
		run.late = strtoull(argv[6], NULL, 10);
	if ((cancel = cancel_new(&e)) == NULL)
		return 1;
	if (getenv("CANCEL") != NULL)
		arm(getenv("CANCEL"));
	if (!ranges_add(run.ranges, argv[1], 0, &e) ||
	    !ranges_freeze(run.ranges, &e) ||
	    !sweep_run(&c, deadline_never(cancel_fd(cancel)), &e)) {
		fprintf(stderr, "%s\n", e.text);
		if (cancelled_at != 0)
			fprintf(stderr, "milliseconds %.1f\n",
			    (double)(now_ns() - cancelled_at) / 1e6);
		return 1;
	}
	fprintf(stderr, "seconds %.3f open %" PRIu64 " refused %" PRIu64
	    " unreachable %" PRIu64 " silent %" PRIu64 " error %" PRIu64
	    " ping %s\n", (double)(now_ns() - began) / 1e9, run.states[0],
	    run.states[1], run.states[2], run.states[3], run.states[4],
	    sweep_ping_kind());
	ranges_free(run.ranges);
	close(run.wake);
	cancel_free(cancel);
	return 0;
}
