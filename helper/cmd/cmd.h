/* cmd.h: the sub-commands, by their table.  Each gets the words behind its name
 * and gives the process' exit code. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

enum command {
#define COMMAND(name, options, words, help) COMMAND_##name,
#include "helper/cmd/commands.def"
};

#define COMMAND(name, options, words, help) int cmd_##name(int argc, char **argv);
#include "helper/cmd/commands.def"

#endif
