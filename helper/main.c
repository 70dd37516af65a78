/* main.c: finds the sub-command, what must be done once, the exit code. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/starts.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
#define COMMAND(name, options, words, help) { #name, cmd_##name, help },
#include "helper/cmd/commands.def"
};

static int
usage(FILE *f, int code)
{
	fprintf(f, "usage: assetscan COMMAND [options]\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(f, "  %-8s %s\n", commands[i].name, commands[i].help);
	fprintf(f, "\nassetscan COMMAND --help lists a command's options; "
	    "--version prints the version.\n");
	return code;
}

/* Secrets pass through this process: no core dump, no reading over ptrace. */
static void
keep_memory_private(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	/* The leak checker needs ptrace on itself. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static int
run(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	if (strcmp(argv[1], "--version") == 0)
		return printf("assetscan %s\n", ASSETSCAN_VERSION) < 0;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--usage") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return usage(stdout, 0);
	/* A cron line of the old scanners: only the program's name was changed. */
	if (argv[1][0] == '-' && argv[1][1] == '-')
		return cmd_scan(argc - 1, argv + 1);
	fprintf(stderr, "assetscan: there is no command \"%s\"\n\n", argv[1]);
	return usage(stderr, 1);
}

/* What a full disk did not take is no success.  A command that looked itself has
 * said so, and ends with another code; `| head` is no mistake. */
static int
all_printed(int code)
{
	errno = 0;
	if ((fflush(stdout) == 0 && !ferror(stdout)) || code != 0)
		return code;
	if (errno != EPIPE)
		fprintf(stderr, "assetscan: standard output: %s\n",
		    strerror(errno != 0 ? errno : EIO));
	return 1;
}

int
main(int argc, char **argv)
{
	keep_memory_private();
	signal(SIGPIPE, SIG_IGN);
	starts();
	return all_printed(run(argc, argv));
}
