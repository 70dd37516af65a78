/* gen.h: what the manual and the shells' completion are printed from: the
 * program's own tables and schemas.  A page is a text with lines "@name@", each of which
 * becomes one of the lists below. */
#ifndef PACKAGING_GEN_H
#define PACKAGING_GEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* --- roff.c: man(7), lines of at most 78 columns --- */
/* Text of any kind; `code` becomes bold. */
void roff_text(FILE *, const char *text);
/* The same within a line: escaped, neither wrapped nor ended. */
void roff_inline(FILE *, const char *text);
/* ".TP" and a tag: bold text, then more in roman; either may be NULL. */
void roff_tag(FILE *, const char *bold, const char *roman);
/* Lines as they are, in a block of their own. */
void roff_block(FILE *, const char *lines);

/* --- tables.c: the tables of the program --- */
void print_synopsis(FILE *);
void print_commands(FILE *);
void print_options(FILE *);
void print_exits(FILE *);
void print_environment(FILE *);
void print_errors(FILE *);
void print_statuses(FILE *);
void print_facts(FILE *);
void print_sections(FILE *);
void print_columns(FILE *);		/* of the CSV of results */
void print_builtin(FILE *);
void print_sudo(FILE *);		/* commands for root on a Unix host */
void print_sudoers(FILE *);		/* ... as sudoers(5) */
void print_namespaces(FILE *);		/* of WMI, as a list of man(7) */
void print_namespaces_ps(FILE *);	/* ... and as PowerShell strings */

/* --- schema.c: schemas/openrpc.json, as the program carries it --- */
void print_methods(FILE *);
void print_notifications(FILE *);
void print_types(FILE *);
void print_mapping_json(FILE *);
void print_rpc_errors(FILE *);

/* --- shells.c: what a command line may hold, for completion --- */
void print_bash(FILE *);		/* case arms, one a command */
void print_bash_commands(FILE *);
void print_zsh(FILE *);
void print_zsh_commands(FILE *);
void print_fish(FILE *);

#endif
