/* ssh_server.c: a cheap SSH server by libssh, one thread a connection: lets
 * everybody in with any key and answers any command with OCTETS octets after
 * DELAY milliseconds.  Real sshd costs more than all clients together.
 *
 *	ssh_server ADDRESS PORT HOSTKEY OCTETS DELAY
 */
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	size_t octets;
	unsigned delay;
} plan;		/* set once, before the first thread */

static void
answer(ssh_channel channel)
{
	char line[4096];
	size_t left = plan.octets;

	usleep(plan.delay * 1000);
	memset(line, 'x', sizeof(line));
	while (left > 0) {
		size_t n = left < sizeof(line) ? left : sizeof(line);

		if (ssh_channel_write(channel, line, (unsigned)n) < 0)
			break;
		left -= n;
	}
	ssh_channel_request_send_exit_status(channel, 0);
	ssh_channel_send_eof(channel);
	ssh_channel_close(channel);
}

/* One message; the channel once it is open. */
static int
handle(ssh_session s, ssh_message m, ssh_channel *channel)
{
	int type = ssh_message_type(m), sub = ssh_message_subtype(m);

	(void)s;
	if (type == SSH_REQUEST_AUTH && sub == SSH_AUTH_METHOD_PUBLICKEY) {
		if (ssh_message_auth_publickey_state(m) ==
		    SSH_PUBLICKEY_STATE_NONE)
			return ssh_message_auth_reply_pk_ok_simple(m);
		return ssh_message_auth_reply_success(m, 0);
	}
	if (type == SSH_REQUEST_AUTH) {
		ssh_message_auth_set_methods(m, SSH_AUTH_METHOD_PUBLICKEY);
	} else if (type == SSH_REQUEST_CHANNEL_OPEN &&
	    sub == SSH_CHANNEL_SESSION) {
		*channel = ssh_message_channel_request_open_reply_accept(m);
		return 0;
	} else if (type == SSH_REQUEST_CHANNEL && sub == SSH_CHANNEL_REQUEST_EXEC) {
		ssh_message_channel_request_reply_success(m);
		if (*channel != NULL)
			answer(*channel);
		return 0;
	}
	return ssh_message_reply_default(m);
}

static void *
serve(void *arg)
{
	ssh_session s = arg;
	ssh_channel channel = NULL;
	ssh_message m;

	if (ssh_handle_key_exchange(s) == SSH_OK) {
		while ((m = ssh_message_get(s)) != NULL) {
			handle(s, m, &channel);
			ssh_message_free(m);
		}
	}
	ssh_disconnect(s);
	ssh_free(s);
	return NULL;
}

int
main(int argc, char **argv)
{
	ssh_bind bind = ssh_bind_new();
	pthread_attr_t attr;
	pthread_t t;

	if (argc != 6 || bind == NULL)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	plan.octets = strtoul(argv[4], NULL, 10);
	plan.delay = (unsigned)strtoul(argv[5], NULL, 10);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDADDR, argv[1]);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDPORT_STR, argv[2]);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, argv[3]);
	/* libssh's own backlog of 10 would be what is measured. */
	if (ssh_bind_listen(bind) != SSH_OK ||
	    listen(ssh_bind_get_fd(bind), 4096) != 0)
		return 1;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	for (;;) {
		ssh_session s = ssh_new();

		if (s == NULL || ssh_bind_accept(bind, s) != SSH_OK ||
		    pthread_create(&t, &attr, serve, s) != 0)
			ssh_free(s);
	}
}
