/* roff.c: text as man(7) wants it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "packaging/gen/gen.h"

#define COLUMNS 76

static const struct { char from; const char *to; } escapes[] = {
	{ '\\', "\\e" }, { '-', "\\-" }, { '\'', "\\(aq" }, { '`', "\\(ga" },
	{ '~', "\\(ti" }, { '^', "\\(ha" }, { '"', "\\(dq" },
};

static void
put(FILE *f, char c)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].from == c) {
			fputs(escapes[i].to, f);
			return;
		}
	fputc(c, f);
}

/* One word; *bold is whether `...` is open.  A word may hold both ends. */
static void
put_word(FILE *f, const char *word, size_t n, bool *bold)
{
	for (size_t i = 0; i < n; i++) {
		if (word[i] == '`') {
			*bold = !*bold;
			fputs(*bold ? "\\fB" : "\\fP", f);
		} else {
			put(f, word[i]);
		}
	}
}

void
roff_text(FILE *f, const char *text)
{
	size_t at = 0, n;
	bool bold = false;

	for (; *text != '\0'; text += n) {
		n = strspn(text, " \t\n");
		text += n;
		n = strcspn(text, " \t\n");
		if (n == 0)
			break;
		if (at > 0 && at + 1 + n > COLUMNS) {
			fputc('\n', f);
			at = 0;
		}
		if (at > 0)
			fputc(' ', f), at++;
		else
			fputs("\\&", f);	/* no request, whatever it is */
		put_word(f, text, n, &bold);
		at += n;
	}
	fputs(bold ? "\\fP\n" : "\n", f);
}

void
roff_inline(FILE *f, const char *text)
{
	bool bold = false;

	put_word(f, text, strlen(text), &bold);
}

void
roff_tag(FILE *f, const char *bold, const char *roman)
{
	fputs(".TP\n", f);
	if (bold != NULL) {
		fputs("\\fB", f);
		for (; *bold != '\0'; bold++)
			put(f, *bold);
		fputs("\\fP", f);
	}
	if (roman != NULL && *roman != '\0') {
		fputs(bold != NULL ? " " : "\\&", f);
		roff_inline(f, roman);
	}
	fputc('\n', f);
}

void
roff_block(FILE *f, const char *lines)
{
	bool begins = true;

	fputs(".PP\n.nf\n", f);
	for (; *lines != '\0'; lines++) {
		if (begins && *lines != '\n')
			fputs("\\&", f);
		begins = *lines == '\n';
		if (begins)
			fputc('\n', f);
		else
			put(f, *lines);
	}
	fputs(begins ? ".fi\n" : "\n.fi\n", f);
}
