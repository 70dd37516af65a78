#include "helper/cmd/options.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/nearest.h"
#include "helper/base/secretfile.h"
#include "helper/base/text.h"
#include "helper/base/writer.h"

enum opt_kind { FLAG, VALUE, MANY };

static const struct opt_row {
	const char *name, *alias;
	enum opt_kind kind;
	unsigned commands;
	const char *arg, *help;
} opt_rows[OPT_COUNT] = {
#define OPT(id, name, alias, kind, commands, arg, help) \
	[OPT_##id] = { name, alias, kind, commands, arg, help },
#include "helper/cmd/options.def"
};

static const struct secret_row {
	const char *name, *env;
	unsigned commands;
	const char *help;
} secret_rows[SECRET_COUNT] = {
#define SECRET(id, name, env, commands, help) \
	[SECRET_##id] = { name, env, commands, help },
#include "helper/cmd/options.def"
};

struct opts {
	struct { const char **v; size_t n; } given[OPT_COUNT];
	struct { struct secret *value; const char *file; int fd; } secret[SECRET_COUNT];
	char **args;
	size_t nargs;
};

/* The value behind name in "name", "name=value"; NULL when it is another. */
static const char *
after_name(const char *arg, const char *name)
{
	size_t n;

	if (name == NULL)
		return NULL;
	n = strlen(name);
	if (strncmp(arg, name, n) != 0 || (arg[n] != '\0' && arg[n] != '='))
		return NULL;
	return arg + n;
}

static bool
keep(struct opts *o, size_t id, const char *value, struct err *e)
{
	const char **v = realloc(o->given[id].v,
	    (o->given[id].n + 1) * sizeof(*v));

	if (v == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	o->given[id].v = v;
	v[o->given[id].n++] = value;
	return true;
}

/* The words of a command line while they are read. */
struct words {
	unsigned commands;
	int argc, at;
	char **argv;
};

/* The value of the option at w->at: behind its "=", or the next word. */
static char *
value_of(struct words *w, const char *rest, const char *name, struct err *e)
{
	if (*rest == '=')
		return w->argv[w->at] + (rest + 1 - w->argv[w->at]);
	if (w->at + 1 < w->argc)
		return w->argv[++w->at];
	fail(e, ERR_USAGE, "--%s needs a value", name);
	return NULL;
}

static bool
take_flag(struct opts *o, size_t id, const char *rest, struct err *e)
{
	static const char *const yes[] = { "", "=true", "=yes", "=1", "=TRUE" };
	static const char *const no[] = { "=false", "=no", "=0", "=FALSE" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(rest, yes[i]) == 0)
			return keep(o, id, "true", e);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (strcmp(rest, no[i]) == 0)
			return true;
	return fail(e, ERR_USAGE, "--%s takes true or false, not \"%s\"",
	    opt_rows[id].name, rest + 1);
}

/* One option of the table; *known tells whether it was one. */
static bool
take_option(struct opts *o, struct words *w, bool *known, struct err *e)
{
	const char *arg = w->argv[w->at] + 2, *rest, *value;

	for (size_t id = 0; id < OPT_COUNT; id++) {
		const struct opt_row *row = &opt_rows[id];

		if ((row->commands & w->commands) == 0 ||
		    ((rest = after_name(arg, row->name)) == NULL &&
		    (rest = after_name(arg, row->alias)) == NULL))
			continue;
		*known = true;
		if (row->kind == FLAG)
			return take_flag(o, id, rest, e);
		value = value_of(w, rest, row->name, e);
		return value != NULL && keep(o, id, value, e);
	}
	return true;
}

/* --NAME=value: into a secret, out of the process title. */
static bool
take_bare_secret(struct opts *o, size_t id, char *value, struct err *e)
{
	secret_free(o->secret[id].value);
	if ((o->secret[id].value = secret_from_str(value)) == NULL)
		return fail(e, ERR_MEMORY, "no memory");
	wipe(value, strlen(value));
	log_warn("--%s on the command line can be seen by every user of this "
	    "machine; use --%s-file or %s", secret_rows[id].name,
	    secret_rows[id].name, secret_rows[id].env);
	return true;
}

static bool
take_secret(struct opts *o, struct words *w, bool *known, struct err *e)
{
	char *arg = w->argv[w->at] + 2, *value;
	const char *rest, *door;
	uint64_t fd;

	for (size_t id = 0; id < SECRET_COUNT; id++) {
		const struct secret_row *row = &secret_rows[id];
		size_t n = strlen(row->name);

		if ((row->commands & w->commands) == 0 ||
		    strncmp(arg, row->name, n) != 0)
			continue;
		door = arg + n;
		if ((rest = after_name(door, "-file")) != NULL) {
			*known = true;
			o->secret[id].file = value_of(w, rest, row->name, e);
			return o->secret[id].file != NULL;
		}
		if ((rest = after_name(door, "-fd")) != NULL) {
			*known = true;
			if ((value = value_of(w, rest, row->name, e)) == NULL)
				return false;
			if (!text_u64(value, 0, 65535, &fd))
				return fail(e, ERR_USAGE,
				    "--%s-fd takes a descriptor's number",
				    row->name);
			o->secret[id].fd = (int)fd;
			return true;
		}
		if ((rest = after_name(door, "")) == NULL)
			continue;
		*known = true;
		value = value_of(w, rest, row->name, e);
		return value != NULL && take_bare_secret(o, id, value, e);
	}
	return true;
}

/* Its name alone is said: what stands behind the "=" may be a password. */
static bool
unknown(unsigned commands, const char *arg, struct err *e)
{
	char name[NEAREST_MAX + 1], door[NEAREST_MAX + 1];
	struct nearest near = { .wanted = name };

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	for (size_t i = 0; i < OPT_COUNT; i++)
		if ((opt_rows[i].commands & commands) != 0) {
			nearest_offer(&near, opt_rows[i].name);
			if (opt_rows[i].alias != NULL)
				nearest_offer(&near, opt_rows[i].alias);
		}
	for (size_t i = 0; i < SECRET_COUNT; i++)
		if ((secret_rows[i].commands & commands) != 0) {
			nearest_offer(&near, secret_rows[i].name);
			snprintf(door, sizeof(door), "%s-file", secret_rows[i].name);
			nearest_offer(&near, door);
		}
	if (nearest_name(&near) != NULL)
		return fail(e, ERR_USAGE, "there is no option --%.60s; is it --%s?",
		    name, nearest_name(&near));
	return fail(e, ERR_USAGE, "there is no option --%.60s here", name);
}

struct opts *
opts_parse(unsigned commands, int argc, char **argv, struct err *e)
{
	struct words w = { .commands = commands, .argc = argc, .argv = argv };
	struct opts *o = calloc(1, sizeof(*o));
	bool known, options = true;

	if (o == NULL || (o->args = calloc((size_t)argc + 1,
	    sizeof(*o->args))) == NULL) {
		fail(e, ERR_MEMORY, "no memory");
		opts_free(o);
		return NULL;
	}
	for (size_t i = 0; i < SECRET_COUNT; i++)
		o->secret[i].fd = -1;
	for (; w.at < argc; w.at++) {
		known = false;
		if (options && strcmp(argv[w.at], "-h") == 0) {
			if (!keep(o, OPT_HELP, "true", e)) {
				opts_free(o);
				return NULL;
			}
		} else if (!options || !text_starts(argv[w.at], "--")) {
			o->args[o->nargs++] = argv[w.at];
		} else if (argv[w.at][2] == '\0') {
			options = false;
		} else if (!take_option(o, &w, &known, e) ||
		    (!known && !take_secret(o, &w, &known, e)) ||
		    (!known && !unknown(commands, argv[w.at] + 2, e))) {
			opts_free(o);
			return NULL;
		}
	}
	return o;
}

void
opts_free(struct opts *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < OPT_COUNT; i++)
		free(o->given[i].v);
	for (size_t i = 0; i < SECRET_COUNT; i++)
		secret_free(o->secret[i].value);
	free(o->args);
	free(o);
}

bool
opt_on(const struct opts *o, enum opt_id id)
{
	return o->given[id].n > 0;
}

const char *
opt_str(const struct opts *o, enum opt_id id)
{
	return o->given[id].n > 0 ? o->given[id].v[o->given[id].n - 1] : NULL;
}

size_t
opt_count(const struct opts *o, enum opt_id id)
{
	return o->given[id].n;
}

const char *
opt_nth(const struct opts *o, enum opt_id id, size_t i)
{
	return i < o->given[id].n ? o->given[id].v[i] : NULL;
}

size_t
opts_nargs(const struct opts *o)
{
	return o->nargs;
}

char **
opts_args(const struct opts *o)
{
	return o->args;
}

const char *
opt_name(enum opt_id id)
{
	return opt_rows[id].name;
}

bool
opt_secret_given(const struct opts *o, enum secret_id id)
{
	return o->secret[id].value != NULL || o->secret[id].file != NULL ||
	    o->secret[id].fd >= 0;
}

bool
opt_has_secret(const struct opts *o, enum secret_id id)
{
	return opt_secret_given(o, id) || getenv(secret_rows[id].env) != NULL;
}

static struct secret *
secret_from_door(const char *path, struct err *e)
{
	return strcmp(path, "-") == 0 ?
	    secret_from_fd(STDIN_FILENO, "standard input", e) :
	    secret_from_file(path, e);
}

/* Copied out and wiped, so that /proc/PID/environ does not keep it. */
static struct secret *
secret_from_env(const char *name, char *value, struct err *e)
{
	struct secret *s = secret_from_str(value);

	if (s == NULL)
		fail(e, ERR_MEMORY, "no memory");
	wipe(value, strlen(value));
	unsetenv(name);
	return s;
}

/* A line, or a signal that is to end us: false, and it is still to come.  The
 * terminal must get its echo back before that. */
static bool
line_or_signal(int tty, const sigset_t *set)
{
	int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct pollfd p[2] = { { fd, POLLIN, 0 }, { tty, POLLIN, 0 } };

	while (fd >= 0 && poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (fd >= 0)
		close(fd);
	return p[0].revents == 0;
}

static struct secret *
secret_from_prompt(const char *prompt, struct err *e)
{
	struct termios was, quiet;
	struct secret *s = NULL;
	char line[1024];
	FILE *tty = fopen("/dev/tty", "r+e");
	sigset_t ending, before;

	if (tty == NULL || tcgetattr(fileno(tty), &was) != 0) {
		if (tty != NULL)
			fclose(tty);
		return NULL;	/* no terminal, nothing to ask */
	}
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGQUIT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ending, &before);
	setvbuf(tty, NULL, _IONBF, 0);
	fprintf(tty, "%s: ", prompt);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	if (line_or_signal(fileno(tty), &ending) &&
	    fgets(line, sizeof(line), tty) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if ((s = secret_from_str(line)) == NULL)
			fail(e, ERR_MEMORY, "no memory");
	}
	wipe(line, sizeof(line));
	tcsetattr(fileno(tty), TCSAFLUSH, &was);
	fputc('\n', tty);
	fclose(tty);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s;
}

struct secret *
opt_secret(const struct opts *o, enum secret_id id, const char *prompt,
    struct err *e)
{
	char *value = getenv(secret_rows[id].env);

	if (o->secret[id].value != NULL)
		return secret_ref(o->secret[id].value);
	if (o->secret[id].file != NULL)
		return secret_from_door(o->secret[id].file, e);
	if (o->secret[id].fd >= 0)
		return secret_from_fd(o->secret[id].fd, secret_rows[id].name, e);
	if (value != NULL)
		return secret_from_env(secret_rows[id].env, value, e);
	return prompt != NULL ? secret_from_prompt(prompt, e) : NULL;
}

static void
help_line(FILE *f, const char *left, const char *help)
{
	const size_t column = 30, width = 100;
	size_t at = column;

	if (strlen(left) < column - 2)
		fprintf(f, "  %-*s", (int)column - 2, left);
	else
		fprintf(f, "  %s\n%*s", left, (int)column, "");
	/* Wrapped at blanks, of which none ends a line. */
	while (*help != '\0') {
		size_t word = strcspn(help, " ");

		if (at > column && at + 1 + word > width) {
			fprintf(f, "\n%*s", (int)column, "");
			at = column;
		}
		fprintf(f, "%s%.*s", at > column ? " " : "", (int)word, help);
		at += word + (at > column);
		help += word + (help[word] == ' ');
	}
	fputc('\n', f);
}

void
opts_help(FILE *f, unsigned commands)
{
	bool secrets = false;
	char left[160];

	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct opt_row *row = &opt_rows[i];

		if ((row->commands & commands) == 0)
			continue;
		snprintf(left, sizeof(left), "--%s%s%s%s%s", row->name,
		    row->arg != NULL ? "=" : "", row->arg != NULL ? row->arg : "",
		    row->alias != NULL ? ", --" : "",
		    row->alias != NULL ? row->alias : "");
		help_line(f, left, row->help);
	}
	for (size_t i = 0; i < SECRET_COUNT; i++) {
		const struct secret_row *row = &secret_rows[i];

		if ((row->commands & commands) == 0)
			continue;
		snprintf(left, sizeof(left), "--%s-file=FILE", row->name);
		help_line(f, left, row->help);
		snprintf(left, sizeof(left), "    also --%s-fd=N, %s in the "
		    "environment,", row->name, row->env);
		fprintf(f, "%32s%s\n%36sor --%s=VALUE (seen by every user)\n", "",
		    left + 4, "", row->name);
		secrets = true;
	}
	if (secrets)
		fprintf(f, "\nA secret's FILE without a folder is looked for in "
		    "$CREDENTIALS_DIRECTORY first; - is standard input.\n");
}
