/* tables.c: the program's tables as lists of man(7). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "helper/base/err.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/options.h"
#include "helper/map/fact.h"
#include "helper/map/mapping.h"
#include "helper/map/sections.h"
#include "packaging/gen/gen.h"
#include "wmi/status.h"

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
static const struct { enum command command; const char *code, *meaning; }
exits[] = {
#define EXIT(command, code, meaning) { COMMAND_##command, code, meaning },
#include "helper/cmd/commands.def"
};
static const struct { const char *name, *alias; unsigned commands; const char *arg, *help; }
options[] = {
#define OPT(id, name, alias, kind, commands, arg, help) { name, alias, commands, arg, help },
#include "helper/cmd/options.def"
};
static const struct { const char *name, *env; unsigned commands; const char *help; }
secrets[] = {
#define SECRET(id, name, env, commands, help) { name, env, commands, help },
#include "helper/cmd/options.def"
};
static const struct { int number; const char *meaning; } classes[] = {
#define ERR_CLASS(id, number, meaning) { number, meaning },
#include "helper/base/err_codes.def"
};
enum class_id {
#define ERR_CLASS(id, number, meaning) CLASS_##id,
#include "helper/base/err_codes.def"
};
static const struct { const char *code; enum class_id in; const char *sentence, *hint; }
errors[] = {
#define ERR(id, code, class, sentence, hint) { code, CLASS_##class, sentence, hint },
#include "helper/base/err_codes.def"
};
#define STATUS(number, name, code, sentence, hint) { number, name, sentence },
static const struct { unsigned number; const char *name, *sentence; }
statuses[] = {
#include "wmi/status.def"
};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static bool
has_verbs(size_t command)
{
	for (size_t i = 0; i < LEN(verbs); i++)
		if (verbs[i].command == command)
			return true;
	return false;
}

static void
usage(FILE *f, const char *command, const char *verb, const char *words)
{
	fprintf(f, "\\fBassetscan %s%s%s\\fP ", command, *verb ? " " : "", verb);
	roff_inline(f, words);
	if (strstr(words, "[options]") == NULL)
		fprintf(f, "%s[options]", *words ? " " : "");
	fputc('\n', f);
}

void
print_synopsis(FILE *f)
{
	fputs(".nf\n", f);
	for (size_t i = 0; i < LEN(commands); i++) {
		for (size_t v = 0; v < LEN(verbs); v++)
			if (verbs[v].command == i)
				usage(f, commands[i].name, verbs[v].name,
				    verbs[v].words);
		if (!has_verbs(i))
			usage(f, commands[i].name, "", commands[i].words);
	}
	fputs("\\fBassetscan\\fP \\fICOMMAND\\fP \\fB\\-\\-help\\fP\n"
	    "\\fBassetscan \\-\\-version\\fP\n.fi\n", f);
}

void
print_commands(FILE *f)
{
	for (size_t i = 0; i < LEN(commands); i++) {
		roff_tag(f, commands[i].name, commands[i].words);
		roff_text(f, commands[i].help);
		if (!has_verbs(i))
			continue;
		fputs(".RS\n", f);
		for (size_t v = 0; v < LEN(verbs); v++)
			if (verbs[v].command == i) {
				roff_tag(f, verbs[v].name, verbs[v].words);
				roff_text(f, verbs[v].help);
			}
		fputs(".RE\n", f);
	}
}

/* "For scan, check." where the option is not for all. */
static void
whose(FILE *f, unsigned bits)
{
	char text[512] = "For";
	size_t n = 0, at = 3;

	for (size_t i = 0; i < LEN(commands); i++)
		if ((commands[i].options & bits) != 0) {
			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    "%s `%s`", n > 0 ? "," : "", commands[i].name);
			n++;
		}
	snprintf(text + at, sizeof(text) - at, ".");
	if (n < LEN(commands))
		fputs(".br\n", f), roff_text(f, text);
}

static void
option_tag(FILE *f, const char *name, const char *suffix, const char *arg,
    const char *alias)
{
	char text[160];

	snprintf(text, sizeof(text), "--%s%s", name, suffix);
	fputs(".TP\n\\fB", f);
	roff_inline(f, text);
	fputs("\\fP", f);
	if (arg != NULL) {
		fputs("=\\fI", f);
		roff_inline(f, arg);
		fputs("\\fP", f);
	}
	if (alias != NULL) {
		snprintf(text, sizeof(text), "--%s", alias);
		fputs(", \\fB", f);
		roff_inline(f, text);
		fputs("\\fP", f);
	}
	fputc('\n', f);
}

void
print_options(FILE *f)
{
	for (size_t i = 0; i < LEN(options); i++) {
		option_tag(f, options[i].name, "", options[i].arg,
		    options[i].alias);
		roff_text(f, options[i].help);
		whose(f, options[i].commands);
	}
	for (size_t i = 0; i < LEN(secrets); i++) {
		char env[200];

		option_tag(f, secrets[i].name, "-file", "FILE", NULL);
		fputs(".TQ\n", f);
		fprintf(f, "\\fB\\-\\-");
		roff_inline(f, secrets[i].name);
		fputs("\\-fd\\fP=\\fIN\\fP\n.TQ\n\\fB\\-\\-", f);
		roff_inline(f, secrets[i].name);
		fputs("\\fP=\\fIVALUE\\fP\n", f);
		snprintf(env, sizeof(env), "%s; or `%s` in the environment.",
		    secrets[i].help, secrets[i].env);
		roff_text(f, env);
		whose(f, secrets[i].commands);
	}
}

void
print_exits(FILE *f)
{
	for (size_t i = 0; i < LEN(commands); i++) {
		fputs(".TP\n\\fBassetscan ", f);
		roff_inline(f, commands[i].name);
		fputs("\\fP\n.RS\n", f);
		for (size_t x = 0; x < LEN(exits); x++)
			if (exits[x].command == i) {
				fprintf(f, ".TP 8\n\\fB%s\\fP\n", exits[x].code);
				roff_text(f, exits[x].meaning);
			}
		fputs(".RE\n", f);
	}
}

void
print_environment(FILE *f)
{
	for (size_t i = 0; i < LEN(secrets); i++) {
		roff_tag(f, secrets[i].env, NULL);
		roff_text(f, secrets[i].help);
	}
}

void
print_errors(FILE *f)
{
	for (size_t c = 0; c < LEN(classes); c++) {
		fputs(".SS ", f);
		fputc(classes[c].meaning[0] & ~0x20, f);
		roff_inline(f, classes[c].meaning + 1);
		fputc('\n', f);
		for (size_t i = 0; i < LEN(errors); i++) {
			if (errors[i].in != c)
				continue;
			roff_tag(f, errors[i].code, NULL);
			roff_text(f, errors[i].sentence);
			fputs(".br\n\\fIFix:\\fP\n", f);
			roff_text(f, errors[i].hint);
		}
	}
}

/* The remedy is the one that a scan shows: it comes the same way. */
void
print_statuses(FILE *f)
{
	const struct status_who who = { "CORP\\scanner", false, NULL };

	for (size_t i = 0; i < LEN(statuses); i++) {
		struct err e = { .code = ERR_NONE };
		char number[16];

		snprintf(number, sizeof(number), "0x%08x", statuses[i].number);
		roff_tag(f, number, statuses[i].name);
		roff_text(f, statuses[i].sentence);
		status_fail(&e, STAGE_QUERY, statuses[i].number, &who);
		if (*err_hint(&e) == '\0')
			continue;
		fputs(".br\n\\fIFix:\\fP\n", f);
		roff_text(f, err_hint(&e));
	}
}

static const char *
type_words(enum fact_type type)
{
	static const char *const words[] = {
		[FACT_NULL] = "nothing", [FACT_STRING] = "text",
		[FACT_INT] = "whole number, may be negative",
		[FACT_UINT] = "whole number", [FACT_REAL] = "number",
		[FACT_BOOL] = "true or false", [FACT_TIME] = "time",
		[FACT_LIST] = "list of texts",
	};

	return (size_t)type < LEN(words) && words[type] != NULL ? words[type] : "";
}

void
print_facts(FILE *f)
{
	char name[100], kind[100];

	for (size_t c = 0; c < fact_class_infos(); c++) {
		const struct fact_class_info *class = fact_class_info_at(c);

		fputs(".SS ", f);
		roff_inline(f, class->name);
		fputc('\n', f);
		roff_text(f, class->about);
		if (class->many)
			roff_text(f, "(any number of rows)");
		for (size_t i = 0; i < fact_infos(); i++) {
			const struct fact_info *fact = fact_info_at(i);

			if (strcmp(fact->class, class->name) != 0)
				continue;
			snprintf(name, sizeof(name), "%s.%s", fact->class,
			    fact->name);
			snprintf(kind, sizeof(kind), "(%s%s%s)",
			    type_words(fact->type), *fact->unit ? ", " : "",
			    fact->unit);
			roff_tag(f, name, kind);
			roff_text(f, fact->about);
		}
	}
}

void
print_sections(FILE *f)
{
	for (size_t i = 0; i < section_count(); i++) {
		roff_tag(f, section_name(i), NULL);
		roff_text(f, section_about(i));
	}
}

void
print_columns(FILE *f)
{
	static const struct { const char *heading, *about; } columns[] = {
#define COLUMN(member, heading, about) { heading, about },
#include "helper/report/report_columns.def"
	};

	for (size_t i = 0; i < LEN(columns); i++) {
		roff_tag(f, columns[i].heading, NULL);
		roff_text(f, columns[i].about);
	}
}

void
print_builtin(FILE *f)
{
	roff_block(f, mapping_builtin_text(false));
}

/* --- what a Unix host is asked as root --- */

static const struct { const char *name, *first, *second, *args, *about; } sudo[] = {
#define SUDO(name, first, second, args, about) { #name, first, second, args, about },
#include "helper/unix/unix_sudo.def"
};

void
print_sudo(FILE *f)
{
	char line[1000];

	for (size_t i = 0; i < LEN(sudo); i++) {
		snprintf(line, sizeof(line), "%s %s", sudo[i].first, sudo[i].args);
		roff_tag(f, line, NULL);
		roff_text(f, sudo[i].about);
	}
}

/* A command for sudoers(5), which gives , : = and \ meanings of their own. */
static void
sudoers_command(FILE *f, const char *program, const char *args)
{
	fprintf(f, "%s ", program);
	for (; *args != '\0'; args++)
		fprintf(f, "%s%c", strchr(",:=\\", *args) != NULL ? "\\" : "", *args);
}

/* ASSETSCAN_ and the row's name; sudoers(5) wants capitals. */
static void
sudoers_alias(FILE *f, const char *name)
{
	fputs("ASSETSCAN_", f);
	for (; *name != '\0'; name++)
		fputc(toupper((unsigned char)*name), f);
}

void
print_sudoers(FILE *f)
{
	for (size_t i = 0; i < LEN(sudo); i++) {
		fprintf(f, "# %s\nCmnd_Alias ", sudo[i].about);
		sudoers_alias(f, sudo[i].name);
		fputs(" = ", f);
		sudoers_command(f, sudo[i].first, sudo[i].args);
		if (strcmp(sudo[i].first, sudo[i].second) != 0) {
			fputs(", ", f);
			sudoers_command(f, sudo[i].second, sudo[i].args);
		}
		fputc('\n', f);
	}
	fputs("\nDefaults:inventory !requiretty\n"
	    "inventory ALL = (root) NOPASSWD:", f);
	for (size_t i = 0; i < LEN(sudo); i++) {
		fputs(i > 0 ? ", \\\n\t" : " \\\n\t", f);
		sudoers_alias(f, sudo[i].name);
	}
	fputc('\n', f);
}

/* What the registry is asked through, and the namespaces of the classes. */
static const char *const namespaces[] = {
	"root\\default",
#define QUERY(id, wmi_namespace, ...) wmi_namespace,
#include "helper/windows/windows_classes.def"
#undef QUERY
};

/* Each once. */
static bool
first(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcasecmp(namespaces[k], namespaces[i]) == 0)
			return false;
	return true;
}

void
print_namespaces(FILE *f)
{
	fputs(".RS 4\n", f);
	for (size_t i = 0; i < LEN(namespaces); i++)
		if (first(i)) {
			fputs(".IP \\(bu 2\n", f);
			roff_text(f, namespaces[i]);
		}
	fputs(".RE\n", f);
}

void
print_namespaces_ps(FILE *f)
{
	bool any = false;

	for (size_t i = 0; i < LEN(namespaces); i++)
		if (first(i)) {
			fprintf(f, "%s        '%s'", any ? ",\n" : "", namespaces[i]);
			any = true;
		}
	fputc('\n', f);
}
