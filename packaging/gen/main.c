/* main.c: prints one page of the manual, one shell's completion, or another text
 * with the program's tables in it:
 *
 *   manual FILE.in VERSION DATE
 */
#include <stdlib.h>
#include <string.h>

#include "packaging/gen/gen.h"

static const struct { const char *name; void (*print)(FILE *); } lists[] = {
	{ "synopsis", print_synopsis }, { "commands", print_commands },
	{ "options", print_options }, { "exits", print_exits },
	{ "environment", print_environment }, { "errors", print_errors },
	{ "statuses", print_statuses }, { "facts", print_facts },
	{ "sections", print_sections }, { "builtin", print_builtin }, { "columns", print_columns },
	{ "methods", print_methods }, { "notifications", print_notifications },
	{ "types", print_types }, { "mapping-json", print_mapping_json },
	{ "rpc-errors", print_rpc_errors }, { "sudo", print_sudo },
	{ "sudoers", print_sudoers }, { "namespaces", print_namespaces },
	{ "namespaces-ps", print_namespaces_ps }, { "bash", print_bash },
	{ "bash-commands", print_bash_commands }, { "zsh", print_zsh },
	{ "zsh-commands", print_zsh_commands }, { "fish", print_fish },
};

/* "@name@" alone on a line. */
static bool
list(const char *line)
{
	size_t n = strlen(line);

	if (n < 3 || line[0] != '@' || line[n - 1] != '@')
		return false;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strlen(lists[i].name) == n - 2 &&
		    strncmp(lists[i].name, line + 1, n - 2) == 0) {
			lists[i].print(stdout);
			return true;
		}
	return false;
}

/* A line with its VERSION and DATE; false: another name stands there. */
static bool
plain(const char *line, const char *version, const char *date)
{
	const char *at;

	for (; (at = strchr(line, '@')) != NULL; line = at) {
		printf("%.*s", (int)(at - line), line);
		if (strncmp(at, "@VERSION@", 9) == 0) {
			fputs(version, stdout);
			at += 9;
		} else if (strncmp(at, "@DATE@", 6) == 0) {
			fputs(date, stdout);
			at += 6;
		} else if (at[1] >= 'a' && at[1] <= 'z' && at == line &&
		    at[strlen(at) - 1] == '@') {
			return false;
		} else {
			putchar(*at++);
		}
	}
	puts(line);
	return true;
}

static int
page(const char *path, const char *version, const char *date)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int number = 0, code = 0;
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		perror(path);
		return 1;
	}
	while ((n = getline(&line, &cap, f)) > 0) {
		number++;
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (!list(line) && !plain(line, version, date)) {
			fprintf(stderr, "%s:%d: there is no list %s\n", path,
			    number, line);
			code = 1;
		}
	}
	free(line);
	fclose(f);
	return code != 0 || fflush(stdout) != 0 || ferror(stdout);
}

int
main(int argc, char **argv)
{
	if (argc == 4)
		return page(argv[1], argv[2], argv[3]);
	fprintf(stderr, "usage: manual FILE.in VERSION DATE\n");
	return 1;
}
