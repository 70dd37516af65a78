/* script_tool.c: prints the script that a scan sends to a Unix host, for tests
 * that run it.
 *
 *   script_tool [sudo]    the built-in mapping and every inventory section
 */
#include <stdio.h>
#include <string.h>

#include "helper/map/mapping.h"
#include "helper/map/sections.h"
#include "helper/unix/unix_script.h"

int
main(int argc, char **argv)
{
	char *names[100];
	struct unix_ask ask = { .map = mapping_builtin(), .sections = names,
	    .command_seconds = 10,
	    .sudo = argc > 1 && strcmp(argv[1], "sudo") == 0 };
	struct err e = { .code = ERR_NONE };
	struct wr w = wr_new(UNIX_SCRIPT_MAX);
	char marker[UNIX_MARKER];
	int code = 1;

	for (; ask.nsections < section_count() && ask.nsections < ARRAY_LEN(names);
	    ask.nsections++)
		names[ask.nsections] = (char *)(uintptr_t)section_name(ask.nsections);
	if (unix_marker(marker, &e) && unix_script(&w, marker, &ask, &e))
		code = fputs(wr_cstr(&w), stdout) < 0;
	else
		fprintf(stderr, "%s\n", e.text);
	wr_free(&w);
	return code;
}
