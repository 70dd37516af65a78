/* cmd_ssh.c: `assetscan ssh HOST -- COMMAND`, the way a scan would ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "helper/cmd/cmd.h"
#include "helper/cmd/front.h"
#include "helper/cmd/rows.h"
#include "helper/scan/scan.h"
#include "ssh/ssh.h"

#define COMMAND_MAX (64 * 1024)
#define ADDRESSES   8

/* What the options say about one session. */
struct call {
	const char *host;
	uint16_t port;
	double seconds;
	struct ssh_cred cred;
	struct secret *password, *passphrase;
	struct ssh_hostkeys *keys;
	struct wr command;
};

static bool
seconds_of(const struct opts *o, enum opt_id id, double standard, double *out,
    struct err *e)
{
	const char *text = opt_str(o, id);

	*out = standard;
	if (text == NULL || (text_double(text, out) && *out > 0))
		return true;
	return fail(e, ERR_USAGE, "\"%.40s\" is no number of seconds", text);
}

static bool
host_keys(const struct opts *o, struct call *c, struct err *e)
{
	const char *policy = opt_str(o, OPT_HOST_KEYS);
	bool pinned = opt_count(o, OPT_HOST_KEY) > 0;
	char *dir = scan_state_dir(opt_str(o, OPT_STATE_DIR));
	struct wr path = wr_new(4096);

	if (dir != NULL)
		wr_printf(&path, "%s/known_hosts", dir);
	c->keys = ssh_hostkeys_open(wr_cstr(&path), pinned ? SSH_PINNED :
	    policy != NULL && strcmp(policy, "strict") == 0 ? SSH_STRICT :
	    SSH_ACCEPT_NEW, e);
	wr_free(&path);
	free(dir);
	for (size_t i = 0; c->keys != NULL && i < opt_count(o, OPT_HOST_KEY); i++) {
		char address[256];
		const char *text = opt_nth(o, OPT_HOST_KEY, i);
		const char *equals = strchr(text, '=');

		if (equals == NULL || (size_t)(equals - text) >= sizeof(address))
			return fail(e, ERR_USAGE, "--host-key takes "
			    "ADDRESS=SHA256");
		memcpy(address, text, (size_t)(equals - text));
		address[equals - text] = '\0';
		if (!ssh_hostkeys_pin(c->keys, address, equals + 1, e))
			return false;
	}
	return c->keys != NULL;
}

static bool
credential(const struct opts *o, struct call *c, struct err *e)
{
	const char *key = opt_str(o, OPT_SSH_KEY_FILE);

	c->cred.user = opt_str(o, OPT_SSH_USER);
	if (c->cred.user == NULL)
		c->cred.user = "root";
	if (opt_on(o, OPT_SSH_AGENT)) {
		c->cred.agent = "";
		return true;
	}
	if (key != NULL) {
		c->passphrase = opt_secret(o, SECRET_SSH_PASSPHRASE, NULL, e);
		if (e->code != ERR_NONE)
			return false;
		c->cred.key = ssh_key_load(key, c->passphrase, e);
		return c->cred.key != NULL;
	}
	c->password = opt_secret(o, SECRET_SSH_PASSWORD, "SSH password", e);
	c->cred.password = c->password;
	if (c->password == NULL)
		return fail(e, ERR_USAGE, "give --ssh-key-file, --ssh-agent, or a "
		    "password (--ssh-password-file)");
	return true;
}

static bool
words(const struct opts *o, struct call *c, struct err *e)
{
	uint64_t port = 22;
	const char *text = opt_str(o, OPT_SSH_PORT);

	if (opt_on(o, OPT_FORMAT))
		return fail(e, ERR_USAGE, "a command's output is printed as it "
		    "is; --format goes with --facts and --try");
	if (opts_nargs(o) < 2)
		return fail(e, ERR_USAGE, "ssh takes a host and a command: "
		    "ssh HOST -- COMMAND");
	if (text != NULL && !text_u64(text, 1, 65535, &port))
		return fail(e, ERR_USAGE, "\"%.20s\" is no port", text);
	c->port = (uint16_t)port;
	c->host = opts_args(o)[0];
	c->command = wr_new(COMMAND_MAX);
	for (size_t i = 1; i < opts_nargs(o); i++)
		wr_printf(&c->command, "%s%s", i > 1 ? " " : "", opts_args(o)[i]);
	if (wr_cstr(&c->command) == NULL)
		return fail(e, ERR_USAGE, "the command is too long");
	return seconds_of(o, OPT_SSH_TIMEOUT, 60, &c->seconds, e);
}

static struct ssh *
open_first(const struct call *c, struct deadline by, struct err *e)
{
	struct net_addr found[ADDRESSES];
	size_t n = net_resolve(c->host, found, ADDRESSES, by, e);
	struct ssh *s = NULL;

	for (size_t i = 0; i < n && s == NULL; i++) {
		/* Only a connection that failed sends us to the next address. */
		if (i > 0 && e->stage != STAGE_CONNECT)
			break;
		err_clear(e);
		s = ssh_open(&found[i], c->port, c->keys, by, e);
	}
	return s;
}

static int
run(const struct call *c, struct err *e)
{
	struct deadline by = deadline_in(c->seconds, -1);
	struct ssh_output got = { .status = -1 };
	struct ssh *s = open_first(c, by, e);
	int status = 255;

	if (s != NULL && ssh_logon(s, &c->cred, by, e)) {
		if (ssh_run(s, (const char *)c->command.p, NULL, 0,
		    (struct ssh_limits){ 0, 0 }, &got, by, e))
			status = got.status >= 0 ? got.status : 255;
		if (got.out != NULL)
			fwrite(got.out, 1, got.out_len, stdout);
		if (got.err != NULL)
			fwrite(got.err, 1, got.err_len, stderr);
		if (got.truncated)
			fprintf(stderr, "assetscan: the output was cut after %zu "
			    "octets, and the command was ended there; let it "
			    "print less\n", got.out_len);
	}
	ssh_output_free(&got);
	ssh_close(s);
	if (e->code != ERR_NONE)
		fail_in(e, "%s", c->host);
	return status;
}

/* --facts and --try ask as a scan does, by host.query. */
static json_t *
query_params(const struct opts *o, struct err *e)
{
	json_t *p = json_object(), *credentials = front_credentials(o, e);

	if (opts_nargs(o) > 0)
		front_set(p, "address", json_string(opts_args(o)[0]));
	front_set(p, "protocol", json_string("ssh"));
	if (credentials != NULL && json_array_size(credentials) == 0)
		fail(e, ERR_USAGE, "give --ssh-key-file, --ssh-agent, or "
		    "--ssh-user with a password (--ssh-password-file)");
	front_set(p, "credentials", credentials);
	front_set(p, "hostKeys", front_host_keys(o, e));
	if (e->code == ERR_NONE && rows_of_what(o, p, e) &&
	    front_number(o, OPT_SSH_PORT, p, "port", e) &&
	    front_number(o, OPT_SSH_TIMEOUT, p, "timeout", e) &&
	    front_number(o, OPT_CONNECT_TIMEOUT, p, "connectTimeout", e))
		return p;
	json_decref(p);
	return NULL;
}

int
cmd_ssh(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct call c = { .port = 22 };
	struct opts *o;
	int code = 1;

	o = front_open(COMMAND_ssh, argc, argv, &code);
	if (o == NULL)
		return code;
	if (rows_wanted(o))
		code = rows_query(o, query_params(o, &e), &e);
	else if (words(o, &c, &e) && ssh_start(&e) && host_keys(o, &c, &e) &&
	    credential(o, &c, &e))
		code = run(&c, &e);
	if (e.code != ERR_NONE)
		front_error(&e);
	ssh_key_free(c.cred.key);
	secret_free(c.password);
	secret_free(c.passphrase);
	ssh_hostkeys_close(c.keys);
	wr_free(&c.command);
	opts_free(o);
	return code;
}
