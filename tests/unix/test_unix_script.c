/* The real script, run by the shells of this machine. */
#include "tests/unix/run_script.h"

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
		cmocka_unit_test(exported_shell_options_change_nothing),
		cmocka_unit_test(it_ends_when_the_link_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
