/* doctor_state.c: the state folder: outbox, known hosts, locks. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "helper/cmd/doctor.h"
#include "helper/scan/lock.h"
#include "helper/scan/scan.h"

#define FIX 700

static void
name_of(uid_t uid, char *dst, size_t cap)
{
	struct passwd *p = getpwuid(uid);

	if (p != NULL)
		snprintf(dst, cap, "%s", p->pw_name);
	else
		snprintf(dst, cap, "uid %u", (unsigned)uid);
}

/* The folder itself, or the nearest above it that is there. */
static bool
nearest(const char *dir, char *path, size_t cap)
{
	snprintf(path, cap, "%s", dir);
	for (;;) {
		char *slash = strrchr(path, '/');

		if (access(path, F_OK) == 0)
			return true;
		if (slash == NULL) {
			snprintf(path, cap, ".");
			return true;
		}
		if (slash == path) {
			path[1] = '\0';
			return true;
		}
		*slash = '\0';
	}
}

static void
not_there(struct doctor *d)
{
	char path[4096], fix[FIX];
	struct stat st;

	(void)nearest(d->state_dir, path, sizeof(path));
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		doctor_say(d, DOCTOR_FAILURE, "Name another folder with "
		    "--state-dir, or move that file away.", "%s cannot be made: "
		    "%s is no folder", d->state_dir, path);
	else if (access(path, W_OK | X_OK) == 0)
		doctor_say(d, DOCTOR_OK, NULL, "%s is not there yet; the first "
		    "scan makes it", d->state_dir);
	else {
		char me[80];

		name_of(geteuid(), me, sizeof(me));
		snprintf(fix, sizeof(fix), "As root: install -d -m 0700 -o '%s' "
		    "'%.300s'; or name another with --state-dir.", me,
		    d->state_dir);
		doctor_say(d, DOCTOR_FAILURE, fix, "%s cannot be made: %s may not "
		    "write to %s", d->state_dir, me, path);
	}
}

static void
there(struct doctor *d, const struct stat *st)
{
	char owner[80], me[80], fix[FIX];

	name_of(st->st_uid, owner, sizeof(owner));
	name_of(geteuid(), me, sizeof(me));
	if (!S_ISDIR(st->st_mode)) {
		doctor_say(d, DOCTOR_FAILURE, "Name another with --state-dir, or "
		    "move that file away.", "%s is no folder", d->state_dir);
	} else if (access(d->state_dir, R_OK | W_OK | X_OK) != 0) {
		snprintf(fix, sizeof(fix), "As root: chown -R '%s' '%.300s'; or "
		    "run as %s; or name another with --state-dir.", me,
		    d->state_dir, owner);
		doctor_say(d, DOCTOR_FAILURE, fix, "%s belongs to %s, mode %04o: "
		    "%s may not write there (%s)", d->state_dir, owner,
		    (unsigned)st->st_mode & 07777u, me, strerror(errno));
	} else {
		d->state_usable = st->st_uid == geteuid();
		if (st->st_uid != geteuid()) {
			snprintf(fix, sizeof(fix), "Run as %s, as the scans do: "
			    "files that %s makes there would stop them.", owner,
			    me);
			doctor_say(d, DOCTOR_WARNING, fix, "%s belongs to %s, "
			    "not to %s", d->state_dir, owner, me);
		} else if ((st->st_mode & 0077) != 0) {
			snprintf(fix, sizeof(fix), "chmod 0700 '%.300s'",
			    d->state_dir);
			doctor_say(d, DOCTOR_WARNING, fix, "%s, mode %04o: others "
			    "may look into it", d->state_dir,
			    (unsigned)st->st_mode & 07777u);
		} else {
			doctor_say(d, DOCTOR_OK, NULL, "%s, of %s", d->state_dir,
			    owner);
		}
	}
}

void
doctor_folder(struct doctor *d)
{
	struct stat st;

	if (d->state_dir == NULL)
		doctor_say(d, DOCTOR_FAILURE, "Set HOME, or name one with "
		    "--state-dir or ASSETSCAN_STATE_DIR.", "there is no home "
		    "folder to keep state in");
	else if (stat(d->state_dir, &st) == 0)
		there(d, &st);
	else if (errno == ENOENT || errno == ENOTDIR)
		not_there(d);
	else
		doctor_say(d, DOCTOR_FAILURE, "Let this user into the folders "
		    "above it, or name another with --state-dir.", "%s: %s",
		    d->state_dir, strerror(errno));
}

#define MIB (UINT64_C(1) << 20)
#define SPACE_GOOD  (100 * MIB)
#define SPACE_LEAST (4 * MIB)

void
doctor_space(struct doctor *d)
{
	char path[4096];
	struct statvfs fs;
	uint64_t left;
	enum verdict v;

	if (d->state_dir == NULL)
		return;
	(void)nearest(d->state_dir, path, sizeof(path));
	if (statvfs(path, &fs) != 0) {
		doctor_say(d, DOCTOR_WARNING, "Look with `df`.", "%s: %s", path,
		    strerror(errno));
		return;
	}
	left = (uint64_t)fs.f_bavail * fs.f_frsize;
	v = left < SPACE_LEAST || (fs.f_files > 0 && fs.f_favail < 100) ?
	    DOCTOR_FAILURE : left < SPACE_GOOD ? DOCTOR_WARNING : DOCTOR_OK;
	doctor_say(d, v, v == DOCTOR_OK ? NULL : "Free space on that file "
	    "system, or name a folder on another with --state-dir: what cannot "
	    "be posted is kept there.", "%llu MiB free%s",
	    (unsigned long long)(left / MIB), fs.f_files > 0 &&
	    fs.f_favail < 100 ? ", and no more files may be made" : "");
}

void
doctor_lock(struct doctor *d)
{
	struct err e = { .code = ERR_NONE };
	struct scan_lock *l;
	char profile[60];

	if (!d->state_usable)
		return;
	/* a profile of nobody's, so that no scan is in the way */
	snprintf(profile, sizeof(profile), "assetscan doctor");
	l = lock_take(d->state_dir, NULL, profile, NULL, &e);
	if (l == NULL && e.code != ERR_SCAN_IN_PROGRESS)
		doctor_say(d, DOCTOR_FAILURE, "Put the state folder on a file "
		    "system that has locks (not an old NFS), and see that "
		    "`locks` in it is a folder of this user's.", "%s", e.text);
	else
		doctor_say(d, DOCTOR_OK, NULL, "one scan of a profile at a time: "
		    "locks work");
	lock_release(l);
}

static size_t
count(const json_t *records, const char *state)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(records); i++) {
		const char *s = json_string_value(json_object_get(
		    json_array_get(records, i), "state"));

		n += s != NULL && strcmp(s, state) == 0;
	}
	return n;
}

void
doctor_outbox(struct doctor *d)
{
	struct err e = { .code = ERR_NONE };
	json_t *params, *list;
	size_t all, rejected;

	if (!d->state_usable)
		return;
	params = json_object();
	list = scan_outbox_list(params, d->state_dir, &e);
	json_decref(params);
	if (list == NULL) {
		doctor_say(d, DOCTOR_FAILURE, err_hint(&e), "%s", e.text);
		return;
	}
	all = json_array_size(json_object_get(list, "records"));
	rejected = count(json_object_get(list, "records"), "rejected");
	if (all == 0)
		doctor_say(d, DOCTOR_OK, NULL, "nothing waits to be posted");
	else if (rejected == 0)
		doctor_say(d, DOCTOR_WARNING, "The next scan posts them, or "
		    "`assetscan outbox flush --jira-url=...` now.",
		    "%zu result%s could not be posted yet", all,
		    all == 1 ? "" : "s");
	else
		doctor_say(d, DOCTOR_WARNING, "`assetscan outbox list` says why "
		    "they were refused; then `outbox flush --include-rejected` "
		    "or `outbox drop`.", "%zu result%s could not be posted, %zu "
		    "of them refused by Jira", all, all == 1 ? "" : "s", rejected);
	json_decref(list);
}
