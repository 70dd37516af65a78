/* doctor.h: the checks of this machine; cmd_doctor.c runs the table doctor.def.
 *
 * A check says what it found with doctor_say(): ok, a warning (it works, but
 * ...) or a failure, the latter two with the exact fix.  Looking changes nothing
 * but that a lock is taken in a state folder of this user's own; nobody is logged
 * in but at Jira, when a log-in is given.
 */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/checked.h"
#include "helper/base/deadline.h"
#include "helper/base/err.h"
#include "helper/cmd/options.h"

enum verdict { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAILURE };

struct doctor {
	const struct opts *o;
	const char *check;		/* the row's name */
	char *state_dir;		/* NULL: there is no home */
	bool state_usable;		/* it is there, and this user's own */
	char realm[256];		/* "" : Kerberos is not in use */
	json_t *findings;		/* [{check, state, detail, fix}] */
	json_t *request;		/* params of --request; NULL: none */
	struct err request_error;	/* it cannot be read */
	json_t *jira;			/* of the request and the options; NULL: none */
	struct err jira_error;		/* the options of Jira are wrong */
};

/* `fix` is NULL when all is well. */
void doctor_say(struct doctor *, enum verdict, const char *fix,
    const char *fmt, ...) PRINTF(4, 5);
/* Under a name of its own, "jira.login". */
void doctor_say_as(struct doctor *, const char *name, enum verdict,
    const char *fix, const char *detail);

#define CHECK(name, function) void function(struct doctor *);
#include "helper/cmd/doctor.def"

/* --- what decides, for tests ------------------------------------------------- */

/* Dotted numbers; what stands behind them is not looked at: <0, 0, >0. */
int doctor_version_cmp(const char *, const char *);
/* `built` as ssh_library() says it, `running` as libssh2 does. */
enum verdict doctor_libssh2_verdict(const char *built, const char *running);
enum verdict doctor_time_verdict(int64_t unix_s);
enum verdict doctor_skew_verdict(double ahead);

#endif
