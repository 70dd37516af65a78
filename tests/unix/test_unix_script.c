/* The real script, run by the shells of this machine. */
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/map/sections.h"
#include "helper/unix/unix_parse.h"
#include "helper/unix/unix_script.h"

/* cmocka has a fail() of its own, so it comes after ours */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static const char *const shells[] = { "dash", "bash --posix", "busybox ash",
	"mksh", "ksh", "yash" };

static bool
there(const char *shell)
{
	char line[200];

	snprintf(line, sizeof(line), "command -v %.*s >/dev/null 2>&1",
	    (int)strcspn(shell, " "), shell);
	return system(line) == 0;
}

/* A mapping that needs files, sysctls and commands of a Linux host. */
static struct mapping *
needy(const char *command)
{
	struct err e = { .code = ERR_NONE };
	json_t *j = json_pack("{s:s, s:{s:[{s:s, s:{s:s}}]}, "
	    "s:[{s:s, s:{s:s}}, {s:s, s:{s:s}}, {s:s, s:{s:s}}, {s:s, s:{s:s}}]}",
	    "os", "linux", "matcher", "keys", "field", "a.mac", "from", "fact",
	    "nic.mac", "fields", "field", "a.up", "from", "file", "/proc/uptime",
	    "field", "a.no", "from", "file", "/nowhere/it's here",
	    "field", "a.host", "from", "sysctl", "kernel.hostname",
	    "field", "a.cmd", "from", "command", command);
	struct mapping *m = mapping_from_json(j, NULL, NULL, &e);

	json_decref(j);
	if (m == NULL)
		print_message("# %s\n", e.text);
	assert_non_null(m);
	return m;
}

/* What `shell` prints for the script, with `before` in front of it. */
static char *
run(const char *shell, const struct unix_ask *ask, const char *before,
    const char *marker, size_t *n)
{
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };
	char path[] = "/tmp/assetscan-test-XXXXXX", line[400];
	size_t cap = 1u << 22;
	char *out = malloc(cap);
	int fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0);
	wr_str(&w, before);
	assert_true(unix_script(&w, marker, ask, &e));
	assert_int_equal(write(fd, w.p, w.len), (ssize_t)w.len);
	close(fd);
	wr_free(&w);
	snprintf(line, sizeof(line), "%s <%s 2>/dev/null", shell, path);
	f = popen(line, "r");
	*n = fread(out, 1, cap, f);
	pclose(f);
	unlink(path);
	return out;
}

static struct facts *
ask_shell(const char *shell, const struct unix_ask *ask, const char *before)
{
	char marker[UNIX_MARKER];
	struct facts *f = facts_new();
	struct err e = { .code = ERR_NONE };
	bool partial;
	size_t n;
	char *out;

	assert_true(unix_marker(marker, &e));
	out = run(shell, ask, before, marker, &n);
	struct unix_answer a = { .marker = marker, .out = out, .n = n,
		.map = ask->map };
	if (!unix_facts(&a, f, &partial, &e) || partial)
		print_message("# %s: %s\n%.*s\n", shell, e.text, (int)n, out);
	assert_int_equal(e.code, ERR_NONE);
	assert_false(partial);
	free(out);
	return f;
}

/* Every inventory section there is. */
static size_t
all_sections(char *names[], size_t max)
{
	size_t n = section_count();

	assert_true(n <= max);
	for (size_t i = 0; i < n; i++)
		names[i] = (char *)(uintptr_t)section_name(i);
	return n;
}

static const struct fact_row *
row_where(const struct facts *f, const char *class, const char *name,
    const char *value)
{
	for (size_t i = 0; i < facts_rows(f, class); i++) {
		const struct fact *v = fact_get(facts_at(f, class, i), name);
		char text[300];

		if (v == NULL)
			continue;
		fact_format(v, text, sizeof(text));
		if (strcmp(text, value) == 0)
			return facts_at(f, class, i);
	}
	return NULL;
}

/* A port that this test listens on, as "127.0.0.1:N". */
static int
listener(char name[static 40])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(name, 40, "127.0.0.1:%u", ntohs(a.sin_port));
	return fd;
}

/* One number that another program prints. */
static unsigned
counted(const char *command)
{
	FILE *f = popen(command, "r");
	unsigned n = 0;

	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

static void
inventory_is_right(const struct facts *f, const char *port)
{
	const struct fact_row *row;
	const char *why, *fix;
	char pid[20];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_non_null(row = row_where(f, "process", "pid", pid));
	assert_string_equal(fact_text(row, "name"), "test_unix_scrip");
	assert_non_null(fact_get(row, "memoryBytes"));
	assert_non_null(fact_get(row, "cpuPercent"));
	assert_true(llabs(fact_get(row, "started")->ms - now_unix_ms()) <
	    3600000);
	assert_null(row_where(f, "process", "name", "kthreadd"));
	assert_non_null(row = row_where(f, "connection", "local", port));
	assert_string_equal(fact_text(row, "state"), "listen");
	assert_int_equal(facts_rows(f, "software"), counted("dpkg-query -W "
	    "-f='${Status}\\n' | grep -c ' ok installed'"));
	assert_non_null(row = row_where(f, "software", "name", "dpkg"));
	assert_string_equal(fact_text(row, "source"), "dpkg");
	assert_true(fact_get(row, "installed")->ms > 1500000000000);
	assert_non_null(row = row_where(f, "account", "name", "root"));
	assert_string_equal(fact_text(row, "home"), "/root");
	assert_true(fact_get(row, "admin")->b);
	assert_null(row_where(f, "account", "name", "daemon"));
	assert_int_equal(facts_rows(f, "group"), counted("wc -l </etc/group"));
	assert_int_equal(facts_rows(f, "core"), sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(facts_find(f, "cpu.loadPercent")->d > 0 &&
	    facts_find(f, "cpu.loadPercent")->d <= 100);
	assert_true(facts_find(f, "memory.usedPercent")->d > 0);
	assert_int_equal(facts_rows(f, "pagefile"),
	    counted("grep -c '^/' /proc/swaps"));
	assert_non_null(row = row_where(f, "transport", "protocol", "tcp"));
	assert_non_null(fact_get(row, "receivedPerSec"));
	assert_int_equal(facts_rows(f, "nicLoad"),
	    counted("grep ':' /proc/net/dev | grep -vc ' lo:'"));
	assert_true(facts_rows(f, "patch") == 1);
	assert_true(facts_find(f, "patch.lastInstalled")->ms > 1500000000000);
	assert_true(facts_rows(f, "service") >= 1 ||
	    facts_why(f, "service", &why, &fix));
}

static void
facts_are_right(const struct facts *f)
{
	struct utsname u;
	char name[256];

	uname(&u);
	assert_string_equal(facts_find(f, "os.family")->s, "linux");
	assert_string_equal(facts_find(f, "os.kernel")->s, u.release);
	assert_string_equal(facts_find(f, "os.arch")->s, u.machine);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(u.nodename, "."),
	    u.nodename);
	assert_string_equal(facts_find(f, "host.name")->s, name);
	assert_true(facts_find(f, "memory.totalBytes")->u > 1u << 20);
	assert_int_equal(facts_find(f, "cpu.threads")->u,
	    sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(facts_rows(f, "nic") >= 1);
	assert_non_null(facts_find(f, "os.name"));
	assert_non_null(facts_find(f, "time.now"));
}

static void
each_shell_runs_it_to_the_same_facts(void **state)
{
	struct mapping *m = needy("echo \"it's $((6 * 7))\"; exit 3");
	char *names[40], port[40];
	struct unix_ask ask = { .map = m, .sections = names,
		.nsections = all_sections(names, 40), .command_seconds = 5 };
	int fd = listener(port);
	unsigned ran = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		char line[100];
		const char *why, *fix;
		struct facts *f;

		if (!there(shells[i]))
			continue;
		ran++;
		snprintf(line, sizeof(line), "env -i %s -s", shells[i]);
		f = ask_shell(line, &ask, "");
		facts_are_right(f);
		inventory_is_right(f, port);
		assert_string_equal(fact_text(facts_at(f, "command", 0), "text"),
		    "it's 42");
		assert_int_equal(fact_get(facts_at(f, "command", 0),
		    "status")->i, 3);
		assert_non_null(fact_text(facts_at(f, "file", 0), "text"));
		assert_true(facts_why(f, "file./nowhere/it's here", &why, &fix));
		assert_non_null(fact_text(facts_at(f, "sysctl", 0), "text"));
		facts_free(f);
	}
	assert_true(ran >= 1);
	close(fd);
	mapping_free(m);
}

/* Or it would eat the rest of the script. */
static void
a_command_reads_nothing(void **state)
{
	struct mapping *m = needy("cat; echo end");
	struct unix_ask ask = { .map = m, .command_seconds = 5 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		char line[100];
		struct facts *f;

		if (!there(shells[i]))
			continue;
		snprintf(line, sizeof(line), "%s -s", shells[i]);
		f = ask_shell(line, &ask, "");
		assert_string_equal(fact_text(facts_at(f, "command", 0), "text"),
		    "end");
		facts_free(f);
	}
	mapping_free(m);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* With `timeout`, and with our own watchdog where there is none. */
static void
a_command_that_hangs_is_killed(void **state)
{
	static const char *const before[] = { "",
		"timeout() { return 127; }\n" };
	struct mapping *m = needy("exec sleep 600");
	struct unix_ask ask = { .map = m, .command_seconds = 1 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(before); k++)
		for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
			char line[100];
			double start = seconds();

			if (!there(shells[i]))
				continue;
			snprintf(line, sizeof(line), "%s -s", shells[i]);
			facts_free(ask_shell(line, &ask, before[k]));
			assert_true(seconds() - start < 300);
		}
	mapping_free(m);
}

static void
its_syntax_is_clean_and_it_makes_no_here_document(void **state)
{
	struct mapping *m = needy("true");
	struct unix_ask ask = { .map = m, .command_seconds = 1, .sudo = true };
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_true(unix_script(&w, "assetscan-x", &ask, &e));
	assert_null(strstr(wr_cstr(&w), "<<"));
	assert_null(strstr(wr_cstr(&w), "mktemp"));
	assert_true(w.len < 32 * 1024);
	/* nothing of what only inventory sections want */
	assert_null(strstr(wr_cstr(&w), "dpkg-query"));
	assert_null(strstr(wr_cstr(&w), "begin loads"));
	assert_null(strstr(wr_cstr(&w), "sleep 1\n"));
	wr_free(&w);
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		char line[100];
		size_t n;
		char *out;

		if (!there(shells[i]))
			continue;
		snprintf(line, sizeof(line), "%s -n && echo clean", shells[i]);
		out = run(line, &ask, "", "assetscan-x", &n);
		assert_true(n == 6 && memcmp(out, "clean\n", 6) == 0);
		free(out);
	}
	mapping_free(m);
}

/* The names of the script's sections, each with a blank before and behind. */
static char *
begun(const struct unix_ask *ask)
{
	struct wr w = wr_new(UNIX_SCRIPT_MAX), names = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };
	const char *at;
	char *copy;

	assert_true(unix_script(&w, "assetscan-x", ask, &e));
	for (at = wr_cstr(&w); (at = strstr(at, ") b ")) != NULL; at += 4)
		wr_printf(&names, " %.*s ", (int)strcspn(at + 4, "\n"), at + 4);
	copy = strdup(wr_cstr(&names));
	wr_free(&w);
	wr_free(&names);
	return copy;
}

static struct mapping *
needs_fact(const char *dotted)
{
	struct err e = { .code = ERR_NONE };
	json_t *j = json_pack("{s:s, s:{s:[{s:s, s:{s:s}}]}, "
	    "s:[{s:s, s:{s:s}}]}", "os", "linux", "matcher", "keys", "field",
	    "a.mac", "from", "fact", "nic.mac", "fields", "field", "a.b",
	    "from", "fact", dotted);
	struct mapping *m = mapping_from_json(j, NULL, NULL, &e);

	json_decref(j);
	assert_non_null(m);
	return m;
}

/* Whatever is asked for the sake of a fact is asked for its section's too. */
static void
a_section_asks_all_that_its_facts_need(void **state)
{
	const char *class;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < section_count(); i++) {
		char *name = (char *)(uintptr_t)section_name(i);
		struct unix_ask by_name = { .sections = &name, .nsections = 1,
			.command_seconds = 1 };
		char *asked = begun(&by_name);

		for (size_t k = 0; k < fact_infos(); k++) {
			const struct fact_info *f = fact_info_at(k);
			char dotted[128], want[80], *need;
			bool ours = false;
			struct mapping *m;

			for (size_t c = 0; (class = section_class(name, c)) != NULL;
			    c++)
				ours = ours || strcmp(class, f->class) == 0;
			if (!ours)
				continue;
			snprintf(dotted, sizeof(dotted), "%s.%s", f->class,
			    f->name);
			m = needs_fact(dotted);
			need = begun(&(struct unix_ask){ .map = m,
			    .command_seconds = 1 });
			for (char *at = need; sscanf(at, " %78s", want + 1) == 1;
			    at += strlen(want)) {
				want[0] = ' ';
				strcat(want, " ");
				if (strstr(asked, want) == NULL) {
					print_message("# %s does not ask%sfor %s\n",
					    name, want, dotted);
					wrong++;
				}
			}
			free(need);
			mapping_free(m);
		}
		free(asked);
	}
	assert_int_equal(wrong, 0);
}

/* Without sections and sudo nothing is asked but what the asset is made of. */
static void
a_plain_scan_asks_no_more(void **state)
{
	struct unix_ask ask = { .map = mapping_builtin(), .command_seconds = 1 };
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };
	char *names = begun(&ask);

	(void)state;
	assert_string_equal(names, " kernel  release  clock  dmi  cpu  memory "
	    " nics  addr  routes  domain  disks  volumes  swvers  sysctl  ioreg "
	    " ifconfig  macvolumes  machardware  macstorage  bsddmi  other "
	    " users ");
	assert_true(unix_script(&w, "assetscan-x", &ask, &e));
	assert_null(strstr(wr_cstr(&w), "asroot() {"));
	assert_null(strstr(wr_cstr(&w), "sudo -n"));
	assert_null(strstr(wr_cstr(&w), "G='"));
	wr_free(&w);
	free(names);
}

/* Every file system read-only, in a mount namespace of its own. */
static void
it_needs_nothing_to_write_on(void **state)
{
	static const char shell[] = "unshare -m sh -c 'for m in $(cut -d\" \" -f5 "
	    "/proc/self/mountinfo | grep -v ^/proc); do mount -o remount,bind,ro "
	    "$m; done; (: >/tmp/assetscan-can-write) && exit 1; exec sh -s'";
	struct unix_ask ask = { .command_seconds = 5 };
	struct facts *f;

	(void)state;
	if (geteuid() != 0 || system("unshare -m true 2>/dev/null") != 0) {
		print_message("# needs root for a mount namespace\n");
		skip();
	}
	f = ask_shell(shell, &ask, "");
	facts_are_right(f);
	facts_free(f);
}

/* csh and fish users have their log-in shell run UNIX_COMMAND. */
static void
other_log_in_shells_start_it(void **state)
{
	static const char *const logins[] = { "csh", "tcsh", "fish", "zsh", "sh" };
	struct unix_ask ask = { .command_seconds = 5 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		char line[100];
		struct facts *f;

		if (!there(logins[i]))
			continue;
		snprintf(line, sizeof(line), "%s -c '%s'", logins[i],
		    UNIX_COMMAND);
		f = ask_shell(line, &ask, "");
		facts_are_right(f);
		facts_free(f);
	}
}

static void
a_log_in_file_that_reads_a_line_spoils_nothing(void **state)
{
	struct unix_ask ask = { .command_seconds = 5 };
	struct facts *f;

	(void)state;
	f = ask_shell("sh -c 'read x; echo Welcome; printf motd; exec sh -s'",
	    &ask, "");
	facts_are_right(f);
	facts_free(f);
}

/* --- a host on which something hangs ------------------------------------------------- */

/* Ignores what can be ignored; its child holds the pipe; half a line is said. */
static const char sleeper[] = "#!/bin/sh\ntrap '' TERM HUP INT\n"
    "printf 'half a li'\n%s/sleep-of-it 3600 &\n%s/sleep-of-it 3600\n";

/* A folder with a sleeper for each program that the script sets a limit to. */
static void
fakes(char folder[static 40])
{
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	struct err e = { .code = ERR_NONE };
	char *names[40], line[300], word[60];
	struct unix_ask ask = { .sections = names, .sudo = true,
		.nsections = all_sections(names, 40), .command_seconds = 5 };
	FILE *f;

	strcpy(folder, "/tmp/assetscan-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(line, sizeof(line), "cp \"$(command -v sleep)\" %s/sleep-of-it",
	    folder);
	assert_int_equal(system(line), 0);
	assert_true(unix_script(&w, "assetscan-x", &ask, &e));
	for (const char *at = wr_cstr(&w); (at = strstr(at, "lim ")) != NULL;
	    at += 4) {
		/* `ps` ends a tree where there is no timeout; `head` is the
		 * script's own */
		if (sscanf(at, "lim %*u %59[a-z_-]", word) != 1 ||
		    strcmp(word, "sh") == 0 || strcmp(word, "ps") == 0 ||
		    strcmp(word, "head") == 0)
			continue;
		snprintf(line, sizeof(line), "%s/%s", folder, word);
		assert_non_null(f = fopen(line, "w"));
		fprintf(f, sleeper, folder, folder);
		fclose(f);
		assert_int_equal(chmod(line, 0755), 0);
	}
	wr_free(&w);
}

static void
everything_may_hang(void **state)
{
	static const char *const before[] = { "",
		"timeout() { return 127; }\n" };
	static const char *const asked[] = { "software", "connections",
		"printers", "users", "updates" };
	struct unix_ask ask = { .sections = (char *const *)(uintptr_t)asked,
		.nsections = ARRAY_LEN(asked), .command_seconds = 5,
		.seconds = 6 };
	char folder[40], line[300];

	(void)state;
	fakes(folder);
	for (size_t k = 0; k < ARRAY_LEN(before); k++) {
		const char *why, *fix;
		double start = seconds();
		struct facts *f;

		snprintf(line, sizeof(line), "env PATH=%s:/usr/bin:/bin:/usr/sbin"
		    ":/sbin %s -s", folder, k == 0 ? "dash" : "sh");
		f = ask_shell(line, &ask, before[k]);
		assert_true(seconds() - start < 300);
		assert_string_equal(facts_find(f, "os.family")->s, "linux");
		assert_non_null(facts_find(f, "memory.totalBytes"));
		assert_true(facts_rows(f, "nic") >= 1);
		/* what is read from files comes whatever hangs */
		assert_true(facts_rows(f, "account") >= 1);
		assert_true(facts_why(f, "software", &why, &fix));
		assert_non_null(strstr(why, "dpkg-query"));
		assert_non_null(strstr(fix, "sshTimeout"));
		assert_true(facts_why(f, "host.fqdn", &why, &fix));
		assert_non_null(strstr(why, "hostname"));
		facts_free(f);
		/* and nothing of it is left */
		snprintf(line, sizeof(line), "grep -lsa '^%s/sleep-of-it' "
		    "/proc/[0-9]*/cmdline | grep -c .", folder);
		assert_int_equal(counted(line), 0);
	}
	snprintf(line, sizeof(line), "rm -r %s", folder);
	assert_int_equal(system(line), 0);
}

static bool
is_class(const char *name)
{
	for (size_t i = 0; i < fact_class_infos(); i++)
		if (strcmp(fact_class_info_at(i)->name, name) == 0)
			return true;
	return false;
}

/* A daemon that some program left behind holds its pipe, in a session of its own
 * where no kill of ours reaches it; it ends by itself here. */
static void
a_daemon_that_was_left_holds_up_nothing(void **state)
{
	static const char *const asked[] = { "printers", "users" };
	struct unix_ask ask = { .sections = (char *const *)(uintptr_t)asked,
		.nsections = ARRAY_LEN(asked), .command_seconds = 5,
		.seconds = 30 };
	char folder[] = "/tmp/assetscan-test-XXXXXX", line[300];
	double start;
	FILE *f;

	(void)state;
	if (!there("timeout") || !there("setsid"))
		return;
	assert_non_null(mkdtemp(folder));
	snprintf(line, sizeof(line), "%s/lpstat", folder);
	assert_non_null(f = fopen(line, "w"));
	fprintf(f, "#!/bin/sh\nsetsid sleep 60 &\necho 'printer p is idle.'\n");
	fclose(f);
	assert_int_equal(chmod(line, 0755), 0);
	snprintf(line, sizeof(line), "env PATH=%s:/usr/bin:/bin:/usr/sbin:/sbin "
	    "dash -s", folder);
	start = seconds();
	facts_free(ask_shell(line, &ask, ""));
	assert_true(seconds() - start < 45);
	snprintf(line, sizeof(line), "rm -r %s", folder);
	assert_int_equal(system(line), 0);
}

/* Each program under a limit has its row of unix_slow.def, or nobody says what
 * is missing without it. */
static void
each_limit_says_what_is_missing_behind_it(void **state)
{
	static const char *const rows[] = {
#define SLOW(section, program, how, facts) #section " " #program,
#include "helper/unix/unix_slow.def"
#undef SLOW
	};
	static const char *const facts[] = {
#define SLOW(section, program, how, facts) facts,
#include "helper/unix/unix_slow.def"
#undef SLOW
	};
	static const struct { const char *name, *script; } scripts[] = {
#define SECTION(name, kinds, when, parse, script) { #name, script },
#include "helper/unix/unix_sections.def"
#undef SECTION
	};
	bool used[ARRAY_LEN(rows)] = { false };
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++)
		for (const char *at = scripts[i].script; at[0] != '\0'; at++) {
			char word[60], row[120];
			bool found = false;

			if ((sscanf(at, "lim %*u %59[A-Za-z0-9_/-]", word) != 1 &&
			    sscanf(at, "asroot %59[a-z_]", word) != 1) ||
			    word[0] == '\0')
				continue;
			snprintf(row, sizeof(row), "%s %s", scripts[i].name,
			    strrchr(word, '/') != NULL ? strrchr(word, '/') + 1 :
			    word);
			for (size_t k = 0; k < ARRAY_LEN(rows); k++)
				if (strcmp(rows[k], row) == 0)
					found = used[k] = true;
			if (!found) {
				print_message("# no row: %s\n", row);
				wrong++;
			}
		}
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		char word[80];
		int n;

		/* `asroot $x` of the four serial numbers */
		if (!used[k] && strncmp(rows[k], "dmi ", 4) != 0) {
			print_message("# of no use: %s\n", rows[k]);
			wrong++;
		}
		for (const char *at = facts[k]; sscanf(at, "%79s%n", word, &n) ==
		    1; at += n)
			if (fact_info(word) == NULL && !is_class(word)) {
				print_message("# no such fact: %s\n", word);
				wrong++;
			}
	}
	assert_int_equal(wrong, 0);
}

/* bash as sh, with the options of whoever exports them. */
static void
exported_shell_options_change_nothing(void **state)
{
	struct mapping *m = needy("echo end");
	char *names[40], port[40];
	struct unix_ask ask = { .map = m, .sections = names,
		.nsections = all_sections(names, 40), .command_seconds = 5 };
	int fd = listener(port);
	struct facts *f;

	(void)state;
	f = ask_shell("env SHELLOPTS=errexit:nounset:noglob:noclobber:xtrace:"
	    "verbose:posix COLUMNS=20 CDPATH=/ IFS=/ bash -s", &ask, "");
	facts_are_right(f);
	inventory_is_right(f, port);
	facts_free(f);
	close(fd);
	mapping_free(m);
}

/* Nobody reads any more: the host is left alone, SIGPIPE or not. */
static void
it_ends_when_the_link_does(void **state)
{
	struct mapping *m = needy(": >$SHOULD_NOT");
	struct unix_ask ask = { .map = m, .command_seconds = 5 };
	char path[60], line[300];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/assetscan-test-%d", (int)getpid());
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		for (unsigned k = 0; k < 2; k++) {
			size_t n;

			if (!there(shells[i]))
				continue;
			snprintf(line, sizeof(line), "SHOULD_NOT=%s sh -c '%s "
			    "%s -s | :'", path, k ? "trap \"\" PIPE;" : "",
			    shells[i]);
			free(run(line, &ask, "", "assetscan-x", &n));
			assert_int_equal(access(path, F_OK), -1);
		}
	mapping_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_shell_runs_it_to_the_same_facts),
		cmocka_unit_test(a_command_reads_nothing),
		cmocka_unit_test(a_command_that_hangs_is_killed),
		cmocka_unit_test(its_syntax_is_clean_and_it_makes_no_here_document),
		cmocka_unit_test(a_section_asks_all_that_its_facts_need),
		cmocka_unit_test(a_plain_scan_asks_no_more),
		cmocka_unit_test(it_needs_nothing_to_write_on),
		cmocka_unit_test(other_log_in_shells_start_it),
		cmocka_unit_test(a_log_in_file_that_reads_a_line_spoils_nothing),
		cmocka_unit_test(everything_may_hang),
		cmocka_unit_test(a_daemon_that_was_left_holds_up_nothing),
		cmocka_unit_test(each_limit_says_what_is_missing_behind_it),
		cmocka_unit_test(exported_shell_options_change_nothing),
		cmocka_unit_test(it_ends_when_the_link_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
