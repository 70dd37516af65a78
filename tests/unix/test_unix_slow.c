/* A host on which programs hang, or are not those of this machine. */
#include "tests/unix/run_script.h"

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

static void
program(const char *folder, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_non_null(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

/* The questions of systems that are not here, by this machine's shells and with
 * a few programs of theirs that are played. */
static void
every_systems_questions_come_to_their_end(void **state)
{
	static const char *const systems[] = { "Darwin arm64", "FreeBSD amd64",
		"OpenBSD amd64", "NetBSD amd64", "SunOS i86pc", "AIX 00F9" };
	static const char *const asked[] = { "connections", "disk", "users" };
	struct unix_ask ask = { .sections = (char *const *)(uintptr_t)asked,
		.nsections = ARRAY_LEN(asked), .command_seconds = 5 };
	char folder[] = "/tmp/assetscan-test-XXXXXX", line[300];

	(void)state;
	assert_non_null(mkdtemp(folder));
	program(folder, "kenv", "#!/bin/sh\necho 'smbios.system.maker=\"A = B "
	    "Inc.\"'\necho 'smbios.system.product=\"X 1\"'\n"
	    "echo 'smbios.chassis.type=\"Notebook\"'\necho 'other=\"1\"'\n");
	program(folder, "sysctl", "#!/bin/sh\ncase $2 in hw.vendor) echo LENOVO;; "
	    "machdep.dmi.system-product) echo 'X10 SLL';; *) exit 1;; esac\n");
	program(folder, "netstat", "#!/bin/sh\ncase \"$*\" in *tcp*) echo 'Proto "
	    "Recv-Q'; echo 'tcp4 0 0 *.22 *.* LISTEN';; esac\n");
	program(folder, "sockstat", "#!/bin/sh\necho 'root sshd 9999999 3 tcp4 *:22 "
	    "*:*'\n");
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		for (size_t k = 0; there(shells[i]) && k < ARRAY_LEN(systems); k++) {
			const struct fact_row *row;
			struct facts *f;

			snprintf(line, sizeof(line), "#!/bin/sh\ncase $1 in -sm) "
			    "echo '%s';; *) exec /usr/bin/uname \"$@\";; esac\n",
			    systems[k]);
			program(folder, "uname", line);
			snprintf(line, sizeof(line), "env PATH=%s:$PATH %s -s",
			    folder, shells[i]);
			f = ask_shell(line, &ask, "");
			if (strstr(systems[k], "FreeBSD") != NULL) {
				assert_string_equal(facts_find(f,
				    "sys.vendor")->s, "A = B Inc.");
				assert_string_equal(facts_find(f,
				    "sys.model")->s, "X 1");
				assert_string_equal(facts_find(f,
				    "sys.chassis")->s, "laptop");
				row = row_where(f, "connection", "local",
				    "0.0.0.0:22");
				assert_string_equal(fact_text(row, "process"),
				    "sshd");
			} else if (strstr(systems[k], "OpenBSD") != NULL) {
				assert_string_equal(facts_find(f,
				    "sys.vendor")->s, "LENOVO");
			} else if (strstr(systems[k], "NetBSD") != NULL) {
				assert_string_equal(facts_find(f,
				    "sys.model")->s, "X10 SLL");
			}
			facts_free(f);
		}
	snprintf(line, sizeof(line), "rm -r %s", folder);
	assert_int_equal(system(line), 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_may_hang),
		cmocka_unit_test(every_systems_questions_come_to_their_end),
		cmocka_unit_test(a_daemon_that_was_left_holds_up_nothing),
		cmocka_unit_test(each_limit_says_what_is_missing_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
