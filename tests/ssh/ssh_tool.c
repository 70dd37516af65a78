/* ssh_tool.c: the ssh room from a script: one host, one command, one JSON line.
 *
 *	ssh_tool [--member=value ...] ADDRESS PORT COMMAND
 *
 * See `options` below.  Ends with 0 when the command ran.
 */
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/text.h"
#include "helper/base/writer.h"
#include "ssh/ssh.h"

struct job {
	const char *address, *port, *command;
	const char *user, *password, *second, *key, *passphrase, *agent;
	const char *known, *policy, *pin, *input, *timeout, *cancel_after;
	const char *out_limit, *err_limit, *repeat, *show;
	struct cancel *cancel;
};

#define OPTION(name) { #name, offsetof(struct job, name) }
static const struct { const char *name; size_t at; } options[] = {
	OPTION(user), OPTION(password), OPTION(second), OPTION(key),
	OPTION(passphrase), OPTION(agent), OPTION(known), OPTION(policy),
	OPTION(pin), OPTION(input), OPTION(timeout), OPTION(cancel_after),
	OPTION(out_limit), OPTION(err_limit), OPTION(repeat), OPTION(show),
};

static void
put_text(struct wr *w, const char *name, const char *text, size_t n)
{
	char *clean = text_escaped(text, n, 1 << 20);

	wr_printf(w, ",\"%s\":\"", name);
	for (const char *p = clean; p != NULL && *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			wr_u8(w, '\\');
		if (*p == '\n')
			wr_str(w, "\\n");
		else if (*p == '\t')
			wr_str(w, "\\t");
		else
			wr_u8(w, (uint8_t)*p);
	}
	wr_u8(w, '"');
	free(clean);
}

static void
put_session(struct wr *w, const struct ssh *s)
{
	put_text(w, "banner", ssh_banner(s), strlen(ssh_banner(s)));
	put_text(w, "fingerprint", ssh_hostkey_sha256(s),
	    strlen(ssh_hostkey_sha256(s)));
	put_text(w, "type", ssh_hostkey_type(s), strlen(ssh_hostkey_type(s)));
	put_text(w, "algorithms", ssh_algorithms(s), strlen(ssh_algorithms(s)));
	put_text(w, "offered", ssh_offered(s), strlen(ssh_offered(s)));
	wr_printf(w, ",\"is_new\":%s,\"round_trips\":%u",
	    ssh_hostkey_is_new(s) ? "true" : "false", ssh_round_trips(s));
}

static struct secret *
secret_or_null(const char *text)
{
	struct secret *s = text != NULL ? secret_from_str(text) : NULL;

	if (text != NULL && s == NULL)
		abort();
	return s;
}

static bool
log_on(struct ssh *s, const struct job *j, struct ssh_key *key,
    struct deadline by, struct err *e)
{
	struct secret *first = secret_or_null(j->password);
	struct secret *second = secret_or_null(j->second);
	struct ssh_cred cred = { .user = j->user, .password = first,
	    .key = key, .agent = j->agent };
	bool ok = ssh_logon(s, &cred, by, e);

	if (!ok && second != NULL) {
		err_clear(e);
		cred.password = second;
		cred.key = NULL;
		cred.agent = NULL;
		ok = ssh_logon(s, &cred, by, e);
	}
	secret_free(first);
	secret_free(second);
	return ok;
}

static size_t
number(const char *text)
{
	return text != NULL ? (size_t)strtoull(text, NULL, 10) : 0;
}

static bool
run_command(struct ssh *s, const struct job *j, struct wr *w,
    struct deadline by, struct err *e)
{
	struct ssh_limits limits = { number(j->out_limit), number(j->err_limit) };
	struct ssh_output o = { .status = -1 };
	char *input = NULL;
	size_t n = 0;
	bool ok;
	int fd;

	if (j->input != NULL && (fd = open(j->input, O_RDONLY)) >= 0) {
		if ((input = malloc(64 << 20)) == NULL)
			abort();
		for (ssize_t got; (got = read(fd, input + n, 65536)) > 0;)
			n += (size_t)got;
		close(fd);
	}
	ok = ssh_run(s, j->command, input, n, limits, &o, by, e);
	free(input);
	wr_printf(w, ",\"status\":%d,\"truncated\":%s,\"out_len\":%zu,"
	    "\"err_len\":%zu", o.status, o.truncated ? "true" : "false",
	    o.out_len, o.err_len);
	if (j->show == NULL || strcmp(j->show, "no") != 0) {
		put_text(w, "out", o.out, o.out_len);
		put_text(w, "err", o.err, o.err_len);
	}
	ssh_output_free(&o);
	return ok;
}

static struct ssh_hostkeys *
open_known(const struct job *j, struct err *e)
{
	enum ssh_hostkey_policy policy = SSH_ACCEPT_NEW;
	struct ssh_hostkeys *known;

	if (j->policy != NULL && strcmp(j->policy, "strict") == 0)
		policy = SSH_STRICT;
	if (j->pin != NULL)
		policy = SSH_PINNED;
	known = ssh_hostkeys_open(j->known, policy, e);
	if (known != NULL && j->pin != NULL &&
	    !ssh_hostkeys_pin(known, j->address, j->pin, e)) {
		ssh_hostkeys_close(known);
		known = NULL;
	}
	return known;
}

static void *
canceller(void *arg)
{
	const struct job *j = arg;

	usleep((useconds_t)(strtod(j->cancel_after, NULL) * 1e6));
	cancel_fire(j->cancel);
	return NULL;
}

static bool
one_host(const struct job *j, struct ssh_hostkeys *known, struct ssh_key *key,
    struct err *e)
{
	struct deadline by = deadline_in(j->timeout != NULL ?
	    strtod(j->timeout, NULL) : 20, cancel_fd(j->cancel));
	struct wr w = wr_new(64 << 20);
	int64_t began = now_ns(), closing;
	struct ssh *s = NULL;
	struct net_addr a;
	bool ok;

	if (!net_addr_parse(j->address, &a))
		ok = fail(e, ERR_USAGE, "address");
	else
		ok = (s = ssh_open(&a, (uint16_t)number(j->port), known, by,
		    e)) != NULL && (j->user == NULL || (log_on(s, j, key, by, e) &&
		    run_command(s, j, &w, by, e)));
	wr_printf(&w, ",\"code\":\"%s\",\"stage\":\"%s\"",
	    ok ? "" : err_name(e->code), stage_name(e->stage));
	put_text(&w, "text", e->text, strlen(e->text));
	if (s != NULL)
		put_session(&w, s);
	closing = now_ns();
	ssh_close(s);
	printf("{\"ok\":%s,\"seconds\":%.3f,\"close_seconds\":%.3f%s}\n",
	    ok ? "true" : "false", (double)(closing - began) / 1e9,
	    (double)(now_ns() - closing) / 1e9, wr_cstr(&w));
	fflush(stdout);
	wr_free(&w);
	return ok;
}

static int
work(struct job *j)
{
	struct err e = { .code = ERR_NONE };
	struct secret *passphrase = secret_or_null(j->passphrase);
	struct ssh_hostkeys *known = NULL;
	struct ssh_key *key = NULL;
	bool ok = true;

	if (!ssh_start(&e) || (known = open_known(j, &e)) == NULL ||
	    (j->key != NULL && (key = ssh_key_load(j->key, passphrase,
	    &e)) == NULL)) {
		printf("{\"ok\":false,\"code\":\"%s\",\"text\":\"%s\"}\n",
		    err_name(e.code), e.text);
		ok = false;
	}
	for (size_t i = 0; ok && i < (j->repeat ? number(j->repeat) : 1); i++) {
		e = (struct err){ .code = ERR_NONE };
		ok = one_host(j, known, key, &e);
	}
	ssh_hostkeys_close(known);
	ssh_key_free(key);
	secret_free(passphrase);
	return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct job j = { .address = NULL };
	pthread_t thread;
	size_t k, n;
	int i, status;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		for (k = 0; k < ARRAY_LEN(options); k++) {
			n = strlen(options[k].name);
			if (strncmp(argv[i] + 2, options[k].name, n) == 0 &&
			    argv[i][2 + n] == '=') {
				*(const char **)((char *)&j + options[k].at) =
				    argv[i] + 3 + n;
				break;
			}
		}
		if (k == ARRAY_LEN(options)) {
			fprintf(stderr, "ssh_tool: %s?\n", argv[i]);
			return 2;
		}
	}
	if (argc - i != 3) {
		fprintf(stderr, "ssh_tool: ADDRESS PORT COMMAND\n");
		return 2;
	}
	j.address = argv[i];
	j.port = argv[i + 1];
	j.command = argv[i + 2];
	if ((j.cancel = cancel_new(NULL)) == NULL)
		return 2;
	if (j.cancel_after != NULL) {
		if (pthread_create(&thread, NULL, canceller, &j) != 0)
			return 2;
	}
	status = work(&j);
	if (j.cancel_after != NULL)
		pthread_join(thread, NULL);
	cancel_free(j.cancel);
	return status;
}
