/* cmd.h: the sub-commands.  Each gets the words behind its name and gives the
 * process' exit code. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

int cmd_rpc(int argc, char **argv);
int cmd_scan(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_ssh(int argc, char **argv);
int cmd_wmi(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_ranges(int argc, char **argv);
int cmd_outbox(int argc, char **argv);

#endif
