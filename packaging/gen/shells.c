/* shells.c: the tables as the shells' completion wants them.  The texts around
 * them are in packaging/completion. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cmd/cmd.h"
#include "helper/cmd/options.h"
#include "helper/map/sections.h"
#include "packaging/gen/gen.h"

enum opt_kind { FLAG, VALUE, MANY };

static const struct { const char *name; unsigned options; const char *words, *help; }
commands[] = {
#define COMMAND(name, options, words, help) { #name, options, words, help },
#include "helper/cmd/commands.def"
};
static const struct { enum command command; const char *name, *words, *help; }
verbs[] = {
#define VERB(command, name, words, help) { COMMAND_##command, #name, words, help },
#include "helper/cmd/commands.def"
};
static const struct { enum opt_id option; unsigned commands; const char *words; }
values[] = {
#define VALUES(option, commands, words) { OPT_##option, commands, words },
#include "helper/cmd/commands.def"
};

/* One long option as a command line may hold it. */
struct option {
	char name[80];
	unsigned commands;
	enum opt_kind kind;
	const char *arg;	/* NULL: takes none */
	const char *help;
	int id;			/* enum opt_id, -1: of a secret */
};

#define ENOUGH 400
static size_t n_options;
static struct option all_options[ENOUGH];

static void
add(const char *name, const char *suffix, unsigned bits, enum opt_kind kind,
    const char *arg, const char *help, int id)
{
	struct option *o = &all_options[n_options];

	if (name == NULL)
		return;
	if (n_options++ == ENOUGH) {
		fprintf(stderr, "shells.c: ENOUGH is not\n");
		exit(1);
	}
	*o = (struct option){ .commands = bits, .kind = kind, .arg = arg,
	    .help = help, .id = id };
	snprintf(o->name, sizeof(o->name), "%s%s", name, suffix);
}

static void
gather(void)
{
	if (n_options > 0)
		return;
#define OPT(id, name, alias, kind, bits, arg, help) \
	add(name, "", bits, kind, arg, help, OPT_##id); \
	add(alias, "", bits, kind, arg, help, OPT_##id);
#define SECRET(id, name, env, bits, help) \
	add(name, "-file", bits, VALUE, "FILE", help, -1); \
	add(name, "-fd", bits, VALUE, "N", help, -1);
#include "helper/cmd/options.def"
}

/* What the option may be for that command; NULL: anything.  *list: several,
 * with commas between. */
static const char *
values_of(const struct option *o, size_t command, bool *list)
{
	static char sections[4000];

	*list = o->arg != NULL && strcmp(o->arg, "LIST") == 0;
	if (o->id == OPT_SECTIONS) {
		snprintf(sections, sizeof(sections), "all");
		for (size_t i = 0; i < section_count(); i++) {
			size_t n = strlen(sections);

			snprintf(sections + n, sizeof(sections) - n, " %s",
			    section_name(i));
		}
		return sections;
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if ((int)values[i].option == o->id &&
		    (values[i].commands & commands[command].options) != 0)
			return values[i].words;
	return NULL;
}

/* Whether what stands behind a command or verb is files: "FILE", "FILE.csv",
 * "RESULTS.jsonl...". */
static bool
takes_files(const char *words)
{
	return strstr(words, "FILE") != NULL || strstr(words, ".json") != NULL;
}

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Text inside '...' of a shell; in zsh's specs some more is escaped. */
static void
quoted(FILE *f, const char *text, const char *escape)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", f);
		else if (strchr(escape, *text) != NULL)
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	}
}

/* --- bash: case arms that set variables --- */

void
print_bash(FILE *f)
{
	const char *words;
	bool list;

	gather();
	for (size_t c = 0; c < COMMANDS; c++) {
		fprintf(f, "\t%s)\n\t\toptions='", commands[c].name);
		for (size_t i = 0; i < n_options; i++)
			if ((all_options[i].commands & commands[c].options) != 0)
				fprintf(f, "--%s%s ", all_options[i].name,
				    all_options[i].arg != NULL ? "=" : "");
		fputs("'\n\t\tverbs='", f);
		for (size_t v = 0; v < VERBS; v++)
			if (verbs[v].command == c)
				fprintf(f, "%s ", verbs[v].name);
		fprintf(f, "'\n\t\targument='%s'\n\t\tcase $option in\n",
		    takes_files(commands[c].words) ? "FILE" :
		    strncmp(commands[c].words, "HOST", 4) == 0 ? "HOST" : "");
		for (size_t i = 0; i < n_options; i++) {
			const struct option *o = &all_options[i];

			if ((o->commands & commands[c].options) == 0 ||
			    o->arg == NULL)
				continue;
			words = values_of(o, c, &list);
			fprintf(f, "\t\t--%s) kind='%s' words='%s';;\n", o->name,
			    words != NULL ? list ? "list" : "words" :
			    strcmp(o->arg, "FILE") == 0 ? "file" :
			    strcmp(o->arg, "DIR") == 0 ? "dir" : "none",
			    words != NULL ? words : "");
		}
		fputs("\t\tesac;;\n", f);
	}
}

void
print_bash_commands(FILE *f)
{
	fputs("\tcommands='", f);
	for (size_t c = 0; c < COMMANDS; c++)
		fprintf(f, "%s ", commands[c].name);
	fputs("--help --version'\n", f);
}

/* --- zsh: _describe and _arguments --- */

void
print_zsh_commands(FILE *f)
{
	for (size_t c = 0; c < COMMANDS; c++) {
		fprintf(f, "\t\t'%s:", commands[c].name);
		quoted(f, commands[c].help, ":\\");
		fputs("'\n", f);
	}
}

static void
zsh_option(FILE *f, const struct option *o, size_t command)
{
	bool list;
	const char *words = values_of(o, command, &list);

	fprintf(f, "\t\t\t'%s--%s%s[", o->kind == MANY ? "*" : "", o->name,
	    o->arg != NULL ? "=" : "");
	quoted(f, o->help, "[]:\\");
	fputc(']', f);
	if (o->arg == NULL)
		;
	else if (words != NULL && list)
		fprintf(f, ":%s:_values -s , %s %s", o->arg, o->arg, words);
	else if (words != NULL)
		fprintf(f, ":%s:(%s)", o->arg, words);
	else if (strcmp(o->arg, "FILE") == 0)
		fputs(":FILE:_files", f);
	else if (strcmp(o->arg, "DIR") == 0)
		fputs(":DIR:_files -/", f);
	else
		fprintf(f, ":%s: ", o->arg);
	fputs("' \\\n", f);
}

void
print_zsh(FILE *f)
{
	gather();
	for (size_t c = 0; c < COMMANDS; c++) {
		bool any = false;

		fprintf(f, "\t%s)\n\t\t_arguments \\\n", commands[c].name);
		for (size_t i = 0; i < n_options; i++)
			if ((all_options[i].commands & commands[c].options) != 0)
				zsh_option(f, &all_options[i], c);
		for (size_t v = 0; v < VERBS; v++) {
			if (verbs[v].command != c)
				continue;
			fprintf(f, "%s%s\\:\"", any ? " " : "\t\t\t'1:verb:((",
			    verbs[v].name);
			quoted(f, verbs[v].help, ":\\\"()");
			fputc('"', f);
			any = true;
		}
		fputs(any ? "))' \\\n\t\t\t'*:argument:_files';;\n" :
		    strncmp(commands[c].words, "HOST", 4) == 0 ?
		    "\t\t\t'1:host:_hosts' '*:argument: ';;\n" :
		    takes_files(commands[c].words) ?
		    "\t\t\t'*:file:_files';;\n" : "\t\t\t'*:argument: ';;\n", f);
	}
}

/* --- fish: one `complete` each --- */

static void
fish_option(FILE *f, const struct option *o, size_t command)
{
	bool list;
	const char *words = values_of(o, command, &list);

	fprintf(f, "complete -c assetscan -n '__fish_seen_subcommand_from %s' "
	    "-l %s -d '", commands[command].name, o->name);
	for (const char *p = o->help; *p != '\0'; p++)
		fprintf(f, "%s%c", *p == '\'' || *p == '\\' ? "\\" : "", *p);
	fputc('\'', f);
	if (o->arg == NULL)
		;
	else if (words != NULL && list)
		fprintf(f, " -x -a '(__fish_assetscan_list %s)'",
		    words);
	else if (words != NULL)
		fprintf(f, " -x -a '%s'", words);
	else if (strcmp(o->arg, "FILE") == 0)
		fputs(" -r -F", f);
	else if (strcmp(o->arg, "DIR") == 0)
		fputs(" -x -a '(__fish_complete_directories)'", f);
	else
		fputs(" -x", f);
	fputc('\n', f);
}

void
print_fish(FILE *f)
{
	gather();
	for (size_t c = 0; c < COMMANDS; c++) {
		char names[1000] = "";

		fprintf(f, "complete -c assetscan -n __fish_use_subcommand -a %s -d '",
		    commands[c].name);
		quoted(f, commands[c].help, "");
		fputs("'\n", f);
		for (size_t v = 0; v < VERBS; v++)
			if (verbs[v].command == c) {
				size_t n = strlen(names);

				snprintf(names + n, sizeof(names) - n, " %s",
				    verbs[v].name);
			}
		for (size_t v = 0; v < VERBS; v++) {
			if (verbs[v].command != c)
				continue;
			fprintf(f, "complete -c assetscan -n '__fish_seen_subcommand_from %s; "
			    "and not __fish_seen_subcommand_from%s' -a %s -d '",
			    commands[c].name, names, verbs[v].name);
			quoted(f, verbs[v].help, "");
			fputs("'\n", f);
			if (takes_files(verbs[v].words))
				fprintf(f, "complete -c assetscan -n "
				    "'__fish_seen_subcommand_from %s; and "
				    "__fish_seen_subcommand_from %s' -F\n",
				    commands[c].name, verbs[v].name);
		}
		if (strncmp(commands[c].words, "HOST", 4) == 0)
			fprintf(f, "complete -c assetscan -n '__fish_seen_subcommand_from %s'"
			    " -a '(__fish_print_hostnames)'\n", commands[c].name);
		if (takes_files(commands[c].words))
			fprintf(f, "complete -c assetscan -n '__fish_seen_subcommand_from %s'"
			    " -F\n", commands[c].name);
		for (size_t i = 0; i < n_options; i++)
			if ((all_options[i].commands & commands[c].options) != 0)
				fish_option(f, &all_options[i], c);
	}
}
