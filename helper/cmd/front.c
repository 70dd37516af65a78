#include "helper/cmd/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/text.h"
#include "helper/base/writer.h"

#define KEY_FILE_MAX (256 * 1024)

static const struct { const char *name; unsigned options; const char *words; }
commands[] = {
#define COMMAND(name, options, words, help) { #name, options, words },
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

static const struct { enum opt_id option; unsigned commands; const char *words; }
values[] = {
#define VALUES(option, commands, words) { OPT_##option, commands, words },
#include "helper/cmd/commands.def"
};

static void
help(enum command command)
{
	const char *name = commands[command].name, *words = commands[command].words;
	const char *lead = "usage:";

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (verbs[i].command != command)
			continue;
		printf("%-6s assetscan %s %s %s%s[options]\n", lead, name,
		    verbs[i].name, verbs[i].words, *verbs[i].words ? " " : "");
		lead = "";
	}
	if (*lead != '\0')
		printf("usage: assetscan %s %s%s%s\n", name, words, *words ? " " : "",
		    strstr(words, "[options]") != NULL ? "" : "[options]");
	putchar('\n');
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (verbs[i].command == command)
			printf("  %-28s%s\n", verbs[i].name, verbs[i].help);
	if (*lead == '\0')
		putchar('\n');
	opts_help(stdout, commands[command].options);
	printf("\nexit code, the first that applies:\n");
	for (size_t i = 0; i < ARRAY_LEN(exits); i++)
		if (exits[i].command == command)
			printf("  %-6s %s\n", exits[i].code, exits[i].meaning);
}

/* A command with verbs begins with one; the error lists them. */
static bool
begins_with_verb(enum command command, const struct opts *o, struct err *e)
{
	struct wr w = wr_new(400);
	bool any = false, known = false;

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (verbs[i].command != command)
			continue;
		wr_printf(&w, "%s%s", any ? ", " : "", verbs[i].name);
		any = true;
		if (opts_nargs(o) > 0 && strcmp(opts_args(o)[0], verbs[i].name) == 0)
			known = true;
	}
	if (any && !known)
		fail(e, ERR_USAGE, "%s takes one of: %s",
		    commands[command].name, wr_cstr(&w));
	wr_free(&w);
	return !any || known;
}

/* "text json" as "text or json". */
static void
join_words(struct wr *w, const char *words)
{
	for (const char *p = words; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		wr_printf(w, "%s%.*s", p == words ? "" : p[n] == '\0' ? " or " :
		    ", ", (int)n, p);
		p += n;
	}
}

static bool
among(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; n > 0 && (p = strstr(p, word)) != NULL; p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* One of the forms that this command has; else a script would read another. */
static bool
right_format(enum command command, const struct opts *o, struct err *e)
{
	const char *given = opt_str(o, OPT_FORMAT);
	struct wr w = wr_new(400);

	for (size_t i = 0; given != NULL && i < ARRAY_LEN(values); i++)
		if (values[i].option == OPT_FORMAT &&
		    (values[i].commands & commands[command].options) != 0 &&
		    !among(values[i].words, given)) {
			join_words(&w, values[i].words);
			fail(e, ERR_USAGE, "--format is %s, not \"%.20s\"",
			    wr_cstr(&w), given);
		}
	wr_free(&w);
	return e->code == ERR_NONE;
}

struct opts *
front_open(enum command command, int argc, char **argv, int *code)
{
	struct err e = { .code = ERR_NONE };
	struct opts *o;

	/* Heard before anything is said: how much to say. */
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--verbose") == 0)
			log_start(LOG_DEBUG);
		else if (strcmp(argv[i], "--quiet") == 0)
			log_start(LOG_ERROR);
		else if (strcmp(argv[i], "--version") == 0) {
			*code = printf("assetscan %s\n", ASSETSCAN_VERSION) < 0;
			return NULL;
		}
	}
	o = opts_parse(commands[command].options, argc, argv, &e);
	if (o != NULL && opt_on(o, OPT_HELP)) {
		help(command);
		opts_free(o);
		*code = 0;
		return NULL;
	}
	if (o == NULL || !begins_with_verb(command, o, &e) ||
	    !right_format(command, o, &e)) {
		front_error(&e);
		opts_free(o);
		*code = 1;
		return NULL;
	}
	return o;
}

void
front_error(const struct err *e)
{
	const char *stage = stage_name(e->stage);

	/* who reads has enough: `| head` is no mistake */
	if (e->code == ERR_IO && e->native == EPIPE)
		return;
	fprintf(stderr, "assetscan: %s%s%s\n", stage, *stage ? ": " : "", e->text);
	if (*err_hint(e) != '\0')
		fprintf(stderr, "           %s\n", err_hint(e));
}

char *
front_read(const char *path, size_t max, size_t *n, struct err *e)
{
	struct wr w = wr_new(max);
	bool is_stdin = strcmp(path, "-") == 0;
	uint8_t buf[8192];
	ssize_t got = -1;
	char *text = NULL;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && !w.bad && ((got = read(fd, buf, sizeof(buf))) > 0 ||
	    (got < 0 && errno == EINTR)))
		if (got > 0)
			wr_bytes(&w, buf, (size_t)got);
	if (fd < 0 || got < 0)
		fail_errno(e, ERR_IO, "%s", path);
	else if (w.bad)
		fail(e, ERR_IO, "%s is larger than %zu octets", path, max);
	else {
		if (n != NULL)
			*n = w.len;
		if ((text = wr_give(&w)) == NULL)
			fail(e, ERR_MEMORY, "no memory");
	}
	wipe(buf, sizeof(buf));
	wr_free(&w);
	if (fd >= 0 && !is_stdin)
		close(fd);
	return text;
}

bool
front_set(json_t *object, const char *name, json_t *value)
{
	return value != NULL && json_object_set_new(object, name, value) == 0;
}

bool
front_number(const struct opts *o, enum opt_id id, json_t *object,
    const char *member, struct err *e)
{
	const char *text = opt_str(o, id);
	int64_t whole;
	double number;

	if (text == NULL)
		return true;
	if (text_i64(text, &whole))
		return front_set(object, member, json_integer(whole));
	if (text_double(text, &number))
		return front_set(object, member, json_real(number));
	return fail(e, ERR_USAGE, "--%s takes a number, not \"%.40s\"",
	    opt_name(id), text);
}

/* The secret as a JSON string; the JSON allocator wipes it. */
static json_t *
secret_json(const struct secret *s, const char *what, struct err *e)
{
	json_t *v = json_stringn(secret_str(s), secret_len(s));

	if (v == NULL)
		fail(e, ERR_USAGE, "the %s is not UTF-8 text", what);
	return v;
}

json_t *
front_secret(const struct opts *o, enum secret_id id, struct err *e)
{
	struct secret *s = opt_secret(o, id, NULL, e);
	json_t *v = s != NULL ? secret_json(s, "secret", e) : NULL;

	secret_free(s);
	return v;
}

static json_t *
jira_auth(const struct opts *o, struct err *e)
{
	const char *user = opt_str(o, OPT_JIRA_USER);
	const char *header = opt_str(o, OPT_JIRA_HEADER);
	struct secret *secret = NULL;
	json_t *auth = json_object(), *value;

	if (opt_has_secret(o, SECRET_JIRA_TOKEN)) {
		secret = opt_secret(o, SECRET_JIRA_TOKEN, NULL, e);
		front_set(auth, "type", json_string(header ? "header" : "bearer"));
		if (header != NULL)
			front_set(auth, "name", json_string(header));
	} else if (user != NULL) {
		secret = opt_secret(o, SECRET_JIRA_PASSWORD, "Jira password", e);
		front_set(auth, "type", json_string("basic"));
		front_set(auth, "user", json_string(user));
	}
	if (secret == NULL)
		fail(e, ERR_USAGE, "Jira needs a log-in: --jira-user with a "
		    "password, or a token (--jira-token-file)");
	value = secret != NULL ? secret_json(secret, "Jira secret", e) : NULL;
	secret_free(secret);
	if (value == NULL) {
		json_decref(auth);
		return NULL;
	}
	front_set(auth, user != NULL && json_string_length(json_object_get(auth,
	    "user")) > 0 ? "password" : header != NULL ? "value" : "token", value);
	return auth;
}

/* A password alone is for the user that the object names already. */
static bool
jira_log_in(const struct opts *o, json_t *jira, struct err *e)
{
	json_t *have = json_object_get(jira, "auth"), *auth;
	const char *type = json_string_value(json_object_get(have, "type"));

	if (opt_str(o, OPT_JIRA_USER) != NULL ||
	    opt_has_secret(o, SECRET_JIRA_TOKEN) || have == NULL) {
		auth = jira_auth(o, e);
		return auth != NULL && front_set(jira, "auth", auth);
	}
	if (!opt_has_secret(o, SECRET_JIRA_PASSWORD))
		return true;
	if (type == NULL || strcmp(type, "basic") != 0) {
		log_warn("a password for Jira is not used: the request logs in "
		    "in another way");
		return true;
	}
	json_object_del(have, "passwordFile");
	return front_set(have, "password",
	    front_secret(o, SECRET_JIRA_PASSWORD, e));
}

bool
front_jira_over(const struct opts *o, const char *positional_url, json_t *jira,
    struct err *e)
{
	static const struct { enum opt_id id; const char *member; } words[] = {
	    { OPT_JIRA_URL, "url" }, { OPT_CA_FILE, "caFile" },
	    { OPT_PROXY, "proxy" } };

	if (!jira_log_in(o, jira, e))
		return false;
	if (positional_url != NULL)
		front_set(jira, "url", json_string(positional_url));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (opt_str(o, words[i].id) != NULL)
			front_set(jira, words[i].member,
			    json_string(opt_str(o, words[i].id)));
	if (opt_on(o, OPT_DRY_RUN))
		front_set(jira, "dryRun", json_true());
	return true;
}

json_t *
front_jira(const struct opts *o, const char *positional_url, struct err *e)
{
	json_t *jira;

	if (opt_str(o, OPT_JIRA_URL) == NULL && positional_url == NULL)
		return NULL;
	jira = json_object();
	if (front_jira_over(o, positional_url, jira, e))
		return jira;
	json_decref(jira);
	return NULL;
}

static json_t *
credential(json_t *list, const char *id, const char *protocol, const char *user)
{
	json_t *c = json_object();

	front_set(c, "id", json_string(id));
	front_set(c, "protocol", json_string(protocol));
	front_set(c, "user", json_string(user));
	json_array_append_new(list, c);
	return c;
}

static bool
add_key(const struct opts *o, json_t *list, const char *user, struct err *e)
{
	json_t *c = credential(list, "ssh-key", "ssh", user);
	struct secret *passphrase;
	json_t *value;

	/* The file is read by the scan's own check, which names it in errors. */
	front_set(c, "privateKeyFile", json_string(opt_str(o, OPT_SSH_KEY_FILE)));
	passphrase = opt_secret(o, SECRET_SSH_PASSPHRASE, NULL, e);
	if (passphrase == NULL)
		return e->code == ERR_NONE;
	value = secret_json(passphrase, "passphrase", e);
	secret_free(passphrase);
	return front_set(c, "passphrase", value);
}

static bool
add_password(const struct opts *o, json_t *list, const char *id,
    const char *protocol, const char *user, struct err *e)
{
	bool ssh = strcmp(protocol, "ssh") == 0;
	struct secret *password = opt_secret(o,
	    ssh ? SECRET_SSH_PASSWORD : SECRET_WMI_PASSWORD,
	    ssh ? "SSH password" : "WMI password", e);
	json_t *value;

	if (password == NULL)
		return fail(e, ERR_USAGE, "user %s needs a password: "
		    "--%s-password-file, or the environment", user, protocol);
	value = secret_json(password, "password", e);
	secret_free(password);
	return front_set(credential(list, id, protocol, user), "password", value);
}

json_t *
front_credentials(const struct opts *o, struct err *e)
{
	const char *ssh_user = opt_str(o, OPT_SSH_USER);
	const char *wmi_user = opt_str(o, OPT_WMI_USER);
	const char *key = opt_str(o, OPT_SSH_KEY_FILE);
	bool agent = opt_on(o, OPT_SSH_AGENT), ok = true;
	json_t *list = json_array();

	/* beside a request the password may be for a user that it names */
	if (opt_str(o, OPT_REQUEST) == NULL) {
		if (ssh_user == NULL && opt_has_secret(o, SECRET_SSH_PASSWORD))
			log_warn("a password for SSH without --ssh-user is not "
			    "used");
		if (wmi_user == NULL && opt_has_secret(o, SECRET_WMI_PASSWORD))
			log_warn("a password for WMI without --wmi-user is not "
			    "used");
	}
	if (key != NULL)
		ok = add_key(o, list, ssh_user ? ssh_user : "root", e);
	if (ok && agent)
		ok = front_set(credential(list, "ssh-agent", "ssh",
		    ssh_user ? ssh_user : "root"), "agent", json_true());
	if (ok && ssh_user != NULL && ((key == NULL && !agent) ||
	    opt_has_secret(o, SECRET_SSH_PASSWORD)))
		ok = add_password(o, list, "ssh-password", "ssh", ssh_user, e);
	if (ok && wmi_user != NULL)
		ok = add_password(o, list, "wmi", "wmi", wmi_user, e);
	if (ok)
		return list;
	json_decref(list);
	return NULL;
}

json_t *
front_host_keys(const struct opts *o, struct err *e)
{
	const char *policy = opt_str(o, OPT_HOST_KEYS);
	size_t n = opt_count(o, OPT_HOST_KEY);
	json_t *pins, *pin;

	if (n == 0)
		return json_string(policy != NULL ? policy : "accept-new");
	pins = json_array();
	for (size_t i = 0; i < n; i++) {
		const char *text = opt_nth(o, OPT_HOST_KEY, i);
		const char *equals = strchr(text, '=');

		if (equals == NULL) {
			fail(e, ERR_USAGE, "--host-key takes ADDRESS=SHA256, not "
			    "\"%.60s\"", text);
			json_decref(pins);
			return NULL;
		}
		pin = json_object();
		front_set(pin, "address", json_stringn(text, (size_t)(equals - text)));
		front_set(pin, "sha256", json_string(equals + 1));
		json_array_append_new(pins, pin);
	}
	return json_pack("{s:o}", "pins", pins);
}
