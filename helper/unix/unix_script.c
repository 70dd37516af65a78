#include "helper/unix/unix_script.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "helper/base/text.h"

static const struct section {
	const char *name, *kinds, *when, *script;
} table[] = {
#define SECTION(name, kinds, when, parse, script) { #name, kinds, when, script },
#include "helper/unix/unix_sections.def"
#undef SECTION
};

static const struct sudo { const char *name, *first, *second, *args; } as_root[] = {
#define SUDO(name, first, second, args, about) { #name, first, second, args },
#include "helper/unix/unix_sudo.def"
#undef SUDO
};

static const char guard_paths[] =
#define GUARD(name, path, process) path "\n"
#include "helper/unix/unix_guards.def"
#undef GUARD
;

/* The first row of unix_inventory.def. */
static const char inventory_begins[] = "services";

/* What the sections stand on.  A first line is given away: some log-in files
 * read one.  Korn shells come with aliases of one letter ("r"), hence unalias,
 * and without a printf of their own: a program takes no argument as long as
 * some answers are.  Exported SHELLOPTS bring bash's `set -eu` here.
 *
 * `lim` uses GNU's timeout, which ends all that the program started.  BusyBox's
 * ends the program alone, and a Mac has none: there a watchdog of our own, whose
 * sleeper holds none of our descriptors and dies with it, ends the whole tree:
 * what is left of it would hold the pipe.  What even so may hold it, a daemon that
 * was started or a process that waits for a dead disk, goes through `cap2`, which
 * has its limit too, where there is a timeout.  $T is now, $E when this section's
 * time is over, $Z when all is; what was killed or not begun is noted on
 * descriptor 3, in one write. */
static const char prelude[] =
"LC_ALL=C; LANG=C; export LC_ALL LANG; unset CDPATH ENV BASH_ENV COLUMNS GREP_OPTIONS PS_FORMAT; umask 077\n"
"PATH=${PATH:-/usr/bin:/bin}:/sbin:/usr/sbin:/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin; export PATH\n"
"has() { command -v \"$1\" >/dev/null; }\n"
"rl() { v=; [ -r \"$1\" ] && IFS= read -r v <\"$1\"; [ -n \"$v\" ]; }\n"
"if [ -n \"$KSH_VERSION\" ] && [ \"$(print -r -- a)\" = a ]; then put() { print -r -- \"$1\"; }; else put() { printf '%s\\n' \"$1\"; }; fi\n"
"k() { put \"$1=$2\"; }\n"
"kf() { rl \"$2\" && put \"$1=$v\"; }\n"
"p() { put ''; put \"$M part $1\"; }\n"
"b() { N=$1; put ''; put \"$M begin $N\" || exit; tick; E=$((T+${2:-$P})); [ $E -le $Z ] || E=$Z; }\n"
"e() { put ''; put \"$M end $N $1\"; }\n"
"ls2() { while IFS= read -r x || [ -n \"$x\" ]; do put \"$x\"; done <\"$1\"; }\n"
"if [ \"$(printf ab | head -c 1)\" = a ]; then cap() { head -c \"$1\"; }; else cap() { cat; }; fi\n"
"f() { for x in \"$@\"; do [ -f \"$x\" ] && [ -r \"$x\" ] && { p \"$x\"; cap 200000 <\"$x\"; }; done; }\n"
"if rl /proc/uptime; then tick() { IFS=' .' read -r T h </proc/uptime; }\n"
"elif [ -n \"$BASH_VERSION$KSH_VERSION\" ]; then tick() { T=${SECONDS%%.*}; }; else tick() { T=$(date +%s); }; fi\n"
"tick; Z=$((T+Z))\n"
"note() { put \"\n$M slow $N $w ${L:-${1##*/}}\" >&3; }\n"
"lim() { w=$1; shift; tick; [ $((E-T)) -ge \"$w\" ] || w=$((E-T)); [ \"$w\" -ge 1 ] || { w=0; note \"$1\"; return 124; }\n"
"  ends \"$@\" 3>&-; q=$?; [ $q -ne 137 ] || note \"$1\"; return $q; }\n"
"cap2() { cap \"$1\"; }\n"
"if timeout -s KILL 5 timeout --version >/dev/null; then ends() { timeout -s KILL \"$w\" \"$@\"; }; cap2() { lim 20 head -c \"$1\"; }; else\n"
"tree() { kill -STOP \"$1\"; for s in $({ ps -A -o pid= -o ppid= || ps -o pid,ppid; } | while read -r h j; do [ \"$j\" != \"$1\" ] || put \"$h\"; done); do tree \"$s\"; done; kill -9 \"$1\"; }\n"
"ends() { \"$@\" & q=$!\n"
"( s=; trap '[ -z \"$s\" ] || kill \"$s\"; exit' TERM; sleep \"$w\" & s=$!; wait \"$s\"; tree \"$q\" ) >/dev/null &\n"
"j=$!; wait \"$q\"; q=$?; kill \"$j\"; wait \"$j\"; return $q; }; fi\n"
"set -- $(uname -sm); K=$1; A=$2\n"
"printf '\\n%s start 1\\n' \"$M\"\n";

static const char ending[] =
"printf '\\n%s done\\n' \"$M\"\n"
"}\n"
"main </dev/null 2>/dev/null 3>&1\n"
"exit 0\n";

bool
unix_marker(char marker[static UNIX_MARKER], struct err *e)
{
	unsigned char raw[16];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return fail_errno(e, ERR_INTERNAL, "no random octets");
	strcpy(marker, "assetscan-");
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(marker + 10 + 2 * i, 3, "%02x", raw[i]);
	return true;
}

/* In single quotes, whatever it holds. */
static void
quoted(struct wr *w, const char *s)
{
	wr_str(w, "'");
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			wr_str(w, "'\\''");
		else
			wr_bytes(w, s, 1);
	}
	wr_str(w, "'");
}

/* --- which sections ---------------------------------------------------------------- */

/* "gpu" is in "gpu monitor". */
static bool
listed(const char *list, const char *word, size_t n)
{
	for (; *list != '\0'; list += strcspn(list, " "), list += *list == ' ')
		if (strcspn(list, " ") == n && strncasecmp(list, word, n) == 0)
			return true;
	return false;
}

/* By its own name where that is a fact class too, or else as "@name". */
static bool
asked_for(const char *when, const char *section)
{
	char at[64];

	snprintf(at, sizeof(at), "@%s", section);
	return listed(when, section, strlen(section)) ||
	    listed(when, at, strlen(at));
}

/* A need of "cpu.model" is of the class "cpu", or of that one fact. */
static bool
needed_for(const char *when, const char *dotted)
{
	return listed(when, dotted, strcspn(dotted, ".")) ||
	    listed(when, dotted, strlen(dotted));
}

static bool
wanted(const struct section *s, const struct unix_ask *ask)
{
	if (s->when[0] == '\0')
		return true;
	for (size_t i = 0; i < ask->nsections; i++)
		if (asked_for(s->when, ask->sections[i]))
			return true;
	for (enum map_os os = 0; ask->map != NULL && os < MAP_OS_COUNT; os++)
		for (size_t i = 0; i < mapping_needs(ask->map, os); i++) {
			const struct map_need *n = mapping_need(ask->map, os, i);

			if (n->kind == NEED_FACT && needed_for(s->when, n->what))
				return true;
		}
	return false;
}

/* --- the mapping's own needs ---------------------------------------------------------- */

bool
unix_need(const struct mapping *m, size_t i, enum map_os *os,
    const struct map_need **need)
{
	static const enum map_os systems[] = { MAP_LINUX, MAP_DARWIN };

	for (size_t k = 0; m != NULL && k < ARRAY_LEN(systems); k++)
		for (size_t j = 0; j < mapping_needs(m, systems[k]); j++) {
			const struct map_need *n = mapping_need(m, systems[k], j);

			if (n->kind != NEED_FILE && n->kind != NEED_SYSCTL &&
			    n->kind != NEED_COMMAND)
				continue;
			if (i-- == 0) {
				*os = systems[k];
				*need = n;
				return true;
			}
		}
	return false;
}

/* Status 2: it is there and may not be read. */
static void
ask_file(struct wr *w, const char *path)
{
	wr_str(w, "x=");
	quoted(w, path);
	wr_str(w, "; if [ -f \"$x\" ] && [ -r \"$x\" ]; then cap 500000 <\"$x\"; "
	    "elif [ -e \"$x\" ]; then (exit 2); else (exit 1); fi\n");
}

/* kernel.hostname is /proc/sys/kernel/hostname on Linux; `sysctl` elsewhere. */
static void
ask_sysctl(struct wr *w, const char *name)
{
	char path[512];

	text_copy(path, sizeof(path), name);
	for (char *p = path; *p != '\0'; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	wr_str(w, "x=/proc/sys/");
	quoted(w, path);
	wr_str(w, "; if [ $K = Linux ] && [ -r \"$x\" ]; then cap 60000 <\"$x\"; "
	    "else lim 5 sysctl -n ");
	quoted(w, name);
	wr_str(w, " | cap 60000; fi\n");
}

/* A shell's numbers are whole ones. */
static unsigned
whole(double seconds)
{
	return seconds < 1 ? 1 : seconds > 3600 ? 3600 : (unsigned)seconds;
}

static void
ask_command(struct wr *w, const struct map_need *n, double seconds)
{
	wr_str(w, "{ ");
	if (n->path != NULL && n->path[0] != '\0') {
		wr_str(w, "PATH=");
		quoted(w, n->path);
		wr_str(w, ":$PATH; export PATH; ");
	}
	wr_printf(w, "lim %u sh -c ", whole(seconds));
	quoted(w, n->what);
	wr_str(w, "; x=$?; p status; printf '%s\\n' \"$x\"; } | cap 500000\n");
}

static void
ask_needs(struct wr *w, const struct unix_ask *ask)
{
	const struct map_need *n;
	enum map_os os;

	for (size_t i = 0; unix_need(ask->map, i, &os, &n); i++) {
		wr_printf(w, "case $K in %s) b need.%zu %u\n",
		    os == MAP_DARWIN ? "Darwin" : "Linux", i,
		    whole(ask->command_seconds));
		if (n->kind == NEED_FILE)
			ask_file(w, n->what);
		else if (n->kind == NEED_SYSCTL)
			ask_sysctl(w, n->what);
		else
			ask_command(w, n, ask->command_seconds);
		wr_str(w, "e $?;; esac\n");
	}
}

/* --- as root ---------------------------------------------------------------------- */

static bool
uses(const struct unix_ask *ask, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (wanted(&table[i], ask) &&
		    strstr(table[i].script, word) != NULL)
			return true;
	return false;
}

/* `asroot NAME`: by root itself, or by sudo where the scan was asked to. */
static void
ask_root(struct wr *w)
{
	wr_str(w, "R=$S; [ \"$(id -u)\" = 0 ] && R=1\nasroot() { L=$1; case $1 in\n");
	for (size_t i = 0; i < ARRAY_LEN(as_root); i++) {
		const struct sudo *r = &as_root[i];

		wr_printf(w, "%s) r=%s; [ -x $r ] || r=%s; set -- %s;;\n",
		    r->name, r->first, r->second, r->args);
	}
	wr_str(w, "*) return 127;; esac\n"
	    "[ -n \"$R\" ] && [ -x $r ] && lim 8 $S $r \"$@\"; }\n");
}

/* --- the whole --------------------------------------------------------------------------- */

static void
section(struct wr *w, const struct section *s)
{
	bool other = strcmp(s->kinds, "other") == 0;

	if (other)
		wr_str(w, "case $K in Linux|Darwin) ;; *)");
	else
		wr_printf(w, "case $K in %s)", s->kinds);
	wr_printf(w, " b %s\n%se $?;; esac\n", s->name, s->script);
}

bool
unix_script(struct wr *w, const char *marker, const struct unix_ask *ask,
    struct err *e)
{
	size_t last = ARRAY_LEN(table);
	double all = ask->seconds > 0 ? ask->seconds : 50;
	double part = all < 30 ? all < 10 ? all : 10 : all / 3;

	/* The marker is a variable of the shell's own: no other process sees it. */
	wr_printf(w, "#\nset +efuvxC; unalias -a\nmain() {\n"
	    "M=%s; S= L= Z=%u P=%u\n", marker, whole(all), whole(part));
	if (ask->sudo)
		wr_str(w, "[ \"$(id -u)\" = 0 ] || S='sudo -n'\n");
	wr_str(w, prelude);
	/* where sudo is not asked for, only sections that root itself may use */
	if (ask->sudo || uses(ask, "$R"))
		ask_root(w);
	if (uses(ask, "$G"))
		wr_printf(w, "G='%s'\n", guard_paths);
	for (size_t i = 0; i < last; i++) {
		/* what the asset is made of comes before what may take long */
		if (strcmp(table[i].name, inventory_begins) == 0)
			ask_needs(w, ask);
		if (wanted(&table[i], ask))
			section(w, &table[i]);
	}
	wr_str(w, ending);
	if (w->bad)
		return fail(e, ERR_TOO_BIG, "the questions for a Unix host are "
		    "longer than %zu octets", w->max);
	return true;
}
